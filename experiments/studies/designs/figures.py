"""Figures that a design has before anything is simulated: area, posts and cost."""

from collections.abc import Collection
from operator import attrgetter
from typing import Final

from experiments.money import DAYS_PER_YEAR, Prices
from sim.config import HubConfig
from sim.domain.roles import ROLES, Place
from sim.units import HOURS_PER_DAY

UNITS: Final = {"area_m2": "m2", "posts_h_per_day": "h/d", "cost_eur_per_day": "EUR/d"}
"""The figures by name, and their units."""


def figures(config: HubConfig, prices: Prices) -> dict[str, float]:
    """Each of `UNITS`. Posts are those of the design, manned round the clock; halls are at their market rent."""
    hours = posts(config, prices.labour.paid_by_others) * HOURS_PER_DAY
    machines = config.rated_per_h * prices.capex.machine_eur_per_parcel_h / prices.discounting.equipment_years
    by_year = config.area_m2 * prices.site.rent_eur_per_m2_year + machines
    return {
        "area_m2": config.area_m2,
        "posts_h_per_day": hours,
        "cost_eur_per_day": by_year / DAYS_PER_YEAR + hours * prices.labour.wage_eur_per_h,
    }


def posts(config: HubConfig, paid_by_others: Collection[str] = ()) -> int:
    """People that the design has posts for, in all roles but those that others pay."""
    owners: dict[Place, list[object]] = {
        Place.APRON: [config.apron],
        Place.HALL: [*config.halls.values()],
        Place.MACHINE: [config] * sum(hall.sorting_machines for hall in config.halls.values()),
    }
    found = 0
    for name, role in ROLES.items():
        if name not in paid_by_others and (config.exports.share or not role.is_of_exports):
            people: int = attrgetter(role.people)(config) if role.people else 1
            found += people * sum(attrgetter(role.posts)(owner) for owner in owners[role.place])
    return found
