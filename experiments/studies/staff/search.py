"""Rounds: a plan, replications that check it, and the next plan derived from their results."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from experiments.designs.design import Design
from experiments.formatting import role_name, share_text
from experiments.frame.study import Bench
from experiments.replications.stability import judged
from experiments.replications.summing import interval_of
from experiments.report.sections import sentence_of
from experiments.statistics import Interval
from experiments.statistics.criterion import ON_TIME
from experiments.studies.staff.demand import Pool, pools_of
from experiments.studies.staff.design import StaffKeys
from experiments.studies.staff.plan import PoolPlan, planned, posts_of, with_shifts
from experiments.studies.staff.result import NO_EXPORTS, Round, best_of, cost_of, round_of
from sim.config import HubConfig

_MOST_STEPS: Final = 8
"""Steps by which people are added until a plan pays more hours; eight default steps more than double them."""
_LEAST_PACE: Final = 1e-6
"""With so little work for each person, every post is manned whenever it has work."""
_WAITS: Final = "understaffed_h_per_day_{}"
Samples = Sequence[Mapping[str, float]]
"""KPIs by replication."""


class _Search:
    """Plans by the pace of each pool, a factor on its utilisation, and what replications showed of them."""

    def __init__(self, bench: Bench, config: HubConfig, keys: StaffKeys) -> None:
        self.bench, self.config, self.keys = bench, config, keys
        self.pools = pools_of(config, keys.staff)
        self.rounds: list[Round] = []
        self.plans: list[list[PoolPlan]] = []
        """Of each round."""
        self.samples: Samples = ()
        """Of the last round."""
        self.plan_of = cache(lambda at, pace: planned(self.pools[at], pace, keys.staff, keys.cost.labour))

    @property
    def is_over(self) -> bool:
        return len(self.rounds) == self.keys.staff.rounds

    def plans_at(self, paces: Sequence[float]) -> list[PoolPlan]:
        return [self.plan_of(at, pace) for at, pace in enumerate(paces)]

    def cost_at(self, paces: Sequence[float]) -> float:
        return cost_of(self.plans_at(paces), self.keys.cost.labour)

    def simulate(self, paces: Sequence[float], change: str) -> bool:
        """Whether the plan keeps the level."""
        keys, plans = self.keys, self.plans_at(paces)
        number = len(self.rounds) + 1
        design = Design(f"plan {number}", with_shifts(self.config, posts_of(plans)))
        if number == 1:
            self.bench.check([design])
        kpis = self.bench.evaluated([design], keys.replications)
        self.samples = [kpis[design.label, each] for each in range(keys.replications)]
        on_time = _on_time(self.config, self.samples)
        stability = judged(self.samples, self.config.horizon_days)
        self.rounds.append(round_of(number, change, plans, on_time, stability, keys.staff, keys.cost.labour))
        self.plans.append(plans)
        return self.rounds[-1].is_kept


def searched(bench: Bench, config: HubConfig, keys: StaffKeys) -> tuple[list[Round], list[PoolPlan]]:
    """All rounds, and the plan of `best_of`. The first plan has the default roster's utilisation."""
    search = _Search(bench, config, keys)
    is_kept = search.simulate([1.0] * len(search.pools), sentence_of("staff_first"))
    (_with_fewer_people if is_kept else _with_more_people)(search)
    return search.rounds, search.plans[search.rounds.index(best_of(search.rounds))]


def _with_fewer_people(search: _Search) -> None:
    """Utilisation is raised by `step` while the level is kept.

    After the first plan that does not keep it, people are added where work waits longer for them than in the last plan
    that did. A plan that is no cheaper than the previous one ends the search: its people are the minimum presence.
    """
    step, paces = search.keys.staff.step, [1.0] * len(search.pools)
    is_kept = True
    while is_kept:
        kept, paces = search.samples, [pace * (1 + step) for pace in paces]
        if search.is_over or search.cost_at(paces) >= search.rounds[-1].cost_eur:
            return
        is_kept = search.simulate(paces, sentence_of("staff_fewer", step=f"{100 * step:g}"))
    while not is_kept and not search.is_over:
        plans = search.plans[-1]
        slower = (
            (at, paces[at] / (1 + step) ** n)
            for at in _waiting(search.pools, plans, search.samples, kept)
            for n in range(1, _MOST_STEPS + 1)
        )
        # A single step may be too small to add a shift.
        more = ((at, pace) for at, pace in slower if search.plan_of(at, pace).paid_h > plans[at].paid_h)
        if (added := next(more, None)) is None:
            return
        at, paces[at] = added
        is_kept = search.simulate(paces, sentence_of("staff_more", name=role_name(search.pools[at].name)))


def _with_more_people(search: _Search) -> None:
    """Everybody gets less work by 1, 3, 7, ... steps until a plan keeps the level; then the middle is tried, and so on.

    A plan that costs what another did is not simulated. It ends the search if there are no smaller differences, or if
    every post is manned whenever it has work.
    """
    less, fails = 1, 0
    keeps: int | None = None
    while less > fails and not search.is_over:
        pace = (1 + search.keys.staff.step) ** -less
        paces = [pace] * len(search.pools)
        is_known = search.cost_at(paces) in [row.cost_eur for row in search.rounds]
        if is_known and (keeps is not None or pace < _LEAST_PACE):
            return
        if not is_known and search.simulate(paces, sentence_of("staff_less", share=share_text(1 - pace))):
            keeps = less
        else:
            fails = less
        less = 2 * fails + 1 if keeps is None else (fails + keeps) // 2


def _on_time(config: HubConfig, samples: Samples) -> tuple[Interval, Interval]:
    """On-time shares of imports and of exports."""
    imports, exports = (interval_of(kpi, [each[kpi] for each in samples]) for kpi in ON_TIME.values())
    return imports, exports if config.exports.share else NO_EXPORTS


def _waiting(pools: Sequence[Pool], plans: Sequence[PoolPlan], samples: Samples, kept: Samples) -> list[int]:
    """Pools for which work waits longer than in the plan that kept the level, and that can have more people.

    The longest wait is first; empty: more people would not help.
    """

    def hours(pool: Pool, samples: Samples) -> float:
        return sum(each[_WAITS.format(demand.role)] for demand in pool.demands for each in samples)

    more = [hours(pool, samples) - hours(pool, kept) for pool in pools]
    able = [at for at, plan in enumerate(plans) if not plan.is_full and more[at] > 0]
    return sorted(able, key=lambda at: -more[at])
