"""The same hub on less floor, or on more: every hall and what stands in it at one scale, in whole units."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from sim.config import Hall, HubConfig
from sim.config.exports import HallExports
from sim.errors import ConfigError
from sim.reading import plain, read
from sim.site.room import check_area
from sim.site.zones import export_zone_uses, zone_uses

_ROUNDING: Final = 1e-9
_UNITS: Final[Mapping[str, str]] = {
    "uld_positions": "uld_positions",
    "breakdown_stations": "breakdown",
    "handcoding_desks": "handcoding",
    "customs_desks": "customs",
    "packout_posts": "packout",
    "manual_sort_posts": "packout",
}
"""Units of a hall, and their zones; doors share theirs."""
_EXPORT_UNITS: Final[Mapping[str, str]] = {
    "screening_lines": "screening",
    "hand_sorting_posts": "hand_sorting",
    "build_up_places": "build_up",
    "empty_ulds": "empty_ulds",
}
"""Those of its exports."""


def scaled_to(config: HubConfig, area_m2: float) -> HubConfig:
    """The hub with so much area in all. Zones keep their shares, so that all floors scale alike.

    Units become the next whole number if that fits, else the one below, and at least one where there are
    some, or one a chute; machines stay as many and become as much slower or faster; people and façade go
    with the units. The apron stays as it is.

    Raises:
        ConfigError: a hall that the schema refuses, or in which something does not fit.
    """
    ratio = area_m2 / config.area_m2
    try:
        halls = {name: _scaled(hall, ratio, config) for name, hall in config.halls.items()}
        hub = read(HubConfig, plain(replace(config, halls=halls)))
        check_area(hub)
    except (ConfigError, ValueError) as error:
        raise ConfigError(f"{config.scenario} on {area_m2:g} m2: {error}") from error
    return hub


def _scaled(hall: Hall, ratio: float, config: HubConfig) -> Hall:
    larger = replace(hall, area_m2=hall.area_m2 * ratio)
    uses = (*zone_uses("", larger, config.space), *export_zone_uses("", larger, config.space))
    fit = {use.zone: int(use.n_fit) for use in uses if use.zone != "sorting"}
    units: dict[str, Any] = {}
    for name, zone in _UNITS.items():
        n = getattr(hall, name)
        least = config.chutes(hall) if name == "packout_posts" else 1
        units[name] = _whole(n, ratio, fit[zone], least) if n else 0
        fit[zone] = fit.get(zone, 0) - units[name]
    doors_in = math.floor(hall.doors_in * ratio + _ROUNDING)
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
