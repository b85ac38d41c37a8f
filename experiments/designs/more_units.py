"""More of what exports and customs' controls have in a hall, with the people it takes and with room for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from experiments.designs.hall_parts import PARTS, part_m2, with_part
from experiments.designs.more_room import HallUnits
from sim.config import Hall, HubConfig, Space


@dataclass(frozen=True, slots=True)
class PartUnits:
    """Units of one kind that stand in a part of a zone."""

    part: str
    count: Callable[[Hall], int]
    takes_m2: Callable[[Hall, Space], float]
    """Of the part, with all that stands there."""
    add: Callable[[Hall, HubConfig, int], Hall]
    """The hall with so many more, and their people; its floor as it was."""


def with_more_in_part(config: HubConfig, kind: PartUnits, more: Callable[[int], int]) -> HubConfig:
    """Halls that have some get `more` of them, and what floor they lack."""
    halls = {
        name: kind.add(hall, config, more(kind.count(hall)) - kind.count(hall)) if kind.count(hall) else hall
        for name, hall in config.halls.items()
    }
    taken = {name: kind.takes_m2(hall, config.space) for name, hall in halls.items() if kind.count(hall)}
    return with_part(replace(config, halls=halls), kind.part, taken)


def with_more_floor(config: HubConfig, part: str, share: float) -> HubConfig:
    """A part of a zone that goods lie on, larger by a share and by a pallet at least."""
    before = {name: part_m2(hall, config.space, part) for name, hall in config.halls.items()}
    least = config.space.pallet_m2
    return with_part(config, part, {name: m2 + max(share * m2, least) for name, m2 in before.items() if m2})


def _of_exports(
    part: str, name: str, unit_m2: Callable[[Space], float], add: Callable[[Hall, HubConfig, int], Hall] | None = None
) -> PartUnits:
    def count(hall: Hall) -> int:
        n: int = getattr(hall.exports, name)
        return n

    return PartUnits(part, count, lambda hall, space: count(hall) * unit_m2(space), add or _counted(name))


def _counted(*names: str) -> Callable[[Hall, HubConfig, int], Hall]:
    """So many more of each of these."""

    def add(hall: Hall, _: HubConfig, n: int) -> Hall:
        more = {name: getattr(hall.exports, name) + n for name in names}
        return replace(hall, exports=replace(hall.exports, **more))

    return add


def _build_up_places(hall: Hall, config: HubConfig, n: int) -> Hall:
    own = hall.exports
    workers = own.build_up_workers + n * config.exports.build_up.workers_per_place
    return replace(hall, exports=replace(own, build_up_places=own.build_up_places + n, build_up_workers=workers))


def _controls_m2(hall: Hall, space: Space) -> float:
    return hall.customs_desks * space.customs_desk_m2 + space.controls.area_m2(hall.controls)


def _control(name: str) -> PartUnits:
    def count(hall: Hall) -> int:
        n: int = getattr(hall.controls, name)
        return n

    def add(hall: Hall, _: HubConfig, n: int) -> Hall:
        return replace(hall, controls=replace(hall.controls, **{name: count(hall) + n}))

    return PartUnits("controls", count, _controls_m2, add)


def _doors_in(hall: Hall, config: HubConfig, n: float) -> Hall:
    doors = hall.doors_in + int(n)
    workers = hall.exports.dock_workers_in + int(n) * config.exports.collections.workers_per_truck
    facade = max(hall.facade_m, (hall.doors_out + doors) * config.space.door_facade_m)
    return replace(hall, doors_in=doors, facade_m=facade, exports=replace(hall.exports, dock_workers_in=workers))


EXPORT_UNITS: Final[Mapping[str, PartUnits]] = {
    "screening_lines": _of_exports("screening", "screening_lines", lambda space: space.screening_line_m2),
    "hand_sorting_posts": _of_exports("hand_sorting", "hand_sorting_posts", lambda space: space.hand_sorting_post_m2),
    "build_up_places": _of_exports(
        "build_up", "build_up_places", lambda space: space.build_up_place_m2, _build_up_places
    ),
    "build_up_workers": _of_exports("build_up", "build_up_workers", lambda _: 0.0),
}
"""By resource; places come with their workers."""
EXPORT_HALL_UNITS: Final[Mapping[str, HallUnits]] = {
    "doors_in": HallUnits(
        "dock_doors", "inbound dock doors with their crews", lambda hall: hall.doors_in,
        lambda hall: hall.doors_out + hall.doors_in, lambda space: space.dock_door_m2, None, _doors_in,
    ),
    "empty_ulds": HallUnits(
        "empty_ulds", "empty ULDs kept", lambda hall: hall.exports.empty_ulds, lambda hall: hall.exports.empty_ulds,
        lambda space: space.empty_uld_m2, None, lambda hall, config, n: _counted("empty_ulds")(hall, config, int(n)),
    ),
}  # fmt: skip
CONTROL_UNITS: Final[Mapping[str, PartUnits]] = {
    "customs_desks": PartUnits(
        "controls", lambda hall: hall.customs_desks, _controls_m2,
        lambda hall, _, n: replace(hall, customs_desks=hall.customs_desks + n),
    ),
    **{name: _control(name) for name in ("xray_lanes", "transit_desks", "uld_xrays")},
}  # fmt: skip
assert {kind.part for kind in (*EXPORT_UNITS.values(), *CONTROL_UNITS.values())} <= PARTS.keys()
