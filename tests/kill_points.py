"""A study of a tiny hub, killed at random moments until so many kills are done: `python kill_points.py …`.

A program of its own, since it forks: every run is a fork of this process, which has imported all that a run needs. The
victim is the run itself, which the same study then continues, or one of its workers, which it survives.
"""

import json
import os
import signal
import sys
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import numpy as np

from experiments import execution
from experiments.arguments import Arguments
from experiments.composition import compose, hub, study
from experiments.designs.design import Design, DesignKeys
from experiments.frame.runner import opened
from experiments.frame.simulating import Simulated
from experiments.frame.study import Request
from experiments.replications.summing import complete
from sim.reading import plain, read

REPLICATIONS = 6
WORDS = (
    *(
        "exports=none",
        "horizon_days=1",
        "warmup_days=0",
        "service_h=6",
        "demand.flights_per_day=2",
        "demand.parcels_per_flight=1000",
    ),
    *("demand.net_t_per_flight=1", f"replications={REPLICATIONS}", "workers=2"),
)
_PATIENCE_S = 120
GIVEN_UP = "workers are killed repeatedly"
_WORKER = ("loky", "spawn_main", "nanny")
_MOST_STUDIES = 500
"""Far more than so many kills need."""
_TRACKER = "resource_tracker import"
"""Of a process that clears up after workers; workers themselves have a filter of warnings of that name."""


def asked(words=WORDS):
    composed = compose(words)
    return [Design("tiny", hub(composed))], study(DesignKeys, composed)


def computed(root, designs, keys):
    """The study, as `cargohub run` has it, without its page."""
    request = Request(designs, keys, Arguments(verb="run", out=Path(root)))
    with opened("tiny", request) as run, execution.opened(keys.execution, keys.workers) as pool:
        if not run.is_complete:
            complete(run, Simulated(lambda: run, lambda: pool, keys.prices, is_quiet=True).replicated(designs, keys))
    return run.path


def tables(folder):
    return {file.name: file.read_bytes() for file in sorted((folder / "tables").iterdir())}


class Killing:
    """Kills runs of one study below `root`, and looks at what they leave."""

    def __init__(self, root, place, rng):
        self.root, self.rng, self.log = Path(root), rng, Path(root) / "log"
        self.designs, keys = asked()
        self.root.mkdir(parents=True)
        begin = time.monotonic()
        self.keys = read(DesignKeys, {**plain(keys), "execution": place})
        folder = self.root / "whole"
        assert self.ended(self.begun(folder)) == 0, self.log.read_text()
        self.whole_s = time.monotonic() - begin
        self.expected = tables(next(folder.iterdir()))
        self.n = self.n_folders = 0

    def begun(self, folder):
        """A run in a process of its own: its number."""
        child = os.fork()
        if child:
            return child
        code = 1
        try:
            log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(log, 1)
            os.dup2(log, 2)
            computed(folder, self.designs, self.keys)
            code = 0
        except BaseException:  # noqa: BLE001 - it goes to the log
            import traceback

            traceback.print_exc()
        finally:
            os._exit(code)

    def ended(self, child, until=None):
        """The exit code; None if it still runs at that time."""
        end = time.monotonic() + _PATIENCE_S if until is None else until
        while True:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status)
            if time.monotonic() >= end:
                assert until is not None, "a run hangs"
                return None
            time.sleep(0.005)

    def moment(self):
        return time.monotonic() + self.rng.uniform(0.0, self.whole_s)

    def another(self):
        self.n_folders += 1
        return self.root / f"{self.n_folders}"

    def kill_runs(self, n):
        """The same study again and again, each killed somewhere, until one gets through; and again."""
        while self.n < n:
            folder, lines = self.another(), []
            while True:
                child = self.begun(folder)
                code = self.ended(child, self.moment() if self.n < n else None)
                if code is None:
                    os.kill(child, signal.SIGKILL)
                    code = self.ended(child)
                if code != -signal.SIGKILL:  # it may have got through just before
                    assert code == 0, self.log.read_text()
                    break
                self.n += 1
                lines = self.kept(folder, lines)
            self.check(folder)

    def kill_workers(self, n, parent=None):
        """Runs whose workers are killed; `parent`: of the workers, if it is not the run.

        A run whose workers are killed so often that nothing gets done gives up, and the same study goes on with it.
        """
        while self.n < n:
            assert self.n_folders < _MOST_STUDIES, f"kill {self.n}: no worker was found"
            folder, lines, code = self.another(), [], None
            while code != 0:
                child = self.begun(folder)
                while (code := self.ended(child, self.moment() if self.n < n else None)) is None:
                    workers = workers_of(parent or child)
                    if workers:
                        with suppress(ProcessLookupError):
                            os.kill(self.rng.choice(workers), signal.SIGKILL)
                            self.n += 1
                assert code == 0 or GIVEN_UP in self.log.read_text(), self.log.read_text()
                lines = self.kept(folder, lines)
            self.check(folder)

    def kept(self, folder, before):
        """The lines of finished replications, which no later kill may change."""
        path = next(iter(folder.glob("*/replications.jsonl")), None)
        if path is None:
            return before if not list(folder.glob("*/manifest.json")) else []
        lines = path.read_bytes().split(b"\n")[:-1]
        assert lines[: len(before)] == before
        keys = [(line["scenario"], line["replication"]) for line in map(json.loads, lines[1:])]
        assert len(set(keys)) == len(keys)
        return lines

    def check(self, folder):
        (run,) = folder.iterdir()
        assert tables(run) == self.expected, f"kill {self.n}"


def workers_of(parent):
    """Numbers of the worker processes that the process, or one it started, has."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                of = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                command = (entry / "cmdline").read_bytes().decode()
            except OSError:
                continue
            if of == parent and any(word in command for word in _WORKER) and _TRACKER not in command:
                found.append(int(entry.name))
    return found


if __name__ == "__main__":
    os.fsync = os.fstat  # what a killed process has written is there
    root, n_runs, n_workers, place, parent = json.loads(sys.argv[1])
    for module in ("pandas", "pyarrow.parquet", "sim.simulation", *(["distributed"] if place else [])):
        import_module(module)  # here, so that no run has to
    killing = Killing(root, place, np.random.default_rng(n_runs))
    killing.kill_runs(n_runs)
    killing.kill_workers(n_runs + n_workers, parent)
    sys.stdout.write(json.dumps(killing.n))
