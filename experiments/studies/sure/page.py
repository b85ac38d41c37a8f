"""Output of `cargohub sure`: sentences, shares of worlds, tornado and map by design, and the method."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from experiments.formatting import listed, percent
from experiments.frame.study import Document
from experiments.grouping import nested
from experiments.interval_text import in_percent
from experiments.report.figures.sure_figure import Bars, Map, maps, shares, tornado
from experiments.report.sections import Picture, paragraphs_of, picture_of, sentence_of
from experiments.report.verdicts import verdict_object
from experiments.statistics.share_of_worlds import Share, Stratum
from experiments.statistics.what_decides import Effect
from experiments.store.rows import grid_of, plain_interval, plain_row, stored
from experiments.studies.sure.carried import CarriedRow, carried_rows, halls, middle, objects, openness
from experiments.studies.sure.carried import sentence as carried
from experiments.studies.sure.design import Question
from experiments.studies.sure.on_time import KpiRow, OnTimeRow, kpi_grid, kpi_rows, on_time_rows
from experiments.studies.sure.result import (
    LEAST_EXPLAINED,
    Answered,
    DecidingRow,
    PairRow,
    ProbabilityRow,
    Result,
    WidthRow,
    WorldRow,
)

_WIDTHS = {0.5: "with all ranges halved", 1.5: "with all ranges 1.5 times as wide"}
_STEP: Final = 0.001
"""Distance from a turning point, of half a range, at which the answer on each side is seen."""
_SURE = 0.995
"""Share of worlds from which no measurement could settle anything (assumption)."""


def sentences(result: Result) -> Iterator[str]:
    if result.keys.sure.question is Question.CAPACITY:
        for hall, levels in halls(result).items():
            answer = middle(levels)
            yield from (carried(result, hall), *_decided(result, answer), *_measured(result, answer))
        yield from map(headline, result.answered)
    else:
        for answer in result.answered:
            yield from (headline(answer), *_decided(result, answer), *_measured(result, answer))
        yield from (row.sentence for row in on_time_rows(result))
    yield _precision(result)


def opening(result: Result) -> Iterator[str]:
    """The answer to the question: flights a day that each hall carries, or the share of worlds of each design."""
    if result.keys.sure.question is Question.CAPACITY:
        return (carried(result, hall) for hall in halls(result))
    return map(headline, result.answered)


def headline(answer: Answered) -> str:
    share = f"{in_percent(answer.share.interval)} of the assumed worlds"
    text = f"{answer.called} carries its traffic in {share}.{with_widths(answer.widths)}"
    if answer.configured is None:
        return text
    return f"{text} As configured: {answer.configured.verdict}; {', '.join(answer.configured.shares)}."


def with_widths(widths: Mapping[float, Share]) -> str:
    """The share with ranges of other widths; empty without other widths."""
    others = [
        f"{in_percent(share.interval)} {_WIDTHS.get(width, f'with ranges {width:g} times as wide')}"
        for width, share in widths.items()
    ]
    return f" It is {listed(others, 'and')}." if others else ""


def _is_settled(answer: Answered) -> bool:
    mean = answer.share.interval.mean
    return max(mean, 1 - mean) >= _SURE


def _decided(result: Result, answer: Answered) -> Iterator[str]:
    if _is_settled(answer) or not answer.deciding:
        return
    keys = [f"{result.called[effect.number].text} ({_ends(effect)})" for effect in answer.deciding]
    yield f"{answer.design.label}: decided by {listed(keys, 'and')}."
    if turning := [text for effect in answer.deciding if (text := _turn(result, answer, effect))]:
        yield f"{answer.design.label}, all else as configured: {'; '.join(turning)}."


def _ends(effect: Effect) -> str:
    if not effect.is_sure_alone:
        return "only with others"
    low, high = (percent(float(effect.curve.probability[end]), 0) for end in (0, -1))
    return f"{low} % at the low end, {high} % at the high end"


def _turn(result: Result, answer: Answered, effect: Effect) -> str:
    """The value of a number at which the answer changes; empty if it does not."""
    if (at := result.turns(answer, effect)) is None:
        return ""
    below, above = answer.decided.surface.along(
        result.configured[None, :], effect.number, np.array([at - _STEP, at + _STEP])
    )[:, 0]
    called, (low, base, high) = result.called[effect.number], result.texts(effect.number)
    side = "above" if below >= above else "below"
    turns = called.value(result.value(effect, at))
    return sentence_of("turns_at", name=called.text, side=side, at=turns, configured=base, low=low, high=high)


def _measured(result: Result, answer: Answered) -> Iterator[str]:
    if (measure := result.measure(answer)) is not None:
        sure = "sure_measure" if measure.n else "sure_find_out"
        which = sure if measure.is_sure else "sure_measure_unsure"
        name, avoided = result.called[measure.number].text, in_percent(measure.avoided)
        yield sentence_of(which, design=answer.design.label, name=name, measure=measure, avoided=avoided)


def points_up(half_width: float) -> int:
    """A half-width in percentage points, rounded up, so that it is not shown as narrower than it is.

    >>> points_up(0.0523), points_up(0.07)
    (6, 7)
    """
    return math.ceil(round(100 * half_width, 6))


def _precision(result: Result) -> str:
    known = result.known
    widest = max(answer.share.interval.half_width or 0.0 for answer in result.answered)
    n_open, n_wrong = known.open_errors
    n_checks, n_missed = known.screen_errors
    asked = result.keys.sure.precision
    reached = "" if asked is None or widest <= asked else f" The ±{100 * asked:g} asked for was not reached."
    return sentence_of(
        "sure_precision", widest=points_up(widest), reached=reached,
        n_runs=known.n_runs, n_worlds=len(known.sample.points),
        explained=100 * known.explained, n_missed=n_missed, n_checks=n_checks, n_wrong=n_wrong, n_open=n_open,
    )  # fmt: skip


def warnings(result: Result) -> Iterator[str]:
    if n := sum(int((kinds == Stratum.IMPOSSIBLE).sum()) for kinds in result.known.strata):
        designs = [answer.design for answer in result.answered]
        ((reason, times),) = result.worlds.refused(designs, result.known.sample).most_common(1)
        yield sentence_of("impossible_worlds", n=n, times=times, reason=reason)
    poor = [
        answer.design.label
        for answer in result.answered
        if answer.decided.surface.explained < LEAST_EXPLAINED and answer.deciding
    ]
    if poor:
        yield sentence_of("sure_poor", designs=listed(poor, "and"))


_MOST_DRAWN: Final = 6
"""Most designs with separate pictures: those whose answer is most open."""
_CELLS: Final = 41
"""Cells of a map in each direction."""
_SHARE: Final = sentence_of("share_carries")


def document(result: Result) -> Document:
    is_capacity = result.keys.sure.question is Question.CAPACITY
    shown = map(middle, halls(result).values()) if is_capacity else result.answered
    drawn = sorted((answer for answer in shown if answer.deciding), key=openness)[:_MOST_DRAWN]
    kpis = kpi_rows(result)
    of_kpis = nested((row.scenario, row.kpi, row.plain) for row in kpis)
    grids = [grid_of(sentence_of("worlds_carried"), result.probability_rows())]
    tables = [
        stored(ProbabilityRow, result.probability_rows()),
        stored(WidthRow, result.width_rows()),
        stored(DecidingRow, [row for answer in result.answered for row in result.deciding_rows(answer)]),
        stored(WorldRow, result.world_rows()),
        *([stored(KpiRow, kpis)] if kpis else []),
    ]
    data: dict[str, Any] = {
        "scenarios": {
            label: _object(result, answer) | ({"kpis": of_kpis[label]} if label in of_kpis else {})
            for answer in result.answered
            for label in [answer.design.label]
        }
    }
    if is_capacity:
        carries = carried_rows(result)
        grids.insert(0, grid_of(sentence_of("halls_carry"), carries))
        tables += [stored(CarriedRow, carries)]
        data |= {"capacity": objects(result)}
    else:
        pairs, on_time = result.pairs, on_time_rows(result)
        grids += [grid_of(sentence_of("worlds_paired"), pairs)] if pairs else []
        grids += [grid_of(sentence_of("worlds_on_time"), on_time)] if on_time else []
        tables += [stored(PairRow, pairs), stored(OnTimeRow, on_time)]
        data |= {"pairs": [*map(plain_row, pairs)], "on_time_share": {row.scenario: row.plain for row in on_time}}
    grids += [kpi_grid(kpis)] if kpis else []
    for answer in drawn:
        rows = list(result.deciding_rows(answer, answer.deciding))
        grids.append(grid_of(f"What decides {answer.design.label}", rows, without=("scenario",)))
    return Document(
        title=sentence_of("sure_title"),
        sentences=list(sentences(result)),
        verdicts=list(opening(result)),
        warnings=list(warnings(result)),
        grids=grids,
        tables=tables,
        data=data,
        method=paragraphs_of("sure_method"),
        pictures=lambda: _pictures(result, drawn),
    )


def _object(result: Result, answer: Answered) -> dict[str, Any]:
    measure = result.measure(answer)
    return {
        **({"verdict": verdict_object(answer.configured.judged)} if answer.configured else {}),
        "probability": plain_interval(answer.share.interval, "1"),
        "widths": {f"{width:g}": plain_interval(share.interval, "1") for width, share in answer.widths.items()},
        "deciding": [result.names[effect.number] for effect in answer.deciding],
        "worlds": len(result.known.sample.points),
        "runs": result.runs(result.answered.index(answer)),
        "deviation": {"worlds": answer.share.of_worlds, "replications": answer.share.of_replications},
        "explained": answer.decided.surface.explained,
        "measure_first": {
            "key": result.names[measure.number], "observations": measure.n, "wrong_now": measure.before,
            "wrong_then": measure.after,
        } if measure and measure.is_sure else None,
    }  # fmt: skip


def _pictures(result: Result, drawn: list[Answered]) -> Iterator[Picture]:
    of_designs = [(answer.called, answer.share.interval) for answer in result.answered]
    yield picture_of("shares", shares(of_designs, _SHARE), verb="sure")
    if not drawn:
        return
    bars = [_bars(result, answer) for answer in drawn]
    yield picture_of("tornado", tornado(bars, _SHARE, (-2.0, 102.0)), verb="sure")
    if mapped := [answer for answer in drawn if len(answer.deciding) > 1]:
        yield picture_of("map", maps([_map(result, answer) for answer in mapped]), verb="sure")


def _bars(result: Result, answer: Answered) -> Bars:
    curves = (effect.curve.probability for effect in answer.deciding)
    ends = tuple((100 * float(curve[0]), 100 * float(curve[-1])) for curve in curves)
    names = tuple(result.called[effect.number].text for effect in answer.deciding)
    unsure = frozenset(row for row, effect in enumerate(answer.deciding) if not effect.is_sure_alone)
    return Bars(answer.called, names, ends, 100 * answer.share.interval.mean, unsure)


def _map(result: Result, answer: Answered) -> Map:
    first, second = answer.deciding[:2]
    axis = np.linspace(-1, 1, _CELLS)
    points = np.tile(result.configured, (_CELLS * _CELLS, 1))
    points[:, first.number], points[:, second.number] = np.tile(axis, _CELLS), np.repeat(axis, _CELLS)
    design = result.answered.index(answer)
    runs = [run for run in result.known.runs if run[0] == design]
    places = [result.known.sample.scaled[world, [first.number, second.number]] for _, world in runs]

    def value(place: tuple[float, float]) -> tuple[float, float]:
        return shown_value(first, place[0]), shown_value(second, place[1])

    def shown_value(effect: Effect, at: float) -> float:
        return result.called[effect.number].scale * result.value(effect, at)

    holds = [result.known.holds(run) > 0.5 for run in runs]
    dots = [(*value((float(x), float(y))), is_yes) for (x, y), is_yes in zip(places, holds, strict=True)]
    return Map(
        answer.called.replace(" (", "\n("),  # two panels are side by side
        (result.called[first.number].axis, result.called[second.number].axis),
        (value((-1, -1)), value((1, 1))),
        answer.decided.probability(points).reshape(_CELLS, _CELLS),
        value((result.configured[first.number], result.configured[second.number])),
        tuple(dots),
    )
