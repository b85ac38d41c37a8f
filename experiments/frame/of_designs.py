"""What `run`, `compare` and `sweep` have in common: designs replicated, their verdicts, their page."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from experiments.designs.design import DesignKeys
from experiments.formatting import in_percent
from experiments.frame import console
from experiments.frame.designs_text import DesignsText
from experiments.frame.over_assumptions import over_assumptions
from experiments.frame.recorded import first_hubs
from experiments.frame.study import Asked, Bench, Document, Tables
from experiments.replications.margin import margin_notes
from experiments.replications.summing import Outcome
from experiments.replications.warming import warm_ups_of, warmup_picture, warmup_warnings
from experiments.report.sections import Page, Picture
from experiments.statistics.warmup import WarmUp
from experiments.store import read_run
from experiments.store.summaries import DesignRow, WarmupRow
from sim.errors import ConfigError

K = TypeVar("K", bound=DesignKeys)


@dataclass(frozen=True, slots=True)
class Replications:
    """The replications of a study summed up, the warm-up that each design needs, and its row of the table `points`."""

    outcome: Outcome
    warm_ups: Mapping[str, WarmUp]
    rows: Sequence[DesignRow]


def compute(bench: Bench, asked: Asked[K], more: Callable[[Asked[K], Outcome], Tables] = lambda *_: ()) -> Replications:
    """`more`: tables of this verb alone."""
    outcome = bench.replicated(asked.designs, asked.keys)
    bench.complete(outcome, more(asked, outcome))
    rows = sorted(bench.rows(DesignRow), key=lambda row: row.order)
    try:
        read = {row.label: (row.first_day, row.is_unstable) for row in rows}
        warm_ups = warm_ups_of(bench.rows(WarmupRow))
    except (KeyError, ValueError):
        read, warm_ups = {}, {}
    if read.keys() != {design.label for design in asked.designs} or not read.keys() >= warm_ups.keys():
        raise ConfigError("tables points, warmup: not of these designs, or damaged")
    return Replications(outcome, warm_ups, rows)


def replications(asked: Asked[K]) -> int | None:
    """Of all designs together; None where a precision decides how many."""
    return None if asked.keys.asked else asked.keys.replications * len(asked.designs)


def document(
    asked: Asked[K],
    summed: Replications,
    data: Mapping[str, Any],
    *,
    has_baseline: bool = False,
    pictures: Callable[[], Iterable[Picture]] = tuple,
) -> Document:
    """`data`: of the JSON object; `pictures`: of this verb alone."""
    designs, outcome = asked.designs, summed.outcome
    text = DesignsText.of(outcome, summed.rows, asked.arguments.command)
    notes: Sequence[str] = []
    over = None
    if margin := asked.keys.answers_margin:
        notes = margin_notes(asked.arguments, designs, margin)
        over = over_assumptions(asked.arguments, designs, asked.keys, _sampled(outcome))
    of_family = console.family_warnings(outcome) if has_baseline else []

    def drawn() -> Iterator[Picture]:
        yield from pictures()
        yield from warmup_picture(summed.warm_ups, designs)

    def page(folder: Path, is_drawn: bool) -> Page:  # noqa: FBT001 - as Document.page
        """Of the first designs, from the stored tables alone."""
        from experiments.report import run_page

        shown = designs[: console.MOST_ON_PAGE]
        kept = read_run(folder, scenarios=[design.label for design in shown])
        return run_page.page_of(
            kept.tables, title=console.title_of(shown), command=asked.arguments.command,
            config_yaml=first_hubs(kept.config, len(shown)), seed=designs[0].hub.seed, replications=outcome.n,
            notes=[*console.fit_lines(shown), *notes], rests_on=[over.section] if over else [], pictures=drawn,
            is_drawn=is_drawn,
        )  # fmt: skip

    warnings = [
        *console.page_warnings(designs),
        *outcome.warnings,
        *warmup_warnings(summed.warm_ups, designs, text.titles),
        *of_family,
    ]
    return Document(
        title=console.title_of(designs),
        data=data,
        warnings=console.warnings_of(outcome, text.verdicts(), warnings),
        verdicts=text.opening(),
        grids=list(text.at_a_glance()),
        lines=[*(text.differences() if has_baseline else ()), *text.lines()],
        more=text.all_kpis,
        notes=notes,
        over=over,
        page=page,
    )


def _sampled(outcome: Outcome) -> dict[str, str]:
    """The on-time share of each design, in words."""
    shares = {design.label: outcome.intervals[design.label]["on_time_share"] for design in outcome.designs}
    return {label: f"{in_percent(share)} of the parcels on time" for label, share in shares.items()}
