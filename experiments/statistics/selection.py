"""The cheapest of many designs that meets a target, with a stated probability of being right.

Fully sequential procedures under common random numbers: designs are replicated side by side. A design is decided as
soon as a sum of its values leaves a region that narrows to nothing. Feasibility is decided first (procedure F_B of
Batur and Kim). If costs vary between replications, the designs that meet the target are then compared (KN, or KN++ with
variances estimated again at every look). If both steps are needed, each has half of the error probability, as in
procedure AK of Andradóttir and Kim. Known costs need no replications: a design is dropped as soon as one that meets the
target is not dearer.

The selected design is right if it misses the target by no more than the tolerance, and no design that meets the target
with the tolerance to spare is cheaper by at least the indifference. Values are assumed normal. There may be fewer looks
than replications, which makes the procedures a little more careful.

Sources: S.-H. Kim, B. L. Nelson, ACM TOMACS 11 (2001), 251-273 (KN); Operations Research 54 (2006), 475-488 (KN++); D.
Batur, S.-H. Kim, ACM TOMACS 20 (2010), 13:1-13:26 (F_B); S. Andradóttir, S.-H. Kim, Naval Research Logistics 57 (2010),
403-421 (AK).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from sim.units import Numbers

Sample = Callable[[Sequence[int], Sequence[int]], Sequence[Numbers]]
"""`sample(designs, counts)`: the first `counts` replications of each design, (2, n): target figure and cost.

More is better in the first row, less in the second. A replication is the same in every answer.
"""


class Fate(StrEnum):
    SELECTED = "selected"
    INFEASIBLE = "infeasible"
    NOT_CHEAPER = "not cheaper"
    AT_TARGET = "at target"
    """Dropped, but within the tolerance of the target: it may meet the target or miss it."""
    OPEN = "open"
    """Not decided with the replications permitted."""


@dataclass(frozen=True, slots=True)
class Goal:
    """The goal among `n_designs`.

    `target` None: the cheapest of all. `tolerance` has the target's unit, `indifference` the cost's. `costs` None: the
    samples have them.
    """

    n_designs: int
    alpha: float
    target: float | None
    tolerance: float
    costs: tuple[float, ...] | None
    indifference: float

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1:
            raise ValueError(f"alpha: must be between 0 and 1, got {self.alpha}")
        if self.n_designs < 1 or (self.costs is not None and len(self.costs) != self.n_designs):
            raise ValueError(f"costs: expected one for each of {self.n_designs} designs, and at least one design")
        if self.target is not None and not self.tolerance > 0:
            raise ValueError(f"tolerance: must be greater than 0, got {self.tolerance}")
        if self.costs is None and not self.indifference > 0:
            raise ValueError(f"indifference: must be greater than 0, got {self.indifference}")


@dataclass(frozen=True, slots=True)
class Looks:
    """Replications before the first look, between looks, and at most of one design."""

    first: int
    step: int
    most: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """The fate of a design, and its number of replications; `by`: the cheaper design."""

    fate: Fate
    n: int
    by: int | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """A verdict for each design. `probability`: lower bound that the selection is right; None if not known.

    No design is selected if none meets the target.
    """

    verdicts: tuple[Verdict, ...]
    probability: float | None

    @property
    def selected(self) -> int | None:
        return next((at for at, verdict in enumerate(self.verdicts) if verdict.fate is Fate.SELECTED), None)


def reach(n: int, variance: Numbers, zone: float, beta: float, n_variance: int) -> Numbers:
    """Largest distance of a sum of n differences from 0 at which the sign of their mean is open.

    `variance` is estimated from `n_variance` differences; `zone`: means nearer to 0 do not matter; `beta`: probability
    of the wrong sign. The triangle of KN, with c = 1.

    >>> round(float(reach(10, np.array(1.0), 0.5, 0.025, 10)), 3)
    6.013
    """
    eta = ((2 * beta) ** (-2 / (n_variance - 1)) - 1) / 2
    limit: Numbers = np.maximum(0.0, eta * (n_variance - 1) * variance / zone - zone * n / 2)
    return limit


def kim_nelson(sample: Sample, goal: Goal, looks: Looks, *, is_updated: bool) -> Selection:
    """KN with variances of the first look, or KN++ (`is_updated`) with variances of every look.

    Raises:
        ValueError: fewer than two replications before the first look, or a limit below them.
    """
    if looks.first < 2 or looks.most < looks.first or looks.step < 1:
        raise ValueError("looks: at least two replications before the first, one between two, and as many allowed")
    race = _Race(sample, goal, looks, is_updated=is_updated)
    race.meet_target()
    if goal.costs is None:
        race.compare()
    return race.ended()


class _Race:
    """The remaining designs; `fates`: of decided designs, `passing`: those that meet the target."""

    def __init__(self, sample: Sample, goal: Goal, looks: Looks, *, is_updated: bool) -> None:
        self._sample, self._goal, self._looks, self._is_updated = sample, goal, looks, is_updated
        self._fates: dict[int, Verdict] = {}
        self._passing: list[int] = []
        self._n = [0] * goal.n_designs
        self._is_sure = True
        n_phases = (goal.target is not None) + (goal.costs is None)
        self._alpha = goal.alpha / max(1, n_phases)

    def meet_target(self) -> None:
        """Separate designs that meet the target from those that miss it."""
        goal, n = self._goal, self._looks.first
        alive = list(range(goal.n_designs))
        if goal.target is None:
            self._passing = alive
            return
        while alive:
            values = self._values(alive, n)[:, 0] - goal.target
            known = self._known(n)
            spread = values[:, :known].var(axis=1, ddof=1)
            limit = reach(n, spread, goal.tolerance, self._alpha / goal.n_designs, known)
            total = values.sum(axis=1)
            meets = total >= limit
            misses = ~meets & (total <= -limit)
            by_mean = dict(zip(alive, (total >= 0).tolist(), strict=True))
            self._passing += [alive[at] for at in np.flatnonzero(meets)]
            for at in np.flatnonzero(misses):
                self._fates[alive[at]] = Verdict(Fate.INFEASIBLE, n)
            alive = self._without_dearer([alive[at] for at in np.flatnonzero(~meets & ~misses)])
            if alive and n >= self._looks.most:
                # The means decide the rest, without a guarantee.
                self._is_sure = False
                self._passing += [design for design in alive if by_mean[design]]
                self._fates |= {design: Verdict(Fate.OPEN, n) for design in alive if not by_mean[design]}
                alive = []
            n = self._next(n)

    def compare(self) -> None:
        """Find the cheapest design that meets the target, if costs vary between replications."""
        alive, goal = self._passing, self._goal
        n = max([self._looks.first, *(self._n[design] for design in alive)])
        while len(alive) > 1:
            costs = self._values(alive, n)[:, 1]
            known = self._known(n)
            spread = (costs[:, None, :known] - costs[None, :, :known]).var(axis=2, ddof=1)
            limit = reach(n, spread, goal.indifference, self._alpha / (goal.n_designs - 1), known)
            total = costs.sum(axis=1)
            above = total[:, None] - total[None]
            # If designs never differ, the first is as good as any.
            same = (limit == 0) & (above == 0) & np.tri(len(alive), k=-1, dtype=bool)
            beaten = (above > limit) | same
            out = beaten.any(axis=1)
            by = np.where(beaten, total[None], np.inf).argmin(axis=1)
            for at in np.flatnonzero(out):
                self._fates[alive[at]] = Verdict(Fate.NOT_CHEAPER, n, alive[by[at]])
            if n >= self._looks.most and (~out).sum() > 1:
                self._is_sure = False
                out = np.arange(len(alive)) != np.where(out, np.inf, total).argmin()
                for design in (alive[at] for at in np.flatnonzero(out)):
                    self._fates.setdefault(design, Verdict(Fate.OPEN, n))
            alive = [alive[at] for at in np.flatnonzero(~out)]
            n = self._next(n)
        self._passing = alive

    def ended(self) -> Selection:
        best = self._cheapest()
        for design in self._passing:
            is_best = design == best
            fate = Fate.SELECTED if is_best else Fate.NOT_CHEAPER
            self._fates[design] = Verdict(fate, self._n[design], None if is_best else best)
        verdicts = tuple(self._fates[design] for design in range(self._goal.n_designs))
        return Selection(verdicts, 1 - self._goal.alpha if self._is_sure else None)

    def _values(self, designs: Sequence[int], n: int) -> Numbers:
        """Shape (designs, 2, n)."""
        for design in designs:
            self._n[design] = n
        return np.stack(self._sample(designs, [n] * len(designs)))

    def _known(self, n: int) -> int:
        """Number of replications from which variances are estimated."""
        return n if self._is_updated else self._looks.first

    def _next(self, n: int) -> int:
        return min(n + self._looks.step, max(n, self._looks.most))

    def _cheapest(self) -> int | None:
        costs = self._goal.costs
        if not self._passing or costs is None:
            return self._passing[0] if self._passing else None
        return min(self._passing, key=lambda design: (costs[design], design))

    def _without_dearer(self, alive: Sequence[int]) -> list[int]:
        """Designs that are cheaper than any that meets the target; all if costs are not known."""
        costs, best = self._goal.costs, self._cheapest()
        if costs is None or best is None:
            return list(alive)
        left = [design for design in alive if (costs[design], design) < (costs[best], best)]
        for design in alive:
            if design not in left:
                self._fates[design] = Verdict(Fate.NOT_CHEAPER, self._n[design], best)
        return left
