"""Variations of the configured hub: ten per cent more of one resource, or the whole hub scaled to another area."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import Any, Final

from experiments.designs import more_room
from experiments.designs.varying import checked
from sim.config import Hall, HubConfig, Space
from sim.config.controls import Controls
from sim.config.exports import HallExports
from sim.domain.roles import ROLES
from sim.errors import ConfigError, placed
from sim.measures.kpis import ALL_RESOURCES
from sim.site.floors import ROUNDING_M2
from sim.site.room import check_area
from sim.site.zones import export_zone_uses, zone_uses

MORE: Final = 0.1

BLOCKED: Final[Mapping[str, str | None]] = {
    "stands": "held_flight_h_per_day",
    "loader_sets": None,
    "tugs": "stand_blocked_h_per_day",
    "positions": "tug_blocked_h_per_day",
    "stations": None,
    "machines": "station_blocked_h_per_day",
    "handcoding_desks": None,
    "packout_posts": None,
    "manual_sort_posts": None,
    "floor": "floor_blocked_h_per_day",
    "doors": "door_wait_h_per_day",
    # of exports
    "doors_in": "door_in_wait_h_per_day",
    "build_up_places": "build_up_wait_h_per_day",
    "export_floor": "export_floor_wait_h_per_day",
    "empty_ulds": "build_up_wait_h_per_day",
    # of customs' controls
    "customs_hold": None,
    # of both, if work waits for their people
    **{
        role.kind: f"understaffed_h_per_day_{name}"
        for name, role in ROLES.items()
        if (role.is_of_exports or role.is_of_customs) and role.kind in ALL_RESOURCES
    },
}
"""The KPI of the time for which each resource blocks others; None: no KPI measures it."""
NEVER_BLOCKS: Final = frozenset({"customs_hold"})
"""Resources for which nothing waits: more of them has no effect."""
UNITS: Final[Mapping[str, str]] = {
    "machines": "parcels/h", **dict.fromkeys(("floor", "export_floor", "customs_hold"), "m²")
}  # fmt: skip
"""Units of resources that are not whole: machines together by their rated capacity, floors by area."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """More of one resource: `before` and `after` over all halls, in the unit given by `UNITS`."""

    resource: str
    before: float
    after: float
    hub: HubConfig


def what_ifs(config: HubConfig) -> dict[str, WhatIf]:
    """Ten per cent more of each resource of the hub, by name, and at least one unit more.

    Stations, build-up places and doors come with their workers; machines run faster, and floors are larger. If units do
    not fit, the hall gets exactly the missing area, and the façade the missing length. All other zones keep their m².
    Resources of exports or declarations are included if the hub has these.

    Raises:
        ConfigError: a resource that cannot get more within the bounds of its key.
    """
    larger, more_of = {}, _of(config)
    for resource in resources_of(config):
        count, hub = more_of[resource][0], with_more(config, [resource])
        larger[resource] = WhatIf(resource, count(config), count(hub), hub)
    return larger


def resources_of(config: HubConfig) -> list[str]:
    """The resources of which the hub has some."""
    return [resource for resource, (count, _) in _of(config).items() if count(config)]


def with_more(config: HubConfig, resources: Sequence[str]) -> HubConfig:
    """The hub with ten per cent more of each of these resources, as in `what_ifs`.

    Raises:
        ConfigError: resources that cannot get more within the bounds of their keys.
    """
    more_of, changed = _of(config), config
    for resource in resources:
        changed = more_of[resource][1](changed)
    with placed(f"{config.scenario}: 10 % more {', '.join(resources)} are not possible: "):
        hub = checked(changed, config)
        check_area(hub)
    return hub


def more_units(n: int) -> int:
    """Ten per cent more whole units, at least one.

    >>> more_units(2), more_units(14), more_units(150)
    (3, 15, 165)
    """
    return max(n + 1, round(n * (1 + MORE)))


_More = tuple[Callable[[HubConfig], float], Callable[[HubConfig], HubConfig]]
"""The hub's amount of a resource, and the hub with more of it."""


def _apron(name: str) -> _More:
    count = attrgetter(f"apron.{name}")
    return count, lambda config: replace(config, apron=replace(config.apron, **{name: more_units(count(config))}))


def _halls(kind: more_room.HallUnits) -> _More:
    """More of a resource in every hall, counted over all halls."""

    def more(hall: Hall, config: HubConfig) -> Hall:
        before = kind.count(hall)
        if before == 0:
            return hall
        n = max(before * MORE, kind.step(config.space)) if kind.step else more_units(int(before)) - before
        hall = kind.add(hall, config, n)
        pallets_m2 = config.lane_places_m2(hall) if kind.zone == "packout" else 0.0
        return more_room.with_room(hall, kind.zone, kind.standing(hall) * kind.unit_m2(config.space) + pallets_m2)

    def larger(config: HubConfig) -> HubConfig:
        return replace(config, halls={name: more(hall, config) for name, hall in config.halls.items()})

    return _in_halls(lambda hall, _: kind.count(hall)), larger


def _parts(kind: more_room.PartUnits) -> _More:
    """More units in a part of a zone of every hall."""
    count = _in_halls(lambda hall, _: kind.count(hall))
    return count, lambda config: more_room.with_more_in_part(config, kind, more_units)


def _floor(part: str) -> _More:
    """More m² of a part of a zone for goods in every hall."""
    count = _in_halls(lambda hall, space: more_room.part_m2(hall, space, part))
    return count, lambda config: more_room.with_more_floor(config, part, MORE)


def _in_halls(count: Callable[[Hall, Space], float]) -> Callable[[HubConfig], float]:
    return lambda config: sum(count(hall, config.space) for hall in config.halls.values())


def _of(config: HubConfig) -> Mapping[str, _More]:
    has_exports, is_declared = config.exports.share > 0, config.customs.declared is not None
    return {**_MORE, **(_MORE_OF_EXPORTS if has_exports else {}), **(_MORE_OF_CONTROLS if is_declared else {})}


_MORE: Final[Mapping[str, _More]] = {
    **{name: _apron(name) for name in ("stands", "loader_sets", "tugs")},
    **{name: _halls(kind) for name, kind in more_room.HALL_UNITS.items()},
}
_MORE_OF_EXPORTS: Final[Mapping[str, _More]] = {
    **{name: _halls(kind) for name, kind in more_room.EXPORT_HALL_UNITS.items()},
    **{name: _parts(kind) for name, kind in more_room.EXPORT_UNITS.items()},
    "outbound_tugs": _apron("outbound_tugs"),
    "export_floor": _floor("export_floor"),
}
_MORE_OF_CONTROLS: Final[Mapping[str, _More]] = {
    **{name: _parts(kind) for name, kind in more_room.CONTROL_UNITS.items()},
    "customs_hold": _floor("customs_hold"),
}


_ROUNDING: Final = 1e-9
_UNITS: Final[Mapping[str, str]] = {
    "uld_positions": "uld_positions",
    "breakdown_stations": "breakdown",
    "handcoding_desks": "handcoding",
    "customs_desks": "customs",
    "packout_posts": "packout",
    "manual_sort_posts": "packout",
}
"""Units of a hall and their zones; doors share a zone."""
_EXPORT_UNITS: Final[Mapping[str, str]] = {
    "screening_lines": "screening",
    "hand_sorting_posts": "hand_sorting",
    "build_up_places": "build_up",
    "empty_ulds": "empty_ulds",
}


def scaled_to(config: HubConfig, area_m2: float) -> HubConfig:
    """The hub scaled to this total area. Zones keep their shares, so all floors are scaled equally.

    Numbers of units are rounded up if the units fit, otherwise down, but are at least one, or one for each chute.
    Inbound doors are rounded down, because doors share a façade. The number of machines is unchanged, and their rate is
    scaled. People and façade follow the units. The apron is unchanged.

    Raises:
        ConfigError: a hall that the schema refuses, or in which something does not fit.
    """
    ratio = area_m2 / config.area_m2
    try:
        halls = {name: _scaled(hall, ratio, config) for name, hall in config.halls.items()}
        hub = checked(replace(config, halls=halls), config)
        check_area(hub)
    except (ConfigError, ValueError) as error:
        raise ConfigError(f"{config.scenario} on {area_m2:g} m2: {error}") from error
    return hub


def _scaled(hall: Hall, ratio: float, config: HubConfig) -> Hall:
    larger = replace(hall, area_m2=hall.area_m2 * ratio)
    larger = replace(larger, controls=_scaled_controls(larger, ratio, config.space))
    uses = (
        *zone_uses("", larger, config.space, config.lane_places_m2(hall)),
        *export_zone_uses("", larger, config.space),
    )
    fit = {use.zone: int(use.n_fit) for use in uses if use.zone != "sorting"}
    units: dict[str, Any] = {}
    for name, zone in _UNITS.items():
        n = getattr(hall, name)
        least = config.least_packout_posts(hall) if name == "packout_posts" else 1
        units[name] = _whole(n, ratio, fit[zone], least) if n else 0
        fit[zone] = fit.get(zone, 0) - units[name]
    doors_in = max(1, math.floor(hall.doors_in * ratio + _ROUNDING)) if hall.doors_in else 0
    doors_out = _whole(hall.doors_out, ratio, fit["dock_doors"] - doors_in)
    return replace(
        larger,
        facade_m=hall.facade_m * ratio,
        machine_rated_per_h=hall.machine_rated_per_h * ratio,
        breakdown_workers=_people(hall.breakdown_workers, hall.breakdown_stations, units["breakdown_stations"]),
        doors_in=doors_in,
        doors_out=doors_out,
        dock_workers=_people(hall.dock_workers, hall.doors_out, doors_out),
        exports=_scaled_exports(hall.exports, ratio, fit, doors_in / hall.doors_in if hall.doors_in else ratio),
        **units,
    )


def _scaled_controls(hall: Hall, ratio: float, space: Space) -> Controls:
    """The controls in a hall of the new area: rounded up if they fit beside the examination desks, otherwise down."""

    def fewer(n: int) -> int:
        return max(min(n, 1), math.floor(n * ratio + _ROUNDING))

    numbers = {each.name: getattr(hall.controls, each.name) for each in fields(Controls)}
    up = Controls(**{name: math.ceil(n * ratio - _ROUNDING) for name, n in numbers.items()})
    taken_m2 = space.controls.area_m2(up) + fewer(hall.customs_desks) * space.customs_desk_m2
    if taken_m2 <= more_room.part_m2(hall, space, "controls") + ROUNDING_M2:
        return up
    return Controls(**{name: fewer(n) for name, n in numbers.items()})


def _scaled_exports(exports: HallExports, ratio: float, fit: Mapping[str, int], of_doors: float) -> HallExports:
    units = {
        name: _whole(n, ratio, fit[zone]) if (n := getattr(exports, name)) else 0
        for name, zone in _EXPORT_UNITS.items()
    }
    return replace(
        exports,
        dock_workers_in=max(1, math.ceil(exports.dock_workers_in * of_doors - _ROUNDING)),
        build_up_workers=_people(exports.build_up_workers, exports.build_up_places, units["build_up_places"]),
        **units,
    )


def _people(n: int, units_before: int, units: int) -> int:
    return max(1, math.ceil(n * units / units_before - _ROUNDING)) if units_before else n


def _whole(n: int, ratio: float, n_fit: int, least: int = 1) -> int:
    return max(least, min(math.ceil(n * ratio - _ROUNDING), n_fit))
