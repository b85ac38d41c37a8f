"""How `cargohub customs` shows what it found: a page with its picture, and lines for a reader."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.arguments import Arguments
from experiments.studies.customs.result import UNITS, Result, said, sentences, value_said
from sim.config import HubConfig

if TYPE_CHECKING:
    from experiments.report.pictures import Picture
    from experiments.report.study_page import Grid

_HEADER = ("value", "detections/d", "officer h/d", "delay h/d", "detections/officer h", "delay h/detection")


def write_page(folder: Path, arguments: Arguments, config: HubConfig, result: Result, warnings: Sequence[str]) -> Path:
    from experiments.report.study_page import StudyPage, write_study

    draws = (
        f"{result.detections.n} replications of {config.warmup_days} d of warm-up and {config.horizon_days} measured"
        f" days, seed {config.seed}: the same flights, parcels and draws for every value (common random numbers)."
        " Differences to the hub as configured are taken replication by replication; 95 % intervals are Student's t,"
        " those of ratios of means by the delete-one jackknife (Miller 1974)."
    )
    counted = (
        "Delay is the difference of the mean dwell times the parcels that leave a day: it holds what the checked"
        " parcels wait, and what others wait because of them. Where examination desks cannot follow, it grows with the"
        " horizon. What is not as declared is drawn by assumed shares (docs/customs.md)."
    )
    page = StudyPage(
        title=f"What checks find at {result.scenario}, and what they cost",
        sentences=tuple(sentences(result)),
        warnings=tuple(warnings),
        grids=tuple(_grids(result)),
        method=(draws, counted),
        command=arguments.command,
    )
    return write_study(folder, page, [_picture(result)])


def print_summary(result: Result, warnings: Sequence[str], folder: Path, page: Path) -> None:
    from experiments.report.study_page import as_lines, told

    grids = [as_lines(grid) for grid in _grids(result)]
    sys.stdout.write(told(grids, sentences(result), warnings, folder, str(page)))


def _grids(result: Result) -> "list[Grid]":
    from experiments.report.study_page import Grid

    return [
        Grid(
            f"{control}: more than as configured, mean and 95 % interval",
            _HEADER,
            tuple((value_said(one.value), *(said(one.found[name]) for name in UNITS)) for one in result.of(control)),
        )
        for control in result.controls
    ]


def _picture(result: Result) -> "Picture":
    from experiments.report import style
    from experiments.report.figures.bar import Bar
    from experiments.report.figures.frontier_figure import figure
    from experiments.report.pictures import Picture

    def bar(control: str, name: str) -> tuple[Bar, ...]:
        intervals = [one.found[name] for one in result.of(control)]
        return tuple(Bar.of(one.mean, one.low, one.high) for one in intervals)

    curves = {
        control: tuple(
            zip(bar(control, "officer_h_per_day"), bar(control, "delay_h_per_day"), bar(control, "detections_per_day"),
                strict=True)
        )
        for control in result.controls
    }  # fmt: skip
    with style.look():
        svg = style.svg(figure(curves))
    heading = "What checks find, against officers' hours and delay"
    says = (
        "Detections a day more than as configured, against officers' hours (left) and all parcels' time in the hub"
        " (right); a mark is a value of the control, with 95 % intervals."
    )
    return Picture("frontier", heading, says, f"{heading}. {says}", svg)
