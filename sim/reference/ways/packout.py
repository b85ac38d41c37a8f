"""At the posts of pack-out."""

from collections.abc import Iterable

from sim.domain.inputs import Inputs
from sim.reference.equality import Tables
from sim.reference.ways.rows import rows
from sim.units import NEVER


def by_chute(inputs: Inputs, tables: Tables) -> Iterable[tuple[int, list[tuple[int, int, int]]]]:
    """Of each chute the number of its posts, and (came, packing begun, ready) of its parcels."""
    site = inputs.site
    drawn = {flight.number: inputs.parcels_of(flight) for flight in inputs.flights}
    where = {(uld["flight"], uld["index"]): uld["machine"] for uld in rows(tables["ulds"])}
    stays: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    for parcel in rows(tables["parcels"]):
        if parcel["pack_begin"] != NEVER:
            machine = where[parcel["flight"], parcel["uld"]]
            route = int(site.route_of_lane[drawn[parcel["flight"]].lane[parcel["row"]]])
            packed = parcel["sent_ready"] if parcel["sent_ready"] != NEVER else parcel["ready"]
            stays.setdefault((machine, route), []).append((parcel["at_chute"], parcel["pack_begin"], packed))
    for first, hall in zip(site.first_machines, site.halls, strict=True):
        for chute, posts in enumerate(hall.packout_posts):
            machine, route = divmod(chute, site.n_routes)
            yield posts, stays.get((first + machine, route), [])


def waits_at_packout(inputs: Inputs, tables: Tables) -> bool:
    """A parcel is not packed at once."""
    return any(begin > came for _, stays in by_chute(inputs, tables) for came, begin, _ in stays)


def idles_out_of_turn(inputs: Inputs, tables: Tables) -> bool:
    """A parcel waits for another of its chute to be ready while a post there has nothing to do."""
    for posts, stays in by_chute(inputs, tables):
        ends = {ready for *_, ready in stays}
        for came, begin, _ in stays:
            is_idle = sum(other <= came < ready or ready == NEVER for _, other, ready in stays) < posts
            if came < begin and begin in ends and is_idle:
                return True
    return False
