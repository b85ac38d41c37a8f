"""The table of customs: what becomes of a flight's parcels, messages, and the outcomes of controls."""

from typing import Final

from sim.domain.columns import TableSchema, number, time

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
        number("n_before_landing", "nothing was left to be decided when the flight landed"),
        number("n_opened", "examined at a desk, after an alarm too, or waiting for it"),
        number("n_hits", "not as declared, found or not"),
        number("n_detected", "of them, found"),
        number("n_false_alarms", "of what is opened, as declared"),
        number("n_returned", "refused and sent back; the other refused ones are destroyed"),
        number("n_documents", "document checks"),
        number("n_referrals", "pre-loading data that were asked back before loading"),
        number("n_left_behind", "not loaded because pre-loading data are missing, beside those that flew"),
        number("n_repeated", "of its entry summary, presentation and release, those late or sent again"),
        number("n_h7", "declarations for low value"),
        number("n_h1", "standard declarations"),
        number("n_late", "declarations that came late"),
        number("n_rejected", "declarations rejected, corrected and lodged again"),
        number("n_elsewhere", "under a transit declaration"),
        number("value_eur", "declared", "float64", "EUR"),
        number("guarantee_eur", "for what leaves in transit", "float64", "EUR"),
        time("entered", "the entry summary is analysed; may be before the first midnight"),
        time("presented", "the goods are presented to customs, which activates what was lodged"),
    ),
    ("flight",),
)
