"""Attacks the command line for as many minutes as it is given: `make torture MINUTES=10 SEED=7`.

Each case runs in a fork of this process, which has imported everything. What breaks the contract (docs/reliability.md)
is made as simple as it can be, and goes into `found.yaml`, which tests/test_torture.py replays.
"""

import argparse
import ctypes
import gc
import json
import os
import random
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import conftest
import yaml
from fork_server import imported
from torture import asked, cases, child, clusters, damages, ground, requested, shim, together, troubles
from torture.tried import Campaign

from experiments.composition import compose, hub, options, packaged

FOUND = Path(__file__).with_name("found.yaml")
MOST_BYTES = 6 * 2**30
_SUBREAPER = 36  # prctl: orphans become children of this process
_PROGRESS_S = 60

Drawn = Callable[[random.Random], cases.Case]
KINDS = {
    "words": 10_000, "small": 400, "files": 2_000, "runs": 500, "kills": 170, "disk": 220, "machine": 300, "clock": 60,
    "two": 60, "cache": 60, "workers": 20, "scheduler": 10, "requests": 2_500,
}  # fmt: skip
"""How often each is drawn, in proportion."""


def kinds(names: list[str]) -> dict[str, Drawn]:
    """What draws a case, by kind."""
    return {
        "words": cases.command_line,
        "small": troubles.simulated,
        "files": lambda draw: damages.damaged_file(draw, names),
        "runs": lambda draw: damages.foreign_run(draw, names),
        "kills": troubles.killed,
        "disk": troubles.disk,
        "machine": troubles.machine,
        "clock": troubles.clock,
        "two": troubles.two,
        "cache": troubles.cache,
        "workers": troubles.workers,
        "scheduler": clusters.drawn,
        "requests": requested.drawn,
    }


def say(line: str) -> None:
    """On standard output, soon."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def known() -> list[dict[str, Any]]:
    """The cases that were found before."""
    return json.loads(json.dumps(yaml.safe_load(FOUND.read_text(encoding="utf-8")) or []))


def warmed(*, has_studies: bool) -> None:
    """What every command does first is done here, and what stays is shared with the children."""
    imported()
    conftest.render(has_figures=False, has_pages=False)
    for study in (None, *(options("study", [packaged()]) if has_studies else ())):
        hub(compose([] if study is None else [f"study={study}"]))


def problems_of(kind: str, drawn: list[cases.Case], campaign: Campaign, served: asked.Served) -> Sequence[str | None]:
    """What is wrong with each."""
    if kind == "words":
        return together.tried(campaign, drawn)
    if kind == "scheduler":
        return [clusters.tried(campaign, drawn[0])]
    if kind == "requests":
        campaign.points[kind] += 1
        return [served.asked(drawn[0])]
    return [campaign.tried(drawn[0], kind)]


def main() -> int:
    """Exit code 1 if anything was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), choices=list(KINDS))
    given = parser.parse_args()
    plan = shim.loaded()
    end = time.monotonic() + 60 * given.minutes
    draw = random.Random(given.seed)
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    root = Path(tempfile.mkdtemp(prefix="cargohub-torture-"))
    (root / "good").mkdir()
    with Path(os.devnull).open("w") as null, redirect_stdout(null), redirect_stderr(null):
        warmed(has_studies="words" in given.kinds)
        runs = damages.RUNS if "runs" in given.kinds else {}
        ground.laid_out(root / "good", {name: words for name, words in runs.items() if name != "run"})
    child.watch()
    campaign, served = Campaign(root, plan), asked.Served(root)
    draws = kinds(ground.files(root / "good"))
    chosen = [kind for kind in given.kinds if plan is not None or kind not in ("disk", "clock")]
    gc.collect()
    gc.freeze()
    tried: Counter[str] = Counter()
    found: dict[str, cases.Case] = {}
    failures: Counter[str] = Counter()
    reported = time.monotonic()

    def counts() -> str:
        by_kind = (
            f"{kind} {n} tried, {n - failures[kind]} handled, {campaign.points[kind]} points"
            for kind, n in tried.items()
        )
        return f"seed {given.seed}: {'; '.join(by_kind)}"

    say(f"seed {given.seed}, {given.minutes:g} minutes, kinds {' '.join(chosen)}")
    while time.monotonic() < end:
        (kind,) = draw.choices(chosen, [KINDS[kind] / (together.AT_ONCE if kind == "words" else 1) for kind in chosen])
        drawn = [draws[kind](draw) for _ in range(together.AT_ONCE if kind == "words" else 1)]
        tried[kind] += len(drawn)
        problems = problems_of(kind, drawn, campaign, served)
        campaign.others = [served.process] if served.process else []
        for case, problem in zip(drawn, problems, strict=True):
            if problem is None:
                continue
            failures[kind] += 1
            key = f"{kind}: {problem}"[:160]
            if key not in found:
                is_kept = kind in ("words", "files", "runs") and not problem.startswith(("together", "hang"))
                found[key] = campaign.simpler(case, problem) if is_kept else {**case, "kind": kind}
                say(f"FOUND {kind}: {problem}\n  {found[key]!a}")
        if time.monotonic() > reported + _PROGRESS_S:
            reported = time.monotonic()
            say(counts())
    if (problem := served.end()) is not None:
        found[problem] = {}
        say(f"FOUND requests: {problem}")
    shutil.rmtree(root)
    say(counts())
    say(f"seed {given.seed}: {tried.total()} tried, {failures.total()} failures, of {len(found)} kinds")
    if found:
        new = [
            {"was": problem, **case}
            for problem, case in found.items()
            if case.keys() & {"words", "damage"} == case.keys()
        ]
        FOUND.write_text(yaml.safe_dump([*known(), *new], sort_keys=False, width=110), encoding="utf-8")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
