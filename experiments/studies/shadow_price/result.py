"""Result of `cargohub shadow-price`: EUR per m² and year by zone, demand and step, table and sentences."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Annotated, Final

import numpy as np

from experiments.arguments import Arguments, key_of
from experiments.designs.design import Design, Replicated, one_hub
from experiments.designs.more_room import HALL_UNITS, with_more
from experiments.designs.varying import checked
from experiments.formatting import counted, listed, number, percent, resource, units, whole
from experiments.frame.study import Kpis
from experiments.interval_text import with_interval
from experiments.money.accounts import Rostered, activity, annual_lines
from experiments.money.assets import equipment_eur_per_year, floor_eur_per_m2_year, total
from experiments.money.discounting import as_eur
from experiments.money.prices import Prices
from experiments.report.sections import sentence_of
from experiments.report.sentences import too_few_replications
from experiments.statistics import Interval, mean_interval
from experiments.statistics.interval import of_many
from experiments.statistics.two_sources import paired_interval
from experiments.store.rows import ENDS_AND_N, column, interval, table
from sim.config import HubConfig
from sim.config.bounds import check_different, check_known
from sim.errors import ConfigError, placed
from sim.inputs import traffic
from sim.reading import Bounds
from sim.site.room import check_area

VERB: Final = "shadow_price"


@dataclass(frozen=True, slots=True)
class ShadowPrice:
    """The study's keys; `configs/study/shadow_price.yaml` explains them."""

    flights_per_day: tuple[Annotated[float, Bounds(gt=0, le=200)], ...]
    zones: tuple[str, ...] | None
    step_m2: Annotated[float, Bounds(gt=0, le=1e6)]
    steps: Annotated[int, Bounds(ge=1, le=100)]
    prices: Prices

    def __post_init__(self) -> None:
        for name in ("flights_per_day", "zones"):
            values: tuple[object, ...] = getattr(self, name) or ()
            if getattr(self, name) is not None and not values:
                raise ValueError(f"{name}: at least one")
            check_different(name, values)
        check_known("zones", "unknown zone", self.zones or (), HALL_UNITS)


@dataclass(frozen=True, slots=True)
class ShadowPriceKeys(Replicated):
    """Keys of the study other than the hub's."""

    shadow_price: ShadowPrice


@dataclass(frozen=True, slots=True)
class Ladder:
    """A zone enlarged step by step at one demand: hubs, beginning with the configured one."""

    zone: str
    flights_per_day: float
    units_a_step: float
    """Added units in each hall at each step."""
    designs: tuple[Design, ...]


def parse(arguments: Arguments) -> tuple[list[Design], ShadowPriceKeys]:
    """The hub whose floor is priced, and the study."""
    if given := {*map(key_of, arguments.words)}.intersection(traffic.KEYS):
        raise ConfigError(f"{min(given)}: has no effect here; the demands are those of {VERB}.flights_per_day=[…]")
    return one_hub(arguments, ShadowPriceKeys, VERB)


def zones_of(config: HubConfig, settings: ShadowPrice) -> tuple[str, ...]:
    """The requested zones; by default all that the hub has.

    Raises:
        ConfigError: a zone without units in some hall, where units would make another kind of hall.
    """
    has = [zone for zone, kind in HALL_UNITS.items() if all(kind.count(hall) for hall in config.halls.values())]
    for zone in settings.zones or ():
        if zone not in has:
            raise ConfigError(f"{VERB}.zones: not every hall of {config.scenario} has {HALL_UNITS[zone].unit}")
    return settings.zones or tuple(has)


def ladders(config: HubConfig, settings: ShadowPrice) -> list[Ladder]:
    """Ladders by demand and zone.

    Raises:
        ConfigError: a demand or a step that the schema refuses.
    """
    steps = []
    for flights in settings.flights_per_day:
        base = checked(traffic.at_demand(config, flights), config)
        check_area(base)
        first = Design(f"{counted(flights, 'flight')} a day", base)
        for zone in zones_of(config, settings):
            kind = HALL_UNITS[zone]
            least = kind.step(config.space) if kind.step else 1.0
            units = max(1, round(settings.step_m2 / (least * kind.unit_m2(config.space)))) * least
            more = []
            for step in range(1, settings.steps + 1):
                with placed(f"{VERB}.steps: {step} of {zone} are not possible: "):
                    larger = checked(with_more(base, kind, step * units), base)
                    check_area(larger)
                more.append(Design(f"{first.label}, {zone} +{step * units:g}", larger))
            steps.append(Ladder(zone, flights, units, (first, *more)))
    return steps


UNIT: Final = "EUR/m2/year"
interval_text = partial(with_interval, show=partial(number, digits=0), hides_same=True)


@table("shadow_price", "value of one more m² a year, by demand, zone and step", sort="flights_per_day zone step")
class Step:
    """More units of a zone at a demand."""

    flights_per_day: float = column("1/d", "demand")
    zone: str = column("", "units in the enlarged zone", heading="zone", show=resource)
    step: int = column("1", "number of the step, added to the steps before it; 0: all steps together", heading="step")
    units: float = column(
        "see unit",
        "more of them, in all steps up to this one and in all halls",
        heading="in all",
        show=lambda units: f"+{whole(units)}",
    )
    unit: str = column("", "kind of unit", heading="unit")
    area_m2: float = column("m2", "additional floor, in all steps up to this one", heading="m² more", show=whole)
    worth: Interval = interval(
        UNIT,
        "value of a m² of this step, before its rent",
        heading="worth",
        show=interval_text,
        ends=ENDS_AND_N,
        names="{end}",
    )
    on_time_share: float = column(
        "1", "mean on-time share with all steps up to this one", heading="on time, %", show=percent
    )


@dataclass(frozen=True, slots=True)
class Zone:
    """Value of enlarging a zone at a demand [EUR/m²/year]."""

    ladder: Ladder
    steps: tuple[Step, ...]
    samples: tuple[float, ...]
    """Values of the first step, by replication."""
    on_time: float
    """Mean on-time share before any step."""

    @property
    def name(self) -> str:
        return self.ladder.zone

    @property
    def first(self) -> Step:
        return self.steps[1]


def yearly_worth(rostered: Rostered, kpis: Mapping[str, float], prices: Prices) -> float:
    """Annual result before rent [EUR], after energy, upkeep, people, trucks and late parcels."""
    lines = annual_lines(rostered.config, activity(rostered, kpis, prices.labour), prices)
    return as_eur(total(line for line in lines if line.name != "rent"))


def zone_of(ladder: Ladder, kpis: Kpis, n: int, prices: Prices) -> Zone:
    """Differences of each step from the previous one, by replication, divided by the added floor."""
    base = ladder.designs[0].hub
    worth = np.array([
        [yearly_worth(rostered, kpis[design.label, number], prices) for number in range(n)]
        for design in ladder.designs
        for rostered in [Rostered(design.hub)]
    ])  # fmt: skip
    worth -= np.array([[equipment_eur_per_year(base, design.hub, prices)] for design in ladder.designs])
    area = np.array([design.hub.area_m2 - base.area_m2 for design in ladder.designs])
    on_time = [float(np.mean([kpis[design.label, i]["on_time_share"] for i in range(n)])) for design in ladder.designs]
    steps, samples = [], []
    for at in range(len(area)):
        high, low = (at, at - 1) if at else (-1, 0)
        samples.append(((worth[high] - worth[low]) / (area[high] - area[low])).tolist())
        units, unit = (at or len(area) - 1) * ladder.units_a_step * len(base.halls), HALL_UNITS[ladder.zone].unit
        place = (ladder.flights_per_day, ladder.zone, at, units, unit, float(area[high]))
        steps.append(Step(*place, mean_interval(samples[at]), on_time[high]))
    return Zone(ladder, tuple(steps), tuple(samples[1]), on_time[0])


@dataclass(frozen=True)
class Result:
    scenario: str
    settings: ShadowPrice
    zones: tuple[Zone, ...]
    cautions: tuple[str, ...] = ()
    """Warnings on hubs whose backlog grows, or whose people are missing, whose lack no floor makes good."""

    @cached_property
    def rent(self) -> float:
        return floor_eur_per_m2_year(self.settings.prices)

    def at(self, flights: float) -> list[Zone]:
        """Zones at a demand, highest value first."""
        zones = [zone for zone in self.zones if zone.ladder.flights_per_day == flights]
        return sorted(zones, key=lambda zone: -zone.first.worth.mean)

    @property
    def warnings(self) -> list[str]:
        return [*too_few_replications(self.zones[0].first.worth.n), *self.cautions]

    @property
    def sentences(self) -> list[str]:
        return [
            *(_sentence(self, flights) for flights in self.settings.flights_per_day),
            f"One m² costs {whole(self.rent)} EUR a year (real EUR of {self.settings.prices.year}).",
        ]

    def worths(self, flights: float) -> dict[str, Interval]:
        """What the first step of each zone is worth, highest value first.

        The largest of several estimates is large also by chance, so their intervals are simultaneous.
        """
        zones = self.at(flights)
        confidence = of_many(len(zones))
        return {zone.name: mean_interval(zone.samples, confidence=confidence) for zone in zones}

    def worth_floor(self, flights: float) -> list[str]:
        """Zones whose first step is certainly worth more than its floor costs, highest value first."""
        return [name for name, worth in self.worths(flights).items() if _is_above(worth, self.rent)]

    def first(self, flights: float) -> str | None:
        """The zone to enlarge first: the highest value, if certainly above the cost of floor; None: no zone."""
        best = self.at(flights)[0].name
        return best if best in self.worth_floor(flights) else None


def _is_above(interval: Interval, least: float) -> bool:
    return interval.low is not None and interval.low > least


def _sentence(result: Result, flights: float) -> str:
    """For a demand: the zone to enlarge first, its value, and whether all others are certainly worth less."""
    best, *others = result.at(flights)
    start = f"At {counted(flights, 'flight')} a day"
    is_first = result.first(flights) is not None
    alone_or_together = best.first.worth if is_first else result.worths(flights)[best.name]
    worth = f"{interval_text(alone_or_together)} EUR a m² and year"
    step = f"{units(best.first.units, best.first.unit)} on {whole(best.first.area_m2)} m²"
    if not is_first:
        together = sentence_of("zones_together", n=1 + len(others)) if others else ""
        texts = {"start": start, "worth": worth, "units": step, "together": together}
        if sure := [resource(name) for name in result.worth_floor(flights)]:
            return sentence_of("unsure_zone_first", **texts, sure=listed(sure, "and"))
        return sentence_of("no_zone_first", **texts)
    text = f"{start} enlarge {resource(best.name)} first: the value of {step} is {worth}"
    last = best.steps[-1]
    if last.step > 1:
        text += f", step {last.step} {interval_text(last.worth)}"
    if others:
        text += f"; {resource(others[0].name)}, the next, {interval_text(others[0].first.worth)}"
        confidence = of_many(len(others))
        leads = {zone.name: paired_interval(best.samples, zone.samples, confidence=confidence) for zone in others}
        if close := [resource(name) for name, lead in leads.items() if not _is_above(lead, 0.0)]:
            text += f"; {listed(close, 'and')} may be worth as much"
    return f"{text}."
