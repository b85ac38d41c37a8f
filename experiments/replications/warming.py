"""Whether the warm-up was long enough: MSER on the backlog, as a table, a picture, and a warning if it was not."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.designs.design import Design
from experiments.statistics.warmup import BATCH, LEAST_BATCHES, Method, WarmUp, warm_up
from experiments.store import read_run
from experiments.store.files import write_whole
from experiments.store.tables import Columns, Key
from sim.config.bounds import DAYS_PER_WEEK
from sim.units import MIN_PER_DAY

if TYPE_CHECKING:
    import pandas as pd

PICTURE = "warmup.svg"
_ZONE = "backlog"
"""What has arrived and not left: it holds all that a start from an empty hub lacks."""

Floats = NDArray[np.float64]


def warm_ups(occupancy: Iterable[tuple[Key, Columns]], designs: Mapping[str, Design]) -> dict[str, WarmUp]:
    """The warm-up [d] of each design by label: of its mean backlog, up to the last measured day.

    `occupancy` is the table of that name, a replication at a time. A run that is too short for MSER-5 has none.
    """
    sums: dict[str, tuple[int, Floats, Floats]] = {}
    for (label, _), columns in occupancy:
        if label not in designs:
            continue
        mine = columns["zone"] == _ZONE
        order = np.argsort(columns["time"][mine])
        day = columns["time"][mine][order].astype(np.float64) / MIN_PER_DAY
        inside = columns["inside"][mine][order].astype(np.float64)
        n, _, total = sums.get(label, (0, day, np.zeros_like(inside)))
        sums[label] = n + 1, day, total + inside
    found = {}
    for label, (n, day, total) in sums.items():
        hub = designs[label].hub
        until = int(np.searchsorted(day, hub.warmup_days + hub.horizon_days, side="right"))
        if until >= LEAST_BATCHES * BATCH:
            spacing = float(day[1] - day[0])
            found[label] = warm_up(total[:until] / n, week=round(DAYS_PER_WEEK / spacing), spacing=spacing)
    return found


def rows_of(found: Mapping[str, WarmUp]) -> list[tuple[Any, ...]]:
    """Rows of the table `warmup`."""
    rows = []
    for label, one in found.items():
        width = one.batch * one.spacing
        tried = [*one.statistic.tolist(), *[np.nan] * (len(one.means) - len(one.statistic))]
        rows += [
            (label, str(one.method), at, at * width, (at + 1) * width, mean, statistic, at < one.n_cut)
            for at, (mean, statistic) in enumerate(zip(one.means.tolist(), tried, strict=True))
        ]
    return rows


def draw_warmup(folder: Path, designs: Iterable[Design]) -> None:
    """Draws `figures/warmup.svg` of a complete run: the design that needs the longest warm-up.

    A design whose backlog grows has no state to warm up to, and is left out of the table.
    """
    days = {design.label: design.hub.warmup_days for design in designs}
    found = _stored(read_run(folder, names=["warmup"]).tables["warmup"])
    if found:
        longest = max(found, key=lambda label: found[label].length)
        _draw(folder / "figures" / PICTURE, longest, found[longest], days[longest])


def warmup_warnings(rows: Sequence[Mapping[str, Any]], designs: Iterable[Design]) -> list[str]:
    """Warnings on the warm-up, from the rows of a run's table.

    Raises:
        KeyError, ValueError: rows of no such design, or by no such method.
    """
    import pandas as pd

    days = {design.label: design.hub.warmup_days for design in designs}
    found = _stored(pd.DataFrame(rows)) if rows else {}
    return [text for label, result in found.items() for text in _warning(label, result, days[label])]


def _stored(table: "pd.DataFrame") -> dict[str, WarmUp]:
    """The warm-ups of the table."""
    found = {}
    for label, rows in table.groupby("scenario", sort=False):
        statistic = rows["statistic"].to_numpy(dtype=np.float64)
        found[str(label)] = WarmUp(
            means=rows["backlog"].to_numpy(dtype=np.float64),
            statistic=statistic[~np.isnan(statistic)],
            n_cut=int(rows["is_cut"].sum()),
            batch=1,
            spacing=float(rows["to_day"].iloc[0]),
            method=Method(rows["method"].iloc[0]),
        )
    return found


def _warning(label: str, result: WarmUp, warmup_days: float) -> list[str]:
    if not result.is_found:
        said = result.method.said
        return [f"{label}: warm-up: the run is too short for {said} to tell one; see figures/{PICTURE}"]
    if result.length > warmup_days:
        asks = f"{result.method.said} asks for {result.length:.1f} of the backlog"
        return [f"{label}: warmup_days: {warmup_days:g} days, while {asks}"]
    return []


def _draw(path: Path, label: str, result: WarmUp, warmup_days: float) -> None:
    from experiments.report.figures.warmup_figure import warmup_svg

    path.parent.mkdir(parents=True, exist_ok=True)
    what = "backlog [thousand parcels]"
    if result.method is Method.LESS_RHYTHM:
        what = "backlog less the week's rhythm\n[thousand parcels]"
    write_whole(path, warmup_svg(result, title=label, what=what, scale=1e-3, unit="days", own=warmup_days))
