"""The cache of replications: no study simulates one again, and what is taken from it is the same to the bit."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from answers import answer
from mistakes import refused
from stored_runs import BARE, TINY

from experiments.composition import load
from experiments.execution.pool import Pool
from experiments.replications.work import evaluate, replicate
from experiments.store import Part, read_run
from experiments.store.cache import Cache, cache_folder
from sim import simulation

SMALL = (*TINY, *BARE, "demand.flights_per_day=1", "margin=none")
PART: Part = {
    "kpis": {"late": 0.1 + 0.2, "longest": np.inf, "none": np.nan, "flights": 6},
    "tables": {"flights": {"flight": np.array(["a", "bc"]), "aldt": np.array([0.25, np.nan])}, "recovery": {}},
    "seconds": 1.5,
}


def small_file(cache: Cache, name: str, age: int) -> None:
    cache.put(name, {"kpis": {"a": 1.0}, "tables": {}})
    os.utime(cache.folder / name, (1_000_000 - age, 1_000_000 - age))


def tables(files: dict[str, str]) -> dict[str, str]:
    return {name: sha for name, sha in files.items() if name.startswith("tables/")}


def test_a_replication_comes_back_to_the_bit_and_a_damaged_one_is_said_and_dropped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cache = Cache(tmp_path / "kept", 10**6)
    assert cache.get("a") is None
    cache.put("a", PART)
    back = cache.get("a")
    assert back is not None and back["is_cached"] and back["seconds"] == 1.5
    assert list(back["kpis"]) == list(PART["kpis"]) and list(back["tables"]) == ["flights", "recovery"]
    np.testing.assert_array_equal(list(back["kpis"].values()), list(PART["kpis"].values()))
    for name, column in PART["tables"]["flights"].items():
        assert back["tables"]["flights"][name].dtype == column.dtype
        assert back["tables"]["flights"][name].tobytes() == column.tobytes()
    path = cache.folder / "a"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    for damaged in (bytes(content), b"", bytes(content[:40])):
        path.write_bytes(damaged)
        assert cache.get("a") is None and not path.exists()
        assert capsys.readouterr().err == f"cache: {path}: damaged; simulated again\n"


@pytest.mark.parametrize("how", ["exchanged", "pipe", "loop", "device", "huge", "folder", "locked"])
def test_what_is_no_file_of_the_cache_is_never_taken_and_stops_neither_command_nor_cache(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    cache, path = Cache(tmp_path, 10**6), tmp_path / "a"
    small_file(cache, "b", 0)

    def locked(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    if how == "locked":
        monkeypatch.setattr(Path, "unlink", locked)
    ways: dict[str, Callable[[], object]] = {
        "exchanged": lambda: path.write_bytes((tmp_path / "b").read_bytes()), "pipe": lambda: os.mkfifo(path),
        "loop": lambda: path.symlink_to(path), "device": lambda: path.symlink_to("/dev/zero"), "folder": path.mkdir,
        "huge": lambda: (path.touch(), os.truncate(path, 2**40)), "locked": lambda: path.write_bytes(b"1"),
    }  # fmt: skip
    ways[how]()
    assert cache.get("a") is None
    assert capsys.readouterr().err == f"cache: {path}: damaged; simulated again\n"
    monkeypatch.undo()
    cache.put("a", PART)
    assert (cache.get("a") is None) == (how == "folder")
    os.utime(path, (0, 0))
    small_file(replace(cache, most_bytes=(tmp_path / "b").stat().st_size), "c", 0)
    assert not (tmp_path / "b").exists() and path.exists() == (how == "folder")


def test_what_was_used_least_recently_goes_first_and_a_folder_that_cannot_be_written_keeps_nothing(
    tmp_path: Path,
) -> None:
    cache = Cache(tmp_path, 10**6)
    for age, name in enumerate("abc"):
        small_file(cache, name, age)
    size = (tmp_path / "a").stat().st_size
    (tmp_path / ".d-1").write_bytes(b"of a killed process")
    os.utime(tmp_path / ".d-1", (0, 0))
    assert cache.get("c") is not None
    replace(cache, most_bytes=3 * size).put("d", {"kpis": {"a": 1.0}, "tables": {}})
    assert {path.name for path in tmp_path.iterdir()} == {"a", "c", "d"}
    replace(cache, most_bytes=size - 1).put("e", {"kpis": {"a": 1.0}, "tables": {}})
    assert not (tmp_path / "e").exists()
    nowhere = Cache(Path(os.devnull) / "kept", 10**6)
    nowhere.put("a", PART)
    assert nowhere.get("a") is None
    assert cache_folder().is_relative_to(os.devnull)  # no test takes what another has simulated


@pytest.mark.parametrize("read", ["flights", "values"])
def test_a_file_that_changes_during_its_run_is_refused_and_nothing_of_it_is_cached(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, read: str
) -> None:
    """Later replications would read the new file, under the hash of the old one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "read.csv"
    path.write_text("flight,sibt\nA,2022-09-05 10:00\n" if read == "flights" else "min\n10\n20\n")
    words = ["arrivals=file", f"arrivals.schedule={path}"]
    if read == "values":
        words = [f"sorting.outages.mttr_min={{family: empirical, file: {path}}}"]
    small = [word for word in SMALL if "flights_per_day" not in word or read == "values"]
    simulate = simulation.simulate

    def changing(*given: Any) -> Any:
        result = simulate(*given)
        path.write_text(path.read_text().replace("10", "11"))
        return result

    monkeypatch.setattr(simulation, "simulate", changing)
    assert "read.csv: changed since the command began" in refused(capsys, "run", *small, *words, "--out", tmp_path)
    assert not (tmp_path / "cache").exists()


def test_a_name_stands_for_hub_number_and_work(tmp_path: Path) -> None:
    cache, hub = Cache(tmp_path, 1), load()
    names = [
        cache.name_of(evaluate, hub, 0), cache.name_of(evaluate, hub, 1), cache.name_of(replicate, hub, 0),
        cache.name_of(evaluate, replace(hub, seed=2), 0), cache.name_of(partial(evaluate, prices=None), hub, 0),
    ]  # fmt: skip
    assert len(set(names)) == len(names)
    assert cache.name_of(evaluate, load(), 0) == names[0]


def test_other_folders_and_studies_take_what_was_simulated_unless_fresh(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    asked: list[int] = []
    run = Pool.run

    def counted(self: Pool, tasks: Any, **how: Any) -> Any:
        asked.append(len(tasks))
        return run(self, tasks, **how)

    monkeypatch.setattr(Pool, "run", counted)

    def made(folder: str, *words: str) -> tuple[dict[str, str], list[bool], int]:
        asked.clear()
        path = Path(answer(capsys, *words, *SMALL, "--out", tmp_path / folder)["run_dir"])
        timings = json.loads((path / "timings.json").read_text())["replications"]
        return read_run(path).manifest["files"], [row["is_cached"] for row in timings], sum(asked)

    first, are_cached, n = made("a", "run")
    assert (are_cached, n) == ([False, False], 2)
    again, are_cached, n = made("b", "run")
    assert (are_cached, n) == ([True, True], 0) and tables(again) == tables(first)
    _, are_cached, n = made("c", "compare", "designs=[liege_30k, liege_30k seed=2]")
    assert (sorted(are_cached), n) == ([False, False, True, True], 2)
    for words in (("--fresh",), ("cache_mb=0",)):
        files, are_cached, n = made(words[0], "run", *words)
        assert (are_cached, n) == ([False, False], 2) and tables(files) == tables(first)
    assert "--fresh: list reuses no results" in refused(capsys, "list", "--fresh")
