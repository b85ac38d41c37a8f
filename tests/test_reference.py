import random
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import simpy
from by_hand import column_of, make_calendar, make_flight, make_inputs, make_parcels, make_site

from sim.domain.parcels import Parcels
from sim.reference import COLUMNS, Trace, run
from sim.reference.equality import vectorised_tables
from sim.reference.machine import Machine
from sim.units import NEVER


def test_one_flight_by_hand():
    trace = run(make_inputs(make_site(), [make_flight(0, 100)]))
    assert {table: list(columns) for table, columns in trace.tables.items()} == {
        table: [*columns] for table, columns in COLUMNS.items()
    }
    # In block at 105, unloading from 108. The lower deck's only ULD waits for the tug, which has left at 116, reached
    # the hall at 126, is rid of both its ULDs at once, and is back at 133.
    assert column_of(trace, "ulds", "lifted") == [112, 116, 114]
    assert column_of(trace, "ulds", "on_train") == [112, 116, 133]
    assert column_of(trace, "trains", "granted") == [112, 133]
    assert column_of(trace, "trains", "returned") == [133, 150]
    assert column_of(trace, "flights", "unloading_end") == [133]
    assert column_of(trace, "flights", "aobt") == [165]
    # ULD 0: row 0 is handled at 129, row 1 at 130 and served when row 0 is done, at 132.
    assert column_of(trace, "ulds", "placed") == [126, 126, 143]
    assert column_of(trace, "ulds", "start") == [128, 132, 145]
    assert column_of(trace, "ulds", "end") == [130, 140, 149]
    assert column_of(trace, "ulds", "released") == [132, 140, 170]
    assert column_of(trace, "ulds", "wait_station") == [0, 4, 0]
    # ULD 2: row 4 is served from 147; the outage from 150 begins when it ends, and then one induction of two works:
    # row 5, handled at 149, is begun at 170 and takes 6.
    assert column_of(trace, "parcels", "handled") == [129, 130, 136, 140, 147, 149]
    assert column_of(trace, "parcels", "sort_begin") == [129, 132, 136, 140, 147, 170]
    assert column_of(trace, "parcels", "sort_end") == [132, 135, 139, 143, 150, 176]
    assert column_of(trace, "parcels", "code_end") == [152] + [NEVER] * 5
    # Row 2 is released at 450 and leaves the zone at 500. Rows 3 and 4 are examined one after the other and leave at
    # 200 and, as 173 + 30 is past 200, at 300. Row 5 was released before it was read.
    assert column_of(trace, "parcels", "held") == [NEVER, NEVER, 139, 143, 150, NEVER]
    assert column_of(trace, "parcels", "exam_begin") == [NEVER, NEVER, NEVER, 143, 173, NEVER]
    assert column_of(trace, "parcels", "freed") == [NEVER, NEVER, 500, 200, 300, NEVER]
    assert column_of(trace, "parcels", "second_end") == [NEVER, NEVER, 506, NEVER, 306, NEVER]
    assert column_of(trace, "parcels", "ready") == [161, 135, 506, NEVER, 306, 176]
    assert column_of(trace, "parcels", "is_refused_gone") == [False, False, False, True, False, False]
    # Trucks at 40 do not run. Those at 400 find two of four parcels of their route: enough. The one of A misses row 2.
    assert column_of(trace, "trucks", "route") == [0, 1]
    assert column_of(trace, "trucks", "sequence") == [1, 1]
    assert column_of(trace, "trucks", "arrived") == [350, 350]
    assert column_of(trace, "trucks", "cut_off") == [400, 400]
    assert column_of(trace, "trucks", "departed") == [430, 430]
    assert column_of(trace, "trucks", "n_missed") == [1, 0]
    # Row 2 is not ready for it, so that it misses nothing.
    assert column_of(trace, "trucks", "n_missed_before") == [0, 0]
    assert column_of(trace, "loads", "n_parcels") == [2, 2]
    assert column_of(trace, "parcels", "departed") == [430, 430, NEVER, NEVER, 430, 430]
    held = dict(zip(column_of(trace, "pools", "name"), column_of(trace, "pools", "held_time"), strict=True))
    assert held["stands"] == 65
    assert held["tugs"] == 21 + 17
    assert held["stations"] == 4 + 8 + 25
    assert held["doors"] == 2 * 80


@pytest.mark.parametrize("tables_of", [lambda inputs: run(inputs).tables, vectorised_tables])
def test_a_sorted_parcel_rides_to_its_chute_by_hand(tables_of):
    at_once, riding = (
        tables_of(make_inputs(make_site(to_chute=to_chute), [make_flight(0, 100)])) for to_chute in (0, 7)
    )
    # Machine and stations do not wait for it.
    assert riding["ulds"] == at_once["ulds"]
    parcels = riding["parcels"]
    assert parcels["sort_begin"] == at_once["parcels"]["sort_begin"]
    # Row 4 rides on in the outage from 150.
    assert parcels["sort_end"] == [132 + 7, 135 + 7, 139 + 7, 143 + 7, 150 + 7, 176 + 7]
    assert parcels["code_begin"] == [139] + [NEVER] * 5
    # Their status is read at their chute; row 4 is examined after row 3.
    assert parcels["held"] == [NEVER, NEVER, 146, 150, 157, NEVER]
    assert parcels["exam_begin"] == [NEVER, NEVER, NEVER, 150, 180, NEVER]
    assert parcels["freed"] == [NEVER, NEVER, 500, 200, 300, NEVER]
    assert parcels["second_end"] == [NEVER, NEVER, 506 + 7, NEVER, 306 + 7, NEVER]
    assert parcels["ready"] == [139 + 20 + 9, 142, 513, NEVER, 313, 183]


@pytest.mark.parametrize("tables_of", [lambda inputs: run(inputs).tables, vectorised_tables])
def test_chutes_that_lead_to_a_machine_by_hand(tables_of):
    """Both routes of machine 0, on which all ULDs are sorted, go on to machine 1, which has no outage."""
    calendars = (make_calendar((0, 2), (150, 0), (170, 1)), make_calendar((0, 2)))
    site = make_site(stations=(1, 1), calendars=calendars, chute_of=(0, 1, NEVER, NEVER), leads_to=(1, 1))
    parcels = tables_of(make_inputs(site, [make_flight(0, 100)]))["parcels"]
    assert parcels["sort_end"] == [132, 135, 139, 143, 150, 176]
    # Rows 1 and 5 are taken on in the round of 200, and served one after the other. Row 0 was coded by hand, and is
    # carried past machine 1; rows 2 and 4 come there from the hold zone, and row 3 is refused.
    assert parcels["freed"] == [NEVER, 200, 500, 200, 300, 200]
    assert parcels["second_begin"] == [NEVER, 200, 500, NEVER, 300, 203]
    assert parcels["second_end"] == [NEVER, 203, 503, NEVER, 303, 206]
    assert parcels["ready"] == [161, 203, 503, NEVER, 303, 206]


@pytest.mark.parametrize("tables_of", [lambda inputs: run(inputs).tables, vectorised_tables])
def test_customs_may_still_release_what_rides_to_its_chute(tables_of):
    """Row 2's service ends at 139."""
    for to_chute, held in ((0, 139), (9, 148), (10, NEVER)):

        def parcels_of(flight):
            return replace(make_parcels(flight), release=np.array([0, 0, 149, 0, 0, 20]))

        inputs = make_inputs(make_site(to_chute=to_chute), [make_flight(0, 100)], parcels_of=parcels_of)
        assert tables_of(inputs)["parcels"]["held"][2] == held


def test_controls_by_hand():
    """ULD 0 is X-rayed as a whole; row 2 is in transit, rows 3 and 4 are X-rayed, and 4 raises an alarm."""

    def parcels(flight):
        channel = np.array([0, 0, 5, 4, 4, 2], dtype=np.uint8)
        is_alarm, is_xrayed = np.arange(6) == 4, np.arange(3) == 0
        is_refused = np.array([False, True, False, False, True, False])
        return replace(
            make_parcels(flight), channel=channel, is_alarm=is_alarm, is_uld_xrayed=is_xrayed, is_refused=is_refused
        )

    trace = run(make_inputs(make_site(), [make_flight(0, 100)], parcels_of=parcels))
    # ULD 0 is in the machine from 128 to 134, and ULD 1 overtakes it: it has the station until 136.
    assert column_of(trace, "ulds", "xray_begin") == [128, NEVER, NEVER]
    assert column_of(trace, "ulds", "xray_end") == [134, NEVER, NEVER]
    assert column_of(trace, "ulds", "start") == [136, 128, 145]
    assert column_of(trace, "parcels", "handled") == [137, 138, 132, 136, 147, 149]
    assert column_of(trace, "parcels", "sort_end") == [142, 145, 135, 139, 150, 176]
    assert column_of(trace, "parcels", "transit_begin") == [NEVER, NEVER, 135, NEVER, NEVER, NEVER]
    assert column_of(trace, "parcels", "xray_begin") == [NEVER, NEVER, NEVER, 139, 150, NEVER]
    assert column_of(trace, "parcels", "exam_begin") == [NEVER, NEVER, NEVER, NEVER, 160, NEVER]
    assert column_of(trace, "parcels", "freed") == [NEVER, NEVER, 200, 200, 200, NEVER]
    assert column_of(trace, "parcels", "is_refused_gone") == [False, False, False, False, True, False]


def test_pack_out_by_hand():
    """Route A has two posts, route B one; the machine's chute of A gets rows 1, 0, 5 and 3's hold: see below."""
    site = make_site(packout_posts=(2, 1), packout_calendar=make_calendar((0, 3), (180, 0), (190, 3)))
    trace = run(make_inputs(site, [make_flight(0, 100)]))
    # Route A: row 0 comes coded at 161 and takes the first post until 166, row 5 at 176 the second, where it needs 1;
    # row 2 comes back at 506 to the first. Route B: row 1 at 135 until 139, row 4 at 306 until 313.
    assert column_of(trace, "parcels", "pack_begin") == [161, 135, 506, NEVER, 306, 176]
    assert column_of(trace, "parcels", "ready") == [166, 139, 509, NEVER, 313, 177]
    row = {name: values[0] for name, values in trace.tables["packout"].items()}
    assert row == {"hall": 0, "posts": 3, "n_units": 5, "fullest": 1, "fullest_at": 135, "machine": 0, "route": 1}
    # Nobody is there from 163 to 200: row 0 is done 3 later than 200, and row 5 waits at the other post until 200.
    site = make_site(packout_posts=(2, 1), packout_calendar=make_calendar((0, 3), (163, 0), (200, 1)))
    trace = run(make_inputs(site, [make_flight(0, 100)]))
    assert column_of(trace, "parcels", "pack_begin") == [161, 135, 506, NEVER, 306, 200]
    assert column_of(trace, "parcels", "ready") == [209, 139, 515, NEVER, 327, 203]
    assert (trace.tables["packout"]["fullest"], trace.tables["packout"]["fullest_at"]) == ([2], [176])


def test_manual_sort_by_hand():
    """Rows 1, 2 and 3 go to one post, where each takes 11: handled at 130, 136 and 138."""

    def parcels(flight):
        return replace(make_parcels(flight), is_non_conveyable=np.array([False, True, True, True, False, False]))

    trace = run(make_inputs(make_site(), [make_flight(0, 100)], parcels_of=parcels))
    # ULD 0 leaves its station when row 1 is handled, as row 0 was inducted before; ULD 1 has nothing for the machine.
    assert column_of(trace, "ulds", "end")[:2] == [130, 138]
    assert column_of(trace, "ulds", "released")[:2] == [130, 138]
    assert column_of(trace, "parcels", "handled")[:4] == [129, 130, 134, 138]
    assert column_of(trace, "parcels", "sort_begin")[:4] == [129, 130, 141, 152]
    assert column_of(trace, "parcels", "sort_end")[:4] == [132, 141, 152, 163]
    # Row 1 is ready 9 later. Row 2 is released at 450, fetched at 500 and sorted once more by hand.
    assert column_of(trace, "parcels", "held")[1:4] == [NEVER, 152, 163]
    assert column_of(trace, "parcels", "second_begin")[2] == 500
    assert column_of(trace, "parcels", "second_end")[2] == 511
    assert column_of(trace, "parcels", "ready")[1:4] == [150, 520, NEVER]


def test_what_lies_at_or_after_the_end_does_not_happen():
    trace = run(make_inputs(make_site(), [make_flight(0, 100)], end=170))
    assert column_of(trace, "parcels", "sort_begin")[-1] == NEVER
    assert column_of(trace, "ulds", "released") == [132, 140, NEVER]
    assert run(make_inputs(make_site(), [make_flight(0, 100)], end=171)).tables["ulds"]["released"] == [132, 140, 170]


def test_a_flight_is_diverted_when_no_stand_is_free_in_time():
    flights = [make_flight(0, 100), make_flight(1, 101), make_flight(2, 102)]
    # The stand is free at 165: exactly in time for the hold of 64 from 101, which the grant comes before.
    trace = run(make_inputs(make_site(longest_hold=64), flights))
    assert column_of(trace, "flights", "aldt") == [100, 165, NEVER]
    assert column_of(trace, "flights", "is_diverted") == [False, False, True]
    assert run(make_inputs(make_site(longest_hold=63), flights)).tables["flights"]["is_diverted"] == [
        False,
        True,
        False,
    ]


def test_nobody_lands_or_leaves_while_the_runway_is_closed():
    # Given a stand at 100, flight 0 lands at 120, and is turned round at 185: it leaves at 190, when flight 1 lands.
    site = make_site(closures=((90, 120), (180, 190)), longest_hold=100)
    trace = run(make_inputs(site, [make_flight(0, 100), make_flight(1, 102)]))
    assert column_of(trace, "flights", "stand_given") == [100, 190]
    assert column_of(trace, "flights", "aldt") == [120, 190]
    assert column_of(trace, "flights", "turned_round") == [185, 255]
    assert column_of(trace, "flights", "aobt") == [190, 255]
    held = dict(zip(column_of(trace, "pools", "name"), column_of(trace, "pools", "held_time"), strict=True))
    assert held["stands"] == (190 - 100) + (255 - 190)


def test_a_flight_before_a_closed_runway_is_diverted_at_its_longest_hold_and_its_stand_is_free_a_tick_later():
    # Flight 1 gives up at the same instant, 120, as flight 0, whose stand it does not see; flight 2 gets it.
    flights = [make_flight(0, 100), make_flight(1, 100), make_flight(2, 102)]
    trace = run(make_inputs(make_site(closures=((90, 122),), longest_hold=20), flights))
    assert column_of(trace, "flights", "is_diverted") == [True, True, False]
    assert column_of(trace, "flights", "stand_given") == [100, NEVER, 121]
    assert column_of(trace, "flights", "stand_free") == [121, NEVER, 122 + 65]
    assert column_of(trace, "flights", "aldt") == [NEVER, NEVER, 122]
    # Opening at the last instant is in time.
    in_time = run(make_inputs(make_site(closures=((90, 120),), longest_hold=20), flights[:1]))
    assert column_of(in_time, "flights", "aldt") == [120]


def test_held_truck_leaves_at_its_longest_hold_and_extra_trucks_relieve_the_floor():
    trace = run(make_inputs(make_site(least_fill=0.9, floor=4), [make_flight(0, 100)]))
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
    flights = [make_flight(n, int(a), 3, 2, 40) for n, a in enumerate(np.sort(draw.integers(0, 900, 8)))]
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
    calendars = (make_calendar((0, 3), (300, 0), (333, 1), (800, 2)), make_calendar((0, 1), (500, 0), (700, 3)))
    site = make_site(
        stands=2, tugs=2, positions=3, stations=(2, 2), breakdown_workers=7, floor=90, inductions=3, service=1,
        calendars=calendars, longest_hold=300, handcoding=3, examination=3, trucks_round=50, yard=6,
        extra_per_day=40, docking=5, loading=10, doors=3, dock_workers=3, cut_offs=tuple(range(0, 3000, 90)),
    )  # fmt: skip
    return make_inputs(site, flights, 3000, lambda flight: drawn[flight.number])


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_events_of_one_phase_does_not_matter(seed):
    inputs = _random_inputs(seed)
    expected = run(inputs)
    assert sum(departed != NEVER for departed in column_of(expected, "parcels", "departed")) > 20
    for shuffle in range(5):
        assert run(inputs, Shuffled(shuffle)) == expected


def test_machine_agrees_with_fractions():
    machine = Machine(simpy.Environment(), make_calendar((0, 3), (10, 0), (20, 2), (30, 0)), 999)
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
