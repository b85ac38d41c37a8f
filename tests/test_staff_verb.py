"""The verb staff: contracts hold, work is covered, the roster is what was planned, and mistakes are one line."""

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from answers import answer
from mistakes import refused
from priced import priced

from experiments.arguments import Arguments
from experiments.composition import compose, load
from experiments.designs.design import Design
from experiments.main import main
from experiments.statistics import Interval
from experiments.studies.staff import _run_note, search
from experiments.studies.staff.demand import SLOTS, Pool, demand_of, pool_of, pools_of, spread_out
from experiments.studies.staff.design import Staff, planned_roles
from experiments.studies.staff.plan import PoolPlan, planned, posts_of, with_shifts
from experiments.studies.staff.result import Round, _kept, result_of
from experiments.studies.staff.search import searched
from experiments.studies.staff.tours import at_night, covered, tours_of
from sim.config import HubConfig
from sim.domain.roles import ROLES, Place
from sim.inputs.staffing import rostered_h_per_day, rosters_of, spans, work_within_min
from sim.measures.weekly_lows import GROWTH_KPIS
from sim.reading import read
from sim.units import TICKS_PER_DAY

TINY = (
    "demand.parcels_per_flight=2000", "demand.net_t_per_flight=2", "horizon_days=1", "warmup_days=0", "replications=1",
    "workers=1", "staff.rounds=2", "staff.start_every_h=4",
)  # fmt: skip
LABOUR = priced().labour


@cache
def hub() -> HubConfig:
    return load("liege_30k", "horizon_days=7", "warmup_days=7")


@cache
def staff(**values: object) -> Staff:
    return read(Staff, {**compose(["study=staff"])["staff"], **values}, "staff")


def planned_are(*roles: str) -> HubConfig:
    """The hub, in which only these roles follow the work."""
    roster = hub().roster
    assert roster.work is not None
    utilisation = {role: value if role in roles else None for role, value in roster.work.utilisation.items()}
    return replace(hub(), roster=replace(roster, work=replace(roster.work, utilisation=utilisation)))


@cache
def pool(role: str) -> Pool:
    return pool_of(hub(), role, [demand_of(hub(), role, 8)])


def test_contracts_hold_by_construction() -> None:
    for tour in tours_of(staff()):
        assert len(tour.slots) == tour.terms.paid_h * tour.terms.days * 2 <= 38 * 2
        assert tour.shift[0] == tour.first_day * 48 + tour.start
        at_work = np.sort(np.concatenate([tour.slots + week * SLOTS for week in range(2)]))
        gaps = np.diff(at_work) - 1  # half hours: none, a break, or a rest
        assert {*gaps[gaps < 22].tolist()} <= {0, 1} and gaps.max() >= 22 + 48
        pauses = np.flatnonzero(gaps)
        assert np.diff(pauses).max(initial=0) <= 12


def test_half_hours_from_22_to_6_are_paid_as_night() -> None:
    night = at_night(LABOUR).reshape(7, 48)
    assert night[:, :12].all() and not night[:, 12:44].any() and night[:, 44:].all()


def test_demand_is_the_work_that_the_default_roster_expects() -> None:
    demand = demand_of(hub(), "packout", 8)
    rosters = rosters_of(hub(), 14 * TICKS_PER_DAY)
    assert rosters.work is not None
    expected = rosters.work.of_role("packout", "main")[(3 + 7) * 96 : (3 + 14) * 96]
    assert demand.busy.sum() / 2 == pytest.approx(expected.sum() / 60)
    assert (
        pool("packout").least == rosters.least_crews(["packout"], "main")
        and demand.posts == hub().halls["main"].packout_posts
    )
    assert spread_out(demand.busy, 24).mean() == pytest.approx(demand.busy.mean())
    # The week is Monday's first, whatever day the run begins on.
    from_thursday = load("liege_30k", "horizon_days=7", "warmup_days=7", "start_date=2022-09-08")
    assert demand_of(from_thursday, "packout", 8).busy == pytest.approx(demand.busy)
    # A unit is a post at each of the two machines.
    machines, of_machine = demand_of(hub(), "induction", 8), rosters.work.of_role("induction", "main")
    assert machines.busy.sum() / 2 == pytest.approx(of_machine[(3 + 7) * 96 : (3 + 14) * 96].sum() / 60)
    assert (machines.unit_posts, machines.most, machines.posts) == (2, 10, 20)
    assert pool("induction").least == rosters.least_crews(["induction"], "main")


def test_work_is_done_in_the_hours_after_it_falls_due_also_from_sunday_to_monday() -> None:
    week = np.zeros(SLOTS)
    week[[0, 2]] = 6, 4
    assert spread_out(week, 1)[[*range(5), -1]].tolist() == [3, 3, 2, 2, 0, 0]
    assert spread_out(np.roll(week, -1), 1)[[*range(4), -1]].tolist() == [3, 2, 2, 0, 3]
    assert spread_out(week, 1.9)[:6].tolist() == [2, 2, 10 / 3, 4 / 3, 4 / 3, 0]


def test_people_of_two_roles_go_where_most_is_left_and_a_plan_is_full_where_all_posts_are_asked_for_always() -> None:
    both = Pool("both", tuple(replace(demand_of(hub(), "screening", 8), role=role, most=5) for role in ("a", "b")), 1)
    tour = tours_of(staff())[0]
    there = covered({tour: 1})
    plan = PoolPlan(both, {tour: 3}, {"a": 2.0 * there, "b": 1.0 * there}, 0.0)
    assert (plan.units["a"] == 2 * there).all() and (plan.units["b"] == there).all()
    rare = replace(plan, asked={"a": 4.0 * there, "b": 0.0 * there})
    assert rare.units["b"].sum() == 1 and (rare.units["a"] + rare.units["b"] == 3 * there).all(), (
        "no post is always empty"
    )
    always = dict.fromkeys("ab", np.full(SLOTS, 5.0))
    assert not plan.is_full and not replace(plan, asked={**always, "b": 5.0 * there}).is_full
    assert replace(plan, asked=always).is_full


def test_a_pool_has_people_for_the_work_of_all_its_roles_that_a_flight_brings() -> None:
    config = load("liege_30k")
    desks = pools_of(config, staff())[0]
    roles = [each.role for each in desks.demands]
    rosters = rosters_of(config, 28 * TICKS_PER_DAY)
    crews = [rosters.work.of_a_flight(role, "main") / work_within_min(config) for role in roles]
    assert len(roles) == 3 and desks.least == np.ceil(sum(crews)) > np.ceil(crews).max()


@pytest.mark.parametrize("role", ["screening", "unloading"])
def test_those_at_work_do_what_is_asked_and_never_fewer_than_a_flight_needs(role: str) -> None:
    plan = planned(pool(role), 1.0, staff(), LABOUR)
    (demand,), (units,), (asked,) = pool(role).demands, plan.units.values(), plan.asked.values()
    at_work = np.zeros(SLOTS)
    for tour, n in plan.tours.items():
        at_work[tour.shift] += n
    assert (at_work >= pool(role).least).all() and units.max() <= demand.most and (covered(plan.tours) >= units).all()
    # From two hours to two hours, the break's share left out.
    paid = sum(n * (tour.terms.paid_h / tour.terms.shift_h) * np.isin(np.arange(SLOTS), tour.shift)
               for tour, n in plan.tours.items())  # fmt: skip
    wanted = np.minimum(asked.reshape(-1, 4).mean(axis=1), demand.most * 0.9375)
    assert (paid.reshape(-1, 4)[:, 0] >= wanted - 1e-6).all()
    paid_h = plan.paid_h / demand.unit_people
    night = sum(n * np.count_nonzero(at_night(LABOUR)[tour.slots]) for tour, n in plan.tours.items()) / 2
    assert plan.eur(LABOUR)[role] == pytest.approx(31 * (paid_h + 0.2 * night) * demand.unit_people)
    assert 0 <= plan.gap < 0.25


def test_a_role_without_posts_is_neither_planned_nor_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = (
        "exports=none",
        "halls.main.packout_posts=0",
        "demand.flights_per_day=1",
        "staff.rounds=1",
        "page=none",
        "--quiet",
        "--out",
        tmp_path,
    )
    document = answer(capsys, "staff", *TINY[:-2], "staff.start_every_h=4", *words)
    assert "packout" not in document["roles"] and "breakdown" in document["roles"]
    (others,) = (line for line in document["sentences"] if line.startswith("Not planned"))
    assert others == "Not planned, because they do not follow the work (roster): customs officers."


def test_the_roster_mans_what_was_planned_and_a_pool_shares_its_people() -> None:
    config = planned_are("screening", "manual_sort", "hand_sorting", "unloading")
    keys = staff(start_every_h=4)
    pools = pools_of(config, keys)
    assert {each.name for each in pools} == {"desks", "screening", "unloading"} and planned_roles(config)
    plans = [planned(each, 1.0, keys, LABOUR) for each in pools]
    staffed = with_shifts(config, posts_of(plans))
    hours = rostered_h_per_day(staffed)
    low, high = 7 * TICKS_PER_DAY, 14 * TICKS_PER_DAY
    for plan in plans:
        assert sum(units.sum() for units in plan.units.values()) <= covered(plan.tours).sum()
        for demand in plan.pool.demands:
            units = plan.units[demand.role]
            assert hours[demand.role] * 7 == pytest.approx(units.sum() * demand.unit_people / 2)
            if ROLES[demand.role].place is Place.HALL:
                manned = spans(rosters_of(staffed, high).of_role(demand.role, "main"), low, high)
                slot = TICKS_PER_DAY // 48
                by_slot = [n for begin, end, n in manned for _ in range((end - begin) // slot)]
                assert by_slot == (units * demand.unit_posts).tolist()  # the measured week begins on a Monday


def test_hours_that_several_halls_round_to_whole_posts_are_named() -> None:
    for scenario, expected in (("liege_100k_complex", True), ("liege_30k", False)):
        config, keys = load(scenario, "demand.flights_per_day=4"), staff(start_every_h=8)
        plans = [planned(each, 1.0, keys, LABOUR) for each in pools_of(config, keys) if each.name == "docks"]
        result = result_of(config, SimpleNamespace(cost=priced()), [], plans)
        assert [line.startswith("truck loading, ") for line in result.rounded_in_halls] == [True] * expected


def test_a_small_hall_gets_a_crew_at_the_fullest_hours() -> None:
    """Of a plan of 8 to 16 of 44 posts, a hall with one crew's four would have one or two people, who build no ULD."""
    config = load("liege_30k", "+hall@halls.second=gateway_6k", "halls.second.exports.build_up_workers=4")
    manned = [8.0] * 47 + [16.0] + [8.0] * (SLOTS - 48)  # 16 from 23:30 to 24:00 on Monday
    staffed = with_shifts(config, {"build_up": (44, manned)})
    rosters = rosters_of(staffed, 8 * TICKS_PER_DAY)
    for hall, numbers in {"main": {7, 35}, "second": {1, 4}}.items():  # 8/44 and 7/8 of 40 and of 4
        assert {n for *_, n in spans(rosters.of_role("build_up", hall), 0, 7 * TICKS_PER_DAY)} == numbers


@pytest.mark.paged
def test_a_plan_is_told_shown_reproduced_and_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], is_slow: bool
) -> None:
    words = ["staff", *TINY, "--quiet", "--out", str(tmp_path)]
    document = answer(capsys, *words)
    assert {"on_time_share", "headcount", "cost_eur_per_week", "roles"} <= document.keys()
    assert document["headcount"] == sum(row["people"] for row in document["shifts"]) > 0
    for name in ("paid_h_per_week", "cost_eur_per_week"):
        assert sum(row[name] for row in document["roles"].values()) == pytest.approx(document[name])
    assert all(len(row["posts_by_hour"]) == 168 for row in document["roles"].values())
    assert document["is_kept"] == (document["on_time_share"] >= document["target"] <= document["export_on_time_share"])
    folder = Path(document["run_dir"])
    assert answer(capsys, "show", folder) == document
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "People at work" in page and "Who works when" in page
    assert "Verdict on the hub with it: undecided" in page  # by one replication
    assert "The plan has " in page and "It is the cheapest plan, of " in page
    assert main(["show", str(folder), "page=now", "--quiet"]) == 0
    capsys.readouterr()
    assert (folder / "report.html").read_text(encoding="utf-8") == page
    if is_slow:
        assert main(["reproduce", str(folder), "workers=1"]) == 0
        assert "identical" in capsys.readouterr().out
    run = ["run", "--config-dir", str(folder / "configs"), "roster=staffed", "margin=none", *TINY[:6]]
    kpis = answer(capsys, *run, "--quiet", "--out", tmp_path)["kpis"]
    assert kpis["on_time_share"]["mean"] == document["on_time_share"]


def test_the_plan_is_run_in_the_hub_that_it_was_made_for() -> None:
    words = ("scenario=mine", "staff.on_time=0.9", "roster.factor=1", "fit=auto")
    own = _run_note(Arguments("staff", words, config_dir=Path("own")))
    assert "copy the file configs/roster/staffed.yaml of the run folder into own/roster" in own
    assert "`cargohub run scenario=mine fit=auto roster=staffed --config-dir own`" in own
    assert "`cargohub run scenario=mine fit=auto roster=staffed --config-dir RUN/configs`" in _run_note(
        Arguments("staff", words)
    )


@pytest.mark.parametrize(
    ("needed", "same", "steps"),
    [
        (1.2, 1.0, [0, 1, 3, 2]),
        (1.6, 1.0, [0, 1, 3, 7, 5, 6]),
        (9, 1.0, [0, 1, 3, 7, 15, 31]),
        (1.2, 0.9, [0, 1, 3, 2]),
    ],
)
def test_everybody_gets_less_work_until_a_plan_keeps_the_level_and_then_the_middle_is_tried(
    monkeypatch: pytest.MonkeyPatch, needed: float, same: float, steps: list[int]
) -> None:
    """Parcels are on time in a plan with so many times the hours of the first; all paces above `same` give one plan."""
    hours: list[float] = []
    paces: list[float] = []

    def plan(pool: Pool, pace: float, *given: Any) -> PoolPlan:
        paces.append(pace)
        return planned(pool, 1.0 if pace > same else pace, *given)

    def evaluated(designs: Sequence[Design], _: int) -> dict[tuple[str, int], dict[str, float]]:
        hours.append(rostered_h_per_day(designs[0].hub)["docks"])
        share = float(hours[-1] >= needed * hours[0])
        shares = {"on_time_share": share, "export_on_time_share": share, "dwell_mean_h": 1.0}
        return {(designs[0].label, 0): shares | dict.fromkeys(GROWTH_KPIS, 0.0)}

    monkeypatch.setattr(search, "planned", plan)
    bench: Any = SimpleNamespace(check=lambda _: None, evaluated=evaluated)
    keys: Any = SimpleNamespace(staff=staff(start_every_h=8), replications=1, cost=priced())
    rounds, plans = searched(bench, planned_are("docks"), keys)
    assert [round(math.log(pace, 1 / 1.1)) for pace in paces] == steps
    kept = [row for row in rounds if row.is_kept]
    assert [row.is_kept for row in rounds] == [n >= needed * hours[0] for n in hours]
    assert plans[0].paid_h == (min(row.paid_h for row in kept) if kept else rounds[0].paid_h)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["roster=three_shifts"], "roster: staff plans the roles that follow the work, and roster=three_shifts"),
        (["roster.factor=0.9"], "roster.factor: staff plans all people itself"),
        (["staff.on_time=1.2"], "staff.on_time: must be at most 1, got 1.2"),
        (["staff.contracts.full_time.shift_h=14"], "leaves 10 h until the next shift, less than rest_h = 11"),
        (["staff.contracts.full_time.days=6"], "contracts.full_time.days: 45 h a week, more than most_h_per_week = 38"),
        (["staff.contracts.part_time.shift_h=7"], "more than without_break_h = 6 h at a stretch"),
        (["staff.contracts.part_time.shift_h=2"], "2 h of work, less than least_shift_h = 3"),
        (["staff.contracts.part_time.shift_h=4.2"], "shifts and breaks must be whole half hours"),
        (["staff.start_every_h=5"], "staff.start_every_h: 5 h"),
        (["staff.pools.desks=[packout,doks]"], "unknown role 'doks'; did you mean 'docks'?"),
        (["staff.pools.desks=[packout,docks]"], "staff.pools.desks: packout and docks work in crews of different size"),
        (["staff.pools.desks=[packout,packout]"], "staff.pools: packout occurs twice"),
        (["~staff.contracts.full_time", "~staff.contracts.part_time"], "staff.contracts: at least one"),
    ],
)
def test_what_cannot_be_planned_is_one_line(capsys: pytest.CaptureFixture[str], words: list[str], message: str) -> None:
    assert message in refused(capsys, "staff", *words)


@pytest.mark.parametrize(
    ("shares", "most", "says"),
    [
        ([(0.99, 0.8), (0.96, 0.8)], 2, "exports on time was 80.0 % and is 80.0 %. Even more people may not help: e"),
        ([(0.99, 0.8), (0.96, 0.79)], 2, "was 80.0 % and is 79.0 %. Even more people may not help: exports"),
        ([(0.96, 0.8), (0.99, 0.82)], 2, "of exports on time was 80.0 % and is 82.0 %. More rounds (staff.rounds), or"),
        ([(0.96, 0.8), (0.99, 0.82)], 3, "and is 82.0 %. Every post is already manned whenever it has work; more po"),
        ([(0.8, math.nan), (0.9, math.nan)], 2, "The last plan pays 2 hours a week, the one before it 1: the share"),
        ([(0.9, math.nan), (0.90001, math.nan)], 3, "was 90.0 % and is 90.0 %. Even more people may not help."),
        ([(0.96, 0.8)], 1, "closest to it. More rounds (staff.rounds), or more posts in the hub, may keep it."),
    ],
)
def test_a_plan_that_misses_the_level_says_what_its_last_people_changed(
    shares: list[tuple[float, float]], most: int, says: str
) -> None:
    rounds = [
        Round(
            "",
            at,
            1,
            float(at),
            1.0,
            *(Interval(share, None, None, 1) for share in both),
            is_kept=False,
            verdict="undecided",
        )
        for at, both in enumerate(shares, 1)
    ]
    assert says in _kept(rounds, staff(on_time=0.95, rounds=most))
