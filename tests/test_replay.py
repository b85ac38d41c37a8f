"""A replay shows what the run stored: every count on the page is that of the Parquet rows."""

import base64
import functools
import json
import math
import re
import zlib

import numpy as np
import pytest
from browser import Browser, needs_chromium
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet
from stored_runs import made

from experiments.composition import load
from experiments.main import main
from experiments.report.replay_page import replay_page
from experiments.studies.replay.floor import zones_of
from experiments.studies.replay.kinds import COUNTS, KINDS
from experiments.studies.replay.packing import NOT_YET, packed, places, seconds

HALLS = ("liege_30k", "liege_66k", "liege_100k", "liege_100k_complex", "customs_xray_all")
DOCKING_MIN = 15
"""Of trucks, in configs/outbound."""


def unpacked(table):
    """The columns that were packed."""
    planes = np.frombuffer(zlib.decompress(base64.b64decode(table["data"])), dtype=np.uint8)
    steps = np.ascontiguousarray(planes.reshape(4, -1).T).view("<i4").reshape(len(table["columns"]), table["rows"])
    return {name: np.cumsum(steps[i], dtype=np.int32) for i, name in enumerate(table["columns"])}


def inside(enter, leave, instant):
    """Which stays (N) hold at a whole second: from `enter` to before `leave`, or for ever."""
    return (enter != NOT_YET) & (enter <= instant) & ((leave == NOT_YET) | (leave > instant))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = made(tmp_path_factory.mktemp("replay"), "run", "demand.flights_per_day=8")
    assert main(["replay", str(folder)]) == 0
    return folder


@functools.cache
def rows_of(run, table):
    """Of the first replication."""
    rows = parquet.read_table(run / "tables" / f"{table}.parquet", filters=[("replication", "=", 0)])
    return rows.to_pydict()


def data_of(run):
    (text,) = re.findall(
        r'<script id="data" type="application/json">(.*?)</script>', (run / "replay.html").read_text(), flags=re.DOTALL
    )
    return json.loads(text)


def count_of(rows, since, until, minute):
    """How many rows are between two instants, by the rows alone."""
    pairs = zip(rows[since], rows[until], strict=True)
    return sum(enter <= minute and (math.isnan(leave) or leave > minute) for enter, leave in pairs)


def expected(run, second):
    """The counts of the page at a second, by label, from the Parquet rows alone."""
    minute = second / 60
    flights, ulds, trains, trucks, collections, out_ulds, out_trains = (
        rows_of(run, table)
        for table in ("flights", "ulds", "trains", "trucks", "collections", "out_ulds", "out_trains")
    )
    assert not any(flights["is_diverted"])
    left = [
        cut_off + DOCKING_MIN if cancelled else departed
        for cut_off, cancelled, departed in zip(
            trucks["cut_off"], trucks["is_cancelled"], trucks["departed"], strict=True
        )
    ]
    return {
        "Flights held, no stand": count_of(flights, "stand_requested", "stand_given", minute),
        "Aircraft stands": count_of(flights, "stand_given", "stand_free", minute),
        "Tug trains": count_of(trains, "granted", "returned", minute),
        "ULD positions": count_of(ulds, "placed", "start", minute),
        "Break-down stations": count_of(ulds, "start", "released", minute),
        "Stations blocked": count_of(ulds, "end", "released", minute),
        "Dock doors": count_of({**trucks, "left": left}, "docked", "left", minute),
        "Trucks in the yard": count_of(trucks, "arrived", "docked", minute),
        "Inbound doors": count_of(collections, "docked", "released", minute),
        "Build-up places": count_of(out_ulds, "start", "built", minute),
        "Built ULDs, outside": count_of(out_ulds, "built", "taken", minute),
        "Outbound trains": count_of(out_trains, "granted", "returned", minute),
    }


def stored(run, zone, second):
    """What occupancy holds of a zone at the end of the last interval; None before the first."""
    rows = rows_of(run, "occupancy")
    triples = zip(rows["zone"], rows["time"], rows["inside"], strict=True)
    past = [(time, value) for name, time, value in triples if name == zone and time <= second / 60]
    return max(past)[1] if past else None


def some_seconds(run, n):
    return np.random.default_rng(7).integers(0, data_of(run)["runs"][0]["end"], size=n).tolist()


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


def test_packed_counts_are_those_of_the_parquet_rows(run):
    (shown,) = data_of(run)["runs"]
    tables = {name: unpacked(table) for name, table in shown["tables"].items()}
    counted = 0
    for second in some_seconds(run, 60):
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
    keys = zip(rows["place"], rows["machine"], rows["route"], rows["time"], strict=True)
    for key, came, left in zip(keys, rows["n_came"], rows["n_left"], strict=True):
        stored[key] = came, left
    for number, place in enumerate(shown["flows"]["places"]):
        pairs = zip(counts["edge"], counts[f"came_{number}"], counts[f"left_{number}"], strict=True)
        for edge, came, left in pairs:
            key = place["place"], place["machine"], place["route"], edge / 60
            if place["place"] != "export_lane":
                assert (came, left) == stored.get(key, (0, 0))
    manning = rows_of(run, "manning")
    for post in shown["posts"]:
        steps = unpacked(post["steps"])
        of_kind = zip(manning["kind"], manning["hall"], manning["machine"], manning["n_posts"], strict=True)
        mine = [n for *key, n in of_kind if key == [post["kind"], post["hall"], post["machine"]]]
        assert steps["n"].tolist() == mine


def test_every_step_is_a_stored_or_derived_instant(run):
    (shown,) = data_of(run)["runs"]
    for kind in KINDS:
        columns = set(shown["tables"][kind.name]["columns"])
        assert {step.since for step in kind.steps} | {kind.gone} | set(kind.facts) <= columns


def test_the_last_line_is_the_path_and_the_run_stays_whole(run, capsys):
    assert main(["replay", str(run)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(run / "replay.html")
    assert main(["show", str(run), "--json"]) == 0


def test_the_same_run_gives_the_same_page(run):
    before = (run / "replay.html").read_bytes()
    assert main(["replay", str(run), "--json"]) == 0
    assert (run / "replay.html").read_bytes() == before
    assert len(before) < 2_000_000


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "one or two run folders"),
        (["nowhere"], "nowhere: no such folder"),
        (["{run}", "replication=7"], "replication: the run has 0 to 1"),
        (["{run}", "scenario=x"], "scenario: no design 'x'"),
        (["{run}", "day=3"], "unknown option"),
    ],
)
def test_mistakes_are_one_line(run, capsys, words, said):
    assert main(["replay", *(word.format(run=run) for word in words)]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_names_cannot_become_markup(run):
    content = data_of(run)
    evil = "</script><script>window.bad = 1</script><b>"
    content["runs"][0]["title"] = evil
    page = replay_page(content)
    assert evil not in page
    assert "window.bad = 1</script>" not in page


READY = """
  while (!document.querySelector("#counts tbody tr")) {
    if (document.getElementById("error").textContent) break;
    await new Promise((done) => setTimeout(done, 20));
  }"""
SEEK = """
  replay.seek(%d);
  const rows = [...document.querySelectorAll("#counts tbody tr")];
  return Object.fromEntries(rows.map((row) => [row.cells[0].textContent, row.cells[1].firstChild.textContent]));"""
CLICK = """
  const hub = replay.hubs[0];
  const hit = hub.hits.findLast((one) => one.thing?.kind.name === "flights");
  const { scale, x, y } = hub.camera;
  const options = { bubbles: true, pointerId: 1, clientX: 0, clientY: 0 };
  const box = hub.canvas.getBoundingClientRect();
  options.clientX = box.x + x + (hit.x + hit.width / 2) * scale;
  options.clientY = box.y + y + (hit.y + hit.height / 2) * scale;
  hub.canvas.setPointerCapture = () => {};
  for (const type of ["pointerdown", "pointerup"]) hub.canvas.dispatchEvent(new PointerEvent(type, options));
  return document.getElementById("thing").innerText;"""
SCREENED = """
  replay.seek(%d);
  return replay.hubs[0].hits.findLast(({ about }) => about?.label === "Screening lines").about.facts;"""
LABELS = """
  const { context } = replay.hubs[0], texts = [];
  context.fillText = (text) => texts.push(text);
  replay.hubs[0].drawLabels();
  delete context.fillText;
  return texts;"""
N_FRAMES, MOST_FRAME_MS = 100, 8


@pytest.fixture
def browser(tmp_path):
    with Browser(tmp_path) as browser:
        yield browser
        assert not browser.errors


@pytest.mark.drawn
@needs_chromium
def test_the_page_shows_the_counts_of_the_parquet_rows(run, browser):
    browser.open(run / "replay.html")
    browser.run(READY)
    counted = 0
    for second in some_seconds(run, 25):
        shown = {label: text.replace(",", "") for label, text in browser.run(SEEK % second).items()}
        for label, n in expected(run, second).items():
            assert shown.get(label, "0") == str(n), (label, second)
            counted += n
        for label, zone in (("Sorting*", "sorting"), ("Lanes' floor*", "lanes"), ("Backlog*", "backlog")):
            n = stored(run, zone, second)
            assert shown[label] == ("–" if n is None else str(n)), (label, second)
        manning = rows_of(run, "manning")
        steps = zip(manning["kind"], manning["since"], manning["n_posts"], strict=True)
        workers = max((since, n) for kind, since, n in steps if kind == "workers" and since <= second / 60)[1]
        assert shown["Posts manned: break-down"] == str(workers), second
    assert counted > 50
    assert browser.run('return document.getElementById("error").textContent') == ""


@pytest.mark.drawn
@needs_chromium
def test_screening_is_drawn_with_the_counts_of_its_rows(run, browser):
    flows = rows_of(run, "flows")
    rows = [
        (time, came, left)
        for place, time, came, left in zip(
            *(flows[name] for name in ("place", "time", "n_came", "n_left")), strict=True
        )
        if place == "screening"
    ]
    browser.open(run / "replay.html")
    browser.run(READY)
    for at in np.linspace(0, len(rows) - 1, 12, dtype=int).tolist():
        time, came, left = rows[at]
        facts = dict(browser.run(SCREENED % math.ceil(time * 60)))
        inside = sum(came - left for past, came, left in rows if past <= time)
        counts = [
            int(facts[name].split(" ")[0].rstrip(",").replace(",", "")) for name in ("Inside", "Came", "Screened")
        ]
        assert counts == [inside, came, left], time
    assert sum(came for _, came, _ in rows) > 100


@pytest.mark.drawn
@needs_chromium
def test_labels_have_lines_small_or_upright_where_a_zone_is_narrow(run, browser):
    browser.open(run / "replay.html")
    browser.run(READY)
    texts = browser.run(LABELS)
    assert {"Hand-coding", "Screening", "Break-down stations", "Dock doors"} <= set(texts)
    assert " ".join(texts).count("Customs hold zone") == 1
    assert sum(text.endswith("…") for text in texts) <= 1


@pytest.mark.drawn
@needs_chromium
def test_a_click_on_an_aircraft_says_what_it_is_and_how_to_trace_it(run, browser):
    flights = rows_of(run, "flights")
    key, since = flights["key"][0], math.ceil(flights["unloading_start"][0] * 60)
    browser.open(run / "replay.html")
    browser.run(READY)
    browser.run(SEEK % since)
    said = browser.run(CLICK)
    assert f"Flight {key}" in said
    assert "being unloaded" in said
    assert f"cargohub trace {run} flight={key}" in said


@pytest.mark.drawn
@needs_chromium
@pytest.mark.parametrize("width", [1280, 390, 360])
def test_two_runs_in_step_fit_the_screen_and_are_drawn_quickly(run, browser, width):
    before = (run / "replay.html").read_bytes()
    assert main(["replay", str(run), str(run)]) == 0
    browser.open(run / "replay.html", width=width)
    browser.run(READY)
    assert browser.run("return document.documentElement.scrollWidth") <= width
    took = browser.thread_seconds()
    browser.run(f"for (let frame = 0; frame < {N_FRAMES}; frame++) replay.seek(36000 + 300 * frame);")
    assert (browser.thread_seconds() - took) / N_FRAMES * 1000 < MOST_FRAME_MS
    (run / "replay.html").write_bytes(before)
