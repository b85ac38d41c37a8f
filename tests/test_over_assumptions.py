"""What an answer rests on: its assumptions by name, the command that tells more, and the band of a stored run."""

import shlex
from pathlib import Path

import numpy as np
import pytest
from stored_runs import TINY

from experiments.arguments import Arguments
from experiments.assumptions import Worlds, assumptions_of
from experiments.composition import load
from experiments.designs.design import Design, single
from experiments.frame import over_assumptions as over
from experiments.main import main
from experiments.statistics import Interval
from experiments.store import RunDirectory, identity_of
from experiments.store.rows import stored
from experiments.studies import capacity, compare, expansion
from experiments.studies.sure.design import asked
from experiments.studies.sure.result import ProbabilityRow
from experiments.studies.sure.worlds import ranges_of
from sim.measures.ladder import capacity_ladder
from sim.reading import plain

SMALL = [word for word in TINY if not word.startswith(("replications", "--"))]


def hubs(designs: list[Design]) -> list[dict[str, object]]:
    return [over._of_hub(plain(design.hub)) for design in designs]


def stored_share(root: Path, words: list[str], share: Interval) -> str:
    """A complete run of sure that says this share of a scenario; the name of its folder."""
    (design, *_), keys = asked(Arguments("sure", tuple(words)))
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
                rates.append(capacity_ladder(moved, {})[rung] / moved.demand.flights_per_day)
            assert max(rates) > 1.1 * min(rates), (rung, key)
    names = {one.key for one in assumptions_of(hub)}
    assert {key for keys in over._OF_RUNG.values() for key in keys} <= names


@pytest.mark.parametrize(
    ("study", "words"),
    [
        (None, ["scenario=liege_66k", "demand=permit", "replications=3", "halls.main.doors_out=60"]),
        (None, ["precision.on_time_share=0.01", "margin.designs=0", "workers=1"]),
        (compare, ["study=first_light", "demands=[permit]", "arrival_models=[]"]),
        (compare, ["designs=[liege_66k, liege_66k halls.main.doors_out=60]", "replications=3"]),
        (capacity, ["scenarios=[liege_30k,liege_66k]", "capacity.target=0.9"]),
        (capacity, ["scenarios=[liege_66k]", "halls.main.doors_out=40,60"]),
    ],
)
def test_the_command_can_be_typed_and_asks_for_the_same_hubs(study: object, words: list[str]) -> None:
    arguments = Arguments(study.__name__.rpartition(".")[2] if study else "run", tuple(words))
    designs, keys = study.STUDY.asked(arguments) if study else single(arguments)
    program, verb, *typed = shlex.split(over.sure_command(arguments, designs, keys))
    assert (program, verb) == ("cargohub", "sure")
    # Weeks and seed may differ.
    assert hubs(asked(Arguments("sure", tuple(typed)))[0]) == hubs(designs)


def test_expansion_asks_for_the_hub_of_today() -> None:
    arguments = Arguments("expansion")
    designs, keys = expansion.STUDY.asked(arguments)
    _, _, *typed = shlex.split(over.sure_command(arguments, designs[:1], keys))
    assert [design.hub.area_m2 for design in asked(Arguments("sure", tuple(typed)))[0]] == [designs[0].hub.area_m2]


def test_a_stored_band_stands_beside_the_sampling_interval_and_each_is_called_what_it_is(
    tmp_path: Path, capsys
) -> None:
    words = ["scenario=liege_30k", "demand=today", *SMALL]
    assert main(["run", *words, "--out", str(tmp_path), "--quiet"]) == 0
    before = capsys.readouterr().out
    assert "The intervals shown are sampling intervals: all numbers are as configured." in before
    assert "The answer rests on assumptions, first on demand: hub share: supposed (0.45; range 0.3 to 0.5)" in before
    assert f"it holds: cargohub sure {shlex.join(words[:-1])}" in before
    # Of another seed and other weeks, yet of the same hub; another hub's does not count.
    name = stored_share(tmp_path, [*words, "seed=7", "warmup_days=3"], Interval(0.71, 0.63, 0.79, 0))
    stored_share(tmp_path, [*words, "halls.main.doors_out=20"], Interval(0.1, 0.0, 0.2, 0))
    (folder,) = tmp_path.glob("run-*")
    assert main(["show", str(folder)]) == 0
    after = capsys.readouterr().out
    assert (
        f"liege_30k, over assumptions: it carries its traffic in 71.0 % (63.0 %–79.0 %) of the assumed worlds ({name})."
    ) in after
    assert "liege_30k, sampling interval: " in after
    assert "10.0 %" not in after.partition("over assumptions")[2].partition("\n")[0]
    assert main(["run", *words, "--out", str(tmp_path), "--quiet"]) == 0
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "over assumptions: it carries its traffic in" in page and "sampling interval: " in page


def test_a_file_of_flights_is_not_opened_for_a_band(tmp_path: Path) -> None:
    """A stored run is shown where its file is not."""
    stored_share(tmp_path, SMALL, Interval(0.7, 0.6, 0.8, 0))
    path = tmp_path / "flights.csv"
    path.write_text("flight,sibt,parcels\nA,2023-03-07 10:00,2000\n")
    hub = load("liege_30k", "arrivals=file", f"arrivals.schedule={path}")
    path.unlink()
    assert dict(over._bands(tmp_path, [Design("of a file", hub)])) == {}
