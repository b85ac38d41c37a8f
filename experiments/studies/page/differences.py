"""Stored runs compared: differences in the request, then in the results, replication by replication."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from experiments.designs.unusual import not_paired
from experiments.formatting import counted, full_kpi_name
from experiments.grouping import values_of
from experiments.interval_text import NO_VARIANCE, amount, bracket, change
from experiments.money.kpis import KPIS, names
from experiments.replications.summing import interval_of, samples_of
from experiments.report.design_names import design_name
from experiments.report.key_names import name_of, with_value
from experiments.report.sections import sentence_of
from experiments.report.sentences import means_of, significance
from experiments.statistics.family import Family, Statement, statements
from experiments.statistics.interval import Value
from experiments.store.foreign import Manifest, configuration_of, manifest_of
from experiments.store.foreign_tables import checked_kpis_of
from experiments.store.identity import copy_of
from experiments.store.rows import Grid
from experiments.studies.page.form import shown_text, unit_of
from sim.config import HubConfig
from sim.csv_rows import csv_table
from sim.errors import InputError
from sim.inputs.flight_files import files_of
from sim.measures.kpis import Rank
from sim.reading import plain

MOST: Final = 6
"""Most designs side by side."""
_MOST_CHANGES: Final = 200
_MOST_NAMED: Final = 3
"""Most values named in a title."""
_LONGEST_NAMED: Final = 40
"""Longest value in a title: no lists of months or hours."""
_OF_HASH: Final = 8
"""Digits shown of a file's hash."""


@dataclass(frozen=True, slots=True)
class Column:
    """A design of one of the runs."""

    title: str
    hub: HubConfig
    samples: Mapping[str, Sequence[float]]
    flights: str
    """Name of the file of flights, number of its flights if known, and its hash; empty without one."""

    @property
    def values(self) -> dict[str, object]:
        """Values by full key; the content of a file of flights distinguishes it from another of its name."""
        return dict(values_of(plain(self.hub))) | ({"arrivals.schedule": self.flights} if self.flights else {})


@dataclass(frozen=True, slots=True)
class Compared:
    """The first design is the baseline."""

    titles: Sequence[str]
    programs: str
    """A sentence if the programs of the runs differ; otherwise empty."""
    changed: Grid
    differences: Grid | None
    why: str
    """Reason why there are no differences; otherwise empty."""


def compared(folders: Sequence[Path]) -> Compared:
    """The designs of these runs.

    Raises:
        InputError: fewer than two designs, too many, or a run that is not complete.
    """
    runs = [manifest_of(folder) for folder in folders]
    n_flights = _n_flights(runs)
    columns = [column for run in runs for column in _columns(run, n_flights)]
    if not 2 <= len(columns) <= MOST:
        raise InputError(f"compare: tick runs that have 2 to {MOST} designs together, got {len(columns)}")
    columns = _named(columns)
    changed, why = _changed(columns), not_paired([column.hub for column in columns])
    titles = [column.title for column in columns]
    are_alike = all(run.identity.get("sources") == runs[0].identity.get("sources") for run in runs)
    return Compared(
        titles,
        "" if are_alike else sentence_of("programs_differ"),
        changed,
        None if why else _differences(columns),
        why,
    )


def _n_flights(runs: Sequence[Manifest]) -> dict[str, int]:
    """Number of flights in each file of which a run has a copy, by the file's hash."""
    labels = [(run, label, file["sha256"]) for run in runs for label, file in run.identity["inputs"].items()]
    copies = {digest: copy for run, label, digest in labels if (copy := copy_of(run.folder, run.identity, label))}
    files = {digest: map(Path, files_of(str(copy))) for digest, copy in copies.items()}
    return {digest: sum(1 for path in paths for _ in csv_table(path).rows) for digest, paths in files.items()}


def _columns(manifest: Manifest, n_flights: Mapping[str, int]) -> Iterator[Column]:
    samples = samples_of(checked_kpis_of(manifest))
    files = manifest.identity["inputs"]
    for label, hub in configuration_of(manifest).hubs.items():
        if label in samples:
            flights = ""
            if file := files.get(label):
                n = n_flights.get(digest := file["sha256"])
                flights = f"{file['file']} ({'' if n is None else counted(n, 'flight') + ', '}{digest[:_OF_HASH]})"
            yield Column(label, hub, samples[label], flights)


def _named(columns: Sequence[Column]) -> list[Column]:
    """Unique titles: by label, by differences, or else by number."""
    named = [replace(column, title=design_name(column.title)) for column in columns]
    if len({column.title for column in named}) < len(named):
        differing = [row for row in _differing(columns) if max(map(len, row[1:])) <= _LONGEST_NAMED][:_MOST_NAMED]
        for at, column in enumerate(columns):
            texts = [with_value(key, values[at]) for key, *values in differing if f"{key}=" not in column.title]
            named[at] = replace(column, title=design_name(column.title, texts))
    n_alike = Counter(column.title for column in named)
    return [
        replace(column, title=f"{column.title} (run {number})") if n_alike[column.title] > 1 else column
        for number, column in enumerate(named, start=1)
    ]


def _differing(columns: Sequence[Column]) -> list[tuple[str, ...]]:
    """Keys whose values differ, with the value in each column."""
    values = [column.values for column in columns]
    keys = [key for key in dict.fromkeys(key for each in values for key in each) if key not in ("fitted", "scenario")]
    return [
        (key, *("–" if key not in each else _text(each[key]) or "none" for each in values))
        for key in keys
        if any(each.get(key, math.nan) != values[0].get(key, math.nan) for each in values)
    ]


def _text(value: object) -> str:
    """A value for a reader: 32,000, not 32000.0."""
    return f"{value:,.10g}" if isinstance(value, float) else shown_text(value)


def _changed(columns: Sequence[Column]) -> Grid:
    rows = [
        (
            f"{name_of(key)}\n{key}",
            unit_of(key) or "number" * all(text.isdigit() for text in texts),
            *(text.replace(",", ", ") if text[0] in "[{" else text for text in texts),  # lists get several lines
        )
        for key, *texts in _differing(columns)
    ]
    more = f"; the first {_MOST_CHANGES} of {len(rows)}" if len(rows) > _MOST_CHANGES else ""
    header = ("Input", "Unit", *(column.title for column in columns))
    count = "1 value differs" if len(rows) == 1 else f"{len(rows)} values differ"
    return Grid(f"{count}{more}", header, tuple(rows[:_MOST_CHANGES]), 2)


def _differences(columns: Sequence[Column]) -> Grid:
    first, *others = columns
    n = min(len(values) for column in columns for values in column.samples.values())
    rows = []
    for kpi in names(Rank.SUMMARY):
        if not all(kpi in column.samples and KPIS[kpi].group.is_in(column.hub) for column in columns):
            continue
        samples = {column.title: column.samples[kpi][:n] for column in columns}
        tested = statements(samples, first.title, Family.HOLM, possible=KPIS[kpi].range)
        base = Value.of(interval_of(kpi, samples[first.title]), KPIS[kpi].unit)
        cells = (_cell(tested[column.title], KPIS[kpi].unit) for column in others)
        rows.append((full_kpi_name(kpi), f"{amount(base)}\n{bracket(base)}", *cells))
    how = sentence_of("paired_tests") if n > 1 else means_of(n)
    caption = sentence_of("paired_differences", first=first.title, n=counted(n, "replication"), how=how)
    header = ("KPI", first.title, *(f"{column.title} − {first.title}" for column in others))
    return Grid(caption, header, tuple(rows), 1)


def _cell(statement: Statement, unit: str) -> str:
    text = change(statement.interval, unit)
    if statement.has_no_variance:
        return f"{text if statement.interval.mean else 'no difference'}\n({NO_VARIANCE})"
    tested = significance(statement)
    sure = "significant" if statement.is_different else "not significant"
    return f"{text}\n{f'{tested}, {sure}' if tested else 'one replication: no test'}"
