"""What a verb declares of its study, and what the runner gives it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from experiments.report.study_page import Grid
from experiments.store.tables import Columns, Key
from experiments.studies.designs.design import Point, Replicated
from sim.record.columns import TableSchema

if TYPE_CHECKING:
    from experiments.report.pictures import Picture

K = TypeVar("K", bound=Replicated)
R = TypeVar("R")


class Bench(Protocol):
    """Where simulations come from: a run's folder with workers, or what a finished run stored."""

    @property
    def is_quiet(self) -> bool: ...

    def evaluated(self, points: Sequence[Point], n: int) -> Mapping[Key, Mapping[str, float]]:
        """The KPIs of the first n replications of each design, by label and replication."""

    def say(self, line: str) -> None:
        """A line on what is to be simulated, on the error stream."""


@dataclass(frozen=True, slots=True)
class Document:
    """All that a study says: its tables, and what terminal, page and JSON show."""

    title: str
    sentences: Sequence[str]
    """The answer."""
    tables: Sequence[tuple[TableSchema, Columns]]
    """That the run stores beside the KPIs and the sentences."""
    grids: Sequence[Grid]
    data: Mapping[str, Any]
    """Of the JSON object."""
    method: Sequence[str]
    """How it was found, a paragraph each."""
    pictures: "Callable[[], Iterable[Picture]]"
    """Drawn for the page alone."""
    warnings: Sequence[str] = ()
    libraries: Sequence[str] = ()
    """Whose versions are told beside those of every page."""


@dataclass(frozen=True, slots=True)
class Study(Generic[K, R]):
    """A verb whose designs and answer come from its own computation.

    The runner calls `compute` with simulations to be made, or, for `show`, with those that a run stored; so it decides
    by its arguments alone.
    """

    keys: type[K]
    """Of its part of the configuration."""
    asked: Callable[[Sequence[str], Path | None], tuple[list[Point], K]]
    """Designs and keys of the words and the folder of one's own configuration, all checked before anything runs."""
    compute: Callable[[Bench, Sequence[Point], K], R]
    document: Callable[[Sequence[Point], K, R], Document]
    name: Callable[[Sequence[Point], K], str] = lambda points, _: points[0].hub.scenario
    """Of the run, in its folder's name."""
    library: str | None = None
    """Of the extra `study`, that it needs."""
