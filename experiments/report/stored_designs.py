"""The designs of a run and their KPIs, read from its tables and given the names that a reader sees."""

import datetime as dt
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import yaml

from experiments.formatting import roster, share_text, short, whole
from experiments.report.factor_names import read_factors, tagged
from experiments.statistics.interval import Value
from experiments.store.summaries import VERDICTS
from sim.domain.site import PackoutRule
from sim.measures.kpis import KPIS
from sim.units import DAYS_PER_YEAR, MIN_PER_DAY

if TYPE_CHECKING:
    import pandas as pd

    Frame = pd.DataFrame
else:  # pandas is loaded where a run is read
    Frame = Any

MOST_PANELS: Final = 3
_LONG: Final = 30
"""Letters of a name that takes a line of its own."""
ARRIVALS: Final = {
    "timetable": "a timetable with delays", "poisson": "Poisson arrivals", "all_ifr": "all-IFR hours",
    "file": "a file of flights",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NamedDesign:
    """A design, by columns of the table `points` that it has under the same name, and the names that a reader sees.

    `site`, `traffic` and `title`: of the halls, of the demand, of both and the arrivals.
    """

    label: str
    site: str
    traffic: str
    title: str
    demand: str
    arrivals: str
    flights_per_day: float
    parcels_per_day: float
    area_m2: float
    service_h: float
    is_unstable: bool | None
    """Whether its backlog grows; None: undecided."""
    blocked_after_h: float
    """From the first midnight until a flight is first held; NaN: never."""
    start_date: dt.date | None = None
    disruptions: str = ""
    """That are on, in words."""
    roster: str = ""
    factors: Mapping[str, str] = field(default_factory=dict)
    """Values of the keys in which designs of a file differ."""
    share: "ShareBand | None" = None
    """Of the airport's parcels, where the demand is an estimate of the hub's."""
    name: str = ""
    """Its scenario file."""
    packing_rule: str = ""
    packed_per_day: Mapping[str, float] = field(default_factory=dict)
    """What pack-out alone could handle, by packing rule."""
    other_packing: str = ""
    """Label of the design that differs in the packing rule alone; empty: none."""


@dataclass(frozen=True, slots=True)
class ShareBand:
    """Between what the hub's undisclosed share of the airport's parcels lies."""

    airport_parcels_per_year: float
    least: float
    most: float

    def of(self, a_year: float, parcels_per_day: float) -> tuple[float, float]:
        """A figure of a year of such days at both ends, where it is proportional to the parcels."""
        each = a_year * self.airport_parcels_per_year / (parcels_per_day * DAYS_PER_YEAR)
        return each * self.least, each * self.most

    def __str__(self) -> str:
        return (
            f"at a hub's share of {short(100 * self.least, 3)}–{share_text(self.most)} of the airport's"
            f" {short(self.airport_parcels_per_year / 1e6)} million parcels"
        )


@dataclass(frozen=True, slots=True)
class Panel:
    """Designs that are drawn in one panel, and the name of each there."""

    title: str
    points: tuple[NamedDesign, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """The measured days [min], and the date of the first midnight where it is known."""

    low: float
    high: float
    start_date: dt.date | None

    @property
    def n_days(self) -> int:
        return round((self.high - self.low) / MIN_PER_DAY)

    def covers(self, instants: "pd.Series[float]") -> "pd.Series[bool]":
        return (instants >= self.low) & (instants < self.high)

    def closes(self, ends: "pd.Series[float]") -> "pd.Series[bool]":
        """Which intervals, told by their ends, are of the measured days."""
        return (ends > self.low) & (ends <= self.high)

    def day_name(self, day: int) -> str:
        """Of a day counted from the first midnight: its weekday, or its number where the date is not known."""
        if self.start_date is None:
            return f"day {day + 1}"
        return (self.start_date + dt.timedelta(days=day)).strftime("%a")


def read_points(table: Frame, factors: Frame | None = None) -> tuple[NamedDesign, ...]:
    """The designs in the order asked for, each with a title of its own; `factors`: the table of that name, if any."""
    by_label = read_factors(factors)
    rows = list(records(table.sort_values("order", kind="stable")))
    demands = _values_by("flights_per_day", "demand", rows)
    machines = _values_by("area_m2", "n_machines", [row for row in rows if row["n_halls"] == 1])
    models, disruptions, rosters = ({row[name] for row in rows} for name in ("arrivals", "disruptions", "roster"))

    def names(row: dict[str, Any]) -> tuple[str, str, str]:
        site = f"{whole(row['area_m2'])} m²"
        if row["n_halls"] > 1:
            site += f" in {row['n_halls']} halls"
        elif len(machines[row["area_m2"]]) > 1:
            site += f" with {row['n_machines']} machines"
        traffic = f"{short(row['flights_per_day'])} flights a day"
        if row["arrivals"] == "file" or len(demands[row["flights_per_day"]]) > 1:
            traffic += f" ({row['demand']})"
        title = f"{site}, {traffic}"
        if len(disruptions) > 1 and row["disruptions"]:
            title += f", with {row['disruptions']}"
        if len(rosters) > 1:
            title += f", {roster(row['roster'])}"
        if len(models) > 1 and row["arrivals"] != rows[0]["arrivals"]:
            title += f", {ARRIVALS.get(row['arrivals'], row['arrivals'])}"
        return site, traffic, title

    without_demand = {
        label: {key: value for key, value in factors.items() if key != "demand"} for label, factors in by_label.items()
    }
    named = [names(row) for row in rows]
    seen = Counter(title for *_, title in named)

    def called(text: str, title: str, label: str) -> str:
        is_plain = seen[title] == 1 and label not in by_label
        # Beside a picture's rows, a long name takes two lines; a page reads it as one. Its traffic is in the title.
        name = f"({tagged(label, without_demand)})"
        return text if is_plain else f"{text}\n{name}" if len(name) > _LONG else f"{text} {name}"

    return tuple(
        NamedDesign(
            label=row["scenario"],
            site=called(site, title, row["scenario"]),
            traffic=traffic,
            title=called(title, title, row["scenario"]),
            **{name: row[name] for name in NamedDesign.__dataclass_fields__ if name in row}
            | {"start_date": dt.date.fromisoformat(row["start_date"])},
            is_unstable=VERDICTS[row["stability"]],
            factors=by_label.get(row["scenario"], {}),
            share=_share_of(row),
            packing_rule=row["packout_rule"],
            packed_per_day={rule: float(row[f"packout_{rule}_per_day"]) for rule in PackoutRule},
        )
        for row, (site, traffic, title) in zip(rows, named, strict=True)
    )


def _values_by(key: str, name: str, rows: Sequence[dict[str, Any]]) -> dict[Any, set[Any]]:
    values = defaultdict[Any, set[Any]](set)
    for row in rows:
        values[row[key]].add(row[name])
    return values


def _share_of(row: dict[str, Any]) -> ShareBand | None:
    band = [float(row.get(key, math.nan)) for key in ("airport_parcels_per_year", "hub_share_least", "hub_share_most")]
    return None if math.isnan(band[0]) else ShareBand(*band)


def read_values(summary: Frame) -> dict[str, dict[str, Value]]:
    """KPIs by design and name; of `summary`, or of `differences`."""
    is_difference = "baseline" in summary.columns
    values: dict[str, dict[str, Value]] = {}
    for row in records(summary):
        low, high = (None if math.isnan(row[end]) else float(row[end]) for end in ("low", "high"))
        value = Value(
            float(row["mean"]), low, high, int(row["n"]), str(row["unit"]), bool(row.get("is_lower_bound", False)),
            float(row.get("p_family", math.nan)), float(row.get("variance_ratio", math.nan)),
        )  # fmt: skip
        kpi = row["kpi"]
        values.setdefault(row["scenario"], {})[kpi] = value if is_difference else within_possible(kpi, value)
    return values


def within_possible(kpi: str, value: Value) -> Value:
    """Few replications can put the lower bound of what is never negative below zero: it is cut there."""
    is_never_negative = kpi in KPIS and KPIS[kpi].range[0] >= 0
    return value.within(0.0) if is_never_negative and value.mean >= 0 else value


def read_ladder(ladder: Frame | None) -> dict[str, dict[str, float]]:
    """Parcels a day that each resource could pass, by design."""
    rates: dict[str, dict[str, float]] = {}
    for row in records(ladder) if ladder is not None else ():
        rates.setdefault(row["scenario"], {})[row["resource"]] = float(row["parcels_per_day"])
    return rates


def main_points(points: Sequence[NamedDesign]) -> tuple[NamedDesign, ...]:
    """Those under the arrival model of the first; the others are only compared with them."""
    return tuple(point for point in points if point.arrivals == points[0].arrivals)


def panels(points: Sequence[NamedDesign]) -> tuple[Panel, ...]:
    """A panel a traffic, a line a site; one panel for all where there are many traffics."""
    by_traffic: dict[str, list[NamedDesign]] = {}
    for point in points:
        by_traffic.setdefault(point.traffic, []).append(point)
    if len(by_traffic) > MOST_PANELS:
        return (Panel("", tuple(points), tuple(point.title for point in points)),)
    panels = []
    for of_traffic in by_traffic.values():
        sites = Counter(point.site for point in of_traffic)
        names = tuple(point.site if sites[point.site] == 1 else point.title for point in of_traffic)
        panels.append(Panel(of_traffic[0].traffic, tuple(of_traffic), names))
    return tuple(panels)


def read_window(flights: Frame, config_yaml: str) -> Window:
    """The measured days, from the configuration; where it does not say, the days of the cohort's arrivals."""
    settings = _settings(_parsed(config_yaml))
    warmup, horizon, date = (settings.get(key) for key in ("warmup_days", "horizon_days", "start_date"))
    start = dt.date.fromisoformat(str(date)) if date is not None else None
    if isinstance(warmup, int) and isinstance(horizon, int):
        return Window(warmup * MIN_PER_DAY, (warmup + horizon) * MIN_PER_DAY, start)
    arrivals = flights.loc[flights["is_cohort"], "arrival"].to_numpy(dtype=float)
    if arrivals.size == 0:
        return Window(0.0, float(MIN_PER_DAY), start)
    low, high = math.floor(arrivals.min() / MIN_PER_DAY), math.ceil(arrivals.max() / MIN_PER_DAY)
    return Window(low * MIN_PER_DAY, max(low + 1, high) * MIN_PER_DAY, start)


def read_family(config_yaml: str) -> str:
    """How differences were taken together; none where the configuration does not say."""
    return str(_settings(_parsed(config_yaml)).get("family", "none"))


def _parsed(config_yaml: str) -> object:
    """By the loader in C: a study of many designs has megabytes of configuration."""
    return yaml.load(config_yaml, Loader=yaml.CSafeLoader)


def _settings(node: object) -> dict[str, Any]:
    """The scalars of a configuration by their last key; of several the outermost."""
    if not isinstance(node, dict):
        return {}
    scalars: dict[str, Any] = {}
    for child in node.values():
        scalars = _settings(child) | scalars
    return scalars | {str(key): value for key, value in node.items() if not isinstance(value, dict | list)}


def records(table: Frame) -> Iterator[dict[str, Any]]:
    """The rows as plain values."""
    yield from ({str(name): value for name, value in row.items()} for row in table.to_dict("records"))
