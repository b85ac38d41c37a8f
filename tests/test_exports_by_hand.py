"""A collection truck from its call to the departure of its parcels, by hand; exports where there is room for all."""

from dataclasses import replace

import numpy as np
import pytest
from by_hand import make_flight, make_inputs, make_site

from sim.domain.exports import (
    AircraftLimits,
    Collection,
    ExportInputs,
    ExportParcels,
    ExportSite,
    HallExports,
    UldLimits,
)
from sim.domain.parcels import Parcels
from sim.domain.site import DESKS
from sim.reference import run
from sim.reference.equality import vectorised_tables
from sim.reference.small_hubs import make
from sim.reference.small_numbers import draw
from sim.units import NEVER

PLENTY = 10_000
RULES = ExportSite(
    lanes=("X", "Y"), aircraft={"B777F": AircraftLimits((UldLimits(35, 100), UldLimits(25, 100)), 1000)},
    call_in=20, docking=6, workers_per_truck=1, screening=4, hand_sorting=12, build_up_round=50, build_up_fixed=10,
    build_up_parcel=2, workers_per_place=2, cut_off=150, close_out=30, doors_close=5, tugs=1, stack=2,
)  # fmt: skip
HALL = HallExports(
    doors=1, dock_workers=1, floor=6, screening_lines=1, hand_sorting_posts=1, places=1, workers=2, empty_ulds=0
)


def exporting(flights, rules=RULES, hall=HALL, *, lane=(0, 0, 0, 0, 0), is_presorted=False, **changes):
    """One truck of five parcels, timetabled at 10, beside flights with six parcels each."""
    site = make_site(**changes)
    site = replace(site, exports=rules, halls=(replace(site.halls[0], exports=hall),))
    truck = Collection(0, "C0", (0,), 10, 0, 5, is_presorted, True)
    cargo = ExportParcels(
        lane=np.array(lane, dtype=np.uint8),
        mass=np.full(5, 10, dtype=np.int32),
        volume=np.full(5, 10, dtype=np.int32),
        handling=np.array([3, 2, 5, 1, 6], dtype=np.uint32),
        is_no_read=np.array([False, False, True, False, False]),
        is_non_conveyable=np.array([False, True, False, True, False]),
    )
    return replace(make_inputs(site, flights), exports=ExportInputs((truck,), lambda _: cargo, lambda _: True))


@pytest.fixture(params=["reference", "vectorised"])
def tables_of(request):
    return vectorised_tables if request.param == "vectorised" else lambda inputs: run(inputs).tables


def test_one_collection_by_hand(tables_of):
    tables = tables_of(exporting([make_flight(0, 100, sobt=400)]))
    # Room for five of six: called at once, there 20 later, and unloaded from 36. The last parcel's screening begins at
    # 55, when the door is free.
    (truck,) = rows(tables["collections"])
    assert (truck["called"], truck["arrived"], truck["docked"]) == (10, 30, 30)
    assert (truck["unloading_start"], truck["unloaded"], truck["released"]) == (36, 53, 55)
    parcels = tables["out_parcels"]
    assert parcels["handled"] == [39, 41, 46, 47, 53]
    # One line, 4 each: all but the first wait for the one before, and only row 2 comes a tick early.
    assert parcels["screen_begin"] == [39, 43, 47, 51, 55]
    assert parcels["screen_end"] == [43, 47, 51, 55, 59]
    # Rows 0, 2 and 4 go to the machine, 3 each; row 2 cannot be read, and is typed in for 20 and carried for 9. Rows 1
    # and 3 go to the post for sorting by hand, one after the other, 12 each, and are carried for 9.
    assert parcels["sort_begin"] == [43, NEVER, 51, NEVER, 59]
    assert parcels["sort_end"] == [46, NEVER, 54, NEVER, 62]
    assert parcels["code_begin"] == [NEVER, NEVER, 54, NEVER, NEVER]
    assert parcels["code_end"] == [NEVER, NEVER, 74, NEVER, NEVER]
    assert parcels["hand_begin"] == [NEVER, 47, NEVER, 59, NEVER]
    assert parcels["hand_end"] == [NEVER, 59, NEVER, 71, NEVER]
    assert parcels["ready"] == [46, 68, 83, 80, 62]
    # In the round at 50 the only one ready fits into a ULD. At 100 five do not, and rows 0, 4 and 1 are as much as 35 g
    # take. Rows 3 and 2 are formed at the cut-off, 400 - 150.
    assert parcels["formed"] == [100, 100, 250, 250, 100]
    first, last = rows(tables["out_ulds"])
    assert (first["formed"], first["n_parcels"], first["mass"], first["deck"]) == (100, 3, 30, 0)
    assert (last["formed"], last["n_parcels"], last["mass"], last["deck"]) == (250, 2, 20, 0)
    # The first empty ULD is there when break-down is rid of an import's, at 132: built 10 + 3 * 2 later. The last is
    # begun at once.
    assert (first["start"], first["built"]) == (132, 148)
    assert (last["start"], last["built"]) == (250, 264)
    assert rows(tables["out_loads"], "sequence", "collection", "n_parcels") == [(0, 0, 3), (1, 0, 2)]
    # Unloaded since 133, the flight takes its load at 400 - 30. Both ULDs are on the train that is there at 377; of
    # three empty ones one is left over, goes on the lower deck with the same tug, which is back at 395, and is there
    # at 402. Its loader takes 6 and the doors 5, so that the aircraft is 13 late.
    assert (first["taken"], first["loaded"], first["departed"]) == (370, 381, 413)
    assert (last["taken"], last["loaded"], last["departed"]) == (370, 385, 413)
    trains = rows(tables["out_trains"], "deck", "n_positions", "granted", "at_aircraft", "emptied", "returned")
    assert trains == [(0, 2, 370, 377, 385, 395), (1, 1, 395, 402, 408, 418)]
    (flight,) = rows(tables["flights"])
    assert (flight["unloading_end"], flight["loading_start"], flight["loading_end"]) == (133, 370, 413)
    assert (flight["turned_round"], flight["aobt"]) == (413, 413)
    assert (flight["n_ulds_out"], flight["n_parcels_out"]) == (2, 5)
    assert (flight["n_empties_out"], flight["n_missed_out"]) == (1, 0)
    assert parcels["departed"] == [413] * 5
    # The floor is the parcels' from the call until their ULD is built; the crew stays with its flight.
    held = dict(zip(tables["pools"]["name"], tables["pools"]["held_time"], strict=True))
    assert held["export_floor"] == 3 * (148 - 10) + 2 * (264 - 10)
    assert (held["doors_in"], held["dock_workers_in"]) == (25, 25)
    assert (held["screening_lines"], held["hand_sorting_posts"]) == (5 * 4, 2 * 12)
    assert (held["build_up_places"], held["build_up_workers"]) == (16 + 14, 2 * (16 + 14))
    assert held["outbound_tugs"] == 25 + 23
    assert held["loader_sets"] == 413 - 108
    # What comes in is as without exports.
    alone = tables_of(make_inputs(make_site(), [make_flight(0, 100)]))
    assert tables["parcels"] == alone["parcels"]
    assert tables["ulds"] == alone["ulds"]


def test_who_is_ready_after_the_cut_off_misses_the_flight(tables_of):
    # The cut-off of a flight at 230 is 80: row 3, ready then, is on its last ULD, and row 2, ready at 83, is not. The
    # only place builds the one from 132, as above, and the other from 148.
    tables = tables_of(exporting([make_flight(0, 100, sobt=230)]))
    assert rows(tables["out_ulds"], "formed", "n_parcels", "start", "built", "taken") == [
        (80, 3, 132, 148, 200), (80, 1, 148, 160, 200),
    ]  # fmt: skip
    (flight,) = rows(tables["flights"])
    assert (flight["n_parcels_out"], flight["n_missed_out"]) == (4, 1)
    assert tables["collections"]["n_missed"] == [1]
    parcels = tables["out_parcels"]
    assert (parcels["formed"][2], parcels["departed"][2]) == (NEVER, NEVER)


def test_loading_begins_after_the_offload(tables_of):
    # Off-block at 130 is planned too early: the offload ends at 133, and only then does the crew load.
    tables = tables_of(exporting([make_flight(0, 100, sobt=130)], replace(RULES, cut_off=35)))
    (flight,) = rows(tables["flights"])
    assert (flight["unloading_end"], flight["loading_start"]) == (133, 133)
    # At the cut-off, 95, all five are formed; one empty ULD came at 132, and nothing is built by 133.
    assert rows(tables["out_ulds"], "formed", "start", "taken") == [(95, 132, NEVER), (95, 148, NEVER)]
    assert (flight["n_ulds_out"], flight["n_missed_out"]) == (0, 5)
    # No empty one is left, so there is nothing to load: closed at 138, turned round at 105 + 60.
    assert (flight["n_empties_out"], flight["loading_end"], flight["aobt"]) == (0, 138, 165)


def test_an_export_that_misses_two_flights_counts_once(tables_of):
    # The first flight leaves all five behind, as above. The second has one position on the main deck, and leaves the
    # two of the last ULD behind once more. Nobody takes those.
    flights = [make_flight(0, 100, sobt=130), make_flight(1, 300, 1, 2, sobt=500)]
    tables = tables_of(exporting(flights, replace(RULES, cut_off=35)))
    assert rows(tables["flights"], "n_parcels_out", "n_missed_out") == [(0, 5), (3, 2)]
    assert tables["collections"]["n_missed"] == [5]


def test_a_parcel_of_a_destination_without_flights_is_never_built_up(tables_of):
    tables = tables_of(exporting([make_flight(0, 100, sobt=400)], lane=(0, 0, 1, 0, 0)))
    assert rows(tables["out_ulds"], "lane", "n_parcels") == [(0, 3), (0, 1)]
    assert tables["out_parcels"]["ready"][2] == 83
    assert tables["out_parcels"]["departed"][2] == NEVER
    assert tables["flights"]["n_missed_out"] == tables["collections"]["n_missed"] == [0]


AMPLE_HALL = HallExports(*[PLENTY] * 8)
AMPLE_RULES = replace(RULES, tugs=PLENTY, aircraft={"B777F": AircraftLimits((UldLimits(PLENTY, PLENTY),) * 2, PLENTY)})


def test_where_there_is_room_for_all_the_time_of_exports_is_the_sum_of_their_services(tables_of):
    """The cut-off comes when the last parcel is ready, the load is taken when it is built, and the aircraft leaves."""
    # Presorted: ready after the call, the way, docking, handling and screening; then one ULD is built.
    ready = 10 + 20 + 6 + (3 + 2 + 5 + 1 + 6) + 4
    built = ready + 10 + 5 * 2
    rules = replace(AMPLE_RULES, cut_off=21, close_out=1)
    flight = make_flight(0, 0, 1, 0, 0, sobt=ready + 21)
    inputs = replace(exporting([flight], rules, AMPLE_HALL, is_presorted=True, turnaround=1), parcels_of=no_parcels)
    parcels = tables_of(inputs)["out_parcels"]
    assert parcels["ready"][-1] == parcels["formed"][-1] == ready
    # From the hall 7, on board 4, doors 5.
    assert parcels["departed"] == [built + 7 + 4 + 5] * 5
    # Not presorted, each parcel goes its own way.
    inputs = replace(exporting([flight], rules, AMPLE_HALL), parcels_of=no_parcels)
    screened = [10 + 20 + 6 + handled + 4 for handled in (3, 5, 10, 11, 17)]
    services = 3, 12 + 9, 3 + 20 + 9, 12 + 9, 3
    expected = [at + service for at, service in zip(screened, services, strict=True)]
    assert tables_of(inputs)["out_parcels"]["ready"] == expected


def no_parcels(flight):
    """An aircraft with one empty ULD."""
    none = {name: np.zeros(0, dtype=np.int64) for name in ("lane", "mass", "volume", "handling", "packing", "release")}
    flags = ("is_no_read", "is_non_conveyable", "is_refused", "is_alarm")
    return Parcels(
        first=np.array([0, 0]),
        channel=np.zeros(0, dtype=np.uint8),
        is_uld_xrayed=np.zeros(1, dtype=bool),
        **none,
        **{name: np.zeros(0, dtype=bool) for name in flags},
    )


def test_where_there_is_room_for_all_nothing_of_exports_waits():
    n_parcels = 0
    for seed in range(16):
        inputs = make(replace(draw(seed), n_collections=6, has_roster=False))
        assert inputs.site.exports is not None
        desks = dict.fromkeys(DESKS, PLENTY)
        halls = tuple(replace(hall, exports=AMPLE_HALL, desks=desks) for hall in inputs.site.halls)
        site = replace(inputs.site, halls=halls, exports=replace(inputs.site.exports, tugs=PLENTY))
        tables = vectorised_tables(replace(inputs, site=site))
        for table, before, then in (
            ("collections", "scheduled", "called"),
            ("collections", "arrived", "docked"),
            ("collections", "unloaded", "released"),
            ("out_parcels", "handled", "screen_begin"),
            ("out_parcels", "screen_end", "hand_begin"),
            ("out_parcels", "sort_end", "code_begin"),
            ("out_ulds", "formed", "start"),
        ):
            waited = [one != other for one, other in rows(tables[table], before, then) if other != NEVER]
            assert not any(waited), (seed, then)
            n_parcels += len(waited) if then == "screen_begin" else 0
        taken = dict(rows(tables["flights"], "number", "loading_start"))
        assert all(taken[number] == granted for number, granted in rows(tables["out_trains"], "flight", "granted"))
    assert n_parcels > 300


def rows(table, *names):
    """The rows of a table: of all columns, or as tuples of some."""
    if names:
        return list(zip(*(table.get(name, []) for name in names), strict=True))
    return [dict(zip(table, values, strict=True)) for values in zip(*table.values(), strict=True)]
