"""What is executed: independent tasks, each with a key and always the same result."""

from collections.abc import Callable, Generator, Hashable, Sequence
from typing import Any, Final, Protocol, TypeVar

from sim.errors import CargohubError

K = TypeVar("K", bound=Hashable)
R = TypeVar("R")

Task = tuple[K, Callable[..., R], tuple[Any, ...]]
"""A key, a function that can be pickled, and its arguments."""

IN_FLIGHT: Final = 2
"""Tasks handed out for each worker, so that none waits for its next."""
MOST_FRUITLESS: Final = 3
"""Kills of workers in a row without anything new finished, after which we give up."""


class Executor(Protocol):
    """Whoever computes tasks."""

    def results(self, tasks: Sequence[Task[K, R]]) -> Generator[tuple[K, R], None, None]:
        """Each task's key and result, as they come; close it, and what is under way is given up."""


def given_up(n_missing: int, n_tasks: int, advice: str) -> CargohubError:
    """The end of a run whose workers are killed whatever is tried."""
    return CargohubError(
        f"workers are killed again and again, as when memory runs out: {n_missing} of {n_tasks}"
        f" replications are missing; {advice}"
    )
