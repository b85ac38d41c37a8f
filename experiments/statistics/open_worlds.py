"""Predictions for all worlds from the simulated ones, and the share in which the answer holds.

A regression on all runs of all designs predicts the margin of a world from the screen's ratio and the assumed numbers.
Few runs of an expensive model thus correct a cheap one (M. C. Kennedy and A. O'Hagan, Biometrika 87(1), 2000, 1-13,
doi:10.1093/biomet/87.1.1).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from experiments.statistics.ridge import Ridge, ridge, step_to
from experiments.statistics.share_of_worlds import Checked, Share, Strata, Stratum, by_chance, share, strata
from experiments.statistics.two_sources import variance_within
from sim.units import Numbers

Run = tuple[int, int]
"""Design and world."""
_STEEP: Final = 4.0
"""Steepness of the regression's step where the screen's ratio is 1 (assumption)."""
_STRONG: Final = 10.0
"""Weight of the screen relative to one number in the regression (assumption)."""
_CLEAR: Final = {Stratum.FAILS: 0.0, Stratum.HOLDS: 1.0}
"""Probability that the answer holds in clear worlds."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Replications of a design in a world: their margins, which are above 0 if the answer holds.

    `is_refuted`: the answer fails whatever the margins are, for example because the backlog grows. `of_mean`: margin of
    the replications' mean, if it differs from the mean of their margins.
    """

    margins: tuple[float, ...]
    is_refuted: bool = False
    of_mean: float | None = None

    @property
    def margin(self) -> float:
        mean = sum(self.margins) / len(self.margins) if self.of_mean is None else self.of_mean
        return min(mean, -0.5) if self.is_refuted else mean


@dataclass(frozen=True, slots=True)
class Effort:
    """Amount of simulation: at most `budget` runs, fewer if each half-width is at most `precision`."""

    budget: int
    precision: float | None
    most_replications: int
    fails_below: float
    holds_above: float


@dataclass(frozen=True, slots=True)
class Sample:
    """The worlds: ratios of the screen (D, N), coordinates in [0, 1) (N, K), scaled values of the numbers (N, K)."""

    screen: Numbers
    points: Numbers
    scaled: Numbers

    def features(self, design: int, worlds: Sequence[int] | slice = slice(None)) -> Numbers:
        """Features of the regression, (M, F)."""
        ratio = np.maximum(self.screen[design, worlds], 1e-3)
        logs = np.log(ratio)[:, None]
        alike = np.zeros((len(logs), len(self.screen)))
        alike[:, design] = 1.0
        return np.hstack([_STRONG * alike, _STRONG * logs, _STRONG * np.tanh(_STEEP * logs), self.scaled[worlds]])


@dataclass(slots=True)
class Known:
    """All simulations, and their consequences for every world."""

    sample: Sample
    effort: Effort
    answers: dict[Run, Answer] = field(default_factory=dict)

    strata: Strata = field(init=False)
    runs: list[Run] = field(init=False, default_factory=list)
    fit: Ridge = field(init=False)
    noise: float = field(init=False, default=0.0)
    """Standard deviation of a replication's margin around its world's."""
    spread: float = field(init=False, default=0.0)
    """Standard deviation of a world's margin around its prediction without own runs, excluding that noise."""
    doubted: frozenset[Stratum] = field(init=False, default=frozenset())
    """Sides of the screen that a check has contradicted: the regression predicts their worlds too."""
    _features: Numbers = field(init=False)
    _margins: Numbers = field(init=False)
    _at: dict[Run, int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.strata = self.strata_of(self.sample)

    def strata_of(self, sample: Sample) -> Strata:
        return strata(sample.screen, fails_below=self.effort.fails_below, holds_above=self.effort.holds_above)

    @property
    def n_runs(self) -> int:
        return sum(len(answer.margins) for answer in self.answers.values())

    def learn(self, answers: Mapping[Run, Answer]) -> None:
        """Add further answers, and fit again."""
        self.answers |= answers
        self.runs = sorted(self.answers)
        self._at = {run: at for at, run in enumerate(self.runs)}
        self.noise = variance_within(np.array(answer.margins) for answer in self.answers.values()) ** 0.5
        self._features = np.vstack([self.sample.features(design, [world]) for design, world in self.runs])
        self._margins = np.array([self.answers[run].margin for run in self.runs])
        self.fit = ridge(self._features @ self._features.T, self._margins, [world for _, world in self.runs])
        of_noise = float(np.mean([self.noise**2 / len(self.answers[run].margins) for run in self.runs]))
        self.doubted = frozenset(kind for kind in _CLEAR if any(self._is_missed(run) for run in self._of(kind)))
        self.spread = max(0.0, self.fit.error**2 - of_noise) ** 0.5

    def scores(self, sample: Sample, design: int) -> Numbers:
        """Predicted margin in all worlds of a sample; far below 0 in impossible worlds."""
        scores = self.fit.constant + sample.features(design) @ (self._features.T @ self.fit.weights)
        is_impossible = sample.screen[design] <= 0
        return np.asarray(np.where(is_impossible, min(-1.0, float(scores.min())), scores))

    def predictions(self, sample: Sample, design: int) -> Numbers:
        """Probability that the answer holds in each world; by the screen in clear worlds."""
        kinds = self.strata_of(sample)[design]
        probabilities = probability(self.scores(sample, design), self.spread)
        probabilities[kinds == Stratum.IMPOSSIBLE] = 0.0
        for kind, value in _CLEAR.items():
            if kind not in self.doubted:
                probabilities[kinds == kind] = value
        return probabilities

    def holds(self, run: Run) -> float:
        """Probability that the answer holds in a simulated world, given the noise of its replications."""
        answer = self.answers[run]
        if answer.is_refuted:
            return 0.0
        return float(probability(np.array([answer.margin]), self.noise / len(answer.margins) ** 0.5)[0])

    def unseen(self, run: Run) -> float:
        """Prediction for a simulated world without its own runs."""
        kind = Stratum(self.strata[run])
        if kind in _CLEAR and kind not in self.doubted:
            return _CLEAR[kind]
        predicted = self.answers[run].margin - self.fit.errors[self._at[run]]
        return float(probability(np.array([predicted]), self.spread)[0])

    def checked(self, design: int) -> list[Checked]:
        """Checks by stratum; those of a side of the screen are pooled over all designs until one contradicts it."""
        checks = []
        for kind in (Stratum.FAILS, Stratum.OPEN, Stratum.HOLDS):
            is_pooled = kind in _CLEAR and kind not in self.doubted
            runs = [run for run in self._of(kind) if is_pooled or run[0] == design]
            holds = [self.holds(run) for run in runs]
            errors = [value - self.unseen(run) for run, value in zip(runs, holds, strict=True)]
            checks.append(Checked.of(errors, [value * (1 - value) for value in holds]))
        return [*checks, Checked(0, 0.0, 0.0, 0.0)]

    def _of(self, kind: Stratum) -> list[Run]:
        return [run for run in self.runs if self.strata[run] == kind]

    def _is_missed(self, run: Run) -> bool:
        """Whether the screen calls a simulated world clear although the opposite answer is likelier."""
        return (self.holds(run) > 0.5) != (_CLEAR[Stratum(self.strata[run])] > 0.5)

    def share(self, design: int, sample: Sample | None = None) -> Share:
        """Share of a sample's worlds in which the design's answer holds; by default of `self.sample`."""
        worlds = sample or self.sample
        kinds = self.strata_of(worlds)[design]
        predictions, checked = self.predictions(worlds, design), self.checked(design)
        holds = [self.holds(run) > 0.5 for run in self.runs if run[0] == design]
        if len(holds) == len(self.strata[design]):
            # All worlds are simulated, so the errors of their predictions are known; these worlds have none left.
            predicted, best = self.predictions(self.sample, design), self.best(design)
            if sample is None:
                predicted = predictions = best
            errors = [
                best[of_kind] - predicted[of_kind] for of_kind in (self.strata[design] == kind for kind in Stratum)
            ]
            checked = [
                replace(check, error=float(each.mean()) if len(each) else 0.0)
                for check, each in zip(checked, errors, strict=True)
            ]
        answer = share(predictions, kinds, checked, worlds.points)
        interval = answer.interval
        # Until a check contradicts the screen, the answer may hold in all worlds, or in none.
        if not any(holds) and not np.any(kinds == Stratum.HOLDS):
            interval = replace(interval, low=0.0)
        if all(holds) and not np.any((kinds == Stratum.FAILS) | (kinds == Stratum.IMPOSSIBLE)):
            interval = replace(interval, high=1.0)
        return replace(answer, interval=interval)

    @property
    def explained(self) -> float:
        """Share of the variance of simulated margins that predictions without a world's own runs explain."""
        return self.fit.explained(self._margins)

    def best(self, design: int) -> Numbers:
        """Probability that the answer holds in each world: from simulation if available, else predicted.

        Predictions of a stratum are shifted to the mean that its checks correct, so that the mean over all worlds is
        the share.
        """
        probabilities, kinds = self.predictions(self.sample, design), self.strata[design]
        known = {run[1]: self.holds(run) for run in self.runs if run[0] == design}
        is_known = np.zeros(len(kinds), dtype=bool)
        is_known[list(known)] = True
        means = {kind: float(probabilities[kinds == kind].mean()) for kind in Stratum if np.any(kinds == kind)}
        probabilities[list(known)] = list(known.values())
        checked = self.checked(design)
        for kind, mean in means.items():
            others = (kinds == kind) & ~is_known
            if np.any(others):
                wanted = min(1.0, max(0.0, mean + checked[kind].error)) * np.sum(kinds == kind)
                left = (wanted - probabilities[(kinds == kind) & is_known].sum()) / np.sum(others)
                probabilities[others] = shifted(probabilities[others], left)
        return probabilities

    def beyond_chance(self, design: int) -> NDArray[np.bool_]:
        """Numbers (K,) whose effect on the design's answer exceeds the largest that K numbers show by chance.

        The effect through the screen is the correlation with its logarithm over all worlds. The effect beside the
        screen is on the residuals of the simulated worlds' margins, predicted without them. A world counts once.
        """
        scaled = self.sample.scaled
        n, k = scaled.shape
        screen = np.log(np.maximum(self.sample.screen[design], 1e-3))
        worlds = np.array([world for _, world in self.runs])
        beside = self._features[:, -k:]
        left = self.fit.errors[:, None] + beside * (beside.T @ self.fit.weights)
        simulated, at = np.unique(worlds, return_inverse=True)
        means = np.stack([np.bincount(at, column) / np.bincount(at) for column in left.T], axis=1)
        is_screened = each_explains(screen[:, None], scaled) > by_chance(n, k)
        if len(simulated) < 3:
            return is_screened
        return is_screened | (each_explains(means, scaled[simulated]) > by_chance(len(simulated), k))

    def without(self, worlds: Collection[int]) -> "Known":
        """This knowledge without the simulations of some worlds."""
        left = Known(self.sample, self.effort)
        left.learn({run: answer for run, answer in self.answers.items() if run[1] not in worlds})
        return left

    @property
    def screen_errors(self) -> tuple[int, int]:
        """Number of checks of the screen, and of those that contradict it."""
        runs = [run for kind in _CLEAR for run in self._of(kind)]
        return len(runs), sum(map(self._is_missed, runs))

    @property
    def open_errors(self) -> tuple[int, int]:
        """Number of simulated open worlds, and of those that the regression predicts wrongly without them."""
        runs = self._of(Stratum.OPEN)
        return len(runs), sum((self.holds(run) > 0.5) != (self.unseen(run) > 0.5) for run in runs)


def each_explains(responses: Numbers, numbers: Numbers) -> Numbers:
    """Share of the variance of responses (n, K) or (n, 1) that each number (n, K) explains, (K,)."""
    responses, numbers = responses - responses.mean(axis=0), numbers - numbers.mean(axis=0)
    size = np.sum(responses**2, axis=0) * np.sum(numbers**2, axis=0)
    shares = np.sum(responses * numbers, axis=0) ** 2 / np.where(size > 0, size, 1.0)
    return np.asarray(shares)


def shifted(probabilities: Numbers, mean: float) -> Numbers:
    """Probabilities shifted to another mean, all by the same number of standard deviations of a normal margin.

    >>> shifted(np.array([0.2, 0.5, 0.8]), 0.6).round(2).tolist()
    [0.3, 0.62, 0.88]
    """
    if not 0 < mean < 1:
        return np.full(len(probabilities), min(1.0, max(0.0, mean)))
    scores = ndtri(np.clip(probabilities, 1e-9, 1 - 1e-9))
    return np.asarray(ndtr(scores + step_to(scores, mean)))


def probability(scores: Numbers, deviation: float) -> Numbers:
    """Probability that a margin with this mean and standard deviation is not below 0."""
    return np.asarray(ndtr(scores / deviation) if deviation > 0 else (scores >= 0).astype(np.float64))
