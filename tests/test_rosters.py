"""Rosters: shares, shifts and absences as steps of manned posts; queues whose servers come and go."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st
from mistakes import refused

from experiments.composition import load
from sim.config.roster import RoleRoster, Roster, Shift
from sim.domain.roles import ROLES
from sim.domain.site import MachineCalendar, Manning
from sim.errors import ConfigError
from sim.inputs.inputs import make_inputs
from sim.inputs.roster import Absence, manned, manned_calendar
from sim.inputs.staffing import fully_manned
from sim.kernels.queueing import Servers, several_servers
from sim.processes.phases import Phase, at
from sim.processes.pool import Pool
from sim.reference.equality import vectorised_tables
from sim.reference.small_hubs import make
from sim.reference.small_numbers import draw
from sim.units import TICKS_PER_DAY, TICKS_PER_H

MONDAY = dt.date(2022, 9, 5)
WEEK = 7 * TICKS_PER_DAY


def roster(*shifts, factor=1.0, of_role=1.0, night_factor=1.0):
    one = RoleRoster(of_role, tuple(Shift(*shift) for shift in shifts) or None)
    return Roster("of the test", factor, night_factor, None, 1748.0, dict.fromkeys(ROLES, one))


def steps(manning):
    """(hours, posts)"""
    return [(start / TICKS_PER_H, posts) for start, posts in zip(manning.start, manning.posts, strict=True)]


def test_round_the_clock_every_post_is_manned():
    assert manned(roster(), "breakdown", 48, MONDAY, WEEK) == Manning((0,), (48,))


def test_shifts_that_leave_no_gap_and_man_all_are_round_the_clock():
    days = ("mon-sun",)
    three = roster((days, "06:00", "14:00", 1), (days, "14:00", "22:00", 1), (days, "22:00", "06:00", 1))
    assert manned(three, "breakdown", 48, MONDAY, WEEK) == Manning((0,), (48,))
    assert manned(roster((days, "06:00", "06:00", 1)), "docks", 7, MONDAY, WEEK) == Manning((0,), (7,))


def test_outside_all_shifts_nobody_is_there_and_a_night_shift_passes_midnight():
    night = roster((("mon", "sun"), "22:00", "06:00", 0.5))
    found = steps(manned(night, "breakdown", 9, MONDAY, WEEK))
    # The shift of the Sunday before reaches into the first Monday; half of nine posts is five, rounded half up.
    assert found == [(0, 5), (6, 0), (22, 5), (30, 0), (6 * 24 + 22, 5), (7 * 24, 9)]


def test_a_run_may_begin_on_any_weekday():
    one = roster((("mon",), "08:00", "10:00", 1))
    for ahead in range(7):
        found = steps(manned(one, "docks", 3, MONDAY + dt.timedelta(days=ahead), 13 * TICKS_PER_DAY))
        opens = (7 - ahead) % 7 * 24 + 8
        assert [at for at, n in found if n == 3] == [*range(opens, 13 * 24, 7 * 24), 13 * 24]
        assert (opens + 2, 0) in found


def test_the_factors_scale_shares_up_to_all_posts():
    half = [(("mon-sun",), "00:00", "00:00", 0.5)]
    assert manned(roster(*half, factor=1.1), "tugs", 20, MONDAY, WEEK).posts[0] == 11
    assert manned(roster(*half, of_role=1.3, factor=1.1), "tugs", 20, MONDAY, WEEK).posts[0] == 14
    assert manned(roster(*half, factor=9), "tugs", 20, MONDAY, WEEK).posts == (20,)
    assert manned(roster(*half, factor=0), "tugs", 20, MONDAY, WEEK).posts == (0, 20)
    # 0.29 of 50 is a half, although the product of the floats is less.
    assert manned(roster((("mon-sun",), "00:00", "00:00", 0.29)), "tugs", 50, MONDAY, WEEK).posts[0] == 15


def test_a_night_s_factor_is_that_of_shifts_over_midnight_given_or_by_work():
    three = [
        (("mon-sun",), "06:00", "14:00", 1),
        (("mon-sun",), "14:00", "22:00", 0.5),
        (("mon-sun",), "22:00", "06:00", 0.8),
    ]
    found = steps(manned(roster(*three, night_factor=0.5), "docks", 10, MONDAY, 2 * TICKS_PER_DAY))
    assert found == [(0, 4), (6, 10), (14, 5), (22, 4), (30, 10), (38, 5), (46, 4), (48, 10)]
    until_midnight = [(("mon-sun",), "16:00", "00:00", 1)]
    assert manned(roster(*until_midnight, night_factor=0.5), "docks", 10, MONDAY, WEEK).posts[1] == 10
    assert manned(roster(night_factor=0.5), "docks", 10, MONDAY, WEEK).posts == (10,)
    as_it_is, at_night = (
        make_inputs(load("liege_30k", *more), 0).site.halls[0].manning["packout_posts"]
        for more in ((), ("roster.night_factor=-30%",))
    )
    for hour in range(14 * 24):
        before, after = ([n for since, n in steps(way) if since <= hour][-1] for way in (as_it_is, at_night))
        assert after == (int(before * 0.7 + 0.5) if hour % 24 < 6 or hour % 24 >= 22 else before), hour


def test_absences_multiply_and_concern_their_roles_only():
    absences = (
        Absence(24 * TICKS_PER_H, 72 * TICKS_PER_H, 0.5, ("breakdown",)),
        Absence(48 * TICKS_PER_H, 72 * TICKS_PER_H, 0.5),
        Absence(90 * TICKS_PER_H, 91 * TICKS_PER_H, 0.0, ("docks",)),
    )
    assert steps(manned(roster(), "breakdown", 8, MONDAY, WEEK, absences)) == [(0, 8), (24, 4), (48, 2), (72, 8)]
    assert steps(manned(roster(), "docks", 8, MONDAY, WEEK, absences)) == [(0, 8), (48, 4), (72, 8), (90, 0), (91, 8)]
    # One that began before the run, and one that outlasts it.
    across = [Absence(begin * TICKS_PER_H, end * TICKS_PER_H, 0.5) for begin, end in ((-10, 5), (160, 200))]
    assert steps(manned(roster(), "docks", 8, MONDAY, WEEK, across)) == [(0, 4), (5, 8), (160, 4), (168, 8)]


@given(share=st.floats(0, 1), posts=st.integers(1, 60), factor=st.floats(0, 3), length=st.integers(0, 23 * 60 + 59))
@settings(max_examples=60)
def test_manned_is_between_nobody_and_all_and_ends_with_all(share, posts, factor, length):
    end = f"{length // 60:02}:{length % 60:02}"
    found = manned(roster((("tue-thu",), "03:30", end, share), factor=factor), "breakdown", posts, MONDAY, WEEK)
    assert found.start[0] == 0
    assert all(a < b for a, b in zip(found.start, found.start[1:], strict=False))
    assert all(0 <= n <= posts for n in found.posts)
    assert found.posts[-1] == posts


def test_a_machine_runs_as_fast_as_it_is_manned_and_stands_in_an_outage():
    outages = MachineCalendar(np.array([0, 30, 40, 90]), np.array([4, 0, 4, 4]))
    calendar = manned_calendar(outages, Manning((0, 35, 60), (2, 1, 4)))
    assert calendar.start.tolist() == [0, 30, 35, 40, 60, 90]
    assert calendar.slope.tolist() == [2, 0, 0, 1, 4, 4]
    of_one = MachineCalendar(outages.start, np.minimum(outages.slope, 1))
    assert manned_calendar(of_one, Manning((0, 60), (0, 1))).slope.tolist() == [0, 0, 0, 1, 1]


SHIFT = "roster.roles.breakdown.shifts"
EARLY = '{days: [mon-fri], start: "06:00", end: "14:00", share: 1}'


@pytest.mark.parametrize(
    ("word", "message"),
    [
        (
            f'{SHIFT}=[{EARLY}, {{days: [fri-mon], start: "13:00", end: "22:00", share: 0.5}}]',
            "roster.roles.breakdown.shifts: 'mon-fri 06:00-14:00' and 'fri-mon 13:00-22:00' overlap on mon at 13:00",
        ),
        (
            f'{SHIFT}=[{{days: [sun], start: "22:00", end: "06:30", share: 1}}, {EARLY}]',
            "roster.roles.breakdown.shifts: 'sun 22:00-06:30' and 'mon-fri 06:00-14:00' overlap on mon at 06:00",
        ),
        (
            f'{SHIFT}=[{{days: [mon-fry], start: "06:00", end: "14:00", share: 1}}]',
            "each must be a day or a range of mon, tue, wed, thu, fri, sat, sun, such as 'mon-fri', got 'mon-fry'",
        ),
        (
            f'{SHIFT}=[{{days: [mon], start: "6", end: "14:00", share: 1}}]',
            "roster.roles.breakdown.shifts[0].start: must be a clock time as 'HH:MM' in quotes, got '6'",
        ),
        (
            f'{SHIFT}=[{{days: [mon], start: "06:00", end: "14:00", share: 1.5}}]',
            "roster.roles.breakdown.shifts[0].share: must be at most 1, got 1.5",
        ),
        (f'{SHIFT}=[{{days: [], start: "06:00", end: "14:00", share: 1}}]', "shifts[0].days: at least one, got none"),
        ("+roster.roles.brakedown={factor: 1, shifts: null}", "roster.roles.brakedown: unknown role; did you mean"),
        ("roster.night_factor=70", "roster.night_factor: must be at most 10, got 70.0"),
        ("~roster.roles.docks", "roster.roles.docks: missing"),
        ("+roster.strikes=[]", "roster.strikes: unknown key"),
    ],
)
def test_a_mistake_in_a_roster_is_one_line_and_exit_code_2(word, message, capsys):
    assert message in refused(capsys, "run", "--show", word)


def test_a_roster_with_which_nobody_could_ever_work_is_refused():
    with pytest.raises(ConfigError, match=r"roster\.roles\.breakdown: at most 2 of 48 posts are ever manned, .* 4 at"):
        make_inputs(load("liege_30k", "roster=round_the_clock", "roster.roles.breakdown.factor=0.04"), 0)
    with pytest.raises(ConfigError, match=r"roster\.roles\.xray: at most 0 of 1 posts are ever manned"):
        make_inputs(load("customs_today", "roster.roles.xray.factor=0.4"), 0)
    make_inputs(load("liege_30k", "customs=low_value", "roster.roles.xray.factor=0.4"), 0)  # nothing is declared
    with pytest.raises(ConfigError, match=r"roster\.roles\.induction: at most 0 of 10"):
        make_inputs(load("liege_30k", "roster.roles.induction.shifts=[]"), 0)


def test_a_role_that_is_there_in_full_for_the_end_of_the_week_only_is_enough():
    shift = '{days: [sun], start: "12:00", end: "00:00", share: 1}'
    config = load("liege_30k", f"roster.roles.breakdown.shifts=[{shift}]", "horizon_days=1", "warmup_days=0")
    (hall,) = make_inputs(config, 0).site.halls
    assert hall.manning["workers"].posts[0] == 0


def test_a_role_is_fully_manned_if_none_of_its_posts_is_ever_empty_whatever_the_roster_is_called():
    always = load("liege_30k", "roster=round_the_clock")
    assert fully_manned(always) == [name for name, role in ROLES.items() if not role.is_of_declarations]
    assert fully_manned(replace(always, roster=replace(always.roster, factor=0.5))) == ["hand_sorting"], (
        "it has no post"
    )
    gap = replace(
        always.roster,
        roles=always.roster.roles | {"packout": RoleRoster(1.0, (Shift(("mon-sun",), "06:00", "05:30", 1.0),))},
    )
    assert {*fully_manned(always)} - {*fully_manned(replace(always, roster=gap))} == {"packout"}


def test_people_who_are_always_there_are_as_good_as_no_roster():
    def posts_of(hall):
        return {"workers": hall.breakdown_workers, "dock_workers": hall.dock_workers} | {
            name: hall.desks[name] for name in ("handcoding_desks", "customs_desks")
        }

    def always(posts):
        return {kind: Manning(tuple(shifts), (n,) * len(shifts)) for kind, n in posts.items()}

    for seed in range(12):
        inputs = make(replace(draw(seed), has_roster=False))
        site, shifts = inputs.site, range(0, inputs.end, inputs.end // 50)
        halls = tuple(replace(hall, manning=always(posts_of(hall))) for hall in site.halls)
        apron = always({"loader_sets": site.apron.loader_sets, "tugs": site.apron.tugs})
        rostered = replace(inputs, site=replace(site, halls=halls, apron=replace(site.apron, manning=apron)))
        assert vectorised_tables(rostered) == vectorised_tables(inputs)


def by_brute_force(arrival, service, start, number):
    """Tick by tick: who has ended goes, then the number changes, then who waits begins, in order."""
    begin, ends, waiting, tick = [], [], list(zip(arrival, service, strict=True)), 0
    while waiting:
        ends = [end for end in ends if end > tick]
        there = [n for at, n in zip(start, number, strict=True) if at <= tick][-1]
        while waiting and waiting[0][0] <= tick and len(ends) < there:
            begin.append(tick)
            ends.append(tick + waiting.pop(0)[1])
        tick += 1
    return begin


@given(st.data())
@settings(max_examples=3 * settings.default.max_examples)
def test_servers_that_come_and_go_serve_as_a_simulation_by_the_tick(data):
    n = data.draw(st.integers(1, 12))
    arrival = np.cumsum(data.draw(st.lists(st.integers(0, 4), min_size=n, max_size=n)))
    service = np.array(data.draw(st.lists(st.integers(1, 9), min_size=n, max_size=n)))
    start = np.cumsum([0, *data.draw(st.lists(st.integers(1, 9), max_size=6))]).tolist()
    number = [*data.draw(st.lists(st.integers(0, 3), min_size=len(start) - 1, max_size=len(start) - 1)), 2]
    cut = data.draw(st.integers(0, n))
    servers = Servers(start, number)
    pieces = [several_servers(arrival[part], service[part], servers) for part in (slice(cut), slice(cut, None))]
    assert np.concatenate(pieces).tolist() == by_brute_force(arrival.tolist(), service.tolist(), start, number)


@given(st.data())
@settings(max_examples=3 * settings.default.max_examples)
def test_equal_services_in_columns_begin_as_one_by_one(data):
    n = data.draw(st.integers(1, 120))
    arrival = np.cumsum(data.draw(st.lists(st.integers(0, 4), min_size=n, max_size=n)))
    service = data.draw(st.integers(1, 9))
    start = np.cumsum([0, *data.draw(st.lists(st.integers(1, 90), max_size=6))]).tolist()
    number = [*data.draw(st.lists(st.integers(0, 5), min_size=len(start) - 1, max_size=len(start) - 1)), 2]
    cut = data.draw(st.integers(0, n))
    columns, singly = Servers(start, number), Servers(start, number)
    for part in (slice(cut), slice(cut, None)):
        begin = several_servers(arrival[part], service, columns)
        assert begin.tolist() == several_servers(arrival[part], np.full(len(begin), service), singly).tolist()


def test_a_pool_that_shrinks_grants_nothing_until_what_is_held_has_come_back():
    env = simpy.Environment()
    pool = Pool(env, Phase.DOOR, people=3)
    grants = []

    def work(key, length):
        yield pool.request((key,), people=1)
        grants.append((key, env.now))
        yield at(env, env.now + length)
        pool.release(people=1)

    def shifts():
        yield at(env, 5)
        pool.set_capacity("people", 1, 2)
        yield at(env, 30)
        pool.set_capacity("people", 4, 4)

    for key, length in enumerate((10, 12, 20, 50, 50)):
        env.process(work(key, length))
    env.process(shifts())
    env.run(until=6)
    assert pool.free == {"people": -2}
    assert pool.overtime_until(8) == {"people": 3}, "three held since 5, by two of the roster and one after the shift"
    env.run(until=40)
    # Three held, one manned: the first two that end free nobody's post.
    assert grants == [(0, 0), (1, 0), (2, 0), (3, 20), (4, 30)]
    assert pool.held_until(40)["people"] == 10 + 12 + 20 + 20 + 10
    assert pool.lacked_until(40)["people"] == 30
    env.run()
    assert pool.free == {"people": 4}
