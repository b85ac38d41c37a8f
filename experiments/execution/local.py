"""The processes of this machine: each result as it comes, whatever a worker dies of."""

import os
import signal
import threading
import time
import warnings
from collections.abc import Callable, Generator, Hashable, Iterator, Sequence
from contextlib import closing
from typing import Any, Final, TypeVar

from experiments.execution.progress import shown
from sim.errors import CargohubError

K = TypeVar("K", bound=Hashable)
R = TypeVar("R")

Task = tuple[K, Callable[..., R], tuple[Any, ...]]
"""A key, a function that can be pickled, and its arguments."""

MOST_FRUITLESS: Final = 3
"""Kills of workers in a row without anything new finished, after which we give up."""
IN_FLIGHT: Final = 2
"""Tasks handed out for each worker, so that none waits for its next."""
PARENT_CHECK_S: Final = 0.5
"""How often a worker looks whether its parent is still there."""
_FOLLOWER: Final = "ends-with-parent"


def usable_workers() -> int:
    """Processors that this process may use: the number of workers where none is asked for."""
    import joblib

    return int(joblib.cpu_count())


def run(
    tasks: Sequence[Task[K, R]], *, workers: int, is_quiet: bool = False, already: int = 0
) -> Generator[tuple[K, R], None, None]:
    """Each task's key and result, as they come.

    Tasks are independent, and the same task gives the same result, so that one whose worker was killed is asked again.
    With one worker all happens in this process. Close the generator, or let an exception through it, and the workers
    are stopped at once. `already`: results that were there before, for the progress on the error stream.

    Raises:
        CargohubError: workers are killed again and again.
        Exception: whatever a task raises; what was yielded before stands.
    """
    if workers < 1:
        raise ValueError(f"workers: at least 1, got {workers}")
    keys = [key for key, _, _ in tasks]
    if len(set(keys)) != len(keys):
        raise ValueError("tasks: two have the same key")
    results = _in_process(tasks) if workers == 1 else _in_rounds(tasks, workers)
    # Closing goes inwards from here, so that an abandoned loop leaves no worker behind.
    told = shown(results, total=already + len(tasks), already=already, is_quiet=is_quiet)
    with closing(results), closing(told):
        yield from told


def _in_process(tasks: Sequence[Task[K, R]]) -> Generator[tuple[K, R], None, None]:
    for key, function, arguments in tasks:
        yield key, function(*arguments)


def _in_rounds(tasks: Sequence[Task[K, R]], workers: int) -> Generator[tuple[K, R], None, None]:
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    missing = {key: (key, function, arguments) for key, function, arguments in tasks}
    fruitless = 0
    while missing:
        # After a fruitless round a task is asked alone: that needs the least memory, and drags no other along.
        at_once = 1 if fruitless else workers
        asked = list(missing.values())[: 1 if fruitless else None]
        before = len(missing)
        try:
            with closing(_in_workers(asked, at_once)) as results:
                for key, result in results:
                    del missing[key]
                    yield key, result
            fruitless = 0
        except TerminatedWorkerError as error:
            # The whole pool is lost with one worker, and with it what was under way.
            fruitless = fruitless + 1 if len(missing) == before else 0
            if fruitless == MOST_FRUITLESS:
                raise CargohubError(
                    f"workers are killed again and again, as when memory runs out: {len(missing)} of {len(tasks)}"
                    f" replications are missing; try fewer workers than {workers}"
                ) from error
            # What was under way may have been the reason: it comes last.
            for key in list(missing)[: min(len(asked), IN_FLIGHT * at_once)]:
                missing[key] = missing.pop(key)


def _in_workers(tasks: Sequence[Task[K, R]], workers: int) -> Generator[tuple[K, R], None, None]:
    from joblib import Parallel, delayed, parallel_config

    # A worker that has grown is replaced between two tasks; nothing is lost, and nobody needs to know.
    warnings.filterwarnings("ignore", message="A worker stopped while some jobs were given", category=UserWarning)
    # A worker process even for a task alone, since the next kill must not be ours; with n_jobs=1 there would be none.
    with parallel_config(backend="loky", inner_max_num_threads=1, n_jobs=max(2, workers)):
        pool = Parallel(
            return_as="generator_unordered",
            batch_size=1,  # a task takes seconds; a batch would be lost as a whole
            pre_dispatch=IN_FLIGHT * workers,
            max_nbytes=None,  # no arguments by shared memory file
        )
    parent = os.getpid()
    results: Iterator[tuple[K, R]] = pool(delayed(_call)(parent, *task) for task in tasks)
    try:
        yield from results
    finally:
        with warnings.catch_warnings():
            # That tasks are cancelled is what closing means.
            warnings.simplefilter("ignore")
            results.close()  # type: ignore[attr-defined]


def _call(parent: int, key: K, function: Callable[..., R], arguments: tuple[Any, ...]) -> tuple[K, R]:
    _follow(parent)
    return key, function(*arguments)


def _follow(parent: int) -> None:
    """Let this worker process end with its parent, however that ends, and leave Ctrl-C to the parent."""
    if any(thread.name == _FOLLOWER for thread in threading.enumerate()):
        return
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), name=_FOLLOWER, daemon=True).start()


def _end_with(parent: int) -> None:
    # An orphan is given to another process.
    while os.getppid() == parent:
        time.sleep(PARENT_CHECK_S)
    os._exit(1)
