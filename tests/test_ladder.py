"""The capacity ladder of exports and of customs' controls: by hand, beside what is in use, and switched off."""

import math
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import sim
from experiments.composition import load
from experiments.designs.design import Design
from experiments.replications.summing import design_row
from experiments.studies.sure.worlds import Screened
from sim.inputs.flight_work import exports_on_machines, loader_min
from sim.inputs.inputs import make_inputs
from sim.inputs.traffic import daily_parcels, measured_parcels
from sim.measures.kpis import ALL_RESOURCES, CUSTOMS_RESOURCES, EXPORT_RESOURCES, RESOURCES
from sim.measures.ladder import capacity_ladder, packout_rung

IMPORTS = ("exports=none", "customs=low_value", "halls.main.packout_posts=0", "halls.main.manual_sort_posts=0",
           "parcels.non_conveyable_share=0")  # fmt: skip
EXPORTS = (*IMPORTS[1:], "exports=one_fifth")


def rates(config, kpis):
    return {name: rung.parcels_per_day for name, rung in capacity_ladder(config, kpis).items()}


MEASURED = {"parcels_per_day": 390_000.0, "broken_down_per_day": 410_000.0, "utilisation_floor": 0.25,
            "exports_per_day": 80_000.0, "exports_called_per_day": 120_000.0,
            "utilisation_export_floor": 0.5, "utilisation_empty_ulds": 0.5, "utilisation_customs_hold": 0.1,
            "examined_share": 0.01, "xrayed_share": 0.02, "transit_share": 0.05}  # fmt: skip


def test_what_is_switched_off_has_no_rung() -> None:
    ladder = rates(load("liege_30k", *IMPORTS), MEASURED)
    assert not {*ladder} & {*EXPORT_RESOURCES, *CUSTOMS_RESOURCES}
    assert {*ladder} == {*RESOURCES} - {"positions", "packout_posts", "manual_sort_posts"}
    config = load("liege_30k", *IMPORTS)
    alone = rates(config, {})
    assert alone["stands"] == 6 * 1440 / (6 + 240) * 115_000
    assert alone["loader_sets"] == pytest.approx(2 * 1440 / (27 * 1.75) * 115_000)
    assert exports_on_machines(config) == 0
    assert loader_min(config, 240) == loader_min(config, 600) == 47.25
    assert "floor" not in alone  # how long floor is kept is not known beforehand
    assert ladder["floor"] == pytest.approx(400_000 / 0.25)
    whole_ulds = load("liege_30k", *IMPORTS, "presorted=ulds")
    assert rates(whole_ulds, MEASURED)["floor"] == pytest.approx(400_000 / 0.25)
    # An aircraft that could be turned round sooner stays until its 27 ULDs are unloaded, from 15 min on (rule 5).
    short = rates(load("liege_30k", *IMPORTS, "apron.turnaround_min=40"), {})
    assert short["stands"] == pytest.approx(6 * 1440 / (6 + 15 + 47.25) * 115_000)


def test_a_floor_that_still_fills_is_not_the_bottleneck() -> None:
    """In a run that starts empty, few of the parcels that came have left."""
    fills = MEASURED | {"broken_down_per_day": 120_000.0, "parcels_per_day": 4_000.0, "utilisation_floor": 0.08,
                        "exports_called_per_day": 50_000.0, "exports_per_day": 1_000.0,
                        "utilisation_export_floor": 0.1}  # fmt: skip
    ladder = rates(load("liege_30k", *EXPORTS), fills)
    assert ladder["floor"] == pytest.approx(62_000 / 0.08)
    assert ladder["export_floor"] == pytest.approx(25_500 / 0.1 / (0.2 / 0.8))
    assert min(ladder, key=ladder.__getitem__) not in {"floor", "export_floor"}
    full = MEASURED | {"broken_down_per_day": 90_000.0, "parcels_per_day": 90_000.0, "utilisation_floor": 1.0}
    assert rates(load("liege_30k", *EXPORTS), full)["floor"] == pytest.approx(90_000)


def test_rungs_of_a_file_are_for_its_mean_flight(tmp_path: Path) -> None:
    (path := tmp_path / "flights.csv").write_text(
        "flight,sibt,parcels\nA,2022-09-05 02:00,9000\nB,2022-09-08 02:00,14000\n"
    )
    alike, small = (
        load("liege_30k", *IMPORTS, *words) for words in ((), ("arrivals=file", f"arrivals.schedule={path}"))
    )
    times = {name: rung / rates(alike, {})[name] for name, rung in rates(small, {}).items()}
    # All ULDs of the aircraft are lifted and brought, whatever is on them.
    assert [times.pop(name) for name in ("stands", "loader_sets", "tugs")] == pytest.approx([0.1] * 3)
    assert [*times.values()] == pytest.approx([1.0] * len(times))


def test_rungs_of_a_file_are_for_the_aircraft_that_it_names(tmp_path: Path) -> None:
    """Two flights in three are large, whatever the shares of the fleet; the small type carries no mean flight."""
    (path := tmp_path / "flights.csv").write_text(
        "flight,sibt,aircraft,parcels\nA,2022-09-05 02:00,b777f,100000\nB,2022-09-06 02:00,small,2000\n"
        "C,2022-09-08 02:00,b777f,90000\n"
    )
    deck = "{ulds: %d, parcels: 1000, m3: 18, kg: 6000}"
    small = f"{{share: 0.5, main_deck: {deck % 4}, lower_deck: {deck % 0}, payload_t: 1.7}}"
    fleet = (f"+fleet.small={small}", "fleet.b777f.share=0.5", "arrivals=file", f"arrivals.schedule={path}")
    config = load("liege_30k", *IMPORTS, *fleet)
    apron, ladder = config.apron, rates(config, {})
    assert ladder["stands"] == pytest.approx(apron.stands * 1440 / (apron.taxi_in_min + apron.turnaround_min) * 64_000)
    lifts = (2 * 27 + 4) / 3 * apron.main_deck_uld_min
    assert ladder["loader_sets"] == pytest.approx(apron.loader_sets * 1440 / lifts * 64_000)
    assert daily_parcels(config) * config.horizon_days == pytest.approx(192_000, rel=1e-4)


def test_rungs_of_the_apron_are_for_the_time_to_the_scheduled_departure(tmp_path: Path) -> None:
    """With exports an aircraft stays until its off-block, and the loader set with it (rules 29 and 31)."""
    (path := tmp_path / "flights.csv").write_text(
        "flight,sibt,sobt\nA,2022-09-05 02:00,2022-09-05 12:00\nB,2022-09-08 02:00,\n"
    )
    config = load("liege_30k", *EXPORTS, "arrivals=file", f"arrivals.schedule={path}")
    ladder, usual = (rates(each, {}) for each in (config, load("liege_30k", *EXPORTS)))
    stays = [1440 * n * 115_000 / usual[name] for name, n in (("stands", 6), ("loader_sets", 2))]
    for name, n, stay in zip(("stands", "loader_sets"), (6, 2), stays, strict=True):
        assert ladder[name] == pytest.approx(n * 1440 / (stay + (600 - 240) / 2) * 115_000)
    without = (load("liege_30k", *IMPORTS, *words) for words in ((), ("arrivals=file", f"arrivals.schedule={path}")))
    assert len({rates(each, {})["stands"] for each in without}) == 1


def test_aircraft_that_leave_in_a_wave_take_their_stands_and_loaders_until_then() -> None:
    config = load("regional_gateway", "horizon_days=3", "warmup_days=2")
    kpis = sim.simulate(config).kpis
    ladder = rates(config, kpis)
    for name in ("stands", "loader_sets"):
        assert kpis["parcels_per_day"] / kpis[f"utilisation_{name}"] == pytest.approx(ladder[name], rel=0.03)


@pytest.mark.parametrize(("goods", "in_bag", "by_hand"), [("none", 1, 0.03), ("bags", 25, 0.0)])
def test_rungs_of_imports_are_what_there_is_over_what_a_parcel_takes_of_it(
    goods: str, in_bag: int, by_hand: float
) -> None:
    config = load("liege_30k", "exports=none", "customs=low_value", f"presorted={goods}")
    twice, up = 1 + config.customs.second_pass_share, 8 / (8 + 10 / 60)
    expected = {
        "stands": 6 * 1440 / (6 + 240) * 115_000,
        "loader_sets": 2 * 1440 / (27 * 1.75) * 115_000,
        # Six trains of the main deck's 27 and two of the lower deck's ten; the first ULD of each is lifted before.
        "tugs": 2 * 1440 / (8 * 10 + 21 * 1.75 + 8 * 2) * 115_000,
        "stations": 12 * 1440 * {"none": 3520 / 45, "bags": 25 / 0.1875}[goods],
        "machines": 2 * 15_000 * 0.85 * up * 24 * in_bag / twice / (1 - by_hand),
        "handcoding_desks": 4 * 120 * 24 * in_bag / 0.02 / (1 - by_hand),
        "packout_posts": 26 * 900 * 24 * in_bag / (1 - by_hand),
        "doors": 30 * 1440 / (15 + 45) * (7920 // in_bag * in_bag),
    }
    if by_hand:
        expected["manual_sort_posts"] = 4 * 200 * 24 / by_hand / twice
    assert rates(config, {}) == pytest.approx(expected)


def test_rungs_of_exports_are_imports_that_bring_as_many_as_the_resource_passes() -> None:
    ladder = rates(load("liege_30k", *EXPORTS), MEASURED)
    ratio = 0.2 / 0.8  # exports for each import
    assert ladder["screening_lines"] == pytest.approx(5 * 1800 * 24 / ratio)
    assert ladder["hand_sorting_posts"] == pytest.approx(1 * 120 * 24 / ratio / (0.5 * 0.03))
    # A truck of 5,500 parcels at 2,000 an hour, and 15 min of docking.
    assert ladder["doors_in"] == pytest.approx(10 * 1440 / (15 + 5500 / 2000 * 60) * 5500 / ratio)
    # 28,750 exports a flight fill so many ULDs of 18.9 m³.
    config = load("liege_30k", *EXPORTS)
    of_uld = 18.9e3 / config.parcels.mean_l
    n_ulds = math.ceil(28_750 / of_uld)
    uld_min = 15 + 28_750 / n_ulds / 3500 * 60
    assert ladder["build_up_places"] == pytest.approx(10 * 1440 / uld_min * 28_750 / n_ulds / ratio)
    assert ladder["build_up_workers"] == pytest.approx(ladder["build_up_places"])  # four a place
    few = rates(load("liege_30k", *EXPORTS, "halls.main.exports.build_up_workers=11"), MEASURED)
    assert few["build_up_workers"] == pytest.approx(ladder["build_up_places"] / 5)
    # With them on the main deck stacks of eight of the 37 that came empty; trains of five.
    loaded = n_ulds + math.ceil((37 - n_ulds) / 8)
    tug_min = math.ceil(loaded / 5) * 10 + loaded * 1.75
    assert ladder["outbound_tugs"] == pytest.approx(3 * 1440 / tug_min * 115_000)
    # Loaders stay from when the doors are open, past close-out, until the last train has come and its ULDs are on.
    departure = config.exports.departure
    with_flight = 240 - 15 - departure.close_out_min + 10 / 2 + loaded * 1.75 + departure.doors_close_min
    assert ladder["loader_sets"] == pytest.approx(2 * 1440 / with_flight * 115_000)
    # Half of the floor at 100,000 exports a day; half of the 240 ULDs that fit, of which 60 are kept.
    assert ladder["export_floor"] == pytest.approx(100_000 / 0.5 / ratio)
    assert ladder["empty_ulds"] == pytest.approx(400_000 * (240 - 60) / (120 - 60))


def test_doors_handle_only_the_imports_that_leave_by_road() -> None:
    # Trailers of 1,980 parcels for an hour at each of 20 doors; 85 % of the imports fly on.
    assert rates(load("express_night_hub"), {})["doors"] == pytest.approx(20 * 24 * 1980 / 0.15)


def test_only_halls_that_collections_come_to_pass_exports() -> None:
    both = load("liege_100k_complex", "exports=one_fifth")
    without = replace(both, halls={name: replace(hall, doors_in=0) if name != "main" else hall
                                   for name, hall in both.halls.items()})  # fmt: skip
    here = both.halls["main"].exports.screening_lines / sum(
        hall.exports.screening_lines for hall in both.halls.values()
    )
    ladders = [rates(config, MEASURED) for config in (both, without)]
    assert ladders[1]["screening_lines"] == pytest.approx(here * ladders[0]["screening_lines"])
    assert ladders[1]["export_floor"] < ladders[0]["export_floor"]
    assert ladders[1]["machines"] == ladders[0]["machines"]


def test_halls_without_pack_out_leave_the_rung_of_those_that_have_it() -> None:
    both = load("liege_100k_complex", "exports=none")
    main, *others = both.halls.values()
    alone = replace(both, halls={"main": main})
    one, none = (
        replace(both, halls={name: replace(hall, packout_posts=posts if name == "main" else 0)
                             for name, hall in both.halls.items()})
        for posts in (main.packout_posts, 0)
    )  # fmt: skip
    n_stations = main.breakdown_stations + sum(hall.breakdown_stations for hall in others)
    expected = packout_rung(alone) * n_stations / main.breakdown_stations
    assert packout_rung(one) == pytest.approx(expected) and n_stations > main.breakdown_stations
    assert math.isinf(packout_rung(none))


def test_machines_and_desks_pass_fewer_imports_beside_exports() -> None:
    imports, both = (rates(load("liege_30k", *words), {}) for words in (IMPORTS, EXPORTS))
    sorted_by_machine = 0.25 * 0.5 * 0.97
    config = load("liege_30k", *EXPORTS)
    a_day = imports["machines"] * (1 + config.customs.second_pass_share)
    assert a_day / both["machines"] == pytest.approx(1 + config.customs.second_pass_share + sorted_by_machine)
    assert imports["handcoding_desks"] / both["handcoding_desks"] == pytest.approx(1 + sorted_by_machine)
    assert both["loader_sets"] < imports["loader_sets"]
    assert both["tugs"] == imports["tugs"]


def test_rungs_of_controls_follow_from_what_they_are_asked_for() -> None:
    words = ("halls.main.controls={xray_lanes:1,transit_desks:5,uld_xrays:1}", "space.controls.uld_xray_m2=30",
             "customs.declared.uld_xray_share=0.5", "exports=none")  # fmt: skip
    config = load("customs_today", *words)
    ladder = rates(config, MEASURED)
    assert ladder["customs_desks"] == pytest.approx(2 * 1440 / 20 / 0.01)
    assert ladder["xray_lanes"] == pytest.approx(1 * 1440 / 0.2 / 0.02)
    assert ladder["transit_desks"] == pytest.approx(5 * 1440 / 0.25 / 0.05)
    # Low-value declarations that are late or rejected, and parcels outside IOSS, pass a machine twice.
    assert ladder["machines"] == pytest.approx(
        2 * 15_000 * 0.85 * 24 * 8 / (8 + 10 / 60) / (1 + 0.02 + 0.01 + 0.03) / 0.97
    )
    assert ladder["uld_xrays"] == pytest.approx(1440 / 6 / 0.5 * 115_000 / 37)
    assert ladder["customs_hold"] == pytest.approx(400_000 / 0.1)
    assert not {"customs_desks", "xray_lanes", "transit_desks", "customs_hold"} & {*rates(config, {})}


SCARCE = (
    "exports=one_fifth", "horizon_days=3", "warmup_days=2", "demand.flights_per_day=2", "arrivals.delay.scale_min=0",
    "service_h=12", "roster.work.promise_share=1", "exports.service_h=12", "halls.main.doors_in=1",
    "halls.main.exports.screening_lines=2",
    "halls.main.exports.build_up_places=2", "halls.main.exports.build_up_workers=4",
    "halls.main.controls.transit_desks=3", "halls.main.uld_positions=24", "apron.stands=1", "apron.turnaround_min=720",
)  # fmt: skip
"""Little for exports and controls, and all of it in use."""


@pytest.fixture(scope="module")
def scarce() -> sim.Result:
    return sim.simulate(load("customs_today", *SCARCE))


def test_demand_over_a_rung_is_the_share_in_use(scarce: sim.Result) -> None:
    kpis = scarce.kpis
    ladder = rates(load("customs_today", *SCARCE), kpis)
    collections = scarce.tables["collections"]
    came = (collections["unloading_start"] >= 2 * 1440) & (collections["unloading_start"] < 5 * 1440)
    exports = float(collections["n_parcels"][came].sum()) / 3
    called, begun = ((scarce.tables[name][at] >= 2 * 1440) & (scarce.tables[name][at] < 5 * 1440)
                     for name, at in (("collections", "called"), ("ulds", "start")))  # fmt: skip
    assert kpis["exports_called_per_day"] == pytest.approx(collections["n_parcels"][called].sum() / 3)
    assert kpis["broken_down_per_day"] == pytest.approx(scarce.tables["ulds"]["n_parcels"][begun].sum() / 3)
    for name, passing in (
        ("screening_lines", exports / 0.25),
        ("export_floor", (kpis["exports_called_per_day"] + kpis["exports_per_day"]) / 2 / 0.25),
        ("transit_desks", kpis["parcels_per_day"]),
    ):
        assert kpis[f"utilisation_{name}"] == pytest.approx(passing / ladder[name], rel=0.1), name
    assert kpis["utilisation_build_up_places"] == pytest.approx(kpis["utilisation_build_up_workers"] / 2)


def test_what_waits_is_told_from_the_rows(scarce: sim.Result) -> None:
    kpis, tables = scarce.kpis, scarce.tables
    low, high, end = 2 * 1440.0, 5 * 1440.0, 5 * 1440.0 + 12 * 60

    flights, ulds, built = (tables[name] for name in ("flights", "ulds", "out_ulds"))
    diverted = flights["is_diverted"]
    given_up = np.where(diverted, flights["stand_requested"] + 6 * 60, flights["stand_given"])

    def hours(table: str, since: str, until: str | np.ndarray) -> float:
        total, ends = 0.0, tables[table][until] if isinstance(until, str) else until
        for a, b in zip(tables[table][since].tolist(), ends.tolist(), strict=True):
            if not math.isnan(a):
                last = end if math.isnan(b) else b
                total += max(0.0, min(last, high) - max(a, low))
        return total / 60 / 3

    def counts(instants: np.ndarray) -> np.ndarray:
        return (instants >= low) & (instants < high)

    unloaded, left, flown = counts(flights["unloading_start"]), counts(flights["aobt"]), counts(built["departed"])
    beyond = (flights["unloading_end"] - flights["unloading_start"])[unloaded] - 27 * 1.75  # lifts of the main deck
    config = load("customs_today", *SCARCE)
    kind, customs = config.fleet["b777f"], tables["customs"]
    of_cohort = flights["is_cohort"][customs["flight"]]
    sums = {name: column[of_cohort].sum() for name, column in customs.items()}
    zones = tables["occupancy"]
    of_zone = (zones["zone"] == "customs_hold") & (zones["time"] > low) & (zones["time"] <= high)
    held = {name: zones[name][of_zone] for name in ("inside", "limit")}
    n_landed = flights["n_parcels"][customs["flight"]][of_cohort].sum()
    of_exports = {name: column[tables["collections"]["is_cohort"]] for name, column in tables["collections"].items()}
    assert 0 < of_exports["n_departed"].sum() < of_exports["n_parcels"].sum()
    curves = tables["demand_curves"]
    stands = curves["name"] == "stands"
    waiting = (curves["wanted_mean"] - curves["in_use_mean"])[stands].sum() / 3
    assert diverted.any() and waiting == pytest.approx(hours("flights", "stand_requested", given_up))
    kg, m3 = (np.array([getattr(deck, name) for deck in (kind.main_deck, kind.lower_deck)]) for name in ("kg", "m3"))
    fill = np.maximum(built["mass"] / 1e3 / kg[built["deck"]], built["volume"] / 1e6 / m3[built["deck"]])
    expected = {
        "export_floor_wait_h_per_day": hours("collections", "scheduled", "called"),
        "door_in_wait_h_per_day": hours("collections", "arrived", "docked"),
        "build_up_wait_h_per_day": hours("out_ulds", "formed", "start"),
        "station_blocked_h_per_day": hours("ulds", "end", "released"),
        "tug_blocked_h_per_day": hours("trains", "at_door", "placed"),
        "door_wait_h_per_day": hours("trucks", "arrived", "docked"),
        "held_flight_h_per_day": hours("flights", "stand_requested", given_up),
        "diverted_flights_per_day": np.count_nonzero(diverted & flights["is_cohort"]) / 3,
        "floor_blocked_h_per_day": ulds["wait_floor"][counts(ulds["start"])].sum() / 60 / 3,
        "stand_blocked_h_per_day": beyond.sum() / 60 / 3,
        "turnaround_mean_h": (flights["aobt"] - flights["aibt"])[left].mean() / 60,
        "departure_delay_mean_min": np.maximum(0, flights["aobt"] - flights["sobt"])[left].mean(),
        "empty_ulds_flown_per_day": flights["n_empties_out"][counts(flights["aobt"])].sum() / 3,
        "uld_fill_share": fill[flown].mean(),
        "release_before_landing_share": sums["n_before_landing"] / n_landed,
        "examined_share": sums["n_opened"] / n_landed,
        "xrayed_share": sums["n_xrayed"] / n_landed,
        "transit_share": sums["n_transit"] / n_landed,
        "detections_per_day": sums["n_detected"] / 3,
        "officer_h_per_day": sum(kpis[f"staff_h_per_day_{role}"] for role in ("customs", "xray", "transit", "uld_xray"))
        + sums["n_documents"] * config.customs.declared.documents_min / 60 / 3,
        "cage_peak_share": (held["inside"] / held["limit"]).max(),
        "late_exports_per_day": (of_exports["n_parcels"] - of_exports["n_on_time"]).sum() / 3,
        "detection_share": sums["n_detected"] / sums["n_hits"],
        "transit_guarantee_eur": sums["guarantee_eur"] / 3 * config.customs.declared.transit_days,
    }
    assert {name: kpis[name] for name in expected} == pytest.approx(expected)
    assert sorted(expected.values())[1] > 0  # of all but the floor of imports
    shares = [kpis[f"utilisation_{name}"] for name in ALL_RESOURCES if name not in {"packout_posts", "uld_xrays"}]
    assert min(shares) >= 0 and kpis["utilisation_uld_xrays"] == 0


@pytest.mark.parametrize("peak", [(), ("+disruption@disruptions.peak=singles_day", "disruptions.peak.factor=2")])
def test_a_ladder_stands_beside_the_imports_of_the_measured_days(peak: tuple[str, ...]) -> None:
    """Those of a month and of a peak, not those of the mean of a year."""
    words = ("exports=none", "start_date='2022-11-07'", "horizon_days=7", "arrivals.cancelled_share=0.1", *peak)
    hub = load("liege_30k", *words)
    cohorts = [[f.n_parcels for f in make_inputs(hub, n).flights if f.is_cohort] for n in range(20)]
    arriving = design_row(Design("a", hub)).parcels_per_day
    assert arriving == pytest.approx(np.mean([sum(cohort) / 7 for cohort in cohorts]), rel=0.03)
    # From the second measured day on; a few flights of the first day are late.
    assert arriving == pytest.approx(0.9 * 402_500 * 1.06 * ((1 + 6 * 2) / 7 if peak else 1), rel=0.02)


@pytest.mark.parametrize(
    ("words", "times"),
    [
        (["start_date='2023-01-09'"], 0.85 / 1.03),
        (["disruptions.peak={factor: 2, start: 2022-09-05 00:00, hours: 240}"], 2),
        # Without any flight, the demand of a mean day.
        (["disruptions.peak={factor: 0, start: 2022-09-05 00:00, hours: 240}"], 1 / 1.03),
    ],
)
def test_the_screen_of_worlds_has_the_demand_of_the_measured_days(words: list[str], times: float) -> None:
    """A ladder that is enough for the mean of a year may be too low in a busy month or a peak."""
    days = (*EXPORTS, "warmup_days=1", "horizon_days=7")
    peak = ["+disruption@disruptions.peak=singles_day"] if "peak" in words[0] else []
    usual, other = load("liege_30k", *days), load("liege_30k", *days, *peak, *words)
    any_world = SimpleNamespace(hub=lambda hub, _: hub, refused=Counter())
    ratios = [Screened.ratio(any_world, hub, 0) for hub in (usual, other)]
    assert ratios[0] / ratios[1] == pytest.approx(times, rel=0.01)


@pytest.mark.parametrize(
    ("rate", "share", "name", "of"),
    [
        ("manual_sort.parcels_per_post_h=0.3", "parcels.non_conveyable_share", "manual_sort_posts", 1),
        ("handcoding.parcels_per_desk_h=1", "parcels.no_read_share", "handcoding_desks", 0.97),
        ("exports.hand_sorted_per_post_h=0.1", "exports.non_conveyable_share", "hand_sorting_posts", 0.5),
    ],
)
def test_a_resource_that_few_parcels_need_limits_a_hub_only_by_its_own_backlog(
    rate: str, share: str, name: str, of: float
) -> None:
    """If only 4 % of the parcels need it, 96 % are on time; its backlog counts from 1 % of the demand a day on."""
    any_world = SimpleNamespace(hub=lambda hub, _: hub, refused=Counter())
    for needed, grows in ((0.04, 0.01), (0.2, 0)):
        hub = load("liege_30k", rate, f"{share}={needed / of}")
        rung = capacity_ladder(hub, {})[name]
        assert rung.needed_by == pytest.approx(needed)
        unhandled = needed * (1 - rung.parcels_per_day / (arriving := measured_parcels(hub)))
        ratio = Screened.ratio(any_world, hub, 0)
        assert unhandled > 0.035 and needed * (1 - rung.parcels_per_day / (ratio * arriving)) == pytest.approx(grows)
