"""The one sheet of run, compare and sweep: verdict and bottleneck of each design, and pictures of the first designs."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from textwrap import shorten
from typing import Final

from experiments.formatting import hours_text, listed
from experiments.grouping import grouped
from experiments.report import bottleneck, sentences, verdicts
from experiments.report.figures import dwell_figure, ladder_figure, leaving_figure
from experiments.report.margin import margin_text
from experiments.report.run_numbers import Run
from experiments.report.schedule_text import schedule_lines
from experiments.report.sections import Brief, Picture, picture_of
from experiments.report.sentences import Ladders
from experiments.report.stored_designs import NamedDesign, Panel

MOST_DESIGNS: Final = 6
"""Largest number of designs drawn."""
MOST_RUNGS: Final = 6
"""Number of rungs shown of each ladder, the lowest ones."""
MOST_LADDERS: Final = 2
_LONGEST: Final = 44
"""Longest name of a design in a picture [letters]."""


def brief_of(run: Run, sureness: Sequence[str], rests_on: Sequence[str]) -> Brief:
    """The sheet; draw within `style.look()`; `sureness`: certainty of the numbers, most important first.

    `rests_on`: basis of the answer other than its sampling intervals. Several designs are marked by letters, because
    their names may be long; changes are relative to the first.
    """
    marks = [_letter(at) for at in range(len(run.main))] if len(run.main) > 1 else []
    names = marks or [point.site for point in run.main]
    drawn = _short_names(marks, run.main) or names
    ladders, thresholds = run.ladders, run.margins
    lines = []
    for point, verdict in zip(run.main, verdicts.design_verdicts(run.main, run.kpis, ladders), strict=True):
        margin = margin_text(thresholds.get(point.label, ()))
        lines.append(f"{verdict} It {margin}." if margin else str(verdict))
    named = tuple(replace(point, title=name) for point, name in zip(run.main, names, strict=True))
    changes = list(sentences.differences(named, run.changes, run.baseline, run.kpis))
    facts = {
        "Changes": [f"Compared with {names[0]}.", *changes] if changes else [],
        "Bottleneck": list(_bottlenecks(run, ladders, names)),
        "Schedule": schedule_lines(run.main, names),
        "How sure": sureness,
        "Rests on": rests_on,
    }
    return Brief(lines, facts, list(_pictures(run, ladders, drawn, names)), marks)


def _short_names(marks: Sequence[str], points: Sequence[NamedDesign]) -> list[str]:
    """Letters and distinguishing names of designs, for pictures: the parts of a title that not all designs have.

    Of *3 flights a day* and *demand 3 flights a day* the first is enough.
    """
    parts = [re.split(r", | \(|: ", point.title_line.rstrip(")")) for point in points]
    shared = set.intersection(*map(set, parts))
    differing = [[part for part in each if part not in shared] for each in parts]
    differences = (
        ", ".join(part for part in each if not any(part.endswith(f" {other}") for other in each)) for each in differing
    )
    return [
        f"{mark} {shorten(text, _LONGEST, placeholder=' …')}" for mark, text in zip(marks, differences, strict=False)
    ]


def _letter(at: int) -> str:
    """A to Z, then A2 to Z2, and so on."""
    turn, letter = divmod(at, 26)
    return chr(ord("A") + letter) + (str(turn + 1) if turn else "")


def _bottlenecks(run: Run, ladders: Ladders, names: Sequence[str]) -> Iterator[str]:
    """Bottlenecks by the ladder; designs with the same one are named together."""

    def limit(point: NamedDesign) -> str:
        values = run.kpis[point.label]
        is_late = verdicts.is_late(verdicts.judged_of(point, values), values)
        return bottleneck.sentences(ladders.get(point.label, {}), point, values, is_late=is_late)

    for text, named in grouped(zip(map(limit, run.main), names, strict=True)).items():
        if text:
            yield text if len(run.main) == 1 else f"{listed(named, 'and')}: {text[0].lower()}{text[1:]}"


def _pictures(run: Run, rates: Ladders, names: Sequence[str], marks: Sequence[str]) -> Iterator[Picture]:
    """On-time share, limits, and time by stage; `marks` replace names if there are many designs."""
    shown, tables = run.main[:MOST_DESIGNS], run.tables
    panel = Panel("", shown, tuple(names[: len(shown)]))
    leaving = leaving_figure.figure(tables["flights"], tables["loads"], (panel,))
    n = len(run.main)
    yield _of_first(picture_of("leaving", leaving, service=hours_text(shown[0].service_h)), n, len(shown), "designs")
    if ladders := _ladders(panel, rates, marks):
        picture = picture_of("ladder", ladder_figure.figure(ladders[:MOST_LADDERS]))
        yield _of_first(picture, len(ladders), MOST_LADDERS, "ladders")
    bars = dwell_figure.prepare(tables, (panel,), run.window, run.kpis)
    yield _of_first(picture_of("dwell", dwell_figure.figure(bars)), n, len(shown), "designs")


def _of_first(picture: Picture, n: int, most: int, what: str) -> Picture:
    """The picture, whose heading says so if not all are drawn."""
    return replace(picture, heading=f"{picture.heading}: the first {most} {what}") if n > most else picture


def _ladders(panel: Panel, rates: Ladders, marks: Sequence[str]) -> tuple[ladder_figure.Bars, ...]:
    """The lowest rungs of the first ladders that differ."""
    mark_of = dict(zip(panel.names, marks, strict=False))
    alike = grouped(
        ((*bottleneck.rungs(rates.get(point.label, {}))[:MOST_RUNGS], point.parcels_per_day), name)
        for point, name in zip(panel.points, panel.names, strict=True)
    )
    titles = {
        names[0]: names[0] if len(names) == 1 else ", ".join(map(mark_of.__getitem__, names))
        for names in alike.values()
    }
    sites = {name: titles[names[0]] for names in alike.values() for name in names}
    points = tuple(replace(point, site=sites[name]) for point, name in zip(panel.points, panel.names, strict=True))
    ladders = ladder_figure.prepare(rates, points)
    return tuple(replace(ladder, rungs=ladder.rungs[:MOST_RUNGS]) for ladder in ladders)
