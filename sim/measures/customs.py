"""Customs' part of the tables and of the KPIs: states, messages, selection and its outcomes."""

import numpy as np

from sim.config import HubConfig
from sim.domain.consignments import CustomsCounts
from sim.domain.inputs import Inputs
from sim.domain.parcels import Channel
from sim.measures.kpis import CUSTOMS_RESOURCES
from sim.measures.staff import desk_hours, paid_hours
from sim.measures.window import Window, full_share, of_zone
from sim.record.recorder import Columns, CustomsRow, Recorder
from sim.record.schemas import Table
from sim.units import CENTS_PER_EUR, MIN_PER_H, NEVER, TICKS_PER_H

_DESKS = ("customs", "xray", "transit")
"""The roles at them."""
_BY_CHANNEL = {
    "n_before_landing": Channel.RELEASED,
    "n_opened": Channel.EXAMINED,
    "n_documents": Channel.DOCUMENT_CHECK,
}
_INSTANTS = ("entered", "presented")


def customs_columns(record: Recorder) -> Columns:
    """One row a flight that landed."""
    rows = sorted(record.customs, key=lambda row: row.flight)
    columns: Columns = {"flight": [row.flight for row in rows]}
    for channel in Channel:
        columns[f"n_{channel.name.lower()}"] = [row.by_channel[channel] for row in rows]
    for name in CustomsCounts.__dataclass_fields__:
        columns[name] = [getattr(row.counts, name) if row.counts else _undeclared(name, row) for row in rows]
    for name in ("value", "guarantee"):
        columns[f"{name}_eur"] = [cents / CENTS_PER_EUR for cents in columns.pop(name)]
    return columns


def _undeclared(name: str, row: CustomsRow) -> int:
    """What the channels say where nothing is declared."""
    if name in _BY_CHANNEL:
        return row.by_channel[_BY_CHANNEL[name]]
    return NEVER if name in _INSTANTS else 0


def customs_kpis(config: HubConfig, record: Recorder, tables: dict[str, Table], window: Window) -> dict[str, float]:
    """Of the cohort's flights that landed; stays, officers and the cage in the measured days."""
    flights, customs, occupancy = (tables[name] for name in ("flights", "customs", "occupancy"))
    mine = flights["is_cohort"][customs["flight"]]

    def total(name: str) -> float:
        return float(customs[name][mine].sum())

    n = float(flights["n_parcels"][customs["flight"]][mine].sum())
    hits, held = total("n_hits"), record.stages["customs_hold"]
    zone = of_zone(occupancy, "customs_hold", window)
    filled = occupancy["inside"][zone] / np.maximum(occupancy["limit"][zone], 1)
    busy = sum(control_hours(record, tables, window).values())
    declared = config.customs.declared
    read_h = total("n_documents") * declared.documents_min / MIN_PER_H if declared else 0.0
    return {
        "release_before_landing_share": total("n_before_landing") / n if n else 1.0,
        "customs_hold_mean_h": held.stay_time / held.n_stays / TICKS_PER_H if held.n_stays else 0.0,
        "examined_share": total("n_opened") / n if n else 0.0,
        "xrayed_share": total("n_xrayed") / n if n else 0.0,
        "transit_share": total("n_transit") / n if n else 0.0,
        "detection_share": total("n_detected") / hits if hits else 0.0,
        "detections_per_day": total("n_detected") / window.days,
        "officer_h_per_day": (busy + read_h) / window.days,
        "cage_peak_share": float(filled.max(initial=0.0)),
        "transit_guarantee_eur": total("guarantee_eur") / window.days * (declared.transit_days if declared else 0),
    }


def control_hours(record: Recorder, tables: dict[str, Table], window: Window) -> dict[str, float]:
    """Hours worked at controls in the measured days, by role."""
    ulds = tables["ulds"]
    return {
        **{role: desk_hours(record, role) for role in _DESKS},
        "uld_xray": window.hours(ulds["xray_begin"], ulds["xray_end"]),
    }


_MANNED_BY = {"customs_desks": "customs", "xray_lanes": "xray", "transit_desks": "transit", "uld_xrays": "uld_xray"}


def customs_utilisation(
    inputs: Inputs, record: Recorder, tables: dict[str, Table], worked: dict[str, float], window: Window
) -> dict[str, float]:
    """Of what people man the share in use of the time paid; `worked`: hours by role."""
    shares = {"customs_hold": full_share(tables["occupancy"], "customs_hold", window)}
    for resource, role in _MANNED_BY.items():
        paid = paid_hours(inputs, record, role)
        shares[resource] = worked[role] / paid if paid else 0.0
    return {f"utilisation_{name}": shares[name] for name in CUSTOMS_RESOURCES}
