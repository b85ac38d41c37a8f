"""What names, texts and whole numbers may be that a user types: flights, destinations, lanes, halls, designs, keys."""

from typing import Annotated, Final, TypeAlias

from sim.errors import ConfigError

LONGEST_NAME: Final = 60
"""Characters."""
LONGEST_TEXT: Final = 4_000
"""Characters of a value: a path, a sentence, a list of designs."""
_ANY: Final = "any"
_MOST_DIGITS: Final = 9

Name: TypeAlias = Annotated[str, "name"]
"""A key of a mapping. Other keys may be long: a design is called by the words that it was typed with."""
Source: TypeAlias = Annotated[str, _ANY]
"""A text of many lines."""


def wrong_name(name: str, longest: int = LONGEST_NAME) -> str | None:
    """What is wrong with a name, in words; None if nothing is.

    >>> wrong_name("")
    'a name of 1 to 60 characters; it is empty'
    """
    given = wrong_text(name, longest) if name else "it is empty"
    return given and f"a name of 1 to {longest} characters; {given}"


def checked_name(name: str, key: str, kind: object) -> str:
    """The name, as `kind`, an annotation, has it: a `Name` is short.

    Raises:
        ConfigError: it is none; `key` is the mapping that it stands in.
    """
    if wrong := wrong_name(name, LONGEST_NAME if kind is Name else LONGEST_TEXT):
        raise ConfigError(f"{key}: {wrong}" if key else wrong)
    return name


def wrong_text(text: str, longest: int = LONGEST_TEXT) -> str | None:
    r"""What is wrong with a text: it would break lines, turn the direction of writing, or command a terminal.

    >>> wrong_text("XY\x1b1")
    "'XY\\x1b1' holds the character U+001B, which is not printable"
    """
    if len(text) > longest:
        return f"{text[:LONGEST_NAME]!r} … has {len(text)} characters, at most {longest}"
    if not text.isprintable():
        found = next(each for each in text if not each.isprintable())
        return f"{text[:LONGEST_NAME]!r} holds the character U+{ord(found):04X}, which is not printable"
    return None


def printable(text: str) -> str:
    r"""The text with what would turn the direction of writing, or command a terminal, spelt out.

    >>> printable("a\x1b[31m")
    'a\\x1b[31m'
    """
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def count_of(text: str) -> int | None:
    """The number, of one to nine of the digits 0 to 9; None if it is none.

    >>> count_of("12"), count_of("²"), count_of("-1")
    (12, None, None)
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def is_source(notes: tuple[object, ...], value: object) -> bool:
    """Whether a value is a text, and the parts of its annotation are those of `Source`."""
    return _ANY in notes and isinstance(value, str)
