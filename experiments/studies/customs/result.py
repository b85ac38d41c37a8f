"""What `cargohub customs` found: detections, officers' hours and delay by control and value, and what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from experiments.formatting import number, with_interval
from experiments.report.sentences import too_few_replications
from experiments.statistics import Interval, mean_interval
from experiments.statistics.ratio import ratio_interval
from experiments.store.rows import column, interval, table
from sim.units import MIN_PER_H

Kpis = Sequence[Mapping[str, float]]
"""Of the replications, in order."""
FULL: Final = 0.95
"""Of their time: desks that are asked for more keep a queue for long (assumption)."""


def said(interval: Interval, digits: int = 2) -> str:
    return with_interval(interval, partial(number, digits=digits)) if np.isfinite(interval.mean) else "none"


def value_said(value: float) -> str:
    """Without an exponent, which few readers of shares know.

    >>> value_said(0.00005), value_said(0.1), value_said(12.0)
    ('0.00005', '0.1', '12')
    """
    return np.format_float_positional(value, trim="-")


@table(
    "frontier", "what each value of a control finds and costs, beside the hub as configured", sort=("control", "value")
)
@dataclass(frozen=True, slots=True)
class Setting:
    """A value of a control: differences to the hub as configured, and their ratios."""

    control: str = column("", "that was set")
    value: float = column("see control", "that it was set to", heading="value", show=value_said)
    detections_per_day: Interval = interval(
        "parcels/d", "found more than as configured", heading="detections/d", show=said
    )
    officer_h_per_day: Interval = interval(
        "h/d", "officers' hours more than as configured", heading="officer h/d", show=said
    )
    delay_h_per_day: Interval = interval(
        "h/d", "dwell of all parcels together more than as configured", heading="delay h/d", show=said
    )
    detections_per_officer_h: Interval = interval(
        "parcels/h", "detections more an officer's hour more", heading="detections/officer h", show=said
    )
    delay_h_per_detection: Interval = interval(
        "h", "dwell more of all parcels together for each detection more", heading="delay h/detection", show=said
    )
    n: int = column("1", "replications")
    to_open: float = 0.0
    desks_can_open: float = np.inf
    """What is to be examined, and what the desks have the time for [parcels/d]."""


@dataclass(frozen=True, slots=True)
class Result:
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
    def by_control(self) -> dict[str, list[Setting]]:
        """In the order asked for, values ascending."""
        controls = dict.fromkeys(setting.control for setting in self.settings)
        ascending = sorted(self.settings, key=lambda one: one.value)
        return {control: [one for one in ascending if one.control == control] for control in controls}


def found_in(base: Kpis, settings: Mapping[tuple[str, float], Kpis], examination_min: float = 0.0) -> Result:
    """Differences replication by replication; delay is that of the mean dwell, times the parcels that leave a day."""

    def of(kpi: str, kpis: Kpis) -> list[float]:
        return [one[kpi] for one in kpis]

    def more(kpi: str, kpis: Kpis) -> list[float]:
        return [a - b for a, b in zip(of(kpi, kpis), of(kpi, base), strict=True)]

    found = []
    for (control, value), own in settings.items():
        detections, hours = more("detections_per_day", own), more("officer_h_per_day", own)
        delay = [
            dwell * parcels
            for dwell, parcels in zip(more("dwell_mean_h", own), of("parcels_per_day", base), strict=True)
        ]
        to_open = float(np.mean([one.get("examined_share", 0.0) * one["parcels_per_day"] for one in own]))
        paid_h = float(np.mean([one.get("staff_h_paid_per_day_customs", np.inf) for one in own]))
        found.append(
            Setting(
                control,
                value,
                mean_interval(detections),
                mean_interval(hours),
                mean_interval(delay),
                ratio_interval(detections, hours),
                ratio_interval(delay, detections),
                len(base),
                to_open,
                paid_h * MIN_PER_H / examination_min if examination_min else np.inf,
            )
        )
    detections, hours = (of(kpi, base) for kpi in ("detections_per_day", "officer_h_per_day"))
    return Result(mean_interval(detections), mean_interval(hours), tuple(found))


def sentences(scenario: str, result: Result) -> list[str]:
    found, hours = said(result.detections), said(result.officers)
    lines = [f"{scenario} as configured: {found} parcels a day found, with {hours} officers' hours a day."]
    for control, settings in result.by_control.items():
        most = settings[-1]
        lines.append(
            f"{control.capitalize() if control.islower() else control} at {value_said(most.value)}:"
            f" {said(most.detections_per_day)} more a day,"
            f" {said(most.detections_per_officer_h)} for an officer's hour more and"
            f" {said(most.delay_h_per_detection, 0)} h of all parcels' time for each."
        )
    return lines
