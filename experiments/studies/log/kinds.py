"""Content of an event log: kinds of objects, their events, and the resources (kinds.yaml)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from experiments.beside import yaml_beside
from sim.record.schemas import TABLES

MACHINE, UNITS = "machine", "units"
"""The type of machines, and the attribute of a group of equal units."""
OPEN: Final = "open"
"""The attribute of objects that are not finished when the run ends."""
_TYPES: Final = {"string": "string", "bool": "boolean", "float64": "float"}


@dataclass(frozen=True, slots=True)
class Event:
    """The event at the instant in a column: an own event, or participation in that of the same column in `of`."""

    says: str
    at: str = ""
    """The resource; empty if not known."""
    of: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """Objects of one table."""

    table: str
    type: str
    closed: tuple[str, ...]
    left_out: tuple[str, ...]
    events: Mapping[str, Event]
    """Events by column, in order of time."""
    planned: tuple[str, ...] = ()

    @property
    def attributes(self) -> dict[str, str]:
        """All columns that are neither events nor otherwise known, with their type in OCEL; a hall is given by name."""
        types = {
            column.name: "time" if column.name in self.planned else _TYPES.get(column.dtype, "integer")
            for column in TABLES[self.table].columns
            if column.name not in self.events and column.name not in self.left_out
        }
        return {**types, **({"hall": "string"} if "hall" in types else {}), OPEN: "boolean"}


@dataclass(frozen=True, slots=True)
class Group:
    """Equal units. `units`: key of their number in the configuration of the hub or a hall."""

    type: str
    units: str


def _event(value: Any) -> Event:  # noqa: ANN401 - as the file has it
    if isinstance(value, dict):
        return Event(value.get("says", ""), of=value["of"])
    return Event(value) if isinstance(value, str) else Event(*value)


def _kind(value: Mapping[str, Any]) -> Kind:
    lists = {name: tuple(value.get(name, ())) for name in ("closed", "left_out", "planned")}
    events = {column: _event(event) for column, event in value["events"].items()}
    return Kind(value["table"], value["type"], events=events, **lists)


_READ: Final = yaml_beside(__file__)
KINDS: Final = tuple(map(_kind, _READ["kinds"]))
GROUPS: Final = {name: Group(**group) for name, group in _READ["resources"].items()}
OF_PARCELS: Final = ("parcels", "out_parcels")
"""Tables that are read part by part."""
BY_TABLE: Final = {kind.table: kind for kind in KINDS}
CODES: Final = {
    (kind.table, column): code
    for code, (kind, column) in enumerate(
        (kind, column) for kind in KINDS for column, event in kind.events.items() if event.says
    )
}
"""Numbers of the types of events, in the order in which events of one instant are written."""
ACTIVITIES: Final = tuple(BY_TABLE[table].events[column].says for table, column in CODES)
OWNERS: Final = tuple(BY_TABLE[table].type for table, _ in CODES)
"""Types of the objects to which events belong, by their numbers."""
OBJECT_TYPES: Final = {
    **{kind.type: kind.attributes for kind in KINDS},
    **{name: {UNITS: "integer"} for name in [MACHINE, *(group.type for group in GROUPS.values())]},
}
