"""A hall drawn to scale: a rectangle for each zone, with exactly its square metres."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from experiments import formatting
from sim.config import Hall, HubConfig
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
_TOO_SMALL_M2: Final = 1e-6


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
    """The zones of a hall, which is as wide as its façade.

    Circulation and doors are strips along it; between them stand imports on the left and exports on the right.
    """
    hall = config.halls[name]
    area = {use.zone: use.area_m2 for use in (*zones_in_use(config), *set_aside(config)) if use.hall == name}
    area["controls"] = hall.area_m2 - sum(area.values())
    area = {zone: m2 for zone, m2 in area.items() if m2 > _TOO_SMALL_M2}
    airside, landside = _strips(area, ("airside_circulation",)), _strips(area, ("landside_circulation", "dock_doors"))
    columns = [_rows(area, rows) for rows in (IMPORTS, EXPORTS)]
    middle_m2 = sum(m2 for rows in columns for row in rows for _, m2 in row)
    y = 0.0
    zones: list[Zone] = []
    for strip in airside:
        zones += _across(strip, 0.0, y, hall.facade_m)
        y += _height(strip, hall)
    depth = middle_m2 / hall.facade_m
    x = 0.0
    for rows in columns:
        width = sum(m2 for row in rows for _, m2 in row) / depth if depth else 0.0
        down = y
        for row in rows:
            zones += _across(row, x, down, width)
            down += sum(m2 for _, m2 in row) / width
        x += width
    y += depth
    for strip in landside:
        zones += _across(strip, 0.0, y, hall.facade_m)
        y += _height(strip, hall)
    return zones


def _strips(area: Mapping[str, float], names: Iterable[str]) -> list[list[tuple[str, float]]]:
    return _rows(area, [(name,) for name in names])


def _rows(area: Mapping[str, float], rows: Iterable[tuple[str, ...]]) -> list[list[tuple[str, float]]]:
    """The rows, each a list of zone and area, without what the hall does not have."""
    occupied = [[(zone, area[zone]) for zone in row if zone in area] for row in rows]
    return [row for row in occupied if row]


def _height(row: list[tuple[str, float]], hall: Hall) -> float:
    return sum(m2 for _, m2 in row) / hall.facade_m


def _across(row: list[tuple[str, float]], x: float, y: float, width: float) -> Iterator[Zone]:
    """Zones side by side, as high as each other."""
    total = sum(m2 for _, m2 in row)
    for name, m2 in row:
        yield Zone(name, formatting.zone(name), x, y, width * m2 / total, total / width)
        x += width * m2 / total
