"""What `cargohub shadow-price` found: EUR a m² and year by zone, demand and step, its tables, and what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Final

import numpy as np

from experiments.formatting import whole, with_interval
from experiments.money import (
    Prices,
    activity,
    annual_lines,
    as_eur,
    equipment_eur_per_year,
    floor_eur_per_m2_year,
    total,
)
from experiments.report.sentences import too_few_replications
from experiments.statistics import Interval, mean_interval
from experiments.store.summaries import ANSWER
from experiments.store.tables import Columns, Key, as_columns
from experiments.studies import telling
from experiments.studies.designs.more_room import HALL_UNITS
from experiments.studies.shadow_price.design import Ladder, ShadowPrice
from sim.config import HubConfig
from sim.record.schemas import Column, TableSchema

UNIT: Final = "EUR/m2/year"
WORTH: Final = TableSchema(
    "shadow_price",
    "what a m² more is worth a year, by demand, zone and step",
    (
        Column("flights_per_day", "float64", "1/d", "demand"),
        Column("zone", "string", "", "what stands in the zone that is enlarged"),
        Column("step", "int32", "1", "on top of the steps before it; 0: all of them together"),
        Column("units", "float64", "see unit", "more of them, in all steps up to this one, in each hall"),
        Column("unit", "string", "", "their unit"),
        Column("area_m2", "float64", "m2", "more floor, in all steps up to this one"),
        Column("mean", "float64", UNIT, "value of a m² of this step, before its rent"),
        Column("low", "float64", UNIT, "lower end of its 95 % interval; NaN: none"),
        Column("high", "float64", UNIT, "upper end of its 95 % interval; NaN: none"),
        Column("n", "int32", "1", "replications"),
        Column("on_time_share", "float64", "1", "with all steps up to this one, mean"),
    ),
    ("flights_per_day", "zone", "step"),
)
Values = Mapping[Key, Mapping[str, float]]
"""KPIs by label and replication."""


@dataclass(frozen=True, slots=True)
class Step:
    """`number` 0: all the steps together."""

    number: int
    units: float
    area_m2: float
    worth: Interval
    on_time: float


@dataclass(frozen=True, slots=True)
class Zone:
    """What enlarging a zone is worth at a demand [EUR/m²/year]."""

    ladder: Ladder
    steps: tuple[Step, ...]
    samples: tuple[float, ...]
    """Of the first step, by replication."""
    on_time: float
    """Before any step, mean."""

    @property
    def first(self) -> Step:
        return self.steps[1]


def yearly_worth(config: HubConfig, kpis: Mapping[str, float], prices: Prices) -> float:
    """What a year leaves before the rent of its floor [EUR]; energy, upkeep, people, trucks, late parcels are paid."""
    lines = annual_lines(config, activity(config, kpis, prices.labour), prices)
    return as_eur(total(line for line in lines if line.name != "rent"))


def zone_of(ladder: Ladder, there: Values, n: int, prices: Prices) -> Zone:
    """Differences of each step to the one before, replication by replication, over the floor that it adds."""
    base = ladder.points[0].hub
    worth = np.array([
        [yearly_worth(point.hub, there[point.label, number], prices) for number in range(n)] for point in ladder.points
    ])  # fmt: skip
    worth -= np.array([[equipment_eur_per_year(base, point.hub, prices)] for point in ladder.points])
    area = np.array([point.hub.area_m2 - base.area_m2 for point in ladder.points])
    on_time = [float(np.mean([there[point.label, i]["on_time_share"] for i in range(n)])) for point in ladder.points]
    steps = []
    for at in range(len(area)):
        high, low = (at, at - 1) if at else (-1, 0)
        sample = (worth[high] - worth[low]) / (area[high] - area[low])
        interval = mean_interval([float(value) for value in sample])
        units = (at or len(area) - 1) * ladder.units_a_step
        steps.append(Step(at, units, float(area[high]), interval, on_time[high]))
    first = (worth[1] - worth[0]) / area[1]
    return Zone(ladder, tuple(steps), tuple(float(value) for value in first), on_time[0])


@dataclass(frozen=True)
class Result:
    scenario: str
    asked: ShadowPrice
    zones: tuple[Zone, ...]

    @cached_property
    def rent(self) -> float:
        return floor_eur_per_m2_year(self.asked.prices)

    def at(self, flights: float) -> list[Zone]:
        """The zones at a demand, the most worth first."""
        mine = [zone for zone in self.zones if zone.ladder.flights_per_day == flights]
        return sorted(mine, key=lambda zone: -zone.first.worth.mean)

    @property
    def warnings(self) -> list[str]:
        return too_few_replications(self.zones[0].first.worth.n)

    def as_json(self) -> dict[str, Any]:
        return {
            "scenario": self.scenario,
            "price_year": self.asked.prices.year,
            "rent_eur_per_m2_year": self.rent,
            "demands": [
                {
                    "flights_per_day": flights,
                    "enlarge_first": self.first(flights),
                    "zones": {zone.ladder.zone: _steps_as_json(zone) for zone in self.at(flights)},
                }
                for flights in self.asked.flights_per_day
            ],
        }

    def first(self, flights: float) -> str | None:
        """The zone to enlarge first: the most worth, if surely worth more than its floor costs; None: no zone is."""
        best = self.at(flights)[0]
        return best.ladder.zone if surely_above(best.first.worth, self.rent) else None


def surely_above(worth: Interval, rent: float) -> bool:
    return worth.low is not None and worth.low > rent


def _steps_as_json(zone: Zone) -> list[dict[str, Any]]:
    return [
        {
            "step": step.number or "all",
            "units": step.units,
            "unit": HALL_UNITS[zone.ladder.zone].unit,
            "area_m2": step.area_m2,
            "worth": telling.as_json(step.worth, UNIT),
            "on_time_share": step.on_time,
        }
        for step in zone.steps
    ]


said = partial(with_interval, show=whole)


def sentences(result: Result) -> list[str]:
    return [
        f"A m² costs {whole(result.rent)} EUR a year (real EUR of {result.asked.prices.year}).",
        *(_sentence(result, flights) for flights in result.asked.flights_per_day),
    ]


def _sentence(result: Result, flights: float) -> str:
    """At a demand: the zone to enlarge first, how much it is worth, and whether the next is surely worth less."""
    best, *others = result.at(flights)
    start = f"At {flights:g} flights a day"
    worth = f"{said(best.first.worth)} EUR a m² and year"
    units = f"{whole(best.first.units)} {HALL_UNITS[best.ladder.zone].unit} on {whole(best.first.area_m2)} m²"
    if result.first(flights) is None:
        return f"{start} the first step of no zone is surely worth its floor; the most is {worth}, of {units}."
    text = f"{start} enlarge {best.ladder.zone.replace('_', ' ')} first: {units} are worth {worth}"
    last = best.steps[-1]
    if last.number > 1:
        text += f", step {last.number} {said(last.worth)}"
    if others:
        apart = mean_interval([a - b for a, b in zip(best.samples, others[0].samples, strict=True)])
        sure = apart.low is not None and apart.low > 0
        other = others[0].ladder.zone.replace("_", " ")
        text += f"; {other}, the next, {said(others[0].first.worth)}{'' if sure else ', which may be as much'}"
    return f"{text}."


def tables_of(result: Result) -> list[tuple[TableSchema, Columns]]:
    rows = [
        (
            zone.ladder.flights_per_day,
            zone.ladder.zone,
            step.number,
            step.units,
            HALL_UNITS[zone.ladder.zone].unit,
            step.area_m2,
            step.worth.mean,
            step.worth.low,
            step.worth.high,
            step.worth.n,
            step.on_time,
        )
        for zone in result.zones
        for step in zone.steps
    ]
    answer: Sequence[tuple[Any, ...]] = list(enumerate(sentences(result)))
    return [(WORTH, as_columns(WORTH.columns, rows)), (ANSWER, as_columns(ANSWER.columns, answer))]
