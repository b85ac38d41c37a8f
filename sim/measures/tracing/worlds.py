"""The cost of one late flight: two runs that differ only in its arrival, compared unit by unit and truck by truck."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.domain.entities import EXTRA
from sim.domain.inputs import Inputs
from sim.domain.parcels import Parcels
from sim.measures.tracing.journal import KINDS, TRUCK_KEY
from sim.record.schemas import Table
from sim.units import NEVER, TICKS_PER_H, TICKS_PER_MIN, Flags, Ticks


@dataclass(frozen=True, slots=True)
class World:
    """A run with the departure of each of its units."""

    inputs: Inputs
    tables: Mapping[str, Table]
    departures: Mapping[int, tuple[Ticks, Ticks]]
    """Rows of a flight's units that left (P), and their instants [ticks], by its number."""


@dataclass(frozen=True, slots=True)
class Lateness:
    """Late parcels and delays in both runs."""

    because: int = 0
    """Parcels late because of the delay: on time if the flight had been on schedule."""
    otherwise: int = 0
    """Parcels late only with the flight on schedule."""
    both: int = 0
    delay_h: float = 0.0
    """Actual departure minus departure with the flight on schedule, summed over the parcels that left in both [h]."""
    n_open: int = 0
    """Parcels that left by the end of one run only; they are not in `delay_h`."""

    def __add__(self, other: "Lateness") -> "Lateness":
        return Lateness(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Shift:
    """An instant of both runs [min]; NaN: it did not happen before the end."""

    name: str
    actual: float
    on_schedule: float

    @property
    def minutes(self) -> float:
        """Actual minus on schedule; NaN if it happened in one run only."""
        return self.actual - self.on_schedule


@dataclass(frozen=True, slots=True)
class Cost:
    """The difference between two runs; shifts are instants that differ, the largest delays first."""

    flight: str
    late_min: float
    by_flight: dict[str, Lateness]
    """By number and key, `#12 2022W36-003`, in order; flights without a late or shifted parcel are left out."""
    by_route: dict[str, Lateness]
    of_late: Lateness
    others: Lateness
    trucks: tuple[Shift, ...]
    stands: tuple[Shift, ...]
    cleared: tuple[Shift, ...]
    n_uncounted: int
    """Parcels of flights whose promise ends after the run."""

    @property
    def total(self) -> Lateness:
        return self.of_late + self.others


def cost(actual: World, on_schedule: World, number: int, service: int) -> Cost:
    """Compare two runs of one replication; `number` is that of the late flight, `service` is promised [ticks].

    The promise counts from the same instant in both runs. For the late flight's parcels this is its schedule, so that
    the delay is not hidden. For all others it is their drawn arrival, which the late flight does not move. Parcels that
    customs refuses count in neither run.
    """
    late = actual.inputs.flights[number]
    places = {flight.entity: flight.number for flight in on_schedule.inputs.flights}
    names = {flight.entity: f"#{flight.number} {flight.key}" for flight in actual.inputs.flights}
    by_flight: dict[str, Lateness] = {}
    by_route: dict[str, Lateness] = {}
    of_late = others = Lateness()
    n_uncounted = 0
    for flight in actual.inputs.flights:
        promised = service + (flight.sibt if flight.number == number else flight.arrival)
        if promised >= actual.inputs.end:
            n_uncounted += flight.n_parcels
            continue
        parcels = actual.inputs.parcels_of(flight)
        left = [
            _left(world, n, parcels) for world, n in ((actual, flight.number), (on_schedule, places[flight.entity]))
        ]
        whole = Lateness()
        for route, mask in _routes(actual.inputs, parcels).items():
            part = _lateness(left[0][mask], left[1][mask], parcels, mask, promised)
            by_route[route] = by_route.get(route, Lateness()) + part
            whole += part
        of_late, others = (of_late + whole, others) if flight.number == number else (of_late, others + whole)
        if whole != Lateness():
            by_flight[names[flight.entity]] = whole
    return Cost(
        late.key,
        (late.arrival - late.sibt) / TICKS_PER_MIN,
        by_flight,
        {route: part for route, part in sorted(by_route.items()) if part != Lateness()},
        of_late,
        others,
        _shifts(_trucks(actual), _trucks(on_schedule), _truck_names(actual, on_schedule)),
        _shifts(_flights(actual, "stand_given"), _flights(on_schedule, "stand_given"), names),
        _shifts(_flights(actual, "cleared"), _flights(on_schedule, "cleared"), names),
        n_uncounted,
    )


def _left(world: World, number: int, parcels: Parcels) -> Ticks:
    """When each unit of a flight left (U) [ticks]; `NEVER`: not before the end, or the flight was diverted."""
    left = np.full(parcels.n_units, NEVER, dtype=np.int64)
    if number in world.departures:
        rows, instants = world.departures[number]
        left[rows] = np.where(instants < world.inputs.end, instants, NEVER)
    return left


def _routes(inputs: Inputs, parcels: Parcels) -> dict[str, Flags]:
    route = inputs.site.route_of_lane.take(parcels.lane)
    return {inputs.site.routes[n]: route == n for n in np.unique(route).tolist()}


def _lateness(actual: Ticks, on_schedule: Ticks, parcels: Parcels, mask: Flags, promised: int) -> Lateness:
    """Lateness of some units (U'): when they left in both runs, and which of the flight's units (U) they are."""
    n = np.ones(len(actual), dtype=np.int64) if parcels.count is None else parcels.count[mask].astype(np.int64)
    gone = [left != NEVER for left in (actual, on_schedule)]
    counts = gone[0] | gone[1] | ~parcels.is_refused[mask]
    late, would_be = (counts & ((left == NEVER) | (left > promised)) for left in (actual, on_schedule))
    in_both = gone[0] & gone[1]
    return Lateness(
        int(n[late & ~would_be].sum()),
        int(n[would_be & ~late].sum()),
        int(n[late & would_be].sum()),
        int(((actual - on_schedule) * n)[in_both].sum()) / TICKS_PER_H,
        int(n[gone[0] ^ gone[1]].sum()),
    )


def _trucks(world: World) -> dict[Any, float]:
    """Departure of each truck [min], by its key."""
    return dict(zip(_truck_keys(world), world.tables["trucks"]["departed"].tolist(), strict=True))


def _truck_keys(world: World) -> list[tuple[int, ...]]:
    return list(zip(*(world.tables["trucks"][name].tolist() for name in TRUCK_KEY), strict=True))


def _truck_names(*worlds: World) -> dict[Any, str]:
    """Names of trucks, `ROUTE/kind/sequence`, after their hall if there are several."""
    halls, routes = worlds[0].inputs.site.halls, worlds[0].inputs.site.routes
    prefix = [f"{hall.name}/" if len(halls) > 1 else "" for hall in halls]
    keys = {key for world in worlds for key in _truck_keys(world)}
    return {key: f"{prefix[key[0]]}{routes[key[1]]}/{KINDS[int(key[2] == EXTRA)]}/{key[3]}" for key in keys}


def _flights(world: World, column: str) -> dict[Any, float]:
    """An instant of each flight [min], by its entity."""
    values = world.tables["flights"][column].tolist()
    return {flight.entity: values[flight.number] for flight in world.inputs.flights}


def _shifts(
    actual: Mapping[Any, float], on_schedule: Mapping[Any, float], names: Mapping[Any, str]
) -> tuple[Shift, ...]:
    pairs = [
        Shift(names[key], actual.get(key, np.nan), on_schedule.get(key, np.nan)) for key in {**actual, **on_schedule}
    ]
    differ = [pair for pair in pairs if not np.array_equal(pair.actual, pair.on_schedule, equal_nan=True)]
    return tuple(sorted(differ, key=lambda pair: (np.isnan(pair.minutes), -pair.minutes, pair.name)))
