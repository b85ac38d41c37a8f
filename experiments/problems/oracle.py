"""The oracle of a solver: replications of designs, counted against a budget, and the design chosen so far."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from experiments.problems.instance import Design, Instance, Observed
from sim.errors import InputError

Simulate = Callable[[Design, int], Observed]
PENALTY = 10.0
"""Factor on the objective for the missing share of the target, for solvers without constraints."""


class BudgetSpent(Exception):  # noqa: N818 - it ends every solver, and is no mistake
    """No replications are left."""


@dataclass
class Oracle:
    """Replications of one macroreplication.

    `first`: number of the first replication. The k-th (from 0) of every design has the number first + k: common random
    numbers.
    """

    instance: Instance
    first: int
    simulate: Simulate
    spent: int = 0
    path: list[tuple[int, Design]] = field(default_factory=list)
    """Replications spent, and the design chosen from then on."""
    _samples: dict[Design, list[Observed]] = field(default_factory=dict)

    def ask(self, design: Design, n: int) -> NDArray[np.float64]:
        """Simulate n further replications of a design.

        Args:
            design: For each variable, the position of its value.
            n: Replications, at least 1.

        Returns:
            All replications of the design so far, (n_so_far, 2): objective, and KPI of the constraint.

        Raises:
            BudgetSpent: Fewer than n are left; none is simulated.
            InputError: Not a design of the instance, or n below 1.
        """
        self.instance.values(design)
        if n < 1:
            raise InputError(f"n: at least 1 replication, got {n}")
        if self.spent + n > self.instance.budget:
            raise BudgetSpent
        sample = self._samples.get(design, [])
        sample = sample + [self.simulate(design, self.first + len(sample) + k) for k in range(n)]
        self._samples[design] = sample
        self.spent += n
        if not self.path or self.path[-1][1] != self.chosen:
            self.path.append((self.spent, self.chosen))
        return np.array(sample)

    def penalised(self, design: Design, n: int) -> float:
        """Mean objective after n further replications, with a penalty if the mean misses the constraint."""
        return self._worth(self.ask(design, n))

    @property
    def chosen(self) -> Design:
        """The best design so far, by means.

        Raises:
            InputError: None was simulated.
        """
        if not self._samples:
            raise InputError("no design was simulated: `ask` for one")
        return min(self._samples, key=lambda design: (self._worth(np.array(self._samples[design])), design))

    def _worth(self, sample: NDArray[np.float64]) -> float:
        return self.dearer(*sample.mean(axis=0))

    def dearer(self, objective: float, held: float) -> float:
        """The objective plus a penalty for missing the constraint."""
        missing = max(0.0, 1 - held / self.instance.target)
        return float(objective * (1 + PENALTY * missing))


def nearest(instance: Instance, point: Sequence[float]) -> Design:
    """The design nearest to real numbers, limited to the available values."""
    return tuple(
        min(len(each.values) - 1, max(0, round(place))) for each, place in zip(instance.variables, point, strict=True)
    )
