"""`cargohub assumptions`: how far each number of a configuration may be from what it is.

Lists key, value, range, kind and source of every number that the words choose, with the prices of `cost`. A kind is
sourced, assumption, derived (the source is its formula) or decision; the last two have no range. The range of a list is
that of one factor on it. `kind=assumption` lists one kind only; `to=FILE.xlsx` writes a workbook.
A range is changed by an entry of its key in DIR/assumptions/mine.yaml, with `--config-dir DIR`: docs/model.md.

  cargohub assumptions
  cargohub assumptions scenario=liege_100k demand=permit kind=assumption
  cargohub assumptions study=expansion to=expansion.xlsx
  cargohub assumptions --json
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from experiments.arguments import Arguments, check_once
from experiments.assumptions import Assumption, Kind, assumptions_of
from experiments.composition import compose, hub
from experiments.frame import console
from experiments.report.sections import as_lines
from experiments.store.rows import column, grid_of, table
from experiments.store.workbook import plain_text, write_workbook
from sim.errors import InputError
from sim.reading import near

PRICES: Final = "cost"
_OPTIONS: Final = ("kind", "to")
_COLUMNS: Final = {
    "key": "of the composed configuration",
    "value": "as configured; where a list has a range, the factor that changes nothing; of a choice its option's place",
    "low": "lower end of the range; none: no range",
    "high": "upper end of the range",
    "kind": "sourced, assumption, derived or decision",
    "source": "source, reason or formula",
}


@table("assumptions", "numbers of a configuration, and how far they may be from what they are", sort="key")
class Row:
    key: str = column("", "full key", heading="key")
    value: str = column("", "as configured", heading="value")
    range: str = column("", "from low to high", heading="range")
    kind: str = column("", "kind", heading="kind")
    source: str = column("", "source, reason or formula", heading="source")


def main(arguments: Arguments) -> int:
    options = {key: value for key, _, value in (word.partition("=") for word in arguments.words) if key in _OPTIONS}
    words = [word for word in arguments.words if word.partition("=")[0] not in _OPTIONS]
    check_once([word for word in arguments.words if word not in words])
    kind, path = options.get("kind"), Path(options["to"]) if "to" in options else None
    if kind is not None and kind not in tuple(Kind):
        raise InputError(f"kind: {kind[:60]!r} is no kind of number{near(kind, list(Kind))}")
    if path is not None and path.suffix != ".xlsx":
        raise InputError(f"to: a workbook, FILE.xlsx, got {str(path)!r}")
    found = [one for one in _listed(words, arguments) if kind in (None, one.kind)]
    if path is not None:
        _write(path, found)
    text = _summary(found)
    lines = [text, *as_lines(grid_of("", [_row(one) for one in found]))] if path is None else [f"{text}: {path}"]
    return console.tell(arguments, [_object(one) for one in found], *lines)


def _listed(words: Sequence[str], arguments: Arguments) -> tuple[Assumption, ...]:
    """Of the hub as it is simulated, of the study, and of the prices, which only some studies have themselves."""
    composed = compose(words, arguments.config_dir)
    hub(composed)
    found = assumptions_of(composed, arguments.config_dir)
    if any(one.name.startswith(f"{PRICES}.") for one in found):
        return found
    prices = {PRICES: compose([f"+{PRICES}=liege"])[PRICES]}
    return (*found, *assumptions_of(prices))


def _summary(found: Sequence[Assumption]) -> str:
    counts = Counter(one.kind for one in found)
    return f"{len(found):,} numbers: {', '.join(f'{counts[kind]} {kind}' for kind in Kind if counts[kind])}"


def _object(one: Assumption) -> dict[str, Any]:
    value = one.likely if one.low is not None else list(one.value) if isinstance(one.value, tuple) else one.value
    return {
        "key": one.key,
        "value": value,
        "low": one.low,
        "high": one.high,
        "kind": one.kind.value,
        "source": one.source,
    }


def _row(one: Assumption) -> Row:
    value = f"{len(one.value)} numbers" if isinstance(one.value, tuple) else one.value
    shown = value if isinstance(value, str) else f"{value:,.6g}"
    return Row(one.key, shown, _range(one), one.kind.value, one.source)


def _range(one: Assumption) -> str:
    if one.low is None or one.high is None:
        return ""
    if one.entry.options:
        return " | ".join(one.entry.options)
    ends = f"{one.low:,.6g} to {one.high:,.6g}"
    return f"factor {ends}" if isinstance(one.value, tuple) else ends


def _write(path: Path, found: Sequence[Assumption]) -> None:
    dictionary = [("column", "meaning"), *_COLUMNS.items()]
    write_workbook(path, [("dictionary", dictionary), ("assumptions", [list(_COLUMNS), *map(_cells, found)])])


def _cells(one: Assumption) -> list[Any]:
    cells = _object(one)
    if one.low is None:
        cells["value"] = str(cells["value"])
    return [plain_text(cell) if isinstance(cell, str) else cell for cell in cells.values()]
