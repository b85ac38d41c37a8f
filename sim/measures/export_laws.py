"""The laws of exports: nothing lost, no limit passed, and Little's law as it was counted twice."""

from collections import Counter

import numpy as np

from sim.domain.inputs import Inputs
from sim.measures.checking import Laws, nothing_is_lost, within_capacity
from sim.measures.stays import held_times, stayed, stays_at
from sim.record.recorder import Recorder
from sim.record.schemas import Table
from sim.units import NEVER


def export_laws(inputs: Inputs, record: Recorder, tables: dict[str, Table]) -> Laws:
    if inputs.site.exports is None:
        return
    yield from _conservation(record, tables)
    yield from _limits(inputs, tables)
    yield from _littles_law(inputs, record)


def _conservation(record: Recorder, tables: dict[str, Table]) -> Laws:
    stages, collections = record.export_stages, tables["collections"]
    yield from nothing_is_lost(stages)
    called = collections["n_parcels"][~np.isnan(collections["called"])].sum()
    yield "exports on the floor = parcels of collections called", int(stages["collection"].n_in.sum()) == int(called)
    screened = int(stages["screening"].n_out.sum())
    yield "exports screened = unloaded, less those inside", screened <= int(stages["collection"].n_out.sum())
    built_in = int(tables["out_ulds"]["n_parcels"].sum())
    yield "exports out of lanes = exports on ULDs", int(stages["export_lane"].n_out.sum()) == built_in
    yield "exports of collections on ULDs = exports on ULDs", int(tables["out_loads"]["n_parcels"].sum()) == built_in
    gone = tables["out_ulds"]["n_parcels"][~np.isnan(tables["out_ulds"]["departed"])].sum()
    yield "exports on ULDs that left = exports that left", int(collections["n_departed"].sum()) == int(gone)
    flown = tables["flights"]["n_parcels_out"].sum()
    taken = tables["out_ulds"]["n_parcels"][~np.isnan(tables["out_ulds"]["taken"])].sum()
    yield "exports of flights = exports on ULDs that were taken", int(flown) == int(taken)
    no_more = collections["n_departed"] <= collections["n_parcels"]
    yield "no collection loses more parcels than it has", bool(no_more.all())
    once = collections["n_missed"] <= collections["n_parcels"]
    yield "no export misses its flight more than once", bool(once.all())


def _limits(inputs: Inputs, tables: dict[str, Table]) -> Laws:
    occupancy, ulds = tables["occupancy"], tables["out_ulds"]
    yield from within_capacity(occupancy, ("export_floor", "build_up", "doors_in", "outbound_tugs"))
    stored = occupancy["inside"][occupancy["zone"] == "empty_ulds"]
    yield "no empty ULD is used that is not there", bool((stored >= 0).all())
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


def _littles_law(inputs: Inputs, record: Recorder) -> Laws:
    """As `sim.measures.laws` has it: what the pools held = what the visitors stayed."""
    held, end = held_times(record), inputs.end
    of_rows = {kind: stays_at(inputs.site)[kind] for kind in ("doors_in", "build_up_places", "outbound_tugs")}
    of_rows["empty_ulds"] = of_rows["build_up_places"]._replace(until="departed")
    for kind, stay in of_rows.items():
        yield f"Little's law: {kind}", held[kind] == stayed(record, stay, end)
    came = sum((end - row.called) * row.n_parcels for row in record.collections if row.called != NEVER)
    floor = came - sum((end - row.built) * row.n_parcels for row in record.out_ulds if row.built != NEVER)
    yield "Little's law: export floor", held["export_floor"] == floor
    in_stages = sum(tally.inside_time for tally in record.export_stages.values())
    yield "Little's law: the stages' stays add up to the export floor's", in_stages == floor
