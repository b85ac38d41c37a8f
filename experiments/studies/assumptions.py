"""`cargohub assumptions`: the range, kind and source of each number of a configuration.

Lists key, value, range, kind and source of every number that the words choose, with the prices of `cost`. A kind is
sourced, assumption, derived (the source is its formula) or decision; derived numbers and decisions have no range. The
range of a list is the range of one factor on it. `kind=assumption` lists one kind only; `to=FILE.xlsx` writes a
workbook. To change a range, add an entry with its key to DIR/assumptions/mine.yaml, and use `--config-dir DIR`:
docs/model.md.

  cargohub assumptions
  cargohub assumptions scenario=liege_100k demand=permit kind=assumption
  cargohub assumptions study=expansion to=expansion.xlsx
  cargohub assumptions --json

Own options: --to FILE.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from experiments.arguments import Arguments, check_among
from experiments.assumptions import Assumption, Kind, assumptions_of
from experiments.assumptions.leaves import PRICES
from experiments.composition import compose, hub
from experiments.formatting import whole
from experiments.frame import console
from experiments.frame.written import file_of
from experiments.report.key_names import configured
from experiments.report.sections import as_lines, rows_of
from experiments.store.rows import column, grid_of, table
from experiments.store.workbook import plain_text, write_workbook

COST: Final = "cost."
_OPTIONS: Final = ("kind", "to")


@table("assumptions", "numbers of a configuration with their ranges", sort="key")
class Row:
    key: str = column("", "full key of the number", heading="key")
    value: str = column("", "configured value", heading="value")
    range: str = column("", "range, from low to high", heading="range")
    kind: str = column("", "sourced, assumption, derived or decision", heading="kind")
    source: str = column("", "source, reason or formula", heading="source")


def main(arguments: Arguments) -> int:
    options = {key: value for key, _, value in (word.partition("=") for word in arguments.words) if key in _OPTIONS}
    words = [word for word in arguments.words if word.partition("=")[0] not in _OPTIONS]
    kind = options.get("kind")
    if kind is not None:
        check_among("kind", kind, "no kind of number", Kind)
    path = file_of("--to", Path(options["to"]), "a workbook is", (".xlsx",)) if "to" in options else None
    rows = [row for row in _listed(words, arguments) if kind in (None, row.kind)]
    if path is not None:
        _write(path, rows)
    text = _summary(rows)
    lines = [text, *as_lines(grid_of("", [row_of(row) for row in rows]))] if path is None else [f"{text}: {path}"]
    return console.report(arguments, [_object(row) for row in rows], *lines)


def _listed(words: Sequence[str], arguments: Arguments) -> tuple[Assumption, ...]:
    """Numbers of the simulated hub, of the study, and of the prices, with the study's own prices if it has some."""
    composed = compose(words, arguments.config_dir)
    hub(composed)
    rows = assumptions_of(composed, arguments.config_dir)
    of_study = any(row.key.startswith(PRICES) for row in rows)
    return tuple(row for row in rows if not (of_study and row.key.startswith(COST)))


def _summary(rows: Sequence[Assumption]) -> str:
    counts = Counter(row.kind for row in rows)
    return f"{whole(len(rows))} numbers: {', '.join(f'{counts[kind]} {kind}' for kind in Kind if counts[kind])}"


def _object(row: Assumption) -> dict[str, Any]:
    value = row.likely if row.low is not None else list(row.value) if isinstance(row.value, tuple) else row.value
    return {
        "key": row.key,
        "value": value,
        "low": row.low,
        "high": row.high,
        "kind": row.kind.value,
        "source": row.source,
    }


def row_of(row: Assumption) -> Row:
    value = f"{len(row.value)} numbers" if isinstance(row.value, tuple) else row.value
    is_year = row.key.endswith(".year")
    shown = str(value) if is_year or isinstance(value, str) else configured(value)
    return Row(row.key, shown, _range(row), row.kind.value, row.source)


def _range(row: Assumption) -> str:
    if row.low is None or row.high is None:
        return ""
    if row.entry.options:
        return " | ".join(row.entry.options)
    ends = f"{configured(row.low)} to {configured(row.high)}"
    return f"factor {ends}" if isinstance(row.value, tuple) else ends


def _write(path: Path, rows: Sequence[Assumption]) -> None:
    columns = rows_of("assumptions_columns")
    dictionary = [("column", "meaning"), *columns.items()]
    write_workbook(path, [("dictionary", dictionary), ("assumptions", [list(columns), *map(_cells, rows)])])


def _cells(row: Assumption) -> list[Any]:
    cells = _object(row)
    if row.low is None:
        cells["value"] = str(cells["value"])
    return [plain_text(cell) if isinstance(cell, str) else cell for cell in cells.values()]
