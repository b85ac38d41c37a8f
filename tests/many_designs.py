"""What a study of many designs takes of memory: `many_designs.py VERB FEW MANY FOLDER [drawn]` tells the peaks [MB].

Designs are made from one hub, and one simulation stands for all, since the main process is measured. Its table of
loads is as long as that of a busy hub, two megabytes: what keeps the tables of all designs shows.
"""

import contextlib
import io
import json
import resource
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import conftest
import numpy as np

from experiments.arguments import Arguments
from experiments.composition import compose, hub, study
from experiments.designs.design import Design, DesignKeys
from experiments.frame import console, runner, simulating
from experiments.frame.study import Request
from experiments.replications import replicating
from experiments.store.tables import Columns

TINY = ["exports=none", "horizon_days=1", "warmup_days=0", "service_h=6", "demand.flights_per_day=1",
        "demand.parcels_per_flight=1000", "demand.net_t_per_flight=1", "replications=1", "workers=1"]  # fmt: skip
ROWS = 40_000


def longer(columns: Columns) -> Columns:
    return {name: np.resize(values, ROWS) for name, values in columns.items()}


def peak_mb(verb: str, n: int, folder: Path) -> float:
    composed = compose(TINY)
    one, keys = hub(composed), study(DesignKeys, composed)
    designs = [Design(f"design={n} of many", replace(one, scenario=f"{n}")) for n in range(n)]
    arguments = Arguments(verb=verb, words=tuple(TINY), out=folder, quiet=True)
    with contextlib.redirect_stdout(io.StringIO()):
        verb_study = import_module(f"experiments.studies.{verb}").STUDY
        assert runner.carry_out(verb_study, Request(designs, keys, arguments)) == 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    composed = compose(TINY)
    made = replicating.replicate(hub(composed), 0, study(DesignKeys, composed).prices)
    made["tables"] = {**made["tables"], "loads": longer(made["tables"]["loads"])}
    simulating.replicate = lambda *_, **__: made
    verb, few, many, folder, *drawn = sys.argv[1:]
    console.MOST_ON_PAGE = 4  # what a page takes is there from few designs on
    conftest.render(has_figures=bool(drawn), has_pages=bool(drawn))
    sys.stdout.write(json.dumps([peak_mb(verb, int(n), Path(folder) / n) for n in (few, many)]))
