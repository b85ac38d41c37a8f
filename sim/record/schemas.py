"""Every output table: its columns with dtype, unit and meaning. Instants are minutes after the first midnight."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.domain.columns import Column, Pieced, Table, TableSchema, flag, number, text, time
from sim.domain.consignments import CustomsCounts
from sim.domain.entities import ChuteCount, Connection, Load, ParcelStamps, Shuttle, Train, Truck, Uld, Visit
from sim.domain.export_entities import OutLoad, OutParcelStamps, OutTrain, OutUld, Pickup
from sim.domain.fields import columns_of, extended, schema_of
from sim.domain.parcels import Channel
from sim.record.exposure_schemas import EXPOSURE_TABLES
from sim.record.recorder import EXPORT_STAGES, STAGES
from sim.units import minutes

__all__ = ["TABLES", "Column", "Table", "TableSchema", "tabulate"]

_FLIGHT = number("flight", "number of the flight, by drawn arrival")
_STAGE = text("stage", f"of imports {', '.join(STAGES)}; of exports {', '.join(EXPORT_STAGES)}")

CUSTOMS_TABLE: Final = TableSchema.of(
    "customs",
    "one row a flight that landed: its parcels by customs state, then messages, controls and outcomes; of these only"
    " n_before_landing, n_opened and n_documents are known where nothing is declared",
    _FLIGHT,
    number("n_released", "free to pass when scanned"),
    number("n_late_data", "held until their data are there"),
    number("n_document_check", "held until their documents are checked"),
    number("n_examined", "to be examined at a desk"),
    number("n_xrayed", "X-rayed one by one"),
    number("n_transit", "cleared elsewhere, but for those that are X-rayed or examined here"),
    *columns_of(CustomsCounts),
    number("value_eur", "declared", "float64", "EUR"),
    number("guarantee_eur", "for what leaves in transit", "float64", "EUR"),
    sort="flight",
)

EXPORT_TABLES: Final = (
    extended(
        Pickup,
        number("n_departed", "of its parcels, off-block before the end of the run"),
        number("n_on_time", "of them, within exports.service_h of the timetabled instant"),
    ),
    extended(OutUld, text("lane_name", "its destination")),
    extended(OutLoad, time("departed", "of the ULD")),
    schema_of(OutTrain),
    TableSchema.of(
        "out_parcels",
        "timestamps of the parcels of chosen collections",
        number("collection", "number of the collection"),
        number("row", "in it"),
        *columns_of(OutParcelStamps),
        sort="collection row",
    ),
)

MACHINE, CHUTE, LANE, EXPORT_LANE, SCREENING = "machine", "chute", "lane", "export_lane", "screening"
PLACES: Final = (MACHINE, CHUTE, LANE, EXPORT_LANE, SCREENING)

FLOW_TABLES: Final = (
    TableSchema.of(
        "flows",
        "units that come to a place and leave it in an interval, where there are any; empty where record.flow_min is 0",
        text("place", f"kind of place: {', '.join(PLACES)}"),
        number("hall", "that it is in"),
        number("number", "of its kind in its hall; chutes machine by machine, those that lead to a machine again last"),
        number("machine", "that it is or belongs to, in its hall; -1: none"),
        number("route", "that it belongs to; -1: none"),
        time("time", "end of the interval"),
        number("n_came", "units that came"),
        number(
            "n_left",
            "units that left: a lane on trucks, at cut-off, and on shuttles; an export lane onto ULDs",
        ),
        sort="place hall number time",
    ),
    TableSchema.of(
        "manning",
        "posts of a kind that are manned from an instant on, and inductions of a machine that work",
        text("kind", "of post; inductions: those that work, 0 in an outage"),
        number("hall", "whose posts they are; -1: the apron's"),
        number("machine", "in its hall; -1: none"),
        time("since", "from when on, until the next row"),
        number("n_posts", "how many"),
        sort="kind hall machine since",
    ),
)

_ALL: Final = (
    extended(
        Visit,
        time("cleared", "95 % of its parcels gone"),
        number("n_departed", "parcels that left, by truck or by air, before the end of the run"),
        number("n_on_time", "of them, within service_h of the drawn arrival"),
        number("n_refused", "parcels that customs took away"),
    ),
    schema_of(Uld),
    schema_of(Train),
    schema_of(Shuttle),
    extended(Truck, text("route_name", "its name")),
    extended(Load, time("departed", "of the truck, or of the flight that takes the ULD")),
    extended(
        ChuteCount,
        text("route_name", "of its route"),
        number("posts_of_chute", "its posts; 0: packers go from chute to chute"),
        number("fullest_parcels", "parcels in those units", "int64"),
    ),
    extended(
        Connection,
        text("to", "its destination"),
        number(
            "planned",
            "number of the flight that they connect to: the first that leaves late enough with room; -1: none",
        ),
        number("minimum_min", "that the connection takes at least", "float64", "min"),
        number("n_made", "of them, taken by that flight, or one before it"),
        number("n_late_inbound", "of them, missed it: in block less than the minimum before it was to leave"),
        number("n_sorting", "of them, missed it otherwise: not in their lane at its cut-off"),
        number("n_build_up", "of them, missed it otherwise: their ULD was not built when it took its load"),
        number("n_no_capacity", "of them, missed it otherwise: it had no room, or did not come"),
        number("n_open", "of them, neither taken nor missed when the run ends"),
    ),
    TableSchema.of(
        "destinations",
        "one row a lane: the cohort's parcels at its sorting centre; a pool's by the lanes' shares of it",
        number("order", "as configured"),
        text("lane", "its name"),
        text("route_name", "of its trucks"),
        number("drive_h", "on the road", "float64", "h"),
        number("journey_h", "with breaks, rests and change of trailers", "float64", "h"),
        number("n_parcels", "for it, those still inside and diverted included", "float64", "parcels"),
        number("n_departed", "of them, left before the end of the run", "float64", "parcels"),
        number("n_in_time", "of them, there by the promised day's cut-off", "float64", "parcels"),
        number("mean_h", "drawn arrival until there, of what left; NaN of nothing", "float64", "h"),
        number("in_time_share", "n_in_time / n_parcels", "float64"),
        sort="order",
    ),
    TableSchema.of(
        "halls",
        "one row a hall: what it does in the measured days, from its opening on",
        number("hall", "its number"),
        text("name", "as configured"),
        number("area_m2", "its area", "float64", "m2"),
        Column("opens", "float64", "min", "from the first midnight of start_date"),
        number("ulds_per_day", "broken down", "float64", "1/d"),
        number("parcels_per_day", "broken down", "float64", "parcels/d"),
        number("sent_per_day", "taken by shuttles to other halls", "float64", "parcels/d"),
        number("received_per_day", "come by shuttle from other halls", "float64", "parcels/d"),
        number("trucks_per_day", "departed", "float64", "trucks/d"),
        number("departed_per_day", "on them", "float64", "parcels/d"),
        number("stations_share", "of its break-down stations' time in use", "float64"),
        number("floor_mean_share", "of its floor in use, mean", "float64"),
        number("floor_peak_share", "of its floor in use, highest at the end of an interval", "float64"),
        sort="hall",
    ),
    TableSchema.of(
        "demand_curves",
        "what work wants of each role and piece of equipment, by hour of the week, as counted at the ends of intervals",
        number("order", "of the curves"),
        text("name", "all_people (of all roles together), role or equipment"),
        flag("is_role", "people; else equipment"),
        text("unit", "what is counted"),
        number("hour", "of the week, local; 0: Monday's first", unit="h"),
        number("wanted_mean", "in use, and as much again as what waits would use, mean", "float64", "unit"),
        number("wanted_highest", "likewise, highest", "float64", "unit"),
        number("in_use_mean", "in use, mean", "float64", "unit"),
        number("in_use_highest", "in use, highest", "float64", "unit"),
        number("there_mean", "people on the roster, or units, mean", "float64", "unit"),
        sort="order hour",
    ),
    TableSchema.of(
        "disruptions",
        "one row a disruption with a beginning and an end; also a closure or outage that was drawn, and a night",
        text("name", "as configured"),
        text("kind", "as configured"),
        time("start", "begins"),
        time("end", "is over"),
        flag("is_drawn", "at random: recovery does not count from its end"),
        sort="start name end",
    ),
    TableSchema.of(
        "stages",
        "stays of parcels in a stage that began in the measured days, by the minute",
        _STAGE,
        number("minute", "whole minutes of the stay; the last counts all longer ones"),
        number("n_parcels", "parcels", "int64"),
        sort="stage minute",
    ),
    TableSchema.of(
        "occupancy",
        "what is in a zone at the end of each interval",
        text("zone", "zone or resource"),
        time("time", "end of the interval"),
        number("inside", "units inside", "int64"),
        number("limit", "units that it takes; -1: no limit", "int64"),
        text("unit", "what is counted"),
        sort="zone time",
    ),
    TableSchema.of(
        "recovery",
        "backlog with and without disruptions in a longer run of the same replication; empty where the run itself"
        " shows that the hub has recovered",
        time("time", "end of the interval"),
        number("backlog_disturbed", "parcels that have come and neither left nor were turned away", "int64"),
        number("backlog_undisturbed", "the same without disruptions", "int64"),
        number("backlog_band_low", "lower end of the band around that", "int64"),
        number("backlog_band_high", "upper end of the band", "int64"),
        sort="time",
    ),
    TableSchema.of(
        "parcels",
        "timestamps of the parcels of chosen flights, or of their bags or whole ULDs",
        _FLIGHT,
        number("row", "in its flight"),
        number("n_parcels", "one, or those of a bag or whole ULD"),
        number("uld", "in its flight"),
        text("lane", "its destination"),
        number("route", "number of its route"),
        number("mass_g", "of it, or of the unit", unit="g"),
        number("volume_cm3", "of it, or of the unit", unit="cm3"),
        text("channel", f"of customs: {', '.join(channel.name.lower() for channel in Channel)}"),
        flag("is_no_read", "has a label that no machine reads: coded at a desk where a machine sorts it"),
        flag("is_non_conveyable", "sorted by hand"),
        *columns_of(ParcelStamps),
        sort="flight row",
    ),
)

TABLES: Final[dict[str, TableSchema]] = {
    schema.name: schema for schema in (*_ALL, CUSTOMS_TABLE, *EXPORT_TABLES, *EXPOSURE_TABLES, *FLOW_TABLES)
}


Columns = Mapping[str, Sequence[Any] | NDArray[Any]]


def in_order(name: str, rows: Iterable[Sequence[Any]]) -> dict[str, list[Any]]:
    """Columns of rows whose values are in the order of the columns of a table."""
    names = [column.name for column in TABLES[name].columns]
    values = [*zip(*rows, strict=True)] or [()] * len(names)
    return {name: list(column) for name, column in zip(names, values, strict=True)}


def tabulate(name: str, columns: Columns) -> Table:
    """Columns in ticks as a table of its schema."""
    if isinstance(columns, Pieced):
        return Pieced(columns, partial(_pieces, name, columns))
    return {column.name: as_column(column, columns.get(column.name, [])) for column in TABLES[name].columns}


def _pieces(table: str, columns: Pieced, name: str) -> Iterator[NDArray[Any]]:
    (column,) = (column for column in TABLES[table].columns if column.name == name)
    yield from (as_column(column, values) for values in columns.pieces_of(name))


def as_column(column: Column, values: ArrayLike) -> NDArray[Any]:
    """Values as the column declares them: ticks in `min` become minutes, NaN for what did not happen."""
    if column.unit == "min":
        return minutes(values)
    return np.asarray(values, dtype=np.str_ if column.dtype == "string" else column.dtype)
