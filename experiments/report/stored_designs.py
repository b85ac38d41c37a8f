"""The designs of a run and their KPIs, read from its tables, with names for a reader."""

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

from experiments.formatting import share_text, short
from experiments.grouping import grouped, nested
from experiments.money.kpis import KPIS
from experiments.report.design_names import names_of
from experiments.statistics.interval import Value
from experiments.store.foreign import Manifest
from experiments.store.foreign_tables import read_rows
from experiments.store.summaries import DesignRow, FactorRow
from sim.config import HubConfig
from sim.domain.clock import NO_CHANGES, Clock
from sim.units import DAYS_PER_YEAR, MIN_PER_DAY

if TYPE_CHECKING:
    import pandas as pd

    Frame = pd.DataFrame
else:  # pandas is imported only when a run is read
    Frame = Any

MOST_PANELS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedDesign(DesignRow):
    """A design of the table `points`, with its names for a reader.

    `site` names the halls, `traffic` the demand, `title` both and the arrivals.
    """

    site: str
    traffic: str
    title: str
    factors: Mapping[str, str] = field(default_factory=dict)
    """Values of the keys in which designs of a file differ."""

    @property
    def title_line(self) -> str:
        return " ".join(self.title.split())

    @property
    def share(self) -> "ShareBand | None":
        """The hub's share of the airport's parcels, if the demand is estimated from it."""
        band = ShareBand(self.airport_parcels_per_year, self.hub_share_least, self.hub_share_most)
        return None if math.isnan(band.airport_parcels_per_year) else band


@dataclass(frozen=True, slots=True)
class ShareBand:
    """The range of the hub's undisclosed share of the airport's parcels."""

    airport_parcels_per_year: float
    least: float
    most: float

    @classmethod
    def of_hub(cls, hub: HubConfig) -> Self | None:
        share = hub.hub_share
        return cls(share.airport_parcels_per_year, share.least, share.most) if share else None

    @property
    def ends(self) -> str:
        return f"{short(100 * self.least, 3)}–{share_text(self.most)}"

    @property
    def airport(self) -> str:
        """Parcels of the airport in millions a year."""
        return short(self.airport_parcels_per_year / 1e6)

    def of(self, a_year: float, parcels_per_day: float) -> tuple[float, float]:
        """An annual figure at both ends of the range, if it is proportional to the parcels."""
        each = a_year * self.airport_parcels_per_year / (parcels_per_day * DAYS_PER_YEAR)
        return each * self.least, each * self.most

    def __str__(self) -> str:
        return f"at a hub's share of {self.ends} of the airport's {self.airport} million parcels"


@dataclass(frozen=True, slots=True)
class Panel:
    """Designs drawn in one panel, and their names in it."""

    title: str
    points: tuple[NamedDesign, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """The measured days [min], and the date of the first midnight."""

    low: float
    high: float
    start_date: dt.date
    clock: Clock = NO_CHANGES

    @classmethod
    def of(cls, config: HubConfig) -> "Window":
        low, high = config.warmup_days * MIN_PER_DAY, config.days * MIN_PER_DAY
        return cls(low, high, config.start_date, config.clock)

    @property
    def n_days(self) -> int:
        return round((self.high - self.low) / MIN_PER_DAY)

    def covers(self, instants: "pd.Series[float]") -> "pd.Series[bool]":
        return (instants >= self.low) & (instants < self.high)

    def closes(self, ends: "pd.Series[float]") -> "pd.Series[bool]":
        """Which intervals, given by their ends, belong to the measured days."""
        return (ends > self.low) & (ends <= self.high)

    def day_name(self, day: int, form: str = "%a") -> str:
        """Weekday of a day counted from the first midnight, or its date in another form of `strftime`."""
        return (self.start_date + dt.timedelta(days=day)).strftime(form)


def designs_in(manifest: Manifest) -> tuple[NamedDesign, ...]:
    """The designs of a stored run in the order of its command, each with a unique title."""
    factors = read_rows(manifest, FactorRow) if "factors" in manifest.tables else ()
    rows = sorted(read_rows(manifest, DesignRow), key=lambda row: row.order)
    return named_designs(rows, nested((row.scenario, row.key, row.value) for row in factors))


def named_designs(rows: Sequence[DesignRow], factors: Mapping[str, Mapping[str, str]]) -> tuple[NamedDesign, ...]:
    """Designs of rows of the table `points`, in that order; `factors`: the value of each key, by design."""
    return tuple(
        NamedDesign(*astuple(row), site=site, traffic=traffic, title=title, factors=factors.get(row.label, {}))
        for row, (site, traffic, title) in zip(rows, names_of(rows, factors), strict=True)
    )


def within_possible(kpi: str, value: Value) -> Value:
    """The interval cut to possible values: with few replications its lower bound can be negative."""
    is_never_negative = kpi in KPIS and KPIS[kpi].range[0] >= 0
    return value.within(0.0) if is_never_negative and value.mean >= 0 else value


def main_points(points: Sequence[NamedDesign]) -> tuple[NamedDesign, ...]:
    """Designs under the first arrival model; the others are only compared with them."""
    return tuple(point for point in points if point.arrivals == points[0].arrivals)


def panels(points: Sequence[NamedDesign]) -> tuple[Panel, ...]:
    """A panel for each traffic, a line for each site; a single panel if there are many traffics."""
    by_traffic = grouped((point.traffic, point) for point in points)
    if len(by_traffic) > MOST_PANELS:
        return (Panel("", tuple(points), tuple(point.title for point in points)),)
    panels = []
    for of_traffic in by_traffic.values():
        sites = Counter(point.site for point in of_traffic)
        names = tuple(point.site if sites[point.site] == 1 else point.title for point in of_traffic)
        panels.append(Panel(of_traffic[0].traffic, tuple(of_traffic), names))
    return tuple(panels)


def records(table: Frame) -> Iterator[dict[str, Any]]:
    """The rows as plain values."""
    yield from ({str(name): value for name, value in row.items()} for row in table.to_dict("records"))
