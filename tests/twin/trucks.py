"""Of trains and trucks."""

from sim.domain.inputs import Inputs
from sim.reference.equality import Tables
from sim.units import NEVER
from twin.rows import Way, rows


def halls_of_trains(tables: Tables) -> dict[tuple[int, int, int], set[int]]:
    """By flight, deck and number of the train."""
    halls: dict[tuple[int, int, int], set[int]] = {}
    for uld in rows(tables["ulds"]):
        if uld["train"] != NEVER:
            halls.setdefault((uld["flight"], uld["deck"], uld["train"]), set()).add(uld["hall"])
    return halls


def limited_by(limit: str) -> Way:
    """A truck with room for more parcels leaves the next one because of its mass or volume."""

    def has_left_one(inputs: Inputs, tables: Tables) -> bool:
        site = inputs.site
        drawn = {flight.number: inputs.parcels_of(flight) for flight in inputs.flights}
        hall = {(uld["flight"], uld["index"]): uld["hall"] for uld in rows(tables["ulds"])}
        queues: dict[tuple[int, int], list[tuple[int, int, int, int]]] = {}
        for parcel in rows(tables["parcels"]):
            if parcel["ready"] != NEVER:
                flight, row = parcel["flight"], parcel["row"]
                route = int(site.route_of_lane[drawn[flight].lane[row]])
                dock = (site.destinations[hall[flight, parcel["uld"]]][route], route)
                queues.setdefault(dock, []).append((parcel["ready"], flight, row, parcel["cut_off"]))
        for truck in rows(tables["trucks"]):
            now = truck["cut_off"]
            if 0 < truck["n_units"] < site.trucks.trailer.units:
                left = [
                    place
                    for place in queues[truck["hall"], truck["route"]]
                    if place[0] <= now and (place[3] == NEVER or place[3] > now)
                ]
                if left:
                    _, flight, row, _ = min(left)
                    load = truck[limit] + int(getattr(drawn[flight], limit)[row])
                    if load > getattr(site.trucks.trailer, limit):
                        return True
        return False

    return has_left_one
