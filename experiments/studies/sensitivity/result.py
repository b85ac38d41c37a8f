"""Result of `cargohub sensitivity`, and its warnings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from experiments.formatting import kpi_name, number, whole
from experiments.frame.study import Tables
from experiments.interval_text import change
from experiments.replications.stability import Stability, stability_table, unsure_lines
from experiments.report.key_names import spelt
from experiments.report.sections import sentence_of
from experiments.report.sentences import too_few_replications
from experiments.statistics import Interval
from experiments.statistics.factors import Effect, Index, is_too_much
from experiments.store.rows import column, interval, plain_row, stored, table
from experiments.studies.sensitivity.design import Sensitivity, Stage
from sim.measures.kpis import KPIS

_MUCH_NOISE: Final = 0.1
"""Share of the variance between points from which noise may hide effects of factors (assumption)."""
_WIDE: Final = 0.5
"""Width of the interval of a total index from which the index is unknown: half of the possible range (assumption)."""


@table("effects", "Morris's elementary effects, each over the whole range of a factor", sort="kpi factor")
class EffectRow:
    kpi: str = column("", "name of the KPI")
    factor: str = column("", "name of the factor in the study")
    group: str = column("", "group that the factor counts with")
    mu_star: Interval = interval("see kpi", "mean of the absolute effects", names="{field}{_end}")
    mu: Interval = interval("see kpi", "mean of the effects; its sign is the direction", names="{field}{_end}")
    sigma: float = column("see kpi", "standard deviation of the effects: large if the effect depends on other factors")


@table(
    "indices",
    "Sobol's indices: shares of the variance over the ranges of all factors in the table",
    sort="kpi factor",
)
class IndexRow:
    kpi: str = column("", "name of the KPI")
    factor: str = column("", "name of the factor in the study")
    group: str = column("", "group that the factor counts with")
    first: Interval = interval("1", "share of the variance due to the factor alone, S1", names="{field}{_end}")
    total: Interval = interval(
        "1", "share of the variance due to the factor and its interactions, ST", names="{field}{_end}"
    )
    is_impossible: bool = column("", "an estimate is impossible for a true index: below 0, above 1, or S1 above ST")


@table("designs", "values of the factors at each simulated point", sort="scenario factor")
class ValueRow:
    scenario: str = column("", "name of the point, as in the table kpis")
    factor: str = column("", "name of the factor in the study")
    value: float = column("see factor", "value of the factor; a missing factor stays as configured")


@table(
    "noise",
    "of the variance of the mean response between points, the share that is noise of the replications",
    sort="method kpi",
)
class NoiseRow:
    method: str = column("", "morris or sobol")
    kpi: str = column("", "name of the KPI")
    share: float = column("1", "share of the variance")


@dataclass(frozen=True, slots=True)
class Screened:
    """Morris's stage: effects by KPI, and the share of noise by KPI."""

    stage: Stage
    effects: Mapping[str, tuple[Effect, ...]]
    noise: Mapping[str, float]

    def ranked(self, kpi: str) -> list[str]:
        """Factors, largest effect first."""
        return [effect.factor for effect in sorted(self.effects[kpi], key=lambda effect: -effect.size.mean)]


@dataclass(frozen=True, slots=True)
class Crossed:
    """Sobol's stage: indices by KPI, and the share of noise by KPI."""

    stage: Stage
    indices: Mapping[str, tuple[Index, ...]]
    noise: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Result:
    settings: Sensitivity
    replications: int
    screened: Screened | None
    crossed: Crossed | None
    stability: Mapping[str, Stability]
    bounds: tuple[str, ...] = ()
    """Warnings on KPIs that are only lower bounds."""

    @property
    def warnings(self) -> Iterator[str]:
        yield from too_few_replications(self.replications)
        yield from unsure_lines(self.stability)
        yield from self.bounds
        for method, stage in self.stages:
            for kpi, share in stage.noise.items():
                if share > _MUCH_NOISE:
                    yield sentence_of("much_noise", method=method, share=whole(100 * share), kpi=kpi_name(kpi))
        for kpi, of_kpi in self.crossed.indices.items() if self.crossed is not None else ():
            if all(index.total.low is None for index in of_kpi):
                yield sentence_of("same_everywhere", kpi=kpi_name(kpi))
            yield from _impossible(kpi, of_kpi, self.settings.samples)
            if wide := [spelt(index.factor) for index in of_kpi if leaves_open(index.total)]:
                yield sentence_of("wide_indices", kpi=kpi_name(kpi), names=", ".join(wide))

    def sizes(self, kpi: str) -> list[tuple[str, Interval]]:
        """Weight of each factor, largest first: from the screening, which has all factors, otherwise by total index."""
        if self.screened is not None:
            sizes = [(effect.factor, effect.size) for effect in self.screened.effects[kpi]]
        else:
            assert self.crossed is not None
            sizes = [(index.factor, index.total) for index in self.crossed.indices[kpi]]
        return sorted(sizes, key=lambda size: -size[1].mean)

    @property
    def stages(self) -> "list[tuple[str, Screened | Crossed]]":
        """Stages that were run, by name of their method."""
        stages = {"morris": self.screened, "sobol": self.crossed}
        return [(method, stage) for method, stage in stages.items() if stage is not None]

    def as_json(self) -> dict[str, Any]:
        document: dict[str, Any] = {
            "unstable": {label: verdict.is_unstable for label, verdict in self.stability.items()}
        }
        rows: list[tuple[str, EffectRow | IndexRow]] = [("effects", row) for row in self.effect_rows()]
        for name, row in [*rows, *(("indices", row) for row in self.index_rows())]:
            unit = KPIS[row.kpi].unit if name == "effects" else "1"
            plain = plain_row(row, without=("kpi", "factor", "group"), unit=unit)
            document.setdefault(name, {}).setdefault(row.kpi, {})[row.factor] = plain
        return document

    def effect_rows(self) -> list[EffectRow]:
        return [
            EffectRow(kpi, effect.factor, self.group(effect.factor), effect.size, effect.mean, effect.spread)
            for kpi, effects in (self.screened.effects if self.screened else {}).items()
            for effect in effects
        ]

    def index_rows(self) -> list[IndexRow]:
        return [
            IndexRow(kpi, index.factor, self.group(index.factor), index.first, index.total, index.is_impossible)
            for kpi, indices in (self.crossed.indices if self.crossed else {}).items()
            for index in indices
        ]

    def group(self, factor: str) -> str:
        return str(self.settings.factors[factor].group)

    def tables(self) -> Tables:
        values = [
            ValueRow(design.label, factor, value)
            for _, stage in self.stages
            for design, values in zip(stage.stage.designs, stage.stage.values, strict=True)
            for factor, value in zip(stage.stage.box.names, values, strict=True)
        ]
        noise = [NoiseRow(method, *share) for method, stage in self.stages for share in stage.noise.items()]
        return [
            *([stored(EffectRow, self.effect_rows())] if self.screened else []),
            *([stored(IndexRow, self.index_rows())] if self.crossed else []),
            stored(ValueRow, values),
            stored(NoiseRow, noise),
            stability_table(self.stability),
        ]


def amount(kpi: str, interval: Interval) -> str:
    """A change of a KPI with its interval, shares in percentage points."""
    return change(changing(kpi, interval), KPIS[kpi].unit, number)


def changing(kpi: str, interval: Interval) -> Interval:
    """A change of a KPI for a page, with bounds cut to its possible range unless the mean is outside."""
    lowest, highest = KPIS[kpi].range
    most = max(highest - lowest, abs(interval.mean))
    return interval.within(-most, most)


def possible(index: Interval) -> Interval:
    """An index for a page, cut to 0 … 1, because estimates beyond are chance."""
    low, high = (None if end is None else min(1.0, max(0.0, end)) for end in (index.low, index.high))
    return Interval(min(1.0, max(0.0, index.mean)), low, high, index.n)


def leaves_open(index: Interval) -> bool:
    """Whether the interval of an index is too wide for a conclusion."""
    return (possible(index).half_width or 0) > _WIDE / 2


def _impossible(kpi: str, indices: Sequence[Index], samples: int) -> list[str]:
    """A warning on impossible estimates of a KPI's indices."""
    what = [
        f"{spelt(index.factor)} (S1 {number(index.first.mean, 2)}, ST {number(index.total.mean, 2)})"
        for index in indices
        if index.is_impossible
    ]
    if is_too_much(indices):
        what.append(f"S1 sums to {number(sum(index.first.mean for index in indices), 2)}")
    values = {"kpi": kpi_name(kpi), "samples": samples, "what": ", ".join(what)}
    return [sentence_of("impossible_indices", **values)] if what else []
