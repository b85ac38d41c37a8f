"""Small random hubs that tie on purpose, for holding the two hubs against each other."""

from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.domain.consignments import CustomsCounts
from sim.domain.flight import Flight
from sim.domain.inputs import Inputs
from sim.domain.parcels import HELD_CHANNELS, Channel, Parcels
from sim.domain.presorting import Presorting, Units
from sim.domain.site import (
    Apron,
    Customs,
    Hall,
    Handling,
    MachineCalendar,
    Manning,
    Packers,
    Site,
    TrailerLimits,
    Transfers,
    Trucks,
)
from sim.reference.small_exports import departures, export_inputs, export_posts, export_site, hall_exports
from sim.reference.small_numbers import SmallHub
from sim.rules import Rules, hall
from sim.streams import Streams
from sim.units import TICKS_PER_MIN, ticks

_DAY_MIN = 1440


def make(hub: SmallHub) -> Inputs:
    """The inputs of a small hub; what its numbers leave open comes from its seed."""
    streams = Streams(hub.seed, 0)
    rng = streams.of("site")
    step = ticks(hub.step_min)

    def steps(low: int, high: int) -> int:
        return int(rng.integers(low, high + 1)) * step

    end = hub.hours * 60 * TICKS_PER_MIN
    flights = _flights(hub, streams, step)
    cut_offs = sorted({int(rng.integers(0, hub.hours * 60)) % _DAY_MIN * TICKS_PER_MIN for _ in range(2)})
    apron = Apron(
        stands=hub.stands,
        loader_sets=hub.loader_sets,
        tugs=hub.tugs,
        dollies_per_train=hub.dollies,
        taxi_in=steps(1, 3),
        doors_open=steps(1, 3),
        lift=(steps(1, 3), steps(1, 3)),
        turnaround=steps(1, 60),
        longest_hold=int(rng.integers(0, 40)) * step,
        between_halls=steps(1, 3),
        manning=_manning(
            hub, streams, step, end, (), loader_sets=hub.loader_sets, tugs=hub.tugs, outbound_tugs=hub.out_tugs
        ),
        closures=_closures(hub, streams, step, end),
    )
    transfers = Transfers(round=steps(5, 30), loading=steps(1, 3), trip=steps(1, 6), units=hub.shuttle_parcels)
    handling = Handling(
        workers_per_station=min(2, 2 * hub.stations_a_machine - 1 + hub.spare_workers),
        check_in=steps(1, 2),
        inductions=hub.inductions,
        to_chute=hub.to_chute_steps * step,
        handcoding=steps(1, 4),
        to_lane=steps(1, 2),
        manual_sort=hub.service_steps * step,
        packers=_packers(hub, step),
    )
    customs = Customs(examination=steps(1, 30), **_controls(streams, step), round=steps(5, 20))
    most_a_trailer = hub.trailer_parcels
    trucks = Trucks(
        trailer=TrailerLimits(
            most_a_trailer,
            most_a_trailer * (60 if hub.is_mass_short else 1000),
            most_a_trailer * (60 if hub.is_volume_short else 1000),
        ),
        cut_offs=tuple(cut_offs),
        least_fill=hub.least_fill,
        longest_hold=hub.longest_hold_steps * step,
        round=steps(5, 20),
        call_out=steps(1, 20),
        extra_per_day=hub.extra_trucks_per_day,
        yard=hub.yard,
        docking=steps(1, 4),
        loading=steps(1, 20),
        workers=2,
    )
    site = Site(
        rules=Rules.of({"hall": hub.policy}),
        units=_units(hub),
        routes=tuple(f"R{number}" for number in range(hub.n_routes)),
        route_of_lane=np.arange(hub.n_routes + 1, dtype=np.uint8) % hub.n_routes,
        apron=apron,
        halls=tuple(_hall(hub, streams, step, end, number) for number in range(hub.n_halls)),
        handling=handling,
        customs=customs,
        transfers=transfers,
        trucks=trucks,
        exports=export_site(hub, streams, step),
    )
    return Inputs(
        site=site,
        flights=flights,
        parcels_of=lambda flight: _parcels(hub, streams, flight, step),
        end=end,
        measured=(0, end),
        bin_width=30 * TICKS_PER_MIN,
        is_recorded=lambda _: True,
        exports=export_inputs(hub, streams, step, end),
        has_values=hub.has_controls,
    )


def _controls(streams: Streams, step: int) -> dict[str, int]:
    xray, transit, uld_xray = streams.of("controls_site").integers(1, (40, 40, 20)).tolist()
    return {"xray": xray * step, "transit": transit * step, "uld_xray": uld_xray * step}


def _packers(hub: SmallHub, step: int) -> Packers | None:
    if not hub.is_packout_flexible:
        return None
    look = hub.look_steps * step
    enough = max(1, hub.look_steps // (1 + hub.packing_steps))
    return Packers(look=look, review=hub.reviewed_looks * look, walk=(1 + hub.look_steps) // 3 * step, enough=enough)


def _units(hub: SmallHub) -> Units:
    return Units(hub.presorting, 1 if hub.presorting is Presorting.NONE else hub.unit_parcels)


def _hall(hub: SmallHub, streams: Streams, step: int, end: int, number: int) -> Hall:
    """Each hall is another size; the last of several opens later."""
    rng = streams.of("hall", number)
    # What no hall that is open from the start serves, the first one does.
    drawn = [streams.of("serves", n).random(hub.n_routes) < hub.share_served for n in range(hub.n_halls)]
    drawn[0] |= ~np.any(drawn[: max(1, hub.n_halls - 1)], axis=0)
    serves = tuple(bool(served) for served in drawn[number])
    n_machines = hub.n_machines if number == 0 else int(rng.integers(1, 3))

    def steps(low: int, high: int) -> int:
        return int(rng.integers(low, high + 1)) * step

    workers = 2 * hub.stations_a_machine * n_machines - 1 + hub.spare_workers
    dock_workers = max(2, 2 * hub.doors - int(rng.random() < 0.3))
    posts = {"workers": workers, "dock_workers": dock_workers}
    desks = {"handcoding_desks": hub.desks, "customs_desks": hub.customs_desks, "manual_sort_posts": hub.manual_posts}
    desks |= {"xray_lanes": hub.xray_lanes, "transit_desks": hub.transit_desks, "uld_xrays": hub.uld_xrays}
    exports = hall_exports(hub, streams, number)
    n_chutes = n_machines * hub.n_routes if hub.has_packout else 0
    packout_posts = tuple(1 + max(0, hub.spare_posts - chute) for chute in range(n_chutes))
    uld_room = _units(hub).room * (1 if _units(hub).are_ulds else hub.most_parcels_a_uld)
    return Hall(
        name=f"H{number}",
        opens=hub.opens_h * 60 * TICKS_PER_MIN if 0 < number == hub.n_halls - 1 else 0,
        trip_out=steps(1, 2),
        trip_back=steps(1, 2),
        positions=hub.positions,
        stations=(hub.stations_a_machine,) * n_machines,
        breakdown_workers=workers,
        floor=hub.floor_ulds * uld_room,
        transfer_floor=hub.room_ulds * uld_room * (hub.n_halls - 1),
        serves=serves,
        service=hub.service_steps * step,
        calendars=tuple(_calendar(hub, streams, step, end, (number, machine)) for machine in range(n_machines)),
        handcoding_desks=hub.desks,
        packout_posts=packout_posts,
        packout_calendar=_packout_calendar(hub, streams, step, end, number, sum(packout_posts)),
        manual_sort_posts=hub.manual_posts,
        customs_desks=hub.customs_desks,
        xray_lanes=hub.xray_lanes,
        transit_desks=hub.transit_desks,
        uld_xrays=hub.uld_xrays,
        doors=hub.doors,
        dock_workers=dock_workers,
        manning=_manning(hub, streams, step, end, (number,), **posts, **desks, **export_posts(exports)),
        exports=exports,
    )


def _manning(
    hub: SmallHub, streams: Streams, step: int, end: int, hall: tuple[int, ...], **posts: int
) -> dict[str, Manning]:
    """Shifts of five steps to an hour or more, in turn with nobody, some or all at their posts."""
    if not hub.has_roster:
        return {}
    found = {}
    for kind, most in posts.items():
        rng = streams.of(f"roster_{kind}", *hall)
        longest = int(rng.choice([30, 240]))
        start, manned = [0], [int(rng.integers(0, most + 1))]
        while start[-1] < end:
            start.append(start[-1] + int(rng.integers(5, longest + 1)) * step)
            manned.append(int(rng.integers(0, most + 1)) if start[-1] < end else most)
        found[kind] = Manning(tuple(start), tuple(manned))
    return found


def _closures(hub: SmallHub, streams: Streams, step: int, end: int) -> tuple[tuple[int, int], ...]:
    """Closed and open in turn, closed for a third of the time."""
    rng = streams.of("closures")
    found: list[tuple[int, int]] = []
    while hub.has_closures and (not found or found[-1][1] < end):
        start = (found[-1][1] if found else 0) + int(rng.integers(1, 60)) * step
        found.append((start, start + int(rng.integers(1, 30)) * step))
    return tuple(found)


def _flights(hub: SmallHub, streams: Streams, step: int) -> tuple[Flight, ...]:
    rng = streams.of("flights")
    span = max(1, hub.spread_h * 60 * TICKS_PER_MIN // step)
    arrivals = np.sort(rng.integers(0, span, hub.n_flights)) * step
    if rng.random() < 0.5:  # in pairs
        arrivals[1::2] = arrivals[::2][: hub.n_flights // 2]
    sobt, export_lane, aircraft = departures(hub, streams, step, arrivals)
    flights = []
    for number, arrival in enumerate(arrivals.tolist()):
        flights.append(
            Flight(
                number=number,
                key=f"F{number}",
                entity=(number,),
                aircraft=aircraft[number],
                sibt=arrival,
                arrival=arrival,
                n_main_deck=hub.n_main_deck,
                n_lower_deck=hub.n_lower_deck,
                n_parcels=int(_counts(hub, streams, number).sum()),
                is_cohort=True,
                sobt=sobt[number],
                export_lane=export_lane[number],
            )
        )
    return _with_legs(hub, streams, flights, step)


def _with_legs(hub: SmallHub, streams: Streams, flights: list[Flight], step: int) -> tuple[Flight, ...]:
    """In an order of their own, some flights come with the aircraft of the one before."""
    rng = streams.of("legs")
    order = rng.permutation(len(flights)).tolist()
    for before, number in pairwise(order):
        if rng.random() < hub.legs_share:
            flights[number] = replace(flights[number], after=before, leg=int(rng.integers(1, 60)) * step)
    return tuple(flights)


def _uld_sizes(hub: SmallHub, streams: Streams, flight: int) -> list[int]:
    """Units a ULD of a flight; some are empty."""
    most = 1 if hub.presorting is Presorting.ULDS else hub.most_parcels_a_uld
    sizes = streams.of("ulds", flight).integers(0, hub.most_parcels_a_uld + 1, hub.n_main_deck + hub.n_lower_deck)
    return [min(int(size), most) for size in sizes]


def _counts(hub: SmallHub, streams: Streams, flight: int) -> NDArray[np.int32]:
    """Parcels of each unit of a flight (P)."""
    n = sum(_uld_sizes(hub, streams, flight))
    if hub.presorting is Presorting.ULDS:
        return streams.of("uld_parcels", flight).integers(1, 2 * hub.unit_parcels + 1, n).astype(np.int32)
    return np.full(n, _units(hub).room, dtype=np.int32)


def _calendar(hub: SmallHub, streams: Streams, step: int, end: int, machine: tuple[int, int]) -> MachineCalendar:
    rng = streams.of("calendar", *machine)
    start, slope = [0], [hub.inductions]
    while hub.has_outages and start[-1] < end:
        start.append(start[-1] + int(rng.integers(1, 90)) * step)
        slope.append(int(rng.integers(0, hub.inductions + 1)))
    slope[-1] = hub.inductions
    return MachineCalendar(np.array(start, dtype=np.int64), np.array(slope, dtype=np.int64))


def _packout_calendar(hub: SmallHub, streams: Streams, step: int, end: int, hall: int, posts: int) -> MachineCalendar:
    """Posts manned; at times none."""
    rng = streams.of("packout_calendar", hall)
    start, slope = [0], [posts]
    while hub.is_packout_manned_in_part and start[-1] < end:
        start.append(start[-1] + int(rng.integers(1, 30)) * step)
        slope.append(int(rng.integers(0, posts + 1)))
    slope[-1] = posts
    return MachineCalendar(np.array(start, dtype=np.int64), np.array(slope, dtype=np.int64))


def _parcels(hub: SmallHub, streams: Streams, flight: Flight, step: int) -> Parcels:
    rng = streams.of("parcels", flight.number)
    count = _counts(hub, streams, flight.number)
    n = len(count)
    first = np.concatenate(([0], np.cumsum(_uld_sizes(hub, streams, flight.number))))
    channel = np.where(
        rng.random(n) < hub.held_share,
        rng.choice([Channel.LATE_DATA, Channel.DOCUMENT_CHECK, Channel.EXAMINED], n),
        Channel.RELEASED,
    ).astype(np.uint8)
    wait = rng.integers(0, 120, n) * step
    controls = streams.of("controls", flight.number)
    if hub.has_controls:
        channel = np.where(channel == Channel.RELEASED, channel, controls.choice(HELD_CHANNELS, n)).astype(np.uint8)
    is_alarm = (channel == Channel.XRAYED) & (controls.random(n) < 0.5)
    return Parcels(
        first=first.astype(np.int64),
        lane=rng.integers(0, hub.n_routes + 1, n).astype(np.uint8),
        mass=rng.integers(1, 101, n).astype(np.int32),
        volume=rng.integers(1, 101, n).astype(np.int32),
        handling=(rng.integers(0, 3, n) * step + rng.integers(1, 3, n)).astype(np.uint32)
        if rng.random() < 0.5
        else np.full(n, step, dtype=np.uint32),
        packing=(streams.of("packing", flight.number).integers(1, hub.packing_steps + 1, n) * step).astype(np.uint32),
        is_no_read=rng.random(n) < hub.no_read_share,
        is_non_conveyable=streams.of("by_hand", flight.number).random(n)
        < hub.by_hand_share * (hub.presorting is Presorting.NONE),
        channel=channel,
        release=np.where(channel == Channel.RELEASED, flight.arrival, flight.arrival + wait),
        is_refused=((channel == Channel.EXAMINED) | is_alarm) & (rng.random(n) < 0.3),
        is_alarm=is_alarm,
        is_uld_xrayed=controls.random(flight.n_ulds) < hub.uld_xray_share,
        count=None if hub.presorting is Presorting.NONE else count,
        counts=_told(streams.of("told", flight.number)) if hub.has_controls else None,
        value=streams.of("values", flight.number).integers(1, 101, n).astype(np.int32) if hub.has_controls else None,
    )


def _told(rng: np.random.Generator) -> CustomsCounts:
    """What customs is told of a flight before it is loaded; no hub reads the rest."""
    nothing = dict.fromkeys((field.name for field in fields(CustomsCounts)), 0)
    n_referrals, n_left_behind = rng.integers(0, 3, 2).tolist()
    return CustomsCounts(**nothing | {"n_referrals": n_referrals, "n_left_behind": n_left_behind})


def _drawn_packers(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "is_packout_flexible": bool(rng.random() < 0.5),
        "look_steps": int(rng.integers(2, 6)),
        "reviewed_looks": int(rng.integers(1, 4)),
    }


def _drawn_controls(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "has_controls": bool(rng.random() < 0.7),
        "xray_lanes": int(rng.integers(1, 3)),
        "transit_desks": int(rng.integers(1, 3)),
        "uld_xrays": int(rng.integers(1, 3)),
        "uld_xray_share": float(rng.choice([0.0, 0.5, 1.0])),
    }


def draw(seed: int) -> SmallHub:
    """The small hub of a seed."""
    rng = Streams(seed, 0).of("small_hub")

    def pick(low: int, high: int) -> int:
        return int(rng.integers(low, high + 1))

    hours = pick(6, 40)
    presorted = Streams(seed, 0).of("small_hub_presorted")
    return SmallHub(
        seed=seed,
        presorting=Presorting(presorted.choice(["none", "none", "none", "bags", "ulds"])),
        unit_parcels=int(presorted.integers(2, 5)),
        n_flights=pick(1, 7),
        n_main_deck=pick(0, 4),
        n_lower_deck=pick(1, 3),
        most_parcels_a_uld=pick(1, 12),
        step_min=float(rng.choice([1.0, 0.5, 2.0])),
        hours=hours,
        spread_h=pick(1, max(1, hours // 3)),
        legs_share=float(Streams(seed, 0).of("small_hub_legs").choice([0.0, 0.5, 1.0])),
        stands=pick(1, 3),
        loader_sets=pick(1, 3),
        tugs=pick(1, 3),
        dollies=pick(1, 3),
        n_halls=int(rng.choice([1, 2, 3, 3, 3])),
        opens_h=pick(0, hours // 3),
        policy=str(rng.choice(list(hall.RULES))),
        share_served=float(rng.choice([0.3, 0.5, 0.5, 1.0])),
        room_ulds=pick(1, 4),
        shuttle_parcels=pick(1, 4),
        positions=pick(1, 4),
        n_machines=pick(1, 3),
        stations_a_machine=pick(1, 3),
        spare_workers=pick(0, 1),
        floor_ulds=pick(1, 6),
        inductions=pick(1, 3),
        has_outages=bool(rng.random() < 0.7),
        has_roster=bool(Streams(seed, 0).of("small_hub_roster").random() < 0.6),
        has_closures=bool(Streams(seed, 0).of("small_hub_closures").random() < 0.8),
        service_steps=pick(1, 5),
        to_chute_steps=int(Streams(seed, 0).of("small_hub_to_chute").integers(0, 5)),
        desks=pick(1, 2),
        manual_posts=pick(1, 2),
        by_hand_share=float(rng.choice([0.0, 0.1, 0.4])),
        has_packout=bool(rng.random() < 0.85),
        spare_posts=pick(0, 4),
        packing_steps=2 * pick(1, 18),
        is_packout_manned_in_part=bool(rng.random() < 0.5),
        customs_desks=pick(1, 2),
        **_drawn_packers(Streams(seed, 0).of("small_hub_packers")),
        **_drawn_controls(Streams(seed, 0).of("small_hub_controls")),
        held_share=float(rng.choice([0.0, 0.2, 0.5])),
        no_read_share=float(rng.choice([0.0, 0.2, 0.5])),
        n_routes=pick(2, 4),
        trailer_parcels=pick(2, 15),
        is_mass_short=bool(rng.random() < 0.4),
        is_volume_short=bool(rng.random() < 0.4),
        doors=pick(1, 5),
        extra_trucks_per_day=pick(0, 10),
        yard=pick(0, 6),
        least_fill=float(rng.choice([0.0, 0.3, 1.0])),
        longest_hold_steps=pick(0, 60),
        n_collections=pick(1, 12) if rng.random() < 0.75 else 0,
        most_parcels_a_collection=pick(1, 25),
        n_export_lanes=pick(1, 2),
        export_floor_trucks=pick(1, 3),
        doors_in=pick(1, 3),
        screening_lines=pick(1, 3),
        hand_sorting_posts=1 if rng.random() < 0.8 else 2,
        build_up_places=pick(1, 3),
        empty_ulds=pick(0, 3),
        out_tugs=pick(1, 2),
        uld_out_parcels=pick(1, 6),
        presorted_share=float(rng.choice([0.0, 0.5, 1.0])),
        non_conveyable_share=float(rng.choice([0.0, 0.2, 0.5])),
    )
