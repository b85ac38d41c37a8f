"""Which routes share the chutes of a machine: one each, as a plan says, or balanced by volume."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from sim.reading import Bounds, near


@dataclass(frozen=True, slots=True)
class Chute:
    """A chute of a plan: in every hall that has the machine, counted from 0."""

    machine: Annotated[int, Bounds(ge=0, le=63)]
    lanes: tuple[str, ...]


def balanced(shares: Mapping[str, float], n_chutes: int) -> tuple[tuple[str, ...], ...]:
    """Routes by chute: the largest first, each to the chute with the smallest share so far (ties: the first).

    `shares` of the parcels, by route. Chutes, and the routes of each, are in the order of the routes.

    >>> balanced({"a": 0.1, "b": 0.5, "c": 0.3, "d": 0.1}, 3)
    (('a', 'd'), ('b',), ('c',))
    """
    routes, chutes = [*shares], [list[str]() for _ in range(min(n_chutes, len(shares)))]
    for route in sorted(routes, key=lambda route: -shares[route]):
        # With as many chutes as routes each has its own, also one that no parcel takes.
        min(chutes, key=lambda chute: (sum(shares[each] for each in chute), len(chute))).append(route)
    return tuple(sorted((tuple(sorted(chute, key=routes.index)) for chute in chutes), key=lambda c: routes.index(c[0])))


def planned(plan: Sequence[Chute], route_of: Mapping[str, str], machine: int) -> tuple[tuple[str, ...], ...]:
    """Routes by chute of a machine; `route_of` each lane.

    Raises:
        ValueError: a lane that has no chute there, or several.
    """
    chutes = [
        tuple(dict.fromkeys(route_of[lane] for lane in chute.lanes)) for chute in plan if chute.machine == machine
    ]
    lanes = [lane for chute in plan if chute.machine == machine for lane in chute.lanes]
    routes = [route for chute in chutes for route in chute]
    for lane, route in route_of.items():
        if lanes.count(lane) != 1:
            found = "no chute" if lane not in lanes else "several chutes"
            raise ValueError(f"packout.chute_plan: lane {lane} has {found} at machine {machine}: exactly one takes it")
        if routes.count(route) > 1:
            raise ValueError(
                f"packout.chute_plan: route {route}, which lane {lane} is of, has several chutes at machine {machine}:"
                " lanes that share trucks share a chute"
            )
    return tuple(chutes)


def check_plan(plan: Sequence[Chute], route_of: Mapping[str, str], machines: Sequence[int]) -> None:
    """Refuse a plan that forgets a lane or a machine, or knows one that is not; `machines` of each hall.

    Raises:
        ValueError: the first such.
    """
    for number, chute in enumerate(plan):
        if not chute.lanes:
            raise ValueError(f"packout.chute_plan[{number}].lanes: a chute without a lane")
        for lane in chute.lanes:
            if lane not in route_of:
                raise ValueError(f"packout.chute_plan[{number}].lanes: no lane {lane!r}{near(lane, route_of)}")
        if chute.machine >= max(machines):
            raise ValueError(
                f"packout.chute_plan[{number}].machine: no hall has more than {max(machines)} machines, counted from"
                f" 0; got {chute.machine}"
            )
    for machine in range(max(machines)):
        planned(plan, route_of, machine)
