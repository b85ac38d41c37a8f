"""The page of run, compare and sweep, from their stored tables alone: its answer, and a function for each part."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

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
    style,
    validation,
)
from experiments.report.hub_share import goods_lines
from experiments.report.margin import margins_of
from experiments.report.pictures import draw
from experiments.report.sections import Page, Picture, Section, heading_of, section, text_of
from experiments.report.stored_designs import (
    ARRIVALS,
    NamedDesign,
    Value,
    Values,
    Window,
    main_points,
    read_family,
    read_ladder,
    read_points,
    read_values,
    read_window,
    records,
)
from experiments.report.validation_counts import counted
from experiments.store.rows import Grid, rows_from
from experiments.store.summaries import MarginRow
from sim.measures.kpis import CUSTOMS, DATA, EXPORTS, GOODS, KPIS, SURROUNDINGS, Group, Rank, names
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


@dataclass(frozen=True, slots=True)
class Run:
    """What a run stored. `main`: the designs under the arrival model of the first; `changes`: to the `baseline`."""

    tables: "Mapping[str, pd.DataFrame]"
    points: tuple[NamedDesign, ...]
    main: tuple[NamedDesign, ...]
    kpis: Values
    window: Window
    changes: Values
    baseline: str
    family: str
    command: str
    n: int
    """Replications."""

    @property
    def titles(self) -> tuple[str, ...]:
        return tuple(point.title for point in self.main)

    @property
    def with_intervals(self) -> str:
        return ", with 95 % intervals" if self.n > 1 else ""

    @property
    def of_family(self) -> str:
        return FAMILIES[self.family] if len(self.changes) > 1 else ""

    def title_of(self, label: str) -> str:
        return next((point.title for point in self.points if point.label == label), label)


def page_of(
    tables: "Mapping[str, pd.DataFrame]", *, title: str, command: str, config_yaml: str, seed: int, replications: int,
    notes: Sequence[str], pictures: Callable[[], Iterable[Picture]] = tuple,
) -> Page:  # fmt: skip
    """`notes`: lines below the answer; `pictures`: of the verb alone, with the page's look."""
    points, values = read_points(tables["points"], tables.get("factors")), read_values(tables["summary"])
    differences = tables.get("differences")
    changes: Values = {}
    baseline = ""
    if differences is not None and not differences.empty:
        changes, baseline = read_values(differences), str(differences["baseline"].iloc[0])
    window, family = read_window(tables["flights"], config_yaml), read_family(config_yaml)
    main = main_points(points)
    run = Run(tables, points, main, values, window, changes, baseline, family, command, replications)
    with style.look():
        drawn = [*draw(tables, points, values, run.window), *pictures()]
    parts = [part for make in (_glance, _changes, _meaning, _sure) for part in make(run)]
    parts += [Section("Pictures", pictures=drawn)]
    explained = text_of(
        "answer", least=f"{100 * sentences.LEAST_ON_TIME:.0f} %", service=f"{points[0].service_h:g} h",
        intervals=f" In brackets, 95 % intervals of the mean of {run.n} replications." if run.n > 1 else "",
    )  # fmt: skip
    return Page(
        title,
        list(_answer(run)),
        [*parts, *(part for make in _NUMBERS for part in make(run))],
        config_yaml,
        [*notes, explained],
        [f"Seed {seed}, {replications} replication{'s' * (replications != 1)}."],
    )


def _answer(run: Run) -> Iterator[str]:
    margins = margins_of(rows_from(MarginRow, records(run.tables["margin"]))) if "margin" in run.tables else {}
    yield from packing.verdicts(run.points, run.kpis)
    yield from sentences.answer(run.main, run.kpis, read_ladder(run.tables.get("ladder")), margins)
    disrupted = disruption_text.sentences(run.tables.get("disruptions"), run.main, run.kpis, run.window)
    more = sentences.sensitivity(run.points, run.kpis)
    yield from (" ".join(lines) for lines in (disrupted, more) if lines)
    for text, both in packing.facts(run.main, run.command):
        yield f"{text} To simulate both: `{both}`" if both else text


def _glance(run: Run) -> Iterator[Section]:
    """The verdicts, a row a site and a column a traffic."""
    traffics = {point.traffic: sentences.traffic(point) for point in run.main}
    rows: dict[str, dict[str, str]] = {}
    looks = {}
    for point in run.main:
        on_time = run.kpis[point.label]["on_time_share"]
        kind, word = sentences.in_a_word(point, on_time)
        is_unknown = sentences.says_nothing(on_time) and not point.is_unstable
        share = "too few replications" if is_unknown else f"{percent(on_time.mean)} %"
        rows.setdefault(point.site, {})[point.traffic] = f"{word}\n{share}"
        looks[word] = kind
    if len(rows) > 1 or len(traffics) > 1:
        cells = tuple((site, *(own.get(traffic, "not run") for traffic in traffics)) for site, own in rows.items())
        header = ("Hall", *traffics.values())
        yield Section("At a glance", grids=[Grid("Parcels on time", header, cells, len(header), looks)])


def _changes(run: Run) -> Iterator[Section]:
    changes = sentences.differences(run.main, run.changes, run.baseline)
    if changes:
        n = next(iter(run.kpis[run.main[0].label].values())).n
        too_many = sentences.too_many_comparisons(run.family, len(run.changes), n)
        text = text_of("changes", baseline=run.title_of(run.baseline), family=run.of_family)
        yield section("changes", text=[text, *([f"Warning: {too_many}."] if too_many else [])], items=changes)


def _meaning(run: Run) -> Iterator[Section]:
    rows = tuple(
        (kpi_name(name), UNITS.get(unit, unit if unit != "1" else "share"), meaning)
        for name, unit, meaning in sentences.definitions(run.kpis)
    )
    terms = Section("All definitions", grids=[Grid("", ("KPI", "Unit", "Meaning"), rows, 3)])
    yield section("meaning", parts=[terms])


def _sure(run: Run) -> Iterator[Section]:
    yield Section("How sure they are", items=list(_reasons(run)))


def _reasons(run: Run) -> Iterator[str]:
    if run.n > 1:
        few = [text_of("sure_few")] if run.n < 10 else []
        warnings = [f"Warning: {line}." for line in sentences.too_few_replications(run.n)]
        yield " ".join([text_of("sure_replications", n=run.n), *few, *warnings])
    else:
        yield text_of("sure_one")
    yield from (f"{line}." for line in sentences.undecided(run.points, run.kpis))
    if len(run.points) > 1:
        yield text_of("sure_common")
    n_days = round(run.window.low / MIN_PER_DAY)
    first = "day is" if n_days == 1 else f"{n_days} days are"
    yield text_of("sure_warmup" if n_days else "sure_cold", first=first, days=_days(run.window))
    if "margin" in run.tables and len(run.tables["margin"]):
        yield text_of("sure_margin")
    models = [ARRIVALS.get(name, name) for name in dict.fromkeys(point.arrivals for point in run.points)]
    yield text_of("sure_arrivals" if len(models) > 1 else "sure_arrival", models=", ".join(models))
    yield text_of("sure_assumptions")
    has_exports = _has(run, "exports_per_day")
    yield text_of("sure_missing", exports="" if has_exports else "in this run exports (their floor is set aside), ")


def _days(window: Window) -> str:
    if window.start_date is None:
        return f"{window.n_days} days"
    first = window.start_date + dt.timedelta(minutes=window.low)
    last = window.start_date + dt.timedelta(minutes=window.high - MIN_PER_DAY)
    return f"{window.n_days} days, {first} to {last}" if window.n_days > 1 else f"one day, {first}"


def _numbers(run: Run) -> Iterator[Section]:
    headlines, keys = names(Rank.HEADLINE), tuple(run.points[0].factors)
    header = ("Design", *keys, *map(_heading, headlines))

    def grid(caption: str, values: Values, cell: Callable[[Value | None], str]) -> Grid:
        """The headline KPIs of each design that has values."""
        rows = tuple(
            (point.title, *point.factors.values(), *(cell(values[point.label].get(name)) for name in headlines))
            for point in run.points
            if point.label in values
        )
        return Grid(caption, header, rows, 1 + len(keys))

    factors = [(key, "", *(point.factors[key] for point in run.points)) for key in keys]
    every = _kpi_grid(run.points, run.kpis, [name for name, *_ in sentences.definitions(run.kpis)])
    parts = [Section("All KPIs", grids=[Grid("", ("KPI", *every.header[1:]), (*factors, *every.rows), 2)])]
    changes = {label: values for label, values in run.changes.items() if label != run.baseline}
    if changes:
        tested = f"{run.with_intervals} and p-values of no difference" if run.n > 1 else ""
        caption = f"Paired differences{tested}; pp: percentage points. {run.of_family}".strip()
        heading = f"Differences to the baseline ({run.title_of(run.baseline)})"
        parts.insert(0, Section(heading, grids=[grid(caption, changes, _change)]))
    yield Section("Numbers", grids=[grid(f"Headline KPIs{run.with_intervals}", run.kpis, _cell)], parts=parts)


def _kpi_grid(points: Sequence[NamedDesign], values: Values, kpis: Iterable[str], caption: str = "") -> Grid:
    """KPIs down, designs across; of those that a design has."""
    rows = []
    for name in kpis:
        found = [values[point.label].get(name) for point in points]
        unit = next((value.unit for value in found if value is not None), None)
        if unit is not None:
            rows.append((kpi_name(name), "" if unit == "1" else UNITS.get(unit, unit), *map(_cell, found)))
    return Grid(caption, ("", "Unit", *(point.title for point in points)), tuple(rows), 2)


def _group(run: Run, group: Group, caption: str = "") -> Grid:
    return _kpi_grid(run.main, run.kpis, names(group=group), caption)


def _has(run: Run, kpi: str) -> bool:
    """Whether a design has more than nothing of it."""
    return any(kpi in own and own[kpi].mean > 0 for own in (run.kpis[point.label] for point in run.main))


def _chutes(run: Run) -> Iterator[Section]:
    lines = chutes.fullest(run.tables.get("packout"), run.tables.get("halls"), run.main, run.window)
    if lines:
        yield section("chutes", text=(), items=lines, notes=[text_of("chutes")])


def _exports(run: Run) -> Iterator[Section]:
    if _has(run, "exports_per_day"):
        grid = _group(run, EXPORTS, text_of("exports", with_intervals=run.with_intervals))
        notes = [f"{line}." for line in sentences.exports_apart(run.main, run.kpis)]
        yield section("exports", text=(), grids=[grid], notes=notes)


def _customs(run: Run) -> Iterator[Section]:
    counts = customs_rows.rows(run.tables.get("customs"), run.tables["flights"], run.main, run.window)
    if counts:
        grid = Grid(text_of("customs_counts"), ("", *run.titles), tuple((name, *cells) for name, cells in counts))
        grids = [_group(run, CUSTOMS, f"What customs does and takes{run.with_intervals}")]
        yield section(
            "customs",
            grids=grids if _has(run, "officer_h_per_day") else (),
            parts=[Section(heading_of("customs_counts"), grids=[grid])],
        )


def _goods(run: Run) -> Iterator[Section]:
    kept = [(DATA, "data_read_per_day"), (GOODS, "imports_meur_per_year")]
    kpis = [name for group, sign in kept if _has(run, sign) for name in names(group=group)]
    if kpis:
        text = " ".join([text_of("goods"), *goods_lines(run.main, run.kpis)])
        yield section("goods", text=[text], grids=[_kpi_grid(run.main, run.kpis, kpis)])


def _around(run: Run) -> Iterator[Section]:
    grid = _group(run, SURROUNDINGS)
    if grid.rows:
        lanes = around.lanes(run.tables.get("destinations"), run.main)
        parts = [Section("On time at the destination, by lane", grids=[lanes])] if lanes.rows else []
        yield section("around", grids=[grid], parts=parts)


def _halls(run: Run) -> Iterator[Section]:
    for point in run.main:
        grids = halls.grids(run.tables.get("halls"), run.tables.get("shuttles"), point, run.window)
        if grids:
            yield Section(heading_of("halls").format(title=point.title), text=[text_of("halls")], grids=grids)


def _validation(run: Run) -> Iterator[Section]:
    besides = counted(run.tables, run.kpis, run.window)
    controls = customs_rows.reported(run.tables.get("customs"))
    values = {label: {**kpis, **besides.get(label, {}), **controls.get(label, {})} for label, kpis in run.kpis.items()}
    header = ("Quantity", "Design", "Predicted", "Reported", "Agrees?", "Why they differ, or agree", "Source")
    rows = tuple(
        (row.quantity, row.design, row.predicted, row.reported, row.outcome, row.why, row.source)
        for row in validation.compare(run.main, values, run.window.n_days)
    )
    nothing = "" if rows else " Nothing has been reported that these designs could be held against."
    grids = [Grid("", header, rows, len(header))] if rows else []
    yield section("validation", text=[text_of("validation", nothing=nothing)], grids=grids)


def _area(run: Run) -> Iterator[Section]:
    """The budget of each site's halls; the demand does not change it."""
    table = run.tables.get("area")
    if table is None:
        return
    first = {point.site: point.label for point in reversed(run.main)}
    header = ("Hall", "Zone", "Area [m²]", "Stands there", "Would fit", "Spare [m²]")
    parts = []
    for site in dict.fromkeys(point.site for point in run.main):
        rows = tuple(
            (
                row["hall"],
                zone(row["zone"]),
                number(row["area_m2"], 0),
                f"{number(row['n_units'], 0)} {row['unit']}" if row["n_fit"] else row["unit"],
                number(row["n_fit"], 0) if row["n_fit"] else "",
                number(row["spare_m2"], 0),
            )
            for row in records(table[table["scenario"] == first[site]])
        )
        parts.append(Section(site, grids=[Grid("", header, rows, 2)]))
    yield section("area", parts=parts, is_open=True)


def _fullness(run: Run) -> Iterator[Section]:
    grid = fullness.grid(run.tables["occupancy"], run.main, run.window)
    if grid.rows:
        yield section("fullness", grids=[grid])


_NUMBERS: Final = (
    _numbers, _chutes, _exports, _customs, _goods, _around, _halls, _validation, _area, _fullness,
)  # fmt: skip
"""Parts below the pictures."""


def _heading(name: str) -> str:
    unit = KPIS[name].unit
    return tied(kpi_name(name) + ("" if unit == "1" else f" [{unit}]"))


def _change(value: Value | None) -> str:
    """A difference; of shares in percentage points."""
    if value is None:
        return "–"
    tested = p_text(value.p_family).replace(" ", "\u00a0")
    tested = f", {tested}" if tested else ""
    if value.unit == "1":
        return sentences.points_of(value).replace("percentage points", "pp").partition(" (one")[0] + tested
    unbounded = f" ({NO_VARIANCE})" if value.n > 1 and value.bounds is None else ""
    return with_interval(value, signed) + unbounded + tested


def _cell(value: Value | None) -> str:
    """The mean, and its interval in the line below it."""
    return "–" if value is None else f"{tied(amount(value, with_unit=False) + ' ')}\n{interval_of(value)}".rstrip("\n")
