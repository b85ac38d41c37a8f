"""Predictions of the model compared with reports about the hub; differences are explained, not fitted away."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from experiments.beside import yaml_beside
from experiments.formatting import number
from experiments.interval_text import with_interval
from experiments.report.public_hubs import Case
from experiments.report.run_grids import reported
from experiments.report.stored_designs import Frame, NamedDesign, Window
from experiments.statistics.interval import Value, Values
from sim.config.bounds import DAYS_PER_WEEK
from sim.units import DAYS_PER_YEAR


@dataclass(frozen=True, slots=True)
class Group:
    """Designs to which a reported number applies: flights a day, and m² above the first bound, up to the second."""

    flights_per_day: Sequence[float]
    area_m2: Sequence[float]

    def holds(self, point: NamedDesign) -> bool:
        (fewest, most), (above, largest) = self.flights_per_day, self.area_m2
        return fewest <= point.flights_per_day <= most and above < point.area_m2 <= largest


_ANY: Final = "any"
"""The group whose reports are not only about Liège."""
_UNNAMED: Final = (_ANY, "liege")
"""Groups that a check's quantity does not name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A reported number; `validation.yaml` explains the fields."""

    quantity: str
    of: str
    value: str
    reported: str
    published: float
    source: str
    why: str
    is_independent: bool = True
    is_annual: bool = False
    factor: float = 1
    divisor: float = 1
    band: Sequence[float] | None = None
    is_of_site: bool = False
    is_kept_by_some: bool = False
    is_share_reported: bool = False
    grows_with: str = ""

    def applies(self, point: NamedDesign) -> bool:
        if self.of == "of_share":
            return point.share is not None
        return (point.is_of_liege or self.of == _ANY) and groups()[self.of].holds(point)

    def predicted(self, kpis: Mapping[str, Value]) -> Value | None:
        """The design's value in the report's unit; None if the run lacks it."""
        value = kpis.get(self.value)
        if value is None or (self.is_kept_by_some and value.mean == 0):
            return None
        times = self.factor * (DAYS_PER_YEAR if self.is_annual else 1)
        return replace(value.scaled(times / self.divisor), unit="")


@dataclass(frozen=True, slots=True)
class Compared:
    quantity: str
    design: str
    predicted: str
    reported: str
    outcome: str
    why: str
    source: str


@cache
def groups() -> dict[str, Group]:
    return {name: Group(**group) for name, group in yaml_beside(__file__)["designs"].items()}


@cache
def checks() -> tuple[Check, ...]:
    return tuple(Check(**check) for check in yaml_beside(__file__)["checks"])


def compare(points: Sequence[NamedDesign], values: Values, n_days: int) -> list[Compared]:
    """Each check with the designs to which it applies; values that the run lacks are left out.

    Reports are about a year or a usual day. Days of a week differ, so a few measured days are not compared.
    """
    return [
        _compared(check, point, predicted, values[point.label].get(check.grows_with), n_days)
        for check, point, predicted in _predictions(points, values)
    ]


def rows(points: Sequence[NamedDesign], values: Values) -> Iterator[Case]:
    """Checks as numbers, for any number of measured days; a check whose quantity names no hub names the design."""
    for check, point, predicted in _predictions(points, values):
        name = f"{check.quantity}, {point.title}" if check.of in _UNNAMED else check.quantity
        band = check.band or (check.published / 2, check.published * 1.5)
        ours = (check.published, predicted.mean, (band[0], band[1]))
        yield Case.of(name, *ours, check.why, check.source, independent=check.is_independent, bounds=predicted.bounds)


def _predictions(points: Sequence[NamedDesign], values: Values) -> Iterator[tuple[Check, NamedDesign, Value]]:
    for check in checks():
        sites = set()
        for point in points:
            predicted = check.predicted(values[point.label])
            if predicted is None or not check.applies(point) or (check.is_of_site and point.site in sites):
                continue
            sites.add(point.site)
            yield check, point, predicted


def _compared(check: Check, point: NamedDesign, predicted: Value, parcels: Value | None, n_days: int) -> Compared:
    text = with_interval(predicted, between="–", hides_same=True)
    reported, band = check.reported, check.band
    if point.share is not None and parcels is not None and parcels.mean:
        ends = point.share.of(predicted.mean, parcels.mean)
        least, most = map(number, ends)
        text += f"; {least}–{most} {point.share}"
        if check.is_share_reported:
            reported, band = f"{least}–{most}", ends
    is_judged = check.is_of_site or n_days >= DAYS_PER_WEEK
    verdict = outcome(predicted.mean, band) if is_judged else _short(n_days)
    return Compared(check.quantity, point.title, text, reported, verdict, check.why, check.source)


def _short(n_days: int) -> str:
    return f"not judged: {'one day' if n_days == 1 else f'{n_days} days'} of a week"


def outcome(value: float, band: Sequence[float] | None) -> str:
    if band is None:
        return "reported only"
    low, high = band
    return "within" if low <= value <= high else "below" if value < low else "above"


FLIGHTS: Final = "flights landed"
TRUCKS_AN_AIRCRAFT: Final = "outbound trucks for each flight"
TRUCKS_BOTH_WAYS: Final = "outbound trucks and collections a day"
TONNES: Final = "tonnes of goods in and out a day"
NIGHT_SHARE: Final = "movements at night in all"
_G_PER_T: Final = 1e6


def counted(tables: Mapping[str, Frame], values: Values, window: Window) -> dict[str, dict[str, Value]]:
    """Counted values by design, without intervals; values for which the run lacks a KPI are left out."""
    flights = tables["flights"]
    n_replications = tables["halls"].groupby("scenario")["replication"].nunique()  # also those without a flight
    landed, left = (_by_design(_within(flights, instant, window)) for instant in ("aldt", "aobt"))
    mass = {name: _by_design(_within(tables[name], "departed", window), "mass") for name in ("trucks", "out_ulds")}
    collections = _by_design(_within(tables["collections"], "docked", window))
    counts = {}
    for name, n in n_replications.items():
        label, per_day = str(name), int(n) * max(1, window.n_days)
        of_design = {FLIGHTS: landed.get(label, 0.0) / per_day}
        t_in, t_out = (mass[name].get(label, 0.0) / _G_PER_T / per_day for name in ("trucks", "out_ulds"))
        of_design[TONNES] = t_in + t_out
        kpis = values.get(label, {})
        if of_design[FLIGHTS] and "trucks_per_day" in kpis:
            trucks = kpis["trucks_per_day"].mean
            of_design[TRUCKS_AN_AIRCRAFT] = trucks / of_design[FLIGHTS]
            if t_out:
                of_design[TRUCKS_BOTH_WAYS] = trucks + collections.get(label, 0.0) / per_day
        if of_design[FLIGHTS] and "night_movements_per_day" in kpis:
            moves = (landed[label] + left.get(label, 0.0)) / per_day
            of_design[NIGHT_SHARE] = kpis["night_movements_per_day"].mean / moves
        counts[label] = {key: Value(mean, None, None, int(n), "") for key, mean in of_design.items()}
    return counts


def with_counts(tables: Mapping[str, Frame], values: Values, window: Window) -> dict[str, dict[str, Value]]:
    """KPIs and counted values, by design."""
    counts, controls = counted(tables, values, window), reported(tables["customs"], tables["flights"])
    return {label: {**kpis, **counts.get(label, {}), **controls.get(label, {})} for label, kpis in values.items()}


def _within(table: Frame, instant: str, window: Window) -> Frame:
    return table[window.covers(table[instant])]


def _by_design(table: Frame, column: str | None = None) -> dict[str, float]:
    """Rows of each design, or the sum of a column."""
    groups = table.groupby("scenario")
    sums = groups.size() if column is None else groups[column].sum()
    return {str(label): float(total) for label, total in sums.items()}
