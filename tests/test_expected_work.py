"""Rosters that follow the work: what is expected against what is worked, shifts by hand, and what they depend on."""

import datetime as dt
import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from expected import flights_expected
from mistakes import refused

from experiments.composition import load
from sim import simulate
from sim.config.roster import DAYS
from sim.domain.roles import ROLES, Place
from sim.inputs.arrival_processes import PROCESSES
from sim.inputs.expected_flights import BINS_PER_DAY, MARGIN, evenly, parcels_beside, spread
from sim.inputs.expected_work import _minutes, expected_work
from sim.inputs.flight_work import loader_min, machines_up, pieces_on_machines
from sim.inputs.staffing import rostered_h_per_day, rosters_of
from sim.measures.ladder import capacity_ladder
from sim.streams import Streams
from sim.units import MIN_PER_DAY, TICKS_PER_DAY, TICKS_PER_H

RUN = 21 * TICKS_PER_DAY
WEEK = slice(MARGIN + 7 * BINS_PER_DAY, MARGIN + 14 * BINS_PER_DAY)
FOLLOWING = [name for name, role in ROLES.items() if not role.is_of_customs]


def rostered(config, name, hall="main"):
    """How many are manned, by shift from Monday 06:00 of the second week on (21)."""
    manning = rosters_of(config, RUN).of_role(name, None if ROLES[name].place is Place.APRON else hall)
    at = (7 * 24 + 6 + 8 * np.arange(21)) * TICKS_PER_H
    return np.array(manning.posts)[np.searchsorted(np.array(manning.start), at, side="right") - 1].tolist()


def test_a_week_of_expected_flights_is_the_demand_of_its_month():
    week = flights_expected(load("liege_30k"), RUN)[WEEK]
    assert week.sum() == pytest.approx(7 * 3.5 * 1.03, rel=2e-3)  # delays carry a little from the Sunday to the Monday
    days = week.reshape(7, -1).sum(axis=1)
    assert days[5] < days[4] < days[1]  # Saturday, Friday, Tuesday
    assert flights_expected(load("liege_30k", "arrivals=poisson"), RUN)[WEEK].sum() == pytest.approx(
        7 * 3.5 * 1.03, rel=2e-3
    )
    assert all(flights_expected(load("liege_30k", f"start_date=2022-09-{day:02}"), RUN).all() for day in range(5, 12))
    november = load("liege_30k", "start_date=2022-10-24")
    assert flights_expected(november, RUN)[WEEK].sum() == pytest.approx(7 * 3.5 * 1.06, rel=2e-3)


def test_collections_bring_the_exports_of_the_flights_that_are_not_cancelled():
    """A quarter as many parcels as 3.5 flights of 115,000 bring in a usual day of September, 5,500 a truck."""
    for cancelled in (0, 0.4):
        config = load("liege_30k", "exports=one_fifth", f"arrivals.cancelled_share={cancelled}")
        a_week = expected_work(config, RUN).collections[WEEK].sum()
        assert a_week == pytest.approx(7 * 3.5 * 1.03 * (1 - cancelled) * 115_000 * 0.25 / 5500)


def test_work_of_an_import_with_its_exports_is_that_of_the_ladder():
    """Over post-minutes of all posts in a day: the parcels a day of the resource's rung."""
    config = load("liege_30k", "exports=one_fifth")
    hall, exports = config.halls["main"], config.exports
    ladder = capacity_ladder(config, {})
    posts = {
        "breakdown": ("stations", hall.breakdown_stations * config.breakdown.workers_per_station),
        "induction": ("machines", config.sorting.inductions),  # of each machine
        "handcoding": ("handcoding_desks", hall.handcoding_desks),
        "packout": ("packout_posts", hall.packout_posts),
        "manual_sort": ("manual_sort_posts", hall.manual_sort_posts),
        "docks_in": ("doors_in", hall.doors_in * exports.collections.workers_per_truck),
        "screening": ("screening_lines", hall.exports.screening_lines),
        "hand_sorting": ("hand_sorting_posts", hall.exports.hand_sorting_posts),
        "build_up": ("build_up_workers", hall.exports.build_up_workers),
    }
    minutes = _minutes(config, hall)
    assert minutes.keys() == posts.keys()
    for role, (of_import, of_export, of_truck) in minutes.items():
        rung, n = posts[role]
        of_all = of_import + exports.ratio * (of_export + of_truck / exports.collections.parcels)
        assert n * MIN_PER_DAY / of_all == pytest.approx(ladder[rung].parcels_per_day), role


def test_work_of_a_shifts_last_quarter_is_done_in_that_shift_and_the_next():
    """Within an hour of falling due: 600 post-minutes in 60 min at most half used take 20 posts, in crews of four."""
    words = ("roster.work.promise_share=0.05", "service_h=20", "roster.work.utilisation.breakdown=0.5")
    config = load("liege_30k", *words)
    rosters = rosters_of(config, 7 * TICKS_PER_DAY)
    due = np.zeros(len(rosters.work.of_role("breakdown", "main")))
    due[MARGIN + BINS_PER_DAY + 4 * 14 - 1] = 600.0  # Tuesday, 13:45 to 14:00
    work = SimpleNamespace(of_role=lambda *_: due, of_imports=lambda *_: 0 * due, of_a_flight=lambda *_: 0.0)
    manning = replace(rosters, work=work).of_role("breakdown", "main")
    hours = np.array(manning.start) / TICKS_PER_H
    posts = [manning.posts[int(np.searchsorted(hours, hour, side="right")) - 1] for hour in (29, 30, 38, 46)]
    assert posts == [4, 20, 20, 4]


def test_crews_of_break_down_are_enough_for_the_machines_that_few_inductions_keep_busy():
    """Evenly through the day: 2/3 of a flight a shift, at the rate of the inductions of each machine, 85 % of 8 h."""
    config = load("liege_100k", "demand.flights_per_day=2", "arrivals=timetable_even", "arrivals.delay.scale_min=0",
                  "exports=none", "horizon_days=7")  # fmt: skip
    hall, of_machine = config.halls["main"], config.sorting.inductions
    inductions = rostered(config, "induction")
    of_shift = 2 / 3 * config.mean_parcels_per_flight * pieces_on_machines(config)
    of_induction = hall.machine_rated_per_h * config.sorting.efficiency * machines_up(config) / of_machine
    month = config.arrivals.month_index[config.start_date.month - 1]
    needed = [of_shift * month / (8 * 0.85 * of_induction * n) for n in inductions]
    assert all(3 < machines < 4.99 for machines in needed)
    assert rostered(config, "breakdown") == [4 * math.ceil(machines) for machines in needed]


def test_crews_that_are_faster_than_their_machines_are_one_for_each_machine_where_all_are_busy():
    config = load("liege_30k", "demand.flights_per_day=11", "exports=none", "breakdown.uld_min=2", "horizon_days=7")
    assert rostered(config, "induction") == 21 * [config.sorting.inductions]
    assert rostered(config, "breakdown") == 21 * [4 * config.halls["main"].sorting_machines]


def test_a_hub_whose_crew_is_faster_than_the_manned_inductions_keeps_its_machines_busy():
    words = ("demand.parcels_per_flight=8000", "demand.net_t_per_flight=6", "exports=none", "horizon_days=2",
             "warmup_days=1")  # fmt: skip
    assert simulate(load("liege_30k", *words)).kpis["on_time_share"] > 0.95


@pytest.mark.parametrize("model", ["poisson", "all_ifr", "hourly"])
def test_flights_of_a_poisson_process_come_as_often_as_month_weekday_and_hour_say(model):
    """In two years, against rates by hand, within five standard deviations."""
    config = load("liege_30k", f"arrivals={model}", "demand.flights_per_day=24")
    arrivals, n_days = config.arrivals, 730
    came, expected = np.zeros((2, 12, 7, 24))
    for call in PROCESSES[arrivals.model].calls(config, Streams(config.seed, 0), n_days * TICKS_PER_DAY):
        at = dt.datetime.combine(config.start_date, dt.time()) + dt.timedelta(hours=call.arrival / TICKS_PER_H)
        came[at.month - 1, at.weekday(), at.hour] += 1
    if arrivals.hour_of_week is None:
        week = np.outer(arrivals.weekday_index, arrivals.hour_share)
    else:
        week = np.array([arrivals.hour_of_week[day] for day in DAYS])
        week = week / week.sum() * 7
    for day in (config.start_date + dt.timedelta(days=n) for n in range(n_days)):
        expected[day.month - 1, day.weekday()] += 24 * arrivals.month_index[day.month - 1] * week[day.weekday()]
    for other_axes in ((1, 2), (0, 2), (0, 1)):
        mean = expected.sum(axis=other_axes)
        assert (abs(came.sum(axis=other_axes) - mean) < 5 * np.sqrt(mean)).all()


@pytest.mark.parametrize(
    ("arrivals", "is_of_weeks"),
    [(("timetable_even", "arrivals.delay.scale_min=0"), True), (("hourly",), False), (("poisson",), False)],
)
def test_the_expected_flights_of_a_day_have_the_month_index_with_which_they_are_drawn(arrivals, is_of_weeks):
    config = load("liege_30k", f"arrivals={arrivals[0]}", *arrivals[1:], "start_date=2022-11-28")
    days = flights_expected(config, RUN)[MARGIN:-MARGIN].reshape(-1, BINS_PER_DAY).sum(axis=1)
    november, december = config.arrivals.month_index[10:]
    assert november != december
    # Thursday, 1 December, and a week later.
    assert days[10] / days[3] == pytest.approx(december / november if is_of_weeks else 1)


def test_what_is_spread_keeps_its_sum_and_its_mean():
    values = np.zeros(40)
    values[10] = 2.0
    for first, length in ((0.0, 15.0), (22.5, 40.0), (-30.0, 60.0)):
        window = evenly(first, length)
        later = spread(values, *window)
        assert later.sum() == pytest.approx(2.0)
        assert (later * np.arange(40)).sum() / 2 == pytest.approx(10 + (first + length / 2) / 15 - 0.5, abs=0.05)


def test_expected_work_is_what_people_work_where_they_are_plenty():
    """Nothing is tuned: within a tenth; a loader set, a dock or a station is held a little longer than its work."""
    demand = ("demand.flights_per_day=4", "demand.parcels_per_flight=69_000", "demand.net_t_per_flight=56.1")
    config = load("liege_66k", "roster=round_the_clock", *demand, "horizon_days=7", "warmup_days=1")
    kpis = simulate(config).kpis
    work = expected_work(config, RUN)
    for name in FOLLOWING:
        place, hall = ROLES[name].place, config.halls["main"]
        groups = hall.sorting_machines if place is Place.MACHINE else 1
        groups *= config.apron.crew_per_loader_set if name == "unloading" else 1
        expected = work.of_role(name, None if place is Place.APRON else "main")[WEEK].sum() * groups / 60 / 7
        worked = kpis[f"staff_h_per_day_{name}"]
        if name == "packout":  # its busiest chute counts, and the others idle
            assert worked < expected < 1.5 * worked
        elif name in ("breakdown", "outbound_tugs"):  # held while they wait, for machines and for loaders
            assert expected < worked
        else:
            assert expected == pytest.approx(worked, rel=0.2 if name == "docks" else 0.12), name


def test_crews_of_aircraft_that_leave_in_a_wave_are_expected_until_then():
    config = load("regional_gateway", "horizon_days=7", "warmup_days=3", "start_date=2022-09-05")
    kpis, work = simulate(config).kpis, expected_work(config, RUN)
    unloading = work.of_role("unloading", None)[WEEK].sum() / 60 / 7 * config.apron.crew_per_loader_set
    assert unloading == pytest.approx(kpis["staff_h_per_day_unloading"], rel=0.03)
    # Trains of ULDs go out within the close-out of the waves, from 20:00 on.
    by_hour = work.of_role("outbound_tugs", None)[WEEK].reshape(7, 24, -1).sum(axis=(0, 2))
    begins = 20 - math.ceil(config.exports.departure.close_out_min / 60)
    assert by_hour[begins:].sum() > 0.999 * by_hour.sum()


def test_a_shift_has_the_crews_that_its_work_takes_by_hand():
    words = ("arrivals=timetable_even", "exports=none", "arrivals.delay.scale_min=0", "start_date=2022-09-05")
    config = load("liege_30k", *words)
    # 3.5 x 1.03 flights a day, evenly; 115,000 parcels of 45 / 3,520 min by four.
    hours = 3.5 * 1.03 * 115_000 * 45 / 3520 * 4 / 60
    crews = int(np.ceil(hours / 24 / 0.57 / 4))
    assert rostered(config, "breakdown") == [4 * crews] * 21
    # 3 % sorted by hand at 200 an hour, those of customs' hold zone twice.
    by_hand = 3.5 * 1.03 * 115_000 * 0.03 * (1 + config.customs.second_pass_share) / 200
    assert rostered(config, "manual_sort") == [int(np.ceil(by_hand / 24 / 0.85))] * 21


def test_a_flight_can_be_done_in_half_the_promised_time_and_there_are_never_more_than_posts():
    few = load("liege_30k", "demand.flights_per_day=0.1")
    # 115,000 parcels at 45 / 3,520 min by four: 98 h in twelve, in crews of four.
    assert set(rostered(few, "breakdown")) == {12}
    slow = load("liege_30k", "demand.flights_per_day=0.1", "roster.work.promise_share=1")
    assert set(rostered(slow, "breakdown")) == {8}
    # Two machines of ten inductions each, with exports, second passes and outages.
    work = expected_work(few, RUN)
    assert set(rostered(few, "induction")) == {math.ceil(work.of_a_flight("induction", "main") / 720)}
    assert work.of_a_flight("unloading", None) == pytest.approx(
        loader_min(few, 240), rel=0.005
    )  # a little lies after the end
    assert set(rostered(few, "unloading")) == {1}
    many = load("liege_30k", "demand.flights_per_day=30")
    for name in ("unloading", "induction", "packout", "screening"):
        owner = {"unloading": 2, "induction": 10, "packout": 26, "screening": 5}[name]
        assert rostered(many, name)[1] == owner


def test_people_can_do_what_falls_due_within_the_time_allowed_also_in_the_shift_after_a_bank():
    """Flights come from 05:00 to 06:30, and the promise is 6 h: 2, 3 and 6 h are allowed, in shifts of 8 h."""
    people = []
    for share in (1 / 3, 0.5, 1):
        words = ("roster=follows_work", "start_date=2022-09-05", f"roster.work.promise_share={share}")
        config = load("regional_gateway", *words)
        work = expected_work(config, RUN)
        minutes = 6 * 60 * share
        allowed = round(minutes / 15)
        due = work.of_role("packout", "main")
        night, morning = (
            (MARGIN + 7 * BINS_PER_DAY + hour * 4, rostered(config, "packout")[at]) for hour, at in ((22, 2), (30, 3))
        )
        for begin, n in (night, morning):
            ends = range(begin, begin + 8 * 4 + 1)
            most = max(due[end - allowed : end].sum() for end in ends)
            assert n == math.ceil(max(most / minutes / 0.85, work.of_a_flight("packout", "main") / minutes))
        people.append(morning[1])
    assert people[0] > people[1] > people[2] > night[1] > 0


def test_people_grow_with_demand_and_with_what_the_halls_share():
    one, two = (load("liege_100k", f"demand.flights_per_day={n}") for n in (3.5, 7))
    for name in ("breakdown", "packout", "handcoding", "screening", "build_up"):
        assert 1.5 * sum(rostered(one, name)) < sum(rostered(two, name)) <= 2.1 * sum(rostered(one, name)), name
    halls = load("liege_100k_complex", "demand.flights_per_day=7")
    people = {hall: sum(rostered(halls, "breakdown", hall)) for hall in halls.halls}
    stations = {hall: one.breakdown_stations for hall, one in halls.halls.items()}
    assert max(people, key=people.get) in [hall for hall in stations if stations[hall] == max(stations.values())]
    assert sum(people.values()) == pytest.approx(sum(rostered(two, "breakdown")), rel=0.25)  # each in whole crews


def test_a_hall_that_is_not_open_yet_has_a_crew_and_no_more():
    late = load("liege_100k_complex", "demand.flights_per_day=7")
    name = list(late.halls)[-1]
    before = load("liege_100k_complex", "demand.flights_per_day=7", f"halls.{name}.opens='2022-09-24'")
    assert set(rostered(before, "breakdown", name)) == {4}
    assert sum(rostered(before, "breakdown", "main")) > sum(rostered(late, "breakdown", "main"))


def test_a_peak_that_is_known_has_its_people_and_a_strike_has_not():
    usual = rostered(load("liege_66k"), "breakdown")
    peak = ("+disruption@disruptions.peak=singles_day", "disruptions.peak.start='2022-09-14 00:00'",
            "disruptions.peak.hours=24", "disruptions.peak.factor=2")  # fmt: skip
    with_peak = rostered(load("liege_66k", *peak), "breakdown")
    assert with_peak[7] > usual[7]  # Wednesday
    assert with_peak[16:] == usual[16:]
    strike = rostered(load("liege_66k", "+disruption@disruptions.strike=strike_day"), "breakdown")
    assert strike == usual  # of the plan; absences come on top


def test_people_of_a_file_come_with_its_flights(tmp_path):
    rows = ["flight,sibt,parcels"] + [f"AA{n},2022-09-14 0{n}:00,115000" for n in range(6)]
    (tmp_path / "six.csv").write_text("\n".join(rows))
    period = ("start_date=2022-09-05", "warmup_days=7", "horizon_days=14")
    config = load("liege_66k", "arrivals=file", f"arrivals.schedule={tmp_path / 'six.csv'}", *period)
    people = rostered(config, "breakdown")
    assert min(people[5:7]) > 40  # Tuesday 22:00 to Wednesday 14:00: the machines take until noon
    assert people[:5] == [4] * 5
    assert people[8:] == [4] * 13
    induction = expected_work(config, RUN).of_role("induction", "main")
    posts = config.sorting.inductions
    assert induction.max() == pytest.approx(15 * posts)
    assert np.count_nonzero(induction > 14.99 * posts) > 0.8 * induction.sum() / 15 / posts


def test_a_plan_does_not_know_which_flight_of_a_file_lands_late(tmp_path):
    def people(landing):
        rows = ["flight,sibt,arrival"] + [f"AA{n},2022-09-13 0{n}:00,{landing}" for n in range(4)]
        (tmp_path / "late.csv").write_text("\n".join(rows))
        period = ("start_date=2022-09-05", "warmup_days=7", "horizon_days=14")
        return rostered(
            load("liege_66k", "arrivals=file", f"arrivals.schedule={tmp_path}/late.csv", *period), "breakdown"
        )

    assert people("2022-09-15 12:00") == people("")
    assert max(people("")) > 8


def test_small_flights_of_a_file_have_small_crews(tmp_path):
    """A mean flight is the file's: one of 3,000 parcels takes a crew of break-down 2.6 h."""

    def paid(parcels):
        rows = ["flight,sibt,parcels"] + [f"AA{n},2022-09-{5 + n:02d} 12:00,{parcels}" for n in (0, 1, 3)]
        (tmp_path / f"{parcels}.csv").write_text("\n".join(rows))
        return rostered_h_per_day(load("liege_30k", "arrivals=file", f"arrivals.schedule={tmp_path}/{parcels}.csv"))

    small, large = paid(3000), paid(115_000)
    assert (small["breakdown"], small["induction"], small["packout"]) == (4 * 24, 2 * 24, 24)  # a crew, one a machine
    assert small["docks"] <= large["docks"] < 20 * 24  # of 60; timetabled trucks come whatever lands


def test_docks_have_no_more_people_because_a_flight_comes_seldom():
    """Ten times the days between two flights have ten times the timetabled trucks, of which few carry its parcels."""
    daily, seldom = (rostered_h_per_day(load("liege_30k", f"demand.flights_per_day={n}")) for n in (1, 0.1))
    assert seldom["docks"] == daily["docks"] == 4 * 24  # two crews of two


def test_crews_of_a_file_are_planned_for_all_of_its_parcels(tmp_path):
    """Rows without parcels have the demand's mean load, also beside rows with less."""
    rows = ["flight,sibt,parcels"] + [f"AA{n},2022-09-{5 + n:02d} 12:00,{'' if n % 2 else 10_000}" for n in range(6)]
    (path := tmp_path / "flights.csv").write_text("\n".join(rows))
    work = expected_work(load("liege_30k", "arrivals=file", f"arrivals.schedule={path}"), RUN)
    assert work.flights.sum() == pytest.approx(6)
    assert work.flights.sum() * work.config.mean_parcels_per_flight == pytest.approx(3 * (10_000 + 115_000))


def test_small_loads_of_a_file_come_in_as_many_ulds(tmp_path):
    def paid(parcels):
        landings = [f"2022-09-{day:02d} {hour:02d}:00" for day in range(5, 12) for hour in (0, 0, 1, 1, 2, 3)]
        rows = ["flight,sibt,parcels"] + [f"AA{n},{sibt},{parcels}" for n, sibt in enumerate(landings)]
        (tmp_path / f"{parcels}.csv").write_text("\n".join(rows))
        return rostered_h_per_day(load("liege_66k", "arrivals=file", f"arrivals.schedule={tmp_path}/{parcels}.csv"))

    small, large = paid(10_000), paid(115_000)
    assert small["tugs"] == large["tugs"] > 24
    assert small["unloading"] > 0.8 * large["unloading"]  # fewer outbound ULDs take less time


def test_a_hall_works_as_long_as_the_flights_of_most_parcels_take(tmp_path):
    def of(*parcels):
        rows = ["flight,sibt,parcels"] + [f"AA{n},2022-09-05 1{n}:00,{loads}" for n, loads in enumerate(parcels)]
        (tmp_path / "mixed.csv").write_text("\n".join(rows))
        return parcels_beside(load("liege_30k", "arrivals=file", f"arrivals.schedule={tmp_path}/mixed.csv"))

    assert of(15_000, 115_000, 15_000) == pytest.approx((2 * 15_000**2 + 115_000**2) / 145_000)
    assert of(40_000, 40_000) == pytest.approx(40_000)
    assert parcels_beside(load("liege_30k")) == 115_000


def test_shifts_that_are_given_and_customs_do_not_follow_the_work():
    shifts = '[{days: [mon-sun], start: "00:00", end: "00:00", share: 0.5}]'
    assert set(rostered(load("liege_30k", f"roster.roles.breakdown.shifts={shifts}"), "breakdown")) == {24}
    assert set(rostered(load("liege_30k", "roster.work.utilisation.breakdown=null"), "breakdown")) == {48}
    assert set(rostered(load("liege_30k"), "customs")) == {2}
    half, full = (load("liege_66k", f"roster.factor={factor}") for factor in (0.5, 1))
    assert sum(rostered(half, "packout")) == pytest.approx(sum(rostered(full, "packout")) / 2, rel=0.03)


def test_a_lower_target_brings_more_people():
    target = "roster.work.utilisation.packout"
    relaxed, tight = (load("liege_100k", f"{target}={share}") for share in (0.5, 1))
    assert sum(rostered(relaxed, "packout")) == pytest.approx(2 * sum(rostered(tight, "packout")), rel=0.05)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("roster.work.utilisation.packout=1.5", "roster.work.utilisation.packout: must be at most 1, got 1.5"),
        ("+roster.work.utilisation.packers=0.5", "roster.work.utilisation.packers: unknown role"),
        ("~roster.work.utilisation.docks", "roster.work.utilisation.docks: missing"),
        ('roster.work.starts=["14:00","06:00"]', "roster.work.starts: must be ascending clock times of one day"),
        ("roster.work.starts=[]", "roster.work.starts: at least one clock time, got none"),
        ("roster.work.starts=[6]", "roster.work.starts"),
    ],
)
def test_a_mistake_in_what_follows_the_work_is_one_line(word, message, capsys):
    assert message in refused(capsys, "run", "--show", word)


def test_a_day_whose_shift_is_shorter_has_its_own_people():
    config = load("liege_66k", 'roster.work.starts=["00:00"]', "arrivals.delay.scale_min=0")
    manning = rosters_of(config, RUN).of_role("breakdown", "main")
    assert all(start % TICKS_PER_DAY == 0 for start in manning.start)
    assert dt.timedelta(days=1) >= dt.timedelta(minutes=manning.start[1] / TICKS_PER_H * 60) - dt.timedelta(days=6)
