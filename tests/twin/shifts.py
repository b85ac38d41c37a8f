"""At the ends and the beginnings of shifts."""

from collections.abc import Callable, Iterable

from sim.domain.inputs import Inputs
from sim.reference.equality import Tables
from sim.units import NEVER
from twin.rows import Way, rows

Stays = Callable[[Inputs, Tables], Iterable[tuple[int, int, int, int, int]]]
"""Of all that takes posts: hall, instants of asking, beginning and end (`NEVER`: not in the run), posts."""


def at_stations(inputs: Inputs, tables: Tables) -> Iterable[tuple[int, int, int, int, int]]:
    """ULDs and the workers of their stations."""
    n = inputs.site.handling.workers_per_station
    return [
        (u["hall"], max(u["checked_in"], u["xray_end"]), u["start"], u["released"], n) for u in rows(tables["ulds"])
    ]


def at_doors(inputs: Inputs, tables: Tables) -> Iterable[tuple[int, int, int, int, int]]:
    """Trucks and their dock workers."""
    n, docking = inputs.site.trucks.workers, inputs.site.trucks.docking
    for truck in rows(tables["trucks"]):
        left = truck["cut_off"] + docking if truck["is_cancelled"] else truck["departed"]
        yield truck["hall"], truck["arrived"], truck["docked"], left, n


def at_desks(asked: str, begin: str, end: str) -> Stays:
    """Parcels and desks, by the columns of their stamps."""

    def stays(_: Inputs, tables: Tables) -> Iterable[tuple[int, int, int, int, int]]:
        hall = {(uld["flight"], uld["index"]): uld["hall"] for uld in rows(tables["ulds"])}
        parcels = rows(tables["parcels"])
        return [(hall[row["flight"], row["uld"]], row[asked], row[begin], row[end], 1) for row in parcels]

    return stays


def at_uld_xray(_: Inputs, tables: Tables) -> Iterable[tuple[int, int, int, int, int]]:
    """ULDs and the machine that X-rays them."""
    for uld in rows(tables["ulds"]):
        yield uld["hall"], uld["checked_in"], uld["xray_begin"], uld["xray_end"], 1


def at_build_up(inputs: Inputs, tables: Tables) -> Iterable[tuple[int, int, int, int, int]]:
    """ULDs of exports and the workers who build them."""
    n = inputs.site.exports.workers_per_place if inputs.site.exports else 0
    return [(uld["hall"], uld["formed"], uld["start"], uld["built"], n) for uld in rows(tables["out_ulds"])]


def at_screening(_: Inputs, tables: Tables) -> Iterable[tuple[int, int, int, int, int]]:
    """Exports and the lines of screening."""
    hall = tables["collections"]["hall"]
    for parcel in rows(tables["out_parcels"]):
        yield hall[parcel["collection"]], parcel["handled"], parcel["screen_begin"], parcel["screen_end"], 1


def finished_after_the_shift(kind: str, stays: Stays) -> Way:
    """More posts are held just after a step of the roster than it mans."""

    def is_finished(inputs: Inputs, tables: Tables) -> bool:
        all_stays = list(stays(inputs, tables))
        for number, hall in enumerate(inputs.site.halls):
            manning = hall.manning.get(kind)
            mine = [stay for stay in all_stays if stay[0] == number and stay[2] != NEVER]
            for instant, posts in zip(manning.start, manning.posts, strict=True) if manning else ():
                if posts < sum(n for *_, begin, end, n in mine if begin < instant and (end == NEVER or end > instant)):
                    return True
        return False

    return is_finished


def waits_for_the_shift(kind: str, stays: Stays) -> Way:
    """What had asked before begins at the very instant at which more posts are manned."""

    def has_waited(inputs: Inputs, tables: Tables) -> bool:
        mannings = [hall.manning.get(kind) for hall in inputs.site.halls]
        begins = [
            {at for i, at in enumerate(steps.start) if i and steps.posts[i] > steps.posts[i - 1]} if steps else set()
            for steps in mannings
        ]
        return any(asked < begin != NEVER and begin in begins[hall] for hall, asked, begin, *_ in stays(inputs, tables))

    return has_waited


CODING = "handcoding_desks", at_desks("sort_end", "code_begin", "code_end")
EXAMINATION = "customs_desks", at_desks("held", "exam_begin", "exam_end")
XRAY = "xray_lanes", at_desks("held", "xray_begin", "xray_end")
TRANSIT = "transit_desks", at_desks("held", "transit_begin", "transit_end")
ULD_XRAY = "uld_xrays", at_uld_xray
