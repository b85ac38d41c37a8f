"""Worlds: hubs in which each sourced or assumed number has some value of its range, and derived ones follow."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

import numpy as np

from experiments.assumptions.entries import Kind
from experiments.assumptions.formula import evaluate, parents
from experiments.assumptions.leaves import entry_key, leaves, with_leaves
from experiments.assumptions.listed import Assumption, Index, groups
from experiments.assumptions.sampled import Floats, Sampled, like
from experiments.composition import compose
from experiments.designs.factors import squeezed
from sim.config import HubConfig
from sim.errors import ConfigError
from sim.reading import plain, read
from sim.site.room import check_area

_SLACK = 1e-9
"""Of an eigenvalue, by which rounding may put it below zero."""


@dataclass(frozen=True, slots=True)
class Worlds:
    """The K numbers that are drawn, and how they hang together. `names` are the keys of their entries.

    A design that has another value than the configuration which the worlds were made of has it in proportion.
    """

    names: tuple[str, ...]
    sampled: tuple[Sampled, ...]
    assumptions: tuple[Assumption, ...]
    cholesky: Floats
    """Lower triangle of the correlations of normal scores (K, K)."""
    index: Index

    @classmethod
    def of(cls, assumptions: Sequence[Assumption], *, width: float = 1.0) -> Self:
        """All that has a range; with `width` times as wide ranges: 0.5 halves them, 1.5 widens them by half.

        Raises:
            ConfigError: correlations that no distribution has.
        """
        if not 0 <= width <= 10:
            raise ConfigError(f"width: from 0 to 10, got {width:g}")
        by_name = {name: Sampled.of(members).scaled(width) for name, members in groups(assumptions)}
        matrix = _correlations(tuple(by_name.values()))
        index = Index({row.entry.key: row.entry for row in assumptions})
        return cls(tuple(by_name), tuple(by_name.values()), tuple(assumptions), matrix, index)

    def values(self, points: Floats) -> Floats:
        """Values (N, K) at points of the unit cube (N, K): quantiles of a Gaussian copula."""
        from scipy.special import ndtr, ndtri

        at = np.array(points, dtype=np.float64)
        if at.ndim != 2 or at.shape[1] != len(self.names):
            raise ConfigError(f"points: a column for each of the {len(self.names)} numbers, got shape {at.shape}")
        tied = np.flatnonzero((self.cholesky != np.eye(len(self.names))).any(axis=1))
        if tied.size:
            scores = ndtri(np.clip(at, 1e-16, 1 - 1e-16))
            at[:, tied] = ndtr(scores @ self.cholesky[tied].T)
        return np.column_stack([quantity.quantiles(at[:, k]) for k, quantity in enumerate(self.sampled)])

    def hub(self, hub: HubConfig, values: Floats) -> HubConfig:
        """The hub in the world of these values (K); decisions are kept.

        Units for which the world's space standards leave no room stand closer, as they would have to.

        Raises:
            ConfigError: values that the schema refuses together.
        """
        changed = read(HubConfig, self.document(plain(hub), values))
        if changed == hub:
            return hub
        try:
            check_area(changed)
        except ConfigError:
            return squeezed(changed)[0]
        return changed

    def document(self, document: Mapping[str, Any], values: Floats) -> Mapping[str, Any]:
        """The same of any plain configuration, with a study's prices too."""
        row = [float(value) for value in values]
        if len(row) != len(self.names):
            raise ConfigError(f"values: one for each of the {len(self.names)} numbers, got {len(row)}")
        base: dict[str, Any] = {assumption.key: _plain(assumption) for assumption in self.assumptions}
        world = base | self._sampled(base, row)
        chosen = self._chosen(document, row)
        numbers = dict(leaves(chosen))
        changed = self._sampled(numbers, row)
        ratios = _Ratios(self, base, world)
        for key, number in numbers.items():
            match = self.index.of(entry_key(key))
            if match is not None and match[0].kind is Kind.DERIVED and not isinstance(number, str | list):
                ratio = ratios.of(match[0].text.format(*match[1]))
                if ratio != 1:
                    changed[key] = like(number, number * ratio)
        return with_leaves(chosen, changed) if changed else chosen

    def _sampled(self, numbers: Mapping[str, Any], row: Sequence[float]) -> dict[str, Any]:
        """Those of the numbers that another value than the configured one moves."""
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
        """The document with the world's choices, where it has the configured ones: another is a decision."""
        chosen = dict(document)
        for name, quantity, value in zip(self.names, self.sampled, row, strict=True):
            options = list(quantity.entry.options)
            if not options or value == quantity.base:
                continue
            texts = {key: text for key, text in leaves(chosen) if entry_key(key) == name}
            configured = {key for key, text in texts.items() if text == options[int(quantity.base)]}
            option = options[int(value)]
            if quantity.entry.group is not None and configured:
                chosen[quantity.entry.group] = _option(quantity.entry.group, option)
            elif configured:
                chosen = with_leaves(chosen, dict.fromkeys(configured, option))
        return chosen


class _Ratios:
    """How many times its value a derived number has in a world, by its formula."""

    def __init__(self, worlds: Worlds, base: Mapping[str, Any], world: Mapping[str, Any]) -> None:
        self._formulas = {
            row.key: row.entry.text.format(*row.stars) for row in worlds.assumptions if row.kind is Kind.DERIVED
        }
        self._base, self._world = base, dict(world)
        self._known: dict[str, float] = {}

    def of(self, formula: str) -> float:
        """1 where a parent is not in the configuration that the worlds were made of."""
        if formula not in self._known:
            keys = parents(formula)
            if any(key not in self._base for key in keys):
                self._known[formula] = 1.0
            else:
                for key in keys:
                    if key in self._formulas:
                        self._world[key] = self._base[key] * self.of(self._formulas[key])
                ratio = evaluate(formula, self._world) / evaluate(formula, self._base)
                self._known[formula] = ratio if math.isfinite(ratio) else 1.0
        return self._known[formula]


def _plain(row: Assumption) -> Any:  # noqa: ANN401 - a leaf
    return list(row.value) if isinstance(row.value, tuple) else row.value


@cache
def _option(group: str, option: str) -> Any:  # noqa: ANN401 - a part of a plain configuration
    return compose([f"{group}={option}"])[group]


def _correlations(sampled: Sequence[Sampled]) -> Floats:
    """Lower triangle of the correlations (K, K).

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
        raise ConfigError(
            f"correlations: no distribution has those of {keys}: their least eigenvalue must be at least 0, got"
            f" {lowest:.3g}"
        )
    part = (part + 2 * _SLACK * np.eye(len(tied))) / (1 + 2 * _SLACK)
    matrix[np.ix_(tied, tied)] = np.linalg.cholesky(part)
    return matrix
