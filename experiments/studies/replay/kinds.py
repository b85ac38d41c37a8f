"""Moving things of a replay, from kinds.yaml: the steps of each kind, reasons for waiting, and counts."""

from dataclasses import dataclass, field
from typing import Final

from experiments.beside import yaml_beside


@dataclass(frozen=True, slots=True)
class Step:
    """A state of a thing from an instant until its next step."""

    since: str
    """Column of the instant."""
    says: str
    waits: str = ""
    """Reason for waiting; empty if it does not wait."""
    is_blocked: bool = False
    """Drawn in red: a resource that it needs is not free, or it cannot leave the present one."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Things of one table. `title`: name of a row; {flight} is a flight's name, {name} the thing's."""

    name: str
    noun: str
    table: str
    title: str
    steps: tuple[Step, ...]
    gone: str
    """Column of the instant from which it is no longer drawn."""
    trace: str = ""
    """The subject of `cargohub trace`, such as {flight} or {name}."""
    no_trace: str = ""
    """Text shown by a click if there is no such subject."""
    facts: dict[str, str] = field(default_factory=dict)
    """Columns shown by a click, with their labels."""
    facts_since: str = ""
    """Column of the instant from which the facts are valid; empty: always."""


@dataclass(frozen=True, slots=True)
class Count:
    """Number of rows of a kind between two instants; `limit`: name of the maximum, `zones`: zones of these things."""

    label: str
    kind: str
    since: str
    until: str
    limit: str = ""
    zones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Place at which a thing is drawn between two instants: in `column`, at the lowest free place of its group."""

    kind: str
    column: str
    since: str
    until: str
    group: str = ""
    label: str = ""
    """Name of an empty place; empty: it cannot be clicked."""
    zones: tuple[str, ...] = ()


_READ: Final = yaml_beside(__file__)
KINDS: Final = tuple(
    Kind(**{**kind, "steps": tuple(Step(**step) for step in kind["steps"])}) for kind in _READ["kinds"]
)
COUNTS: Final = tuple(Count(**count) for count in _READ["counts"])
"""Counts of rows on the page."""
PLACES: Final = tuple(Place(**place) for place in _READ["places"])
"""Places that the model does not record."""
WAITS: Final[dict[str, str]] = _READ["waits"]
"""Reasons why things in a zone wait, if no row records them."""
POSTS: Final[dict[str, list[str]]] = _READ["posts"]
"""Zones by kind of posts."""
WHOLE: Final[dict[str, list[str]]] = _READ["whole"]
"""Columns of whole numbers, by kind."""
