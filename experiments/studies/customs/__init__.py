"""`cargohub customs`: how much checks find, compared with officers' hours and delay.

Sets one control after the other (examination, X-ray, document checks) to several values, and reports how much more each
finds than the hub as configured: detections per officer's hour, and hours of delay per detection, always with the same
draws.

  cargohub customs                                             the packaged study at customs_today
  cargohub customs scenario=customs_no_prelodgement replications=8
  cargohub customs 'frontier.documents.values=[0,0.01,0.03]' '~frontier.X-ray' --json
  cargohub customs customs.declared.hit_share=0.15 halls.main.customs_desks=3

configs/study/customs.yaml has the controls; docs/customs.md explains declaration, selection and detection.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter
from typing import Annotated, Final

import numpy as np

from experiments.arguments import Arguments
from experiments.designs.design import Design, Replicated, one_hub
from experiments.designs.varying import changed
from experiments.formatting import capitalised, counted, number
from experiments.frame.over_assumptions import over_assumptions
from experiments.frame.study import Bench, Document, Request, Study, same_draws
from experiments.interval_text import NO_VARIANCE, with_interval
from experiments.replications.summing import by_design, interval_of
from experiments.report.design_names import hub_title, named_together
from experiments.report.figures.frontier_figure import figure
from experiments.report.key_names import key_unit
from experiments.report.sections import Picture, paragraphs_of, picture_of, sentence_of
from experiments.report.sentences import means_of, too_few_replications
from experiments.statistics import Interval, mean_interval
from experiments.statistics.two_sources import differences, ratio_interval
from experiments.store.rows import Grid, column, grid_of, interval, plain_interval, plain_row, stored, table
from sim.config.bounds import check_different
from sim.errors import ConfigError
from sim.reading import Bounds
from sim.units import MIN_PER_H

Kpis = Sequence[Mapping[str, float]]
"""KPIs of the replications, in order."""
FULL: Final = 0.95
"""Share of their time in use above which desks have long queues (assumption)."""


def interval_text(interval: Interval) -> str:
    """The mean and its interval; without the interval if all replications agree, perhaps by chance.

    >>> interval_text(Interval(0.0, 0.0, 0.0, 3)), interval_text(Interval(np.nan, None, None, 3))
    ('0', 'none')
    >>> interval_text(Interval(1935.0, None, None, 2))  # a ratio that one replication leaves open
    '1,935 (no interval)'
    """
    if not np.isfinite(interval.mean):
        return "none"
    has_none = interval.bounds is None and interval.n > 1
    return with_interval(interval, number, hides_same=True) + (" (no interval)" if has_none else "")


_more: Final = partial(interval, show=interval_text)


def value_text(value: float) -> str:
    """A value without an exponent.

    >>> value_text(0.00005), value_text(0.1), value_text(12.0)
    ('0.00005', '0.1', '12')
    """
    return np.format_float_positional(value, trim="-")


@table(
    "frontier",
    "detections and costs for each value of a control, compared with the hub as configured",
    sort="control value",
)
class Setting:
    """A value of a control: differences from the hub as configured, and their ratios."""

    control: str = column("", "name of the control")
    value: float = column("see control", "value of the control", heading="value", show=value_text)
    detections_per_day: Interval = _more("parcels/d", "found more than as configured", heading="detections a day")
    officer_h_per_day: Interval = _more(
        "h/d", "officers' hours more than as configured", heading="officers' hours a day"
    )
    delay_h_per_day: Interval = _more(
        "h/d", "dwell of all parcels together more than as configured", heading="delay, h a day"
    )
    detections_per_officer_h: Interval = _more(
        "parcels/h", "detections more an officer's hour more", heading="detections an officer's hour"
    )
    delay_h_per_detection: Interval = _more(
        "h", "dwell more of all parcels together for each detection more", heading="delay, h a detection"
    )
    n: int = column("1", "number of replications")
    to_open: float = 0.0
    desks_can_open: float = np.inf
    """Parcels to examine (`to_open`), and parcels for which the desks have time [parcels/d]."""
    unit: str = ""

    @property
    def at(self) -> str:
        unit = f" ({self.unit})" if self.unit else ""
        return f"{self.control} at {value_text(self.value)}{unit}"


@dataclass(frozen=True, slots=True)
class Result:
    detections: Interval
    officers: Interval
    """Detections and officers' hours of the hub as configured [parcels/d, h/d]."""
    settings: tuple[Setting, ...]

    @property
    def warnings(self) -> list[str]:
        behind = (
            (sentence_of("desks_behind", can_open=number(setting.desks_can_open)), setting.at, number(setting.to_open))
            for setting in self.settings
            if setting.to_open > FULL * setting.desks_can_open
        )
        return [*too_few_replications(self.detections.n), *named_together(behind)]

    @property
    def by_control(self) -> dict[str, list[Setting]]:
        """Settings by control in the order given, with ascending values."""
        controls = dict.fromkeys(setting.control for setting in self.settings)
        ascending = sorted(self.settings, key=lambda row: row.value)
        return {control: [row for row in ascending if row.control == control] for control in controls}


def result_of(
    base: Kpis, settings: Mapping[tuple[str, float], Kpis], units: Mapping[str, str], examination_min: float = 0.0
) -> Result:
    """Differences by replication; delay is the difference in mean dwell times the parcels that leave a day.

    `units` of the values, by control.
    """

    def of(kpi: str, kpis: Kpis) -> list[float]:
        return [sample[kpi] for sample in kpis]

    def more(kpi: str, kpis: Kpis) -> list[float]:
        return differences(of(kpi, kpis), of(kpi, base))

    rows = []
    for (control, value), samples in settings.items():
        detections, hours = more("detections_per_day", samples), more("officer_h_per_day", samples)
        dwell, parcels = more("dwell_mean_h", samples), of("parcels_per_day", base)
        delay = [each * n for each, n in zip(dwell, parcels, strict=True)]
        to_open = float(np.mean([sample.get("examined_share", 0.0) * sample["parcels_per_day"] for sample in samples]))
        paid_h = float(np.mean([sample.get("staff_h_paid_per_day_customs", np.inf) for sample in samples]))
        can_open = paid_h * MIN_PER_H / examination_min if examination_min else np.inf
        gains = mean_interval(detections), mean_interval(hours), mean_interval(delay)
        ratios = ratio_interval(detections, hours), ratio_interval(delay, detections)
        rows.append(Setting(control, value, *gains, *ratios, len(base), to_open, can_open, units[control]))
    detected, worked = (interval_of(kpi, of(kpi, base)) for kpi in ("detections_per_day", "officer_h_per_day"))
    return Result(detected, worked, tuple(rows))


def sentences(result: Result) -> Iterator[str]:
    detections, hours = interval_text(result.detections), interval_text(result.officers)
    yield sentence_of("customs_now", detections=detections, hours=hours)
    for settings in result.by_control.values():
        most = settings[-1]
        delay, per_hour = interval_text(most.delay_h_per_detection), interval_text(most.detections_per_officer_h)
        more = most.detections_per_day
        may_be_none = more.holds(0)
        sureness = f", {NO_VARIANCE}" if more.has_no_width else ", which may be zero" if may_be_none else ""
        detections = interval_text(more) + sureness
        shown = {"detections": detections, "per_hour": per_hour, "delay": delay}
        # The cost of a detection has no meaning if there may be no detections.
        is_known = (
            not may_be_none
            and np.isfinite(most.delay_h_per_detection.mean)
            and np.isfinite(most.detections_per_officer_h.mean)
        )
        yield sentence_of("most_of_control" if is_known else "no_more_of_control", at=capitalised(most.at), **shown)


_VERB = "customs"
_GROUP = "customs.declared."


@dataclass(frozen=True, slots=True)
class Control:
    """A control: the key that sets it, and the values to try."""

    key: str
    values: tuple[Annotated[float, Bounds(ge=0)], ...]

    def __post_init__(self) -> None:
        if not self.key.startswith(_GROUP):
            raise ValueError(f"key: expected one of {_GROUP}*, got {self.key!r}")
        if not self.values:
            raise ValueError("values: at least one")
        check_different("values", [f"{value:g}" for value in self.values])


@dataclass(frozen=True, slots=True)
class CustomsKeys(Replicated):
    """Keys of the study other than the hub's."""

    frontier: dict[str, Control]

    def __post_init__(self) -> None:
        if not self.frontier:
            raise ValueError("frontier: at least one control")


def parse(arguments: Arguments) -> tuple[list[Design], CustomsKeys]:
    """The hub as configured, and the controls."""
    designs, keys = one_hub(arguments, CustomsKeys, _VERB, "frontier")
    if designs[0].hub.customs.declared is None:
        raise ConfigError(sentence_of("none_declared"))
    return designs, keys


def compute(bench: Bench, request: Request[CustomsKeys]) -> Result:
    """Simulate every value of every control, and compare with the hub as configured."""
    config, keys = request.designs[0].hub, request.keys
    n = keys.replications
    units = {name: key_unit(control.key) for name, control in keys.frontier.items()}
    base = Design("as configured", config)
    varied = {
        (name, value): Design(f"{name} {value:g}", changed(config, {control.key: value}))
        for name, control in keys.frontier.items()
        for value in control.values
    }
    designs = [base, *varied.values()]
    bench.check(designs)
    bench.say(f"customs: {len(designs)} hubs, with {counted(n, 'replication')} {n * len(designs)} simulations")
    samples = by_design(bench.evaluated(designs, n))
    of_settings = {at: samples[design.label] for at, design in varied.items()}
    return result_of(samples[base.label], of_settings, units, config.customs.examination_min)


def document(request: Request[CustomsKeys], result: Result) -> Document:
    config = request.designs[0].hub
    by_control = result.by_control
    return Document(
        title=f"What checks find at {hub_title(config.area_m2)}, and their cost",
        sentences=list(sentences(result)),
        tables=[stored(Setting, [setting for control in sorted(by_control) for setting in by_control[control]])],
        grids=[
            _grid(control, settings, attrgetter(request.keys.frontier[control].key)(config))
            for control, settings in by_control.items()
        ],
        data={
            "scenario": config.scenario,
            "as_configured": {
                "detections_per_day": plain_interval(result.detections, "parcels/d"),
                "officer_h_per_day": plain_interval(result.officers, "h/d"),
            },
            "controls": {
                control: [plain_row(setting, without=("control", "n")) for setting in settings]
                for control, settings in by_control.items()
            },
        },
        method=paragraphs_of("customs_method", draws=same_draws(config, request.keys.replications, "value")),
        pictures=lambda: [_picture(result)],
        over=over_assumptions(request, request.designs),
        warnings=result.warnings,
    )


def _grid(control: str, settings: Sequence[Setting], configured: float) -> Grid:
    unit, means = settings[0].unit, means_of(settings[0].n)
    grid = grid_of(sentence_of("customs_grid", control=control, value=value_text(configured), means=means), settings)
    return replace(grid, header=(f"value [{unit}]", *grid.header[1:])) if unit else grid


def _picture(result: Result) -> Picture:
    curves = {
        control: tuple(
            (setting.officer_h_per_day, setting.delay_h_per_day, setting.detections_per_day) for setting in settings
        )
        for control, settings in result.by_control.items()
    }
    return picture_of("frontier", figure(curves), means=means_of(result.detections.n))


STUDY: Final = Study(CustomsKeys, parse, compute, document)
