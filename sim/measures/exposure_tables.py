"""The tables of data and trade of a replication, and their laws."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from sim.config import HubConfig
from sim.config.exposure import Event
from sim.domain.columns import Table
from sim.domain.inputs import Inputs
from sim.inputs.goods import HIGH, LOW, FlightGoods, week_of
from sim.measures.exposure import Rows, flow_rows, ledger_rows, matrix_rows, n_records
from sim.measures.inference import inference_rows, measured_weeks, whole_weeks
from sim.measures.laws import Laws
from sim.measures.watch import watch_rows
from sim.measures.window import Minutes, of_hall
from sim.record.exposure_schemas import EXPOSURE_TABLES
from sim.record.recorder import Recorder
from sim.record.schemas import in_order, tabulate
from sim.units import DAYS_PER_YEAR, MIN_PER_DAY, MIN_PER_H, NEVER, TICKS_PER_MIN, Counts, Numbers


def exposure_tables(
    config: HubConfig, inputs: Inputs, record: Recorder, tables: dict[str, Table], goods: Sequence[FlightGoods]
) -> dict[str, Table]:
    """Tables of data and trade, empty if these are off. Inference needs both the ledger and the goods."""
    exposure, made = config.exposure, {schema.name: tabulate(schema.name, {}) for schema in EXPOSURE_TABLES}

    def put(name: str, columns: Mapping[str, Any]) -> None:
        made[name] = tabulate(name, columns)

    if exposure.is_on:
        put("messages", message_columns(config, inputs, record, tables))
        put("exposure", ledger_rows(exposure, made["messages"]))
        put("exposure_matrix", matrix_rows(exposure, made["messages"]))
        put("data_flows", flow_rows(exposure, made["messages"]))
        if exposure.watch is not None:
            put("watch", watch_rows(exposure, made["messages"], config.horizon_days))
    if config.trade.is_on:
        weeks, parcels, value, items = weekly_imports(config, goods, tables["flights"])
        put("trade", trade_rows(config, weeks, parcels, value, items, of_hall(tables["out_ulds"], NEVER, "route")))
        put("trade_balance", balance_rows(config, made["trade"]))
        if exposure.is_on:
            whole = whole_weeks(config)
            put("inference", inference_rows(exposure, parcels[whole].sum(axis=-1), value[whole].sum(axis=-1)))
    return made


def exposure_laws(config: HubConfig, tables: dict[str, Table]) -> Laws:
    messages, flights, trucks = (tables[name] for name in ("messages", "flights", "trucks"))
    if config.exposure.is_on:
        yield (
            "records of the ledger = messages sent x fields x readers",
            sum(int(tables["exposure"][n].sum()) for n in ("n_clear", "n_pseudonym"))
            == n_records(config.exposure, messages),
        )
        if config.exposure.watch is not None:
            yield (
                "accesses of the watch that policies give = records in clear",
                int(tables["watch"]["n_given"].sum()) == int(tables["exposure_matrix"]["n_clear"].sum()),
            )
        landed = ~np.isnan(flights["aldt"])
        counted = {
            Event.PARCEL_ANNOUNCED: flights["n_parcels"].sum(),
            Event.FLIGHT_LANDED: landed.sum(),
            Event.PARCEL_LANDED: flights["n_parcels"][landed].sum(),
            Event.TRUCK_DEPARTED: (~np.isnan(trucks["departed"])).sum(),
            Event.PARCEL_DEPARTED: flights["n_departed"].sum(),
            Event.PARCEL_REFUSED: flights["n_refused"].sum(),
            Event.EXPORT_DEPARTED: tables["collections"]["n_departed"].sum(),
        }
        for name, message in config.exposure.messages.items():
            if message.event in counted:
                sent = messages["n_sent"][messages["message"] == name].sum()
                yield f"messages sent = the hub's own count: {name}", int(sent) == int(counted[message.event])
    if config.trade.is_on:
        has_arrived = flights["is_cohort"] & ~flights["is_diverted"]
        imports = tables["trade"]["n_parcels"][~tables["trade"]["is_export"]].sum()
        yield (
            "parcels of goods = parcels of flights that arrived",
            int(imports) == int(flights["n_parcels"][has_arrived].sum()),
        )


Sent = tuple[Minutes, Counts]
"""Instants [min] at which an event happened (N), and how often."""


def message_columns(
    config: HubConfig, inputs: Inputs, record: Recorder, tables: dict[str, Table]
) -> dict[str, list[object]]:
    """One row for each message and day of sending, and whether its event is in the measured days."""
    sent = event_counts(inputs, record, tables)
    low, high = (days * MIN_PER_DAY for days in (config.warmup_days, config.days))
    rows = Counter[tuple[str, int, bool]]()
    for name, message in config.exposure.messages.items():
        instants, counts = sent[message.event]()
        day = np.floor((instants + message.after_h * MIN_PER_H) / MIN_PER_DAY).astype(np.int64)
        is_measured = (instants >= low) & (instants < high)
        for *when, n in zip(day.tolist(), is_measured.tolist(), counts.tolist(), strict=True):
            rows[name, *when] += n
    return in_order("messages", ((name, day, n, is_measured) for (name, day, is_measured), n in rows.items() if n))


def event_counts(inputs: Inputs, record: Recorder, tables: dict[str, Table]) -> dict[Event, Callable[[], Sent]]:
    """When each event happened, and how often.

    Flights, trucks and exports have instants. Events of parcels are counted by intervals of `record.bin_min`, and
    happen at the start of the interval.
    """
    flights, trucks, stages = tables["flights"], tables["trucks"], record.stages
    customs = tables["customs"]
    landed = flights["arrival"][customs["flight"]]

    def rows(instants: Minutes, weights: Counts | None = None) -> Sent:
        happened = ~np.isnan(instants)
        n = np.ones(len(instants), dtype=np.int64) if weights is None else weights.astype(np.int64)
        return instants[happened], n[happened]

    def by_interval(counts: Counts) -> Sent:
        return np.asarray(np.arange(len(counts)) * (inputs.bin_width / TICKS_PER_MIN), dtype=float), counts

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
        Event.PARCEL_DEPARTED: lambda: rows(tables["loads"]["departed"], tables["loads"]["n_parcels"]),
        Event.EXPORT_DEPARTED: lambda: rows(tables["out_loads"]["departed"], tables["out_loads"]["n_parcels"]),
    }


def weekly_imports(
    config: HubConfig, goods: Sequence[FlightGoods], flights: Table
) -> tuple[list[int], Numbers, Numbers, Numbers]:
    """Mondays of the measured weeks, and parcels, declared value and items of arrived goods (W, L, G, 2).

    A flight counts in the week of its drawn arrival; a diverted flight does not count.
    """
    weeks = measured_weeks(config)
    shape = (len(weeks), len(config.lanes), len(config.product_groups), 2)
    parcels, value, items = np.zeros((3, *shape))
    for flight_goods in goods:
        if flights["is_diverted"][flight_goods.flight]:
            continue
        week = weeks.index(week_of(config, int(flights["arrival"][flight_goods.flight] * TICKS_PER_MIN)))
        parcels[week] += flight_goods.parcels
        value[week] += flight_goods.value
        items[week] += flight_goods.items
    return weeks, parcels, value, items


def trade_rows(
    config: HubConfig,
    weeks: Sequence[int],
    parcels: Numbers,
    value: Numbers,
    items: Numbers,
    out_ulds: Table,
) -> Rows:
    """One row for each week, lane and group.

    Duty is due on the whole value of parcels above the exemption and on each item of the other parcels; VAT at the
    lane's rate on value and duty.
    """
    trade = config.trade
    rows: list[tuple[object, ...]] = []
    for w, week in enumerate(weeks):
        for line, lane in enumerate(config.lanes):
            for g, group in enumerate(config.product_groups):
                n, eur = parcels[w, line, g], value[w, line, g]
                n_items = items[w, line, g]
                duty = float(eur[HIGH]) * trade.goods[group].duty + float(n_items[LOW]) * trade.item_duty_eur
                vat = (float(eur.sum()) + duty) * trade.vat[lane]
                sums = n.sum(), n_items.sum(), eur.sum(), n[HIGH], eur[HIGH], duty, vat
                rows.append((False, iso_week(week), lane, group, *map(float, sums)))
    for (week, lane), n_out in _exported(config, out_ulds).items():
        for group, out in trade.export_goods.items():
            sums = n_out * out.share, 0.0, n_out * out.share * out.mean_eur, 0.0, 0.0, 0.0, 0.0
            rows.append((True, iso_week(week), lane, group, *sums))
    return in_order("trade", rows)


def balance_rows(config: HubConfig, trade: Table) -> Rows:
    """A year of these flows by share of exports, beside each published deficit.

    For another share of exports, the ratio of parcels out to parcels in is the ratio of their masses, because both have
    the same sizes.
    """
    scale = DAYS_PER_YEAR / config.horizon_days
    is_import = ~trade["is_export"]
    imports, exports = (
        scale * float(trade["value_eur"][is_counted].sum()) for is_counted in (is_import, trade["is_export"])
    )
    domestic = is_import & np.isin(trade["lane"], config.trade.domestic_lanes)
    at_home = scale * float(trade["value_eur"][domestic].sum())
    n_in = scale * float(trade["n_parcels"][is_import].sum())
    each = sum(group.share * group.mean_eur for group in config.trade.export_goods.values())
    cases = [(True, config.exports.share, exports)]
    cases += [(False, share, n_in * share / (1 - share) * each) for share in config.trade.export_shares]
    rows: list[tuple[object, ...]] = []
    for is_simulated, share, out in cases:
        for year, deficit in config.trade.national_deficit_eur.items():
            shares = (imports - out) / deficit, at_home / deficit
            rows.append((is_simulated, share, year, deficit, imports, out, out - imports, at_home, *shares))
    return in_order("trade_balance", rows)


def iso_week(monday: int) -> str:
    """Name of the week of a Monday.

    >>> iso_week(dt.date(2022, 9, 5).toordinal())
    '2022W36'
    """
    iso = dt.date.fromordinal(monday).isocalendar()
    return f"{iso.year}W{iso.week:02}"


def _exported(config: HubConfig, out_ulds: Table) -> Counter[tuple[int, str]]:
    """Parcels off-block in the measured days, by week and destination."""
    exported = Counter[tuple[int, str]]()
    low, high = (days * MIN_PER_DAY for days in (config.warmup_days, config.days))
    columns = (out_ulds[name].tolist() for name in ("departed", "lane_name", "n_parcels"))
    for departed, lane, n in zip(*columns, strict=True):
        if low <= departed < high:
            exported[week_of(config, int(departed * TICKS_PER_MIN)), lane] += n
    return exported
