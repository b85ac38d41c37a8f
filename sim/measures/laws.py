"""The laws, checked after every replication. A broken law is a fault of the model."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

import numpy as np

from sim.domain.entities import Refusal
from sim.domain.export_entities import ENTITIES, STAMPS_OF_PARCELS
from sim.domain.fields import schema_of, stamps_of
from sim.domain.inputs import Inputs
from sim.errors import LawBroken
from sim.measures.connections import MISSED
from sim.measures.stays import held_times, stayed, stays_at
from sim.measures.window import before, bin_edges
from sim.record.recorder import Recorder, StageTally, columns, flown_ulds
from sim.record.schemas import Table
from sim.units import NEVER

Laws = Iterator[tuple[str, bool]]
"""Names of laws, and whether each holds."""


def n_held(laws: Laws) -> int:
    """The number of checked laws; raises LawBroken with the name of the first that does not hold."""
    n = 0
    for name, holds in laws:
        n += 1
        if not holds:
            raise LawBroken(f"law broken: {name}")
    return n


def nothing_is_lost(stages: Mapping[str, StageTally]) -> Laws:
    """Parcels in = out + inside, stage by stage."""
    for name, tally in stages.items():
        yield f"parcels in = out + inside: {name}", bool((tally.inside >= 0).all())


def within_capacity(occupancy: Table, zones: Iterable[str]) -> Laws:
    """No zone is above its limit."""
    for zone in zones:
        is_of_zone = occupancy["zone"] == zone
        inside, limit = occupancy["inside"][is_of_zone], occupancy["limit"][is_of_zone]
        yield f"zone within its capacity: {zone}", bool(((inside >= 0) & (inside <= limit)).all())


_PLANNED = {"flights": ("sibt", "sobt"), "trucks": ("scheduled",)}
"""Instants that may be before or after others."""
_STAMPED = {schema_of(row).name: row for row in ENTITIES if row is not Refusal} | STAMPS_OF_PARCELS
"""The rows of tables whose columns are stamps."""


def check_laws(inputs: Inputs, record: Recorder, tables: dict[str, Table]) -> int:
    """The number of checked laws; raises LawBroken with the name of the first that does not hold."""
    return n_held(_laws(inputs, record, tables))


def _laws(inputs: Inputs, record: Recorder, tables: dict[str, Table]) -> Laws:
    yield from chain.from_iterable(time_runs_forward(name, tables[name]) for name in _STAMPED)
    yield from _conservation(inputs, record, tables)
    yield "every parcel is in one stage, and in one state of customs, at every time", _is_in_one_place(inputs, record)
    yield from _capacity(inputs, tables)
    yield from _littles_law(inputs, record)
    yield from _truck_limits(inputs, tables["trucks"])
    yield from _export_laws(inputs, record, tables)
    yield from _declared_values(inputs, record, tables)
    yield from _runway(inputs, record)


def time_runs_forward(name: str, table: Table) -> Laws:
    """The stamps of each row of a table are in the order of events; no law for a table without stamps."""
    row = _STAMPED.get(name)
    order = [] if row is None else [each for each in stamps_of(row) if each not in _PLANNED.get(name, ())]
    latest = np.full(len(next(iter(table.values()))), -np.inf)
    for column in order:
        instants = table[column]
        happened = ~np.isnan(instants)
        yield f"time runs forward: {name}.{column}", bool((instants[happened] >= latest[happened]).all())
        latest = np.where(happened, instants, latest)


def _conservation(inputs: Inputs, record: Recorder, tables: dict[str, Table]) -> Laws:
    """Parcels in = out + inside, stage by stage, flight by flight, truck by truck."""
    stages = record.stages
    yield from nothing_is_lost(stages)
    started = tables["ulds"]["n_parcels"][~np.isnan(tables["ulds"]["start"])].sum()
    yield "parcels broken down = parcels of ULDs begun", int(stages["breakdown"].n_in.sum()) == int(started)
    units = inputs.site.units
    freed = int(stages["customs_hold"].n_out.sum()) - sum(refusal.n_parcels for refusal in record.refusals)
    led_on = int(stages["second_chutes"].n_out.sum())
    broken_down = int(stages["breakdown"].n_out.sum())
    sorted_once = broken_down + freed + led_on
    sorted_in = int(stages["sorting"].n_in.sum()) + int(stages["manual_sort"].n_in.sum())
    if units.are_ulds:
        yield "no whole ULD goes to machines or manual sort", sorted_in == 0
        reached = int(stages["lane"].n_in.sum()) - int(stages["transfer"].n_out.sum())
        yield "parcels in lanes <= parcels carried to them", reached <= sorted_once
    else:
        yield "parcels to machines and manual sort = broken down + second passes", sorted_in == sorted_once
        yield "no parcel is sorted a third time", freed + led_on <= broken_down
    coded, held, again = (~np.isnan(tables["parcels"][name]) for name in ("code_begin", "held", "second_begin"))
    yield "parcels coded by hand are sorted again only if customs held them", not (again & coded & ~held).any()
    dealt = int(tables["packout"]["n_units"].sum()) * units.in_bag
    yield "parcels to chutes = parcels of the units assigned", int(stages["packout"].n_in.sum()) == dealt
    customs, flights = tables["customs"], tables["flights"]
    in_a_state = np.sum([row.by_channel for row in record.customs], axis=1) if record.customs else np.zeros(0)
    is_undeclared = not (customs["n_h7"] + customs["n_h6"] + customs["n_h1"]).any()
    landed = flights["n_parcels"][[row.flight for row in record.customs]]
    yield "every parcel has one customs state", bool((in_a_state == landed).all())
    yield (
        "no flight has more refusals than detections",
        is_undeclared or bool((flights["n_refused"][customs["flight"]] <= customs["n_detected"]).all()),
    )
    taken = int(tables["trucks"]["n_parcels"].sum())
    sent = int(tables["shuttles"]["n_parcels"].sum())
    flown = flown_ulds(record)
    on_ulds = int(flown["n_parcels"].sum())
    left_lanes = int(stages["lane"].n_out.sum())
    yield "parcels out of lanes = parcels on trucks, shuttles and ULDs", left_lanes == taken + sent + on_ulds
    yield "parcels on shuttles = parcels between halls", int(stages["transfer"].n_in.sum()) == sent
    loaded = int(tables["loads"]["n_parcels"].sum())
    yield "parcels of flights on trucks and ULDs = parcels on them", loaded == taken + on_ulds
    gone = int(tables["flights"]["n_departed"].sum()) - int(flown["n_parcels"][flown["departed"] != NEVER].sum())
    yield "parcels loaded = parcels departed", int(stages["loading"].n_out.sum()) == gone
    connections = tables["connections"]
    fates = np.sum([connections[name] for name in ("n_refused", "n_made", *MISSED, "n_open")], axis=0)
    yield (
        "parcels that fly on = made, missed by cause, refused and open",
        bool((fates == connections["n_parcels"]).all()),
    )
    per_flight = tables["flights"]["n_departed"] + tables["flights"]["n_refused"]
    yield "no flight loses more parcels than it has", bool((per_flight <= tables["flights"]["n_parcels"]).all())


def _is_in_one_place(inputs: Inputs, record: Recorder) -> bool:
    """At the end of every interval, the parcels in all stages (with the hold zone) are arrivals minus departures."""
    edges = bin_edges(inputs)
    refusals, flown = columns(Refusal, record.refusals), flown_ulds(record)
    arrived, gone = (
        before(edges, rows.column(instant), rows.column("n_parcels"))
        for rows, instant in ((record.ulds, "start"), (record.trucks, "departed"))
    )
    gone += before(edges, refusals["freed"], refusals["n_parcels"])
    gone += before(edges, flown["built"], flown["n_parcels"])
    in_stages = np.sum([tally.inside for tally in record.stages.values()], axis=0)
    return bool((in_stages == arrived - gone).all())


def _capacity(inputs: Inputs, tables: dict[str, Table]) -> Laws:
    """No zone is above its limit, except zones that report and do not block."""
    zones = ("uld_positions", "breakdown", "lanes", "dock_doors")
    n_halls = len(inputs.site.halls)
    complex_zones = [f"{zone} @ {hall.name}" for hall in inputs.site.halls for zone in zones] if n_halls > 1 else []
    yield from within_capacity(tables["occupancy"], ("stands", "tugs", *zones, *complex_zones))


def _littles_law(inputs: Inputs, record: Recorder) -> Laws:
    """Little's law on the finite horizon, both ends counted: time held in the pools = time of the stays.

    The pool counts the left side as tokens go and come; the right side is from the rows: L T = Σ W (Little 1961).
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
    """Ticks of stays with floor, from the rows: until the end for all arrivals, minus those that left before."""
    arrived = sum((end - uld.start) * getattr(uld, what) for uld in record.ulds if uld.start != NEVER)
    left = sum((end - truck.departed) * getattr(truck, what) for truck in record.trucks if truck.departed != NEVER)
    built = ((uld.built, uld.n_parcels) for uld in record.out_ulds if uld.route != NEVER != uld.built)
    return int(arrived - left - sum((end - since) * n for since, n in built))


def _truck_limits(inputs: Inputs, trucks: Table) -> Laws:
    limits = inputs.site.trucks.trailer
    yield "no truck above its units", bool((trucks["n_units"] <= limits.units).all())
    yield "no truck above its mass", bool((trucks["mass"] <= limits.mass).all())
    yield "no truck above its volume", bool((trucks["volume"] <= limits.volume).all())


def _runway(inputs: Inputs, record: Recorder) -> Laws:
    for name in ("aldt", "aobt"):
        happened = (getattr(row, name) for row in record.flights if getattr(row, name) != NEVER)
        instants = np.array([*happened], dtype=np.int64)
        closed = np.zeros(len(instants), dtype=bool)
        for begin, end in inputs.site.apron.closures:
            closed |= (begin <= instants) & (instants < end)
        yield f"nobody uses a closed runway: {name}", not bool(closed.any())


def _declared_values(inputs: Inputs, record: Recorder, tables: dict[str, Table]) -> Laws:
    """Value in = value out + inside, flight by flight: declared in, taken out by trucks and customs.

    The value inside is not checked parcel by parcel. It must be zero if no parcels are inside, and otherwise at least a
    cent for each parcel, the least that can be declared.
    """
    if not inputs.has_values:
        return
    flights, loads = tables["flights"], tables["loads"]
    arrived, gone = (np.zeros(len(flights["number"]), dtype=np.int64) for _ in range(2))
    landed = [row.flight for row in record.customs if row.counts is not None]
    arrived[landed] = [row.counts.value for row in record.customs if row.counts is not None]
    departed = ~np.isnan(loads["departed"])
    np.add.at(gone, loads["flight"][departed], loads["value"][departed])
    for row in record.refusals:
        gone[row.flight] += row.value
    inside = arrived - gone
    n_inside = (flights["n_parcels"] - flights["n_departed"] - flights["n_refused"]) * (arrived > 0)
    yield "declared value in = value out + inside: of flights that are gone", bool((inside[n_inside == 0] == 0).all())
    yield "declared value in = value out + inside: of the others", bool((inside >= n_inside).all())


def _export_laws(inputs: Inputs, record: Recorder, tables: dict[str, Table]) -> Laws:
    if inputs.site.exports is None:
        return
    yield from _exports_kept(record, tables)
    yield from _export_limits(inputs, tables)
    yield from _littles_law_of_exports(inputs, record)


def _exports_kept(record: Recorder, tables: dict[str, Table]) -> Laws:
    stages, collections = record.export_stages, tables["collections"]
    yield from nothing_is_lost(stages)
    called = collections["n_parcels"][~np.isnan(collections["called"])].sum()
    yield "exports on the floor = parcels of collections called", int(stages["collection"].n_in.sum()) == int(called)
    screened = int(stages["screening"].n_out.sum())
    yield "exports screened = unloaded, minus those inside", screened <= int(stages["collection"].n_out.sum())
    ulds = tables["out_ulds"]
    exports = {name: values[ulds["route"] == NEVER] for name, values in ulds.items()}
    built_in = int(exports["n_parcels"].sum())
    yield "exports out of lanes = exports on ULDs", int(stages["export_lane"].n_out.sum()) == built_in
    yield "exports of collections on ULDs = exports on ULDs", int(tables["out_loads"]["n_parcels"].sum()) == built_in
    gone = exports["n_parcels"][~np.isnan(exports["departed"])].sum()
    yield "exports on ULDs that left = exports that left", int(collections["n_departed"].sum()) == int(gone)
    flown = tables["flights"]["n_parcels_out"].sum()
    taken = ulds["n_parcels"][~np.isnan(ulds["taken"])].sum()
    yield "parcels that flights take out = parcels on ULDs that were taken", int(flown) == int(taken)
    no_more = collections["n_departed"] <= collections["n_parcels"]
    yield "no collection loses more parcels than it has", bool(no_more.all())
    once = collections["n_missed"] <= collections["n_parcels"]
    yield "no export misses its flight more than once", bool(once.all())


def _export_limits(inputs: Inputs, tables: dict[str, Table]) -> Laws:
    occupancy, ulds = tables["occupancy"], tables["out_ulds"]
    yield from within_capacity(occupancy, ("export_floor", "build_up", "doors_in", "outbound_tugs"))
    stored = occupancy["inside"][occupancy["zone"] == "empty_ulds"]
    yield "no empty ULD is used that is not in store", bool((stored >= 0).all())
    assert inputs.site.exports is not None
    on_deck, mass = Counter[tuple[int, int]](), Counter[int]()
    fits = True
    for flight, deck, own_mass, volume in zip(
        *(ulds[name].tolist() for name in ("flight", "deck", "mass", "volume")), strict=True
    ):
        if flight != NEVER:
            limits = inputs.site.exports.aircraft[inputs.flights[flight].aircraft]
            fits &= own_mass <= limits.uld[deck].mass and volume <= limits.uld[deck].volume
            on_deck[flight, deck] += 1
            mass[flight] += own_mass
    yield "no ULD above the limits of its aircraft", fits
    places = {(f.number, deck): n for f in inputs.flights for deck, n in enumerate((f.n_main_deck, f.n_lower_deck))}
    yield "no flight with more ULDs than positions", all(n <= places[key] for key, n in on_deck.items())
    payload = {f.number: inputs.site.exports.aircraft[f.aircraft].payload for f in inputs.flights}
    yield "no flight above its payload", all(load <= payload[flight] for flight, load in mass.items())


def _littles_law_of_exports(inputs: Inputs, record: Recorder) -> Laws:
    """Time held in the pools = time of the stays."""
    held, end = held_times(record), inputs.end
    of_rows = {kind: stays_at(inputs.site)[kind] for kind in ("doors_in", "build_up_places", "outbound_tugs")}
    of_rows["empty_ulds"] = of_rows["build_up_places"]._replace(until="departed")
    for kind, stay in of_rows.items():
        yield f"Little's law: {kind}", held[kind] == stayed(record, stay, end)
    arrived = sum((end - row.called) * row.n_parcels for row in record.collections if row.called != NEVER)
    floor = arrived - sum(
        (end - row.built) * row.n_parcels for row in record.out_ulds if row.built != NEVER == row.route
    )
    yield "Little's law: export floor", held["export_floor"] == floor
    in_stages = sum(tally.inside_time for tally in record.export_stages.values())
    yield "Little's law: the stages' stays add up to the export floor's", in_stages == floor
