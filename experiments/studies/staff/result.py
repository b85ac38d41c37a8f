"""Result of `cargohub staff`: tables, sentences and JSON."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from experiments.formatting import estimated_share, listed, plain_name, role_name, share_text, whole
from experiments.grouping import grouped
from experiments.interval_text import in_percent
from experiments.money.prices import Labour
from experiments.replications.stability import Stability
from experiments.report.sections import sentence_of
from experiments.statistics import Interval
from experiments.statistics.criterion import ON_TIME, judge, least_share
from experiments.store.rows import ENDS_AND_N, column, interval, plain_row, table
from experiments.studies.staff.demand import SLOTS, SLOTS_PER_DAY
from experiments.studies.staff.design import SLOTS_PER_H, Staff, StaffKeys
from experiments.studies.staff.plan import PoolPlan, clock, with_shifts
from sim.config import HubConfig
from sim.config.bounds import DAYS_PER_WEEK
from sim.config.roster import DAYS
from sim.domain.roles import ROLES
from sim.inputs.staffing import rostered_h_per_day

NO_EXPORTS: Final = Interval(math.nan, None, None, 0)
_ROUNDED: Final = 0.01
"""Share by which a role's hours differ if halls round its posts, above which the answer says so."""


def _share(value: Interval) -> str:
    return "–" if math.isnan(value.mean) else in_percent(value)


@table("staff_rounds", "plans that were simulated", sort="round")
class Round:
    change: str = column("", "change from the plan before", heading="plan")
    round: int = column("1", "number of the round", heading="round")
    people: int = column("people", "people employed", heading="people", show=whole)
    paid_h: float = column("h/week", "paid hours a week", heading="paid h a week", show=whole)
    cost_eur: float = column("EUR/week", "wages and night premium a week", heading="EUR a week", show=whole)
    on_time: Interval = interval("1", "on-time share of imports", heading="on time", show=_share, ends=ENDS_AND_N)
    exports_on_time: Interval = interval(
        "1", "exports on time; NaN: none", heading="exports on time", show=_share, ends=ENDS_AND_N
    )
    is_kept: bool = column(
        "1", "whether the means keep the level", heading="kept", show=lambda kept: ["no", "yes"][kept]
    )
    verdict: str = column("", "carries, undecided or does not carry, with the level as the required share")


@table("staff_hours", "posts that are manned, by role and half hour of the week", sort="role slot")
class RoleSlot:
    role: str = column("", "role")
    slot: int = column("1", "half hour of the week, Monday's first 0")
    posts: float = column("posts", "posts manned")
    people: float = column("people", "people at work")
    busy: float = column("people", "mean number of people that the expected work keeps busy")
    asked: float = column("people", "people needed at the utilisation of the role")


@table("staff_roles", "people by role", sort="role")
class RoleRow:
    role: str = column("", "role", heading="role", show=role_name)
    pool: str = column("", "roles that are planned together", heading="planned with", show=role_name)
    fewest: int = column("posts", "fewest posts that are manned", heading="fewest posts")
    most: int = column("posts", "most posts that are manned", heading="most posts")
    posts: int = column("posts", "number of posts", heading="of posts")
    paid_h: float = column("h/week", "paid hours a week; of a pool in proportion to the hours of its roles",
                           heading="paid h a week", show=whole)  # fmt: skip
    cost_eur: float = column("EUR/week", "wages and night premium a week", heading="EUR a week", show=whole)
    utilisation: float = column("1", "share of the time at posts that the expected work needs", heading="busy",
                                show=estimated_share)  # fmt: skip


@table("staff_shifts", "shifts of people", sort="order")
class ShiftRow:
    order: int = column("1", "order in the plan")
    pool: str = column("", "roles that are planned together", heading="pool", show=role_name)
    contract: str = column("", "contract", heading="contract", show=plain_name)
    days: str = column("", "days of the week", heading="days")
    start: str = column("", "clock time of the shift's begin or end", heading="from")
    end: str = column("", "clock time of the shift's begin or end", heading="to")
    pause: str = column("", "when the break begins; empty: none", heading="break at")
    people: int = column("people", "people with this shift pattern", heading="people", show=whole)


def cost_of(plans: Sequence[PoolPlan], labour: Labour) -> float:
    """Cost [EUR] a week."""
    return sum(sum(plan.eur(labour).values()) for plan in plans)


def round_of(
    number: int,
    change: str,
    plans: Sequence[PoolPlan],
    on_time: tuple[Interval, Interval],
    stability: Stability,
    staff: Staff,
    labour: Labour,
) -> Round:
    """`on_time`: shares of imports and of exports; `stability`: by the plan's replications alone."""
    people, paid_h = sum(plan.people for plan in plans), sum(plan.paid_h for plan in plans)
    shares = {kpi: share for kpi, share in zip(ON_TIME.values(), on_time, strict=True) if not math.isnan(share.mean)}
    is_kept = least_share({kpi: share.mean for kpi, share in shares.items()}) >= staff.on_time
    verdict = judge(shares, is_unstable=stability.is_unstable, least=staff.on_time).word
    return Round(change, number, people, paid_h, cost_of(plans, labour), *on_time, is_kept, verdict)


@dataclass(frozen=True)
class Result:
    config: HubConfig
    keys: StaffKeys
    rounds: Sequence[Round]
    slots: Sequence[RoleSlot]
    roles: Sequence[RoleRow]
    shifts: Sequence[ShiftRow]

    @cached_property
    def best(self) -> Round:
        return best_of(self.rounds)

    @property
    def posts(self) -> dict[str, tuple[int, list[float]]]:
        """By role: number of posts, and manned posts by half hour."""
        return {row.role: (row.posts, [slot.posts for slot in self.by_role[row.role]]) for row in self.roles}

    @cached_property
    def by_role(self) -> dict[str, list[RoleSlot]]:
        """Values by role and half hour."""
        rows = grouped((row.role, row) for row in sorted(self.slots, key=lambda row: row.slot))
        return {role.role: rows[role.role] for role in self.roles}

    @property
    def document(self) -> dict[str, Any]:
        """The JSON object."""
        best = self.best
        return {
            "scenario": self.config.scenario,
            "target": self.keys.staff.on_time,
            "is_kept": best.is_kept,
            "on_time_share": best.on_time.mean,
            "export_on_time_share": None if math.isnan(best.exports_on_time.mean) else best.exports_on_time.mean,
            "headcount": best.people,
            "paid_h_per_week": best.paid_h,
            "cost_eur_per_week": best.cost_eur,
            "price_year": self.keys.cost.year,
            "roles": {
                row.role: {
                    "paid_h_per_week": row.paid_h,
                    "cost_eur_per_week": row.cost_eur,
                    "posts_by_hour": by_hour([slot.posts for slot in self.by_role[row.role]]),
                }
                for row in self.roles
            },
            "shifts": [plain_row(row, without=("order",)) for row in self.shifts],
            "rounds": [plain_row(row) for row in self.rounds],
        }

    @property
    def sentences(self) -> Iterator[str]:
        best, exports = self.best, self.best.exports_on_time
        yield sentence_of(
            "staff_answer", people=whole(best.people), hours=whole(best.paid_h), eur=whole(best.cost_eur),
            year=self.keys.cost.year, on_time=_share(best.on_time),
            exports="" if math.isnan(exports.mean) else sentence_of("staff_exports", share=_share(exports)),
            kept=_kept(self.rounds, self.keys.staff),
        )  # fmt: skip
        people = [sum(row.people for row in rows) for rows in zip(*self.by_role.values(), strict=True)]
        most, fewest = (people.index(end(people)) for end in (max, min))
        yield sentence_of(
            "staff_peak", most=whole(people[most]), when=when(most), fewest=whole(people[fewest]), least=when(fewest)
        )
        before = DAYS_PER_WEEK * sum(
            hours for role, hours in rostered_h_per_day(self.config).items() if role in self.by_role
        )
        yield sentence_of(
            "staff_before", name=plain_name(self.config.roster.name), before=whole(before), hours=whole(best.paid_h)
        )
        rostered = rostered_h_per_day(self.config).items()
        others = [role_name(role) for role, hours in rostered if hours and role not in self.by_role]
        if others:
            yield sentence_of("staff_others", roles=listed(others, "and"))
        if rounded := self.rounded_in_halls:
            yield sentence_of("staff_rounded", n=len(self.config.halls), roles="; ".join(rounded))

    @property
    def rounded_in_halls(self) -> list[str]:
        """Roles of which the simulated roster has other hours, because each hall mans whole posts of a common share."""
        a_day = rostered_h_per_day(with_shifts(self.config, self.posts))
        planned = {role: sum(row.people for row in rows) / SLOTS_PER_H for role, rows in self.by_role.items()}
        return [
            f"{role_name(role)}, {whole(DAYS_PER_WEEK * a_day[role])} instead of {whole(hours)}"
            for role, hours in planned.items()
            if abs(DAYS_PER_WEEK * a_day[role] / hours - 1) > _ROUNDED
        ]


def _kept(rounds: Sequence[Round], staff: Staff) -> str:
    """Whether the level is kept; if it is not, what the people added in the last plan changed, and what may help."""
    best, texts = best_of(rounds), {"n": len(rounds), "level": share_text(staff.on_time)}
    if best.is_kept:
        return sentence_of("staff_kept", **texts, verdict=best.verdict)
    lines, may = (
        [sentence_of("staff_not_kept", **texts)],
        "staff_more_rounds" if len(rounds) == staff.rounds else "staff_full",
    )
    if len(rounds) > 1:
        what = "exports" if best.exports_on_time.mean < best.on_time.mean else "imports"
        *_, before, after = ((row.exports_on_time if what == "exports" else row.on_time).mean for row in rounds)
        lines.append(sentence_of(
            "staff_last", hours=whole(rounds[-1].paid_h), fewer=whole(rounds[-2].paid_h), what=what,
            before=estimated_share(before), after=estimated_share(after),
        ))  # fmt: skip
        if after <= before or estimated_share(after) == estimated_share(before):
            may = "staff_no_effect_exports" if what == "exports" else "staff_no_effect_imports"
    return " ".join([*lines, sentence_of(may)])


def best_of(rounds: Sequence[Round]) -> Round:
    """The cheapest plan that keeps the level; if none does, the cheapest of those with the highest lower share."""
    worst = {row.round: np.nanmin((row.on_time.mean, row.exports_on_time.mean)) for row in rounds}
    return min(rounds, key=lambda row: (not row.is_kept, 0 if row.is_kept else -worst[row.round], row.cost_eur))


def result_of(config: HubConfig, keys: StaffKeys, rounds: Sequence[Round], plans: Sequence[PoolPlan]) -> Result:
    labour = keys.cost.labour
    slots: list[RoleSlot] = []
    roles: list[RoleRow] = []
    shifts: list[ShiftRow] = []
    for plan in plans:
        pool, hours = plan.pool, {role: float(units.sum()) for role, units in plan.units.items()}
        eur = plan.eur(labour)
        for demand in pool.demands:
            role, units = demand.role, plan.units[demand.role]
            posts, people = units * demand.unit_posts, units * demand.unit_people
            columns = (posts, people, demand.busy * demand.unit_people, plan.asked[role] * demand.unit_people)
            slots += [RoleSlot(role, slot, *map(float, row)) for slot, row in enumerate(zip(*columns, strict=True))]
            roles.append(RoleRow(
                role, pool.name, int(posts.min()), int(posts.max()), demand.posts,
                plan.paid_h * hours[role] / sum(hours.values()), eur[role], float(demand.busy.sum()) / hours[role],
            ))  # fmt: skip
        for tour, n in plan.tours.items():
            first, last = tour.first_day, tour.first_day + tour.terms.days - 1
            end = tour.start + int(tour.terms.shift_h * SLOTS_PER_H)
            shifts.append(ShiftRow(
                len(shifts), pool.name, tour.contract, f"{DAYS[first]}-{DAYS[last % DAYS_PER_WEEK]}", clock(tour.start),
                clock(end), clock(tour.start + tour.pause) if tour.terms.break_h else "", n * pool.unit_people,
            ))  # fmt: skip
    return Result(config, keys, rounds, slots, in_order(roles), shifts)


def in_order(roles: Sequence[RoleRow]) -> list[RoleRow]:
    """Roles in the order in which parcels reach them."""
    return sorted(roles, key=lambda row: [*ROLES].index(row.role))


def by_hour(values: Sequence[float]) -> list[float]:
    """Means of each hour of the week."""
    return [sum(values[at : at + SLOTS_PER_H]) / SLOTS_PER_H for at in range(0, SLOTS, SLOTS_PER_H)]


def when(slot: int) -> str:
    """Name of a half hour of the week.

    >>> when(0), when(75)
    ('Mon 00:00', 'Tue 13:30')
    """
    return f"{DAYS[slot // SLOTS_PER_DAY].capitalize()} {clock(slot)}"
