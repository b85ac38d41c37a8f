"""Configuration and replication number in, all that a hub is given out."""

from sim.config import HubConfig
from sim.domain.inputs import Inputs
from sim.inputs.flight_schedule import end_of_run, make_flights, measured_days
from sim.inputs.layout import make_site
from sim.inputs.load_plan import make_load_plan
from sim.streams import Streams
from sim.units import ticks


def make_inputs(config: HubConfig, replication: int) -> Inputs:
    """Draw the flights and calendars of a replication; parcels are drawn when their flight lands."""
    streams = Streams(config.seed, replication)
    end = end_of_run(config)
    recorded = frozenset(config.record.parcels_of_flights)
    return Inputs(
        site=make_site(config, streams, end),
        flights=make_flights(config, streams, end),
        parcels_of=make_load_plan(config, streams).draw,
        end=end,
        measured=measured_days(config),
        bin_width=ticks(config.record.bin_min),
        is_recorded=lambda flight: flight.key in recorded,
    )
