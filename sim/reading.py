"""Reading a configuration into typed dataclasses, and back: every mistake is one line that names the full key."""

import datetime as dt
import difflib
import math
import operator
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import Enum, StrEnum
from functools import cache
from numbers import Integral, Real
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from sim.errors import ConfigError
from sim.names import checked_name, is_source, wrong_text

T = TypeVar("T")
Plain: TypeAlias = Any
"""A mapping, a list or a scalar."""

LONGEST_SAID = 60
"""Characters of a value that are repeated in a message."""
MOST_LISTED = 24
"""Names that are listed in a message."""
_PLAIN = frozenset({str, int, float, bool, type(None)})


_SAID_OF_BOUNDS = {"ge": "at least", "gt": "greater than", "le": "at most", "lt": "less than"}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a number must satisfy: `Annotated[float, Bounds(gt=0, le=1)]`."""

    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None

    def broken(self, number: float) -> str | None:
        """The bound that the number breaks, in words; None if it breaks none.

        >>> Bounds(gt=0, le=1).broken(1.5)
        'must be at most 1'
        """
        for name, said in _SAID_OF_BOUNDS.items():
            bound: float | None = getattr(self, name)
            if bound is not None and not getattr(operator, name)(number, bound):
                return f"must be {said} {_number(bound)}"
        return None


def read(kind: type[T], value: object, key: str = "") -> T:
    """A plain value (mappings, lists, scalars) as an instance of `kind`, checked.

    `kind` is a dataclass, `dict[str, X]`, `tuple[X, ...]`, `X | None`, a `Literal`, a StrEnum, a date, str,
    bool, int or float; numbers may carry `Bounds` in `Annotated`. A list may have a word in its place,
    `tuple[X, ...] | Literal["all"]`, and a number a mapping, `float | X`, where X reads it by `from_plain`. Of
    several dataclasses, `X | Y`, the value's key `kind` says which one it is: each has a field
    `kind: Literal[...]`. So does it of a class that is none, and has them in `kinds`, by name. A field with a
    default may be left out. `key` is the place of the value, for the message.

    Raises:
        ConfigError: unknown, missing or out-of-range keys, wrong types, NaN, inf, or a ValueError of `__post_init__`.

    >>> read(dict[str, float], {"a": 1})
    {'a': 1.0}
    """
    return cast("T", _read(kind, value, key))


def plain(value: object) -> Plain:
    """The inverse of `read`: dataclasses to mappings, tuples to lists, enums to values, dates to ISO text.

    >>> plain((dt.date(2022, 9, 5), None))
    ['2022-09-05', None]
    """
    if type(value) in _PLAIN:  # most values, by far
        return value
    if hasattr(value, "to_plain"):
        return value.to_plain()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dt.date):
        return value.isoformat()
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise TypeError(f"no plain form of {type(value).__name__}")


def near(name: str, known: Iterable[str]) -> str:
    """The end of a message on an unknown name: the nearest known one, or all of them if they are few.

    >>> near("deman", ["demand", "hall"])
    "; did you mean 'demand'?"
    """
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known: {', '.join(names)}" if 0 < len(names) <= MOST_LISTED else ""


def _read(kind: Any, value: object, key: str) -> object:  # noqa: ANN401 - annotations have no common type
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return value if is_source(arguments, value) else _bounded(_read(arguments[0], value, key), arguments[1:], key)
    if origin is Union or origin is types.UnionType:
        return _one_of(arguments, value, key)
    if origin is Literal:
        return _literal(arguments, value, key)
    if origin is dict:
        of_name, of_item = arguments
        items = _mapping(value, key).items()
        return {checked_name(name, key, of_name): _read(of_item, item, _inside(key, name)) for name, item in items}
    if origin is tuple and arguments[1:] == (...,):
        if not isinstance(value, list | tuple):
            raise _wrong(key, "a list", value)
        return tuple(_read(arguments[0], item, f"{key}[{index}]") for index, item in enumerate(value))
    if is_dataclass(kind) or hasattr(kind, "kinds"):
        return _record(cast("type", kind), value, key)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(cast("str", _literal(tuple(member.value for member in kind), value, key)))
    if kind in _SCALARS:
        return _SCALARS[kind](value, key)
    raise TypeError(f"{key}: the reader knows no {kind!r}")


def _one_of(kinds: tuple[Any, ...], value: object, key: str) -> object:
    if types.NoneType in kinds:
        if value is None:
            return None
        kinds = tuple(kind for kind in kinds if kind is not types.NoneType)
    reader = next((kind for kind in kinds if hasattr(kind, "from_plain")), None)
    if reader is not None and isinstance(value, Mapping):
        return reader.from_plain(value, key)
    kinds = tuple(kind for kind in kinds if kind is not reader)
    if len(kinds) > 1 and isinstance(value, str):
        words = [word for kind in kinds if get_origin(kind) is Literal for word in get_args(kind)]
        if value in words:
            return value
        if words:
            raise _wrong(key, f"a list in brackets, or {', '.join(words)}", value)
    kinds = tuple(kind for kind in kinds if len(kinds) == 1 or get_origin(kind) is not Literal)
    if len(kinds) == 1:
        return _read(kinds[0], value, key)
    return _of_kind({name: kind for kind in kinds for name in get_args(hints_of(kind)["kind"])}, value, key)


def _of_kind(by_name: Mapping[str, Any], value: object, key: str) -> object:
    """The record of that kind which the key `kind` names."""
    items = _mapping(value, key)
    if "kind" not in items:
        raise ConfigError(f"{_inside(key, 'kind')}: missing: one of {', '.join(by_name)}")
    name = cast("str", _literal(tuple(by_name), items["kind"], _inside(key, "kind")))
    return _record(by_name[name], value, key)


def _record(kind: type, value: object, key: str) -> object:
    if "kinds" in vars(kind):
        return _of_kind(vars(kind)["kinds"], value, key)
    items, hints = _mapping(value, key), hints_of(kind)
    for name in items:
        if name not in hints:
            raise ConfigError(f"{_inside(key, name)}: unknown key{near(name, hints)}")
    for field in fields(kind):
        if field.name not in items and field.default is MISSING:
            raise ConfigError(f"{_inside(key, field.name)}: missing")
    values = {name: _read(hint, items[name], _inside(key, name)) for name, hint in hints.items() if name in items}
    try:
        return kind(**values)
    except ValueError as error:
        text = " ".join(str(error).split())
        first, colon, _ = text.partition(":")
        if colon and first.partition(".")[0] in hints and " " not in first:
            raise ConfigError(_inside(key, text)) from error
        raise ConfigError(f"{key}: {text}" if key else text) from error


@cache
def hints_of(kind: type) -> dict[str, Any]:
    """The annotations of a dataclass's fields, with their bounds, by name."""
    hints = get_type_hints(kind, include_extras=True)
    return {field.name: hints[field.name] for field in fields(kind)}


def _mapping(value: object, key: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise _wrong(key, "a mapping", value)
    for name in value:
        if not isinstance(name, str):
            # YAML reads NO, on, 10:30 and 1 as a flag or a number.
            raise ConfigError(f"{_inside(key, str(name))}: a key must be text, got {_said(name)}; put it in quotes")
    return value


def _literal(options: tuple[object, ...], value: object, key: str) -> object:
    for option in options:
        # 1 == True, so the type counts too; an enum's member counts as its text.
        if value == option and isinstance(value, bool) == isinstance(option, bool):
            return option
    allowed = ", ".join(str(option) for option in options)
    close = difflib.get_close_matches(str(value), [str(option) for option in options], n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    raise ConfigError(f"{_place(key)}must be one of {allowed}, got {_said(value)}{hint}")


def _text(value: object, key: str) -> str:
    if not isinstance(value, str):
        hint = "; put it in quotes" if isinstance(value, bool | int | float) else ""
        raise _wrong(key, "text", value, hint)
    if wrong := wrong_text(value):
        raise ConfigError(f"{_place(key)}{wrong}")
    return str(value)


def _flag(value: object, key: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(key, "true or false", value)
    return value


def _whole(value: object, key: str) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise _wrong(key, "a whole number", value)
    return operator.index(value)


def _real(value: object, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise _wrong(key, "a number", value)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise _wrong(key, "a finite number", value)
    return number


def _date(value: object, key: str) -> dt.date:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    try:
        return dt.date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise _wrong(key, "a date as YYYY-MM-DD", value) from None


_SCALARS: Mapping[Any, Callable[[object, str], object]] = types.MappingProxyType(
    {str: _text, bool: _flag, int: _whole, float: _real, dt.date: _date}
)


def _bounded(value: object, notes: tuple[object, ...], key: str) -> object:
    for bounds in notes:
        if isinstance(bounds, Bounds) and isinstance(value, int | float):
            broken = bounds.broken(value)
            if broken:
                raise ConfigError(f"{_place(key)}{broken}, got {_said(value)}")
    return value


def _wrong(key: str, wanted: str, value: object, hint: str = "") -> ConfigError:
    return ConfigError(f"{_place(key)}expected {wanted}, got {_said(value)}{hint}")


def _place(key: str) -> str:
    return f"{key}: " if key else ""


def _inside(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 2**63 else repr(value)


def _said(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    text = repr(value.value) if isinstance(value, Enum) else repr(value)
    return text if len(text) <= LONGEST_SAID else f"{text[:LONGEST_SAID]}…"
