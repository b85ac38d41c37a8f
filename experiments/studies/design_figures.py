"""Figures that a design has before anything is simulated: area, posts and cost."""

from dataclasses import dataclass
from typing import Annotated, Final

from sim.config import HubConfig
from sim.measures.ladder import HOURS_PER_DAY
from sim.reading import Bounds

_DAYS_PER_YEAR: Final = 365.25
UNITS: Final = {"area_m2": "m2", "posts_h_per_day": "h/d", "cost_eur_per_day": "EUR/d"}
"""The figures by name, and their units."""

_Price = Annotated[float, Bounds(ge=0, le=1e12)]


@dataclass(frozen=True, slots=True)
class Cost:
    """Prices; `configs/cost/` says where they are from."""

    floor_eur_per_m2_year: _Price
    post_eur_per_h: _Price
    machine_eur_per_parcel_h: _Price
    machine_years: Annotated[float, Bounds(gt=0, le=100)]


def figures(config: HubConfig, cost: Cost) -> dict[str, float]:
    """Each of `UNITS`. Posts are those of the design, manned round the clock."""
    area = sum(hall.area_m2 for hall in config.halls.values())
    rated_per_h = sum(hall.sorting_machines * hall.machine_rated_per_h for hall in config.halls.values())
    hours = posts(config) * HOURS_PER_DAY
    by_year = area * cost.floor_eur_per_m2_year + rated_per_h * cost.machine_eur_per_parcel_h / cost.machine_years
    return {
        "area_m2": area,
        "posts_h_per_day": hours,
        "cost_eur_per_day": by_year / _DAYS_PER_YEAR + hours * cost.post_eur_per_h,
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
