"""Stored runs listed, shown and exported."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from answers import answer
from mistakes import refused
from stored_runs import BARE, TINY, made, rewritten, sealed

from experiments.main import main
from experiments.money.kpis import KPIS
from experiments.store import read_run
from sim.measures.kpis import EXPORTS

ONE = "demand.flights_per_day=1"


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return made(tmp_path_factory.mktemp("good"), "run", *BARE, ONE)


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    words = ("scenarios=[liege_30k,liege_66k]", ONE)
    return made(tmp_path_factory.mktemp("compared"), "compare", *words, *BARE)


@pytest.fixture
def root(good, tmp_path):
    shutil.copytree(good, tmp_path / "runs" / "a-run")
    return tmp_path / "runs"


def output_of(capsys, *words):
    capsys.readouterr()
    assert main([*map(str, words)]) == 0
    return capsys.readouterr().out


def test_every_verb_of_a_stored_run_takes_the_beginning_of_its_hash(capsys, monkeypatch, good, tmp_path):
    """Each finds the run and then says what it always says; `resume` and `reproduce` have theirs elsewhere."""
    shutil.copytree(good, tmp_path / "runs" / good.name)
    monkeypatch.chdir(tmp_path)
    digits = good.name.rpartition("-")[2][:6]
    assert output_of(capsys, "show", digits) == output_of(capsys, "show", f"runs/{good.name}")
    assert output_of(capsys, "brief", digits, "--out", "one.svg") == "one.svg\n"
    assert output_of(capsys, "sheet", "results", digits) == f"runs/{good.name}/results.xlsx\n"
    assert output_of(capsys, "sheet", "results", digits, "results.xlsx") == "results.xlsx\n"
    assert (tmp_path / "results.xlsx").is_file()
    assert output_of(capsys, "replay", digits, digits).splitlines()[-1] == f"runs/{good.name}/replay-and-liege_30k.html"
    assert good.name in output_of(capsys, "export", digits) and (tmp_path / "export" / good.name).is_dir()
    assert "flight" in output_of(capsys, "trace", digits, "flight=#0").lower()
    assert f"runs/{good.name}: " in refused(capsys, "exposure", digits)
    (tmp_path / "runs").rename(tmp_path / "others")
    assert good.name in output_of(capsys, "export", f"others/{digits}")
    assert "no run in runs whose name or hash begins with it; for a run in another folder, give FOLDER/" in refused(
        capsys, "brief", digits
    )
    assert "others/no: no such folder, and no run in others whose name or hash begins with it\n" in refused(
        capsys, "show", "others/no"
    )
    assert "others: a folder of runs, not one run; `cargohub list others` lists" in refused(capsys, "show", "others")
    assert "one.svg: a file, but a run is a folder" in refused(capsys, "show", "one.svg")
    Path("run.zip").touch()
    assert "run.zip: an archive; unpack it and name its folder run, or" in refused(capsys, "show", "run.zip")
    assert "nowhere: no such folder, and no run in runs whose" in refused(capsys, "show", "nowhere")


def test_list_tells_complete_unfinished_and_damaged_runs(capsys, root):
    shutil.copytree(root / "a-run", root / "b-unfinished")
    (root / "b-unfinished" / "manifest.json").unlink()
    shutil.copytree(root / "a-run", root / "c-damaged")
    (root / "c-damaged" / "tables" / "summary.parquet").write_bytes(b"")
    (root / "no-run").mkdir()
    (root / "private").mkdir(mode=0)  # nobody but root reads it
    (root / ".hydra").mkdir()  # Hydra's own folder beside a job's run
    shutil.copy(root / "a-run" / "config.yaml", root / ".hydra")
    runs = json.loads(output_of(capsys, "list", root, "--json"))["runs"]
    assert [(run["name"], run["state"]) for run in runs] == [
        ("a-run", "complete"),
        ("b-unfinished", "unfinished"),
        ("c-damaged", "damaged"),
    ]
    assert runs[0]["verb"] == "run"
    assert runs[0]["hash"] == json.loads((root / "a-run" / "manifest.json").read_text())["hash"][:12]
    assert 0 <= runs[0]["scenarios"]["liege_30k"]["on_time_share"] <= 1
    for run in ("a-run", "b-unfinished"):
        assert "one run, not a folder of runs; `cargohub show" in refused(capsys, "list", root / run)
    lines = output_of(capsys, "list", "--out", root).splitlines()
    assert lines[0].startswith("a-run  run  ")
    assert lines[1].startswith("  cargohub run ")
    assert lines[2].startswith("  liege_30k: Imports on time ")
    assert lines[3:5] == ["b-unfinished  unfinished", lines[1]]
    assert "changed since the run" in lines[5]


def test_list_finds_the_runs_of_hydra_s_jobs(capsys, root, tmp_path):
    job = Path("multirun", "2026-12-01", "10-00-00", "0", "a-run")
    shutil.copytree(root / "a-run", tmp_path / "jobs" / job)
    (tmp_path / "jobs" / job.parent / ".hydra").mkdir()
    shutil.copy(root / "a-run" / "config.yaml", tmp_path / "jobs" / job.parent / ".hydra")
    assert [run["name"] for run in json.loads(output_of(capsys, "list", tmp_path / "jobs", "--json"))["runs"]] == [
        str(job)
    ]


def test_list_of_nothing_and_of_no_folder(capsys, tmp_path):
    assert "no runs" in output_of(capsys, "list", tmp_path)
    assert "no such folder" in refused(capsys, "list", tmp_path / "none")
    (tmp_path / "flights.csv").touch()
    assert "flights.csv: not a folder" in refused(capsys, "list", tmp_path / "flights.csv")
    assert "one DIR" in refused(capsys, "list", "a", "b")


def test_the_list_has_designs_in_the_commands_order_and_says_what_is_a_lower_bound(capsys, tmp_path):
    """In this strike nobody works at all, so parcels are inside at the end."""
    strike = "+disruption@disruptions.strike=strike_day disruptions.strike={start: day 1 00:00, hours: 48, share: 0}"
    command = ["compare", f"designs=[seed=1 {strike}, apron.tugs=1]", *TINY, *BARE, ONE, "recovery.runs_on=false"]
    assert main([*command, "replications=1", "--out", str(tmp_path), "--quiet"]) == 0
    text = output_of(capsys, "list", tmp_path)
    late, usual = (line for line in text.splitlines() if "Imports on time" in line)
    assert late.startswith("  seed=1 ") and "Dwell, mean more than " in late
    assert usual.startswith("  apron.tugs=1:")


def test_show_says_what_the_run_said(capsys, tmp_path):
    folder = made(tmp_path / "runs")
    assert output_of(capsys, "show", folder) == output_of(
        capsys, "run", "--out", folder.parent, *(word for word in _words(folder)), "--quiet"
    )


def test_a_run_stored_with_other_versions_is_shown_with_a_note(capsys, good, tmp_path):
    shutil.copytree(good, tmp_path / good.name)
    command = ["run", *TINY, *BARE, ONE, "--out", str(tmp_path), "--quiet"]
    assert main(command) == 0
    assert "other versions" not in capsys.readouterr().err
    manifest = tmp_path / good.name / "manifest.json"
    stored = json.loads(manifest.read_text())
    python, stored["environment"]["python"] = stored["environment"]["python"], "3.9.1"
    manifest.write_text(json.dumps(stored))
    assert main(command) == 0
    assert f"shown as stored, with other versions: Python 3.9.1 ({python} here)" in capsys.readouterr().err


def _words(folder):
    return (folder / "config.yaml").read_text().splitlines()[0].removeprefix("# cargohub run ").split()


def test_show_tells_scenarios_and_differences(capsys, compared):
    document = json.loads(output_of(capsys, "show", compared, "--json"))
    assert list(document["scenarios"]) == ["liege_30k", "liege_66k"]
    assert list(document["differences"]) == ["liege_66k"]
    table = read_run(compared).tables["summary"].set_index(["scenario", "kpi"])
    for scenario, entry in document["scenarios"].items():
        assert list(entry["kpis"]) == [kpi for kpi in KPIS if kpi in entry["kpis"]]
        for kpi, interval in entry["kpis"].items():
            stored = table.loc[(scenario, kpi), "mean"]
            assert interval["mean"] == (None if np.isnan(stored) else stored)
    assert any("less than a week" in line for line in document["warnings"])


def test_show_refuses_what_is_no_run(capsys, root):
    assert "one RUN" in refused(capsys, "show")
    rewritten(root / "a-run", "summary", lambda table: table.slice(0, 3))
    sealed(root / "a-run")
    assert "of liege_30k" in refused(capsys, "show", root / "a-run")
    rewritten(root / "a-run", "summary", lambda table: table.drop_columns(["mean"]))
    sealed(root / "a-run")
    text = refused(capsys, "show", root / "a-run")
    assert "column mean is missing" in text and "(another version's run, or damaged)" in text


def test_export_writes_every_table_and_the_meaning_of_every_column(capsys, good, tmp_path):
    document = json.loads(output_of(capsys, "export", good, "to=csv", "--out", tmp_path / "out", "--json"))
    stored = read_run(good).tables
    assert document["tables"] == {name: len(table) for name, table in stored.items()}
    with (tmp_path / "out" / "dictionary.csv").open() as file:
        meant = {(row["table"], row["column"]) for row in csv.DictReader(file)}
    for name, table in stored.items():
        own = pd.read_csv(tmp_path / "out" / f"{name}.csv", dtype=str)
        assert list(own) == list(table)
        assert {(name, column) for column in table} <= meant
        assert len(own) == len(table)
        for column in table.select_dtypes("number"):
            assert np.array_equal(own[column].astype(float), table[column].astype(float), equal_nan=True), (
                name,
                column,
            )
    called = pd.read_csv(tmp_path / "out" / "trucks.csv", dtype=str, keep_default_na=False)["called"]
    assert {*called[stored["trucks"]["called"].isna().to_numpy()]} == {""}, "a missing time is an empty cell"


@pytest.mark.drawn
def test_show_draws_a_day(capsys, compared):
    document = json.loads(output_of(capsys, "show", compared, "day=2022-09-05", "design=liege_66k", "--json"))
    assert Path(document["day"]).name == "day-2022-09-05-2.svg"
    assert Path(document["day"]).read_text().startswith("<?xml")
    output_of(capsys, "show", compared, "--json")
    assert "not a day of the run, 2022-09-05 to 2022-09-05" in refused(capsys, "show", compared, "day=2022-09-07")
    assert "a date YYYY-MM-DD" in refused(capsys, "show", compared, "day=tuesday")
    assert "design: needs day" in refused(capsys, "show", compared, "design=liege_66k")
    wrong = refused(capsys, "show", compared, "day=2022-09-05", "design=liege_67k")
    assert "did you mean 'liege_66k'" in wrong


def test_export_goes_to_a_folder_of_the_runs_name(capsys, good, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    output_of(capsys, "export", good)
    assert (tmp_path / "export" / good.name / "kpis.csv").exists()


def test_export_to_xlsx(capsys, good, tmp_path):
    import openpyxl

    output_of(capsys, "export", good, "--to", "xlsx", "--out", tmp_path)
    book = openpyxl.load_workbook(tmp_path / f"{good.name}.xlsx", read_only=True)
    stored = read_run(good).tables
    assert book.sheetnames == ["dictionary", *sorted(stored)]
    rows = list(book["kpis"].iter_rows(values_only=True))
    # A workbook holds 16 digits, and nothing where a value is missing.
    at = rows[0].index("value")
    values = [np.nan if len(row) <= at or row[at] is None else row[at] for row in rows[1:]]
    assert values == pytest.approx(stored["kpis"]["value"].tolist(), rel=1e-15, nan_ok=True)
    book.close()


def test_export_makes_texts_of_formulas_and_refuses_other_forms(capsys, root, tmp_path):
    assert "did you mean 'csv'" in refused(capsys, "export", root / "a-run", "to=cvs")
    path = root / "a-run" / "dictionary.csv"
    path.write_text(path.read_text() + "area,x,string,,=cmd()\n")
    sealed(root / "a-run")
    assert main(["export", str(root / "a-run"), "--out", str(tmp_path / "out")]) == 0
    (written,) = (tmp_path / "out").rglob("dictionary.csv")
    assert written.read_text().endswith("area,x,string,,'=cmd()\n")


@pytest.mark.paged
def test_replications_without_a_parcel_are_named_also_when_shown_and_on_the_page(capsys, tmp_path):
    words = ("run", *TINY, "demand.flights_per_day=0.3", "arrivals=poisson", "replications=3", "page=now")
    document = answer(capsys, *words, "--out", tmp_path)
    (line,) = (line for line in document["warnings"] if line.startswith("replications without an import"))
    assert line in answer(capsys, "show", document["run_dir"])["warnings"]
    text = (Path(document["run_dir"]) / "report.html").read_text(encoding="utf-8")
    assert f"Warning: {line}." in text.replace("\u00a0", " ")
    table = read_run(document["run_dir"]).tables["kpis"]
    of_replications = (dict(zip(rows["kpi"], rows["value"], strict=True)) for _, rows in table.groupby("replication"))
    nothing = next(kpis for kpis in of_replications if not kpis["parcels_per_day"])
    imports = {name: kpi.label for name, kpi in KPIS.items() if kpi.unit == "1" and kpi.group is not EXPORTS}
    full = [label for name, label in imports.items() if nothing[name] == 1]
    assert full and all("n time" in label or label == "Customs decided before landing" for label in full)
    assert "100 % of imports on time and decided by customs before landing" in line
