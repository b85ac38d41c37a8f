"""KPIs over the assumed worlds: intervals, divided into parts due to inputs and to replications."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from experiments.formatting import estimated_share, kpi_name
from experiments.interval_text import amount, bracket, in_percent
from experiments.report.sections import sentence_of
from experiments.statistics import Interval
from experiments.statistics.input_uncertainty import OverInputs, over_inputs
from experiments.statistics.interval import Value
from experiments.store.rows import Grid, column, plain_interval, plain_row, table
from experiments.store.summaries import mean_and_ends
from experiments.studies.sure.result import Result, share_column, share_of
from sim.measures.kpis import KPIS

KPI = "on_time_share"


@table("on_time", "on-time share of each design over the worlds in which it is possible", sort="scenario")
class OnTimeRow:
    scenario: str = column("", "the design", heading="design")
    on_time_share: Interval = share_of("parcels on time, over worlds and replications", heading="on time")
    input_share: float = share_column(
        "share of the interval's variance that comes from the inputs", heading="from the inputs"
    )
    sampling_share: float = share_column("share that comes from the replications", heading="from replications")
    worlds: int = column("1", "number of simulated worlds", heading="worlds")

    @property
    def sentence(self) -> str:
        parts = sentence_of("sure_parts_unknown")
        if self.on_time_share.bounds is None:
            parts = sentence_of("sure_parts_same", n=self.worlds)
        elif not math.isnan(self.input_share):
            inputs, sampling = map(estimated_share, (self.input_share, self.sampling_share))
            parts = sentence_of("sure_parts", inputs=inputs, sampling=sampling)
        return sentence_of("sure_on_time", design=self.scenario, share=in_percent(self.on_time_share), parts=parts)

    @property
    def plain(self) -> dict[str, Any]:
        row = plain_row(self, without=("scenario", "on_time_share"))
        return {**(plain_interval(self.on_time_share, "1") or {}), **row}


@table("kpis_over_worlds", "other KPIs of each design over the same worlds", sort="scenario kpi")
class KpiRow:
    scenario: str = column("", "the design")
    kpi: str = column("", "name of the KPI")
    value: Interval = mean_and_ends("over worlds and replications")
    unit: str = column("", "unit of the KPI")
    input_share: float = column("1", "share of the interval's variance that comes from the inputs")
    sampling_share: float = column("1", "share that comes from the replications")

    @property
    def plain(self) -> dict[str, Any]:
        row = plain_row(self, without=("scenario", "kpi", "value", "unit"))
        return {**(plain_interval(self.value, self.unit) or {}), **row}


def kpi_grid(rows: Sequence[KpiRow]) -> Grid:
    cells = []
    for row in rows:
        value = Value.of(row.value, row.unit)
        shares = map(estimated_share, (row.input_share, row.sampling_share))
        cells.append((row.scenario, kpi_name(row.kpi), f"{amount(value)} {bracket(value)}", *shares))
    header = ("design", "KPI", "mean", "from the inputs", "from replications")
    return Grid(sentence_of("worlds_kpis"), header, tuple(cells), n_texts=3)


def on_time_rows(result: Result) -> list[OnTimeRow]:
    return [
        OnTimeRow(design, over.interval, over.input_share, over.sampling_share, over.interval.n)
        for design, _, over in _over(result, [KPI])
    ]


def kpi_rows(result: Result) -> list[KpiRow]:
    return [
        KpiRow(design, kpi, over.interval, KPIS[kpi].unit, over.input_share, over.sampling_share)
        for design, kpi, over in _over(result, result.keys.sure.kpis)
    ]


def _over(result: Result, kpis: Sequence[str]) -> Iterator[tuple[str, str, OverInputs]]:
    """Values of each design in simulated worlds, which represent their whole stratum."""
    for at, answer in enumerate(result.answered):
        worlds = [world for of_design, world in result.kpis if of_design == at]
        if not worlds:
            continue
        strata = result.known.strata[at]
        sizes, simulated = np.bincount(strata), np.bincount(strata[worlds], minlength=strata.max() + 1)
        weights = [float(sizes[kind] / simulated[kind]) for kind in strata[worlds]]
        for kpi in kpis:
            outputs = [np.array([run[kpi] for run in result.kpis[at, world]]) for world in worlds]
            yield answer.design.label, kpi, over_inputs(outputs, weights, KPIS[kpi].range)
