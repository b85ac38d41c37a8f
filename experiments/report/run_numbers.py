"""The numbers below a run's pictures: one function for each section."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Final

from experiments.formatting import kpi_heading, kpi_name, number, p_text, signed, unit_name, units, zone
from experiments.interval_text import NO_VARIANCE, amount, interval_of, with_interval
from experiments.money.kpis import KPIS, names
from experiments.report import run_grids, sentences, validation
from experiments.report.hub_share import goods_lines
from experiments.report.key_names import heading_of_key, key_unit, name_of
from experiments.report.margin import Margins
from experiments.report.sections import Section, heading_of, section, text_of
from experiments.report.stored_designs import Frame, NamedDesign, Window, main_points, records
from experiments.report.typesetting import tied
from experiments.report.validation import with_counts
from experiments.statistics.family import Differences, Statement
from experiments.statistics.interval import Value, Values
from experiments.store.rows import Grid
from sim.measures.kpis import CONNECTIONS, CUSTOMS, DATA, DECLARATIONS, EXPORTS, GOODS, SURROUNDINGS, Group, Rank
from sim.measures.ladder import Ladder

_NONE: Final = "–"
"""Cell of a KPI that a design does not have."""


@dataclass(frozen=True, slots=True)
class Run:
    """A stored run: its first designs, and the tables of their replications."""

    tables: Mapping[str, Frame]
    points: tuple[NamedDesign, ...]
    kpis: Values
    changes: Differences
    """Differences from the baseline, which is the first design."""
    ladders: Mapping[str, Ladder]
    """Parcels a day that each resource alone could handle, by design."""
    margins: Margins
    """How far the answer of each design is from changing, if the run computed it."""
    window: Window
    family: str
    """How differences were tested together."""
    command: str
    n: int
    """Number of replications."""
    warnings: Sequence[str] = ()
    """Warnings on its hubs, words, replications and warm-up."""

    @property
    def main(self) -> tuple[NamedDesign, ...]:
        """Designs under the first arrival model."""
        return main_points(self.points)

    @property
    def baseline(self) -> str:
        return self.points[0].label

    @property
    def titles(self) -> tuple[str, ...]:
        return tuple(point.title for point in self.main)

    @property
    def with_intervals(self) -> str:
        return ", with 95 % intervals" if self.n > 1 else ", of one replication"

    @property
    def of_family(self) -> str:
        return text_of(f"family_{self.family}") if len(self.changes) > 1 and self.n > 1 else ""

    def title_of(self, label: str) -> str:
        return next((point.title for point in self.points if point.label == label), label)


def headline_grid(run: Run, words: Sequence[str]) -> Grid:
    """Headline KPIs of each design after its verdict; `words`: those of the verdicts."""
    caption = f"Verdict and headline KPIs{run.with_intervals}"
    grid = _by_design(run, caption, run.kpis, lambda label, kpi: _cell(run.kpis[label].get(kpi)))
    rows = tuple((row[0], word, *row[1:]) for row, word in zip(grid.rows, words, strict=True))
    return Grid(caption, (grid.header[0], "Verdict", *grid.header[1:]), rows, grid.n_texts + 1)


def _by_design(run: Run, caption: str, labels: Collection[str], cell: Callable[[str, str], str]) -> Grid:
    """A row for each of these designs; `cell`: of a design and a headline KPI, of those that a row has."""
    points, keys = [point for point in run.points if point.label in labels], tuple(run.points[0].factors)
    columns = {name: [cell(point.label, name) for point in points] for name in names(Rank.HEADLINE)}
    columns = {name: cells for name, cells in columns.items() if set(cells) != {_NONE}}
    rows = tuple(
        (point.title, *point.factors.values(), *cells) for point, *cells in zip(points, *columns.values(), strict=True)
    )
    heads = (*map(heading_of_key, keys), *map(_heading, columns))
    return Grid(caption, ("Design", *heads), rows, 1 + len(keys))


def _numbers(run: Run) -> Iterator[Section]:
    every = kpi_grid(run.points, run.kpis, [name for name, *_ in sentences.definitions(run.kpis)], has_factors=True)
    parts = [Section("All KPIs", grids=[every])]
    if run.changes:
        tested = f"{run.with_intervals} and p-values of no difference" if run.n > 1 else ""
        caption = f"Paired differences{tested}; pp: percentage points. {run.of_family}".strip()
        heading = f"Differences from the baseline ({run.title_of(run.baseline)})"
        grid = _by_design(run, caption, run.changes, lambda label, kpi: _change(kpi, run.changes[label].get(kpi)))
        parts.insert(0, Section(heading, grids=[grid]))
    yield Section("Numbers", parts=parts)


def kpi_grid(
    points: Sequence[NamedDesign], values: Values, kpis: Iterable[str], caption: str = "", *, has_factors: bool = False
) -> Grid:
    """KPIs down, designs across; `has_factors`: preceded by rows of the keys in which designs differ."""
    keys = points[0].factors if has_factors else ()
    rows: list[tuple[str, ...]] = [
        (f"{name_of(key)}\n{key}", key_unit(key), *(point.factors[key] for point in points)) for key in keys
    ]
    for name in kpis:
        of_designs = [values[point.label].get(name) for point in points]
        unit = next((value.unit for value in of_designs if value is not None), None)
        if unit is not None:
            rows.append((kpi_name(name), "" if unit == "1" else unit_name(unit), *map(_cell, of_designs)))
    return Grid(caption, ("KPI", "Unit", *(point.title for point in points)), tuple(rows), 2)


def _of_groups(run: Run, *groups: Group, caption: str = "") -> Grid:
    return kpi_grid(run.main, run.kpis, [name for group in groups for name in names(group=group)], caption)


def has(run: Run, kpi: str) -> bool:
    """Whether a design has a KPI above zero."""
    return any(kpi in kpis and kpis[kpi].mean > 0 for kpis in (run.kpis[point.label] for point in run.main))


def _chutes(run: Run) -> Iterator[Section]:
    tables = run.tables
    if lines := list(run_grids.fullest_chutes(tables["packout"], tables["halls"], run.main, run.window)):
        yield section("chutes", text=(), items=lines, notes=[text_of("chutes")])


def _exports(run: Run) -> Iterator[Section]:
    if has(run, "exports_per_day"):
        grid = _of_groups(run, EXPORTS, caption=text_of("exports", with_intervals=run.with_intervals))
        notes = [f"{line}." for line in sentences.exports_apart(run.main, run.kpis)]
        yield section("exports", text=(), grids=[grid], notes=notes)


def _connections(run: Run) -> Iterator[Section]:
    if has(run, "connecting_per_day"):
        grid = _of_groups(run, CONNECTIONS, caption=text_of("connections", with_intervals=run.with_intervals))
        connections, flights, halls = (run.tables[name] for name in ("connections", "flights", "halls"))
        by_destination = run_grids.connections_grid(connections, flights, halls, run.main, run.window)
        parts = [Section(heading_of("connections_by_destination"), grids=[by_destination])]
        yield section("connections", text=(), grids=[grid], parts=parts if by_destination.rows else ())


def _customs(run: Run) -> Iterator[Section]:
    customs, flights, halls = (run.tables[name] for name in ("customs", "flights", "halls"))
    counts = run_grids.customs_counts(customs, flights, halls, run.main, run.window)
    if counts:
        grid = Grid(text_of("customs_counts"), ("", *run.titles), tuple((name, *cells) for name, cells in counts))
        caption = f"What customs does, and the time it takes{run.with_intervals}"
        grids = [_of_groups(run, CUSTOMS, DECLARATIONS, caption=caption)]
        yield section(
            "customs",
            grids=grids if has(run, "officer_h_per_day") else (),
            parts=[Section(heading_of("customs_counts"), grids=[grid])],
        )


def _goods(run: Run) -> Iterator[Section]:
    kept = [(DATA, "data_read_per_day"), (GOODS, "imports_meur_per_year")]
    if groups := [group for group, sign in kept if has(run, sign)]:
        text = " ".join([text_of("goods"), *goods_lines(run.main, run.kpis)])
        yield section("goods", text=[text], grids=[_of_groups(run, *groups)])


def _around(run: Run) -> Iterator[Section]:
    grid = _of_groups(run, SURROUNDINGS)
    if grid.rows:
        lanes = run_grids.lanes_grid(run.tables["destinations"], run.main)
        parts = [Section("On time at the destination, by lane", grids=[lanes])] if lanes.rows else []
        yield section("around", grids=[grid], parts=parts)


def _halls(run: Run) -> Iterator[Section]:
    for point in run.main:
        grids = run_grids.halls_grids(run.tables["halls"], run.tables["shuttles"], point, run.window)
        if grids:
            yield Section(heading_of("halls").format(title=point.title), text=[text_of("halls")], grids=grids)


def _validation(run: Run) -> Iterator[Section]:
    values = with_counts(run.tables, run.kpis, run.window)
    header = ("Quantity", "Design", "Predicted", "Reported", "Agrees?", "Why they differ or agree", "Source")
    rows = tuple(map(astuple, validation.compare(run.main, values, run.window.n_days)))
    nothing = "" if rows else " No reported figure applies to these designs."
    grids = [Grid("", header, rows, len(header))] if rows else []
    yield section("validation", text=[text_of("validation", nothing=nothing)], grids=grids)


def _area(run: Run) -> Iterator[Section]:
    """The area budget of each site's halls, which does not depend on demand."""
    area, first = run.tables["area"], {point.site: point.label for point in reversed(run.main)}
    header = ("Hall", "Zone", "Area [m²]", "Stands there", "Would fit", "Spare [m²]")
    parts = []
    for site in dict.fromkeys(point.site for point in run.main):
        rows = tuple(
            (
                row["hall"],
                zone(row["zone"]),
                number(row["area_m2"], 0),
                units(row["n_units"], row["unit"]) if row["n_fit"] else row["unit"],
                number(row["n_fit"], 0) if row["n_fit"] else "",
                number(row["spare_m2"], 0),
            )
            for row in records(area[area["scenario"] == first[site]])
        )
        parts.append(Section(site, grids=[Grid("", header, rows, 2)]))
    yield section("area", parts=parts, is_open=True)


def _fullness(run: Run) -> Iterator[Section]:
    grid = run_grids.fullness_grid(run.tables["occupancy"], run.main, run.window)
    if grid.rows:
        yield section("fullness", grids=[grid])


PARTS: Final = (
    _numbers, _chutes, _exports, _connections, _customs, _goods, _around, _halls, _validation, _area, _fullness,
)  # fmt: skip


def _heading(name: str) -> str:
    return tied(kpi_heading(name, KPIS[name].unit))


def _change(kpi: str, statement: Statement | None) -> str:
    """A difference; of shares in percentage points."""
    if statement is None:
        return _NONE
    value = statement.interval
    tested = p_text(statement.adjusted).replace(" ", "\u00a0")
    tested = f", {tested}" if tested else ""
    if KPIS[kpi].unit == "1":
        return sentences.points_of(value).replace("percentage points", "pp").partition(" (one")[0] + tested
    unbounded = f" ({NO_VARIANCE})" if value.n > 1 and value.bounds is None else ""
    return with_interval(value, signed) + unbounded + tested


def _cell(value: Value | None) -> str:
    """The mean, and its interval on the line below."""
    if value is None:
        return _NONE
    return f"{tied(amount(value, with_unit=False) + ' ')}\n{interval_of(value.unless_same)}".rstrip("\n")
