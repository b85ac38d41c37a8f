import math
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from experiments.composition import load
from experiments.store import identity, identity_of
from experiments.store.identity import cpu_family, hash_of, keep_inputs
from sim.config import ArrivalModel


def test_the_hash_is_of_all_that_decides_the_numbers():
    hub = load("liege_30k")
    first = identity_of({"liege_30k": hub}, {"replications": 4, "workers": 1})
    assert first == identity_of({"liege_30k": load("liege_30k")}, {"workers": 8, "replications": 4})
    hashes = {
        hash_of(identity_of(hubs, study))
        for hubs, study in [
            ({"liege_30k": hub}, {"replications": 4}),
            ({"liege_30k": hub}, {"replications": 5}),
            ({"other": hub}, {"replications": 4}),
            ({"liege_30k": replace(hub, seed=hub.seed + 1)}, {"replications": 4}),
            ({"liege_30k": replace(hub, lanes=dict(reversed(hub.lanes.items())))}, {"replications": 4}),
        ]
    }
    assert len(hashes) == 5
    assert hash_of(first) in hashes
    with pytest.raises(ValueError, match="JSON compliant"):
        hash_of({"study": {"level": math.nan}})


def test_an_input_file_counts_by_its_content(tmp_path):
    def identity_with(folder, content):
        (tmp_path / folder).mkdir()
        file = tmp_path / folder / "flights.csv"
        file.write_text(content)
        arrivals = {"month_index": None, "weekday_index": None, "hour_share": None, "delay": None}
        schedule = replace(
            hub.arrivals, model=ArrivalModel.FILE, envelope_flights_per_day=None, schedule=str(file), **arrivals
        )
        return identity_of({"a": replace(hub, arrivals=schedule)}, {})

    hub = load("liege_30k")
    first = identity_with("one", "flight,aldt\n")
    assert first == identity_with("two", "flight,aldt\n")
    assert hash_of(first) != hash_of(identity_with("three", "flight,sibt\n"))
    assert list(first["inputs"]["a"]) == ["file", "sha256"]


def test_a_copied_folder_of_flights_is_completed_after_a_kill(tmp_path):
    flights = tmp_path / "flights"
    flights.mkdir()
    for name in ("1.csv", "2.csv"):
        (flights / name).write_text(f"flight,sibt\nA,{name}\n")
    hub = load("liege_30k", "arrivals=file", f"arrivals.schedule={flights}")
    keep_inputs(tmp_path / "run", [hub])
    (copy := tmp_path / "run" / "flights" / "flights" / "2.csv").unlink()
    keep_inputs(tmp_path / "run", [hub])
    assert copy.read_bytes() == (flights / "2.csv").read_bytes()


def test_the_hash_is_the_same_in_every_process():
    program = (
        "from experiments.composition import load; from experiments.store.identity import hash_of, identity_of;"
        "print(hash_of(identity_of({'a': load('liege_30k')}, {'b': 1, 'a': [1, 2]})))"
    )
    hashes = {
        subprocess.run(
            [sys.executable, "-c", program],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(hashes) == 1


def test_the_cpu_family_names_what_numpy_chose():
    assert {"machine", "exp", "log", "power"} <= set(cpu_family())


@pytest.mark.parametrize("edited", ["sim/domain/a.py", "experiments/report/texts.yaml"])
def test_an_edit_of_the_programs_code_is_another_identity_in_the_same_process(monkeypatch, tmp_path, edited):
    for folder in (*identity._SOURCES, "sim/domain", "experiments/report"):
        (tmp_path / folder).mkdir()
    (tmp_path / edited).write_text("x: 1")
    monkeypatch.setattr(identity, "ROOT", tmp_path)
    before, same = (identity._hash_of_sources() for _ in range(2))
    (tmp_path / edited).write_text("x: 22")
    assert before == same != identity._hash_of_sources()
