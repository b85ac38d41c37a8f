"""Designs typed on the command line: `designs=[liege_30k, liege_30k halls.main.doors_out=36]`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from experiments.arguments import check_once, is_override
from experiments.overrides import parsed
from experiments.report.sections import sentence_of
from sim.errors import InputError, placed

_OPEN: Final = {"[": "]", "{": "}", "(": ")"}
_QUOTES: Final = "'\""
_EXAMPLE: Final = "'designs=[liege_30k, liege_30k halls.main.doors_out=36]'"


@dataclass(frozen=True, slots=True)
class DesignWords:
    name: str
    words: tuple[str, ...]
    place: str
    """File and row, or the design as typed, for messages."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """Cells of columns that only the verb reads."""
    places: Mapping[str, str] = field(default_factory=dict)
    """For a row of a file: the place of each key."""

    def at(self, key: str) -> str:
        """The place of one of the design's keys, for messages."""
        return self.places.get(key, f"{self.place}: {key}")


def is_typed(text: str) -> bool:
    """Whether the text contains designs; otherwise it names a file."""
    return text.lstrip().startswith("[")


def typed_designs(text: str) -> list[DesignWords]:
    """Designs in brackets, separated by commas; each is a scenario name, KEY=VALUE words, or both.

    The name of a design is the text as typed.

    Raises:
        InputError: an open bracket or quote, no designs, a word that is not KEY=VALUE, or a design twice.

    >>> [design.words for design in typed_designs("[liege_30k, demand=permit seed=2]")]
    [('scenario=liege_30k',), ('demand=permit', 'seed=2')]
    """
    inside = text.strip()
    if not inside.endswith("]"):
        raise InputError(sentence_of("bracket_missing", example=_EXAMPLE))
    designs: dict[str, DesignWords] = {}
    for part in _parts(inside[1:-1], ","):
        words = _unquoted(part).split()
        name = " ".join(words)
        if not words:
            raise InputError(sentence_of("empty_design", example=_EXAMPLE))
        if name in designs:
            raise InputError(f"designs: {name!r} occurs twice")
        designs[name] = _design(name)
    return list(designs.values())


def _design(name: str) -> DesignWords:
    place = f"designs: {name!r}"
    first, *others = _parts(name, " ")
    words = [first if is_override(first) else f"scenario={first}", *others]
    for word in words:
        if not is_override(word):
            raise InputError(f"{place}: {word!r} is not KEY=VALUE; a comma separates designs")
    with placed(f"{place}: ", InputError):
        for word in words:
            parsed(word)
        check_once(words)
    return DesignWords(name, tuple(words), place)


def _parts(text: str, separator: str) -> Iterator[str]:
    """The text split at a separator, except inside brackets and quotes."""
    waits_for: list[str] = []
    part = ""
    for character in text:
        if waits_for and character == waits_for[-1]:
            waits_for.pop()
        elif not waits_for or waits_for[-1] not in _QUOTES:
            if character in _QUOTES:
                waits_for.append(character)
            elif character in _OPEN:
                waits_for.append(_OPEN[character])
            elif character == separator and not waits_for:
                yield part
                part = ""
                continue
        part += character
    if waits_for:
        raise InputError(f"designs: a {waits_for[-1]} is missing in {text.strip()[:60]!r}")
    yield part


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] in _QUOTES and text[-1] == text[0] else text
