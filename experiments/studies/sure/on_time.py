"""The on-time share over the assumed worlds: one interval, of which part is the inputs' and part the replications'."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from experiments.designs.design import Design
from experiments.formatting import in_percent, percent
from experiments.report.sections import said
from experiments.statistics import Interval
from experiments.statistics.input_uncertainty import over_inputs
from experiments.statistics.open_worlds import Known, Run
from experiments.store.rows import column, plain_interval, plain_row, table
from experiments.studies.sure.result import found, share_of

KPI = "on_time_share"


@table("on_time", "on-time share of each design over the worlds in which it can be", sort="scenario")
class OnTimeRow:
    scenario: str = column("", "the design", heading="design")
    on_time_share: Interval = share_of("parcels on time, over worlds and replications", heading="on time")
    input_share: float = found("share of the interval's variance that comes from the inputs", heading="from the inputs")
    sampling_share: float = found("share that comes from the replications", heading="from replications")
    worlds: int = column("1", "simulated", heading="worlds")

    @property
    def sentence(self) -> str:
        parts = said("sure_parts_unknown")
        if not math.isnan(self.input_share):
            inputs, sampling = (percent(share, 0) for share in (self.input_share, self.sampling_share))
            parts = said("sure_parts", inputs=inputs, sampling=sampling)
        return said("sure_on_time", design=self.scenario, share=in_percent(self.on_time_share), parts=parts)

    @property
    def plain(self) -> dict[str, Any]:
        """For JSON."""
        row = plain_row(self, without=("scenario", "on_time_share"))
        return {**(plain_interval(self.on_time_share, "1") or {}), **row}


def on_time_rows(
    designs: Sequence[Design], known: Known, kpis: Mapping[Run, Sequence[Mapping[str, float]]]
) -> list[OnTimeRow]:
    """Of each design with simulated worlds: those of a stratum stand for all of it."""
    rows = []
    for at, design in enumerate(designs):
        worlds = [world for of_design, world in kpis if of_design == at]
        if not worlds:
            continue
        strata = known.strata[at]
        sizes, simulated = np.bincount(strata), np.bincount(strata[worlds], minlength=strata.max() + 1)
        outputs = [np.array([run[KPI] for run in kpis[at, world]]) for world in worlds]
        weights = [float(sizes[kind] / simulated[kind]) for kind in strata[worlds]]
        over = over_inputs(outputs, weights, (0.0, 1.0))
        rows.append(OnTimeRow(design.label, over.interval, over.input_share, over.sampling_share, len(worlds)))
    return rows
