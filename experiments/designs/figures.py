"""Figures that a design has before anything is simulated: area, posts and cost."""

from typing import Final

from experiments.money import DAYS_PER_YEAR, Prices
from sim.config import HubConfig
from sim.inputs.staffing import rostered_h_per_day

UNITS: Final = {"area_m2": "m2", "posts_h_per_day": "h/d", "cost_eur_per_day": "EUR/d"}
"""The figures by name, and their units."""


def figures(config: HubConfig, prices: Prices) -> dict[str, float]:
    """Each of `UNITS`. Hours of posts are those of the roster; halls are at their market rent."""
    rostered = rostered_h_per_day(config)
    hours = sum(h for role, h in rostered.items() if role not in prices.labour.paid_by_others)
    machines = config.rated_per_h * prices.capex.machine_eur_per_parcel_h / prices.discounting.equipment_years
    by_year = config.area_m2 * prices.site.rent_eur_per_m2_year + machines
    return {
        "area_m2": config.area_m2,
        "posts_h_per_day": hours,
        "cost_eur_per_day": by_year / DAYS_PER_YEAR + hours * prices.labour.wage_eur_per_h,
    }
