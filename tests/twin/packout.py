"""At the posts of pack-out."""

from collections.abc import Iterable, Iterator
from typing import Any

from sim.domain.inputs import Inputs
from sim.reference.equality import Tables
from sim.units import NEVER
from twin.rows import rows

Chute = tuple[int, tuple[int, ...]]
"""Its machine in the hub, and its routes."""


def packed(inputs: Inputs, tables: Tables) -> Iterator[tuple[Chute, int, dict[str, Any]]]:
    """Of each parcel whose packing has begun its chute, what one packer takes for it, and its row with `packed`."""
    site = inputs.site
    drawn = {flight.number: inputs.parcels_of(flight) for flight in inputs.flights}
    where = {(uld["flight"], uld["index"]): uld["machine"] for uld in rows(tables["ulds"])}
    chutes: dict[tuple[int, int], Chute] = {}
    for first, hall in zip(site.first_machines, site.halls, strict=True):
        for place, last in enumerate(hall.last_machines):
            machine, route = divmod(place, site.n_routes)
            chute = hall.chute_of[last * site.n_routes + route]
            if chute != NEVER:
                chutes[first + machine, route] = (first + last, hall.chutes[chute][1])
    for parcel in rows(tables["parcels"]):
        if parcel["pack_begin"] != NEVER:
            of_flight, row = drawn[parcel["flight"]], parcel["row"]
            chute = chutes[where[parcel["flight"], parcel["uld"]], int(site.route_of_lane[of_flight.lane[row]])]
            alone = int(of_flight.packing[row]) + site.handling.second_sort * (len(chute[1]) > 1)
            end = parcel["sent_ready"] if parcel["sent_ready"] != NEVER else parcel["ready"]
            yield chute, alone, parcel | {"packed": end}


def by_chute(inputs: Inputs, tables: Tables) -> Iterable[tuple[int, list[tuple[int, int, int]]]]:
    """Of each chute the number of its posts, and (came, packing begun, ready) of its parcels."""
    site = inputs.site
    stays: dict[Chute, list[tuple[int, int, int]]] = {}
    for chute, _, parcel in packed(inputs, tables):
        stays.setdefault(chute, []).append((parcel["at_chute"], parcel["pack_begin"], parcel["packed"]))
    for first, hall in zip(site.first_machines, site.halls, strict=True):
        for posts, (machine, routes) in zip(hall.packout_posts, hall.chutes, strict=False):
            yield posts, stays.get((first + machine, routes), [])


def sorts_before_packing(inputs: Inputs, tables: Tables) -> bool:
    """A parcel is packed at a chute that routes share, and is sorted there first."""
    return inputs.site.handling.second_sort > 0 and any(len(routes) > 1 for (_, routes), *_ in packed(inputs, tables))


def waits_at_packout(inputs: Inputs, tables: Tables) -> bool:
    """A parcel is not packed at once."""
    return any(begin > came for _, stays in by_chute(inputs, tables) for came, begin, _ in stays)


def idles_out_of_turn(inputs: Inputs, tables: Tables) -> bool:
    """A parcel waits for another of its chute to be ready while a post there has nothing to do."""
    if inputs.site.handling.packers is not None:
        return False
    for posts, stays in by_chute(inputs, tables):
        ends = {ready for *_, ready in stays}
        for came, begin, _ in stays:
            is_idle = sum(other <= came < ready or ready == NEVER for _, other, ready in stays) < posts
            if came < begin and begin in ends and is_idle:
                return True
    return False


def waits_for_a_packer(inputs: Inputs, tables: Tables) -> bool:
    """A parcel lies at a chute where none is being packed, until somebody comes."""
    if inputs.site.handling.packers is None:
        return False
    for _, stays in by_chute(inputs, tables):
        ends = {ready for *_, ready in stays}
        if any(begin > came and begin not in ends for came, begin, _ in stays):
            return True
    return False


def packings(inputs: Inputs, tables: Tables) -> Iterator[tuple[int, int, int]]:
    """Of each parcel: when its packing begins, when it is ready, and what one packer takes; none where none move."""
    if inputs.site.handling.packers is None:
        return
    for _, alone, parcel in packed(inputs, tables):
        yield parcel["pack_begin"], parcel["packed"], alone


def packers_leave_a_parcel(inputs: Inputs, tables: Tables) -> bool:
    """A parcel takes longer to pack than by one packer: all leave while it is in hand."""
    return any(NEVER != begin < ready - alone for begin, ready, alone in packings(inputs, tables))


def packed_together(inputs: Inputs, tables: Tables) -> bool:
    """A parcel is packed sooner than by one packer."""
    return any(
        NEVER not in (begin, ready) and ready - begin < alone for begin, ready, alone in packings(inputs, tables)
    )


def goes_straight_to_the_last_machine(inputs: Inputs, tables: Tables) -> bool:
    """A parcel that was held or coded by hand is packed at a chute of another machine than that of its first pass."""
    where = {(uld["flight"], uld["index"]): uld["machine"] for uld in rows(tables["ulds"])}
    return any(
        chute[0] != where[parcel["flight"], parcel["uld"]]
        for chute, _, parcel in packed(inputs, tables)
        if parcel["held"] != NEVER or parcel["code_end"] != NEVER
    )
