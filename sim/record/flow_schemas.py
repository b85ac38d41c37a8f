"""The tables of a replay: flows by place and interval, and how many posts were manned and inductions worked."""

from typing import Final

from sim.domain.columns import TableSchema, number, text, time

MACHINE, CHUTE, LANE, EXPORT_LANE, SCREENING = "machine", "chute", "lane", "export_lane", "screening"
PLACES: Final = (MACHINE, CHUTE, LANE, EXPORT_LANE, SCREENING)

FLOW_TABLES: Final = (
    TableSchema(
        "flows",
        "units that come to a place and leave it in an interval, where there are any; empty where record.flow_min is 0",
        (
            text("place", f"kind of place: {', '.join(PLACES)}"),
            number("hall", "that it is in"),
            number("number", "of its kind in its hall; a chute is a machine's of a route"),
            number("machine", "that it is or belongs to, in its hall; -1: none"),
            number("route", "that it belongs to; -1: none"),
            time("time", "end of the interval"),
            number("n_came", "units that came"),
            number(
                "n_left",
                "units that left: a lane on trucks, at cut-off, and on shuttles; an export lane onto ULDs",
            ),
        ),
        ("place", "hall", "number", "time"),
    ),
    TableSchema(
        "manning",
        "posts of a kind that are manned from an instant on, and inductions of a machine that work",
        (
            text("kind", "of post; inductions: those that work, 0 in an outage"),
            number("hall", "whose posts they are; -1: the apron's"),
            number("machine", "in its hall; -1: none"),
            time("since", "from when on, until the next row"),
            number("n_posts", "how many"),
        ),
        ("kind", "hall", "machine", "since"),
    ),
)
