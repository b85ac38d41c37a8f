"""`cargohub resume`: an interrupted run goes on from its own configuration, and ends as an undisturbed one."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml
from interruptions import cut_off
from mistakes import refused
from stored_runs import TINY, configured, tables_of
from test_sensitivity import DROPPED

from experiments.frame import pages
from experiments.main import main
from experiments.store import parts
from experiments.store.foreign import begun

DATED = (
    "permit_66k_2_phases",
    "permit_100k_at_once",
    "permit_100k_phased",
    "react_66k",
    "react_100k",
    "second_site",
)
"""Paths that need decisions."""
FEW = ("exports=none", "halls.main.packout_posts=0", "demand.flights_per_day=1")
VERBS = {
    "run": ["run", "demand.flights_per_day=1"],
    "compare": ["compare", "scenarios=[liege_30k,liege_66k]", "family=none"],
    "sweep": ["sweep", "demand.flights_per_day=1,2"],
    "capacity": ["capacity", "scenarios=[liege_30k]", "capacity.tolerance=20"],
    "decompose": [
        "decompose", "scenarios=[liege_30k,liege_66k_5_machines]",
        *(f"~decompose.factors.{name}" for name in ("floor", "machines", "people", "doors")),
    ],
    "customs": [
        "customs", "scenario=customs_today", "frontier.examination.values=[0]", "~frontier.X-ray",
        "~frontier.documents", *FEW,
    ],
    "shadow-price": [
        "shadow-price", "shadow_price.zones=[floor]", "shadow_price.steps=1", "shadow_price.flights_per_day=[3]",
    ],
    "expansion": [
        "expansion", "expansion.draws=2", "expansion.worlds=2", "expansion.years=5",
        "expansion.loads=[0.1,0.8]", "sorting.efficiency=0.02",
        *(f"~expansion.paths.{name}" for name in DATED),
    ],
    "sensitivity": [
        "sensitivity", "sensitivity.method=morris", "sensitivity.trajectories=2",
        *(f"~sensitivity.factors.{name}" for name in (*DROPPED, "parcels_per_flight")),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The tables of a run that nobody interrupted."""
    root = tmp_path_factory.mktemp("whole")
    assert main(["run", *FEW, *TINY, "page=none", "--out", str(root)]) == 0
    (folder,) = root.iterdir()
    return tables_of(folder)


@pytest.fixture(scope="module")
def cut_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same run, interrupted after its first replication; tests take copies."""
    return cut_off(["run", *FEW], tmp_path_factory.mktemp("cut"))


@pytest.fixture
def cut(cut_run: Path, tmp_path: Path) -> Path:
    return shutil.copytree(cut_run, tmp_path / "cut" / cut_run.name)


SLOW = {*VERBS} - {"run", "customs"}
"""The others go the same way: designs that are known beforehand. What rounds choose has tests of its own."""


@pytest.mark.parametrize("verb", [pytest.param(verb, marks=pytest.mark.slow if verb in SLOW else ()) for verb in VERBS])
def test_every_study_goes_on_and_ends_as_if_undisturbed(tmp_path, capsys, verb):
    words = VERBS[verb]
    assert main([*words, *TINY, "--out", str(tmp_path / "whole")]) == 0
    output = capsys.readouterr().out
    folder = cut_off(words, tmp_path / "cut")
    before = (folder / "replications.jsonl").read_bytes()
    assert before.count(b"\n") == 2  # the environment, and one replication
    capsys.readouterr()
    assert main(["resume", folder.name[-12:-4], "workers=1", "--quiet", "--out", str(tmp_path / "cut")]) == 0
    assert capsys.readouterr().out == output.replace(str(tmp_path / "whole"), str(tmp_path / "cut"))
    (whole,) = (tmp_path / "whole").iterdir()
    assert [path.name for path in (tmp_path / "cut").iterdir()] == [whole.name]
    assert tables_of(folder) == tables_of(whole)
    for name in ("config.yaml", "manifest.json"):
        assert (folder / name).read_bytes() == (whole / name).read_bytes().replace(b"whole", b"cut")


def test_what_is_finished_is_not_done_again(monkeypatch, cut):
    kept, keep = [], parts.keep
    monkeypatch.setattr(parts, "keep", lambda *arguments: (kept.append(arguments[1]), keep(*arguments))[1])
    assert main(["resume", str(cut), "workers=1", "--quiet"]) == 0
    assert kept == [("liege_30k", 1)]


@pytest.mark.parametrize(
    "what", ["a figure of the line", "the file of tables", "half of the file", "another file", "a folder"]
)
def test_what_was_changed_after_it_was_finished_is_computed_again(cut, whole_run, capsys, what):
    lines, (part,) = cut / "replications.jsonl", (cut / "parts").iterdir()
    content = part.read_bytes()
    if what == "a figure of the line":
        changed, n_changed = re.subn('"on_time_share": [0-9.]+', '"on_time_share": 0.123', lines.read_text())
        assert n_changed == 1
        lines.write_text(changed)
    elif what == "another file":
        np.savez(part, **{"flights/scheduled": np.zeros(3)})
    elif what == "a folder":
        part.unlink()
        (part / "inside").mkdir(parents=True)
    else:
        part.write_bytes(content[: len(content) // 2] if what == "half of the file" else content[:-9] + b"x" * 9)
    capsys.readouterr()
    assert main(["resume", str(cut), "workers=1", "--quiet"]) == 0
    error = capsys.readouterr().err
    assert error == f"{cut}: finished parts that changed since and are computed again: 1\n"
    assert tables_of(cut) == whole_run


@pytest.mark.paged
def test_a_complete_run_says_so(monkeypatch, cut, tmp_path, capsys):
    folder = cut
    for _ in range(2):
        assert main(["resume", str(folder), "workers=1", "--quiet"]) == 0
    assert capsys.readouterr().out.endswith(f"{folder}: complete; nothing is left to do\n")
    page = folder / "report.html"
    drawn = page.read_bytes()
    page.unlink()
    assert main(["show", str(folder)]) == 0 and "page:" not in capsys.readouterr().out
    assert main(["resume", str(folder), "--quiet"]) == 0
    assert page.read_bytes() == drawn, "a run that was ended while its page was drawn"
    pictures = [*(folder / "figures").iterdir()]
    for gone in (pictures, pictures[:1]):
        for picture in gone:
            picture.unlink()
        assert main(["resume", str(folder), "--quiet"]) == 0
        assert all(picture.exists() for picture in pictures), "pictures that somebody removed"
    (folder / "tables" / "kpis.parquet").rename(tmp_path / "kpis.parquet")
    assert "kpis.parquet: missing" in refused(capsys, "resume", folder)
    (folder / "tables" / "kpis.parquet").write_bytes(b"")
    assert "kpis.parquet: changed since the run" in refused(capsys, "resume", folder)
    (tmp_path / "kpis.parquet").rename(folder / "tables" / "kpis.parquet")
    monkeypatch.setattr(pages, "write", lambda *_: pytest.fail("written in a read-only folder"))
    monkeypatch.setattr("os.access", lambda *_: False)
    assert main(["run", *FEW, *TINY, "--out", str(folder.parent)]) == 0
    assert capsys.readouterr().out.endswith(f"page:   {page}\n")


def test_a_file_of_flights_is_looked_for_in_the_folder_or_where_the_caller_says(tmp_path, capsys):
    flights = tmp_path / "flights.csv"
    flights.write_text("flight,sibt\n" + "".join(f"XX{n},2022-09-05 {n:02}:30\n" for n in range(0, 24, 6)))
    words = ["run", "arrivals=file", f"arrivals.schedule={flights}", *FEW[:2]]
    folder = cut_off(words, tmp_path / "runs")
    moved = flights.rename(tmp_path / "runs" / "flights.csv")
    own_copy = folder / "flights" / "flights.csv"
    assert own_copy.read_bytes() == moved.read_bytes()
    (hub,) = begun(folder).configuration.hubs.values()
    assert hub.arrivals.schedule == str(own_copy), "also for the page of an unfinished run"
    own_copy.unlink()
    assert "give the run's 'flights.csv' by schedule=FILE" in refused(capsys, "resume", folder)
    other = tmp_path / "flights.csv"
    other.write_text(moved.read_text() + "XX9,2022-09-05 23:30\n")
    assert "or other flights" in refused(capsys, "resume", folder, f"schedule={other}")
    assert main(["resume", str(folder), f"schedule={moved}", "workers=1", "--quiet"]) == 0


def test_what_is_no_run_of_ours_is_one_line_and_nothing_is_written(cut, tmp_path, capsys):
    def changed(change) -> str:
        folder = tmp_path / "hostile" / cut.name
        shutil.rmtree(folder.parent, ignore_errors=True)
        shutil.copytree(cut, folder)
        change(folder)
        before = sorted(folder.parent.rglob("*"))
        error = refused(capsys, "resume", folder)
        assert sorted(folder.parent.rglob("*")) == before
        return error

    def edited(key, value):
        return lambda folder: configured(folder, lambda config: config.__setitem__(key, value))

    config = yaml.safe_load((cut / "config.yaml").read_text())
    assert "does not store runs" in changed(edited("verb", "verify"))
    assert "does not store runs" in changed(edited("verb", "../../tmp/evil"))
    assert "'_target_'" in changed(edited("hubs", {"a": {"_target_": "os.system"}}))
    assert "interpolations are refused" in changed(edited("study", {"workers": "${oc.env:HOME}"}))
    assert "tags are refused" in changed(lambda folder: (folder / "config.yaml").write_text("!!python/name:os.system"))
    assert "is a link" in changed(lambda folder: (folder / "parts" / "x").symlink_to("/etc/passwd"))
    assert "renamed, or begun with another version" in changed(edited("study", {**config["study"], "replications": 9}))
    assert "is missing" in changed(lambda folder: (folder / "config.yaml").unlink())


def test_show_prints_what_the_run_folder_of_a_study_would_hold(tmp_path, capsys):
    folder = cut_off(["customs", *FEW], tmp_path / "runs")
    capsys.readouterr()
    assert main(["customs", *FEW, *TINY, "--show"]) == 0
    shown, config = capsys.readouterr().out, (folder / "config.yaml").read_text()
    assert shown.endswith(config)
    differences = shown.removesuffix(config).splitlines()
    assert all(line.startswith("# ") for line in differences) and "#   horizon_days: 14 → 1" in differences
    assert "replications: must be" in refused(capsys, "customs", *TINY, "--show", "replications=-5")


def test_a_run_is_found_by_the_beginning_of_its_hash_or_name_if_it_is_the_only_one(cut, capsys):
    shutil.copytree(cut, cut.with_name(f"{cut.name[:-1]}-"))
    out = ["--out", str(cut.parent)]
    assert "2 runs in" in refused(capsys, "resume", "run-", *out)
    assert "no such folder, and no run in" in refused(capsys, "resume", "nothing", *out)
    assert "one RUN" in refused(capsys, "resume", *out)
    assert "unknown option" in refused(capsys, "resume", cut, "replications=3")
    assert refused(capsys, "resume", cut, "workers=0") == "cargohub: workers: must be at least 1, got 0\n"
    assert "no flights of this run come from a file" in refused(capsys, "resume", cut, "schedule=flights.csv")
