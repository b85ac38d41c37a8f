"""Problems for solvers: instances that stay what they are, an oracle that counts, and solvers that get good."""

import csv
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from answers import answer
from mistakes import refused
from scipy import stats

from experiments import extras
from experiments.composition import compose, packaged
from experiments.formatting import number
from experiments.interval_text import in_percent
from experiments.main import main
from experiments.problems import BudgetSpent, Oracle, instance_of, instances, reference_of
from experiments.problems.oracle import nearest
from experiments.problems.progress import progress_of
from experiments.problems.progress import rows_of as progress_rows
from experiments.problems.reference import Reference, Row, rows_of
from experiments.problems.solvers import SOLVERS
from experiments.statistics import Interval
from sim.errors import InputError

TODAY = "truck_cut_offs_quiet"
FIRST_OF_EACH = {instance.problem: name for name, instance in reversed(instances().items())}


def bowl(design, replication):
    """A convex objective with noise; the first design and its neighbours miss the constraint."""
    rng = np.random.default_rng([replication, *design])
    distance = sum((place - 1) ** 2 for place in design)
    return 100 + 10 * distance + rng.normal(), 0.5 if sum(design) < 2 else 1.0


def made(name=TODAY):
    instance = instance_of(name)
    samples = {design: [bowl(design, number) for number in range(20)] for design in instance.designs}
    rows = rows_of(instance, samples)
    return instance, Reference(instance, dict(zip(samples, rows, strict=True)))


def test_there_are_twenty_instances_of_four_problems():
    assert len(instances()) == 20
    assert len({instance.problem for instance in instances().values()}) == 4


@pytest.mark.parametrize("name", instances())
def test_a_reference_has_every_design_and_a_best_one_with_an_interval(name):
    reference = reference_of(instance_of(name))
    assert set(reference.rows) == set(instance_of(name).designs)
    best = reference.rows[reference.best]
    assert best.n >= 4
    assert 0 < best.objective_half_width < best.objective
    if name != "expansion_timing_slow":  # which the hall of today carries
        assert 0 < len(reference.feasible) < len(reference.rows), "the constraint decides nothing"
    assert reference.gap(reference.best) == 0
    held = [row.held_interval for row in reference.rows.values()]
    assert all(0 <= each.low <= each.mean <= each.high <= 1 for each in held)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in FIRST_OF_EACH.values() else pytest.mark.slow) for name in instances()],
)
def test_a_hash_is_that_of_its_reference(name):
    assert reference_of(instance_of(name)).is_current


@pytest.mark.parametrize(
    ("name", "scenario", "word"),
    [
        (TODAY, "liege_30k", "cost.labour.wage_eur_per_h=99"),
        *(("expansion_timing_slow", hall, "halls.main.doors_out=9") for hall in ("liege_30k", "liege_66k")),
    ],
)
def test_a_hash_follows_prices_and_the_hall_of_every_year(name, scenario, word, monkeypatch):
    def changed(words):
        return compose((*words, word) if f"scenario={scenario}" in words else words)

    monkeypatch.setattr("experiments.problems.instance.compose", changed)
    rows = reference_of(instance_of(name)).rows.values()
    assert replace(instance_of(name)).hash not in {row.hash for row in rows}


def test_a_hash_follows_the_hub():
    assert len({row.hash for name in instances() for row in reference_of(instance_of(name)).rows.values()}) == 20


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name == TODAY else pytest.mark.slow) for name in instances()]
)
def test_a_design_is_simulated_as_the_reference_has_it(name):
    instance = instance_of(name)
    reference = reference_of(instance)
    design = reference.best
    sample = [instance.simulate(design, number) for number in range(reference.rows[design].n)]
    assert np.mean(sample, axis=0) == pytest.approx(
        (reference.rows[design].objective, reference.rows[design].held), rel=1e-5
    )


def test_years_stand_in_the_largest_hall_that_is_open():
    years = instance_of("expansion_timing_steady").years
    assert [years.hall((2, 4), year) for year in range(1, 6)] == [
        "liege_30k",
        "liege_66k",
        "liege_66k",
        *["liege_100k"] * 2,
    ]
    assert [years.hall((4, 2), year) for year in (1, 3, 5)] == ["liege_30k", "liege_100k", "liege_100k"]


def test_years_are_discounted_to_the_first_and_the_constraint_is_their_mean(monkeypatch):
    instance = instance_of("expansion_timing_jump")
    found = {"demand.flights_per_day=3.5": (100.0, 0.9), "demand.flights_per_day=7": (300.0, 1.0)}

    def simulated(words, _):
        cost, on_time = found[words[-1]]
        return {"cost_eur_per_day": cost, "capital_eur_per_year": 2 * 365.25, "on_time_share": on_time}

    monkeypatch.setattr("experiments.problems.instance._simulated", simulated)
    objective, held = instance.simulate(instance.designs[0], 0)
    a_day = [102, 102, 102, 302, 302]
    expected = 365.25 * sum(cost / 1.07**year for year, cost in enumerate(a_day))
    assert objective == pytest.approx(expected, rel=1e-5) and held == pytest.approx((3 * 0.9 + 2 * 1.0) / 5)


def test_what_reaches_the_target_exactly_is_feasible_and_ties_are_by_both_intervals():
    instance = instance_of(TODAY)
    figures = [
        (100, 3, instance.target, 0.0),
        (105, 3, 1.0, 0.0),
        (107, 3, 1.0, 0.0),
        (90, 3, 0.9, 0.1),
        (90, 3, 0.8, 0.1),
    ]
    rows = {
        design: Row(instance.name, instance.hash, "", 4, *values)
        for design, values in zip(instance.designs, figures, strict=False)
    }
    reference = Reference(instance, rows)
    assert 0.9 < instance.target <= 1.0 and reference.best == instance.designs[0]
    assert reference.ties == 2, "the second by its objective, and the fourth by its constraint"
    assert not reference.may_miss, "a half-width of 0 at the target"
    first = instance.designs[0]
    wider = Reference(instance, rows | {first: replace(rows[first], held_half_width=0.01)})
    assert wider.best == first and wider.may_miss
    oracle = Oracle(instance, 0, bowl)
    assert oracle.dearer(100.0, instance.target / 2) == pytest.approx(600), "ten times the missing share"
    assert oracle.dearer(100.0, 1.0) == 100


def test_the_oracle_counts_shares_draws_and_ends():
    instance, _ = made()
    seen = []
    oracle = Oracle(instance, 50, lambda design, number: seen.append((design, number)) or bowl(design, number))
    one, other = instance.designs[0], instance.designs[1]
    oracle.ask(one, 2)
    oracle.ask(other, 1)
    assert oracle.ask(one, 1).shape == (3, 2)
    assert seen == [(one, 50), (one, 51), (other, 50), (one, 52)]
    with pytest.raises(BudgetSpent):
        oracle.ask(one, instance.budget)
    assert oracle.spent == 4
    assert oracle.ask(one, instance.budget - 4).shape == (instance.budget - 1, 2), "all of the budget"
    assert nearest(instance, (1.6, -2.0, 7.0)) == (2, 0, 1)


def test_a_request_that_is_none_is_refused_and_leaves_the_oracle_as_it_was():
    instance = instance_of(TODAY)
    oracle = Oracle(instance, 0, bowl)
    with pytest.raises(InputError, match="no design was simulated"):
        oracle.chosen  # noqa: B018 - refused
    for design in ((0, 1), (0, 1, 2), (0, 1, -1), [0, 1, 0], None):
        with pytest.raises(InputError, match=r"a design is a tuple of positions, timetable 0 to 3, .*; got "):
            oracle.ask(design, 1)
    for n in (0, -3):
        with pytest.raises(InputError, match=f"n: at least 1 replication, got {n}"):
            oracle.ask((0, 1, 0), n)
    oracle.simulate = lambda design, number: 1 / number
    with pytest.raises(ZeroDivisionError):
        oracle.ask((1, 1, 1), 1)
    oracle.simulate = bowl
    assert oracle.ask((0, 1, 0), 1).shape == (1, 2)
    assert (oracle.spent, oracle.chosen) == (1, (0, 1, 0))


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_solver_spends_its_budget_and_finds_the_best(solver):
    if "simopt" in solver:
        pytest.importorskip("simopt")
    if solver == "tpe":
        pytest.importorskip("optuna")
    instance, reference = made()
    found = progress_of(instance, reference, solver, 3, bowl)
    assert found.gaps.shape == (3, instance.budget + 1)
    assert (found.gaps[:, 0] == max(map(reference.gap, reference.rows))).all()
    assert found.gaps[:, -1].mean() < 0.5 * found.gaps[:, 0].mean()
    again = progress_of(instance, reference, solver, 3, bowl)
    assert (again.gaps == found.gaps).all()


def test_a_curve_is_the_gap_of_the_design_that_would_be_chosen_after_each_replication():
    """Recomputed from what random search asks for, three replications at a time."""
    instance, reference = made()
    means = {design: np.mean([bowl(design, n) for n in range(20)], axis=0) for design in instance.designs}
    best = min(objective for objective, held in means.values() if held >= instance.target)
    dearest = max(objective for objective, _ in means.values())
    gaps = {d: (each if held >= instance.target else dearest) / best - 1 for d, (each, held) in means.items()}
    assert {design: reference.gap(design) for design in gaps} == pytest.approx(gaps)
    asked = []
    found = progress_of(
        instance, reference, "random", 2, lambda *of: asked.append((of[0], of[1], bowl(*of))) or asked[-1][2]
    )
    halves = len(asked) // 2
    for macro, curve in enumerate(found.gaps):
        own = asked[macro * halves : (macro + 1) * halves]
        assert {each // 1_000_000 for _, each, _ in own} == {macro + 1}
        for spent, gap in zip(found.spent.tolist(), curve.tolist(), strict=True):
            samples = {}
            for design, _, observed in own[: spent // 3 * 3]:
                samples.setdefault(design, []).append(observed)
            worth = {
                design: objective * (1 + 10 * max(0, 1 - held / instance.target))
                for design, (objective, held) in ((d, np.mean(sample, axis=0)) for d, sample in samples.items())
            }
            assert gap == pytest.approx(gaps[min(worth, key=worth.get)] if worth else max(gaps.values()))
    assert asked[0][0] != asked[halves][0], "each macroreplication has a seed of its own"
    assert [each["gap"] for each in progress_rows([found])] == pytest.approx(found.gaps.mean(axis=0))
    assert all(not each["low"] > each["high"] for each in progress_rows([found]))


def test_a_row_of_the_reference_has_its_intervals():
    rng = np.random.default_rng(2)
    sample = np.column_stack((rng.normal(100, 5, 6), [1, 1, 1, 0.9, 1, 1]))
    instance = instance_of(TODAY)
    (row,) = rows_of(instance, {instance.designs[0]: [*map(tuple, sample)]})
    half = stats.t.ppf(0.975, 5) * sample.std(axis=0, ddof=1) / np.sqrt(6)
    assert (row.objective, row.held) == pytest.approx(tuple(sample.mean(axis=0)))
    assert (row.objective_half_width, row.held_half_width) == pytest.approx(tuple(half))
    assert row.held_interval.bounds == pytest.approx((row.held - half[1], 1.0))


@pytest.mark.drawn
def test_the_verb_lists_shows_and_draws(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(
        "experiments.problems.instance.Instance.simulate", lambda self, design, number: bowl(design, number)
    )
    assert main(["problems"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 21
    assert [line.count(" EUR a day ") for line in lines] == [0] + 15 * [1] + 5 * [0]
    assert main(["problems", TODAY, "reference=2", "--out", str(tmp_path), "--quiet"]) == 0
    assert "EUR a day (95 % interval; replications: 2)" in capsys.readouterr().out
    instance = instance_of(TODAY)
    with (tmp_path / TODAY / "reference.csv").open() as file:
        simulated = {tuple(map(int, row["design"].split())): float(row["objective"]) for row in csv.DictReader(file)}
    means = {design: (bowl(design, 0)[0] + bowl(design, 1)[0]) / 2 for design in instance.designs}
    assert simulated == pytest.approx(means, rel=1e-5)
    assert main(["problems", TODAY, "reference=1", "--out", str(tmp_path), "--quiet"]) == 0
    assert " EUR a day (no interval; replications: 1)" in capsys.readouterr().out
    shown = answer(capsys, "problems", TODAY)
    assert shown["hash"] == instance_of(TODAY).hash
    assert shown["objective"] > shown["objective_half_width"] > 0 and shown["n"] == 4
    with (packaged() / "problems_reference.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["instance"] == TODAY]
    feasible = [(float(row["objective"]), row) for row in rows if float(row["held"]) >= instance.target]
    feasible.sort(key=lambda pair: pair[0])
    (best, row), *_ = feasible
    chosen = instance.values(tuple(map(int, row["design"].split())))
    assert shown["best"] == json.loads(json.dumps(dict(zip(shown["variables"], chosen, strict=True))))
    most, least = best + float(row["objective_half_width"]), instance.target
    may_be_best = [
        float(each["objective"]) - float(each["objective_half_width"]) <= most
        and float(each["held"]) + float(each["held_half_width"]) >= least
        for each in rows
    ]
    assert shown["ties"] == sum(may_be_best) - 1
    (line,) = (line for line in lines if line.strip().startswith(f"{TODAY} "))
    assert line.split()[-2:] == ["4", str(shown["ties"])]
    assert main(["problems", TODAY]) == 0
    out = capsys.readouterr().out
    assert re.findall(r"(\S+) ± ", out) == [number(objective) for objective, _ in feasible[:5]]
    assert "Least cost_eur_per_day; mean destination_on_time_share at least 0.98; 100 replications." in out
    assert f"Designs: 24, 4 replications each. The mean of {len(feasible)} meets the constraint." in out
    assert main(["problems", "expansion_timing_fast"]) == 0
    out = capsys.readouterr().out
    assert "Sum of 5 years with 3.5, 5, 7, 9 and 11 flights a day, discounted at 7 % a year to the first" in out
    assert "1 other design may be as good" in out and "The hub of the first in the last year:" in out
    words = ["solvers=random,differential_evolution", "macroreplications=2", "--out", str(tmp_path), "--quiet"]
    assert main(["problems", TODAY, *words]) == 0
    out = capsys.readouterr().out
    assert "Written to" in out and "±" not in out, "what is cut at 0 is not symmetric"
    with (tmp_path / TODAY / "progress.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * (instance.budget + 1)
    for solver in ("random", "differential_evolution"):
        points = [row for row in rows if row["solver"] == solver and row["replications"] in ("25", "50", "75", "100")]
        cells = [in_percent(Interval(float(row["gap"]), float(row["low"]), float(row["high"]), 2)) for row in points]
        assert re.search(rf"{solver} +" + " +".join(map(re.escape, cells)), out)
    assert "replications spent" in (tmp_path / TODAY / "progress.svg").read_text()
    assert "mean of 2 macroreplications, with its 95 % interval" in out
    assert re.search(r"solver +after 25 +after 50 +after 75 +after 100\n", out)
    assert main(["problems", TODAY, "solvers=random", "macroreplications=2", *words[2:-1], "--json"]) == 0
    out, errors = capsys.readouterr()
    (last,) = (row for row in rows if row["solver"] == "random" and row["replications"] == "100")
    assert json.loads(out)["gaps"] == {"random": pytest.approx(float(last["gap"]))}
    assert errors.startswith("problems: at most 200 replications (1 solver, 2 macroreplications, a budget of 100)\n")
    assert main(["problems", TODAY, "solvers=random", "macroreplications=1", *words[2:-1]]) == 0
    out, errors = capsys.readouterr()
    assert "one macroreplication, no interval" in out
    assert errors == "problems: at most 100 replications (1 solver, 1 macroreplication, a budget of 100)\n"


def test_a_solver_whose_library_is_not_installed_is_one_line(capsys, monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    assert main(["problems", TODAY, "solvers=random,tpe"]) == 2
    assert capsys.readouterr().err == f"cargohub: {extras.missing('optuna', 'solvers')}\n"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["stafing_today"], "staffing_today"),
        ([TODAY, "solvers=tpx"], "solvers: 'tpx' is no solver"),
        ([TODAY, "solvers="], "solvers: '' is no solver"),
        ([TODAY, "solvers=random,random"], "solvers: random occurs 2 times"),
        ([TODAY, "solvers=random", "--out", "/dev/null"], "/dev/null/truck_cut_offs_quiet: Not a directory"),
        ([TODAY, "solvers=tpe", "macroreplications=0"], "macroreplications: expected a whole number from 1, got '0'"),
        ([TODAY, "macroreplication=3"], "macroreplications"),
        (["solvers=tpe"], "needs the name of an instance"),
        ([TODAY, "staffing_today"], "expected one instance"),
        ([TODAY, "macroreplications=3"], "macroreplications needs solvers"),
        ([TODAY, "reference=2", "solvers=random"], "leave out solvers"),
    ],
)
def test_mistakes_are_one_line(words, says, capsys):
    assert says in refused(capsys, "problems", *words)
