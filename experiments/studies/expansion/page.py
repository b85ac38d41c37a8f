"""How `cargohub expansion` shows what it found: lines for a reader, JSON, and a page with pictures."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.arguments import Arguments
from experiments.formatting import millions, number, percent, with_interval
from experiments.report.hub_share import money_rests_on
from experiments.report.sentences import too_few_replications
from experiments.studies import telling
from experiments.studies.designs.design import Point, period_warnings
from experiments.studies.expansion.answer import Answer
from experiments.studies.expansion.pictures import pictures
from experiments.studies.expansion.result import as_json
from experiments.studies.expansion.text import path_name, said_in_table, sentences, worth_of
from experiments.studies.replications.stability import unsure_lines

if TYPE_CHECKING:
    from experiments.report.study_page import Grid


def tell(arguments: Arguments, folder: Path, today: Point, answer: Answer) -> None:
    from experiments.report.study_page import as_lines

    page = write_page(folder, arguments, today, answer)
    warnings = _warnings(answer, today)
    if arguments.json:
        telling.print_json(
            {**as_json(answer), "sentences": sentences(answer), "run_dir": str(folder), "warnings": warnings}
        )
        return
    lines = [*as_lines(_regrets(answer)), "", *sentences(answer), ""]
    lines += [*(f"warning: {line}" for line in warnings), f"tables: {folder}", f"page:   {page}"]
    sys.stdout.write("\n".join(lines) + "\n")


def write_page(folder: Path, arguments: Arguments, today: Point, answer: Answer) -> Path:
    from experiments.report import style
    from experiments.report.study_page import StudyPage, write_study

    page = StudyPage(
        title="When to expand, and by how much",
        sentences=tuple(sentences(answer)),
        warnings=tuple(_warnings(answer, today)),
        grids=(_regrets(answer), _figures(answer), _known(answer), _turned(answer)),
        method=tuple(_method(answer, today)),
        command=arguments.command,
    )
    with style.look():
        return write_study(folder, page, list(pictures(answer)))


def _warnings(answer: Answer, today: Point) -> list[str]:
    few = too_few_replications(answer.found.keys.replications)
    return [*period_warnings(today.hub), *few, *unsure_lines(answer.stability)]


def _method(answer: Answer, today: Point) -> Iterator[str]:
    found, own = answer.found, answer.found.keys.expansion
    yield from money_rests_on(today.hub)
    loads = ", ".join(f"{load:g}" for load in own.loads)
    yield (
        "Years are sampled weeks: of each quarter a representative one (two months) and one of its busiest month, of"
        " the hub that is there at the time. Weeks that ask the same of the same hub are one run, of"
        f" {today.hub.warmup_days} days of warm-up and {today.hub.horizon_days} measured days. Each hub is simulated"
        f" at loads of {loads} of what its machines sort, and taken in proportion between them: {found.n_runs} weeks,"
        f" {found.keys.replications} replications of each, with the same flights, parcels and draws in all (common"
        " random numbers)."
    )
    futures = found.futures
    yield (
        f"{len(futures.leaves)} results of the decisions and {len(futures.growths)} growths, with their exact"
        f" probabilities, and {len(futures.draws)} draws of delays and demand in each; every path meets the same"
        " futures. 95 % intervals of means hold the error of the draws and that of the simulation."
    )
    yield (
        f"Money is in real EUR of {own.cost.year}, discounted at {100 * own.cost.discounting.rate:.3g} % a year; what"
        " is built is written off in equal parts, and what is left of it when the last year ends counts."
    )
    yield (
        "Probabilities of results and of growth are assumptions, for the reader to set:"
        " configs/study/expansion.yaml has them. docs/expansion.md tells the method."
    )


def _regrets(answer: Answer) -> "Grid":
    from experiments.report.study_page import Grid

    rows = tuple(
        (
            path_name(one.path),
            millions(one.npv.mean),
            "–" if one.path == answer.recommended else said_in_table(one.behind),
            millions(one.p5),
            millions(one.p95),
            millions(one.regret.mean),
            millions(one.regret_p95),
            percent(one.best_share),
        )
        for one in sorted(answer.paths, key=lambda one: -one.npv.mean)
    )
    header = (
        "path",
        "NPV",
        "behind the best",
        "5 % below",
        "95 % below",
        "regret",
        "regret, 95 % below",
        "best in [%]",
    )
    caption = (
        "Expected net present value (NPV); how far it is behind that of the best path, with the 95 % interval of this"
        " difference; what 5 and 95 % of the futures are below; regret, what is lost against hindsight, on average, and"
        " what 95 % of the futures are below [MEUR]"
    )
    return Grid(caption, header, rows)


def _figures(answer: Answer) -> "Grid":
    from experiments.report.study_page import Grid

    rows = tuple(
        (
            path_name(one.path),
            with_interval(one.on_time_share, percent),
            with_interval(one.cost_per_parcel, partial(number, digits=3)),
            "–" if one.payback_years is None else f"{one.payback_years:.1f}",
            percent(one.opens),
        )
        for one in answer.paths
    )
    header = ("path", "in time [%]", "cost a parcel [EUR]", "payback [years]", "opens something in [%]")
    return Grid(
        "Service and cost over all years, means with 95 % intervals; in how many futures anything opens", header, rows
    )


def _known(answer: Answer) -> "Grid":
    from experiments.report.study_page import Grid

    rows = tuple((one.what, said_in_table(worth_of(one))) for one in answer.knowing)
    return Grid("What it would be worth to know before choosing [MEUR]", ("what", "worth"), rows)


def _turned(answer: Answer) -> "Grid":
    from experiments.report.study_page import Grid

    rows = tuple(
        (turn.what.replace("_", " "), turn.value.replace("_", " "), path_name(turn.best), millions(turn.lead))
        for turn in answer.turns
    )
    header = ("what", "value", "best path", f"lead of {path_name(answer.recommended)} [MEUR]")
    return Grid("The choice with one thing at a time at another value", header, rows, n_texts=3)
