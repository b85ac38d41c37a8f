"""Revenue and costs of a hub's year: lines in whole cents that sum exactly to their total."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Final

from experiments.money.assets import HALLS, Kind, Line, cents, replacement_value
from experiments.money.prices import Labour, Paid, Prices
from sim.config import HubConfig
from sim.config.bounds import DAYS_PER_WEEK
from sim.domain.clock import Clock
from sim.domain.roles import ROLES
from sim.inputs.expected_work import ExpectedWork, expected_work
from sim.inputs.staffing import Rosters, people_of_posts, rosters_of, spans_of_role
from sim.units import CENTS_PER_EUR, DAYS_PER_YEAR, HOURS_PER_DAY, MIN_PER_DAY, TICKS_PER_DAY, TICKS_PER_MIN

REVENUES: Final = ("revenue", "export_revenue")
"""Lines of the accounts that are revenue."""
WAGES: Final = ("wages", "night_premium")
"""Lines that depend on how labour is paid."""


@dataclass(frozen=True, slots=True)
class Activity:
    """The paid activity of a hub in a year."""

    parcels: float
    """Imports that left, by road or on another flight."""
    late_parcels: float
    exports: float
    """Exports that went off-block."""
    late_exports: float
    trucks: float
    truck_km: float
    staff_h: float
    """Paid hours, including `night_h` at night."""
    night_h: float


class Rostered:
    """The rosters of a hub over the whole weeks from the first measured day; computed once for each role."""

    def __init__(self, config: HubConfig) -> None:
        self.config = config
        first, n_weeks = config.warmup_days, -(-config.horizon_days // DAYS_PER_WEEK)
        self._days = first, first + n_weeks * DAYS_PER_WEEK
        self._spans: dict[str, list[tuple[int, int, int]]] = {}

    @cached_property
    def _rosters(self) -> Rosters:
        return rosters_of(self.config, self._days[1] * TICKS_PER_DAY)

    @cached_property
    def work(self) -> ExpectedWork:
        return self._rosters.work or expected_work(self.config, self._rosters.end)

    def ticks(self, role: str) -> int:
        """Post-time on a role's roster."""
        return sum((to - since) * n for since, to, n in self._of_role(role))

    def night_share(self, role: str, labour: Labour) -> float:
        """Share of a role's post-time at night; 0 if it has none."""
        nights, posts = _nights(labour, *self._days, self.config.clock), self._of_role(role)
        night = sum(max(0, min(to, ends) - max(since, begins)) * n for since, to, n in posts for begins, ends in nights)
        total = self.ticks(role)
        return night / total if total else 0.0

    def _of_role(self, role: str) -> list[tuple[int, int, int]]:
        """Spans of a role: from, to [ticks], and number of posts."""
        if role not in self._spans:
            low, high = (day * TICKS_PER_DAY for day in self._days)
            self._spans[role] = [*spans_of_role(self._rosters, role, low, high)]
        return self._spans[role]


def activity(rostered: Rostered, kpis: Mapping[str, float], labour: Labour) -> Activity:
    """The activity of the year whose KPIs (means) and rosters are given."""
    paid = _hours(rostered, kpis, labour)
    counted = (kpis[f"{each.name}_per_day"] for each in fields(Activity)[: -len(paid)])
    return Activity(*(a_day * DAYS_PER_YEAR for a_day in (*counted, *paid)))


def annual_lines(config: HubConfig, done: Activity, prices: Prices) -> tuple[Line, ...]:
    """Revenue and running costs of the year with the activity `done`.

    Additions to the site are in `investment`.
    """
    site, labour = prices.site, prices.labour
    new = replacement_value(config, prices)
    upkeep = {
        "hall_upkeep": new[HALLS] * site.hall_upkeep_share,
        "equipment_upkeep": (sum(new.values()) - new[HALLS]) * site.equipment_upkeep_share,
    }
    costs = {
        "wages": done.staff_h * labour.wage_eur_per_h,
        "night_premium": done.night_h * labour.wage_eur_per_h * labour.night_premium,
        "rent": config.area_m2 * site.rent,
        "energy": config.area_m2 * config.environment.hall_kwh_per_m2_year * site.energy_eur_per_kwh,
        **{name: value / CENTS_PER_EUR for name, value in upkeep.items()},
        "trucks": done.trucks * prices.trucks.eur_per_truck,
        "truck_km": done.truck_km * prices.trucks.eur_per_km,
        "late_parcels": done.late_parcels * prices.parcels.late_eur,
        "late_exports": done.late_exports * prices.parcels.export_late_eur,
    }
    earned = (done.parcels * prices.parcels.revenue_eur, done.exports * prices.parcels.export_revenue_eur)
    return (
        *(Line(name, Kind.REVENUE, cents(eur)) for name, eur in zip(REVENUES, earned, strict=True)),
        *(Line(name, Kind.OPEX, -cents(eur)) for name, eur in costs.items()),
    )


def _hours(rostered: Rostered, kpis: Mapping[str, float], labour: Labour) -> tuple[float, float]:
    """Paid hours a day, and those at night by the night share of each role's roster."""
    if labour.paid is Paid.ROUND_THE_CLOCK:
        people = sum(n for role, n in people_of_posts(rostered.config).items() if role not in labour.paid_by_others)
        return people * HOURS_PER_DAY, people * HOURS_PER_DAY * (labour.night[1] / MIN_PER_DAY)
    kpi = "staff_h_paid_per_day" if labour.paid is Paid.ROSTERED else "staff_h_per_day"
    paid = {role: kpis[f"{kpi}_{role}"] for role in ROLES if role not in labour.paid_by_others}
    night = (hours * rostered.night_share(role, labour) for role, hours in paid.items() if hours)
    return math.fsum(paid.values()), math.fsum(night)


def _nights(labour: Labour, first_day: int, end_day: int, clock: Clock) -> list[tuple[int, int]]:
    """From and to [ticks] of the nights, in local time, including those of the day before and the day after."""
    first, length = labour.night
    begins = [day * TICKS_PER_DAY + first * TICKS_PER_MIN for day in range(first_day - 1, end_day + 1)]
    return [(clock.instant(begin), clock.instant(begin + length * TICKS_PER_MIN)) for begin in begins]
