"""One interface to all executors: `with opened(place, workers) as pool:`, then `pool.run(tasks)`, repeatedly."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager

from experiments.execution.local import LocalProcesses
from experiments.execution.place import LOCAL, Backend, Executor, K, Place, R, Task
from experiments.execution.progress import shown
from sim.trusted import trusted, trusting


class Pool:
    """Workers that remain for several rounds of tasks."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def run(
        self, tasks: Sequence[Task[K, R]], *, is_quiet: bool = False, already: int = 0
    ) -> Generator[tuple[K, R], None, None]:
        """Each task's key and result as it arrives.

        Tasks are independent, and the same task gives the same result, so a task whose worker was killed is repeated.
        Closing the generator, or an exception in it, stops the workers immediately. `already`: number of earlier
        results, for the progress on the error stream.

        Raises:
            CargohubError: workers are killed repeatedly, or a cluster is missing or runs another program.
            Exception: any error of a task; results yielded before remain valid.
        """
        keys = [key for key, _, _ in tasks]
        if len(set(keys)) != len(keys):
            raise ValueError("tasks: two have the same key")
        if sources := trusted():
            tasks = [(key, trusting, (sources, function, *arguments)) for key, function, arguments in tasks]
        results = self._executor.results(tasks)
        # Closing passes to the inner generators, so an abandoned loop leaves no worker behind.
        announced = shown(results, total=already + len(tasks), already=already, is_quiet=is_quiet)
        with closing(results), closing(announced):
            yield from announced


@contextmanager
def opened(place: Place | None, workers: int | None) -> Iterator[Pool]:
    """Workers at the place (None: this machine) until the block ends; `workers` tasks at a time (None: all cores).

    No worker is started, and no cluster contacted, before the first tasks.
    """
    if workers is not None and workers < 1:
        raise ValueError(f"workers: at least 1, got {workers}")
    with ExitStack() as stack:
        executor: Executor
        if (place or LOCAL).backend is Backend.DASK:
            from experiments.execution.cluster import DaskCluster

            executor = stack.enter_context(closing(DaskCluster(place or LOCAL, workers)))
        else:
            executor = LocalProcesses(workers)
        yield Pool(executor)
