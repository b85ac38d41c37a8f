"""How far the answer of a design is from changing, in words, for its page and the terminal."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from experiments.formatting import short
from experiments.grouping import grouped
from experiments.store.summaries import MarginRow

Margins = Mapping[str, Sequence[MarginRow]]
"""Thresholds of the first replications, by the design's label."""


def margin_text(thresholds: Sequence[MarginRow]) -> str:
    """The demand that a design carries, compared with the requested demand; empty without thresholds.

    >>> def text(*ends: tuple[float, float]) -> str:
    ...     return margin_text([MarginRow("a", 0, *each, 3.5) for each in ends])
    >>> text((3.5, 3.6), (3.7, 3.8))
    'carries up to 3.6 flights a day (3.5 to 3.7 in 2 replications); 3.5 asked'
    >>> text((4.2, math.nan), (4.2, math.nan))
    'carries 4.2 flights a day or more (4.2 was the highest demand simulated); 3.5 asked'
    >>> text((0, 2.8), (0, 2.9))
    'carries less than 2.8 flights a day (2.8 was the lowest demand simulated); 3.5 asked'
    >>> text((0, 2.8), (3.0, 3.1), (4.2, math.nan))
    'carries less than 2.8 to more than 4.2 flights a day, depending on the replication; 3.5 asked'
    """
    if not thresholds:
        return ""
    carried = [each.carried for each in thresholds]
    low, high = min(carried), max(carried)
    n_none, n_all = carried.count(0.0), sum(math.isnan(each.not_carried) for each in thresholds)
    least = short(min(each.not_carried for each in thresholds if each.carried == 0)) if n_none else ""
    if n_none == len(carried):
        text = f"less than {least} flights a day ({least} was the lowest demand simulated)"
    elif n_all == len(carried):
        text = f"{short(low)} flights a day or more ({short(high)} was the highest demand simulated)"
    elif n_none or n_all:
        lower = f"less than {least}" if n_none else short(low)
        upper = f"more than {short(high)}" if n_all else short(high)
        text = f"{lower} to {upper} flights a day, depending on the replication"
    else:
        n = f"{len(carried)} replications" if len(carried) > 1 else "1 replication"
        each = f"{short(low)} to {short(high)}" if low < high else "the same" if len(carried) > 1 else "known"
        text = f"up to {short(sum(carried) / len(carried))} flights a day ({each} in {n})"
    return f"carries {text}; {short(thresholds[0].asked)} asked"


def margin_object(thresholds: Sequence[MarginRow]) -> dict[str, Any]:
    """The margin for JSON, under the key `margin`; empty without thresholds."""
    if not thresholds:
        return {}
    not_carried = [None if math.isnan(each.not_carried) else each.not_carried for each in thresholds]
    carried = [each.carried for each in thresholds]
    return {"margin": {"asked": thresholds[0].asked, "carried": carried, "not_carried": not_carried, "unit": "1/d"}}


def margins_of(rows: Iterable[MarginRow]) -> dict[str, list[MarginRow]]:
    """Thresholds by design."""
    return grouped((row.scenario, row) for row in sorted(rows, key=lambda row: (row.scenario, row.replication)))
