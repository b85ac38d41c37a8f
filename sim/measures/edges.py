"""Counting at the edges of the occupancy's intervals."""

from collections.abc import Sequence

import numpy as np

from sim.domain.columns import Table
from sim.domain.inputs import Inputs
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


def of_hall(rows: Table, number: int, column: str = "hall") -> Table:
    """The rows of one hall."""
    is_of_hall = rows[column] == number
    return {name: values[is_of_hall] for name, values in rows.items()}


def inside_rows(edges: Ticks, rows: Table, enter: str, leave: str) -> Ticks:
    """How many rows have come and not gone before each of the edges (B)."""
    return before(edges, rows[enter]) - before(edges, rows[leave])


def before(edges: Ticks, instants: Ticks, weight: Ticks | None = None) -> Ticks:
    """How many instants, or how much of their weight, lie before each of the edges (B).

    >>> before(np.array([10, 20]), np.array([12, NEVER, 5]), np.array([3, 9, 1])).tolist()
    [1, 4]
    """
    happened = instants != NEVER
    instants = instants[happened]
    order = np.argsort(instants, kind="stable")
    weights = np.ones_like(instants) if weight is None else weight[happened]
    # Sums of the first 0, 1, … weights in the order of their instants; an edge has so many before it.
    total = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(weights[order])))
    return total[np.searchsorted(instants[order], edges, side="left")]


def sums(index: Ticks, amounts: Ticks, n: int) -> Ticks:
    """Of amounts (P), by index 0 … n-1 (n)."""
    total = np.zeros(n, dtype=np.int64)
    np.add.at(total, index, amounts)
    return total
