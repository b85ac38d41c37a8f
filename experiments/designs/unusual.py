"""Warnings on hubs that are permitted but unusual, or whose numbers are hard to read."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from experiments.designs.design import Design
from experiments.formatting import instant, listed, resource
from experiments.own_file import choosing
from experiments.report.key_names import key_unit, name_of
from experiments.report.public_hubs import public_hubs
from experiments.report.sections import sentence_of
from sim.config import HubConfig
from sim.config.bounds import DAYS_PER_WEEK
from sim.config.controls import Controls
from sim.config.disruptions import Spell
from sim.distributions import Shape
from sim.domain.presorting import Presorting
from sim.domain.roles import ROLES
from sim.domain.site import PackoutRule
from sim.inputs.flight_files import schedules_of
from sim.inputs.loads import most_spread
from sim.inputs.own_flights import left_out, mean_rows
from sim.inputs.own_process import outside
from sim.own import ARRIVALS
from sim.units import MIN_PER_DAY, TICKS_PER_DAY, TICKS_PER_MIN, ticks

_FLIGHTS: Final = "demand.flights_per_day"
_PARCELS: Final = "demand.parcels_per_flight"
_DRAWS: Final = ("seed", "start_date", "warmup_days", "horizon_days")
"""Keys that must be equal for designs to have the same flights and parcels on the same days."""
_ROLE: Final = r"roster\.(roles|work\.utilisation)\."
_USED: Final[Mapping[str, tuple[str, Callable[[HubConfig], object]]]] = MappingProxyType({
    "not_used_exports": (
        (r"exports\.(?!share).+|halls\.\w+\.exports\..+|apron\.outbound_tugs|connections\.(waves|in_turn)"
         r"|rules\.(collection_machine|deck|ulds_fly|empties)"
         rf"|{_ROLE}(docks_in|screening|hand_sorting|build_up|outbound_tugs)\b.*"),
        lambda hub: hub.exports.share,
    ),
    "not_used_declarations": (
        rf"(halls\.\w+|space)\.controls\b.*|{_ROLE}(xray|transit|uld_xray)\b.*", lambda hub: hub.customs.declared
    ),
    "not_used_flexible": (
        r"packout\.(look|review|walk)_min|rules\.packers", lambda hub: hub.packout.rule is PackoutRule.FLEXIBLE
    ),
    "not_used_shared_chutes": (
        r"packout\.second_sort_min",
        lambda hub: any(len(routes) > 1 for hall in hub.halls.values() for at in hub.chutes(hall) for routes in at),
    ),
    "not_used_second_machine": (
        r"packout\.second_round_min",
        lambda hub: any(
            chute.second is not None for hall in hub.halls.values() for at in hub.all_chutes(hall) for chute in at
        ),
    ),
    "not_used_bags": (r"presorted\.bag_\w+", lambda hub: hub.presorted.goods is Presorting.BAGS),
    "not_used_ulds": (r"presorted\.(uld_pallets|carry_min)", lambda hub: hub.presorted.goods is Presorting.ULDS),
    "not_used_unsorted": (
        r"parcels\.non_conveyable_share|manual_sort\..+|breakdown\.uld_(min|parcels)",
        lambda hub: hub.presorted.goods is Presorting.NONE,
    ),
    "not_used_halls": (r"complex\..+|rules\.shuttle", lambda hub: len(hub.halls) > 1),
    "not_used_connections": (r"connections\.(minimum_min|pairs)", lambda hub: hub.connections.lanes),
    "not_used_spread": (r"demand\.load\.fullest", lambda hub: hub.demand.load.spread != 0),
    "not_used_disruptions": (r"recovery\..+", lambda hub: hub.disruptions),
    "not_used_goods": (r"trade\.(?!is_on).+", lambda hub: hub.trade.is_on),
    "not_used_revenue": (r"(?!expansion\.).*\b(parcels\.(export_)?revenue_eur|discounting\.timing)", lambda _: False),
    "not_used_ledger": (r"exposure\.(?!is_on|policy$).+", lambda hub: hub.exposure.is_on),
})  # fmt: skip
"""By warning: a pattern of keys, and whether a hub uses them."""


def hall_warnings(config: HubConfig) -> list[str]:
    """Warnings on halls with less or more area for their machines than any public air hub."""
    areas = [hub.m2_per_parcel_h for hub in public_hubs() if hub.kind == "air"]
    return [
        sentence_of("odd_hall", hall=name, own=m2_per_parcel_h, n=len(areas), least=min(areas), most=max(areas))
        for name, hall in config.halls.items()
        if hall.rated_per_h and not min(areas) <= (m2_per_parcel_h := hall.area_m2 / hall.rated_per_h) <= max(areas)
    ]


def period_warnings(config: HubConfig) -> list[str]:
    """Warnings on periods that make numbers hard to read."""
    lines = [*hall_warnings(config), *_weeks(config), *_changes(config)]
    wanted, spread = config.demand.mean_parcels_per_flight, config.demand.load.spread
    for name in _with_demands_load(config):
        limit = config.load_limit(name)
        if limit.parcels < wanted:
            lines.append(sentence_of("less_on_board", aircraft=name, limit=limit, wanted=wanted))
        most = most_spread(config.parcels_of(name), config.fullest_load(name))
        if not isinstance(spread, Shape) and spread > most:
            lines.append(sentence_of("less_spread", load=config.demand.load, aircraft=name, most=most))
    return lines


def _with_demands_load(config: HubConfig) -> list[str]:
    """Aircraft types with flights whose parcels the demand gives, because no row of a file does."""
    drawn = {name for name, kind in config.fleet.items() if kind.share}
    if config.arrivals.schedule:
        rows = (row for row in schedules_of(config).rows if row.n_parcels is None)
        drawn = set().union(*(drawn if row.aircraft is None else {row.aircraft} for row in rows))
    return [name for name in config.fleet if name in drawn]


def idle_functions(hubs: Sequence[HubConfig], words: Iterable[str]) -> Iterator[str]:
    """Rules and arrivals in the user's file that no hub uses and no word names: probably forgotten."""
    own_file = hubs[0].own_file
    if own_file is None:
        return
    named = {name for hub in hubs for name in (*hub.rules.values(), hub.complex.policy)}
    named.update(name for word in words for name in re.findall(r"\w+", word))
    kinds = {name: function.declaration for name, function in own_file.functions.items() if name not in named}
    idle = [choosing(of.decision or of.kind, name) for name, of in kinds.items() if of.kind in ("rule", ARRIVALS)]
    if idle:
        yield sentence_of("idle_functions", file=own_file.name, chosen=", ".join(idle))


def hub_warnings(hubs: Sequence[HubConfig]) -> Iterator[str]:
    """Warnings on the measured days of hubs, which may differ, and on what has no effect there; on flight files."""
    if why := not_paired(hubs):
        yield why
    for hub in hubs:
        yield from _weeks(hub)
        yield from _late_disruptions(hub)
        if hub.exposure.policy is not None and not hub.exposure.is_on:
            yield sentence_of("idle_policy", policy=hub.exposure.policy)
        if hub.arrivals.schedule:
            yield from _file_warnings(hub)


def same_hubs(designs: Sequence[Design]) -> Iterator[str]:
    """Designs that differ in nothing but names."""
    by_hub: dict[str, list[str]] = {}
    for design in designs:
        hub = design.hub
        demand, roster = replace(hub.demand, name=""), replace(hub.roster, name="")
        by_hub.setdefault(repr(replace(hub, scenario="", demand=demand, roster=roster)), []).append(design.label)
    yield from (
        sentence_of("same_hubs", designs=listed(labels, "and")) for labels in by_hub.values() if len(labels) > 1
    )


def _weeks(config: HubConfig) -> Iterator[str]:
    """Measured days that are no whole weeks, of a demand whose weekdays differ."""
    weekdays = config.arrivals.weekday_index
    if config.horizon_days % DAYS_PER_WEEK and (weekdays is None or min(weekdays) < max(weekdays)):
        which = "short_week" if config.horizon_days < DAYS_PER_WEEK else "no_whole_weeks"
        yield sentence_of(which, days=config.horizon_days)


def _late_disruptions(config: HubConfig) -> Iterator[str]:
    """Disruptions that begin after the measured days."""
    for name, disruption in config.disruptions.items():
        if isinstance(disruption, Spell) and disruption.begins(config) >= config.days * TICKS_PER_DAY:
            yield sentence_of("late_disruption", name=name, start=disruption.start, days=config.horizon_days)


def unpriced_units(hubs: Sequence[HubConfig]) -> Iterator[str]:
    """Machines and desks of customs' controls, which have no price, if hubs have different numbers of them."""
    kinds = [field.name for field in fields(Controls)]
    numbers = {
        kind: {sum(getattr(hall.controls, kind) for hall in hub.halls.values()) for hub in hubs} for kind in kinds
    }
    if differing := [resource(kind) for kind in kinds if len(numbers[kind]) > 1]:
        yield sentence_of("unpriced_units", units=listed(differing, "and"))


def outside_flights(hubs: Sequence[HubConfig]) -> Iterator[str]:
    """Flights that functions of the user's file schedule outside the run; a stored run's code is not executed."""
    by_function = {hub.rules[ARRIVALS]: hub for hub in hubs if ARRIVALS in hub.rules}
    for name, hub in by_function.items():
        if hub.own_file is not None and hub.own_file.is_trusted:
            n, of = outside(hub, hub.clock.local(ticks(hub.end_min)))
            if n:
                yield sentence_of("flights_outside", file=hub.own_file.name, name=name, n=n, of=of)


def not_paired(hubs: Sequence[HubConfig]) -> str:
    """The reason why replications of hubs do not see the same flights; empty if they do."""
    for key in _DRAWS:
        values = list(dict.fromkeys(str(getattr(hub, key)) for hub in hubs))
        if len(values) > 1:
            unit = key_unit(key)
            texts = [f"{value} {unit.removesuffix('s') if value == '1' else unit}".rstrip() for value in values]
            return sentence_of("not_paired", name=name_of(key), values=listed(texts, "and"))
    return ""


def idle_flights(hubs: Sequence[HubConfig], words: Iterable[str]) -> Iterator[str]:
    """Flights a day, or parcels a flight, that words give to hubs whose flights, or parcels, come from a file."""
    of_files = {hub.arrivals.schedule: hub for hub in hubs if hub.arrivals.schedule}
    with_parcels = [name for name, hub in of_files.items() if not _with_demands_load(hub)]
    for text, key, files in (("idle_flights", _FLIGHTS, [*of_files]), ("idle_parcels", _PARCELS, with_parcels)):
        if files and any(key in word for word in words):
            yield sentence_of(text, key=key, files=", ".join(sorted(files)))


def idle_keys(hubs: Sequence[HubConfig], words: Iterable[str]) -> Iterator[str]:
    """Keys in words that no hub uses, because it lacks what they belong to."""
    keys = dict.fromkeys(key for word in words for key in re.findall(r"[\w.]+(?==)", word))
    for warning, (pattern, uses) in _USED.items():
        idle = [key for key in keys if re.fullmatch(pattern, key)]
        if idle and not any(map(uses, hubs)):
            yield sentence_of(warning, keys=listed(idle, "and"))


def _changes(config: HubConfig) -> Iterator[str]:
    """Clock changes within the run."""
    for since, _ in config.clock.changes:
        if 0 < since < ticks(config.end_min):
            when = instant(since / TICKS_PER_MIN, config.start_date, config.clock)
            yield sentence_of("clocks_change", when=when, zone=config.time_zone)


def _file_warnings(config: HubConfig) -> Iterator[str]:
    """Warnings on flight files: ignored contents, and flights that are not flown."""
    arrivals, schedules, end = config.arrivals, schedules_of(config), ticks(config.end_min)
    path = Path(schedules.path).name
    if config.warmup_days == 0:
        yield sentence_of("starts_empty" if arrivals.resampled_weeks is None else "starts_empty_resampled")
    follows_work = any(map(config.roster.follows_work, ROLES))
    late = {"ends_with_few_people": follows_work, "ends_without_flights": config.exports.share}
    effects = [sentence_of(text) for text, is_so in late.items() if is_so]
    if arrivals.resampled_weeks is None and effects and _is_quiet_afterwards(config, end):
        more = {"repeat": arrivals.repeat + (1 if config.warmup_days else 2)}
        more |= {"warmup": config.warmup_days or DAYS_PER_WEEK, "horizon": config.horizon_days}
        yield sentence_of("ends_with_days", path=path, effects=listed(effects, "and"), **more)
    if schedules.unread:
        yield sentence_of("columns_unread", path=path, columns=", ".join(schedules.unread))
    n, of = left_out(config, end)
    if n and arrivals.resampled_weeks is not None:
        yield sentence_of("rows_of_no_week", path=path, n=n, of=of)
    elif n:
        ends = {"first": config.start_date, "last": instant(end / TICKS_PER_MIN, config.start_date, config.clock)}
        yield sentence_of("rows_outside", path=path, n=n, of=of, **ends)


def _is_quiet_afterwards(config: HubConfig, end: int) -> bool:
    """Whether a file has no flight between the measured days and the end of the run [ticks]."""
    first, last = (config.clock.local(instant) for instant in (ticks(config.days * MIN_PER_DAY), end))
    return not any(first <= row.sibt < last for row, _ in mean_rows(config, end))
