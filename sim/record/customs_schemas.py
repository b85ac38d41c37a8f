"""The table of customs: what becomes of a flight's parcels, messages, and the outcomes of controls."""

from typing import Final

from sim.domain.columns import TableSchema, number
from sim.domain.consignments import CustomsCounts
from sim.domain.fields import columns_of

CUSTOMS_TABLE: Final = TableSchema(
    "customs",
    "one row a flight that landed: its parcels by customs state, then messages, controls and outcomes; of these only"
    " n_before_landing, n_opened and n_documents are known where nothing is declared",
    (
        number("flight", "number of the flight, by drawn arrival"),
        number("n_released", "free to pass when scanned"),
        number("n_late_data", "held until their data are there"),
        number("n_document_check", "held until their documents are checked"),
        number("n_examined", "to be examined at a desk"),
        number("n_xrayed", "X-rayed one by one"),
        number("n_transit", "cleared elsewhere, but for those that are X-rayed or examined here"),
        *columns_of(CustomsCounts),
        number("value_eur", "declared", "float64", "EUR"),
        number("guarantee_eur", "for what leaves in transit", "float64", "EUR"),
    ),
    ("flight",),
)
