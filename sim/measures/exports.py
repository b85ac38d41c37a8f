"""The KPIs of exports, and of aircraft on their way out. Minutes inside."""

from collections.abc import Callable

import numpy as np

from sim.config import HubConfig
from sim.domain.exports import HallExports
from sim.domain.inputs import Inputs
from sim.measures.kpis import EXPORT_RESOURCES
from sim.measures.staff import desk_hours, paid_hours
from sim.measures.window import Window, departed_t, full_share, growth
from sim.record.recorder import Recorder
from sim.record.schemas import Table
from sim.units import CM3_PER_M3, G_PER_KG, MIN_PER_H, TICKS_PER_MIN


def export_kpis(config: HubConfig, tables: dict[str, Table], window: Window) -> dict[str, float]:
    flights, collections, loads, ulds = (tables[name] for name in ("flights", "collections", "out_loads", "out_ulds"))
    mine = collections["is_cohort"]
    n, n_on_time, n_missed = (int(collections[name][mine].sum()) for name in ("n_parcels", "n_on_time", "n_missed"))
    left = window.covers(flights["aobt"])
    late = np.maximum(flights["aobt"] - flights["sobt"], 0)[left]
    loading = window.covers(flights["loading_start"])
    exports_per_day = float(loads["n_parcels"][window.covers(loads["departed"])].sum()) / window.days
    return {
        "export_on_time_share": n_on_time / n if n else 1.0,
        "exports_kept_up_share": _kept_up(collections, loads, exports_per_day, window),
        "exports_per_day": exports_per_day,
        "export_share": _share_by_air(tables, window),
        "late_exports_per_day": (n - n_on_time) / window.days,
        "export_missed_connection_share": n_missed / n if n else 0.0,
        "uld_fill_share": _fill(config, flights, ulds, window),
        "empty_ulds_flown_per_day": float(flights["n_empties_out"][loading].sum()) / window.days,
        "turnaround_mean_h": float((flights["aobt"] - flights["aibt"])[left].mean()) / MIN_PER_H if left.any() else 0.0,
        "departure_delay_mean_min": float(late.mean()) if left.any() else 0.0,
        "export_floor_wait_h_per_day": window.hours(collections["scheduled"], collections["called"]) / window.days,
        "door_in_wait_h_per_day": window.hours(collections["arrived"], collections["docked"]) / window.days,
        "build_up_wait_h_per_day": window.hours(ulds["formed"], ulds["start"]) / window.days,
    }


def _share_by_air(tables: dict[str, Table], window: Window) -> float:
    by_road, by_air = (departed_t(tables[name], window) for name in ("trucks", "out_ulds"))
    return by_air / (by_road + by_air) if by_air else 0.0


def _kept_up(collections: Table, loads: Table, left_per_day: float, window: Window) -> float:
    """Of the exports that came a day, those by which their backlog did not grow; from each hour's end."""
    time = MIN_PER_H * np.arange(1, int(window.end // MIN_PER_H) + 1).astype(np.float64)
    come, gone = (
        np.histogram(rows[instant], np.concatenate(([-np.inf], time)), weights=rows["n_parcels"])[0].cumsum()
        for rows, instant in ((collections, "scheduled"), (loads, "departed"))
    )
    waiting_more = max(growth(time, (come - gone).astype(np.float64), window), 0.0)
    return left_per_day / (left_per_day + waiting_more) if waiting_more else 1.0


def _fill(config: HubConfig, flights: Table, ulds: Table, window: Window) -> float:
    """Of ULDs that left: the larger of mass and volume to the limits of the aircraft that took it."""
    left = window.covers(ulds["departed"])
    if not left.any():
        return 0.0
    fleet = [config.fleet[name] for name in flights["aircraft"][ulds["flight"][left]]]
    decks = [
        (kind.main_deck, kind.lower_deck)[deck] for kind, deck in zip(fleet, ulds["deck"][left].tolist(), strict=True)
    ]
    by_mass = ulds["mass"][left] / (np.array([deck.kg for deck in decks]) * G_PER_KG)
    by_volume = ulds["volume"][left] / (np.array([deck.m3 for deck in decks]) * CM3_PER_M3)
    return float(np.maximum(by_mass, by_volume).mean())


def export_busy_hours(record: Recorder, tables: dict[str, Table], window: Window) -> dict[str, float]:
    """Unit-hours in use in the measured days, by resource."""
    ulds, trucks, trains = (tables[name] for name in ("out_ulds", "collections", "out_trains"))
    return {
        "doors_in": window.hours(trucks["docked"], trucks["released"]),
        "screening_lines": desk_hours(record, "screening"),
        "hand_sorting_posts": desk_hours(record, "hand_sorting"),
        "build_up_places": window.hours(ulds["start"], ulds["built"]),
        "outbound_tugs": window.hours(trains["granted"], trains["returned"]),
    }


def export_utilisation(
    inputs: Inputs, record: Recorder, tables: dict[str, Table], busy: dict[str, float], window: Window
) -> dict[str, float]:
    """Shares in use, of what people man of the time paid; 0 without exports."""

    def in_halls(units: Callable[[HallExports], int]) -> float:
        """Unit-hours of the halls, each from its opening on."""
        hours = 0.0
        for hall in inputs.site.halls:
            if hall.exports is not None:
                opens = np.clip(hall.opens / TICKS_PER_MIN, window.low, window.high)
                hours += units(hall.exports) * float(window.high - opens) / MIN_PER_H
        return hours

    capacity = {
        "doors_in": in_halls(lambda own: own.doors),
        "screening_lines": paid_hours(inputs, record, "screening"),
        "hand_sorting_posts": paid_hours(inputs, record, "hand_sorting"),
        "build_up_places": in_halls(lambda own: own.places),
        "outbound_tugs": paid_hours(inputs, record, "outbound_tugs"),
    }
    shares = {name: busy[name] / hours if hours else 0.0 for name, hours in capacity.items()}
    paid, rules = paid_hours(inputs, record, "build_up"), inputs.site.exports
    at_places = busy["build_up_places"] * rules.workers_per_place if rules else 0.0
    shares["build_up_workers"] = at_places / paid if paid else 0.0
    shares |= {name: full_share(tables["occupancy"], name, window) for name in ("export_floor", "empty_ulds")}
    return {f"utilisation_{name}": shares[name] for name in EXPORT_RESOURCES}


def export_staff_hours(config: HubConfig, busy: dict[str, float]) -> dict[str, float]:
    """Hours worked in the measured days, by role."""
    return {
        "docks_in": busy["doors_in"] * config.exports.collections.workers_per_truck,
        "screening": busy["screening_lines"],
        "hand_sorting": busy["hand_sorting_posts"],
        "build_up": busy["build_up_places"] * config.exports.build_up.workers_per_place,
        "outbound_tugs": busy["outbound_tugs"],
    }
