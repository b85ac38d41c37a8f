"""How far the answer of a design is from changing, in words, for its page and the terminal."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.formatting import short
from experiments.store.summaries import MarginRow


@dataclass(frozen=True, slots=True)
class Threshold:
    """Of one replication: demands that were simulated [flights/d]."""

    carried: float
    """The highest that is carried; 0: none is."""
    not_carried: float
    """The lowest above it that is not; NaN: all are carried."""


def margin_text(thresholds: Sequence[Threshold], asked: float) -> str:
    """What a design carries, beside the demand asked for; empty without thresholds.

    >>> margin_text([Threshold(3.5, 3.6), Threshold(3.7, 3.8)], 3.5)
    'carries up to 3.6 flights a day (3.5 to 3.7 in 2 replications); 3.5 asked'
    >>> margin_text([Threshold(4.2, math.nan), Threshold(4.2, math.nan)], 3.5)
    'carries 4.2 flights a day or more (4.2 was the most simulated); 3.5 asked'
    >>> margin_text([Threshold(0, 2.8)], 3.5)
    'carries less than 2.8 flights a day (2.8 was the least simulated); 3.5 asked'
    >>> margin_text([Threshold(0, 2.8), Threshold(3.0, 3.1), Threshold(4.2, math.nan)], 3.5)
    'carries less than 2.8 to more than 4.2 flights a day, depending on the replication; 3.5 asked'
    """
    if not thresholds:
        return ""
    carried = [each.carried for each in thresholds]
    low, high = min(carried), max(carried)
    n_none, n_all = carried.count(0.0), sum(math.isnan(each.not_carried) for each in thresholds)
    least = short(min(each.not_carried for each in thresholds if each.carried == 0)) if n_none else ""
    if n_none == len(carried):
        text = f"less than {least} flights a day ({least} was the least simulated)"
    elif n_all == len(carried):
        text = f"{short(low)} flights a day or more ({short(high)} was the most simulated)"
    elif n_none or n_all:
        lower = f"less than {least}" if n_none else short(low)
        upper = f"more than {short(high)}" if n_all else short(high)
        text = f"{lower} to {upper} flights a day, depending on the replication"
    else:
        n = f"{len(carried)} replications" if len(carried) > 1 else "1 replication"
        each = f"{short(low)} to {short(high)}" if low < high else "the same" if len(carried) > 1 else "known"
        text = f"up to {short(sum(carried) / len(carried))} flights a day ({each} in {n})"
    return f"carries {text}; {short(asked)} asked"


def margin_object(thresholds: Sequence[Threshold], asked: float) -> dict[str, Any]:
    """The same for JSON, as the key `margin`; nothing without thresholds."""
    if not thresholds:
        return {}
    not_carried = [None if math.isnan(each.not_carried) else each.not_carried for each in thresholds]
    carried = [each.carried for each in thresholds]
    return {"margin": {"asked": asked, "carried": carried, "not_carried": not_carried, "unit": "1/d"}}


def margins_of(rows: Iterable[MarginRow]) -> dict[str, tuple[Threshold, ...]]:
    """Thresholds by design."""
    margins: dict[str, tuple[Threshold, ...]] = {}
    for row in sorted(rows, key=lambda row: (row.scenario, row.replication)):
        margins[row.scenario] = (*margins.get(row.scenario, ()), Threshold(row.carried, row.not_carried))
    return margins
