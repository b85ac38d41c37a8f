"""Group rows by a key, nest and read values by path, and assign places to stays."""

from collections.abc import Iterable, Iterator, Mapping
from heapq import heappop, heappush
from typing import Any, TypeVar

from sim.reading import plain

A = TypeVar("A")
B = TypeVar("B")
V = TypeVar("V")


def grouped(pairs: Iterable[tuple[A, V]]) -> dict[A, list[V]]:
    """The values of each key, in their order of appearance.

    >>> grouped([("late", 1), ("early", 2), ("late", 3)])
    {'late': [1, 3], 'early': [2]}
    """
    groups: dict[A, list[V]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


def nested(cells: Iterable[tuple[A, B, V]]) -> dict[A, dict[B, V]]:
    """The value of each row by column; if two have the same place, the last.

    >>> nested([("a", "x", 1), ("b", "x", 2), ("a", "y", 3)])
    {'a': {'x': 1, 'y': 3}, 'b': {'x': 2}}
    """
    rows: dict[A, dict[B, V]] = {}
    for row, column, value in cells:
        rows.setdefault(row, {})[column] = value
    return rows


def from_paths(values: Iterable[tuple[Iterable[str], object]]) -> dict[str, Any]:
    """Values, each at a path of names, as one document of groups; a mapping adds to what its path has.

    >>> from_paths([(("halls", "main", "doors_out"), 36), (("seed",), 7)])
    {'halls': {'main': {'doors_out': 36}}, 'seed': 7}
    """
    document: dict[str, Any] = {}
    for (*groups, name), value in values:
        group = document
        for inside in groups:
            group = group.setdefault(inside, {})
        before = group.get(name)
        group[name] = {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value
    return document


def values_of(document: object, key: str = "") -> Iterator[tuple[str, Any]]:
    """Each value that is not a mapping, by its full key.

    >>> dict(values_of({"halls": {"main": {"doors_out": 36}}, "seed": 7}))
    {'halls.main.doors_out': 36, 'seed': 7}
    """
    if isinstance(document, Mapping):
        for name, item in document.items():
            yield from values_of(item, f"{key}.{name}" if key else str(name))
    else:
        yield key, plain(document)


def lowest_free(stays: Iterable[tuple[float, float]]) -> Iterator[int]:
    """For each stay, the lowest place that is free when it begins; stays are in order of their beginnings.

    >>> list(lowest_free([(0, 5), (1, 3), (2, 9), (3, 4)]))
    [0, 1, 2, 1]
    """
    free: list[int] = []
    held: list[tuple[float, int]] = []
    for begin, end in stays:
        while held and held[0][0] <= begin:
            heappush(free, heappop(held)[1])
        place = heappop(free) if free else len(held)
        heappush(held, (end, place))
        yield place
