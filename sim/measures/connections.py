"""Connections from flight to flight: the flight that parcels were to catch, and why they missed it (rule 59)."""

from collections import defaultdict
from typing import Final

from sim.config import HubConfig
from sim.domain.entities import FLOWN, Connection, Visit
from sim.domain.export_entities import OutUld
from sim.domain.exports import ExportSite
from sim.domain.inputs import Inputs
from sim.record.recorder import Recorder, columns
from sim.record.schemas import Columns
from sim.units import NEVER, ticks

MISSED: Final = ("n_late_inbound", "n_sorting", "n_build_up", "n_no_capacity")
"""Causes, of which the first that applies counts."""
_LATE, _SORTING, _BUILD_UP, _NO_CAPACITY = MISSED
_FATES: Final = ("n_made", *MISSED, "n_open")


def connection_columns(config: HubConfig, inputs: Inputs, record: Recorder) -> Columns:
    """One row for each flight that landed and route that flies on; instants in ticks."""
    if inputs.site.exports is None:
        return columns(Connection, ())
    rows = sorted(record.connections, key=lambda row: (row.flight, row.route))
    planned_for = _planned(config, inputs, record)
    ulds = {(uld.hall, uld.route, uld.sequence): uld for uld in record.out_ulds}
    on_ulds = defaultdict[tuple[int, int], list[tuple[OutUld, int]]](list)
    for load in record.loads:
        if load.kind == FLOWN:
            on_ulds[load.flight, load.route].append((ulds[load.hall, load.route, load.sequence], load.n_parcels))
    more: dict[str, list[object]] = {name: [] for name in ("to", "planned", "minimum_min", *_FATES)}
    for row in rows:
        inbound, to = record.flights[row.flight], _destination(inputs, row)
        minimum, planned = _minimum(config, inbound, to), planned_for[row.flight, row.route]
        fates = dict.fromkeys(_FATES, 0)
        loads = on_ulds[row.flight, row.route]
        for uld, n in loads:
            fates[_fate(inputs.site.exports, record, inbound, planned, minimum, uld)] += n
        left = row.n_parcels - row.n_refused - sum(n for _, n in loads)
        fates[_fate(inputs.site.exports, record, inbound, planned, minimum, None)] += left
        known = (to, NEVER if planned is None else planned.number, minimum)
        for name, value in zip(more, (*known, *fates.values()), strict=True):
            more[name].append(value)
    return {**columns(Connection, rows), **more}


def _destination(inputs: Inputs, row: Connection) -> str:
    assert inputs.site.exports is not None
    return inputs.site.exports.lanes[inputs.site.flies_to[row.route]]


def _minimum(config: HubConfig, inbound: Visit, to: str) -> int:
    """Shortest time of a connection of a flight's parcels [ticks]."""
    return ticks(config.connections.minimum_of(inbound.key, to))


def _planned(config: HubConfig, inputs: Inputs, record: Recorder) -> dict[tuple[int, int], Visit | None]:
    """The flight to which parcels connect, by flight and route: by schedule, the first with room."""
    to_come, room = defaultdict[int, list[Visit]](list), dict[int, int]()
    for visit in sorted(record.flights, key=lambda visit: (visit.sobt, visit.number)):
        to_come[visit.export_lane].append(visit)
        room[visit.number] = config.load_limit(inputs.flights[visit.number].aircraft).parcels
    planned: dict[tuple[int, int], Visit | None] = {}
    for row in sorted(record.connections, key=lambda row: (record.flights[row.flight].sibt, row.flight, row.route)):
        inbound = record.flights[row.flight]
        since = inbound.sibt + _minimum(config, inbound, _destination(inputs, row))
        late_enough = [visit for visit in to_come[inputs.site.flies_to[row.route]] if visit.sobt >= since]
        chosen = next((visit for visit in late_enough if room[visit.number] > 0), next(iter(late_enough), None))
        if chosen is not None:
            room[chosen.number] -= row.n_parcels
        planned[row.flight, row.route] = chosen
    return planned


def _fate(
    rules: ExportSite, record: Recorder, inbound: Visit, planned: Visit | None, minimum: int, uld: OutUld | None
) -> str:
    """The result for parcels that connect to another flight, on a ULD or still without one."""
    taken = record.flights[uld.flight] if uld is not None and uld.flight != NEVER else None
    if planned is None:
        return "n_open" if taken is None else "n_made"
    if taken is not None and (taken.sobt, taken.number) <= (planned.sobt, planned.number):
        return "n_made"
    if not planned.is_diverted and planned.loading_start == NEVER:
        return "n_open"
    if inbound.aibt == NEVER or inbound.aibt + minimum > planned.sobt:
        return _LATE
    if planned.is_diverted:
        return _NO_CAPACITY
    if uld is None or uld.formed > planned.sobt - rules.cut_off:
        return _SORTING
    return _BUILD_UP if uld.built == NEVER or uld.built > planned.loading_start else _NO_CAPACITY
