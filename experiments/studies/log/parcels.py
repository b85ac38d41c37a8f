"""Numerous objects: stored parcels of imports and exports, part by part."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from experiments.store.foreign_tables import replication_parts
from experiments.studies.log.batches import NONE, Batch, Indices, Relation, attributes_of
from experiments.studies.log.kinds import BY_TABLE, MACHINE
from experiments.studies.log.things import Things, rows_of
from experiments.studies.replay.flows import check_ranges
from experiments.studies.trace.run import Replication
from sim.errors import InputError
from sim.record.schemas import TABLES, Table

_MOST: Final = 10_000
"""Most parcels of a batch."""


def parcels_of(replication: Replication, things: Things, name: str) -> Iterator[Batch]:
    """The parcels that the run stored.

    Raises:
        InputError: a damaged table, or one that contradicts the others.
    """
    first, made = 0, _import_batch if name == "parcels" else _export_batch
    for part in replication_parts(replication.manifest, TABLES[name], replication.scenario, replication.number):
        n = len(part["row"])
        for begin in range(0, n, _MOST):
            some = slice(begin, begin + _MOST)
            yield made(things, {column: values[some] for column, values in part.items()}, first + begin)
        first += n


def _import_batch(things: Things, table: Table, first: int) -> Batch:
    kind, ulds, trucks = BY_TABLE["parcels"], things.tables["ulds"], things.tables["trucks"]
    check_ranges("parcels", table, {"flight": (0, things.n("flights")), "route": (0, len(things.hub.route_shares))})
    uld = things.first_uld[table["flight"]] + table["uld"]
    if ((table["uld"] < 0) | (uld >= things.first_uld[table["flight"] + 1])).any():
        raise InputError("table parcels: a ULD that is not in the table ulds")
    keys = {"hall": "truck_hall", "route": "route", "kind": "truck_kind", "sequence": "truck_sequence"}
    wanted = {key: table[column] for key, column in keys.items()}
    truck = np.where(table["truck_hall"] < 0, NONE, rows_of(trucks, wanted, tuple(keys)))
    if ((truck == NONE) & (table["truck_hall"] >= 0)).any():
        raise InputError("table parcels: a truck that is not in the table trucks")
    hall, machine = ulds["hall"][uld], ulds["machine"][uld]
    special = {
        "sorter": np.where(machine < 0, NONE, things.first[MACHINE] + machine),
        "second sorter": _second(things, machine, table["route"]),
    }
    by_hand = things.resource("manual-sort posts", hall)
    special = {name: np.where(table["is_non_conveyable"], by_hand, sorter) for name, sorter in special.items()}
    special["packers"] = things.posts(hall, table["post"])
    resources = {
        column: special[event.at] if event.at in special else things.resource(event.at, hall)
        for column, event in kind.events.items()
        if event.at
    }
    every, on_truck = np.arange(len(uld)), np.flatnonzero(truck != NONE)
    relations = [
        Relation("in", every, uld + things.first["ulds"]),
        Relation("leaves by", on_truck, truck[on_truck] + things.first["trucks"]),
    ]
    return Batch(
        kind.type, table["flight"] + things.first["parcels"], table["row"],
        attributes_of(kind, table, things.halls, things.moments), relations, kind, first, table, resources,
        {"start": uld, "cut_off": truck, "departed": truck},
    )  # fmt: skip


def _export_batch(things: Things, table: Table, first: int) -> Batch:
    kind = BY_TABLE["out_parcels"]
    check_ranges("out_parcels", table, {"collection": (0, things.n("collections"))})
    hall = things.tables["collections"]["hall"][table["collection"]]
    resources = {column: things.resource(event.at, hall) for column, event in kind.events.items() if event.at}
    brought = Relation("came by", np.arange(len(hall)), table["collection"] + things.first["collections"])
    return Batch(
        kind.type, table["collection"] + things.first["out_parcels"], table["row"],
        attributes_of(kind, table, things.halls, things.moments), [brought], kind, first, table, resources,
    )  # fmt: skip


def _second(things: Things, machine: Indices, route: Indices) -> Indices:
    """The machine of a parcel's second sorting: the first machine, or the one to which its chute leads."""
    routes = list(things.hub.route_shares)
    second = np.repeat(np.arange(things.first_machine[-1])[:, None], len(routes), axis=1)
    for first, hall in zip(things.first_machine.tolist(), things.hub.halls.values(), strict=False):
        for number, chutes in enumerate(things.hub.all_chutes(hall)):
            for chute in chutes:
                if chute.second is not None:
                    second[first + number, [routes.index(each) for each in chute.routes]] = first + chute.second
    return np.where(machine < 0, NONE, things.first[MACHINE] + second[machine, route])
