"""The page of a run: the answer in sentences, the pictures, the numbers, and how far they may be trusted."""

import base64
import importlib.metadata
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from experiments.report import (
    around,
    figures_arrivals,
    figures_dwell,
    figures_ladder,
    figures_leaving,
    figures_occupancy,
    figures_utilisation,
    figures_week,
    sentences,
    style,
    validation,
)
from experiments.report.points import (
    ARRIVALS,
    MIN_PER_DAY,
    Point,
    Value,
    Values,
    Window,
    main_points,
    panels,
    read_ladder,
    read_points,
    read_values,
    read_window,
    records,
)
from experiments.report.words import UNITS, amount, interval_of, kpi_name, number, percent, zone

if TYPE_CHECKING:
    import pandas as pd

HEADLINES: Final = {
    "on_time_share": "In time",
    "dwell_mean_h": "Dwell, mean [h]",
    "dwell_p95_h": "Dwell, 95\u00a0% quantile [h]",
    "parcels_per_day": "Parcels a day",
    "trucks_per_day": "Trucks a day",
    "stand_blocked_h_per_day": "Aircraft blocked [h/d]",
    "backlog_slope_per_day": "Backlog grows by [parcels/d]",
    "staff_h_per_day": "Staff [h/d]",
}
PACKAGES: Final = ("cargohub", "numpy", "pandas", "scipy", "simpy", "hydra-core", "matplotlib")


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure of the page: `says` is its caption, `alt` what stands for it where it cannot be seen."""

    name: str
    heading: str
    says: str
    alt: str
    svg: bytes

    @property
    def source(self) -> str:
        """The picture itself as an address, so that the page is one file."""
        return "data:image/svg+xml;base64," + base64.b64encode(self.svg).decode("ascii")


def write_report(
    tables: "Mapping[str, pd.DataFrame]",
    *,
    title: str,
    command: str,
    config_yaml: str,
    seed: int,
    replications: int,
    folder: Path,
) -> None:
    """Write `report.html`, one file that asks for nothing from outside, and its figures to `figures/`."""
    points = read_points(tables["points"])
    values = read_values(tables["summary"])
    window = read_window(tables["flights"], config_yaml)
    pictures = draw(tables, points, values, window)
    text = _template().render(
        title=title,
        command=command,
        config_yaml=config_yaml,
        seed=seed,
        replications=replications,
        pictures=pictures,
        versions=versions(),
        **content(tables, points, values, window),
    )
    figures = folder / "figures"
    figures.mkdir(parents=True, exist_ok=True)
    for picture in pictures:
        (figures / f"{picture.name}.svg").write_bytes(picture.svg)
    (folder / "report.html").write_text(text, encoding="utf-8")


def draw(
    tables: "Mapping[str, pd.DataFrame]", points: tuple[Point, ...], values: Values, window: Window
) -> tuple[Picture, ...]:
    """The pictures that the run has the tables for."""
    mine = main_points(points)
    grouped = panels(mine)
    service = f"{points[0].service_h:g} h"
    found: list[Picture] = []

    def add(name: str, heading: str, says: str, figure: Any) -> None:  # noqa: ANN401 - matplotlib is loaded late
        found.append(Picture(name, heading, says, f"{heading}. {says}", style.svg(figure)))

    with style.look():
        leaving = figures_leaving.prepare(tables["flights"], tables["loads"], grouped)
        add("leaving", "How parcels leave after landing",
            f"Share of the parcels of the measured days that has left so many hours after the drawn arrival; the"
            f" dotted line is the promise of {service}. A curve that stays low shows parcels that are still inside, or"
            " whose flight was diverted.", figures_leaving.figure(leaving))  # fmt: skip
        ladder = figures_ladder.prepare(read_ladder(tables.get("ladder")), mine)
        if ladder:
            add("ladder", "Capacity ladder",
                "What each resource alone could pass at its effective rate, the lowest on top, beside the demand. A bar"
                " that ends before a demand line gives first under that demand; an arrow marks bars that are cut.",
                figures_ladder.figure(ladder))  # fmt: skip
        use = figures_utilisation.prepare(points, values)
        add("utilisation", "Utilisation and blocked time",
            "Left, the share of the time that each resource is in use; right, hours a day that things stand blocked or"
            " wait. A resource that is full and blocks nobody is well used; what is full because something behind it is"
            " blocked needs no more of its own.", figures_utilisation.figure(use))  # fmt: skip
        bars = figures_dwell.prepare(tables["stages"], tables["ulds"], tables["flights"], grouped, window)
        add("dwell", "Dwell by stage",
            "Mean hours that a parcel spends in each stage, over all parcels broken down in the measured days, whether"
            " they pass the stage or not. ULDs that were never broken down are not in it.",
            figures_dwell.figure(bars))  # fmt: skip
        zones = figures_occupancy.prepare(tables["occupancy"], grouped, window)
        if zones.rows:
            add("occupancy", "The hall over the measured days",
                "What is in each zone, as a share of its limit (dotted), mean over replications. The customs hold zone"
                " may exceed the floor it is laid out for; the other limits bind.",
                figures_occupancy.figure(zones))  # fmt: skip
        weeks = figures_week.prepare(tables["occupancy"], mine, window)
        more = f" The first {figures_week.MOST_MAPS} designs." if len(mine) > figures_week.MOST_MAPS else ""
        add("week", "The week of the backlog",
            "Parcels that have arrived, or should have, and have not left, by weekday and hour; each map has a scale of"
            f" its own, from zero.{more}", figures_week.figure(weeks))  # fmt: skip
        sensitivity = figures_arrivals.prepare(points, values)
        if sensitivity is not None:
            add("arrivals", "When flights come",
                "The share in time under each arrival model, with 95 % intervals of the mean; the traffic's size is the"
                " same.", figures_arrivals.figure(sensitivity))  # fmt: skip
    return tuple(found)


def content(
    tables: "Mapping[str, pd.DataFrame]", points: tuple[Point, ...], values: Values, window: Window
) -> dict[str, Any]:
    """What the template says beside the pictures."""
    mine, ladder = main_points(points), read_ladder(tables.get("ladder"))
    changes, baseline = _changes(tables.get("differences"))
    flights = _flights_per_day(tables["flights"], window)
    with_flights = {
        label: {**kpis, **({validation.FLIGHTS_KPI: flights[label]} if label in flights else {})}
        for label, kpis in values.items()
    }
    titles = {point.label: point.title for point in points}
    return {
        "answer": sentences.answer(mine, values, ladder),
        "sensitivity": sentences.sensitivity(points, values),
        "least": f"{100 * sentences.LEAST_ON_TIME:.0f} %",
        "service": f"{points[0].service_h:g} h",
        "glance": _glance(mine, values),
        "changes": sentences.differences(mine, changes, baseline),
        "change_rows": _change_rows(points, changes, baseline),
        "baseline": titles.get(baseline, baseline),
        "definitions": [(kpi_name(name), UNITS.get(unit, unit if unit != "1" else "share"), meaning)
                        for name, unit, meaning in sentences.definitions(values)],
        "headline_names": list(HEADLINES.values()),
        "headlines": [(point.title, [_cell(values[point.label].get(name)) for name in HEADLINES]) for point in points],
        "all_kpis": [
            (kpi_name(name), UNITS.get(unit, "" if unit == "1" else unit),
             [_cell(values[point.label].get(name)) for point in points])
            for name, unit, _ in sentences.definitions(values)
        ],
        "titles": [point.title for point in points],
        "days": _days(window),
        "warmup_days": round(window.low / MIN_PER_DAY),
        "arrivals": [ARRIVALS.get(name, name) for name in dict.fromkeys(point.arrivals for point in points)],
        "validation": validation.compare(mine, with_flights),
        "around": around.kpi_rows(mine, values),
        "lanes": around.lane_rows(tables.get("destinations"), mine),
        "main_titles": [point.title for point in mine],
        "area": _area(tables.get("area"), mine),
    }  # fmt: skip


def versions() -> list[str]:
    """Python's and the packages' that the numbers rest on."""
    found = [f"Python {platform.python_version()}"]
    for name in PACKAGES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _template() -> Any:  # noqa: ANN401 - jinja2 is loaded late
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    found = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    found.filters["tied"] = _tied
    return found.get_template("template.html")


def _tied(text: str) -> str:
    """Numbers stay with their units on a narrow screen."""
    for unit in ("%", "m²", "h"):
        for after in (" ", ".", ",", ";", ")", ":"):
            text = text.replace(f" {unit}{after}", f"\u00a0{unit}{after}")
    return text


def _glance(points: Sequence[Point], values: Values) -> dict[str, Any]:
    """The verdicts, a row a site and a column a traffic."""
    traffics = {point.traffic: sentences.traffic(point) for point in points}
    rows: dict[str, dict[str, tuple[str, str, str]]] = {}
    for point in points:
        on_time = values[point.label]["on_time_share"]
        outcome = sentences.verdict(point, on_time)
        kind = "close" if sentences.is_close(point, on_time) else outcome.name.lower()
        said = {"close": "too close to call", "carries": "carries", "fails": "does not", "unstable": "unstable"}[kind]
        rows.setdefault(point.site, {})[point.traffic] = (kind, said, f"{percent(on_time.mean)} %")
    return {
        "traffics": list(traffics.values()),
        "rows": [(site, [mine.get(traffic) for traffic in traffics]) for site, mine in rows.items()],
    }


def _changes(table: "pd.DataFrame | None") -> tuple[Values, str]:
    if table is None or table.empty:
        return {}, ""
    return read_values(table), str(table["baseline"].iloc[0])


def _change_rows(points: Sequence[Point], changes: Values, baseline: str) -> list[tuple[str, list[str]]]:
    """Differences of the headline KPIs; shares in percentage points."""
    rows = []
    for point in points:
        mine = changes.get(point.label)
        if mine is not None and point.label != baseline:
            rows.append((point.title, [_change(mine.get(name)) for name in HEADLINES]))
    return rows


def _change(value: Value | None) -> str:
    if value is None:
        return "–"
    if value.unit == "1":
        return sentences.points_of(value).replace("percentage points", "pp").partition(" (one")[0]
    sign = "+" if value.mean > 0 else ""
    interval = interval_of(value)
    return f"{sign}{number(value.mean)}" + (f" ({interval})" if interval else "")


def _cell(value: Value | None) -> tuple[str, str]:
    """The mean, and its interval for the line below it."""
    return ("–", "") if value is None else (_tied(amount(value, with_unit=False) + " "), interval_of(value))


def _name(kpi: str) -> str:
    """A KPI's name for a reader; how it is called in the tables stays recognisable."""
    return HEADLINES.get(kpi, kpi_name(kpi))


def _days(window: Window) -> str:
    if window.start_date is None:
        return f"{window.n_days} days"
    import datetime as dt

    first = window.start_date + dt.timedelta(minutes=window.low)
    last = window.start_date + dt.timedelta(minutes=window.high - MIN_PER_DAY)
    return f"{window.n_days} days, {first} to {last}" if window.n_days > 1 else f"one day, {first}"


def _flights_per_day(flights: "pd.DataFrame", window: Window) -> dict[str, Value]:
    """Flights of the cohort a day, mean over replications, without interval."""
    counts = flights[flights["is_cohort"]].groupby(["scenario", "replication"]).size()
    n_replications = flights.groupby("scenario")["replication"].nunique()
    per_scenario = counts.groupby("scenario").sum()
    return {
        str(label): Value(
            float(per_scenario.get(label, 0)) / int(n) / max(1, window.n_days), float("nan"), float("nan"), int(n), ""
        )
        for label, n in n_replications.items()
    }


def _area(table: "pd.DataFrame | None", points: Sequence[Point]) -> list[tuple[str, list[tuple[str, ...]]]]:
    """The budget of each site's halls; the demand does not change it."""
    if table is None:
        return []
    first: dict[str, str] = {}
    for point in points:
        first.setdefault(point.site, point.label)
    found = []
    for site, label in first.items():
        rows: list[tuple[str, ...]] = [
            (
                row["hall"],
                zone(row["zone"]),
                number(row["area_m2"], 0),
                f"{number(row['n_units'], 0)} {row['unit']}" if row["n_fit"] else row["unit"],
                number(row["n_fit"], 0) if row["n_fit"] else "",
                number(row["spare_m2"], 0),
            )
            for row in records(table[table["scenario"] == label])
        ]  # fmt: skip
        found.append((site, rows))
    return found
