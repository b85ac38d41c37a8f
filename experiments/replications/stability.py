"""Whether a hub carries its demand without a growing backlog: one verdict for every verb, its page and `--json`.

1. If no resource of imports is used more than half the time, and nothing is left over, the hub is stable even after a
   short run.
2. Otherwise the growth of the weekly minimum of the backlog decides, over all replications (`statistics.warmup`).
3. If that is not clear, the same replications are run longer: for twice and then four times the measured days, at the
   demand of the measured days. Only the growth of these runs is stored, apart from the run.
4. If that is not clear either, the verdict is None: undecided.

`stability=off` makes no longer runs: only 1, 2 and 4 are used. Verbs with very many designs (`select`, `sensitivity`,
`expansion`) never make them.

The margin shows how far a design's answer is from changing: it is the threshold among demands around the design's own.
Each of the run's first replications has a threshold, found by bisection from the design's demand, whose KPIs are known.
A demand is carried if the replication meets all conditions of the verdict (`statistics.criterion`). At the design's
demand, the run's verdict says whether the backlog grows. At other demands their run alone decides, without longer runs;
if it does not show growth, the backlog sets no threshold. The demands lie within `margin.reach` of the design's, which
limits the cost. Their KPIs are stored apart from the run's, and change none.
"""

import datetime as dt
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from experiments.arguments import Arguments, without_groups
from experiments.designs.design import Design, DesignKeys, Margin
from experiments.designs.varying import demand_label
from experiments.replications.crossing import Crossing, crossing, most_flights, rounded
from experiments.report.sections import sentence_of
from experiments.statistics.criterion import is_carried
from experiments.statistics.warmup import Growth, pooled
from experiments.store.rows import stored
from experiments.store.summaries import VERDICTS, MarginRow, StabilityRow
from experiments.store.tables import Columns, Key
from sim.config import ArrivalModel, HubConfig
from sim.config.bounds import DAYS_PER_WEEK
from sim.inputs.traffic import at_demand, flights_asked
from sim.measures.kpis import RESOURCES
from sim.measures.recovery import LONGER
from sim.measures.weekly_lows import GROWTH_KPIS
from sim.record.schemas import TableSchema
from sim.units import MONTHS_PER_YEAR

LITTLE_USED: Final = 0.5
"""Highest utilisation of any resource at which a hub with nothing left over is stable (assumption)."""
LITTLE_LEFT: Final = 0.01
"""Largest share of the cohort still inside at which nothing counts as left over (assumption)."""
_NAMED: Final = 8
"""Most designs named in a warning; the table `stability` has all."""
_MOST_DAYS: Final = 8 * DAYS_PER_WEEK
"""Most measured days of a longer run (assumption)."""
Values = Mapping[str, float]
"""KPIs of a replication."""


@dataclass(frozen=True, slots=True)
class Stability:
    """The verdict, the growth that supports it, and the measured days of the run that showed it."""

    is_unstable: bool | None
    """None: not known, for example if nothing arrived at the hub."""
    growth: Growth
    horizon_days: int

    @property
    def verdict(self) -> str:
        """The verdict as named in tables."""
        return next(name for name, is_unstable in VERDICTS.items() if is_unstable is self.is_unstable)


def judged(replications: Sequence[Values], horizon_days: int) -> Stability:
    """The verdict from the replications of a design with these measured days: all KPIs, or only those of growth."""
    growth = pooled([(kpis[GROWTH_KPIS[0]], kpis[GROWTH_KPIS[1]], kpis[GROWTH_KPIS[2]]) for kpis in replications])
    busiest = max(_mean(replications, f"utilisation_{name}") for name in RESOURCES)
    is_idle, is_left = not _mean(replications, "dwell_mean_h"), _mean(replications, "not_departed_share") > LITTLE_LEFT
    is_little_used = busiest <= LITTLE_USED and not is_left
    return Stability(None if is_idle else False if is_little_used else growth.is_growing, growth, horizon_days)


def judged_as_run(designs: Iterable[Design], values: Mapping[str, Sequence[Values]]) -> dict[str, Stability]:
    """The verdict on each design, by its label, from existing runs; no longer runs are made."""
    return {design.label: judged(values[design.label], design.hub.horizon_days) for design in designs}


def unsure_lines(stability: Mapping[str, Stability], *, has_table: bool = True) -> Iterator[str]:
    """Warnings that name unstable and undecided designs; `has_table`: the run has the table of all verdicts."""
    unstable = [label for label, verdict in stability.items() if verdict.is_unstable]
    undecided = [label for label, verdict in stability.items() if verdict.is_unstable is None]
    depend = "KPIs depend on the length of the run"
    if unstable:
        yield f"{_counted(unstable, stability, has_table=has_table)}: unstable: the backlog grows, and {depend}"
    if undecided:
        is_short = not any(stability[label].growth.n for label in undecided)
        may = sentence_of("no_two_weeks") if is_short else "more horizon_days may"
        designs = _counted(undecided, stability, has_table=has_table)
        yield sentence_of("undecided_designs", designs=designs, depend=depend, may=may)


def _counted(labels: Sequence[str], stability: Mapping[str, Stability], *, has_table: bool) -> str:
    where = " (table stability)" if has_table else ""
    more = f" and {len(labels) - _NAMED} more{where}" if len(labels) > _NAMED else ""
    named = f"{'; '.join(labels[:_NAMED])}{more}"
    return f"{len(labels)} of {len(stability)} designs ({named})" if len(stability) > 1 else named


def _mean(replications: Sequence[Values], kpi: str) -> float:
    return sum(kpis.get(kpi, 1.0) for kpis in replications) / len(replications)


def longer_hubs(config: HubConfig) -> Iterator[HubConfig]:
    """The same hub with longer runs, at the demand of the measured days throughout.

    None for flights of a file, which ends when it ends, unless their weeks are drawn from it, and none if even the
    longest run has less than two weeks.
    """
    if config.arrivals.model is ArrivalModel.FILE and config.arrivals.resampled_weeks is None:
        return
    for factor in LONGER:
        days = factor * config.horizon_days
        if days <= _MOST_DAYS and config.warmup_days + LONGER[-1] * config.horizon_days >= 2 * DAYS_PER_WEEK:
            yield replace(in_season(config), horizon_days=days)


def in_season(config: HubConfig) -> HubConfig:
    """The hub with the month index of its measured days in every month, so that longer runs have the same demand."""
    if config.arrivals.month_index is None:
        return config
    first = config.start_date + dt.timedelta(days=config.warmup_days)
    days = [first + dt.timedelta(days=day) for day in range(config.horizon_days)]
    mean = sum(map(config.arrivals.index_on, days)) / len(days)
    return replace(config, arrivals=replace(config.arrivals, month_index=(mean,) * MONTHS_PER_YEAR))


def longer_label(label: str, horizon_days: int) -> str:
    """The label under which a longer run of a design is stored."""
    return f"{label}, {horizon_days} days measured"


def verdicts(
    designs: Sequence[Design],
    known: Mapping[str, Stability],
    longer: Callable[[Sequence[Design]], Mapping[str, Sequence[Values]]],
    *,
    is_quiet: bool,
) -> dict[str, Stability]:
    """The verdict on each design, by its label; `longer` makes longer runs of all designs that `known` leaves open."""
    known = dict(known)
    hubs = {design.label: longer_hubs(design.hub) for design in designs}
    while True:
        undecided = [label for label, stability in known.items() if stability.is_unstable is None]
        nexts = {label: hub for label in undecided if (hub := next(hubs[label], None)) is not None}
        if not nexts:
            return known
        if not is_quiet:
            sys.stderr.write(f"stability: undecided for {', '.join(nexts)}; simulating longer runs\n")
        again = {label: Design(longer_label(label, hub.horizon_days), hub) for label, hub in nexts.items()}
        made = longer(list(again.values()))
        known |= {label: judged(made[design.label], design.hub.horizon_days) for label, design in again.items()}


def longer_rows(designs: Sequence[Design], finished: Mapping[Key, Values]) -> list[tuple[Any, ...]]:
    """Rows of the table `longer_runs`."""
    of = {
        longer_label(design.label, hub.horizon_days): (design.label, hub.horizon_days)
        for design in designs
        for hub in longer_hubs(design.hub)
    }
    return [
        (*of[label], number, *(kpis[kpi] for kpi in GROWTH_KPIS))
        for (label, number), kpis in finished.items()
        if label in of
    ]


def stability_table(stability: Mapping[str, Stability]) -> tuple[TableSchema, Columns]:
    """The table `stability` of these designs."""
    return stored(StabilityRow, [
        StabilityRow(label, verdict.verdict, growth.mean, growth.low, growth.high, growth.n, verdict.horizon_days)
        for label, verdict in stability.items()
        for growth in [verdict.growth]
    ])  # fmt: skip


def stability_of(row: StabilityRow) -> Stability:
    growth = Growth(row.growth_per_day, row.low, row.high, row.n)
    return Stability(VERDICTS[row.verdict], growth, row.horizon_days)


_STEP: Final = 0.25
"""First step from the design's demand, as a share of the reach (assumption)."""


def _why_impossible(design: Design) -> str:
    """The reason why a design can have no margin; empty if it can."""
    if not flights_asked(design.hub):
        return "no flight comes in the measured days"
    if design.hub.horizon_days < DAYS_PER_WEEK:
        return f"it takes at least horizon_days={DAYS_PER_WEEK}"
    return ""


def margin_notes(arguments: Arguments, designs: Sequence[Design], margin: Margin) -> list[str]:
    """Notes on designs without a margin: the reason, or the command that computes it."""
    reasons = {design.label: _why_impossible(design) for design in designs}
    lines = []
    for why in dict.fromkeys(why for why in reasons.values() if why and margin.designs):
        labels = [label for label in reasons if reasons[label] == why]
        subject = "" if len(labels) == len(designs) else f" of {', '.join(labels)}"
        lines.append(sentence_of("margin_not_shown", subject=subject, why=why))
    if len(designs) <= margin.designs or all(reasons.values()):
        return lines
    words = (*without_groups(arguments.words, "margin"), "margin=near", f"margin.designs={len(designs)}")
    command = replace(arguments, words=words).command
    return [*lines, sentence_of("margin_not_computed", command=command)]


class Walk:
    """The search for the threshold of one replication of a design, continued as its simulations finish."""

    def __init__(self, design: Design, number: int, margin: Margin, stability: Stability) -> None:
        self.design, self.number, self._is_growing = design, number, stability.is_unstable
        self._asked = asked = flights_asked(design.hub)
        tolerance = margin.tolerance
        n_steps = math.ceil(_STEP * margin.reach * asked / tolerance)
        self._search = crossing(
            asked,
            step=tolerance * n_steps,
            tolerance=tolerance,
            limit=min(rounded(asked * (1 + margin.reach)), most_flights(design.hub)),
            floor=rounded(asked * (1 - margin.reach)),
        )
        self._start = self._at = next(self._search)
        self.crossing: Crossing | None = None
        self.n_left = 2 + math.ceil(math.log2(n_steps))
        """Estimated number of demands still to be simulated."""

    def key(self) -> Key:
        """The label of the demand under test; the first is that of the run."""
        label = self.design.label
        return label if self._at == self._start else demand_label(label, self._at), self.number

    def missing(self, kpis: Mapping[Key, Values]) -> tuple[Key, tuple[HubConfig, int]] | None:
        """The simulation needed next, and its key; None if the threshold is known."""
        while self.crossing is None:
            if self.key() not in kpis:
                hub = at_demand(self.design.hub, self._at)
                # The recovery time sets no threshold.
                return self.key(), (replace(hub, recovery=replace(hub.recovery, runs_on=False)), self.number)
            self.n_left = max(1, self.n_left - 1)
            try:
                self._at = self._search.send(self._is_carried(kpis[self.key()]))
            except StopIteration as end:
                self.crossing, self.n_left = end.value, 0
        return None

    def _is_carried(self, kpis: Values) -> bool:
        is_growing = (
            self._is_growing if self._at == self._start else judged([kpis], self.design.hub.horizon_days).is_unstable
        )
        return is_carried(kpis, is_unstable=is_growing)

    def threshold(self) -> MarginRow:
        assert self.crossing is not None
        no = math.nan if self.crossing.no is None else self.crossing.no
        return MarginRow(self.design.label, self.number, self.crossing.yes, no, self._asked)


def walks_of(designs: Sequence[Design], n: int, study: DesignKeys, stability: Mapping[str, Stability]) -> list[Walk]:
    """A search for each of the first replications of each design that has a margin."""
    margin = study.answers_margin
    if margin is None or len(designs) > margin.designs:
        return []
    return [
        Walk(design, number, margin, stability[design.label])
        for design in designs
        if not _why_impossible(design)
        for number in range(min(n, margin.replications))
    ]
