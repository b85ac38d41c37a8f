"""Money: prices, what a year earns and costs line by line, what is built, and what it is worth today.

Amounts are whole cents, so that lines add up to their total exactly; costs are negative. `configs/cost` has the prices.
"""

from experiments.money.accounts import DAYS_PER_YEAR, REVENUES, WAGES, Activity, activity, annual_lines, cost_per_parcel
from experiments.money.assets import (
    assets,
    equipment_eur_per_year,
    floor_eur_per_m2_year,
    investment,
    replacement_value,
    spread,
)
from experiments.money.discounting import (
    Discounting,
    Flow,
    Timing,
    annuity_factor,
    as_eur,
    discount_factor,
    flows,
    levelised_cost,
    payback,
    present_value,
)
from experiments.money.lines import Kind, Line, total
from experiments.money.night import night_share
from experiments.money.prices import Paid, Prices, Tenure

__all__ = [
    "DAYS_PER_YEAR",
    "REVENUES",
    "WAGES",
    "Activity",
    "Discounting",
    "Flow",
    "Kind",
    "Line",
    "Paid",
    "Prices",
    "Tenure",
    "Timing",
    "activity",
    "annual_lines",
    "annuity_factor",
    "as_eur",
    "assets",
    "cost_per_parcel",
    "discount_factor",
    "equipment_eur_per_year",
    "floor_eur_per_m2_year",
    "flows",
    "investment",
    "levelised_cost",
    "night_share",
    "payback",
    "present_value",
    "replacement_value",
    "spread",
    "total",
]
