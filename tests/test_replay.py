"""A replay shows what the run stored: every count on the page is that of the Parquet rows."""

import json
import math
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml
from browser import needs_chromium
from hypothesis import given
from hypothesis import strategies as st
from mistakes import refused
from replay_rows import READY, data_of, expected, inside, rows_of, some_seconds, unpacked

from experiments.composition import load
from experiments.main import main
from experiments.report.replay_page import replay_page
from experiments.report.stored_designs import designs_in
from experiments.store.foreign import manifest_of
from experiments.studies.replay import _check_step, file_name
from experiments.studies.replay.content import _days, _held, _leads, _limits, _places, _rows
from experiments.studies.replay.floor import zones_of
from experiments.studies.replay.kinds import COUNTS, KINDS, Place
from experiments.studies.replay.packing import NOT_YET, packed, places, seconds
from experiments.studies.replay.rests import Rests
from sim import simulate
from sim.errors import InputError
from sim.inputs.site import make_site
from sim.measures.tracing.causes import CAUSES
from sim.measures.tracing.journal import Journal
from sim.streams import Streams
from sim.units import ticks

HALLS = ("liege_30k", "liege_66k", "liege_100k", "liege_100k_complex", "customs_xray_all")


@pytest.fixture
def run(replay):
    return replay


@given(st.dictionaries(st.sampled_from("abcd"), st.lists(st.integers(-(2**31), 2**31 - 1), min_size=3, max_size=3)))
def test_unpacking_undoes_packing(columns):
    table = unpacked(json.loads(json.dumps(packed(columns))))
    assert {name: values.tolist() for name, values in table.items()} == columns


@given(st.lists(st.floats(0, 1e6) | st.just(math.nan), max_size=8), st.integers(0, 10_000_000))
def test_counts_at_whole_seconds_are_those_of_the_exact_instants(minutes, second):
    since = seconds(minutes)
    exact = [not math.isnan(minute) and minute * 60 <= second for minute in minutes]
    assert inside(since, np.full(len(since), NOT_YET), second).tolist() == exact


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(-1, 20)), max_size=30))
def test_no_two_things_are_drawn_at_one_place(stays):
    enter = np.array([since for since, _ in stays], dtype=np.int32)
    leave = np.array([since + stay if stay >= 0 else NOT_YET for since, stay in stays], dtype=np.int32)
    place = places(enter, leave)
    for second in range(52):
        here = place[inside(enter, leave, second)].tolist()
        assert len(set(here)) == len(here)
    most = max((inside(enter, leave, second).sum() for second in range(52)), default=0)
    zero_length = sum(stay == 0 for _, stay in stays)
    assert place.max(initial=-1) < most + zero_length


@pytest.mark.parametrize("scenario", HALLS)
def test_every_zone_has_its_square_metres_and_no_two_overlap(scenario):
    config = load(scenario)
    for name, hall in config.halls.items():
        zones = zones_of(config, name)
        assert sum(zone.area_m2 for zone in zones) == pytest.approx(hall.area_m2)
        depth = hall.area_m2 / hall.facade_m
        for i, zone in enumerate(zones):
            assert -1e-9 <= zone.x <= zone.x + zone.width <= hall.facade_m + 1e-6
            assert -1e-9 <= zone.y <= zone.y + zone.height <= depth + 1e-6
            for other in zones[:i]:
                across = min(zone.x + zone.width, other.x + other.width) - max(zone.x, other.x)
                down = min(zone.y + zone.height, other.y + other.height) - max(zone.y, other.y)
                assert across < 1e-6 or down < 1e-6, (zone.name, other.name)
        by_name = {zone.name: zone.area_m2 for zone in zones}
        assert by_name["sorting"] == pytest.approx(hall.zone_shares.sorting * hall.area_m2)


def test_all_halls_share_one_yard():
    assert [_limits(load(hub))["yard"] for hub in ("liege_30k", "liege_100k_complex")] == [40, 40]


def test_packed_counts_are_those_of_the_parquet_rows(run):
    (shown,) = data_of(run)["runs"]
    tables = {name: unpacked(table) for name, table in shown["tables"].items()}
    counted = 0
    for second in some_seconds(run, 30):
        rows = expected(run, second)
        for count in COUNTS:
            table = tables[count.kind]
            n = int(inside(table[count.since], table[count.until], second).sum())
            assert n == rows[count.label], (count.label, second)
            counted += n
    assert counted > 100


def test_packed_occupancy_is_that_of_the_parquet_rows(run):
    (shown,) = data_of(run)["runs"]
    table = unpacked(shown["occupancy"]["inside"])
    rows = rows_of(run, "occupancy")
    for zone in {*rows["zone"]}:
        values = [n for name, n in zip(rows["zone"], rows["inside"], strict=True) if name == zone]
        assert table[zone].tolist() == values


def test_packed_flows_and_posts_are_those_of_the_parquet_rows(run):
    (shown,) = data_of(run)["runs"]
    counts, rows = unpacked(shown["flows"]["counts"]), rows_of(run, "flows")
    stored = {}
    keys = zip(*(rows[name] for name in ("place", "number", "machine", "route", "time")), strict=True)
    for key, came, left in zip(keys, rows["n_came"], rows["n_left"], strict=True):
        stored[key] = came, left
    for number, place in enumerate(shown["flows"]["places"]):
        pairs = zip(counts["edge"], counts[f"came_{number}"], counts[f"left_{number}"], strict=True)
        for edge, came, left in pairs:
            key = place["place"], place["number"], place["machine"], place["route"], edge / 60
            assert (came, left) == stored.pop(key, (0, 0))
    assert not stored
    manning = rows_of(run, "manning")
    for post in shown["posts"]:
        steps = unpacked(post["steps"])
        of_kind = zip(manning["kind"], manning["hall"], manning["machine"], manning["n_posts"], strict=True)
        mine = [n for *key, n in of_kind if key == [post["kind"], post["hall"], post["machine"]]]
        assert steps["n"].tolist() == mine


def test_names_days_and_limits_are_those_of_the_run(run):
    """Names and the end by the Parquet rows, limits by config.yaml."""
    (shown,) = data_of(run)["runs"]
    trucks, names = rows_of(run, "trucks"), shown["names"]
    assert [shown["routes"][route] for route in trucks["route"]] == trucks["route_name"]
    assert [name.partition("/")[0] for name in names["trucks"]] == trucks["route_name"]
    assert len({*names["trucks"]}) == len(names["trucks"])
    built = rows_of(run, "out_ulds")
    assert [names["lanes"][lane] for lane in built["lane"]] == built["lane_name"] != []
    for kind in ("flights", "collections"):
        assert names[kind] == rows_of(run, kind)["key"]
    occupancy = rows_of(run, "occupancy")
    assert shown["end"] == 60 * max(occupancy["time"])
    zones = {(zone["name"], zone["limit"], zone["unit"]) for zone in shown["occupancy"]["zones"]}
    assert zones == {*zip(*(occupancy[name] for name in ("zone", "limit", "unit")), strict=True)}
    assert [day["label"] for day in shown["days"]] == ["Mon 5 Sep 2022 (day 1)", "Tue 6 Sep 2022 (after the end)"]
    (hub,) = yaml.safe_load((run / "config.yaml").read_text())["hubs"].values()
    (hall,) = hub["halls"].values()
    units = {
        "uld_positions": hall["uld_positions"], "stations": hall["breakdown_stations"],
        "dock_doors": hall["doors_out"], "doors_in": hall["doors_in"], "build_up": hall["exports"]["build_up_places"],
    }  # fmt: skip
    apron = {name: hub["apron"][name] for name in ("stands", "tugs", "outbound_tugs")}
    assert shown["limits"] == apron | units | {"yard": hub["outbound"]["yard"]}
    inside = {"machines": hall["sorting_machines"], "screening": hall["exports"]["screening_lines"]}
    (drawn,) = shown["halls"]
    assert drawn["units"] == units | inside
    assert (drawn["area"], drawn["width"]) == (hall["area_m2"], hall["facade_m"])
    assert shown["flows"]["width"] == 60 * hub["record"]["flow_min"]
    assert shown["trailer"] == hub["outbound"]["trailer"]["parcels"]


@pytest.mark.parametrize(
    ("words", "periods"),
    [
        (("warmup_days=1", "horizon_days=2", "service_h=6"), ["warm-up", "day 1", "day 2", "after the end"]),
        # The clocks are set ahead on the second day: the run's last hour is of a fourth one.
        (("warmup_days=0", "horizon_days=2", "time_zone=Europe/Brussels"), ["day 1", "day 2", *["after the end"] * 2]),
    ],
)
def test_days_before_and_after_those_measured_say_so(words, periods):
    days = _days(load("liege_30k", *words, "start_date=2026-03-28", "exports=none"))
    assert [day["label"].partition(" (")[2] for day in days] == [f"{period})" for period in periods]


def test_a_uld_heads_the_queue_for_as_long_as_it_lacked_something(run):
    ulds, shown = rows_of(run, "ulds"), unpacked(data_of(run)["runs"][0]["tables"]["ulds"])
    lacks = ("station", "workers", "floor")
    waits = 60 * np.nan_to_num(np.array([ulds[f"wait_{what}"] for what in lacks]))
    heads = np.array([shown[name] for name in (*(f"heads_for_{what}" for what in lacks), "heads")])
    since, start = heads.max(axis=0), 60 * np.array(ulds["start"])
    has_begun = (since != NOT_YET) & ~np.isnan(start)
    assert has_begun.sum() > 100
    rounded_up = (since + waits.sum(axis=0) - start)[has_begun]
    assert (rounded_up > -1e-6).all() and (rounded_up < 1).all()
    assert (heads.argmax(axis=0) == waits.argmax(axis=0))[has_begun & (waits.max(axis=0) > 0)].all()
    assert ((heads != NOT_YET).sum(axis=0) <= 1).all()


PLAN = (
    "packout.chute_plan=[{machine:0,lanes:[PL,FR],second:1},{machine:0,lanes:[%s]},{machine:1,lanes:[%s]}]",
    "halls.main.packout_posts=25",
)


@pytest.mark.parametrize("words", [(), PLAN, ("packout.home_machines=true",)])
def test_a_chute_that_leads_to_a_machine_has_the_first_of_its_routes_as_its_flows_have(words):
    lanes = [*load("liege_30k").lanes]
    rest = ",".join(lane for lane in lanes if lane not in ("PL", "FR"))
    hub = load("liege_30k", *(word.replace("%s", rest, 1).replace("%s", ",".join(lanes)) for word in words))
    hall = make_site(hub, Streams(1, 0), ticks(hub.end_min)).halls[0]
    leading = hall.chutes[len(hall.chutes) - len(hall.leads_to) :]
    chutes = {
        f"{machine} {routes[0]}": second for (machine, routes), second in zip(leading, hall.leads_to, strict=True)
    }
    assert _leads(hub, "main") == chutes
    assert bool(chutes) == bool(words)


def test_places_are_counted_in_each_hall():
    rows = {"since": np.array([0, 0, 1]), "until": np.array([5, NOT_YET, 5]), "hall": np.array([0, 1, 1])}
    assert _places(rows, Place("ulds", "position", "since", "until", group="hall")).tolist() == [0, 0, 1]


def test_a_flight_is_held_until_it_has_a_stand_or_is_diverted():
    """Of five: one that lands, one that is diverted, one with a stand before a closed runway, and two that wait."""
    nan = math.nan
    flights = {
        "is_diverted": [False, True, True, False, False],
        "stand_requested": [0.0, 10.0, 20.0, 30.0, 40.0],
        "stand_given": [5.0, nan, 25.0, nan, 50.0],
        "stand_free": [300.0, nan, 380.5, nan, nan],
    }
    tables = {"flights": {name: np.array(values) for name, values in flights.items()}}
    held = _held(SimpleNamespace(tables=tables, longest_hold=360.0))
    assert held["held_until"].tolist() == pytest.approx([5, 370, 25, nan, 50], nan_ok=True)
    assert held["gone"].tolist() == pytest.approx([300, 370, 380.5, nan, nan], nan_ok=True)


def test_every_step_is_a_stored_or_derived_instant(run):
    (shown,) = data_of(run)["runs"]
    for kind in KINDS:
        columns = set(shown["tables"][kind.name]["columns"])
        assert {step.since for step in kind.steps} | {kind.gone} | set(kind.facts) <= columns


def test_the_last_line_is_the_path_and_the_run_stays_whole(run, capsys, tmp_path):
    for path, out in ((run / "replay.html", []), (tmp_path / "night.html", ["--out", str(tmp_path / "night.html")])):
        assert main(["replay", str(run), *out]) == 0
        assert capsys.readouterr().out.splitlines()[-1] == str(path)
    assert path.read_bytes() == (run / "replay.html").read_bytes()
    assert main(["show", str(run), "--json"]) == 0


def test_the_same_run_gives_the_same_page(run):
    before = (run / "replay.html").read_bytes()
    assert main(["replay", str(run), "--json"]) == 0
    assert (run / "replay.html").read_bytes() == before
    assert len(before) < MOST_BYTES


def test_every_other_replay_has_a_file_of_its_own(run, capsys):
    before = (run / "replay.html").read_bytes()
    names = set()
    for words in (["replication=1"], [str(run)], [str(run), "replication=1"]):
        assert main(["replay", str(run), *words]) == 0
        path = Path(capsys.readouterr().out.splitlines()[-1])
        assert path.parent == run
        assert path.is_file()
        names.add(path.name)
    assert len(names - {"replay.html"}) == 3
    assert (run / "replay.html").read_bytes() == before
    assert main(["show", str(run), "--json"]) == 0


def _replication(scenario, number=0, **hub):
    hub = SimpleNamespace(**{"start_date": "2022-09-05", "seed": 1} | hub)
    manifest = SimpleNamespace(identity={"hubs": {"a": {}, "b": {}}})
    return SimpleNamespace(scenario=scenario, number=number, hub=hub, manifest=manifest)


def test_a_file_name_has_what_differs_from_the_first_replication_of_the_first_design():
    run, other = Path("run"), Path("other")
    assert file_name([(run, _replication("b"))]) == "replay-b.html"
    assert file_name([(run, _replication("a")), (run, _replication("b"))]) == "replay-and-b.html"
    both = [(run, _replication("b", 2)), (other, _replication("b", 3))]
    assert file_name(both) == "replay-b-replication-2-and-other-b-replication-3.html"


@pytest.mark.parametrize(
    ("differs", "message"), [({"start_date": "2022-09-06"}, "the same day"), ({"seed": 2}, "draws")]
)
def test_two_runs_in_step_have_the_same_days_and_draws(differs, message):
    _check_step([_replication("a"), _replication("b")])
    with pytest.raises(InputError, match=message):
        _check_step([_replication("a"), _replication("b", **differs)])


def test_the_title_is_that_of_the_report(run):
    (design,) = designs_in(manifest_of(run))
    assert data_of(run)["runs"][0]["title"] == design.title


def test_whoever_is_at_rest_has_a_cause(run):
    """By the disruptions alone: outages and absences that are configured, and otherwise what breaks down at random."""
    rows, n_random = rows_of(run, "disruptions"), 0
    spans = {name: span for name, *span in zip(rows["name"], rows["start"], rows["end"], strict=True)}
    (shown,) = data_of(run)["runs"]
    for post in shown["posts"]:
        steps = unpacked(post["steps"])
        for since, n, cause in zip(steps["since"] / 60, steps["n"], steps["cause"], strict=True):
            assert (n == 0) == (cause != NOT_YET)
            if n:
                continue
            is_down = spans["belt"][0] <= since < spans["belt"][1] and post["machine"] == 0
            expected = "an outage at random" if post["kind"] == "inductions" else "absent staff (strike)"
            assert post["causes"][cause] == ("a sorting machine outage (belt)" if is_down else expected)
            n_random += not is_down
    assert n_random
    assert {one["is"]: (one["since"], one["until"]) for one in shown["disruptions"]} == {
        words: tuple(60 * instant for instant in spans[name])
        for name, words in (("belt", "a sorting machine outage (belt)"), ("strike", "absent staff (strike)"))
    }


def test_where_the_roster_has_nobody_a_strike_is_no_cause():
    """Customs officers, who work from 7 to 21, stay away for a day."""
    strike = ("+disruption@disruptions.strike=strike_day", "disruptions.strike.start='day 1 00:00'",
              "disruptions.strike.roles=[customs]", "disruptions.strike.share=0")  # fmt: skip
    hub = load("customs_today", "roster=three_shifts", *strike, "exports=none", horizon_days=1, warmup_days=0)
    rows = {"name": np.array(["strike"]), "start": np.array([0.0]), "end": np.array([24 * 60.0])}
    causes = Rests(SimpleNamespace(hub=hub), rows)
    found = [causes.cause("customs_desks", 0, -1, 60.0 * hour) for hour in (3, 7, 12, 21, 23)]
    nobody, away = "nobody is on the roster", "absent staff (strike)"
    assert found == [nobody, away, away, nobody, nobody]


def test_a_loader_that_is_away_is_no_cause_where_the_roster_has_nobody():
    away = ("+disruption@disruptions.away=loader_away", "disruptions.away.start='day 1 05:00'")
    hub = load("liege_30k", "roster=one_night", *away, "exports=none", horizon_days=1, warmup_days=0)
    rows = {"name": np.array(["away"]), "start": np.array([5 * 60.0]), "end": np.array([29 * 60.0])}
    causes = Rests(SimpleNamespace(hub=hub), rows)
    found = [causes.cause("loader_sets", -1, -1, 60.0 * hour) for hour in (6, 7)]
    assert found == ["loaders or tugs away (away)", "nobody is on the roster"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "one or two run folders"),
        (["{run}"] * 3, "one or two run folders"),
        (["nowhere"], "nowhere: no such folder"),
        (["{run}", "replication=7"], "replication: the run has 0 to 1"),
        (["{run}", "scenario=x"], "scenario: there is no design 'x'"),
        (["{run}", "day=3"], "unknown option"),
        (["{run}", "--out", "{run}"], "--out: a replay is a file *.html; got "),
        (["{run}", "--out", "{run}/report.html"], "report.html would be in a run folder"),
    ],
)
def test_mistakes_are_one_line(run, capsys, words, message):
    assert message in refused(capsys, "replay", *(word.format(run=run) for word in words))


def test_names_cannot_become_markup(run):
    content = data_of(run)
    evil = "</script><script>window.bad = 1</script><b>"
    content["runs"][0]["title"] = evil
    page = replay_page(content)
    assert evil not in page
    assert "window.bad = 1</script>" not in page


LABELS = """
  const { context } = replay.hubs[0], texts = [];
  context.fillText = (text) => texts.push(text);
  replay.hubs[0].drawLabels();
  delete context.fillText;
  return texts;"""
N_FRAMES, MOST_FRAME_MS, MOST_BYTES = 100, 8, 2_000_000


@pytest.mark.drawn
@needs_chromium
def test_labels_have_lines_small_or_upright_where_a_zone_is_narrow(run, browser):
    browser.open(run / "replay.html")
    browser.run(READY)
    texts = browser.run(LABELS)
    assert {"Hand-coding", "Break-down stations", "Dock doors"} <= set(texts)
    assert " ".join(texts).count("Customs hold zone") == 1
    assert not any(text.endswith("…") for text in texts)


@pytest.mark.drawn
@needs_chromium
def test_every_zone_has_its_whole_name_or_a_number_that_stands_for_it(run, browser):
    for width in (1280, 390):
        browser.open(run / "replay.html", width=width)
        browser.run(READY)
        texts = browser.run(LABELS)
        assert not any(text.endswith("…") for text in texts)
        shown, names = (
            " ".join(texts),
            browser.run("return replay.hubs[0].run.halls[0].zones.map((zone) => zone.label)"),
        )
        assert all(name in shown for name in names), [name for name in names if name not in shown]
        numbers = {text for text in texts if text.isdecimal()}
        assert numbers == {number for number in numbers if re.search(rf"(^|, | ){number} [A-Z]", shown)}
        assert width > 500 or numbers


@pytest.mark.drawn
@needs_chromium
@pytest.mark.parametrize("width", [1280, 390, 360])
def test_two_runs_in_step_fit_the_screen_and_are_drawn_quickly(run, browser, capsys, width):
    assert main(["replay", str(run), str(run)]) == 0
    browser.open(Path(capsys.readouterr().out.splitlines()[-1]), width=width)
    browser.run(READY)
    assert browser.run("return document.documentElement.scrollWidth") <= width
    assert [browser.run(f"return document.querySelectorAll('.floor h2')[{at}].innerText[0]") for at in (0, 1)] == [
        "A",
        "B",
    ]
    assert browser.run("return document.getElementById('halves').innerText") == "Each row: above A, below B"
    took = browser.thread_seconds()
    browser.run(f"for (let frame = 0; frame < {N_FRAMES}; frame++) replay.seek(36000 + 300 * frame);")
    assert (browser.thread_seconds() - took) / N_FRAMES * 1000 < MOST_FRAME_MS


@pytest.mark.slow
@pytest.mark.drawn
@needs_chromium
def test_two_weeks_of_a_hall_stay_small_and_are_drawn_quickly(tmp_path, browser):
    words = ("scenario=liege_30k", "demand=today", "horizon_days=14", "warmup_days=0", "replications=1", "workers=1")
    assert main(["run", *words, "--quiet", "--out", str(tmp_path / "runs")]) == 0
    (folder,) = (tmp_path / "runs").iterdir()
    assert main(["replay", str(folder)]) == 0
    assert (folder / "replay.html").stat().st_size < MOST_BYTES
    browser.open(folder / "replay.html")
    browser.run(READY)
    took = browser.thread_seconds()
    browser.run(f"for (let frame = 0; frame < {N_FRAMES}; frame++) replay.seek(11000 * frame);")
    assert (browser.thread_seconds() - took) / N_FRAMES * 1000 < MOST_FRAME_MS


def test_a_train_that_visits_several_halls_is_not_blocked_on_its_way_between_them():
    size = {"demand.parcels_per_flight": 2000, "demand.net_t_per_flight": 2, "horizon_days": 1, "warmup_days": 0}
    hub = load("liege_100k_complex", "complex=single_ulds", "exports=none", **size)
    tables = simulate(hub).tables
    (trains,) = (kind for kind in KINDS if kind.name == "trains")
    rows = _rows(trains, Journal(tables, hub))
    assert len(rows["goes_on"]) == len(tables["trains"]["flight"]) > 0
    left = rows["placed"] != NOT_YET
    # Positions are free, so each train goes on as soon as it is at the door of its first hall.
    assert (rows["goes_on"] == rows["at_door"])[left].any() and (rows["goes_on"] < rows["placed"])[left].all()
    blocked = [step.since for step in trains.steps if step.is_blocked]
    assert blocked == ["at_door"] and [step.since for step in trains.steps].index("goes_on") == 3


def test_a_uld_waits_for_its_xray_once_it_is_checked_in():
    size = {"demand.parcels_per_flight": 2000, "demand.net_t_per_flight": 2, "horizon_days": 1, "warmup_days": 0}
    hub = load("customs_xray_all", "exports=none", **size)
    tables = simulate(hub).tables
    (ulds,) = (kind for kind in KINDS if kind.name == "ulds")
    journal = Journal(tables, hub)
    rows = _rows(ulds, journal)
    # Meanwhile it holds its position, but does not wait for break-down.
    since, *_ = CAUSES["positions"].holding.stuck
    assert np.array_equal(journal.tables["ulds"][since], tables["ulds"]["xray_end"], equal_nan=True)
    assert rows["waits_for_xray"].tolist() == seconds(tables["ulds"]["checked_in"]).tolist()
    steps = [step.since for step in ulds.steps]
    for earlier, later in (("placed", "waits_for_xray"), ("waits_for_xray", "xray_begin"), ("xray_begin", "ready")):
        assert steps.index(earlier) + 1 == steps.index(later)
        assert (rows[earlier] <= rows[later])[rows[later] != NOT_YET].all()
    assert (rows["waits_for_xray"] < rows["xray_begin"]).any()
