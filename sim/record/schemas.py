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
_STAGE = text(
    "stage",
    f"of imports {', '.join(STAGES)}; of exports {', '.join(EXPORT_STAGES)}; coding and sorting by hand, and the hold"
    " of whole ULDs, include the path to the lane",
)

CUSTOMS_TABLE: Final = TableSchema.of(
    "customs",
    "one row per flight that landed: its parcels by customs state, then messages, controls and outcomes; without"
    " declarations, of these only n_before_landing, n_opened and n_documents are known",
    _FLIGHT,
    number("n_released", "parcels that are free before any could be scanned"),
    number("n_late_data", "parcels released some time after the drawn arrival; held if scanned before"),
    number("n_document_check", "parcels whose documents are checked; held if scanned before the answer"),
    number("n_examined", "parcels to be examined at a desk"),
    number("n_xrayed", "parcels X-rayed one by one"),
    number("n_transit", "parcels cleared elsewhere, except those that are X-rayed or examined here"),
    *columns_of(CustomsCounts),
    number("value_eur", "declared value", "float64", "EUR"),
    number("guarantee_eur", "guarantee for parcels under a transit declaration", "float64", "EUR"),
    sort="flight",
)

EXPORT_TABLES: Final = (
    extended(
        Pickup,
        number("n_departed", "its parcels that were off-block before the end of the run"),
        number("n_on_time", "of these, off-block within exports.service_h of the timetabled instant"),
    ),
    extended(OutUld, text("lane_name", "its destination")),
    extended(OutLoad, time("departed", "departure of the ULD")),
    schema_of(OutTrain),
    TableSchema.of(
        "out_parcels",
        "timestamps of the parcels of chosen collections",
        number("collection", "number of the collection"),
        number("row", "number of the parcel in its collection"),
        text("lane", "its destination"),
        number("mass_g", "mass", unit="g"),
        number("volume_cm3", "volume", unit="cm3"),
        flag("is_no_read", "no machine can read its label: coded at a desk; false of presorted ones"),
        flag("is_non_conveyable", "sorted by hand; false of presorted ones"),
        *columns_of(OutParcelStamps),
        sort="collection row",
    ),
)

MACHINE, CHUTE, LANE, EXPORT_LANE, SCREENING = "machine", "chute", "lane", "export_lane", "screening"
PLACES: Final = (MACHINE, CHUTE, LANE, EXPORT_LANE, SCREENING)

FLOW_TABLES: Final = (
    TableSchema.of(
        "flows",
        "units that arrive at a place and leave it in an interval, if any; empty if record.flow_min is 0",
        text("place", f"kind of place: {', '.join(PLACES)}"),
        number("hall", "number of the hall"),
        number(
            "number", "number of the place, by kind and hall; chutes machine by machine, those to a second machine last"
        ),
        number("machine", "machine that the place is or belongs to, in its hall; -1: none"),
        number("route", "route that the place belongs to; -1: none"),
        time("time", "end of the interval"),
        number("n_came", "units that arrived"),
        number(
            "n_left",
            "units that left: from a lane on trucks (at cut-off), shuttles and ULDs, from an export lane onto ULDs",
        ),
        sort="place hall number time",
    ),
    TableSchema.of(
        "manning",
        "number of manned posts by kind, and of working inductions of a machine, from an instant on",
        text("kind", "kind of post; inductions: those that work, 0 in an outage"),
        number("hall", "number of the hall; -1: the apron"),
        number("machine", "number of the machine in its hall; -1: none"),
        time("since", "instant from which the number holds, until the next row"),
        number("n_posts", "number of posts or inductions"),
        sort="kind hall machine since",
    ),
)

_ALL: Final = (
    extended(
        Visit,
        time("cleared", "95 % of its parcels have left, by truck, by air or with customs"),
        number("n_departed", "parcels that left, by truck or by air, before the end of the run"),
        number("n_on_time", "of these, within service_h of the drawn arrival"),
        number("n_refused", "parcels that customs took away"),
    ),
    schema_of(Uld),
    schema_of(Train),
    schema_of(Shuttle),
    extended(Truck, text("route_name", "name of the route")),
    extended(Load, time("departed", "departure of the truck, or of the flight that takes the ULD")),
    extended(
        ChuteCount,
        text("route_name", "name of its route"),
        number("posts_of_chute", "posts of this chute; 0: packers move from chute to chute"),
        number("fullest_parcels", "parcels in the units of `fullest`", "int64"),
    ),
    extended(
        Connection,
        text("to", "destination by air"),
        number(
            "planned",
            "number of the flight that they connect to: the first with room that leaves late enough; -1: none",
        ),
        number("minimum_min", "minimum connection time", "float64", "min"),
        number("n_made", "parcels taken by that flight, or by an earlier one"),
        number("n_late_inbound", "parcels that missed it: in block less than the minimum before its planned departure"),
        number("n_sorting", "parcels that missed it otherwise: not in their lane at its cut-off"),
        number("n_build_up", "parcels that missed it otherwise: their ULD was not built when it took its load"),
        number("n_no_capacity", "parcels that missed it otherwise: it had no room, or did not arrive"),
        number("n_open", "parcels that have neither been taken nor missed it when the run ends"),
    ),
    TableSchema.of(
        "destinations",
        "one row per lane by truck: the cohort's parcels at its sorting centre; lanes with a common route, and parcels"
        " that have not left, by the lanes' shares",
        number("order", "order in the configuration"),
        text("lane", "name of the lane"),
        text("route_name", "route of its trucks"),
        number("drive_h", "driving time", "float64", "h"),
        number("journey_h", "driving time with breaks, rests and change of trailers", "float64", "h"),
        number(
            "n_parcels", "parcels for this lane, including diverted ones and those still inside", "float64", "parcels"
        ),
        number("n_departed", "of these, left before the end of the run", "float64", "parcels"),
        number("n_in_time", "of these, at the sorting centre by the promised day's cut-off", "float64", "parcels"),
        number(
            "mean_h",
            "mean time from drawn arrival to the sorting centre, of those that left; NaN if none",
            "float64",
            "h",
        ),
        number("in_time_share", "n_in_time / n_parcels", "float64"),
        sort="order",
    ),
    TableSchema.of(
        "halls",
        "one row per hall: its work in the measured days, from its opening on",
        number("hall", "number of the hall"),
        text("name", "name in the configuration"),
        number("area_m2", "area of the hall", "float64", "m2"),
        Column("opens", "float64", "min", "opening, from the first midnight of start_date"),
        number("ulds_per_day", "ULDs broken down", "float64", "1/d"),
        number("parcels_per_day", "parcels broken down", "float64", "parcels/d"),
        number("sent_per_day", "parcels taken to other halls by shuttle", "float64", "parcels/d"),
        number("received_per_day", "parcels that came from other halls by shuttle", "float64", "parcels/d"),
        number("trucks_per_day", "trucks that left", "float64", "trucks/d"),
        number("departed_per_day", "parcels on these trucks", "float64", "parcels/d"),
        number("stations_share", "share of its break-down stations' time in use", "float64"),
        number(
            "floor_mean_share",
            "mean share of its floor in use; by parcels from other halls, from their arrival on",
            "float64",
        ),
        number("floor_peak_share", "highest share of its floor in use at the end of an interval", "float64"),
        sort="hall",
    ),
    TableSchema.of(
        "demand_curves",
        "people and equipment needed, by hour of the week, from the means of intervals",
        number("order", "order of the curves"),
        text("name", "role, equipment, or all_people (all roles together)"),
        flag("is_role", "true: people; false: equipment"),
        text("unit", "unit of the curve"),
        number("hour", "hour of the week, local; 0: Monday's first", unit="h"),
        number(
            "wanted_mean",
            "mean number in use plus the number that waiting work would use; where parcels are served one by one, the "
            "number that would keep pace with what comes",
            "float64",
            "unit",
        ),
        number("wanted_highest", "highest mean of an interval: the same number", "float64", "unit"),
        number("in_use_mean", "mean number in use", "float64", "unit"),
        number("in_use_highest", "highest mean of an interval: number in use", "float64", "unit"),
        number("there_mean", "mean number of people on the roster, or of units", "float64", "unit"),
        sort="order hour",
    ),
    TableSchema.of(
        "disruptions",
        "one row per disruption; also for each drawn closure, each failure of a loader set or tug, and each night",
        text("name", "name in the configuration"),
        text("kind", "kind of disruption"),
        time("start", "begin"),
        time("end", "end"),
        flag("is_drawn", "drawn at random: recovery does not count from its end"),
        sort="start name end",
    ),
    TableSchema.of(
        "stages",
        "stays of parcels in a stage, by whole minutes; of stays that began in the measured days",
        _STAGE,
        number("minute", "whole minutes of the stay; the last value includes all longer stays"),
        number("n_parcels", "number of parcels", "int64"),
        sort="stage minute",
    ),
    TableSchema.of(
        "occupancy",
        "contents of each zone just before the end of each interval",
        text(
            "zone",
            "zone or resource; sorting, handcoding, manual_sort and packout count imports; coding and sorting by hand,"
            " and the hold of whole ULDs, include the path to the lane",
        ),
        time("time", "end of the interval"),
        number("inside", "units inside", "int64"),
        number("limit", "units that fit in the halls that are open; -1: no limit", "int64"),
        text("unit", "kind of unit"),
        sort="zone time",
    ),
    TableSchema.of(
        "recovery",
        "backlog with and without disruptions in a longer run of the same replication; empty if the run itself shows"
        " that the hub has recovered",
        time("time", "end of the interval"),
        number("backlog_disturbed", "parcels that have arrived, and have neither left nor been diverted", "int64"),
        number("backlog_undisturbed", "backlog without disruptions", "int64"),
        number("backlog_band_low", "lower end of the band around the backlog without disruptions", "int64"),
        number("backlog_band_high", "upper end of the band", "int64"),
        sort="time",
    ),
    TableSchema.of(
        "parcels",
        "timestamps of the parcels of chosen flights, or of their bags or whole ULDs",
        _FLIGHT,
        number("row", "number of the parcel in its flight"),
        number("n_parcels", "1, or the number of parcels in a bag or whole ULD"),
        number("uld", "number of its ULD in its flight"),
        text("lane", "its destination"),
        number("route", "number of its route"),
        number("mass_g", "mass of the parcel, bag or ULD", unit="g"),
        number("volume_cm3", "volume of the parcel, bag or ULD", unit="cm3"),
        text("channel", f"customs channel: {', '.join(channel.name.lower() for channel in Channel)}"),
        flag("is_no_read", "no machine can read its label: coded at a desk if a machine sorts it"),
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
    """Values as the column declares them: ticks in `min` become minutes, with NaN for instants that never happened."""
    if column.unit == "min":
        return minutes(values)
    return np.asarray(values, dtype=np.str_ if column.dtype == "string" else column.dtype)
