"""Small random hubs with intended ties, to compare the two programs."""

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType

import numpy as np

from sim.domain import site as domain
from sim.domain.clock import Clock
from sim.domain.inputs import Inputs
from sim.domain.trailer import TrailerLimits
from sim.inputs.same_names import same
from sim.own import OwnFile
from sim.reference.small_exports import export_inputs, export_posts, export_site, hall_exports
from sim.reference.small_flights import flights, parcels
from sim.reference.small_numbers import SmallHub, stepper
from sim.rules import Rules
from sim.streams import Streams
from sim.units import FOREVER, NEVER, TICKS_PER_MIN, ticks

_DAY_MIN = 1440


def make(hub: SmallHub, rules: Mapping[str, str] = MappingProxyType({}), own_file: OwnFile | None = None) -> Inputs:
    """The inputs of a small hub; all that its numbers do not set comes from its seed.

    `rules` has names by decision, of packaged rules or of those of the user's file `own_file`.
    """
    streams = Streams(hub.seed, 0)
    rng = streams.of("site")
    step = ticks(hub.step_min)
    steps = stepper(rng, step)
    end = hub.hours * 60 * TICKS_PER_MIN
    cut_offs = sorted({int(rng.integers(0, hub.hours * 60)) % _DAY_MIN * TICKS_PER_MIN for _ in range(2)})
    apron = domain.Apron(
        **same(hub, "stands", "loader_sets", "tugs"),
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
    transfers = domain.Transfers(round=steps(5, 30), loading=steps(1, 3), trip=steps(1, 6), units=hub.shuttle_parcels)
    handling = domain.Handling(
        workers_per_station=min(2, 2 * hub.stations_a_machine - 1 + hub.spare_workers),
        check_in=steps(1, 2),
        inductions=hub.inductions,
        to_chute=hub.to_chute_steps * step,
        handcoding=steps(1, 4),
        to_lane=steps(1, 2),
        manual_sort=hub.service_steps * step,
        second_sort=hub.second_sort_steps * step,
        second_round=hub.second_round_steps * step,
        packers=_packers(hub, step),
    )
    customs = domain.Customs(examination=steps(1, 30), **_controls(streams, step), round=steps(5, 20))
    most_a_trailer = hub.trailer_parcels
    trucks = domain.Trucks(
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
        clock=_clock(streams, step, end),
    )
    site = domain.Site(
        rules=Rules.of({"hall": hub.policy, **rules}, own_file),
        units=hub.units,
        routes=tuple(f"R{number}" for number in range(hub.n_routes)),
        route_of_lane=np.arange(hub.n_routes + 1, dtype=np.uint8) % hub.n_routes,
        flies_to=hub.flies_to,
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
        flights=flights(hub, streams, step),
        parcels_of=lambda flight: parcels(hub, streams, flight, step),
        end=end,
        measured=(0, end),
        bin_width=30 * TICKS_PER_MIN,
        flow_width=5 * TICKS_PER_MIN,
        is_recorded=lambda _: True,
        exports=export_inputs(hub, streams, step, end),
        has_values=hub.has_controls,
    )


def _clock(streams: Streams, step: int, end: int) -> Clock:
    """A clock that some hubs put forward or back."""
    rng = streams.of("clock")
    if rng.random() < 0.7:
        return Clock()
    return Clock(((-FOREVER, 0), (int(rng.integers(0, end // step)) * step, int(rng.integers(-3, 4)) * 20 * step)))


def _controls(streams: Streams, step: int) -> dict[str, int]:
    xray, transit, uld_xray = streams.of("controls_site").integers(1, (40, 40, 20)).tolist()
    return {"xray": xray * step, "transit": transit * step, "uld_xray": uld_xray * step}


def _packers(hub: SmallHub, step: int) -> domain.Packers | None:
    if not hub.is_packout_flexible:
        return None
    look = hub.look_steps * step
    enough = max(1, hub.look_steps // (1 + hub.packing_steps))
    return domain.Packers(
        look=look, review=hub.reviewed_looks * look, walk=(1 + hub.look_steps) // 3 * step, enough=enough
    )


def _hall(hub: SmallHub, streams: Streams, step: int, end: int, number: int) -> domain.Hall:
    """Each hall has another size; the last of several opens later."""
    rng = streams.of("hall", number)
    # The first hall serves routes that no hall open from the start serves.
    drawn = [streams.of("serves", n).random(hub.n_routes) < hub.share_served for n in range(hub.n_halls)]
    drawn[0] |= ~np.any(drawn[: max(1, hub.n_halls - 1)], axis=0)
    serves = tuple(bool(is_served) and to == NEVER for is_served, to in zip(drawn[number], hub.flies_to, strict=True))
    n_machines = hub.n_machines if number == 0 else int(rng.integers(1, 3))

    steps = stepper(rng, step)
    workers = 2 * hub.stations_a_machine * n_machines - 1 + hub.spare_workers
    dock_workers = max(2, 2 * hub.doors - int(rng.random() < 0.3))
    posts = {"workers": workers, "dock_workers": dock_workers}
    desks = {"handcoding_desks": hub.desks, "customs_desks": hub.customs_desks, "manual_sort_posts": hub.manual_posts}
    desks |= {"xray_lanes": hub.xray_lanes, "transit_desks": hub.transit_desks, "uld_xrays": hub.uld_xrays}
    exports, calendar = hall_exports(hub, streams, number), partial(_calendar, step=step, end=end)
    chutes = _chutes(hub, streams.of("chutes", number), n_machines)
    last = _last_machines(hub, streams.of("last_machines", number), n_machines)
    n_chutes, chute_of, leads_to = _led_on(hub, chutes if hub.has_packout else [NEVER] * len(chutes), last)
    packout_posts = tuple(1 + max(0, hub.spare_posts - chute) for chute in range(n_chutes))
    uld_room = hub.units.room * (1 if hub.units.are_ulds else hub.most_parcels_a_uld)
    return domain.Hall(
        name=f"H{number}",
        opens=hub.opens_h * 60 * TICKS_PER_MIN if 0 < number == hub.n_halls - 1 else 0,
        trip_out=steps(1, 2),
        trip_back=steps(1, 2),
        **same(hub, "positions", "doors"),
        stations=(hub.stations_a_machine,) * n_machines,
        breakdown_workers=workers,
        floor=hub.floor_ulds * uld_room,
        transfer_floor=hub.room_ulds * uld_room * (hub.n_halls - 1),
        serves=serves,
        service=hub.service_steps * step,
        calendars=tuple(
            calendar(streams.of("calendar", number, machine), most=hub.inductions, longest=89, changes=hub.has_outages)
            for machine in range(n_machines)
        ),
        desks=desks,
        chute_of=chute_of,
        packout_posts=packout_posts,
        leads_to=leads_to,
        packout_calendar=calendar(
            streams.of("packout_calendar", number),
            most=sum(packout_posts),
            longest=29,
            changes=hub.is_packout_manned_in_part,
        ),
        dock_workers=dock_workers,
        manning=_manning(hub, streams, step, end, (number,), **posts, **desks, **export_posts(exports)),
        exports=exports,
    )


def _chutes(hub: SmallHub, rng: np.random.Generator, n_machines: int) -> list[int]:
    """Each machine divides its routes among its chutes in another way, and no chute is without a route."""
    by_road = hub.flies_to.count(NEVER)
    n = min(hub.chutes_a_machine, by_road)
    shares = [rng.permuted(np.arange(by_road) % n) for _ in range(n_machines)]
    none = (NEVER,) * (hub.n_routes - by_road)
    return [
        chute for machine, of_machine in enumerate(shares) for chute in (*(machine * n + of_machine).tolist(), *none)
    ]


def _last_machines(hub: SmallHub, rng: np.random.Generator, n_machines: int) -> list[int]:
    """The last machine by machine and route; at least one machine leads no parcels of a route on."""
    ends = rng.integers(0, n_machines, hub.n_routes).tolist()
    is_led = rng.random((n_machines, hub.n_routes)) < hub.led_on_share
    return [
        end if is_led[machine, route] else machine for machine in range(n_machines) for route, end in enumerate(ends)
    ]


def _led_on(
    hub: SmallHub, chute_of: Sequence[int], last: Sequence[int]
) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """The number of chutes with packers, the chute by machine and route, and the machines to which the others lead.

    Routes that a machine leads to the same other machine share a chute.
    """
    here = [place // hub.n_routes for place in range(len(last))]
    packed = sorted({chute for chute, at, to in zip(chute_of, here, last, strict=True) if at == to} - {NEVER})
    leading = sorted({(at, to) for at, to in zip(here, last, strict=True) if at != to})
    numbers = {each: number for number, each in enumerate([*packed, *leading])} | {NEVER: NEVER}
    places = zip(chute_of, here, last, strict=True)
    chutes = tuple(numbers[chute if at == to else (at, to)] for chute, at, to in places)
    return len(packed), chutes, tuple(to for _, to in leading)


def _manning(
    hub: SmallHub, streams: Streams, step: int, end: int, hall: tuple[int, ...], **posts: int
) -> dict[str, domain.Manning]:
    """Shifts of five steps to an hour or more, in turn with nobody, some or all at their posts."""
    if not hub.has_roster:
        return {}
    by_kind = {}
    for kind, most in posts.items():
        rng = streams.of(f"roster_{kind}", *hall)
        longest = int(rng.choice([30, 240]))
        start, manned = [0], [int(rng.integers(0, most + 1))]
        while start[-1] < end:
            start.append(start[-1] + int(rng.integers(5, longest + 1)) * step)
            manned.append(int(rng.integers(0, most + 1)) if start[-1] < end else most)
        may_break = kind in ("loader_sets", "tugs")
        people = streams.of(f"people_{kind}").integers(manned, most + 1).tolist() if may_break else ()
        by_kind[kind] = domain.Manning(tuple(start), tuple(manned), tuple(people))
    return by_kind


def _closures(hub: SmallHub, streams: Streams, step: int, end: int) -> tuple[tuple[int, int], ...]:
    """Closed and open in turn, closed for a third of the time."""
    rng = streams.of("closures")
    closures: list[tuple[int, int]] = []
    while hub.has_closures and (not closures or closures[-1][1] < end):
        start = (closures[-1][1] if closures else 0) + int(rng.integers(1, 60)) * step
        closures.append((start, start + int(rng.integers(1, 30)) * step))
    return tuple(closures)


def _calendar(
    rng: np.random.Generator, *, step: int, end: int, most: int, longest: int, changes: bool
) -> domain.MachineCalendar:
    """Some or none manned in turn, each for at most `longest` steps; always all without `changes`."""
    start, slope = [0], [most]
    while changes and start[-1] < end:
        start.append(start[-1] + int(rng.integers(1, longest + 1)) * step)
        slope.append(int(rng.integers(0, most + 1)))
    slope[-1] = most
    return domain.MachineCalendar(np.array(start, dtype=np.int64), np.array(slope, dtype=np.int64))
