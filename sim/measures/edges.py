"""Counting at the edges of the occupancy's intervals."""

from collections.abc import Sequence
from itertools import compress

import numpy as np

from sim.domain.inputs import Inputs
from sim.record.recorder import Columns
from sim.units import NEVER, Ticks

Series = tuple[str, Ticks, int, str]
"""Zone, units inside at the edges (B), their limit, what is counted."""


def bin_edges(inputs: Inputs) -> Ticks:
    """The ends of the intervals (B) of the run."""
    n_bins = -(-inputs.end // inputs.bin_width)
    return np.minimum((np.arange(n_bins) + 1) * inputs.bin_width, inputs.end)


def total(series: Sequence[Series]) -> Series:
    """One zone of all halls together."""
    (zone, *_, unit), limit = series[0], sum(limit for _, _, limit, _ in series)
    return zone, np.sum([inside for _, inside, _, _ in series], axis=0), limit, unit


def of_hall(rows: Columns, number: int, column: str = "hall") -> Columns:
    """The rows of one hall."""
    mine = [hall == number for hall in rows.get(column, [])]
    return {name: list(compress(values, mine)) for name, values in rows.items()}


def inside(edges: Ticks, enter: list[int], leave: list[int]) -> Ticks:
    """How many have come and not gone before each of the edges (B)."""
    return before(edges, enter) - before(edges, leave)


def before(edges: Ticks, instants: list[int], weight: list[int] | None = None) -> Ticks:
    """How many instants, or how much of their weight, lie before each of the edges (B)."""
    when = np.array(instants, dtype=np.int64)
    if len(when) == 0:
        return np.zeros(len(edges), dtype=np.int64)
    weights = np.ones(len(when), dtype=np.int64) if weight is None else np.array(weight, dtype=np.int64)
    happened = when != NEVER
    order = np.argsort(when[happened], kind="stable")
    total = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(weights[happened][order])))
    return total[np.searchsorted(when[happened][order], edges, side="left")]
