"""Result of `cargohub sure`: share of worlds by design, what decides it, and the tables of both."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, Final

import numpy as np

from experiments.assumptions.drawn import configured, unscaled
from experiments.assumptions.names import Name
from experiments.designs.design import Design
from experiments.formatting import counted, estimated_share, whole
from experiments.interval_text import in_percent
from experiments.replications.summing import traffic
from experiments.report.verdicts import DesignVerdict
from experiments.statistics import Interval
from experiments.statistics.open_worlds import Known, Run
from experiments.statistics.paired_worlds import at_most, only
from experiments.statistics.share_of_worlds import Share, Stratum
from experiments.statistics.what_decides import Decided, Effect, wrong
from experiments.store.rows import column, interval, table
from experiments.studies.sure.design import SureKeys
from experiments.studies.sure.worlds import Screened

NOTICEABLE: Final = 0.05
"""Share of the answer's variance from which a number is called deciding (assumption)."""
MOST_DECIDING: Final = 5
_SAMPLES: Final = (5, 10, 20, 50, 100, 200, 500, 1000)
"""Numbers of observations of a measurement."""
_ENOUGH: Final = 0.8
"""Share of the avoidable wrong decisions that a measurement should avoid (assumption)."""
LEAST_EXPLAINED: Final = 0.5
"""Least share of the variation, at worlds left out, that the surface must explain to judge a single hub
(assumption)."""
LIKELY: Final = 0.8
"""Least probability of the configured hub's answer for the surface to show where it changes (assumption)."""
_GRID: Final = np.linspace(-1, 1, 201)
_NAMES: Final = {Stratum.FAILS: "fails", Stratum.OPEN: "open", Stratum.HOLDS: "carries", Stratum.IMPOSSIBLE: "no room"}


def share_of(what: str, *, heading: str | None = None) -> Any:  # noqa: ANN401 - as dataclasses.field
    """A field that is a share with its interval."""
    return interval("1", f"share of {what}", heading=heading, show=in_percent)


share_column: Final = partial(column, "1", show=estimated_share)
"""A field that is a share without interval."""


@table("probabilities", "share of the assumed worlds in which each design carries its traffic", sort="scenario")
class ProbabilityRow:
    scenario: str = column("", "the design", heading="design")
    probability: Interval = share_of("worlds in which it carries", heading="carries in")
    of_worlds: float = column("1", "standard deviation due to the choice of worlds")
    of_replications: float = column("1", "standard deviation due to the noise of replications within worlds")
    open_share: float = share_column("share of worlds that the screen leaves open", heading="open after the screen")
    runs: int = column("1", "number of simulated runs", heading="runs")
    explained: float = share_column(
        "share of the predicted log-odds' variance that the quadratic explains at worlds left out",
        heading="variation explained",
    )
    deciding: str = column("", "numbers that decide the answer, most important first", heading="decided by",
                          show=lambda names: names or "no number stands out")  # fmt: skip


@table("pairs", "share of the worlds in which only one of two designs carries the same traffic", sort="scenario")
class PairRow:
    scenario: str = column("", "the design", heading="design")
    baseline: str = column("", "the first design with the same traffic", heading="compared with")
    only_this: Interval = share_of("worlds in which it carries, the other does not", heading="only it carries")
    only_other: Interval = share_of("worlds in which the other carries, it does not", heading="only the other")


@table(
    "widths",
    "share of worlds in which each design carries its traffic, with ranges of another width",
    sort="scenario width",
)
class WidthRow:
    scenario: str = column("", "the design")
    width: float = column("1", "width of the ranges, as a multiple of the configured width")
    probability: Interval = share_of("worlds in which it carries")


@table("deciding", "effect of each number on the answer of each design", sort="scenario number")
class DecidingRow:
    scenario: str = column("", "the design")
    number: str = column("", "key of the number", heading="key")
    name: str = column("", "label of the number, with its unit", heading="number")
    first: Interval = share_of("the answer's variance that it makes alone", heading="alone")
    total: Interval = interval(
        "1", "share due to the number and its interactions", heading="with others", show=in_percent
    )
    at_low: float = share_column("share of worlds in which it carries, the number low", heading="if low")
    at_high: float = share_column("with the number high", heading="if high")
    information: Interval = share_of("wrong decisions that knowing it avoids", heading="worth of knowing")
    turns_at: float = column(
        "see number", "value at which the answer changes, all else as configured; NaN: none, or not known"
    )


@table("worlds", "worlds by design: result of the screen, and simulations", sort="scenario world")
class WorldRow:
    scenario: str = column("", "the design")
    world: int = column("1", "number of the world")
    ratio: float = column("1", "traffic that the capacity ladder lets the hub carry, over arrivals; 0: not possible")
    screen: str = column("", "result of the screen: fails, open, carries, no room")
    predicted: float = column("1", "probability that it carries")
    replications: int = column("1", "number of simulated replications")
    simulated: float = column("1", "probability that it carries, by its replications; NaN: not simulated")


@dataclass(frozen=True, slots=True)
class Measure:
    """A measurement that would make the answer more certain."""

    number: int
    n: int | None
    """Observations; None: a choice, or a configured value of 0, has no mean around which observations scatter."""
    before: float
    after: float
    """Share of wrong decisions after the measurement."""
    exactly: float
    """Share of wrong decisions if the number were known exactly."""
    avoided: Interval
    """Share of wrong decisions avoided if the number were known exactly."""

    @property
    def is_sure(self) -> bool:
        return bool(self.avoided.low)


@dataclass(frozen=True, slots=True)
class Answered:
    """A design, its share, its shares by width of the ranges, and what decides it."""

    design: Design
    share: Share
    widths: Mapping[float, Share]
    decided: Decided
    configured: DesignVerdict | None = None
    """The verdict with all numbers as configured; None: the question is another one."""

    @property
    def called(self) -> str:
        """Name of the design with its floor and traffic."""
        label, hub = self.design.label, self.design.hub
        flights = f"{counted(traffic(hub)[0], 'flight', 4)} a day"
        more = "" if label.endswith(flights) else f", {flights}"
        return f"{label} ({whole(hub.area_m2)} m²{more})"

    @property
    def deciding(self) -> tuple[Effect, ...]:
        """Numbers that decide it beyond chance, most important first."""
        deciding = [
            effect for effect in self.decided.effects if effect.is_beyond_chance and effect.total.mean >= NOTICEABLE
        ]
        return tuple(deciding[:MOST_DECIDING])


@dataclass(frozen=True)
class Result:
    keys: SureKeys
    known: Known
    answered: tuple[Answered, ...]
    worlds: Screened
    called: tuple[Name, ...]
    """Names of the numbers."""
    kpis: Mapping[Run, Sequence[Mapping[str, float]]] = field(default_factory=dict)
    """KPIs of the simulated worlds, by replication."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(self.keys.sure.ranges)

    @cached_property
    def configured(self) -> Any:  # noqa: ANN401 - an array
        """Scaled values of the configured world, (K,)."""
        return configured(self.keys.sure.ranges)

    def texts(self, number: int) -> tuple[str, str, str]:
        """The lowest, configured and highest value of a number, each with its unit."""
        low, base, high = map(self.called[number].value, self.keys.sure.ranges[self.names[number]])
        return low, base, high

    def value(self, effect: Effect, at: float) -> float:
        """Value of a number, at a scaled value."""
        return unscaled(at, self.keys.sure.ranges[self.names[effect.number]])

    def turns(self, answer: Answered, effect: Effect) -> float | None:
        """The scaled value of the number at which the answer changes, with all others as configured.

        The nearest to the configured value if it changes at several. None: nowhere, or if the surface explains too
        little to judge a single hub, or is unsure of the configured one.
        """
        likely = float(answer.decided.probability(self.configured[None, :])[0])
        if answer.decided.surface.explained < LEAST_EXPLAINED or 1 - LIKELY < likely < LIKELY:
            return None
        line = answer.decided.surface.along(self.configured[None, :], effect.number, _GRID)[:, 0] >= 0
        at = np.flatnonzero(line[1:] != line[:-1])
        changes = (_GRID[at] + _GRID[at + 1]) / 2
        away = np.abs(changes - self.configured[effect.number])
        return float(changes[away.argmin()]) if len(at) else None

    def measure(self, answer: Answered) -> Measure | None:
        """The deciding number with the highest value of information, and the fewest observations with most of it.

        Values of numbers that decide nothing are chance, and the largest of a hundred may be large.
        """
        if not answer.deciding:
            return None
        best = max(answer.deciding, key=lambda effect: (bool(effect.information.low), effect.information.mean))
        low, base, high = self.keys.sure.ranges[self.names[best.number]]
        if best.information.mean < 0.005 or high <= low:
            return None
        before, exactly = wrong(best.curve.mean), best.curve.wrong
        if base <= 0 or self.called[best.number].options:
            return Measure(best.number, None, before, exactly, exactly, best.information)
        each = self.keys.sure.scatter * base / ((high - low) / 2)
        afters = [(n, best.curve.wrong_after(each / n**0.5)) for n in _SAMPLES]
        wanted = before - _ENOUGH * (before - exactly)
        n, after = next((pair for pair in afters if pair[1] <= wanted), afters[-1])
        return Measure(best.number, n, before, after, exactly, best.information)

    def runs(self, at: int) -> int:
        return sum(len(answer.margins) for (design, _), answer in self.known.answers.items() if design == at)

    def probability_rows(self) -> list[ProbabilityRow]:
        kinds = self.known.strata
        return [
            ProbabilityRow(
                answer.design.label, answer.share.interval, answer.share.of_worlds, answer.share.of_replications,
                float(np.mean(kinds[at] == Stratum.OPEN)), self.runs(at),
                answer.decided.surface.explained,
                "; ".join(self.called[effect.number].text for effect in answer.deciding[:2]),
            )
            for at, answer in enumerate(self.answered)
        ]  # fmt: skip

    @cached_property
    def pairs(self) -> list[PairRow]:
        """Each design compared with the first design that has its traffic."""
        rows = []
        firsts: dict[tuple[float, float], int] = {}
        for at, answer in enumerate(self.answered):
            first = firsts.setdefault(traffic(answer.design.hub), at)
            if first != at:
                other = self.answered[first]
                only_this = at_most(only(self.known, at, first), answer.share.interval)
                only_other = at_most(only(self.known, first, at), other.share.interval)
                rows.append(PairRow(answer.design.label, other.design.label, only_this, only_other))
        return rows

    def width_rows(self) -> list[WidthRow]:
        return [
            WidthRow(answer.design.label, width, share.interval)
            for answer in self.answered
            for width, share in answer.widths.items()
        ]

    def deciding_rows(self, answer: Answered, effects: Sequence[Effect] | None = None) -> Iterator[DecidingRow]:
        """Rows of all numbers, or of those given; most important first."""
        for effect in answer.decided.effects if effects is None else effects:
            at, curve = self.turns(answer, effect), effect.curve.probability
            turns = float("nan") if at is None else self.value(effect, at)
            yield DecidingRow(
                answer.design.label, self.names[effect.number], self.called[effect.number].axis, effect.first,
                effect.total, float(curve[0]), float(curve[-1]), effect.information, turns,
            )  # fmt: skip

    def world_rows(self) -> Iterator[WorldRow]:
        for at, judged in enumerate(self.answered):
            predicted = self.known.predictions(self.known.sample, at)
            for world, kind in enumerate(self.known.strata[at]):
                answer = self.known.answers.get((at, world))
                holds = float("nan") if answer is None else self.known.holds((at, world))
                yield WorldRow(
                    judged.design.label, world, float(self.known.sample.screen[at, world]), _NAMES[Stratum(kind)],
                    float(predicted[world]), len(answer.margins) if answer else 0, holds,
                )  # fmt: skip
