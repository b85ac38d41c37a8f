"""The hubs between two scenarios: fields that differ, grouped into factors, and one hub for each set of factors.

A coalition may have more units than fit its hall, such as six machines on 30,000 m². It is simulated anyway, because
the question is how much each factor contributes. Its units get less net area each (`space` in its configuration), and
the area that the standards would require in addition is reported. Only the KPI spare_area_m2 depends on net areas.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, Final

from experiments.designs.design import Design
from experiments.formatting import listed, unit_name, whole, zone
from experiments.grouping import from_paths
from experiments.report.sections import sentence_of
from sim.config import HubConfig
from sim.errors import ConfigError, placed
from sim.reading import near, plain, read
from sim.site.room import check_area
from sim.site.zones import zones_in_use

REST: Final = "rest"
MOST_FACTORS: Final = 8
"""More would need over 256 coalitions."""
_Path = tuple[str, ...]
OF_NOTHING: Final = (("scenario",), ("fit",), ("fitted",))
"""Fields that name a hub, or say how its zone shares were found: no simulation reads them."""
_CLOSER: Final = 1 - 1e-12
"""Factor below 1, so that rounding leaves no unit without room."""


@dataclass(frozen=True, slots=True)
class Lack:
    """Missing space of a coalition by the space standards: of a zone [m²], or of the façade [m]."""

    hall: str
    zone: str
    needed: float
    available: float
    unit: str

    def __str__(self) -> str:
        unit = unit_name(self.unit)
        return f"{zone(self.zone)}: {whole(self.needed)} {unit} needed, {whole(self.available)} {unit} available"


@dataclass(frozen=True, slots=True)
class Coalition:
    """The first scenario with some factors set as in the second. `design.label` is its name in every table."""

    factors: tuple[str, ...]
    design: Design
    lacks: tuple[Lack, ...]


@dataclass(frozen=True, slots=True)
class Game:
    """Coalitions in binary order of their factors: number S has factor i if bit i of S is set.

    `fields` are those that differ, by factor; factors without any are not swapped, and `idle`.
    """

    fields: Mapping[str, tuple[str, ...]]
    idle: tuple[str, ...]
    coalitions: tuple[Coalition, ...]

    @property
    def designs(self) -> list[Design]:
        return [coalition.design for coalition in self.coalitions]


def game_of(
    start: Design, end: Design, factors: Mapping[str, Sequence[str]], of_nothing: Sequence[_Path] = OF_NOTHING
) -> Game:
    """All coalitions between two designs; fields of `of_nothing` are in no factor.

    Raises:
        ConfigError: a pattern that matches no field, a field in two factors, no difference, too many factors, a hall of
            only one design in several factors, or a coalition that the schema refuses.
    """
    old, new = (dict(_leaves(plain(design.hub), ())) for design in (start, end))
    owner = _owners(factors, [path for path in dict.fromkeys([*old, *new]) if path not in of_nothing])
    _check_halls(start, end, owner)
    fields: dict[str, list[str]] = {name: [] for name in [*factors, REST]}
    for path, name in owner.items():
        if path not in old or path not in new or old[path] != new[path]:
            fields[name].append(".".join(path))
    swapped = {name: tuple(keys) for name, keys in fields.items() if keys}
    if not swapped:
        raise ConfigError(f"scenarios: {start.label} and {end.label} do not differ")
    if len(swapped) > MOST_FACTORS:
        raise ConfigError(f"decompose.factors: at most {MOST_FACTORS}, got {len(swapped)}")
    coalitions = []
    for number in range(2 ** len(swapped)):
        members = tuple(name for i, name in enumerate(swapped) if number >> i & 1)
        if len(members) in (0, len(swapped)):
            coalitions.append(Coalition(members, end if members else start, ()))
            continue
        label = " + ".join([start.label, *members])
        sides = {path: new if owner.get(path) in members else old for path in dict.fromkeys([*old, *new])}
        hub, lacks = squeezed(_hub(label, {path: side[path] for path, side in sides.items() if path in side}))
        coalitions.append(Coalition(members, Design(label, hub), lacks))
    return Game(swapped, tuple(name for name in factors if name not in swapped), tuple(coalitions))


def squeezed(hub: HubConfig) -> tuple[HubConfig, tuple[Lack, ...]]:
    """The hub with its units moved closer until they fit, and the area missing by the standards."""
    space, lacks = plain(hub.space), []
    for use in zones_in_use(hub):
        if not use.has_room:
            lacks.append(Lack(use.hall, use.zone, use.n_units * use.standard_m2, use.area_m2, "m2"))
            space[use.standard] = min(space[use.standard], use.area_m2 / math.ceil(use.n_units) * _CLOSER)
    for name, hall in hub.halls.items():
        facade = (hall.doors_out + hall.doors_in) * hub.space.door_facade_m
        if facade > hall.facade_m:
            lacks.append(Lack(name, "facade", facade, hall.facade_m, "m"))
            space["door_facade_m"] = min(space["door_facade_m"], hall.facade_m / (facade / hub.space.door_facade_m))
    changed = replace(hub, space=read(type(hub.space), space, "space"))
    check_area(changed)
    return changed, tuple(lacks)


def _owners(factors: Mapping[str, Sequence[str]], paths: Sequence[_Path]) -> dict[_Path, str]:
    owner: dict[_Path, str] = {}
    keys = {path: ".".join(path) for path in paths}
    for name, patterns in factors.items():
        if name == REST:
            raise ConfigError(f"decompose.factors.{REST}: this name is reserved for fields in no factor")
        for pattern in patterns:
            matching = [
                path for path, key in keys.items() if fnmatchcase(key, pattern) or fnmatchcase(key, f"{pattern}.*")
            ]
            if not matching:
                hint = near(pattern, keys.values())
                raise ConfigError(f"decompose.factors.{name}: {pattern!r} is not a field of the hub{hint}")
            for path in matching:
                if owner.setdefault(path, name) != name:
                    raise ConfigError(f"decompose.factors: {keys[path]} is in two factors, {owner[path]} and {name}")
    return {path: owner.get(path, REST) for path in paths}


def _check_halls(start: Design, end: Design, owner: Mapping[_Path, str]) -> None:
    """Refuse a hall of only one design whose fields are in several factors: combinations would have parts of a hall."""
    old, new = start.hub.halls, end.hub.halls
    if len({name for path, name in owner.items() if path[0] == "halls" and path[1] in old.keys() ^ new.keys()}) > 1:
        halls = {"old": listed([*old], "and"), "new": listed([*new], "and")}
        raise ConfigError(sentence_of("same_halls", start=start.label, end=end.label, **halls))


def _leaves(value: Mapping[str, Any], path: _Path) -> Iterator[tuple[_Path, Any]]:
    for name, item in value.items():
        if isinstance(item, Mapping) and item:
            yield from _leaves(item, (*path, name))
        else:
            yield (*path, name), item


def _hub(label: str, leaves: Mapping[_Path, Any]) -> HubConfig:
    with placed(f"{label}: cannot be: "):
        return read(HubConfig, from_paths(leaves.items()))
