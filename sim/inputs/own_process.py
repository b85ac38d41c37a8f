"""Flights by a function of the user's file (`sim.own`)."""

from collections.abc import Iterator

from sim.config import HubConfig
from sim.inputs.calls import Call
from sim.inputs.timetables import draw_delay
from sim.own import ARRIVALS, is_number
from sim.streams import Streams
from sim.units import TICKS_PER_DAY, ticks

_MOST_PER_DAY = 200
"""The most flights a day, as for `demand.flights_per_day`."""


def of_function(config: HubConfig, streams: Streams, end: int) -> Iterator[Call]:
    """Flights as the function schedules them with the replication's own stream; delays are those of `arrivals.delay`.

    Raises:
        InputError: the function raises, or returns anything but instants [min], or too many flights.
    """
    own_file, name, delay = config.own_file, config.rules[ARRIVALS], config.arrivals.delay
    assert own_file is not None
    days = -(-end // TICKS_PER_DAY)
    given = own_file.call(name, streams.of("own_arrivals"), days, config.demand.flights_per_day)
    most = _MOST_PER_DAY * days
    if not (isinstance(given, list) and len(given) <= most and all(map(is_number, given))):
        wanted = f"arrivals are a list of minutes after the first midnight, of at most {most} flights"
        raise own_file.refuse(name, given, wanted)
    for number, instant in enumerate(sorted(given)):
        sibt, entity = ticks(float(instant)), (number,)
        late = draw_delay(delay, streams.of("delay", *entity)) if delay else 0
        yield Call(sibt + late, f"{name}-{number:04}", entity, sibt, None, None, None)


def outside(config: HubConfig, end: int) -> tuple[int, int]:
    """How many flights of the first replication are scheduled outside the days of a run up to `end` [ticks], of all."""
    last = -(-end // TICKS_PER_DAY) * TICKS_PER_DAY
    scheduled = [call.sibt for call in of_function(config, Streams(config.seed, 0), end)]
    return sum(not 0 <= sibt < last for sibt in scheduled), len(scheduled)
