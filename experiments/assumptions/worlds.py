"""Worlds: hubs in which each sourced or assumed number has a value from its range, and derived numbers follow."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Self, TypeAlias

import numpy as np

from experiments.assumptions.entries import Kind
from experiments.assumptions.leaves import entry_key, evaluate, leaves, like, parents, with_leaves, with_names
from experiments.assumptions.listed import Assumption, Index, groups
from experiments.assumptions.room import with_room
from experiments.assumptions.sampled import Sampled
from experiments.composition import compose, packaged
from experiments.report.sections import sentence_of
from sim.config import HubConfig
from sim.errors import ConfigError
from sim.reading import plain, read
from sim.units import Numbers

_SLACK = 1e-9
"""Rounding error of an eigenvalue of zero."""
_Row: TypeAlias = tuple[float, ...]
"""A world's values (K)."""


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Leaves of a plain configuration by key, and their entries."""

    document: Mapping[str, Any]
    by_key: Mapping[str, Any]
    sampled: Mapping[str, Mapping[str, Any]]
    """Numbers that worlds draw, by key of their entry."""
    stars: Mapping[str, tuple[str, ...]]
    following: tuple[tuple[str, float, str, str | None], ...]
    """Numbers that are derived from others by a formula, or are never above another; with formula and other."""

    @classmethod
    def of(cls, document: Mapping[str, Any], by_key: Mapping[str, Any], index: Index) -> Self:
        sampled: dict[str, dict[str, Any]] = {}
        stars: dict[str, tuple[str, ...]] = {}
        following = []
        for key, number in by_key.items():
            match = index.of(entry_key(key))
            if match is None or isinstance(number, str):
                continue
            entry, stars[key] = match
            if entry.kind.is_sampled:
                sampled.setdefault(entry.key, {})[key] = number
            if not isinstance(number, list) and (entry.kind is Kind.DERIVED or entry.below is not None):
                formula = with_names(entry.text, stars[key]) if entry.kind is Kind.DERIVED else ""
                following.append((key, number, formula, entry.below))
        return cls(document, by_key, sampled, stars, tuple(following))


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
    configured: _Numbers
    """Those of the configuration behind the worlds."""
    _hubs: dict[tuple[int, _Row], tuple[HubConfig, Mapping[str, Any], _Numbers]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Hubs and their numbers, by id and choices: in worlds with the same choices only the numbers differ."""

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
        base = {row.key: list(row.value) if isinstance(row.value, tuple) else row.value for row in assumptions}
        configured = _Numbers.of(base, base, index)
        return cls(tuple(by_name), tuple(by_name.values()), tuple(assumptions), matrix, index, configured)

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
        row = self._row(values)
        known = id(hub), tuple(v for v, quantity in zip(row, self.sampled, strict=True) if quantity.entry.options)
        if known not in self._hubs or self._hubs[known][0] is not hub:  # pickled: another hub may have its id now
            document = plain(hub)
            self._hubs[known] = hub, document, self._chosen(document, row)
        _, document, numbers = self._hubs[known]
        groups = self._in_world(numbers, row).items()
        # A group that the world leaves as it is needs no check.
        changed = read(
            HubConfig, {name: getattr(hub, name) if group is document[name] else group for name, group in groups}
        )
        return hub if changed == hub else with_room(changed, hub)

    def document(self, document: Mapping[str, Any], values: Numbers) -> Mapping[str, Any]:
        """Any plain configuration in the world, including a study's prices."""
        row = self._row(values)
        return self._in_world(self._chosen(document, row), row)

    def _row(self, values: Numbers) -> _Row:
        if len(values) != len(self.names):
            raise ConfigError(f"values: expected one for each of the {len(self.names)} numbers, got {len(values)}")
        return tuple(map(float, values))

    def _in_world(self, numbers: _Numbers, row: _Row) -> Mapping[str, Any]:
        """The document with the world's numbers."""
        base = self.configured.by_key
        ratios = _Ratios(self.configured, {**base, **self._sampled(self.configured, row)})
        changed = self._sampled(numbers, row)
        for key, number, formula, below in numbers.following:
            if formula and (ratio := ratios.of(formula)) != 1:
                changed[key] = like(number, number * ratio)
            elif below is not None and below in changed:
                changed[key] = min(changed.get(key, number), changed[below])
        return with_leaves(numbers.document, changed) if changed else numbers.document

    def _sampled(self, numbers: _Numbers, row: _Row) -> dict[str, Any]:
        """The numbers that the row changes, with their values in that world."""
        values: dict[str, Any] = {}
        for name, quantity, value in zip(self.names, self.sampled, row, strict=True):
            if not quantity.entry.options:
                values |= quantity.changed(numbers.sampled.get(name, {}), numbers.stars, value)
        return values

    def _chosen(self, document: Mapping[str, Any], row: _Row) -> _Numbers:
        """The document with the world's choices, except choices that were changed from the configured one."""
        by_key = self._by_key(document)
        chosen = document
        for name, quantity, value in zip(self.names, self.sampled, row, strict=True):
            options = list(quantity.entry.options)
            if not options or value == quantity.base:
                continue
            usual = options[int(quantity.base)]
            configured = {key for key, text in by_key.items() if text == usual and entry_key(key) == name}
            option = options[int(value)]
            if quantity.entry.group is not None and configured:
                group, folder = quantity.entry.group, quantity.entry.file.parents[1]
                chosen = {**chosen, group: _option(group, option, folder)}
            elif configured:
                chosen = with_leaves(chosen, dict.fromkeys(configured, option))
        return _Numbers.of(chosen, by_key if chosen is document else self._by_key(chosen), self.index)

    def _by_key(self, document: Mapping[str, Any]) -> dict[str, Any]:
        return dict(leaves(document, separate=self.index.exact))


class _Ratios:
    """Ratio of each derived number's value in a world to its configured value, by its formula."""

    def __init__(self, configured: _Numbers, world: dict[str, Any]) -> None:
        self._formulas = {key: formula for key, _, formula, _ in configured.following if formula}
        self._base, self._world = configured.by_key, world
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
        raise ConfigError(sentence_of("no_correlations", keys=keys, lowest=lowest))
    part = (part + 2 * _SLACK * np.eye(len(tied))) / (1 + 2 * _SLACK)
    matrix[np.ix_(tied, tied)] = np.linalg.cholesky(part)
    return matrix
