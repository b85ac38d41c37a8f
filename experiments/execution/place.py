"""Where tasks are executed: the configuration group `execution`, which changes no result."""

import re
from collections.abc import Callable, Generator, Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final, Protocol, TypeVar

from experiments.extras import missing
from sim.errors import CargohubError
from sim.reading import Bounds

_ADDRESS: Final = re.compile(r"(?:tcp|tls)://(?:[\w.-]+|\[[0-9a-fA-F:.%]+\]):(?P<port>\d{1,5})")
_LAST_PORT: Final = 65_535


class Backend(StrEnum):
    """The kind of execution: local processes, or Dask."""

    LOCAL = "local"
    DASK = "dask"


@dataclass(frozen=True, slots=True)
class Place:
    """This machine, or a Dask cluster: the one at `address`, or one that exists as long as the command."""

    backend: Backend
    address: str | None
    patience_s: Annotated[float, Bounds(gt=0, le=86_400)] | None
    """Time for the scheduler to answer [s]."""

    def __post_init__(self) -> None:
        if self.backend is Backend.LOCAL:
            for name in ("address", "patience_s"):
                if getattr(self, name) is not None:
                    raise ValueError(f"{name}: needs execution=dask, got execution=local")
            return
        if self.patience_s is None:
            raise ValueError("patience_s: expected a number, got null")
        if self.address is not None:
            parts = _ADDRESS.fullmatch(self.address)
            if parts is None or not 0 < int(parts["port"]) <= _LAST_PORT:
                raise ValueError(f"address: expected tcp://HOST:PORT or tls://HOST:PORT, got {self.address[:60]!r}")
        if text := missing("distributed", "cluster"):
            raise ValueError(f"{text}, or take execution=local")


LOCAL: Final = Place(Backend.LOCAL, None, None)
"""Processes of this machine."""


def usable_workers() -> int:
    """Number of processors that this process may use: the default number of workers."""
    import joblib

    return int(joblib.cpu_count())


K = TypeVar("K", bound=Hashable)
R = TypeVar("R")

Task = tuple[K, Callable[..., R], tuple[Any, ...]]
"""A key, a function that can be pickled, and its arguments."""

IN_FLIGHT: Final = 2
"""Tasks handed out for each worker, so that none waits for its next."""
MOST_FRUITLESS: Final = 3
"""Consecutive kills of workers without a finished task, after which the run is given up."""


class Executor(Protocol):
    """An object that computes tasks."""

    def results(self, tasks: Sequence[Task[K, R]]) -> Generator[tuple[K, R], None, None]:
        """Each task's key and result as it arrives; closing the generator cancels the tasks in progress."""


def given_up(n_missing: int, n_tasks: int, advice: str) -> CargohubError:
    """The error of a run whose workers are killed repeatedly."""
    return CargohubError(
        f"workers are killed repeatedly, which may mean that memory runs out: {n_missing} of {n_tasks}"
        f" replications are missing; {advice}"
    )
