"""Whether everything in the halls has room, and what would give it room.

Units that the simulation does not limit by area are counted by zone and façade. A chute without a post would never be
emptied.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from sim.config import Hall, HubConfig, ZoneShares
from sim.config.bounds import SUM_TOLERANCE
from sim.errors import ConfigError
from sim.site.floors import ROUNDING_M2
from sim.site.zones import export_zone_uses, shares_of, uses_of_hall, zone_uses

_GIVE: Final = ("uld_positions", "breakdown", "sorting", "handcoding", "packout", "dock_doors")
"""Zones whose spare floor is empty: it holds neither goods nor empty ULDs."""
_EXPORT_PARTS: Final = ("build_up", "screening", "hand_sorting")
_DIGITS: Final = 5
"""Digits of a proposed share."""
_TAKES: Final = ("area_m2", "facade_m", "packout_posts", "manual_sort_posts")
"""Keys of a hall that are fitted, besides its shares."""
_SHARES: Final = "zone_shares."


def check_area(config: HubConfig) -> None:
    """Refuse units without room: too many for their zone, too many doors for the façade, or chutes without a post.

    Raises:
        ConfigError: all such units together, with what would fit.
    """
    problems, ways = [], []
    for name, hall in config.halls.items():
        problems_of_hall = [
            *_of_posts(config, name, hall),
            *_of_zones(config, name, hall),
            *_of_facade(config, name, hall),
        ]
        if problems_of_hall:
            problems += problems_of_hall
            ways.append(_way(config, name, hall))
    if problems:
        raise ConfigError("; ".join([*problems, *ways]))


def fitted(config: HubConfig) -> HubConfig:
    """The hub with room for all its units; `fitted` lists the changes.

    Zones that are too small get larger shares: first from floor of no zone, then from zones with more floor than their
    units need. If this is not enough, the hall becomes larger. The façade gets room for all doors, and each chute a
    post.

    Raises:
        ConfigError: a zone has no room for its units at any size.
    """
    halls, changes = {}, []
    for name, hall in config.halls.items():
        larger = _fitted(config, hall)
        if larger is None:
            check_area(config)
        halls[name] = larger or hall
        changes += [f"halls.{name}.{key}: {old:g} -> {new:g}" for key, old, new in _changes(hall, halls[name])]
    return replace(config, halls=halls, fitted=(*config.fitted, *changes)) if changes else config


def _of_posts(config: HubConfig, name: str, hall: Hall) -> Iterator[str]:
    least = config.least_packout_posts(hall)
    if 0 < hall.packout_posts < least:
        yield (
            f"halls.{name}.packout_posts: each chute (a machine's of a route) needs a post: at least {least},"
            f" or 0 without pack-out; got {hall.packout_posts}"
        )
    if config.parcels.non_conveyable_share > 0 and hall.manual_sort_posts == 0:
        yield (
            f"halls.{name}.manual_sort_posts: at least 1, since parcels.non_conveyable_share ="
            f" {config.parcels.non_conveyable_share:g} of the parcels need them; got 0"
        )


def _of_zones(config: HubConfig, name: str, hall: Hall) -> Iterator[str]:
    free = hall.zone_shares.customs * hall.area_m2 * (1 - config.space.customs_hold_share)
    taken = config.space.controls.area_m2(hall.controls)
    if taken > free + ROUNDING_M2:
        yield (
            f"halls.{name}.controls: X-ray and transit desks take {taken:g} m2, more than the {free:g} m2 of zone"
            " customs beside its hold zone"
        )
    for zone in uses_of_hall(config, name, hall):
        if not zone.has_room:
            yield (
                f"halls.{name}: zone {zone.zone}: {zone.n_units:g} {zone.unit} are more than the {zone.n_fit:g}"
                f" that fit its {zone.area_m2:g} m2 at {zone.standard_m2:g} m2 each"
            )


def _of_facade(config: HubConfig, name: str, hall: Hall) -> Iterator[str]:
    doors, each = hall.doors_out + hall.doors_in, config.space.door_facade_m
    by_facade = math.floor(hall.facade_m / each + ROUNDING_M2)
    if doors > by_facade:
        yield (
            f"halls.{name}: {doors} dock doors are more than the {by_facade} that fit its facade of"
            f" {hall.facade_m:g} m at {each:g} m each"
        )


def _way(config: HubConfig, name: str, hall: Hall) -> str:
    larger = _fitted(config, hall)
    if larger is None:
        return f"halls.{name}: no size of its zones would have room for them"
    changes = {key: new for key, _, new in _changes(hall, larger)}
    shares = [f"{key.removeprefix(_SHARES)}:{new:g}" for key, new in changes.items() if key.startswith(_SHARES)]
    words = [f"halls.{name}.{key}={new:g}" for key, new in changes.items() if not key.startswith(_SHARES)]
    words += [f"'halls.{name}.zone_shares={{{','.join(shares)}}}'"] if shares else []
    area = "has room for them"
    if larger.area_m2 > hall.area_m2:
        area = f"needs {larger.area_m2:,.0f} m2 (it has {hall.area_m2:,.0f} m2)"
    return f"halls.{name} {area}; fit=auto sets this: {' '.join(words)}"


def _changes(hall: Hall, other: Hall) -> Iterator[tuple[str, float, float]]:
    """Keys of a hall that differ, with both values."""
    for key in _TAKES:
        old, new = getattr(hall, key), getattr(other, key)
        if old != new:
            yield key, old, new
    for (zone, old), new in zip(shares_of(hall).items(), shares_of(other).values(), strict=True):
        if old != new:
            yield f"{_SHARES}{zone}", old, new


def _fitted(config: HubConfig, hall: Hall) -> Hall | None:
    """The hall with room for all units; None if no size has room."""
    posts = max(hall.packout_posts, config.least_packout_posts(hall)) if hall.packout_posts else 0
    by_hand = max(hall.manual_sort_posts, 1 if config.parcels.non_conveyable_share > 0 else 0)
    facade_m = max(hall.facade_m, (hall.doors_out + hall.doors_in) * config.space.door_facade_m)
    hall = replace(hall, packout_posts=posts, manual_sort_posts=by_hand, facade_m=facade_m)
    needed = _needed_m2(hall, config)
    if not all(map(math.isfinite, needed.values())):
        return None
    present = {zone: share * hall.area_m2 for zone, share in shares_of(hall).items()}
    lacking = [m2 - present[zone] for zone, m2 in needed.items() if m2 > present[zone] + ROUNDING_M2]
    if not lacking:
        return hall
    wanted = {zone: max(m2, needed.get(zone, 0.0)) for zone, m2 in present.items()}
    unassigned = max(0.0, hall.area_m2 - sum(present.values()))
    spare = {zone: present[zone] - needed[zone] for zone in _GIVE if present[zone] > needed[zone]}
    # Shares are rounded up: without floor for that, a hall with enough spare floor would become larger.
    rounded_m2 = (len(lacking) + len(spare)) * hall.area_m2 / 10**_DIGITS
    rest = max(0.0, sum(lacking) + rounded_m2 - unassigned)
    given = min(1.0, rest / sum(spare.values())) if spare else 0.0
    for zone, m2 in spare.items():
        wanted[zone] -= given * m2
    return _divided(hall, wanted)


def _divided(hall: Hall, wanted_m2: dict[str, float]) -> Hall:
    """The hall with at least this area of each zone, on whole m², and not less than it has."""
    area = max(hall.area_m2, math.ceil(sum(wanted_m2.values()) - ROUNDING_M2))
    while True:
        kept = shares_of(hall) if area == hall.area_m2 else {}
        shares = {
            zone: kept[zone]
            if zone in kept and abs(kept[zone] * area - m2) < ROUNDING_M2
            else math.ceil(m2 / area * 10**_DIGITS) / 10**_DIGITS
            for zone, m2 in wanted_m2.items()
        }
        if sum(shares.values()) <= 1 + SUM_TOLERANCE:
            return replace(hall, area_m2=float(area), zone_shares=ZoneShares(**shares))
        area = math.floor(area) + 1


def _needed_m2(hall: Hall, config: HubConfig) -> dict[str, float]:
    """Area that the units of each zone need; infinite if no size of the zone would do."""
    space = config.space
    needed = {use.zone: use.n_units * use.standard_m2 for use in zone_uses("", hall, space)}
    needed["packout"] = needed["packout"] + config.lane_places_m2(hall) if "packout" in needed else 0.0
    needed["customs"] = _over(needed["customs"] + space.controls.area_m2(hall.controls), 1 - space.customs_hold_share)
    if config.exports.share > 0:
        units = {use.zone: use.n_units * use.standard_m2 for use in export_zone_uses("", hall, space)}
        shares = space.export_build_up_share, space.export_screening_share
        by_hand = 1 - space.export_staging_share - sum(shares)
        parts = zip(_EXPORT_PARTS, (*shares, by_hand), strict=True)
        needed["export"] = max(_over(units[part], share) for part, share in parts)
        needed["empty_ulds"] = units["empty_ulds"]
    return needed


def _over(m2: float, share: float) -> float:
    """The area of a zone of which this share has this area."""
    if m2 == 0:
        return 0.0
    return m2 / share if share > 0 else math.inf
