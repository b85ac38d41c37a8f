"""A hub with ample resources except one: cases whose answer is known without simulation."""

from dataclasses import replace
from typing import Any, Final

import numpy as np

from sim.domain import site as domain
from sim.domain.flight import Flight
from sim.domain.inputs import Inputs
from sim.domain.parcels import Channel, Parcels
from sim.domain.presorting import Presorting, Units
from sim.domain.trailer import TrailerLimits
from sim.processes import hub
from sim.processes.store import STAMPS
from sim.reference.equality import Tables, vectorised_tables
from sim.reference.small_hubs import make
from sim.reference.small_numbers import draw
from sim.reference.theory import poisson_arrivals
from sim.rules import Rules
from sim.streams import Streams
from sim.units import NEVER, TICKS_PER_DAY, TICKS_PER_H, TICKS_PER_MIN, ticks

_PLENTY: Final = 1000
_MIN: Final = TICKS_PER_MIN


_EACH_HOUR: Final = tuple(h * TICKS_PER_H for h in range(24))


def ample_site(
    *,
    stands: int = _PLENTY,
    n_machines: int = 1,
    cut_offs: tuple[int, ...] = _EACH_HOUR,
) -> domain.Site:
    """A site without waits: a machine for each ULD, and trucks at `cut_offs` [ticks] that take all parcels."""
    hall = domain.Hall(
        name="H",
        opens=0,
        transfer_floor=0,
        serves=(True,),
        trip_out=4 * _MIN,
        trip_back=3 * _MIN,
        positions=_PLENTY,
        stations=(_PLENTY,) * n_machines,
        breakdown_workers=_PLENTY,
        floor=1000 * _PLENTY,
        service=_MIN // 8,
        calendars=(domain.MachineCalendar(np.zeros(1, dtype=np.int64), np.full(1, 4, dtype=np.int64)),) * n_machines,
        desks=dict.fromkeys(domain.DESKS, _PLENTY),
        chute_of=(NEVER,) * n_machines,
        packout_posts=(),
        leads_to=(),
        packout_calendar=domain.MachineCalendar(np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)),
        doors=_PLENTY,
        dock_workers=_PLENTY,
        exports=None,
        manning={},
    )
    apron = domain.Apron(
        stands=stands,
        loader_sets=_PLENTY,
        tugs=_PLENTY,
        dollies_per_train=1,
        taxi_in=5 * _MIN,
        doors_open=7 * _MIN,
        lift=(3 * _MIN, 2 * _MIN),
        turnaround=55 * _MIN,
        longest_hold=0,
        between_halls=_MIN,
        manning={},
        closures=(),
    )
    handling = domain.Handling(
        workers_per_station=1,
        check_in=6 * _MIN,
        inductions=4,
        to_chute=_MIN // 4,
        handcoding=2 * _MIN,
        to_lane=_MIN // 2,
        manual_sort=_MIN,
        second_sort=0,
        second_round=_MIN,
        packers=None,
    )
    trucks = domain.Trucks(
        trailer=TrailerLimits(_PLENTY, 1000 * _PLENTY, 1000 * _PLENTY),
        cut_offs=cut_offs,
        least_fill=0.0,
        longest_hold=0,
        round=TICKS_PER_H,
        call_out=_MIN,
        extra_per_day=0,
        yard=0,
        docking=8 * _MIN,
        loading=11 * _MIN,
        workers=1,
    )
    return domain.Site(
        rules=Rules.of({}),
        units=Units(Presorting.NONE, room=1),
        routes=("A",),
        route_of_lane=np.zeros(1, dtype=np.uint8),
        flies_to=(NEVER,),
        apron=apron,
        halls=(hall,),
        handling=handling,
        customs=domain.Customs(examination=9 * _MIN, xray=_MIN, transit=_MIN, uld_xray=_MIN, round=30 * _MIN),
        transfers=domain.Transfers(30 * _MIN, _MIN, _MIN, _PLENTY),
        trucks=trucks,
        exports=None,
    )


def _flight(number: int, arrival: int, ulds: tuple[int, int], n_parcels: int) -> Flight:
    return Flight(
        number,
        f"F{number}",
        (number,),
        "any",
        arrival,
        arrival,
        *ulds,
        n_parcels,
        is_cohort=True,
        sobt=arrival,
        export_lane=0,
    )


def _plain(flight: Flight, handling: int) -> Parcels:
    """Parcels that all take the direct path."""
    n = flight.n_parcels
    return Parcels(
        first=np.linspace(0, n, flight.n_ulds + 1).astype(np.int64),
        lane=np.zeros(n, dtype=np.uint8),
        mass=np.full(n, 500, dtype=np.int32),
        volume=np.full(n, 500, dtype=np.int32),
        handling=np.full(n, handling, dtype=np.uint32),
        packing=np.ones(n, dtype=np.uint32),
        is_no_read=np.zeros(n, dtype=bool),
        is_non_conveyable=np.zeros(n, dtype=bool),
        channel=np.full(n, Channel.RELEASED, dtype=np.uint8),
        release=np.full(n, flight.arrival, dtype=np.int64),
        is_refused=np.zeros(n, dtype=bool),
        is_alarm=np.zeros(n, dtype=bool),
        is_uld_xrayed=np.zeros(flight.n_ulds, dtype=bool),
    )


def _inputs(site: domain.Site, flights: tuple[Flight, ...], end: int, *, handling: int = _MIN // 4) -> Inputs:
    return Inputs(
        site,
        flights,
        lambda flight: _plain(flight, handling),
        end,
        (0, end),
        TICKS_PER_H,
        0,
        is_recorded=lambda _: True,
        exports=None,
    )


def loss_share(streams: Streams, offered: float, stands: int, n: int) -> float:
    """Share of Poisson flights diverted from an apron that holds none back; each occupies a stand for an hour."""
    arrival = poisson_arrivals(streams, offered / 60, n)
    flights = tuple(_flight(i, at, (0, 1), 1) for i, at in enumerate(arrival.tolist()))
    inputs = replace(
        _inputs(ample_site(stands=stands), flights, int(arrival[-1]) + TICKS_PER_DAY), is_recorded=lambda _: False
    )
    rows = hub.run(inputs).record.flights[n // 50 :]
    return sum(row.is_diverted for row in rows) / len(rows)


def path(*, is_no_read: bool, is_held: bool) -> tuple[tuple[float, float], tuple[float, float]]:
    """When the only parcel is ready and when it has left [min], as simulated and as the sum of its times.

    It lands at 30; its truck is scheduled for the instant at which it should be ready.
    """
    ready = 30 + 5 + 7 + 3 + 4 + 6 + 1 + 0.125 + 0.25 + (2 if is_no_read else 0)
    if is_held:
        ready = (ready + 9) // 30 * 30 + 30 + 0.125 + 0.25
    elif is_no_read:
        ready += 0.5
    flight = _flight(0, 30 * _MIN, (1, 0), 1)

    def parcels(flight: Flight) -> Parcels:
        channel = np.full(1, Channel.EXAMINED if is_held else Channel.RELEASED, dtype=np.uint8)
        return replace(_plain(flight, _MIN), is_no_read=np.full(1, is_no_read), channel=channel)

    inputs = _inputs(ample_site(cut_offs=(ticks(ready),)), (flight,), TICKS_PER_DAY)
    parcel = vectorised_tables(replace(inputs, parcels_of=parcels))["parcels"]
    got = parcel["ready"][0] / TICKS_PER_MIN, parcel["departed"][0] / TICKS_PER_MIN
    return got, (ready, ready + 11)


def longest_wait() -> float:
    """The longest of all waits for a resource if all are ample [min]."""
    n_flights, ulds = 12, (5, 3)
    flights = tuple(_flight(i, (60 + i // 3) * _MIN, ulds, 8 * 20) for i in range(n_flights))
    # Stations are assigned in turn, so that no machine gets a second ULD before the first is done.
    site = ample_site(n_machines=n_flights * sum(ulds))
    tables = vectorised_tables(_inputs(site, flights, TICKS_PER_DAY))
    pairs = {
        "flights": (("arrival", "aldt"), ("unloading_requested", "unloading_start")),
        "ulds": (("lifted", "on_train"), ("at_door", "placed")),
        "trains": (("at_door", "placed"),),
        "parcels": (("handled", "sort_begin"),),
        "trucks": (("arrived", "docked"), ("at_door", "cut_off")),
    }
    waits = [_spans(tables, table, *pair) for table, columns in pairs.items() for pair in columns]
    waits.append(_spans(tables, "ulds", "checked_in", "start"))
    assert min(tables["parcels"]["departed"]) > NEVER
    return float(max(span.max() for span in waits)) / TICKS_PER_MIN


def _spans(tables: Tables, table: str, begin: str, end: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    first, last = np.array(tables[table][begin]), np.array(tables[table][end])
    return np.asarray((last - first)[last != NEVER], dtype=np.int64)


_UPSTREAM = tuple(name for name in STAMPS if name not in {"cut_off", "departed"})


def moved_by_one_door(seeds: range) -> tuple[int, int]:
    """The effect of one more door in hubs where floor is never short.

    Returns how many columns change before the doors, and how many after.
    """
    upstream = downstream = 0
    for seed in seeds:
        inputs = make(draw(seed))
        one_door = vectorised_tables(_with_doors(inputs, 1))
        two_doors = vectorised_tables(_with_doors(inputs, 2))
        upstream += sum(one_door[table] != two_doors[table] for table in ("flights", "ulds", "trains"))
        upstream += sum(one_door["parcels"][name] != two_doors["parcels"][name] for name in _UPSTREAM)
        downstream += one_door["trucks"] != two_doors["trucks"]
    return upstream, downstream


def _with_doors(inputs: Inputs, doors: int) -> Inputs:
    halls = [
        replace(hall, floor=1000 * _PLENTY, transfer_floor=100 * _PLENTY, doors=doors, dock_workers=4)
        for hall in inputs.site.halls
    ]
    return replace(inputs, site=replace(inputs.site, halls=tuple(halls)))
