"""The factors of designs: the columns of their file, or their typed words, whose values differ between designs."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from experiments.designs.spreadsheet import key_of
from experiments.designs.typed_designs import DesignWords
from experiments.store.rows import stored
from experiments.store.summaries import FactorRow
from experiments.store.tables import Columns
from sim.record.schemas import TableSchema

Factors = dict[str, dict[str, str]]
"""By the design's label, the value of each key; the same keys in all."""
DESIGN: Final = "design"
"""What a design's name is called where the swept keys stand."""


def factors_of(labels: Sequence[str], designs: Sequence[DesignWords], composed: Sequence[Mapping[str, Any]]) -> Factors:
    """The keys that differ between the designs, and their values; where a design sets none, the value that it has.

    `labels`, `designs` and `composed`: one each a design.
    """
    keys = list(dict.fromkeys(key_of(word).lstrip("~") for design in designs for word in design.words))
    rows = [{key: _value(design, hub, key) for key in keys} for design, hub in zip(designs, composed, strict=True)]
    differing = [key for key in keys if len({row[key] for row in rows}) > 1]
    if not differing:
        return {}
    return {label: {key: row[key] for key in differing} for label, row in zip(labels, rows, strict=True)}


def with_factors(
    labels: Sequence[str], varied: Sequence[str], values: Sequence[tuple[str, ...]], factors: Factors
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The varied keys with the factors of the designs behind them, and each point's values."""
    keys = keys_of(factors)
    rows = [tuple(factors[label][key] for key in keys) for label in labels]
    return (*varied, *keys), tuple((*swept, *row) for swept, row in zip(values, rows, strict=True))


def drawn(
    varied: Sequence[str], values: Sequence[tuple[str, ...]]
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The same for a picture: without the designs' names, where the factors tell all points apart."""
    rest = [at for at, key in enumerate(varied) if key != DESIGN]
    rows = tuple(tuple(row[at] for at in rest) for row in values)
    if not rest or len(set(rows)) < len(rows):
        return tuple(varied), tuple(values)
    return tuple(varied[at] for at in rest), rows


def keys_of(factors: Factors) -> tuple[str, ...]:
    """The keys, in the order of the file's columns; none without designs of a file."""
    return tuple(next(iter(factors.values()), ()))


def factor_tables(factors: Factors) -> list[tuple[TableSchema, Columns]]:
    """The table `factors`; none without designs of a file."""
    rows = [
        FactorRow(label, order, *pair) for label, keys in factors.items() for order, pair in enumerate(keys.items())
    ]
    return [stored(FactorRow, rows)] if rows else []


def _value(design: DesignWords, composed: Mapping[str, Any], key: str) -> str:
    typed = [word.partition("=")[2] for word in design.words if key_of(word) == key]
    if typed:
        return typed[0]
    value: Any = composed
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    value = value.get("name") if isinstance(value, Mapping) else value
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
