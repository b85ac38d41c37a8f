"""The output tables of data and trade, which are empty if data and trade are off."""

from typing import Final

from sim.domain.columns import Column, TableSchema, flag, number, text

_POLICY = text("policy", "policy on data; none: messages as configured")
_FIELD = text("field", "field of data")
_PARTY = text("party", "party that can read it: the receiver, or the system's operator")
_CLEAR_DAYS = number("clear_record_days", "records times their days in clear", "int64", "d")
_PSEUDONYM_DAYS = number("pseudonym_record_days", "records times their days under a pseudonym", "int64", "d")
_WEEK = text("week", "ISO week")
_LANE = text("lane", "destination")


def _eur(name: str, meaning: str) -> Column:
    return number(name, meaning, "float64", "EUR")


EXPOSURE_TABLES: Final = (
    TableSchema.of(
        "messages",
        "messages sent by day, over the whole run",
        text("message", "name of the message"),
        number("day", "day of sending, from the first midnight; negative: before it", unit="d"),
        number("n_sent", "number of messages; several receivers count once", "int64"),
        flag("is_measured", "about events in the measured days, even if sent on another day"),
        sort="message day is_measured",
    ),
    TableSchema.of(
        "exposure",
        "the ledger under the policy in force, over the whole run: the data that parties receive, and where it is kept",
        _FIELD,
        _PARTY,
        text("system", "system that keeps it"),
        number("day", "day of sending, from the first midnight", unit="d"),
        number("n_clear", "records that can be read in clear for at least a day", "int64"),
        number("n_pseudonym", "records kept under a pseudonym only, or in clear for less than a day", "int64"),
        _CLEAR_DAYS,
        _PSEUDONYM_DAYS,
        sort="field party system day",
    ),
    TableSchema.of(
        "exposure_matrix",
        "data that each party receives about the measured days, under every policy, from this run's messages",
        _POLICY,
        flag("is_in_force", "in this run"),
        _PARTY,
        _FIELD,
        number("n_clear", "records that can be read in clear", "int64"),
        _CLEAR_DAYS,
        _PSEUDONYM_DAYS,
        sort="policy party field",
    ),
    TableSchema.of(
        "data_flows",
        "data that the measured days' messages carry between jurisdictions, under every policy",
        _POLICY,
        text("sender_jurisdiction", "jurisdiction of the sender"),
        text("location", "location of the system"),
        text("jurisdiction", "jurisdiction whose authorities may request data there"),
        text("operator_jurisdiction", "jurisdiction of the system's operator"),
        _FIELD,
        number("n_records", "records: one for each field of each copy of a message", "int64"),
        number("n_readable", "of these, readable in clear for the system's operator", "int64"),
        sort="policy sender_jurisdiction location jurisdiction operator_jurisdiction field",
    ),
    TableSchema.of(
        "watch",
        "accesses to data of the measured days, under every policy, and how soon those outside the policy are noticed",
        _POLICY,
        flag("is_in_force", "in this run"),
        text("party", "party that accesses data"),
        text("field", "field that it reads"),
        number("n_given", "accesses that the policy allows: each record that can be read in clear, once", "int64"),
        number("n_from_outside_eu", "of these, the expected number from outside the EU", "float64"),
        number("n_not_given", "expected accesses to data that the policy does not give in clear", "float64"),
        number("never_noticed_share", "share of accesses outside the policy never noticed in the log", "float64"),
        number("noticed_after_days", "mean, from an access to its notice; the log's days if never", "float64", "d"),
        number("first_noticed_after_days", "mean, from the first such day to the first notice", "float64", "d"),
        sort="policy party field",
    ),
    TableSchema.of(
        "inference",
        "how well data that a party reads in clear explain weekly imports by lane and product group (least squares)",
        _POLICY,
        text("party", "party that estimates"),
        number("n_observations", "number of observations: weeks x lanes x groups"),
        number("n_regressors", "number of sums that the party sees, without the constant"),
        number("r2", "share of the volumes' variance that these explain; NaN: the volumes do not vary", "float64"),
        sort="policy party",
    ),
    TableSchema.of(
        "trade",
        "goods of the measured days: imports by arrival, exports by departure; groups of exports are expected values",
        flag("is_export", "leaves by air"),
        _WEEK,
        _LANE,
        text("product", "product group"),
        number("n_parcels", "number of parcels", "float64", "parcels"),
        number("n_items", "items of imports: lines of goods with one tariff heading each", "float64"),
        _eur("value_eur", "declared value"),
        number("n_dutiable", "of these, parcels above the exemption", "float64", "parcels"),
        _eur("dutiable_eur", "declared value of parcels above the exemption"),
        _eur("duty_eur", "duty due"),
        _eur("vat_eur", "VAT due at the destination, on value and duty"),
        sort="is_export week lane product",
    ),
    TableSchema.of(
        "trade_balance",
        "goods a year compared with published national deficits: as simulated, and for other shares of exports",
        flag("is_simulated", "true: this run's own exports; false: as the share of goods by mass implies"),
        number("export_share", "share of exports in all goods, by mass; as configured for this run's own", "float64"),
        text("national_year", "year of the published figure"),
        _eur("national_deficit_eur", "published deficit, imports minus exports"),
        _eur("imports_eur", "imports a year"),
        _eur("exports_eur", "exports a year"),
        _eur("balance_eur", "exports minus imports, a year"),
        _eur("domestic_imports_eur", "imports a year for domestic lanes"),
        number("deficit_share", "imports minus exports, over the national deficit", "float64"),
        number("domestic_share", "domestic imports over the national deficit", "float64"),
        sort="is_simulated export_share national_year",
    ),
)  # fmt: skip
