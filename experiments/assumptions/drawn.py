"""Drawn worlds: sample points of all numbers that have a range, and the values at these points."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from experiments.assumptions.ranges import Composed, Kept, Ranges, varied
from experiments.assumptions.worlds import Worlds
from experiments.statistics.share_of_worlds import sobol_points
from sim.config import HubConfig
from sim.units import Numbers


@dataclass(slots=True)
class Drawn:
    """Worlds drawn from ranges of one width: their points (N, K) and values (N, K)."""

    worlds: Worlds
    points: Numbers
    values: Numbers

    @classmethod
    def of(
        cls, composed: Composed, config_dir: Path | None, *, n: int, seed: int, width: float = 1.0, kept: Kept = ()
    ) -> Self:
        """Draw n worlds by scrambled Sobol' points; the points are the same for every width."""
        worlds = Worlds.of(varied(composed, config_dir, kept), width=width)
        points = sobol_points(n, len(worlds.names), seed)
        return cls(worlds, points, worlds.values(points))

    def hub(self, hub: HubConfig, world: int) -> HubConfig:
        """A design's hub in one of the worlds.

        Raises:
            ConfigError: the hub is impossible in this world.
        """
        return self.worlds.hub(hub, self.values[world])

    def some(self, numbers: Sequence[int]) -> "Drawn":
        """The same with only these worlds."""
        return Drawn(self.worlds, self.points[list(numbers)], self.values[list(numbers)])


def scaled(values: Numbers, ranges: Ranges) -> Numbers:
    """Values (…, K) scaled so that the ends of the ranges are -1 and 1; 0 for a number without a range."""
    low, _, high = np.array(list(ranges.values())).T
    half = (high - low) / 2
    return np.asarray(np.where(half > 0, (values - (low + high) / 2) / np.where(half > 0, half, 1.0), 0.0))


def unscaled(at: float, bounds: Sequence[float]) -> float:
    """The value of a number from its scaled value."""
    low, _, high = bounds
    return (low + high) / 2 + at * (high - low) / 2


def configured(ranges: Ranges) -> Numbers:
    """The scaled values of the configured world, (K,)."""
    return scaled(np.array([base for _, base, _ in ranges.values()]), ranges)
