"""Every output table: its columns with dtype, unit and meaning. Instants are minutes after the first midnight."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.units import minutes

Table = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    dtype: str
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class TableSchema:
    name: str
    meaning: str
    columns: tuple[Column, ...]
    sort: tuple[str, ...]


def _time(name: str, meaning: str) -> Column:
    return Column(name, "float64", "min", meaning)


def _number(name: str, meaning: str, dtype: str = "int32", unit: str = "1") -> Column:
    return Column(name, dtype, unit, meaning)


def _flag(name: str, meaning: str) -> Column:
    return Column(name, "bool", "", meaning)


def _text(name: str, meaning: str) -> Column:
    return Column(name, "string", "", meaning)


_FLIGHT = _number("flight", "number of the flight, by drawn arrival")
_STAGE = _text("stage", "breakdown, sorting, handcoding, manual_sort, customs_hold, packout, lane, transfer or loading")

_ALL: Final = (
    TableSchema(
        "flights",
        "one row a flight",
        (
            _number("number", "rank by drawn arrival"),
            _text("key", "name"),
            _text("aircraft", "type"),
            _time("sibt", "scheduled in-block"),
            _time("arrival", "drawn arrival: landing if no stand is waited for"),
            _time("aldt", "landing"),
            _time("aibt", "in-block"),
            _time("unloading_requested", "doors open, a loader set is asked for"),
            _time("unloading_start", "loader set and crew there"),
            _time("unloading_end", "last ULD on its train"),
            _time("aobt", "off-block"),
            _time("cleared", "95 % of its parcels gone"),
            _number("n_ulds", "ULDs"),
            _number("n_parcels", "parcels"),
            _number("n_departed", "parcels that left by truck before the end of the run"),
            _number("n_on_time", "of them, within service_h of the drawn arrival"),
            _number("n_refused", "parcels that customs took away"),
            _number("hall", "that its ULDs go to; -1 before"),
            _flag("is_cohort", "drawn arrival in the measured days"),
            _flag("is_diverted", "held too long and diverted: its parcels count late"),
        ),
        ("number",),
    ),
    TableSchema(
        "ulds",
        "one row a ULD of a flight that landed",
        (
            _FLIGHT,
            _number("index", "in its flight"),
            _number("deck", "0 main, 1 lower"),
            _number("n_parcels", "parcels"),
            _number("hall", "that it goes to; -1 before"),
            _time("lifted", "off the aircraft"),
            _time("on_train", "on its dolly; later than lifted: the loader was blocked"),
            _number("train", "of its flight and deck; -1 before"),
            _time("at_door", "at the hall's door"),
            _time("placed", "in its ULD position; later than at_door: the tug was blocked"),
            _time("checked_in", "may be called to a station"),
            _time("start", "break-down begins"),
            _time("end", "last parcel handled"),
            _time("released", "last parcel inducted, station free; later than end: the station was blocked"),
            _number("machine", "that its station feeds; -1 before"),
            _number("n_sent", "parcels whose trucks leave from another hall"),
            _time("wait_station", "at the head of the queue for want of a station"),
            _time("wait_workers", "likewise of workers"),
            _time("wait_floor", "likewise of floor"),
        ),
        ("flight", "index"),
    ),
    TableSchema(
        "trains",
        "one row a tug train",
        (
            _FLIGHT,
            _number("deck", "0 main, 1 lower"),
            _number("train", "of its flight and deck"),
            _number("hall", "that it goes to, the first of several"),
            _number("n_ulds", "ULDs when it left"),
            _time("granted", "at the aircraft"),
            _time("left", "from the aircraft"),
            _time("at_door", "at the hall's door"),
            _time("placed", "its last ULD has a position"),
            _time("returned", "free again"),
        ),
        ("flight", "deck", "train"),
    ),
    TableSchema(
        "shuttles",
        "one row a shuttle between halls",
        (
            _number("origin", "hall that it leaves"),
            _number("destination", "hall that it goes to"),
            _number("sequence", "of its way"),
            _number("n_parcels", "on it"),
            _time("taken", "takes what is ready"),
            _time("departed", "left"),
            _time("arrived", "there; its parcels are in their lanes"),
            _time("returned", "back and free"),
        ),
        ("origin", "destination", "sequence"),
    ),
    TableSchema(
        "trucks",
        "one row a truck",
        (
            _number("hall", "that it leaves from"),
            _number("route", "number of the route"),
            _text("route_name", "its name"),
            _number("kind", "0 timetabled, 1 extra"),
            _number("sequence", "of its hall, route and kind"),
            _time("scheduled", "timetabled cut-off"),
            _time("called", "by the dispatcher"),
            _time("arrived", "in the yard, asking for a door"),
            _time("docked", "given a door"),
            _time("at_door", "ready to load"),
            _time("cut_off", "takes what is ready"),
            _time("departed", "left"),
            _number("n_parcels", "on it"),
            _number("mass", "on it", "int64", "g"),
            _number("volume", "on it", "int64", "cm3"),
            _number("n_missed", "parcels of its route on the floor at its cut-off that it did not take"),
            _number("n_sent", "parcels on it that another hall had sent here"),
            _flag("is_cancelled", "there was nothing to take"),
        ),
        ("hall", "route", "kind", "sequence"),
    ),
    TableSchema(
        "loads",
        "parcels of a flight on a truck",
        (
            _number("hall", "that it leaves from"),
            _number("route", "number of the route"),
            _number("kind", "0 timetabled, 1 extra"),
            _number("sequence", "of its hall, route and kind"),
            _FLIGHT,
            _time("departed", "of the truck"),
            _number("n_parcels", "of the flight on the truck"),
        ),
        ("hall", "route", "kind", "sequence", "flight"),
    ),
    TableSchema(
        "packout",
        "one row a hall with pack-out; a chute is a machine's of a route",
        (
            _number("hall", "that it is in"),
            _number("posts", "of all its chutes"),
            _number("n_units", "that came to its chutes, in the whole run", "int64"),
            _number("fullest", "most units in a chute, waiting or being packed, in the measured days", "int64"),
            _time("fullest_at", "when that was first"),
            _number("machine", "whose chute it was; -1: none"),
            _number("route", "that the chute is of; -1: none"),
            _text("route_name", "its name"),
        ),
        ("hall",),
    ),
    TableSchema(
        "destinations",
        "one row a lane: the cohort's parcels at its sorting centre; a pool's by the lanes' shares of it",
        (
            _number("order", "as configured"),
            _text("lane", "its name"),
            _text("route_name", "of its trucks"),
            _number("drive_h", "on the road", "float64", "h"),
            _number("journey_h", "with breaks, rests and change of trailers", "float64", "h"),
            _number("n_parcels", "for it, those still inside and diverted included", "float64", "parcels"),
            _number("n_departed", "of them, left before the end of the run", "float64", "parcels"),
            _number("n_in_time", "of them, there by the promised day's cut-off", "float64", "parcels"),
            _number("mean_h", "drawn arrival until there, of what left; NaN of nothing", "float64", "h"),
            _number("in_time_share", "n_in_time / n_parcels", "float64"),
        ),
        ("order",),
    ),
    TableSchema(
        "halls",
        "one row a hall: what it does in the measured days, from its opening on",
        (
            _number("hall", "its number"),
            _text("name", "as configured"),
            _number("area_m2", "its area", "float64", "m2"),
            Column("opens", "float64", "minute", "from the first midnight of start_date"),
            _number("ulds_per_day", "broken down", "float64", "1/d"),
            _number("parcels_per_day", "broken down", "float64", "parcels/d"),
            _number("sent_per_day", "taken by shuttles to other halls", "float64", "parcels/d"),
            _number("received_per_day", "come by shuttle from other halls", "float64", "parcels/d"),
            _number("trucks_per_day", "departed", "float64", "trucks/d"),
            _number("departed_per_day", "on them", "float64", "parcels/d"),
            _number("stations_share", "of its break-down stations' time in use", "float64"),
            _number("floor_mean_share", "of its floor in use, mean", "float64"),
            _number("floor_peak_share", "of its floor in use, highest at the end of an interval", "float64"),
        ),
        ("hall",),
    ),
    TableSchema(
        "demand_curves",
        "what work wants of each role and piece of equipment, by hour of the week, as counted at the ends of intervals",
        (
            _number("order", "of the curves"),
            _text("name", "role or equipment"),
            _flag("is_role", "people; else equipment"),
            _text("unit", "what is counted"),
            _number("hour", "of the week, local; 0: Monday's first", unit="h"),
            _number("wanted_mean", "in use, and as much again as what waits would use, mean", "float64", "unit"),
            _number("wanted_highest", "likewise, highest", "float64", "unit"),
            _number("in_use_mean", "in use, mean", "float64", "unit"),
            _number("in_use_highest", "in use, highest", "float64", "unit"),
            _number("there_mean", "people on the roster, or units, mean", "float64", "unit"),
        ),
        ("order", "hour"),
    ),
    TableSchema(
        "stages",
        "stays of parcels in a stage that began in the measured days, by the minute",
        (
            _STAGE,
            _number("minute", "whole minutes of the stay; the last counts all longer ones"),
            _number("n_parcels", "parcels", "int64"),
        ),
        ("stage", "minute"),
    ),
    TableSchema(
        "occupancy",
        "what is in a zone at the end of each interval",
        (
            _text("zone", "zone or resource"),
            _time("time", "end of the interval"),
            _number("inside", "units inside", "int64"),
            _number("limit", "units that it takes; -1: no limit", "int64"),
            _text("unit", "what is counted"),
        ),
        ("zone", "time"),
    ),
    TableSchema(
        "parcels",
        "timestamps of the parcels of chosen flights",
        (
            _FLIGHT,
            _number("row", "in its flight"),
            _number("uld", "in its flight"),
            _number("route", "number of its route"),
            _time("start", "break-down of its ULD begins"),
            _time("handled", "at the machine"),
            _time("sort_begin", "inducted, or at a manual-sort post"),
            _time("sort_end", "sorted, scanned"),
            _time("code_begin", "at a hand-coding desk"),
            _time("code_end", "coded"),
            _time("held", "in the customs hold zone"),
            _time("exam_begin", "at an examination desk"),
            _time("exam_end", "examined"),
            _time("freed", "out of the hold zone, at the machine once more"),
            _time("second_begin", "inducted for the second pass"),
            _time("second_end", "sorted for the second time"),
            _time("at_chute", "in the chute of its route"),
            _time("pack_begin", "at a pack-out post"),
            _time("sent_ready", "in the lane of the hall that sends it to another"),
            _time("sent", "on the shuttle to the hall that its truck leaves from"),
            _time("ready", "in its lane"),
            _time("cut_off", "on its truck"),
            _time("departed", "its truck left"),
            _flag("is_non_conveyable", "sorted by hand"),
            _flag("is_refused_gone", "refused by customs and taken away"),
        ),
        ("flight", "row"),
    ),
)

TABLES: Final[dict[str, TableSchema]] = {schema.name: schema for schema in _ALL}


def tabulate(name: str, columns: Mapping[str, Sequence[Any] | NDArray[Any]]) -> Table:
    """Columns in ticks as a table of its schema: `min` columns become minutes, NaN for what did not happen."""
    table: Table = {}
    for column in TABLES[name].columns:
        values: Any = columns.get(column.name, [])
        if column.unit == "min":
            table[column.name] = minutes(values)
        elif column.dtype == "string":
            table[column.name] = np.asarray(values, dtype=np.str_)
        else:
            table[column.name] = np.asarray(values, dtype=column.dtype)
    return table
