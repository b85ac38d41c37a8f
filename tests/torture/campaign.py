"""Attacks the command line for as many minutes as it is given: `make torture MINUTES=10 SEED=7`.

Each case runs in a fork of this process, which has imported everything. What breaks the contract (docs/reliability.md)
is made as simple as it can be, and goes into `found.yaml`, which tests/test_torture.py replays.
"""

import argparse
import ctypes
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import Any

import conftest
import yaml
from fork_server import imported

from tests.torture import cases, ground
from tests.torture.judge import verdict

FOUND = Path(__file__).with_name("found.yaml")
PATIENCE_S = 120
MOST_BYTES = 6 * 2**30
_SUBREAPER = 36  # prctl: orphans become children of this process
KINDS = {"words": 5, "files": 4, "runs": 3, "faults": 1}


class Campaign:
    """Cases on copies of the good files below `root`."""

    def __init__(self, root: Path) -> None:
        self.root, self.good, self.n, self.whole_s = root, root / "good", 0, 0.0
        self.good.mkdir()
        with Path(os.devnull).open("w") as null, redirect_stdout(null), redirect_stderr(null):
            ground.laid_out(self.good)
        self.names = ground.files(self.good)

    def drawn(self, kind: str, draw: random.Random) -> cases.Case:
        if kind == "words":
            return cases.command_line(draw)
        if kind == "files":
            return cases.damaged_file(draw, self.names)
        if kind == "runs":
            return cases.foreign_run(draw, self.names)
        if not self.whole_s:
            begin = time.monotonic()
            assert self.tried({"words": ["run", *cases.SMALL, "--out", "out"]}) is None
            self.whole_s = time.monotonic() - begin
        return cases.fault(draw)

    def tried(self, case: cases.Case) -> str | None:
        """What is wrong with how it ended; None: nothing."""
        self.n += 1
        folder = self.root / f"{self.n}"
        folder.mkdir()
        ground.copied(self.good, case, folder)
        problem = self._ended(case, folder)
        if problem is None and (folder / "out").is_dir() and "run" in case["words"][:1]:
            again = {key: value for key, value in case.items() if key == "words"}
            problem = self._ended(again, folder)  # what an interrupt left goes on
            if problem is not None:
                problem = f"again: {problem}"
        shutil.rmtree(folder, ignore_errors=True)
        return problem

    def _ended(self, case: cases.Case, folder: Path) -> str | None:
        child = os.fork()
        if child == 0:
            _run(case, folder)
        number, share = case.get("signal", (None, 0.0))
        begin = time.monotonic()
        code = None
        while code is None:
            done, status = os.waitpid(child, os.WNOHANG)
            passed_s = time.monotonic() - begin
            if done:
                code = os.waitstatus_to_exitcode(status)
            elif passed_s > PATIENCE_S:
                os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return "hang"
            elif number is not None and passed_s > share * self.whole_s:
                os.kill(child, number)
                number = None
            else:
                time.sleep(0.002)
        if _has_children(until=time.monotonic() + 10):
            with suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
            return "a process is left"
        return verdict(case, code, (folder / "stdout").read_bytes(), (folder / "stderr").read_bytes(), folder / "out")

    def simpler(self, case: cases.Case, problem: str) -> cases.Case:
        """With fewer words and less damage, as long as the same is wrong."""
        kind = problem.partition(":")[0]
        for name in ("words", "damage"):
            at = len(case.get(name, ())) - 1
            while at >= (1 if name == "words" else 0):
                fewer = {**case, name: case[name][:at] + case[name][at + 1 :]}
                if (self.tried(fewer) or "").partition(":")[0] == kind:
                    case = fewer
                at -= 1
        return case


def _run(case: cases.Case, folder: Path) -> None:
    """In the child: the command line, which ends the process."""
    os.setsid()
    os.chdir(folder)
    null = os.open(os.devnull, os.O_RDONLY)
    opened = [os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) for name in ("stdout", "stderr")]
    for stream, source in enumerate((null, *opened)):
        os.dup2(source, stream)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if "limit" in case:
        name, most = case["limit"]
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most))
    from experiments.main import console

    sys.argv[:] = ["cargohub", *case["words"]]
    console()


def _has_children(until: float) -> bool:
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0 and time.monotonic() > until:
                return True
        except ChildProcessError:
            return False
        time.sleep(0.01)


def say(line: str) -> None:
    """On standard output, soon."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def known() -> list[dict[str, Any]]:
    """The cases that were found before."""
    return json.loads(json.dumps(yaml.safe_load(FOUND.read_text(encoding="utf-8")) or []))


def main() -> int:
    """Exit code 1 if anything was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), choices=list(KINDS))
    asked = parser.parse_args()
    end = time.monotonic() + 60 * asked.minutes
    draw = random.Random(asked.seed)
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    imported()
    conftest.render(has_figures=False, has_pages=False)
    tried: Counter[str] = Counter()
    found: dict[str, cases.Case] = {}
    failures: Counter[str] = Counter()
    campaign = Campaign(Path(tempfile.mkdtemp(prefix="cargohub-torture-")))
    while time.monotonic() < end:
        (kind,) = draw.choices(asked.kinds, [KINDS[kind] for kind in asked.kinds])
        case = campaign.drawn(kind, draw)
        tried[kind] += 1
        problem = campaign.tried(case)
        if problem is None:
            continue
        failures[kind] += 1
        key = f"{kind}: {problem}"[:160]
        if key not in found:
            found[key] = case if kind == "faults" else campaign.simpler(case, problem)
            say(f"{key}\n  {found[key]!a}")
    shutil.rmtree(campaign.root)
    for kind, n in tried.items():
        say(f"{kind}: {n} tried, {n - failures[kind]} handled, {failures[kind]} failures")
    say(f"seed {asked.seed}: {tried.total()} tried, {failures.total()} failures, of {len(found)} kinds")
    if found:
        new = [
            *known(),
            *({"was": problem, **case} for problem, case in found.items() if not problem.startswith("faults")),
        ]
        FOUND.write_text(yaml.safe_dump(new, sort_keys=False, width=110), encoding="utf-8")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
