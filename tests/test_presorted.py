"""Pre-sorted goods: whole bags, whole ULDs, no way past a rule, and mistakes in one line."""

from dataclasses import replace

import numpy as np
import pytest
from mistakes import refused

import sim
from experiments.composition import load
from experiments.main import main
from sim.domain.parcels import Channel, Parcels
from sim.domain.presorting import Presorting, Units
from sim.domain.trailer import TrailerLimits
from sim.inputs.inputs import make_inputs
from sim.inputs.load_plan import make_load_plan
from sim.measures.ladder import capacity_ladder
from sim.measures.tracing.clearance import clearance
from sim.measures.tracing.journal import Journal
from sim.measures.tracing.paths import parcel_path
from sim.reference import run
from sim.reference.ample_hub import _flight, _inputs, ample_site
from sim.reference.equality import differ, vectorised_tables
from sim.streams import Streams
from sim.units import NEVER, TICKS_PER_H, TICKS_PER_MIN

SHORT = ("horizon_days=1", "warmup_days=0")
FEW = ("demand.parcels_per_flight=20_000", "demand.net_t_per_flight=16")
MIN = TICKS_PER_MIN


def drawn(*words: str):
    inputs = make_inputs(load("liege_30k", *SHORT, *words), 0)
    return inputs, inputs.parcels_of(inputs.flights[0])


def test_a_flight_has_whole_bags_of_the_same_parcels():
    inputs, bags = drawn("presorted=bags", "demand.parcels_per_flight=100000")
    _, parcels = drawn("demand.parcels_per_flight=100000")
    assert inputs.flights[0].n_parcels == 100_000 == bags.count.sum()
    assert (bags.count == 25).all() and not bags.is_non_conveyable.any()
    assert bags.mass.tolist() == parcels.mass.reshape(-1, 25).sum(axis=1).tolist()
    assert bags.volume.tolist() == parcels.volume.reshape(-1, 25).sum(axis=1).tolist()
    assert bags.parcels_of_ulds.tolist() == (np.diff(bags.first) * 25).tolist()
    assert 0.002 < (bags.channel != Channel.RELEASED).mean() < 0.1


def test_flights_are_rounded_to_whole_bags():
    bags = load("liege_30k", "presorted=bags").presorted
    assert [bags.whole(n) for n in (0, 3, 37, 38, 100_010)] == [0, 25, 25, 50, 100_000]
    assert load("liege_30k", "presorted=ulds").presorted.whole(37) == 37


def test_a_whole_uld_has_one_lane_and_the_parcels_that_it_would_have():
    inputs, ulds = drawn("presorted=ulds")
    _, parcels = drawn()
    assert ulds.n_units == inputs.flights[0].n_ulds
    assert ulds.count.tolist() == np.diff(parcels.first).tolist() == ulds.parcels_of_ulds.tolist()
    assert ulds.mass.sum() == parcels.mass.sum() and ulds.volume.sum() == parcels.volume.sum()
    assert (ulds.handling == 10 * MIN).all()


def test_a_uld_without_parcels_is_no_unit():
    _, ulds = drawn("presorted=ulds", "demand.parcels_per_flight=20", "demand.net_t_per_flight=0.01")
    assert ulds.n_units == np.count_nonzero(ulds.parcels_of_ulds) < len(ulds.first) - 1
    assert ulds.count.sum() == 20


def whole_ulds(channel: int, *, is_refused: bool = False):
    """Three ULDs of 5, 0 and 7 parcels, carried to the lane in 10 min; the first of this channel."""

    def draw(flight):
        return Parcels(
            first=np.array([0, 1, 1, 2]),
            lane=np.zeros(2, dtype=np.uint8),
            mass=np.array([50, 70], dtype=np.int32),
            volume=np.array([5, 7], dtype=np.int32),
            handling=np.full(2, 10 * MIN, dtype=np.uint32),
            packing=np.ones(2, dtype=np.uint32),
            is_no_read=np.ones(2, dtype=np.bool_),
            is_non_conveyable=np.zeros(2, dtype=np.bool_),
            channel=np.array([channel, Channel.RELEASED], dtype=np.uint8),
            release=np.full(2, flight.arrival, dtype=np.int64),
            is_refused=np.array([is_refused, False]),
            is_alarm=np.zeros(2, dtype=np.bool_),
            is_uld_xrayed=np.zeros(3, dtype=np.bool_),
            count=np.array([5, 7], dtype=np.int32),
        )

    return draw


def tables_of(draw, trailer=None):
    site = replace(ample_site(), units=Units(Presorting.ULDS, room=15))
    site = site if trailer is None else replace(site, trucks=replace(site.trucks, trailer=trailer))
    inputs = replace(_inputs(site, (_flight(0, 0, (2, 1), 12),), 12 * TICKS_PER_H), parcels_of=draw)
    expected = run(inputs).tables
    assert differ(expected, vectorised_tables(inputs)) is None
    return expected


def test_a_whole_uld_goes_from_its_position_to_the_dock():
    tables = tables_of(whole_ulds(Channel.RELEASED))
    ulds, parcels = tables["ulds"], tables["parcels"]
    assert ulds["n_parcels"] == [5, 0, 7] and ulds["n_units"] == [1, 0, 1]
    assert ulds["start"] == ulds["checked_in"] == ulds["released"]
    assert ulds["machine"] == [NEVER] * 3
    assert parcels["handled"] == parcels["ready"] == [ulds["start"][uld] + 10 * MIN for uld in (0, 2)]
    assert parcels["sort_begin"] == parcels["code_begin"] == [NEVER] * 2
    assert sum(tables["trucks"]["n_parcels"]) == 12 and sum(tables["trucks"]["n_units"]) == 2
    held = dict(zip(tables["pools"]["name"], tables["pools"]["held_time"], strict=True))
    stays = [gone - start for gone, start in zip(parcels["departed"], parcels["start"], strict=True)]
    assert held["floor"] == 15 * sum(stays) and held["stations"] == held["workers"] == 0


def test_a_held_uld_waits_for_the_round_and_is_carried_again():
    tables = tables_of(whole_ulds(Channel.DOCUMENT_CHECK))
    parcels = tables["parcels"]
    assert parcels["held"] == [NEVER, NEVER]  # released before it was there
    tables = tables_of(whole_ulds(Channel.EXAMINED))
    parcels = tables["parcels"]
    assert parcels["held"][0] == parcels["handled"][0] == parcels["exam_begin"][0]
    assert parcels["freed"][0] == (parcels["exam_end"][0] // (30 * MIN) + 1) * 30 * MIN
    assert parcels["ready"][0] == parcels["freed"][0] + 10 * MIN


def test_the_hold_of_a_uld_includes_its_path_to_the_lane():
    words = ("presorted=ulds", "demand.flights_per_day=3", "exports=none", "record.parcels_of_flights=all")
    result = sim.simulate(load("liege_30k", *SHORT, *words), 1)
    parcels = result.tables["parcels"]
    stays, counts = parcels["ready"] - parcels["held"], parcels["n_parcels"]
    # A ULD of the measured day that reached its lane was held if it is counted.
    is_held = (parcels["held"] < 24 * 60) & (stays > 0)
    assert is_held.any()
    assert np.isclose(result.kpis["customs_hold_mean_h"], np.average(stays[is_held], weights=counts[is_held]) / 60)


def test_a_refused_uld_frees_its_room():
    tables = tables_of(whole_ulds(Channel.EXAMINED, is_refused=True))
    parcels = tables["parcels"]
    held = dict(zip(tables["pools"]["name"], tables["pools"]["held_time"], strict=True))
    stay = parcels["freed"][0] - parcels["start"][0] + parcels["departed"][1] - parcels["start"][1]
    assert parcels["is_refused_gone"] == [True, False] and held["floor"] == 15 * stay


def test_no_truck_takes_more_ulds_than_fit():
    tables = tables_of(whole_ulds(Channel.RELEASED), trailer=TrailerLimits(1, 10**6, 10**6))
    assert sorted(tables["trucks"]["n_units"])[-2:] == [1, 1]


@pytest.mark.parametrize("scenario", ["liege_30k", "liege_100k_complex"])
@pytest.mark.parametrize("goods", ["bags", "ulds"])
def test_laws_hold_with_halls_exports_and_packout(scenario, goods):
    words = [*SHORT, "roster=round_the_clock", f"presorted={goods}", "demand.flights_per_day=1"]
    config = load(scenario, *words)
    result = sim.simulate(config)
    assert result.n_laws > 100
    if goods == "ulds":
        names = ("stations", "machines", "handcoding_desks", "packout_posts")
        assert [result.kpis[f"utilisation_{name}"] for name in names[:1] + names[3:]] == [0, 0]
        rungs = capacity_ladder(config, {})
        assert not {"stations", "packout_posts"} & set(rungs)
        assert {"machines", "handcoding_desks"} <= set(rungs)  # of exports alone
        occupancy = result.tables["occupancy"]
        stored = occupancy["inside"][occupancy["zone"] == "empty_ulds"]
        assert stored.max() <= sum(hall.exports.empty_ulds for hall in config.halls.values()), "they leave with a load"
        imports = replace(config, exports=replace(config.exports, share=0.0))
        assert not set(names) & set(capacity_ladder(imports, {}))
    else:
        assert 0 < result.kpis["utilisation_machines"] < 0.2


@pytest.mark.parametrize("goods", ["bags", "ulds"])
def test_paths_of_units_add_up(goods):
    config = load(
        "liege_30k", *SHORT, f"presorted={goods}", *FEW, "customs.examined_share=0.2", "demand.flights_per_day=2"
    )
    config = replace(config, record=replace(config.record, parcels_of_flights="all"))
    journal = Journal(sim.simulate(config).tables, config)
    parcels = journal.tables["parcels"]
    for number in range(2):
        assert clearance(journal, number).n_gone <= journal.tables["flights"]["n_parcels"][number]
        mine = np.flatnonzero(parcels["flight"] == number)
        for at in mine[:: max(1, len(mine) // 40)].tolist():
            path = parcel_path(journal, number, int(parcels["row"][at]))
            assert sum(segment.minutes for segment in path.segments) == path.end - path.start


@pytest.mark.parametrize(
    ("words", "message"),
    [
        # The largest parcel has 0.733 m3, a trailer takes 90.
        (("presorted=bags", "presorted.bag_parcels=130"), "no truck can carry: 130 parcels can have 95.3 m3"),
        (
            ("presorted=bags", "presorted.bag_parcels=1000", "demand.parcels_per_flight=20000"),
            "a bag is larger than a ULD",
        ),
        (("presorted=bags", "outbound.trailer.parcels=20"), "outbound.trailer.parcels = 20"),
        (
            ("presorted=ulds", "outbound.trailer.parcels=3000"),
            "room of 3600 parcels, more than outbound.trailer.parcels",
        ),
        (("presorted=ulds", "presorted.uld_pallets=34"), "room of 8160 parcels, more than outbound.trailer.parcels"),
        (("presorted=ulds", "halls.main.zone_shares.lanes=0.0009"), "more than the floor of hall main, 3120"),
        (
            ("presorted=ulds", "exports=none", "outbound.trailer.kg=1000"),
            "kg is more than a truck carries, outbound.trailer.kg = 1000",
        ),
        (
            ("scenario=liege_100k_complex", "presorted=ulds", "complex.transfer_parcels=3000"),
            "more than complex.transfer_parcels = 3000",
        ),
        (("presorted.bag_parcels=1",), "presorted.bag_parcels"),
        (("presorted.goods=boxes",), "presorted.goods"),
    ],
)
def test_a_mistake_is_one_line(words, message, tmp_path, capsys):
    assert message in refused(
        capsys, "run", *SHORT, "replications=1", "workers=1", "--quiet", "--out", tmp_path, *words
    )


def test_declarations_are_of_parcels(capsys):
    assert main(["run", *SHORT, "presorted=ulds", "customs=declared"]) == 2
    assert "with customs.declared parcel by parcel: choose one" in capsys.readouterr().err


@pytest.mark.parametrize(("goods", "room"), [("bags", 25), ("ulds", 3600)])
def test_a_trailer_may_be_as_large_as_one_unit(goods, room):
    words = ("exports=none", f"presorted={goods}", f"outbound.trailer.parcels={room}")
    assert load("liege_30k", *words).unit_room == room


def test_goods_by_lane_are_counted_in_parcels():
    """Every parcel of a flight has a lane, however many of them share it."""
    for words in ((), ("presorted=bags",), ("presorted=ulds",)):
        config = load("liege_30k", *SHORT, *words)
        inputs = make_inputs(config, 0)
        plan, flight = make_load_plan(config, Streams(config.seed, 0)), inputs.flights[0]
        parcels = plan.draw(flight)
        expected = np.bincount(parcels.lane, weights=parcels.count, minlength=len(config.lanes))
        assert plan.parcels_by_lane(flight).tolist() == expected.tolist()
        assert expected.sum() == flight.n_parcels
