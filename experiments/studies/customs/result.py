"""What `cargohub customs` found: detections, officers' hours and delay by control and value, and what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from experiments.report.sentences import too_few_replications
from experiments.report.words import number
from experiments.statistics import Interval, mean_interval
from experiments.statistics.ratio import ratio_interval
from experiments.store.summaries import ANSWER
from experiments.store.tables import Columns, as_columns
from experiments.studies import telling
from sim.record.schemas import Column, TableSchema
from sim.units import MIN_PER_H

Kpis = Sequence[Mapping[str, float]]
"""Of the replications, in order."""
UNITS: Final = {
    "detections_per_day": "parcels/d",
    "officer_h_per_day": "h/d",
    "delay_h_per_day": "h/d",
    "detections_per_officer_h": "parcels/h",
    "delay_h_per_detection": "h",
}
MEANING: Final = {
    "detections_per_day": "found more than as configured",
    "officer_h_per_day": "officers' hours more than as configured",
    "delay_h_per_day": "dwell of all parcels together more than as configured",
    "detections_per_officer_h": "detections more an officer's hour more",
    "delay_h_per_detection": "dwell more of all parcels together for each detection more",
}
FULL: Final = 0.95
"""Of their time: desks that are asked for more keep a queue for long (assumption)."""
FRONTIER: Final = TableSchema(
    "frontier",
    "what each value of a control finds and costs, beside the hub as configured",
    (
        Column("control", "string", "", "that was set"),
        Column("value", "float64", "see control", "that it was set to"),
        *(
            Column(f"{name}_{end}", "float64", unit, f"{MEANING[name]}: {end}; NaN: none")
            for name, unit in UNITS.items()
            for end in ("mean", "low", "high")
        ),
        Column("n", "int32", "1", "replications"),
    ),
    ("control", "value"),
)


@dataclass(frozen=True, slots=True)
class Setting:
    """A value of a control: differences to the hub as configured, and their ratios, by name of `UNITS`."""

    control: str
    value: float
    found: Mapping[str, Interval]
    to_open: float
    desks_can_open: float
    """What is to be examined, and what the desks have the time for [parcels/d]."""


@dataclass(frozen=True, slots=True)
class Result:
    scenario: str
    detections: Interval
    officers: Interval
    """As configured [parcels/d, h/d]."""
    settings: tuple[Setting, ...]

    @property
    def warnings(self) -> list[str]:
        return too_few_replications(self.detections.n) + [
            f"{one.control} at {value_said(one.value)}: {number(one.to_open)} parcels a day are to be opened, and the"
            f" examination desks can open {number(one.desks_can_open)}: detections count all that is to be opened,"
            " officers' hours only what is"
            for one in self.settings
            if one.to_open > FULL * one.desks_can_open
        ]

    @property
    def controls(self) -> list[str]:
        return list(dict.fromkeys(setting.control for setting in self.settings))

    def of(self, control: str) -> list[Setting]:
        return sorted((one for one in self.settings if one.control == control), key=lambda one: one.value)

    def as_json(self) -> dict[str, Any]:
        return {
            "scenario": self.scenario,
            "as_configured": {
                "detections_per_day": telling.as_json(self.detections, UNITS["detections_per_day"]),
                "officer_h_per_day": telling.as_json(self.officers, UNITS["officer_h_per_day"]),
            },
            "controls": {control: [_as_json(one) for one in self.of(control)] for control in self.controls},
        }


def _as_json(one: Setting) -> dict[str, Any]:
    """A ratio to nothing is null."""
    told = {
        name: telling.as_json(one.found[name], unit) if np.isfinite(one.found[name].mean) else None
        for name, unit in UNITS.items()
    }
    return {"value": one.value, **told}


def found_in(
    scenario: str, base: Kpis, settings: Mapping[tuple[str, float], Kpis], examination_min: float = 0.0
) -> Result:
    """Differences replication by replication; delay is that of the mean dwell, times the parcels that leave a day."""

    def officers(kpis: Kpis) -> list[float]:
        return [one["officer_h_per_day"] for one in kpis]

    def detections(kpis: Kpis) -> list[float]:
        return [one["detections_per_day"] for one in kpis]

    found = []
    for (control, value), own in settings.items():
        more = [a - b for a, b in zip(detections(own), detections(base), strict=True)]
        hours = [a - b for a, b in zip(officers(own), officers(base), strict=True)]
        delay = [(a["dwell_mean_h"] - b["dwell_mean_h"]) * b["parcels_per_day"] for a, b in zip(own, base, strict=True)]
        intervals = {
            "detections_per_day": mean_interval(more),
            "officer_h_per_day": mean_interval(hours),
            "delay_h_per_day": mean_interval(delay),
            "detections_per_officer_h": ratio_interval(more, hours),
            "delay_h_per_detection": ratio_interval(delay, more),
        }
        to_open = float(np.mean([one.get("examined_share", 0.0) * one["parcels_per_day"] for one in own]))
        paid_h = float(np.mean([one.get("staff_h_paid_per_day_customs", np.inf) for one in own]))
        can_open = paid_h * MIN_PER_H / examination_min if examination_min else np.inf
        found.append(Setting(control, value, intervals, to_open, can_open))
    return Result(scenario, mean_interval(detections(base)), mean_interval(officers(base)), tuple(found))


def said(interval: Interval, digits: int = 2) -> str:
    if not np.isfinite(interval.mean):
        return "none"
    ends = ""
    if interval.low is not None and interval.high is not None:
        ends = f" ({number(interval.low, digits)} to {number(interval.high, digits)})"
    return f"{number(interval.mean, digits)}{ends}"


def value_said(value: float) -> str:
    """Without an exponent, which few readers of shares know.

    >>> value_said(0.00005), value_said(0.1), value_said(12.0)
    ('0.00005', '0.1', '12')
    """
    return np.format_float_positional(value, trim="-")


def sentences(result: Result) -> list[str]:
    found, hours = said(result.detections), said(result.officers)
    lines = [f"{result.scenario} as configured: {found} parcels a day found, with {hours} officers' hours a day."]
    for control in result.controls:
        most = result.of(control)[-1]
        lines.append(
            f"{control.capitalize() if control.islower() else control} at {value_said(most.value)}:"
            f" {said(most.found['detections_per_day'])} more a day,"
            f" {said(most.found['detections_per_officer_h'])} for an officer's hour more and"
            f" {said(most.found['delay_h_per_detection'], 0)} h of all parcels' time for each."
        )
    return lines


def tables_of(result: Result) -> list[tuple[TableSchema, Columns]]:
    def ends(interval: Interval) -> tuple[float | None, ...]:
        return interval.mean, interval.low, interval.high

    rows = [
        (one.control, one.value, *(end for name in UNITS for end in ends(one.found[name])), result.detections.n)
        for control in sorted(result.controls)
        for one in result.of(control)
    ]
    answer: Sequence[tuple[Any, ...]] = list(enumerate(sentences(result)))
    return [(FRONTIER, as_columns(FRONTIER.columns, rows)), (ANSWER, as_columns(ANSWER.columns, answer))]
