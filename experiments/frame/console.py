"""Output of a command: one JSON object, or lines for a reader, with colours and tables on a terminal."""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from experiments.answer.terminal import Line, plain
from experiments.arguments import Arguments
from experiments.designs.design import Design
from experiments.formatting import counted, estimated_share, full_kpi_name, instant, kpi_name, listed, share_text, whole
from experiments.money.kpis import KPIS
from experiments.replications.summing import Outcome
from experiments.report.design_names import named_together
from experiments.report.key_names import changed_text
from experiments.report.margin import margin_object
from experiments.report.sections import as_lines, sentence_of
from experiments.report.sentences import too_few_replications
from experiments.report.verdicts import DesignVerdict, verdict_object
from experiments.statistics.criterion import Word, judge
from experiments.statistics.family import Statement
from experiments.store.rows import Grid, interval_object
from sim.config import ArrivalModel
from sim.measures.kpis import RECOVERY
from sim.measures.kpis.backlog import is_held
from sim.measures.recovery import LONGER
from sim.units import MIN_PER_H

if TYPE_CHECKING:
    from rich.table import Table


SCHEMA_VERSION = 1
"""Version of the JSON objects."""
MOST_ON_PAGE = 24
"""Largest number of designs on a page that can be read."""


def fit_lines(designs: Sequence[Design], titles: Mapping[str, str]) -> Iterator[str]:
    """The changes made by fit=auto, design by design."""
    for design in designs:
        changes = design.hub.fitted
        shares = [change for change in changes if ".zone_shares." in change]
        texts = [changed_text(change) for change in changes if change not in shares]
        texts += [f"{len(shares)} zone shares"] if len(shares) > 1 else map(changed_text, shares)
        if texts:
            yield sentence_of("fit_changed", name=titles[design.label], texts=", ".join(texts))


def warnings_of(outcome: Outcome, verdicts: Sequence[DesignVerdict], before: Sequence[str]) -> list[str]:
    """Warnings before the numbers, one line for all designs with the same warning."""
    designs = zip(outcome.designs, verdicts, strict=True)
    details = [
        (what, verdict.title, detail)
        for each, verdict in designs
        for what, detail in _of_design(outcome, each, verdict)
    ]
    titles = {verdict.label: verdict.title for verdict in verdicts}
    return [*before, *fit_lines(outcome.designs, titles), *too_few_replications(outcome.n), *named_together(details)]


def _of_design(outcome: Outcome, design: Design, verdict: DesignVerdict) -> Iterator[tuple[str, str]]:
    """Warnings on a design: the warning, and its size."""
    intervals = outcome.intervals[design.label]
    if not intervals["parcels_per_day"].mean:
        yield "no parcel left in the measured days", ""
    if outcome.is_unstable(design):
        blocked_h = intervals["blocked_after_h"].mean
        which = "unstable_held" if is_held(blocked_h, design.hub) else "unstable"
        slope = whole(intervals["backlog_slope_per_day"].mean)
        since = instant(MIN_PER_H * blocked_h, design.hub.start_date, design.hub.clock)
        yield (
            "unstable: the backlog grows, so times and costs depend on the length of the run",
            sentence_of(which, slope=slope, since=since),
        )
    if outcome.is_unstable(design) is None and verdict.judged.word is not Word.FAILS:
        days = outcome.stability[design.label].horizon_days
        come = design.hub.arrivals
        is_whole = come.model is ArrivalModel.FILE and come.resampled_weeks is None
        more = f"arrivals.repeat={come.repeat + 1}" if is_whole else "more horizon_days"
        yield sentence_of("undecided", days=counted(days, "measured day"), more=more), ""
    others = (kpi for kpi in KPIS if KPIS[kpi].group is not RECOVERY)
    if bounds := [kpi for kpi in others if outcome.is_lower_bound(design.label, kpi)]:
        diverted = sentence_of("not_left_diverted") if intervals["diverted_flights_per_day"].mean else ""
        yield (
            sentence_of("not_left", kpis="; ".join(map(full_kpi_name, bounds)), diverted=diverted),
            estimated_share(intervals["not_departed_share"].mean),
        )
    if outcome.is_lower_bound(design.label, "recovery_h"):
        share = intervals["not_recovered_share"].mean
        which = f"in {share_text(share)} of the replications" if share < 1 else ""
        period = f"{LONGER[-1]} times the measured days" if design.hub.recovery.runs_on else "the measured days"
        yield sentence_of("not_recovered", period=period, kpi=kpi_name("recovery_h")), which


def scenario_object(outcome: Outcome, design: Design) -> dict[str, Any]:
    kpis = {kpi: interval_object(interval, KPIS[kpi].unit) for kpi, interval in outcome.intervals[design.label].items()}
    fitted = {"fitted": list(design.hub.fitted)} if design.hub.fitted else {}
    factors = {"values": dict(outcome.factors[design.label])} if outcome.factors else {}
    margin = margin_object(outcome.margins.get(design.label, ()))
    judged = judge(outcome.intervals[design.label], is_unstable=outcome.is_unstable(design))
    about = {"scenario": design.label, "verdict": verdict_object(judged), "unstable": outcome.is_unstable(design)}
    return {**about, **factors, **fitted, **margin, "kpis": kpis}


def difference_objects(outcome: Outcome) -> dict[str, Any]:
    return {
        label: {
            kpi: {
                **interval_object(difference.interval, KPIS[kpi].unit),
                **tested_object(difference),
                "variance_ratio": difference.variance_ratio,
            }
            for kpi, difference in differences.items()
        }
        for label, differences in outcome.differences.items()
    }


def tested_object(statement: Statement) -> dict[str, Any]:
    """The result of the test of a difference, for JSON."""
    return {"p": statement.p_value, "p_family": statement.adjusted, "is_different": statement.is_different}


def print_json(document: Mapping[str, Any] | list[Mapping[str, Any]]) -> None:
    """Print the one JSON object of a verb; some verbs print a list."""
    numbered = document if isinstance(document, list) else {"schema_version": SCHEMA_VERSION, **document}
    sys.stdout.write(f"{json.dumps(numbered, allow_nan=False, indent=1)}\n")
    sys.stdout.flush()


def report(arguments: Arguments, document: Mapping[str, Any] | list[Mapping[str, Any]], *lines: str) -> int:
    """Print the result of a verb that is not a study: lines, or a document with `--json`; returns exit code 0."""
    if arguments.json:
        print_json(document)
    else:
        sys.stdout.write("\n".join(lines) + "\n")
    return 0


def show_words_of_sheet(arguments: Arguments) -> None:
    """Print the command in which a workbook is replaced by its words; before that, any word may be refused."""
    if arguments.is_of_sheet and not arguments.quiet:
        print(arguments.command, file=sys.stderr)


def title_of(designs: Sequence[Design]) -> str:
    """The question that a page answers.

    The areas of the designs, each once: "Do 30,000 and 66,000 m² carry their traffic?"
    """
    areas = [*dict.fromkeys(whole(design.hub.area_m2) for design in designs)]
    asks, their = ("Do", "their") if len(areas) > 1 else ("Does", "its")
    return f"{asks} {listed(areas, 'and')} m² carry {their} traffic?"


def page_warnings(designs: Sequence[Design]) -> list[str]:
    """The warning that a page shows only the first designs."""
    if len(designs) <= MOST_ON_PAGE:
        return []
    return [sentence_of("page_shows", most_on_page=MOST_ON_PAGE, n=whole(len(designs)))]


Item: TypeAlias = DesignVerdict | Grid | str | Line

WARNING: Final = "warning: "
_COLORS: Final = {"carries": "bold green", "close": "bold yellow", "fails": "bold red"}
_LOOKS: Final = {"good": "bold green", "open": "bold yellow", "bad": "bold red", "title": "bold"}
_LEAST_TEXT: Final = 20
"""Least width [characters] of a column of text that does not break words."""
_WIDEST: Final = 10_000
"""Width [characters] beyond that of any terminal."""


def is_terminal() -> bool:
    """Whether the output is a terminal with colours whose user wants them (no-color.org)."""
    is_plain = os.environ.get("NO_COLOR") or os.environ.get("TERM", "dumb") in ("dumb", "unknown")
    return sys.stdout.isatty() and not is_plain


def say(items: Iterable[Item]) -> None:
    """Print verdicts, tables and lines in this order."""
    if is_terminal():
        _draw(items)
    else:
        sys.stdout.write("\n".join(line for item in items for line in _plain(item)) + "\n")
    sys.stdout.flush()  # the next line may take long to compute


def _plain(item: Item) -> Iterator[str]:
    if isinstance(item, Grid):
        yield from as_lines(item)
        yield ""
    elif isinstance(item, tuple):
        yield plain(item)
    else:
        yield str(item)


def _draw(items: Iterable[Item]) -> None:
    from rich.console import Console
    from rich.measure import Measurement
    from rich.text import Text

    console = Console(highlight=False)
    for item in items:
        if isinstance(item, Grid):
            table = _table(item)
            # A terminal that is too narrow wraps lines itself; figures are never cut.
            least = Measurement.get(console, console.options.update(max_width=_WIDEST), table).minimum
            console.print(table, width=max(console.width, least), crop=False)
            console.print()
        elif isinstance(item, tuple):
            parts = [(text, _LOOKS.get(look, "")) for text, look in item]
            console.print(Text.assemble(*parts), soft_wrap=True)
        elif isinstance(item, DesignVerdict):
            word = (item.word, _COLORS[item.kind])
            console.print(Text.assemble((item.title, "bold"), ": ", word, f" ({item.required}). {item.details}"))
        else:
            console.print(Text(item, "yellow" if item.startswith(WARNING) else ""), soft_wrap=":   /" in item)


def _table(grid: Grid) -> "Table":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=Text(grid.caption) if grid.caption else None, title_justify="left", title_style="dim",
        box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False,
    )  # fmt: skip
    for at, heading in enumerate(grid.header):
        widest = max((len(line) for row in grid.rows for line in row[at].split("\n")), default=0)
        is_number = at >= grid.n_texts
        least = widest if is_number else min(widest, _LEAST_TEXT)
        table.add_column(Text(heading), justify="right" if is_number else "left", min_width=least, overflow="fold")
    for row in grid.rows:
        table.add_row(*(Text(cell, _COLORS.get((grid.looks or {}).get(cell.split("\n")[0], ""), "")) for cell in row))
    return table
