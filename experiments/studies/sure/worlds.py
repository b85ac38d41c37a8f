"""Worlds of a study: values of all assumed numbers, the hubs in them, and the capacity ladder's screening."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.assumptions.drawn import Drawn, scaled
from experiments.assumptions.ranges import Ranges
from experiments.designs.design import Design
from experiments.execution.progress import Left
from experiments.frame.study import Bench, Kpis
from experiments.replications.work import evaluate
from experiments.report.sections import sentence_of
from experiments.statistics.criterion import ladder_limit
from experiments.statistics.open_worlds import Sample
from experiments.store.tables import Key
from sim.config import HubConfig
from sim.errors import ConfigError
from sim.inputs.traffic import measured_parcels
from sim.units import Numbers


@dataclass(slots=True)
class Screened(Drawn):
    """Worlds with an upper limit of the carried traffic, by the capacity ladder."""

    def ratio(self, hub: HubConfig, world: int) -> float:
        """Traffic that the ladder lets the hub carry, divided by the arrivals; 0: the hub is impossible."""
        try:
            changed = self.hub(hub, world)
        except ConfigError:
            return 0.0
        return ladder_limit(changed) / measured_parcels(changed)

    def sample(self, bench: Bench, designs: Sequence[Design], ranges: Ranges, width: float = 1.0) -> Sample:
        """The sample for statistics: -1 and 1 are the ends of the configured ranges."""

        def screen() -> Numbers:
            return np.array([[self.ratio(design.hub, world) for world in range(shape[1])] for design in designs])

        shape = len(designs), len(self.values)
        return Sample(bench.computed(f"screen {width:g}", shape, screen), self.points, scaled(self.values, ranges))

    def refused(self, designs: Sequence[Design], sample: Sample) -> Counter[str]:
        """Reasons why hubs are impossible, and the number of worlds for each."""
        reasons = Counter[str]()
        for at, world in np.argwhere(sample.screen == 0).tolist():
            try:
                self.hub(designs[at].hub, world)
            except ConfigError as error:
                reasons[str(error)] += 1
        return reasons


def kpis_of(bench: Bench, wanted: Mapping[Key, Callable[[], HubConfig]]) -> Kpis:
    """KPIs of all existing replications, including these; hubs are built if needed."""

    def line(kpis: Kpis, left: Left) -> str:
        n_left = sum(key not in kpis for key in wanted)
        return sentence_of("worlds_left", n_done=len(kpis), n_left=n_left, time=left(n_left))

    kpis = bench.answered([], line)
    return bench.answered([(key, evaluate, (hub(), key[1])) for key, hub in wanted.items() if key not in kpis], line)
