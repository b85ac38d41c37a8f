"""The record of a replication: single entities if there are few, counts if there are many."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.domain.columns import Made, Table
from sim.domain.consignments import CustomsCounts
from sim.domain.entities import FLOWN, ChuteCount, Connection, Load, Refusal, Shuttle, Train, Truck, Uld, Visit
from sim.domain.export_entities import OutLoad, OutTrain, OutUld, Pickup
from sim.domain.fields import in_columns, schema_of
from sim.domain.site import Manning
from sim.kernels.batches import Batches
from sim.kernels.ordering import pick
from sim.kernels.tallies import LONGEST_MIN, count_instants, is_within
from sim.record.flows import FlowTally
from sim.record.rows import Rows
from sim.record.tallies import DeskTally, StaffTime
from sim.units import NEVER, TICKS_PER_MIN, Counts, Ticks

EXPORT_STAGES = (
    "collection",
    "screening",
    "export_sorting",
    "export_coding",
    "hand_sorting",
    "export_lane",
    "build_up",
)
STAGES = (
    "breakdown", "sorting", "handcoding", "manual_sort", "customs_hold", "second_chutes", "packout", "lane", "transfer",
    "loading", "build_up_of_imports",
)  # fmt: skip
Columns = dict[str, list[Any]]


class StageTally:
    """Parcels through one stage: in and out by bin (B), stays by the minute, and their sum, once it is closed."""

    def __init__(self, end: int, measured: tuple[int, int], width: int) -> None:
        self._end, self._measured, self._width = end, measured, width
        n_bins = -(-end // width)
        self.n_in = np.zeros(n_bins, dtype=np.int64)
        self.n_out = np.zeros(n_bins, dtype=np.int64)
        self.stays = np.zeros(LONGEST_MIN + 1, dtype=np.int64)
        self.stay_time = 0
        """Sum of the finished stays that began in the measured days [ticks]."""
        self.n_stays = 0
        self.n_unfinished = 0
        """Stays that began in the measured days and do not end."""
        self.inside_time = 0
        """Parcel-ticks spent in the stage before the end of the run."""
        self.measured_time = 0
        """Those in the measured days."""
        self._batches = Batches(self._count)

    def add(self, enter: Ticks | int, leave: Ticks | int, count: NDArray[np.int32] | int | None = None) -> None:
        """Stays of units (P) that began before the end; an instant, and `count`, may be the same for all.

        A `leave` at or after the end did not happen. `count` (P) is the number of parcels in each unit, which are
        counted one by one; None: one.
        """
        if isinstance(enter, int):
            enter = np.full_like(leave, enter)
        if isinstance(leave, int):
            leave = np.full_like(enter, leave)
        if count is not None:
            enter, leave = np.repeat(enter, count), np.repeat(leave, count)
        self._batches.add(enter, leave)

    def _count(self, enter: Ticks, leave: Ticks) -> None:
        first, last = count_instants(enter, self._width, self.n_in)
        low, high = self._measured
        latest = int(leave.max())
        is_measured = low <= first and latest <= high and latest < self._end
        if not is_measured and first < high and latest > low:
            self.measured_time += int((np.clip(leave, low, high) - np.clip(enter, low, high)).sum())
        if latest >= self._end:
            has_left = leave < self._end
            self.inside_time += int((self._end - enter[~has_left]).sum())
            self.n_unfinished += int(np.count_nonzero(is_within(enter[~has_left], self._measured)))
            enter, leave = pick(has_left, enter, leave)
        count_instants(leave, self._width, self.n_out)
        stays = leave - enter
        stay_time = int(stays.sum())
        self.inside_time += stay_time
        if is_measured:
            self.measured_time += stay_time
        if first < low or last >= high:
            stays = stays[is_within(enter, self._measured)]
            stay_time = int(stays.sum())
        self.n_stays += len(stays)
        self.stay_time += stay_time
        count_instants(np.minimum(stays, LONGEST_MIN * TICKS_PER_MIN), TICKS_PER_MIN, self.stays)

    def close(self) -> None:
        """End the run."""
        self._batches.close()

    @property
    def inside(self) -> Counts:
        """Parcels in the stage at the end of each bin (B)."""
        return np.cumsum(self.n_in - self.n_out)


class CustomsRow(NamedTuple):
    """The decisions of customs for a flight that has landed."""

    flight: int
    by_channel: tuple[int, ...]
    """Parcels, by `Channel`."""
    counts: CustomsCounts | None


class Recorder:
    def __init__(self, end: int, measured: tuple[int, int], width: int, flow_width: int) -> None:
        self.flights: list[Visit] = []
        self.ulds = Rows(Uld)
        self.trains = Rows(Train)
        self.trucks = Rows(Truck)
        self.shuttles: list[Shuttle] = []
        self.packout: list[ChuteCount] = []
        self.loads = Rows(Load)
        self.refusals: list[Refusal] = []
        self.customs: list[CustomsRow] = []
        self.connection_of: dict[tuple[int, int], Connection] = {}
        self.collections: list[Pickup] = []
        self.out_ulds = Rows(OutUld)
        self.out_trains = Rows(OutTrain)
        self.out_loads = Rows(OutLoad)
        self.stages = {name: StageTally(end, measured, width) for name in STAGES}
        self.export_stages = {name: StageTally(end, measured, width) for name in EXPORT_STAGES}
        self.pools: Columns = {"name": [], "hall": [], "held_time": [], "lacked_time": []}
        self.staff: dict[tuple[str, int], StaffTime] = {}
        """Times by kind and hall (`NEVER`: the apron); those of desks are added when the run ends."""
        self.desks: dict[tuple[str, int], DeskTally] = {}
        """Tallies by kind and hall."""
        self.flows: dict[tuple[str, int], FlowTally] = {}
        """Tallies by kind of place and hall."""
        self._run, self._flow_width = (end, measured, width), flow_width
        self.machine_work: list[int] = []
        """Parcels begun on each machine in the measured days (M)."""
        self.packout_work = 0
        """Packing begun in the measured days, of all posts [ticks]."""

    def columns_of_loads(self) -> Made:
        """Parcels of flights on trucks, and on ULDs that fly on, with the departure of each."""
        flown = flown_ulds(self)
        as_trucks = flown | {"kind": np.full(len(flown["route"]), FLOWN)}
        names = (*schema_of(Load).sort[:-1], "departed")
        carriers = {name: np.concatenate((self.trucks.column(name), as_trucks[name])) for name in names}
        return with_departed(self.loads, carriers)

    @property
    def connections(self) -> list[Connection]:
        return [*self.connection_of.values()]

    def desk_tally(self, kind: str, hall: int, manning: Manning) -> DeskTally:
        return self.desks.setdefault((kind, hall), DeskTally(*self._run, manning))

    def flow_tally(self, kind: str, hall: int, n_places: int) -> FlowTally:
        return self.flows.setdefault((kind, hall), FlowTally(self._run[0], self._flow_width, n_places))

    def add_pool(self, held_time: Mapping[str, int], lacked_time: Mapping[str, int], hall: int = NEVER) -> None:
        """Record the times of a pool at the end, by kind [ticks]; `hall` is set for a hall's pool."""
        for kind, held in held_time.items():
            for name, value in zip(self.pools, (kind, hall, held, lacked_time[kind]), strict=True):
                self.pools[name].append(value)

    def close(self) -> None:
        """End the run: finish the counts, and record how long desks were held and missing."""
        for stage in (*self.stages.values(), *self.export_stages.values()):
            stage.close()
        for flow in self.flows.values():
            flow.close()
        for (kind, hall), desks in self.desks.items():
            desks.close()
            held, lacked = desks.run
            self.add_pool({kind: held}, {kind: lacked}, hall)
            self.staff[kind, hall] = desks.measured


def with_departed(loads: Rows[Any], carriers: Table) -> Made:
    """Loads with the departure of their truck or ULD; `carriers` has all of these with their keys."""
    rows = loads.columns()
    *key, _ = schema_of(loads.row).sort
    sizes = [int(carriers[name].max(initial=0)) + 1 for name in key]
    numbers, wanted = (np.ravel_multi_index([table[name] for name in key], sizes) for table in (carriers, rows))
    order = np.argsort(numbers)
    return rows | {"departed": carriers["departed"][order[numbers[order].searchsorted(wanted)]]}


def flown_ulds(record: Recorder) -> Made:
    """ULDs of imports that fly on: their parcels leave the floor when they are built."""
    ulds = columns(OutUld, record.out_ulds)
    flies_on = ulds["route"] != NEVER
    return Made(ulds, lambda name: ulds[name][flies_on])


def columns(row: type, rows: Iterable[object]) -> Made:
    """A copy of rows as the columns of their table, in its order; instants are in ticks."""
    if isinstance(rows, Rows):
        return rows.columns()
    kinds = {"string": np.str_, "bool": np.bool_}
    values = in_columns(row, rows)
    table: Table = {
        column.name: np.array(values[column.name], dtype=kinds.get(column.dtype, np.int64))
        for column in schema_of(row).columns
    }
    return Made(table, table.__getitem__)
