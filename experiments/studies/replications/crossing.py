"""Where a yes turns into a no: a bracket by growing steps, then bisection."""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Final

_DIGITS: Final = 4
"""Decimals of what is asked about, so that it can be written down and asked about again."""
_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Crossing:
    """The last yes and the first no, at most the tolerance apart; `no` is None if even the limit is a yes."""

    yes: float
    no: float | None
    n_asked: int


def crossing(start: float, *, step: float, tolerance: float, limit: float) -> Generator[float, bool, Crossing]:
    """Asks by what it yields, is answered by what it is sent, and returns the crossing between 0 and the limit.

    Zero counts as a yes and is not asked. Both ends of the crossing but zero were asked, so a question with one
    crossing has it between them to within the tolerance. Where answers go back and forth with growing values there are
    several, and one of them is found: which one depends on the start.

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
            at = _rounded(at - step)
        step *= 2
    while no is not None and no - yes > tolerance + _ROUNDING:
        at = _rounded((yes + no) / 2)
        n_asked += 1
        if (yield at):
            yes = at
        else:
            no = at
    return Crossing(yes, no, n_asked)


def _rounded(value: float) -> float:
    return round(value, _DIGITS)
