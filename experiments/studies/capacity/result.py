"""Results of the searches of `cargohub capacity`: rows and sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from experiments.designs.design import Design
from experiments.designs.what_if import what_ifs
from experiments.formatting import counted, instant, listed, number, resource
from experiments.frame.study import Kpis
from experiments.interval_text import with_interval
from experiments.replications.summing import design_row
from experiments.report import bottleneck
from experiments.report.sections import sentence_of
from experiments.report.verdicts import DesignVerdict
from experiments.statistics import Interval, mean_interval
from experiments.statistics.criterion import LEAST_ON_TIME
from experiments.store.rows import column, table
from experiments.store.tables import Key
from experiments.studies.capacity.lifts import Lift, best_of, lifts_of, lifts_shown, rivals_of
from experiments.studies.capacity.search import Search
from sim.measures.kpis.backlog import is_held
from sim.measures.ladder import Ladder, capacity_ladder
from sim.units import MIN_PER_H

_MOST: Final = 0.5
"""A resource that makes a smaller share of the late parcels on time leaves most of them unexplained (assumption)."""

_BREAKS: Final = {
    "parcels are late": ("late", "both"),
    "imports are on time but exports are late": ("exports",),
    "the backlog grows": ("backlog", "both"),
}
"""What fails above a threshold, and the reasons (`Threshold.reason`) with which it does."""


@table("capacity", "highest demand that each replication carries", sort="scenario replication")
class Threshold:
    scenario: str = column("", "the scenario")
    replication: int = column("", "number of the replication, from 0")
    flights_per_day: float = column("1/d", "threshold: the middle between the next two columns")
    carried: float = column("1/d", "simulated demand that is carried; 0: none is")
    not_carried: float | None = column("1/d", "simulated demand that is not carried; NaN: all are carried")
    reason: str = column(
        "", "why it is not carried: late, backlog, both, or exports (only they are late); empty: all are carried"
    )
    n_evaluations: int = column("1", "number of simulated demands")


@dataclass(frozen=True, slots=True)
class Result:
    """A scenario's threshold; `lifts` are sorted, highest first."""

    design: Design
    title: str
    """Name of the design for a reader."""
    thresholds: tuple[Threshold, ...]
    is_undecided: bool
    """Whether it is unknown if the backlog grows at the demands carried."""
    flights: Interval
    lifts: tuple[Lift, ...]
    ladder: Ladder
    """Parcels a day by resource."""
    rivals: tuple[str, ...] = ()
    """Resources whose lift may be as high as the highest."""
    held_after_h: tuple[float, ...] = ()
    """Hours until a flight is first held, otherwise to the end, in replications above their thresholds."""
    waits: str = ""
    """For whose people work waits, if no resource makes most of the late parcels on time; otherwise empty."""
    target: float = LEAST_ON_TIME
    """The share on time at which a demand is carried."""
    at_own_demand: DesignVerdict | None = None
    """The verdict on the design's own demand; None: no flight comes."""

    @property
    def label(self) -> str:
        return self.design.label

    @property
    def binding(self) -> str | None:
        """The resource with the highest lift among those known in every replication; None if that lift may be zero."""
        return next((row.resource for row in self.lifts if row.is_binding and not row.may_be_none), None)

    @property
    def by_ladder(self) -> str | None:
        """The bottleneck by the ladder."""
        return bottleneck.by_ladder(self.ladder, self.target)

    @property
    def bottleneck(self) -> str:
        """The bottleneck by what-if; by the ladder if that is undecided; None if no resource helps."""
        named = bottleneck.named(self.binding, self.ladder, self.target)
        most = next((row for row in self.lifts if row.is_binding), None)
        if most is None:
            return sentence_of("nothing_lifts") if self.lifts else named
        if self.binding is not None:
            close = (
                sentence_of("lifts_as_much", resources=listed([*map(resource, self.rivals)], "and"))
                if self.rivals
                else ""
            )
            return f"{named} (simulated with {most.step}{close})"
        lift = with_interval(most.lift.scaled(100), partial(number, digits=1), unit=" %")
        what = {"resource": resource(most.resource), "step": most.step}
        return f"{named} ({sentence_of('no_single_resource', **what, lift=lift)})"

    @property
    def breaks(self) -> str:
        """What fails above the threshold, from which demand and since when; empty if all demands were carried."""
        above = [row for row in self.thresholds if row.not_carried is not None]
        if not above:
            return ""
        counts = {text: sum(row.reason in reasons for row in above) for text, reasons in _BREAKS.items()}
        hub = self.design.hub
        held = [MIN_PER_H * hours for hours in self.held_after_h if is_held(hours, hub)]
        counts["flights are held"] = len(held)
        known = [f"{text} (in {n} of {len(above)})" if n < len(above) else text for text, n in counts.items() if n]
        if held:
            average = "on average " if len(held) > 1 else ""
            known[-1] += f" {average}from {instant(sum(held) / len(held), hub.start_date, hub.clock)}"
        else:
            known.append("no flight is held")
        flights = number(sum(row.not_carried or 0.0 for row in above) / len(above), 2)
        mean = f" (mean of {len(above)})" if len(above) > 1 else ""
        return sentence_of("breaks", flights=flights, mean=mean, what=listed(known, "and"))

    @property
    def known_to(self) -> float | None:
        """Largest distance from a threshold to its simulated demands; None: all were carried."""
        return _known_to(self.thresholds)

    @property
    def warnings(self) -> list[str]:
        name, n = self.title, len(self.thresholds)
        lines = []
        if any(row.not_carried is None for row in self.thresholds):
            most = max(row.flights_per_day for row in self.thresholds)
            lines.append(sentence_of("carries_most", name=name, most=most))
        n_backlog = sum(row.reason == "backlog" for row in self.thresholds)
        if n_backlog:
            lines.append(sentence_of("backlog_alone", name=name, n_backlog=n_backlog, n=n))
        if self.is_undecided:
            lines.append(sentence_of("capacity_undecided", title=name))
        if n_none := sum(row.carried == 0 for row in self.thresholds):
            lines.append(sentence_of("carries_none", name=name, n_none=n_none, n=n))
        return lines


def _known_to(thresholds: Sequence[Threshold]) -> float | None:
    known = [row.not_carried - row.flights_per_day for row in thresholds if row.not_carried is not None]
    return max(known, default=None)


def _mean(thresholds: Sequence[Threshold]) -> Interval:
    """Mean over replications; its interval is at least as wide as the uncertainty of each threshold."""
    mean, apart = mean_interval([row.flights_per_day for row in thresholds]), _known_to(thresholds) or 0.0
    if mean.low is None or mean.high is None:
        return mean
    return replace(mean, low=max(0.0, min(mean.low, mean.mean - apart)), high=max(mean.high, mean.mean + apart))


def result_of(
    design: Design, title: str, searches: Sequence[Search], kpis: Kpis, *, has_binding: bool = True
) -> Result:
    thresholds = tuple(
        Threshold(design.label, search.number, search.threshold, at.yes, at.no, search.reason(kpis), at.n_asked)
        for search in searches
        if (at := search.crossing) is not None
    )
    bounded = {search: no for search in searches if (no := search.not_carried) is not None}
    resources = what_ifs(design.hub) if bounded and has_binding else {}
    samples = lifts_shown(resources, [*bounded], kpis)
    lifts = sorted(lifts_of(resources, samples, design, [*bounded], kpis), key=lambda row: -row.lift.mean)
    best, carried = best_of(lifts), [search for search in searches if search.carried > 0]
    return Result(
        design,
        title,
        thresholds,
        any(search.is_growing is None for search in carried),
        _mean(thresholds),
        tuple(replace(row, is_binding=row is best and row.lift.mean > 0) for row in lifts),
        capacity_ladder(design.hub, _mean_kpis([search.key(search.carried) for search in carried], kpis)),
        tuple(rivals_of(best, samples)),
        tuple(kpis[search.key(no)]["blocked_after_h"] for search, no in bounded.items()),
        _waits(design, best, [kpis[search.key(search.above)] for search in bounded]),
        searches[0].target,
    )


def _waits(design: Design, best: Lift | None, above: Sequence[Mapping[str, float]]) -> str:
    """For whose people work waits, by the KPIs just above the thresholds; empty if the best resource explains most."""
    if best is None or best.lift.mean >= _MOST:
        return ""
    means = {name: mean_interval([kpis[name] for kpis in above]) for name in above[0]}
    text = bottleneck.waits_for_people(means, design_row(design))
    return text[:1].lower() + text[1:]


def _mean_kpis(keys: Sequence[Key], kpis: Kpis) -> dict[str, float]:
    """Mean KPIs of these simulations; empty for none."""
    rows = [kpis[key] for key in keys]
    return {name: sum(row[name] for row in rows) / len(rows) for name in (rows[0] if rows else ())}


def sentences(results: Sequence[Result]) -> list[str]:
    """For each scenario: the demand that it carries, what fails above it, and its bottleneck."""
    lines = []
    for result in results:
        flights = with_interval(result.flights, partial(number, digits=2), unit=" flights a day")
        has_any = any(row.carried for row in result.thresholds)
        what = flights if has_any else "none of the demands that were simulated"
        line = f"{result.title} carries {what}, in {counted(result.flights.n, 'replication')}"
        if has_any and result.known_to is not None:
            line += sentence_of("known_to", known_to=number(result.known_to, 2))
        lines.append(f"{'; '.join(filter(None, (line, result.breaks, result.bottleneck, result.waits)))}.")
    return lines
