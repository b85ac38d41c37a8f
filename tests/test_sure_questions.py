"""The verb sure: what halls carry and which path is worth most, over worlds; resumed, and refused, as all studies."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from interruptions import cut_off
from mistakes import is_refused
from stored_runs import TINY, tables_of
from test_expansion import FEW as PATHS
from test_expansion import PACKAGED, kpis_of
from test_sure import FEW

from experiments.arguments import Arguments
from experiments.assumptions.drawn import Drawn
from experiments.composition import load
from experiments.designs.design import Design
from experiments.designs.varying import changed
from experiments.frame.study import Request
from experiments.main import main
from experiments.money.accounts import Rostered
from experiments.report.sections import sentence_of
from experiments.statistics import Interval
from experiments.statistics.choosing import Chosen
from experiments.statistics.share_of_worlds import sobol_points
from experiments.studies.expansion import in_worlds
from experiments.studies.expansion.carried_over import Week, carried_over
from experiments.studies.expansion.curves import week_indices
from experiments.studies.expansion.design import ExpansionKeys, composed_of
from experiments.studies.expansion.futures import futures_of
from experiments.studies.expansion.hubs import flights_at
from experiments.studies.sure import parse, paths
from experiments.studies.sure.carried import CarriedRow, carried_rows, objects, sentence
from experiments.studies.sure.design import Question
from experiments.studies.sure.page import opening
from experiments.studies.sure.paths_page import bars, document
from sim.errors import ConfigError
from sim.inputs.traffic import daily_parcels
from sim.measures.kpis import KPIS
from sim.measures.ladder import capacity_ladder

SHIFT, SLOPE = 0.2, 0.5


@pytest.fixture(scope="module")
def chosen() -> Chosen:
    """Two options, one worth nothing, the other `SHIFT + z0 + SLOPE z1`; estimates that are wrong by 0.4 and more."""
    points = sobol_points(256, 3, 1)
    scaled = 2 * points - 1
    worth = SHIFT + scaled[:, 0] + SLOPE * scaled[:, 1]
    exact = np.column_stack([np.zeros(256), worth])
    guess = np.column_stack([np.zeros(256), worth - 0.4 - 0.3 * scaled[:, 0]])
    return Chosen.of(guess, {world: exact[world] for world in range(32)}, exact[:1].T, points, scaled)


def test_shares_and_worth_of_knowing_are_those_of_the_closed_form(chosen: Chosen) -> None:
    # The sum of two uniform numbers is positive in a trapezoid of the square.
    middle = (np.arange(2000) + 0.5) / 1000 - 1
    holds = np.clip((1 + SHIFT + SLOPE * middle) / 2, 0, 1).mean()
    share = chosen.shares()[1]
    assert share.interval.low <= holds <= share.interval.high and share.interval.half_width < 0.12
    # Without the correction the estimate is far outside.
    guess = chosen.corrected - chosen.shift - chosen.scaled @ chosen.slopes
    assert np.mean(guess[:, 1] > 0) < share.interval.low - 0.05
    assert chosen.mean(1).mean == pytest.approx(SHIFT, abs=0.02)
    # By pairs: over nothing it leads by what it is worth, surely; over itself by nothing.
    assert chosen.best == 1 and chosen.lead(0) == chosen.mean(1) and chosen.lead(0).low > 0
    assert chosen.lead(1).bounds == (0, 0)
    # Knowing z0: E max(0, SHIFT + z0) − SHIFT, of a uniform number; knowing z1 likewise, of a narrower one.
    worths = {own.number: own.worth for own in chosen.worths()}
    exact = [(width + SHIFT) ** 2 / (4 * width) - SHIFT for width in (1, SLOPE)]
    for number, value in enumerate([*exact, 0.0]):
        assert worths[number].mean == pytest.approx(value, abs=0.02)
        assert worths[number].low - 0.01 <= value <= worths[number].high + 0.01
        assert worths[number].high - worths[number].low < 0.1
    assert chosen.deciding(1, 0.05) == [0, 1]
    swings = {own.number: own.high - own.low for own in chosen.swings(1)}
    assert swings[0] == pytest.approx(2, abs=0.2) and swings[1] == pytest.approx(2 * SLOPE, abs=0.2)
    called = [SimpleNamespace(text=f"number {n}") for n in range(chosen.scaled.shape[1])]
    result = SimpleNamespace(chosen=chosen, swings=[[], chosen.swings(1)], called=called, paths=["stay", "grow"])
    panel = bars(result, 1)
    assert {panel.names[row] for row in panel.unsure} == {*panel.names} - {"number 0", "number 1"}, "only two act"


def test_equal_options_are_best_in_the_same_worlds_in_any_order(chosen: Chosen) -> None:
    guess = chosen.corrected - chosen.shift - chosen.scaled @ chosen.slopes
    of_two = [share.interval for share in chosen.shares()]
    for order in ([0, 1, 1], [1, 0, 1]):
        exact = {world: worth[order] for world, worth in chosen.simulated.items()}
        found = Chosen.of(guess[:, order], exact, exact[0][:, None], chosen.points, chosen.scaled).shares()
        assert [share.interval.mean for share in found] == pytest.approx([of_two[option].mean for option in order])


def test_errors_that_are_large_make_the_interval_wide() -> None:
    points = sobol_points(64, 2, 1)
    rng = np.random.default_rng(1)
    exact = np.column_stack([np.zeros(64), rng.normal(size=64)])
    blind = Chosen.of(np.zeros((64, 2)), {world: exact[world] for world in range(8)}, exact[:1].T, points, points)
    assert blind.shares()[1].interval.half_width > 0.2
    assert 0 < blind.wrong < 8
    with pytest.raises(ValueError, match="at least 3 simulated, got 2"):
        Chosen.of(np.zeros((64, 2)), {0: exact[0], 1: exact[1]}, exact[:1].T, points, points)


def test_what_a_hall_carries_is_read_off_the_shares_of_its_levels() -> None:
    def level(flights: float, *share: float) -> SimpleNamespace:
        hub = load("liege_30k", f"demand.flights_per_day={flights}")
        design = SimpleNamespace(label=f"hall, {flights:g} flights a day", hub=hub)
        return SimpleNamespace(design=design, share=SimpleNamespace(interval=Interval(*share, 9)))

    levels = [level(2, 0.8, 0.7, 0.95), level(4, 0.4, 0.3, 0.5), level(6, 0.2, 0.05, 0.3)]
    keys = SimpleNamespace(sure=SimpleNamespace(question=Question.CAPACITY))
    result = SimpleNamespace(answered=levels, keys=keys)
    nine, half, tenth = carried_rows(result)
    # Between nothing, which is always carried, and 2 flights; between 2 and 4; more than 6, but for the low end.
    assert (nine.flights, nine.low, nine.high) == pytest.approx((1.0, 2 / 3, 2 + 2 * 0.05 / 0.45))
    assert "below the lowest, from no flights" in sentence_of("halls_carry")
    assert half == CarriedRow("hall", 0.5, pytest.approx(3.5), pytest.approx(3.0), pytest.approx(4.0))
    assert np.isnan(tenth.flights) and tenth.low == pytest.approx(4 + 2 * 0.2 / 0.25)
    assert objects(result)["hall"][2]["flights_per_day"] is None
    assert sentence(result, "hall").startswith(
        "hall (30,000 m²) carries at least 1.00 (0.67 to 2.22) flights a day in 90 %"
    )
    assert [*opening(result)] == [sentence(result, "hall")], "the answer comes first"
    # A share that stays exactly what is asked for from one level to the next reaches the next.
    result.answered = [level(2, 0.9, 0.9, 0.9), level(4, 0.5, 0.5, 0.9), level(6, 0.5, 0.2, 0.9)]
    nine, half, _ = carried_rows(result)
    assert (nine.flights, nine.high, half.flights, half.low) == (2, 6, 6, 4)


def test_a_number_that_does_nothing_is_not_worth_knowing_beyond_chance(chosen: Chosen) -> None:
    beyond = {worth.number: worth.is_beyond_chance for worth in chosen.worths()}
    assert beyond == {0: True, 1: True, 2: False}


def _week(*words: str) -> Week:
    hub = load("liege_30k", "demand=today", *words)
    return Week(Rostered(hub), {**dict.fromkeys(KPIS, 1.0), "parcels_per_day": daily_parcels(hub)})


def _carried(*words: str) -> dict[str, float]:
    return carried_over(_week(), _week(*words).rostered)


def test_flows_are_carried_over_by_the_parcels_and_no_further_than_the_tightest_resource() -> None:
    week = _week()
    parcels = week.kpis["parcels_per_day"]
    assert carried_over(week, week.rostered) == pytest.approx(week.kpis)
    more = _carried("exports.share=0.26")
    assert (more["trucks_per_day"], more["staff_h_per_day_packout"]) == (1, 1)
    times = (0.26 / 0.74) / (0.2 / 0.8)
    assert (more["exports_per_day"], more["staff_h_per_day_screening"]) == pytest.approx((times, times))
    busy = _carried("demand.flights_per_day=10.5")
    hub = load("liege_30k", "demand=today", "demand.flights_per_day=10.5")
    tightest = min(rung.parcels_per_day for rung in capacity_ladder(hub, {}).values() if rung.needed_by == 1)
    assert parcels < tightest < 3 * parcels
    assert busy["parcels_per_day"] == pytest.approx(tightest)
    assert busy["trucks_per_day"] == pytest.approx(tightest / parcels)
    assert busy["late_parcels_per_day"] == pytest.approx(3 * parcels), "all wait for more than the promise"


def test_parcels_wait_for_a_full_resource_only_if_they_need_it() -> None:
    """A fifth does, at a load of 1.1: each day they wait 2.4 h more, from the first day of two of warm-up on.

    They stay for 1 h otherwise, and 24 h are promised: on time until day 9.6 of 22.
    """
    words = ("demand=today", "warmup_days=2", "horizon_days=20", "parcels.non_conveyable_share=0.2")
    hub = load("liege_30k", *words)
    parcels, rung = daily_parcels(hub), capacity_ladder(hub, {})["manual_sort_posts"].parcels_per_day

    def at(load_of_posts: float) -> Rostered:
        rate = 200 * parcels / rung / load_of_posts
        return Rostered(load("liege_30k", *words, f"manual_sort.parcels_per_post_h={rate!r}"))

    carried = carried_over(Week(at(0.5), dict.fromkeys(KPIS, 1.0)), at(1.1))
    late = 0.2 * (22 - 23 / 2.4) / 20 * parcels
    assert carried["parcels_per_day"] == pytest.approx(0.8 + 0.2 / 1.1)
    assert carried["late_parcels_per_day"] == pytest.approx(1 + late)


def test_trucks_and_hours_worked_are_carried_over_by_their_size_and_by_the_work() -> None:
    small = _carried("outbound.trailer.parcels=3960", "exports.collections.parcels=2000")
    assert (small["trucks_per_day"], small["truck_km_per_day"]) == pytest.approx((2, 2))
    far = _carried("lanes.ES.km=3300")  # a fifth of the parcels, of a mean of 845.92 km
    assert (far["trucks_per_day"], far["truck_km_per_day"]) == pytest.approx((1, 1 + 0.2 * 1650 / 845.92))
    slow = _carried("manual_sort.parcels_per_post_h=160", "exports.screened_per_line_h=900")
    assert slow["staff_h_per_day_manual_sort"] == pytest.approx(1.25)
    assert (slow["staff_h_per_day_screening"], slow["staff_h_per_day_packout"]) == pytest.approx((2, 1))


def test_exports_wait_for_their_own_resources_alone() -> None:
    """At a load of 2 they wait a day longer each day: all are late after two days, before the first measured one."""
    hub, parcels = _week().rostered.config, _week().kpis["parcels_per_day"]
    lines = capacity_ladder(hub, {})["screening_lines"].parcels_per_day
    half = _carried(f"exports.screened_per_line_h={1800 * parcels / lines / 2}")
    assert (half["parcels_per_day"], half["late_parcels_per_day"]) == pytest.approx((parcels, 1))
    assert (half["exports_per_day"], half["late_exports_per_day"]) == pytest.approx((0.5, parcels * 0.25))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["question=expand"], "question: 'expand' is not a question; did you mean 'expansion'?"),
        (["scenario=liege_30k", "demand=today", "arrivals.cancelled_share=1"], "liege_30k: no flight comes in the"),
        (["scenario=liege_30k", "demand=today", "flights=[2,3]"], "sure.flights: of question=capacity"),
        (["question=capacity", "flights=[3,2]"], "sure.flights: each must be above the previous one, got 3.0, 2.0"),
        (["question=expansion", "sure.budget=100"], "sure.budget: must be at least"),
        (["question=expansion", "scenarios=[liege_30k]"], "leave scenarios, demands, flights, precision and kpis out"),
    ],
)
def test_a_question_that_cannot_be_asked_is_one_line(tmp_path: Path, capsys, words: list[str], message: str) -> None:
    is_refused(capsys, tmp_path / "runs", ["sure", *words], message)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ("sorting.efficiency: {assumption: mine, low: 0.9, high: 0.95}", "sorting.efficiency: value 0.85 is below low"),
        (
            "sorting.efficiency: {assumption: mine, low: 0.9, high: 0.7}",
            "sorting.efficiency: low = 0.9 is above high = 0.7",
        ),
        (
            """
correlations:
- {correlation: 0.9, keys: [sorting.efficiency, packout.spread]}
- {correlation: 0.9, keys: [packout.spread, breakdown.uld_min]}
- {correlation: -0.9, keys: [breakdown.uld_min, sorting.efficiency]}
""",
            "correlations: no distribution has those of",
        ),
    ],
)
def test_ranges_that_cannot_be_are_one_line(tmp_path: Path, capsys, entries: str, message: str) -> None:
    folder = tmp_path / "mine" / "assumptions"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text(entries)
    is_refused(capsys, tmp_path / "runs", ["sure", *FEW, "--config-dir", str(tmp_path / "mine")], message)


def test_an_interrupted_study_goes_on_and_ends_as_an_undisturbed_one(tmp_path: Path, capsys) -> None:
    words = ["sure", "scenario=liege_30k", "demand=today", "demand.flights_per_day=2", "exports=none",
             "halls.main.packout_posts=0", "sure.worlds=16", "sure.budget=8", "sure.widths=[]"]  # fmt: skip
    folder = cut_off(words, tmp_path / "cut", after=3)
    assert main(["resume", str(folder), "workers=1", "--quiet"]) == 0
    assert main([*words, *TINY, "--out", str(tmp_path / "whole")]) == 0
    (whole,) = (tmp_path / "whole").iterdir()
    tables = tables_of(whole)
    assert tables_of(folder) == tables and {"tables/worlds.parquet", "tables/probabilities.parquet"} <= tables.keys()


def test_loads_of_a_world_reach_down_to_its_quietest_week() -> None:
    left_out = [f"~expansion.paths.{name}" for name in (*PACKAGED, *PATHS) if name != "stay_30k"]
    (base, *hubs), keys = parse(Arguments("sure", ("question=expansion", *left_out)))
    quiet = replace(base.hub, demand=replace(base.hub.demand, flights_per_day=0.4))
    assert in_worlds._holding(keys.expansion, base.hub, hubs) == keys.expansion.loads
    lowest, *_, last = in_worlds._holding(keys.expansion, quiet, hubs)
    assert lowest < keys.expansion.loads[0] and last == keys.expansion.loads[-1]
    demand = futures_of(keys.expansion, quiet).demand.min() * week_indices(base.hub.arrivals.month_index).min()
    assert lowest < demand / flights_at(hubs[0].hub, 1.0) < 1.01 * lowest


def test_loads_of_a_world_reach_down_to_a_large_hub_whose_slots_are_still_those_of_a_small_one_or_capped() -> None:
    left_out = [f"~expansion.paths.{name}" for name in (*PACKAGED, *PATHS) if name != "stay_30k"]
    (base, *hubs), keys = parse(Arguments("sure", ("question=expansion", *left_out)))
    larger = changed(hubs[0].hub, {"halls.main.machine_rated_per_h": 2 * hubs[0].hub.halls["main"].machine_rated_per_h})
    busy = replace(base.hub, demand=replace(base.hub.demand, flights_per_day=50.0))
    own = replace(keys.expansion, loads=(0.6, 0.8))
    quiet, full = week_indices(base.hub.arrivals.month_index).min(), flights_at(hubs[0].hub, 1.0)
    lowest, _ = in_worlds._holding(own, busy, [*hubs, Design("larger", larger)])
    assert lowest < own.accept_load * full * quiet / (2 * full) < 1.01 * lowest
    caps = {name: replace(result, most_flights_per_day=2.0) for name, result in own.stages["permit"].results.items()}
    own = replace(own, stages={**own.stages, "permit": replace(own.stages["permit"], results=caps)})
    lowest, _ = in_worlds._holding(own, busy, [*hubs, Design("larger", larger)])
    assert lowest < 2 * quiet / (2 * full) < 1.01 * lowest


def test_worlds_in_which_no_hub_can_be_are_left_out_and_named() -> None:
    left_out = [f"~expansion.paths.{name}" for name in (*PACKAGED, *PATHS) if name != "stay_30k"]
    (base, *hubs), keys = parse(Arguments("sure", ("question=expansion", *left_out)))
    drawn = Drawn.of(composed_of(base.hub, keys.expansion), None, n=2, seed=1, kept=in_worlds.KEPT)
    own = ExpansionKeys(keys.replications, keys.workers, keys.execution, keys.expansion)
    drawn.values[0, drawn.worlds.names.index("demand.hub_share.supposed")] = 0.005
    some = in_worlds.InWorlds.of(drawn, base.hub, hubs, own)
    assert len(some.paths) == 1 and (some.drawn.values == drawn.values[1:]).all()
    assert some.numbers == (1,)
    others = in_worlds.left_out(drawn, np.array([False, True]), 1.0, base.hub, hubs, own)
    assert "Of 2 worlds with ranges 1 times as wide as configured, 1 are left out" in others
    assert "a parcel, which must be below parcels.heaviest_kg" in others
    with pytest.raises(ConfigError, match="possible in none of 1 worlds: demand"):
        in_worlds.InWorlds.of(drawn.some([0]), base.hub, hubs, own)


@pytest.mark.slow
def test_paths_are_valued_in_every_world_and_the_error_of_scaled_flows_is_seen() -> None:
    left_out = [f"~expansion.paths.{name}" for name in (*PACKAGED, *PATHS) if name not in ("stay_30k", PATHS[1])]
    words = ("question=expansion", "sure.worlds=16", "sure.budget=140", "expansion.years=8", *left_out)
    arguments = Arguments("sure", words)
    designs, keys = parse(arguments)
    assert "expansion.paths.*.phases.*.learning.fields.*" not in keys.sure.ranges
    assert {"cost.labour.wage_eur_per_h", "expansion.accept_load", "sorting.efficiency"} <= keys.sure.ranges.keys()

    class Bench:
        def __init__(self) -> None:
            self.done = {}

        def say(self, line: str) -> None:
            pass

        def computed(self, name, shape, compute):
            return compute().reshape(shape)

        def evaluated(self, designs, n):
            return self.answered([((one.label, at), None, (one.hub, at)) for one in designs for at in range(n)], None)

        def answered(self, tasks, line):
            self.done |= {key: kpis_of(hub, key[1] % 2) for key, _, (hub, _) in tasks}
            return self.done

    bench = Bench()
    result = paths.compute(bench, Request(designs, keys, arguments))
    content = document(result)
    shown = json.loads(json.dumps(content.data))["scenarios"]
    assert list(shown) == ["stay_30k", PATHS[1]]
    assert sum(own["probability"]["mean"] for own in shown.values()) == pytest.approx(1, abs=0.2)
    assert list(result.widths) == [0.5, 1.5]
    assert all(own["worlds"] == 16 and set(own) >= {"probability", "deciding", "npv"} for own in shown.values())
    assert len(result.chosen.simulated) >= 3 and result.n_runs == len(bench.done) <= 140
    lead = result.chosen.lead(1 - result.chosen.best)
    assert any("may be as high" in line for line in content.sentences) == (not lead.low > 0)
    # Hours do not follow the parcels in this hub: the error is there, and is told.
    assert np.abs(result.chosen.errors).max() > 1e6
    assert "net present values differ by" in content.sentences[-1]
