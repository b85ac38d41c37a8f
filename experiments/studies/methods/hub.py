"""Content of a configuration: places, paths, entities and draws. hub.yaml lists all possible ones."""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final

from experiments.beside import yaml_beside
from experiments.formatting import capitalised, whole
from experiments.report.documents.graph import Edge, Graph, Node
from sim.domain.roles import ROLES, Place
from sim.record.schemas import TABLES

Plain = Mapping[str, Any]
"""A hub's configuration as plain values."""
_DIFFERENT: Final = "!="
_HALLS: Final = "halls"


LISTED: Final[Mapping[str, Any]] = yaml_beside(__file__)
"""All possible places, paths, entities and draws."""


def at(hub: Plain, key: str) -> list[Any]:
    """Values at a key, in which a part may be `*`; empty if there is no such key.

    >>> at({"halls": {"a": {"doors": 3}, "b": {"doors": 4}}}, "halls.*.doors")
    [3, 4]
    """
    values: list[Any] = [hub]
    for part in key.split("."):
        inside = [each for each in values if isinstance(each, Mapping)]
        values = [value for each in inside for name, value in each.items() if part in ("*", name)]
    return values


def holds(conditions: Sequence[str], hub: Plain) -> bool:
    """Whether all conditions hold: KEY is set, !KEY is not, KEY=VALUE or KEY!=VALUE.

    >>> hub = {"share": 0.2, "goods": "bags", "declared": None}
    >>> [holds([each], hub) for each in ("share", "!share", "declared", "goods=bags", "goods!=bags")]
    [True, False, False, True, False]
    """
    return all(_holds(condition, hub) for condition in conditions)


def _holds(condition: str, hub: Plain) -> bool:
    if _DIFFERENT in condition:
        key, _, value = condition.partition(_DIFFERENT)
        return all(str(each) != value for each in at(hub, key))
    key, equals, value = condition.partition("=")
    if equals:
        return any(str(each) == value for each in at(hub, key))
    return not any(at(hub, key[1:])) if key.startswith("!") else any(at(hub, key))


def units(place: Mapping[str, Any], hub: Plain) -> int | None:
    """Number of units of a place in all halls; None if the place has no count."""
    return sum(at(hub, place["of"])) if "of" in place else None


def places(hub: Plain) -> dict[str, Mapping[str, Any]]:
    return {
        name: place
        for name, place in LISTED["places"].items()
        if units(place, hub) != 0 and holds(place.get("if", ()), hub)
    }


def graph(hub: Plain, caption: str) -> Graph:
    here = places(hub)
    nodes = [
        Node(name, _label(place, hub), place["row"], place["column"], is_end=place.get("is_end", False))
        for name, place in here.items()
    ]
    edges = [
        Edge(path["from"], path["to"], path.get("label", ""))
        for path in LISTED["paths"]
        if {path["from"], path["to"]} <= here.keys()
        and path.get("without") not in here
        and holds(path.get("if", ()), hub)
    ]
    return Graph(caption, nodes, edges)


def _label(place: Mapping[str, Any], hub: Plain) -> str:
    n = units(place, hub)
    return place["label"] if n is None else f"{place['label']}: {whole(n)}"


def rows_of_places(hub: Plain, *names: str) -> list[tuple[str, ...]]:
    """For each place that has all these names: its label and the listed values."""
    return [
        (place["label"], *(capitalised(place[name]) for name in names))
        for place in places(hub).values()
        if place.keys() >= set(names)
    ]


def rows_of_units(hub: Plain) -> list[tuple[str, ...]]:
    return [(place["label"], whole(n)) for place in places(hub).values() if (n := units(place, hub)) is not None]


def rows_of_roles(hub: Plain) -> list[tuple[str, ...]]:
    """Roles with their work, and their numbers of posts."""
    shown = [
        (
            role.meaning,
            sum(at(hub, _posts(role.place, role.posts))) * (_machines(hub) if role.place is Place.MACHINE else 1),
        )
        for role in ROLES.values()
        if (not role.is_of_exports or holds(["exports.share"], hub))
        and (not role.is_of_declarations or holds(["customs.declared"], hub))
    ]
    return [(capitalised(meaning), whole(n)) for meaning, n in shown if n]


def _posts(place: Place, key: str) -> str:
    return {Place.APRON: f"apron.{key}", Place.HALL: f"{_HALLS}.*.{key}", Place.MACHINE: key}[place]


def _machines(hub: Plain) -> int:
    return sum(at(hub, f"{_HALLS}.*.sorting_machines"))


def rows_of_entities(hub: Plain) -> list[tuple[str, ...]]:
    """Each entity with its recorded variables."""
    return [
        (entity["label"], ", ".join(column.name for column in TABLES[table].columns))
        for table, entity in LISTED["entities"].items()
        if holds(entity.get("if", ()), hub)
    ]


def draws(keys: Sequence[str], hub: Plain) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Keys of the configuration that set a distribution, and the facts about each."""
    for pattern, draw in LISTED["draws"].items():
        if holds(draw.get("if", ()), hub):
            yield from ((key, draw) for key in keys if fnmatchcase(key, pattern))
