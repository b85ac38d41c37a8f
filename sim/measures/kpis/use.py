"""How much of each resource is in use, of what there is; people's resources, of the time that they are manned."""

import math
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from sim.domain.exports import HallExports
from sim.domain.roles import ROLES
from sim.domain.site import Hall, MachineCalendar
from sim.measures.kpis.declaring import NEITHER, Group, Measured, Rank, shared
from sim.measures.staff import desk_hours, paid_hours
from sim.measures.stays import stays_at
from sim.measures.window import full_share, left_door, of_zone
from sim.units import MIN_PER_DAY, MIN_PER_H, TICKS_PER_H, TICKS_PER_MIN

USE = Group("use")
RESOURCES: Final = {
    "stands": "aircraft stands",
    "loader_sets": "loader sets with crew, of the time that they are manned",
    "tugs": "tug trains, of the time that they are manned",
    "positions": "ULD positions",
    "stations": "break-down stations, held until the last parcel is inducted",
    "machines": "sorting machines, of the time that they are up and manned",
    "handcoding_desks": "hand-coding desks, of the time that they are manned",
    "packout_posts": "pack-out posts, of the time that they are manned",
    "manual_sort_posts": "manual-sort posts, of the time that they are manned",
    "floor": "parcels' floor, reserved from break-down until the truck leaves",
    "doors": "outbound dock doors",
}
EXPORT_RESOURCES: Final = {
    "doors_in": "inbound dock doors, held until the last parcel's screening begins",
    "screening_lines": "screening lines, of the time that they are manned",
    "hand_sorting_posts": "posts for sorting exports by hand, of the time that they are manned",
    "build_up_places": "build-up places",
    "build_up_workers": "people at build-up places, of the time that they are there",
    "outbound_tugs": "trains of outbound ULDs, of the time that they are manned",
    "export_floor": "exports' floor, reserved from the collection's call until they are on a ULD",
    "empty_ulds": "store of empty ULDs, of those that would fit; blocks nobody when it is full",
}
CUSTOMS_RESOURCES: Final = {
    "customs_desks": "examination desks, of the time that they are manned",
    "xray_lanes": "X-ray lanes for parcels, of the time that they are manned",
    "transit_desks": "transit desks, of the time that they are manned",
    "uld_xrays": "X-ray machines for whole ULDs, of the time that they are manned",
    "customs_hold": "customs hold zone, of the floor that it is laid out for; blocks nobody when it is full",
}
ALL_RESOURCES: Final = RESOURCES | EXPORT_RESOURCES | CUSTOMS_RESOURCES
LAID_OUT: Final = frozenset({"empty_ulds", "customs_hold"})
"""Room for so many: what is beyond finds a place, and nobody waits for it."""
_ZONES: Final = frozenset({"export_floor", *LAID_OUT})
"""Measured as zones: what is there, of their limit."""
_AT_DESKS: Final = ("customs", "xray", "transit", "screening", "hand_sorting")
_MANNED_BY: Final = {
    # Posts at chutes have a calendar of their own.
    role.kind: name
    for name, role in ROLES.items()
    if role.kind in ALL_RESOURCES.keys() - {"packout_posts"}
}


@USE.family(
    "utilisation_{}",
    {
        name: (f"time-average share in use: {what}", f"In use: {what.partition(',')[0]}")
        for name, what in ALL_RESOURCES.items()
    },
    "1",
    NEITHER,
    ranks=dict.fromkeys(("stations", "machines"), Rank.SUMMARY),
    ranges=dict.fromkeys(LAID_OUT, (0.0, math.inf)),
)
def utilisation(run: Measured, resource: str) -> float:
    if resource in _ZONES:
        return full_share(run.tables["occupancy"], resource, run.window)
    hours = _hours_there(run)[resource]
    return busy_hours(run)[resource] / hours if hours else 0.0


@shared
def busy_hours(run: Measured) -> dict[str, float]:
    """Unit-hours in use in the measured days, by resource; parcel-hours for the floor."""
    config, record, window, site = run.config, run.record, run.window, run.inputs.site
    trucks, occupancy = run.tables["trucks"], run.tables["occupancy"]
    inside = occupancy["inside"][of_zone(occupancy, "lanes", window)]
    coded = record.stages["handcoding"].n_out // site.units.in_bag + record.export_stages["export_coding"].n_out
    low, high = (instant // run.inputs.bin_width for instant in run.inputs.measured)
    by_hand = float(record.stages["manual_sort"].n_out[low:high].sum())
    of_rows = {
        name: window.hours(run.tables[stay.table][stay.since], run.tables[stay.table][stay.until])
        for name, stay in stays_at(site).items()
    }
    return of_rows | {
        "machines": _machine_minutes(run) / MIN_PER_H,
        "handcoding_desks": float(coded[low:high].sum()) / config.coded_per_desk_h,
        "manual_sort_posts": by_hand / config.manual_sort.parcels_per_post_h,
        "packout_posts": record.packout_work / TICKS_PER_MIN / MIN_PER_H,
        "floor": float(inside.mean()) * _measured_hours(run) if len(inside) else 0.0,
        "doors": window.hours(trucks["docked"], left_door(trucks, site.trucks.docking)),
        "build_up_workers": of_rows["build_up_places"] * (site.exports.workers_per_place if site.exports else 0),
        **{ROLES[role].kind: desk_hours(record, role) for role in _AT_DESKS},
    }


def _measured_hours(run: Measured) -> float:
    return run.window.days * MIN_PER_DAY / MIN_PER_H


@shared
def _hours_there(run: Measured) -> dict[str, float]:
    """Unit-hours that are there, or manned, in the measured days, by resource."""
    inputs = run.inputs
    packing = _manned(run, lambda hall: [hall.packout_calendar] if hall.packout_posts else [])
    return {
        "stands": inputs.site.apron.stands * _measured_hours(run),
        "positions": _in_halls(run, lambda hall: hall.positions),
        "stations": _in_halls(run, lambda hall: sum(hall.stations)),
        "machines": _manned(run, lambda hall: hall.calendars) / inputs.site.handling.inductions / TICKS_PER_H,
        "packout_posts": packing / TICKS_PER_H,
        "floor": _in_halls(run, lambda hall: hall.floor + hall.transfer_floor),
        "doors": _in_halls(run, lambda hall: hall.doors),
        "doors_in": _for_exports(run, lambda hall: hall.doors),
        "build_up_places": _for_exports(run, lambda hall: hall.places),
        **{name: paid_hours(inputs, run.record, role) for name, role in _MANNED_BY.items()},
    }


def _in_halls(run: Measured, units: Callable[[Hall], int]) -> float:
    """Unit-hours of the halls, each from its opening on."""
    low, high, halls = run.window.low, run.window.high, run.inputs.site.halls
    open_hours = [(high - np.clip(hall.opens / TICKS_PER_MIN, low, high)) / MIN_PER_H for hall in halls]
    return float(sum(units(hall) * each for hall, each in zip(halls, open_hours, strict=True)))


def _for_exports(run: Measured, units: Callable[[HallExports], int]) -> float:
    """Unit-hours of what the halls have for exports, each from its opening on."""
    return _in_halls(run, lambda hall: 0 if hall.exports is None else units(hall.exports))


def _machine_minutes(run: Measured) -> float:
    service = [hall.service for hall in run.inputs.site.halls for _ in hall.stations]
    return sum(n * each for n, each in zip(run.record.machine_work, service, strict=True)) / TICKS_PER_MIN


def _manned(run: Measured, calendars: Callable[[Hall], Sequence[MachineCalendar]]) -> int:
    """What calendars of the open halls have manned in the measured days [place-ticks]."""
    low, high = run.inputs.measured
    done = 0
    for hall in run.inputs.site.halls:
        for calendar in calendars(hall):
            start = np.clip(calendar.start, max(low, hall.opens), high)
            stop = np.clip(np.append(calendar.start[1:], high), max(low, hall.opens), high)
            done += int(((stop - start) * calendar.slope).sum())
    return done
