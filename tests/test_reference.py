import random
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import simpy

from sim.domain.flight import Flight
from sim.domain.inputs import Inputs
from sim.domain.parcels import Parcels
from sim.domain.site import Hall, HallPolicy, MachineCalendar, Presorting, Site, TrailerLimits, Transfers, Units
from sim.reference import COLUMNS, Trace, run
from sim.reference.machine import Machine
from sim.units import NEVER

END = 5000


def _calendar(*pieces):
    start, slope = zip(*pieces, strict=True)
    return MachineCalendar(np.array(start), np.array(slope))


def _site(**changes):
    values = {
        "stands": 1, "loader_sets": 1, "tugs": 1, "dollies_per_train": 2, "taxi_in": 5, "doors_open": 3, "lift": (4, 6),
        "trip_out": 10, "trip_back": 7, "turnaround": 60, "longest_hold": 100,
        "positions": 2, "stations": (1,), "breakdown_workers": 2, "workers_per_station": 2, "check_in": 2, "floor": 6,
        "inductions": 2, "service": 3, "calendars": (_calendar((0, 2), (150, 0), (170, 1)),),
        "handcoding_desks": 1, "handcoding": 20, "to_lane": 9, "manual_sort": 11, "manual_sort_posts": 1,
        "packout_posts": (), "packout_calendar": _calendar((0, 0)),
        "customs_desks": 1, "examination": 30, "customs_round": 100,
        "xray_lanes": 1, "xray": 10, "transit_desks": 1, "transit": 15, "uld_xrays": 1, "uld_xray": 6,
        "route_of_lane": np.array([0, 1], dtype=np.uint8), "routes": ("A", "B"),
        "units": Units(Presorting.NONE, 1),
        "trailer": TrailerLimits(units=4, mass=100, volume=100), "cut_offs": (40, 400), "least_fill": 0.5,
        "longest_truck_hold": 200, "dispatch_round": 250, "call_out": 50, "extra_trucks_per_day": 3, "yard": 4,
        "policy": HallPolicy.FLIGHT, "between_halls": 5, "transfers": Transfers(100, 1, 1, 10),
        "docking": 50, "loading": 30, "doors": 2, "dock_workers": 2, "workers_per_truck": 1, "exports": None,
        "manning": {}, "apron_manning": {}, "closures": (),
    }  # fmt: skip
    values |= changes
    hall = {name: values.pop(name) for name in Hall.__dataclass_fields__ if name in values}
    apron_manning = values.pop("apron_manning")
    halls = (Hall(name="H", opens=0, transfer_floor=0, serves=(True, True), **hall),)
    return Site(**values, manning=apron_manning, halls=halls, exports=None)


def _flight(number, arrival, n_main=2, n_lower=1, n_parcels=6):
    return Flight(
        number, f"F{number}", (number,), "B777F", arrival, arrival, n_main, n_lower, n_parcels, True, arrival, 0
    )


def _parcels(flight):
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


def _inputs(site, flights, end=END, parcels_of=_parcels):
    return Inputs(site, tuple(flights), parcels_of, end, (0, end), 10, lambda _: True, None)


def _column(trace, table, column):
    return trace.tables[table][column]


def test_one_flight_by_hand():
    trace = run(_inputs(_site(), [_flight(0, 100)]))
    assert {table: list(columns) for table, columns in trace.tables.items()} == {
        table: columns.split() for table, columns in COLUMNS.items()
    }
    # In block at 105, unloading from 108. The lower deck's only ULD waits for the tug, which has left at 116, reached
    # the hall at 126, is rid of both its ULDs at once, and is back at 133.
    assert _column(trace, "ulds", "lifted") == [112, 116, 114]
    assert _column(trace, "ulds", "on_train") == [112, 116, 133]
    assert _column(trace, "trains", "granted") == [112, 133]
    assert _column(trace, "trains", "returned") == [133, 150]
    assert _column(trace, "flights", "unloading_end") == [133]
    assert _column(trace, "flights", "aobt") == [165]
    # ULD 0: row 0 is handled at 129, row 1 at 130 and served when row 0 is done, at 132.
    assert _column(trace, "ulds", "placed") == [126, 126, 143]
    assert _column(trace, "ulds", "start") == [128, 132, 145]
    assert _column(trace, "ulds", "end") == [130, 140, 149]
    assert _column(trace, "ulds", "released") == [132, 140, 170]
    assert _column(trace, "ulds", "wait_station") == [0, 4, 0]
    # ULD 2: row 4 is served from 147; the outage from 150 begins when it ends, and then one induction of two works:
    # row 5, handled at 149, is begun at 170 and takes 6.
    assert _column(trace, "parcels", "handled") == [129, 130, 136, 140, 147, 149]
    assert _column(trace, "parcels", "sort_begin") == [129, 132, 136, 140, 147, 170]
    assert _column(trace, "parcels", "sort_end") == [132, 135, 139, 143, 150, 176]
    assert _column(trace, "parcels", "code_end") == [152] + [NEVER] * 5
    # Row 2 is released at 450 and leaves the zone at 500. Rows 3 and 4 are examined one after the other and leave at
    # 200 and, as 173 + 30 is past 200, at 300. Row 5 was released before it was read.
    assert _column(trace, "parcels", "held") == [NEVER, NEVER, 139, 143, 150, NEVER]
    assert _column(trace, "parcels", "exam_begin") == [NEVER, NEVER, NEVER, 143, 173, NEVER]
    assert _column(trace, "parcels", "freed") == [NEVER, NEVER, 500, 200, 300, NEVER]
    assert _column(trace, "parcels", "second_end") == [NEVER, NEVER, 506, NEVER, 306, NEVER]
    assert _column(trace, "parcels", "ready") == [161, 135, 506, NEVER, 306, 176]
    assert _column(trace, "parcels", "is_refused_gone") == [False, False, False, True, False, False]
    # Trucks at 40 do not run. Those at 400 find two of four parcels of their route: enough. The one of A misses row 2.
    assert _column(trace, "trucks", "route") == [0, 1]
    assert _column(trace, "trucks", "sequence") == [1, 1]
    assert _column(trace, "trucks", "arrived") == [350, 350]
    assert _column(trace, "trucks", "cut_off") == [400, 400]
    assert _column(trace, "trucks", "departed") == [430, 430]
    assert _column(trace, "trucks", "n_missed") == [1, 0]
    assert _column(trace, "loads", "n_parcels") == [2, 2]
    assert _column(trace, "parcels", "departed") == [430, 430, NEVER, NEVER, 430, 430]
    held = dict(zip(_column(trace, "pools", "name"), _column(trace, "pools", "held_time"), strict=True))
    assert held["stands"] == 65
    assert held["tugs"] == 21 + 17
    assert held["stations"] == 4 + 8 + 25
    assert held["doors"] == 2 * 80


def test_controls_by_hand():
    """ULD 0 is X-rayed as a whole; row 2 is in transit, rows 3 and 4 are X-rayed, and 4 raises an alarm."""

    def parcels(flight):
        channel = np.array([0, 0, 5, 4, 4, 2], dtype=np.uint8)
        is_alarm, is_xrayed = np.arange(6) == 4, np.arange(3) == 0
        is_refused = np.array([False, True, False, False, True, False])
        return replace(
            _parcels(flight), channel=channel, is_alarm=is_alarm, is_uld_xrayed=is_xrayed, is_refused=is_refused
        )

    trace = run(_inputs(_site(), [_flight(0, 100)], parcels_of=parcels))
    # ULD 0 is in the machine from 128 to 134, and ULD 1 overtakes it: it has the station until 136.
    assert _column(trace, "ulds", "xray_begin") == [128, NEVER, NEVER]
    assert _column(trace, "ulds", "xray_end") == [134, NEVER, NEVER]
    assert _column(trace, "ulds", "start") == [136, 128, 145]
    assert _column(trace, "parcels", "handled") == [137, 138, 132, 136, 147, 149]
    assert _column(trace, "parcels", "sort_end") == [142, 145, 135, 139, 150, 176]
    assert _column(trace, "parcels", "transit_begin") == [NEVER, NEVER, 135, NEVER, NEVER, NEVER]
    assert _column(trace, "parcels", "xray_begin") == [NEVER, NEVER, NEVER, 139, 150, NEVER]
    assert _column(trace, "parcels", "exam_begin") == [NEVER, NEVER, NEVER, NEVER, 160, NEVER]
    assert _column(trace, "parcels", "freed") == [NEVER, NEVER, 200, 200, 200, NEVER]
    assert _column(trace, "parcels", "is_refused_gone") == [False, False, False, False, True, False]


def test_pack_out_by_hand():
    """Route A has two posts, route B one; the machine's chute of A gets rows 1, 0, 5 and 3's hold: see below."""
    site = _site(packout_posts=(2, 1), packout_calendar=_calendar((0, 3), (180, 0), (190, 3)))
    trace = run(_inputs(site, [_flight(0, 100)]))
    # Route A: row 0 comes coded at 161 and takes the first post until 166, row 5 at 176 the second, where it needs 1;
    # row 2 comes back at 506 to the first. Route B: row 1 at 135 until 139, row 4 at 306 until 313.
    assert _column(trace, "parcels", "pack_begin") == [161, 135, 506, NEVER, 306, 176]
    assert _column(trace, "parcels", "ready") == [166, 139, 509, NEVER, 313, 177]
    row = {name: values[0] for name, values in trace.tables["packout"].items()}
    assert row == {"hall": 0, "posts": 3, "n_units": 5, "fullest": 1, "fullest_at": 135, "machine": 0, "route": 1}
    # Nobody is there from 163 to 200: row 0 is done 3 later than 200, and row 5 waits at the other post until 200.
    site = _site(packout_posts=(2, 1), packout_calendar=_calendar((0, 3), (163, 0), (200, 1)))
    trace = run(_inputs(site, [_flight(0, 100)]))
    assert _column(trace, "parcels", "pack_begin") == [161, 135, 506, NEVER, 306, 200]
    assert _column(trace, "parcels", "ready") == [209, 139, 515, NEVER, 327, 203]
    assert (trace.tables["packout"]["fullest"], trace.tables["packout"]["fullest_at"]) == ([2], [176])


def test_manual_sort_by_hand():
    """Rows 1, 2 and 3 go to one post, where each takes 11: handled at 130, 136 and 138."""

    def parcels(flight):
        return replace(_parcels(flight), is_non_conveyable=np.array([False, True, True, True, False, False]))

    trace = run(_inputs(_site(), [_flight(0, 100)], parcels_of=parcels))
    # ULD 0 leaves its station when row 1 is handled, as row 0 was inducted before; ULD 1 has nothing for the machine.
    assert _column(trace, "ulds", "end")[:2] == [130, 138]
    assert _column(trace, "ulds", "released")[:2] == [130, 138]
    assert _column(trace, "parcels", "handled")[:4] == [129, 130, 134, 138]
    assert _column(trace, "parcels", "sort_begin")[:4] == [129, 130, 141, 152]
    assert _column(trace, "parcels", "sort_end")[:4] == [132, 141, 152, 163]
    # Row 1 is ready 9 later. Row 2 is released at 450, fetched at 500 and sorted once more by hand.
    assert _column(trace, "parcels", "held")[1:4] == [NEVER, 152, 163]
    assert _column(trace, "parcels", "second_begin")[2] == 500
    assert _column(trace, "parcels", "second_end")[2] == 511
    assert _column(trace, "parcels", "ready")[1:4] == [150, 520, NEVER]


def test_what_lies_at_or_after_the_end_does_not_happen():
    trace = run(_inputs(_site(), [_flight(0, 100)], end=170))
    assert _column(trace, "parcels", "sort_begin")[-1] == NEVER
    assert _column(trace, "ulds", "released") == [132, 140, NEVER]
    assert run(_inputs(_site(), [_flight(0, 100)], end=171)).tables["ulds"]["released"] == [132, 140, 170]


def test_a_flight_is_diverted_when_no_stand_is_free_in_time():
    flights = [_flight(0, 100), _flight(1, 101), _flight(2, 102)]
    # The stand is free at 165: exactly in time for the hold of 64 from 101, which the grant comes before.
    trace = run(_inputs(_site(longest_hold=64), flights))
    assert _column(trace, "flights", "aldt") == [100, 165, NEVER]
    assert _column(trace, "flights", "is_diverted") == [False, False, True]
    assert run(_inputs(_site(longest_hold=63), flights)).tables["flights"]["is_diverted"] == [False, True, False]


def test_nobody_lands_or_leaves_while_the_runway_is_closed():
    # Given a stand at 100, flight 0 lands at 120, and is turned round at 185: it leaves at 190, when flight 1 lands.
    site = _site(closures=((90, 120), (180, 190)), longest_hold=100)
    trace = run(_inputs(site, [_flight(0, 100), _flight(1, 102)]))
    assert _column(trace, "flights", "stand_given") == [100, 190]
    assert _column(trace, "flights", "aldt") == [120, 190]
    assert _column(trace, "flights", "turned_round") == [185, 255]
    assert _column(trace, "flights", "aobt") == [190, 255]
    held = dict(zip(_column(trace, "pools", "name"), _column(trace, "pools", "held_time"), strict=True))
    assert held["stands"] == (190 - 100) + (255 - 190)


def test_a_flight_before_a_closed_runway_is_diverted_at_its_longest_hold_and_its_stand_is_free_a_tick_later():
    # Flight 1 gives up at the same instant, 120, as flight 0, whose stand it does not see; flight 2 gets it.
    flights = [_flight(0, 100), _flight(1, 100), _flight(2, 102)]
    trace = run(_inputs(_site(closures=((90, 122),), longest_hold=20), flights))
    assert _column(trace, "flights", "is_diverted") == [True, True, False]
    assert _column(trace, "flights", "stand_given") == [100, NEVER, 121]
    assert _column(trace, "flights", "stand_free") == [121, NEVER, 122 + 65]
    assert _column(trace, "flights", "aldt") == [NEVER, NEVER, 122]
    # Opening at the last instant is in time.
    in_time = run(_inputs(_site(closures=((90, 120),), longest_hold=20), flights[:1]))
    assert _column(in_time, "flights", "aldt") == [120]


def test_held_truck_leaves_at_its_longest_hold_and_extra_trucks_relieve_the_floor():
    trace = run(_inputs(_site(least_fill=0.9, floor=4), [_flight(0, 100)]))
    # ULD 2 lacks floor from 145 until the refused parcel is gone (200) and a truck has left; at the round of 250
    # there is one partial load a route, and each calls a truck, which loads at 350.
    trucks = trace.tables["trucks"]
    assert trucks["called"] == [NEVER, 250, NEVER, 250]
    assert trucks["at_door"][1] == trucks["cut_off"][1] == 350
    # The floor is then enough from 380; the timetabled trucks wait for the round of 750: their longest hold is
    # over at 600.
    assert trace.tables["ulds"]["start"][2] == 380
    assert trace.tables["ulds"]["wait_floor"][2] == 380 - 145
    assert trucks["cut_off"][0] == trucks["cut_off"][2] == 750


class Shuffled(simpy.Environment):
    """Events of equal time and priority come in random order."""

    def __init__(self, seed):
        super().__init__()
        draw = random.Random(seed)
        self._eid = iter(draw.random, 2.0)


def _random_inputs(seed):
    draw = np.random.default_rng(seed)
    flights = [_flight(n, int(a), 3, 2, 40) for n, a in enumerate(np.sort(draw.integers(0, 900, 8)))]
    drawn = {}
    for flight in flights:
        cuts = np.sort(draw.integers(0, 41, 4))
        drawn[flight.number] = Parcels(
            first=np.array([0, *cuts, 40]),
            lane=draw.integers(0, 2, 40).astype(np.uint8),
            mass=draw.integers(1, 20, 40).astype(np.int32),
            volume=draw.integers(1, 20, 40).astype(np.int32),
            handling=draw.integers(1, 3, 40).astype(np.uint32),
            packing=draw.integers(1, 9, 40).astype(np.uint32),
            is_no_read=draw.random(40) < 0.2,
            is_non_conveyable=draw.random(40) < 0.2,
            channel=draw.integers(0, 6, 40).astype(np.uint8),
            release=draw.integers(0, 1500, 40),
            is_refused=draw.random(40) < 0.3,
            is_alarm=draw.random(40) < 0.3,
            is_uld_xrayed=draw.random(5) < 0.3,
        )
    calendars = (_calendar((0, 3), (300, 0), (333, 1), (800, 2)), _calendar((0, 1), (500, 0), (700, 3)))
    site = _site(
        stands=2, tugs=2, positions=3, stations=(2, 2), breakdown_workers=7, floor=90, inductions=3, service=1,
        calendars=calendars, longest_hold=300, handcoding=3, examination=3, dispatch_round=50, yard=6,
        extra_trucks_per_day=40, docking=5, loading=10, doors=3, dock_workers=3, cut_offs=tuple(range(0, 3000, 90)),
    )  # fmt: skip
    return _inputs(site, flights, 3000, lambda flight: drawn[flight.number])


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_events_of_one_phase_does_not_matter(seed):
    inputs = _random_inputs(seed)
    expected = run(inputs)
    assert sum(departed != NEVER for departed in _column(expected, "parcels", "departed")) > 20
    for shuffle in range(5):
        assert run(inputs, Shuffled(shuffle)) == expected


def test_machine_agrees_with_fractions():
    machine = Machine(simpy.Environment(), _calendar((0, 3), (10, 0), (20, 2), (30, 0)), 999)
    assert [machine.work(t) for t in (0, 10, 15, 21, 99)] == [0, 30, 30, 32, 50]
    assert machine.instant_reaching(29) == -(-Fraction(29, 3) // 1) == 10
    assert (machine.instant_reaching(30), machine.instant_after(30)) == (10, 20)
    assert (machine.instant_reaching(50), machine.instant_after(50)) == (30, 999)
    assert machine.instant_reaching(51) == 999


def test_what_is_told_is_plain():
    trace = run(_random_inputs(0))
    assert isinstance(trace, Trace)
    kinds = {type(value) for table in trace.tables.values() for column in table.values() for value in column}
    assert kinds == {int, bool, str}
