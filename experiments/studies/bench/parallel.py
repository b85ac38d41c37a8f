"""`cargohub bench --parallel`: what two workers do against one, on a study of replications.

Wall-clock time from the first task handed out to the last result. One worker is this process, two are others, which
have done a replication before, as workers stay for the rounds of a study. Both are measured in turns, so that other
work on the machine meets both alike.
"""

import sys
from dataclasses import asdict, dataclass, replace
from time import perf_counter
from typing import Final

from experiments import execution
from experiments.arguments import Arguments
from experiments.composition import compose, hub, study
from experiments.designs.design import DesignKeys
from experiments.execution.progress import time_left
from experiments.frame import console
from experiments.replications.replicating import evaluate
from sim.config import HubConfig

USUAL: Final = {"scenario": "liege_30k", "horizon_days": "7", "warmup_days": "0"}
"""The design that is replicated unless words say otherwise."""
REPLICATIONS: Final = 40
TURNS: Final = 4
"""Parts of the study that either number of workers does alternately."""


@dataclass(frozen=True, slots=True)
class Parallel:
    """Wall-clock seconds for all replications."""

    replications: int
    one_worker_s: float
    two_workers_s: float
    ratio: float


def compare_workers(arguments: Arguments) -> int:
    given = {word.partition("=")[0] for word in arguments.words}
    words = [*(f"{key}={value}" for key, value in USUAL.items() if key not in given), *arguments.words]
    composed = compose(words, arguments.config_dir)
    result = measured(hub(composed), study(DesignKeys, composed).execution, REPLICATIONS, is_quiet=arguments.quiet)
    if arguments.json:
        console.print_json(asdict(result))
    else:
        print(
            f"{result.replications} replications: one worker {result.one_worker_s:.1f} s, two workers"
            f" {result.two_workers_s:.1f} s, {result.ratio:.2f} times as fast"
        )
    return 0


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
