"""Worlds: hubs in which each sourced or assumed number has a value from its range, and derived numbers follow."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Self

import numpy as np

from experiments.assumptions.entries import Entry, Kind
from experiments.assumptions.leaves import (
    entry_key,
    evaluate,
    leaves,
    like,
    parents,
    stretched,
    with_leaves,
    with_names,
)
from experiments.assumptions.listed import Assumption, Index, groups, neutral
from experiments.assumptions.room import with_room
from experiments.composition import compose, packaged
from experiments.grouping import grouped
from experiments.report.sections import said
from sim.config import HubConfig
from sim.distributions.families import triangular
from sim.errors import ConfigError
from sim.reading import plain, read
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
        return {key: self._one(key, number, value) for key, number in numbers.items()}

    def _one(self, key: str, number: Any, value: float) -> Any:  # noqa: ANN401 - a number, or a list
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


_SLACK = 1e-9
"""Rounding error of an eigenvalue of zero."""


@dataclass(frozen=True, slots=True)
class Worlds:
    """The K sampled quantities and their correlations. `names` are the keys of their entries.

    If a design differs in a number from the configuration behind the worlds, its value is scaled in proportion.
    """

    names: tuple[str, ...]
    sampled: tuple[Sampled, ...]
    assumptions: tuple[Assumption, ...]
    cholesky: Numbers
    """Cholesky factor (lower triangle) of the correlations of normal scores (K, K)."""
    index: Index

    @classmethod
    def of(cls, assumptions: Sequence[Assumption], *, width: float = 1.0) -> Self:
        """All quantities that have a range, with ranges `width` times as wide: 0.5 halves them, 1.5 adds half.

        Raises:
            ConfigError: impossible correlations.
        """
        if not 0 <= width <= 10:
            raise ConfigError(f"width: from 0 to 10, got {width:g}")
        by_name = {name: Sampled.of(members).scaled(width) for name, members in groups(assumptions)}
        matrix = _correlations(tuple(by_name.values()))
        index = Index({row.entry.key: row.entry for row in assumptions})
        return cls(tuple(by_name), tuple(by_name.values()), tuple(assumptions), matrix, index)

    def values(self, points: Numbers) -> Numbers:
        """Values (N, K) at points of the unit cube (N, K): quantiles of a Gaussian copula."""
        from scipy.special import ndtr, ndtri

        at = np.array(points, dtype=np.float64)
        if at.ndim != 2 or at.shape[1] != len(self.names):
            raise ConfigError(f"points: expected {len(self.names)} columns, one for each number, got shape {at.shape}")
        tied = np.flatnonzero((self.cholesky != np.eye(len(self.names))).any(axis=1))
        if tied.size:
            scores = ndtri(np.clip(at, 1e-16, 1 - 1e-16))
            at[:, tied] = ndtr(scores @ self.cholesky[tied].T)
        return np.column_stack([quantity.quantiles(at[:, k]) for k, quantity in enumerate(self.sampled)])

    def hub(self, hub: HubConfig, values: Numbers) -> HubConfig:
        """The hub in the world with these values (K); decisions keep their values.

        Units that the world's space standards leave no room for stand closer; aircraft carry what a file gives them.

        Raises:
            ConfigError: values that the schema refuses together.
        """
        changed = read(HubConfig, self.document(plain(hub), values))
        return hub if changed == hub else with_room(changed, hub)

    def document(self, document: Mapping[str, Any], values: Numbers) -> Mapping[str, Any]:
        """Any plain configuration in the world, including a study's prices."""
        row = [float(value) for value in values]
        if len(row) != len(self.names):
            raise ConfigError(f"values: expected one for each of the {len(self.names)} numbers, got {len(row)}")
        base: dict[str, Any] = {assumption.key: _plain(assumption) for assumption in self.assumptions}
        world = base | self._sampled(base, row)
        chosen = self._chosen(document, row)
        numbers = dict(leaves(chosen, own=self.index.exact))
        changed = self._sampled(numbers, row)
        ratios = _Ratios(self, base, world)
        for key, number in numbers.items():
            match = self.index.of(entry_key(key))
            if match is None or isinstance(number, str | list):
                continue
            entry, stars = match
            if entry.kind is Kind.DERIVED and (ratio := ratios.of(with_names(entry.text, stars))) != 1:
                changed[key] = like(number, number * ratio)
            elif entry.below is not None and entry.below in changed:
                changed[key] = min(changed.get(key, number), changed[entry.below])
        return with_leaves(chosen, changed) if changed else chosen

    def _sampled(self, numbers: Mapping[str, Any], row: Sequence[float]) -> dict[str, Any]:
        """The numbers that the row changes, with their values in that world."""
        by_name: dict[str, dict[str, Any]] = {}
        stars: dict[str, tuple[str, ...]] = {}
        for key, number in numbers.items():
            match = self.index.of(entry_key(key))
            if match is not None and match[0].kind.is_sampled and not isinstance(number, str):
                by_name.setdefault(match[0].key, {})[key], stars[key] = number, match[1]
        values: dict[str, Any] = {}
        for name, quantity, value in zip(self.names, self.sampled, row, strict=True):
            if not quantity.entry.options:
                values |= quantity.changed(by_name.get(name, {}), stars, value)
        return values

    def _chosen(self, document: Mapping[str, Any], row: Sequence[float]) -> Mapping[str, Any]:
        """The document with the world's choices, except choices that were changed from the configured one."""
        chosen = dict(document)
        for name, quantity, value in zip(self.names, self.sampled, row, strict=True):
            options = list(quantity.entry.options)
            if not options or value == quantity.base:
                continue
            texts = {key: text for key, text in leaves(chosen) if entry_key(key) == name}
            configured = {key for key, text in texts.items() if text == options[int(quantity.base)]}
            option = options[int(value)]
            if quantity.entry.group is not None and configured:
                chosen[quantity.entry.group] = _option(quantity.entry.group, option, quantity.entry.file.parents[1])
            elif configured:
                chosen = with_leaves(chosen, dict.fromkeys(configured, option))
        return chosen


class _Ratios:
    """Ratio of each derived number's value in a world to its configured value, by its formula."""

    def __init__(self, worlds: Worlds, base: Mapping[str, Any], world: Mapping[str, Any]) -> None:
        self._formulas = {
            row.key: with_names(row.entry.text, row.stars) for row in worlds.assumptions if row.kind is Kind.DERIVED
        }
        self._base, self._world = base, dict(world)
        self._known: dict[str, float] = {}

    def of(self, formula: str) -> float:
        """The ratio; 1 if it is not finite, or if the configuration behind the worlds lacks a key of the formula."""
        if formula not in self._known:
            keys = parents(formula)
            if any(key not in self._base for key in keys):
                self._known[formula] = 1.0
            else:
                for key in keys:
                    if key in self._formulas:
                        self._world[key] = self._base[key] * self.of(self._formulas[key])
                base = evaluate(formula, self._base)
                ratio = evaluate(formula, self._world) / base if base else math.inf
                self._known[formula] = ratio if math.isfinite(ratio) else 1.0
        return self._known[formula]


def _plain(row: Assumption) -> Any:  # noqa: ANN401 - a leaf
    return list(row.value) if isinstance(row.value, tuple) else row.value


def _option(group: str, option: str, folder: Path) -> Any:  # noqa: ANN401 - a part of a plain configuration
    """An option of a group, which the user's folder of the entry that weighs it may have."""
    return _packaged_option(group, option) if folder == packaged() else compose([f"{group}={option}"], folder)[group]


@cache
def _packaged_option(group: str, option: str) -> Any:  # noqa: ANN401 - a part of a plain configuration
    return compose([f"{group}={option}"])[group]


def _correlations(sampled: Sequence[Sampled]) -> Numbers:
    """Cholesky factor (lower triangle) of the correlations (K, K).

    Raises:
        ConfigError: correlations that are not positive semi-definite.
    """
    place = {quantity.entry.key: k for k, quantity in enumerate(sampled)}
    matrix = np.eye(len(sampled))
    for quantity in sampled:
        for other, correlation in quantity.entry.correlations.items():
            if other in place:
                matrix[place[quantity.entry.key], place[other]] = correlation
    tied = np.flatnonzero((matrix != np.eye(len(sampled))).any(axis=1))
    if not tied.size:
        return matrix
    part = matrix[np.ix_(tied, tied)]
    lowest = float(np.linalg.eigvalsh(part)[0])
    if lowest < -_SLACK:
        keys = ", ".join(sampled[int(k)].entry.key for k in tied)
        raise ConfigError(said("no_correlations", keys=keys, lowest=lowest))
    part = (part + 2 * _SLACK * np.eye(len(tied))) / (1 + 2 * _SLACK)
    matrix[np.ix_(tied, tied)] = np.linalg.cholesky(part)
    return matrix
