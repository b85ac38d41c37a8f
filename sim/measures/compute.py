"""The KPIs of a replication, computed from its tables: cohort and windows as docs/model.md says. Minutes inside."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.config import HubConfig
from sim.domain.inputs import Inputs
from sim.domain.site import Hall, MachineCalendar, Site
from sim.inputs.layout import zones_in_use
from sim.measures.customs import control_hours, customs_kpis, customs_utilisation
from sim.measures.destinations import destination_on_time_share, driven_km
from sim.measures.exports import export_busy_hours, export_kpis, export_staff_hours, export_utilisation
from sim.measures.exposure_tables import exposure_kpis
from sim.measures.kpis import RESOURCES
from sim.measures.recovery import recovery_kpis
from sim.measures.staff import paid_hours, staff_kpis
from sim.measures.stays import crew_free
from sim.measures.surroundings import surroundings
from sim.measures.weekly_lows import growth_kpis
from sim.measures.window import Minutes, Window, growth, left_door, of_zone
from sim.record.recorder import Recorder
from sim.record.schemas import Table
from sim.units import CM3_PER_M3, G_PER_KG, MIN_PER_DAY, MIN_PER_H, TICKS_PER_H, TICKS_PER_MIN

_P95 = 0.95


def compute_kpis(config: HubConfig, inputs: Inputs, record: Recorder, tables: dict[str, Table]) -> dict[str, float]:
    """All KPIs of `sim.measures.kpis`, in its order."""
    window = Window(inputs)
    busy = _busy_hours(config, inputs, record, tables, window)
    export_busy = export_busy_hours(record, tables, window)
    worked = (
        _staff_hours(config, busy) | control_hours(record, tables, window) | export_staff_hours(config, export_busy)
    )
    return (
        _service(config, tables, window)
        | _trucks(config, inputs, tables["trucks"], window)
        | {
            "backlog_slope_per_day": _backlog_slope(tables["occupancy"], window),
            "diverted_flights_per_day": float(
                np.count_nonzero(tables["flights"]["is_diverted"] & tables["flights"]["is_cohort"]) / window.days
            ),
            "curfew_moved_per_day": float(
                np.count_nonzero(tables["flights"]["is_moved"] & tables["flights"]["is_cohort"]) / window.days
            ),
            "between_halls_per_day": float(
                tables["shuttles"]["n_parcels"][window.covers(tables["shuttles"]["taken"])].sum() / window.days
            ),
            "blocked_after_h": _blocked_after(tables["flights"], window) / MIN_PER_H,
            "fullest_chute_parcels": float(tables["packout"]["fullest"].max(initial=0) * inputs.site.units.in_bag),
            "m2_per_parcel_h": config.area_m2 / config.rated_per_h,
            "spare_area_m2": sum(use.spare_m2 for use in zones_in_use(config)),
        }
        | _blocked(inputs, tables, window)
        | growth_kpis(tables, window)
        | recovery_kpis(config, tables)
        | _utilisation(inputs, record, busy, window)
        | customs_kpis(config, record, tables, window)
        | exposure_kpis(config, tables)
        | export_kpis(config, tables, window)
        | export_utilisation(inputs, record, tables, export_busy, window)
        | customs_utilisation(inputs, record, tables, worked, window)
        | {"destination_on_time_share": destination_on_time_share(tables["destinations"])}
        | surroundings(config, tables, window)
        | staff_kpis(config, inputs, record, worked, window.days)
    )


def dwell_of_cohort(flights: Table, loads: Table, end_min: float) -> tuple[Minutes, NDArray[np.int64], int]:
    """Dwell [min] and number of parcels of each (flight, truck), and how many parcels had not left.

    Those come last, with the time to the end of the run.
    """
    cohort = flights["is_cohort"][loads["flight"]] & ~np.isnan(loads["departed"])
    dwell = loads["departed"][cohort] - flights["arrival"][loads["flight"][cohort]]
    mine = flights["is_cohort"]
    inside = (flights["n_parcels"] - flights["n_departed"] - flights["n_refused"])[mine]
    dwell = np.concatenate((dwell, end_min - flights["arrival"][mine]))
    weights = np.concatenate((loads["n_parcels"][cohort], inside)).astype(np.int64)
    return dwell, weights, int(inside.sum())


def weighted_quantile(values: Minutes, weights: NDArray[np.int64], share: float) -> float:
    """The smallest value that at least a share of the weight does not exceed; 0 of nothing."""
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weights[order])
    if len(total) == 0 or total[-1] == 0:
        return 0.0
    return float(values[order][np.searchsorted(total, share * total[-1])])


def _backlog_slope(occupancy: Table, window: Window) -> float:
    mine = occupancy["zone"] == "backlog"
    return growth(occupancy["time"][mine], occupancy["inside"][mine].astype(float), window)


def _service(config: HubConfig, tables: dict[str, Table], window: Window) -> dict[str, float]:
    flights = tables["flights"]
    mine = flights["is_cohort"]
    dwell, weights, n_inside = dwell_of_cohort(flights, tables["loads"], window.end)
    n = int(weights.sum())
    clearance = np.where(np.isnan(flights["cleared"]), window.end, flights["cleared"]) - flights["arrival"]
    departed = tables["loads"]["n_parcels"][window.covers(tables["loads"]["departed"])]
    return {
        "on_time_share": float(flights["n_on_time"][mine].sum() / n) if n else 1.0,
        "on_time_share_from_sibt": _on_time(tables, "sibt", config.service_h, n),
        "on_time_share_from_landing": _on_time(tables, "aldt", config.service_h, n),
        "dwell_mean_h": float((dwell * weights).sum() / n / MIN_PER_H) if n else 0.0,
        "dwell_p95_h": weighted_quantile(dwell, weights, _P95) / MIN_PER_H,
        "not_departed_share": n_inside / n if n else 0.0,
        "flight_clearance_p95_h": float(clearance[mine].mean() / MIN_PER_H) if mine.any() else 0.0,
        "parcels_per_day": float(departed.sum()) / window.days,
        "late_parcels_per_day": (n - int(flights["n_on_time"][mine].sum())) / window.days,
    }


def _on_time(tables: dict[str, Table], clock: str, service_h: float, n: int) -> float:
    """Share of the cohort's n parcels that left within the time promised after an instant of their flight."""
    flights, loads = tables["flights"], tables["loads"]
    late_by = loads["departed"] - flights[clock][loads["flight"]]
    on_time = flights["is_cohort"][loads["flight"]] & (late_by <= service_h * MIN_PER_H)
    return float(loads["n_parcels"][on_time].sum() / n) if n else 1.0


def _blocked_after(flights: Table, window: Window) -> float:
    """When a flight is first held [min]; the end of the run if none is."""
    has_none = np.isnan(flights["stand_given"])
    held = (flights["is_diverted"] & has_none) | (flights["stand_given"] > flights["stand_requested"])
    return float(flights["stand_requested"][held].min()) if held.any() else window.end


def _trucks(config: HubConfig, inputs: Inputs, trucks: Table, window: Window) -> dict[str, float]:
    left = window.covers(trucks["departed"])
    trailer = config.outbound.trailer
    fills = [
        trucks["n_units"][left] / inputs.site.trailer.units,
        trucks["mass"][left] / (trailer.kg * G_PER_KG),
        trucks["volume"][left] / (trailer.m3 * CM3_PER_M3),
    ]
    n_parcels, n_missed = (int(trucks[name][left].sum()) for name in ("n_parcels", "n_missed_before"))
    return {
        "trucks_per_day": float(np.count_nonzero(left)) / window.days,
        "truck_km_per_day": driven_km(config, trucks, window) / window.days,
        "truck_fill_share": float(np.max(fills, axis=0).mean()) if left.any() else 0.0,
        "missed_connection_share": n_missed / n_parcels if n_parcels else 0.0,
    }


def _blocked(inputs: Inputs, tables: dict[str, Table], window: Window) -> dict[str, float]:
    flights, ulds, trains, trucks = (tables[name] for name in ("flights", "ulds", "trains", "trucks"))
    started = window.covers(flights["unloading_start"]) & ~np.isnan(flights["unloading_end"])
    work = _loader_minutes(inputs)
    beyond = (flights["unloading_end"] - flights["unloading_start"] - work)[started]
    gives_up = flights["stand_requested"] + inputs.site.longest_hold / TICKS_PER_MIN
    has_stand = ~np.isnan(flights["stand_given"])
    held_until = np.where(flights["is_diverted"] & ~has_stand, gives_up, flights["stand_given"])
    landed = np.where(flights["is_diverted"] & has_stand, gives_up, flights["aldt"])
    before_runway = window.hours(flights["stand_given"], landed) + window.hours(
        flights["turned_round"], flights["aobt"]
    )
    head_waits = ulds["wait_floor"][window.covers(ulds["start"])]
    return {
        "stand_blocked_h_per_day": float(beyond.sum()) / MIN_PER_H / window.days,
        "floor_blocked_h_per_day": float(head_waits.sum()) / MIN_PER_H / window.days,
        "station_blocked_h_per_day": window.hours(ulds["end"], ulds["released"]) / window.days,
        "tug_blocked_h_per_day": window.hours(trains["at_door"], trains["placed"]) / window.days,
        "door_wait_h_per_day": window.hours(trucks["arrived"], trucks["docked"]) / window.days,
        "held_flight_h_per_day": window.hours(flights["stand_requested"], held_until) / window.days,
        "runway_wait_h_per_day": before_runway / window.days,
    }


def _loader_minutes(inputs: Inputs) -> Minutes:
    """How long the loaders alone need for each flight (F) [min]."""
    lift = [duration / TICKS_PER_MIN for duration in inputs.site.lift]
    return np.array([max(f.n_main_deck * lift[0], f.n_lower_deck * lift[1]) for f in inputs.flights])


def _busy_hours(
    config: HubConfig, inputs: Inputs, record: Recorder, tables: dict[str, Table], window: Window
) -> dict[str, float]:
    """Unit-hours in use in the measured days, by resource; parcel-hours for the floor."""
    flights, ulds, trains, trucks = (tables[name] for name in ("flights", "ulds", "trains", "trucks"))
    site, occupancy = inputs.site, tables["occupancy"]
    floor = of_zone(occupancy, "lanes", window)
    hours = window.days * MIN_PER_DAY / MIN_PER_H
    coded = record.stages["handcoding"].n_out // site.units.in_bag + record.export_stages["export_coding"].n_out
    low, high = (instant // inputs.bin_width for instant in inputs.measured)
    return {
        "stands": window.hours(flights["stand_given"], flights["stand_free"]),
        "loader_sets": window.hours(flights["unloading_start"], flights[crew_free(site)]),
        "tugs": window.hours(trains["granted"], trains["returned"]),
        "positions": window.hours(ulds["placed"], ulds["start"]),
        "stations": window.hours(ulds["start"], ulds["released"]),
        "machines": _machine_minutes(site, record) / MIN_PER_H,
        "handcoding_desks": float(coded[low:high].sum()) / config.coded_per_desk_h,
        "manual_sort_posts": float(record.stages["manual_sort"].n_out[low:high].sum())
        / config.manual_sort.parcels_per_post_h,
        "packout_posts": record.packout_work / TICKS_PER_MIN / MIN_PER_H,
        "floor": float(occupancy["inside"][floor].mean()) * hours if floor.any() else 0.0,
        "doors": window.hours(trucks["docked"], left_door(trucks, site.docking)),
    }


def _machine_minutes(site: Site, record: Recorder) -> float:
    service = [hall.service for hall in site.halls for _ in hall.stations]
    return sum(n * each for n, each in zip(record.machine_work, service, strict=True)) / TICKS_PER_MIN


def _utilisation(inputs: Inputs, record: Recorder, busy: dict[str, float], window: Window) -> dict[str, float]:
    site = inputs.site
    hours = window.days * MIN_PER_DAY / MIN_PER_H

    def in_halls(units: Callable[[Hall], int]) -> float:
        """Unit-hours of the halls, each from its opening on."""
        opens = [hall.opens / TICKS_PER_MIN for hall in site.halls]
        open_hours = [(window.high - np.clip(instant, window.low, window.high)) / MIN_PER_H for instant in opens]
        return float(sum(units(hall) * each for hall, each in zip(site.halls, open_hours, strict=True)))

    capacity = {
        "stands": site.stands * hours,
        "loader_sets": paid_hours(inputs, record, "unloading"),
        "tugs": paid_hours(inputs, record, "tugs"),
        "positions": in_halls(lambda hall: hall.positions),
        "stations": in_halls(lambda hall: sum(hall.stations)),
        "machines": _manned(inputs, lambda hall: hall.calendars) / site.inductions / TICKS_PER_H,
        "handcoding_desks": paid_hours(inputs, record, "handcoding"),
        "manual_sort_posts": paid_hours(inputs, record, "manual_sort"),
        "packout_posts": _manned(inputs, lambda hall: [hall.packout_calendar] if hall.packout_posts else [])
        / TICKS_PER_H,
        "floor": in_halls(lambda hall: hall.floor + hall.transfer_floor),
        "doors": in_halls(lambda hall: hall.doors),
    }
    return {f"utilisation_{name}": busy[name] / capacity[name] if capacity[name] else 0.0 for name in RESOURCES}


def _manned(inputs: Inputs, calendars: Callable[[Hall], Sequence[MachineCalendar]]) -> int:
    """What calendars of the open halls have manned in the measured days [place-ticks]."""
    low, high = inputs.measured
    done = 0
    for hall in inputs.site.halls:
        for calendar in calendars(hall):
            start = np.clip(calendar.start, max(low, hall.opens), high)
            stop = np.clip(np.append(calendar.start[1:], high), max(low, hall.opens), high)
            done += int(((stop - start) * calendar.slope).sum())
    return done


def _staff_hours(config: HubConfig, busy: dict[str, float]) -> dict[str, float]:
    """Hours worked in the measured days, by role."""
    apron = config.apron
    return {
        "unloading": busy["loader_sets"] * apron.crew_per_loader_set,
        "tugs": busy["tugs"],
        "breakdown": busy["stations"] * config.breakdown.workers_per_station,
        "induction": busy["machines"] * config.sorting.inductions,
        "handcoding": busy["handcoding_desks"],
        "packout": busy["packout_posts"],
        "manual_sort": busy["manual_sort_posts"],
        "docks": busy["doors"] * config.outbound.workers_per_truck,
    }
