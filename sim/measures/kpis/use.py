"""Utilisation of each resource: use over availability; for people's resources, over the paid time.

A resource is a line in one of three tables: its name, how long it is in use, and how long it is available.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim import config
from sim.domain.exports import HallExports
from sim.domain.roles import ROLE_OF_KIND
from sim.domain.site import Hall, MachineCalendar
from sim.measures.export_tables import empties_moves, export_floor_moves
from sim.measures.kpis.declaring import NEITHER, Group, Measured, Rank
from sim.measures.occupancy import floor_time
from sim.measures.staff import desk_hours, paid_hours
from sim.measures.stays import stays_at
from sim.measures.window import left_door, time_inside
from sim.site.floors import empty_ulds_that_fit, hold_zone_parcels
from sim.units import MIN_PER_DAY, MIN_PER_H, TICKS_PER_H, TICKS_PER_MIN

USE = Group("use")
Hours = Callable[[Measured, str], float]
"""Hours in the measured days of the resource with this name."""
_MANNED: Final = ", of the time on the roster and after it"


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource. `busy`: unit-hours in use; `available`: unit-hours that are available, or manned."""

    meaning: str
    busy: Hours
    available: Hours

    @property
    def label(self) -> str:
        return self.meaning.partition(",")[0]


def _manned(meaning: str, busy: Hours) -> Resource:
    return Resource(meaning + _MANNED, busy, _paid)


def _open_hours(run: Measured) -> list[float]:
    """Hours of each hall in the measured days, from its opening on."""
    low, high = run.window.low, run.window.high
    return [(high - np.clip(hall.opens / TICKS_PER_MIN, low, high)) / MIN_PER_H for hall in run.inputs.site.halls]


def _of_halls(units: Callable[[Hall], int]) -> Hours:
    """Unit-hours of the halls, each from its opening on."""

    def hours(run: Measured, _: str) -> float:
        halls = run.inputs.site.halls
        return float(sum(units(hall) * each for hall, each in zip(halls, _open_hours(run), strict=True)))

    return hours


def _of_zones(fit: Callable[[config.Hall, config.Space], int]) -> Hours:
    """Unit-hours for which the halls have planned room, each from its opening on."""

    def hours(run: Measured, _: str) -> float:
        halls, space = run.config.halls.values(), run.config.space
        return float(sum(fit(hall, space) * each for hall, each in zip(halls, _open_hours(run), strict=True)))

    return hours


def _of_exports(units: Callable[[HallExports], int]) -> Hours:
    """Unit-hours of the halls' resources for exports, each from its opening on."""
    return _of_halls(lambda hall: 0 if hall.exports is None else units(hall.exports))


def _stayed(run: Measured, name: str) -> float:
    stay = stays_at(run.inputs.site)[name]
    return run.window.hours(run.tables[stay.table][stay.since], run.tables[stay.table][stay.until])


def _served(run: Measured, name: str) -> float:
    return desk_hours(run.record, ROLE_OF_KIND[name])


def _paid(run: Measured, name: str) -> float:
    return paid_hours(run.inputs, run.record, ROLE_OF_KIND[name])


def _all_the_time(run: Measured) -> float:
    return run.window.days * MIN_PER_DAY / MIN_PER_H


def _sorting(run: Measured, _: str) -> float:
    service = [hall.service for hall in run.inputs.site.halls for _ in hall.stations]
    ticks = sum(n * each for n, each in zip(run.record.machine_work, service, strict=True))
    return ticks / TICKS_PER_MIN / MIN_PER_H


def _on_floor(run: Measured, _: str) -> float:
    """Parcel-hours on the floor in the measured days."""
    return sum(floor_time(run.inputs, run.record, number) for number in range(len(run.inputs.site.halls))) / TICKS_PER_H


def _on_export_floor(run: Measured, _: str) -> float:
    """Parcel-hours on the export floor in the measured days."""
    halls = range(len(run.inputs.site.halls))
    return sum(time_inside(export_floor_moves(run.record, hall), run.inputs.measured) for hall in halls) / TICKS_PER_H


def _empty_ulds_stored(run: Measured, _: str) -> float:
    """ULD-hours in the stores in the measured days; 0 without exports."""
    if run.inputs.site.exports is None:
        return 0.0
    return time_inside(empties_moves(run.inputs, run.record), run.inputs.measured) / TICKS_PER_H


def _held_by_customs(run: Measured, _: str) -> float:
    """Parcel-hours in the hold zones in the measured days."""
    return run.record.stages["customs_hold"].measured_time / TICKS_PER_H


def _at_doors(run: Measured, _: str) -> float:
    trucks = run.tables["trucks"]
    return run.window.hours(trucks["docked"], left_door(trucks, run.inputs.site.trucks.docking / TICKS_PER_MIN))


def _building_up(run: Measured, _: str) -> float:
    exports = run.inputs.site.exports
    return _stayed(run, "build_up_places") * (exports.workers_per_place if exports else 0)


def _place_ticks(run: Measured, calendars: Callable[[Hall], Sequence[MachineCalendar]]) -> int:
    """Place-ticks that calendars of the open halls have manned in the measured days."""
    low, high = run.inputs.measured
    done = 0
    for hall in run.inputs.site.halls:
        for calendar in calendars(hall):
            start = np.clip(calendar.start, max(low, hall.opens), high)
            stop = np.clip(np.append(calendar.start[1:], high), max(low, hall.opens), high)
            done += int(((stop - start) * calendar.slope).sum())
    return done


def _machines_manned(run: Measured, _: str) -> float:
    return _place_ticks(run, lambda hall: hall.calendars) / run.inputs.site.handling.inductions / TICKS_PER_H


def _packout_manned(run: Measured, _: str) -> float:
    """Posts at chutes have a separate calendar."""
    return _place_ticks(run, lambda hall: [hall.packout_calendar] if hall.packout_posts else []) / TICKS_PER_H


RESOURCES: Final = {
    "stands": Resource("aircraft stands", _stayed, lambda run, _: run.inputs.site.apron.stands * _all_the_time(run)),
    "loader_sets": _manned("loader sets with crew", _stayed),
    "tugs": _manned("tug trains", _stayed),
    "positions": Resource("ULD positions", _stayed, _of_halls(lambda hall: hall.positions)),
    "stations": Resource("break-down stations, held until the last parcel is inducted",
                         _stayed, _of_halls(lambda hall: sum(hall.stations))),
    "machines": Resource("sorting machines, of the time that they are up and manned", _sorting, _machines_manned),
    "handcoding_desks": _manned("hand-coding desks", _served),
    "packout_posts": Resource("pack-out posts" + _MANNED,
                              lambda run, _: run.record.packout_work / TICKS_PER_MIN / MIN_PER_H, _packout_manned),
    "manual_sort_posts": _manned("manual-sort posts", _served),
    "floor": Resource("lanes' floor, reserved from break-down until the truck leaves or the ULD is built; in a hall to"
                      " which a shuttle brings parcels, from their arrival on",
                      _on_floor, _of_halls(lambda hall: hall.floor + hall.transfer_floor)),
    "doors": Resource("outbound dock doors", _at_doors, _of_halls(lambda hall: hall.doors)),
}  # fmt: skip
EXPORT_RESOURCES: Final = {
    "doors_in": Resource("inbound dock doors, held until the last parcel's screening begins",
                         _stayed, _of_exports(lambda exports: exports.doors)),
    "screening_lines": _manned("screening lines", _served),
    "hand_sorting_posts": _manned("posts for sorting exports by hand", _served),
    "build_up_places": Resource("build-up places", _stayed, _of_exports(lambda exports: exports.places)),
    "build_up_workers": _manned("people at build-up places", _building_up),
    "outbound_tugs": _manned("trains of outbound ULDs", _stayed),
    "export_floor": Resource("export floor, reserved from the collection's call until its exports are on a ULD",
                             _on_export_floor, _of_exports(lambda exports: exports.floor)),
    "empty_ulds": Resource("store of empty ULDs, over the number that fits; does not block when full",
                           _empty_ulds_stored, _of_zones(empty_ulds_that_fit)),
}  # fmt: skip
CUSTOMS_RESOURCES: Final = {
    "customs_desks": _manned("examination desks", _served),
    "xray_lanes": _manned("X-ray lanes for parcels", _served),
    "transit_desks": _manned("transit desks", _served),
    "uld_xrays": _manned("X-ray machines for whole ULDs", _stayed),
    "customs_hold": Resource(
        "customs hold zone, over its planned floor, with the path of whole ULDs to the lane; does not block when full",
        _held_by_customs,
        _of_zones(hold_zone_parcels),
    ),
}
ALL_RESOURCES: Final = RESOURCES | EXPORT_RESOURCES | CUSTOMS_RESOURCES
LAID_OUT: Final = frozenset({"empty_ulds", "customs_hold"})
"""Planned room: what exceeds it finds a place, and nobody waits for it."""


@USE.family(
    "utilisation_{}",
    {
        name: (f"time-average share in use: {resource.meaning}", f"In use on average: {resource.label}")
        for name, resource in ALL_RESOURCES.items()
    },
    "1",
    NEITHER,
    ranks=dict.fromkeys(("stations", "machines"), Rank.SUMMARY),
    ranges=dict.fromkeys(LAID_OUT, (0.0, math.inf)),
)
def utilisation(run: Measured, resource: str) -> float:
    hours = ALL_RESOURCES[resource].available(run, resource)
    share = busy_hours(run, resource) / hours if hours else 0.0
    # Whole services of machines are counted, possibly one more than the measured days have time for.
    return share if resource in LAID_OUT else min(share, 1.0)


def busy_hours(run: Measured, resource: str) -> float:
    """Unit-hours in use in the measured days; parcel-hours for the floor."""
    return ALL_RESOURCES[resource].busy(run, resource)
