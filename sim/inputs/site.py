"""From a configuration to a site: every duration on the grid, and the times at which people and machines work."""

from operator import attrgetter

import numpy as np

from sim.config import AircraftType, Deck, Hall, HubConfig
from sim.config.bounds import minute_of_day
from sim.config.customs import Customs
from sim.config.road import Outbound
from sim.domain import site
from sim.domain.clock import Clock
from sim.domain.exports import AircraftLimits, ExportSite, HallExports, UldLimits
from sim.domain.presorting import Units
from sim.domain.roles import ROLES, Place
from sim.domain.site import DESKS, MachineCalendar, Manning, Packers, PackoutRule, Site, Transfers
from sim.domain.trailer import TrailerLimits
from sim.errors import InputError
from sim.inputs.disruptions import Disturbances
from sim.inputs.flight_work import chute_shares, posts_of_chutes, second_sort
from sim.inputs.roster import machine_calendar, manned_calendar
from sim.inputs.same_names import in_ticks, same
from sim.inputs.staffing import rosters_of
from sim.rules import DECISIONS, Rules
from sim.site.floors import export_floor_parcels, floor_parcels, transfer_parcels
from sim.site.room import check_area
from sim.streams import Streams
from sim.units import CM3_PER_M3, G_PER_KG, KG_PER_T, MIN_PER_H, NEVER, TICKS_PER_MIN, numbers, ticks


def uld_counts(parcels: int, kind: AircraftType) -> list[int]:
    """Parcels of each ULD of a flight, in the decks' proportions; they add up exactly.

    >>> uld_counts(10, AircraftType(1.0, Deck(2, 2, 1.0, 1.0), Deck(1, 1, 1.0, 1.0), 1.0))
    [4, 4, 2]
    """
    weight = np.cumsum([0, *(deck.parcels for deck in (kind.main_deck, kind.lower_deck) for _ in range(deck.ulds))])
    return [int(n) for n in np.diff(weight * parcels // weight[-1])]


def _packout(config: HubConfig, hall: Hall, manning: Manning) -> tuple[tuple[int, ...], MachineCalendar]:
    """Posts by chute, and the calendar of how many of all posts are manned."""
    if not hall.packout_posts:
        return (), MachineCalendar(np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64))
    posts = posts_of_chutes(hall.packout_posts, chute_shares(config, hall))
    return posts, MachineCalendar(*(np.array(steps, dtype=np.int64) for steps in (manning.start, manning.posts)))


def _chutes(config: HubConfig, hall: Hall) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The chute of each machine's routes, those with packers first, and the machines to which the others lead."""
    machines = config.all_chutes(hall)
    chutes = [(machine, chute) for machine, chutes in enumerate(machines) for chute in chutes]
    packed = [each for each in chutes if each[1].second is None] if hall.packout_posts else []
    leading = [each for each in chutes if each[1].second is not None]
    of_place = {
        (machine, route): number
        for number, (machine, chute) in enumerate([*packed, *leading])
        for route in chute.routes
    }
    chute_of = [
        of_place.get((machine, route), NEVER) for machine in range(len(machines)) for route in config.route_shares
    ]
    return tuple(chute_of), tuple(chute.second for _, chute in leading if chute.second is not None)


def _packers(config: HubConfig) -> Packers | None:
    packout = config.packout
    if packout.rule is PackoutRule.DEDICATED:
        return None
    more = [second_sort(config, hall) for hall in config.halls.values()]
    enough = max(1, int(packout.look_min / packout.packing_min / (1 + sum(more) / len(more))))
    return Packers(**in_ticks(packout, "look", "review", "walk"), enough=enough)


def _make_halls(
    config: HubConfig, routes: tuple[str, ...], streams: Streams, end: int, disturbances: Disturbances
) -> tuple[site.Hall, ...]:
    halls, first_machine = [], 0
    rosters = rosters_of(config, end, disturbances.absences)
    for name, hall in config.halls.items():
        round_trip = ticks(hall.tug_round_trip_min)
        machines = range(hall.sorting_machines)
        manning = {**rosters.of_place(Place.HALL, name), **rosters.of_place(Place.MACHINE, name)}
        chute_of, leads_to = _chutes(config, hall)
        packout_posts, packout_calendar = _packout(config, hall, manning["packout_posts"])
        desks = {role.kind: attrgetter(role.posts)(hall) for role in ROLES.values() if role.kind in DESKS}
        halls.append(
            site.Hall(
                name=name,
                opens=config.opens_at(hall),
                trip_out=round_trip // 2,
                trip_back=round_trip - round_trip // 2,
                positions=hall.uld_positions,
                stations=tuple(len(range(m, hall.breakdown_stations, hall.sorting_machines)) for m in machines),
                breakdown_workers=hall.breakdown_workers,
                floor=floor_parcels(hall, config.space) - transfer_parcels(hall, config.space),
                transfer_floor=transfer_parcels(hall, config.space),
                serves=tuple(
                    route not in config.flies_to and (hall.serves is None or route in hall.serves) for route in routes
                ),
                service=ticks(MIN_PER_H / (hall.machine_rated_per_h * config.sorting.efficiency)),
                calendars=tuple(
                    disturbances.stopped(
                        manned_calendar(
                            machine_calendar(config.sorting, streams.of("outages", first_machine + machine), end),
                            manning["inductions"],
                        ),
                        name,
                        machine,
                    )
                    for machine in machines
                ),
                desks=desks,
                chute_of=chute_of,
                packout_posts=packout_posts,
                leads_to=leads_to,
                packout_calendar=packout_calendar,
                doors=hall.doors_out,
                dock_workers=hall.dock_workers,
                exports=make_hall_exports(config, name, hall),
                manning=manning,
            )
        )
        first_machine += hall.sorting_machines
    return tuple(halls)


def _apron_manning(config: HubConfig, end: int, disturbances: Disturbances) -> dict[str, Manning]:
    """Manning of loader sets and tugs: those that are manned and not broken down."""
    manning = dict(rosters_of(config, end, disturbances.absences).of_place(Place.APRON))
    for equipment, units in (("loader_sets", config.apron.loader_sets), ("tugs", config.apron.tugs)):
        working = disturbances.working(manning.get(equipment), equipment, units)
        if working is not None:
            manning[equipment] = working
    return manning


def make_site(config: HubConfig, streams: Streams, end: int) -> Site:
    """The site of a configuration; `end` [ticks] bounds the machines' calendars."""
    check_area(config)
    routes, disturbances = tuple(config.route_shares), Disturbances(config, streams)
    rules = {decision: name for decision, name in config.rules.items() if decision in DECISIONS}
    flies_to, destinations = config.flies_to, [*config.exports.lanes]
    return Site(
        rules=Rules.of({**rules, "hall": config.complex.policy}, config.own_file),
        units=Units(config.presorted.goods, config.unit_room),
        routes=routes,
        route_of_lane=numbers([routes.index(lane.route) for lane in config.lanes.values()]),
        flies_to=tuple(destinations.index(flies_to[route]) if route in flies_to else NEVER for route in routes),
        apron=_apron(config, end, disturbances),
        halls=_make_halls(config, routes, streams, end, disturbances),
        handling=_handling(config),
        customs=_customs(config.customs),
        transfers=_transfers(config),
        trucks=_trucks(config.outbound, config.unit_room, config.clock),
        exports=make_export_site(config),
    )


def _apron(config: HubConfig, end: int, disturbances: Disturbances) -> site.Apron:
    apron = config.apron
    return site.Apron(
        **same(apron, "stands", "loader_sets", "tugs", "dollies_per_train"),
        **in_ticks(apron, "taxi_in", "doors_open", "turnaround"),
        lift=(ticks(apron.main_deck_uld_min), ticks(apron.lower_deck_uld_min)),
        longest_hold=ticks(apron.longest_hold_h * MIN_PER_H),
        between_halls=ticks(config.complex.between_halls_min),
        manning=_apron_manning(config, end, disturbances),
        closures=disturbances.closures,
    )


def _handling(config: HubConfig) -> site.Handling:
    return site.Handling(
        workers_per_station=config.breakdown.workers_per_station,
        check_in=ticks(config.breakdown.check_in_min),
        inductions=config.sorting.inductions,
        to_chute=ticks(config.sorting.to_chute_min),
        handcoding=ticks(MIN_PER_H / config.coded_per_desk_h),
        to_lane=ticks(config.handcoding.to_lane_min),
        manual_sort=ticks(MIN_PER_H / config.manual_sort.parcels_per_post_h),
        second_sort=ticks(config.packout.second_sort_min),
        second_round=ticks(config.packout.second_round_min),
        packers=_packers(config),
    )


def _customs(customs: Customs) -> site.Customs:
    """Controls that do not exist take one tick."""
    controls = "xray", "transit", "uld_xray"
    durations = in_ticks(customs.declared, *controls) if customs.declared else dict.fromkeys(controls, 1)
    return site.Customs(**in_ticks(customs, "examination", "round"), **durations)


def _transfers(config: HubConfig) -> Transfers:
    durations = in_ticks(config.complex, "round", "loading", "trip", prefix="transfer_")
    return Transfers(**durations, units=config.complex.transfer_parcels // config.unit_room)


def _trucks(outbound: Outbound, unit_room: int, clock: Clock) -> site.Trucks:
    trailer = outbound.trailer
    return site.Trucks(
        trailer=TrailerLimits(
            trailer.parcels // unit_room, round(trailer.kg * G_PER_KG), round(trailer.m3 * CM3_PER_M3)
        ),
        cut_offs=tuple(sorted(minute_of_day(text) * TICKS_PER_MIN for text in outbound.timetable)),
        **same(outbound, "least_fill", "yard"),
        **in_ticks(outbound, "longest_hold", "round", "call_out", "docking", "loading"),
        extra_per_day=outbound.extra_trucks_per_day,
        workers=outbound.workers_per_truck,
        clock=clock,
    )


def make_hall_exports(config: HubConfig, name: str, hall: Hall) -> HallExports | None:
    """Resources of a hall for exports; None without exports.

    Raises InputError if the largest collection needs more floor than there is, because it would wait for ever.
    """
    if not config.exports.share:
        return None
    floor, collections = export_floor_parcels(hall, config.space), config.exports.collections
    largest = collections.most_parcels
    if hall.doors_in and largest > floor:
        raise InputError(
            f"halls.{name}: a collection of {largest} parcels (exports.collections.parcels with its spread) is larger"
            f" than the export floor of {floor} parcels"
        )
    exports = hall.exports
    return HallExports(
        doors=hall.doors_in,
        dock_workers=exports.dock_workers_in,
        floor=floor,
        **same(exports, "screening_lines", "hand_sorting_posts", "empty_ulds"),
        places=exports.build_up_places,
        workers=exports.build_up_workers,
    )


def make_export_site(config: HubConfig) -> ExportSite | None:
    """How exports are handled; None without exports."""
    exports = config.exports
    if not exports.share:
        return None
    collections, build_up, departure = exports.collections, exports.build_up, exports.departure
    return ExportSite(
        lanes=tuple(exports.lanes),
        aircraft={
            name: AircraftLimits(
                (_limits(kind.main_deck), _limits(kind.lower_deck)), round(kind.payload_t * KG_PER_T * G_PER_KG)
            )
            for name, kind in config.fleet.items()
        },
        **in_ticks(collections, "call_in", "docking"),
        workers_per_truck=collections.workers_per_truck,
        screening=ticks(MIN_PER_H / exports.screened_per_line_h),
        hand_sorting=ticks(MIN_PER_H / exports.hand_sorted_per_post_h),
        build_up_round=ticks(build_up.round_min),
        build_up_fixed=ticks(build_up.fixed_min),
        build_up_parcel=ticks(MIN_PER_H / build_up.parcels_per_h),
        workers_per_place=build_up.workers_per_place,
        **in_ticks(departure, "cut_off", "close_out", "doors_close"),
        tugs=config.apron.outbound_tugs,
        stack=departure.empties_per_position,
    )


def _limits(deck: Deck) -> UldLimits:
    return UldLimits(round(deck.kg * G_PER_KG), round(deck.m3 * CM3_PER_M3))
