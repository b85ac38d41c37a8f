"""Customs' part of the tables: states, messages, selection and its outcomes."""

from sim.domain.consignments import CustomsCounts
from sim.domain.parcels import Channel
from sim.record.recorder import Columns, CustomsRow, Recorder
from sim.units import CENTS_PER_EUR, NEVER

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
