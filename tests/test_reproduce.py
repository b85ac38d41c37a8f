"""Runs computed again: the same to the bit, or told where they differ first."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from mistakes import refused
from stored_runs import BARE, made, rewritten, sealed

from experiments.main import main

ROOT = Path(__file__).resolve().parents[1]
FEW = ["demand.flights_per_day=1", "replications=1"]


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return made(tmp_path_factory.mktemp("good"), "run", *BARE, *FEW, "margin=none")


@pytest.fixture
def run(good, tmp_path):
    return shutil.copytree(good, tmp_path / "run")


def document_of(capsys, *words, code=0):
    assert main(["reproduce", *map(str, words), "--quiet", "--json"]) == code
    return json.loads(capsys.readouterr().out)


def replaced(column, row, value):
    def change(table):
        values = table[column].to_pylist()
        values[row] = value
        at = table.schema.get_field_index(column)
        return table.set_column(at, table.schema.field(at), pa.array(values, table.schema.field(at).type))

    return change


def test_a_run_of_one_process_is_reproduced_to_the_bit_by_two_workers(capsys, tmp_path):
    run = made(tmp_path / "runs", "run", "exports=none", FEW[0])
    capsys.readouterr()
    document = document_of(capsys, run, "--here", str(tmp_path / "here"), "workers=2")
    assert document["identical"] is True
    assert document["tables"]["kpis"] > 0
    own = json.loads((tmp_path / "here").joinpath(document["here"], "manifest.json").read_text())
    assert own["files"].keys() == json.loads((run / "manifest.json").read_text())["files"].keys()


@pytest.mark.parametrize(
    "words",
    [
        ["compare", "scenarios=[liege_30k,liege_66k]", "demand.flights_per_day=1"],
        ["sweep", "scenario=liege_30k,liege_66k", *FEW],
        ["sweep", "seed=5", *FEW],
    ],
)
def test_studies_of_several_designs_are_reproduced(capsys, tmp_path, words):
    folder = made(tmp_path / "runs", *words, *BARE)
    capsys.readouterr()
    assert document_of(capsys, folder)["identical"] is True


def test_the_first_difference_is_named(capsys, run):
    rewritten(run, "kpis", replaced("value", 3, 0.125))
    sealed(run)
    assert main(["reproduce", str(run), "--quiet"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("differs: table kpis, column value, row 3: 0.125 in the run, ")
    assert "may be because: versions, CPU family and program are the same" in out


def test_the_sign_of_zero_and_texts_count(capsys, run):
    rewritten(run, "ulds", replaced("scenario", 2, "liege_31k"))
    sealed(run)
    first = document_of(capsys, run, code=1)["first"]
    assert first == {"table": "ulds", "column": "scenario", "row": 2, "recorded": "liege_31k", "here": "liege_30k"}


def test_other_bytes_of_the_same_numbers_are_identical(capsys, run):
    rewritten(run, "flights", lambda table: table)
    sealed(run)
    assert document_of(capsys, run)["identical"] is True


def test_a_missing_row_and_a_missing_column_are_differences(capsys, run):
    rewritten(run, "trucks", lambda table: table.slice(0, table.num_rows - 1))
    sealed(run)
    assert document_of(capsys, run, code=1)["first"]["recorded"].endswith(" rows")
    rewritten(run, "area", lambda table: table.drop_columns(["spare_m2"]))
    sealed(run)
    first = document_of(capsys, run, code=1)["first"]
    assert (first["table"], first["column"], first["recorded"]) == ("area", "spare_m2", "missing")


def test_other_versions_and_cpus_are_told_as_reasons(capsys, run):
    def change(manifest):
        manifest["environment"]["packages"]["numpy"] = "1.0"
        manifest["environment"]["cpu"]["exp"] = "ABACUS"

    rewritten(run, "kpis", replaced("value", 0, np.pi))
    sealed(run, change)
    reasons = document_of(capsys, run, code=1)["reasons"]
    assert any(reason.startswith("numpy: 1.0 in the run") for reason in reasons)
    assert any(reason.startswith("CPU family, exp: ABACUS in the run") for reason in reasons)


def test_other_sources_are_named_although_the_tables_agree(capsys, run):
    def change(manifest):
        manifest["identity"]["sources"] = "5" * 64
        manifest["program"] = {"version": "0.0.9", "commit": "c" * 40, "is_modified": True}

    sealed(run, change)
    document = document_of(capsys, run)
    assert (document["identical"], document["reasons"]) == (True, [])
    (although,) = document["although"]
    there = "version 0.0.9, commit cccccccccccc with changes, sources 555555555555"
    assert although.startswith(f"the program's source code: {there} in the run, version 0.")
    assert main(["reproduce", str(run), "--quiet"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("identical: ")
    assert second == f"although {although}"


def test_a_run_stored_without_its_commit_is_reproduced(capsys, run):
    def change(manifest):
        manifest["identity"]["sources"] = "5" * 64
        del manifest["program"]

    sealed(run, change)
    (although,) = document_of(capsys, run)["although"]
    assert "sources 555555555555 in the run, version 0." in although


@pytest.mark.parametrize("program", [[], {"version": 1}, {"version": "1", "commit": "HEAD", "is_modified": False}])
def test_a_program_that_no_run_writes_is_refused(capsys, run, program):
    sealed(run, lambda manifest: manifest.update(program=program))
    assert "program: not as a run writes it" in refused(capsys, "reproduce", run, "--quiet")


def test_a_run_stores_version_and_commit_of_the_program(run):
    program = json.loads((run / "manifest.json").read_text())["program"]
    git = shutil.which("git")
    ask = [git, "-C", str(ROOT), "rev-parse", "HEAD"]
    commit = subprocess.run(ask, capture_output=True, text=True, check=True).stdout if git else None
    assert program["version"].startswith("0.")
    assert program["commit"] == (commit.strip() if commit else None)
    assert isinstance(program["is_modified"], bool)


def test_flights_of_a_file_are_read_from_the_run_or_from_the_caller(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flights.csv").write_text("flight,sibt\nXX1,2022-09-05 03:00\nXX2,2022-09-06 05:00\n")
    folder = made(
        tmp_path / "runs", "run", "arrivals=file", "arrivals.schedule=flights.csv", *BARE, *FEW, "margin=none"
    )
    capsys.readouterr()
    assert document_of(capsys, folder)["identical"] is True
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert document_of(capsys, folder)["identical"] is True, "the run has a copy of its own"
    (tmp_path / "flights.csv").rename(tmp_path / "moved.csv")
    for verb in ("show", "cite", "methods"):
        assert main([verb, str(folder)]) == 0, "as any command on the run"
    capsys.readouterr()
    (tmp_path / "moved.csv").rename(tmp_path / "flights.csv")
    shutil.rmtree(folder / "flights")
    assert "schedule=FILE" in refused(capsys, "reproduce", folder, "--quiet")
    assert document_of(capsys, folder, "schedule=../flights.csv")["identical"] is True
    shutil.copy("../flights.csv", folder)
    assert document_of(capsys, folder)["identical"] is True
    (folder / "flights.csv").write_text("flight,sibt\nXX1,2022-09-05 04:00\n")
    assert "SHA-256" in refused(capsys, "reproduce", folder, "--quiet")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "one RUN"),
        (["{run}", "{run}"], "one RUN"),
        (["{run}", "hree=x"], "did you mean 'here'"),
        (["{run}", "workers=two"], "workers: expected a whole number"),
        (["{run}", "workers=0"], "cargohub: workers: expected a whole number from 1, got '0'"),
        (["{run}", "here={run}/here"], "is inside the run"),
        (["{run}", "here={run}/.."], "new or empty"),
        (["{run}", "schedule=flights.csv"], "schedule: no flights of this run come from a file; leave it out"),
        (["/no/such"], "no such folder"),
    ],
)
def test_mistakes_are_one_line(capsys, run, words, message):
    assert message in refused(capsys, "reproduce", *(word.format(run=run) for word in words))
