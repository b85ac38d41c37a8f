"""More units in a hall, with the people and the floor that they need."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any, Final

from sim.config import Hall, HubConfig, Space, ZoneShares
from sim.site.zones import UNITS

_ROUNDING_M2: Final = 1e-9


@dataclass(frozen=True, slots=True)
class HallUnits:
    """Units of one kind: their zone, the floor per unit, and how a hall gets more of them."""

    zone: str
    unit: str
    count: Callable[[Hall], float]
    standing: Callable[[Hall], float]
    """All units in the zone, including those of `count`."""
    unit_m2: Callable[[Space], float]
    step: Callable[[Space], float] | None
    """The smallest increase; None: whole units."""
    add: Callable[[Hall, HubConfig, float], Hall]
    """The hall with so many more units and their people; the zone is unchanged."""


def with_more(config: HubConfig, kind: HallUnits, units: float) -> HubConfig:
    """Every hall with this many more units and a zone enlarged for them; other zones keep their area."""

    def grown(hall: Hall) -> Hall:
        area = zone_m2(hall, kind.zone) + units * kind.unit_m2(config.space)
        return with_room(kind.add(hall, config, units), kind.zone, area)

    return replace(config, halls={name: grown(hall) for name, hall in config.halls.items()})


def zone_m2(hall: Hall, zone: str) -> float:
    share: float = getattr(hall.zone_shares, zone)
    return share * hall.area_m2


def with_room(hall: Hall, zone: str, at_least_m2: float) -> Hall:
    """The hall with at least this area in a zone and unchanged areas of all other zones."""
    areas = {name: zone_m2(hall, name) for name in ZoneShares.__dataclass_fields__}
    lacking = at_least_m2 - areas[zone]
    if lacking <= _ROUNDING_M2:
        return hall
    area = hall.area_m2 + lacking
    shares = {name: (m2 + lacking if name == zone else m2) / area for name, m2 in areas.items()}
    return replace(hall, area_m2=area, zone_shares=ZoneShares(**shares))


def _plus(hall: Hall, path: str, n: int) -> Hall:
    """The hall with n more units under a key of the hall, or of one of its groups."""
    group, _, name = path.rpartition(".")
    owner: Any = getattr(hall, group) if group else hall
    larger: Any = replace(owner, **{name: getattr(owner, name) + n})
    return replace(hall, **{group: larger}) if group else larger


def _more(path: str, crew: str = "", per_unit: str = "") -> Callable[[Hall, HubConfig, float], Hall]:
    """A function that adds units under a key, each with its `crew` as configured; doors also get façade."""

    def add(hall: Hall, config: HubConfig, n: float) -> Hall:
        larger = _plus(hall, path, int(n))
        if crew:
            larger = _plus(larger, crew, int(n) * attrgetter(per_unit)(config))
        facade = UNITS["dock_doors"].n(larger) * config.space.door_facade_m
        return replace(larger, facade_m=max(hall.facade_m, facade)) if path.startswith("doors") else larger

    return add


def _machines(hall: Hall, config: HubConfig, n: float) -> Hall:  # noqa: ARG001 - as of the others
    return replace(hall, machine_rated_per_h=hall.machine_rated_per_h + n / hall.sorting_machines)


def _floor(hall: Hall, config: HubConfig, n: float) -> Hall:  # noqa: ARG001 - as of the others
    return with_room(hall, "lanes", zone_m2(hall, "lanes") + n)


def _units(zone: str, unit: str, path: str, *crew: str) -> HallUnits:
    """Whole units under a key of the hall, each using the zone's space standard; `crew`: as in `_more`."""
    of_zone = UNITS[zone]
    return HallUnits(zone, unit, attrgetter(path), of_zone.n, attrgetter(of_zone.standard), None, _more(path, *crew))


HALL_UNITS: Final[Mapping[str, HallUnits]] = {
    "positions": _units("uld_positions", "ULD positions", "uld_positions"),
    "stations": _units(
        "breakdown", "stations with their crews", "breakdown_stations",
        "breakdown_workers", "breakdown.workers_per_station",
    ),
    "machines": HallUnits(
        "sorting", "parcels/h rated", UNITS["sorting"].n, UNITS["sorting"].n,
        attrgetter(UNITS["sorting"].standard), lambda _: 1.0, _machines,
    ),
    "handcoding_desks": _units("handcoding", "desks", "handcoding_desks"),
    "packout_posts": _units("packout", "pack-out posts", "packout_posts"),
    "manual_sort_posts": _units("packout", "manual sort posts", "manual_sort_posts"),
    "floor": HallUnits(
        "lanes", "m² of pallets", lambda hall: zone_m2(hall, "lanes"), lambda hall: zone_m2(hall, "lanes"),
        lambda _: 1.0, attrgetter("pallet_m2"), _floor,
    ),
    "doors": _units(
        "dock_doors", "dock doors with their crews", "doors_out", "dock_workers", "outbound.workers_per_truck",
    ),
}  # fmt: skip
"""By resource, as named in `sim.measures.kpis.RESOURCES`."""


PARTS: Final[Mapping[str, tuple[str, str | None]]] = {
    "build_up": ("export", "export_build_up_share"),
    "export_floor": ("export", "export_staging_share"),
    "screening": ("export", "export_screening_share"),
    "hand_sorting": ("export", None),
    "customs_hold": ("customs", "customs_hold_share"),
    "controls": ("customs", None),
}
"""The zone of each part, and the key of its share of the zone; None: the rest."""


def part_m2(hall: Hall, space: Space, part: str) -> float:
    zone, _ = PARTS[part]
    return zone_m2(hall, zone) * _shares(space, zone)[part]


def with_part(config: HubConfig, part: str, at_least_m2: Mapping[str, float]) -> HubConfig:
    """The hub with at least this area of a part of a zone in each hall.

    Shares of a zone are the same in all halls. If halls grow differently, other parts may therefore get more area too.
    """
    zone, _ = PARTS[part]
    areas = {
        name: {other: part_m2(hall, config.space, other) for other in _shares(config.space, zone)}
        for name, hall in config.halls.items()
    }
    if all(areas[name][part] >= m2 for name, m2 in at_least_m2.items()):
        return config
    for name, m2 in at_least_m2.items():
        areas[name][part] = max(areas[name][part], m2)
    total = sum(sum(of_hall.values()) for of_hall in areas.values())
    shares = {other: sum(of_hall[other] for of_hall in areas.values()) / total for other in areas[next(iter(areas))]}
    fields: dict[str, Any] = {
        field: shares[other] for other, (of, field) in PARTS.items() if of == zone and field is not None
    }
    halls = {
        name: with_room(hall, zone, max(m2 / shares[other] for other, m2 in areas[name].items() if m2))
        for name, hall in config.halls.items()
    }
    return replace(config, halls=halls, space=replace(config.space, **fields))


def _shares(space: Space, zone: str) -> dict[str, float]:
    named = {part: getattr(space, field) for part, (of, field) in PARTS.items() if of == zone and field is not None}
    rest = next(part for part, (of, field) in PARTS.items() if of == zone and field is None)
    return {**named, rest: max(0.0, 1 - sum(named.values()))}


@dataclass(frozen=True, slots=True)
class PartUnits:
    """Units of one kind in a part of a zone."""

    part: str
    count: Callable[[Hall], int]
    takes_m2: Callable[[Hall, Space], float]
    """Area that the hall's units need in the part."""
    add: Callable[[Hall, HubConfig, int], Hall]
    """The hall with so many more units and their people; its floor is unchanged."""


def with_more_in_part(config: HubConfig, kind: PartUnits, more: Callable[[int], int]) -> HubConfig:
    """Halls that have such units get `more` of them, and the area that they lack."""
    halls = {
        name: kind.add(hall, config, more(kind.count(hall)) - kind.count(hall)) if kind.count(hall) else hall
        for name, hall in config.halls.items()
    }
    taken = {name: kind.takes_m2(hall, config.space) for name, hall in halls.items() if kind.count(hall)}
    return with_part(replace(config, halls=halls), kind.part, taken)


def with_more_floor(config: HubConfig, part: str, share: float) -> HubConfig:
    """Enlarge a part of a zone for goods by a share, and by at least one pallet."""
    before = {name: part_m2(hall, config.space, part) for name, hall in config.halls.items()}
    least = config.space.pallet_m2
    return with_part(config, part, {name: m2 + max(share * m2, least) for name, m2 in before.items() if m2})


def _of_exports(part: str, name: str, unit_m2: Callable[[Space], float], *crew: str) -> PartUnits:
    path = f"exports.{name}"
    count = attrgetter(path)
    return PartUnits(part, count, lambda hall, space: count(hall) * unit_m2(space), _more(path, *crew))


def _controls_m2(hall: Hall, space: Space) -> float:
    return hall.customs_desks * space.customs_desk_m2 + space.controls.area_m2(hall.controls)


EXPORT_UNITS: Final[Mapping[str, PartUnits]] = {
    "screening_lines": _of_exports("screening", "screening_lines", attrgetter("screening_line_m2")),
    "hand_sorting_posts": _of_exports("hand_sorting", "hand_sorting_posts", attrgetter("hand_sorting_post_m2")),
    "build_up_places": _of_exports(
        "build_up", "build_up_places", attrgetter("build_up_place_m2"),
        "exports.build_up_workers", "exports.build_up.workers_per_place",
    ),
    "build_up_workers": _of_exports("build_up", "build_up_workers", lambda _: 0.0),
}  # fmt: skip
"""By resource; places come with their workers."""
EXPORT_HALL_UNITS: Final[Mapping[str, HallUnits]] = {
    "doors_in": _units(
        "dock_doors", "inbound dock doors with their crews", "doors_in",
        "exports.dock_workers_in", "exports.collections.workers_per_truck",
    ),
    "empty_ulds": _units("empty_ulds", "empty ULDs kept", "exports.empty_ulds"),
}  # fmt: skip
CONTROL_UNITS: Final[Mapping[str, PartUnits]] = {
    path.rpartition(".")[2]: PartUnits("controls", attrgetter(path), _controls_m2, _more(path))
    for path in ("customs_desks", "controls.xray_lanes", "controls.transit_desks", "controls.uld_xrays")
}
assert {kind.part for kind in (*EXPORT_UNITS.values(), *CONTROL_UNITS.values())} <= PARTS.keys()
