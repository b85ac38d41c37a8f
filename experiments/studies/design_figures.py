"""Figures that a design has before anything is simulated: area, posts and cost."""

from typing import Final

from experiments.money import DAYS_PER_YEAR, Prices
from sim.config import HubConfig
from sim.measures.ladder import HOURS_PER_DAY

UNITS: Final = {"area_m2": "m2", "posts_h_per_day": "h/d", "cost_eur_per_day": "EUR/d"}
"""The figures by name, and their units."""


def figures(config: HubConfig, prices: Prices) -> dict[str, float]:
    """Each of `UNITS`. Posts are those of the design, manned round the clock; halls are at their market rent."""
    hours = posts(config) * HOURS_PER_DAY
    machines = config.rated_per_h * prices.capex.machine_eur_per_parcel_h / prices.discounting.equipment_years
    by_year = config.area_m2 * prices.site.rent_eur_per_m2_year + machines
    return {
        "area_m2": config.area_m2,
        "posts_h_per_day": hours,
        "cost_eur_per_day": by_year / DAYS_PER_YEAR + hours * prices.labour.wage_eur_per_h,
    }


def posts(config: HubConfig) -> int:
    """People that the design has posts for, in all roles of the hub's own."""
    halls = config.halls.values()
    return (
        config.apron.loader_sets * config.apron.crew_per_loader_set
        + config.apron.tugs
        + sum(hall.breakdown_workers + hall.handcoding_desks + hall.dock_workers for hall in halls)
        + sum(hall.sorting_machines for hall in halls) * config.sorting.inductions
    )
