"""Staff: paid hours, worked and waited for, against sums made from the rows."""

from dataclasses import replace
from operator import attrgetter
from types import SimpleNamespace

import numpy as np
import pytest

from experiments.composition import load
from sim import simulate
from sim.domain.roles import ROLES, Place
from sim.domain.site import Manning
from sim.kernels.queueing import Servers, several_servers
from sim.measures.demand_curves import _at_machines, _at_packout, _by_hour
from sim.measures.demand_curves import _rostered as manned_before
from sim.measures.kpis import KPIS
from sim.measures.staff import Posts
from sim.measures.staff import _rostered as paid_ticks
from sim.processes import hub
from sim.record.tallies import DeskTally, ShortTally
from sim.reference.equality import vectorised_tables
from sim.reference.small_hubs import make
from sim.reference.small_numbers import draw
from sim.units import NEVER, TICKS_PER_H

SHORT = ("horizon_days=7", "warmup_days=1", "halls.main.tug_round_trip_min=12")
SMALL = ("demand.flights_per_day=2", "demand.parcels_per_flight=60_000", "demand.net_t_per_flight=48")


@pytest.fixture(scope="module")
def always():
    return simulate(load("liege_30k", *SHORT, *SMALL, "roster=round_the_clock"))


@pytest.fixture(scope="module")
def rostered():
    return simulate(load("liege_30k", *SHORT, *SMALL, "roster=three_shifts"))


@pytest.fixture(scope="module")
def exporting():
    words = ("exports=one_fifth", "roster=three_shifts", "exports.service_h=12", "service_h=12")
    return simulate(load("liege_30k", *SHORT, *SMALL, *words, "demand.flights_per_day=3", "horizon_days=2"))


@pytest.fixture(scope="module")
def declaring():
    """Controls that are busy, of half the ULDs too."""
    words = (
        "roster=three_shifts",
        "service_h=12",
        "horizon_days=2",
        "halls.main.controls={xray_lanes:2,transit_desks:3,uld_xrays:1}",
        "customs.declared.uld_xray_share=0.5",
        "space.controls.uld_xray_m2=20",
        "customs.declared.selection.xray_share=0.01",
        'roster.roles.uld_xray.shifts=[{days:[mon-sun],start:"06:00",end:"22:00",share:1}]',
    )
    return simulate(load("customs_today", *SHORT, *SMALL, *words))


def test_round_the_clock_all_posts_are_paid_at_all_hours(always):
    hub = load("liege_30k")
    hall = hub.halls["main"]
    posts = {"unloading": 2 * 8, "tugs": 2, "outbound_tugs": hub.apron.outbound_tugs}
    posts["induction"] = 10 * hall.sorting_machines
    there = {name: role for name, role in ROLES.items() if not role.is_of_declarations}
    posts |= {name: attrgetter(role.posts)(hall) for name, role in there.items() if role.place is Place.HALL}
    posts |= dict.fromkeys(ROLES.keys() - there.keys(), 0)
    for role, n in posts.items():
        assert always.kpis[f"staff_h_paid_per_day_{role}"] == pytest.approx(24 * n)
    own = sum(n for role, n in posts.items() if role != "customs")
    assert always.kpis["staff_h_paid_per_day"] == pytest.approx(24 * own)
    assert always.kpis["full_time_jobs"] == pytest.approx(24 * own * 365.25 / 1748)
    assert always.kpis["full_time_jobs"] < KPIS["full_time_jobs"].range[1]


def test_a_roster_pays_its_shifts_and_what_was_in_hand_after_them(rostered):
    # (5 × 16 h × 48 + 7 × 8 h × 36 + 2 × 16 h × 36) / 7; whoever finishes a ULD is paid besides.
    breakdown = (5 * 16 * 48 + 7 * 8 * 36 + 2 * 16 * 36) / 7
    assert breakdown < rostered.kpis["staff_h_paid_per_day_breakdown"] < 1.02 * breakdown
    assert rostered.kpis["staff_h_paid_per_day_induction"] == pytest.approx((5 * 16 * 20 + (7 * 8 + 2 * 16) * 16) / 7)
    customs = rostered.kpis["staff_h_paid_per_day_customs"]
    assert 14 * 2 <= customs < 14 * 2 + 0.25 * 2


def test_people_of_exports_follow_their_roster(exporting):
    kpis, own = exporting.kpis, load("liege_30k", "exports=one_fifth").halls["main"].exports
    lines = own.screening_lines * 16 + -(-own.screening_lines // 2) * 8  # a half rounded up
    assert lines <= kpis["staff_h_paid_per_day_screening"] < 1.01 * lines
    for role in ("docks_in", "screening", "hand_sorting", "build_up", "outbound_tugs"):
        assert 0 < kpis[f"staff_h_per_day_{role}"] <= kpis[f"staff_h_paid_per_day_{role}"] * (1 + 1e-9), role
    curves = exporting.tables["demand_curves"]
    there = curves["there_mean"][curves["name"] == "screening"]
    assert {*there.tolist()} == {own.screening_lines, -(-own.screening_lines // 2)}


def half_hours(rows, since, until, hour):
    """Mean number inside in both halves of an hour of the run, row by row."""
    leaves = np.nan_to_num(rows[until], nan=np.inf)
    ends = (60.0 * hour + minute for minute in (30, 60))
    overlaps = (np.minimum(leaves, end) - np.maximum(rows[since], end - 30) for end in ends)
    return [float(np.nansum(np.maximum(overlap, 0))) / 30 for overlap in overlaps]


def test_people_of_imports_are_wanted_for_exports_too(exporting):
    curves, flights = exporting.tables["demand_curves"], exporting.tables["flights"]
    induction = curves["in_use_mean"][curves["name"] == "induction"]
    assert len(induction) == 48
    assert induction.mean() * 24 == pytest.approx(exporting.kpis["staff_h_per_day_induction"], rel=0.02)
    crew = load("liege_30k").apron.crew_per_loader_set
    crews = curves["name"] == "unloading"
    # The measured days are Tuesday, a day after the run's beginning, and Wednesday.
    for hour, used in zip(curves["hour"][crews].tolist(), curves["in_use_highest"][crews].tolist(), strict=True):
        assert used == pytest.approx(crew * max(half_hours(flights, "unloading_start", "loading_end", hour)))


@pytest.mark.parametrize(
    ("curve", "table", "since", "until", "requested", "each"),
    [
        ("stands", "flights", "stand_given", "stand_free", "stand_requested", 1),
        ("positions", "ulds", "placed", "start", "at_door", 1),
        ("stations", "ulds", "start", "released", "checked_in", 1),
        ("doors", "trucks", "docked", "departed", "arrived", 1),
        ("breakdown", "ulds", "start", "released", "checked_in", 4),
        ("docks", "trucks", "docked", "departed", "arrived", 2),
        ("docks_in", "collections", "docked", "released", "arrived", 2),
        ("build_up", "out_ulds", "start", "built", "formed", 4),
        ("tugs", "trains", "granted", "returned", None, 1),
        ("outbound_tugs", "out_trains", "granted", "returned", None, 1),
    ],
)
def test_curves_of_people_and_equipment_count_rows(exporting, curve, table, since, until, requested, each):
    """Tuesday and Wednesday, the second and third day of the run."""
    curves, rows = exporting.tables["demand_curves"], exporting.tables[table]
    of_curve = curves["name"] == curve
    assert curves["hour"][of_curve].tolist() == list(range(24, 72))
    for begin, name in ((since, "in_use"), (requested, "wanted")):
        if begin:
            each_half = each * np.array([half_hours(rows, begin, until, hour) for hour in range(24, 72)])
            assert each_half.any()
            assert curves[f"{name}_mean"][of_curve] == pytest.approx(each_half.mean(axis=1))
            assert curves[f"{name}_highest"][of_curve] == pytest.approx(each_half.max(axis=1))


def test_a_uld_that_waits_for_its_train_wants_a_tug(exporting):
    curves, ulds = exporting.tables["demand_curves"], exporting.tables["ulds"]
    tugs = curves["name"] == "tugs"
    waiting = [np.mean(half_hours(ulds, "lifted", "on_train", hour)) for hour in curves["hour"][tugs].tolist()]
    assert max(waiting) > 0
    assert (curves["wanted_mean"] - curves["in_use_mean"])[tugs] == pytest.approx(np.array(waiting))


def test_curves_of_people_have_their_hours_and_machines_their_rate(exporting):
    curves, hub = exporting.tables["demand_curves"], load("liege_30k")
    for role in ROLES.keys() - {"xray", "transit", "uld_xray"}:
        in_use = curves["in_use_mean"][curves["name"] == role].mean()
        worked = exporting.kpis[f"staff_h_per_day_{role}"]
        assert in_use * 24 == pytest.approx(worked, rel=2e-3), role
    machines, induction = curves["name"] == "machines", curves["name"] == "induction"
    rate = hub.rated_per_h * hub.sorting.efficiency
    assert curves["there_mean"][machines] == pytest.approx(rate, rel=1e-3)
    share = curves["in_use_mean"][induction] / (hub.sorting.inductions * hub.halls["main"].sorting_machines)
    assert curves["in_use_mean"][machines] == pytest.approx(rate * share, rel=1e-3)


def test_the_hours_of_curves_begin_on_monday_wherever_the_run_begins():
    size = {"demand.parcels_per_flight": 400, "demand.net_t_per_flight": 0.3, "horizon_days": 1, "warmup_days": 0}
    thursday = simulate(load("liege_30k", start_date="2022-09-08", **size)).tables["demand_curves"]
    assert np.unique(thursday["hour"]).tolist() == list(range(72, 96))


def test_intervals_of_a_curve_go_to_their_hours_also_if_hours_have_unequal_numbers_of_them():
    hours, groups = _by_hour(np.array([5, 5, 6, 4, 6, 5, 9]))
    assert hours.tolist() == [4, 5, 6, 9]
    assert [(here.tolist(), intervals.tolist()) for here, intervals in groups] == [
        ([0, 3], [[3], [6]]),
        ([2], [[2, 4]]),
        ([1], [[0, 1, 5]]),
    ]


def test_posts_count_from_the_opening_of_their_hall_for_each_of_its_machines():
    """Two posts a machine, from tick 40 on four; the hall of three machines opens at tick 30."""
    manning = Manning((0, 40), (2, 4))
    posts = Posts(manning, groups=3, opens=30, hall=0)
    assert paid_ticks(posts, (20, 60)) == 3 * (10 * 2 + 20 * 4)
    assert paid_ticks(posts, (35, 60)) == 3 * (5 * 2 + 20 * 4)
    assert paid_ticks(posts, (0, 30)) == 0
    hall = SimpleNamespace(manning={ROLES["induction"].kind: manning}, n_machines=3, opens=30)
    inputs = SimpleNamespace(site=SimpleNamespace(halls=(hall,)))
    assert manned_before(inputs, "induction", np.array([20, 30, 31, 40, 41])).tolist() == [0, 0, 6, 6, 12]


def test_machines_sort_bags_of_imports_and_single_exports():
    def stages(**counted):
        return SimpleNamespace(**{name: np.array(n) for name, n in counted.items()})

    record = SimpleNamespace(
        stages={"sorting": stages(n_in=[50, 0], n_out=[25, 25])},
        export_stages={"export_sorting": stages(n_in=[3, 4], n_out=[0, 7])},
    )
    inputs = SimpleNamespace(site=SimpleNamespace(units=SimpleNamespace(in_bag=25)))
    assert [n.tolist() for n in _at_machines(inputs, record)] == [[5, 4], [1, 8]]


@pytest.mark.parametrize(
    ("words", "posts"),
    [
        ([], 1),
        # Every parcel comes from a chute that routes share: four seconds to sort it, then four to pack it.
        ([f"packout.second_sort_min={1 / 15}", "packout.chutes_per_machine=1", "fit=auto"], 2),
    ],
)
def test_a_post_packs_bags_as_fast_as_single_parcels(words, posts):
    """900 bags of 25 an hour: 11,250 parcels in half an hour."""
    packout = SimpleNamespace(n_in=np.array([22_500, 0]), n_out=np.array([0, 11_250]))
    units = SimpleNamespace(units=SimpleNamespace(in_bag=25))
    inputs = SimpleNamespace(site=units, bin_width=TICKS_PER_H // 2)
    record = SimpleNamespace(stages={"packout": packout}, packout=[SimpleNamespace(hall=0, n_units=1350)])
    used, wanted = _at_packout(load("liege_30k", "packout.parcels_per_post_h=900", *words), inputs, record)
    assert used == pytest.approx([0, posts]) and wanted == pytest.approx([2 * posts, 0])


def test_people_at_machines_of_unlike_speed_are_those_who_work():
    size = ("demand.parcels_per_flight=4000", "demand.net_t_per_flight=3", "horizon_days=1", "warmup_days=0")
    run = simulate(load("liege_100k_complex", *size, "exports=none", "halls.main.machine_rated_per_h=6000"))
    curves = run.tables["demand_curves"]
    in_use = curves["in_use_mean"][curves["name"] == "induction"]
    assert in_use.sum() == pytest.approx(run.kpis["staff_h_per_day_induction"], rel=1e-3)


def test_people_of_controls_follow_their_roster(declaring):
    kpis, ulds, curves = declaring.kpis, declaring.tables["ulds"], declaring.tables["demand_curves"]
    # Officers' hours from 7 to 21; transit with two of three desks at night; X-ray of ULDs from 6 to 22.
    for role, hours in (("xray", 14 * 2), ("transit", 16 * 3 + 8 * 2), ("uld_xray", 16)):
        assert hours <= kpis[f"staff_h_paid_per_day_{role}"] < 1.02 * hours
        assert kpis[f"staff_h_per_day_{role}"] > 0
        assert kpis[f"understaffed_h_per_day_{role}"] > 0, role
    begin = ulds["xray_begin"][ulds["is_xrayed"]]
    assert not np.isin(begin // 60 % 24, [*range(6), 22, 23]).any()
    night = curves["there_mean"][(curves["name"] == "transit") & (curves["hour"] == 24 + 3)]
    assert night.tolist() == [2]
    own = sum(kpis[f"staff_h_paid_per_day_{name}"] for name, role in ROLES.items() if not role.is_of_customs)
    assert kpis["staff_h_paid_per_day"] == pytest.approx(own)


def test_a_uld_wants_a_station_only_after_its_xray(declaring):
    curves, ulds = declaring.tables["demand_curves"], declaring.tables["ulds"]
    assert (ulds["xray_begin"] > ulds["checked_in"]).any()
    ready = ulds | {"ready": np.where(ulds["is_xrayed"], ulds["xray_end"], ulds["checked_in"])}
    mine = curves["name"] == "stations"
    for hour, wanted in zip(curves["hour"][mine].tolist(), curves["wanted_mean"][mine].tolist(), strict=True):
        assert wanted == pytest.approx(np.mean(half_hours(ready, "ready", "released", hour)))


def test_only_ulds_that_are_xrayed_want_an_xray(declaring):
    curves, ulds = declaring.tables["demand_curves"], declaring.tables["ulds"]
    assert 0 < ulds["is_xrayed"].mean() < 1
    xrayed = {name: column[ulds["is_xrayed"]] for name, column in ulds.items()}
    of_role = curves["name"] == "uld_xray"
    for hour, wanted in zip(curves["hour"][of_role].tolist(), curves["wanted_mean"][of_role].tolist(), strict=True):
        assert wanted == pytest.approx(np.mean(half_hours(xrayed, "checked_in", "xray_end", hour)))


@pytest.mark.parametrize("run", ["always", "rostered", "exporting", "declaring"])
def test_nobody_works_more_than_is_paid(run, request):
    kpis = request.getfixturevalue(run).kpis
    for role in ROLES:
        assert kpis[f"staff_h_per_day_{role}"] <= kpis[f"staff_h_paid_per_day_{role}"] * (1 + 1e-9), role
        assert kpis[f"understaffed_h_per_day_{role}"] >= 0
    for name, kpi in KPIS.items():
        if name.startswith("utilisation"):
            assert 0 <= kpis[name] <= kpi.range[1], kpi.name


def test_fewer_people_keep_work_waiting_longer(always, rostered):
    assert always.kpis["understaffed_h_per_day_induction"] == 0
    assert rostered.kpis["understaffed_h_per_day_induction"] > 1
    assert rostered.kpis["understaffed_h_per_day_customs"] > always.kpis["understaffed_h_per_day_customs"]
    assert rostered.kpis["dwell_mean_h"] > always.kpis["dwell_mean_h"]


def test_demand_curves_count_what_the_rows_say(rostered):
    curves, ulds = rostered.tables["demand_curves"], rostered.tables["ulds"]
    paid = {role for role in ROLES if rostered.kpis[f"staff_h_paid_per_day_{role}"] > 0}
    assert set(curves["name"][curves["is_role"]].tolist()) == paid | {"all_people"}
    people, total = (
        {name: curves[name][rows] for name in ("hour", "there_mean", "in_use_mean", "in_use_highest")}
        for rows in (curves["is_role"] & (curves["name"] != "all_people"), curves["name"] == "all_people")
    )
    for name in ("there_mean", "in_use_mean"):
        assert total[name] == pytest.approx(np.bincount(people["hour"], people[name])), name
    most = np.bincount(people["hour"], people["in_use_highest"])
    assert (total["in_use_mean"] <= total["in_use_highest"]).all() and (total["in_use_highest"] <= most).all()
    mine = curves["name"] == "stations"
    assert curves["hour"][mine].tolist() == list(range(168))
    # The week was measured from Tuesday, 6 September, on, a day after the run's beginning.
    for hour in (3, 30, 100, 167):
        used, wanted = (
            half_hours(ulds, since, "released", (hour - 24) % 168 + 24) for since in ("start", "checked_in")
        )
        row = mine & (curves["hour"] == hour)
        assert curves["in_use_mean"][row] == pytest.approx(np.mean(used))
        assert curves["in_use_highest"][row] == pytest.approx(max(used))
        assert curves["wanted_mean"][row] == pytest.approx(np.mean(wanted))
        assert curves["wanted_highest"][row] == pytest.approx(max(wanted))


def test_demand_curves_stay_within_what_is_there_and_follow_the_roster(rostered):
    curves = rostered.tables["demand_curves"]
    equipment = ~curves["is_role"] & (curves["unit"] != "parcels/h")
    assert (curves["in_use_highest"][equipment] <= curves["there_mean"][equipment]).all()
    assert (curves["wanted_highest"] >= curves["wanted_mean"]).all()
    there = {name: curves["there_mean"][curves["name"] == name] for name in ("breakdown", "customs")}
    assert there["breakdown"][[5, 7, 21, 22, 5 * 24 + 10]].tolist() == [36, 48, 48, 36, 36]
    assert there["customs"][[6, 7, 20, 21]].tolist() == [0, 2, 2, 0]


def _by_tick(arrival, begin, end, manning, span):
    """Waiting, in use and beyond what is manned, tick by tick."""
    lacked = busy = over = 0
    for tick in range(*span):
        there = [n for start, n in zip(manning.start, manning.posts, strict=True) if start <= tick][-1]
        used = int(np.count_nonzero((begin <= tick) & (tick < end)))
        lacked += bool(((arrival <= tick) & (tick < begin)).any())
        busy += used
        over += max(0, used - there)
    return lacked, busy, over


@pytest.mark.parametrize("seed", range(25))
def test_a_desk_tally_is_what_a_count_by_the_tick_gives(seed):
    rng = np.random.default_rng(seed)
    start = np.concatenate(([0], np.sort(rng.choice(np.arange(1, 80), 5, replace=False)))).tolist()
    manning = Manning(tuple(start), (*rng.integers(0, 4, 5).tolist(), 3))
    arrival, service = np.sort(rng.integers(0, 90, 20)), int(rng.integers(1, 12))
    begin = several_servers(arrival, service, Servers(manning.start, manning.posts))
    tally = DeskTally(100, (10, 70), 10, manning)
    for part in (slice(0, 7), slice(7, None)):
        tally.add(arrival[part], begin[part], begin[part] + service)
    tally.close()
    measured = tally.measured
    counted = _by_tick(arrival, begin, begin + service, manning, (10, 70))
    assert (measured.lacked, measured.busy, measured.overtime) == counted
    lacked, busy, _ = _by_tick(arrival, begin, begin + service, manning, (0, 100))
    assert tally.run == (busy, lacked)
    assert tally.came.tolist() == np.bincount(arrival // 10, minlength=10).tolist()
    by_bin = [_by_tick(arrival, begin, begin + service, manning, (since, since + 10))[1] for since in range(0, 100, 10)]
    assert tally.used.tolist() == by_bin


def test_a_machine_is_short_of_people_while_it_has_work_and_not_all_are_there():
    tally = ShortTally((0, 100), Manning((0, 20, 50, 60), (4, 2, 0, 4)))
    tally.add(np.array([10, 12]), np.array([15, 30]))  # work from 10 to 30: ten of it short
    tally.add(np.array([25, 58]), np.array([31, 65]))  # to 31, and again from 58
    assert tally.time == 10 + 1 + 2


def _busy_from(instant, end, stays):
    """How long, from an instant on, somebody is there of stays that begin one after the other."""
    busy, done = 0, instant
    for come, go in sorted(stays):
        left = end if go == NEVER else go
        busy += max(0, left - max(come, done))
        done = max(done, left)
    return busy


@pytest.mark.parametrize("seed", [1, 7, 8])
def test_a_machine_that_sorts_exports_only_is_short_of_people_too(seed):
    inputs = replace(make(draw(seed)), flights=())
    site, since = inputs.site, inputs.end // 8
    nobody = Manning((0, since, inputs.end), (site.handling.inductions, 0, site.handling.inductions))
    halls = tuple(replace(hall, manning={**hall.manning, "inductions": nobody}) for hall in site.halls)
    inputs = replace(inputs, site=replace(site, halls=halls))
    tables = vectorised_tables(inputs)
    stays = {}
    for collection, come, begin, sorted_by in zip(
        *(tables["out_parcels"][name] for name in ("collection", "screen_end", "sort_begin", "sort_end")), strict=True
    ):
        hall = tables["collections"]["hall"][collection]
        if begin != NEVER:
            go = sorted_by if sorted_by == NEVER else sorted_by - site.handling.to_chute
            stays.setdefault((hall, collection % halls[hall].n_machines), []).append((come, go))
    expected = sum(_busy_from(since, inputs.end, of_machine) for of_machine in stays.values())
    staff = hub.run(inputs).record.staff
    assert expected > 0
    assert sum(staff["inductions", hall].lacked for hall in range(len(halls))) == expected
