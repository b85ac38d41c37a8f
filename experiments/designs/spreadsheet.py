"""Designs from a spreadsheet: a column `name`, and a column for each key; an empty cell sets nothing.

    name,       halls.main.breakdown_stations,  scenario
    more room,  16,                             liege_66k

`designs=` is the name of such a file, or designs typed in brackets. A cell is written as the value of a KEY=VALUE word,
and replaces the same key of the command line. A verb may read columns that are not keys, such as `cost`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from experiments.arguments import key_of
from experiments.composition import compose, hub, study_keys
from experiments.designs.first_sheet import MOST_COLUMNS, XLSX, sheet_of
from experiments.designs.typed_designs import DesignWords, is_typed, typed_designs
from experiments.designs.varying import check_exports
from experiments.overrides import MOST_POINTS, is_share, parsed
from experiments.report.sections import sentence_of
from experiments.store.rows import stored
from experiments.store.summaries import FactorRow
from experiments.store.tables import Columns
from experiments.unknown_keys import whose
from sim.csv_rows import csv_rows
from sim.errors import LONGEST_ECHO, CargohubError, InputError, placed
from sim.names import wrong_name
from sim.record.schemas import TableSchema
from sim.site.room import check_area

WORD: Final = "designs="
NAME: Final = "name"


def designs_among(words: Sequence[str], beside: Sequence[str] = ()) -> tuple[list[str], list[DesignWords]]:
    """The words without `designs=`, and the designs of that file or list; empty without the key.

    Words for keys of the study, which every design must have, become words of the study.

    `beside`: columns of the verb that are not keys.

    Raises:
        InputError: `designs=` twice, designs that cannot be read, another word for a key that all of them set, or a
            key of the study that they do not all set alike.
    """
    given = [word.removeprefix(WORD) for word in words if word.startswith(WORD)]
    if len(given) > 1:
        raise InputError(f"designs: expected one file or list, got {' and '.join(given)}")
    rest = [word for word in words if not word.startswith(WORD)]
    if not given:
        return rest, []
    designs = typed_designs(given[0]) if is_typed(given[0]) else read_designs(Path(given[0]), beside)
    of_all = set.intersection(*({key_of(word) for word in design.words} for design in designs))
    if idle := [word for word in rest if key_of(word) in of_all]:
        raise InputError(sentence_of("set_by_all", word=idle[0], key=key_of(idle[0])))
    shared = _of_study(designs)
    of_hubs = [replace(design, words=tuple(word for word in design.words if word not in shared)) for design in designs]
    return [*rest, *shared], of_hubs


def _of_study(designs: Sequence[DesignWords]) -> list[str]:
    """The words for keys of the study, which all designs must have."""
    shared = [word for word in designs[0].words if is_of_study(word)]
    for design in designs:
        words = [word for word in design.words if is_of_study(word)]
        if differing := [word for word in (*words, *shared) if (word in words) != (word in shared)]:
            raise InputError(sentence_of("not_of_design", place=design.at(key_of(differing[0])), word=differing[0]))
    return shared


def is_of_study(word: str) -> bool:
    """Whether the word sets a key of the study, which is the same for all designs; prices have a check of their own."""
    root = key_of(word).partition(".")[0]
    return root in {"study", *study_keys()} - {"cost"} or bool(whose(root))


def read_designs(path: Path, beside: Sequence[str] = ()) -> list[DesignWords]:
    """The designs of a CSV file (commas, semicolons or tabs) or of the first visible sheet of a workbook.

    Raises:
        InputError: in one line with file, row and column: no such file, no table, a column that is not a key, a cell
            that is not a value, a name that is missing or occurs twice.
    """
    hint = "" if path.suffix else sentence_of("typed_hint", path=path)
    sheet, rows = sheet_of(path) if path.suffix.lower() == XLSX else ("", csv_rows(path, hint=hint))
    header = next(rows, (1, []))[1]
    while header and not header[-1]:
        header.pop()
    _check_header(path, header, beside)
    table = _Table(path, sheet, header)
    designs: list[DesignWords] = []
    names: set[str] = set()
    for number, cells in rows:
        if not any(cells):
            continue
        if any(cells[len(header) :]):
            raise InputError(f"{table.at(number)}: more cells than the {len(header)} of the header")
        design = _design(table, number, dict(zip(header, cells, strict=False)), beside)
        if design.name in names:
            raise InputError(f"{table.at(number, NAME)}: {design.name!r} occurs twice")
        names.add(design.name)
        designs.append(design)
        if len(designs) > MOST_POINTS:
            raise InputError(f"{path}: more than {MOST_POINTS} designs")
    if not designs:
        raise InputError(f"{path}: no designs below the header")
    return designs


def compose_design(design: DesignWords, words: Sequence[str], config_dir: Path | str | None = None) -> dict[str, Any]:
    """The configuration of a design, from the common words and then its own; its hub is checked.

    Raises:
        InputError: an unknown key or option, or a value that the schema refuses, with file, row and column.
        CargohubError: the same mistake in one of the common words.
    """
    keys = {key_of(word) for word in design.words}
    try:
        composed = compose([*(word for word in words if key_of(word) not in keys), *design.words], config_dir)
        check_area(hub(composed))
    except CargohubError as error:
        key, _, rest = str(error).partition(": ")
        if key not in keys and key in map(key_of, words):
            raise
        raise InputError(f"{design.at(key)}: {rest}" if key in keys else f"{design.place}: {error}") from error
    return composed


def _check_header(path: Path, header: Sequence[str], beside: Sequence[str]) -> None:
    if NAME not in header:
        raise InputError(f"{path}: no column {NAME!r} among {', '.join(header)[:LONGEST_ECHO] or 'no columns at all'}")
    if len(header) > MOST_COLUMNS:
        raise InputError(f"{path}: {len(header)} columns, more than {MOST_COLUMNS}")
    for number, key in enumerate(header, 1):
        if not key:
            raise InputError(f"{path}: row 1: column {number} has no name")
        if header.index(key) != number - 1:
            raise InputError(f"{path}: row 1: column {key!r} occurs twice")
        if key not in (NAME, *beside):
            _check_key(path, key)
    if not set(header) - {NAME, *beside}:
        raise InputError(f"{path}: no column of a key, such as demand.flights_per_day, beside {NAME!r}")


def _check_key(path: Path, column: str) -> None:
    try:
        is_key = not set(column) & set("=~") and bool(parsed(f"{column}=1").key_or_group)
    except CargohubError:
        is_key = False
    if not is_key:
        raise InputError(sentence_of("no_key", path=path, key=column))
    if column == "cost":
        raise InputError(sentence_of("cost_column", path=path))


@dataclass(frozen=True, slots=True)
class _Table:
    """The file of designs; `sheet` of a workbook."""

    path: Path
    sheet: str
    header: Sequence[str]

    def at(self, number: int, key: str = "") -> str:
        """The place of a row, or of its cell in the column of a key, for messages."""
        column = f", column {key!r}" if key else ""
        if not self.sheet:
            return f"{self.path}: row {number}{column}"
        from openpyxl.utils import get_column_letter  # only for a workbook; a CSV does not need openpyxl

        cell = f"cell {get_column_letter(self.header.index(key) + 1)}{number}" if key else f"row {number}"
        return f"{self.path}: sheet {self.sheet}, {cell}{column}"


def _design(table: _Table, number: int, cells: dict[str, str], beside: Sequence[str]) -> DesignWords:
    name = cells.pop(NAME, "")
    if wrong := wrong_name(name):
        raise InputError(f"{table.at(number, NAME)}: {wrong}")
    of_verb = {key: cells.pop(key) for key in beside if key in cells}
    words = []
    for key, text in cells.items():
        if not text:
            continue
        with placed(f"{table.at(number, key)}: ", InputError):
            override = parsed(f"{key}={text}", is_sweep=True)
        if override.is_sweep_override():
            raise InputError(sentence_of("one_value", place=table.at(number, key), text=text))
        words.append(f"{key}={text}")
    places = {key: table.at(number, key) for key in (*cells, *of_verb)}
    return DesignWords(name, tuple(words), table.at(number), of_verb, places)


Factors = dict[str, dict[str, str]]
"""The value of each key, by the design's label; all designs have the same keys."""
Values = tuple[str, ...]
Varied = tuple[tuple[str, ...], tuple[Values, ...]]
"""The keys in which designs differ, and the values of each design."""
DESIGN: Final = "design"
"""Name of the column of designs, which precedes the swept keys."""


def factors_of(labels: Sequence[str], designs: Sequence[DesignWords], composed: Sequence[Mapping[str, Any]]) -> Factors:
    """Keys that differ between the designs, with their values; the configured value if a design sets none.

    `labels`, `designs` and `composed`: one for each design.
    """
    keys = list(dict.fromkeys(key_of(word) for design in designs for word in design.words))
    rows = [{key: _value(design, hub, key) for key in keys} for design, hub in zip(designs, composed, strict=True)]
    differing = [key for key in keys if len({row[key] for row in rows}) > 1]
    check_exports(differing, (hub["exports"]["share"] for hub in composed))
    if not differing:
        return {}
    return {label: {key: row[key] for key in differing} for label, row in zip(labels, rows, strict=True)}


def with_factors(labels: Sequence[str], varied: Sequence[str], values: Sequence[Values], factors: Factors) -> Varied:
    """The varied keys followed by the factors of the designs, and the values of each point."""
    keys = keys_of(factors)
    rows = [tuple(factors[label][key] for key in keys) for label in labels]
    return (*varied, *keys), tuple((*swept, *row) for swept, row in zip(values, rows, strict=True))


def drawn(varied: Sequence[str], values: Sequence[Values]) -> Varied:
    """The varied keys and values for a picture: without names of designs if the factors distinguish all points."""
    rest = [at for at, key in enumerate(varied) if key != DESIGN]
    rows = tuple(tuple(row[at] for at in rest) for row in values)
    if not rest or len(set(rows)) < len(rows):
        return tuple(varied), tuple(values)
    return tuple(varied[at] for at in rest), rows


def keys_of(factors: Factors) -> tuple[str, ...]:
    """The keys, in the order of the file's columns; empty without a file of designs."""
    return tuple(next(iter(factors.values()), ()))


def factor_rows(factors: Factors) -> list[FactorRow]:
    """Rows by design, one for each key, in the order of the file's columns."""
    return [
        FactorRow(label, order, *pair) for label, keys in factors.items() for order, pair in enumerate(keys.items())
    ]


def factor_tables(factors: Factors) -> list[tuple[TableSchema, Columns]]:
    """The table `factors`; none without a file of designs."""
    rows = factor_rows(factors)
    return [stored(FactorRow, rows)] if rows else []


def _value(design: DesignWords, composed: Mapping[str, Any], key: str) -> str:
    typed = [word.partition("=")[2] for word in design.words if key_of(word) == key]
    if typed and not is_share(typed[0]):
        return typed[0].strip("\"'")
    value: Any = composed
    for part in key.split("."):
        if isinstance(value, list):
            value = dict(enumerate(value)).get(int(part)) if part.isdecimal() else None
        else:
            value = value.get(part) if isinstance(value, Mapping) else None
    value = value.get("name") if isinstance(value, Mapping) else value
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
