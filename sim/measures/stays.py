"""Which stays hold a resource, and both sides of Little's law on the finite horizon: L T = Σ W (Little 1961)."""

from collections import Counter
from typing import NamedTuple

import numpy as np

from sim.domain.columns import Table
from sim.domain.site import Site
from sim.record.recorder import Recorder
from sim.units import NEVER

READY = "ready"
"""A column that tables of ULDs get from `with_ready`."""


class Stay(NamedTuple):
    """Each row of a table holds a unit of a resource from one instant to another."""

    table: str
    since: str
    until: str
    requested: str = ""
    """Instant of the request for the unit; empty: rows of another table request it."""


def stays_at(site: Site) -> dict[str, Stay]:
    """Stays by resource. A crew that loads exports stays with its flight (rules 5 and 30)."""
    crew_free = "unloading_end" if site.exports is None else "loading_end"
    return {
        "stands": Stay("flights", "stand_given", "stand_free", "stand_requested"),
        "loader_sets": Stay("flights", "unloading_start", crew_free, "unloading_requested"),
        "tugs": Stay("trains", "granted", "returned"),
        "positions": Stay("ulds", "placed", "start", "at_door"),
        "stations": Stay("ulds", "start", "released", READY),
        "uld_xrays": Stay("ulds", "xray_begin", "xray_end", "checked_in"),
        "doors_in": Stay("collections", "docked", "released", "arrived"),
        "build_up_places": Stay("out_ulds", "start", "built", "formed"),
        "outbound_tugs": Stay("out_trains", "granted", "returned"),
    }


def held_times(record: Recorder) -> Counter[str]:
    """Token-ticks that the pools of all halls counted, by kind."""
    held = Counter[str]()
    for kind, time in zip(record.pools["name"], record.pools["held_time"], strict=True):
        held[kind] += time
    return held


def stayed(record: Recorder, stay: Stay, end: int) -> int:
    """Total time of the rows' stays, both ends counted; rows that have not left stay until the end [ticks]."""
    both = ((getattr(row, stay.since), getattr(row, stay.until)) for row in getattr(record, stay.table))
    return sum((end if stop == NEVER else stop) - start for start, stop in both if start != NEVER)


def with_ready(ulds: Table) -> Table:
    """The table, and when each ULD requests its break-down: checked in, or X-rayed as a whole (rule 43) [min]."""
    return {**ulds, READY: np.where(ulds["is_xrayed"], ulds["xray_end"], ulds["checked_in"])}
