"""What is said of intervals that are wider than asked: what narrower ones cost, and which targets were not reached."""

import sys
from collections.abc import Sequence

from experiments.execution.progress import time_left
from experiments.statistics.precision import UNREACHABLE, Need
from sim.measures.kpis import KPIS


def tell_cost(wide: Sequence[Need], n: int, *, most: int, designs: int, seconds: float | None) -> None:
    """One line on the error stream before further replications are made; `seconds` each, None if it is not known."""
    need = max(wide, key=lambda need: need.n or 0)
    wanted = min(need.n or n, most)
    text = f"precision: {_said(need)} after {n} replications; {_wanted(need)}"
    text += f", at most {most}" if (need.n or n) > most else ""
    text += f": {wanted - n} more" + (f" of each of {designs} designs" if designs > 1 else "")
    if seconds is not None:
        text += f", about {time_left(seconds * (wanted - n) * designs)}"
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def too_wide(wide: Sequence[Need], n: int) -> list[str]:
    """A warning for each interval that is wider than asked in the end: its target was not reached."""
    return [f"precision: target not reached: {_why(need, n)}" for need in wide]


def _why(need: Need, n: int) -> str:
    if need.n is not None:
        return f"{_said(need)} after {n} replications, the most allowed; {_wanted(need)}"
    reason = "a single replication has none" if n == 1 else "a value is not finite"
    return f"{need.kpi} of {need.label} has no interval: {reason}"


def _said(need: Need) -> str:
    return f"{need.kpi} of {need.label} is ±{need.half_width:.3g} {_unit(need.kpi)}".rstrip()


def _wanted(need: Need) -> str:
    n = need.n or 0
    count = f"about {n:,}" if n < UNREACHABLE else f"more than {UNREACHABLE:,}"
    return f"±{need.asked:.3g} takes {count}"


def _unit(kpi: str) -> str:
    unit = KPIS[kpi].unit
    return "" if unit == "1" else unit
