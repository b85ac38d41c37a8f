"""A run of six replications, small enough to be made many times, with tables of its own."""

import math
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from experiments.store import RunDirectory

IDENTITY = {"hubs": {"small": {"seed": 5}}, "study": {}}
KEYS = [(scenario, replication) for scenario in ("small", "large, 5 m²/h") for replication in range(3)]


@dataclass(frozen=True)
class Column:
    name: str
    dtype: str
    unit: str = ""
    meaning: str = ""


@dataclass(frozen=True)
class Schema:
    name: str
    columns: tuple[Column, ...]
    sort: tuple[str, ...] = ()


FLIGHTS = Schema(
    "flights",
    (Column("flight", "string"), Column("aldt", "float64", "min", "landing"), Column("parcels", "int32", "parcels")),
    sort=("aldt", "flight"),
)
ULDS = Schema("ulds", (Column("uld", "int64"), Column("is_main_deck", "bool")), sort=("uld",))
SCHEMAS = {schema.name: schema for schema in (FLIGHTS, ULDS)}
SUMMARY = Schema("summary", (Column("scenario", "string"), Column("mean", "float64", "%")), sort=("scenario",))


def part_of(key):
    rng = np.random.default_rng([key[1], len(key[0])])
    aldt = rng.integers(0, 4, size=6) / 4
    aldt[2] = np.nan
    return {
        "kpis": {"late": rng.random(), "flights": 6, "longest": math.inf, "none": math.nan},
        "tables": {
            "flights": {
                "parcels": rng.integers(0, 9000, size=6),
                "flight": np.array([f"XX{number}" for number in rng.permutation(6)]),
                "aldt": aldt,
            },
            "ulds": {"uld": np.array([3, 1, 2]), "is_main_deck": np.array([True, False, True])},
        },
        "seconds": time.monotonic(),
    }


def opened(root, **changed):
    wanted = {"verb": "compare", "name": "small", "identity": IDENTITY, "config_yaml": "seed: 5\n", **changed}
    return RunDirectory.open(root, **wanted)


def run_all(root, keys=KEYS, upto=None):
    with opened(root) as run:
        todo = [key for key in keys if key not in run.finished()]
        for key in todo[:upto]:
            run.keep(key, part_of(key))
        if upto is None and not run.is_complete:
            mean = {"scenario": np.array(["small", "large"]), "mean": np.array([1.0, 2.0])}
            run.complete(SCHEMAS, tables=[(SUMMARY, mean)])
    return run.path


def killed_at(root, step):
    """In a child process: run, and be killed at the given step towards the disk. True if the run got through."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    steps = iter(range(1, step))
    names = {"fsync": os.fsync, "write": os.write, "unlink": os.unlink}

    def counted(call):
        def counting(*arguments, **options):
            if next(steps, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **options)

        return counting

    for name, call in names.items():
        setattr(os, name, counted(call))
    Path.replace = counted(Path.replace)
    run_all(Path(root), KEYS[:3])
    os._exit(0)


def content(path):
    return {
        file.relative_to(path).as_posix(): file.read_bytes()
        for file in sorted(path.rglob("*"))
        if file.is_file() and file.name not in ("timings.json", ".lock")
    }
