"""The verb expansion: what must be so whatever the numbers are, closed forms, and what is refused.

Most tests put a hub of known KPIs in place of the simulation; the slow one holds sampled weeks against a whole year.
"""

import datetime as dt
import io
import json
import math
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from copy import copy
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import answers
import numpy as np
import pytest
from mistakes import refused

from experiments.arguments import Arguments
from experiments.assumptions.ranges import Ranges
from experiments.composition import compose, hub, load, study
from experiments.designs.design import Design
from experiments.frame import simulating
from experiments.frame.study import Request
from experiments.main import main
from experiments.money.accounts import REVENUES, WAGES
from experiments.money.assets import BUILDINGS
from experiments.money.discounting import Flow, present_value
from experiments.money.prices import Paid
from experiments.report.figures import expansion_figures
from experiments.report.sentences import too_few_replications
from experiments.statistics.interval import Interval, mean_interval
from experiments.store import read_run
from experiments.studies.expansion import _grids, _misnamed, check, pictures, timeline, uncertainty
from experiments.studies.expansion.answer import Answer, _on_time, answer
from experiments.studies.expansion.curves import WEEKS, Curves, Measured, quarter_means, week_indices
from experiments.studies.expansion.design import (
    CAPACITY_USE,
    PAID,
    Aircraft,
    Expansion,
    ExpansionKeys,
    Growth,
    Months,
    NightQuota,
    Result,
    Stage,
    months_after,
    path_name,
)
from experiments.studies.expansion.futures import Explored, explored, futures_of
from experiments.studies.expansion.hubs import _learning, flights_at, month_indices, states_of
from experiments.studies.expansion.tables import sentences
from experiments.studies.expansion.timeline import Course, Opening
from experiments.studies.expansion.tree import (
    Draw,
    bands,
    draws,
    ended,
    factors,
    leaves,
    probability_of_best,
    quantile,
    triangular,
)
from experiments.studies.expansion.uncertainty import EVERYTHING, WAITING, Knowing, Turn, decision_map, worth_of
from experiments.studies.expansion.value import _by_year, _planned, quarter_years, worth
from sim.config import HubConfig
from sim.errors import ConfigError
from sim.inputs.traffic import flights_asked
from sim.measures.kpis import KPIS
from sim.measures.weekly_lows import GROWTH_KPIS

FEW = ("stay_30k", "permit_66k_2_phases", "react_66k")
PACKAGED = ("equipment_first", "second_site", "permit_100k_at_once", "permit_100k_phased", "react_100k")
CERTAIN = (
    "expansion.draws=2",
    "expansion.spread=0",
    "expansion.stages.permit.months={least:9,mode:9,most:9}",
    "expansion.stages.screening.months={least:2,mode:2,most:2}",
    "expansion.stages.screening.asked='2023-01-01'",
    "expansion.growth.base.probability=1",
    *(f"~expansion.growth.{name}" for name in ("low", "high")),
    *(f"~expansion.stages.permit.results.{name}" for name in ("night_curfew", "movements_cap", "trucks_cap")),
    *(
        f"expansion.stages.{stage}.results.{result}.probability={int(result in ('granted', 'none', 'cleared'))}"
        for stage, results in {
            "permit": ("granted", "granted_smaller", "refused"),
            "appeal": ("none", "dismissed", "annulled"),
            "screening": ("cleared", "conditions", "prohibited"),
        }.items()
        for result in results
    ),
)
"""One future has all the probability, and a few others have none."""
Made = tuple[list[Design], HubConfig, ExpansionKeys]


@cache
def made(*words: str, paths: tuple[str, ...] = FEW) -> Made:
    """The packaged study with few paths, and its hubs."""
    left_out = [f"~expansion.paths.{name}" for name in (*FEW, *PACKAGED) if name not in paths]
    asked = ["study=expansion", "expansion.draws=3", *left_out, *words]
    composed = compose(asked)
    base, keys = hub(composed), study(ExpansionKeys, composed)
    hubs, states = states_of(asked, base, keys.expansion, None)
    return hubs, base, replace(keys, expansion=replace(keys.expansion, states=states))


def kpis_of(config: HubConfig, replication: int) -> dict[str, float]:
    """A hub that is late by how busy it is, a little more in each replication."""
    flights = flights_asked(config)
    load = flights / flights_at(config, 1.0)
    doors = sum(hall.doors_out for hall in config.halls.values())
    late = min(1.0, 0.05 * load**4 + 0.001 * replication + 0.1 / doors)
    parcels = flights * config.mean_parcels_per_flight
    return {
        **dict.fromkeys(KPIS, 0.0),
        "on_time_share": 1 - late,
        "parcels_per_day": parcels,
        "late_parcels_per_day": late * parcels,
        "exports_per_day": parcels / 4,
        "late_exports_per_day": 0.01 * parcels,
        "trucks_per_day": parcels / 7920,
        "truck_km_per_day": parcels / 20,
        "dwell_mean_h": 8.0,
        "staff_h_per_day": 3000.0,
        "utilisation_machines": load,
    }


def simulated(designs: Sequence[Design], n: int = 2) -> dict[tuple[str, int], dict[str, float]]:
    return {(design.label, number): kpis_of(design.hub, number) for design in designs for number in range(n)}


@cache
def courses_of(*words: str, paths: tuple[str, ...] = FEW) -> Explored:
    return explored(*made(*words, paths=paths), simulated)


@pytest.fixture(scope="module")
def courses() -> Explored:
    return courses_of()


@pytest.fixture(scope="module")
def computed(courses: Explored) -> Answer:
    return answer(courses)


def npv(courses: Explored, path: str) -> np.ndarray[Any, Any]:
    return courses.of(path, lambda one: one.present.sum(axis=1))


def test_a_path_that_changes_nothing_is_worth_what_staying_is_to_the_bit(tmp_path: Path) -> None:
    (tmp_path / "paths").mkdir()
    (tmp_path / "paths" / "idle.yaml").write_text(
        "phases:\n  nothing:\n    {starts: '2024-01-01', when: [], needs: [permit], lead_months: 0,"
        " construction_months: 6, changes: [], smaller: null, closed: [], learning: null}\n"
    )
    few = [f"~expansion.paths.{name}" for name in (*PACKAGED, "react_66k")]
    words = ["study=expansion", "expansion.draws=2", *few, "+paths@expansion.paths.idle=idle"]
    composed = compose(words, tmp_path)
    base, keys = hub(composed), study(ExpansionKeys, composed)
    hubs, states = states_of(words, base, keys.expansion, tmp_path)
    own = explored(hubs, base, replace(keys, expansion=replace(keys.expansion, states=states)), simulated)
    assert (own.of("idle", lambda one: one.present) == own.of("stay_30k", lambda one: one.present)).all()
    assert (own.of("idle", lambda one: one.kpis) == own.of("stay_30k", lambda one: one.kpis)).all()
    assert (npv(own, "permit_66k_2_phases") != npv(own, "stay_30k")).any()


def test_what_opens_later_changes_nothing_before_its_works_begin(courses: Explored) -> None:
    for at in np.unique(courses.number["permit_66k_2_phases"]):
        line = courses.timelines[at]
        if not line.openings:
            continue
        g, f, k = np.argwhere(courses.number["permit_66k_2_phases"] == at)[0]
        stays = courses.timelines[courses.number["stay_30k"][g, f, k]]
        before = int(line.openings[0].begins // 3)
        assert before > 0
        assert (line.hubs[:before] == stays.hubs[:before]).all()
        assert (line.flights[:before] == stays.flights[:before]).all()
        assert (line.hubs[before + 2 :] != stays.hubs[before + 2 :]).all()


def test_of_a_machine_that_is_learned_in_sixteen_weeks_a_quarter_is_half_or_full_as_its_mean_is_nearer(
    courses: Explored,
) -> None:
    labels = [design.label for design in courses.world.curves.designs]
    months = (np.arange(300) + 0.5) / 100
    for at in np.unique(courses.number["permit_66k_2_phases"]):
        line = courses.timelines[at]
        for quarter, label in enumerate(labels[number] for number in line.hubs):
            opened = [opening.opens for opening in line.openings if opening.opens <= 3 * quarter + 1.5]
            weeks = (3 * quarter + months - max(opened, default=-99)) * 365.25 / 7 / 12
            learned = np.clip(weeks / 16, 0, 1).mean()
            assert ("learned 0.5" in label) == (learned < 0.75), (quarter, label)


def test_a_week_between_two_loads_is_their_runs_in_proportion_and_shares_stay_shares(courses: Explored) -> None:
    curves, hub = copy(courses.world.curves), courses.timelines[0].hubs[0]
    flights = [curves.node(hub, at).hub.demand.flights_per_day for at in range(len(curves.loads))]
    assert flights == pytest.approx(curves.full[hub] * curves.loads, rel=1e-5)
    curves.values = np.random.default_rng(5).normal(size=curves.values.shape)
    between = 0.25 * curves.values[hub, :-1] + 0.75 * curves.values[hub, 1:]
    weeks = curves.weeks(np.full(len(between), hub), (0.25 * np.array(flights[:-1]) + 0.75 * np.array(flights[1:])))
    assert weeks == pytest.approx(between, abs=1e-3)
    curves.compose()
    composed = curves.values[[*curves._composed], ..., curves.measured.place("on_time_share")]
    assert composed.min() == 0 and composed.max() == 1


def test_nothing_opens_without_its_decisions_nor_before_them(courses: Explored) -> None:
    own, futures, n = courses.keys.expansion, courses.futures, 0
    for (_, f, k), at in np.ndenumerate(courses.number["permit_66k_2_phases"]):
        leaf, openings = futures.leaves[f], courses.timelines[at].openings
        times = [ended(stage, leaf, futures.draws[k], own) for stage in ("permit", "appeal", "screening")]
        if None in times:
            assert not openings
            n += 1
        else:
            assert openings[0].begins >= max(time for time in times if time is not None)
            assert all(later.begins >= earlier.opens for earlier, later in pairwise(openings))
    assert n


def test_a_decision_ends_after_its_months_those_of_the_one_before_it_and_those_of_its_result() -> None:
    """By hand: from 16 July 2022 on nine and four months, and the median of 0 to 2 until the appeal is dismissed."""

    def result(*, is_refused: bool = False, later: Months | None = None) -> Result:
        return Result(0.5, is_refused, later, None, None, (), 0.0, 0.0)

    dismissed = {"dismissed": result(later=Months(0.0, 1.0, 2.0)), "annulled": result(is_refused=True)}
    permit = Stage(
        dt.date(2022, 7, 16), None, Months(9, 9, 9), {"granted": result(), "refused": result(is_refused=True)}
    )
    stages = {"permit": permit, "appeal": Stage(None, "permit", Months(4, 4, 4), dismissed)}
    own = object.__new__(Expansion)
    for name, value in (("stages", stages), ("first_year", 2023)):
        object.__setattr__(own, name, value)
    draw = Draw({"permit": (0.5, 0.9), "appeal": (0.9, 0.5)}, np.ones(1))
    appeals = [("granted", "dismissed"), ("granted", "annulled"), ("refused", None)]
    ends = [ended("appeal", dict(zip(stages, leaf, strict=True)), draw, own) for leaf in appeals]
    assert ends == [pytest.approx(-12 + 6 + 15 / 31 + 9 + 4 + 1), None, None]
    assert ended("permit", {"permit": "granted"}, draw, own) == pytest.approx(3 + 15 / 31)


def test_demand_grows_by_equal_factors_between_given_years_and_strays_about_its_path() -> None:
    """Four times as much in two years, level before and after; twice the spread doubles the walk, less its mean."""
    growth, years = Growth(1.0, {"2023": 1.0, "2025": 4.0}), {"first_year": 2022, "years": 5}
    assert factors(growth, SimpleNamespace(**years)) == pytest.approx([1, 1, 2, 4, 4])
    first, second = (
        np.log(next(draws(SimpleNamespace(draws=1, stages={}, spread=spread, **years), 1)).strays)
        for spread in (0.1, 0.2)
    )
    assert second - 2 * first == pytest.approx(-0.01 * np.arange(1, 6))


def test_the_noise_quota_of_a_year_bounds_the_flights_that_can_come() -> None:
    aircraft = {"loud": Aircraft(0.4, 22), "quiet": Aircraft(0.6, 12)}
    quota = NightQuota({"2024": 30, "2030": 20, "2033": 12}, take_off_share=0.5, lost_share=0.5, aircraft=aircraft)
    # From 2030 on 40 % of the take-offs at night are banned, and half of these flights go elsewhere.
    bounds = {2023: 1, 2024: 1, 2029: 1, 2030: 0.9, 2032: 0.9, 2033: 0.9}
    assert {year: quota.most_share(year) for year in bounds} == pytest.approx(bounds)
    assert replace(quota, points={"2024": 11.9}).most_share(2040) == pytest.approx(0.75)


def test_packaged_growth_is_bounded_by_the_noise_quota_of_its_years(courses: Explored) -> None:
    settings, base = courses.keys.expansion, made()[1]
    free = futures_of(replace(settings, night_quota=None), base).demand
    bound = futures_of(settings, base).demand / free
    years = np.arange(settings.first_year, settings.first_year + settings.years)
    assert (bound[..., years < 2030] == 1).all()
    assert bound[..., years >= 2030] == pytest.approx(1 - 0.33 * 0.3 * 0.5)
    cap = settings.stages["permit"].results["movements_cap"].most_flights_per_day
    assert cap == pytest.approx(11 * 55_000 / 69_260, abs=0.05)


def test_the_best_path_is_shown_under_both_readings_of_the_published_growth(computed: Answer) -> None:
    """Neither has a weight."""
    growths = computed.explored.keys.expansion.growth
    names = ("declarations_as_parcels", "tonnage")
    assert [name for name, growth in growths.items() if growth.reads] == list(names) == list(computed.by_reading)
    assert all(growths[name].probability == 0 for name in names)
    assert growths["tonnage"].factors["2025"] == 1.16
    weight, npv = computed.explored.futures.weight.sum(axis=0), computed.explored.npv.mean(axis=4)
    for at, name in enumerate(computed.explored.futures.growths):
        if name in names:
            means = np.einsum("pfk,f->p", npv[:, at], weight)
            turn = computed.by_reading[name]
            assert turn.best == list(computed.explored.number)[int(means.argmax())]
            assert turn.lead_of_best(computed.recommended).mean >= 0
            text = next(line for line in sentences(computed) if f"read as {name.replace('_', ' ')}" in line)
            assert str(growths[name].reads) in text and path_name(turn.best) in text


@pytest.mark.parametrize("needs", ["[appeal,screening]", "[screening,appeal,permit]"])
def test_a_path_that_names_the_last_of_its_decisions_or_another_order_meets_the_same_conditions(needs: str) -> None:
    """What a stage decides binds whoever waits for a stage after it."""
    stricter = (
        "expansion.years=8",
        "expansion.stages.permit.results.granted_smaller.most_area_m2=50000",
        "expansion.stages.permit.results.granted.eur_per_year=1e6",
        "expansion.stages.permit.results.movements_cap.most_flights_per_day=3",
    )
    paths = ("stay_30k", "permit_66k_2_phases")
    words = [f"expansion.paths.{paths[1]}.phases.{phase}.needs={needs}" for phase in ("first", "second")]
    all_named, other = courses_of(*stricter, paths=paths), courses_of(*stricter, *words, paths=paths)
    assert (npv(all_named, paths[1]) == npv(other, paths[1])).all()


def test_with_certainty_the_tree_is_the_plain_path() -> None:
    """All mass on one leaf: the expected value is that leaf's, and no draw differs from another."""
    own = courses_of(*CERTAIN)
    assert np.count_nonzero(own.futures.weight) == 1
    g, f = np.argwhere(own.futures.weight == 1)[0]
    computed = answer(own)
    for path in FEW:
        values = npv(own, path)[g, f]
        assert (values == values[0]).all()
        assert computed.of(path).npv.mean == pytest.approx(values.mean(), rel=1e-12)
        assert computed.of(path).npv_p5 == computed.of(path).npv_p95
        # All that is spent but what is left at the end, over imports and a quarter as many exports.
        yearly, parcels = (own.of(path, pick)[g, f, 0] for pick in (lambda one: one.yearly, lambda one: one.parcels))
        spent = -np.delete(yearly, [own.books.lines.index(name) for name in REVENUES], axis=2).sum(axis=(1, 2))
        each = spent / (1.25 * parcels.sum(axis=1))
        assert computed.of(path).cost_per_parcel.mean == pytest.approx(each.mean(), rel=1e-9)
    # And that leaf is what the path is where nobody is asked.
    free = courses_of(
        *CERTAIN, *(f"expansion.paths.permit_66k_2_phases.phases.{name}.needs=[]" for name in ("first", "second")),
        "expansion.at_risk_share=0", paths=FEW[:2],
    )  # fmt: skip
    asked = courses_of(*CERTAIN, "expansion.at_risk_share=0", paths=FEW[:2])
    g, f = np.argwhere(asked.futures.weight == 1)[0]
    plain = npv(free, "permit_66k_2_phases")[0, 0, 0]
    assert npv(asked, "permit_66k_2_phases")[g, f, 0] == pytest.approx(plain, rel=1e-12)


def test_the_probabilities_of_the_futures_sum_to_one(courses: Explored) -> None:
    own = courses.keys.expansion
    each = list(leaves(own.stages))
    assert math.isclose(sum(p for _, p in each), 1, abs_tol=1e-12)
    assert math.isclose(float(courses.futures.weight.sum()), 1, abs_tol=1e-12)
    # All growths stray alike.
    strays, demand = np.array([draw.strays for draw in courses.futures.draws]), courses.futures.demand
    assert demand / demand[:, :1] == pytest.approx(np.broadcast_to(strays / strays[:1], demand.shape))
    refused = [p for leaf, p in each if leaf["permit"] == "refused"]
    assert sum(refused) == pytest.approx(own.stages["permit"].results["refused"].probability)
    assert all(leaf["appeal"] is None for leaf, _ in each if leaf["permit"] == "refused")


def test_npv_is_the_plain_sum_at_no_discount_and_the_closed_form_at_any(courses: Explored) -> None:
    plain = courses_of("expansion.cost.discounting.rate=0", "expansion.years=5", "expansion.draws=2")
    for path in FEW:
        npv_plain = plain.of(path, lambda one: one.present)
        total = plain.of(path, lambda one: one.yearly.sum(axis=1))
        assert npv_plain == pytest.approx(total, rel=1e-12, abs=1e-3)
    rate, years = courses.keys.expansion.cost.discounting.rate, quarter_years(courses.keys.expansion)
    for each in courses.worths[:: len(courses.worths) // 7]:
        flows = [Flow(at, round(100 * eur)) for at, eur in zip(years, each.quarterly[0].tolist(), strict=True)]
        assert float(present_value(flows, rate)) / 100 == pytest.approx(each.present[0].sum(), abs=1)


def test_lines_add_up_to_the_total(courses: Explored) -> None:
    for each in courses.worths[::5]:
        by_year = each.quarterly.reshape(len(each.quarterly), -1, 4).sum(axis=2)
        assert each.yearly.sum(axis=2) == pytest.approx(by_year, rel=1e-12)
        assert each.yearly[..., 0] == pytest.approx(0.8 * each.parcels)  # the revenue
    names = list(courses.books.lines)
    assert len(set(names)) == len(names)
    # What is built is paid whole: at risk, and while it is built.
    own = courses_of(*CERTAIN, "expansion.years=12")
    g, f = np.argwhere(own.futures.weight == 1)[0]
    yearly = own.of("permit_66k_2_phases", lambda one: one.yearly)[g, f, 0, 0].sum(axis=0)
    built = ["planning", *own.books.built]
    paid = sum(yearly[names.index(name)] for name in built)
    change = sum(own.books.change("permit_66k_2_phases", None, number).sum() for number in (0, 1))
    assert change < 0 and paid == pytest.approx(change, rel=1e-12)


def test_what_is_built_is_paid_evenly_and_written_off_in_equal_parts_and_conditions_are_paid_from_their_quarter(
    courses: Explored,
) -> None:
    """By hand: two years of works from mid-2023 on, and works that the last year's end cuts in half."""
    own, path = courses.keys.expansion, "permit_66k_2_phases"
    openings = (Opening("first", 6.0, 30.0), Opening("second", 15 * 12.0 - 5, 15 * 12.0 + 5))
    line = replace(courses.timelines[courses.number[path][0, 0, 0]], limit_m2=None, openings=openings,
                   conditions=((9, "screening", "conditions"),))  # fmt: skip
    eur = dict(zip(courses.books.lines, worth(courses.books, line).yearly[0].T, strict=True))
    first, second = (0.95 * courses.books.change(path, None, number) for number in (0, 1))
    for name, one, other in zip(courses.books.built, first, second, strict=True):
        assert eur[name] == pytest.approx([one / 4, one / 2, one / 4, *[0] * 11, other / 2]), name
    left = [1 - 12.5 / 30 if name in BUILDINGS else 0.0 for name in courses.books.built]  # equipment: ten years
    assert eur["residual"] == pytest.approx([*[0] * 14, -float(first @ left) - second.sum() / 2])
    whole = (first.sum() + second.sum()) / 0.95
    assert eur["planning"] == pytest.approx([0.05 * whole, *[0] * 14])  # at risk before the permit of 2022
    assert eur["conditions"] == pytest.approx([0, 0, -2e6 - 1.5e6 * 3 / 4, *[-1.5e6] * 12])
    at_once = replace(line, openings=(Opening("first", 30.0, 30.0),))
    yearly = dict(zip(courses.books.lines, worth(courses.books, at_once).yearly[0].T, strict=True))
    assert yearly["stands"] == pytest.approx([0, 0, 0.95 * -7.5e6, *[0] * 12])
    rent = own.cost.site.rent * 30_000
    assert eur["rent"][0] == pytest.approx(-rent)


def test_plans_are_paid_when_the_first_decision_is_asked_for_if_that_is_before_the_end() -> None:
    """A tenth of 100 in August 2024, the seventh quarter from 2023 on, and nothing in a study of six."""
    phase = SimpleNamespace(needs=("permit",))
    settings = SimpleNamespace(paths={"path": SimpleNamespace(phases={"first": phase})}, at_risk_share=0.1,
                               first_year=2023, first_asked=lambda _: dt.date(2024, 8, 1))  # fmt: skip
    world = SimpleNamespace(settings=settings, n_phases=lambda *_: 1)
    books: Any = SimpleNamespace(world=world, change=lambda *_: np.array([-60.0, -40.0]))
    assert [_planned(books, "path", n).tolist() for n in (8, 6)] == [[*[0] * 6, 10, 0], [0] * 6]


def test_regret_and_the_worth_of_knowing_are_what_they_must_be(computed: Answer) -> None:
    worth = {one.what: one.worth.mean for one in computed.knowing}
    best = computed.of(computed.recommended)
    assert worth["everything"] == pytest.approx(best.regret.mean)
    for what, value in worth.items():
        if what != "waiting, and reacting":
            assert -1e-6 <= value <= worth["everything"] + 1e-6, what
    planned = max(computed.of(path).npv.mean for path in FEW[:2])
    assert worth["waiting, and reacting"] == pytest.approx(computed.of("react_66k").npv.mean - planned)
    assert all(one.regret.mean >= best.regret.mean for one in computed.paths)
    assert sum(one.best_share for one in computed.paths) >= 1 - 1e-9
    assert best.npv_p5 < best.npv.mean < best.npv_p95 and best.regret_p95 > best.regret.mean
    # Unless the permit is refused or annulled, or the screening prohibits it.
    assert [computed.of(path).opens for path in FEW[:2]] == [0, pytest.approx(0.85 * 0.9 * 0.9)]


def test_a_path_alone_has_no_turns_and_one_replication_no_intervals() -> None:
    computed = answer(explored(*made("replications=1", paths=FEW[:1]), lambda designs: simulated(designs, 1)))
    captions = " ".join(grid.caption for grid in _grids(computed))
    assert not computed.turns and " lead of " not in captions
    assert WAITING not in {row.what for row in computed.knowing}
    assert "95 % interval" not in captions and captions.count("one replication, no interval") == 2
    text = " ".join(sentences(computed))
    assert "Nothing that was varied alone surely turns the choice." in text
    assert "No other path is compared with it." in text and "Probability" not in text


def test_what_is_left_at_the_end_pays_nothing_back() -> None:
    """So a study that ends before the payback of a longer one has none."""
    prices = ("expansion.cost.parcels.revenue_eur=0.3", "expansion.cost.site.tenure=built")
    short, long = (answer(courses_of(*CERTAIN, *prices, f"expansion.years={years}")).paths for years in (4, 7))
    assert [path.payback for path in short] == [None] * 3
    assert all(path.payback > 4 for path in long[1:] if path.payback is not None)
    assert long[1].payback is not None


def test_knowing_is_told_to_be_worth_at_least_nothing_and_waiting_may_cost() -> None:
    wide = Interval(6e6, -90e6, 102e6, 4)
    assert worth_of(Knowing(0, "growth of demand", wide, "EUR")) == Interval(6e6, 0.0, 102e6, 4)
    assert worth_of(Knowing(1, "waiting, and reacting", wide, "EUR")) == wide


@pytest.mark.parametrize(("path", "needed"), [("equipment_first", set()), ("second_site", {"screening"})])
def test_a_decision_that_no_path_needs_turns_nothing_and_is_not_worth_knowing(path: str, needed: set[str]) -> None:
    computed = answer(courses_of("replications=1", paths=("stay_30k", path)))
    decisions = {"permit", "appeal", "screening"}
    assert decisions & {turn.what for turn in computed.turns} == needed
    known = " ".join(row.what for row in computed.knowing)
    assert {name for name in decisions if f"result of {name}" in known} == needed
    assert "A single replication does not show how surely it is the best of the 2 paths" in " ".join(
        sentences(computed)
    )
    assert bool(list(decision_map(computed.explored))) == bool(needed)


def test_prices_are_swung_by_whole_per_cents(computed: Answer) -> None:
    assert {turn.value for turn in computed.turns if turn.what == "wages"} == {"−20 %", "+20 %"}


def test_who_knows_all_loses_nothing_and_there_is_nothing_to_know() -> None:
    computed = answer(courses_of(*CERTAIN))
    for one in computed.knowing[:-1]:
        assert one.worth.mean == pytest.approx(0, abs=1e-3)
    assert computed.of(computed.recommended).regret.mean == pytest.approx(0, abs=1e-3)


def test_the_decision_map_and_the_turns_of_growth_weigh_the_results(courses: Explored, computed: Answer) -> None:
    """Results of the permit have their probabilities within those in favour, and those not."""
    refused = np.array([leaf["permit"] == "refused" for leaf in courses.futures.leaves])
    of_leaf = courses.futures.weight.sum(axis=0)

    def leads(weight: np.ndarray[Any, Any]) -> dict[str, float]:
        """Of each path over the best of the others, where demand grows as in the base."""
        means = {path: float(np.einsum("fk,f->", npv(courses, path).mean(axis=3)[1], weight)) / 3 for path in FEW}
        return {path: value - max(means[other] for other in FEW if other != path) for path, value in means.items()}

    cells = {(cell.growth, cell.probability): cell for cell in decision_map(computed.explored)}
    for share in (0.0, 0.25, 1.0):
        weight = (
            of_leaf * refused / (of_leaf @ refused) * (1 - share) + of_leaf * ~refused / (of_leaf @ ~refused) * share
        )
        lead, cell = leads(weight), cells["base", share]
        assert cell.best == max(lead, key=lambda path: lead[path]) and cell.lead_eur == pytest.approx(lead[cell.best])
    assert {what for what, _ in cells} == set(courses.keys.expansion.growth)
    (turn,) = [row for row in computed.turns if (row.what, row.value) == ("growth", "base")]
    assert turn.lead_eur.mean == pytest.approx(leads(of_leaf)[computed.recommended])


def test_a_new_hall_learns_from_its_first_rate_to_the_whole() -> None:
    """From 60 % of its rate on: 80 % when half is learned; an old hall has learned."""
    before, after = load("liege_30k"), load("liege_66k")
    rate, learning = after.halls["main"].machine_rated_per_h, SimpleNamespace(fields={"machine_rated_per_h": 0.6})
    for old, share in ((before, 0.8), (after, 1.0)):
        learned = _learning(old, after, learning, 0.5, "key")
        assert learned.halls["main"].machine_rated_per_h == pytest.approx(share * rate)


def test_prices_swing_both_ways_about_the_expected_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wages, their premium, rent and two buildings, of which another way to pay labour replaces the wages alone."""
    monkeypatch.setattr(uncertainty, "factors", lambda _, rate: np.array([rate]))
    measured, paid = SimpleNamespace(lines=[*WAGES, "rent"], paid=[*PAID][:1]), next(iter(PAID.values()))
    present = np.array([-30.0, -5.0, -20.0, -60.0, -40.0])
    of_path = SimpleNamespace(present=present, labour=np.array([-33.0]), quarterly=np.array([100.0]))
    cost = SimpleNamespace(discounting=SimpleNamespace(rate=0.05))
    courses = SimpleNamespace(
        keys=SimpleNamespace(expansion=SimpleNamespace(swing=0.2, cost=cost)),
        world=SimpleNamespace(curves=SimpleNamespace(measured=measured)),
        books=SimpleNamespace(lines=[*measured.lines, "hall", "doors"]),
        expected=lambda value: value(of_path),
    )
    values = {(what, value): float(total) for what, value, total in uncertainty._prices(courses)}
    swings = {"wages": 6, "night premium": 1, "rent": 4, "construction": 20}
    expected = {(what, f"{sign}20 %"): -155 - by * (sign == "+") + by * (sign == "−")
                for what, by in swings.items() for sign in "−+"}  # fmt: skip
    rates = {("discount rate", "4 %"): 4.0, ("discount rate", "6 %"): 6.0}
    assert values == pytest.approx({("labour paid", paid): -155 + 35 - 33, **expected, **rates})


def test_a_rule_sees_each_quarter_at_its_season(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six quarters from winter on, with two weeks each; 10, 20, … flights a day in the mean of the year."""
    monkeypatch.setattr(timeline, "quarter_means", lambda weeks, *_: weeks)
    course = object.__new__(Course)
    measured = SimpleNamespace(place=lambda _: 0)
    curves = SimpleNamespace(weeks=lambda _, by_week: by_week[:, None], measured=measured)
    weeks = np.array([[0.7, 0.9], [1.0, 1.0], [1.1, 1.3], [1.5, 1.7]])
    course._world = SimpleNamespace(weeks=weeks, curves=curves)
    course._watched, course._is_whole = [(0, 10.0 * n, 0.1 * n) for n in range(1, 7)], True
    assert [course._seen("dwell_mean_h", at) for at in (-1, -2, -3)] == pytest.approx([60, 50 * 0.8, 40 * 1.6])
    assert course._seen(CAPACITY_USE, -2) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("quarter", "accepted", "cap", "slots"),
    [(2, 25, None, 11.25), (4, 25, None, 16.25), (4, 25, 14, 14), (4, 12, None, 12), (9, 25, None, 20)],
)
def test_slots_of_a_phase_are_filled_over_the_months_after_its_opening(
    quarter: int, accepted: int, cap: int | None, slots: float
) -> None:
    """From 10 to 20 in a year from the seventh month on, if the hub accepts them; a quarter counts as its middle."""
    course = object.__new__(Course)
    permit = SimpleNamespace(results={"granted": SimpleNamespace(most_flights_per_day=cap)})
    settings = SimpleNamespace(ramp_months=12, stages={"permit": permit})
    course._world = SimpleNamespace(settings=settings, accepted=[10, 20, accepted])
    course._n_open, course._openings, course._conditions = 1, [Opening("first", 0.0, 6.0)], [(0, "permit", "granted")]
    course._hubs = {(n, False, 1.0, ()): n for n in (0, 1)}
    assert course._slots(quarter, 2) == slots


def test_a_phase_that_opens_while_the_one_before_it_fills_adds_to_it() -> None:
    """From 10 to 20 from the seventh month on, and by 20 more from the thirteenth on, each in a year."""
    course = object.__new__(Course)
    settings = SimpleNamespace(ramp_months=12, stages={})
    course._world = SimpleNamespace(settings=settings, accepted=[10, 20, 40])
    course._n_open, course._openings = 2, [Opening("first", 0.0, 6.0), Opening("second", 6.0, 12.0)]
    course._conditions, course._hubs = [], {(n, False, 1.0, ()): n for n in (0, 1, 2)}
    assert [course._slots(quarter, 2) for quarter in (4, 5, 6, 9)] == [18.75, 26.25, 31.25 + 1.25, 40]


def test_a_rule_begins_the_phase_after_its_quarters_and_no_sooner(courses: Explored) -> None:
    own, n = courses.keys.expansion, 0
    trigger = own.paths["react_66k"].phases["first"].when[0]
    for at in np.unique(courses.number["react_66k"]):
        line = courses.timelines[at]
        use = line.wanted / line.slots
        for opening in line.openings[:1]:
            first = int((opening.begins - 3.0) // 3)  # three months of lead
            assert (use[first - trigger.quarters : first] > trigger.value).all()
            n += 1
    assert n
    # And where nothing but the rule decides, no later either.
    rule = "expansion.paths.react_66k.phases.first.when=[{kpi:capacity_use,op:'>',value:1.5,quarters:4}]"
    full = courses_of(*CERTAIN, "expansion.years=8", rule, paths=FEW[::2])
    g, f = np.argwhere(full.futures.weight == 1)[0]
    line = full.timelines[full.number["react_66k"][g, f, 0]]
    first = int((line.openings[0].begins - 3.0) // 3)
    assert ((line.wanted / line.slots)[first - 5 : first] > 1.5).tolist() == [False, True, True, True, True]


def test_a_rule_on_a_kpi_looks_at_what_was_simulated() -> None:
    first = "expansion.paths.react_66k.phases.first.when=[{kpi:on_time_share,op:'<',value:%g,quarters:4}]"
    always, never = (courses_of(*CERTAIN, "expansion.years=4", first % value, paths=FEW[::2]) for value in (1.1, 0.5))
    g, f = np.argwhere(always.futures.weight == 1)[0]
    (opening, *_) = always.timelines[always.number["react_66k"][g, f, 0]].openings
    # Four quarters must have passed; then three months of lead.
    assert opening.begins == 12 + 3
    assert not never.timelines[never.number["react_66k"][g, f, 0]].openings
    assert all(line.is_whole for line in (*always.timelines, *never.timelines))


def test_slots_come_slowly_and_caps_bind(courses: Explored) -> None:
    lines = [courses.timelines[at] for at in np.unique(courses.number["permit_66k_2_phases"])]
    capped = [line for line in lines if any(result == "movements_cap" for _, _, result in line.conditions)]
    assert capped
    # Each decision binds once, though both phases needed it.
    assert all(len({stage for _, stage, _ in line.conditions}) == len(line.conditions) for line in lines)
    assert all((line.slots[line.conditions[0][0] :] <= 9).all() for line in capped)
    for line in courses.timelines:
        assert (line.flights <= line.slots).all() and (line.flights <= line.wanted).all()


def test_weeks_keep_the_mean_of_their_quarter() -> None:
    months = [0.83, 0.96, 0.97, 0.98, 1.06, 1.04, 1.06, 0.96, 1.03, 1.06, 1.10, 0.96]
    weeks = week_indices(months)
    assert weeks @ [2 / 3, 1 / 3] == pytest.approx(np.array(months).reshape(4, 3).mean(axis=1))
    assert (weeks[:, 1] == np.array(months).reshape(4, 3).max(axis=1)).all()
    # EUR and trucks by days, the share on time by parcels, over weeks and over quarters.
    measured = Measured(("wages",), ("on_time_share", "trucks_per_day"))
    mean = quarter_means(np.array([[[10, 0.5, 3]], [[40, 0.8, 9]]]), np.array([4.0, 10.0]), measured)
    assert mean == pytest.approx(np.array([[20, (4 * 2 * 0.5 + 10 * 0.8) / (4 * 2 + 10), 5]]))
    quarters = np.array([[[0.5, 3], [0.8, 9], [0.8, 9], [0.8, 9]]])
    of_year = _by_year(quarters, np.array([4.0, 1, 2, 3]), measured.per_parcel, 1)
    assert of_year == pytest.approx(np.array([[[(4 * 0.5 + 6 * 0.8) / 10, 7.5]]]))
    by_parcel = ("export_on_time_share", "truck_fill_share", "dwell_p95_h", "turnaround_mean_h", "co2_kg_per_t")
    by_day = ("utilisation_floor", "late_exports_per_day", "full_time_jobs", "backlog_growth_share_per_day")
    assert Measured((), by_parcel).per_parcel.all() and not Measured((), by_day).per_parcel.any()


def test_a_year_weighs_its_weeks_by_their_parcels_also_in_quarters_of_another_season(courses: Explored) -> None:
    """By hand: two months and one of each quarter, with the flights of its season."""
    curves, line = courses.world.curves, courses.timelines[0]
    hubs, flights = courses.world.weeks_of(line)
    on_time = curves.weeks(hubs, flights)[..., 0, curves.measured.place("on_time_share")].reshape(-1, 8)
    parcels = (flights * [2, 1]).reshape(-1, 8)
    own = worth(courses.books, line).kpis[0, :, curves.measured.kpis.index("on_time_share")]
    assert own == pytest.approx((on_time * parcels).sum(axis=1) / parcels.sum(axis=1), rel=1e-12)


def test_the_on_time_share_of_all_years_weighs_them_by_their_parcels() -> None:
    """A million of one year, all on time, and three of the next, of which half are: five in eight."""
    year = SimpleNamespace(kpis=np.array(2 * [[[1.0], [0.5]]]), parcels=np.array(2 * [[1e6, 3e6]]))
    measured = SimpleNamespace(kpis=("on_time_share",))
    own: Any = SimpleNamespace(
        world=SimpleNamespace(curves=SimpleNamespace(measured=measured)),
        futures=SimpleNamespace(weight=np.ones((1, 1))),
        of=lambda _, pick: np.array([[[pick(year), pick(year)]]]),
    )
    assert _on_time(own, "path").mean == 0.625


def test_the_triangular_quantile_is_the_inverse_of_its_distribution() -> None:
    months = Months(2, 5, 11)
    for rank in (0.01, 0.2, 1 / 3, 0.5, 0.99):
        value = triangular(months, rank)
        below = (value - 2) ** 2 / (9 * 3) if value <= 5 else 1 - (11 - value) ** 2 / (9 * 6)
        assert below == pytest.approx(rank)
    assert months_after(dt.date(2023, 11, 15), 3) == dt.date(2024, 2, 15)
    assert months_after(dt.date(2023, 1, 31), 1) == dt.date(2023, 2, 28)
    assert months_after(dt.date(2023, 1, 30), 0) == dt.date(2023, 1, 30)
    assert months_after(dt.date(2023, 12, 31), 2.5) == dt.date(2024, 3, 15)
    assert months_after(dt.date(2023, 12, 5), 1.5) == dt.date(2024, 1, 20)


def test_the_probability_of_being_best_is_a_t_test_where_there_are_two() -> None:
    from scipy.stats import t

    rng = np.random.default_rng(3)
    lead = rng.normal(0.4, 1, size=(12, 1)) * np.ones((1, 2))  # no noise of replications: the t test of twelve draws
    mean = np.stack([lead, np.zeros_like(lead)])
    draws = lead[:, 0]
    p = 1 - t.sf(draws.mean() / (draws.std(ddof=1) / math.sqrt(12)), 11)
    assert probability_of_best(mean, 0) == pytest.approx(p)
    assert probability_of_best(np.stack([lead, lead]), 0) == 1
    # With noise of four replications, too, and a future in which both are alike: Satterthwaite's degrees of freedom.
    both = lead[:, :1] + rng.normal(0, 0.5, size=(1, 4))
    both[0, 0] = 0
    of_draws, of_noise = both.mean(axis=1).var(ddof=1) / 12, both.mean(axis=0).var(ddof=1) / 4
    degrees = (of_draws + of_noise) ** 2 / (of_draws**2 / 11 + of_noise**2 / 3)
    p = 1 - t.sf(both.mean() / math.sqrt(of_draws + of_noise), degrees)
    assert probability_of_best(np.stack([both, np.zeros_like(both)]), 0) == pytest.approx(p)


def test_quantiles_weigh_their_futures() -> None:
    values = np.array([[[3.0], [1.0], [2.0]]])
    assert quantile(values, np.array([[0.2, 0.7, 0.1]]), 0.5) == 1
    assert quantile(values, np.array([[0.2, 0.7, 0.1]]), 0.75) == 2
    assert quantile(values, np.array([[0.2, 0.7, 0.1]]), 0.95) == 3
    yearly = np.array([[[[1.0, 10.0], [3.0, 30.0]]]])  # of two draws, each as probable
    assert bands(yearly, np.array([[1.0]])).tolist() == [[2.0, 20.0], [1.0, 10.0], [3.0, 30.0]]


QUICK = (
    *("expansion.draws=2", "expansion.worlds=2", "workers=1"),
    *(f"~expansion.paths.{name}" for name in PACKAGED),
)

FEWER = (
    "expansion.growth.low.probability=0.6",
    *(f"~expansion.growth.{name}" for name in ("high", "declarations_as_parcels", "tonnage")),
    "expansion.stages.permit.results.granted.probability=0.65",
    *(f"~expansion.stages.permit.results.{name}" for name in ("night_curfew", "movements_cap", "trucks_cap")),
)
"""Futures and hubs than in the packaged study."""
SECOND = (
    "expansion.paths.react_66k.phases.first.changes="
    '["+hall@halls.second=liege_18k","halls.second.controls.transit_desks=1"]'
)


def evaluated(config: HubConfig, replication: int) -> dict[str, Any]:
    return {"kpis": kpis_of(config, replication), "tables": {}}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., int]:
    monkeypatch.setattr(simulating, "evaluate", evaluated)
    return lambda *words: main(["expansion", *QUICK, "--out", str(tmp_path / "runs"), *words])


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], dict[str, Any]]:
    """The words of a study that was run, and its document."""
    folder = str(tmp_path_factory.mktemp("runs"))
    words = ["expansion", *QUICK, *FEWER, "expansion.years=4", "--json", "--quiet", "--out", folder]
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()) as out:
        patch.setattr(simulating, "evaluate", evaluated)
        assert main(words) == 0
    return words, json.loads(out.getvalue())


def test_the_answer_is_told_stored_and_reproduced(
    stored: tuple[list[str], dict[str, Any]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    is_slow: bool,
) -> None:
    words, document = stored
    monkeypatch.setattr(simulating, "evaluate", evaluated)
    assert set(document["paths"]) == set(FEW)
    assert document["recommended"] in FEW and 0 <= document["probability"] <= 1
    for one in document["paths"].values():
        assert one["npv"]["low"] <= one["npv"]["mean"] <= one["npv"]["high"]
        best = document["paths"][document["recommended"]]["npv"]["mean"]
        assert one["behind"]["mean"] == pytest.approx(best - one["npv"]["mean"])
        assert 0 <= one["on_time_share"]["mean"] <= 1
    assert all(turn["best"] != document["recommended"] for turn in document["turned_by"])
    begins = ("The", "Over futures and assumptions ", ("The choice turns to ", "Nothing that was varied"))
    for sentence, beginning in zip(
        document["sentences"],
        (*begins, "Staff:", ("The main uncertainty is the ", "It is not sure that knowing any one thing")),
        strict=False,
    ):
        assert sentence.startswith(beginning)
    folder = Path(document["run_dir"])
    tables = read_run(folder).tables
    futures = tables["futures"]
    assert futures.groupby("path")["probability"].sum().to_numpy() == pytest.approx(1)
    by_path = (futures["npv_eur"] * futures["probability"]).groupby(futures["path"]).sum()
    for path, one in document["paths"].items():
        assert by_path[path] == pytest.approx(one["npv"]["mean"])
    assert {*tables["accounts"]["year"]} == {*tables["service"]["year"]} == {2023, 2024, 2025, 2026}
    opens, n_phases = futures["first_opens"], futures["phases"]
    assert (opens.isna() == (n_phases == 0)).all() and opens.min() >= 2024 and opens.max() <= 2027
    states = tables["states"].set_index("state")
    path = "permit_66k_2_phases: 1 open"
    assert states.loc[f"{path}, building, learned 0.5", "hub"] == (
        f"{path}, building + {path}, learned 0.5 - 1 x {path}"
    )
    assert states.loc[path, "area_m2"] == 48_000
    slots = 0.75 * 30_000 * 0.85 * 24 / (115_000 * (1 + 0.25 * 0.5))  # half of the exports are sorted
    assert states.loc["stay_30k: 0 open", "flights_per_day"] == pytest.approx(slots)
    assert answers.answer(capsys, *words) == document
    if is_slow:
        assert answers.answer(capsys, "reproduce", folder, "--quiet", "workers=1")["identical"]
    assert answers.answer(capsys, "show", folder) == document


def test_worlds_are_shown_as_stored_and_not_computed_from_other_ranges(
    stored: tuple[list[str], dict[str, Any]], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulating, "evaluate", evaluated)
    document = stored[1]
    over, folder = document["over_worlds"], Path(document["run_dir"])
    tables = read_run(folder).tables
    npv = tables["worlds"].pivot(index="world", columns="path", values="npv")
    assert len(npv) == 2 and npv.nunique().min() == 2
    assert (npv.idxmax(axis=1).value_counts() / 2).reindex(FEW, fill_value=0).to_dict() == {
        path: over[path]["most"]["mean"] for path in FEW
    }
    best = tables["worlds"].groupby("world")["best"].sum()
    assert (best >= 1 - 1e-9).all() and over[FEW[0]]["npv"]["mean"] == pytest.approx(npv[FEW[0]].mean())

    def moved(*_: object) -> Ranges:
        return {"sorting.efficiency": (0.1, 0.2, 0.3)}

    monkeypatch.setattr("experiments.studies.expansion.over_worlds.ranges_of", moved)
    assert answers.answer(capsys, "show", folder) == document
    assert "expansion.ranges." in refused(capsys, "reproduce", folder, "--quiet", "workers=1")


@pytest.mark.parametrize(("worlds", "expected"), [("3", "must be 0 or a power of two"), ("2000", "at most 1024")])
def test_a_number_of_worlds_that_sobol_points_do_not_have_is_one_line(
    quick: Callable[..., int], capsys: pytest.CaptureFixture[str], worlds: str, expected: str
) -> None:
    assert quick(f"expansion.worlds={worlds}") == 2
    assert expected in capsys.readouterr().err.splitlines()[-1]


def test_a_stored_run_without_one_of_its_hubs_is_one_line() -> None:
    hubs, base, keys = made(paths=FEW[:1])
    check([Design("today", base), *hubs], keys)
    with pytest.raises(ConfigError, match=r"expansion\.states: the hub of 'stay_30k: 0 open' is missing"):
        check([Design("today", base)], keys)
    with pytest.raises(ConfigError, match=r"expansion\.states: no state 'stay_30k: 0 open'"):
        explored(hubs, base, replace(keys, expansion=replace(keys.expansion, states={})), simulated)


@pytest.mark.paged
def test_weeks_whose_backlog_grows_are_warned_of(
    quick: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def evaluate(config: HubConfig, replication: int) -> dict[str, Any]:
        kpis = kpis_of(config, replication)
        # At 0.6 of what machines sort nothing can be said, at 0.8 the backlog grows by a fifth of the demand a day.
        weeks, growth = (3, 0.2) if kpis["utilisation_machines"] > 0.7 else (0, 0.0)
        return {"kpis": kpis | dict(zip(GROWTH_KPIS, (weeks, growth, 0.001), strict=True)), "tables": {}}

    monkeypatch.setattr(simulating, "evaluate", evaluate)
    few = (*FEWER, "--quiet", "expansion.worlds=0", SECOND)
    assert quick("--json", *few) == 0
    document = json.loads(capsys.readouterr().out)
    assert any("transit desks, which have no price" in line for line in document["warnings"])
    by_load = {"0.1": False, "0.6": None, "0.8": True}
    loads = {week: week.rpartition(" @ ")[2] for week in document["unstable"]}
    assert set(loads.values()) == set(by_load)
    assert document["unstable"] == {week: by_load[load] for week, load in loads.items()}
    table = read_run(Path(document["run_dir"])).tables["stability"]
    assert set(table["scenario"]) == set(loads) and set(table["verdict"]) == {"stable", "undecided", "unstable"}
    too_few, unstable, undecided = document["warnings"][-3:]
    assert [too_few] == too_few_replications(2)
    assert "; " in undecided.partition(" designs (")[2].partition(")")[0], "names have commas"
    assert f"of {len(loads)} designs (" in unstable and "unstable: the backlog grows" in unstable
    assert "undecided whether the backlog grows" in undecided and "contain no two weeks" in undecided
    assert "unstable: the backlog grows" in (Path(document["run_dir"]) / "report.html").read_text()
    assert quick("--all", *few) == 0
    assert f"warning: {too_few}\nwarning: {unstable}" in capsys.readouterr().out


@pytest.mark.parametrize(("area_m2", "n"), [(30_000, 0), (31_000, 1)])
def test_a_path_that_is_called_after_another_hub_is_warned_of(area_m2: int, n: int) -> None:
    _, base, keys = made(f"halls.main.area_m2={area_m2}", paths=("stay_30k",))
    warnings = [*_misnamed(Request([Design("today", base)], keys, Arguments("expansion", ())))]
    assert len(warnings) == n
    assert all(line.startswith("stay, 30,000 m²: ") and "this hub has 31,000 m²" in line for line in warnings)


def test_it_says_beforehand_how_much_it_is(quick: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert quick(*FEWER, "expansion.years=4", "expansion.worlds=0") == 0
    assert "runs of 9 days" in capsys.readouterr().err


PHASE = "expansion.paths.permit_66k_2_phases.phases"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["expansion.growth.low.probability=0.5"], "expansion.growth: probabilities must sum to 1, got 1.2"),
        (
            ["expansion.stages.permit.results.refused.probability=0.5"],
            "expansion.stages.permit.results: probabilities must sum to 1, got 1.35",
        ),
        (["expansion.stages.appeal.results.none.probability=-0.1"], "must be at least 0, got -0.1"),
        ([f"{PHASE}.second.starts='2024-01-01'"], "phases.second.starts: overlaps with first, which is built until"),
        (
            [f"{PHASE}.first.starts='2020-01-01'"],
            "first.starts: opens on 2021-01-01, before permit can have ended",
        ),
        ([f"{PHASE}.first.needs=[permitt]"], "phases.first.needs: no stage 'permitt'; did you mean 'permit'?"),
        (["expansion.cost.parcels.revenue_eur=-1"], "expansion.cost.parcels.revenue_eur: must be at least 0, got -1"),
        (
            ["expansion.paths.react_66k.phases.first.when=[{kpi:on_tme_share,op:'<',value:0.9,quarters:2}]"],
            "when[0].kpi: no KPI 'on_tme_share'; did you mean 'on_time_share'?",
        ),
        (
            [f"{PHASE}.first.changes=['halls.main.area_m2=20000']"],
            "expansion.paths.permit_66k_2_phases.phases.first: halls.main: zone uld_positions: 150",
        ),
        (
            [f"{PHASE}.first.closed=['halls.mian.doors_out=2']"],
            "halls.mian.doors_out: not a field of the configuration",
        ),
        (
            [f"{PHASE}.first.closed=['halls.main.breakdown_stations=30']"],
            "building ('~expansion.paths.permit_66k_2_phases' leaves the path out): halls.main: zone breakdown: 30 ",
        ),
        ([f"{PHASE}.first.changes=['+hall@halls.second=liege_99k']"], "phases.first: hall: no 'liege_99k'"),
        (["expansion.loads=[0.1,0.7]"], "expansion.loads: the last at least 0.795"),
        (["expansion.loads=[0.5,0.85]"], "expansion.loads: they reach from 0.5 to 0.85 of what a hub takes, and"),
        (["expansion.kpis=[speed]"], "expansion.kpis: no KPI 'speed'"),
        (["expansion.stages.appeal.after=screening"], "stages.appeal.after: expected a stage that is listed above it"),
        (["+expansion.growth.low.factors.soon=2"], "factors: keys must be years, got 'soon'"),
        (["+expansion.night_quota.points.soon=2"], "points: keys must be years, got 'soon'"),
        (["expansion.night_quota.aircraft.quieter.share=1"], "night_quota.aircraft: shares must sum to 1, got 1.3"),
        (["study=plain"], "study: expansion needs the keys of expansion"),
    ],
)
def test_a_mistake_is_one_line(
    quick: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    words: list[str],
    message: str,
) -> None:
    if words == ["study=plain"]:
        assert main(["expansion", *words]) == 2
    else:
        is_of_a_path = any("paths" in word or "loads" in word for word in words)
        alone = () if is_of_a_path else [f"~expansion.paths.{name}" for name in FEW[1:]]
        assert quick(*words, *alone) == 2
    error = capsys.readouterr().err
    assert error.startswith("cargohub: ") and error.count("\n") == 1
    assert message in error


def test_the_packaged_paths_say_what_they_are() -> None:
    hubs, _, keys = made("horizon_days=8", paths=(*FEW, *PACKAGED))
    areas = {
        state: round(sum(hall.area_m2 for hall in next(one for one in hubs if one.label == label).hub.halls.values()))
        for state, (label, *_) in keys.expansion.states.items()
    }
    assert areas["permit_66k_2_phases: 2 open"] == 66_000
    assert areas["permit_100k_at_once: 1 open"] == areas["permit_100k_phased: 2 open"] == 100_000
    assert areas["permit_100k_at_once within 66000 m2: 1 open"] == 66_000
    assert areas["equipment_first: 1 open"] == areas["stay_30k: 0 open"] == 30_000
    assert areas["permit_100k_phased within 66000 m2: 2 open"] == 66_000
    states = keys.expansion.states
    # What is the same hub is simulated once, whichever path it belongs to.
    assert states["permit_100k_at_once: 1 open"] == states["permit_100k_phased: 2 open"]
    assert states["react_66k: 2 open"] == states["permit_66k_2_phases: 2 open"]
    assert len(hubs) < len(states) / 2


def test_effects_of_what_acts_at_once_are_added_and_what_acts_alone_is_simulated(courses: Explored) -> None:
    states, curves = courses.keys.expansion.states, courses.world.curves
    first = "permit_66k_2_phases: 1 open"
    label, plain, *alone = states[f"{first}, building, learned 0.5, night_curfew"]
    assert (label, plain) == (f"{first}, building, learned 0.5, night_curfew", first)
    assert alone == [f"{first}, {one}" for one in ("building", "learned 0.5", "night_curfew")]
    assert all(len(states[one]) == 1 for one in (plain, *alone))
    values = {one: curves.values[curves.labels[one]] for one in (label, plain, *alone)}
    assert not np.isnan(values[first]).all()
    there = ~np.isnan(values[label])
    added = values[plain] + sum(values[one] - values[plain] for one in alone)
    on_time = len(courses.world.curves.measured.lines) + courses.world.curves.measured.kpis.index("on_time_share")
    assert values[label][there][:on_time] == pytest.approx(added[there][:on_time])
    assert (np.nan_to_num(values[label][..., on_time]) <= 1).all()


def test_under_a_smaller_permit_both_paths_to_100k_end_at_its_area() -> None:
    paths = ("permit_66k_2_phases", "permit_100k_at_once", "permit_100k_phased")
    hubs, _, keys = made(paths=paths)
    halls = {one.label: one.hub for one in hubs}

    def built(path: str, n: int, limit: str = " within 66000 m2") -> HubConfig:
        return halls[keys.expansion.states[f"{path}{limit}: {n} open"][0]]

    for path, n in (("permit_100k_at_once", 1), ("permit_100k_phased", 2), ("permit_66k_2_phases", 2)):
        assert built(path, n).area_m2 == 66_000
    assert built("permit_100k_phased", 1) == built("permit_66k_2_phases", 1)
    assert built("permit_100k_phased", 2, "").area_m2 == pytest.approx(100_000, abs=2)


def test_how_labour_is_paid_is_among_what_turns_the_choice(courses: Explored, computed: Answer) -> None:
    paid = {turn.value: turn for turn in computed.turns if turn.what == "labour paid"}
    assert [*paid] == [PAID[way] for way in Paid]
    # The fake hub works 3,000 h a day in its sum, and no role has any: nobody is paid but round the clock.
    lines = [*courses.world.curves.measured.lines]
    for path in courses.keys.expansion.paths:
        labour = courses.of(path, lambda one: one.labour)
        wages = courses.of(path, lambda one: one.present[:, [lines.index(name) for name in WAGES]].sum(axis=1))
        assert labour[..., 0] == pytest.approx(wages)  # as the study pays: rostered
        assert (labour[..., 2] < labour[..., 0]).all()  # every post at all hours costs more
    assert paid[PAID[Paid.ROSTERED]].best == computed.recommended
    _, second, *_ = sorted(computed.paths, key=lambda one: -one.npv.mean)
    lead = paid[PAID[Paid.ROSTERED]].lead_eur  # as configured, with what is known of it
    assert lead.mean == pytest.approx(second.behind.mean) and lead.bounds == pytest.approx(second.behind.bounds)


def test_a_turn_is_sure_only_where_its_interval_is_far_from_0_since_all_turns_count(computed: Answer) -> None:
    alone = [turn for turn in computed.turns if turn.lead_eur.bounds and not turn.lead_eur.holds(0)]
    sure = [turn for turn in computed.turns if turn.is_sure]
    assert 0 < len(sure) < len(alone) and set(sure) < set(alone)


@pytest.mark.parametrize(("is_sure", "begins"), [(True, "The choice turns to "), (False, "It may turn to ")])
def test_a_turn_is_told_as_surely_as_an_interval_knows_it_that_counts_all(
    computed: Answer, begins: str, *, is_sure: bool
) -> None:
    turn = Turn(0, "growth", "low", "react_66k", Interval(-2e6, -3e6, -1e6, 2), is_sure)
    chosen = " ".join(sentences(replace(computed, turns=(turn,))))
    assert f"{begins}{path_name('react_66k')} with growth low" in chosen
    assert ("Nothing that was varied alone surely turns the choice." in chosen) == (not is_sure)
    assert ("intervals of the lead that count all 1 values set (Bonferroni) hold 0" in chosen) == (not is_sure)
    single = replace(turn, lead_eur=Interval(-2e6, None, None, 1), is_sure=False)
    chosen = " ".join(sentences(replace(computed, turns=(single,))))
    assert "by the means it does, but one replication leaves the lead without an interval." in chosen


@pytest.mark.parametrize(
    ("most", "other", "says"),
    [
        ((9, 6, 12), (2, 1, 3), "The main uncertainty is the growth of demand: knowing it"),
        ((9, 6, 12), (4, 1, 7), "20.0 MEUR. Knowing the result of permit may be worth as much."),
        ((9, -6, 24), (4, 1, 7), "It is not sure that knowing any one thing before choosing is worth anything."),
        ((0, 0, 0), (0, 0, 0), "Knowing any one thing before choosing is worth nothing"),
    ],
)
def test_the_main_uncertainty_is_told_as_surely_as_it_is_known(computed: Answer, most, other, says: str) -> None:
    worths = {"growth of demand": most, "result of permit": other, EVERYTHING: (20, 20, 20)}
    rows = [
        Knowing(order, what, Interval(*ends, 2).scaled(1e6), "EUR") for order, (what, ends) in enumerate(worths.items())
    ]
    text = " ".join(sentences(replace(computed, knowing=tuple(rows))))
    assert says in text
    assert ("may be worth as much" in text) == ("may be" in says)


@pytest.mark.parametrize(("low", "is_open"), [(-1e6, True), (1e6, False)])
def test_that_rules_may_bring_nothing_is_said(computed: Answer, low: float, is_open: bool) -> None:
    rules = Knowing(9, WAITING, Interval(5e6, low, 11e6, 2), "EUR")
    (*_, line) = sentences(replace(computed, knowing=(*computed.knowing, rules)))
    assert (
        line.startswith("Building by rules instead of by dates brings 5")
        and (", which may be zero," in line) == is_open
    )
    dear = Knowing(9, WAITING, Interval(-5e6, -11e6, low, 2), "EUR")
    (*_, line) = sentences(replace(computed, knowing=(*computed.knowing, dear)))
    assert line.startswith("Building by rules instead of by dates costs 5")


def test_a_path_ends_the_years_ahead_of_doing_nothing_by_its_worth(
    computed: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: dict[str, Any] = {}
    monkeypatch.setattr(expansion_figures, "cash", lambda years, less, idle: drawn.update(less, idle=idle))
    names = [picture.name for picture in pictures(computed)]
    assert names == ["fan", "cash", "service", "map", "tornado"]
    worth = {path_name(path.path): path.npv.mean for path in computed.paths}
    ahead = {name: (eur - worth[drawn["idle"]]) / 1e6 for name, eur in worth.items()}
    assert {name: drawn[name][-1] for name in worth} == pytest.approx(ahead)


def test_the_answer_says_its_staff(computed: Answer) -> None:
    path, *readings, turned, staff = sentences(computed)[:5]
    assert len(readings) == 2 == len(computed.by_reading)
    assert path.startswith("The path ") and turned.startswith("The choice turns to ")
    assert "paid hours a day (roster: follows work)" in staff
    assert PAID[Paid.ROSTERED] in staff


def test_all_hubs_are_simulated_over_the_days_of_the_study() -> None:
    hubs, base, _ = made("horizon_days=8", paths=(*FEW, *PACKAGED))
    assert {(one.hub.warmup_days, one.hub.horizon_days) for one in hubs} == {(base.warmup_days, 8)}
    # A week's demand is in its flights a day alone, and not a second time in the month of the calendar.
    assert {one.hub.arrivals.month_index for one in hubs} == {(1.0,) * 12}


def test_load_counts_the_exports_that_are_sorted() -> None:
    """At load 1 the machines have as much to sort as they can."""
    for words, more in ((("exports=none",), 0.0), (("exports=one_fifth", "arrivals.cancelled_share=0.2"), 0.25 * 0.5)):
        config = hub(compose(["scenario=liege_30k", *words]))
        come = flights_at(config, 1.0) * (1 - config.arrivals.cancelled_share)
        parcels = come * config.mean_parcels_per_flight * (1 + more)
        assert parcels == pytest.approx(30_000 * 0.85 * 24)


def test_flights_of_a_file_grow_and_are_as_many_in_every_month(tmp_path: Path) -> None:
    flights = [f"F{day}-{n},2023-03-{6 + day:02} {6 * n:02}:00" for day in range(14) for n in range(3 + day % 2)]
    (tmp_path / "flights.csv").write_text("\n".join(["flight,sibt", *flights]) + "\n")
    own = ("arrivals=file", f"arrivals.schedule={tmp_path / 'flights.csv'}", "horizon_days=14", "warmup_days=0")
    hubs, base, keys = made(*own, "expansion.stages.permit.results.night_curfew.sets=[]")
    _, usual, _ = made()
    assert flights_asked(base) == usual.demand.flights_per_day == 3.5
    assert np.array_equal(futures_of(keys.expansion, base).demand, futures_of(keys.expansion, usual).demand)
    assert (week_indices(month_indices(base)) == 1).all()
    solved = explored(hubs, base, keys, simulated)
    assert flights_asked(solved.world.curves.node(0, 1).hub) == pytest.approx(
        flights_at(hubs[0].hub, keys.expansion.loads[1]), rel=1e-3
    )
    assert np.isfinite(npv(solved, FEW[0])).all()
    with pytest.raises(ConfigError, match=r"night_curfew\.sets: arrivals\.hour_share: model file takes null"):
        made(*own)


SCALED = (
    "demand.parcels_per_flight=1150",
    "demand.net_t_per_flight=0.935",
    "sorting.efficiency=0.0085",
    "outbound.trailer.parcels=80",
    "exports.collections.parcels=55",
)
"""A hundredth of the parcels, and machines a hundred times slower: the same loads, in a hundredth of the time."""


@pytest.mark.slow
def test_a_year_of_sampled_weeks_is_a_whole_year_simulated_end_to_end() -> None:
    """Means of the year from eight weeks at a few loads, against 52 weeks in one run, each over four replications."""
    from sim.simulation import simulate

    n, watched = 4, ("on_time_share", "parcels_per_day", "utilisation_machines", "trucks_per_day")
    composed = compose(
        ["study=expansion", "expansion.kpis=[utilisation_machines,trucks_per_day]", *SCALED,
         *(f"~expansion.paths.{name}" for name in (*FEW[1:], *PACKAGED))]
    )  # fmt: skip
    base, keys = hub(composed), study(ExpansionKeys, composed)
    (today,), _ = states_of([], base, keys.expansion, None)
    measured = Measured((), watched)
    own = replace(keys.expansion, loads=(0.4, 0.55, 0.7, 0.85))
    curves = Curves([today], own, measured, n)
    for place, number in np.ndindex(len(own.loads), n):
        kpis = simulate(curves.node(0, place).hub, number).kpis
        curves.values[0, place, number] = [kpis[kpi] for kpi in watched]
    flights = base.demand.flights_per_day * week_indices(base.arrivals.month_index or ())
    weeks = curves.weeks(np.zeros((4, 2), dtype=np.intp), flights)
    quarters = quarter_means(weeks, flights, measured)
    sampled = quarters.mean(axis=0)
    share = flights @ WEEKS / (flights @ WEEKS).sum()
    sampled[:, 0] = share @ quarters[:, :, 0]
    year = replace(base, start_date=dt.date(2022, 12, 26), warmup_days=7, horizon_days=364)
    whole = np.array([[kpis[kpi] for kpi in watched] for kpis in (simulate(year, number).kpis for number in range(n))])
    for at, kpi in enumerate(watched):
        a, b = mean_interval(sampled[:, at].tolist(), confidence=0.99), mean_interval(whole[:, at].tolist())
        assert a.half_width is not None and b.half_width is not None
        room = math.hypot(a.half_width, b.half_width)
        assert abs(a.mean - b.mean) <= max(room, 0.005 * b.mean), (kpi, a, b)
