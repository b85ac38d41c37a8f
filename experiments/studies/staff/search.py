"""Rounds: a plan, replications that check it, and the next plan derived from their results."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from experiments.designs.design import Design
from experiments.formatting import role_name
from experiments.frame.study import Bench
from experiments.replications.summing import interval_of
from experiments.report.sections import said
from experiments.statistics import Interval
from experiments.studies.staff.demand import Pool, pools_of
from experiments.studies.staff.design import StaffKeys
from experiments.studies.staff.plan import PoolPlan, planned, posts_of, with_shifts
from experiments.studies.staff.result import NO_EXPORTS, Round, best_of, cost_of, round_of
from sim.config import HubConfig

_MOST_STEPS: Final = 8
"""Steps by which people are added until a plan pays more hours; eight default steps more than double them."""
_WAITS: Final = "understaffed_h_per_day_{}"
Samples = Sequence[Mapping[str, float]]
"""KPIs by replication."""


def searched(bench: Bench, config: HubConfig, keys: StaffKeys) -> tuple[list[Round], list[PoolPlan]]:
    """All rounds, and the cheapest plan that keeps the level; if none does, the last.

    The first plan has the default roster's utilisation. While the level is kept, utilisation is raised by `step`. After
    the first plan that does not keep it, people are added where work waits longer for them than in the last plan that
    did. A plan that is no cheaper than the previous one ends the search: its people are the minimum presence.
    """
    staff, labour = keys.staff, keys.cost.labour
    pools = pools_of(config, staff)
    paces, change, is_added = [1.0] * len(pools), said("staff_first"), False
    rounds: list[Round] = []
    best: list[PoolPlan] = []
    kept: Samples = ()

    @cache
    def plan_of(at: int, pace: float) -> PoolPlan:
        return planned(pools[at], pace, staff, labour)

    for number in range(staff.rounds):
        plans = [plan_of(at, pace) for at, pace in enumerate(paces)]
        if not is_added and rounds and cost_of(plans, labour) >= rounds[-1].cost_eur:
            break
        design = Design(f"plan {number + 1}", with_shifts(config, posts_of(plans)))
        if number == 0:
            bench.check([design])
        kpis = bench.evaluated([design], keys.replications)
        samples = [kpis[design.label, each] for each in range(keys.replications)]
        row = round_of(number + 1, change, plans, _on_time(config, samples), staff, labour)
        if not rounds or best_of([*rounds, row]) is row:
            best = plans
        rounds.append(row)
        is_added = is_added or not row.is_kept
        if is_added and row.is_kept:
            break
        kept = samples if row.is_kept else kept
        if is_added:
            slower = (
                (at, paces[at] / (1 + staff.step) ** n)
                for at in _waiting(pools, plans, samples, kept)
                for n in range(1, _MOST_STEPS + 1)
            )
            # A single step may be too small to add a shift.
            more = ((at, pace) for at, pace in slower if plan_of(at, pace).paid_h > plans[at].paid_h)
            if (added := next(more, None)) is None:
                break
            at, paces[at] = added
            change = said("staff_more", name=role_name(pools[at].name))
        else:
            paces = [pace * (1 + staff.step) for pace in paces]
            change = said("staff_fewer", step=f"{100 * staff.step:g}")
    return rounds, best


def _on_time(config: HubConfig, samples: Samples) -> tuple[Interval, Interval]:
    """On-time shares of imports and of exports."""
    imports, exports = (
        interval_of(kpi, [each[kpi] for each in samples]) for kpi in ("on_time_share", "export_on_time_share")
    )
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
