"""What a replay shows in a browser is what the Parquet rows hold, and all of it can be reached by keyboard."""

import math
import re
from collections import defaultdict

import numpy as np
import pytest
from browser import SERIOUS, needs_chromium
from replay_rows import READY, SEEK, data_of, expected, rows_of, some_seconds, stored

from experiments import formatting
from experiments.report.replay_page import replay_page
from sim.domain.roles import ROLES

pytestmark = [pytest.mark.drawn, needs_chromium]
COUNTED_BY_ROWS = {
    "stands", "uld_positions", "breakdown", "dock_doors", "yard", "doors_in", "build_up", "built_ulds", "tugs",
    "outbound_tugs",
}  # fmt: skip
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
FLOWS = """
  replay.seek(%d);
  const { hits, run } = replay.hubs[0], shown = {};
  for (const { key, text, about } of hits) if (/^(machine|chute|lane|screening)/.test(key)) {
    shown[key] = { text: text ?? shown[key]?.text ?? "", rows: about().rows };
  }
  return shown;"""
ZONES = """
  replay.seek(%d);
  return replay.hubs[0].hits.filter(({ key }) => key?.startsWith("zone/")).flatMap(({ about }) => about().rows);"""
SAYINGS = """
  replay.seek(%d);
  const hub = replay.hubs[0], box = document.getElementById("thing"), shown = [];
  for (const hit of hub.hits) {
    replay.choose(hub, hit.grid ? hub.at({ x: hit.x + hit.width * 0.99, y: hit.y + hit.height * 0.99 }) : hit);
    const name = hit.thing ? hit.thing.kind.name : (hit.key ?? hit.place.label);
    shown.push([name, box.innerText, document.getElementById("thing-trace").hidden]);
  }
  return shown;"""
BLOCKED = """
  replay.seek(%d);
  const buttons = [...document.querySelectorAll("#blocked button")];
  const button = buttons.find((each) => each.innerText.includes("Sorting machine"));
  button.focus();
  button.click();
  const [title, thing] = ["thing-title", "thing"].map((id) => document.getElementById(id).innerText);
  return [button.innerText, title, thing];"""

RED = """
  const [hub] = replay.hubs, drawn = [];
  hub.context.strokeRect = (x, y) => drawn.push([hub.context.strokeStyle, x, y].join());
  hub.draw(%d);
  delete hub.context.strokeRect;
  const { x, y } = hub.placed("zone/hand_sorting/0");
  return drawn.includes([hub.colours.blocked, x, y].join());"""


@pytest.fixture
def run(replay):
    return replay


@pytest.fixture
def plan(run, browser):
    """The browser, with the replay in a wide window."""
    browser.open(run / "replay.html")
    browser.run(READY)
    return browser


def whole(text):
    """The number that a text begins with; None: it shows that there is none."""
    return None if text == "–" else int(text.split(" ")[0].rstrip(",").replace(",", ""))


def manned(run, second):
    """Posts by kind, in all halls and at all machines."""
    rows, last = rows_of(run, "manning"), {}
    names = ("kind", "hall", "machine", "since", "n_posts")
    for kind, hall, machine, since, n in sorted(zip(*(rows[name] for name in names), strict=True)):
        if since <= second / 60:
            last[kind, hall, machine] = n
    posts = defaultdict(int)
    for (kind, *_), n in last.items():
        posts[kind] += n
    return posts


def test_every_count_is_that_of_the_parquet_rows(run, plan):
    labels = {
        f"{formatting.zone(zone)} [{unit}]*": zone
        for zone, unit in {*zip(*(rows_of(run, "occupancy")[name] for name in ("zone", "unit")), strict=True)}
        if zone not in COUNTED_BY_ROWS and not zone.startswith("backlog_")
    }
    posts = {f"Posts manned: {role.label}": role.kind for role in ROLES.values() if role.kind != "inductions"}
    posts["Inductions at work"] = "inductions"
    seen, counted = set(), 0
    for second in some_seconds(run, 25):
        rows, at_work = expected(run, second), manned(run, second)
        for label, text in plan.run(SEEK % second).items():
            n = whole(text)
            if label in rows:
                assert n == rows[label], (label, second)
            elif label in labels:
                assert n == stored(run, labels[label], second), (label, second)
            else:
                assert n == at_work[posts[label]], (label, second)
            seen.add(label)
            counted += n or 0
    parcels = ("Hand-coding", "Manual sort", "Customs hold zone", "Export floor", "Backlog")
    assert {*(f"{zone} [parcels]*" for zone in parcels), "Empty ULDs [ULDs]*"} <= seen
    assert {label for label, kind in posts.items() if kind in rows_of(run, "manning")["kind"]} <= seen
    assert counted > 50
    assert plan.run('return document.getElementById("error").textContent') == ""


def test_machines_chutes_lanes_and_lines_show_the_counts_of_their_rows(run, plan):
    flows = rows_of(run, "flows")
    rows = defaultdict(dict)
    names = ("place", "hall", "machine", "route", "time", "n_came", "n_left")
    for place, hall, machine, route, time, *counts in zip(*(flows[name] for name in names), strict=True):
        rows[f"{place}/{hall}/{machine}/{route}"][time] = counts
    width, seen, total = min(flows["time"]) % 5 or 5, set(), 0
    for second in some_seconds(run, 12):
        end = second // 60 // width * width
        for key, shown in plan.run(FLOWS % second).items():
            facts = {row[0]: row[1] for row in shown["rows"]}
            came, left = rows[key].get(end, (0, 0))
            inside = sum(came - left for time, (came, left) in rows[key].items() if time <= end)
            (out,) = {"Sorted", "Packed", "Screened", "Taken by trucks and shuttles"} & {*facts}
            assert [whole(facts[name]) for name in ("Inside", "Came", out)] == [inside, came, left], (key, second)
            if key.startswith(("machine", "screening")):
                assert whole(shown["text"]) == left * 60 / width, (key, second)
            seen.add(key.partition("/")[0])
            total += came
    assert seen == {"machine", "chute", "lane", "screening"}
    assert total > 100


def test_a_click_on_a_zone_shows_what_is_counted_in_it(run, plan):
    for second in some_seconds(run, 10):
        rows = expected(run, second)
        shown = {row[0]: whole(row[1]) for row in plan.run(ZONES % second) if row[0] in rows}
        assert shown == {label: n for label, n in rows.items() if label in shown}
        assert {*rows} - {*shown} == {"Flights held, no stand"}


def test_a_click_on_anything_says_since_when_and_what_for_and_how_to_trace_it(run, plan):
    flights, ulds, seen = rows_of(run, "flights"), rows_of(run, "ulds"), set()
    says_its_loader = False
    longest = np.nanargmax(np.subtract(ulds["on_train"], ulds["lifted"]))
    on_loader = math.floor(ulds["on_train"][longest] * 60) - 1
    for second in (9 * 3600, math.ceil(flights["unloading_start"][0] * 60) + 600, on_loader):
        for name, text, is_without_trace in plan.run(SAYINGS % second):
            seen.add(name.split("/")[0])
            if name.startswith("zone/"):
                assert text.count("State") <= text.count("There longest") + 1, text
            else:
                assert "Since" in text, (name, text)
                assert "Waits for" in text, (name, text)
            assert not re.search(r"Route\n+(Hall|Command|History|Close)", text), (name, text)
            says_its_loader |= name == "flights" and "the ULD on its loader, which is blocked" in text
            if name in ("flights", "ulds", "trains", "trucks", "collections", "out_ulds", "out_trains"):
                assert not is_without_trace or "History" in text, (name, text)
    assert says_its_loader
    assert {"flights", "zone", "Aircraft stand", "ULD position", "Dock door", "machine", "chute", "lane"} <= seen


def test_what_is_at_rest_is_blocked_now_and_its_line_chooses_it(run, plan):
    line, title, text = plan.run(BLOCKED % (9 * 3600))
    assert line == "Sorting machine 1: at rest for 1 h 0 min, a sorting machine outage (belt)"
    assert title == "Sorting machine 1"
    assert "at rest" in text
    texts = plan.run("return document.getElementById('blocked').innerText")
    assert "On now: absent staff (strike)" in texts
    assert "Posts of sorting exports by hand: at rest" in texts
    assert [plan.run(RED % (hour * 3600)) for hour in (5, 9)] == [False, True]


def test_the_plan_is_moved_by_keyboard(plan):
    place = "const { x, y } = replay.hubs[0].camera; return [x, y, replay.second]"
    x, y, second = plan.run(f"document.querySelector('.floor canvas').focus(); {place}")
    for key in ("ArrowLeft", "ArrowUp"):
        plan.press(key)
    assert plan.run(place) == [x + 60, y + 60, second]
    plan.press("Enter")
    assert plan.run("return document.getElementById('thing').hidden") is False
    plan.run("document.activeElement.blur()")
    plan.press("ArrowRight")
    assert plan.run(place) == [x + 60, y + 60, second + 60]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("page", ["replay.html", "report.html"])
def test_pages_have_no_serious_findings(run, browser, page, width):
    browser.open(run / page, width)
    assert [each for each in browser.findings() if each[0] in SERIOUS] == []


def test_after_a_clock_change_day_and_slider_are_those_of_the_clocks(run, browser, tmp_path):
    content = data_of(run)
    content["runs"][0]["clock"] = [[-1, 0], [20 * 3600, 3600]]
    (tmp_path / "summer.html").write_text(replay_page(content))
    browser.open(tmp_path / "summer.html")
    browser.run(READY)
    shown = "return ['day', 'slider'].map((id) => document.getElementById(id).value);"
    assert browser.run(f"replay.seek(84600); {shown}") == ["1", "1800"], "23:30 hours after midnight is 00:30"
    set_to = """
      const control = document.getElementById("%s");
      control.value = "%s";
      control.dispatchEvent(new Event("%s"));
      return replay.second;"""
    assert browser.run(set_to % ("slider", 0, "input")) == 23 * 3600
    assert browser.run(set_to % ("day", 0, "change")) == 0


def test_an_hour_that_the_clocks_repeat_is_told_from_the_first(run, browser, tmp_path):
    content = data_of(run)
    content["runs"][0]["clock"] = [[-1, 0], [3 * 3600, -3600]]
    (tmp_path / "winter.html").write_text(replay_page(content))
    browser.open(tmp_path / "winter.html")
    browser.run(READY)
    clock = "replay.seek(%d * 1800); return document.getElementById('clock').textContent.split(' ').slice(4).join(' ')"
    shown = [browser.run(clock % halves) for halves in (5, 6, 7, 8)]
    assert shown == ["02:30:00", "02:00:00 (second time)", "02:30:00 (second time)", "03:00:00"]


@pytest.mark.parametrize("height", [640, 844])
def test_what_is_chosen_on_a_phone_is_not_behind_the_controls(run, browser, height):
    browser.open(run / "replay.html", 360, height)
    browser.run(READY)
    shown, controls = browser.run("""
      const [hub] = replay.hubs;
      replay.choose(hub, hub.placed("zone/hand_sorting/0"));
      const box = (name) => document.querySelector(name).getBoundingClientRect();
      return [box("#thing").bottom, box("footer").top];""")
    assert shown <= controls


@pytest.mark.parametrize("width", [1280, 390])
def test_the_day_is_shown_in_full(run, browser, width):
    browser.open(run / "replay.html", width)
    browser.run(READY)
    shown, needed = browser.run("""
      const day = document.getElementById("day");
      const shown = day.offsetWidth;
      day.style.maxWidth = "none";
      return [shown, day.offsetWidth];""")
    assert shown == needed


@pytest.mark.parametrize("width", [1280, 390, 360])
def test_what_the_numbers_of_a_plan_stand_for_is_beside_its_scale(run, browser, width):
    browser.open(run / "replay.html", width)
    browser.run(READY)
    legend, scale = browser.run("""
      const [hub] = replay.hubs, texts = [];
      hub.context.fillText = (text, x) => texts.push([text, x, x + hub.context.measureText(text).width]);
      hub.draw(0);
      delete hub.context.fillText;
      const ends = texts.filter(([text, x]) => x === 7 && /^\\d+ [A-Z]/.test(text)).map(([,, end]) => end);
      return [ends, texts.find(([text]) => /^\\d+ m$/.test(text))[1]];""")
    assert 0 < max(legend) < scale


def test_the_name_of_the_yard_covers_no_truck(plan):
    room_px = plan.run("""
      const [{ plan, camera }] = replay.hubs, [{ yard, slots }] = plan.halls;
      return [(slots.y - yard.y) * camera.scale, (yard.y + yard.height - slots.y - slots.height) * camera.scale];""")
    assert room_px[0] >= 3 + 14 and room_px[1] == pytest.approx(0), "a line of letters, and all slots"


def test_a_click_on_an_aircraft_says_what_it_is_and_how_to_trace_it(run, plan):
    flights = rows_of(run, "flights")
    key, since = flights["key"][0], math.ceil(flights["unloading_start"][0] * 60)
    plan.run(SEEK % since)
    text = plan.run(CLICK)
    assert f"Flight {key}" in text
    assert "being unloaded" in text
    assert f"cargohub trace {run} flight={key}" in text
