"""The verb optimise: the front of goals that are known, what is simulated and how often, and what is refused."""

import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from answers import answer
from interruptions import interrupted, none_again
from mistakes import is_refused, refused
from priced import priced
from stored_runs import tables_of

from experiments import extras
from experiments.arguments import Arguments
from experiments.composition import load
from experiments.designs.design import Design
from experiments.designs.varying import changed, words_of
from experiments.frame import simulating
from experiments.frame.missing_people import cautions
from experiments.main import main
from experiments.report import style
from experiments.report.figures.front_figure import figure
from experiments.report.key_names import spelt
from experiments.report.sentences import too_few_replications
from experiments.report.typesetting import tied
from experiments.statistics import Interval
from experiments.store import RunDirectory, read_run
from experiments.studies.optimise import _picture, grids
from experiments.studies.optimise.design import Variable, design_of, figures, own_values, parse
from experiments.studies.optimise.result import FrontPoint, Result, intervals_of
from experiments.studies.optimise.search import Trial, Tried
from sim.inputs.staffing import people_of_posts
from sim.measures.kpis import KPIS
from sim.site.room import check_area

STUDY = """\
# @package _global_
defaults:
  - /cost@optimise.cost: liege
  - _self_
replications: 2
horizon_days: 1
warmup_days: 0
optimise:
  minimise: [area_m2]
  maximise: [on_time_share]
  sampler: nsga2
  trials: 96
  population: 12
  confirm: 3
  variables:
    area: {fields: {halls.main.area_m2: 1}, low: 24000, high: 42000, step: 1000, choices: null}
    pace: {fields: {breakdown.uld_min: 1}, low: 30, high: 60, step: null, choices: null}
    model:
      fields: {outbound.timetable: 1}
      low: null
      high: null
      step: null
      choices: ["['10:00']", "['10:00','22:00']"]
"""


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Words of a study whose service grows with area and with the fastest pace, and is best with two trucks a day."""

    def simulator(config: Any, replication: int) -> dict[str, Any]:
        service = (
            config.halls["main"].area_m2 / 100_000
            - config.breakdown.uld_min / 1000
            + len(config.outbound.timetable) / 10
        )
        return {"kpis": {**dict.fromkeys(KPIS, 0.0), "on_time_share": service + replication / 1000}, "tables": {}}

    monkeypatch.setattr(simulating, "evaluate", simulator)
    (tmp_path / "own" / "study").mkdir(parents=True)
    (tmp_path / "own" / "study" / "known.yaml").write_text(STUDY)
    return ["study=known", "--config-dir", str(tmp_path / "own"), "workers=1", "--quiet", "--json"]


@pytest.mark.drawn
@pytest.mark.parametrize("sampler", ["nsga2", "tpe"])
def test_the_front_of_known_goals_is_found_and_what_does_not_fit_is_never_simulated(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, known: list[str], sampler: str
) -> None:
    document = answer(capsys, "optimise", *known, f"optimise.sampler={sampler}", "--out", str(tmp_path / "runs"))
    front = document["front"]
    areas = [point["goals"]["area_m2"]["mean"] for point in front]
    services = [point["goals"]["on_time_share"]["mean"] for point in front]
    # No point is as good as another in both goals; nearly all know the better timetable; the smallest hall is found.
    assert areas == sorted(set(areas)) and services == sorted(set(services))
    assert areas[0] == 30_000
    assert [point["values"]["model"] for point in front].count("['10:00','22:00']") >= 0.8 * len(front)
    assert len(front) >= 4
    stored = read_run(document["run_dir"])
    trials = stored.tables["trials"]
    unfit = trials[~trials["is_feasible"]]
    # The units of the hall as it is fill 30,000 m2 to the last.
    areas_of = stored.tables["variables"].query("variable == 'area'").set_index("trial")["value"].astype(float)
    assert set(trials["trial"][~trials["is_feasible"]]) == set(areas_of[areas_of < 30_000].index)
    assert len(unfit) == document["n_unfit"] > 0 and (unfit["lacks"] > 0).all() and unfit["why"].str.len().all()
    simulated = set(stored.tables["kpis"]["scenario"])
    assert simulated == set(trials["scenario"][trials["is_feasible"]])
    # Chosen by replications 0 and 1, told by 2, 3 and 4.
    assert front[0]["goals"]["on_time_share"]["n"] == 3
    seen = front[0]["seen_by_search"]["on_time_share"]["mean"]
    assert front[0]["goals"]["on_time_share"]["mean"] == pytest.approx(seen + 0.0025)
    assert trials["scenario"][0].startswith("area=30000, pace=45")
    assert stored.tables["answer"]["sentence"].tolist() == document["sentences"]
    page = (Path(document["run_dir"]) / "report.html").read_text()
    assert "<svg" in page
    assert document["warnings"][1] == too_few_replications(3)[0], "intervals of the front are of its confirmation"
    assert document["warnings"] and all(tied(f"Warning: {line}.") in page for line in document["warnings"])


def test_a_design_that_is_asked_for_again_is_simulated_once(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, known: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, kept = RunDirectory.keep, []

    def counted(self: RunDirectory, key: Any, part: Any) -> None:
        kept.append(key)
        keep(self, key, part)

    monkeypatch.setattr(RunDirectory, "keep", counted)
    only_area = ["~optimise.variables.pace", "~optimise.variables.model", "--out", str(tmp_path / "runs")]
    document = answer(capsys, "optimise", *known, *only_area)
    assert len(kept) == len(set(kept))
    assert document["n_simulated"] <= 13 < document["n_trials"] - document["n_unfit"]


def test_means_that_are_equal_but_for_rounding_are_compared_alike_by_search_and_answer(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, known: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sum from left to right makes 0.1, 0.2 and 0.3 as much as three times 0.2; the exact sum is less."""
    by_area = {31_000.0: (0.2, 0.2, 0.2), 30_000.0: (0.1, 0.2, 0.3)}

    def simulator(config: Any, replication: int) -> dict[str, Any]:
        service = by_area.get(config.halls["main"].area_m2, (0.0, 0.0, 0.0))[replication]
        return {"kpis": {**dict.fromkeys(KPIS, 0.0), "on_time_share": service}, "tables": {}}

    monkeypatch.setattr(simulating, "evaluate", simulator)
    only_area = ["~optimise.variables.pace", "~optimise.variables.model", "halls.main.area_m2=31000"]
    few = ["replications=3", "optimise.confirm=0", "optimise.trials=24", "--out", str(tmp_path / "runs")]
    document = answer(capsys, "optimise", *known, *only_area, *few)
    assert [point["values"]["area"] for point in document["front"]] == [30_000, 31_000]


def test_a_stored_run_is_shown_and_reproduced_without_the_configurations_of_its_command(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, known: list[str]
) -> None:
    (tmp_path / "own" / "scenario").mkdir()
    (tmp_path / "own" / "scenario" / "mine.yaml").write_text("# @package _global_\nscenario: mine\n")
    few = ["scenario=mine", "optimise.variables.area.low=30000", "optimise.trials=12", "--out", str(tmp_path / "runs")]
    document = answer(capsys, "optimise", *known, *few)
    assert "scenario=mine" in document["front"][0]["command"]
    (tmp_path / "own").rename(tmp_path / "gone")
    shown = answer(capsys, "show", document["run_dir"])
    for point in document["front"]:
        del point["command"]
    assert shown == document
    assert main(["reproduce", document["run_dir"], "workers=1", "--quiet"]) == 0


_ZONES = ("positions", "breakdown", "sorting", "lanes", "doors", "packout", "export")
TINY = (
    *("horizon_days=1", "warmup_days=0", "service_h=6", "exports=none"),
    *("demand.flights_per_day=2", "demand.parcels_per_flight=1000", "demand.net_t_per_flight=0.75"),
    *("replications=2", "optimise.confirm=1", "optimise.trials=8", "optimise.population=4", "--quiet", "--json"),
    *(f"~optimise.variables.{name}_share" for name in _ZONES),
    *("~optimise.variables.positions", "~optimise.variables.build_up", "optimise.variables.posts.high=26"),
    *("optimise.variables.area.low=30000", "optimise.variables.stations.high=12"),
    *("optimise.variables.desks.high=5", "optimise.variables.doors.high=30", "optimise.variables.machines.high=2"),
)


def test_the_front_is_the_same_whatever_the_workers_after_an_interrupt_when_reproduced_and_by_its_command(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, is_slow: bool
) -> None:
    whole = answer(capsys, "optimise", *TINY, "workers=2", "--out", str(tmp_path / "whole"))
    words = [*TINY, "workers=1", "--out", str(tmp_path / "halved")]
    kept = interrupted(["optimise", *words], after=7)
    capsys.readouterr()
    with none_again(kept):
        (folder,) = (tmp_path / "halved").iterdir()
        resumed = answer(capsys, "resume", folder, "workers=1", "--quiet")
    assert resumed["front"] == whole["front"]
    assert tables_of(resumed["run_dir"]) == tables_of(whole["run_dir"])
    assert not is_slow or main(["reproduce", whole["run_dir"], "workers=1", "--quiet"]) == 0
    assert main(["show", whole["run_dir"], "--all"]) == 0
    assert whole["sentences"][0] in capsys.readouterr().out
    check_command(capsys, whole["front"][-1], tmp_path / "again")


def check_command(capsys: pytest.CaptureFixture[str], point: dict[str, Any], out: Path) -> None:
    """The command of a point on the front makes its numbers again."""
    cargohub, *words = shlex.split(point["command"])
    assert cargohub == "cargohub"
    found = answer(capsys, *words, "workers=1", "--quiet", "--out", out)["kpis"]["on_time_share"]
    seen, after = (point[kind]["on_time_share"] for kind in ("seen_by_search", "goals"))
    # Two replications of the search, and one after it.
    assert found["n"] == 3
    assert found["mean"] == pytest.approx((2 * seen["mean"] + after["mean"]) / 3, rel=1e-12)


def test_words_of_a_hub_compose_the_same_hub() -> None:
    from experiments.composition import compose, hub

    config = load("liege_66k", "demand=permit", "outbound.timetable=['08:30','20:00']", "arrivals=poisson", seed=9)
    config = changed(config, {"apron.tugs": 7, "halls.main.zone_shares.lanes": 0.081})
    assert hub(compose(words_of(config))) == config


def test_cost_is_floor_machines_and_the_hours_of_the_roster() -> None:
    config = load("liege_30k", "roster=round_the_clock")
    cost = priced(
        **{
            "site.rent_eur_per_m2_year": 36.525,
            "labour.wage_eur_per_h": 2,
            "capex.machine_eur_per_parcel_h": 36.525,
            "discounting.equipment_years": 10,
        }
    )
    imports, exports = 2 * 8 + 2 + 48 + 4 + 60 + 2 * 10 + 26 + 4, 20 + 5 + 1 + 40 + 3
    people = imports + exports
    assert sum(people_of_posts(config).values()) == people + 2  # two officers
    assert sum(people_of_posts(load("liege_30k", "exports=none")).values()) == imports + 2
    found = figures(config, cost)
    assert found["area_m2"] == 30_000
    assert found["cost_eur_per_day"] == pytest.approx(30_000 * 0.1 + 30_000 * 0.01 + 2 * 24 * people)
    by_work = figures(load(), cost)
    assert by_work["posts_h_per_day"] < found["posts_h_per_day"] / 2
    assert by_work["cost_eur_per_day"] == pytest.approx(33_000 * 0.1 + 2 * by_work["posts_h_per_day"])


def test_a_design_lacks_more_the_less_it_fits_and_the_hub_itself_lacks_nothing() -> None:
    config = load()
    area = Variable({"halls.main.area_m2": 1.0}, 10_000, 30_000, 1000, None)
    stations = Variable({"halls.main.breakdown_stations": 1.0}, 1, 12, 1, None)
    variables = {"area": area, "stations": stations}
    assert own_values(config, variables) == (30_000, 12)
    found = [design_of(config, variables, (m2, 12.0)) for m2 in (30_000.0, 29_000.0, 20_000.0)]
    assert found[0].hub == config and found[0].lacks == 0
    assert 0 < found[1].lacks < found[2].lacks and found[1].hub is None
    refused = design_of(config, variables, (30_000.0, 1.0))
    assert refused.hub is None and refused.lacks >= 1 and "at least 2, got 1" in refused.why
    assert own_values(config, {"area": Variable({"halls.main.area_m2": 1.0}, 10_000, 31_000, 3000, None)}) is None
    sorting = Variable({"halls.main.zone_shares.sorting": 1.0}, None, None, None, ("0.9", "0.3"))  # 0.9: over 1 in sum
    assert own_values(config, {"sorting": sorting}) == ("0.3",)
    check_area(config)


def test_what_a_design_lacks_is_the_sum_of_what_its_zones_and_its_facade_lack() -> None:
    config = load()
    hall, space = config.halls["main"], config.space
    keys = {name: f"halls.main.{name}" for name in ("uld_positions", "facade_m", "packout_posts")}
    variables = {name: Variable({key: 1.0}, 1, 1000, None, None) for name, key in keys.items()}
    assert hall.doors_out and hall.doors_in
    doors_m = (hall.doors_out + hall.doors_in) * space.door_facade_m
    crowded = 1 - hall.zone_shares.uld_positions * hall.area_m2 / (1000 * space.uld_position_m2)
    found = design_of(config, variables, (1000, 0.25 * doors_m, hall.packout_posts))
    assert found.hub is None and found.lacks == pytest.approx(crowded + 0.75)
    # Only a post is missing, no floor; the search must not take the design for one that fits.
    found = design_of(config, variables, (hall.uld_positions, hall.facade_m, 1))
    assert found.hub is None and 0 < found.lacks < 1e-3, found.why
    shares = {name: Variable({f"halls.main.zone_shares.{name}": 1.0}, 0, 1, None, None) for name in ("lanes", "export")}
    assert design_of(config, shares, (0.9, 0.6)).lacks == pytest.approx(1 + 0.5)
    twice = {"stations": Variable({"halls.main.breakdown_stations": 2.0}, 1, 24, None, None)}
    assert own_values(config, twice) == (hall.breakdown_stations / 2,)


def test_the_packaged_variables_reach_from_the_smallest_hall_over_the_hub_as_it_is_to_the_largest() -> None:
    (point,), keys = parse(Arguments("optimise"))
    config = point.hub
    variables = keys.optimise.variables
    assert own_values(config, variables) is not None
    smallest = {name: variable.low for name, variable in variables.items()}
    smallest |= {"positions_share": 0.06, "breakdown_share": 0.06, "packout_share": 0.05, "export_share": 0.08}
    smallest |= {"doors_share": 0.06}
    largest = {"area": variables["area"].high}
    for values in (smallest, dict(zip(variables, own_values(config, variables) or (), strict=True)) | largest):
        found = design_of(config, variables, [value for value in values.values() if value is not None])
        assert found.hub is not None, found.why
        assert found.hub.area_m2 == values["area"]


def test_tables_of_the_front_are_as_wide_as_a_page_and_sentences_tell_what_differs() -> None:
    (point,), keys = parse(Arguments("optimise"))
    config = point.hub
    own = keys.optimise
    values = own_values(config, own.variables)
    assert values is not None
    small = design_of(config, own.variables, (values[0], 100.0, *values[2:]))
    samples = [
        {"cost_eur_per_day": (1000.0, 1100.0), "on_time_share": (0.96, 0.97)},
        {"cost_eur_per_day": (2000.0, 2100.0), "on_time_share": (0.98, 0.99)},
    ]
    designs = (small, design_of(config, own.variables, values))
    trials = tuple(Trial(i, 0, one, sample) for i, (one, sample) in enumerate(zip(designs, samples, strict=True)))
    points = tuple(FrontPoint(one, intervals_of(dict(one.samples)), intervals_of(dict(one.samples))) for one in trials)
    result = Result(own, 2, Tried(trials, trials, trials[1]), points)
    tables = grids(result)
    assert all(len(table.header) <= 8 and len(table.rows) == 2 for table in tables)
    for n, shown in ((1, "one replication, no interval"), (2, "mean and 95 % interval")):
        assert grids(replace(result, settings=replace(own, confirm=n)))[0].caption.endswith(shown)
    with style.look():
        for n, shown in ((0, "look better than they are"), (2, "played no part in its choice")):
            assert shown in _picture(replace(result, settings=replace(own, confirm=n))).says
    header = [name for table in tables[1:] for name in table.header[1:]]
    assert [name.partition(" [")[0] for name in header] == [spelt(name) for name in own.variables]
    assert header[0] == "area [m²]"
    lines = list(result.sentences)
    assert "that fit (2), 2 are on the front" in lines[0]
    assert lines[1].endswith(": positions 100, the rest as configured.")
    assert lines[2].endswith(": the hub as configured.")
    assert any("fewer different designs fit (2) than a generation has" in line for line in result.warnings)
    # Both are cheaper and better than a hub off the front: the one with the best service is named.
    off = Trial(2, 0, design_of(config, own.variables, (values[0], 90.0, *values[2:])),
                {"cost_eur_per_day": (2500.0, 2600.0), "on_time_share": (0.95, 0.96)})  # fmt: skip
    last = list(replace(result, tried=Tried((off, *trials), trials, off)).sentences)[-1]
    assert "2,550" in last and "98.5" in last and "96.5" not in last, last


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["optimise.sampler=nsga3"], "optimise.sampler: must be one of nsga2, tpe, got 'nsga3'; did you mean 'nsga2'?"),
        (["optimise.minimise=[cost]"], "optimise.minimise: no figure 'cost'"),
        (
            ["optimise.minimise=[area_m2,cost_eur_per_day]"],
            "optimise.minimise: two different goals, maximise",
        ),
        (["optimise.minimise=[on_time_share]"], "two different goals"),
        (
            ["optimise.variables.area.low=40000"],
            "optimise.variables.area.low: must be less than high = 36000, got 40000",
        ),
        (["optimise.variables.area.step=700"], "optimise.variables.area.step: from 20000, no step of 700 reaches high"),
        (["optimise.variables.tugs.step=0.5"], "optimise.variables.tugs: apron.tugs: must be a whole number, got 1.5"),
        (
            ["optimise.variables.tugs.choices=['1','2']"],
            "optimise.variables.tugs.choices: give either choices",
        ),
        (
            ["optimise.variables.machines.high=90"],
            "optimise.variables.machines: halls.main.sorting_machines: must be at",
        ),
        (
            ["+optimise.variables.x={fields:{apron.tug:1},low:1,high:2,step:1,choices:null}"],
            "did you mean 'apron.tugs'",
        ),
        (
            ["exports=none", "+optimise.variables.x={fields:{exports.service_h:1},low:9,high:12,step:1,choices:null}"],
            "optimise.variables.x: exports.service_h: is varied, but no design has exports (exports.share = 0",
        ),
        (["+optimise.variables.x={fields:{apron.tugs:1},low:1,high:2,step:1,choices:null}"], "is also set by tugs"),
        (
            ["optimise.cost.discounting.equipment_years=0"],
            "optimise.cost.discounting.equipment_years: must be greater than 0, got 0",
        ),
        (["optimise.population=1"], "optimise.population: must be at least 2, got 1"),
        (["study=plain"], "study: optimise needs the keys of optimise"),
        (["precision.on_time_share=0.01"], "precision: has no effect here"),
    ],
)
def test_mistakes_are_one_line_and_write_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: list[str], message: str
) -> None:
    is_refused(capsys, tmp_path / "runs", ["optimise", *words], message)


def test_that_no_design_fits_is_said_with_what_the_first_lacks(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, known: list[str]
) -> None:
    small = ["optimise.variables.area.low=20000", "optimise.variables.area.high=21000", "optimise.trials=4"]
    error = refused(capsys, "optimise", *known, *small, "--out", tmp_path)
    assert "none of 4 designs fits; the first: halls.main: zone uld_positions: 150 ULD positions" in error


def test_a_library_that_is_missing_is_named_with_the_extra_that_has_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    assert refused(capsys, "optimise") == f"cargohub: {extras.missing('optuna', 'study')}\n"


@pytest.mark.parametrize(("n", "means"), [(1, "one replication, no interval"), (2, "mean and 95 % interval")])
def test_the_chart_draws_the_front_and_the_hub_as_configured(n: int, means: str) -> None:
    bar = Interval(1.0, None, None, n)
    front = ((bar, Interval(2.0, 1.0, 3.0, 2)),)
    (ax,) = figure(("cost [EUR/d]", "on time [%]"), ((2.0, 0.5),), (3.0, 1.0), front).axes
    labels = ax.get_legend_handles_labels()[1]
    assert labels == ["a design that was simulated", "as configured", f"on the front, {means}"]


def test_a_front_whose_designs_saw_no_parcel_is_warned_of() -> None:
    nothing = {**dict.fromkeys(KPIS, 0.0), "on_time_share": 1.0}
    lines = cautions([Design("design 1", load("liege_30k"))], {("design 1", 0): nothing})
    assert any(line.startswith("replications without an import") for line in lines)


def test_a_goal_that_is_only_a_lower_bound_is_warned_of() -> None:
    designs = [Design(f"design {n}", load("liege_30k")) for n in (1, 2)]
    shares = ((0.0, 0.001), (0.0, 0.03))  # not departed: 0.05 % and 1.5 % in the mean, 1 % is allowed
    kpis = {
        (design.label, n): {**dict.fromkeys(KPIS, 0.0), "on_time_share": 1.0, "not_departed_share": share}
        for design, of_design in zip(designs, shares, strict=True)
        for n, share in enumerate(of_design)
    }
    goals = ("cost_eur_per_day", "dwell_mean_h")
    lines = [line for line in cautions(designs, kpis, goals) if "lower bound" in line]
    assert lines == ["Dwell, mean is only a lower bound in 1 of 2 designs: the true value is higher (docs/kpis.md)"]
