"""Flows through a hub of another world, from those of the same hub at the same load in the configured world."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from experiments.money.accounts import Rostered
from sim.config import HubConfig
from sim.domain.roles import ROLES, Place
from sim.inputs import flight_work
from sim.inputs.traffic import daily_parcels
from sim.measures.destinations import mean_truck_km
from sim.measures.ladder import Rung, capacity_ladder
from sim.units import HOURS_PER_DAY


@dataclass(frozen=True, slots=True)
class Week:
    """A hub of the configured world at a load, and its mean KPIs."""

    rostered: Rostered
    kpis: Mapping[str, float]


def carried_over(week: Week, rostered: Rostered) -> dict[str, float]:
    """KPIs of a week of the hub of another world.

    Imports and exports are proportional to what comes, as far as the capacity ladder lets it pass. Trucks are
    proportional to the full loads, their distance also to that of a mean parcel, hours worked to the expected work, and
    paid hours to those of the roster.
    """
    hubs = week.rostered.config, rostered.config
    imports = tuple(map(daily_parcels, hubs))
    exports = tuple(n * hub.exports.ratio for n, hub in zip(imports, hubs, strict=True))
    loads = [_loads(hub, n) for hub, n in zip(hubs, imports, strict=True)]
    carried = dict(week.kpis)
    through: dict[bool, float] = {}
    for of_exports, kpi, coming in ((False, "parcels_per_day", imports), (True, "exports_per_day", exports)):
        usual_h = 0.0 if of_exports else week.kpis["dwell_mean_h"]
        (leaving, late), (leaving_now, late_now) = (
            _queued(hub, of_hub, usual_h, of_exports=of_exports) for hub, of_hub in zip(hubs, loads, strict=True)
        )
        through[of_exports] = leaving_now / leaving
        carried[kpi] *= _times(coming) * through[of_exports]
        more = carried[f"late_{kpi}"] * _times(coming) + (late_now - late) * coming[1]
        carried[f"late_{kpi}"] = min(max(0.0, more), coming[1])
    full = [n * hub.road_share / flight_work.truck_parcels(hub) for n, hub in zip(imports, hubs, strict=True)]
    trucks = _times(full) * through[False]
    carried["trucks_per_day"] *= trucks
    carried["truck_km_per_day"] *= trucks * _times([*map(mean_truck_km, hubs)])
    for name, role in ROLES.items():
        worked = _times([each.work.of_all(name) for each in (week.rostered, rostered)], otherwise=_times(imports))
        of_exports = role.is_of_exports and role.place is Place.HALL
        carried[f"staff_h_per_day_{name}"] *= worked * through[of_exports]
        paid = _times([each.ticks(name) for each in (week.rostered, rostered)], otherwise=worked)
        carried[f"staff_h_paid_per_day_{name}"] *= paid
    return carried


def _loads(hub: HubConfig, imports: float) -> list[tuple[Rung, float]]:
    """Rungs of the ladder with a load above 1, by so many imports a day."""
    loads = ((rung, imports / rung.parcels_per_day) for rung in capacity_ladder(hub, {}).values())
    return [(rung, load) for rung, load in loads if load > 1]


def _queued(
    hub: HubConfig, loads: Sequence[tuple[Rung, float]], usual_h: float, *, of_exports: bool
) -> tuple[float, float]:
    """Share of the imports, or of the exports, that leave, and that are late since a resource of the ladder is full.

    By the fluid approximation of a queue (Newell, Applications of Queueing Theory, 2nd ed. 1982, chapter 2) the wait
    grows by load - 1 days a day, from the first day of the warm-up on. Late is who waits beyond the promise, less
    `usual_h`, the time that a parcel stays otherwise. Those who do not need the resource do not wait for it.
    """
    promise_h = hub.exports.service_h if of_exports else hub.service_h
    spare_d = max(0.0, promise_h - usual_h) / HOURS_PER_DAY
    leaving, late = 1.0, 0.0
    for rung, load in loads:
        if rung.is_of_exports == of_exports:
            in_time_d = spare_d / (load - 1) - hub.warmup_days
            in_time = min(max(0.0, in_time_d / hub.horizon_days), 1.0)
            leaving = min(leaving, 1 - rung.needed_by * (1 - 1 / load))
            late = max(late, rung.needed_by * (1 - in_time))
    return leaving, late


def _times(values: Sequence[float], *, otherwise: float = 1.0) -> float:
    """By how much the second value is larger; `otherwise` if the first is 0."""
    before, after = values
    return after / before if before else otherwise
