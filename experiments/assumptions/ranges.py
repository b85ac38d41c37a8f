"""The ranges from which worlds are drawn, as a study stores them, and whether they have changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from experiments.assumptions.entries import Kind
from experiments.assumptions.listed import Assumption, assumptions_of
from experiments.assumptions.worlds import Worlds
from sim.config import HubConfig
from sim.errors import ConfigError

Composed = Mapping[str, Any] | HubConfig
Kept = tuple[str, ...]
"""Prefixes of the names of numbers that do not vary."""
Ranges = dict[str, tuple[float, ...]]
"""Lowest, configured and highest value of each number, or of the factor of several."""
_END: Final = 1e-9
"""Distance from the ends of a distribution, which may be infinite."""


class RangesMovedError(ConfigError):
    """The worlds of a stored run were drawn from ranges that differ from today's."""


def varied(composed: Composed, config_dir: Path | None, kept: Kept) -> tuple[Assumption, ...]:
    """The numbers of a hub or of a plain configuration that have a range."""
    return tuple(
        replace(row, kind=Kind.DECISION) if row.name.startswith(kept) else row
        for row in assumptions_of(composed, config_dir)
    )


def ranges_of(composed: Composed, config_dir: Path | None, kept: Kept = ()) -> Ranges:
    """Ranges of all sourced or assumed numbers, except those `kept`."""
    worlds = Worlds.of(varied(composed, config_dir, kept))
    ranges: Ranges = {}
    for name, quantity in zip(worlds.names, worlds.sampled, strict=True):
        low, high = sorted(quantity.quantiles(np.array([_END, 1 - _END])))
        ranges[name] = tuple(float(f"{value:.6g}") for value in (low, quantity.base, high))
    return ranges


def moved(then: Mapping[str, Sequence[float]], now: Mapping[str, Sequence[float]]) -> str | None:
    """The first number whose range has changed, with both ranges; None if none has."""
    for name in [*then, *now]:
        first, second = (tuple(ranges[name]) if name in ranges else None for ranges in (then, now))
        if first != second:
            return f"{name}: was {first}, is now {second}"
    return None


def refuse_moved(then: Ranges, now: Ranges, key: str) -> None:
    """Refuse a stored run whose worlds were drawn from other ranges; `key` names these ranges.

    Raises:
        RangesMovedError: they were drawn from other ranges.
    """
    if changed := moved(then, now):
        raise RangesMovedError(f"{key}.{changed}; run it again")
