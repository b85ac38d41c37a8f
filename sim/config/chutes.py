"""Which routes share the chutes of a machine: one chute for each route, as a plan says, or balanced by volume."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import heappop, heappush
from typing import Annotated, Final, NamedTuple

from sim.reading import Bounds, near

_Machine = Annotated[int, Bounds(ge=0, le=63)]


@dataclass(frozen=True, slots=True)
class Chute:
    """A chute of a plan. Every hall that has this machine has it; machines count from 0."""

    machine: _Machine
    lanes: tuple[str, ...]
    second: _Machine | None = None
    """The machine to which the chute leads for a second sort. None: people at the chute pack its parcels."""


class Shared(NamedTuple):
    """A chute, given by the routes that share it."""

    routes: tuple[str, ...]
    second: int | None = None


def balanced(shares: Mapping[str, float], n_chutes: int) -> tuple[tuple[str, ...], ...]:
    """Routes by chute: the largest first, each to the chute with the smallest share so far (ties: the first).

    `shares` has the share of the parcels by route. Chutes, and the routes of each chute, are in the order of the
    routes.

    >>> balanced({"a": 0.1, "b": 0.5, "c": 0.3, "d": 0.1}, 3)
    (('a', 'd'), ('b',), ('c',))
    """
    return _balanced(tuple(shares.items()), n_chutes)


@lru_cache(maxsize=64)
def _balanced(shares: tuple[tuple[str, float], ...], n_chutes: int) -> tuple[tuple[str, ...], ...]:
    """`balanced` with a cache, because a configuration needs its chutes hundreds of times."""
    chutes: list[list[int]] = [[] for _ in range(min(n_chutes, len(shares)))]
    # With as many chutes as routes, each route has its own chute, even a route without parcels: among chutes of equal
    # share the one with the fewest routes is next.
    emptiest = [(0.0, 0, chute) for chute in range(len(chutes))]
    for number, (_, share) in sorted(enumerate(shares), key=lambda route: -route[1][1]):
        so_far, n, chute = heappop(emptiest)
        chutes[chute].append(number)
        heappush(emptiest, (so_far + share, n + 1, chute))
    return tuple(tuple(shares[number][0] for number in chute) for chute in sorted(map(sorted, chutes)))


def with_homes(
    shares: Mapping[str, float], flies: Collection[str], n_machines: int, n_chutes: int | None
) -> tuple[tuple[Shared, ...], ...]:
    """The chutes of each machine where each route is packed at one machine only, its home.

    At all other machines the route's chute leads to its home. `balanced` assigns routes to machines, and the routes of
    a machine to its chutes with packers (at most `n_chutes`). The routes in `flies` fly on and need no chute.

    >>> with_homes({"a": 0.5, "b": 0.3, "c": 0.2}, {"c"}, 2, None)[1]
    (Shared(routes=('b',), second=None), Shared(routes=('a',), second=0))
    """
    homes = balanced(shares, n_machines)
    chutes = []
    for machine in range(n_machines):
        packed = {route: shares[route] for route in (*homes, *[()] * n_machines)[machine] if route not in flies}
        leading = (Shared(routes, home) for home, routes in enumerate(homes) if home != machine)
        chutes.append((*map(Shared, balanced(packed, n_chutes or len(packed))), *leading))
    return tuple(chutes)


CHUTE_PLAN: Final = "packout.chute_plan"
"""The key of the plan for all halls that have no plan of their own."""
Place = Callable[[int, str], str]
"""The place of a key of a chute in a plan; the first argument is the chute's number."""


def planned(
    plan: Sequence[Chute], route_of: Mapping[str, str], flies: Collection[str], machine: int, name: str = CHUTE_PLAN
) -> tuple[Shared, ...]:
    """The chutes of a machine by a plan.

    `route_of` has the route of each lane. The lanes in `flies` fly on and need no chute.

    Raises:
        ValueError: a lane has no chute at the machine, or several; the message begins with the `name` of the plan.
    """
    of_this_machine = [chute for chute in plan if chute.machine == machine]
    lanes = [lane for chute in of_this_machine for lane in chute.lanes]
    chutes = tuple(
        Shared(tuple(dict.fromkeys(route_of[lane] for lane in each.lanes)), each.second) for each in of_this_machine
    )
    routes = [route for chute in chutes for route in chute.routes]
    for lane, route in route_of.items():
        if lane in flies and route not in routes:
            continue
        if lanes.count(lane) != 1:
            how_many = "no chute" if lane not in lanes else "several chutes"
            raise ValueError(f"{name}: lane {lane} has {how_many} at machine {machine}: it needs exactly one")
        if routes.count(route) > 1:
            raise ValueError(
                f"{name}: route {route} of lane {lane} has several chutes at machine {machine}: lanes that"
                " share trucks must share a chute"
            )
    return chutes


def check_plan(
    plan: Sequence[Chute],
    route_of: Mapping[str, str],
    flies: Collection[str],
    machines: Sequence[int],
    name: str = CHUTE_PLAN,
    place: Place | None = None,
) -> None:
    """Refuse a plan in which a lane or a machine is missing or unknown.

    `machines` has the number of machines of each hall that uses the plan.

    Raises:
        ValueError: the first mistake, with its `place`.
    """
    place = place or (lambda number, key: f"{name}[{number}].{key}")
    for number, chute in enumerate(plan):
        lanes, of_machine = place(number, "lanes"), place(number, "machine")
        if not chute.lanes:
            raise ValueError(f"{lanes}: a chute needs at least one lane")
        for lane in chute.lanes:
            if lane not in route_of:
                raise ValueError(f"{lanes}: no lane {lane!r}{near(lane, route_of)}")
            if lane in flies and chute.second is None:
                raise ValueError(f"{lanes}: lane {lane} flies on and is packed nowhere: its chute needs second")
        if chute.machine >= max(machines):
            most = f"no hall has more than {max(machines)} machines, counted from 0"
            raise ValueError(f"{of_machine}: {most}; got {chute.machine}")
        if chute.second is not None:
            of_halls = min(n for n in machines if n > chute.machine)
            _check_second(place(number, "second"), chute, chute.second, plan, of_halls)
    for machine in range(max(machines)):
        planned(plan, route_of, flies, machine, name)


def _check_second(place: str, chute: Chute, second: int, plan: Sequence[Chute], machines: int) -> None:
    """Check the second machine of a chute; `machines` is the number in the smallest hall that has the chute."""
    if second >= machines:
        has = f"a hall with machine {chute.machine} has {machines} machines, counted from 0"
        raise ValueError(f"{place}: {has}; got {second}")
    if second == chute.machine:
        raise ValueError(f"{place}: must be another machine than its own, got {second}")
    for other in plan:
        twice = [lane for lane in chute.lanes if lane in other.lanes]
        if twice and other.machine == second and other.second is not None:
            leads = f"machine {second} leads lane {twice[0]} on to machine {other.second}"
            raise ValueError(f"{place}: {leads}: no parcel may be sorted a third time")
