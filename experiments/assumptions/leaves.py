"""Numbers, lists of numbers and texts of a plain configuration by full key, and formulas of such keys."""

import ast
import math
import operator
import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

import numpy as np

from sim.distributions import is_distribution, stretch_of
from sim.errors import ConfigError

PRICES = ("expansion.cost.", "optimise.cost.", "shadow_price.prices.")
"""Where studies contain the group `cost`, whose numbers have entries once, under `cost`."""


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_numbers(value: object) -> bool:
    """Whether a value is a list of numbers, which is a single leaf."""
    return isinstance(value, list) and bool(value) and all(map(is_number, value))


def leaves(document: object, key: str = "", separate: Container[str] = ()) -> Iterator[tuple[str, Any]]:
    """Keys and values of all leaves; items of a list that is not of numbers are named by their position.

    `separate`: keys of numbers in distributions that have separate ranges.

    >>> dict(leaves({"a": {"b": 1, "c": [1, 2]}, "d": [{"e": 3}]}))
    {'a.b': 1, 'a.c': [1, 2], 'd.0.e': 3}
    """
    if is_distribution(document):
        yield from _of_distribution(document, key, separate)
    elif isinstance(document, Mapping):
        for name, item in document.items():
            yield from leaves(item, f"{key}.{name}" if key else str(name), separate)
    elif isinstance(document, list) and not is_numbers(document):
        for place, item in enumerate(document):
            yield from leaves(item, f"{key}.{place}", separate)
    elif is_number(document) or is_numbers(document) or isinstance(document, str):
        yield key, document


def _of_distribution(document: Mapping[str, Any], key: str, separate: Container[str]) -> Iterator[tuple[str, Any]]:
    """Leaves of a distribution with a range: the number that scales it, and numbers with separate ranges.

    The other numbers are decisions.
    """
    stretch = stretch_of(document)
    for name, value in document.items():
        if name == stretch or (is_number(value) and entry_key(f"{key}.{name}") in separate):
            yield f"{key}.{name}", value


def with_leaves(document: Any, changed: Mapping[str, object]) -> Any:  # noqa: ANN401 - a plain value
    """The document with these leaves changed; parts without such leaves are not copied, and keys it lacks are left out.

    >>> with_leaves({"a": {"b": 1}, "d": [{"e": 3}, {"e": 4}]}, {"a.b": 2, "d.1.e": 5, "f": 6})
    {'a': {'b': 2}, 'd': [{'e': 3}, {'e': 5}]}
    """
    by_name: dict[str, dict[str, object]] = {}
    for key, value in changed.items():
        name, _, rest = key.partition(".")
        by_name.setdefault(name, {})[rest] = value
    parts = dict(document) if isinstance(document, Mapping) else {str(at): part for at, part in enumerate(document)}
    for name, inside in by_name.items():
        if name in parts:
            parts[name] = inside[""] if "" in inside else with_leaves(parts[name], inside)
    return parts if isinstance(document, Mapping) else [*parts.values()]


@cache
def entry_key(key: str) -> str:
    """The key under which a number has its entry.

    >>> entry_key("expansion.cost.labour.wage_eur_per_h")
    'cost.labour.wage_eur_per_h'
    """
    for prefix in PRICES:
        if key.startswith(prefix):
            return f"cost.{key.removeprefix(prefix)}"
    return key


def stretched(numbers: Sequence[float], factor: float) -> list[float]:
    """Numbers moved `factor` times as far from their mean, none below zero, with their sum unchanged.

    >>> [round(number, 3) for number in stretched([0.6, 0.3, 0.1], 0.5)]
    [0.467, 0.317, 0.217]
    """
    values = np.array(numbers, dtype=np.float64)
    far = np.maximum(values.mean() + factor * (values - values.mean()), 0.0)
    return [float(number) for number in far * (values.sum() / far.sum())]


def like(number: float, value: float) -> float:
    """The value, rounded half up to a whole number if the number is whole.

    >>> like(4, 5.5), like(4.0, 5.5)
    (6, 5.5)
    """
    return math.floor(value + 0.5) if isinstance(number, int) else float(value)


_CODE: Final = "_name_"
_QUOTED: Final = re.compile(r"`([^`]*)`")
_CODED: Final = re.compile(rf"{_CODE}((?:[0-9a-f]{{2}})+)\b")
_OPERATORS: Final[dict[type, Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def evaluate(formula: str, values: Mapping[str, float]) -> float:
    """The formula evaluated with these values for its keys.

    Raises:
        ConfigError: not a formula, a key without a number, or a result that is no number.

    >>> evaluate("33 * space.parcels_per_pallet", {"space.parcels_per_pallet": 240})
    7920.0
    """
    try:
        return float(_value(_parsed(formula), values))
    except (ArithmeticError, TypeError, ValueError) as error:
        raise ConfigError(f"{formula!r}: gives no number") from error


@cache
def parents(formula: str) -> tuple[str, ...]:
    """The keys that the formula reads.

    >>> parents("min(a.b, 2) / (1 - c)")
    ('a.b', 'c')
    """
    return tuple(_keys(_parsed(formula)))


def with_names(formula: str, names: Sequence[str]) -> str:
    """The formula with names in its gaps; those that Python's grammar does not have are in backticks.

    >>> parents(with_names("1.5 * fleet.{0}.kg", ["74Y"]))
    ('fleet.74Y.kg',)
    """
    return formula.format(*(name if name.isidentifier() else f"`{name}`" for name in names))


@cache
def _parsed(formula: str) -> ast.expr:
    try:
        return ast.parse(_QUOTED.sub(lambda name: f"{_CODE}{name[1].encode().hex()}", formula), mode="eval").body
    except SyntaxError as error:
        raise ConfigError(f"{formula!r}: no formula: {error.msg}") from error


def _value(node: ast.expr, values: Mapping[str, float]) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        result: float = _OPERATORS[type(node.op)](_value(node.left, values), _value(node.right, values))
        return result
    if (of := _least_of(node)) is not None:
        return min(_value(each, values) for each in of)
    key = _key(node)
    if key not in values:
        raise ConfigError(f"{key}: not a number of this configuration")
    return float(values[key])


def _keys(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant):
        return []
    if isinstance(node, ast.BinOp):
        return [*_keys(node.left), *_keys(node.right)]
    if (of := _least_of(node)) is not None:
        return [key for each in of for key in _keys(each)]
    return [_key(node)]


def _least_of(node: ast.expr) -> list[ast.expr] | None:
    """What a formula's `min(...)` compares; None if the node is something else."""
    match node:
        case ast.Call(func=ast.Name("min"), args=[_, *_] as compared, keywords=[]):
            return compared
    return None


@cache  # of the nodes of parsed formulas, which stay
def _key(node: ast.expr) -> str:
    key = ast.unparse(node)
    if not all(part.isidentifier() for part in key.split(".")):
        raise ConfigError(f"{key!r}: a formula may only contain numbers, keys, + - * / ** and min(...)")
    return _CODED.sub(lambda code: bytes.fromhex(code[1]).decode(), key)
