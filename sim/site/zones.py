"""The zones of a hall: what stands in each, and how much of it would fit."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from sim.config import Hall, HubConfig, Space, ZoneShares
from sim.site import floors


@dataclass(frozen=True, slots=True)
class ZoneUse:
    """What stands in a zone, and how much of it would fit."""

    hall: str
    zone: str
    area_m2: float
    unit: str
    n_units: float
    """Units in the zone (for sorting: rated parcels/h)."""
    n_fit: float
    standard_m2: float
    standard: str = ""
    """Its key among the space standards."""

    @property
    def spare_m2(self) -> float:
        return self.area_m2 - self.n_units * self.standard_m2


def _use(
    space: Space,
    hall: str,
    zone: str,
    area_m2: float,
    unit: str,
    n_units: float,
    standard: str,
) -> ZoneUse:
    """Whole units only, but for parcels/h."""
    standard_m2: float = getattr(space, standard)
    return ZoneUse(hall, zone, area_m2, unit, n_units, floors.fit(area_m2, standard_m2), standard_m2, standard)


def zone_uses(name: str, hall: Hall, space: Space) -> tuple[ZoneUse, ...]:
    """The zones of a hall whose units are named, with what fits; whole units only, but for parcels/h."""
    area = hall.area_m2
    shares = hall.zone_shares
    customs = shares.customs * area * (1 - space.customs_hold_share) - space.controls.area_m2(hall.controls)
    posts = hall.packout_posts + hall.manual_sort_posts

    units: list[tuple[str, float, str, float, str]] = [
        ("uld_positions", shares.uld_positions * area, "ULD positions", hall.uld_positions, "uld_position_m2"),
        ("breakdown", shares.breakdown * area, "stations", hall.breakdown_stations, "breakdown_station_m2"),
        ("sorting", shares.sorting * area, "rated parcels/h", hall.rated_per_h, "sorting_m2_per_parcel_per_h"),
        ("handcoding", shares.handcoding * area, "hand-coding desks", hall.handcoding_desks, "handcoding_desk_m2"),
        ("customs", max(0.0, customs), "examination desks", hall.customs_desks, "customs_desk_m2"),
        ("dock_doors", shares.dock_doors * area, "dock doors", hall.doors_out + hall.doors_in, "dock_door_m2"),
    ]
    if posts:
        units.append(("packout", shares.packout * area, "pack-out and manual-sort posts", posts, "packout_post_m2"))
    return tuple(_use(space, name, *each) for each in units)


def export_zone_uses(name: str, hall: Hall, space: Space) -> tuple[ZoneUse, ...]:
    """What stands in the zones for exports and empty ULDs."""
    zone, exports = hall.zone_shares.export * hall.area_m2, hall.exports
    by_hand = 1 - space.export_build_up_share - space.export_staging_share - space.export_screening_share
    build_up, screening = zone * space.export_build_up_share, zone * space.export_screening_share
    empties = hall.zone_shares.empty_ulds * hall.area_m2
    units = (
        ("build_up", build_up, "build-up places", exports.build_up_places, "build_up_place_m2"),
        ("screening", screening, "screening lines", exports.screening_lines, "screening_line_m2"),
        (
            "hand_sorting",
            zone * by_hand,
            "posts for sorting by hand",
            exports.hand_sorting_posts,
            "hand_sorting_post_m2",
        ),
        ("empty_ulds", empties, "empty ULDs", exports.empty_ulds, "empty_uld_m2"),
    )
    return tuple(_use(space, name, *each) for each in units)


def uses_of_hall(config: HubConfig, name: str, hall: Hall) -> Iterator[ZoneUse]:
    """The zones of a hall with named units; those for exports only where there are any."""
    yield from zone_uses(name, hall, config.space)
    if config.exports.share:
        yield from export_zone_uses(name, hall, config.space)


def zones_in_use(config: HubConfig) -> Iterator[ZoneUse]:
    """The same of all halls."""
    for name, hall in config.halls.items():
        yield from uses_of_hall(config, name, hall)


def set_aside(config: HubConfig) -> Iterator[ZoneUse]:
    """The zones of all halls without named units: floor for parcels, taken whole, and what is only set aside."""
    for name, hall in config.halls.items():
        yield from _set_aside(name, hall, config.space, has_exports=config.exports.share > 0)


def _set_aside(name: str, hall: Hall, space: Space, *, has_exports: bool) -> tuple[ZoneUse, ...]:
    area, shares = hall.area_m2, shares_of(hall)
    goods = [
        ("lanes", floors.lanes_m2(hall), floors.floor_parcels(hall, space)),
        ("customs_hold", floors.hold_zone_m2(hall, space), floors.hold_zone_parcels(hall, space)),
    ]
    if has_exports:
        goods.append(("export", floors.export_floor_m2(hall, space), floors.export_floor_parcels(hall, space)))
    unused = {"packout": not hall.packout_posts + hall.manual_sort_posts}
    unused |= dict.fromkeys(("export", "empty_ulds"), not has_exports)
    rest = {
        zone: shares[zone] * area
        for zone in ("export", "empty_ulds", "packout", "airside_circulation", "landside_circulation")
        if unused.get(zone, True)
    }
    rest["unassigned"] = max(0.0, 1 - sum(shares.values())) * area
    return (
        *(ZoneUse(name, zone, m2, "parcels", n, n, m2 / n if n else 0.0) for zone, m2, n in goods),
        *(ZoneUse(name, zone, m2, "set aside", 0, 0, 0.0) for zone, m2 in rest.items()),
    )


def shares_of(hall: Hall) -> dict[str, float]:
    """By zone."""
    return {field.name: getattr(hall.zone_shares, field.name) for field in fields(ZoneShares)}
