"""When extra trucks are called."""

from collections.abc import Sequence
from typing import Final, Protocol


class Rule(Protocol):
    """Returns the number of extra trucks that each of R routes calls in a dispatcher's round.

    The routes are those that the first hall serves, then those of the next. `full` loads ready, `ready` units, trucks
    `called` before that have not loaded yet, calls `left_today` (all R). `yard_room`: trucks for which the yard still
    has room, at least 0. `is_floor_short` (R): whether floor is short in the hall from which the route leaves.
    """

    def __call__(
        self,
        full: Sequence[int],
        ready: Sequence[int],
        called: Sequence[int],
        left_today: Sequence[int],
        *,
        yard_room: int,
        is_floor_short: Sequence[bool],
    ) -> list[int]: ...


def for_full_loads(
    full: Sequence[int],
    ready: Sequence[int],
    called: Sequence[int],
    left_today: Sequence[int],
    *,
    yard_room: int,
    is_floor_short: Sequence[bool],
) -> list[int]:
    """One truck for every full load for which none is called.

    If the yard has no room for all trucks, the routes with most trucks to call come first (ties: in order). If the
    floor is short, every route with ready parcels and no called truck requests one, too, in order. Otherwise a floor
    full of partial loads would wait for ever.

    >>> for_full_loads([2, 0], [9, 1], [1, 0], [5, 5], yard_room=9, is_floor_short=[True, True])
    [1, 1]
    >>> for_full_loads([2, 3], [9, 9], [0, 0], [5, 5], yard_room=3, is_floor_short=[False, False])
    [0, 3]
    """
    routes = range(len(full))
    wanted = [max(0, min(full[r] - called[r], left_today[r])) for r in routes]
    calls = [0] * len(full)
    for r in sorted(routes, key=lambda route: (-wanted[route], route)):
        calls[r] = min(wanted[r], yard_room)
        yard_room -= calls[r]
    for r in routes:
        if is_floor_short[r] and ready[r] > 0 and called[r] + calls[r] == 0 and left_today[r] > 0 and yard_room > 0:
            calls[r] = 1
            yard_room -= 1
    return calls


def is_possible(
    calls: list[int],
    full: Sequence[int],  # noqa: ARG001 - the rule's own arguments, as in every decision
    ready: Sequence[int],  # noqa: ARG001
    called: Sequence[int],  # noqa: ARG001
    left_today: Sequence[int],
    *,
    yard_room: int,
    is_floor_short: Sequence[bool],  # noqa: ARG001
) -> bool:
    """Trucks by route, no more than are left today, and within the room of the yard."""
    if len(calls) != len(left_today) or sum(calls) > yard_room:
        return False
    return all(0 <= n <= left for n, left in zip(calls, left_today, strict=True))


RULES: Final[dict[str, Rule]] = {"for_full_loads": for_full_loads}
