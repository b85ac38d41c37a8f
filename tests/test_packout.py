"""Pack-out: turns, no wait where there is plenty, and mistakes in one line."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from mistakes import refused
from twin.packout import by_chute

import sim
from experiments.composition import load
from sim.config import HubConfig
from sim.config.chutes import Chute, balanced, check_plan
from sim.errors import CargohubError
from sim.inputs.flight_work import chute_shares, packed_per_h, passes_on_machines, posts_of_chutes
from sim.inputs.inputs import make_inputs
from sim.kernels.queueing import servers_in_turn, single_server
from sim.measures.tracing.journal import Journal
from sim.measures.tracing.paths import parcel_path
from sim.processes import hub
from sim.reference.equality import vectorised_tables
from sim.reference.small_hubs import make
from sim.reference.small_numbers import draw
from sim.site.room import fitted
from sim.units import ticks

SHORT = ("horizon_days=1", "warmup_days=0", "exports=none")
BELTS_ONLY = ("parcels.non_conveyable_share=0", "halls.main.manual_sort_posts=0")
POSTS = "halls.main.packout_posts=28"


@pytest.mark.parametrize("seed", range(20))
def test_each_server_is_a_single_server_of_its_own(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n_servers, n = 5, 40
    server, free_at = rng.integers(0, n_servers, n), rng.integers(0, 30, n_servers)
    arrival, service = np.sort(rng.integers(0, 60, n)), rng.integers(1, 9, n)
    turn = np.array([np.count_nonzero(server[:i] == server[i]) for i in range(n)])
    expected, free = np.empty(n, dtype=np.int64), free_at.copy()
    for number in range(n_servers):
        mine = server == number
        if mine.any():
            expected[mine] = single_server(arrival[mine], service[mine], int(free_at[number]))
            free[number] = expected[mine][-1] + service[mine][-1]
    assert servers_in_turn(arrival, service, server, turn, free_at).tolist() == expected.tolist()
    assert free_at.tolist() == free.tolist()


def test_no_post_could_be_less_busy_by_moving_one() -> None:
    shares = [0.2, 0.2, 0.15, 0.12, 0.1, 0.07, 0.16]
    for posts in range(14, 60):
        of_chutes = posts_of_chutes(posts, [shares] * 2)
        assert sum(of_chutes) == posts and min(of_chutes) >= 1
        mine = of_chutes[:7]
        busiest = max(share / n for share, n in zip(shares, mine, strict=True))
        for giver, n in enumerate(mine):
            assert n == 1 or shares[giver] / (n - 1) >= busiest or posts > 14


def test_with_plenty_of_posts_nobody_waits() -> None:
    n_packed = 0
    for seed in range(15):
        hub_ = dataclasses.replace(
            draw(seed), has_packout=True, spare_posts=200, is_packout_manned_in_part=False, is_packout_flexible=False
        )
        inputs = make(hub_)
        tables = vectorised_tables(inputs)
        for _, stays in by_chute(inputs, tables):
            n_packed += len(stays)
            assert all(begin == came for came, begin, _ in stays)
    assert n_packed > 200


def test_pack_out_moves_nothing_before_it() -> None:
    """The same draws with and without: flights, break-down and the machines' work are untouched."""
    without, with_posts = (
        sim.simulate(load("liege_30k", *SHORT, *BELTS_ONLY, "demand.flights_per_day=1", word))
        for word in ("halls.main.packout_posts=0", POSTS)
    )
    for name in ("aldt", "unloading_end"):
        assert np.array_equal(without.tables["flights"][name], with_posts.tables["flights"][name], equal_nan=True)
    assert without.kpis["utilisation_machines"] == with_posts.kpis["utilisation_machines"]
    assert without.kpis["fullest_chute_parcels"] == without.kpis["utilisation_packout_posts"] == 0
    assert with_posts.kpis["dwell_mean_h"] > without.kpis["dwell_mean_h"]


def test_work_of_the_posts_is_what_they_packed() -> None:
    config = load("liege_30k", *SHORT, *BELTS_ONLY, POSTS)
    run = hub.run(make_inputs(config, 0))
    packed = run.record.stages["packout"].n_out[:48].sum()
    assert run.record.packout_work / packed == pytest.approx(ticks(60 / 900), rel=0.05)
    row = run.record.packout[0]
    assert 100 < row.fullest < row.n_units and row.machine in (0, 1)


def test_the_fullest_chute_is_told_with_its_posts_and_parcels() -> None:
    run = sim.simulate(load("liege_30k", *SHORT, *BELTS_ONLY, POSTS, "packout.rule=dedicated"))
    row = {name: column[0] for name, column in run.tables["packout"].items()}
    assert row["fullest_parcels"] == row["fullest"] == run.kpis["fullest_chute_parcels"]
    shares = [0.20, 0.20, 0.15, 0.12, 0.10, 0.07, 0.16]  # ES, FR, DE, PL, IT, NL and the pool of BE and five of 2.4 %
    of_machine = posts_of_chutes(28, [shares] * 2)[7 * row["machine"] :]
    assert row["posts_of_chute"] == of_machine[row["route"]]


def test_what_no_machine_takes_is_its_share_and_passes_by_the_machines() -> None:
    words = (POSTS.replace("28", "26"), "halls.main.manual_sort_posts=4", "parcels.non_conveyable_share=0.03")
    run = hub.run(make_inputs(load("liege_30k", *SHORT, *words), 0))
    stages = run.record.stages
    by_hand, by_machine = (int(stages[name].n_in.sum()) for name in ("manual_sort", "sorting"))
    assert by_hand / (by_hand + by_machine) == pytest.approx(0.03, rel=0.03)
    packed = int(stages["packout"].n_in.sum())
    assert by_machine > packed > 0.9 * by_machine


def _plan(alone: str) -> str:
    """Two chutes a machine, the first of one lane."""
    others = ",".join(lane for lane in load("liege_30k").lanes if lane != alone)
    chutes = [f"{{machine:{machine},lanes:[{lanes}]}}" for machine in (0, 1) for lanes in (alone, others)]
    return f"[{','.join(chutes)}]"


def test_a_plan_of_a_chute_for_every_route_is_none_at_all() -> None:
    config = load("liege_30k")
    chutes = [Chute(machine, tuple(lane for lane in config.lanes if config.lanes[lane].route == route))
              for machine in (0, 1) for route in config.route_shares]  # fmt: skip
    for changes in ({"chute_plan": tuple(chutes)}, {"chutes_per_machine": 99}):
        planned = dataclasses.replace(config, packout=dataclasses.replace(config.packout, **changes))
        assert planned.chutes(config.halls["main"]) == config.chutes(config.halls["main"])
        assert make_inputs(planned, 0).site.halls[0].chute_of == make_inputs(config, 0).site.halls[0].chute_of


def test_routes_that_share_a_chute_are_parted_by_who_packs() -> None:
    """Two chutes a machine and one route alone: every other parcel takes so much longer, and a pallet place a route."""
    config = load(
        "liege_30k",
        *SHORT,
        "demand.flights_per_day=1",
        "halls.main.packout_posts=25",
        f"packout.chute_plan={_plan('ES')}",
    )
    hall, packout = config.halls["main"], config.packout
    assert config.chutes(hall)[0] == (("ES",), ("FR", "DE", "PL", "IT", "NL", "POOL"))
    assert config.lane_places_m2(hall) == 2 * 5 * config.space.pallet_m2
    longer = 1 + 0.8 * packout.second_sort_min / packout.packing_min
    assert packed_per_h(config, hall) == pytest.approx(900 * hall.packout_posts / longer)
    run = hub.run(make_inputs(config, 0))
    packed = run.record.stages["packout"].n_out[:48].sum()
    assert run.record.packout_work / packed == pytest.approx(ticks(60 / 900 * longer), rel=0.05)


def _second_machine(config: HubConfig) -> float:
    held = config.customs.second_pass_share
    return passes_on_machines(config, held) - 1 - held


def test_each_route_has_its_chute_at_one_machine() -> None:
    """Two machines with half of the volume each: nearly half of the parcels are sorted twice."""
    config = load("liege_30k", *SHORT, "demand.flights_per_day=1", "packout.home_machines=true")
    hall = config.halls["main"]
    first, other = config.all_chutes(hall)
    assert [chute.second for chute in (*first, *other)].count(None) == 7 == len(config.route_shares)
    assert {chute.routes for chute in other if chute.second == 0} == {
        sum((c.routes for c in first if c.second is None), ())
    }
    assert sum(map(sum, chute_shares(config, hall))) == pytest.approx(2)
    stages = hub.run(make_inputs(config, 0)).record.stages
    again, once = (int(stages[name].n_in.sum()) for name in ("second_chutes", "breakdown"))
    assert again / once == pytest.approx(_second_machine(config) * 0.97, rel=0.05)


_OTHERS = "FR|DE|PL|IT|NL|BE|CZ|PT|AT|HU|SK"
_ROWS = (f"0;{_OTHERS};", "0;ES;1", f"1;{_OTHERS};", "1;ES;")


def _file(folder: Path, rows: Sequence[str], header: str = "machine;lanes;second") -> Path:
    file = folder / "plan.csv"
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return file


def test_a_plan_of_a_file_is_that_of_the_configuration(tmp_path: Path) -> None:
    file, posts = _file(tmp_path, _ROWS), "halls.main.packout_posts=25"
    given, read_in = (load("liege_30k", posts, word) for word in (_led("ES", second=1), f"packout.chute_plan={file}"))
    assert read_in == given
    of_hall = load("liege_30k", posts, f"halls.main.chute_plan={file}", "packout.chute_plan=[]")
    assert of_hall.all_chutes(of_hall.halls["main"]) == given.all_chutes(given.halls["main"])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (("0;ES;1", "x;FR;"), "row 3, column machine: a whole number, got 'x'"),
        (("64;ES;",), "row 2, column machine: must be at most 63, got 64"),
        (("0;ES|XX;",), "row 2, column lanes: no lane 'XX'"),
        (("0;ES;2", *_ROWS[2:]), "row 2, column second: a hall with machine 0 has 2 machines, counted from 0; got 2"),
        (("0;ES;1", "", "0;FR;0"), "row 4, column second: must be another machine than its own, got 0"),
        (
            ("0;ES;1", "1;ES;0"),
            "row 2, column second: machine 1 leads lane ES on to machine 0: no parcel may be sorted a third",
        ),
        (_ROWS[1:], "plan.csv: lane FR has no chute at machine 0: it needs exactly one"),
        (("0;ES",), "row 2: 2 cells, the header has 3"),
        ((), "plan.csv: no row below the header"),
    ],
)
def test_a_mistake_in_a_plan_is_told_with_its_row(rows: Sequence[str], message: str, tmp_path: Path) -> None:
    with pytest.raises(CargohubError) as caught:
        load("liege_30k", f"packout.chute_plan={_file(tmp_path, rows)}")
    assert message in str(caught.value) and str(tmp_path / "plan.csv") in str(caught.value)


def test_a_hundred_destinations_fit_eight_machines() -> None:
    """13 chutes a machine for 100 routes: 104 posts instead of 800."""
    lane = load("liege_30k").lanes["ES"]
    lanes = {f"D{n}": dataclasses.replace(lane, share=0.01, route=f"D{n}") for n in range(100)}
    words = ("halls.main.sorting_machines=8", "halls.main.packout_posts=104", "halls.main.breakdown_stations=16",
             "halls.main.machine_rated_per_h=5000", "packout.chutes_per_machine=13", "trade=none")  # fmt: skip
    wide = dataclasses.replace(load("liege_100k", *SHORT, "demand.flights_per_day=1", *words, "fit=auto"), lanes=lanes)
    config = fitted(wide)
    hall = config.halls["main"]
    assert config.least_packout_posts(hall) == 104
    assert {len(chutes) for chutes in config.chutes(hall)} == {13}
    tables = sim.simulate(config).tables
    assert tables["packout"]["n_units"].sum() > 1000
    named = tables["packout"]["route_name"][0].split(", ")
    assert len(named) in (7, 8) and set(named) <= set(lanes)


def _led(lane: str, *, second: int | str, of_other: str = "null") -> str:
    """A plan of both machines: machine 0 leads a lane to a `second` one, machine 1 to that `of_other`."""
    rest = ",".join(name for name in load("liege_30k").lanes if name != lane)
    rows = (f"{{machine:0,lanes:[{rest}]}}", f"{{machine:0,lanes:[{lane}],second:{second}}}")
    rows += (f"{{machine:1,lanes:[{rest}]}}",)
    rows += (f"{{machine:1,lanes:[{lane}],second:{of_other}}}",) if of_other else ()
    return f"packout.chute_plan=[{','.join(rows)}]"


def test_a_machine_with_fewer_chutes_needs_no_more_posts_than_its_share() -> None:
    """Of three posts the first machine gets two, for its two chutes, and the second one, for its only one."""
    config = load("liege_30k", "halls.main.packout_posts=3", _led("ES", second="null", of_other="0"))
    assert [len(chutes) for chutes in config.chutes(config.halls["main"])] == [2, 1]
    assert config.least_packout_posts(config.halls["main"]) == 3


def test_a_chute_may_lead_to_a_machine_again() -> None:
    """Lane FR of both machines is packed at machine 1: half of a fifth of the parcels are sorted twice."""
    words = (*SHORT, "demand.flights_per_day=1", "record.parcels_of_flights=all", _led("FR", second=1),
             "halls.main.packout_posts=25")  # fmt: skip
    config = load("liege_30k", *words)
    hall = config.halls["main"]
    assert [len(chutes) for chutes in config.chutes(hall)] == [2 - 1, 2]
    assert _second_machine(config) == pytest.approx(0.1 * (1 - 0.03) * (1 - 0.05), rel=0.05)
    result = sim.simulate(config)
    parcels, flows = result.tables["parcels"], result.tables["flows"]
    fetched = ~np.isnan(parcels["freed"]) & np.isnan(parcels["held"])
    again = fetched & ~np.isnan(parcels["second_end"])
    is_fr = parcels["route"] == list(config.route_shares).index("FR")
    assert again[is_fr].mean() == pytest.approx(0.5, abs=0.1) and not again[~is_fr].any()
    assert np.isnan(parcels["code_begin"][again]).all()
    waited = (parcels["freed"] - parcels["sort_end"])[again]
    assert waited.min() > 0 and waited.max() <= config.packout.second_round_min
    leads = (flows["place"] == "chute") & (flows["machine"] == 0) & (flows["route"] == 1)
    assert flows["n_came"][leads].sum() >= flows["n_left"][leads].sum() == fetched.sum()
    journal = Journal(result.tables, config)
    row = int(np.flatnonzero(again)[0])
    path = parcel_path(journal, int(parcels["flight"][row]), int(parcels["row"][row]))
    (wait,) = [each for each in path.segments if each.cause == "second_chute"]
    assert (wait.start, wait.end) == (parcels["sort_end"][row], parcels["freed"][row])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("halls.main.packout_posts=13", "each chute (a machine's of a route) needs a post: at least 14, or 0"),
        (
            "halls.main.packout_posts=31",
            "zone packout: 35 pack-out and manual-sort posts are more than the 30 that fit",
        ),
        ("halls.main.manual_sort_posts=0", "halls.main.manual_sort_posts: at least 1, since"),
        ("manual_sort.parcels_per_post_h=0", "manual_sort.parcels_per_post_h"),
        ("packout.parcels_per_post_h=0", "packout.parcels_per_post_h"),
        ("packout.parcels_per_post_h=0.001", "packout.parcels_per_post_h: must be at least 0.1"),
        ("handcoding.parcels_per_desk_h=1e-9", "handcoding.parcels_per_desk_h: must be at least 0.1"),
        ("halls.main.machine_rated_per_h=1e-9", "halls.main.machine_rated_per_h: must be at least 0.1"),
        ("exports.collections.unloaded_per_h=0.001", "exports.collections.unloaded_per_h: must be at least 0.1"),
        (
            "breakdown.uld_min=500000 breakdown.uld_parcels=1",
            "breakdown: uld_min / uld_parcels: at most 600 min a parcel",
        ),
        ("sorting.efficiency=1e-9", "sorting.efficiency: must be at least 0.001"),
        ("sorting.length_m=-1", "sorting.length_m: must be at least 0"),
        ("sorting.speed_m_per_s=0", "sorting.speed_m_per_s: must be at least 0.1"),
        ("presorted.bag_min=5000", "presorted.bag_min: must be at most 600"),
        ("packout.spread=1.5", "packout.spread"),
        ("packout.chutes_per_machine=0", "packout.chutes_per_machine: must be at least 1"),
        ("packout.chute_plan=[{machine:0,lanes:[ES]}]", "packout.chute_plan: lane FR has no chute at machine 0"),
        (
            "packout.chute_plan=[{machine:0,lanes:[ES]},{machine:0,lanes:[ES]}]",
            "lane ES has several chutes at machine 0",
        ),
        ("packout.chute_plan=[{machine:0,lanes:[XX]}]", "packout.chute_plan[0].lanes: no lane 'XX'"),
        (
            "packout.chute_plan=[{machine:2,lanes:[ES]}]",
            "packout.chute_plan[0].machine: no hall has more than 2 machines",
        ),
        ("packout.chute_plan=[] packout.chutes_per_machine=2", "packout.chute_plan: says which chutes there are"),
        (
            _led("FR", second=2),
            "packout.chute_plan[1].second: a hall with machine 0 has 2 machines, counted from 0; got 2",
        ),
        (_led("FR", second=0), "packout.chute_plan[1].second: must be another machine than its own, got 0"),
        (
            _led("FR", second=1, of_other="0"),
            "chute_plan[1].second: machine 1 leads lane FR on to machine 0: no parcel may",
        ),
        (_led("FR", second=1, of_other=""), "packout.chute_plan: lane FR has no chute at machine 1"),
        (_led("FR", second=64), "packout.chute_plan[1].second: must be at most 63, got 64"),
        (
            f"exports=one_fifth {_led('FR', second=1)} +connections.lanes={{ES:Hangzhou}}",
            "packout.chute_plan[0].lanes: lane ES flies on and is packed nowhere: its chute needs second",
        ),
        ("packout.chute_plan=[] packout.home_machines=true", "which chutes there are, as home_machines does"),
        (f"packout.chute_plan={_plan('BE')}", "route POOL of lane BE has several chutes at machine 0"),
    ],
)
def test_a_mistake_is_told_in_one_line(words: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert message in refused(capsys, "run", "scenario=liege_30k", *SHORT, *words.split())


def test_each_route_has_a_chute_of_its_own_if_there_are_as_many_even_without_parcels() -> None:
    assert balanced({"a": 0.0, "b": 0.0, "c": 1.0}, 3) == (("a",), ("b",), ("c",))


def test_the_second_machine_of_a_chute_is_one_of_every_hall_that_has_the_chute() -> None:
    plan = [Chute(machine, ("ES",)) for machine in (1, 2)] + [Chute(0, ("ES",), second=2)]
    check_plan(plan, {"ES": "ES"}, (), [3])
    with pytest.raises(ValueError, match="a hall with machine 0 has 2 machines"):
        check_plan(plan, {"ES": "ES"}, (), [3, 2])
