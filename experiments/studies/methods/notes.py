"""Comments after values in `configs`, often their sources, which are lost in composed configurations."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from experiments.composition import packaged
from experiments.studies.methods.hub import at
from sim.distributions import is_distribution

_LINE: Final = re.compile(r"""( *)["']?([\w. -]+?)["']?:(?: .*?)??(?: +# +(.*))?""")
_NAMED: Final = {"hall": "halls", "disruption": "disruptions"}
"""Groups whose options are under names chosen by the user, and the key above these names."""
_NOT_OF_A_HUB: Final = ("assumptions", "scenario", "study")
Option = tuple[Mapping[str, Any], Mapping[str, str]]
"""The values of a file by key, and the notes after them."""


def notes(hub: Mapping[str, Any]) -> dict[str, str]:
    """Comments by key, for values that are unchanged from an option of `configs`.

    In each group, the option with the most equal values counts. Values set by the run have no note.
    """
    by_key: dict[str, str] = {}
    for prefix, options in _options().items():
        for place in _places(hub, prefix):
            inside = {key: at(hub, f"{place}{key}") for values, _ in options for key in values}
            alike = [{key for key, value in values.items() if inside[key] == [value]} for values, _ in options]
            best = max(range(len(options)), key=lambda n: len(alike[n]))
            by_key |= {f"{place}{key}": note for key, note in options[best][1].items() if key in alike[best]}
    return by_key


def _places(hub: Mapping[str, Any], prefix: str) -> list[str]:
    """Places of a group's options, each with the prefix of its keys."""
    group = prefix.removesuffix(".")
    return [f"{group}.{name}." for name in hub.get(group, {})] if group in _NAMED.values() else [prefix]


@cache
def _options() -> dict[str, list[Option]]:
    """Options of each group, by the prefix of their keys."""
    options: dict[str, list[Option]] = {"": [_read(packaged() / "config.yaml")]}
    for path in sorted(packaged().glob("*/*.yaml")):
        group = path.parent.name
        if group not in _NOT_OF_A_HUB:
            options.setdefault(f"{_NAMED.get(group, group)}.", []).append(_read(path))
    return options


def _read(path: Path) -> Option:
    text = path.read_text(encoding="utf-8")
    return dict(scalars(yaml.safe_load(text) or {})), dict(_remarks(text))


def scalars(document: object, key: str = "") -> Iterator[tuple[str, Any]]:
    """Values by key; a list or a distribution is one value.

    >>> dict(scalars({"a": {"b": 1}, "c": [2, 3]}))
    {'a.b': 1, 'c': [2, 3]}
    """
    if isinstance(document, Mapping) and not is_distribution(document):
        for name, value in document.items():
            yield from scalars(value, f"{key}.{name}" if key else str(name))
    else:
        yield key, document


def _remarks(text: str) -> Iterator[tuple[str, str]]:
    r"""Key and note of each line that has both.

    >>> list(_remarks("a:\n  b: 3  # of a report\nc: x"))
    [('a.b', 'of a report')]
    """
    above: list[tuple[int, str]] = []
    for line in text.splitlines():
        if (match := _LINE.fullmatch(line)) is None:
            continue
        indent = len(match[1])
        above = [*(each for each in above if each[0] < indent), (indent, match[2])]
        if match[3]:
            yield ".".join(name for _, name in above), match[3]
