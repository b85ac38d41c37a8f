"""What moves through the hub in a replay: the steps of each kind of thing, what it waits for, and what is counted.

All of it stands in kinds.yaml.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import yaml


@dataclass(frozen=True, slots=True)
class Step:
    """From an instant on a thing is in a state, until its next step."""

    since: str
    """Column of the instant."""
    says: str
    waits: str = ""
    """For what; empty if it does not wait."""
    is_blocked: bool = False
    """Drawn red: a resource that it needs is not free, or it holds one that it cannot leave."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Things of one table. `title`: what a row is called; {flight} is a flight's name, {name} its own."""

    name: str
    noun: str
    table: str
    title: str
    steps: tuple[Step, ...]
    gone: str
    """Column of the instant at which it is out of the picture."""
    trace: str = ""
    """The subject of `cargohub trace`, as {flight} or {name}."""
    facts: dict[str, str] = field(default_factory=dict)
    """Columns that a click shows, with their labels."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows of a kind are between two instants; `limit` names how many there can be."""

    label: str
    kind: str
    since: str
    until: str
    limit: str = ""


_READ: Final = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
KINDS: Final = tuple(
    Kind(**{**kind, "steps": tuple(Step(**step) for step in kind["steps"])}) for kind in _READ["kinds"]
)
COUNTS: Final = tuple(Count(**count) for count in _READ["counts"])
"""What the page counts from rows."""
PLACES: Final[tuple[tuple[str, str, str, str, str], ...]] = tuple(map(tuple, _READ["places"]))
"""Kind, column, since, until, and what has places of its own: where a thing is drawn, which the model does not say."""
WHOLE: Final[dict[str, list[str]]] = _READ["whole"]
"""Columns of whole numbers, by kind."""
