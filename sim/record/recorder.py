"""What a replication leaves behind: rows of what is few, counts of what is many."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.domain.consignments import CustomsCounts
from sim.domain.site import Manning
from sim.kernels.tallies import LONGEST_MIN, count_sorted, count_stays, count_unsorted, is_within
from sim.record.rows import (
    CollectionRow,
    FlightRow,
    OutTrainRow,
    OutUldRow,
    PackOutRow,
    ShuttleRow,
    TrainRow,
    TruckRow,
    UldRow,
)
from sim.record.staffing import DeskTally, StaffTime
from sim.units import NEVER, Ticks

EXPORT_STAGES = (
    "collection",
    "screening",
    "export_sorting",
    "export_coding",
    "hand_sorting",
    "export_lane",
    "build_up",
)
STAGES = ("breakdown", "sorting", "handcoding", "manual_sort", "customs_hold", "packout", "lane", "transfer", "loading")
Columns = dict[str, list[Any]]


class StageTally:
    """Parcels through one stage: in and out by bin (B), stays by the minute, and their sum."""

    def __init__(self, end: int, measured: tuple[int, int], width: int) -> None:
        self._end, self._measured, self._width = end, measured, width
        n_bins = -(-end // width)
        self.n_in = np.zeros(n_bins, dtype=np.int64)
        self.n_out = np.zeros(n_bins, dtype=np.int64)
        self.stays = np.zeros(LONGEST_MIN + 1, dtype=np.int64)
        self.stay_time = 0
        """Sum of the finished stays that began in the measured days [ticks]."""
        self.n_stays = 0
        self.inside_time = 0
        """Parcel-ticks spent in the stage before the end of the run."""

    def add(self, enter: Ticks, leave: Ticks, count: NDArray[np.int32] | None = None) -> None:
        """Stays of units (P), `enter` ascending and before the end; `leave` at or after the end did not happen.

        `count` (P): parcels in each, that are told one by one; None: one.
        """
        if len(enter) == 0:
            return
        if count is not None:
            enter, leave = np.repeat(enter, count), np.repeat(leave, count)
        count_sorted(enter, self._width, self.n_in)
        has_left = leave < self._end
        if not has_left.all():
            n_left = int(np.count_nonzero(has_left))
            self.inside_time += self._end * (len(enter) - n_left) - int(enter[~has_left].sum())
            enter, leave = enter[has_left], leave[has_left]
            if n_left == 0:
                return
        count_sorted(leave if len(leave) < 2 or leave[0] <= leave[-1] else np.sort(leave), self._width, self.n_out)
        stays = leave - enter
        self.inside_time += int(stays.sum())
        low, high = np.searchsorted(enter, self._measured)
        self._count_stays(stays[low:high])

    def add_unsorted(self, enter: Ticks, leave: Ticks, count: NDArray[np.int32] | None = None) -> None:
        """As `add`, with `enter` in any order."""
        if count is not None:
            enter, leave = np.repeat(enter, count), np.repeat(leave, count)
        count_unsorted(enter, self._width, self.n_in)
        has_left = leave < self._end
        if not has_left.all():
            stays_on = enter[~has_left]
            self.inside_time += self._end * len(stays_on) - int(stays_on.sum())
            enter, leave = enter[has_left], leave[has_left]
        count_unsorted(leave, self._width, self.n_out)
        stays = leave - enter
        self.inside_time += int(stays.sum())
        self._count_stays(stays[is_within(enter, self._measured)])

    def _count_stays(self, counted: Ticks) -> None:
        if len(counted):
            self.n_stays += len(counted)
            self.stay_time += int(counted.sum())
            self.stays += count_stays(counted)

    def stay_inside(self, enter: Ticks, count: NDArray[np.int32] | None = None) -> None:
        """Units (P) as above, `enter` ascending, that are still there when the run ends."""
        if count is not None:
            enter = np.repeat(enter, count)
        count_sorted(enter, self._width, self.n_in)
        self.inside_time += self._end * len(enter) - int(enter.sum())

    @property
    def inside(self) -> NDArray[np.int64]:
        """Parcels in the stage at the end of each bin (B)."""
        return np.cumsum(self.n_in - self.n_out)


class Refusal(NamedTuple):
    """A unit that customs refused and took away from a hall."""

    flight: int
    instant: int
    n_parcels: int
    hall: int


class CustomsRow(NamedTuple):
    """What customs makes of a flight that has landed."""

    flight: int
    by_channel: tuple[int, ...]
    """Parcels, by `Channel`."""
    counts: CustomsCounts | None


class Recorder:
    def __init__(self, end: int, measured: tuple[int, int], width: int) -> None:
        self.flights: list[FlightRow] = []
        self.ulds: list[UldRow] = []
        self.trains: list[TrainRow] = []
        self.trucks: list[TruckRow] = []
        self.shuttles: list[ShuttleRow] = []
        self.packout: list[PackOutRow] = []
        self.loads: list[tuple[int, int, int, int, int, int]] = []
        """(hall, route, kind, sequence, flight, parcels) of what trucks took."""
        self.refused: list[Refusal] = []
        self.customs: list[CustomsRow] = []
        self.collections: list[CollectionRow] = []
        self.out_ulds: list[OutUldRow] = []
        self.out_trains: list[OutTrainRow] = []
        self.out_loads: list[tuple[int, int, int, int, int]] = []
        """(hall, lane, sequence, collection, parcels) of what was built onto ULDs."""
        self.stages = {name: StageTally(end, measured, width) for name in STAGES}
        self.export_stages = {name: StageTally(end, measured, width) for name in EXPORT_STAGES}
        self.pools: Columns = {"name": [], "hall": [], "held_time": [], "lacked_time": []}
        self.staff: dict[tuple[str, int], StaffTime] = {}
        """Of tokens, by kind and hall (`NEVER`: the apron's)."""
        self.desks: dict[tuple[str, int], DeskTally] = {}
        """By kind and hall."""
        self._run = end, measured, width
        self.machine_work: list[int] = []
        """Parcels begun on each machine in the measured days (M)."""
        self.packout_work = 0
        """Packing begun in the measured days, of all posts [ticks]."""

    def desk_tally(self, kind: str, hall: int, manning: Manning) -> DeskTally:
        """A tally for the desks of a kind in a hall."""
        return self.desks.setdefault((kind, hall), DeskTally(*self._run, manning))

    def add_pool(self, held_time: Mapping[str, int], lacked_time: Mapping[str, int], hall: int = NEVER) -> None:
        """What a pool tells at the end, by kind [ticks]; `hall`: whose it is, if a hall's."""
        for kind, held in held_time.items():
            for name, value in zip(self.pools, (kind, hall, held, lacked_time[kind]), strict=True):
                self.pools[name].append(value)


def columns(rows: Sequence[Any], order: Sequence[str]) -> Columns:
    """Rows as columns, sorted by the attributes of `order`."""
    if not rows:
        return {}
    names = rows[0].__slots__
    ordered = sorted(rows, key=lambda row: tuple(getattr(row, name) for name in order))
    return {name: [getattr(row, name) for row in ordered] for name in names}
