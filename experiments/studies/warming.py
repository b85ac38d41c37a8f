"""Whether the warm-up was long enough: MSER-5 on the backlog of a complete run, its picture, and a warning if not."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from experiments.statistics.warmup import BATCH, LEAST_BATCHES, WarmUp, mser
from experiments.store import read_run
from experiments.store.files import write_whole
from experiments.studies.design import Point
from experiments.studies.replicating import Outcome
from sim.units import MIN_PER_DAY

PICTURE = "warmup.svg"
_ZONE = "backlog"
"""What has arrived and not left: it holds all that a start from an empty hub lacks."""


def check_warmup(folder: Path, outcome: Outcome) -> list[str]:
    """Warnings on the warm-up; draws `figures/warmup.svg`, of the design that needs the longest.

    A design whose backlog grows has no state to warm up to, and is left out.
    """
    steady = {point.label: point for point in outcome.points if not outcome.is_unstable(point)}
    found = warm_ups(folder, steady)
    if not found:
        return []
    longest = max(found, key=lambda label: found[label].length)
    _draw(folder / "figures" / PICTURE, longest, found[longest])
    return [text for label, result in found.items() for text in _warning(label, result, steady[label].hub.warmup_days)]


def warm_ups(folder: Path, points: Mapping[str, Point]) -> dict[str, WarmUp]:
    """The warm-up [d] of each design by label: of its mean backlog, up to the last measured day.

    A run that is too short for MSER-5 has none.
    """
    table = read_run(folder, names=["occupancy"]).tables["occupancy"]
    backlog = table[table["zone"] == _ZONE]
    found = {}
    for label, point in points.items():
        mean = backlog[backlog["scenario"] == label].groupby("time")["inside"].mean()
        day = mean.index.to_numpy(dtype=np.float64) / MIN_PER_DAY
        until = int(np.searchsorted(day, point.hub.warmup_days + point.hub.horizon_days, side="right"))
        if until >= LEAST_BATCHES * BATCH:
            found[label] = mser(mean.to_numpy(dtype=np.float64)[:until], spacing=float(day[1] - day[0]))
    return found


def _warning(label: str, result: WarmUp, warmup_days: float) -> list[str]:
    if not result.is_found:
        return [f"{label}: warm-up: the run is too short for MSER-5 to tell one; see figures/{PICTURE}"]
    if result.length > warmup_days:
        return [f"{label}: warmup_days: {warmup_days:g} days, while MSER-5 asks for {result.length:.1f} of the backlog"]
    return []


def _draw(path: Path, label: str, result: WarmUp) -> None:
    from experiments.report.warmup_figure import warmup_svg

    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, warmup_svg(result, what=f"backlog of {label} [parcels]", unit="days"))
