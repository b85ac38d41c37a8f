"""A quantity that differs between worlds: its distribution, and what its values do to numbers."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from experiments.assumptions.entries import Entry
from experiments.assumptions.leaves import like, stretched
from experiments.assumptions.listed import Assumption, neutral
from experiments.grouping import grouped
from sim.distributions.families import triangular
from sim.units import Numbers


@dataclass(frozen=True, slots=True)
class Sampled:
    """A sampled quantity: a number, a factor of several numbers or a list, or the position of an option."""

    entry: Entry
    base: float
    low: float
    high: float
    weights: tuple[float, ...] = ()

    @classmethod
    def of(cls, members: Sequence[Assumption]) -> "Sampled":
        first = members[0]
        entry = first.entry
        assert first.low is not None and first.high is not None
        if (len(members) == 1 and entry.how is None) or entry.options:
            return cls(entry, first.likely, first.low, first.high, tuple(entry.options.values()))
        base = neutral(entry)
        if entry.by is not None:
            return cls(entry, base, 1 - entry.by, 1 + entry.by)
        assert entry.low is not None and entry.high is not None
        if "*" in entry.key or entry.how or entry.towards:
            return cls(entry, base, entry.low, entry.high)
        return cls(entry, base, first.low / first.likely, first.high / first.likely)

    def scaled(self, width: float) -> "Sampled":
        """The same with a wider range; an end moves at most halfway to zero, or to the entry's `most`."""
        if self.entry.options:
            others = [weight for place, weight in enumerate(self.weights) if place != self.base]
            share = min(width, 1 / sum(others)) if sum(others) else 0.0
            weights = tuple(weight * share for weight in self.weights)
            rest = 1 - sum(weight for place, weight in enumerate(weights) if place != self.base)
            return replace(self, weights=(*weights[: int(self.base)], rest, *weights[int(self.base) + 1 :]))
        low, high = (self.base + width * (end - self.base) for end in (self.low, self.high))
        if self.low > 0:
            low = max(low, self.low / 2)
        if self.high < 0:
            high = min(high, self.high / 2)
        most, is_itself = self.entry.most, "*" not in self.entry.key and self.entry.how is None
        if is_itself and most is not None:
            high = min(high, max(self.high, (self.high + most) / 2))
        return replace(self, low=low, high=high)

    def quantiles(self, u: Numbers) -> Numbers:
        """Values (N) at these probabilities (N)."""
        if self.entry.options:
            edges = np.cumsum(self.weights)[:-1]
            return np.searchsorted(edges, u, side="right").astype(np.float64)
        width = self.high - self.low
        if width == 0:
            return np.full(u.shape, self.base)
        if self.entry.by is not None:
            return self.low + u * width
        return np.asarray(triangular(self.low, self.base, self.high)(u))

    def changed(self, numbers: Mapping[str, Any], stars: Mapping[str, tuple[str, ...]], value: float) -> dict[str, Any]:
        """The numbers of the entry by key, in a world with this sampled value."""
        if value == self.base:
            return {}
        if self.entry.how == "spread" and not any(isinstance(number, list) for number in numbers.values()):
            return self._spread(numbers, stars, value)
        return {key: self._number(key, number, value) for key, number in numbers.items()}

    def _number(self, key: str, number: Any, value: float) -> Any:  # noqa: ANN401 - a number, or a list
        if isinstance(number, list):
            return self._list(number, value)
        if number == self.base:
            return self._bounded(key, number, value)
        return self._bounded(key, number, number * value / self.base if self.base else number)

    def _list(self, numbers: list[float], value: float) -> list[float]:
        if self.entry.towards is not None:
            other = np.array(self.entry.towards)
            return [float(number) for number in (1 - value) * np.array(numbers) + value * other]
        if self.entry.how == "spread":
            return stretched(numbers, value)
        return [number * value for number in numbers]

    def _spread(
        self, numbers: Mapping[str, float], stars: Mapping[str, tuple[str, ...]], value: float
    ) -> dict[str, Any]:
        """Stretch each nested table separately."""
        tables = grouped((stars[key][:-1], key) for key in numbers)
        by_key: dict[str, Any] = {}
        for keys in tables.values():
            by_key |= zip(keys, stretched([numbers[key] for key in keys], value), strict=True)
        return by_key

    def _bounded(self, key: str, number: float, value: float) -> float:
        most = self.entry.most if self.entry.most is not None else 1.0 if key.endswith("share") else math.inf
        return like(number, min(value, max(most, number)))
