"""Contribution of each of several changes to their total gain: Shapley shares.

The share of a change is what it adds to the value, on average over all orders of the changes. This mean over orders
equals a sum over coalitions, so each of the 2^k coalitions is needed once:

    share(i) = sum over S without i of |S|! (k - |S| - 1)! / k! (value(S with i) - value(S))

Source: L. S. Shapley, A value for n-person games, Annals of Mathematics Studies 28 (1953), 307-317. For outputs of a
simulation: E. Song, B. L. Nelson, J. Staum, SIAM/ASA J. Uncertainty Quantification 4 (2016), 1060-1083.

Shares are computed as fractions and rounded once: they add up to the gain, a change that adds nothing has 0, and
changes that add the same have equal shares.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from experiments.statistics.interval import ANYTHING, Interval, Range, mean_interval
from experiments.statistics.two_sources import difference_of, paired_interval


@dataclass(frozen=True, slots=True)
class Share:
    """Contribution of a change: `share` over all orders, `alone` as the first of all, `last` after all others."""

    share: Interval
    alone: Interval
    last: Interval


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A gain from `start` to `end`, and the share of each change in it; `values` are shares by replication."""

    start: Interval
    end: Interval
    gain: Interval
    shares: Mapping[str, Share]
    values: Mapping[str, Sequence[float]]

    @property
    def largest(self) -> str:
        """The change whose mean share is the largest in the direction of the gain; of equals, the first."""
        sign = -1 if self.gain.mean < 0 else 1
        return max(self.shares, key=lambda name: sign * self.shares[name].share.mean)

    def lead(self, name: str) -> dict[str, Interval]:
        """How far the share of one change lies above each other's, replication by replication."""
        return {
            other: paired_interval(self.values[name], values).unless_same
            for other, values in self.values.items()
            if other != name
        }


def decompose(
    values: Sequence[Sequence[float]],
    names: Sequence[str],
    idle: Sequence[str] = (),
    *,
    possible: Range = ANYTHING,
    good_end: float | None = None,
) -> Decomposition:
    """The shares of the changes named, from the values of all coalitions under common random numbers.

    `values` (R x 2^k): by replication and coalition, as in `shapley_fractions`. Each replication has its own shares; t
    intervals are those of their means. `idle` changes alter nothing: their share is 0. `possible` and `good_end`: as in
    `mean_interval`. A share is a mean of differences, so at most the largest possible one. What is the same in every
    replication has no interval.

    Raises:
        ValueError: no replication, or not one value for each coalition of the names.
    """
    if not values or any(len(row) != 2 ** len(names) for row in values):
        raise ValueError(f"values: expected at least one replication of {2 ** len(names)} coalitions each")
    by_row = [shapley(row) for row in values]
    last = len(values[0]) - 1

    def added(to: int, since: int) -> Interval:
        both = [row[to] for row in values], [row[since] for row in values]
        return paired_interval(*both, possible=possible).unless_same

    shares = {name: [row[i] for row in by_row] for i, name in enumerate(names)}
    of_factors = {
        name: Share(
            mean_interval(shares[name], possible=difference_of(possible)).unless_same,
            added(1 << i, 0),
            added(last, last ^ 1 << i),
        )
        for i, name in enumerate(names)
    }
    nothing = mean_interval([0.0] * len(values))
    of_factors |= {name: Share(nothing, nothing, nothing) for name in idle}
    shares |= {name: [0.0] * len(values) for name in idle}
    start, end = (mean_interval([row[at] for row in values], possible=possible, good_end=good_end) for at in (0, last))
    return Decomposition(start, end, added(last, 0), of_factors, shares)


def n_changes(values: Sequence[float]) -> int:
    """The number k of changes for 2^k values.

    Raises:
        ValueError: another number of values.
    """
    k = len(values).bit_length() - 1
    if len(values) != 2 ** max(k, 0):
        raise ValueError(f"values: expected one for each coalition, 2^k in all, got {len(values)}")
    return k


def shapley_fractions(values: Sequence[float]) -> list[Fraction]:
    """The share of each of k changes, exactly. `values` (2^k): of coalition S at the sum of 2^i over i in S.

    Raises:
        ValueError: another number of values, or one that is not finite.

    >>> shapley_fractions([0.0, 1.0, 2.0, 5.0])
    [Fraction(2, 1), Fraction(3, 1)]
    """
    k = n_changes(values)
    if not all(math.isfinite(value) for value in values):
        raise ValueError("values: all must be finite")
    exact = [Fraction(value) for value in values]
    orders = [math.factorial(size) * math.factorial(k - size - 1) for size in range(k)]
    shares = []
    for i in range(k):
        without = [at for at in range(2**k) if not at >> i & 1]
        total = sum((orders[at.bit_count()] * (exact[at | 1 << i] - exact[at]) for at in without), Fraction(0))
        shares.append(total / math.factorial(k))
    return shares


def shapley(values: Sequence[float]) -> list[float]:
    """`shapley_fractions`, rounded; NaN for all if a value is not finite.

    >>> shapley([0.5, 0.5, 0.75, 0.75])
    [0.0, 0.25]
    """
    if not all(math.isfinite(value) for value in values):
        return [math.nan] * n_changes(values)
    return [float(share) for share in shapley_fractions(values)]
