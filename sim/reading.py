"""Reading a configuration into typed dataclasses, and back. Every mistake gives one line with the full key."""

import datetime as dt
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import Enum, StrEnum
from functools import cache, partial
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from sim.errors import ConfigError
from sim.names import checked_name, is_source
from sim.scalars import SCALARS, Reader, inside, literal, mapping, nearest, number_text, place, repeated, wrong

T = TypeVar("T")
Plain: TypeAlias = Any
"""A mapping, a list or a scalar."""

MOST_LISTED = 24
"""The most names that a message lists."""
_PLAIN = frozenset({str, int, float, bool, type(None)})


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds of a number: `Annotated[float, Bounds(gt=0, le=1)]`."""

    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None

    def broken(self, number: float) -> str | None:
        """The bound that the number breaks, in words; None if it breaks none.

        >>> Bounds(gt=0, le=1).broken(1.5)
        'must be at most 1'
        """
        ge, gt, le, lt = self.ge, self.gt, self.le, self.lt
        if ge is not None and not number >= ge:
            return f"must be at least {number_text(ge)}"
        if gt is not None and not number > gt:
            return f"must be greater than {number_text(gt)}"
        if le is not None and not number <= le:
            return f"must be at most {number_text(le)}"
        if lt is not None and not number < lt:
            return f"must be less than {number_text(lt)}"
        return None


def read(kind: type[T], value: object, key: str = "") -> T:
    """A plain value (mappings, lists, scalars) as a checked instance of `kind`.

    `kind` is a dataclass, `dict[str, X]`, `tuple[X, ...]`, `X | None`, a `Literal`, a StrEnum, a date, str, bool, int
    or float. Numbers may have `Bounds` in `Annotated`. `tuple[X, ...] | Literal["all"]` allows a word in place of a
    list. `float | X` allows a mapping in place of a number, which X reads by `from_plain`. The key `kind` chooses among
    the dataclasses in `kinds` of a class, by name. A field with a default may be left out. An instance of a dataclass
    was checked before, and stays as it is. `key` is the place of the value, for the message.

    Raises:
        ConfigError: unknown, missing or out-of-range keys, wrong types, NaN, inf, or a ValueError of `__post_init__`.

    >>> read(dict[str, float], {"a": 1})
    {'a': 1.0}
    """
    return cast("T", _reader(cast("Any", kind))(value, key))


def plain(value: object) -> Plain:
    """The inverse of `read`: dataclasses become mappings, tuples lists, enums values, and dates ISO text.

    >>> plain((dt.date(2022, 9, 5), None))
    ['2022-09-05', None]
    """
    kind: Any = type(value)
    return value if kind in _PLAIN else _plainer(kind)(value)


@cache
def _plainer(kind: type) -> Callable[[Any], Plain]:
    """The function that makes values of a class plain."""
    if hasattr(kind, "to_plain"):
        return cast("Callable[[Any], Plain]", kind.to_plain)
    if is_dataclass(kind):
        names = [field.name for field in fields(kind)]
        return lambda value: {name: plain(getattr(value, name)) for name in names}
    if issubclass(kind, Mapping):
        return lambda value: {name: plain(item) for name, item in value.items()}
    if issubclass(kind, list | tuple):
        return lambda value: [plain(item) for item in value]
    if issubclass(kind, Enum):
        return lambda value: value.value
    if issubclass(kind, dt.date):
        return lambda value: value.isoformat()
    if issubclass(kind, str | bool | int | float):
        return lambda value: value
    raise TypeError(f"no plain form of {kind.__name__}")


def near(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """The end of a message on an unknown name: the nearest known name, or all names if they are few.

    >>> near("deman", ["demand", "hall"])
    "; did you mean 'demand'?"
    >>> near("XY9", ["AB1", "AB2", "AB1", "AB2"])
    '; known: AB1, AB2'
    """
    names = list(dict.fromkeys(known))
    if close := nearest(name, names, cutoff):
        return f"; did you mean {close!r}?"
    return f"; known: {', '.join(names)}" if 0 < len(names) <= MOST_LISTED else ""


@cache
def _reader(kind: Any) -> Reader:  # noqa: ANN401 - annotations have no common type
    """The function that reads values of this annotation; it is made once for each annotation."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        bounds = [note for note in arguments if isinstance(note, Bounds)]
        return partial(_annotated, arguments, bounds, _reader(arguments[0]))
    if origin is Union or origin is types.UnionType:
        return _one_of(arguments)
    if origin is Literal:
        return partial(literal, arguments)
    if origin is dict:
        return partial(_dict, arguments[0], _reader(arguments[1]))
    if origin is tuple and arguments[1:] == (...,):
        return partial(_tuple, _reader(arguments[0]))
    if is_dataclass(kind) or hasattr(kind, "kinds"):
        return partial(_record, kind)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        names = tuple(member.value for member in kind)
        return lambda value, key: kind(cast("str", literal(names, value, key)))
    if kind in SCALARS:
        return SCALARS[kind]
    raise TypeError(f"the reader knows no {kind!r}")


def _annotated(notes: tuple[object, ...], bounds: list[Bounds], inner: Reader, value: object, key: str) -> object:
    if is_source(notes, value):
        return value
    number = inner(value, key)
    if isinstance(number, int | float):
        for each in bounds:
            if broken := each.broken(number):
                raise ConfigError(f"{place(key)}{broken}, got {repeated(number)}")
    return number


def _dict(of_name: object, inner: Reader, value: object, key: str) -> object:
    return {
        checked_name(name, key, of_name): inner(item, inside(key, name)) for name, item in mapping(value, key).items()
    }


def _tuple(inner: Reader, value: object, key: str) -> object:
    if not isinstance(value, list | tuple):
        raise wrong(key, "a list in brackets", value)
    return tuple(inner(item, f"{key}[{index}]") for index, item in enumerate(value))


def _one_of(kinds: tuple[Any, ...]) -> Reader:
    some = [kind for kind in kinds if kind is not types.NoneType]
    by_itself = next((kind for kind in some if hasattr(kind, "from_plain")), None)
    others = [kind for kind in some if kind is not by_itself]
    words = [word for kind in others if get_origin(kind) is Literal for word in get_args(kind)]
    if len(others) == 1:
        words = []
    others = [kind for kind in others if not words or get_origin(kind) is not Literal]
    (other,) = others
    inner = _reader(other)

    def read_one(value: object, key: str) -> object:
        if value is None and len(some) < len(kinds):
            return None
        if by_itself is not None and isinstance(value, Mapping):
            return by_itself.from_plain(value, key)
        if words and isinstance(value, str):
            if value in words:
                return value
            raise wrong(key, f"a list in brackets, or {', '.join(words)}", value)
        return inner(value, key)

    return read_one


def _of_kind(by_name: Mapping[str, Any], value: object, key: str) -> object:
    """The record of the kind that the key `kind` names."""
    items = mapping(value, key)
    if "kind" not in items:
        raise ConfigError(f"{inside(key, 'kind')}: missing: one of {', '.join(by_name)}")
    name = cast("str", literal(tuple(by_name), items["kind"], inside(key, "kind")))
    return _record(by_name[name], value, key)


def _record(kind: type, value: object, key: str) -> object:
    if isinstance(value, kind):
        return value
    if "kinds" in vars(kind):
        return _of_kind(vars(kind)["kinds"], value, key)
    items, (readers, needed) = mapping(value, key), _fields(kind)
    for name in items:
        if name not in readers:
            raise ConfigError(f"{inside(key, name)}: unknown key{near(name, readers)}")
    if missing := [name for name in needed if name not in items]:
        others = f"; so are {', '.join(missing[1:])}" if missing[1:] else ""
        raise ConfigError(f"{inside(key, missing[0])}: missing{others}")
    values = {name: reader(items[name], inside(key, name)) for name, reader in readers.items() if name in items}
    try:
        return kind(**values)
    except ValueError as error:
        text = " ".join(str(error).split())
        first, colon, _ = text.partition(":")
        if colon and first.partition(".")[0] in readers and " " not in first:
            raise ConfigError(inside(key, text)) from error
        raise ConfigError(f"{key}: {text}" if key else text) from error


@cache
def _fields(kind: type) -> tuple[dict[str, Reader], list[str]]:
    """The function that reads each field of a dataclass, and the fields that are required."""
    readers = {name: _reader(hint) for name, hint in hints_of(kind).items()}
    return readers, [field.name for field in fields(kind) if field.default is MISSING]


@cache
def hints_of(kind: type) -> dict[str, Any]:
    """The annotations of a dataclass's fields, with their bounds, by name."""
    hints = get_type_hints(kind, include_extras=True)
    return {field.name: hints[field.name] for field in fields(kind)}
