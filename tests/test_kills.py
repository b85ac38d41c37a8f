import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from small_runs import KEYS, SCHEMAS, content, opened, part_of, run_all

from experiments.store import kpis_of


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


KILLS = """
import sys
sys.path[:0] = sys.argv[2:]
from pathlib import Path
import test_kills

step, whole = 1, False
while not whole:
    root = Path(sys.argv[1]) / str(step)
    whole = test_kills.killed_at(root, step)
    step += 1
print(step)
"""


def test_a_kill_at_any_step_towards_the_disk_costs_nothing_but_time(tmp_path):
    # A process of its own: forking wants one without threads.
    ran = subprocess.run(
        [sys.executable, "-c", KILLS, str(tmp_path / "killed"), str(Path(__file__).parent), *sys.path],
        check=True,
        capture_output=True,
        text=True,
    )
    assert int(ran.stdout) > 30
    expected = content(run_all(tmp_path / "whole", KEYS[:3]))
    for root in (tmp_path / "killed").iterdir():
        for manifest in root.glob("*/manifest.json"):
            assert len(kpis_of(manifest.parent)) == 3
        assert content(run_all(root, KEYS[:3])) == expected, f"killed at step {root.name}"


SLOW = """
import sys, time
sys.path[:0] = sys.argv[2:]
import small_runs
from experiments.execution import run

def slow(key):
    time.sleep(0.05)
    return small_runs.part_of(key)

if __name__ == "__main__":
    with small_runs.opened(sys.argv[1]) as directory:
        there = directory.finished()
        todo = [(key, slow, (key,)) for key in small_runs.KEYS if key not in there]
        for key, part in run(todo, workers=2, is_quiet=True):
            directory.keep(key, part)
        if not directory.is_complete:
            directory.complete(small_runs.SCHEMAS)
"""


@pytest.mark.parametrize("seed", range(3))
def test_a_kill_at_a_random_moment_of_a_parallel_run_costs_nothing_but_time(tmp_path, seed):
    script = tmp_path / "slow.py"
    script.write_text(SLOW)
    command = [sys.executable, str(script), str(tmp_path / "a"), str(Path(__file__).parent), *sys.path]
    rng = np.random.default_rng(seed)
    running = subprocess.Popen(command)
    end = time.monotonic() + 20
    while not (tmp_path / "a").exists() and time.monotonic() < end:
        time.sleep(0.01)
    time.sleep(rng.uniform(0.0, 0.6))
    running.kill()
    running.wait()
    # An orphaned worker writes nothing: the next command can start at once.
    subprocess.run(command, check=True)
    with opened(tmp_path / "a") as again, opened(tmp_path / "b") as whole:
        for key in KEYS:
            whole.keep(key, part_of(key))
        whole.complete(SCHEMAS)
        assert again.is_complete
    assert content(again.path) == content(whole.path)
    assert json.loads((again.path / "timings.json").read_text())["replications"]
