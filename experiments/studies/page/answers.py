"""The views *Capacity*, *How sure* and *Expansion*: results and pictures of the latest runs of their verbs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from experiments.studies.page.result import Result, result_of
from experiments.studies.page.runs import names_in
from sim.errors import CargohubError

_MOST: Final = 5
"""Most runs of a view; reading a result takes a second."""


@dataclass(frozen=True, slots=True)
class View:
    """A view: its title, the question it answers, and the verbs that answer it."""

    title: str
    says: str
    verbs: Sequence[str]


VIEWS: Final[Mapping[str, View]] = MappingProxyType({
    "capacity": View(
        "Capacity", "How many flights a day a hub carries, what its bottleneck is, and how much more of it helps.",
        ("capacity", "shadow-price"),
    ),
    "sure": View(
        "How sure", "In which share of the assumed worlds an answer holds, and which numbers decide it.",
        ("sure", "sensitivity", "decompose"),
    ),
    "expansion": View(
        "Expansion", "Which expansion path is worth most, and how that depends on the decisions of others.",
        ("expansion",),
    ),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """A run in a view: its result, or why it has none."""

    name: str
    result: Result | None
    says: str = ""


def answers_of(root: Path, view: View) -> tuple[list[Answer], int]:
    """The latest runs of the verbs, and their total number."""
    named = [run for run in names_in(root) if run.verb in view.verbs]
    return [_answer(root / run.name, is_complete=run.is_complete) for run in named[:_MOST]], len(named)


def _answer(folder: Path, *, is_complete: bool) -> Answer:
    if not is_complete:
        return Answer(folder.name, None, "Unfinished, or running.")
    try:
        return Answer(folder.name, result_of(folder))
    except CargohubError as error:
        return Answer(folder.name, None, str(error))
