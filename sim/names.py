"""Conditions on names, texts, numbers and instants that a user types: flights, lanes, halls, designs, keys."""

import datetime as dt
import re
from typing import Annotated, Final, TypeAlias

from sim.errors import ConfigError

LONGEST_NAME: Final = 60
"""Most characters of a name."""
LONGEST_TEXT: Final = 4_000
"""Most characters of a value: a path, a sentence, a list of designs."""
_ANY: Final = "any"
_MOST_DIGITS: Final = 9
_LONG_MINUTES: Final = re.compile(r"[+-]\d\d:?[6-9]\d$")
"""The end of an instant whose offset from UTC has 60 minutes or more."""

Name: TypeAlias = Annotated[str, "name"]
"""A key of a mapping. Keys of other mappings may be longer, because designs can be named by the words typed."""
Source: TypeAlias = Annotated[str, _ANY]
"""A text of many lines."""


def wrong_name(name: str, longest: int = LONGEST_NAME) -> str | None:
    """The fault of a name, in words; None without fault.

    >>> wrong_name("")
    'a name of 1 to 60 characters; it is empty'
    """
    problem = wrong_text(name, longest) if name else "it is empty"
    return problem and f"a name of 1 to {longest} characters; {problem}"


def checked_name(name: str, key: str, kind: object) -> str:
    """The name, checked by `kind`, its annotation: a `Name` must be short.

    Raises:
        ConfigError: it is not a name; `key` is the mapping that contains it.
    """
    if wrong := wrong_name(name, LONGEST_NAME if kind is Name else LONGEST_TEXT):
        raise ConfigError(f"{key}: {wrong}" if key else wrong)
    return name


def wrong_text(text: str, longest: int = LONGEST_TEXT) -> str | None:
    r"""The fault of a text that would break lines, reverse the writing or control a terminal; None without fault.

    >>> wrong_text("XY\x1b1")
    "'XY\\x1b1' contains the character U+001B, which is not printable"
    """
    if len(text) > longest:
        return f"{text[:LONGEST_NAME]!r} … has {len(text)} characters, at most {longest}"
    if not text.isprintable():
        unprintable = next(each for each in text if not each.isprintable())
        return f"{text[:LONGEST_NAME]!r} contains the character U+{ord(unprintable):04X}, which is not printable"
    return None


def printable(text: str) -> str:
    r"""The text with escapes for characters that would reverse the writing or control a terminal.

    >>> printable("a\x1b[31m")
    'a\\x1b[31m'
    """
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def count_of(text: str) -> int | None:
    """The number of a text of one to nine digits 0 to 9; None for other texts.

    >>> count_of("12"), count_of("²"), count_of("-1")
    (12, None, None)
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def number_of(text: str) -> float | None:
    """The number of a text, as Python reads it; None for other texts.

    >>> number_of("1e3"), number_of("two")
    (1000.0, None)
    """
    try:
        return float(text)
    except ValueError:
        return None


def instant_in(text: str) -> dt.datetime | None:
    """The date and time of a text in ISO format; None for other texts, and for a date alone, which would be midnight.

    >>> str(instant_in("2022-09-05 14:30")), instant_in("2022-09-05"), instant_in("Monday, 14:30")
    ('2022-09-05 14:30:00', None, None)

    Python reads an offset of 60 minutes or more as the next hour:

    >>> str(instant_in("2022-09-05 14:30+05:45")), instant_in("2022-09-05 14:30+05:60")
    ('2022-09-05 14:30:00+05:45', None)
    """
    if len(text) <= len("2022-09-05") or _LONG_MINUTES.search(text):
        return None
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None


def is_source(notes: tuple[object, ...], value: object) -> bool:
    """Whether a value is a text with the annotation `Source`."""
    return isinstance(value, str) and _ANY in notes
