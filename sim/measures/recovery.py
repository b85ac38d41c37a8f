"""How long the hub takes to recover from its disruptions, compared with the same hub without them.

Both runs have the same draws. The *band* of an instant is the range of the backlog without disruptions during the
`band_h` around it. A disruption moves the hours at which a flight's parcels arrive and leave, which alone causes no
backlog. The *extra backlog* is the part above the band.
"""

from collections.abc import Mapping
from operator import attrgetter
from typing import Any, Final, NamedTuple

import numpy as np

from sim.config import HubConfig
from sim.domain.inputs import Inputs
from sim.measures.window import Minutes, is_single, last_end
from sim.record.schemas import Table, in_order
from sim.units import MIN_PER_H, Counts, Ticks, ticks

PATHS: Final = ("backlog_disturbed", "backlog_undisturbed", "backlog_band_low", "backlog_band_high")
"""The backlog without diverted parcels, the undisturbed backlog, and its band: zones of `occupancy`."""
LONGER: Final = (2, 4)
"""Multiples of the measured days for longer runs. They are made in this order, if the run itself does not show when a
hub has recovered, or whether its backlog grows (assumption)."""
_LEFT: Final = 0.1
"""Share of the extra backlog that may be left, for `recovery_90_h`."""


def disruption_columns(inputs: Inputs) -> dict[str, list[Any]]:
    """Disruptions in order of their start [ticks]."""
    ordered = sorted(inputs.disruptions, key=attrgetter("start", "name", "end"))
    return in_order("disruptions", map(attrgetter("name", "kind", "start", "end", "is_drawn"), ordered))


def paths(edges: Ticks, disturbed: Counts, undisturbed: Counts, config: HubConfig) -> dict[str, Counts]:
    """The backlogs (B) at the ends of the intervals [ticks], and the band around the second, by their zones."""
    bounds = band(edges, undisturbed, ticks(config.recovery.band_h * MIN_PER_H))
    return dict(zip(PATHS, (disturbed, undisturbed, *bounds), strict=True))


class Recovery(NamedTuple):
    """Recovery after the end of the last disruption."""

    h: float
    is_unknown: float
    """1 if recovery lies beyond the run's end, up to which `h` then counts; otherwise 0."""


def recovery(config: HubConfig, tables: Mapping[str, Table]) -> tuple[Recovery, Recovery]:
    """Recovery of the backlog, and of 90 % of the extra backlog; all 0 if no disruption ends.

    From the run, or from the longer run if that was needed (table `recovery`).
    """
    if not is_single(tables["disruptions"]).any():
        return Recovery(0.0, 0.0), Recovery(0.0, 0.0)
    time, (disturbed, low, high) = _series(tables)
    over = last_end(tables["disruptions"])
    extra = np.maximum(disturbed - high, 0)
    nothing = np.zeros_like(extra)
    few = np.floor(_LEFT * extra.max(initial=0) * np.ones_like(extra)).astype(np.int64)

    def of(backlog: Counts, bounds: tuple[Counts, Counts]) -> Recovery:
        instant = recovered_at(time, backlog, bounds, over=over, stay=config.recovery.stay_h * MIN_PER_H)
        until = float(time[-1]) if instant is None else instant
        return Recovery(max(0.0, until - over) / MIN_PER_H, float(instant is None))

    return of(disturbed, (low, high)), of(extra, (nothing, few))


def _series(tables: Mapping[str, Table]) -> tuple[Minutes, list[Counts]]:
    """Time [min], disturbed backlog and band (B), from the longer run if there is one."""
    longer, occupancy = tables["recovery"], tables["occupancy"]
    if len(longer["time"]):
        return longer["time"], [longer[name] for name in (PATHS[0], *PATHS[2:])]
    rows = [occupancy["zone"] == name for name in (PATHS[0], *PATHS[2:])]
    return occupancy["time"][rows[0]], [occupancy["inside"][each] for each in rows]


def band(instant: Ticks, undisturbed: Counts, width: int) -> tuple[Counts, Counts]:
    """The smallest and largest value (B) of a series in the `width` [ticks] around each instant (B), ascending."""
    first = np.searchsorted(instant, instant - width // 2, side="left")
    stop = np.searchsorted(instant, instant + width // 2, side="right")
    around = [undisturbed[low:high] for low, high in zip(first, stop, strict=True)]
    return np.array([part.min() for part in around]), np.array([part.max() for part in around])


def recovered_at(
    time: Minutes, backlog: Counts, band_of: tuple[Counts, Counts], *, over: float, stay: float
) -> float | None:
    """When [min] the backlog (B) is back in its band (B), from the instant `over` on, and stays there for `stay` [min].

    It is `over` itself if the backlog never left the band. Only the instants of `time` (B) are known, and all of them
    within `stay` must be in the band. None if no instant is known to satisfy this.
    """
    low, high = band_of
    is_out = (backlog < low) | (backlog > high)
    for start in (over, *time[time > over].tolist()):
        if start + stay > time[-1]:
            return None
        if not is_out[(time >= start) & (time <= start + stay)].any():
            return float(start)
    return None
