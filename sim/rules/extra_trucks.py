"""When extra trucks are called."""

from collections.abc import Sequence
from typing import Final, Protocol


class Rule(Protocol):
    """Gives how many extra trucks each of R routes calls in a dispatcher's round.

    `full` loads ready, `ready` parcels, trucks `called` before that have not loaded yet, calls `left_today`
    (all R); `yard_room` trucks that the yard still takes, `is_floor_short` (R) of the hall that the route
    leaves from.
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
    """One for every full load that none is called for.

    Where the yard has no room for all, the routes with most to call come first (ties: in order). Where the
    floor is short, every route with something ready and nothing called asks for one too, in order: a floor
    full of partial loads would otherwise wait for ever.

    >>> for_full_loads([2, 0], [9, 1], [1, 0], [5, 5], yard_room=9, is_floor_short=[True, True])
    [1, 1]
    >>> for_full_loads([2, 3], [9, 9], [0, 0], [5, 5], yard_room=3, is_floor_short=[False, False])
    [0, 3]
    """
    routes = range(len(full))
    wanted = [max(0, min(full[r] - called[r], left_today[r])) for r in routes]
    calls = [0] * len(full)
    yard_room = max(0, yard_room)
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
    """Trucks by route, no more than are left today, and that the yard takes in all."""
    if len(calls) != len(left_today) or sum(calls) > max(0, yard_room):
        return False
    return all(0 <= n <= max(0, left) for n, left in zip(calls, left_today, strict=True))


RULES: Final[dict[str, Rule]] = {"for_full_loads": for_full_loads}
