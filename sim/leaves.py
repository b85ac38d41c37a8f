"""The values that each key of a configuration may have, read from the schema for forms."""

import datetime as dt
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

from sim.reading import Bounds, hints_of


@dataclass(frozen=True, slots=True)
class Leaf:
    """The values that one key may have."""

    kind: str
    """number, whole, flag, date, choice, list or text."""
    bounds: Bounds | None = None
    options: tuple[str, ...] = ()
    is_optional: bool = False
    """Whether null is allowed."""


def leaf_at(kind: Any, value: object, names: Sequence[str]) -> Leaf | None:  # noqa: ANN401 - as `read`
    """The values allowed at these names in a plain value of `kind`; None if no single value belongs there.

    >>> leaf_at(dict[str, Annotated[int, Bounds(ge=1)]], {"a": 2}, ["a"])
    Leaf(kind='whole', bounds=Bounds(ge=1, gt=None, le=None, lt=None), options=(), is_optional=False)
    """
    kind, bounds, is_optional = _stripped(kind, value)
    if not names:
        return _leaf(kind, bounds, is_optional=is_optional)
    if not isinstance(value, Mapping) or names[0] not in value:
        return None
    if hasattr(kind, "from_plain"):
        inside: Leaf | None = kind.leaf(tuple(names))
        return inside
    below: Any = None
    if get_origin(kind) is dict:
        below = get_args(kind)[1]
    elif hasattr(kind, "kinds") and "kinds" in vars(kind):
        known = vars(kind)["kinds"].get(value.get("kind"))
        below = None if known is None else hints_of(known).get(names[0])
    elif is_dataclass(kind):
        below = hints_of(cast("type", kind)).get(names[0])
    return None if below is None else leaf_at(below, value[names[0]], names[1:])


def _stripped(kind: Any, value: object) -> tuple[Any, Bounds | None, bool]:  # noqa: ANN401 - as `read`
    """The kind without annotations: the kind, its bounds, and whether it may be null."""
    if get_origin(kind) is Annotated:
        inner, *notes = get_args(kind)
        stripped, bounds, is_optional = _stripped(inner, value)
        return stripped, next((note for note in notes if isinstance(note, Bounds)), bounds), is_optional
    if get_origin(kind) in (Union, types.UnionType):
        kinds = [each for each in get_args(kind) if each is not types.NoneType]
        is_optional = len(kinds) < len(get_args(kind))
        if isinstance(value, Mapping):
            kinds = [each for each in kinds if hasattr(each, "from_plain")] or kinds
        stripped, bounds, _ = _stripped(kinds[0], value)
        return stripped, bounds, is_optional
    return kind, None, False


def _leaf(kind: Any, bounds: Bounds | None, *, is_optional: bool) -> Leaf | None:  # noqa: ANN401 - as `read`
    if get_origin(kind) is Literal:
        return Leaf("choice", None, tuple(map(str, get_args(kind))), is_optional)
    if get_origin(kind) is tuple:
        return Leaf("list", None, (), is_optional)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return Leaf("choice", None, tuple(member.value for member in kind), is_optional)
    name = {str: "text", bool: "flag", int: "whole", float: "number", dt.date: "date"}.get(kind)
    return None if name is None else Leaf(name, bounds, (), is_optional)
