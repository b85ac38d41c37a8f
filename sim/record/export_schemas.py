"""The output tables of exports: empty where nothing leaves by air."""

from typing import Final

from sim.record.columns import TableSchema, flag, number, text, time

_ULD = (
    number("hall", "where it was built"),
    number("lane", "number of its destination"),
    number("sequence", "of its hall and lane"),
)

EXPORT_TABLES: Final = (
    TableSchema(
        "collections",
        "one row a collection truck of the timetable",
        (
            number("number", "rank by timetable"),
            text("key", "name: its day and slot"),
            number("hall", "where it is unloaded"),
            number("n_parcels", "parcels"),
            number("n_departed", "of them, off-block before the end of the run"),
            number("n_on_time", "of them, within exports.service_h of the timetabled instant"),
            number("n_missed", "of them, ready for a flight that left them behind, each once"),
            flag("is_presorted", "built to lane by its sender"),
            flag("is_cohort", "timetabled in the measured days"),
            time("scheduled", "timetabled"),
            time("called", "floor reserved; later than scheduled: the export floor was full"),
            time("arrived", "in the yard, asking for an inbound door"),
            time("docked", "given a door"),
            time("unloading_start", "first parcel in hand"),
            time("unloaded", "last parcel at the screening"),
            time("released", "last parcel's screening begins, door free"),
        ),
        ("number",),
    ),
    TableSchema(
        "out_ulds",
        "one row a ULD of exports",
        (
            *_ULD,
            text("lane_name", "its destination"),
            number("deck", "that it is built for: 0 main, 1 lower"),
            number("n_parcels", "on it"),
            number("mass", "on it", "int64", "g"),
            number("volume", "on it", "int64", "cm3"),
            time("formed", "its parcels are set apart"),
            time("start", "build-up begins"),
            time("built", "on its dolly"),
            number("flight", "that it leaves with; -1 before"),
            time("taken", "of that flight's load"),
            time("loaded", "in its position"),
            time("departed", "off-block of its flight"),
        ),
        ("hall", "lane", "sequence"),
    ),
    TableSchema(
        "out_loads",
        "parcels of a collection on a ULD",
        (
            *_ULD,
            number("collection", "number of the collection"),
            time("departed", "of the ULD"),
            number("n_parcels", "of the collection on the ULD"),
        ),
        ("hall", "lane", "sequence", "collection"),
    ),
    TableSchema(
        "out_trains",
        "one row a train of outbound ULDs",
        (
            number("flight", "number of the flight, by drawn arrival"),
            number("train", "of its flight"),
            number("deck", "that it is for: 0 main, 1 lower"),
            number("hall", "that it comes from"),
            number("n_positions", "ULDs, or stacks of empty ones"),
            time("granted", "a tug is there"),
            time("at_aircraft", "at the aircraft"),
            time("emptied", "the last is lifted"),
            time("returned", "free again"),
        ),
        ("flight", "train"),
    ),
    TableSchema(
        "out_parcels",
        "timestamps of the parcels of chosen collections",
        (
            number("collection", "number of the collection"),
            number("row", "in it"),
            time("handled", "at the screening"),
            time("screen_begin", "on a line"),
            time("screen_end", "screened"),
            time("sort_begin", "inducted"),
            time("sort_end", "sorted, scanned"),
            time("code_begin", "at a hand-coding desk"),
            time("code_end", "coded"),
            time("hand_begin", "at a post for sorting by hand"),
            time("hand_end", "sorted by hand"),
            time("ready", "in its export lane"),
            time("formed", "set apart for a ULD"),
            time("departed", "its flight off-block"),
        ),
        ("collection", "row"),
    ),
)
