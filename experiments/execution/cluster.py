"""A Dask cluster: the same tasks and the same results, computed by workers that may run on other machines.

Dask repeats a killed worker's task on another worker. After several lost workers it returns the task, which is then
submitted again. Results are equal to the bit only with the same versions and CPU family, so a worker compares its own
with ours before it computes.
"""

import asyncio
import logging
import re
import socket
import sys
import time
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, Final, Generic

from experiments.execution.local import interrupts_are_ours
from experiments.execution.place import IN_FLIGHT, MOST_FRUITLESS, K, Place, R, Task, given_up, usable_workers
from experiments.store.identity import differing, surroundings
from sim.errors import CargohubError

_LOOK_S: Final = 0.02
_TEND_S: Final = 1.0
_LOGGED: Final = re.compile(r"(distributed|tornado)(\.|$)")
_LOST: Final = "execution: the scheduler is lost; finished parts are kept, and the same command continues"


class DaskCluster:
    """The cluster at the place's address, or one started on this machine. Close it when the tasks are done."""

    def __init__(self, place: Place, workers: int | None) -> None:
        self._place = place
        self._workers = workers
        self._client: Any = None
        self._holding = ExitStack()

    def close(self) -> None:
        """Disconnect from the cluster, and stop it if it was started here."""
        self._client = None
        self._holding.close()

    def results(self, tasks: Sequence[Task[K, R]]) -> Generator[tuple[K, R], None, None]:
        """Each task's key and result, as it arrives; the cluster is connected before the first is asked for.

        Raises:
            CargohubError: no scheduler at the address, or it is lost, or a worker of another version or CPU family.
        """
        if tasks and self._client is None:
            self._client = self._holding.enter_context(_connected(self._place, self._workers))
        return self._results(tasks)

    def _results(self, tasks: Sequence[Task[K, R]]) -> Generator[tuple[K, R], None, None]:
        if tasks:
            yield from _Round(self._client, tasks, self._at_once).results()

    def _at_once(self) -> int:
        """Number of tasks in the cluster at a time, enough for all present workers."""
        if self._place.address is None:
            return IN_FLIGHT * _n_own(self._workers)
        return self._workers or max(1, IN_FLIGHT * sum(self._client.nthreads().values()))


class _Round(Generic[K, R]):
    """Tasks in the cluster: those that wait, those submitted together, and those submitted alone."""

    def __init__(self, client: Any, tasks: Sequence[Task[K, R]], at_once: Callable[[], int]) -> None:  # noqa: ANN401 - distributed has no types
        from distributed import as_completed

        self._client, self._at_once, self._n_tasks = client, at_once, len(tasks)
        self._ours = surroundings()
        self._waiting, self._asked = deque(tasks), dict[Any, tuple[Task[K, R], bool]]()
        self._finished = as_completed(loop=client.loop)
        self._n_done = self._fruitless = 0

    def results(self) -> Generator[tuple[K, R], None, None]:
        """Each task's key and result, as it arrives."""
        try:
            self._ask()
            asked = time.monotonic()
            while self._asked:
                if self._finished.has_ready():
                    yield from self._settled(next(self._finished))
                elif time.monotonic() - asked > _TEND_S:
                    if self._client.status != "running":  # it searches for the scheduler, and has lost the tasks
                        raise CargohubError(_LOST)
                    # Workers may have joined or left.
                    asked = time.monotonic()
                else:
                    time.sleep(_LOOK_S)
                    continue
                self._ask()
        finally:
            with suppress(Exception):  # the connection may be what failed
                self._client.cancel(list(self._asked))

    def _ask(self) -> None:
        # After a kill without progress a task runs alone, which needs the least memory and loses no other task.
        is_alone = self._fruitless > 0
        with _answered():
            most = 1 if is_alone else self._at_once()
            while self._waiting and len(self._asked) < most:
                _, function, arguments = task = self._waiting.popleft()
                future = self._client.submit(_call, self._ours, function, arguments, pure=False)
                self._asked[future] = task, is_alone
                self._finished.add(future)

    def _settled(self, future: Any) -> Iterator[tuple[K, R]]:  # noqa: ANN401 - distributed has no types
        """The task's key and result; nothing if its worker was killed and the task waits again."""
        task, was_alone = self._asked.pop(future)
        if future.status == "finished" and (result := self._fetched(future)):
            yield task[0], result[0]
            self._n_done, self._fruitless = self._n_done + 1, 0
        else:
            if future.status not in {"finished", "lost", "pending"}:
                self._note(_error(future), was_alone=was_alone)
            # It may have caused the kill, so it comes last.
            self._waiting.append(task)
        future.release()

    def _fetched(self, future: Any) -> tuple[R] | None:  # noqa: ANN401 - distributed has no types
        """The result of a finished task; None if it was lost with its worker."""
        from distributed import KilledWorker

        try:
            with _answered():
                return (future.result(),)
        except KilledWorker:
            return None

    def _note(self, error: BaseException, *, was_alone: bool) -> None:
        """Count a kill without progress; give up after several, or after any other failure."""
        from distributed import KilledWorker

        if not isinstance(error, KilledWorker):
            raise error
        self._fruitless = self._fruitless + 1 if was_alone else max(self._fruitless, 1)
        if self._fruitless == MOST_FRUITLESS:
            raise given_up(self._n_tasks - self._n_done, self._n_tasks, "give workers more memory") from error


@contextmanager
def _answered() -> Iterator[None]:
    """Ask the scheduler a question.

    Raises:
        CargohubError: the scheduler is lost.
    """
    from distributed.client import ClosedClientError

    try:
        yield
    except (OSError, CancelledError, ClosedClientError) as error:
        raise CargohubError(_LOST) from error


def _error(future: Any) -> BaseException:  # noqa: ANN401 - distributed has no types
    """The error for a task without result."""
    if future.status != "error":
        return CargohubError(_LOST)
    error: BaseException = future.exception()
    if isinstance(error, ModuleNotFoundError):
        return CargohubError(f"execution: a worker has no module {error.name!r}: install the same cargohub there")
    return error


def _call(wanted: dict[str, Any], function: Callable[..., R], arguments: tuple[Any, ...]) -> R:
    """Run on the worker: compare versions, then compute."""
    for what, expected, here in differing(wanted, surroundings()):
        raise CargohubError(
            f"execution: a worker on {socket.gethostname()} has {what} {here}, but this machine has {expected}:"
            " results would not be the same to the bit"
        )
    return function(*arguments)


@contextmanager
def _connected(place: Place, workers: int | None) -> Iterator[Any]:
    """A client of the cluster at the place."""
    with ExitStack() as stack:
        # Dask's own version changes no result; versions that do are compared with every task.
        stack.enter_context(warnings.catch_warnings())
        warnings.filterwarnings("ignore", category=UserWarning, module="distributed")
        import dask
        import distributed

        # We report failures in one line ourselves; some modules of Dask have their own log level.
        for name in filter(_LOGGED.match, [*logging.root.manager.loggerDict]):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        if place.address is None:
            # A nanny restarts its killed worker; Dask would close it meanwhile, and with it the new worker's tasks.
            stack.enter_context(dask.config.set({"distributed.deploy.lost-worker-timeout": "1000 days"}))
            cluster = stack.enter_context(_local_cluster(_n_own(workers)))
            client = stack.enter_context(distributed.Client(cluster, set_as_default=False))
        else:
            client = stack.enter_context(_client(place))
            with _answered():
                is_manned = bool(client.nthreads())
            if not is_manned:
                sys.stderr.write(f"execution: no workers at {place.address} yet; waiting for the first\n")
        yield client


def _client(place: Place) -> Any:  # noqa: ANN401 - distributed has no types
    import distributed

    try:
        # A client would wait for ever if the address is not a scheduler, so we ask first.
        kind = asyncio.run(asyncio.wait_for(_kind_of(str(place.address)), place.patience_s))
        why = "" if kind == "Scheduler" else f"a {kind} answers"
        if not why:
            return distributed.Client(place.address, timeout=place.patience_s, set_as_default=False)
    except (OSError, ValueError, TypeError, RuntimeError) as error:  # TypeError: TLS without certificates
        why = str(error) or f"no answer within {place.patience_s:g} s"
    except MemoryError:  # Dask takes the first bytes for the length of an answer
        why = "another kind of server answers"
    raise CargohubError(f"execution.address: no Dask scheduler at {place.address}: {why}")


async def _kind_of(address: str) -> str:
    """The kind of server at the address."""
    from distributed import Security
    from distributed.core import rpc

    async with rpc(address, connection_args=Security().get_connection_args("client")) as remote:
        return str((await remote.identity())["type"])


def _n_own(workers: int | None) -> int:
    return workers or usable_workers()


@contextmanager
def _local_cluster(n: int) -> Iterator[Any]:
    """A cluster of n processes on this machine that ends with this process."""
    import distributed

    with interrupts_are_ours():
        cluster = distributed.LocalCluster(
            n_workers=0,
            threads_per_worker=1,  # Python computes one task at a time
            host="127.0.0.1",
            dashboard_address=None,
            memory_limit=None,  # the machine's limit, as for processes of our own
            silence_logs=logging.CRITICAL,
            scheduler_kwargs={"allowed_failures": 0},  # a killed worker's task returns to us immediately
        )
    with cluster:
        kept = asyncio.run_coroutine_threadsafe(_kept(cluster, n), cluster.loop.asyncio_loop)
        try:
            try:
                yield cluster
            finally:
                kept.cancel()
        except BaseException:
            # Closing would wait for tasks whose results nobody needs.
            for nanny in cluster.workers.values():
                with suppress(Exception):
                    cluster.sync(nanny.kill, timeout=0)
            raise


async def _kept(cluster: Any, n: int) -> None:  # noqa: ANN401 - distributed has no types
    """Keep n workers until cancelled: Dask does not restart a worker that is killed while it starts.

    It runs beside the caller, who may wait for a result that was lost with the last worker.
    """
    while True:
        for name, nanny in list(cluster.workers.items()):
            if nanny.status.name in {"failed", "closed"}:
                cluster.workers.pop(name, None)
        cluster.scale(n)
        await asyncio.sleep(_TEND_S)
