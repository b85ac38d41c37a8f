"""How long the hub takes to get over its disruptions, held against itself without them.

Both hubs see the same draws. The *band* of an instant is what the backlog without disruptions was between during the
`band_h` around it: a disruption moves the hour at which a flight's parcels come and go, and that alone is no backlog.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.config import HubConfig
from sim.domain.inputs import Inputs
from sim.measures.window import Minutes, Window
from sim.record.schemas import Table
from sim.units import MIN_PER_H, Ticks

Counts = NDArray[np.int64]
CURFEW: Final = "night_curfew"
"""The kind of disruption that comes every night, so that nothing recovers from it."""


def disruption_columns(inputs: Inputs) -> dict[str, list[Any]]:
    """By when they begin [ticks]."""
    rows = sorted(inputs.disruptions, key=lambda one: (one.start, one.name, one.end))
    return {name: [getattr(one, name) for one in rows] for name in ("name", "kind", "start", "end", "is_drawn")}


def recovery_kpis(config: HubConfig, tables: dict[str, Table], window: Window) -> dict[str, float]:
    """`recovery_h` and `not_recovered_share`; both 0 where no disruption ends."""
    disruptions, occupancy = tables["disruptions"], tables["occupancy"]
    ends = disruptions["end"][~disruptions["is_drawn"] & (disruptions["kind"] != CURFEW)]
    if len(ends) == 0:
        return {"recovery_h": 0.0, "not_recovered_share": 0.0}
    disturbed, low, high = (occupancy["zone"] == f"backlog_{name}" for name in ("disturbed", "band_low", "band_high"))
    over = min(float(ends.max()), window.end)
    recovered = recovered_at(
        occupancy["time"][disturbed],
        occupancy["inside"][disturbed],
        (occupancy["inside"][low], occupancy["inside"][high]),
        over=over,
        stay=config.recovery.stay_h * MIN_PER_H,
    )
    until = window.end if recovered is None else recovered
    return {"recovery_h": (until - over) / MIN_PER_H, "not_recovered_share": float(recovered is None)}


def band(instant: Ticks, undisturbed: Counts, width: int) -> tuple[Counts, Counts]:
    """The least and the most (B) of a series in the `width` [ticks] around each of its instants (B), ascending."""
    first = np.searchsorted(instant, instant - width // 2, side="left")
    stop = np.searchsorted(instant, instant + width // 2, side="right")
    around = [undisturbed[low:high] for low, high in zip(first, stop, strict=True)]
    return np.array([part.min() for part in around]), np.array([part.max() for part in around])


def recovered_at(
    time: Minutes, backlog: Counts, band_of: tuple[Counts, Counts], *, over: float, stay: float
) -> float | None:
    """When [min] the backlog (B) is back in its band (B), from the instant `over` on, and stays for so long [min].

    `over` itself if it never left it. Known only at the instants of `time` (B), all of which within `stay` must be in
    the band; None if there is none of which that is known.
    """
    low, high = band_of
    is_out = (backlog < low) | (backlog > high)
    for start in (over, *time[time > over].tolist()):
        if start + stay > time[-1]:
            return None
        if not is_out[(time >= start) & (time <= start + stay)].any():
            return float(start)
    return None
