"""The output tables of data and trade: empty where these are not kept."""

from typing import Final

from sim.domain.columns import Column, TableSchema, flag, number, text

_POLICY = text("policy", "on data; none: as the messages are configured")
_FIELD = text("field", "what is told")
_PARTY = text("party", "who can read it: the receiver, or the system's operator")
_CLEAR_DAYS = number("clear_record_days", "of these, days that they are kept in clear", "int64", "d")
_PSEUDONYM_DAYS = number("pseudonym_record_days", "days that they are kept under a pseudonym", "int64", "d")
_WEEK = text("week", "ISO week")
_LANE = text("lane", "destination")


def _eur(name: str, meaning: str) -> Column:
    return number(name, meaning, "float64", "EUR")


EXPOSURE_TABLES: Final = (
    TableSchema.of(
        "messages",
        "messages sent, by day, over the whole run",
        text("message", "as configured"),
        number("day", "on which it is sent, from the first midnight; negative: before it", unit="d"),
        number("n_sent", "messages, whatever the number of their receivers", "int64"),
        flag("is_measured", "of what happened in the measured days, whenever it is told"),
        sort="message day is_measured",
    ),
    TableSchema.of(
        "exposure",
        "the ledger under the policy in force, over the whole run: what parties are told, where it is kept",
        _FIELD,
        _PARTY,
        text("system", "where it is kept"),
        number("day", "on which it is sent, from the first midnight", unit="d"),
        number("n_clear", "records that can be read in clear for a day at least", "int64"),
        number("n_pseudonym", "records that are there under a pseudonym only, or not for a day", "int64"),
        _CLEAR_DAYS,
        _PSEUDONYM_DAYS,
        sort="field party system day",
    ),
    TableSchema.of(
        "exposure_matrix",
        "what each party is told of the measured days, under every policy, from this run's messages",
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
        "what goes between jurisdictions of the measured days' messages, under every policy",
        _POLICY,
        text("sender_jurisdiction", "whose law binds the sender"),
        text("location", "where the system stands"),
        text("jurisdiction", "whose authorities may ask there"),
        text("operator_jurisdiction", "whose law binds the system's operator"),
        _FIELD,
        number("n_records", "a copy of a message, each field one", "int64"),
        number("n_readable", "of them, in clear for the system's operator", "int64"),
        sort="policy sender_jurisdiction location jurisdiction operator_jurisdiction field",
    ),
    TableSchema.of(
        "watch",
        "accesses to data of the measured days, under every policy, and how soon those outside it are noticed",
        _POLICY,
        flag("is_in_force", "in this run"),
        text("party", "whose accesses these are"),
        text("field", "that is read"),
        number("n_given", "accesses that the policy gives: each record that can be read in clear, once", "int64"),
        number("n_from_outside_eu", "of these, expected from outside the EU", "float64"),
        number("n_not_given", "expected accesses to what the policy does not give in clear", "float64"),
        number("never_noticed_share", "of accesses outside the policy, while the log is kept", "float64"),
        number("noticed_after_days", "mean, from an access to the audit; its log's days if never", "float64", "d"),
        number("first_noticed_after_days", "mean, from the first day of such accesses", "float64", "d"),
        sort="policy party field",
    ),
    TableSchema.of(
        "inference",
        "how well weekly imports by lane and product group follow from what a party reads in clear: least squares",
        _POLICY,
        text("party", "who estimates"),
        number("n_observations", "weeks x lanes x groups"),
        number("n_regressors", "sums that the party sees; the constant is not counted"),
        number("r2", "share of the volumes' variance that they explain; NaN: the volumes do not vary", "float64"),
        sort="policy party",
    ),
    TableSchema.of(
        "trade",
        "goods of the measured days: imports by arrival, exports by departure; groups of exports are expected ones",
        flag("is_export", "leaves by air"),
        _WEEK,
        _LANE,
        text("product", "product group"),
        number("n_parcels", "parcels", "float64", "parcels"),
        _eur("value_eur", "declared"),
        number("n_dutiable", "of the parcels, above the exemption", "float64", "parcels"),
        _eur("dutiable_eur", "declared of these"),
        _eur("duty_eur", "due"),
        _eur("vat_eur", "due at the destination, on value and duty"),
        sort="is_export week lane product",
    ),
    TableSchema.of(
        "trade_balance",
        "goods a year beside published national deficits: as simulated, and for other shares of exports",
        flag("is_simulated", "this run's own exports; else as the share of goods by mass implies"),
        number("export_share", "of all goods by mass", "float64"),
        text("national_year", "of the published figure"),
        _eur("national_deficit_eur", "published, imports less exports"),
        _eur("imports_eur", "a year"),
        _eur("exports_eur", "a year"),
        _eur("balance_eur", "a year, exports less imports"),
        _eur("domestic_imports_eur", "a year, for domestic lanes"),
        number("deficit_share", "imports less exports, of the national deficit", "float64"),
        number("domestic_share", "domestic imports of the national deficit", "float64"),
        sort="is_simulated export_share national_year",
    ),
)  # fmt: skip
