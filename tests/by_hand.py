"""A hub of a few ticks, whose every instant can be told by hand."""

import numpy as np

from sim.domain.flight import Flight
from sim.domain.inputs import Inputs
from sim.domain.parcels import Parcels
from sim.domain.presorting import Presorting, Units
from sim.domain.site import (
    DESKS,
    Apron,
    Customs,
    Hall,
    Handling,
    MachineCalendar,
    Site,
    Transfers,
    Trucks,
)
from sim.domain.trailer import TrailerLimits
from sim.rules import Rules

END = 5000


def make_calendar(*pieces):
    start, slope = zip(*pieces, strict=True)
    return MachineCalendar(np.array(start), np.array(slope))


def make_site(**changes):
    values = {
        "stands": 1, "loader_sets": 1, "tugs": 1, "dollies_per_train": 2, "taxi_in": 5, "doors_open": 3, "lift": (4, 6),
        "trip_out": 10, "trip_back": 7, "turnaround": 60, "longest_hold": 100,
        "positions": 2, "stations": (1,), "breakdown_workers": 2, "workers_per_station": 2, "check_in": 2, "floor": 6,
        "inductions": 2, "service": 3, "to_chute": 0, "calendars": (make_calendar((0, 2), (150, 0), (170, 1)),),
        "handcoding_desks": 1, "handcoding": 20, "to_lane": 9, "manual_sort": 11, "manual_sort_posts": 1,
        "second_sort": 0, "packers": None, "second_round": 100, "leads_to": (),
        "chute_of": (0, 1) if "packout_posts" in changes else (-1, -1) * len(changes.get("stations", "1")),
        "packout_posts": (),
        "packout_calendar": make_calendar((0, 0)),
        "customs_desks": 1, "examination": 30, "customs_round": 100,
        "xray_lanes": 1, "xray": 10, "transit_desks": 1, "transit": 15, "uld_xrays": 1, "uld_xray": 6,
        "route_of_lane": np.array([0, 1], dtype=np.uint8), "routes": ("A", "B"), "flies_to": (-1, -1),
        "units": Units(Presorting.NONE, 1),
        "trailer": TrailerLimits(units=4, mass=100, volume=100), "cut_offs": (40, 400), "least_fill": 0.5,
        "trucks_longest_hold": 200, "trucks_round": 250, "call_out": 50, "extra_per_day": 3, "yard": 4,
        "rules": Rules.of({}), "between_halls": 5, "transfers": Transfers(100, 1, 1, 10),
        "docking": 50, "loading": 30, "doors": 2, "dock_workers": 2, "workers": 1, "exports": None,
        "manning": {}, "apron_manning": {}, "closures": (),
    }  # fmt: skip
    values |= changes
    hall = {name: values.pop(name) for name in Hall.__dataclass_fields__ if name in values}
    values["manning"] = values.pop("apron_manning")
    hall["desks"] = {kind: values.pop(kind) for kind in DESKS}
    halls = (Hall(name="H", opens=0, transfer_floor=0, serves=(True, True), **hall),)
    groups = {}
    for group, kind in (("apron", Apron), ("handling", Handling), ("customs", Customs), ("trucks", Trucks)):
        names = {name: f"{group}_{name}" if f"{group}_{name}" in values else name for name in kind.__dataclass_fields__}
        groups[group] = kind(**{name: values.pop(key) for name, key in names.items() if key in values})
    return Site(**values, **groups, halls=halls, exports=None)


def make_flight(number, arrival, n_main=2, n_lower=1, n_parcels=6, sobt=None):
    sobt = arrival if sobt is None else sobt
    return Flight(number, f"F{number}", (number,), "B777F", arrival, arrival, n_main, n_lower, n_parcels, True, sobt, 0)


def make_parcels(flight):
    """Three ULDs with two parcels each: a no-read, one of each channel, both routes."""
    return Parcels(
        first=np.array([0, 2, 4, 6]),
        lane=np.array([0, 1, 0, 0, 1, 0], dtype=np.uint8),
        mass=np.full(6, 10, dtype=np.int32),
        volume=np.full(6, 10, dtype=np.int32),
        handling=np.array([1, 1, 4, 4, 2, 2], dtype=np.uint32),
        packing=np.array([5, 4, 3, 2, 7, 1], dtype=np.uint32),
        is_no_read=np.array([True, False, False, False, False, False]),
        is_non_conveyable=np.zeros(6, dtype=bool),
        channel=np.array([0, 0, 1, 3, 3, 2], dtype=np.uint8),
        release=np.array([0, 0, 450, 0, 0, 20]),
        is_refused=np.array([False, True, False, True, False, False]),
        is_alarm=np.zeros(6, dtype=bool),
        is_uld_xrayed=np.zeros(3, dtype=bool),
    )


def make_inputs(site, flights, end=END, parcels_of=make_parcels):
    return Inputs(site, tuple(flights), parcels_of, end, (0, end), 10, 0, lambda _: True, None)


def column_of(trace, table, column):
    return trace.tables[table][column]
