"""Find where an answer changes from yes to no: a bracket by growing steps, then bisection."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Final

from sim.config import ArrivalModel, HubConfig
from sim.config.disruptions import demand_factors, highest_factor
from sim.inputs.traffic import most_of_file

_DIGITS: Final = 4
"""Decimals of a value asked, so that it can be printed and typed again."""
ROUNDING: Final = 1e-9
_MOST_FLIGHTS: Final = 200.0
"""The bound of demand.flights_per_day."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """The last yes and the first no, at most the tolerance apart; `no` is None if even the limit is a yes."""

    yes: float
    no: float | None
    n_asked: int


def most_flights(config: HubConfig) -> float:
    """The highest demand that can be set for a hub [flights/d]."""
    envelope, hour = config.arrivals.envelope_flights_per_day, config.arrivals.busiest_hour
    if config.arrivals.model is ArrivalModel.FILE:
        return rounded(most_of_file(config))
    if envelope is None:
        return _MOST_FLIGHTS
    peak = highest_factor(demand_factors(config.disruptions, config))
    most = rounded(envelope / hour / peak)
    return most if most * hour * peak <= envelope else rounded(most - 10**-_DIGITS)


def crossing(
    start: float, *, step: float, tolerance: float, limit: float, floor: float = 0.0
) -> Generator[float, bool, Crossing]:
    """A generator that yields values, receives answers, and returns the crossing between 0 and the limit.

    No value below the floor is asked; if the answer at the floor is no, the crossing is 0 and the floor.

    Zero counts as a yes and is not asked. Both other ends of the crossing were asked. If the answer changes only once,
    it changes between them. If answers alternate with growing values, there are several crossings, and the start
    decides which one is found.

    Raises:
        ValueError: a start, step, tolerance or limit that is not positive.
    """
    for name, value in (("start", start), ("step", step), ("tolerance", tolerance), ("limit", limit)):
        if not value > 0:
            raise ValueError(f"{name}: must be greater than 0, got {value}")
    yes, no, n_asked = 0.0, None, 0
    at = min(rounded(start), limit)
    while at > 0:
        n_asked += 1
        if (yield at):
            yes = at
            if no is not None or at >= limit:
                break
            at = min(rounded(at + step), limit)
        else:
            no = at
            if yes > 0:
                break
            if at <= floor:
                return Crossing(yes, no, n_asked)
            at = max(rounded(at - step), floor)
        step *= 2
    while no is not None and no - yes > tolerance + ROUNDING:
        at = rounded((yes + no) / 2)
        n_asked += 1
        if (yield at):
            yes = at
        else:
            no = at
    return Crossing(yes, no, n_asked)


def rounded(value: float) -> float:
    return round(value, _DIGITS)
