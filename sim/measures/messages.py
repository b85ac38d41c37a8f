"""How many messages the hub's doings send on which day, from its own counts."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.config import HubConfig
from sim.config.exposure import Event
from sim.domain.inputs import Inputs
from sim.measures.window import Minutes
from sim.record.recorder import Recorder
from sim.record.schemas import Table, in_order
from sim.units import MIN_PER_DAY, MIN_PER_H, TICKS_PER_MIN

Counts = NDArray[np.int64]
Sent = tuple[Minutes, Counts]
"""Instants [min] at which an event happened (N), and how often."""


def message_columns(
    config: HubConfig, inputs: Inputs, record: Recorder, tables: dict[str, Table]
) -> dict[str, list[object]]:
    """One row a message, day of sending, and whether what it tells of is measured; empty without a ledger."""
    if not config.exposure.is_on:
        return {}
    sent = event_counts(inputs, record, tables)
    low, high = (days * MIN_PER_DAY for days in (config.warmup_days, config.days))
    rows: dict[tuple[str, int, bool], int] = {}
    for name, message in config.exposure.messages.items():
        instants, counts = sent[message.event]()
        day = np.floor((instants + message.after_h * MIN_PER_H) / MIN_PER_DAY).astype(np.int64)
        is_measured = (instants >= low) & (instants < high)
        for key in zip(day.tolist(), is_measured.tolist(), counts.tolist(), strict=True):
            rows[name, *key[:2]] = rows.get((name, *key[:2]), 0) + key[2]
    return in_order("messages", ((name, day, n, is_measured) for (name, day, is_measured), n in rows.items() if n))


def event_counts(inputs: Inputs, record: Recorder, tables: dict[str, Table]) -> dict[Event, Callable[[], Sent]]:
    """When each event happened, and how often.

    Flights, trucks and exports have instants; what parcels go through is counted by intervals of
    `record.bin_min`, and happens when its interval begins.
    """
    flights, trucks, stages = tables["flights"], tables["trucks"], record.stages
    customs = tables["customs"]
    landed = flights["arrival"][customs["flight"]]

    def rows(instants: Minutes, weights: Counts | None = None) -> Sent:
        happened = ~np.isnan(instants)
        n = np.ones(len(instants), dtype=np.int64) if weights is None else weights.astype(np.int64)
        return instants[happened], n[happened]

    def by_interval(counts: Counts) -> Sent:
        return np.asarray(np.arange(len(counts)) * (inputs.bin_width / TICKS_PER_MIN), dtype=np.float64), counts

    refused = np.zeros(len(stages["customs_hold"].n_out), dtype=np.int64)
    for row in record.refusals:
        refused[row.freed // inputs.bin_width] += row.n_parcels

    return {
        Event.PARCEL_ANNOUNCED: lambda: rows(flights["arrival"], flights["n_parcels"]),
        Event.PARCEL_REFERRED: lambda: rows(landed, customs["n_referrals"]),
        Event.PARCEL_LEFT_BEHIND: lambda: rows(landed, customs["n_left_behind"]),
        Event.PARCEL_IN_TRANSIT: lambda: rows(landed, customs["n_elsewhere"]),
        Event.DECLARATION_REJECTED: lambda: rows(landed, customs["n_rejected"]),
        Event.DOCUMENTS_CHECKED: lambda: rows(landed, customs["n_documents"]),
        Event.FLIGHT_ANNOUNCED: lambda: rows(flights["arrival"]),
        Event.FLIGHT_LANDED: lambda: rows(flights["aldt"]),
        Event.PARCEL_LANDED: lambda: rows(flights["aldt"], flights["n_parcels"]),
        Event.PARCEL_HANDLED: lambda: by_interval(stages["breakdown"].n_out),
        Event.PARCEL_SORTED: lambda: by_interval(stages["sorting"].n_out + stages["manual_sort"].n_out),
        Event.PARCEL_CODED: lambda: by_interval(stages["handcoding"].n_out),
        Event.PARCEL_HELD: lambda: by_interval(stages["customs_hold"].n_in),
        Event.PARCEL_FREED: lambda: by_interval(stages["customs_hold"].n_out - refused),
        Event.PARCEL_REFUSED: lambda: by_interval(refused),
        Event.TRUCK_DEPARTED: lambda: rows(trucks["departed"]),
        Event.PARCEL_DEPARTED: lambda: rows(trucks["departed"], trucks["n_parcels"]),
        Event.EXPORT_DEPARTED: lambda: rows(tables["out_ulds"]["departed"], tables["out_ulds"]["n_parcels"]),
    }
