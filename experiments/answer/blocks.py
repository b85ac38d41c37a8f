"""The blocks of an answer. They hold words and numbers; each medium has one function that shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

LOOKS: Final[Mapping[str, str]] = MappingProxyType({"carries": "good", "undecided": "open", "does not carry": "bad"})
"""The look of each word of a verdict; other texts have none."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The word on a subject, with its criterion, what it rests on, and what would decide it."""

    subject: str
    word: str
    criterion: str = ""
    basis: str = ""
    """What was simulated."""
    decides: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled value, its interval, and a note."""

    label: str
    value: str
    interval: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Values:
    """Values in order of importance; the last ones are left out first where there is no room."""

    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Short texts by row and column; words of a verdict have their look.

    The last columns and rows are left out first.
    """

    columns: Sequence[str]
    """Headings: of the rows' names, then of the cells."""
    rows: Sequence[Sequence[str]]
    """The name of each row, then its cells."""
    caption: str = ""
    n_texts: int = 1
    """Columns of text, the first ones; others are numbers."""


@dataclass(frozen=True, slots=True)
class Sure:
    """How sure the answer is beyond sampling error, and what it depends on."""

    share: str
    decided_by: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence that a reader needs for a decision."""

    text: str


@dataclass(frozen=True, slots=True)
class Next:
    """Commands and what each would show."""

    commands: Mapping[str, str]


Block: TypeAlias = Verdict | Values | Matrix | Sure | Note | Next
