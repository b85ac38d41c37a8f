"""The verb sure: what it prints, stores, shows again and computes again, and what it refuses."""

import math
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import many_servers as theory
import numpy as np
import pytest
from answers import answer
from mistakes import is_refused, refused
from stored_runs import TINY

from experiments.arguments import Arguments
from experiments.assumptions import Worlds, assumptions_of
from experiments.assumptions.drawn import configured, scaled, unscaled
from experiments.assumptions.names import Name
from experiments.assumptions.ranges import ranges_of
from experiments.composition import load
from experiments.designs.design import Design
from experiments.main import main
from experiments.report import style
from experiments.report.figures.sure_figure import Bars, tornado
from experiments.statistics import Interval
from experiments.statistics.next_runs import explored
from experiments.statistics.open_worlds import Effort
from experiments.statistics.what_decides import decided
from experiments.store import read_run
from experiments.studies import sure
from experiments.studies.sure.design import ACCOUNTS, Question, Sure, parse
from experiments.studies.sure.on_time import OnTimeRow
from experiments.studies.sure.page import document, sentences, warnings
from experiments.studies.sure.result import Answered, Result
from experiments.studies.sure.worlds import Screened
from sim.simulation import simulate

SMALL = [word for word in TINY if not word.startswith(("replications", "service_h", "--"))]
SMALL.append("halls.main.packout_posts=0")
FEW = ["scenario=liege_30k", "demand=today", *SMALL, "demand.flights_per_day=1", "exports=none", "service_h=24",
       "sure.worlds=16", "sure.budget=8", "sure.widths=[0.5]"]  # fmt: skip


@pytest.mark.drawn
def test_a_study_is_printed_stored_shown_and_reproduced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, is_slow: bool
) -> None:
    printed = answer(capsys, "sure", *FEW, "--quiet", "--out", tmp_path)
    own = printed["scenarios"]["liege_30k"]
    assert own["worlds"] == 16 and own["runs"] == 8
    assert 0 <= own["probability"]["low"] <= own["probability"]["mean"] <= own["probability"]["high"] <= 1
    assert set(own["deciding"]) <= set(ranges_of(load("liege_30k"), None))
    assert "of the assumed worlds" in printed["sentences"][0] and "all ranges halved" in printed["sentences"][0]
    folder = printed["run_dir"]
    tables = read_run(Path(folder), names=["kpis", "worlds", "deciding"]).tables
    # Replications of a world are its own: no draw is in two worlds.
    runs = tables["kpis"][["scenario", "replication"]].drop_duplicates()
    runs = runs[runs["scenario"] != "liege_30k"]  # the hub as configured, with the draws of `run`
    assert len(runs) == runs["replication"].nunique() == 8
    assert (tables["worlds"]["replications"].sum(), len(tables["worlds"])) == (8, 16)
    page = (Path(folder) / "report.html").read_text(encoding="utf-8")
    assert all(f"Warning: {line}." in page for line in printed["warnings"])
    assert answer(capsys, "show", folder) == printed
    if is_slow:
        assert main(["reproduce", folder, "workers=1", "--quiet"]) == 0
        assert "identical" in capsys.readouterr().out
    is_shown_with_other_ranges(folder, printed, monkeypatch, capsys)


def is_shown_with_other_ranges(folder: str, printed: dict, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    """As it was stored, with a warning; it is not computed again."""
    now = ranges_of(load("liege_30k"), None)
    monkeypatch.setattr(sure, "ranges_of", lambda *_: {**now, "sorting.efficiency": (0.1, 0.2, 0.3)})
    shown = answer(capsys, "show", folder)
    assert shown["sentences"] == printed["sentences"]
    of_run, kept = printed["scenarios"]["liege_30k"], shown["scenarios"]["liege_30k"]
    probability = {end: of_run["probability"][end] for end in ("mean", "low", "high")}
    rest = {"deciding": of_run["deciding"][:2], "worlds": of_run["worlds"], "runs": of_run["runs"]}
    assert kept == {"probability": probability, **rest}
    assert "sure.ranges." in shown["warnings"][-1] and "what the run stored" in shown["warnings"][-1]
    assert "run it again" in refused(capsys, "reproduce", folder, "workers=1", "--quiet")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["scenarios=[liege_30,liege_100k]"], "scenarios: unknown scenario 'liege_30'"),
        (["sure.budget=20"], "sure.budget: must be at least 64, 8 runs for each of 8 designs; got 20"),
        (["precision=0.1", "sure.precision=0.2"], "sure.precision: given more than once: 'sure.precision=0.1' and"),
        (["sure.precision=0.05", "sure.budget=64"], "sure.budget: has no effect with sure.precision; sure.most limits"),
        (["sure.most=64"], "sure.most: has no effect without sure.precision; sure.budget limits"),
        (["sure.worlds=8"], "sure.worlds: must be a power of two from 16 to 8192, got 8"),
        (["sure.worlds=100"], "sure.worlds: must be a power of two"),
        (["precision=0.9"], "sure.precision: must be less than 0.5, got 0.9"),
        (["precision.on_time_share=0.01"], "precision: sure takes a half-width of the probability"),
        (["sure.fails_below=2"], "sure.fails_below: must be at most carries_above = 1.6, got 2"),
        (["sure.widths=[3]"], "must be at most 2, got 3"),
        (["replications=1"], "replications: must be at least 2, because two replications of a world show the noise"),
    ],
)
def test_mistakes_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    is_refused(capsys, tmp_path / "runs", ["sure", *words], message)


def test_words_mean_what_they_say() -> None:
    designs, keys = parse(Arguments("sure", ("scenario=liege_30k", "demand=permit", "precision=0.05")))
    assert [(design.label, design.hub.demand.flights_per_day) for design in designs] == [("liege_30k", 11)]
    assert keys.sure.precision == 0.05 and keys.sure.n_worlds == 1024
    designs, keys = parse(Arguments("sure"))
    assert len(designs) == 8 and keys.sure.n_worlds == 256
    designs, _ = parse(Arguments("sure", ("scenario=express_night_hub",)))
    assert [design.hub.demand.name for design in designs] == ["express_night"]
    designs, _ = parse(Arguments("sure", ("designs=[liege_30k, liege_30k halls.main.doors_out=26]",)))
    assert len(designs) == 2


@pytest.mark.parametrize(
    "words", [["liege_30k"], ["liege_30k", "trade=goods", "exposure=ledger"], ["customs_today", "trade=goods"]]
)
def test_numbers_left_out_move_no_parcel(words: list[str]) -> None:
    hub = load(*words, *SMALL)
    worlds = Worlds.of([row for row in assumptions_of(hub) if row.name.startswith(ACCOUNTS)])
    assert len(worlds.names) > 12
    left = simulate(hub, 0)
    for end in (0.02, 0.98):
        changed = worlds.hub(hub, worlds.values(np.full((1, len(worlds.names)), end))[0])
        assert changed != hub
        moved = simulate(changed, 0)
        for table in ("flights", "ulds", "trains", "trucks", "collections", "out_ulds", "customs", "stages", "flows"):
            for name, column in left.tables[table].items():
                np.testing.assert_array_equal(moved.tables[table][name], column)
        assert all(moved.kpis[name] == left.kpis[name] for name in ("on_time_share", "dwell_mean_h"))


def test_the_spread_of_loads_varies_from_none_on() -> None:
    low, base, high = ranges_of(load("liege_30k"), None)["demand.load.spread"]
    assert low == pytest.approx(0, abs=1e-5) and base == 0 and high == pytest.approx(0.15, rel=1e-3)


def test_a_kpi_that_does_not_vary_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys) -> None:
    monkeypatch.setattr(sure, "margin", lambda _: 1.0)
    monkeypatch.setattr("experiments.studies.sure.worlds.Screened.ratio", lambda *_: 1.0)
    assert "on_time_share: does not vary over the worlds" in refused(capsys, "sure", *FEW, "--quiet", "--out", tmp_path)


def test_scaled_values_are_minus_one_and_one_at_the_ends_and_name_the_configured_world() -> None:
    hub = load("liege_30k")
    ranges = ranges_of(hub, None)
    worlds = Screened.of(hub, None, n=16, seed=1)
    z = scaled(worlds.values, ranges)
    assert z.shape == (16, len(ranges)) and np.abs(z).max() <= 1 + 1e-3
    wide = scaled(Screened.of(hub, None, n=16, seed=1, width=1.5).values, ranges)
    assert np.abs(wide).max() > 1
    # In the configured world the hub is the configured one.
    base = Worlds.of(assumptions_of(hub)).hub(hub, np.array([one for _, one, _ in ranges.values()]))
    assert base == hub
    at = configured(ranges)
    for z_of, (name, bounds) in zip(at, ranges.items(), strict=True):
        assert unscaled(float(z_of), bounds) == pytest.approx(bounds[1]) or bounds[0] == bounds[2], name


def test_designs_have_the_same_worlds_and_a_tighter_one_never_has_a_better_screen() -> None:
    hub = load("liege_30k", "demand=permit")
    designs = [Design("half", load("liege_30k", "demand=permit", "demand.flights_per_day=5.5")), Design("whole", hub)]
    bench = SimpleNamespace(computed=lambda name, shape, compute: compute())
    sample = Screened.of(hub, None, n=16, seed=1).sample(bench, designs, ranges_of(hub, None))
    assert (sample.screen[0] > 1.5 * sample.screen[1]).all()


def test_a_run_whose_ranges_changed_since_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    words = Arguments("sure", tuple(FEW))
    designs, keys = parse(words)
    monkeypatch.setattr(sure, "ranges_of", lambda *_: {**keys.sure.ranges, "sorting.efficiency": (0.1, 0.2, 0.3)})
    with pytest.raises(Exception, match=r"sure.ranges.sorting.efficiency: was .*, is now .*; run it again"):
        sure.check_ranges(sure.Request(designs, keys, words), keys.sure.question.kept)


def test_flights_a_day_that_are_typed_take_the_place_of_the_demands() -> None:
    designs, _ = parse(Arguments("sure", ("scenario=liege_30k", "demand.flights_per_day=3")))
    assert [(design.label, design.hub.demand.flights_per_day) for design in designs] == [("liege_30k", 3)]


def test_the_least_margin_is_that_of_the_verdict_elsewhere() -> None:
    assert sure.margin(0.95) == 0 and sure.margin(0.94) < 0 < sure.margin(0.96)
    assert np.isfinite([sure.margin(0.0), sure.margin(1.0)]).all()


@pytest.fixture(scope="module")
def result() -> Result:
    """Two designs of M/M/c, as if their numbers were those of a hub."""
    worlds = theory.sample(128, 1)
    known = explored(worlds, Effort(60, None, 4, fails_below=1.0, holds_above=1.9), theory.ask_of(worlds))
    ranges = {"demand.flights_per_day": (2.0, 3.0, 4.0), "packout.parcels_per_post_h": (80.0, 100.0, 120.0),
              "customs.late_data_share": (0.0, 0.1, 0.2)}  # fmt: skip
    keys = parse(Arguments("sure", ("scenario=liege_30k", "demand=today")))[1]
    hub = load("liege_30k")
    answered = [
        Answered(Design(f"{servers} servers", hub), known.share(at), {0.5: known.share(at)}, decided(known, at))
        for at, servers in enumerate(theory.SERVERS)
    ]
    drawn_worlds = SimpleNamespace(refused=Counter())
    called = tuple(map(Name.of, ranges))
    return Result(replace(keys, sure=replace(keys.sure, ranges=ranges)), known, tuple(answered), drawn_worlds, called)


def test_a_design_is_compared_with_the_first_of_the_same_traffic(result: Result) -> None:
    (pair,) = result.pairs
    fewer, more = (answer.design.label for answer in result.answered)
    assert (pair.scenario, pair.baseline) == (more, fewer)
    assert pair.only_other.mean < 0.02 < pair.only_this.low
    shown = document(result)
    assert shown.data["pairs"][0]["only_this"]["mean"] == pair.only_this.mean
    assert any(grid.header == ("design", "compared with", "only it carries", "only the other") for grid in shown.grids)
    busier = replace(result.answered[1].design.hub.demand, flights_per_day=9.0)
    other = replace(result.answered[1], design=Design("busier", replace(load("liege_30k"), demand=busier)))
    assert replace(result, answered=(result.answered[0], other)).pairs == []
    share = replace(result.answered[1].share, interval=Interval(0.001, 0.0, 0.01, 8))
    (pair,) = replace(result, answered=(result.answered[0], replace(result.answered[1], share=share))).pairs
    assert pair.only_this.mean == 0.001, "never more than the share in which it carries"


def test_the_on_time_share_over_worlds_has_one_interval_of_two_parts(result: Result) -> None:
    kpis = {run: [{"on_time_share": 1 / (1 + np.exp(-margin))} for margin in answer.margins]
            for run, answer in result.known.answers.items()}  # fmt: skip
    named = replace(result.keys, sure=replace(result.keys.sure, kpis=("on_time_share",)))
    shown = document(replace(result, keys=named, kpis=kpis))
    fewer, more = shown.data["on_time_share"].values()
    assert fewer["mean"] < more["mean"] and 0 <= fewer["low"] < fewer["mean"] < fewer["high"] <= 1
    assert shown.data["scenarios"]["4 servers"]["kpis"]["on_time_share"] == {
        key: value for key, value in more.items() if key != "worlds"
    }
    assert more["input_share"] + more["sampling_share"] == pytest.approx(1)
    assert any(line.startswith("4 servers: on-time share ") for line in shown.sentences)
    # Worlds that are clear by the screen are few of those simulated, and count as many as they are.
    plain = np.mean([run[0]["on_time_share"] for (design, _), run in kpis.items() if design == 1])
    assert abs(plain - more["mean"]) > 0.01


def test_a_design_with_a_file_is_called_by_its_flights(result: Result, tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("flight,sibt\n" + "".join(f"F{n},2022-09-0{n} 10:00\n" for n in range(5, 8)))
    hub = load("liege_30k", "arrivals=file", f"arrivals.schedule={tmp_path / 'own.csv'}")
    assert replace(result.answered[0], design=Design("own", hub)).called == "own (30,000 m², 0.4286 flights a day)"
    assert result.answered[0].called.endswith(" (30,000 m², 3.5 flights a day)")
    level = Design("own, 0.4286 flights a day", hub)
    assert replace(result.answered[0], design=level).called == "own, 0.4286 flights a day (30,000 m²)"


def test_a_surface_that_explains_little_names_no_value_at_which_the_answer_turns(result: Result) -> None:
    answer = result.answered[1]
    assert result.turns(answer, answer.deciding[0]) is not None
    surface = replace(answer.decided.surface, explained=0.49)
    poor = replace(result, answered=(replace(answer, decided=replace(answer.decided, surface=surface)),))
    assert poor.turns(poor.answered[0], answer.deciding[0]) is None
    assert not any("all else as configured" in line for line in sentences(poor))
    assert any("no value is named at which the answer turns" in line for line in warnings(poor))


def test_of_several_values_at_which_the_answer_turns_the_nearest_to_the_configured_one_is_named(result: Result) -> None:
    answer, ranges = result.answered[1], dict(result.keys.sure.ranges)
    ranges["demand.flights_per_day"] = (2.0, 3.6, 4.0)
    effect = next(effect for effect in answer.deciding if effect.number == 0)
    # Along the flights, at most 0 between -0.5 and 0.2 of half the range around 3: from 2.5 to 3.2 a day.
    curvature = np.zeros((3, 3))
    curvature[0, 0] = 100.0
    surface = replace(answer.decided.surface, constant=-10.0, slopes=np.array([30.0, 0.0, 0.0]), curvature=curvature)
    changed = replace(answer, decided=replace(answer.decided, surface=surface, effects=(effect,)))
    sure_keys = replace(result.keys, sure=replace(result.keys.sure, ranges=ranges))
    turning = replace(result, keys=sure_keys, answered=(changed,))
    assert turning.value(effect, turning.turns(changed, effect)) == pytest.approx(3.2, abs=0.01)
    assert any(
        "it fails with demand: flights a day below about 3.19 (configured 3.6" in line for line in sentences(turning)
    )


def test_sentences_name_what_decides_where_the_answer_turns_and_what_to_measure(result: Result) -> None:
    lines = [*sentences(result)]
    share = result.answered[1].share.interval.mean
    assert any(
        line.startswith(f"4 servers (30,000 m², 3.5 flights a day) carries its traffic in {100 * share:.1f} % (")
        for line in lines
    )
    decided_by = next(line for line in lines if line.startswith("4 servers: decided by"))
    assert decided_by.startswith("4 servers: decided by demand: flights a day (")
    assert "customs: late data" not in decided_by
    first = result.answered[1].deciding[0]
    unsure = replace(first, first=replace(first.first, low=0.0))
    decided = replace(result.answered[1].decided, effects=(unsure, *result.answered[1].decided.effects[1:]))
    answer = sentences(replace(result, answered=(result.answered[0], replace(result.answered[1], decided=decided))))
    assert any(line.startswith("4 servers: decided by demand: flights a day (only with others)") for line in answer)
    turns = next(line for line in lines if line.startswith("4 servers, all else as configured"))
    # About there, from 60 runs. In closed form: where the mean wait is the target, at the middle rate of service.
    above = float(turns.partition("it fails with demand: flights a day above about ")[2].partition(" ")[0])
    scaled_rates = np.linspace(-1, 1, 401)
    waits = [theory.wait(4, 2.4 * (1 + 0.3 * z), 1.0) for z in scaled_rates]
    exact = 3 + scaled_rates[np.searchsorted(waits, theory.TARGET)]
    assert above == pytest.approx(exact, abs=0.25)
    assert "pack-out: parcels per post and hour below about" in turns
    measured = [line for line in lines if "observations lower the probability of a wrong decision" in line]
    assert all("measure demand: flights a day first" in line for line in measured)
    assert lines[-1].startswith("Precision reached: ±")


def test_a_number_of_which_it_is_not_sure_that_knowing_it_helps_is_not_to_be_measured_first(result: Result) -> None:
    answer = result.answered[1]
    effects = tuple(
        replace(effect, information=replace(effect.information, low=0.0)) for effect in answer.decided.effects
    )
    unsure = replace(answer, decided=replace(answer.decided, effects=effects))
    shown = document(replace(result, answered=(result.answered[0], unsure)))
    assert shown.data["scenarios"]["4 servers"]["measure_first"] is None
    (line,) = (line for line in shown.sentences if line.startswith("4 servers: it is not sure that knowing any number"))
    assert "demand: flights a day: " in line and "% (0–" in line
    same = OnTimeRow("one", Interval(0.0, None, None, 7), math.nan, math.nan, 7).sentence
    assert "0 % over the assumed worlds. The 7 simulated worlds do not differ" in same


@pytest.mark.parametrize("base", [0, 1])
def test_a_choice_is_found_out_and_not_observed_many_times(result: Result, base: int) -> None:
    called, ranges = list(result.called), dict(result.keys.sure.ranges)
    answer = result.answered[1]
    best = result.measure(answer)
    assert best is not None and best.n
    called[best.number] = Name.of("roster.name", "roster", options=("follows_work", "three_shifts", "round_the_clock"))
    ranges[result.names[best.number]] = (0.0, base, 2.0)
    keys = replace(result.keys, sure=replace(result.keys.sure, ranges=ranges))
    surely = replace(best.avoided, low=0.01)
    effects = [
        replace(each, information=surely) if each.number == best.number else each for each in answer.decided.effects
    ]
    sure_of = replace(answer, decided=replace(answer.decided, effects=tuple(effects)))
    shown = document(replace(result, keys=keys, called=tuple(called), answered=(result.answered[0], sure_of)))
    assert shown.data["scenarios"]["4 servers"]["measure_first"]["observations"] is None
    assert any(line.startswith("4 servers: find out roster first. Knowing it lowers") for line in shown.sentences)


@pytest.mark.drawn
def test_the_page_has_bars_a_tornado_and_a_map_of_what_decides(result: Result) -> None:
    with style.look():
        pictures = list(document(result).pictures())
    assert [picture.name for picture in pictures] == ["shares", "tornado", "map"]
    assert all(picture.svg.startswith(b"<?xml") for picture in pictures)


def test_a_white_dot_in_a_tornado_marks_a_number_that_may_have_no_effect_alone() -> None:
    panel = Bars("hub", ("a", "b"), ((10.0, 90.0), (40.0, 60.0)), 50.0, frozenset({1}))
    axes = tornado([panel], "share, %").axes[0]
    dots = [line.get_xydata().tolist() for line in axes.lines if line.get_color() == "white"]
    assert dots == [[[40.0, 1.0], [60.0, 1.0]]]


def test_a_precision_takes_as_many_worlds_as_it_needs() -> None:
    plain = {"question": Question.RUN, "flights": (), "budget": 150, "most": 4000,
             "fails_below": 0.85, "carries_above": 1.6, "kpis": (), "widths": (), "scatter": 0.5,
             "ranges": {}}  # fmt: skip
    assert [Sure(worlds=None, precision=width, **plain).n_worlds for width in (None, 0.2, 0.05, 0.03)] == [
        256, 256, 1024, 4096
    ]  # fmt: skip
