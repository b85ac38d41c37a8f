"""Speed of solvers: for each macroreplication, the gap between the chosen design and the reference solution."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.problems.instance import Instance
from experiments.problems.oracle import BudgetSpent, Oracle, Simulate
from experiments.problems.reference import Reference
from experiments.problems.solvers import SOLVERS
from experiments.statistics.interval import Interval, mean_interval

FIRST = 1_000_000
"""Number of a solver's first replication, beyond those of the reference."""


@dataclass(frozen=True)
class Progress:
    """Progress of a solver on an instance.

    `spent` (T): replications. `gaps` (M, T): extra cost over the reference solution, as a share, of the design that
    each of M macroreplications would choose at that point. Before the first choice it is that of the most expensive
    design.
    """

    solver: str
    spent: NDArray[np.int64]
    gaps: NDArray[np.float64]

    @property
    def curve(self) -> list[Interval]:
        """Mean gap at each point, with its interval over macroreplications."""
        return [mean_interval(column.tolist(), possible=(0.0, np.inf)) for column in self.gaps.T]


def progress_of(instance: Instance, reference: Reference, solver: str, n: int, simulate: Simulate) -> Progress:
    """Run a solver n times, each time with its own replications and seed."""
    spent = np.arange(0, instance.budget + 1)
    dearest = max(map(reference.gap, reference.rows))
    gaps = np.full((n, len(spent)), dearest)
    for number in range(n):
        oracle = Oracle(instance, FIRST * (1 + number), simulate)
        with suppress(BudgetSpent):
            SOLVERS[solver](oracle, number + 1)
        for since, design in oracle.path:
            gaps[number, since:] = reference.gap(design)
    return Progress(solver, spent, gaps)


def rows_of(progress: Sequence[Progress]) -> Iterator[Mapping[str, object]]:
    """Curves as rows: solver, replications, mean gap and its interval."""
    for each in progress:
        for spent, interval in zip(each.spent, each.curve, strict=True):
            low, high = interval.bounds or (np.nan, np.nan)
            yield {"solver": each.solver, "replications": int(spent), "gap": interval.mean, "low": low, "high": high}
