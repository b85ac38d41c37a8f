"""Which posts pack which chute: a machine's chute of a route."""

from collections.abc import Sequence


def posts_of_chutes(posts: int, n_machines: int, route_shares: Sequence[float]) -> tuple[int, ...]:
    """Pack-out posts by chute (M R): evenly to the machines, and of a machine's to its routes by their shares.

    Each chute has one at least; the next goes to the route with the largest share a post (ties: the first),
    which makes the busiest post as little busy as whole posts can (Adams's method: Balinski and Young 2001,
    Fair Representation). `route_shares` (R) of the parcels.

    >>> posts_of_chutes(13, 2, [0.5, 0.3, 0.2])
    (3, 2, 2, 3, 2, 1)
    """
    allotted: list[int] = []
    for machine in range(n_machines):
        of_machine = [1] * len(route_shares)
        for _ in range(len(range(machine, posts, n_machines)) - len(route_shares)):
            busiest = max(range(len(of_machine)), key=lambda route: (route_shares[route] / of_machine[route], -route))
            of_machine[busiest] += 1
        allotted += of_machine
    return tuple(allotted)
