"""A hall drawn to scale: a rectangle for each zone, with exactly its area."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from experiments import formatting
from sim.config import HubConfig
from sim.site.zones import set_aside, zones_in_use

IMPORTS: Final = (
    ("uld_positions",),
    ("breakdown", "customs_hold", "controls", "customs"),
    ("sorting", "handcoding"),
    ("packout",),
    ("lanes",),
    ("unassigned",),
)
"""Rows of zones from the apron to the doors, in the order of flow."""
EXPORTS: Final = (("empty_ulds",), ("build_up",), ("screening", "hand_sorting"), ("export",))
AIRSIDE: Final = (("airside_circulation",),)
LANDSIDE: Final = (("landside_circulation",), ("dock_doors",))
_TOO_SMALL_M2: Final = 1e-6
Row = list[tuple[str, float]]
"""Zones with their areas [m²]."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone's rectangle [m]: x along the façade, y from the apron to the doors."""

    name: str
    label: str
    x: float
    y: float
    width: float
    height: float

    @property
    def area_m2(self) -> float:
        return self.width * self.height


def zones_of(config: HubConfig, name: str) -> list[Zone]:
    """The zones of a hall, whose width is that of its façade.

    Circulation and doors are strips along it; between them stand imports on the left and exports on the right.
    """
    hall = config.halls[name]
    area = {use.zone: use.area_m2 for use in (*zones_in_use(config), *set_aside(config)) if use.hall == name}
    area["controls"] = hall.area_m2 - sum(area.values())
    area = {zone: m2 for zone, m2 in area.items() if m2 > _TOO_SMALL_M2}
    airside, imports, exports, landside = (_rows(area, rows) for rows in (AIRSIDE, IMPORTS, EXPORTS, LANDSIDE))
    zones: list[Zone] = []
    middle = _stacked(zones, airside, 0.0, 0.0, hall.facade_m)
    depth = sum(m2 for row in (*imports, *exports) for _, m2 in row) / hall.facade_m
    x = 0.0
    for column in (imports, exports):
        width = sum(m2 for row in column for _, m2 in row) / depth if depth else 0.0
        _stacked(zones, column, x, middle, width)
        x += width
    _stacked(zones, landside, 0.0, middle + depth, hall.facade_m)
    return zones


def _rows(area: Mapping[str, float], rows: Iterable[tuple[str, ...]]) -> list[Row]:
    """Rows without zones that the hall lacks."""
    occupied = [[(zone, area[zone]) for zone in row if zone in area] for row in rows]
    return [row for row in occupied if row]


def _stacked(zones: list[Zone], rows: Iterable[Row], x: float, y: float, width: float) -> float:
    """Add rows of adjacent zones of equal height, starting at y; returns where the last row ends."""
    for row in rows:
        total, left = sum(m2 for _, m2 in row), x
        for name, m2 in row:
            zones.append(Zone(name, formatting.zone(name), left, y, width * m2 / total, total / width))
            left += width * m2 / total
        y += total / width
    return y
