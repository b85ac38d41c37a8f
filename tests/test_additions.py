"""What CONTRIBUTING.md says of additions: each is made as it says there, and nowhere else."""

import pytest
from answers import answer
from stored_runs import TINY

from experiments import studies, verbs
from experiments.composition import load
from experiments.main import main
from experiments.store import read_run
from sim import simulate

SMALLEST = ("exports=none", "halls.main.packout_posts=0", "demand.flights_per_day=1")
VERB = '''"""`cargohub toy`: what the hub costs in paid hours, for each hall.

  cargohub toy replications=1
"""

from dataclasses import dataclass

from experiments.designs.design import Replicated, single
from experiments.store.rows import column, grid_of, interval, plain_row, stored, table
from experiments.frame.study import Document, Study
from experiments.statistics import Interval, mean_interval


@table("toy", "paid hours of the hub", sort="hub")
class Hub:
    hub: str = column("", "its name", heading="hub")
    paid: Interval = interval("h/d", "paid hours", heading="paid hours a day", show=lambda one: f"{one.mean:.0f}")


def compute(bench, request):
    n = request.keys.replications
    kpis = bench.evaluated(request.designs, n)
    hours = [[kpis[design.label, at]["staff_h_paid_per_day"] for at in range(n)] for design in request.designs]
    return [Hub(design.label, mean_interval(own)) for design, own in zip(request.designs, hours, strict=True)]


def document(request, rows):
    return Document(
        title="Paid hours",
        data={"hubs": [plain_row(row) for row in rows]},
        sentences=[f"{row.hub}: {row.paid.mean:.0f} paid hours a day." for row in rows],
        tables=[stored(Hub, rows)],
        grids=[grid_of("Paid hours", rows)],
    )


STUDY = Study(Replicated, lambda arguments: _parse(arguments), compute, document)


def _parse(arguments):
    designs, keys = single(arguments)
    return designs, Replicated(keys.replications, keys.workers, keys.execution)
'''


@pytest.fixture
def toy_verb(tmp_path, monkeypatch):
    """A file in the package of verbs."""
    folder = tmp_path / "verbs"
    folder.mkdir()
    (folder / "toy.py").write_text(VERB)
    studies.__path__.append(str(folder))
    for module in ("experiments.verbs", "experiments.main", "experiments.frame.recorded"):
        monkeypatch.setattr(f"{module}.VERBS", verbs.packaged_verbs())
    yield
    studies.__path__.remove(str(folder))


def test_a_verb_is_a_module_that_declares_a_study(toy_verb, capsys, tmp_path):
    assert main(["--help"]) == 0
    assert "  toy           what the hub costs in paid hours, for each hall\n" in capsys.readouterr().out
    assert main(["toy", "--help"]) == 0
    assert "cargohub toy replications=1" in capsys.readouterr().out
    words = ["toy", *TINY, *SMALLEST, "--out", str(tmp_path / "runs"), "--quiet"]
    document = answer(capsys, *words)
    run = read_run(document["run_dir"])
    assert run.tables["toy"]["paid_mean"].tolist() == [document["hubs"][0]["paid"]["mean"]]
    own = (run.path / "dictionary.csv").read_text()
    assert "toy,paid_low,float64,h/d,lower end of its 95 % interval; NaN: none" in own
    assert "<caption>Paid hours</caption>" in (run.path / "report.html").read_text()
    assert answer(capsys, "show", document["run_dir"]) == document
    assert main([*words, "--all"]) == 0
    assert f"  liege_30k  {document['hubs'][0]['paid']['mean']:>16.0f}" in capsys.readouterr().out
    assert main(["reproduce", document["run_dir"], "--quiet"]) == 0
    assert capsys.readouterr().out.startswith("identical: ")


def test_an_aircraft_type_is_a_file_of_the_configuration(tmp_path):
    (tmp_path / "fleet").mkdir()
    (tmp_path / "fleet" / "a300.yaml").write_text(
        "a300:\n  share: 1.0\n  main_deck: {ulds: 15, m3: 15, kg: 3000, parcels: 3000}\n"
        "  lower_deck: {ulds: 6, m3: 8, kg: 1500, parcels: 1500}\n  payload_t: 45\n"
    )
    # What is configured and what the file says are one fleet; the type that is not to fly has no share.
    words = ("fleet=a300", "demand.flights_per_day=2", "horizon_days=1", "warmup_days=0")
    tables = simulate(load("liege_30k", *words, config_dir=tmp_path)).tables
    assert set(tables["flights"]["aircraft"].tolist()) == {"a300"}
    assert max(tables["flights"]["n_ulds"]) == 21


def test_a_lane_is_an_entry_of_the_configuration(tmp_path):
    (tmp_path / "lanes").mkdir()
    lane = '{share: 0.5, route: "%s", km: 400, sort_cut_off: "06:00", promised_days: 3}'
    (tmp_path / "lanes" / "two.yaml").write_text(f'"FR": {lane % "FR"}\n"LU": {lane % "LU"}\n')
    words = ("lanes=two", "demand.flights_per_day=2", "horizon_days=1", "warmup_days=0", "exports=none",
        "record.parcels_of_flights=all", "demand.parcels_per_flight=400", "demand.net_t_per_flight=0.3")  # fmt: skip
    tables = simulate(load("liege_30k", *words, config_dir=tmp_path)).tables
    assert set(tables["parcels"]["lane"].tolist()) == {"FR", "LU"}
