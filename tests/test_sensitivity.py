"""The verb sensitivity: effects and indices of functions that are known, their intervals, and what is refused."""

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from answers import answer
from interruptions import interrupted, none_again
from mistakes import is_refused, refused
from scipy import stats

from experiments import extras
from experiments.arguments import Arguments
from experiments.frame import simulating
from experiments.main import main
from experiments.report import style
from experiments.report.figures.sensitivity_figure import Effects, tornado
from experiments.report.sentences import too_few_replications
from experiments.statistics import Interval
from experiments.statistics.factors import Box, Index, crossed_points, effects, indices, trajectories
from experiments.statistics.two_sources import jackknife, noise_share, two_source_interval
from experiments.store import read_run
from experiments.studies.sensitivity.design import Group, outside_ranges, parse
from experiments.studies.sensitivity.page import _grids, _may_change, sentences
from experiments.studies.sensitivity.result import Crossed, Result, amount, changing, possible
from sim.inputs.traffic import at_demand
from sim.measures.kpis import KPIS
from sim.measures.weekly_lows import GROWTH_KPIS

BOX = Box(("a", "b", "c"), (-math.pi,) * 3, (math.pi,) * 3, (False,) * 3)
FIRST, TOTAL = (0.3139, 0.4424, 0.0), (0.5576, 0.4424, 0.2437)
"""Ishigami's indices with a = 7 and b = 0.1, in closed form (Sobol' and Levitan 1999)."""


def ishigami(points):
    a, b, c = points.T
    return np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)


def test_effects_of_a_linear_function_are_its_slopes_and_whole_numbers_go_by_their_steps() -> None:
    box = Box(("speed", "crews", "idle"), (10, 1, 0), (20, 3, 1), (False, True, False))
    points = trajectories(box, n=6, levels=4, seed=3)
    assert (points[:, 1] == np.round(points[:, 1])).all() and {1, 2, 3} >= set(points[:, 1])
    response = 0.5 * points[:, 0] - 4 * points[:, 1]
    speed, crews, idle = effects(box, points, np.array([response, response + 9]))
    assert (speed.mean.mean, speed.mean.half_width, speed.spread) == pytest.approx((5, 0, 0), abs=1e-9)
    assert (crews.mean.mean, crews.size.mean, crews.spread) == pytest.approx((-8, 8, 0), abs=1e-9)
    assert (idle.size.mean, idle.size.low, idle.size.high) == pytest.approx((0, 0, 0), abs=1e-9)


def test_effects_are_those_of_the_library() -> None:
    from SALib.analyze.morris import analyze

    points = trajectories(BOX, n=12, levels=4, seed=5)
    response = ishigami(points)
    expected = analyze(BOX.problem(), points, response, num_levels=4, seed=1)
    found = effects(BOX, points, np.array([response, response]))
    for name, key in (("mean", "mu"), ("size", "mu_star")):
        assert [getattr(one, name).mean for one in found] == pytest.approx(list(expected[key]), abs=1e-9)
    assert [one.spread for one in found] == pytest.approx(list(expected["sigma"]))


def test_indices_of_ishigami_are_found() -> None:
    response = ishigami(crossed_points(BOX, n=1024, seed=1))
    found = indices(BOX, np.array([response, response + 3]), resamples=100, seed=1)
    assert [one.first.mean for one in found] == pytest.approx(FIRST, abs=0.03)
    assert [one.total.mean for one in found] == pytest.approx(TOTAL, abs=0.03)


def test_indices_of_a_sum_are_the_shares_of_its_terms_and_whole_numbers_are_equally_likely() -> None:
    box = Box(("x", "n"), (0, 1), (1, 4), (False, True))
    points = crossed_points(box, n=1024, seed=2)
    counts = np.unique(points[:, 1], return_counts=True)[1] / len(points)
    assert counts == pytest.approx([0.25] * 4, abs=0.01)
    response = 6 * points[:, 0] + points[:, 1]
    x, n = indices(box, np.array([response, response]), resamples=100, seed=1)
    # Variances: 36/12 = 3 of the first term, (4² − 1)/12 = 1.25 of the second.
    for one, share in ((x, 3 / 4.25), (n, 1.25 / 4.25)):
        assert (one.first.mean, one.total.mean) == pytest.approx((share, share), abs=0.02)


def test_intervals_of_indices_hold_the_truth_as_often_as_they_say_with_noise_of_the_simulation() -> None:
    rng, inside, n_trials = np.random.default_rng(1), np.zeros(6), 80
    for seed in range(n_trials):
        response = ishigami(crossed_points(BOX, n=64, seed=seed))
        noisy = response + rng.normal(0, 1.2, (5, len(response))) + rng.normal(0, 3, (5, 1))
        found = indices(BOX, noisy, resamples=60, seed=seed)
        intervals = [one.first for one in found] + [one.total for one in found]
        truth = (*FIRST, *TOTAL)
        inside += [one.low <= true <= one.high for one, true in zip(intervals, truth, strict=True)]
    assert (inside / n_trials >= 0.89).all()
    assert inside.mean() / n_trials < 1


def test_intervals_of_effects_hold_the_truth_as_often_as_they_say_with_noise_of_the_simulation() -> None:
    rng, inside, n_trials = np.random.default_rng(1), np.zeros(6), 300
    box = Box(("x", "y", "z"), (0, 0, 0), (1, 1, 1), (False,) * 3)
    for seed in range(n_trials):
        x, y, z = trajectories(box, n=10, levels=4, seed=seed).T
        points = np.column_stack([x, y, z])
        # The effect of x depends on y: 4 on average, since y is 1/2 on average on the grid.
        response = 2 * x + 4 * x * y - 5 * z
        noisy = response + rng.normal(0, 0.5, (4, len(response))) + rng.normal(0, 2, (4, 1))
        found = effects(box, points, noisy)
        truth = (4, 2, -5)
        inside[:3] += [one.mean.low <= true <= one.mean.high for one, true in zip(found, truth, strict=True)]
        inside[3:] += [one.size.low <= abs(true) <= one.size.high for one, true in zip(found, truth, strict=True)]
    assert (inside / n_trials >= 0.91).all()


def test_more_noise_makes_wider_intervals_and_replications_narrow_them() -> None:
    rng = np.random.default_rng(2)
    response = ishigami(crossed_points(BOX, n=64, seed=1))

    def width(noise: float, n: int) -> float:
        found = indices(BOX, response + rng.normal(0, noise, (n, len(response))), resamples=100, seed=1)
        return float(np.mean([one.first.half_width for one in found]))

    assert width(6, 3) > 1.3 * width(0, 3)
    assert width(6, 60) < 0.8 * width(6, 3)


def test_noise_is_told_from_what_all_points_share() -> None:
    rng = np.random.default_rng(3)
    response = ishigami(crossed_points(BOX, n=256, seed=1))
    common = response + rng.normal(0, 50, (4, 1))
    assert noise_share(common) == pytest.approx(0, abs=1e-12)
    noisy = response + rng.normal(0, 2, (4, len(response)))
    assert noise_share(noisy) == pytest.approx(1 / (1 + response.var()), rel=0.2)
    assert noise_share(np.ones((3, 5))) == 0


def test_a_response_that_is_the_same_everywhere_has_no_index() -> None:
    found = indices(BOX, np.full((2, 5 * 8), 0.7), resamples=10, seed=0)
    assert all((one.total.mean, one.total.low, one.first.high) == (0, None, None) for one in found)


def test_the_jackknife_of_a_mean_is_its_variance() -> None:
    outputs = np.array([[1.0], [4.0], [7.0], [0.0]])
    assert jackknife(lambda mean: mean, outputs) == pytest.approx(outputs.var(ddof=1) / 4)
    with pytest.raises(ValueError, match="at least 2"):
        jackknife(lambda mean: mean, outputs[:1])
    alone = two_source_interval(2.0, sampling=0.0, n_samples=9, simulation=0.0, n_replications=3)
    assert (alone.low, alone.high) == (2.0, 2.0)


@pytest.mark.parametrize(
    ("sampling", "simulation", "degrees"), [(0.0, 0.04, 5), (0.04, 0.0, 10), (0.02, 0.02, 1 / (0.25 / 5 + 0.25 / 10))]
)
def test_two_sources_have_the_degrees_of_freedom_of_satterthwaite(
    sampling: float, simulation: float, degrees: float
) -> None:
    found = two_source_interval(1.0, sampling=sampling, n_samples=11, simulation=simulation, n_replications=6)
    assert found.high == pytest.approx(1 + stats.t.ppf(0.975, degrees) * 0.2)
    assert found.low == pytest.approx(2 - found.high)


STUDY = """\
# @package _global_
replications: 2
horizon_days: 1
warmup_days: 0
sensitivity:
  room: 1.25
  most_collected: 4500
  method: both
  kpis: [dwell_mean_h]
  trajectories: 8
  levels: 4
  samples: 64
  most: 3
  resamples: 50
  factors:
    first: {fields: {arrivals.delay.scale_min: 1}, group: arrivals, unit: min, low: 100, high: 200}
    second: {fields: {breakdown.uld_min: 1}, group: crews, unit: min, low: 100, high: 200}
    third: {fields: {outbound.loading_min: 2}, group: other, unit: min, low: 50, high: 100}
    fourth: {fields: {apron.stands: 1}, group: space, unit: stands, low: 4, high: 7}
"""


def to_box(value: float) -> float:
    return (value - 150) / 50 * math.pi


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Words of a study whose simulator is Ishigami's function of three of four factors, and a common shift."""

    def simulator(config: Any, replication: int) -> dict[str, Any]:
        values = (config.arrivals.delay.scale_min, config.breakdown.uld_min, config.outbound.loading_min)
        point = np.array([[to_box(value) for value in values]])
        kpis = {**dict.fromkeys(KPIS, 0.0), "dwell_mean_h": float(ishigami(point)[0]) + 10 * replication}
        return {"kpis": kpis, "tables": {}}

    monkeypatch.setattr(simulating, "evaluate", simulator)
    (tmp_path / "own" / "study").mkdir(parents=True)
    (tmp_path / "own" / "study" / "known.yaml").write_text(STUDY)
    return ["study=known", "--config-dir", str(tmp_path / "own"), "workers=1", "--quiet", "--json"]


@pytest.mark.drawn
def test_the_verb_finds_what_a_known_simulator_does(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, known: list[str]
) -> None:
    document = answer(capsys, "sensitivity", *known, "--out", str(tmp_path / "runs"))
    found = document["indices"]["dwell_mean_h"]
    # The screening drops what does nothing.
    assert set(found) == {"first", "second", "third"}
    assert document["effects"]["dwell_mean_h"]["fourth"]["mu_star"]["mean"] == 0
    for name, first, total in zip(("first", "second", "third"), FIRST, TOTAL, strict=True):
        assert found[name]["first"]["low"] <= first <= found[name]["first"]["high"]
        assert found[name]["total"]["low"] <= total <= found[name]["total"]["high"]
        assert found[name]["total"]["mean"] == pytest.approx(total, abs=0.12)
    # Arrivals and crews weigh most, but eight trajectories cannot tell: intervals overlap.
    assert any(
        line.startswith("No conclusion here for Dwell, mean: the intervals leave the order open.")
        and {"crews (second)", "arrivals (first)"} <= set(line.rpartition(": ")[2].split(", ")[:3])
        for line in document["sentences"]
    )
    stored = read_run(document["run_dir"])
    assert set(stored.tables) == {"kpis", "effects", "indices", "designs", "noise", "stability", "answer"}
    assert (stored.tables["noise"]["share"].abs() < 1e-9).all()
    assert stored.tables["answer"]["sentence"].tolist() == document["sentences"]
    page = (Path(document["run_dir"]) / "report.html").read_text()
    assert page.count("<svg") == 2 and "Morris 1991" in page
    assert "<title>What affects a hub of 30,000 m² most" in page and "the halls are 1.25 times as large" in page
    (few,) = too_few_replications(2)
    assert few in document["warnings"] and f"Warning: {few}." in page
    assert answer(capsys, "sensitivity", *known, "--out", str(tmp_path / "runs")) == document


def test_a_hub_gets_room_for_the_ranges_and_its_own_value_outside_them_is_named() -> None:
    (design,), keys = parse(Arguments("sensitivity", ("halls.main.area_m2=36000", "exports.collections.parcels=4000")))
    hall, factors = design.hub.halls["main"], keys.sensitivity.factors
    assert (hall.area_m2, hall.zone_shares.lanes * hall.area_m2) == (45_000, pytest.approx(0.09 * 36_000))
    assert hall.zone_shares.customs * hall.area_m2 == pytest.approx(0.02 * 36_000)
    assert (design.hub.exports.collections.parcels, hall.zone_shares.sorting) == (4000, 0.3)
    assert outside_ranges(design.hub, factors) == []
    quiet = at_demand(design.hub, 2.5)
    (line,) = outside_ranges(quiet, factors)
    assert ": flights 2.5, range 2.8 to 4.2 flights a day. To change" in line


@pytest.mark.paged
def test_designs_whose_backlog_grows_are_warned_of(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, known: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = simulating.evaluate

    def simulator(config: Any, replication: int) -> dict[str, Any]:
        part: Any = plain(config, replication)
        # By the number of stands: undecided, stable, growing by a fifth of the demand a day.
        weeks, growth = {4: (0, 0.0), 5: (3, 0.0), 6: (3, 0.0), 7: (3, 0.2)}[config.apron.stands]
        left = 0.5 * (config.apron.stands == 7)
        busy = {"utilisation_machines": 0.9, "not_departed_share": left} | dict(
            zip(GROWTH_KPIS, (weeks, growth, 0.001), strict=True)
        )
        return {**part, "kpis": part["kpis"] | busy}

    monkeypatch.setattr(simulating, "evaluate", simulator)
    words = [*known, "--out", str(tmp_path / "runs"), "sensitivity.method=morris"]
    document = answer(capsys, "sensitivity", *words)
    stored = read_run(document["run_dir"]).tables
    stands = stored["designs"].query("factor == 'fourth'").set_index("scenario")["value"]
    expected = {label: {4: None, 7: True}.get(int(value), False) for label, value in stands.items()}
    assert set(expected.values()) == {None, True, False} and document["unstable"] == expected
    verdicts = dict(zip(stored["stability"]["scenario"], stored["stability"]["verdict"], strict=True))
    assert verdicts == {
        label: {None: "undecided", True: "unstable", False: "stable"}[own] for label, own in expected.items()
    }
    n = len(expected)
    for verdict, start in ((True, "unstable: the backlog grows"), (None, "undecided whether the backlog grows")):
        count = list(expected.values()).count(verdict)
        (warning,) = [line for line in document["warnings"] if start in line]
        assert warning.startswith(f"{count} of {n} designs (morris ")
        assert verdict is None or any(
            line.startswith(f"Dwell, mean is only a lower bound in {count} of {n} designs")
            for line in document["warnings"]
        )
        assert start in (Path(document["run_dir"]) / "report.html").read_text()
    assert main(["sensitivity", "--all", *(word for word in words if word != "--json")]) == 0
    out = capsys.readouterr().out
    assert "designs (morris" in out and "(0 to 0)" not in out


DROPPED = (
    *("stands", "doors", "no_reads", "late_data", "document_checks", "floor_of_lanes", "dock_workers", "trailer"),
    *("truck_loading", "machine_rate", "machine_efficiency", "handcoding_desks", "least_fill", "breakdown_pace"),
    *("unloading_crews", "packout_posts", "packout_pace", "tug_trains", "exports", "call_out"),
)
TINY = (
    *("horizon_days=1", "warmup_days=0", "service_h=6", "exports=none", "halls.main.packout_posts=0"),
    *("demand.parcels_per_flight=1000", "demand.net_t_per_flight=0.75"),
    *("sensitivity.factors.flights.low=0.5", "sensitivity.factors.flights.high=1"),
    *("replications=2", "workers=1", "--quiet", "--json", "sensitivity.kpis=[dwell_mean_h]"),
    *("sensitivity.trajectories=2", "sensitivity.samples=4", "sensitivity.most=2", "sensitivity.resamples=20"),
    *("sensitivity.factors.parcels_per_flight.low=800", "sensitivity.factors.parcels_per_flight.high=1200"),
    *(f"~sensitivity.factors.{name}" for name in DROPPED),
)


def test_the_packaged_hall_has_room_for_every_pair_of_ends() -> None:
    (point,), keys = parse(Arguments("sensitivity", ()))  # which refuses pairs that are not possible
    config = point.hub
    assert config.exports.share and config.halls["main"].packout_posts
    assert len(keys.sensitivity.factors) > 20


def test_a_study_goes_on_where_it_stopped_and_is_reproduced_to_the_bit(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, is_slow: bool
) -> None:
    words = [*TINY, "--out", str(tmp_path / "runs")]
    kept = interrupted(["sensitivity", *words], after=7)
    capsys.readouterr()
    with none_again(kept):
        (folder,) = (tmp_path / "runs").iterdir()
        document = answer(capsys, "resume", folder, "workers=1", "--quiet")
    assert len(document["indices"]["dwell_mean_h"]) == 2
    if is_slow:
        assert main(["reproduce", document["run_dir"], "workers=1", "--quiet"]) == 0
        assert "identical" in capsys.readouterr().out
    assert answer(capsys, "show", document["run_dir"]) == document
    assert main(["list", str(tmp_path / "runs")]) == 0
    assert "complete" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["sensitivity.method=moris"], "sensitivity.method: must be one of morris, sobol, both"),
        (["sensitivity.samples=100"], "sensitivity.samples: must be a power of two, got 100"),
        (
            ["sensitivity.method=sobol", "demand.flights_per_day=1"],
            "demand.flights_per_day: the factor flights varies it (2.8 to 4.2 ",
        ),
        (["sensitivity.levels=5"], "sensitivity.levels: must be even, got 5"),
        (["sensitivity.trajectories=1"], "sensitivity.trajectories: must be at least 2, got 1"),
        (["replications=1"], "replications: must be at least 2, got 1"),
        (["sensitivity.kpis=[dwell_men_h]"], "did you mean 'dwell_mean_h'"),
        (["sensitivity.factors.flights.low=9"], "sensitivity.factors.flights.low: must be less than high = 4.2, got 9"),
        (
            ["sensitivity.factors.stands.high=7.5"],
            "sensitivity.factors.stands.high: apron.stands: must be a whole number",
        ),
        (
            ["sensitivity.factors.doors.high=90"],
            "not possible with doors=90: halls.main: zone dock_doors",
        ),
        (
            ["sensitivity.room=1"],
            "not possible with breakdown_crews=15: halls.main: zone breakdown: 15",
        ),
        (["+sensitivity.factors.x={fields:{apron.stand:1},group:other,unit:x,low:1,high:2}"], "'apron.stands'"),
        (["+sensitivity.factors.x={fields:{apron.stands:1},group:other,unit:x,low:1,high:2}"], "is also set by stands"),
        (["+sensitivity.factors.x={fields:{demand.name:1},group:other,unit:x,low:1,high:2}"], "only a number can be"),
        (["sensitivity.factors.efficiency.low=0.5"], "sensitivity.factors.efficiency"),
        (["sensitivity.factors.machine_efficiency.high=1.2"], "sorting.efficiency: must be at most 1, got 1.2"),
        (["exports=none"], "sensitivity.factors.exports: exports.share: is varied, but no design has exports"),
        (["arrivals=poisson"], "arrivals.delay.scale_min: not a field of the configuration"),
        (["arrivals=poisson"], "; ~sensitivity.factors.delay keeps the factor fixed"),
        (["sensitivity.factors.doors.high=90"], "; ~sensitivity.factors.doors keeps the factor fixed"),
        (["scenarios=[liege_30k]"], "scenarios: unknown key; did you mean 'scenario'?"),
        (["study=plain"], "study: sensitivity needs the keys of sensitivity"),
        (["precision.on_time_share=0.01"], "precision: has no effect here"),
    ],
)
def test_mistakes_are_one_line_and_write_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: list[str], message: str
) -> None:
    is_refused(capsys, tmp_path / "runs", ["sensitivity", *words], message)


def test_a_library_that_is_missing_is_named_with_the_extra_that_has_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    assert refused(capsys, "sensitivity") == f"cargohub: {extras.missing('SALib', 'study')}\n"


def test_a_page_tells_no_change_and_no_share_that_cannot_be() -> None:
    wild = Interval(0.7, -9.0, 10.07, 4)
    assert amount("on_time_share", wild) == "70.0 percentage points (−100 to 100)"
    assert amount("dwell_mean_h", wild) == "0.70 h (−9.00 to 10.1)"
    assert changing("on_time_share", Interval(1.3, 1.1, 1.5, 4)) == Interval(1.3, 1.1, 1.3, 4)
    assert possible(Interval(1.68, 1.2, 7553.0, 4)) == Interval(1.0, 1.0, 1.0, 4)
    assert possible(Interval(-0.3, None, None, 1)) == Interval(0.0, None, None, 1)
    assert possible(Interval(0.4, -0.1, 0.9, 4)) == Interval(0.4, 0.0, 0.9, 4)


def test_labels_of_panels_that_are_cut_do_not_meet() -> None:
    bars = (Interval(50.0, 0.0, 1000.0, 2),)
    panels = [
        Effects("Imports on time", "percentage points over the factor's range", bars, (True,), (20.0,), 100.0)
    ] * 2
    with style.look():
        figure = tornado(["delay"], panels)
        figure.canvas.draw()
        left, right = (ax.xaxis.label.get_window_extent() for ax in figure.axes)
    assert "longer bars and intervals are cut" in figure.axes[0].get_xlabel()
    assert left.x1 < right.x0


def test_a_tornado_whose_first_panel_has_one_colour_of_bars_has_both_in_its_legend() -> None:
    bars = (Interval(50.0, 0.0, 90.0, 2),)
    with style.look():
        figure = tornado(["delay"], [Effects("", "", bars, (is_up,), (20.0,), 100.0) for is_up in (True, False)])
    drawn = [ax.patches[0].get_facecolor() for ax in figure.axes]
    assert [patch.get_facecolor() for patch in figure.legends[0].get_patches()] == drawn


def share(mean: float, low: float, high: float) -> Interval:
    return Interval(mean, low, high, 2)


def of_indices(found: tuple[Index, ...], groups: tuple[str, ...]) -> Result:
    """A study by Sobol's indices alone, of factors in these groups."""
    keys = _keys(groups, [index.factor for index in found])
    stage = Crossed(None, {"on_time_share": found}, {"on_time_share": 0.0})  # type: ignore[arg-type]
    return Result(keys, 2, None, stage, {})


def _keys(groups: tuple[str, ...], names: list[str]) -> Any:
    factors = {name: SimpleNamespace(group=Group(group), range="") for name, group in zip(names, groups, strict=True)}
    return SimpleNamespace(kpis=["on_time_share"], factors=factors, samples=8)


GROUPS = ("arrivals", "crews", "other")


@pytest.mark.parametrize(
    ("first", "total", "warned"),
    [
        ((0.7, 0.2, 0.1), (0.6, 0.3, 0.2), "arrivals (S1 0.70, ST 0.60)"),
        ((0.7, 0.4, 0.1), (0.7, 0.4, 0.2), "S1 sums to 1.20"),
        ((-0.2, 0.4, 0.1), (0.3, 0.4, 1.3), "arrivals (S1 −0.20, ST 0.30), other (S1 0.10, ST 1.30)"),
    ],
)
def test_impossible_indices_are_flagged_and_allow_no_conclusion(
    first: tuple[float, ...], total: tuple[float, ...], warned: str
) -> None:
    found = tuple(
        Index(name, share(s1, s1 - 0.01, s1 + 0.01), share(st, st - 0.01, st + 0.01))
        for name, s1, st in zip(GROUPS, first, total, strict=True)
    )
    result = of_indices(found, GROUPS)
    (line,) = [line for line in result.warnings if "impossible" in line]
    assert warned in line and "from 8 samples" in line
    text = " ".join(sentences(result))
    assert "No conclusion here for Imports on time: indices are impossible" in text
    assert "is open" in text and "same here" not in text


def test_a_rounding_error_is_not_impossible() -> None:
    assert not Index("x", share(0.501, 0.4, 0.6), share(0.5, 0.4, 0.6)).is_impossible


def test_intervals_of_all_that_can_be_allow_no_conclusion() -> None:
    found = tuple(
        Index(name, share(0.2, 0.0, 1.0), share(st, 0.0, 1.0)) for name, st in zip(GROUPS, (0.2, 0.2, 0.6), strict=True)
    )
    text = " ".join(sentences(of_indices(found, GROUPS)))
    assert "No conclusion here for Imports on time: the intervals leave the order open" in text
    assert "It is open which of 3 factors move Imports on time most" in text
    assert "Of the variance" not in text and "same here" not in text


@pytest.mark.parametrize(
    ("half_widths", "is_open"),
    [
        ((0.01, 0.01, 0.01, 0.01, 0.01), False),
        ((0.01, 0.01, 0.01, 0.01, 0.3), True),
        ((0.2, 0.01, 0.01, 0.01, 0.01), True),
    ],
    ids=["apart", "the last may be first", "the first may be second"],
)
def test_the_order_of_factors_is_open_where_any_may_be_before_a_named_one(
    half_widths: tuple[float, ...], is_open: bool
) -> None:
    sizes = zip((0.5, 0.4, 0.3, 0.2, 0.1), half_widths, strict=True)
    assert _may_change([share(mean, mean - half, mean + half) for mean, half in sizes]) == is_open


def test_intervals_that_are_apart_allow_a_conclusion() -> None:
    def of(*totals: float) -> str:
        found = (
            Index(name, share(st / 2, st / 2 - 0.05, st / 2 + 0.05), share(st, st - 0.05, st + 0.05))
            for name, st in zip(GROUPS, totals, strict=True)
        )
        return " ".join(sentences(of_indices(tuple(found), GROUPS)))

    not_first = (
        "Not the same here for Imports on time: arrivals and crews are not both first. Of 3 groups, by the estimates, "
    )
    assert f"{not_first}arrivals come second, crews come third. In order of the estimates: " in of(0.3, 0.1, 0.6)
    assert "The same here for Imports on time: arrivals and crews are the first of 3 groups" in of(0.6, 0.3, 0.1)
    assert "these move Imports on time most: other, arrivals, crews" in of(0.3, 0.1, 0.6)


def test_any_factor_of_a_group_may_be_its_heaviest() -> None:
    sizes = {"a": share(0.6, 0.55, 0.65), "b": share(0.5, 0.45, 0.55), "c": share(0.3, 0.25, 0.35)}

    def of(high: float) -> str:
        found = {**sizes, "d": share(0.2, 0.0, high)}
        indices = tuple(Index(name, share(0.1, 0.0, 0.2), size) for name, size in found.items())
        return " ".join(sentences(of_indices(indices, (*GROUPS, "other"))))

    assert "The same here for Imports on time" in of(0.4)
    assert "No conclusion here for Imports on time: the intervals leave the order open" in of(0.6)


def test_a_factor_without_effect_is_not_among_those_that_move_a_kpi_most() -> None:
    none, some = share(0.0, 0.0, 0.0), share(0.9, 0.85, 0.95)
    found = tuple(Index(name, size, size) for name, size in zip(GROUPS, (none, some, none), strict=True))
    result = of_indices(found, GROUPS)
    lines = sentences(result)
    assert lines[0] == "Of 3 factors, these move Imports on time most: crews."
    (grid,) = _grids(result)
    assert [row[2] for row in grid.rows] == ["0.90 (0.85 to 0.95)", "0", "0"], "what never varies has no known interval"
    assert lines[1].startswith("Of the variance of Imports on time over the ranges of 3 factors, crews 90 %")
    assert "arrivals" not in lines[1]


def test_a_kpi_that_no_factor_moves_has_no_order_of_groups() -> None:
    found = tuple(Index(name, share(0.0, 0.0, 0.0), share(0.0, 0.0, 0.0)) for name in GROUPS)
    lines = sentences(of_indices(found, GROUPS))
    assert lines[0] == "No factor moves Imports on time." and "In order of the estimates" not in " ".join(lines)
