"""History matching: which worlds remain possible, given what was observed.

A world is ruled out if an observation lies more than `farthest` standard deviations from the model's figure in that
world. The standard deviation covers all errors: of observation, model (discrepancy), replication (simulation) and
emulator. At least 95 % of any distribution with one peak lies within 3 of them, so an observation rules the true world
out at most once in 20.

An emulator, a quadratic through few simulated worlds, predicts the model's figures. Each wave simulates worlds that are
still possible; with these, its emulators rule out more.

Sources: P. S. Craig, M. Goldstein, A. H. Seheult and J. A. Smith, in: Case Studies in Bayesian Statistics 3, Springer
1997, 37-93, doi:10.1007/978-1-4612-2290-3_2; I. Vernon, M. Goldstein and R. G. Bower, Bayesian Analysis 5(4), 2010,
619-669, doi:10.1214/10-BA524 (waves); F. Pukelsheim, The American Statistician 48(2), 1994, 88-91,
doi:10.1080/00031305.1994.10476030 (three standard deviations).
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from experiments.statistics.interval import Interval
from experiments.statistics.next_runs import Wanted
from experiments.statistics.open_worlds import Run, Sample
from experiments.statistics.ridge import Quadratic, fitted
from experiments.statistics.share_of_worlds import PRIOR, bounded, left_by_axes
from experiments.statistics.two_sources import variance_by_groups, variance_within
from experiments.statistics.what_decides import GROUPS
from sim.units import Numbers

Ask = Callable[[Sequence[Wanted]], Mapping[Run, Numbers]]
"""The observed figures as the model shows them in these worlds: by replication and observation, (n, T)."""
TWICE: Final = 4
"""Worlds of the first wave with two replications, which show the noise (assumption)."""


@dataclass(frozen=True, slots=True)
class Target:
    """An observation of a design, with the standard deviations of its own error and of the model's discrepancy."""

    design: int
    value: float
    of_observation: float
    of_discrepancy: float


@dataclass(frozen=True, slots=True)
class Waves:
    """Most waves, worlds in each wave, and the limit beyond which a world is ruled out."""

    most: int
    worlds: int
    farthest: float


@dataclass(frozen=True, slots=True)
class Emulator:
    """Prediction of one figure: a quadratic over the scaled numbers (K), and its error."""

    surface: Quadratic
    of_simulation: float
    """Standard deviation of a replication around its world's mean."""
    of_emulator: float
    """Standard deviation of a world's mean around the quadratic, at worlds left out of the fit."""

    def implausibility(self, target: Target, scaled: Numbers) -> Numbers:
        """Distance (N,) of the observation from the model at scaled values (N, K), in standard deviations."""
        return np.asarray(np.abs(self.surface(scaled) - target.value) / self.deviation(target))

    def deviation(self, target: Target) -> float:
        """Standard deviation of all errors together [the figure's unit]."""
        parts = (target.of_observation, target.of_discrepancy, self.of_simulation, self.of_emulator)
        return float(np.sqrt(np.sum(np.square(parts))))


@dataclass(frozen=True, slots=True)
class Wave:
    """All simulations up to the end of a wave, and the emulators of all observations then."""

    answers: Mapping[Run, Numbers]
    emulators: tuple[Emulator, ...]
    possible: NDArray[np.bool_]
    """Worlds (N,) that no wave so far rules out."""


@dataclass(slots=True)
class Matched:
    """All waves over the worlds of a sample; `can_be`: worlds (N,) in which the hubs are possible."""

    sample: Sample
    targets: Sequence[Target]
    effort: Waves
    can_be: NDArray[np.bool_]
    waves: list[Wave] = field(default_factory=list)

    @property
    def possible(self) -> NDArray[np.bool_]:
        """Worlds (N,) that nothing rules out."""
        return self.waves[-1].possible if self.waves else self.can_be

    @property
    def emulators(self) -> tuple[Emulator, ...]:
        return self.waves[-1].emulators

    def learn(self, answers: Mapping[Run, Numbers]) -> None:
        """End a wave: fit emulators to all simulations, and rule out worlds."""
        known = {**(self.waves[-1].answers if self.waves else {}), **answers}
        emulators = self._fitted(known, ())
        self.waves.append(Wave(known, emulators, self.possible & self._agrees(emulators)))

    def share(self, wave: int = -1) -> Interval:
        """Share of the worlds that are possible after a wave; its error is due to the choice of worlds.

        The error of the choice of simulated worlds is a delete-a-group jackknife, as in `what_decides`.
        """
        possible_now = self.waves[wave].possible
        until = self.waves[: wave % len(self.waves) + 1]
        of_fits = float(variance_by_groups(np.array([possible.mean() for possible in self._without_groups(until)])))
        holds, n = possible_now.astype(np.float64), len(possible_now)
        # Worlds that are all alike leave the share as open as half a world of the other kind.
        unseen = PRIOR / (n + 2 * PRIOR)
        of_worlds = (left_by_axes(holds, self.sample.points) or unseen * (1 - unseen)) / n
        return bounded(float(holds.mean()), of_worlds + of_fits, n)

    def varies(self, at: int) -> bool:
        """Whether the model gives more than one value of an observed figure."""
        design = self.targets[at].design
        values = np.concatenate([outputs[:, at] for run, outputs in self.waves[-1].answers.items() if run[0] == design])
        return bool(np.ptp(values) > 0)

    def alone(self, at: int) -> float:
        """Share of the worlds that one observation alone rules out, by the last emulator."""
        return float(
            np.mean(self.emulators[at].implausibility(self.targets[at], self.sample.scaled) > self.effort.farthest)
        )

    def unmoved(self) -> Numbers:
        """Probability, for each number (K,), that it does not differ between remaining and ruled-out worlds.

        Mean and mean square are compared. Their errors are due to the choice of worlds, both drawn and simulated: an
        emulator that knows few worlds seems to depend on numbers without effect. Bonferroni over all numbers.
        """
        from scipy.stats import t

        n_in = int(self.possible.sum())
        n_out = len(self.possible) - n_in
        if min(n_in, n_out) < 2:
            return np.ones(self.sample.scaled.shape[1])
        values = np.stack([self.sample.scaled, self.sample.scaled**2])
        change = _change(values, self.possible)
        of_fits = variance_by_groups(
            np.stack([_change(values, possible) for possible in self._without_groups(self.waves)])
        )
        of_worlds = values.var(axis=1) * (1 / n_in + 1 / n_out)
        variance = np.maximum(of_fits + of_worlds, 1e-12)
        freedom = variance**2 / (of_fits**2 / (GROUPS - 1) + of_worlds**2 / (min(n_in, n_out) - 1) + 1e-24)
        p_values = 2 * t.sf(np.abs(change) / np.sqrt(variance), freedom)
        return np.asarray(np.minimum(1.0, p_values.size * p_values.min(axis=0)))

    def _without_groups(self, waves: Sequence[Wave]) -> Iterator[NDArray[np.bool_]]:
        """For each group of simulated worlds: worlds that remain possible (N,) if all fits leave the group out."""
        for group in range(GROUPS):
            possible = self.can_be
            for wave in waves:
                worlds = sorted({world for _, world in wave.answers})
                possible = possible & self._agrees(self._fitted(wave.answers, worlds[group::GROUPS]))
            yield possible

    def _agrees(self, emulators: Sequence[Emulator]) -> NDArray[np.bool_]:
        far = [
            emulator.implausibility(target, self.sample.scaled)
            for emulator, target in zip(emulators, self.targets, strict=True)
        ]
        return np.asarray(np.max(far, axis=0) <= self.effort.farthest)

    def _fitted(self, answers: Mapping[Run, Numbers], without: Collection[int]) -> tuple[Emulator, ...]:
        left_out = frozenset(without)
        emulators = []
        for at, target in enumerate(self.targets):
            runs = sorted(run for run in answers if run[0] == target.design and run[1] not in left_out)
            emulators.append(
                emulator(self.sample.scaled[[world for _, world in runs]], [answers[run][:, at] for run in runs])
            )
        return tuple(emulators)


def _change(values: Numbers, possible: NDArray[np.bool_]) -> Numbers:
    """Means of values (2, N, K) over the worlds that remain minus those over the others, (2, K); 0 without either."""
    if possible.all() or not possible.any():
        return np.zeros(values[:, 0].shape)
    return np.asarray(values[:, possible].mean(axis=1) - values[:, ~possible].mean(axis=1))


def emulator(scaled: Numbers, values: Sequence[Numbers]) -> Emulator:
    """Emulator of a figure from simulated worlds: scaled values (n, K), and by world its replications' values."""
    noise = variance_within(values)
    surface = fitted(scaled, np.array([outputs.mean() for outputs in values]))
    of_means = noise * float(np.mean([1 / len(outputs) for outputs in values]))
    return Emulator(surface, noise**0.5, max(0.0, surface.error**2 - of_means) ** 0.5)


def matched(sample: Sample, targets: Sequence[Target], effort: Waves, ask: Ask, can_be: NDArray[np.bool_]) -> Matched:
    """Waves, as long as possible worlds are left to simulate; the choice of worlds depends only on the results."""
    history = Matched(sample, targets, effort, can_be)
    for wave in range(effort.most):
        wanted = _wanted(history, n_twice=0 if wave else TWICE)
        if not wanted:
            break
        history.learn(ask(wanted))
    return history


def _wanted(history: Matched, *, n_twice: int) -> list[Wanted]:
    """The first possible worlds that are not simulated, the same for all designs with an observation."""
    simulated = {world for _, world in history.waves[-1].answers} if history.waves else set()
    worlds = [int(world) for world in np.flatnonzero(history.possible) if int(world) not in simulated]
    return [
        (design, world, 2 if at < n_twice else 1)
        for design in sorted({target.design for target in history.targets})
        for at, world in enumerate(worlds[: history.effort.worlds])
    ]
