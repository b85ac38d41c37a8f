"""The worlds of a study: values of all assumed numbers at once, the hubs there, and what the capacity ladder says."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from experiments.assumptions import Worlds
from experiments.assumptions.ranges import Composed, Kept, Ranges, varied
from experiments.designs.design import Design
from experiments.frame.study import Bench, Kpis
from experiments.replications.replicating import evaluate
from experiments.replications.summing import daily_parcels
from experiments.statistics.open_worlds import Sample
from experiments.statistics.share_of_worlds import sobol_points
from experiments.statistics.two_sources import Floats
from experiments.store.tables import Key
from sim.config import HubConfig
from sim.errors import ConfigError
from sim.measures.ladder import capacity_ladder


@dataclass(slots=True)
class Drawn:
    """Worlds with ranges of some width: their points (N, K), values (N, K), and the screen of each design."""

    worlds: Worlds
    points: Floats
    values: Floats
    refused: Counter[str] = field(default_factory=Counter)
    """Why hubs are not possible in some worlds, and in how many."""

    def hub(self, hub: HubConfig, world: int) -> HubConfig:
        """Of a design in one of the worlds.

        Raises:
            ConfigError: it cannot be there.
        """
        return self.worlds.hub(hub, self.values[world])

    def ratio(self, hub: HubConfig, world: int) -> float:
        """What the tightest resource could handle over what arrives; 0 where the hub is not possible."""
        try:
            changed = self.hub(hub, world)
        except ConfigError as error:
            self.refused[str(error)] += 1
            return 0.0
        return min(capacity_ladder(changed, {}).values()) / daily_parcels(changed)

    def sample(self, designs: Sequence[Design], ranges: Ranges) -> Sample:
        """For the statistics: -1 and 1 are the ends of the ranges as they are configured."""
        screen = np.array([[self.ratio(design.hub, world) for world in range(len(self.values))] for design in designs])
        return Sample(screen, self.points, scaled(self.values, ranges))


def drawn(
    composed: Composed, config_dir: Path | None, *, n: int, seed: int, width: float = 1.0, kept: Kept = ()
) -> Drawn:
    """The n worlds, by scrambled Sobol' points; the same points for every width."""
    worlds = Worlds.of(varied(composed, config_dir, kept), width=width)
    points = sobol_points(n, len(worlds.names), seed)
    return Drawn(worlds, points, worlds.values(points))


def scaled(values: Floats, ranges: Ranges) -> Floats:
    """Values (…, K) so that the ends of the ranges are -1 and 1; 0 of a number without a range."""
    low, _, high = np.array(list(ranges.values())).T
    half = (high - low) / 2
    return np.asarray(np.where(half > 0, (values - (low + high) / 2) / np.where(half > 0, half, 1.0), 0.0))


def unscaled(at: float, bounds: Sequence[float]) -> float:
    """The value of a number at a scaled one."""
    low, _, high = bounds
    return (low + high) / 2 + at * (high - low) / 2


def configured(ranges: Ranges) -> Floats:
    """The scaled values of the configured world, (K,)."""
    return scaled(np.array([base for _, base, _ in ranges.values()]), ranges)


def kpis_of(bench: Bench, wanted: Mapping[Key, Callable[[], HubConfig]]) -> Kpis:
    """All replications that are there, these among them: each of the hub that is built where it is not."""
    kpis = bench.answered([], _line)
    return bench.answered([(key, evaluate, (hub(), key[1])) for key, hub in wanted.items() if key not in kpis], _line)


def _line(kpis: Kpis, seconds: float) -> str:
    return f"sure: {len(kpis)} runs done, {seconds:.0f} s each"
