"""One replication, and the same replication with one flight on schedule; all other draws are the same."""

from dataclasses import replace

import numpy as np

from sim.config import HubConfig
from sim.inputs.inputs import make_inputs
from sim.measures.laws import check_laws
from sim.measures.tables import make_tables
from sim.measures.tracing.worlds import World
from sim.processes import hub
from sim.units import Ticks


def world(config: HubConfig, replication: int, on_schedule: tuple[int, ...] | None = None) -> World:
    """Run a replication. With `on_schedule`, this flight's (its entity's) drawn arrival is its scheduled one.

    The flight's customs releases and losses of data move with its arrival. The table `occupancy` has no backlog without
    disruptions, and no single parcels are recorded.

    Raises:
        InputError: a file of flights cannot be read.
        LawBroken: a conservation law does not hold.
    """
    config = replace(config, record=config.record.without_details)
    inputs = replace(make_inputs(config, replication, on_schedule), keeps_departures=True)
    run = hub.run(inputs)
    tables = make_tables(config, inputs, run.record, run.store.kept, run.export_store)
    check_laws(inputs, run.record, tables)
    return World(inputs, tables, _by_flight(run.store.departures or []))


def _by_flight(departures: list[tuple[int, Ticks, Ticks]]) -> dict[int, tuple[Ticks, Ticks]]:
    """Rows of the units that left (P), and their instants [ticks], by flight."""
    if not departures:
        return {}
    flight = np.concatenate([flights for _, flights, _ in departures])
    row = np.concatenate([rows for _, _, rows in departures])
    instant = np.repeat([instant for instant, *_ in departures], [len(rows) for *_, rows in departures])
    order = np.argsort(flight, kind="stable")
    numbers, first = np.unique(flight[order], return_index=True)
    parts = np.split(order, first[1:])
    return {int(number): (row[part], instant[part]) for number, part in zip(numbers, parts, strict=True)}
