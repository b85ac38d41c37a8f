"""The hub as built: units, capacities and times on the grid. `sim.inputs.site` makes it from a configuration."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.domain.clock import NO_CHANGES, Clock
from sim.domain.exports import ExportSite, HallExports
from sim.domain.presorting import Units
from sim.domain.trailer import TrailerLimits
from sim.rules import Rules
from sim.units import NEVER, Counts, Ticks


@dataclass(frozen=True, slots=True)
class Transfers:
    """Transport of parcels from a hall that does not serve their route to the hall that does. Durations in ticks."""

    round: int
    loading: int
    trip: int
    units: int
    """Capacity of a shuttle."""


@dataclass(frozen=True, slots=True)
class MachineCalendar:
    """The number of a machine's inductions that work, through time.

    `start` (N) [ticks] begins with 0 and is strictly ascending. From start[i] on, `slope[i]` (N) inductions (0 to all)
    are manned and the machine is up. The last entry applies for ever.
    """

    start: Ticks
    slope: Counts


@dataclass(frozen=True, slots=True)
class Manning:
    """The number of posts of a role that are manned, through time.

    `start` (N) [ticks] begins with 0 and is strictly ascending. From start[i] on, `posts[i]` (N) are manned. The last
    entry applies for ever, and mans all posts.
    """

    start: tuple[int, ...]
    posts: tuple[int, ...]
    people: tuple[int, ...] = ()
    """Posts whose people are on the roster, also if their loader sets or tugs are broken down (N); empty: `posts`."""

    @property
    def rostered(self) -> tuple[int, ...]:
        return self.people or self.posts


class PackoutRule(StrEnum):
    """Who packs at a chute."""

    DEDICATED = "dedicated"
    """Posts that belong to the chute."""
    FLEXIBLE = "flexible"
    """Packers of the hall, who go to the chutes with the longest queues."""


@dataclass(frozen=True, slots=True)
class Packers:
    """How packers go from chute to chute by the flexible rule. Durations in ticks."""

    look: int
    review: int
    """A multiple of `look`."""
    walk: int
    """Below `look`."""
    enough: int
    """Units that a packer packs between two looks."""


DESKS: Final = (
    "handcoding_desks", "manual_sort_posts", "customs_desks", "xray_lanes", "transit_desks", "uld_xrays",
)  # fmt: skip
"""Desks and machines; a parcel or a whole ULD uses one of them for some time."""


@dataclass(frozen=True, slots=True)
class Hall:
    """One hall of the complex. Durations in ticks, all at least 1. Its machines are numbered through the whole hub."""

    name: str
    opens: int
    """From this instant on flights are sent to the hall and trucks are called; 0: from the start."""
    trip_out: int
    trip_back: int
    positions: int
    stations: tuple[int, ...]
    """Break-down stations by the machine they feed (M of this hall)."""
    breakdown_workers: int
    floor: int
    """Parcels for which the lanes' floor has room, for ULDs broken down here."""
    transfer_floor: int
    """Parcels for which it has additional room, for those from other halls."""
    serves: tuple[bool, ...]
    """Whether trucks leave from here, by route (R)."""
    service: int
    """Time of a parcel on a machine with all inductions manned."""
    calendars: tuple[MachineCalendar, ...]
    """By machine (M of this hall)."""
    desks: Mapping[str, int]
    """Number of desks by kind, all of `DESKS`; 0 if the kind is never used."""
    chute_of: tuple[int, ...]
    """The chute of each route of each machine (M R of this hall). Chutes with packers come first, then those that lead
    to a second machine; within each kind, the chutes of a machine follow each other. `NEVER` for parcels that are taken
    from the chute immediately: those that fly on, and all others if nothing is packed."""
    packout_posts: tuple[int, ...]
    """Posts by chute with packers (C). Empty: nothing is packed."""
    leads_to: tuple[int, ...]
    """The machine of this hall to which each chute without packers leads (S)."""
    packout_calendar: MachineCalendar
    """Number of manned posts through time; all work at that share of their speed."""
    doors: int
    dock_workers: int
    exports: HallExports | None
    """None: as `Site.exports`."""
    manning: Mapping[str, Manning]
    """Manning of the hall's people, by kind of token or desk; a kind without an entry is always fully manned."""

    @property
    def n_machines(self) -> int:
        return len(self.stations)

    @property
    def chutes(self) -> tuple[tuple[int, tuple[int, ...]], ...]:
        """The machine of this hall, and the routes, of each chute (C + S)."""
        routes: list[list[tuple[int, int]]] = [[] for _ in (*self.packout_posts, *self.leads_to)]
        for place, chute in enumerate(self.chute_of):
            if chute != NEVER:
                routes[chute].append(divmod(place, len(self.serves)))
        return tuple((places[0][0], tuple(route for _, route in places)) for places in routes)

    @property
    def second_sorted(self) -> tuple[bool, ...]:
        """Whether several routes share each chute with packers (C), so that its packers sort first."""
        return tuple(len(routes) > 1 for _, routes in self.chutes[: len(self.packout_posts)])

    @property
    def last_machines(self) -> tuple[int, ...]:
        """The machine from which parcels go to their lane, by the machine of their first pass and by route (M R)."""
        first_leading, n_routes = len(self.packout_posts), len(self.serves)
        return tuple(
            self.leads_to[chute - first_leading] if chute >= first_leading else place // n_routes
            for place, chute in enumerate(self.chute_of)
        )

    def manned(self, kind: str, posts: int) -> Manning:
        """How many of all `posts` of a kind are manned."""
        return self.manning.get(kind, Manning((0,), (posts,)))


@dataclass(frozen=True, slots=True)
class Apron:
    """Stands, loaders and trains. Durations in ticks, all at least 1 unless stated otherwise."""

    stands: int
    loader_sets: int
    tugs: int
    dollies_per_train: int
    taxi_in: int
    doors_open: int
    lift: tuple[int, int]
    """By `Deck`: a loader's time for a ULD."""
    turnaround: int
    longest_hold: int
    """Longest hold; if 0, a flight that finds no stand is diverted immediately."""
    between_halls: int
    """Time of a train from one hall to the next."""
    manning: Mapping[str, Manning]
    """Manning of the apron's people, by kind of token; a kind without an entry is always fully manned."""
    closures: tuple[tuple[int, int], ...]
    """Start and end (exclusive) [ticks] of each closure of the runway, ascending and separate."""


@dataclass(frozen=True, slots=True)
class Handling:
    """Handling from break-down to the lanes, the same in all halls.

    Durations in ticks, all at least 1 unless stated otherwise.
    """

    workers_per_station: int
    check_in: int
    inductions: int
    to_chute: int
    """From the end of a parcel's service on the machine to its chute; may be 0."""
    handcoding: int
    to_lane: int
    manual_sort: int
    second_sort: int
    """Extra time to pack a parcel from a chute that routes share; may be 0."""
    second_round: int
    """Interval at which chutes that lead to a second machine are emptied."""
    packers: Packers | None
    """None: posts belong to their chutes."""


@dataclass(frozen=True, slots=True)
class Customs:
    """Durations of controls, and the round of the hold zone, in ticks, all at least 1."""

    examination: int
    xray: int
    """Time of a parcel in an X-ray lane."""
    transit: int
    """Time of a parcel at a transit desk."""
    uld_xray: int
    round: int


@dataclass(frozen=True, slots=True)
class Trucks:
    """Timetabled and extra trucks at all docks. Durations in ticks, all at least 1 unless stated otherwise."""

    trailer: TrailerLimits
    cut_offs: tuple[int, ...]
    """Cut-offs of a day's timetabled trucks, ascending [ticks after midnight, local time]."""
    least_fill: float
    longest_hold: int
    """Longest hold of a truck; may be 0."""
    round: int
    """Interval of the dispatcher's rounds."""
    call_out: int
    extra_per_day: int
    """Most extra trucks a day of each route of a hall."""
    yard: int
    docking: int
    loading: int
    workers: int
    """Workers at each truck."""
    clock: Clock = NO_CHANGES


@dataclass(frozen=True, slots=True)
class Site:
    """All data of the hub that both programs read."""

    rules: Rules
    units: Units
    routes: tuple[str, ...]
    """Names of the routes (R)."""
    route_of_lane: NDArray[np.unsignedinteger]
    """Number of each lane's route (L)."""
    flies_to: tuple[int, ...]
    """Number of the exports' destination to which a route flies on (R); `NEVER`: the route leaves by truck."""
    apron: Apron
    halls: tuple[Hall, ...]
    handling: Handling
    customs: Customs
    transfers: Transfers
    trucks: Trucks
    exports: ExportSite | None
    """None: nothing leaves by air."""

    @property
    def first_machines(self) -> tuple[int, ...]:
        """The number of each hall's first machine (H)."""
        return tuple(sum(hall.n_machines for hall in self.halls[:number]) for number in range(len(self.halls)))

    @property
    def calendars(self) -> tuple[MachineCalendar, ...]:
        """Calendars by machine (M)."""
        return tuple(calendar for hall in self.halls for calendar in hall.calendars)

    @property
    def destinations(self) -> tuple[tuple[int, ...], ...]:
        """The hall from which parcels leave, by hall and route (H, R).

        It is the same hall if it serves the route, otherwise the first that does. Parcels that fly on leave from the
        hall where they are.
        """
        return tuple(
            tuple(
                number
                if hall.serves[route] or self.flies_to[route] != NEVER
                else next(n for n, other in enumerate(self.halls) if other.serves[route])
                for route in range(self.n_routes)
            )
            for number, hall in enumerate(self.halls)
        )

    @property
    def rooms(self) -> tuple[dict[int, int], ...]:
        """Floor reserved in other halls for parcels from each hall [parcels], (H), by receiving hall."""
        receivers = [sorted({*row} - {number}) for number, row in enumerate(self.destinations)]
        senders = Counter(receiver for row in receivers for receiver in row)
        return tuple({b: self.halls[b].transfer_floor // senders[b] for b in row} for row in receivers)

    @property
    def n_routes(self) -> int:
        return len(self.routes)
