"""Tables that sum up a study: what their rows contain, with units."""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from experiments.statistics import Interval
from experiments.store.rows import ENDS_AND_N, column, interval, table
from sim.domain.fields import FieldSpec
from sim.domain.site import PackoutRule
from sim.measures.kpis import KPIS
from sim.measures.weekly_lows import GROWTH_KPIS
from sim.record.schemas import Column, TableSchema

_MEANING: Final = "the design, as it is called in every table of the run"


def label() -> FieldSpec:
    """The column that names the design."""
    return column("", _MEANING)


def mean_and_ends(meaning: str, level: str = " of its 95 % interval") -> FieldSpec:
    """The columns mean, low, high and n of a figure whose unit is a column too."""
    return interval("see unit", meaning, ends=ENDS_AND_N, names="{end}", level=level)


VERDICTS: Final[Mapping[str, bool | None]] = MappingProxyType({"unstable": True, "stable": False, "undecided": None})
"""Words of tables for whether a design is unstable."""


@table("points", "designs of the run", sort="order")
class DesignRow:
    scenario: str = label()
    order: int = column("1", "order of the command")
    name: str = column("", "name of the scenario file")
    start_date: str = column("", "day of the first midnight")
    disruptions: str = column("", "peaks, closures, outages and other disruptions, in words; empty: none")
    roster: str = column("", "roster option")
    demand: str = column("", "demand option")
    arrivals: str = column("", "arrival model")
    flights_per_day: float = column("1/d", "configured annual mean")
    parcels_per_day: float = column("parcels/d", "expected imports in the measured days, with months and peaks")
    airport_parcels_per_year: float = column(
        "parcels/y", "parcels of the airport, of which the hub has a share; NaN: no such estimate"
    )
    hub_share_least: float = column("1", "lowest possible share")
    hub_share_most: float = column("1", "highest possible share")
    area_m2: float = column("m2", "area of its halls")
    n_machines: int = column("1", "number of sorting machines")
    n_halls: int = column("1", "number of halls")
    service_h: float = column("h", "promise of imports, from the drawn arrival")
    export_service_h: float = column(
        "h", "promise of exports, from the timetabled instant of their collection; NaN: no exports"
    )
    stability: str = column("", "stable, unstable (its backlog grows) or undecided")
    blocked_after_h: float = column(
        "h",
        "from the first midnight until a flight is first held because no stand is free, on average; of a "
        "replication that holds none, to its end; NaN: none holds any",
    )
    packout_rule: str = column("", "packing rule: flexible or dedicated")
    packout_flexible_per_day: float = column(
        "parcels/d", "that pack-out alone could handle by the rule flexible; infinite: no pack-out"
    )
    packout_dedicated_per_day: float = column(
        "parcels/d", "that pack-out alone could handle by the rule dedicated; infinite: no pack-out"
    )
    other_packing: str = column("", "design that differs only in the packing rule; empty: none")
    schedule: str = column("", "schedule of flights, random or fixed, in words; empty: not stored")
    time_zone: str = column("", "time zone of the hub; empty: clocks do not change")
    fully_manned: str = column("", "roles of which all posts are manned at any time of the first measured week")
    is_of_liege: bool = column("", "whether its demand and its time zone are those of a hub at Liège")

    @property
    def label(self) -> str:
        return self.scenario

    @property
    def first_day(self) -> dt.date:
        return dt.date.fromisoformat(self.start_date)

    @property
    def is_unstable(self) -> bool | None:
        """Whether the backlog grows; None: undecided."""
        return VERDICTS[self.stability]

    @property
    def packed_per_day(self) -> dict[PackoutRule, float]:
        """Capacity of pack-out alone, by packing rule."""
        return {rule: getattr(self, f"packout_{rule}_per_day") for rule in PackoutRule}


@table("factors", "keys in which designs from a file, or typed designs, differ", sort="scenario order")
class FactorRow:
    scenario: str = label()
    order: int = column("1", "order of the key")
    key: str = column("", "name of the key")
    value: str = column("", "value of the key; empty: the design has no such key")


@table("stability", "whether the backlog of each design grows, and the evidence", sort="scenario")
class StabilityRow:
    scenario: str = label()
    verdict: str = column("", "stable, unstable or undecided")
    growth_per_day: float = column("1/d", "growth of the week's lowest backlog, as a share of the demand; NaN: unknown")
    low: float = column("1/d", "lower bound of the growth, with an error of 5 %")
    high: float = column("1/d", "upper bound of the growth, with an error of 5 %")
    n: int = column("1", "number of week-on-week growths of all replications in the mean")
    horizon_days: int = column("d", "measured days of these runs")


LONGER_RUNS: Final = TableSchema.of(
    "longer_runs",
    "growth in longer runs of the same replications, made for the verdict on stability alone",
    Column("scenario", "string", "", _MEANING),
    Column("horizon_days", "int32", "d", "measured days"),
    Column("replication", "int32", "", "its replication, counted from 0"),
    *(Column(name, "float64", KPIS[name].unit, KPIS[name].meaning) for name in GROWTH_KPIS),
    sort="scenario horizon_days replication",
)


@table(
    "margin",
    "how far the answer of each design is from changing: what its first replications carry of the demands simulated"
    " around the one asked for",
    sort="scenario replication",
)
class MarginRow:
    scenario: str = label()
    replication: int = column("", "number of the replication, from 0")
    carried: float = column("1/d", "highest demand that is carried; 0: none is")
    not_carried: float = column("1/d", "lowest demand above it that is not carried; NaN: all are carried")
    asked: float = column("1/d", "flights a day of the design's demand or file, of which some may be cancelled")


@table(
    "summary",
    "KPIs with 95 % intervals of the mean over replications, cut where the KPI cannot be",
    sort="scenario kpi",
)
class SummaryRow:
    scenario: str = label()
    kpi: str = column("", "name")
    value: Interval = mean_and_ends("mean over replications")
    unit: str = column("", "its unit")
    is_lower_bound: bool = column(
        "", "the value is a lower bound ('more than'), because some parcels or flights had not left at the end"
    )


@table(
    "differences",
    "paired differences to the baseline, the same random numbers in both, of each KPI as a family; without bounds and"
    " p-value where there is one replication, or all replications show the same difference",
    sort="scenario kpi",
)
class DifferenceRow:
    scenario: str = label()
    baseline: str = column("", "design of the comparison")
    kpi: str = column("", "name")
    value: Interval = mean_and_ends("mean difference", ", of 95 % for the whole family")
    unit: str = column("", "its unit")
    p_value: float | None = column("1", "p-value of no difference, for this comparison only; NaN: no test")
    p_family: float | None = column("1", "p-value adjusted for the family; NaN: no test")
    is_different: bool = column("", "p_family is at most 0.05")
    variance_ratio: float | None = column(
        "1", "how many times the replications separate runs would need; NaN: no variance of the difference"
    )


@table(
    "ladder",
    "parcels a day that each resource alone could pass at its effective rate",
    sort="scenario parcels_per_day resource",
)
class LadderRow:
    scenario: str = label()
    resource: str = column("", "name")
    parcels_per_day: float = column("parcels/d", "capacity at its effective rate, if staffed round the clock")
    needed_by: float = column("1", "share of the parcels that need it; of the exports, if is_of_exports")
    is_of_exports: bool = column("", "whether it handles parcels on their way out by air, not imports")


@table("area", "area budget", sort="scenario hall zone")
class AreaRow:
    scenario: str = label()
    hall: str = column("", "name")
    zone: str = column("", "name")
    area_m2: float = column("m2", "area of the zone")
    n_units: float = column("see unit", "units in the zone")
    n_fit: float = column("see unit", "units that fit")
    unit: str = column("", "kind of unit")
    spare_m2: float = column("m2", "area that no unit occupies")


@table("computed", "values that take long to compute, for a later look at the run", sort="matrix i j")
class ComputedRow:
    matrix: str = column("", "name of a matrix")
    i: int = column("1", "number of its row")
    j: int = column("1", "number of its column")
    value: float = column("see matrix", "the value; NaN: none")


@table("answer", "answer of a study, in sentences", sort="order")
class AnswerRow:
    order: int = column("1", "order of reading")
    sentence: str = column("", "the sentence")


@table(
    "warmup",
    "MSER on the backlog, mean over replications, of each design whose backlog does not grow",
    sort="scenario batch",
)
class WarmupRow:
    scenario: str = label()
    method: str = column("", "weeks: batches of whole weeks; less_rhythm: of five values; plain: the same, as they are")
    batch: int = column("1", "number of the batch, in order of time")
    from_day: float = column("d", "start of the batch, from the start of the run")
    to_day: float = column("d", "end of the batch, from the start of the run")
    backlog: float = column("parcels", "mean backlog of the batch; less_rhythm: without the week's rhythm")
    statistic: float = column("parcels2", "statistic of a warm-up that ends at the batch's begin; NaN: not tried")
    is_cut: bool = column("", "the batch belongs to the warm-up with the least statistic")
