"""Who held a resource during a wait, and whose leaving ended the wait."""

from dataclasses import dataclass, replace

import numpy as np

from sim.measures.tracing.causes import CAUSES, Holding
from sim.measures.tracing.journal import Journal
from sim.measures.tracing.segments import Segment
from sim.units import Counts, Numbers


@dataclass(frozen=True, slots=True)
class Held:
    """Holders and how long they held it during the wait [min], the longest first; empty if not recorded."""

    by: tuple[tuple[str, float], ...] = ()
    ended_by: tuple[str, ...] = ()
    stuck_on: str | None = None
    """The resource that the holders waited for themselves."""
    stuck_share: float = 0.0
    """The share of their holding time in which they waited for it."""


def held(journal: Journal, segment: Segment) -> Held:
    """Holders of the resource of a wait; none for work."""
    cause = CAUSES[segment.cause]
    if cause.holding is None:
        return Held()
    holding = cause.holding
    rows = _rows(journal, holding, segment)
    shared = _shared(journal, holding.table, rows, holding.since, holding.until, segment)
    order = np.lexsort((rows, -shared))
    holders = order[shared[order] > 0]
    by = tuple(
        (journal.name(holding.table, row), minutes)
        for row, minutes in zip(rows[holders].tolist(), shared[holders].tolist(), strict=True)
    )
    ended_by = _ended_by(journal, segment) if cause.has_ending else ()
    if holding.stuck is None or not by:
        return Held(by, ended_by)
    since, until, resource = holding.stuck
    waiting = replace(holding, table=holding.stuck_in or holding.table, since=since)
    stuck = _shared(journal, waiting.table, _rows(journal, waiting, segment), since, until, segment)
    return Held(by, ended_by, resource, float(stuck.sum() / shared.sum()))


def _ended_by(journal: Journal, segment: Segment) -> tuple[str, ...]:
    cause = CAUSES[segment.cause]
    names: list[str] = []
    for ending in cause.ending or filter(None, (cause.holding,)):
        rows = _rows(journal, ending, segment)
        went = journal.tables[ending.table][ending.until][rows]
        ended = rows[(went > segment.start) & (went <= segment.end) if cause.is_gradual else went == segment.end]
        names += [journal.name(ending.table, row) for row in ended.tolist()]
    return tuple(names)


def _shared(journal: Journal, table: str, rows: Counts, since: str, until: str, segment: Segment) -> Numbers:
    """How long (N) [min] each row's time overlaps the segment; a row without an end (NaN) goes on."""
    columns = journal.tables[table]
    start, end = columns[since][rows], columns[until][rows]
    low = np.where(np.isnan(start), np.inf, np.maximum(start, segment.start))
    overlap: Numbers = np.maximum(0.0, np.minimum(np.where(np.isnan(end), np.inf, end), segment.end) - low)
    return overlap


def _rows(journal: Journal, holding: Holding, segment: Segment) -> Counts:
    """The rows (N) with the same values as the waiting row."""
    table = journal.tables[holding.table]
    fits = np.ones(len(table[holding.since]), dtype=bool)
    for column in holding.same:
        fits &= table[column] == segment.same[column]
    return np.flatnonzero(fits)
