"""The hub's choices: small pure functions of what is known at the moment of choosing."""

from collections.abc import Sequence
from fractions import Fraction

from sim.domain.flight import Deck
from sim.domain.site import Hall, HallPolicy, TrailerLimits


def machine_for_next_uld(held: Sequence[int], stations: Sequence[int]) -> int:
    """The machine whose stations are to break down the next ULD: with a free one, fewest held, then lowest number.

    `held` and `stations` by machine (M).

    >>> machine_for_next_uld([2, 1, 1], [7, 6, 6])
    1
    """
    is_free = [machine for machine, n in enumerate(stations) if held[machine] < n]
    return min(is_free, key=lambda machine: held[machine])


def hall_free_first(halls: Sequence[Hall], to_come: Sequence[int], now: int) -> int:
    """The hall for a whole flight: of those that are open, fewest ULDs to come for each station, then lowest number.

    `to_come` (H): ULDs that were sent there and whose break-down has not begun.
    """
    is_open = [number for number, hall in enumerate(halls) if hall.opens <= now]
    return min(is_open, key=lambda number: (Fraction(to_come[number], sum(halls[number].stations)), number))


def halls_for_ulds(
    policy: HallPolicy, halls: Sequence[Hall], to_come: Sequence[int], served: Sequence[Sequence[int]], now: int
) -> list[int]:
    """The halls for the ULDs of a train, in order, each counting those before it.

    `to_come` as above (H); `served`: parcels of each ULD whose trucks leave from each hall (ULDs, H). By lane, the open
    hall that serves most of the ULD's parcels; ties, and all ULDs by `HallPolicy.ULD`: the hall that is free first.
    """
    counts = list(to_come)
    chosen = []
    for of_uld in served:
        is_open = [number for number, hall in enumerate(halls) if hall.opens <= now]
        most = max(of_uld[number] for number in is_open)
        wanted = [n for n in is_open if policy is not HallPolicy.LANE or of_uld[n] == most]
        number = min(wanted, key=lambda n: (Fraction(counts[n], sum(halls[n].stations)), n))
        counts[number] += 1
        chosen.append(number)
    return chosen


def packers_at_chutes(
    units: Sequence[int], packers: Sequence[int], manned: int, *, enough: int, is_review: bool
) -> list[int]:
    """Packers at each of C chutes after a look (rule 56): they go one by one.

    `units` lie in each chute, `packers` are there (C); `manned` of a hall in all. A chute is short while it has more
    than `enough` units a packer. Only packers of empty chutes go to short ones, but at a review all may.

    >>> packers_at_chutes([90, 0, 5], [1, 2, 1], 4, enough=10, is_review=False)
    [3, 0, 1]
    >>> packers_at_chutes([90, 0, 5], [1, 2, 1], 4, enough=10, is_review=True)
    [4, 0, 0]
    >>> packers_at_chutes([9, 0, 0], [0, 2, 1], 2, enough=10, is_review=False)
    [1, 1, 0]
    """
    here, chutes = list(packers), range(len(units))

    def neediest(among: Sequence[int]) -> int:
        return min(among, key=lambda c: (-units[c] / (here[c] + 1), here[c], c))

    def idlest(among: Sequence[int]) -> int:
        return min(among, key=lambda c: (units[c] / here[c], -here[c], -c))

    for _ in range(sum(here) - manned):
        here[idlest([c for c in chutes if here[c]])] -= 1
    for _ in range(manned - sum(here)):
        here[neediest(chutes)] += 1
    while short := [c for c in chutes if units[c] > here[c] * enough]:
        to = neediest(short)
        will_have = units[to] / (here[to] + 1)
        givers = [c for c in chutes if here[c] and (units[c] == 0 or (is_review and units[c] / here[c] < will_have))]
        if not givers:
            break
        here[idlest(givers)] -= 1
        here[to] += 1
    return here


def fill(units: int, mass: int, volume: int, trailer: TrailerLimits) -> float:
    """How full a trailer would be with this load: the largest of its three ratios, at most 1."""
    return min(1.0, max(units / trailer.units, mass / trailer.mass, volume / trailer.volume))


def full_loads(units: int, mass: int, volume: int, trailer: TrailerLimits) -> int:
    """How many trailers this load fills."""
    return max(units // trailer.units, mass // trailer.mass, volume // trailer.volume)


def extra_trucks(
    full: Sequence[int],
    ready: Sequence[int],
    called: Sequence[int],
    left_today: Sequence[int],
    *,
    yard_room: int,
    is_floor_short: Sequence[bool],
) -> list[int]:
    """How many extra trucks each of R routes calls in a dispatcher's round.

    `full` loads ready, `ready` parcels, trucks `called` before that have not loaded yet, calls `left_today` (all R);
    `yard_room` trucks that the yard still takes, `is_floor_short` (R) of the hall that the route leaves from. A route
    calls one for every full load that none is called for; where the yard has no room for all, the routes with most to
    call come first (ties: in order). Where the floor is short, every route with something ready and nothing called asks
    for one besides, in order: a floor full of partial loads would otherwise wait for ever.

    >>> extra_trucks([2, 0], [9, 1], [1, 0], [5, 5], yard_room=9, is_floor_short=[True, True])
    [1, 1]
    >>> extra_trucks([2, 3], [9, 9], [0, 0], [5, 5], yard_room=3, is_floor_short=[False, False])
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


def deck_for_next_uld(standing: Sequence[int], positions: Sequence[int]) -> Deck:
    """The deck that a lane's next ULD of exports is built for.

    `standing` ULDs of the lane that no flight has taken, and the `positions` of its next flight, by deck: the main deck
    while there is a position left, then the lower one; when both are full, the first that has any.

    >>> [deck_for_next_uld(standing, (2, 1)).name for standing in ((1, 0), (2, 0), (2, 1))]
    ['MAIN', 'LOWER', 'MAIN']
    >>> deck_for_next_uld((0, 5), (0, 3)).name
    'LOWER'
    """
    open_decks = [deck for deck in Deck if standing[deck] < positions[deck]]
    return open_decks[0] if open_decks else next((deck for deck in Deck if positions[deck]), Deck.MAIN)


def stacks_of_empties(spare: Sequence[int], positions: Sequence[int], stack: int) -> list[tuple[Deck, int, int]]:
    """Empty ULDs that a flight takes back: (deck, hall, how many) a position.

    `spare` (H) empties of each hall, `positions` left by deck, at most `stack` in a position, all of one hall. Halls in
    order, the main deck first.

    >>> [(deck.name, hall, n) for deck, hall, n in stacks_of_empties([3, 1], (1, 3), 2)]
    [('MAIN', 0, 2), ('LOWER', 0, 1), ('LOWER', 1, 1)]
    """
    places = [deck for deck in Deck for _ in range(positions[deck])]
    loads = [(hall, min(stack, n - i)) for hall, n in enumerate(spare) for i in range(0, n, stack)]
    return [(deck, hall, n) for deck, (hall, n) in zip(places, loads, strict=False)]
