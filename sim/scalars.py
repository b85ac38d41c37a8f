"""Reading and checking the scalars of a configuration, and messages with the place and value of a mistake."""

import datetime as dt
import difflib
import math
import operator
import re
import types
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from numbers import Integral, Real
from typing import Any, TypeAlias

from sim.errors import ConfigError
from sim.names import wrong_text

LONGEST_REPEATED = 60
"""The most characters of a value that a message repeats."""
_FIRST = 3
"""The letters that an abbreviation has in common with the beginning of a name."""
Reader: TypeAlias = Callable[[object, str], object]
"""Reads a value at a key."""


def mapping(value: object, key: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise wrong(key, "a mapping", value)
    for name in value:
        if not isinstance(name, str):
            # YAML reads NO, on, 10:30 and 1 as a flag or a number.
            place, got = inside(key, str(name)), repeated(name)
            raise ConfigError(f"{place}: a key must be text, got {got}; put it in quotes, or type +{place}=VALUE")
    return value


def nearest(name: str, known: Sequence[str], cutoff: float = 0.6) -> str | None:
    """The known name that is meant: the only one that it abbreviates, or else the most similar one.

    >>> nearest("reps", ["replications", "rules"]), nearest("deamnd", ["demand"]), nearest("no", ["now", "none"])
    ('replications', 'demand', None)
    """
    letters = re.compile(re.escape(name[:_FIRST]) + "".join(f"[^.]*{re.escape(letter)}" for letter in name[_FIRST:]))
    abbreviated = [other for other in known if letters.match(other)]
    if len(abbreviated) == 1:
        return abbreviated[0]
    # Two letters are similar to too many names.
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=cutoff)), None) if len(name) >= _FIRST else None


def literal(options: tuple[object, ...], value: object, key: str) -> object:
    for option in options:
        # 1 == True, so the type counts too. A member of an enum counts as its text.
        if value == option and isinstance(value, bool) == isinstance(option, bool):
            return option
    allowed = ", ".join(str(option) for option in options)
    close = nearest(str(value), [str(option) for option in options])
    hint = f"; did you mean {close!r}?" if close else ""
    raise ConfigError(f"{place(key)}must be one of {allowed}, got {repeated(value)}{hint}")


def _text(value: object, key: str) -> str:
    if not isinstance(value, str):
        hint = "; put it in quotes" if isinstance(value, bool | int | float) else ""
        raise wrong(key, "text", value, hint)
    if mistake := wrong_text(value):
        raise ConfigError(f"{place(key)}{mistake}")
    return str(value)


def _flag(value: object, key: str) -> bool:
    if not isinstance(value, bool):
        raise wrong(key, "true or false", value)
    return value


def _whole(value: object, key: str) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise wrong(key, "a whole number", value, number_hint(value))
    return operator.index(value)


def _real(value: object, key: str) -> float:
    if type(value) is not float and (isinstance(value, bool) or not isinstance(value, Real)):
        raise wrong(key, "a number", value, number_hint(value))
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise wrong(key, "a finite number", value)
    return number


def _date(value: object, key: str) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    try:
        return dt.date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise wrong(key, "a date YYYY-MM-DD", value) from None


SCALARS: Mapping[Any, Reader] = types.MappingProxyType(
    {str: _text, bool: _flag, int: _whole, float: _real, dt.date: _date}
)


def wrong(key: str, wanted: str, value: object, hint: str = "") -> ConfigError:
    return ConfigError(f"{place(key)}expected {wanted}, got {repeated(value)}{hint}")


def number_hint(value: object) -> str:
    """How to write a number that was typed with a comma or in per cent; otherwise empty.

    >>> number_hint("3,5"), number_hint("many")
    ('; a number has a decimal point, no comma', '')
    >>> number_hint("7.5 %")
    '; a share of 7.5 % is 0.075, a change by it +7.5% or -7.5%'
    """
    if not isinstance(value, str) or len(value) > LONGEST_REPEATED:
        return ""
    if re.fullmatch(r"[-+]?[\d.]*\d,\d[\d.]*", value):
        return "; a number has a decimal point, no comma"
    match = re.fullmatch(r"(\d+(?:\.\d+)?) ?%", value)
    if match is None:
        return ""
    return f"; a share of {match[1]} % is {float(match[1]) / 100:g}, a change by it +{match[1]}% or -{match[1]}%"


def place(key: str) -> str:
    return f"{key}: " if key else ""


def inside(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def number_text(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 2**63 else repr(value)


def repeated(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = repr(value.value) if isinstance(value, Enum) else repr(value)
    return text if len(text) <= LONGEST_REPEATED else f"{text[:LONGEST_REPEATED]}…"
