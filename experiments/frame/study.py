"""What a verb declares of its study, and what the runner provides."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from experiments.answer.blocks import Block
from experiments.arguments import Arguments
from experiments.designs.design import Design, DesignKeys, Replicated
from experiments.designs.spreadsheet import Varied
from experiments.formatting import counted
from experiments.replications.replicating import Line, Task
from experiments.replications.summing import Outcome
from experiments.report.rests_on import OverAssumptions
from experiments.report.run_numbers import Run
from experiments.report.sections import Drawn, Page, Picture, sentence_of
from experiments.report.verdicts import DesignVerdict
from experiments.store.rows import Grid
from experiments.store.tables import Columns, Key
from sim.config import HubConfig
from sim.domain.columns import TableSchema
from sim.units import Numbers

K = TypeVar("K", bound=Replicated)
R = TypeVar("R")
S = TypeVar("S")
Table = tuple[TableSchema, Columns]
Tables = Sequence[Table]
Kpis = Mapping[Key, Mapping[str, float]]
"""By label and replication."""


@dataclass(frozen=True, slots=True)
class Request(Generic[K]):
    """A command's request: the designs of its configuration, the keys of the study, and the command itself."""

    designs: Sequence[Design]
    keys: K
    arguments: Arguments
    is_typed: bool = True
    """Whether the user typed it. A stored run's command is only repeated; its folder of configurations is not read."""


class Bench(Protocol):
    """The source of simulations: a run folder with workers, or the tables of a finished run."""

    def check(self, designs: Sequence[Design], replications: int = 1, why: str = "") -> None:
        """Refuse hubs whose inputs cannot be drawn for so many replications, before any simulation."""

    def evaluated(self, designs: Sequence[Design], n: int) -> Kpis:
        """The KPIs of the first n replications of each design, by label and replication."""

    def needed(self, wanted: Sequence[tuple[Design, int]]) -> Kpis:
        """KPIs of all existing replications, at least so many for each of these designs."""

    def answered(self, tasks: Sequence[Task], line: Line) -> Kpis:
        """KPIs of all existing replications, including these; `line`: printed while they are made."""

    def replicated(
        self,
        designs: Sequence[Design],
        keys: DesignKeys,
        *,
        has_tables: bool = True,
        before: Iterable[str] = (),
    ) -> Outcome:
        """The replications summed up, with verdicts; stores their tables, or only their KPIs.

        `before`: lines printed before the simulation, if there is one.
        """

    def complete(self, outcome: Outcome, more: Tables = (), varied: Varied | None = None) -> None:
        """Write the run's tables if they do not exist: those of the replications, their summaries, and `more`.

        `varied`: the keys in which the designs differ; None: those of a file of designs.
        """

    def rows(self, row: type[S]) -> list[S]:
        """Rows of a small table of the complete run."""

    def kept(self, row: type[S]) -> list[S] | None:
        """Rows of a small table; None if the run is not complete."""

    def computed(self, name: str, shape: tuple[int, int], compute: Callable[[], Numbers]) -> Numbers:
        """A matrix that takes long to compute without simulation. The run stores it under this name."""

    def say(self, line: str) -> None:
        """Print a line about the simulations to come on the error stream."""


@dataclass(frozen=True, slots=True)
class Document:
    """The document of a study: its tables, and what terminal, page and JSON show."""

    title: str
    data: Mapping[str, Any] | list[Mapping[str, Any]]
    """Content of the JSON object, or a list of objects."""
    answer: Callable[[], Iterable[Block]] | None = None
    """The first screen; None: the first sentences and the first table."""
    following: Mapping[str, str] = field(default_factory=dict)
    """Commands that a reader may type next, with what each shows."""
    sentences: Sequence[str] = ()
    """The answer."""
    verdicts: Sequence[DesignVerdict | str] = ()
    """Opening of terminal and page: a line for each design; none: the first sentence."""
    tables: Tables = ()
    """Tables stored beside the KPIs and sentences; none if the bench has completed the run."""
    grids: Sequence[Grid] = ()
    method: Sequence[str] = ()
    """Paragraphs on the method."""
    brief: Sequence[str] = ()
    """Verdicts of the one sheet; none: the answer."""
    facts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Facts for the one sheet, by their headings, such as the bottleneck."""
    pictures: Callable[[], Iterable[Picture]] = tuple
    """Pictures drawn only for the page, in its style."""
    warnings: Sequence[str] = ()
    libraries: Sequence[str] = ()
    """Libraries whose versions are shown in addition."""
    lines: Sequence[str | Grid] = ()
    """Lines for the terminal, between grids and sentences."""
    more: Callable[[], Iterable[Grid | str]] = tuple
    """Additions for the terminal with --all."""
    notes: Sequence[str] = ()
    """Notes for the terminal, after the warnings."""
    over: OverAssumptions | None = None
    """What the answer rests on beside its sampling intervals; for terminal and page."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Files beside the page, by their names in the run folder."""
    run: Callable[[Path, int], Run] | None = None
    """Of designs: at most so many, and the tables of their replications in the run folder."""
    page: Callable[[Path, Drawn], Page] | None = None
    """A page that is not made of these fields, from the tables in the run folder, with these pictures."""

    @property
    def opening(self) -> "Sequence[DesignVerdict | str]":
        """Lines that come first."""
        return self.verdicts or self.sentences[:1]

    @property
    def explanation(self) -> Sequence[str]:
        """Sentences that come after the opening."""
        return [line for line in self.sentences if line not in self.opening]


def same_draws(config: HubConfig, n: int, each: str = "design") -> str:
    """Method text: n replications with common random numbers."""
    return sentence_of("same_draws", simulated=simulated(config, n), each=each)


def simulated(config: HubConfig, n: int) -> str:
    """Text: n replications of a hub."""
    warmup, measured = counted(config.warmup_days, "day"), counted(config.horizon_days, "measured day")
    return sentence_of("simulated", n=counted(n, "replication"), warmup=warmup, measured=measured, seed=config.seed)


@dataclass(frozen=True, slots=True)
class Study(Generic[K, R]):
    """A verb whose runs are stored.

    The runner calls `compute` with a bench that simulates, or, for `show`, with the tables of a stored run. `compute`
    depends on its arguments alone.
    """

    keys: type[K]
    """Class of the study's part of the configuration."""
    parse: Callable[[Arguments], tuple[Sequence[Design], K]]
    """Designs and keys, checked before anything runs."""
    compute: Callable[[Bench, Request[K]], R]
    document: Callable[[Request[K], R], Document]
    name: Callable[[Request[K]], str] = lambda request: request.designs[0].hub.scenario
    """Name of the run in the name of its folder."""
    check: Callable[[Sequence[Design], K], object] = lambda designs, keys: None  # noqa: ARG005 - the signature of a check
    """Refuse invalid designs and keys before a folder is made, as a stored run may have them."""
    as_stored: Callable[[Bench, Request[K]], Document] | None = None
    """Document of a run whose ranges have changed since, from its stored tables; its sentences are added."""
    library: str | None = None
    """Library of the extra `study` that it needs."""
    replications: Callable[[Request[K]], int | None] = lambda request: None  # noqa: ARG005 - the signature of a count
    """Total number over its designs; None: the results decide."""
