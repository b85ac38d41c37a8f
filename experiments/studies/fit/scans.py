"""Scanned instants compared with those of a run: times of flights, ULDs or parcels from stage to stage."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from experiments.formatting import MINUS, short
from experiments.frame.recorded import scenario_among
from experiments.grouping import grouped
from experiments.interval_text import with_interval
from experiments.statistics.interval import TAILS, Interval
from experiments.store.foreign import Manifest, configuration_of, manifest_of
from experiments.store.foreign_tables import replication_table, replications_of
from experiments.store.read import run_folder
from experiments.store.rows import column, interval, table
from experiments.studies.fit.column import instant_of
from sim.config.zones import local_time, zone_of
from sim.csv_rows import csv_table
from sim.errors import InputError
from sim.reading import near
from sim.record.schemas import TABLES
from sim.units import SECONDS_PER_MIN, Numbers

OPTIONS: Final = ("run", "scenario")
STAGE, INSTANT = "stage", "instant"
_THINGS: Final = {"parcel": "parcels", "uld": "ulds", "flight": "flights"}
"""Columns that name scanned things, the smallest first, and the tables of a run that contain their instants."""
_BOOTSTRAP: Final = 499
_QUARTERS: Final = (0.1, 0.5, 0.9)
_SEED: Final = 1


def minutes(value: float) -> str:
    return short(value, 3).replace("-", MINUS)


_with_ends = partial(with_interval, show=minutes)


@table("scans", "minutes from stage to stage, scanned and simulated", sort="first")
class StageRow:
    first: str = column("", "first instant, a column of the run's table", heading="from")
    last: str = column("", "last instant, a column of the run's table", heading="to")
    n: int = column("1", "number of scanned times", heading="scans")
    low: float = column("min", "10 % quantile of scanned times", heading="10 %", show=minutes)
    median: Interval = interval("min", "median of scanned times", heading="half", show=_with_ends)
    high: float = column("min", "90 % quantile of scanned times", heading="90 %", show=minutes)
    n_simulated: int = column("1", "number of simulated times", heading="simulated")
    simulated_low: float = column("min", "10 % quantile of simulated times", heading="10 %", show=minutes)
    simulated_median: float = column("min", "median of simulated times", heading="half", show=minutes)
    simulated_high: float = column("min", "90 % quantile of simulated times", heading="90 %", show=minutes)

    @property
    def is_apart(self) -> bool:
        """Whether the simulated median is outside the interval of the scans' median."""
        return self.median.excludes(self.simulated_median)


@dataclass(frozen=True, slots=True)
class Compared:
    """Stages, and times (N) of each: scanned and simulated."""

    table: str
    manifest: Manifest
    scenario: str
    rows: tuple[StageRow, ...]
    times: tuple[tuple[Numbers, Numbers], ...]
    n_negative: int
    """Number of scanned times below 0, for example because clocks differ."""


@dataclass(frozen=True, slots=True)
class Scans:
    """Instants [min] by thing and stage, and the flight of each thing."""

    table: str
    stages: tuple[str, ...]
    """Stages in order of time."""
    instants: Mapping[tuple[str, ...], Mapping[str, float]]


def compared(path: Path, given: Mapping[str, str], runs: Path) -> Compared:
    """The scans of a file and the run that `given` names.

    Raises:
        InputError: a file or a run that cannot be read, no such stage or design, or nothing to compare.
    """
    manifest = manifest_of(run_folder(given["run"], runs))
    hubs = configuration_of(manifest).hubs
    scenario = scenario_among(hubs, given, manifest.folder)
    name = hubs[scenario].time_zone
    scans = read_scans(path, zone_of(name) if name else None)
    simulated = _simulated(manifest, scans, scenario, sorted(replications_of(manifest, hubs)[scenario]))
    rows, times, n_negative = [], [], 0
    for first, last in pairwise(scans.stages):
        by_flight = grouped(
            (thing[0], of_thing[last] - of_thing[first])
            for thing, of_thing in scans.instants.items()
            if first in of_thing and last in of_thing
        )
        of_run = simulated[last] - simulated[first]
        of_run = of_run[np.isfinite(of_run)]
        if not by_flight or not of_run.size:
            continue
        scanned = np.concatenate(list(by_flight.values()))
        n_negative += int((scanned < 0).sum())
        low, middle, high = np.quantile(scanned, _QUARTERS)
        rows.append(
            StageRow(first, last, len(scanned), float(low), _median(float(middle), list(by_flight.values())),
                     float(high), len(of_run), *map(float, np.quantile(of_run, _QUARTERS)))
        )  # fmt: skip
        times.append((scanned, of_run))
    if not rows:
        raise InputError(f"{path}: no thing and run have two of the stages {', '.join(scans.stages)}")
    return Compared(scans.table, manifest, scenario, tuple(rows), tuple(times), n_negative)


def read_scans(path: Path, zone: ZoneInfo | None) -> Scans:
    """Rows of instants: thing (columns flight, uld, parcel, if present), stage and instant.

    Without an offset from UTC, an instant is one of the hub's clocks; without a zone they are never changed.
    """
    scanned = csv_table(path)
    names = [name for name in ("flight", "uld", "parcel") if name in scanned.header]
    if not names:
        raise InputError(f"{path}: needs a column flight, uld or parcel to say what was scanned")
    table = next(_THINGS[name] for name in _THINGS if name in names)
    stages = stages_of(table)
    instants: dict[tuple[str, ...], dict[str, float]] = {}
    has_offset: bool | None = None
    for row, cells in scanned.cells_of((*names, STAGE, INSTANT)):
        stage, place = cells[STAGE], f"{path}, row {row}, column"
        if stage not in stages:
            raise InputError(f"{place} {STAGE}: {stage[:60]!r} is not an instant of {table}{near(stage, stages)}")
        thing = tuple(cells[name] for name in names)
        of_thing = instants.setdefault(thing, {})
        if stage in of_thing:
            raise InputError(f"{place} {STAGE}: {stage} occurs twice for {', '.join(thing)}")
        when = instant_of(text := cells[INSTANT], f"{place} {INSTANT}")
        if zone is not None:
            when = local_time(when, zone, f"{place} {INSTANT}", text)
        elif has_offset not in (None, when.tzinfo is not None):
            raise InputError(f"{place} {INSTANT}: an offset from UTC in all rows or in none, got {text!r}")
        has_offset = when.tzinfo is not None
        of_thing[stage] = (when if when.tzinfo else when.replace(tzinfo=dt.UTC)).timestamp() / SECONDS_PER_MIN
    seen = {stage for of_thing in instants.values() for stage in of_thing}
    return Scans(table, tuple(stage for stage in stages if stage in seen), instants)


def stages_of(table: str) -> list[str]:
    """Instants of a table, in order of time."""
    schema = TABLES[table]
    return [column.name for column in schema.columns if column.unit == "min" and not column.name.startswith("wait_")]


def _simulated(manifest: Manifest, scans: Scans, scenario: str, replications: Sequence[int]) -> dict[str, Numbers]:
    """The instants [min] of all replications, of flights of the measured days; NaN: never."""
    parts: dict[str, list[Numbers]] = {stage: [] for stage in scans.stages}
    for number in replications:
        flights = replication_table(manifest, TABLES["flights"], scenario, number)
        of_table = replication_table(manifest, TABLES[scans.table], scenario, number)
        measured = flights["number"][flights["is_cohort"]]
        is_measured = np.isin(of_table["number" if scans.table == "flights" else "flight"], measured)
        for stage, of_stage in parts.items():
            of_stage.append(of_table[stage][is_measured])
    if not any(len(of_part) for of_part in parts[scans.stages[0]]):
        what = "; record.parcels_of_flights=all keeps them" if scans.table == "parcels" else ""
        raise InputError(f"{manifest.folder}: the run has no rows of {scans.table} in its measured days{what}")
    return {stage: np.concatenate(of_stage) for stage, of_stage in parts.items()}


def _median(middle: float, by_flight: Sequence[Sequence[float]]) -> Interval:
    """Median, with an interval over flights: flights are resampled whole, because their times are alike."""
    n, rng = len(by_flight), np.random.default_rng(_SEED)
    if n == 1:
        return Interval(middle, None, None, n)
    drawn = ([by_flight[at] for at in rng.integers(n, size=n)] for _ in range(_BOOTSTRAP))
    low, high = np.quantile([np.median(np.concatenate(flights)) for flights in drawn], TAILS)
    return Interval(middle, float(low), float(high), n)
