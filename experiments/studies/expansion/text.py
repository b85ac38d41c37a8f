"""The answer of `cargohub expansion` in sentences: a summary of one page, its main uncertainty first."""

from collections.abc import Iterator
from functools import partial

from experiments.designs.staffing_text import paid_by_roster
from experiments.formatting import listed, millions, percent
from experiments.studies.expansion.answer import Answer
from experiments.studies.expansion.design import in_millions, path_name, plain_name
from experiments.studies.expansion.uncertainty import EVERYTHING, PAID, WAITING, Turn, worth_of

_ENOUGH = 0.9
"""A probability above which a choice is called sure (assumption)."""


def sentences(answer: Answer) -> list[str]:
    return [_staffed(answer), _uncertain(answer), *_chosen(answer), *_reacting(answer), _turned(answer.turned_by)]


def _staffed(answer: Answer) -> str:
    """The staff that all of it rests on: of the first hub, and the way in which it is paid."""
    config = next(iter(answer.found.books.hubs.values()))
    paid = answer.found.keys.expansion.cost.labour.paid
    return (
        f"Staff: {paid_by_roster(config)} in the hub of today at {config.demand.flights_per_day:g} flights a day,"
        f" by the same roster in all others; labour is paid {PAID[paid]}."
    )


def _uncertain(answer: Answer) -> str:
    """What it would be worth most to know."""
    asked = [one for one in answer.knowing if one.what not in (EVERYTHING, WAITING)]
    main = max(asked, key=lambda one: one.worth.mean)
    everything = next(one for one in answer.knowing if one.what == EVERYTHING)
    if main.worth.mean <= 0:
        return (
            f"Nothing alone is worth knowing before choosing; with hindsight {said(worth_of(everything))} more is had."
        )
    return (
        f"The main uncertainty is the {main.what}: knowing it before choosing would be worth {said(worth_of(main))},"
        f" knowing everything {said(worth_of(everything))}."
    )


def _chosen(answer: Answer) -> Iterator[str]:
    best, name = answer.of(answer.recommended), path_name(answer.recommended)
    surely = "" if answer.probability >= _ENOUGH else ", which is not sure"
    yield (
        f"The path {name} has the highest expected net present value, {meur(best.npv.mean)}. Probability that it is"
        f" the best of the {len(answer.paths)} paths on average: at least {answer.probability:.3g}{surely}; in"
        f" {percent(best.best_share)} % of the futures it is the best. Nine futures in ten are between"
        f" {meur(best.npv_p5)} and {meur(best.npv_p95)}: growth, decisions and delays."
    )
    yield from _level(answer)
    others = sorted((one for one in answer.paths if one.path != best.path), key=lambda one: -one.npv.mean)
    if others:
        careful, second = min(answer.paths, key=lambda one: one.regret_p95), others[0]
        yield (
            f"Next is {path_name(second.path)}, {said(second.behind)} behind. Against what hindsight would choose,"
            f" {name} loses {meur(best.regret.mean)} on average; in the worst 5 % of futures {path_name(careful.path)}"
            f" loses least (at least {meur(careful.regret_p95)})."
        )
    if best.opens < 1 and answer.found.keys.expansion.paths[best.path].phases:
        yield f"In {percent(1 - best.opens)} % of the futures nothing of {name} is ever opened."
    if best.payback is not None:
        yield f"What it spends more than building nothing comes back in {best.payback:.1f} years, as expected."


def _level(answer: Answer) -> Iterator[str]:
    """How well the level is known, which is another thing than how far futures lie apart, and may be worse known."""
    half_width = answer.of(answer.recommended).npv.half_width
    if not half_width:
        return
    n = answer.found.keys.replications
    yield (
        f"How high all paths lie together is known to ±{meur(half_width)} only, from {n} replications of"
        " each week; differences between paths, which meet the same parcels, are known better."
    )


def _reacting(answer: Answer) -> Iterator[str]:
    for one in answer.knowing:
        if one.what == WAITING:
            verb = "brings" if one.worth.mean >= 0 else "costs"
            size = one.worth.scaled(1 if one.worth.mean >= 0 else -1)
            yield f"Building by rules instead of by dates {verb} {said(size)}, the best path of each kind compared."


def _turned(turns: list[Turn]) -> str:
    if not turns:
        return "Nothing that was varied alone turns the choice."
    by_best: dict[str, list[str]] = {}
    for turn in turns:
        by_best.setdefault(turn.best, []).append(f"{plain_name(turn.what)} {plain_name(turn.value)}")
    choices = (f"{path_name(best)} with {listed(values, 'or')}" for best, values in by_best.items())
    return f"The choice turns to {'; to '.join(choices)}."


def meur(eur: float) -> str:
    return f"{millions(eur)} MEUR"


said = partial(in_millions, unit=" MEUR")
