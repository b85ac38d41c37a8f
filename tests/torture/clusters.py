"""A run that a Dask scheduler hands out, and that loses it: what was finished is kept."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from torture import judge, troubles
from torture.cases import Case
from torture.tried import Campaign

_BEGINS_S = 300
_DASK = ("execution=dask", "execution.patience_s=15")


def drawn(draw: random.Random) -> Case:
    """The scheduler is killed when so many replications are finished."""
    return {"words": [*troubles.PARALLEL], "kept": draw.randrange(6), "troubles": [["scheduler"]]}


def tried(campaign: Campaign, case: Case) -> str | None:
    """What is wrong with how it ended; None: nothing."""
    whole = campaign.whole_of(case)
    if isinstance(whole, str):
        return f"undisturbed: {whole}"
    folder = campaign.folder_of(case)
    with _cluster(folder) as (address, scheduler):
        process = campaign.begun([*case["words"], *_DASK, f"execution.address={address}"], folder, ())
        until = time.monotonic() + _BEGINS_S
        while _kept(folder) < case["kept"] and time.monotonic() < until:
            time.sleep(0.01)
        scheduler.kill()
        kept = _kept(folder)
        codes = campaign.ended({process: None})
    campaign.points["scheduler"] += 1
    if codes is None:
        return "hang"
    code = codes[process]
    out, err = ((folder / name).read_bytes() for name in ("stdout", "stderr"))
    problem = judge.verdict(case["words"], code, out, err, folder / "out", ["scheduler"])
    if problem is None and code and _kept(folder) < kept:
        problem = f"{kept} were finished, {_kept(folder)} are kept"
    problem = problem or campaign.in_the_end(case, folder, whole, is_done=False)
    campaign.leave(folder)
    return problem


def _kept(folder: Path) -> int:
    return sum(len(path.read_bytes().splitlines()) - 1 for path in folder.glob("out/*/replications.jsonl"))


@contextmanager
def _cluster(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A scheduler's address and process, with one worker."""
    at = folder / "dask"
    at.mkdir()
    scheduler_file = at / "scheduler.json"
    common = ["--scheduler-file", str(scheduler_file), "--no-dashboard", "--host", "127.0.0.1"]
    roles = (("scheduler", "--port", "0"), ("worker", "--nthreads", "1", "--local-directory", str(at)))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    processes = []
    for role, *more in roles:
        command = [sys.executable, "-m", f"distributed.cli.dask_{role}", *common, *more]
        processes.append(subprocess.Popen(command, cwd=at, env=environment, stderr=subprocess.DEVNULL))
        until = time.monotonic() + _BEGINS_S
        while not scheduler_file.exists() and time.monotonic() < until:
            time.sleep(0.05)
    yield json.loads(scheduler_file.read_text())["address"], processes[0]
    for process in processes:
        process.terminate()
        process.wait(timeout=60)
    for path in sorted(at.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    at.rmdir()
