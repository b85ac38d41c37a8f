"""`cargohub export`: the tables of a stored run, for other tools.

Writes every table of a complete run folder, and the meaning of the columns, to DIR (export/RUN): one CSV file per
table, or one workbook, which keeps 16 digits of a number. Missing times and intervals are empty cells. With --pictures,
it writes the pictures of the run's page instead, one file each, in the format of a slide (16:9).

  cargohub export RUN                                as CSV, to export/RUN
  cargohub export RUN --to csv --out DIR
  cargohub export RUN --to xlsx
  cargohub export RUN --pictures png                 or svg, or pdf

Own options: --to FORM, --pictures FORM.
"""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import isfinite, isnan
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow.compute as pc
from pyarrow import types

from experiments.arguments import RUNS, Arguments, check_among
from experiments.execution.progress import Left, Lines
from experiments.formatting import number
from experiments.frame import console, runner
from experiments.frame.recorded import run_and_options
from experiments.frame.written import folder_out
from experiments.grouping import nested
from experiments.report import style
from experiments.report.sections import pictures_in, sentence_of
from experiments.store.directory import DICTIONARY
from experiments.store.files import whole, write_all, write_whole
from experiments.store.foreign import Manifest, configuration_of, manifest_of
from experiments.store.foreign_parquet import batches, columns_of, rows_of
from experiments.store.foreign_tables import check_tables, dictionary_of, read_rows
from experiments.store.summaries import FactorRow
from experiments.store.tables import DICTIONARY_COLUMNS, Arrow
from experiments.store.workbook import plain_text, write_workbook
from sim.csv_rows import csv_text
from sim.errors import InputError

USUAL_OUT = Path("export")
MOST_SHEET_ROWS = 1_048_576
_LONGEST_SHEET_NAME = 31
_ROWS_BETWEEN = 1000
"""Rows of a table between two lines on progress."""
_FACTORS = "factors"
_Factors = Mapping[str, Mapping[str, str]]
"""The value of each design, by key."""
_DESIGN = "scenario"


def main(arguments: Arguments) -> int:
    """Check everything first, so that nothing is written of a damaged run."""
    folder, given = run_and_options(arguments, ("to", "pictures"), RUNS)
    if len(given) > 1:
        raise InputError("export: give either tables (--to) or --pictures")
    out = folder_out(arguments) or USUAL_OUT / folder.resolve().name
    if "pictures" in given:
        return _pictures(folder, given["pictures"], out, arguments)
    form = given.get("to", "csv")
    check_among("to", form, "no form of tables", FORMS)
    manifest = manifest_of(folder)
    configuration_of(manifest)
    described = ([plain_text(cell) for cell in row] for row in dictionary_of(manifest))
    dictionary = [[*DICTIONARY_COLUMNS], *described, *_factor_meanings(manifest)]
    rows = check_tables(manifest)
    lines = Lines(is_quiet=arguments.quiet)
    tables = _Tables(manifest, rows, lines)
    with lines.waiting(tables.how_far):
        files = FORMS[form](tables, dictionary, out)
    text = f"{len(rows)} tables, {number(sum(rows.values()), 0)} rows, and what their columns mean: {out}"
    document = {"run_dir": str(folder), "tables": rows, "files": [str(file) for file in files]}
    return console.report(arguments, document, text)


def _pictures(folder: Path, form: str, out: Path, arguments: Arguments) -> int:
    if form not in style.FORMS:
        raise InputError(f"pictures: {form[:60]!r} is not a format of pictures: {', '.join(style.FORMS)}")
    page, _ = runner.stored_page(manifest_of(folder))
    pictures = {out / f"{picture.name}.{form}": picture for picture in pictures_in(page.sections)}
    if not pictures:
        raise InputError(f"{folder}: this run has no pictures")
    files = write_all({file: style.slide(picture.figure, form, picture.heading) for file, picture in pictures.items()})
    document = {"run_dir": str(folder), "files": [str(file) for file in files]}
    return console.report(arguments, document, *(f"{picture.heading}: {file}" for file, picture in pictures.items()))


class _Tables:
    """The tables of a run with their numbers of `rows`, and the number written so far."""

    def __init__(self, manifest: Manifest, rows: Mapping[str, int], progress: Lines) -> None:
        self.manifest, self.rows, self._progress, self._n_written = manifest, rows, progress, 0

    def lines(self, name: str) -> Iterator[Sequence[Any]]:
        """The header of a table with its factors, and its rows."""
        path = self.manifest.tables[name]
        header = list(columns_of(path))
        added = _added_to(name, header, _factors(self.manifest))
        yield [plain_text(column) for column in [*header, *added]]
        for at, row in enumerate(_rows(path, _labels(self.manifest), added), 1):
            yield row
            if not at % _ROWS_BETWEEN:
                self._n_written += _ROWS_BETWEEN
                self._progress.say(self.how_far, _ROWS_BETWEEN)

    def how_far(self, left: Left) -> str:
        n = sum(self.rows.values())
        return sentence_of(
            "rows_written", n_written=number(self._n_written, 0), n=number(n, 0), time=left(n - self._n_written)
        )


def _csv(tables: _Tables, dictionary: Sequence[list[str]], out: Path) -> list[Path]:
    files = [out / f"{name}.csv" for name in tables.rows]
    for name, path in zip(tables.rows, files, strict=True):
        with whole(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(tables.lines(name))
    write_whole(out / DICTIONARY, csv_text(dictionary).encode())
    return [*files, out / DICTIONARY]


def _xlsx(tables: _Tables, dictionary: Sequence[list[str]], out: Path) -> list[Path]:
    for name, count in tables.rows.items():
        if count >= MOST_SHEET_ROWS:
            raise InputError(f"{name}: {number(count, 0)} rows, more than a sheet holds; use to=csv")
    path = out / f"{tables.manifest.folder.resolve().name}.xlsx"
    sheets = ((name[:_LONGEST_SHEET_NAME], tables.lines(name)) for name in tables.rows)
    write_workbook(path, [("dictionary", dictionary), *sheets])
    return [path]


FORMS: Mapping[str, Callable[[_Tables, Sequence[list[str]], Path], list[Path]]] = MappingProxyType(
    {"csv": _csv, "xlsx": _xlsx}
)


def _labels(manifest: Manifest) -> list[str]:
    """Designs in the order given; empty if the study has no table of them."""
    if "points" not in manifest.tables:
        return []
    designs = rows_of(manifest.tables["points"])
    return [str(design["scenario"]) for design in sorted(designs, key=lambda design: int(design["order"]))]


def _factors(manifest: Manifest) -> dict[str, dict[str, str]]:
    """Value of each design by key; empty if no designs of a file were compared."""
    rows = read_rows(manifest, FactorRow) if _FACTORS in manifest.tables else ()
    return nested((row.key, row.scenario, row.value) for row in sorted(rows, key=lambda row: row.order))


def _added_to(name: str, header: Sequence[str], factors: _Factors) -> _Factors:
    """Factors added after a table's columns: all missing ones, in every table that names designs."""
    if _DESIGN not in header or name == _FACTORS:
        return {}
    return {key: values for key, values in factors.items() if key not in header}


def _rows(path: Path, labels: Sequence[str], added: _Factors) -> Iterator[tuple[Any, ...]]:
    """Rows as plain values, in the order of the designs, followed by factors; NaN is empty."""
    header = list(columns_of(path))
    at = header.index(_DESIGN) if _DESIGN in header else -1
    # Tables are stored by label: another order needs one reading for each design.
    orders: Sequence[str | None] = labels if at >= 0 and list(labels) != sorted(labels) else [None]
    for label in orders:
        for batch in batches(path):
            chosen = batch if label is None else batch.filter(pc.equal(batch.column(at), label))
            designs = chosen.column(at).to_pylist() if added else []
            factors = ([plain_text(values.get(design, "")) for design in designs] for values in added.values())
            yield from zip(*map(_cells, chosen.columns), *factors, strict=True)


def _cells(column: Arrow) -> list[Any]:
    """Values of a column as a cell holds them: safe texts, no NaN, infinity as a text."""
    values: list[Any] = column.to_pylist()
    if types.is_string(column.type):
        safe = {text: plain_text(text) for text in set(values)}
        return [safe[text] for text in values]
    if types.is_floating(column.type) and not pc.all(pc.is_finite(column)).as_py():
        return [value if isfinite(value) else None if isnan(value) else str(value) for value in values]
    return values


def _factor_meanings(manifest: Manifest) -> Iterator[list[str]]:
    """Lines of the dictionary for the factors behind the columns of each table."""
    factors = _factors(manifest)
    for name, path in manifest.tables.items():
        for key in _added_to(name, list(columns_of(path)), factors):
            yield [name, plain_text(key), "string", "", "value of this key in the design"]
