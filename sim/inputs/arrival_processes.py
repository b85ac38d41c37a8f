"""The processes by which flights come, a line each: who calls them, and how many are expected at which hour."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from sim.config import ArrivalModel, Arrivals, HubConfig
from sim.inputs import rates, timetables
from sim.inputs.calls import Call
from sim.inputs.flight_period import scheduled_rows
from sim.streams import Streams, name_words


class Process(NamedTuple):
    calls: Callable[[HubConfig, Streams, int], Iterator[Call]]
    """The flights of a replication up to an instant [ticks], in any order; those outside the run may be among them."""
    profile: Callable[[Arrivals, int], np.ndarray[tuple[int], np.dtype[np.float64]]] | None
    """Flights in each part of the week's hours, so many an hour, of a mean flight a day; None: those of a file."""


def of_file(config: HubConfig, streams: Streams, _end: int) -> Iterator[Call]:
    """As the file says, with delays where it has no landings and `arrivals.delay` is given."""
    for row in scheduled_rows(config):
        entity = name_words(f"{row.key} {row.sibt}")
        arrival = row.arrival
        if arrival is None:
            delay = config.arrivals.delay
            arrival = row.sibt + (timetables.draw_delay(delay, streams.of("delay", *entity)) if delay else 0)
        after = name_words("{} {}".format(*row.after)) if row.after else None
        yield Call(arrival, row.key, entity, row.sibt, row.aircraft, row.n_parcels, row.sobt, after=after, leg=row.leg)


PROCESSES: Final[Mapping[ArrivalModel, Process]] = MappingProxyType(
    {
        ArrivalModel.TIMETABLE: Process(timetables.timetable, rates.hour_profile),
        ArrivalModel.POISSON: Process(rates.thinned_poisson, rates.hour_profile),
        ArrivalModel.ALL_IFR: Process(rates.thinned_poisson, rates.hour_profile),
        ArrivalModel.HOURLY: Process(rates.thinned_by_hour, rates.hour_profile),
        ArrivalModel.BANKS: Process(timetables.banks, timetables.bank_profile),
        ArrivalModel.FILE: Process(of_file, None),
    }
)
