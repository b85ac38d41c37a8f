"""The tables that sum up a study, beside those of its replications: what they hold, and in which unit."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sim.measures.kpis import KPIS
from sim.measures.weekly_lows import GROWTH_KPIS
from sim.record.schemas import Column, TableSchema

_LABEL = Column("scenario", "string", "", "the design, as it is called in every table of the run")

POINTS: Final = TableSchema(
    "points",
    "the designs of the run",
    (
        _LABEL,
        Column("order", "int32", "1", "as asked for"),
        Column("name", "string", "", "its scenario file"),
        Column("start_date", "string", "", "the day of the first midnight"),
        Column("disruptions", "string", "", "peaks, closures, outages and others that are on, in words; empty: none"),
        Column("roster", "string", "", "roster option"),
        Column("demand", "string", "", "demand option"),
        Column("arrivals", "string", "", "arrival model"),
        Column("flights_per_day", "float64", "1/d", "annual mean asked for"),
        Column("parcels_per_day", "float64", "parcels/d", "annual mean asked for"),
        Column(
            "airport_parcels_per_year", "float64", "parcels/y", "of which the hub has a share; NaN: no such estimate"
        ),
        Column("hub_share_least", "float64", "1", "the least that it may be"),
        Column("hub_share_most", "float64", "1", "the most that it may be"),
        Column("area_m2", "float64", "m2", "area of its halls"),
        Column("n_machines", "int32", "1", "sorting machines"),
        Column("n_halls", "int32", "1", "halls"),
        Column("service_h", "float64", "h", "time promised from the drawn arrival"),
        Column("stability", "string", "", "unstable: its backlog grows; stable; or undecided"),
        Column(
            "blocked_after_h",
            "float64",
            "h",
            "from the first midnight until a flight is first held because no stand is free; NaN: never",
        ),
        Column("packout_rule", "string", "", "who packs at a chute: flexible or dedicated"),
        Column(
            "packout_flexible_per_day",
            "float64",
            "parcels/d",
            "that pack-out alone could handle by the rule flexible; infinite: no pack-out",
        ),
        Column(
            "packout_dedicated_per_day",
            "float64",
            "parcels/d",
            "that pack-out alone could handle by the rule dedicated; infinite: no pack-out",
        ),
        Column("other_packing", "string", "", "the design that differs in the packing rule alone; empty: none"),
    ),
    ("order",),
)
FACTORS: Final = TableSchema(
    "factors",
    "the keys in which the designs of a file, or typed ones, differ",
    (
        _LABEL,
        Column("order", "int32", "1", "of the key, as asked for"),
        Column("key", "string", "", "the key"),
        Column("value", "string", "", "its value; empty: the design has no such key"),
    ),
    ("scenario", "order"),
)
VERDICTS: Final[Mapping[str, bool | None]] = MappingProxyType({"unstable": True, "stable": False, "undecided": None})
"""How tables name whether a design is unstable."""
STABILITY: Final = TableSchema(
    "stability",
    "whether the backlog of each design grows, and what says so",
    (
        _LABEL,
        Column("verdict", "string", "", "stable, unstable or undecided"),
        Column("growth_per_day", "float64", "1/d", "of the week's least backlog, share of the demand; NaN: unknown"),
        Column("low", "float64", "1/d", "its lower bound, with an error of 5 %"),
        Column("high", "float64", "1/d", "its upper bound, with an error of 5 %"),
        Column("n", "int32", "1", "week-on-week growths of all replications that it is the mean of"),
        Column("horizon_days", "int32", "d", "measured days of the runs that it is from"),
    ),
    ("scenario",),
)
LONGER_RUNS: Final = TableSchema(
    "longer_runs",
    "growth in longer runs of the same replications, made for the verdict on stability alone",
    (
        _LABEL,
        Column("horizon_days", "int32", "d", "measured days"),
        Column("replication", "int32", "", "its replication, counted from 0"),
        *(Column(name, "float64", KPIS[name].unit, KPIS[name].meaning) for name in GROWTH_KPIS),
    ),
    ("scenario", "horizon_days", "replication"),
)
MARGIN: Final = TableSchema(
    "margin",
    "how far the answer of each design is from changing: what its first replications carry of the demands simulated"
    " around the one asked for",
    (
        _LABEL,
        Column("replication", "int32", "", "its replication, counted from 0"),
        Column("carried", "float64", "1/d", "the highest demand that is carried; 0: none is"),
        Column("not_carried", "float64", "1/d", "the lowest demand above it that is not; NaN: all are carried"),
    ),
    ("scenario", "replication"),
)
SUMMARY: Final = TableSchema(
    "summary",
    "KPIs with 95 % intervals of the mean over replications, cut where the KPI cannot be",
    (
        _LABEL,
        Column("kpi", "string", "", "name"),
        Column("mean", "float64", "see unit", "mean over replications"),
        Column("low", "float64", "see unit", "lower end; NaN with one replication"),
        Column("high", "float64", "see unit", "upper end; NaN with one replication"),
        Column("n", "int32", "1", "replications"),
        Column("unit", "string", "", "its unit"),
        Column("is_lower_bound", "bool", "", "reads 'more than': what it rests on had not left at the end"),
    ),
    ("scenario", "kpi"),
)
DIFFERENCES: Final = TableSchema(
    "differences",
    "paired differences to the baseline, the same random numbers in both, of each KPI as a family; without bounds and"
    " p-value where there is one replication, or all replications show the same difference",
    (
        _LABEL,
        Column("baseline", "string", "", "the design it is compared with"),
        Column("kpi", "string", "", "name"),
        Column("mean", "float64", "see unit", "mean difference"),
        Column("low", "float64", "see unit", "lower end, of 95 % for the whole family; NaN: none"),
        Column("high", "float64", "see unit", "upper end, of 95 % for the whole family; NaN: none"),
        Column("n", "int32", "1", "replications"),
        Column("unit", "string", "", "its unit"),
        Column("p_value", "float64", "1", "of no difference, of this comparison alone; NaN: no test"),
        Column("p_family", "float64", "1", "the same, adjusted for the family; NaN: no test"),
        Column("is_different", "bool", "", "p_family is at most 0.05"),
        Column(
            "variance_ratio",
            "float64",
            "1",
            "how many times the replications separate runs would need; NaN: no variance of the difference",
        ),
    ),
    ("scenario", "kpi"),
)
LADDER: Final = TableSchema(
    "ladder",
    "parcels a day that each resource alone could pass at its effective rate",
    (
        _LABEL,
        Column("resource", "string", "", "name"),
        Column("parcels_per_day", "float64", "parcels/d", "at its effective rate, if staffed round the clock"),
    ),
    ("scenario", "parcels_per_day", "resource"),
)
AREA: Final = TableSchema(
    "area",
    "the area budget",
    (
        _LABEL,
        Column("hall", "string", "", "name"),
        Column("zone", "string", "", "name"),
        Column("area_m2", "float64", "m2", "of the zone"),
        Column("n_units", "float64", "see unit", "units that stand there"),
        Column("n_fit", "float64", "see unit", "units that would fit"),
        Column("unit", "string", "", "what is counted"),
        Column("spare_m2", "float64", "m2", "that no unit stands on"),
    ),
    ("scenario", "hall", "zone"),
)
ANSWER: Final = TableSchema(
    "answer",
    "what a study says, in sentences",
    (Column("order", "int32", "1", "in which they are read"), Column("sentence", "string", "", "the sentence")),
    ("order",),
)
WARMUP: Final = TableSchema(
    "warmup",
    "MSER on the backlog, mean over replications, of each design whose backlog does not grow",
    (
        _LABEL,
        Column(
            "method",
            "string",
            "",
            "weeks: batches of whole weeks; less_rhythm: of five values; plain: the same, as they are",
        ),
        Column("batch", "int32", "1", "in order of time"),
        Column("from_day", "float64", "d", "from the start of the run to that of the batch"),
        Column("to_day", "float64", "d", "from the start of the run to the end of the batch"),
        Column("backlog", "float64", "parcels", "mean of the batch; less_rhythm: without the week's rhythm"),
        Column("statistic", "float64", "parcels2", "of a warm-up that ends where the batch begins; NaN: not tried"),
        Column("is_cut", "bool", "", "the batch belongs to the warm-up that the least statistic chooses"),
    ),
    ("scenario", "batch"),
)
