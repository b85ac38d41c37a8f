"""The page of run, compare and sweep, from stored tables alone: its answer, and one function for each part."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from experiments.formatting import counted, hours_text, kpi_name, share_text, unit_name
from experiments.report import disruption_text, packing, sentences, style, verdicts
from experiments.report.design_names import arrivals_name
from experiments.report.pictures import draw
from experiments.report.run_brief import brief_of
from experiments.report.run_numbers import PARTS, Run, headline_grid
from experiments.report.schedule_text import schedule_lines
from experiments.report.sections import Drawn, Page, Picture, Section, section, text_of
from experiments.report.stored_designs import Window
from experiments.statistics.criterion import LEAST_ON_TIME
from experiments.store.rows import Grid
from sim.units import MIN_PER_DAY


def page_of(
    run: Run, *, title: str, config_yaml: str, seed: int, notes: Sequence[str], money: Section | None = None,
    rests_on: Sequence[Section] = (), pictures: Callable[[], Iterable[Picture]] = tuple, shows: Drawn = Drawn.ALL,
) -> Page:  # fmt: skip
    """The page; `notes`: below the answer; `money`: costs; `rests_on`: assumptions.

    `pictures`: of this verb only, drawn in the page's style; `shows`: which pictures are made.
    """
    sections, brief = [_glance(run)], None
    with style.look():
        if shows is not Drawn.NONE:
            brief = brief_of(run, [*_reasons(run), *notes], [line for part in rests_on for line in part.items])
        if shows is Drawn.ALL:
            sections.append(Section("Pictures", pictures=[*draw(run), *pictures()]))
    explained = text_of(
        "answer", least=share_text(LEAST_ON_TIME), late=share_text(1 - LEAST_ON_TIME),
        service=hours_text(run.points[0].service_h),
        intervals=f" Brackets hold 95 % intervals of the mean of {run.n} replications." if run.n > 1 else "",
    )  # fmt: skip
    sections += [
        Section("In sentences", text=list(_answer(run)), notes=[explained]),
        *_changes(run),
        *([money] if money else []),
        *rests_on,
        Section("How sure they are", items=list(_reasons(run))),
    ]
    sections += [replace(part, is_reference=True) for make in (*PARTS, _meaning) for part in make(run)]
    opening: list[verdicts.DesignVerdict | str] = [
        *verdicts.design_verdicts(run.points, run.kpis, run.ladders),
        *packing.verdicts(run.points, run.kpis),
    ]
    again = [f"Seed {seed}, {counted(run.n, 'replication')}."]
    return Page(title, opening, sections, config_yaml, brief, notes, again)


def _answer(run: Run) -> Iterator[str]:
    yield from sentences.answer(run.main, run.kpis, run.ladders, run.margins)
    disrupted = disruption_text.sentences(run.tables["disruptions"], run.main, run.kpis, run.window)
    more = sentences.sensitivity(run.points, run.kpis)
    yield from filter(None, map(" ".join, (disrupted, more)))
    for text, both in packing.facts(run.main, run.command):
        yield f"{text} To simulate both: `{both}`" if both else text


def _glance(run: Run) -> Section:
    """Verdict and headline KPIs, a row for each design."""
    words = [verdicts.judged_of(point, run.kpis[point.label]).word for point in run.points]
    return Section("At a glance", grids=[replace(headline_grid(run, words), looks=verdicts.KINDS)])


def _changes(run: Run) -> Iterator[Section]:
    if changes := list(sentences.differences(run.main, run.changes, run.baseline, run.kpis)):
        n = next(iter(run.kpis[run.main[0].label].values())).n
        too_many = sentences.too_many_comparisons(run.family, len(run.changes), n)
        text = text_of("changes", baseline=run.title_of(run.baseline), family=run.of_family)
        yield section("changes", text=[text, *([f"Warning: {too_many}."] if too_many else [])], items=changes)


def _meaning(run: Run) -> Iterator[Section]:
    rows = tuple(
        (kpi_name(name), "share" if unit == "1" else unit_name(unit), meaning)
        for name, unit, meaning in sentences.definitions(run.kpis)
    )
    terms = Section("All definitions", grids=[Grid("", ("KPI", "Unit", "Meaning"), rows, 3)])
    yield section("meaning", parts=[terms])


def _reasons(run: Run) -> Iterator[str]:
    too_few = sentences.too_few_replications(run.n) if run.n > 1 else ()
    warnings = [f"Warning: {line}." for line in (*too_few, *run.warnings)]
    few = [text_of("sure_few")] if 1 < run.n < 10 else []
    intervals = text_of("sure_replications", n=run.n) if run.n > 1 else text_of("sure_one")
    yield " ".join([*warnings, intervals, *few])
    if len(run.points) > 1:
        yield text_of("sure_common")
    n_days = round(run.window.low / MIN_PER_DAY)
    first = "day is" if n_days == 1 else f"{n_days} days are"
    yield text_of("sure_warmup" if n_days else "sure_cold", first=first, days=_days(run.window))
    if run.margins:
        yield text_of("sure_margin")
    models = [arrivals_name(name) for name in dict.fromkeys(point.arrivals for point in run.points)]
    yield text_of("sure_arrivals" if len(models) > 1 else "sure_arrival", models=", ".join(models))
    yield from schedule_lines(run.points, [point.title_line for point in run.points])
    has_exports = any("exports_per_day" in run.kpis[point.label] for point in run.main)
    yield text_of("sure_missing", exports="" if has_exports else "in this run exports (their floor is set aside), ")


def _days(window: Window) -> str:
    first = window.start_date + dt.timedelta(minutes=window.low)
    last = window.start_date + dt.timedelta(minutes=window.high - MIN_PER_DAY)
    return f"{window.n_days} days, {first} to {last}" if window.n_days > 1 else f"one day, {first}"
