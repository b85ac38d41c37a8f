"""The page of `cargohub calibrate observed=FILE`: what remains possible, what narrows, and the answer after."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from experiments.formatting import in_percent, kpi_name, listed
from experiments.frame.study import Asked, Document
from experiments.report.sections import Picture, paragraphs_of, picture_of, said
from experiments.store.rows import grid_of, plain_interval, plain_row, stored
from experiments.studies.calibrate.design import CalibrateKeys
from experiments.studies.calibrate.result import AnswerShareRow, ObservationRow, RangeRow, Result, WaveRow

if TYPE_CHECKING:
    from experiments.report.figures.matching_figure import Bar, Panel

_SHOWN: Final = 10
"""Numbers of the table and the picture; the table `narrowed` has all."""
_LITTLE: Final = 0.7
"""Share of worlds, at the low end of its interval, from which observations are said to exclude little (assumption)."""
_WIDE: Final = 0.25
"""Half-width of that interval from which it says nothing (assumption)."""


def document(_: Asked[CalibrateKeys], result: Result) -> Document:
    study = result.keys.calibrate
    return Document(
        title="Which assumed worlds remain possible",
        sentences=sentences(result),
        verdicts=[_remaining(result), *_answers(result)],
        warnings=warnings(result),
        grids=[
            grid_of("Observed, and what the model shows", result.observation_rows),
            grid_of("Share of the assumed worlds that remain", result.wave_rows),
            grid_of("Numbers whose worlds change most", result.range_rows[:_SHOWN]),
            grid_of("In which share of the worlds each hub carries its traffic", result.answer_rows),
        ],
        tables=[
            stored(ObservationRow, result.observation_rows),
            stored(WaveRow, result.wave_rows),
            stored(RangeRow, result.range_rows),
            stored(AnswerShareRow, result.answer_rows),
        ],
        data={
            "possible": plain_interval(result.left, "1"),
            "worlds": len(result.possible),
            "runs": len(result.history.waves[-1].answers),
            "observations": [plain_row(row) for row in result.observation_rows],
            "narrowed": {row.number: plain_row(row, without=("number", "before", "after")) for row in result.moved},
            "scenarios": {
                row.scenario: {"before": plain_interval(row.before, "1"), "after": plain_interval(row.after, "1")}
                for row in result.answer_rows
            },
        },
        method=paragraphs_of(
            "calibrate_method", farthest=study.farthest, discrepancy=study.discrepancy, worlds=study.worlds
        ),
        pictures=lambda: _pictures(result),
    )


def sentences(result: Result) -> list[str]:
    lines = [_remaining(result), *(_narrowing(row) for row in result.moved[:_SHOWN])]
    if result.has_enough and not result.moved:
        lines.append("No range narrows significantly.")
    return [*lines, *_answers(result), said("nothing_changed")]


def _remaining(result: Result) -> str:
    n = len(result.observations)
    figures = "The observed figure leaves" if n == 1 else f"The {n} observed figures leave"
    return f"{figures} {in_percent(result.left)} of the assumed worlds possible.{_how_much(result)}"


def _answers(result: Result) -> Iterator[str]:
    for row in result.answer_rows:
        after = f"; of those that remain, in {in_percent(row.after)}" if result.has_enough else ""
        yield f"{row.scenario} carries its traffic in {in_percent(row.before)} of the assumed worlds{after}."


def _how_much(result: Result) -> str:
    if not result.possible.any():
        return " None of them shows what was observed: the model, a range or a tolerance is wrong."
    if (result.left.half_width or 0.0) > _WIDE:
        return " That is not known well: calibrate.worlds=N simulates more of them."
    return " They exclude little." if (result.left.low or 0.0) >= _LITTLE else ""


def _narrowing(row: RangeRow) -> str:
    change = f" ({100 * row.narrower:.0f} % narrower)" if row.narrower >= 0.005 else ""
    return f"{row.name}: nine worlds of ten have {row.before}; of those that remain, {row.after}{change}."


def warnings(result: Result) -> list[str]:
    lines = []
    poor = [
        f"{kpi_name(row.kpi)} of {row.hub}" for row in result.observation_rows if row.explained < 0.5
    ]  # an emulator that explains little rules out little
    if poor:
        lines.append(said("poor_emulator", kpis=listed(poor, "and")))
    n = int((~result.history.can_be).sum())
    if n:
        lines.append(f"in {n} worlds a hub cannot be at all; they count as ruled out")
    return lines


def _pictures(result: Result) -> Iterator[Picture]:
    from experiments.report.figures.matching_figure import observed, ranges

    yield picture_of("observed", observed(_panels(result)), verb="calibrate")
    yield picture_of("ranges", ranges(_bars(result)), verb="calibrate")


def _panels(result: Result) -> "list[Panel]":
    from experiments.report.figures.matching_figure import Bar, Panel

    return [
        Panel(
            f"{kpi_name(row.kpi)}, {row.hub} [{row.unit}]",
            (row.value - row.tolerance, row.value + row.tolerance),
            Bar("", (row.low, row.high), (row.low_left, row.high_left), row.at_configured),
        )
        for row in result.observation_rows
    ]


def _bars(result: Result) -> "list[Bar]":
    from experiments.report.figures.matching_figure import Bar

    bars = []
    for row in result.range_rows[:_SHOWN]:
        low, _, high = result.keys.sure.ranges[row.number]

        def place(value: float, low: float = low, high: float = high) -> float:
            return 100 * (value - low) / (high - low) if high > low else 50.0

        name = f"{row.name} *" if row.is_moved else row.name
        before, after = (place(row.low), place(row.high)), (place(row.low_left), place(row.high_left))
        bars.append(Bar(name, before, after, place(row.configured)))
    return bars
