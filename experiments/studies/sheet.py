"""`cargohub sheet`: the inputs of a hub as a workbook to change; results as a workbook with charts.

Writes the inputs that the words choose, each with unit, bounds, range and source, and a drop-down list for choices. A
second sheet compares the sum of the zones' m² with the hall. `run` simulates a changed file with the word sheet=FILE;
`compare` compares it with the hub from which the sheet was made. Both print the equivalent command without the sheet,
and write results.xlsx into the run folder: answer, KPIs, bottleneck, hours, parcels that have left and backlog, each
with an editable chart. `sheet results` writes the same for any stored run of run, compare and sweep.

  cargohub sheet new plan.xlsx
  cargohub sheet new plan.xlsx scenario=liege_100k demand=permit
  cargohub sheet results RUN
  cargohub sheet results RUN results.xlsx
"""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from experiments.arguments import Arguments, key_of
from experiments.composition import compose, hub
from experiments.designs.design import MarginKeys
from experiments.designs.first_sheet import XLSX, sheet_of
from experiments.designs.spreadsheet import is_of_study
from experiments.formatting import zone
from experiments.frame import runner
from experiments.own_file import file_words
from experiments.store.foreign import manifest_of
from experiments.store.read import run_folder
from experiments.store.workbook import plain_text, write_workbook
from experiments.studies.page.form import Field, fields_of, group_of, words_of_values
from experiments.studies.shown import COMPOSED
from sim.config import HubConfig
from sim.errors import CargohubError, InputError
from sim.site.zones import UNITS, Units

HEADER: Final = ("group", "input", "value", "unit", "bounds", "range", "source", "key", "as it was")
VALUE, KEY, WAS = (HEADER.index(name) for name in ("value", "key", "as it was"))
TAKEN_BY: Final = ("run", "compare")
"""Verbs with the word sheet=FILE."""
WORDS: Final = "words"
"""The row with the words from which the sheet was made."""
_LONGEST_LIST: Final = 250
"""Most characters of a drop-down list (255 in Excel)."""


def main(arguments: Arguments) -> int:
    """Run `sheet new FILE.xlsx [KEY=VALUE …]`, or `sheet results RUN [FILE.xlsx]`."""
    what, file, *words = [*arguments.words, "", ""]
    if what == "results":
        return _results(arguments, *arguments.words[1:])
    if what != "new" or Path(file).suffix.lower() != XLSX:
        got = _typed(arguments.words)
        raise InputError(f"sheet: expected `cargohub sheet new FILE.xlsx` or `cargohub sheet results RUN`, got {got}")
    if Path(file).exists():
        raise InputError(f"{file}: already exists and may have your changes; give another name, or remove it")
    asked = [word for word in words if word]
    fields = _fields(asked, arguments.config_dir)
    shown = sorted(fields, key=lambda field: group_of(field.key))
    lists = {f"C{at}": _list(field) for at, field in enumerate(shown, 3) if _list(field)}
    inputs = [HEADER, ("", "Words", shlex.join(asked), "", "", "", "", WORDS, shlex.join(asked)), *map(_row, shown)]
    book = [("inputs", inputs), ("area", _area(shown, hub(compose(asked, arguments.config_dir))))]
    write_workbook(Path(file), book, {"inputs": lists})
    print(file)
    return 0


def _typed(words: Sequence[str]) -> str:
    return repr(" ".join(words)[:60]) if words else "none"


def _results(arguments: Arguments, named: str = "", file: str | None = None, *more: str) -> int:
    if more or not named or Path(file or runner.RESULTS).suffix.lower() != XLSX:
        got = _typed(arguments.words[1:])
        raise InputError(f"sheet: expected `cargohub sheet results RUN [FILE.xlsx]`, got {got}")
    manifest = manifest_of(run_folder(named, arguments.out))
    path = manifest.folder / runner.RESULTS if file is None else Path(file)
    if manifest.verb not in COMPOSED:
        raise InputError(
            f"{manifest.folder}: {manifest.verb} has no results with charts, {', '.join(COMPOSED)} have;"
            " `cargohub export RUN --to xlsx` writes its tables"
        )
    with runner.of_a_stranger(manifest):
        request, document = runner.request_and_document(manifest)
        runner.write_results(path, manifest.folder, document, request)
    print(path)
    return 0


def words_of(path: Path, verb: str, config_dir: Path | None) -> list[str]:
    """Words for the changes in a sheet: for `compare` both designs, unchanged and changed.

    Raises:
        InputError: in one line with file, sheet, cell and value: no such sheet, an unknown key, a key that two
            rows change, a refused value.
    """
    table = [row + [""] * len(HEADER) for _, row in sheet_of(path)[1]]
    if not table or tuple(table[0][: len(HEADER)]) != HEADER:
        raise InputError(f"{path}: no sheet of inputs with its columns; `cargohub sheet new FILE.xlsx` writes one")
    base = next((_split(path, row[VALUE]) for row in table if row[KEY] == WORDS), [])
    known = {each.key: each for each in _fields(base, config_dir)}
    places: dict[str, str] = {}
    values: dict[str, str] = {}
    for number, row in enumerate(table[1:], 2):
        key, value = row[KEY], row[VALUE]
        if key in ("", WORDS) or value == row[WAS]:
            continue
        if key in places:
            raise InputError(f"{path}: sheet inputs, cell H{number}: {key[:60]!r} is changed in an earlier row, too")
        places[key] = f"{path}: sheet inputs, cell C{number}, value {value[:60]!r}"
        if key not in known:
            raise InputError(f"{places[key]}: {key[:60]!r} is not an input of this hub")
        values[key] = replace(known[key], value=value).typed
    changed = words_of_values(values)
    try:
        hub(compose([*base, *changed], config_dir))
    except CargohubError as error:
        # All changes together, because some values can only change together; the message names the key.
        place = next((at for key, at in places.items() if key in str(error)), f"{path}: sheet inputs")
        raise InputError(f"{place}: {error}") from error
    if verb != "compare":
        return [*base, *changed]
    of_hub = [word for word in changed if not is_of_study(word)]
    if not of_hub:
        raise InputError(f"{path}: sheet inputs: no value of the hub is changed, so there is nothing to compare")
    of_study = {key_of(word): word for word in (*base, *changed) if is_of_study(word)}
    files = file_words(base)  # all designs share one file of functions
    first = [word for word in base if not is_of_study(word) and word not in files]
    first = first if any(key_of(word) == "scenario" for word in first) else ["scenario=liege_30k", *first]
    return [f"designs=[{' '.join(first)}, {' '.join([*first, *of_hub])}]", *of_study.values(), *files]


def _split(path: Path, words: str) -> list[str]:
    try:
        return shlex.split(words)
    except ValueError as error:
        raise InputError(f"{path}: sheet inputs, row Words: {error}, got {words[:60]!r}") from None


def _fields(words: Sequence[str], config_dir: Path | None) -> list[Field]:
    return list(fields_of((HubConfig, MarginKeys), compose(words, config_dir), config_dir))


def _row(field: Field) -> tuple[Any, ...]:
    value = _cell(field)
    source = field.about.source if field.about else ""
    texts = (field.unit, field.bounds, field.range, source)
    return (group_of(field.key), field.name, value, *map(plain_text, texts), field.key, value)


def _cell(field: Field) -> str | float:
    return float(field.base) if field.leaf.kind in ("number", "whole") and field.base else plain_text(field.base)


def _list(field: Field) -> str:
    options = ("true", "false") if field.leaf.kind == "flag" else field.leaf.options
    text = ",".join(options)
    return text if len(text) <= _LONGEST_LIST else ""


def _area(fields: Sequence[Field], config: HubConfig) -> list[tuple[Any, ...]]:
    """The zones of each hall as formulas over the inputs, which follow every change of areas and numbers of units."""
    rows: list[tuple[Any, ...]] = [("hall", "zone", "share", "m²", "needed by the units in it, m²", "room left, m²")]
    cells = {field.key: f"inputs!C{at}" for at, field in enumerate(fields, 3)}
    for hall in dict.fromkeys(key.split(".")[1] for key in cells if key.startswith("halls.")):
        zones = [key for key in cells if key.startswith(f"halls.{hall}.zone_shares.")]
        area, first = cells[f"halls.{hall}.area_m2"], len(rows) + 1
        for at, key in enumerate(zones, first):
            name = key.rpartition(".")[2]
            taken = (f"={_taken(UNITS[name], hall, cells)}", f"=D{at}-E{at}") if name in UNITS else ("", "")
            if name == "packout" and (pallets := config.lane_places_m2(config.halls[hall])):
                taken = (f"{taken[0]}+{pallets:g}", taken[1])
            rows.append((hall, zone(name), f"={cells[key]}", f"={cells[key]}*{area}", *taken))
        last = len(rows)
        rows.append((hall, "all zones", f"=SUM(C{first}:C{last})", f"=SUM(D{first}:D{last})"))
        rows.append((hall, "the hall", 1, f"={area}"))
        rows.append(
            (hall, "left over (below zero: too little room)", f"=C{last + 2}-C{last + 1}", f"=D{last + 2}-D{last + 1}")
        )
    return rows


def _taken(units: Units, hall: str, cells: Mapping[str, str]) -> str:
    """Area used by the units in a zone [m²], as a formula over inputs."""
    numbers = [cells[f"halls.{hall}.{key}"] for key in units.keys]
    return f"({('*' if units.is_product else '+').join(numbers)})*{cells[f'space.{units.standard}']}"
