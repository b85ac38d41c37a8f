"""The files of flights of a run: one for all replications, or one for each, in a folder or by a column."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

from sim.config import HubConfig, LoadLimit
from sim.config.bounds import DAYS_PER_WEEK
from sim.config.zones import zone_of
from sim.errors import InputError
from sim.inputs.flight_file import FlightFile, FlightRow, load_limits, read_flight_file
from sim.units import TICKS_PER_DAY

MOST_FILES: Final = 500
"""Most files in a folder, one for each replication."""


class Schedules(NamedTuple):
    path: str
    of: tuple[tuple[FlightRow, ...], ...]
    is_by_replication: bool
    """False: one schedule for all replications."""
    unread: tuple[str, ...]
    """Columns that are not read."""

    @property
    def rows(self) -> list[FlightRow]:
        """The flights of all replications."""
        return list(chain(*self.of))

    def number_of(self, replication: int) -> int:
        """The number of a replication's schedule.

        Raises:
            InputError: there are fewer schedules than replications.
        """
        if not self.is_by_replication:
            return 0
        self.check(replication + 1)
        return replication

    def check(self, replications: int, why: str = "") -> None:
        """Refuse more replications than there are schedules; `why` explains their number, in brackets.

        Raises:
            InputError: there are too few schedules.
        """
        if self.is_by_replication and replications > len(self.of):
            raise InputError(
                f"replications: at most {len(self.of)}, one for each schedule of {self.path}, got {replications}{why};"
                " arrivals=resampled draws weeks from them for any number"
            )


def files_of(path: str) -> list[str]:
    """The file, or the CSV files of the folder, file 2 before file 10.

    Raises:
        InputError: a folder without such files, or with too many.
    """
    folder = Path(path)
    if not folder.is_dir():
        return [path]
    files = [file for file in folder.iterdir() if file.suffix.lower() == ".csv" and not file.name.startswith(".")]
    if not 1 <= len(files) <= MOST_FILES:
        raise InputError(f"{path}: 1 to {MOST_FILES} CSV files of flights in this folder, got {len(files)}")
    return [str(file) for file in sorted(files, key=lambda file: (_natural(file.name), file.name))]


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name.lower())]


def schedules_of(config: HubConfig) -> Schedules:
    assert config.arrivals.schedule is not None
    return read_schedules(config.arrivals.schedule, config.start_date, load_limits(config), config.time_zone)


def read_schedules(
    path: str, start_date: dt.date, limits: Mapping[str, LoadLimit] | None, time_zone: str | None
) -> Schedules:
    """The schedules of a file or folder. Those of a folder move by whole weeks into the week of its first file.

    Raises:
        InputError: the first file that cannot be read.
    """
    types = None if limits is None else tuple(limits.items())
    if not Path(path).is_dir():
        file = _read(path, *_version(path), start_date, types, time_zone)
        return Schedules(path, file.schedules, file.has_replications, file.unread)
    files = {name: _read(name, *_version(name), start_date, types, time_zone) for name in files_of(path)}
    for name, file in files.items():
        if file.has_replications:
            raise InputError(f"{name}: column 'replication' in a folder of files, one a replication; use only one")
    schedules = [file.schedules[0] for file in files.values()]
    first = _monday(schedules[0], start_date)
    moved = (
        rows if (by := first - _monday(rows, start_date)) == 0 else tuple(row.later(by * TICKS_PER_DAY) for row in rows)
        for rows in schedules
    )
    unread = dict.fromkeys(chain(*(file.unread for file in files.values())))
    return Schedules(path, tuple(moved), True, tuple(unread))  # noqa: FBT003 - a field


def first_day(rows: Sequence[FlightRow]) -> int:
    """The first day with an arrival or a schedule, in days after the first midnight."""
    return min(row.sibt if row.arrival is None else min(row.sibt, row.arrival) for row in rows) // TICKS_PER_DAY


def _monday(rows: Sequence[FlightRow], start_date: dt.date) -> int:
    """The Monday of the week of the first day."""
    first = first_day(rows)
    return first - (start_date.weekday() + first) % DAYS_PER_WEEK


def _version(path: str) -> tuple[int, int]:
    """Numbers that change when a file is written again; a missing file is refused when it is read."""
    try:
        status = Path(path).stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=2 * MOST_FILES)
def _read(
    path: str,
    _written: int,
    _size: int,
    start_date: dt.date,
    limits: tuple[tuple[str, LoadLimit], ...] | None,
    time_zone: str | None,
) -> FlightFile:
    zone = None if time_zone is None else zone_of(time_zone)
    return read_flight_file(path, start_date, None if limits is None else dict(limits), zone)
