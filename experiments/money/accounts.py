"""What a year of a hub earns and costs: lines of whole cents that add up to their total."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from experiments.money.assets import HALLS, replacement_value
from experiments.money.lines import Kind, Line, cents
from experiments.money.night import night_of_day, night_share
from experiments.money.prices import Labour, Paid, Prices
from sim.config import HubConfig
from sim.domain.roles import ROLES
from sim.inputs.staffing import people_of_posts
from sim.units import CENTS_PER_EUR, HOURS_PER_DAY

DAYS_PER_YEAR: Final = 365.25
REVENUES: Final = ("revenue", "export_revenue")
"""Lines of the accounts that are earned."""
WAGES: Final = ("wages", "night_premium")
"""Lines that the way of paying labour changes."""


@dataclass(frozen=True, slots=True)
class Activity:
    """What a hub does in a year, as far as it is paid for."""

    parcels: float
    """Departed by road."""
    late_parcels: float
    exports: float
    """Off-block."""
    late_exports: float
    trucks: float
    truck_km: float
    staff_h: float
    """Paid hours, of which `night_h` at night."""
    night_h: float


def activity(config: HubConfig, kpis: Mapping[str, float], labour: Labour, days: float = DAYS_PER_YEAR) -> Activity:
    """The year, or so many days of it, of which these KPIs are the means."""
    staff_h, night_h = _hours(config, kpis, labour)
    return Activity(
        parcels=kpis["parcels_per_day"] * days,
        late_parcels=kpis["late_parcels_per_day"] * days,
        exports=kpis["exports_per_day"] * days,
        late_exports=kpis["late_exports_per_day"] * days,
        trucks=kpis["trucks_per_day"] * days,
        truck_km=kpis["truck_km_per_day"] * days,
        staff_h=staff_h * days,
        night_h=night_h * days,
    )


def annual_lines(config: HubConfig, done: Activity, prices: Prices, years: float = 1.0) -> tuple[Line, ...]:
    """Revenue and running costs of a year, or of so many years, of which `done` is the activity.

    What the year adds to the site is in `investment`, not here.
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
        "rent": config.area_m2 * site.rent * years,
        "energy": config.area_m2 * config.environment.hall_kwh_per_m2_year * site.energy_eur_per_kwh * years,
        **{name: value / CENTS_PER_EUR * years for name, value in upkeep.items()},
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


def _hours(config: HubConfig, kpis: Mapping[str, float], labour: Labour) -> tuple[float, float]:
    """Paid hours a day, and those of them at night: what a role's roster has at night, whatever comes after its end."""
    if labour.paid is Paid.ROUND_THE_CLOCK:
        people = sum(n for role, n in people_of_posts(config).items() if role not in labour.paid_by_others)
        return people * HOURS_PER_DAY, people * HOURS_PER_DAY * night_of_day(labour)
    kpi = "staff_h_paid_per_day" if labour.paid is Paid.ROSTERED else "staff_h_per_day"
    paid = {role: kpis[f"{kpi}_{role}"] for role in ROLES if role not in labour.paid_by_others}
    night = (hours * night_share(config, role, labour) for role, hours in paid.items() if hours)
    return math.fsum(paid.values()), math.fsum(night)
