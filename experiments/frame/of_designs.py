"""What `run`, `compare` and `sweep` have in common: designs replicated, their verdicts, their page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import pandas as pd

from experiments.designs.design import DesignKeys, MarginKeys
from experiments.frame import console
from experiments.frame.study import Asked, Bench, Document, Tables
from experiments.replications.margin import margin_notes
from experiments.replications.replicating import Outcome
from experiments.replications.warming import draw_warmup, warmup_warnings
from experiments.report.stored_designs import read_points
from experiments.store.summaries import POINTS
from sim.errors import ConfigError

K = TypeVar("K", bound=DesignKeys)

_KINDS: Final = {"string": str, "int32": int, "float64": float}
_WARMUP: Final = {
    "scenario": str, "method": str, "to_day": float, "backlog": float, "statistic": float, "is_cut": bool,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Replications:
    """The replications of a study summed up, what its warm-up lacks, and the rows of the table `points`."""

    outcome: Outcome
    early: Sequence[str]
    rows: Sequence[Mapping[str, Any]]


def compute(bench: Bench, asked: Asked[K], more: Callable[[Asked[K], Outcome], Tables] = lambda *_: ()) -> Replications:
    """`more`: tables of this verb alone."""
    outcome = bench.replicated(asked.designs, asked.keys)
    bench.complete(outcome, more(asked, outcome))
    rows = bench.rows(POINTS.name, {column.name: _KINDS[column.dtype] for column in POINTS.columns})
    try:
        labels = {design.label for design in read_points(pd.DataFrame(rows))}
        early = warmup_warnings(bench.rows("warmup", _WARMUP), asked.designs)
    except (KeyError, ValueError):
        labels, early = set(), []
    if labels != {design.label for design in asked.designs}:
        raise ConfigError(f"tables {POINTS.name}, warmup: not of these designs, or damaged")
    return Replications(outcome, early, rows)


def document(
    asked: Asked[K],
    found: Replications,
    data: Mapping[str, Any],
    *,
    has_baseline: bool = False,
    draw: Callable[[Path], None] = lambda _: None,
) -> Document:
    """`data`: of the JSON object; `draw`: pictures of this verb alone, into the run folder."""
    designs, outcome = asked.designs, found.outcome
    notes = margin_notes(asked.arguments, designs, asked.keys) if isinstance(asked.keys, MarginKeys) else []
    of_family = console.family_warnings(outcome) if has_baseline else []

    def write_page(folder: Path) -> None:
        draw(folder)
        console.write_page(folder, asked.arguments, designs, replications=outcome.n, notes=notes)
        draw_warmup(folder, designs)

    own = [*console.page_warnings(designs), *outcome.warnings, *found.early, *of_family]
    return Document(
        title=console.title_of(designs),
        data=data,
        warnings=console.warnings_of(outcome, own),
        lines=console.table_lines(outcome, found.rows, asked.arguments.command, has_baseline=has_baseline),
        notes=notes,
        write_page=write_page,
    )
