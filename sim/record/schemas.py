"""Every output table: its columns with dtype, unit and meaning. Instants are minutes after the first midnight."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.domain.parcels import Channel
from sim.record.columns import Column, Table, TableSchema, flag, number, text, time
from sim.record.customs_schemas import CUSTOMS_TABLE
from sim.record.export_schemas import EXPORT_TABLES
from sim.record.exposure_schemas import EXPOSURE_TABLES
from sim.record.recorder import EXPORT_STAGES, STAGES
from sim.units import minutes

__all__ = ["TABLES", "Column", "Table", "TableSchema", "tabulate"]

_FLIGHT = number("flight", "number of the flight, by drawn arrival")
_STAGE = text("stage", f"of imports {', '.join(STAGES)}; of exports {', '.join(EXPORT_STAGES)}")

_ALL: Final = (
    TableSchema(
        "flights",
        "one row a flight",
        (
            number("number", "rank by drawn arrival"),
            text("key", "name"),
            text("aircraft", "type"),
            time("sibt", "scheduled in-block"),
            time("arrival", "drawn arrival: landing if no stand is waited for"),
            time("stand_requested", "asks for a stand; later than arrival: its aircraft was late from its leg before"),
            time("stand_given", "given a stand"),
            time("aldt", "landing; later than stand_given: the runway was closed"),
            time("aibt", "in-block"),
            time("unloading_requested", "doors open, a loader set is asked for"),
            time("unloading_start", "loader set and crew there"),
            time("unloading_end", "last ULD on its train"),
            time("turned_round", "unloaded, loaded, and its turnaround over"),
            time("aobt", "off-block; later than turned_round: the runway was closed"),
            time("stand_free", "its stand is free: off-block, or diverted from a closed runway"),
            time("cleared", "95 % of its parcels gone"),
            number("n_ulds", "ULDs"),
            number("n_parcels", "parcels"),
            number("n_departed", "parcels that left by truck before the end of the run"),
            number("n_on_time", "of them, within service_h of the drawn arrival"),
            number("n_refused", "parcels that customs took away"),
            number("hall", "that its ULDs go to; -1 before"),
            flag("is_cohort", "drawn arrival in the measured days"),
            flag("is_diverted", "held too long and diverted: its parcels count late"),
            flag("is_moved", "scheduled in the night, and moved out of it by a curfew"),
            time("sobt", "scheduled off-block"),
            number("export_lane", "number of the destination that it leaves to; 0 without exports"),
            time("loading_start", "the load is chosen"),
            time("loading_end", "doors closed, crew free"),
            number("n_ulds_out", "ULDs of exports on it"),
            number("n_parcels_out", "parcels of exports on it"),
            number("n_empties_out", "empty ULDs on it"),
            number("n_missed_out", "parcels of exports for its destination, ready or built, that it did not take"),
        ),
        ("number",),
    ),
    TableSchema(
        "ulds",
        "one row a ULD of a flight that landed",
        (
            _FLIGHT,
            number("index", "in its flight"),
            number("deck", "0 main, 1 lower"),
            number("n_parcels", "parcels"),
            number("n_units", "units that is: parcels, bags or whole ULDs"),
            number("hall", "that it goes to; -1 before"),
            time("lifted", "off the aircraft"),
            time("on_train", "on its dolly; later than lifted: the loader was blocked"),
            number("train", "of its flight and deck; -1 before"),
            time("at_door", "at the hall's door"),
            time("placed", "in its ULD position; later than at_door: the tug was blocked"),
            time("checked_in", "its papers are checked; may be called to a station, or to X-ray"),
            flag("is_xrayed", "goes through X-ray as a whole"),
            time("xray_begin", "in the X-ray machine for whole ULDs"),
            time("xray_end", "out of it, may be called to a station"),
            time("start", "break-down begins"),
            time("end", "last parcel handled"),
            time("released", "last parcel inducted, station free; later than end: the station was blocked"),
            number("machine", "that its station feeds; -1 before"),
            number("n_sent", "parcels whose trucks leave from another hall"),
            time("wait_station", "at the head of the queue because no station is free"),
            time("wait_workers", "the same, because workers are missing"),
            time("wait_floor", "the same, because floor is missing"),
        ),
        ("flight", "index"),
    ),
    TableSchema(
        "trains",
        "one row a tug train",
        (
            _FLIGHT,
            number("deck", "0 main, 1 lower"),
            number("train", "of its flight and deck"),
            number("hall", "that it goes to, the first of several"),
            number("n_ulds", "ULDs when it left"),
            time("granted", "at the aircraft"),
            time("left", "from the aircraft"),
            time("at_door", "at the hall's door"),
            time("placed", "its last ULD has a position"),
            time("returned", "free again"),
        ),
        ("flight", "deck", "train"),
    ),
    TableSchema(
        "shuttles",
        "one row a shuttle between halls",
        (
            number("origin", "hall that it leaves"),
            number("destination", "hall that it goes to"),
            number("sequence", "of its way"),
            number("n_parcels", "on it"),
            number("n_units", "units that is: parcels, bags or whole ULDs"),
            time("taken", "takes what is ready"),
            time("departed", "left"),
            time("arrived", "there; its parcels are in their lanes"),
            time("returned", "back and free"),
        ),
        ("origin", "destination", "sequence"),
    ),
    TableSchema(
        "trucks",
        "one row a truck",
        (
            number("hall", "that it leaves from"),
            number("route", "number of the route"),
            text("route_name", "its name"),
            number("kind", "0 timetabled, 1 extra"),
            number("sequence", "of its hall, route and kind"),
            time("scheduled", "timetabled cut-off"),
            time("called", "by the dispatcher"),
            time("arrived", "in the yard, asking for a door"),
            time("docked", "given a door"),
            time("at_door", "ready to load"),
            time("cut_off", "takes what is ready"),
            time("departed", "left"),
            number("n_parcels", "on it"),
            number("n_units", "units that is: parcels, bags or whole ULDs"),
            number("mass", "on it", "int64", "g"),
            number("volume", "on it", "int64", "cm3"),
            number("n_missed", "parcels of its route on the floor at its cut-off that it did not take"),
            number("n_missed_before", "parcels on it that were ready for an earlier timetabled truck and missed it"),
            number("n_sent", "parcels on it that another hall had sent here"),
            number("units_sent", "units that is"),
            flag("is_cancelled", "there was nothing to take"),
        ),
        ("hall", "route", "kind", "sequence"),
    ),
    TableSchema(
        "loads",
        "parcels of a flight on a truck",
        (
            number("hall", "that it leaves from"),
            number("route", "number of the route"),
            number("kind", "0 timetabled, 1 extra"),
            number("sequence", "of its hall, route and kind"),
            _FLIGHT,
            time("departed", "of the truck"),
            number("n_parcels", "of the flight on the truck"),
            number("value", "declared of these; 0 where nothing is declared", "int64", "cent"),
        ),
        ("hall", "route", "kind", "sequence", "flight"),
    ),
    TableSchema(
        "packout",
        "one row a hall with pack-out; a chute is a machine's of a route",
        (
            number("hall", "that it is in"),
            number("posts", "of all its chutes"),
            number("n_units", "that came to its chutes, in the whole run", "int64"),
            number("fullest", "most units in a chute, waiting or being packed, in the measured days", "int64"),
            time("fullest_at", "when that was first"),
            number("machine", "whose chute it was; -1: none"),
            number("route", "that the chute is of; -1: none"),
            text("route_name", "its name"),
            number("posts_of_chute", "its posts; 0: packers go from chute to chute"),
            number("fullest_parcels", "parcels in those units", "int64"),
        ),
        ("hall",),
    ),
    TableSchema(
        "destinations",
        "one row a lane: the cohort's parcels at its sorting centre; a pool's by the lanes' shares of it",
        (
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
        ),
        ("order",),
    ),
    TableSchema(
        "halls",
        "one row a hall: what it does in the measured days, from its opening on",
        (
            number("hall", "its number"),
            text("name", "as configured"),
            number("area_m2", "its area", "float64", "m2"),
            Column("opens", "float64", "minute", "from the first midnight of start_date"),
            number("ulds_per_day", "broken down", "float64", "1/d"),
            number("parcels_per_day", "broken down", "float64", "parcels/d"),
            number("sent_per_day", "taken by shuttles to other halls", "float64", "parcels/d"),
            number("received_per_day", "come by shuttle from other halls", "float64", "parcels/d"),
            number("trucks_per_day", "departed", "float64", "trucks/d"),
            number("departed_per_day", "on them", "float64", "parcels/d"),
            number("stations_share", "of its break-down stations' time in use", "float64"),
            number("floor_mean_share", "of its floor in use, mean", "float64"),
            number("floor_peak_share", "of its floor in use, highest at the end of an interval", "float64"),
        ),
        ("hall",),
    ),
    TableSchema(
        "demand_curves",
        "what work wants of each role and piece of equipment, by hour of the week, as counted at the ends of intervals",
        (
            number("order", "of the curves"),
            text("name", "role or equipment"),
            flag("is_role", "people; else equipment"),
            text("unit", "what is counted"),
            number("hour", "of the week, local; 0: Monday's first", unit="h"),
            number("wanted_mean", "in use, and as much again as what waits would use, mean", "float64", "unit"),
            number("wanted_highest", "likewise, highest", "float64", "unit"),
            number("in_use_mean", "in use, mean", "float64", "unit"),
            number("in_use_highest", "in use, highest", "float64", "unit"),
            number("there_mean", "people on the roster, or units, mean", "float64", "unit"),
        ),
        ("order", "hour"),
    ),
    TableSchema(
        "disruptions",
        "one row a disruption with a beginning and an end; also a closure or outage that was drawn, and a night",
        (
            text("name", "as configured"),
            text("kind", "as configured"),
            time("start", "begins"),
            time("end", "is over"),
            flag("is_drawn", "at random: recovery does not count from its end"),
        ),
        ("start", "name", "end"),
    ),
    TableSchema(
        "stages",
        "stays of parcels in a stage that began in the measured days, by the minute",
        (
            _STAGE,
            number("minute", "whole minutes of the stay; the last counts all longer ones"),
            number("n_parcels", "parcels", "int64"),
        ),
        ("stage", "minute"),
    ),
    TableSchema(
        "occupancy",
        "what is in a zone at the end of each interval",
        (
            text("zone", "zone or resource"),
            time("time", "end of the interval"),
            number("inside", "units inside", "int64"),
            number("limit", "units that it takes; -1: no limit", "int64"),
            text("unit", "what is counted"),
        ),
        ("zone", "time"),
    ),
    TableSchema(
        "recovery",
        "backlog with and without disruptions in a longer run of the same replication; empty where the run itself"
        " shows that the hub has recovered",
        (
            time("time", "end of the interval"),
            number("backlog_disturbed", "parcels that have come and neither left nor were turned away", "int64"),
            number("backlog_undisturbed", "the same without disruptions", "int64"),
            number("backlog_band_low", "lower end of the band around that", "int64"),
            number("backlog_band_high", "upper end of the band", "int64"),
        ),
        ("time",),
    ),
    TableSchema(
        "parcels",
        "timestamps of the parcels of chosen flights, or of their bags or whole ULDs",
        (
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
            time("start", "break-down of its ULD begins"),
            time("handled", "at the machine"),
            time("sort_begin", "inducted, or at a manual-sort post"),
            time("sort_end", "sorted, scanned"),
            time("code_begin", "at a hand-coding desk"),
            time("code_end", "coded"),
            time("held", "in the customs hold zone"),
            time("xray_begin", "at an X-ray lane"),
            time("xray_end", "X-rayed"),
            time("transit_begin", "at a transit desk"),
            time("transit_end", "its transit document is made out"),
            time("exam_begin", "at an examination desk"),
            time("exam_end", "examined"),
            time("freed", "out of the hold zone, at the machine once more"),
            time("second_begin", "inducted for the second pass"),
            time("second_end", "sorted for the second time"),
            time("at_chute", "in the chute of its route"),
            time("pack_begin", "its packing begins, at the chute"),
            number("post", "that packs it, of its ULD's hall, counted chute by chute; -1: none yet, or shared packers"),
            time("sent_ready", "in the lane of the hall that sends it to another"),
            time("sent", "on the shuttle to the hall that its truck leaves from"),
            time("ready", "in its lane"),
            time("cut_off", "on its truck"),
            time("departed", "its truck left"),
            number("truck_hall", "hall that its truck leaves from; -1: not on a truck yet"),
            number("truck_kind", "of its truck: 0 timetabled, 1 extra; -1: not on a truck yet"),
            number("truck_sequence", "of its truck's hall, route and kind; -1: not on a truck yet"),
            flag("is_refused_gone", "refused by customs and taken away"),
        ),
        ("flight", "row"),
    ),
)

TABLES: Final[dict[str, TableSchema]] = {
    schema.name: schema for schema in (*_ALL, CUSTOMS_TABLE, *EXPORT_TABLES, *EXPOSURE_TABLES)
}


def tabulate(name: str, columns: Mapping[str, Sequence[Any] | NDArray[Any]]) -> Table:
    """Columns in ticks as a table of its schema."""
    return {column.name: as_column(column, columns.get(column.name, [])) for column in TABLES[name].columns}


def as_column(column: Column, values: Any) -> NDArray[Any]:  # noqa: ANN401 - whatever numpy takes
    """Values as the column declares them: ticks in `min` become minutes, NaN for what did not happen."""
    if column.unit == "min":
        return minutes(values)
    return np.asarray(values, dtype=np.str_ if column.dtype == "string" else column.dtype)
