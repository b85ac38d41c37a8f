"""Two workers compared with one on a study of replications, and the processor time of one replication by stage.

The time is wall-clock time from the first task to the last result. One worker is this process. Two workers are other
processes, which have already done a replication, because workers remain for all rounds of a study. Both are measured in
turns, so that other work on the machine affects them equally.
"""

import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from cProfile import Profile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import perf_counter, process_time
from types import CodeType
from typing import Final

import sim
from experiments import execution
from experiments.arguments import Arguments
from experiments.beside import yaml_beside
from experiments.composition import compose, hub, study
from experiments.designs.design import DesignKeys
from experiments.execution.progress import time_left
from experiments.frame import console
from experiments.replications.work import evaluate
from experiments.report.sections import sentence_of
from sim.config import HubConfig

PARALLEL: Final = "parallel=true"
USUAL: Final = {"scenario": "liege_30k", "horizon_days": "7", "warmup_days": "0"}
"""The design that is replicated by default."""
REPLICATIONS: Final = 40
TURNS: Final = 4
"""Parts of the study that one and two workers do in turns."""


@dataclass(frozen=True, slots=True)
class Parallel:
    """Wall-clock seconds for all replications."""

    replications: int
    one_worker_s: float
    two_workers_s: float
    ratio: float


def words_of(arguments: Arguments, usual: Mapping[str, str]) -> list[str]:
    """Words of the measured design: the defaults that the given words do not replace, then these."""
    given = [word for word in arguments.words if word != PARALLEL]
    keys = {word.partition("=")[0] for word in given}
    return [*(f"{key}={value}" for key, value in usual.items() if key not in keys), *given]


def compare_workers(arguments: Arguments) -> int:
    composed = compose(words_of(arguments, USUAL), arguments.config_dir)
    result = measured(hub(composed), study(DesignKeys, composed).execution, REPLICATIONS, is_quiet=arguments.quiet)
    return console.report(arguments, asdict(result), sentence_of("one_and_two_workers", r=result))


def measured(config: HubConfig, place: execution.Place | None, n: int, *, is_quiet: bool) -> Parallel:
    """One and two workers on the same n replications, in turns."""
    spent = {1: 0.0, 2: 0.0}
    started = perf_counter()
    short = replace(config, horizon_days=1, warmup_days=0)
    for turn in range(TURNS):
        numbers = range(turn, n, TURNS)
        for workers in spent:
            with execution.opened(place, workers) as pool:
                list(pool.run([(number, evaluate, (short, number)) for number in range(2 * workers)], is_quiet=True))
                began = perf_counter()
                list(pool.run([(number, evaluate, (config, number)) for number in numbers], is_quiet=True))
                spent[workers] += perf_counter() - began
            if not is_quiet:
                share = (turn + workers / len(spent)) / TURNS
                left = time_left((perf_counter() - started) * (1 - share) / share)
                line = f"bench: {workers} worker{'s'[: workers - 1]}, {len(numbers)} replications; about {left} left\n"
                sys.stderr.write(line)
    return Parallel(n, spent[1], spent[2], spent[1] / spent[2])


STAGES: Final[Mapping[str, str]] = yaml_beside(__file__, "stages.yaml")
"""Stage by file or folder of `sim`; the longest match counts."""
QUALIFIED: Final = {"Machine.": "machines", "Sortation._serve_desks": "desks"}
"""Stages of functions of `processes/sorting.py`, by the beginning of their names."""
SIMPY, OTHER = "SimPy", "other"
_ROUNDS: Final = 30
"""Longest chain of calls outside the model that is followed back to it."""

Code = CodeType | str


def stage_times(work: Callable[[], object]) -> dict[str, float]:
    """Seconds of processor time by stage, largest first; includes the profiler's own cost, about a third."""
    profile = Profile()
    start = process_time()
    profile.runcall(work)
    spent_in_all = process_time() - start
    inline: dict[Code, float] = {}
    callers: dict[Code, dict[Code, float]] = defaultdict(dict)
    for entry in profile.getstats():
        inline[entry.code] = inline.get(entry.code, 0.0) + entry.inlinetime
        for call in entry.calls or ():
            so_far = callers[call.code].get(entry.code, 0.0)
            callers[call.code][entry.code] = so_far + call.totaltime
    spent = dict(inline)
    result: dict[str, float] = defaultdict(float)
    for _ in range(_ROUNDS):
        passed_on: dict[Code, float] = defaultdict(float)
        for code, seconds in spent.items():
            stage, above = stage_of(code), callers[code]
            total = sum(above.values())
            if stage is not None or total == 0:
                result[stage or OTHER] += seconds
            else:
                for caller, share in above.items():
                    passed_on[caller] += seconds * share / total
        spent = passed_on
    result[OTHER] += sum(spent.values())
    # The profiler's default is wall-clock time, which also runs while other programs use the processor.
    scale = spent_in_all / sum(result.values())
    return {stage: scale * seconds for stage, seconds in sorted(result.items(), key=lambda item: -item[1])}


def stage_of(code: Code) -> str | None:
    """The stage to which a function belongs; None: that of its caller."""
    if isinstance(code, str):
        return None
    path = Path(code.co_filename)
    if path.parent.name == "simpy" or path.parent.parent.name == "simpy":
        return SIMPY
    root = Path(sim.__file__).parent
    if not path.is_relative_to(root):
        return None
    inside = path.relative_to(root).as_posix()
    if inside == "processes/sorting.py":
        for beginning, stage in QUALIFIED.items():
            if code.co_qualname.startswith(beginning):
                return stage
    fits = [name for name in STAGES if inside == name or inside.startswith(f"{name}/")]
    return STAGES[max(fits, key=len)] if fits else None
