"""Formulas of derived numbers: sums, products and powers of numbers and of full keys of the configuration."""

import ast
import operator
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from sim.errors import ConfigError

_OPERATORS: Final[dict[type, Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def evaluate(formula: str, values: Mapping[str, float]) -> float:
    """The formula with these values in place of the keys.

    Raises:
        ConfigError: no formula, or a key that has no value.

    >>> evaluate("33 * space.parcels_per_pallet", {"space.parcels_per_pallet": 240})
    7920.0
    """
    return float(_value(_parsed(formula), values))


def parents(formula: str) -> tuple[str, ...]:
    """The keys that the formula reads.

    >>> parents("a.b / (1 - c)")
    ('a.b', 'c')
    """
    return tuple(_keys(_parsed(formula)))


@cache
def _parsed(formula: str) -> ast.expr:
    try:
        return ast.parse(formula, mode="eval").body
    except SyntaxError as error:
        raise ConfigError(f"{formula!r}: no formula: {error.msg}") from error


def _value(node: ast.expr, values: Mapping[str, float]) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return node.value
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        result: float = _OPERATORS[type(node.op)](_value(node.left, values), _value(node.right, values))
        return result
    key = _key(node)
    if key not in values:
        raise ConfigError(f"{key}: no number of this configuration")
    return values[key]


def _keys(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant):
        return []
    if isinstance(node, ast.BinOp):
        return [*_keys(node.left), *_keys(node.right)]
    return [_key(node)]


def _key(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_key(node.value)}.{node.attr}"
    raise ConfigError(f"{ast.unparse(node)!r}: a formula has numbers, keys, + - * / and **")
