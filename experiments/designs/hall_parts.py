"""Zones that are divided among kinds of units: more floor for one of them, and as much as before for all others."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from experiments.designs.more_room import with_room, zone_m2
from sim.config import Hall, HubConfig, Space

PARTS: Final[Mapping[str, tuple[str, str | None]]] = {
    "build_up": ("export", "export_build_up_share"),
    "export_floor": ("export", "export_staging_share"),
    "screening": ("export", "export_screening_share"),
    "hand_sorting": ("export", None),
    "customs_hold": ("customs", "customs_hold_share"),
    "controls": ("customs", None),
}
"""By part its zone, and where the space standards have its share of it; None: the rest."""


def part_m2(hall: Hall, space: Space, part: str) -> float:
    zone, _ = PARTS[part]
    return zone_m2(hall, zone) * _shares(space, zone)[part]


def with_part(config: HubConfig, part: str, at_least_m2: Mapping[str, float]) -> HubConfig:
    """The hub with at least so much area of a part, by hall.

    Shares of a zone are the same in all halls: of several halls that do not grow alike, other parts may get more.
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
    total = sum(sum(own.values()) for own in areas.values())
    shares = {other: sum(own[other] for own in areas.values()) / total for other in areas[next(iter(areas))]}
    fields: dict[str, Any] = {
        field: shares[other] for other, (of, field) in PARTS.items() if of == zone and field is not None
    }
    halls = {
        name: with_room(hall, zone, max(m2 / shares[other] for other, m2 in areas[name].items() if m2))
        for name, hall in config.halls.items()
    }
    return replace(config, halls=halls, space=replace(config.space, **fields))


def _shares(space: Space, zone: str) -> dict[str, float]:
    """Of a zone, by part."""
    named = {part: getattr(space, field) for part, (of, field) in PARTS.items() if of == zone and field is not None}
    rest = next(part for part, (of, field) in PARTS.items() if of == zone and field is None)
    return {**named, rest: max(0.0, 1 - sum(named.values()))}
