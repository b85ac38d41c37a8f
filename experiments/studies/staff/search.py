"""Rounds: a plan, replications that check it, and from what they say the next one."""

from collections.abc import Mapping, Sequence
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

_WAITS: Final = "understaffed_h_per_day_{}"
Samples = Sequence[Mapping[str, float]]
"""KPIs by replication."""


def searched(bench: Bench, config: HubConfig, keys: StaffKeys) -> tuple[list[Round], list[PoolPlan]]:
    """All rounds, and the cheapest plan that keeps the level; if none does, the last.

    First the default roster's utilisation; while the level is kept, each at work gets `step` more of it; from the first
    plan on that does not keep it, people are added where work waits longer for them than in the last that did. A plan
    that would be no cheaper than the one before it ends the search: its people are there so that somebody is.
    """
    staff, labour = keys.staff, keys.cost.labour
    pools = pools_of(config, staff)
    paces, change, is_added = {pool.name: 1.0 for pool in pools}, said("staff_first"), False
    rounds: list[Round] = []
    best: list[PoolPlan] = []
    kept: Samples = ()
    known: dict[tuple[str, float], PoolPlan] = {}
    for number in range(staff.rounds):
        for pool in pools:
            if (key := (pool.name, paces[pool.name])) not in known:
                known[key] = planned(pool, paces[pool.name], staff, labour)
        plans = [known[pool.name, paces[pool.name]] for pool in pools]
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
            if (waiting := _waiting(pools, plans, samples, kept)) is None:
                break
            paces[waiting.name] /= 1 + staff.step
            change = said("staff_more", name=role_name(waiting.name))
        else:
            paces = {name: pace * (1 + staff.step) for name, pace in paces.items()}
            change = said("staff_fewer", step=f"{100 * staff.step:g}")
    return rounds, best


def _on_time(config: HubConfig, samples: Samples) -> tuple[Interval, Interval]:
    """Shares of imports and of exports."""
    imports, exports = (
        interval_of(kpi, [each[kpi] for each in samples]) for kpi in ("on_time_share", "export_on_time_share")
    )
    return imports, exports if config.exports.share else NO_EXPORTS


def _waiting(pools: Sequence[Pool], plans: Sequence[PoolPlan], samples: Samples, kept: Samples) -> Pool | None:
    """The pool for which work waits so much longer than in the plan that kept the level, of those that can be more.

    None: more people would not help.
    """

    def hours(pool: Pool, samples: Samples) -> float:
        return sum(each[_WAITS.format(demand.role)] for demand in pool.demands for each in samples)

    more = {pool.name: hours(pool, samples) - hours(pool, kept) for pool in pools}
    able = [pool for pool, plan in zip(pools, plans, strict=True) if not plan.is_full and more[pool.name] > 0]
    return max(able, key=lambda pool: more[pool.name], default=None)
