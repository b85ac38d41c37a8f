"""What a run's page says beside its pictures: sentences, and the cells of its tables."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from experiments.formatting import (
    NO_VARIANCE,
    UNITS,
    amount,
    interval_of,
    kpi_name,
    number,
    p_text,
    percent,
    signed,
    tied,
    with_interval,
    zone,
)
from experiments.report import (
    around,
    chutes,
    customs_rows,
    disruption_text,
    fullness,
    halls,
    packing,
    sentences,
    validation,
)
from experiments.report.hub_share import goods_lines
from experiments.report.margin import margins_of
from experiments.report.stored_designs import (
    ARRIVALS,
    NamedDesign,
    Value,
    Values,
    Window,
    main_points,
    read_ladder,
    read_values,
    records,
)
from experiments.report.validation_counts import counted
from experiments.store.rows import rows_from
from experiments.store.summaries import MarginRow
from sim.measures.kpis import CUSTOMS, DATA, EXPORTS, GOODS, KPIS, Group, Rank, names
from sim.units import MIN_PER_DAY

if TYPE_CHECKING:
    import pandas as pd

FAMILIES: Final = {
    "holm": "The intervals of a column hold all together (Bonferroni), and so do the p-values (Holm).",
    "dunnett": "The intervals of a column hold all together, and so do the p-values (Dunnett, as if each design had"
    " seen other draws).",
    "none": "Each interval and each p-value holds alone: of many, some are wrong by chance.",
}
"""How differences are taken together."""


def content(
    tables: "Mapping[str, pd.DataFrame]",
    points: tuple[NamedDesign, ...],
    values: Values,
    window: Window,
    *,
    family: str,
    command: str,
) -> dict[str, Any]:
    """What the template says beside the pictures."""
    headlines = names(Rank.HEADLINE)
    mine, ladder = main_points(points), read_ladder(tables.get("ladder"))
    margins = margins_of(rows_from(MarginRow, records(tables["margin"]))) if "margin" in tables else {}
    changes, baseline = _changes(tables.get("differences"))
    besides, of_customs = counted(tables, values, window), customs_rows.reported(tables.get("customs"))
    with_counted = {
        label: {**kpis, **besides.get(label, {}), **of_customs.get(label, {})} for label, kpis in values.items()
    }
    titles = {point.label: point.title for point in points}
    customs_counts = customs_rows.rows(tables.get("customs"), tables["flights"], mine, window)
    return {
        "answer": [*packing.verdicts(points, values), *sentences.answer(mine, values, ladder, margins)],
        "has_margin": bool(margins),
        "packing": packing.facts(mine, command),
        "disrupted": disruption_text.sentences(tables.get("disruptions"), mine, values, window),
        "sensitivity": sentences.sensitivity(points, values),
        "undecided": sentences.undecided(points, values),
        "least": f"{100 * sentences.LEAST_ON_TIME:.0f} %",
        "service": f"{points[0].service_h:g} h",
        "glance": _glance(mine, values),
        "changes": sentences.differences(mine, changes, baseline),
        "change_rows": _change_rows(points, changes, baseline),
        "family": FAMILIES[family] if len(changes) > 1 else "",
        "too_many": sentences.too_many_comparisons(family, len(changes), next(iter(values[mine[0].label].values())).n),
        "baseline": titles.get(baseline, baseline),
        "definitions": [(kpi_name(name), UNITS.get(unit, unit if unit != "1" else "share"), meaning)
                        for name, unit, meaning in sentences.definitions(values)],
        "headline_names": [_heading(name) for name in headlines],
        "factor_names": list(points[0].factors),
        "headlines": [
            (point.title, list(point.factors.values()), [_cell(values[point.label].get(name)) for name in headlines])
            for point in points
        ],
        "factor_rows": [(key, [point.factors[key] for point in points]) for key in points[0].factors],
        "all_kpis": [
            (kpi_name(name), _unit(unit),
             [_cell(values[point.label].get(name)) for point in points])
            for name, unit, _ in sentences.definitions(values)
        ],
        "exports_apart": sentences.exports_apart(mine, values),
        "exports": _group_rows(mine, values, EXPORTS, "exports_per_day"),
        "customs_counts": customs_counts,
        "customs": _group_rows(mine, values, CUSTOMS, "officer_h_per_day") if customs_counts else [],
        "data": _group_rows(mine, values, DATA, "data_read_per_day"),
        "goods": _group_rows(mine, values, GOODS, "imports_meur_per_year"),
        "goods_of_shares": goods_lines(mine, values),
        "chutes": chutes.fullest(tables.get("packout"), tables.get("halls"), mine, window),
        "titles": [point.title for point in points],
        "days": _days(window),
        "warmup_days": round(window.low / MIN_PER_DAY),
        "arrivals": [ARRIVALS.get(name, name) for name in dict.fromkeys(point.arrivals for point in points)],
        "validation": validation.compare(mine, with_counted, window.n_days),
        "around": around.kpi_rows(mine, values),
        "lanes": around.lane_rows(tables.get("destinations"), mine),
        "main_titles": [point.title for point in mine],
        "complexes": halls.complexes(tables.get("halls"), tables.get("shuttles"), mine, window),
        "area": _area(tables.get("area"), mine),
        "fullness": fullness.rows(tables["occupancy"], mine, window),
    }  # fmt: skip


def _group_rows(
    points: Sequence[NamedDesign], values: Values, group: Group, there: str
) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """KPIs of a part of the hub; none if no design has it, as the KPI `there` tells."""
    of_points = [values[point.label] for point in points]
    if not any(there in own and own[there].mean > 0 for own in of_points):
        return []
    return [
        (kpi_name(name), _unit(of_points[0][name].unit), [_cell(own.get(name)) for own in of_points])
        for name in names(group=group)
        if name in of_points[0]
    ]


def _heading(name: str) -> str:
    unit = KPIS[name].unit
    return tied(kpi_name(name) + ("" if unit == "1" else f" [{unit}]"))


def _unit(unit: str) -> str:
    return UNITS.get(unit, "" if unit == "1" else unit)


def _glance(points: Sequence[NamedDesign], values: Values) -> dict[str, Any]:
    """The verdicts, a row a site and a column a traffic."""
    traffics = {point.traffic: sentences.traffic(point) for point in points}
    rows: dict[str, dict[str, tuple[str, str, str]]] = {}
    for point in points:
        on_time = values[point.label]["on_time_share"]
        kind, said = sentences.in_a_word(point, on_time)
        is_unknown = sentences.says_nothing(on_time) and not point.is_unstable
        share = "too few replications" if is_unknown else f"{percent(on_time.mean)} %"
        rows.setdefault(point.site, {})[point.traffic] = (kind, said, share)
    return {
        "traffics": list(traffics.values()),
        "rows": [(site, [mine.get(traffic) for traffic in traffics]) for site, mine in rows.items()],
    }


def _changes(table: "pd.DataFrame | None") -> tuple[Values, str]:
    if table is None or table.empty:
        return {}, ""
    return read_values(table), str(table["baseline"].iloc[0])


def _change_rows(
    points: Sequence[NamedDesign], changes: Values, baseline: str
) -> list[tuple[str, list[str], list[str]]]:
    """Differences of the headline KPIs; shares in percentage points."""
    rows, headlines = [], names(Rank.HEADLINE)
    for point in points:
        mine = changes.get(point.label)
        if mine is not None and point.label != baseline:
            rows.append((point.title, list(point.factors.values()), [_change(mine.get(name)) for name in headlines]))
    return rows


def _change(value: Value | None) -> str:
    if value is None:
        return "–"
    if value.unit == "1":
        text = sentences.points_of(value).replace("percentage points", "pp").partition(" (one")[0]
        return text + _p(value)
    unbounded = f" ({NO_VARIANCE})" if value.n > 1 and value.bounds is None else ""
    return with_interval(value, signed) + unbounded + _p(value)


def _p(value: Value) -> str:
    text = p_text(value.p_family).replace(" ", "\u00a0")
    return f", {text}" if text else ""


def _cell(value: Value | None) -> tuple[str, str]:
    """The mean, and its interval for the line below it."""
    return ("–", "") if value is None else (tied(amount(value, with_unit=False) + " "), interval_of(value))


def _days(window: Window) -> str:
    if window.start_date is None:
        return f"{window.n_days} days"
    import datetime as dt

    first = window.start_date + dt.timedelta(minutes=window.low)
    last = window.start_date + dt.timedelta(minutes=window.high - MIN_PER_DAY)
    return f"{window.n_days} days, {first} to {last}" if window.n_days > 1 else f"one day, {first}"


def _area(table: "pd.DataFrame | None", points: Sequence[NamedDesign]) -> list[tuple[str, list[tuple[str, ...]]]]:
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
