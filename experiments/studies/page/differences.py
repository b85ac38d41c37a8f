"""Stored runs beside each other: what was asked for otherwise, then what came of it, replication by replication."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from experiments.formatting import amount, bracket, change, kpi_name, unit_name
from experiments.frame.of_designs import present_kpis, significance
from experiments.replications.summing import interval_of, samples_of
from experiments.report.design_names import design_name
from experiments.report.key_names import name_of
from experiments.report.sections import said
from experiments.statistics.family import Family, Statement, statements
from experiments.statistics.interval import Value
from experiments.store.foreign import Manifest, configuration_of, manifest_of
from experiments.store.foreign_tables import checked_kpis_of
from experiments.store.rows import Grid
from experiments.studies.page.form import shown_text, values_of
from sim.config import HubConfig
from sim.errors import InputError
from sim.measures.kpis import KPIS, Rank
from sim.reading import plain

MOST: Final = 6
"""Designs side by side."""
_MOST_CHANGES: Final = 200
_DRAWS: Final = ("seed", "start_date", "warmup_days", "horizon_days")
"""Keys with which two runs see the same flights and parcels on the same days."""


@dataclass(frozen=True, slots=True)
class Column:
    """A design of one of the runs."""

    title: str
    hub: HubConfig
    samples: Mapping[str, Sequence[float]]


@dataclass(frozen=True, slots=True)
class Compared:
    """The first design is the baseline."""

    titles: Sequence[str]
    changed: Grid
    differences: Grid | None
    why: str
    """Why there are no differences; empty where there are."""


def compared(folders: Sequence[Path]) -> Compared:
    """The designs of these runs.

    Raises:
        InputError: fewer than two designs, too many, or a run that is not complete.
    """
    columns = [column for folder in folders for column in _columns(manifest_of(folder), len(folders) > 1)]
    if not 2 <= len(columns) <= MOST:
        raise InputError(f"compare: tick runs that have 2 to {MOST} designs together, got {len(columns)}")
    changed, why = _changed(columns), _not_paired(columns)
    titles = [column.title for column in columns]
    return Compared(titles, changed, None if why else _differences(columns), why)


def _columns(manifest: Manifest, is_one_of_several: bool) -> Iterator[Column]:  # noqa: FBT001 - of a run among others
    samples = samples_of(checked_kpis_of(manifest))
    for label, hub in configuration_of(manifest).hubs.items():
        if label in samples:
            title, digits = design_name(label), manifest.folder.name.rpartition("-")[2][:6]
            yield Column(f"{title} ({digits})" if is_one_of_several else title, hub, samples[label])


def _changed(columns: Sequence[Column]) -> Grid:
    values = [dict(values_of(plain(column.hub))) for column in columns]
    keys = [key for key in dict.fromkeys(key for each in values for key in each) if key not in ("fitted", "scenario")]
    rows = [
        (f"{name_of(key)}\n{key}", *("–" if key not in each else shown_text(each[key]) or "none" for each in values))
        for key in keys
        if any(each.get(key, math.nan) != values[0].get(key, math.nan) for each in values)
    ]
    more = f"; the first {_MOST_CHANGES} of {len(rows)}" if len(rows) > _MOST_CHANGES else ""
    header = ("Input", *(column.title for column in columns))
    count = "1 value differs" if len(rows) == 1 else f"{len(rows)} values differ"
    return Grid(f"{count}{more}", header, tuple(rows[:_MOST_CHANGES]), 1)


def _not_paired(columns: Sequence[Column]) -> str:
    """Why replications of one design cannot be taken from those of another; empty where they can."""
    for key in _DRAWS:
        values = list(dict.fromkeys(str(getattr(column.hub, key)) for column in columns))
        if len(values) > 1:
            return f"{key} is not the same ({', '.join(values)}), so that the runs do not see the same flights."
    return ""


def _differences(columns: Sequence[Column]) -> Grid:
    first, *others = columns
    n = min(len(values) for column in columns for values in column.samples.values())
    rows = []
    for kpi in present_kpis([column.hub for column in columns], Rank.SUMMARY):
        if not all(kpi in column.samples for column in columns):
            continue
        samples = {column.title: column.samples[kpi][:n] for column in columns}
        tested = statements(samples, first.title, Family.HOLM, possible=KPIS[kpi].range)
        base = Value.of(interval_of(kpi, samples[first.title]), KPIS[kpi].unit)
        cells = (_cell(tested[column.title], KPIS[kpi].unit) for column in others)
        rows.append((kpi_name(kpi), f"{amount(base)}\n{bracket(base)}", *cells))
    caption = said("paired_differences", first=first.title, n=f"{n} replication{'s' * (n != 1)}")
    header = ("KPI", first.title, *(f"{column.title} − {first.title}" for column in others))
    return Grid(caption, header, tuple(rows), 1)


def _cell(statement: Statement, unit: str) -> str:
    if statement.has_no_variance and statement.interval.mean == 0:
        return "no difference\n(the same in every replication)"
    text = change(statement.interval, unit_name(unit))
    tested = significance(statement)
    sure = "significant" if statement.is_different else "not significant"
    return f"{text}\n{f'{tested}, {sure}' if tested else 'one replication: no test'}"
