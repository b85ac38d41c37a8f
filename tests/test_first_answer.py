"""The answer comes first: what is imported and read before it, and what an end while the page is made leaves."""

import json
import subprocess
import sys

import pytest
from mistakes import refused
from stored_runs import TINY

from experiments.frame import of_designs, pages
from experiments.main import main

_WATCHED = """
import collections, json, sys
read = collections.Counter()
sys.addaudithook(lambda event, given: read.update([str(given[0])]) if event == "open" else None)
from experiments.main import main
write, seen = sys.stdout.write, []
def first(text):
    if not seen:
        configs = {name: n for name, n in read.items() if "/configs/" in name}
        seen.append({"modules": sorted(sys.modules), "read": configs})
    return write(text)
sys.stdout.write = first
code = main(sys.argv[1:])
print(json.dumps([code, *seen, sorted(sys.modules)]), file=sys.stderr)
"""
HEAVY = ("matplotlib", "pandas", "pyarrow", "jinja2", "joblib", "rich", "scipy.stats", "scipy.optimize", "openpyxl")
SMALL = (*TINY, "demand.flights_per_day=1", "exports=none")


def watched(*words: str) -> tuple[dict[str, object], list[str]]:
    """What had been imported and read when the first line was printed, and what was imported in the end."""
    done = subprocess.run([sys.executable, "-c", _WATCHED, *words], capture_output=True, text=True, check=True)
    code, seen, modules = json.loads(done.stderr.splitlines()[-1])
    assert code == 0 and done.stdout.startswith(("30,000 m²", "usage:"))
    return seen, modules


def test_the_verdict_is_printed_before_anything_is_imported_that_draws(tmp_path):
    seen, modules = watched("run", *TINY, "demand.flights_per_day=1", "page=none", "--out", str(tmp_path))
    assert not {"matplotlib", "pandas", "jinja2", "openpyxl"} & {*seen["modules"]} and seen["read"]
    assert not [name for name, n in seen["read"].items() if n > 1], "a file is read once"
    assert not {"matplotlib", "pandas", "jinja2"} & {*modules}, "of the page"


def test_a_worker_imports_the_model_alone():
    code = "import sys, experiments.replications.work, sim.simulation; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"hydra", "yaml", *HEAVY} & {*modules}


def test_help_imports_nothing_that_computes():
    _, modules = watched("--help")
    assert not {"numpy", "yaml", "hydra", *HEAVY} & {*modules}


def test_the_verdict_comes_once_and_an_end_while_the_page_is_made_loses_no_result(tmp_path, monkeypatch, capsys):
    def ended(*_: object) -> None:
        raise KeyboardInterrupt

    write = pages.write_page
    monkeypatch.setattr(pages, "write_page", ended)
    assert main(["run", *SMALL, "--out", str(tmp_path)]) == 130
    (folder,) = tmp_path.iterdir()
    printed = capsys.readouterr().out
    assert printed.count("Required: ") == 1 and f"tables: {folder}\n" in printed and "page:" not in printed
    monkeypatch.setattr(pages, "write_page", write)
    assert main(["resume", str(folder), "--quiet"]) == 0
    assert (folder / "report.html").is_file()


@pytest.mark.parametrize(("when", "line"), [("later", "page:   cargohub show {} page=now\n"), ("none", "")])
def test_a_page_that_is_not_wanted_now_is_made_when_it_is_asked_for(when, line, tmp_path, capsys):
    assert main(["run", *SMALL, f"page={when}", "--out", str(tmp_path)]) == 0
    (folder,) = tmp_path.iterdir()
    assert capsys.readouterr().out.partition("page:")[1:] == line.format(folder).partition("page:")[1:]
    assert main(["resume", str(folder), "--quiet"]) == 0 and not (folder / "report.html").exists()
    assert main(["show", str(folder), "page=now"]) == 0 and (folder / "report.html").is_file()
    assert capsys.readouterr().out.endswith(f"page:   {folder / 'report.html'}\n")
    (folder / "report.html").unlink()
    assert main(["resume", str(folder), "page=now", "--quiet"]) == 0 and (folder / "report.html").is_file()
    assert "page: must be one of now, later, none, got 'soon'" in refused(capsys, "show", folder, "page=soon")


def test_what_the_ladder_allows_is_said_before_a_few_designs_are_simulated(tmp_path, capsys, monkeypatch):
    begin = "Before the simulation: "
    small = [word for word in (*SMALL, "page=none", "--out", str(tmp_path)) if word != "--quiet"]
    few = ("compare", "designs=[liege_30k, liege_30k apron.stands=1]", *small)
    assert main([*few]) == 0
    first, second, *others = capsys.readouterr().err.splitlines()
    assert first.startswith(begin) and "tug trains can handle about 86,800 imports a day; 4,610 are expected" in first
    assert second.startswith(begin) and "aircraft stands can handle about 23,400 imports a day; 4,610" in second
    assert not any(begin in line for line in others)
    assert main([*few]) == 0, "the run is complete"
    monkeypatch.setattr(of_designs, "_FEW", 1)
    assert main([*few, "seed=2"]) == 0
    assert begin not in capsys.readouterr().err
