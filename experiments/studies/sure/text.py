"""What `cargohub sure` says: the share of worlds, what decides, where the answer turns, and what to measure first."""

from collections.abc import Iterator, Mapping

import numpy as np

from experiments.formatting import in_percent, listed, percent
from experiments.report.sections import said
from experiments.statistics.share_of_worlds import Share
from experiments.statistics.what_decides import Effect
from experiments.statistics.worlds import Stratum
from experiments.studies.sure.carried import halls, middle
from experiments.studies.sure.carried import sentence as carried
from experiments.studies.sure.design import Question
from experiments.studies.sure.result import LEAST_EXPLAINED, Answered, Result

_WIDTHS = {0.5: "with all ranges halved", 1.5: "with all ranges widened by half"}
_SURE = 0.995
"""From this share of worlds on nothing is open that a measurement could settle (assumption)."""


def sentences(result: Result) -> list[str]:
    lines = []
    if result.keys.sure.question is Question.CAPACITY:
        for hall, levels in halls(result).items():
            answer = middle(levels)
            lines += [carried(result, hall), *_decided(result, answer), *_measured(result, answer)]
        return [*lines, _precision(result)]
    for answer in result.answered:
        lines.append(headline(answer))
        lines += _decided(result, answer)
        lines += _measured(result, answer)
    return [*lines, _precision(result)]


def headline(answer: Answered) -> str:
    share = f"{in_percent(answer.share.interval)} of the assumed worlds"
    return f"{answer.called} carries its traffic in {share}.{with_widths(answer.widths)}"


def with_widths(widths: Mapping[float, Share]) -> str:
    """The same share with ranges of other widths; nothing of none."""
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
    keys = [
        f"{result.called[effect.number].text} ({percent(float(effect.curve.probability[0]), 0)} % if low,"
        f" {percent(float(effect.curve.probability[-1]), 0)} % if high)"
        for effect in answer.deciding
    ]
    yield f"{answer.design.label}: decided by {listed(keys, 'and')}."
    turning = [text for effect in answer.deciding if (text := _turn(result, answer, effect))]
    if turning:
        yield f"{answer.design.label}, all else as configured: {'; '.join(turning)}."


def _turn(result: Result, answer: Answered, effect: Effect) -> str:
    """Where the answer turns along a number; empty if it does not."""
    at = result.turns(answer, effect)
    if at is None:
        return ""
    lowest = answer.decided.surface.along(result.configured[None, :], effect.number, np.array([-1.0]))[0, 0]
    called, (low, base, high) = result.called[effect.number], result.texts(effect.number)
    side = "above" if lowest >= 0 else "below"
    turns = called.value(result.value(effect, at))
    return said("turns_at", name=called.text, side=side, at=turns, configured=base, low=low, high=high)


def _measured(result: Result, answer: Answered) -> Iterator[str]:
    if (measure := result.measure(answer)) is not None:
        name = result.called[measure.number].text
        yield said("sure_measure", design=answer.design.label, name=name, measure=measure)


def _precision(result: Result) -> str:
    known = result.known
    widest = max(answer.share.interval.half_width or 0.0 for answer in result.answered)
    n_open, n_wrong = known.open_errors
    n_checks, n_missed = known.screen_errors
    asked = result.keys.sure.precision
    reached = "" if asked is None or widest <= asked else f" The ±{100 * asked:g} asked for were not reached."
    counts = {"n_missed": n_missed, "n_checks": n_checks, "n_wrong": n_wrong, "n_open": n_open}
    n_worlds = len(known.sample.points)
    return said(
        "sure_precision", widest=100 * widest, n_runs=known.n_runs, n_worlds=n_worlds, reached=reached, **counts
    )


def warnings(result: Result) -> list[str]:
    lines = []
    n = sum(int((kinds == Stratum.IMPOSSIBLE).sum()) for kinds in result.known.strata)
    if n:
        reason, times = result.worlds.refused.most_common(1)[0]
        lines.append(said("impossible_worlds", n=n, times=times, reason=reason))
    poor = [
        answer.design.label
        for answer in result.answered
        if answer.decided.surface.explained < LEAST_EXPLAINED and answer.deciding
    ]
    if poor:
        lines.append(said("sure_poor", designs=listed(poor, "and")))
    return lines
