"""Chute plans in a file: `packout.chute_plan=FILE.csv`, or for one hall `halls.NAME.chute_plan=FILE.csv`.

A row is a chute, with the columns `machine`, `lanes` (parted by |) and, where a chute leads to a machine, `second`.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from sim.config import Hall
from sim.config.chutes import CHUTE_PLAN, Chute, check_plan
from sim.config.road import Lane
from sim.csv_rows import csv_table
from sim.errors import ConfigError, InputError, placed
from sim.names import count_of
from sim.reading import plain, read

_LISTED: Final = re.compile("[|;,]")
_PACKOUT, _PLAN = CHUTE_PLAN.split(".")
_OF_ALL: Final = ""
"""Used in place of a hall's name."""


def with_chute_plans(composed: dict[str, Any]) -> dict[str, Any]:
    """The configuration, with the names of chute plan files replaced by the plans.

    Raises:
        InputError: a file that cannot be read, or a plan that contradicts itself or the hub: with file, row and column.
    """
    packout, halls = composed.get(_PACKOUT), composed.get("halls")
    if not isinstance(packout, dict) or not isinstance(halls, dict):
        return composed
    of_halls = {name: hall for name, hall in halls.items() if isinstance(hall, dict)}
    files = {name: Path(group[_PLAN]) for name, group in {_OF_ALL: packout, **of_halls}.items() if _is_file(group)}
    plans = {owner: _rows(path) for owner, path in files.items()}
    new = {owner: {_PLAN: plain(list(rows.values()))} for owner, rows in plans.items()}
    composed = composed | {
        _PACKOUT: packout | new.get(_OF_ALL, {}),
        "halls": halls | {name: hall | new.get(name, {}) for name, hall in of_halls.items()},
    }
    for owner, rows in plans.items():
        _check(composed, owner, files[owner], rows)
    return composed


def _is_file(group: Mapping[str, object]) -> bool:
    return isinstance(group.get(_PLAN), str)


def _rows(path: Path) -> dict[int, Chute]:
    """Rows of the file with the line on which each ends."""
    table = csv_table(path)
    columns = ("machine", "lanes", *(name for name in ("second",) if name in table.header))
    return {row: _chute(f"{path}, row {row}, column", cells) for row, cells in table.cells_of(columns)}


def _chute(place: str, cells: Mapping[str, str]) -> Chute:
    chute: dict[str, object] = {"lanes": [lane for part in _LISTED.split(cells["lanes"]) if (lane := part.strip())]}
    for name, text in cells.items():
        if name == "machine" or (name == "second" and text):
            if (number := count_of(text)) is None:
                raise InputError(f"{place} {name}: a whole number, got {text!r}")
            chute[name] = number
    with placed(f"{place} ", InputError):
        return read(Chute, chute)


def _check(composed: Mapping[str, Any], owner: str, path: Path, rows: Mapping[int, Chute]) -> None:
    """Check a plan as the configuration does, with messages that name the place in the file."""
    try:
        lanes, halls = read(dict[str, Lane], composed["lanes"]), read(dict[str, Hall], composed["halls"])
        flies = read(dict[str, str], composed["connections"]["lanes"])
    except (ConfigError, KeyError, TypeError):
        return
    having = [hall for hall in halls.values() if hall.chute_plan is None] if owner == _OF_ALL else [halls[owner]]
    numbers, route_of = list(rows), {name: lane.route for name, lane in lanes.items()}
    try:
        if having:
            check_plan(
                [*rows.values()],
                route_of,
                flies,
                [hall.sorting_machines for hall in having],
                str(path),
                lambda number, key: f"{path}, row {numbers[number]}, column {key}",
            )
    except ValueError as error:
        raise InputError(str(error)) from None
