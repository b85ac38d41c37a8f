"""What an answer rests on: its assumptions by name, the command that tells more, and the band of a stored run."""

import shlex
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from stored_runs import TINY

from experiments.arguments import Arguments
from experiments.assumptions import Worlds, assumptions_of
from experiments.assumptions.ranges import ranges_of
from experiments.composition import load
from experiments.designs.design import Design, single
from experiments.frame import over_assumptions as over
from experiments.frame.study import Request
from experiments.frame.sure_command import Question, sure_command
from experiments.main import main
from experiments.statistics import Interval
from experiments.store import RunDirectory, identity_of
from experiments.store.rows import stored
from experiments.studies import capacity, compare, customs, decompose, expansion, optimise, select, shadow_price, sweep
from experiments.studies.sure.carried import CarriedRow
from experiments.studies.sure.design import parse
from experiments.studies.sure.paths_page import PathRow
from experiments.studies.sure.result import ProbabilityRow
from sim.measures.ladder import capacity_ladder
from sim.reading import plain

BARE = ["exports=none", "halls.main.packout_posts=0"]
SMALL = [*BARE, *(word for word in TINY if not word.startswith(("replications", "--")))]


def hubs(designs: list[Design], question: Question) -> list[dict[str, object]]:
    return [over._of_hub(plain(design.hub), question) for design in designs]


def stored_share(root: Path, words: list[str], share: Interval, config_dir: Path | None = None) -> str:
    """A complete run of sure that says this share of a scenario; the name of its folder."""
    (design, *_), keys = parse(Arguments("sure", tuple(words), config_dir=config_dir))
    identity = identity_of({design.label: design.hub}, keys.as_plain())
    with RunDirectory.open(root, "sure", design.label, identity, "verb: sure\n") as run:
        run.complete(
            {}, tables=[stored(ProbabilityRow, [ProbabilityRow(design.label, share, 0.1, 0.1, 0.5, 8, 0.5, "")])]
        )
    return run.path.name


def test_named_numbers_move_the_rung_that_names_them() -> None:
    hub = load("liege_100k", "demand=permit")
    worlds, ranges = Worlds.of(assumptions_of(hub)), ranges_of(hub, None)
    base = np.array([likely for _, likely, _ in ranges.values()])
    for rung in ("machines", "packout_posts", "handcoding_desks", "stations", "doors"):
        for key in over._OF_RUNG[rung]:
            rates = []
            for end in (ranges[key][0], ranges[key][2]):
                values = base.copy()
                values[worlds.names.index(key)] = end
                moved = worlds.hub(hub, values)
                rates.append(capacity_ladder(moved, {})[rung].parcels_per_day / moved.demand.flights_per_day)
            assert max(rates) > 1.1 * min(rates), (rung, key)
    names = {one.key for one in assumptions_of(hub)}
    assert {key for keys in over._OF_RUNG.values() for key in keys} <= names


@pytest.mark.parametrize(
    ("study", "words"),
    [
        (None, ["scenario=liege_66k", "demand=permit", "replications=3", "halls.main.doors_out=60"]),
        (None, ["scenario=regional_gateway"]),
        (compare, ["scenarios=[liege_66k,express_night_hub]"]),
        (None, ["precision.on_time_share=0.01", "margin.designs=0", "workers=1"]),
        (compare, ["study=first_light", "demands=[permit]", "arrival_models=[]"]),
        (compare, ["designs=[liege_66k, liege_66k halls.main.doors_out=60]", "replications=3"]),
        (compare, ["designs=[liege_66k, liege_66k halls.main.doors_out=60]", "demand=permit"]),
        (compare, ["designs=[halls.main.doors_out=50, halls.main.doors_out=60]", "scenario=liege_66k"]),
        (capacity, ["scenarios=[liege_30k,liege_66k]", "capacity.target=0.9"]),
        (capacity, ["scenarios=[liege_66k]", "halls.main.doors_out=40,60"]),
        (compare, ["study=first_light", "scenarios=[liege_66k]", "demands=[permit]"]),
        (sweep, ["demand.flights_per_day=range(3,5,1)", "scenario=liege_66k"]),
        (sweep, ["demand.flights_per_day=range(3,4,1)", "scenario=liege_66k"]),
        (capacity, ["scenarios=[liege_66k]", "halls.main.doors_out=range(40,41,1)", "roster=glob(three*)"]),
        (capacity, ["scenarios=[liege_66k]", "halls.main.doors_out=40,60", "exports.service_h=range(20,21,1)"]),
        (customs, ["demand.flights_per_day=3", "frontier.examination.values=[0,0.0001]", "~frontier.documents"]),
        (shadow_price, ["scenario=liege_66k", "halls.main.doors_out=40", "shadow_price.prices.year=2024"]),
        (shadow_price, ["scenario=liege_66k", "cost@shadow_price.prices=liege"]),
        (optimise, ["scenario=liege_66k", "demand=permit", "optimise.population=8"]),
        (select, ["scenario=liege_66k", "halls.main.doors_out=40,60", "select.target=0.9"]),
        (sweep, ["designs=[liege_66k, liege_66k halls.main.doors_out=60]", "demand.flights_per_day=3,4"]),
    ],
)
def test_the_command_can_be_typed_and_asks_for_the_same_hubs(study: object, words: list[str]) -> None:
    arguments = Arguments(study.__name__.rpartition(".")[2] if study else "run", tuple(words))
    designs, keys = study.STUDY.parse(arguments) if study else single(arguments)
    question = over.CAPACITY if study is capacity else over.CARRIES
    program, verb, *typed = shlex.split(sure_command(arguments, designs, keys, question))
    assert (program, verb) == ("cargohub", "sure")
    # Weeks and seed may differ; of a capacity, each hall is asked at several levels of traffic.
    of_sure = hubs(parse(Arguments("sure", tuple(typed)))[0], question)
    assert [hub for at, hub in enumerate(of_sure) if hub not in of_sure[:at]] == hubs(designs, question)


def test_the_command_has_what_a_study_of_the_user_changes(tmp_path: Path) -> None:
    """A study's file with 1 flight a day was asked with 3.5."""
    text = "# @package _global_\nscenarios: [liege_30k]\ndemands: []\narrival_models: []\nhorizon_days: 7\n"
    (tmp_path / "study").mkdir()
    (tmp_path / "study" / "mine.yaml").write_text(f"{text}demand: {{flights_per_day: 1}}\nservice_h: 20\n")
    arguments = Arguments("compare", ("study=mine", "service_h=22"), config_dir=tmp_path)
    designs, keys = compare.STUDY.parse(arguments)
    _, _, *typed = shlex.split(sure_command(arguments, designs, keys, over.CARRIES))
    assert typed[-2:] == ["--config-dir", str(tmp_path)]
    of_sure = parse(Arguments("sure", tuple(typed[:-2]), config_dir=tmp_path))[0]
    assert hubs(of_sure, over.CARRIES) == hubs(designs, over.CARRIES)


@pytest.mark.parametrize("beside", [[], ["exports.service_h=20,30"]])
def test_a_file_of_designs_with_costs_is_asked_without_them(beside: list[str], tmp_path: Path) -> None:
    """`select` reads the column, `sure` would take it for the group of prices."""
    path = tmp_path / "designs.csv"
    path.write_text("name,cost,halls.main.doors_out\ntoday,100,\nfewer,90,25\n")
    arguments = Arguments("select", (f"designs={path}", "scenario=liege_66k", *beside))
    designs, keys = select.STUDY.parse(arguments)
    _, _, *typed = shlex.split(sure_command(arguments, designs, keys, over.CARRIES))
    of_sure = parse(Arguments("sure", tuple(typed)))[0]
    assert hubs(of_sure, over.CARRIES) == hubs(designs, over.CARRIES)


@pytest.mark.parametrize("grid", [[], ["exports.service_h=20,30"]])
def test_a_file_of_designs_that_is_gone_is_named_as_it_was(grid: list[str], tmp_path: Path) -> None:
    """A stored run is shown from what it stored alone."""
    path = tmp_path / "designs.csv"
    path.write_text("name,halls.main.doors_out\na,20\nb,25\n")
    arguments = Arguments("capacity", (f"designs={path}", *grid))
    designs, keys = capacity.STUDY.parse(arguments)
    path.unlink()
    *_, typed = shlex.split(sure_command(arguments, designs, keys, over.CAPACITY).partition(" exports")[0])
    assert typed == f"designs={path}"


LEFT_OUT = [
    f"~expansion.paths.{name}"
    for name in ("second_site", "permit_100k_at_once", "permit_100k_phased", "react_66k", "react_100k")
]


@pytest.mark.parametrize("hub", [(), ("scenario=high_month",)])
def test_expansion_asks_for_the_same_paths_of_the_same_hub(hub: tuple[str, ...]) -> None:
    arguments = Arguments("expansion", (*hub, *LEFT_OUT, "expansion.years=5", "expansion.worlds=8", "replications=3"))
    designs, keys = expansion.STUDY.parse(arguments)
    own = Question(("question=expansion",), lambda _: {}, keeps="expansion")
    _, _, *typed = shlex.split(sure_command(arguments, designs[:1], keys, own))
    of_sure, sure_keys = parse(Arguments("sure", tuple(typed)))
    assert hubs(of_sure, own) == hubs(designs, own)
    assert expansion._compared(plain(sure_keys.expansion)) == expansion._compared(plain(keys.expansion))


@pytest.mark.parametrize("kind", ["timetable", "file"])
def test_the_band_of_a_capacity_is_of_flights_a_day(tmp_path: Path, kind: str) -> None:
    (tmp_path / "week.csv").write_text("flight,sibt\nA,2023-03-06 09:00\nB,2023-03-06 19:00\n")
    own = ("arrivals=file", f"arrivals.schedule={tmp_path / 'week.csv'}") if kind == "file" else ()
    words = ("scenario=liege_30k", *SMALL, *own)
    levels, keys = parse(Arguments("sure", (*words, "question=capacity", "flights=2,3")))
    identity = identity_of({level.label: level.hub for level in levels}, keys.as_plain())
    rows = [CarriedRow("liege_30k", 0.9, 2.2, 1.9, 2.6), CarriedRow("liege_30k", 0.5, float("nan"), 2.7, float("nan"))]
    with RunDirectory.open(tmp_path, "sure", "x", identity, "verb: sure\n") as run:
        run.complete({}, tables=[stored(ProbabilityRow, []), stored(CarriedRow, rows)])
    design = Design("today's hall", load("liege_30k", *SMALL, *own))
    shares = "at least 2.20 (1.90 to 2.60) in 90 % and more than asked for (2.70 to more) in 50 %"
    text = f"flights a day that it carries: {shares}"
    assert dict(over._bands(tmp_path, [design], over.CAPACITY)) == {
        "today's hall": f"{text} of the assumed worlds ({run.path.name})"
    }
    assert dict(over._bands(tmp_path, [design], over.CARRIES)) == {}


def test_the_band_of_an_expansion_is_of_the_path_that_it_recommends(tmp_path: Path) -> None:
    words = ("question=expansion", *LEFT_OUT)
    (today, *_), keys = parse(Arguments("sure", words))
    identity = identity_of({"today": today.hub}, keys.as_plain())
    share, none = Interval(0.41, 0.3, 0.5, 0), Interval(0.0, 0.0, 0.0, 0)
    rows = [
        PathRow("equipment_first", share, 0.1, 0.1, none, 0.0, 1.0),
        PathRow("stay_30k", none, 0.1, 0.1, none, 0, 1),
    ]
    with RunDirectory.open(tmp_path, "sure", "x", identity, "verb: sure\n") as run:
        run.complete({}, tables=[stored(PathRow, rows)])
    found = {}
    for words in (LEFT_OUT, LEFT_OUT[:-1]):
        arguments = Arguments("expansion", tuple(words), out=tmp_path)
        designs, own = expansion.STUDY.parse(arguments)
        answer = SimpleNamespace(recommended="equipment_first", probability=0.94)
        rests_on = expansion._over_assumptions(Request(designs, own, arguments), answer)  # type: ignore[arg-type]
        found[len(words)] = rests_on.sentences
        if not rests_on.bands:
            assert f"in up to {keys.sure.budget} runs (sure.budget=N sets how many): cargohub" in rests_on.lines[-1]
    assert found[len(LEFT_OUT)][0] == (
        "equipment first, over assumptions: it has the highest value in 41.0 % (30.0–50.0 %) of the assumed worlds"
        f" ({run.path.name})."
    )
    assert "probability of at least 0.94" in found[len(LEFT_OUT)][1]
    assert not any("over assumptions" in text for text in found[len(LEFT_OUT) - 1])  # of other paths


@pytest.mark.paged
def test_a_stored_band_stands_beside_the_sampling_interval_and_each_is_called_what_it_is(
    tmp_path: Path, capsys
) -> None:
    words = ["scenario=liege_30k", "demand=today", *SMALL]
    assert main(["run", *words, "--out", str(tmp_path), "--quiet", "--all"]) == 0
    before = capsys.readouterr().out
    assert "The intervals shown are sampling intervals: all numbers are as configured." in before
    first = "the hub's share of the airport's parcels (0.45; range 0.3 to 0.5)"
    assert f"The answer rests on assumptions, among them {first}" in before
    assert f"each hub carries its traffic: cargohub sure {shlex.join(words[:-1])}" in before
    # Of another seed and other weeks, yet of the same hub; another hub's does not count.
    other = [word.replace("warmup_days=0", "warmup_days=3") for word in words]
    name = stored_share(tmp_path, [*other, "seed=7"], Interval(0.71, 0.63, 0.79, 0))
    stored_share(tmp_path, [*words, "halls.main.doors_out=20"], Interval(0.1, 0.0, 0.2, 0))
    (folder,) = tmp_path.glob("run-*")
    assert main(["show", str(folder), "--all"]) == 0
    after = capsys.readouterr().out
    share = "it carries its traffic in 71.0 % (63.0–79.0 %) of the assumed worlds"
    assert f"liege_30k, over assumptions: {share} ({name}, with horizon_days=1 and warmup_days=3)." in after
    assert "liege_30k, sampling interval: " in after
    assert "10.0 %" not in after.partition("over assumptions")[2].partition("\n")[0]
    assert main(["run", *words, "--out", str(tmp_path), "--quiet"]) == 0
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "over assumptions: it carries its traffic in" in page and "sampling interval: " in page


def test_a_band_over_other_ranges_than_todays_is_not_shown(tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "assumptions").mkdir(parents=True)
    (own / "assumptions" / "mine.yaml").write_text("sorting.efficiency: {sourced: measured, low: 0.84, high: 0.86}")
    words = ["scenario=liege_30k", "demand=today", *SMALL]
    design = Design("today's hall", load("liege_30k", *SMALL))
    packaged_name = stored_share(tmp_path, words, Interval(0.7, 0.6, 0.8, 0))
    own_name = stored_share(tmp_path, words, Interval(0.9, 0.8, 1.0, 0), own)
    assert packaged_name != own_name
    for folder, share, name in ((None, "70.0 %", packaged_name), (own, "90.0 %", own_name)):
        (band,) = over._bands(tmp_path, [design], over.CARRIES, folder).values()
        assert share in band and name in band


def test_two_designs_that_are_decomposed_are_asked_alone() -> None:
    """Not the combinations between them."""
    arguments = Arguments(
        "decompose", ("scenarios=[liege_30k,liege_66k]", "demand=permit", "decompose.kpis=[dwell_mean_h]")
    )
    designs, keys = decompose.STUDY.parse(arguments)
    ends = [design for design in designs if design.label in keys.scenarios]
    _, _, *typed = shlex.split(sure_command(arguments, ends, keys, over.CARRIES))
    assert hubs(parse(Arguments("sure", tuple(typed)))[0], over.CARRIES) == hubs(ends, over.CARRIES)


def test_a_number_that_differs_between_designs_has_no_value_of_the_first_alone() -> None:
    designs, _ = sweep.parse(Arguments("sweep", ("sorting.efficiency=0.2,0.85",)))
    share = "effective share of a machine's rated speed"
    assert share in over._numbers(designs)
    assert f"{share} (0.2; range 0.153 to 0.224)" in over._numbers(designs[:1])


def test_a_file_of_flights_is_not_opened_for_a_band(tmp_path: Path) -> None:
    """A stored run is shown where its file is not."""
    stored_share(tmp_path, SMALL, Interval(0.7, 0.6, 0.8, 0))
    path = tmp_path / "flights.csv"
    path.write_text("flight,sibt,parcels\nA,2023-03-07 10:00,2000\n")
    hub = load("liege_30k", "arrivals=file", f"arrivals.schedule={path}")
    numbers = over._numbers([Design("of a file", hub)])
    assert numbers and not any("flights" in text or "share" in text for text in numbers)
    path.unlink()
    assert dict(over._bands(tmp_path, [Design("of a file", hub)], over.CARRIES)) == {}
