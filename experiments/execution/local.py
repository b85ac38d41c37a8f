"""Processes on this machine; results arrive as they are ready, even if workers are killed."""

import ctypes
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any, Final

from experiments.execution.place import IN_FLIGHT, MOST_FRUITLESS, K, R, Task, given_up, usable_workers

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
"""Parameters of `mallopt(3)`."""
_TRIM: Final = 64 << 20
_MMAP: Final = 32 << 20
"""The largest value that glibc accepts."""


def keep_freed_memory() -> None:
    """Keep up to 64 MiB of freed memory for the next column.

    Otherwise glibc returns the pages of columns of more than 128 KiB immediately, and the system clears them for the
    next. No effect with another C library.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(_M_MMAP_THRESHOLD, _MMAP)
    mallopt(_M_TRIM_THRESHOLD, _TRIM)


PARENT_CHECK_S: Final = 0.5
"""Interval at which a worker checks whether its parent still exists."""


class LocalProcesses:
    """Joblib's processes (loky), `workers` of them (None: all cores); a single task runs in this process."""

    def __init__(self, workers: int | None) -> None:
        self._workers = workers

    def results(self, tasks: Sequence[Task[K, R]]) -> Generator[tuple[K, R], None, None]:
        """Each task's key and result, as it arrives.

        Raises:
            CargohubError: workers are killed repeatedly.
        """
        # Starting a worker takes as long as a small run, mostly for imports.
        workers = 1 if len(tasks) == 1 else self._workers or usable_workers()
        return (_call(*task) for task in tasks) if workers == 1 else _in_rounds(tasks, workers)


def _in_rounds(tasks: Sequence[Task[K, R]], workers: int) -> Generator[tuple[K, R], None, None]:
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    missing = {key: (key, function, arguments) for key, function, arguments in tasks}
    fruitless = 0
    while missing:
        # After a round without progress a task runs alone, which needs the least memory and loses no other task.
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
            # One killed worker ends the whole pool and all tasks in progress.
            fruitless = fruitless + 1 if len(missing) == before else 0
            if fruitless == MOST_FRUITLESS:
                raise given_up(len(missing), len(tasks), f"try fewer workers than {workers}") from error
            # Tasks in progress may have caused the kill, so they come last.
            for key in list(missing)[: min(len(asked), IN_FLIGHT * at_once)]:
                missing[key] = missing.pop(key)


def _in_workers(tasks: Sequence[Task[K, R]], workers: int) -> Generator[tuple[K, R], None, None]:
    from joblib import Parallel, delayed, parallel_config

    # A worker that has grown is replaced between two tasks without loss; no message is needed.
    warnings.filterwarnings("ignore", message="A worker stopped while some jobs were given", category=UserWarning)
    # A single task also gets a worker process, so that a kill does not end ours; n_jobs=1 would start none. Watched
    # from the start: a worker waiting for its first task would wait for ever if we were killed.
    following = {"initializer": _begin, "initargs": (os.getpid(),)}
    with parallel_config(backend="loky", inner_max_num_threads=1, n_jobs=max(2, workers), **following):
        pool = Parallel(
            return_as="generator_unordered",
            batch_size=1,  # a task takes seconds, and a kill loses its whole batch
            pre_dispatch=IN_FLIGHT * workers,
            max_nbytes=None,  # no arguments by shared memory file
        )
    with interrupts_are_ours():
        results: Iterator[tuple[K, R]] = pool(delayed(_call)(*task) for task in tasks)
    try:
        for result in results:  # noqa: UP028 - `yield from` would close them before warnings are ignored
            yield result
    finally:
        with warnings.catch_warnings():
            # Closing cancels tasks.
            warnings.simplefilter("ignore")
            results.close()  # type: ignore[attr-defined]


_SILENT: Final = "ignore:resource_tracker:UserWarning"
"""For processes that clear up after us: they would report each semaphore that a killed or interrupted process left."""


@contextmanager
def interrupts_are_ours() -> Iterator[None]:
    """Threads and processes started in this block, and their children, ignore Ctrl-C and leave it to us."""
    from multiprocessing import resource_tracker

    from joblib.externals.loky.backend import resource_tracker as trackers_of_loky

    if _SILENT not in sys.warnoptions:
        sys.warnoptions.append(_SILENT)
    for each in (resource_tracker, trackers_of_loky):
        each.ensure_running()  # if started later, it would undo the mask
    if not hasattr(signal, "pthread_sigmask"):  # Windows; workers ignore Ctrl-C once they have begun
        yield
        return
    saved = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, saved)


def _call(key: K, function: Callable[..., R], arguments: tuple[Any, ...]) -> tuple[K, R]:
    return key, function(*arguments)


def _begin(parent: int) -> None:
    """Prepare this worker: it ends with its parent, ignores Ctrl-C, and keeps freed memory."""
    keep_freed_memory()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), name="ends-with-parent", daemon=True).start()


def _end_with(parent: int) -> None:
    # An orphan gets another parent process.
    while os.getppid() == parent:
        time.sleep(PARENT_CHECK_S)
    os._exit(1)
