"""The verb decompose: Shapley's laws, the coalitions between two scenarios, and what it prints, writes and refuses."""

import itertools
import math
import pickle
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from answers import answer
from hypothesis import given
from hypothesis import strategies as st
from interruptions import interrupted, none_again
from mistakes import is_refused

from experiments.arguments import Arguments
from experiments.composition import load
from experiments.designs.design import Design
from experiments.designs.factors import OF_NOTHING, REST, game_of, squeezed
from experiments.main import main
from experiments.report.decompose_text import sentences, shown_alike
from experiments.report.figures.decompose_figure import Waterfall, draw
from experiments.statistics.shapley import decompose, shapley, shapley_fractions
from experiments.store import read_run
from experiments.studies.decompose import game_among, parse
from sim.errors import ConfigError
from sim.inputs.inputs import make_inputs
from sim.site.room import check_area

TINY = (
    "scenarios=[liege_30k,liege_66k]",
    "horizon_days=1",
    "warmup_days=0",
    "service_h=6",
    "exports=none",
    "halls.main.packout_posts=0",
    "demand.flights_per_day=2",
    "demand.parcels_per_flight=1000",
    "demand.net_t_per_flight=0.75",
    "replications=2",
    "workers=1",
    "--quiet",
)
FACTORS = {
    "floor": ["halls.*.area_m2"],
    "machines": ["halls.*.sorting_machines", "halls.*.breakdown_stations", "halls.*.packout_posts"],
}

finite = st.floats(-1e6, 1e6)
games = st.integers(1, 4).flatmap(lambda k: st.lists(finite, min_size=2**k, max_size=2**k))


def by_orders(values: list[float]) -> list[Fraction]:
    """The definition: the mean over all k! orders of what each change adds."""
    k = len(values).bit_length() - 1
    shares = [Fraction(0)] * k
    orders = list(itertools.permutations(range(k)))
    for order in orders:
        there = 0
        for i in order:
            shares[i] += Fraction(values[there | 1 << i]) - Fraction(values[there])
            there |= 1 << i
    return [share / len(orders) for share in shares]


@given(games)
def test_shares_are_the_mean_over_all_orders_and_add_up_to_the_gain(values: list[float]) -> None:
    shares = shapley_fractions(values)
    assert shares == by_orders(values)
    assert sum(shares) == Fraction(values[-1]) - Fraction(values[0])


@given(st.lists(finite, min_size=8, max_size=8))
def test_changes_that_add_the_same_have_the_same_share(values: list[float]) -> None:
    # Coalitions with changes 0 and 2 exchanged are worth the same.
    for at in range(8):
        mirrored = (at & 2) | (at & 1) << 2 | at >> 2
        values[max(at, mirrored)] = values[min(at, mirrored)]
    shares = shapley(values)
    assert shares[0] == shares[2]


@given(st.lists(finite, min_size=4, max_size=4))
def test_a_change_that_alters_nothing_has_exactly_nothing(values: list[float]) -> None:
    assert shapley([*values, *values])[2] == 0
    assert shapley([*values, *values])[:2] == shapley(values)


def test_the_glove_game_by_hand() -> None:
    # One left glove (change 0), two right ones: a pair is worth 1. Shares 4/6, 1/6, 1/6.
    worth = [0, 0, 0, 1, 0, 1, 0, 1]
    assert shapley_fractions([float(value) for value in worth]) == [Fraction(4, 6), Fraction(1, 6), Fraction(1, 6)]


def test_replications_have_shares_of_their_own_and_idle_changes_none() -> None:
    found = decompose([[0.0, 1.0, 2.0, 5.0], [0.0, 2.0, 3.0, 7.0]], ["a", "b"], ["c"])
    assert found.values == {"a": [2.0, 3.0], "b": [3.0, 4.0], "c": [0.0, 0.0]}
    assert found.shares["a"].share.mean == 2.5 and found.shares["a"].alone.mean == 1.5
    assert found.shares["a"].last.mean == 3.5
    assert (found.shares["c"].share.low, found.shares["c"].share.high) == (0.0, 0.0)
    assert sum(own.share.mean for own in found.shares.values()) == found.gain.mean
    assert found.largest == "b" and found.lead("b")["a"].mean == 1.0


def test_a_share_of_a_gain_stays_within_what_a_share_can_change_by() -> None:
    rows = [[0.0, 1.0, 0.2, 0.7], [1.0, 0.1, 0.2, 0.1]]
    found = decompose(rows, ["a", "b"], possible=(0.0, 1.0))
    assert decompose(rows, ["a", "b"]).gain.low < -1
    splits = [interval for own in found.shares.values() for interval in (own.share, own.alone, own.last)]
    assert all(-1 <= interval.low <= interval.high <= 1 for interval in (found.gain, *splits))
    assert all(0 <= interval.low <= interval.high <= 1 for interval in (found.start, found.end))


def test_values_that_are_not_finite_have_no_shares() -> None:
    assert all(math.isnan(share) for share in shapley([0.0, 1.0, math.inf, 2.0]))
    with pytest.raises(ValueError, match="2\\^k"):
        shapley([0.0, 1.0, 2.0])


def test_every_differing_field_is_in_one_factor_or_in_the_rest() -> None:
    start, end = Design("liege_30k", load("liege_30k")), Design("liege_66k", load("liege_66k"))
    game = game_of(start, end, FACTORS)
    assert game.fields["floor"] == ("halls.main.area_m2",)
    machines = {"sorting_machines", "breakdown_stations", "packout_posts"}
    assert set(game.fields["machines"]) == {f"halls.main.{name}" for name in machines}
    assert "apron.stands" in game.fields[REST] and "halls.main.doors_out" in game.fields[REST]
    assert game.coalitions[0].design is start and game.coalitions[-1].design is end
    assert [one.factors for one in game.coalitions[:4]] == [(), ("floor",), ("machines",), ("floor", "machines")]
    with_machines = game.coalitions[2].design.hub
    hall = with_machines.halls["main"]
    assert hall.sorting_machines == 4 and hall.area_m2 == 30_000
    assert hall.doors_out == start.hub.halls["main"].doors_out and with_machines.scenario == "liege_30k"
    assert len({one.design.label for one in game.coalitions}) == 8


def test_a_coalition_that_does_not_fit_says_so_and_is_the_same_hub_otherwise() -> None:
    start, end = Design("liege_30k", load("liege_30k")), Design("liege_66k", load("liege_66k"))
    game = game_of(start, end, FACTORS)
    machines = game.coalitions[2]
    assert [(lack.zone, lack.needed, lack.available) for lack in machines.lacks] == [
        ("breakdown", 26 * 200, 2400),
        ("sorting", pytest.approx(18_000), 9000),
        ("packout", 60 * 50, 1500),
    ]
    assert str(machines.lacks[0]) == "Break-down stations: 5,200 m² needed, 2,400 m² available"
    check_area(machines.design.hub)
    assert game.coalitions[1].lacks == () == game.coalitions[3].lacks
    # The net areas change nothing that is simulated: the site is that of the same hub in a hall that is large enough.
    closer = machines.design.hub
    hall = closer.halls["main"]
    # A quarter of a hall four times as large is as much floor.
    quarters = {zone: getattr(hall.zone_shares, zone) / 4 for zone in ("lanes", "customs", "export", "empty_ulds")}
    shares = replace(hall.zone_shares, **quarters)
    large = replace(hall, area_m2=4 * hall.area_m2, zone_shares=shares)
    one, other = (
        make_inputs(hub, 0).site for hub in (closer, replace(closer, space=start.hub.space, halls={"main": large}))
    )
    assert pickle.dumps(one) == pickle.dumps(other)


def test_fields_of_only_one_hub_belong_to_their_factor() -> None:
    fog = ("+disruption@disruptions.fog=fog_morning", "disruptions.fog.start='day 1 09:00'")
    start, end = Design("clear", load("liege_30k")), Design("foggy", load("liege_30k", *fog))
    for ends in ((start, end), (end, start)):
        game = game_of(*ends, {"fog": ["disruptions*"]})
        assert {"disruptions", "disruptions.fog.start"} < {*game.fields["fog"]} and len(game.coalitions) == 2


def test_a_hall_of_only_one_design_is_in_one_factor_or_refused() -> None:
    start, end = (Design(name, load(name)) for name in ("liege_30k", "liege_100k_complex"))
    for ends in ((start, end), (end, start)):
        with pytest.raises(ConfigError, match="choose two designs with the same halls") as caught:
            game_of(*ends, FACTORS)
        assert "liege_30k has main, and" in str(caught.value) or str(caught.value).count("has main;") == 1
        assert len(game_of(*ends, {"halls": ["halls"]}).coalitions) == 4


def test_how_zone_shares_were_found_is_no_factor() -> None:
    start = Design("a", load("liege_30k", "halls.main.doors_out=34", "fit=auto"))
    end = Design("b", load("liege_30k", "halls.main.doors_out=36", "fit=auto"))
    assert start.hub.fitted != end.hub.fitted
    assert game_of(start, end, {"doors": ["halls.*"]}).fields.keys() == {"doors"}
    keys = parse(Arguments("decompose", ()))[1]
    keys = replace(keys, scenarios=("a", "b"), decompose=replace(keys.decompose, factors={"doors": ("halls.*",)}))
    older = game_of(start, end, keys.decompose.factors, OF_NOTHING[:1])
    assert older.fields.keys() == {"doors", REST}
    assert game_among(older.designs, keys) == older, "a run of an older version is shown"


def test_a_factor_whose_fields_do_not_differ_is_idle() -> None:
    start, end = Design("liege_30k", load("liege_30k")), Design("liege_66k", load("liege_66k"))
    game = game_of(start, end, {**FACTORS, "trucks": ["outbound"]})
    assert game.idle == ("trucks",)
    assert len(game.coalitions) == 8


@pytest.mark.parametrize("scenarios", ["liege_30k,liege_100k", "liege_30k,liege_66k", "liege_66k,liege_66k_5_machines"])
def test_every_coalition_of_the_packaged_factors_between_stages_can_be(scenarios: str) -> None:
    game = game_among(*parse(Arguments("decompose", (f"scenarios=[{scenarios}]", "demand=permit"))))
    assert REST not in game.fields


@pytest.mark.parametrize(
    ("factors", "message"),
    [
        ({"floor": ["halls.*.aera_m2"]}, "'halls.*.aera_m2' is not a field of the hub"),
        ({"floor": ["halls.*.area_m2"], "all": ["halls"]}, "halls.main.area_m2 is in two factors, floor and all"),
        ({"rest": ["halls"]}, "this name is reserved for fields in no factor"),
        ({"machines": ["halls.*.sorting_machines"], "stations": ["halls.*.breakdown_stations"]}, "cannot be: "),
    ],
)
def test_factors_that_cannot_be_are_named(factors: dict[str, list[str]], message: str) -> None:
    end = load("liege_66k", "halls.main.sorting_machines=4", "halls.main.breakdown_stations=26")
    start = load("liege_30k", "halls.main.breakdown_stations=3")
    with pytest.raises(ConfigError) as caught:
        game_of(Design("a", start), Design("b", end), factors)
    assert message in str(caught.value)


@pytest.mark.drawn
def test_decompose_from_words_to_tables_on_after_an_interrupt_and_again(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, is_slow: bool
) -> None:
    words = ["decompose", *TINY, "decompose.kpis=[on_time_share,dwell_mean_h]"]
    words += ["~decompose.factors.people", "~decompose.factors.doors"]
    kept = interrupted([*words, "--out", str(tmp_path)], after=7)
    capsys.readouterr()
    with none_again(kept):
        document = answer(capsys, *words, "--out", str(tmp_path))
    stored = read_run(document["run_dir"]).tables
    assert len(document["coalitions"]) == 8 == len(stored["coalitions"])
    for kpi in document["kpis"]:
        own = document["kpis"][kpi]
        shares = {name: one["share"]["mean"] for name, one in own["factors"].items()}
        assert list(shares) == ["floor", "machines", REST]
        assert sum(shares.values()) == pytest.approx(own["gain"]["mean"], abs=1e-12)
        assert own["gain"]["mean"] == pytest.approx(own["to"]["mean"] - own["from"]["mean"])
        table = stored["decomposition"][stored["decomposition"]["kpi"] == kpi]
        assert dict(zip(table["factor"], table["share"], strict=True)) == shares
        of = {name: one["kpis"][kpi]["mean"] for name, one in document["coalitions"].items()}
        (machines,) = table[table["factor"] == "machines"].to_dict("records")
        assert machines["alone"] == pytest.approx(of["liege_30k + machines"] - own["from"]["mean"])
        assert machines["last"] == pytest.approx(own["to"]["mean"] - of[f"liege_30k + floor + {REST}"])
    n_unfit = sum(bool(each["lacks"]) for each in document["coalitions"].values())
    assert any(f"{n_unfit} of 8 combinations of factors do not fit" in line for line in document["warnings"])
    assert document["coalitions"]["liege_30k + machines"]["lacks"]
    assert (Path(document["run_dir"]) / "figures" / "decompose.svg").read_text().startswith("<?xml")
    assert answer(capsys, *words, "--out", str(tmp_path)) == document
    assert answer(capsys, "show", document["run_dir"]) == document
    if is_slow:
        assert answer(capsys, "reproduce", document["run_dir"], "--quiet")["identical"] is True


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["scenarios=[liege_30k]"], "decompose takes two"),
        (["scenario=liege_66k"], "scenario=liege_66k: has no effect here; this verb takes scenarios"),
        (["scenarios=[liege_30k,liege_99k]"], "did you mean 'liege_66k'"),
        (["scenarios=[liege_30k,liege_30k]"], "occurs twice"),
        (["decompose.kpis=[on_time_shar]"], "did you mean 'on_time_share'"),
        (["decompose.kpis=[]"], "decompose.kpis: at least one"),
        (["decompose.kpis=[spare_area_m2]"], "spare_area_m2 means nothing"),
        (["decompose.factors.floor=[hall]"], "'hall' is not a field of the hub"),
        (["decompose.facters=1"], "decompose.facters: unknown key"),
        (["demands=[today]"], "takes one of each"),
        (["study=plain", "scenarios=[liege_30k,liege_66k]"], "study: decompose needs the keys of decompose"),
        (["replications=0"], "replications: must be at least 1"),
    ],
)
def test_mistakes_are_one_line_and_write_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: list[str], message: str
) -> None:
    is_refused(capsys, tmp_path / "runs", ["decompose", *words], message)


@pytest.mark.parametrize(("facade_m", "each", "has_lack"), [(180.0, 4.5, False), (120.0, 3.0, True)])
def test_doors_stand_closer_only_where_the_facade_is_too_short(facade_m: float, each: float, *, has_lack: bool) -> None:
    hub = load("liege_30k")
    hub, lacks = squeezed(replace(hub, halls={"main": replace(hub.halls["main"], facade_m=facade_m)}))
    assert hub.space.door_facade_m == pytest.approx(each)
    assert [(lack.zone, lack.needed, lack.available) for lack in lacks] == [("facade", 180.0, facade_m)] * has_lack


def test_sentences_name_the_largest_share_and_what_is_not_sure() -> None:
    clear = decompose([[0.1, 0.6, 0.2, 0.7], [0.1, 0.61, 0.2, 0.71]], ["machines", "floor"])
    lines = list(sentences("on_time_share", clear, "a", "b", ["Sorting: 5 m² needed, 4 m² there"]))
    assert "largest share is that of the machines: +50.5 percentage points" in lines[1]
    assert (
        "a has no room for the machines as configured (Sorting: 5 m² needed, 4 m² there)" in lines[2]
        and len(lines) == 3
    )
    assert decompose([[0.7, 0.6, 0.2, 0.1]], ["machines", "floor"]).largest == "floor", "the largest loss of a loss"
    close = decompose([[0.1, 0.4, 0.3, 0.7], [0.1, 0.3, 0.4, 0.7]], ["machines", "floor"])
    assert [*sentences("on_time_share", close, "a", "b")][-1] == "It may be no larger than that of floor."
    single = decompose([[0.1, 0.6, 0.2, 0.7]], ["machines", "floor"])
    assert [*sentences("on_time_share", single, "a", "b")][-1] == "One replication: no difference can be tested."
    none = decompose([[0.5, 0.5, 0.5, 0.4], [0.5, 0.5, 0.5, 0.6]], ["machines", "floor"])
    assert "not certain" in [*sentences("on_time_share", none, "a", "b")][-1]
    for n, replications in ((1, "this replication"), (3, "these replications")):
        nothing = decompose([[0.5, 0.6, 0.4, 0.5]] * n, ["machines", "floor"])
        assert [*sentences("on_time_share", nothing, "a", "b")][1:] == [f"There is no change in {replications}."]
    uneven = decompose([[0.0, 0.974, 0.0, 0.9740004]], ["machines", "floor"])
    assert (
        "largest share is that of the machines: +97.4 percentage points"
        in [*sentences("on_time_share", uneven, "a", "b")][1]
    )
    assert shown_alike(uneven, "1")(100 * uneven.shares["floor"].share.mean) == "0.0"
    # What is the same in every replication may be so by chance.
    same = decompose([[0.25, 0.5, 0.25, 0.75]] * 3, ["floor", "doors"])
    assert {each.bounds for each in (same.gain, same.shares["floor"].share, *same.lead("floor").values())} == {None}
    first, *_, last = sentences("on_time_share", same, "a", "b")
    assert first.endswith("a change of +50.0 percentage points, the same in every replication.")
    assert last == "It may be no larger than that of doors."
    longer = decompose([[80.0, 10.0], [90.0, 12.0]], ["machines"])
    first, *_ = sentences("dwell_mean_h", longer, "a", "b", are_bounds=(True, False))
    assert first.startswith("Dwell, mean: more than 85.0 h in a, 11.0 h in b: a change of less than −74.0 h")


def test_the_waterfall_goes_from_one_level_to_the_other() -> None:
    from matplotlib.figure import Figure

    found = decompose([[0.1, 0.6, 0.2, 0.7], [0.1, 0.61, 0.2, 0.71]], ["machines", "floor"])
    chart = Waterfall.of("on_time_share", found, "a", "b")
    assert [step.name for step in chart.steps] == ["a", "machines", "floor", "b"]
    assert chart.steps[-2].to.mean == pytest.approx(chart.steps[-1].to.mean) == pytest.approx(70.5)
    wide = Waterfall.of("on_time_share", decompose([[0.9, 0.92], [0.9, 0.98]], ["machines"]), "a", "b").steps[1].to
    assert wide.high == 100.0 and 0.0 < wide.low < wide.mean
    ax = Figure().subplots()
    draw(ax, chart)
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "machines", "floor", "b"]
    assert len(ax.patches) == 4


def test_two_rows_of_a_spreadsheet_are_from_and_to(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "designs.csv"
    path.write_text("name,halls.main.breakdown_stations,halls.main.doors_out\nas it is,,\nother,9,25\n")
    designs, keys = parse(Arguments("decompose", (f"designs={path}", "horizon_days=1")))
    game = game_among(designs, keys)
    assert keys.scenarios == ("as it is", "other")
    assert game.designs[0].label == "as it is"
    assert len(game.designs) == 4
    assert main(["decompose", f"designs={path}", "scenarios=[liege_30k,liege_66k]", "--out", str(tmp_path)]) == 2
    assert "designs: decompose takes a file of two" in capsys.readouterr().err
