"""What `cargohub shadow-price` asks: demands, zones and steps; and the hubs that they make."""

from dataclasses import dataclass
from typing import Annotated, Final

from experiments.arguments import Arguments
from experiments.composition import compose, hub, study
from experiments.designs.design import Design, Replicated, with_study
from experiments.designs.more_room import HALL_UNITS, with_more
from experiments.designs.varying import changed
from experiments.money import Prices
from sim.config import ArrivalModel, HubConfig
from sim.errors import ConfigError
from sim.reading import Bounds, near, plain, read
from sim.site.room import check_area

VERB: Final = "shadow_price"


@dataclass(frozen=True, slots=True)
class ShadowPrice:
    """The study's own keys; `configs/study/shadow_price.yaml` says what each is."""

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
            twice = [value for value in values if values.count(value) > 1]
            if twice:
                raise ValueError(f"{name}: {twice[0]} is there twice")
        for zone in self.zones or ():
            if zone not in HALL_UNITS:
                raise ValueError(f"zones: unknown zone {zone!r}{near(zone, HALL_UNITS)}")


@dataclass(frozen=True, slots=True)
class ShadowPriceKeys(Replicated):
    """Keys of the study beside the hub's."""

    shadow_price: ShadowPrice


@dataclass(frozen=True, slots=True)
class Ladder:
    """A zone made larger step by step at one demand: hubs from the hub as it is on, which is the first."""

    zone: str
    flights_per_day: float
    units_a_step: float
    """In each hall."""
    designs: tuple[Design, ...]


def asked(arguments: Arguments) -> tuple[list[Design], ShadowPriceKeys]:
    """The hub whose floor is priced, and the study."""
    composed = compose(with_study(arguments.words, VERB), arguments.config_dir)
    if VERB not in composed:
        raise ConfigError(f"study: shadow-price needs shadow_price.step_m2 and what goes with it, as study={VERB} has")
    config, keys = hub(composed), study(ShadowPriceKeys, composed)
    return [Design(config.scenario, config)], keys


def zones_of(config: HubConfig, own: ShadowPrice) -> tuple[str, ...]:
    """Those asked for; all that the hub has, if none are named.

    Raises:
        ConfigError: a zone without units in some hall, where more of them would be another kind of hall.
    """
    has = [zone for zone, kind in HALL_UNITS.items() if all(kind.count(hall) for hall in config.halls.values())]
    for zone in own.zones or ():
        if zone not in has:
            raise ConfigError(f"{VERB}.zones: not every hall of {config.scenario} has {HALL_UNITS[zone].unit}")
    return own.zones or tuple(has)


def ladders(config: HubConfig, own: ShadowPrice) -> list[Ladder]:
    """By demand and zone.

    Raises:
        ConfigError: a demand or a step that the schema refuses.
    """
    if config.arrivals.model is ArrivalModel.FILE:
        raise ConfigError("arrivals: a file's flights do not follow demand.flights_per_day, which shadow-price varies")
    found = []
    for flights in own.flights_per_day:
        base = changed(config, {"demand.flights_per_day": flights})
        check_area(base)
        first = Design(f"{flights:g} flights a day", base)
        for zone in zones_of(config, own):
            kind = HALL_UNITS[zone]
            least = kind.step(config.space) if kind.step else 1.0
            units = max(1, round(own.step_m2 / (least * kind.unit_m2(config.space)))) * least
            more = []
            for step in range(1, own.steps + 1):
                try:
                    larger = read(HubConfig, plain(with_more(base, kind, step * units)))
                    check_area(larger)
                except ConfigError as error:
                    raise ConfigError(f"{VERB}.steps: {step} of {zone} are not possible: {error}") from error
                more.append(Design(f"{first.label}, {zone} +{step * units:g}", larger))
            found.append(Ladder(zone, flights, units, (first, *more)))
    return found
