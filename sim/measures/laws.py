"""The laws, checked after every replication. A broken one is an error of the model."""

import numpy as np

from sim.domain.entities import Refusal, Truck, Uld
from sim.domain.export_entities import ENTITIES, STAMPS_OF_PARCELS
from sim.domain.fields import schema_of, stamps_of
from sim.domain.inputs import Inputs
from sim.measures.checking import Laws, n_held, nothing_is_lost, within_capacity
from sim.measures.edges import before, bin_edges
from sim.measures.export_laws import export_laws
from sim.measures.stays import held_times, stayed, stays_at
from sim.measures.value_laws import value_laws
from sim.record.recorder import Recorder, columns
from sim.record.schemas import Table
from sim.units import NEVER

_PLANNED = {"flights": ("sibt", "sobt"), "trucks": ("scheduled",)}
"""Instants that others may come before or after."""


def check_laws(inputs: Inputs, record: Recorder, tables: dict[str, Table]) -> int:
    """How many laws were checked; raises LawBroken naming the first that does not hold."""
    return n_held(_laws(inputs, record, tables))


def _laws(inputs: Inputs, record: Recorder, tables: dict[str, Table]) -> Laws:
    yield from _time_runs_forward(tables)
    yield from _conservation(inputs, record, tables)
    yield "every parcel is in one stage, and in one state of customs, at every time", _is_in_one_place(inputs, record)
    yield from _capacity(inputs, tables)
    yield from _littles_law(inputs, record)
    yield from _truck_limits(inputs, tables["trucks"])
    yield from export_laws(inputs, record, tables)
    yield from value_laws(inputs, record, tables)
    yield from _runway(inputs, record)


def _time_runs_forward(tables: dict[str, Table]) -> Laws:
    rows = {schema_of(row).name: row for row in ENTITIES if row is not Refusal} | STAMPS_OF_PARCELS
    for table, row in rows.items():
        order = [name for name in stamps_of(row) if name not in _PLANNED.get(table, ())]
        latest = np.full(len(next(iter(tables[table].values()))), -np.inf)
        for name in order:
            instants = tables[table][name]
            happened = ~np.isnan(instants)
            yield f"time runs forward: {table}.{name}", bool((instants[happened] >= latest[happened]).all())
            latest = np.where(happened, instants, latest)


def _conservation(inputs: Inputs, record: Recorder, tables: dict[str, Table]) -> Laws:
    """Parcels in = out + inside, stage by stage, flight by flight, truck by truck."""
    stages = record.stages
    yield from nothing_is_lost(stages)
    started = tables["ulds"]["n_parcels"][~np.isnan(tables["ulds"]["start"])].sum()
    yield "parcels broken down = parcels of ULDs begun", int(stages["breakdown"].n_in.sum()) == int(started)
    units = inputs.site.units
    freed = int(stages["customs_hold"].n_out.sum()) - sum(refusal.n_parcels for refusal in record.refusals)
    sorted_once = int(stages["breakdown"].n_out.sum()) + freed
    sorted_in = int(stages["sorting"].n_in.sum()) + int(stages["manual_sort"].n_in.sum())
    if units.are_ulds:
        yield "no whole ULD goes to machines or manual sort", sorted_in == 0
        reached = int(stages["lane"].n_in.sum()) - int(stages["transfer"].n_out.sum())
        yield "parcels in lanes <= carried there", reached <= sorted_once
    else:
        yield "parcels to machines and manual sort = broken down + second passes", sorted_in == sorted_once
    dealt = int(tables["packout"]["n_units"].sum()) * units.in_bag
    yield "parcels to chutes = those of the units dealt", int(stages["packout"].n_in.sum()) == dealt
    customs, flights = tables["customs"], tables["flights"]
    in_a_state = np.sum([row.by_channel for row in record.customs], axis=1) if record.customs else np.zeros(0)
    is_undeclared = not (customs["n_h7"] + customs["n_h1"]).any()
    landed = flights["n_parcels"][[row.flight for row in record.customs]]
    yield "every parcel has one customs state", bool((in_a_state == landed).all())
    yield (
        "no flight has more refusals than detections",
        is_undeclared or bool((flights["n_refused"][customs["flight"]] <= customs["n_detected"]).all()),
    )
    taken = int(tables["trucks"]["n_parcels"].sum())
    sent = int(tables["shuttles"]["n_parcels"].sum())
    yield "parcels out of lanes = parcels on trucks and shuttles", int(stages["lane"].n_out.sum()) == taken + sent
    yield "parcels on shuttles = parcels between halls", int(stages["transfer"].n_in.sum()) == sent
    yield "parcels of flights on trucks = parcels on trucks", int(tables["loads"]["n_parcels"].sum()) == taken
    gone = int(tables["flights"]["n_departed"].sum())
    yield "parcels loaded = parcels departed", int(stages["loading"].n_out.sum()) == gone
    per_flight = tables["flights"]["n_departed"] + tables["flights"]["n_refused"]
    yield "no flight loses more parcels than it has", bool((per_flight <= tables["flights"]["n_parcels"]).all())


def _is_in_one_place(inputs: Inputs, record: Recorder) -> bool:
    """At the end of every interval what is in the stages, of which the hold zone is one, is what has come less gone."""
    edges = bin_edges(inputs)
    ulds, trucks, refusals = columns(Uld, record.ulds), columns(Truck, record.trucks), columns(Refusal, record.refusals)
    came = before(edges, ulds["start"], ulds["n_parcels"])
    gone = before(edges, trucks["departed"], trucks["n_parcels"])
    gone += before(edges, refusals["freed"], refusals["n_parcels"])
    in_stages = np.sum([tally.inside for tally in record.stages.values()], axis=0)
    return bool((in_stages == came - gone).all())


def _capacity(inputs: Inputs, tables: dict[str, Table]) -> Laws:
    """No zone above its limit, but for those that report and do not block."""
    zones = ("uld_positions", "breakdown", "lanes", "dock_doors")
    n_halls = len(inputs.site.halls)
    complex_zones = [f"{zone} @ {hall.name}" for hall in inputs.site.halls for zone in zones] if n_halls > 1 else []
    yield from within_capacity(tables["occupancy"], ("stands", "tugs", *zones, *complex_zones))


def _littles_law(inputs: Inputs, record: Recorder) -> Laws:
    """Little's law on the finite horizon, both ends counted: what the pools held = what the visitors stayed.

    The left side is counted by the pool as tokens go and come, the right side from the rows: L T = Σ W
    (Little 1961).
    """
    held, end = held_times(record), inputs.end
    for kind in ("stands", "loader_sets", "tugs", "uld_xrays", "positions", "stations"):
        yield f"Little's law: {kind}", held[kind] == stayed(record, stays_at(inputs.site)[kind], end)
    away = sum((end - row.departed) * row.n_units for row in record.shuttles if row.departed != NEVER)
    gone = sum((end - truck.departed) * truck.units_sent for truck in record.trucks if truck.departed != NEVER)
    refused = sum(end - refusal.freed for refusal in record.refusals)
    unit_time = _hub_time(record, end, "n_units") - refused
    yield "Little's law: floor", held["floor"] == (unit_time - away + gone) * inputs.site.units.room
    parcel_time = _hub_time(record, end, "n_parcels")
    parcel_time -= sum((end - refusal.freed) * refusal.n_parcels for refusal in record.refusals)
    in_stages = sum(tally.inside_time for tally in record.stages.values())
    yield "Little's law: the stages' stays add up to the floor's", in_stages == parcel_time


def _hub_time(record: Recorder, end: int, what: str) -> int:
    """Ticks of what has a floor, from the rows: until the end for all that came, less what left by truck before."""
    came = sum((end - uld.start) * getattr(uld, what) for uld in record.ulds if uld.start != NEVER)
    left = sum((end - truck.departed) * getattr(truck, what) for truck in record.trucks if truck.departed != NEVER)
    return int(came - left)


def _truck_limits(inputs: Inputs, trucks: Table) -> Laws:
    limits = inputs.site.trucks.trailer
    yield "no truck above its units", bool((trucks["n_units"] <= limits.units).all())
    yield "no truck above its mass", bool((trucks["mass"] <= limits.mass).all())
    yield "no truck above its volume", bool((trucks["volume"] <= limits.volume).all())


def _runway(inputs: Inputs, record: Recorder) -> Laws:
    for name in ("aldt", "aobt"):
        happened = (getattr(row, name) for row in record.flights if getattr(row, name) != NEVER)
        instants = np.array([*happened], dtype=np.int64)
        closed = np.zeros(len(instants), dtype=np.bool_)
        for begin, end in inputs.site.apron.closures:
            closed |= (begin <= instants) & (instants < end)
        yield f"nobody uses a closed runway: {name}", not bool(closed.any())
