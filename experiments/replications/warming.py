"""Whether the warm-up was long enough: MSER on the backlog, as a table, a picture, and a warning if it was not."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

import numpy as np

from experiments.designs.design import Design
from experiments.report.design_names import named_together
from experiments.report.sections import Picture, picture_of
from experiments.statistics.warmup import BATCH, LEAST_BATCHES, Method, WarmUp, warm_up
from experiments.store.summaries import WarmupRow
from experiments.store.tables import Columns, Key
from sim.config.bounds import DAYS_PER_WEEK
from sim.units import MIN_PER_DAY, Numbers

PICTURE = "warmup"
_ZONE = "backlog"
"""Zone of parcels that have arrived and not left, which shows an empty start best."""


def warm_ups(occupancy: Iterable[tuple[Key, Columns]], designs: Mapping[str, Design]) -> dict[str, WarmUp]:
    """The warm-up [d] needed by each design, by label, from its mean backlog up to the last measured day.

    `occupancy` is the table of that name, one replication at a time. Runs too short for MSER-5 have no result.
    """
    sums: dict[str, tuple[int, Numbers, Numbers]] = {}
    for (label, _), columns in occupancy:
        if label not in designs:
            continue
        is_backlog = columns["zone"] == _ZONE
        order = np.argsort(columns["time"][is_backlog])
        day = columns["time"][is_backlog][order].astype(np.float64) / MIN_PER_DAY
        inside = columns["inside"][is_backlog][order].astype(np.float64)
        n, _, total = sums.get(label, (0, day, np.zeros_like(inside)))
        sums[label] = n + 1, day, total + inside
    results = {}
    for label, (n, day, total) in sums.items():
        hub = designs[label].hub
        until = int(np.searchsorted(day, hub.days, side="right"))
        if until >= LEAST_BATCHES * BATCH:
            spacing = float(day[1] - day[0])
            results[label] = warm_up(total[:until] / n, week=round(DAYS_PER_WEEK / spacing), spacing=spacing)
    return results


def warmup_rows(warm_ups: Mapping[str, WarmUp]) -> Iterator[WarmupRow]:
    for label, result in warm_ups.items():
        width = result.batch * result.spacing
        tried = [*result.statistic.tolist(), *[np.nan] * (len(result.means) - len(result.statistic))]
        yield from (
            WarmupRow(label, str(result.method), at, at * width, (at + 1) * width, mean, statistic, at < result.n_cut)
            for at, (mean, statistic) in enumerate(zip(result.means.tolist(), tried, strict=True))
        )


def warm_ups_of(rows: Iterable[WarmupRow]) -> dict[str, WarmUp]:
    """Warm-ups by design, from the sorted rows of a run's table.

    Raises:
        ValueError: no such method.
    """
    by_design = {label: list(of_design) for label, of_design in groupby(rows, key=lambda row: row.scenario)}
    return {
        label: WarmUp(
            means=np.array([row.backlog for row in batches]),
            statistic=np.array([row.statistic for row in batches if not np.isnan(row.statistic)]),
            n_cut=sum(row.is_cut for row in batches),
            batch=1,
            spacing=batches[0].to_day,
            method=Method(batches[0].method),
        )
        for label, batches in by_design.items()
    }


def warmup_picture(
    warm_ups: Mapping[str, WarmUp], designs: Iterable[Design], titles: Mapping[str, str]
) -> Iterator[Picture]:
    """Picture of the design that needs the longest warm-up, if any; draw within `style.look()`.

    A design whose backlog grows has no steady state, and therefore no warm-up.
    """
    from experiments.report.figures import warmup_figure

    if not warm_ups:
        return
    days = {design.label: design.hub.warmup_days for design in designs}
    longest = max(warm_ups, key=lambda label: warm_ups[label].length)
    result = warm_ups[longest]
    what = "backlog [thousand parcels]"
    if result.method is Method.LESS_RHYTHM:
        what = "backlog minus the week's rhythm\n[thousand parcels]"
    drawn = warmup_figure.figure(result, title=titles[longest], what=what, scale=1e-3, configured=days[longest])
    yield picture_of(PICTURE, drawn, method=result.method.words)


def warmup_warnings(warm_ups: Mapping[str, WarmUp], designs: Iterable[Design], titles: Mapping[str, str]) -> list[str]:
    """Warnings on the warm-up; `titles`: of the designs, by label.

    Raises:
        KeyError: a warm-up of an unknown design.
    """
    days = {design.label: design.hub.warmup_days for design in designs}
    return named_together(
        (what, titles[label], detail)
        for label, result in warm_ups.items()
        for what, detail in _warning(result, days[label])
    )


def _warning(result: WarmUp, warmup_days: float) -> Iterator[tuple[str, str]]:
    method = result.method.words
    if not result.is_found:
        yield f"the run is too short for {method} to find the warm-up it needs", ""
    elif result.length > warmup_days:
        yield f"warmup_days: {warmup_days:g}, less than the backlog needs ({method})", f"{result.rounded_up:.1f} days"
