"""In how many worlds each option has the highest value, and the value of knowing a number before choosing.

All worlds have a cheap estimate of each option's value; some, in a random order, were simulated. A regression on the
numbers corrects the estimate. Its errors at simulated worlds that are left out stand for the errors at all others.

Sources: W. G. Cochran, Sampling Techniques, 3rd ed. 1977, chapter 12 (double sampling with regression); M. Strong, J.
E. Oakley and A. Brennan, Medical Decision Making 34(3), 2014, 311-326, doi:10.1177/0272989X13505910 (information).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from experiments.statistics.interval import Interval
from experiments.statistics.open_worlds import each_explains
from experiments.statistics.ridge import additive, ridge
from experiments.statistics.share_of_worlds import Checked, Share, by_chance, share
from experiments.statistics.two_sources import two_source_interval
from experiments.statistics.what_decides import GROUPS, curve, groups_of, jackknifed, line
from sim.units import Numbers

LEAST: Final = 3
"""Least number of simulated worlds from which errors are known."""


@dataclass(frozen=True, slots=True)
class Worth:
    """Value of knowing a number before choosing [the unit of the options' values]."""

    number: int
    worth: Interval
    first: float
    """Share of variance that a line in the number explains, of an option's distance behind the best; largest of all
    options."""
    is_beyond_chance: bool
    """Whether that share exceeds the largest that so many numbers without effect would show by chance."""


@dataclass(frozen=True, slots=True)
class Swing:
    """Mean value of an option with a number at the low and at the high end of its range."""

    number: int
    low: float
    high: float
    first: float
    """Share of the variance over worlds that the number explains alone."""


@dataclass(frozen=True)
class Chosen:
    """P options in N worlds with K numbers.

    `corrected`: value of each option (N, P); `errors`: of the corrected estimate at simulated worlds that were left out
    (n, P); `noise`: deviations of one world's replications from their mean (R, P).
    """

    corrected: Numbers
    errors: Numbers
    simulated: Mapping[int, Numbers]
    noise: Numbers
    points: Numbers
    scaled: Numbers
    slopes: Numbers
    """Slopes of the correction (K, P); its constant is `shift` (P)."""
    shift: Numbers

    @classmethod
    def of(
        cls, predicted: Numbers, simulated: Mapping[int, Numbers], replicated: Numbers, points: Numbers, scaled: Numbers
    ) -> Self:
        """From `predicted` (N, P), `simulated` by world (P), and `replicated`: values in one world (P, R).

        Raises:
            ValueError: fewer than three simulated worlds.
        """
        worlds = sorted(simulated)
        if len(worlds) < LEAST:
            raise ValueError(f"worlds: at least {LEAST} simulated, got {len(worlds)}")
        left = np.array([simulated[world] for world in worlds]) - predicted[worlds]
        at = scaled[worlds]
        fits = [ridge(at @ at.T, left[:, option]) for option in range(left.shape[1])]
        slopes = np.stack([at.T @ fit.weights for fit in fits], axis=1)
        shift = np.array([fit.constant for fit in fits])
        errors = np.stack([fit.errors for fit in fits], axis=1)
        n = replicated.shape[1]
        noise = (
            (replicated - replicated.mean(axis=1, keepdims=True)).T * (n / (n - 1)) ** 0.5 if n > 1 else 0 * left[:1]
        )
        return cls(predicted + shift + scaled @ slopes, errors, simulated, noise, points, scaled, slopes, shift)

    @cached_property
    def best(self) -> int:
        """The option with the highest mean value."""
        return int(self.corrected.mean(axis=0).argmax())

    def shares(
        self, predicted: Numbers | None = None, points: Numbers | None = None, scaled: Numbers | None = None
    ) -> list[Share]:
        """Share of worlds in which each option has the highest value; of other worlds if those are given."""
        worth, at = self.corrected, self.points
        if predicted is not None and points is not None and scaled is not None:
            worth, at = predicted + self.shift + scaled @ self.slopes, points
        probability = _best(worth, self.errors)
        strata = np.zeros(len(worth), dtype=np.int64)
        return [share(probability[:, option], strata, [self._checked(option)], at) for option in range(worth.shape[1])]

    def probability(self) -> Numbers:
        """Probability that an option is the best in a world (N, P): simulated if available, else predicted."""
        probabilities = _best(self.corrected, self.errors)
        for world, holds in self._holds.items():
            probabilities[world] = holds
        return probabilities

    @cached_property
    def _holds(self) -> dict[int, Numbers]:
        return {world: _best(worth[None, :], self.noise)[0] for world, worth in self.simulated.items()}

    def _checked(self, option: int) -> Checked:
        errors, noise = [], []
        for at, (world, unseen) in enumerate(self._unseen.items()):
            others = np.delete(self.errors, at, axis=0)
            holds = float(self._holds[world][option])
            errors.append(holds - float(_best(unseen[None, :], others)[0, option]))
            noise.append(holds * (1 - holds))
        return Checked.of(errors, noise)

    @property
    def wrong(self) -> int:
        """Number of simulated worlds in which the option predicted without them is not the best."""
        return sum(int(worth.argmax() != self.simulated[world].argmax()) for world, worth in self._unseen.items())

    @property
    def _unseen(self) -> dict[int, Numbers]:
        """The values predicted for each simulated world without using it (P)."""
        return {world: self.simulated[world] - self.errors[at] for at, world in enumerate(sorted(self.simulated))}

    def mean(self, option: int) -> Interval:
        """Mean value of an option over the worlds."""
        return self._mean(self.corrected[:, option], self.errors[:, option])

    def lead(self, option: int) -> Interval:
        """How far the mean value of the best option lies above that of this one."""
        pairs = (each[:, self.best] - each[:, option] for each in (self.corrected, self.errors))
        return self._mean(*pairs)

    def _mean(self, values: Numbers, errors: Numbers) -> Interval:
        left = min(float(np.var(values)), additive(self.points, values).error ** 2)
        return two_source_interval(
            float(values.mean()), sampling=left / len(values), n_samples=len(values),
            simulation=float(errors.var(ddof=1)) / len(errors), n_replications=len(errors),
        )  # fmt: skip

    def quantiles(self, option: int, shares: Sequence[float]) -> Numbers:
        """Quantiles of an option's value over the worlds, including the errors of its estimate."""
        each = self.corrected[:, option][:, None] + (self.errors[:, option] - self.errors[:, option].mean())[None, :]
        return np.asarray(np.quantile(each, shares))

    def worths(self) -> list[Worth]:
        """Value of knowing each number: those beyond chance first, in descending order.

        Intervals by a jackknife over groups of worlds. They do not account for choosing the number among many.
        """
        behind = self.corrected - self.corrected[:, [self.best]]
        groups = groups_of(len(behind))
        rows = [groups >= 0, *(groups != group for group in range(GROUPS))]
        degrees: dict[tuple[int, int], int] = {}
        figures = np.array([
            [self._worth(behind[kept], number, kept, degrees) for number in range(self.scaled.shape[1])]
            for kept in rows
        ])  # fmt: skip
        intervals = jackknifed(figures[0], figures[1:])
        others = [option for option in range(behind.shape[1]) if option != self.best]
        firsts = [each_explains(behind[:, [option]], self.scaled) for option in others]
        first = np.max(firsts, axis=0) if firsts else np.zeros(self.scaled.shape[1])
        least = by_chance(len(behind), self.scaled.shape[1] * max(1, len(others)))
        # The value of knowing one number is at most that of knowing all.
        worths = [
            Worth(number, interval.within(0.0, self.everything), float(first[number]), bool(first[number] > least))
            for number, interval in enumerate(intervals)
        ]
        return sorted(worths, key=lambda worth: (not worth.is_beyond_chance, -worth.worth.mean))

    def _worth(
        self, behind: Numbers, number: int, kept: NDArray[np.bool_], degrees: dict[tuple[int, int], int]
    ) -> float:
        """Value of choosing with the number known, minus that of the best choice without it."""
        curves = []
        for option in range(behind.shape[1]):
            polynomial = line(self.scaled[kept, number], behind[:, option], degrees.get((number, option)))
            degrees.setdefault((number, option), polynomial.degree)
            curves.append(polynomial.response)
        each = np.array(curves)
        return max(0.0, float(each.max(axis=0).mean() - each.mean(axis=1).max()))

    @property
    def everything(self) -> float:
        """Value of knowing all numbers."""
        return float(self.corrected.max(axis=1).mean() - self.corrected.mean(axis=0).max())

    def swings(self, option: int) -> list[Swing]:
        """Swings of all numbers: those beyond chance first, longest first."""
        swings = []
        variance = float(np.var(self.corrected[:, option]))
        for number in range(self.scaled.shape[1]):
            polynomial = line(self.scaled[:, number], self.corrected[:, option])
            first = float(np.var(polynomial.response)) / variance if variance else 0.0
            swings.append(Swing(number, float(polynomial.response[0]), float(polynomial.response[-1]), first))
        return sorted(swings, key=lambda swing: (swing.first < self.by_chance, -abs(swing.high - swing.low)))

    @property
    def by_chance(self) -> float:
        """Largest share of a variance that K numbers without effect show by chance in N worlds: 95 %, Bonferroni."""
        return by_chance(*self.scaled.shape)

    def deciding(self, option: int, noticeable: float) -> list[int]:
        """Numbers with a noticeable share in whether the option is best, beyond chance; most important first."""
        noticeable = max(noticeable, self.by_chance)
        holds = self.probability()[:, option]
        firsts = [curve(self.scaled[:, number], holds).first for number in range(self.scaled.shape[1])]
        return [int(number) for number in np.argsort(firsts)[::-1] if firsts[number] >= noticeable]


def _best(worth: Numbers, errors: Numbers) -> Numbers:
    """Probability that each option is the best (M, P), given possible errors (n, P); equal options are all the best."""
    ways = worth[:, None, :] + errors[None, :, :]
    return np.asarray((ways == ways.max(axis=2, keepdims=True)).mean(axis=1))
