"""Where a yes turns into a no: a bracket by growing steps, then bisection."""

import math
from collections.abc import Generator
from dataclasses import dataclass
from typing import Final

from experiments.designs.design import Design
from sim.config import HubConfig

_DIGITS: Final = 4
"""Decimals of what is asked about, so that it can be written down and asked about again."""
_ROUNDING: Final = 1e-9
_MOST_FLIGHTS: Final = 200.0
"""The bound of demand.flights_per_day."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """The last yes and the first no, at most the tolerance apart; `no` is None if even the limit is a yes."""

    yes: float
    no: float | None
    n_asked: int


def most_flights(config: HubConfig) -> float:
    """The highest demand that can be asked of a hub [flights/d]."""
    arrivals = config.arrivals
    return (arrivals.envelope_flights_per_day or _MOST_FLIGHTS) / arrivals.busiest_hour


def crossing(
    start: float, *, step: float, tolerance: float, limit: float, floor: float = 0.0
) -> Generator[float, bool, Crossing]:
    """Asks by what it yields, is answered by what it is sent, and returns the crossing between 0 and the limit.

    Nothing below a floor is asked; if the floor is a no, it ends with 0 and the floor.

    Zero counts as a yes and is not asked. Both ends of the crossing but zero were asked, so a question with
    one crossing has it between them to within the tolerance. Where answers go back and forth with growing
    values there are several, and one of them is found: which one depends on the start.

    Raises:
        ValueError: a start, step, tolerance or limit that is not positive.
    """
    for name, value in (("start", start), ("step", step), ("tolerance", tolerance), ("limit", limit)):
        if not value > 0:
            raise ValueError(f"{name}: must be greater than 0, got {value}")
    yes, no, n_asked = 0.0, None, 0
    at = min(_rounded(start), limit)
    while at > 0:
        n_asked += 1
        if (yield at):
            yes = at
            if no is not None or at >= limit:
                break
            at = min(_rounded(at + step), limit)
        else:
            no = at
            if yes > 0:
                break
            if at <= floor:
                return Crossing(yes, no, n_asked)
            at = max(_rounded(at - step), floor)
        step *= 2
    while no is not None and no - yes > tolerance + _ROUNDING:
        at = _rounded((yes + no) / 2)
        n_asked += 1
        if (yield at):
            yes = at
        else:
            no = at
    return Crossing(yes, no, n_asked)


class Bisection:
    """A replication of a design on its way to its crossing among demands; goes on as its answers come in."""

    def __init__(self, design: Design, number: int) -> None:
        self.design, self.number = design, number
        self.crossing: Crossing | None = None
        self.n_left = 3
        """About so many questions are still to come."""

    def begin(self, start: float, *, step: float, tolerance: float, **more: float) -> None:
        """As `crossing`; `at` is the demand that is asked about now."""
        self._search = crossing(start, step=step, tolerance=tolerance, **more)
        self.at = next(self._search)
        self.n_left = 2 + max(0, math.ceil(math.log2(step / tolerance)))

    def answer(self, *, is_yes: bool) -> None:
        self.n_left = max(1, self.n_left - 1)
        try:
            self.at = self._search.send(is_yes)
        except StopIteration as end:
            self.crossing, self.n_left = end.value, 0


def _rounded(value: float) -> float:
    return round(value, _DIGITS)
