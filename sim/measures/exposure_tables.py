"""The tables of data and trade of a replication, and their laws."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sim.config import HubConfig
from sim.config.exposure import Event
from sim.domain.inputs import Inputs
from sim.inputs.goods import FlightGoods
from sim.measures.checking import Laws
from sim.measures.exposure import flow_rows, ledger_rows, matrix_rows, n_records
from sim.measures.inference import inference_rows
from sim.measures.messages import message_columns
from sim.measures.trade import balance_rows, trade_rows, weekly_imports
from sim.measures.watch import watch_rows
from sim.record.exposure_schemas import EXPOSURE_TABLES
from sim.record.recorder import Recorder
from sim.record.schemas import Table, tabulate


def exposure_tables(
    config: HubConfig, inputs: Inputs, record: Recorder, tables: dict[str, Table], goods: Sequence[FlightGoods]
) -> dict[str, Table]:
    """Empty ones of what is not kept. Inference needs both the ledger and the goods."""
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
        weeks, parcels, value = weekly_imports(config, goods, tables["flights"])
        put("trade", trade_rows(config, weeks, parcels, value, tables["out_ulds"]))
        put("trade_balance", balance_rows(config, made["trade"]))
        if exposure.is_on:
            put("inference", inference_rows(exposure, parcels.sum(axis=-1), value.sum(axis=-1)))
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
        came = flights["is_cohort"] & ~flights["is_diverted"]
        imports = tables["trade"]["n_parcels"][~tables["trade"]["is_export"]].sum()
        yield "parcels of goods = parcels of flights that came", int(imports) == int(flights["n_parcels"][came].sum())
