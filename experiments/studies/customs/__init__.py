"""`cargohub customs`: what checks find, against officers' hours and delay.

Sets one control after the other (examination, X-ray, document checks) to several values, and says what
each finds more than the hub as configured: detections an officer's hour, and hours of delay a detection, with the same
draws throughout.

  cargohub customs                                             the packaged study at customs_today
  cargohub customs scenario=customs_no_prelodgement replications=8
  cargohub customs 'frontier.documents.values=[0,0.01,0.03]' '~frontier.X-ray' --json
  cargohub customs customs.declared.hit_share=0.15 halls.main.customs_desks=3

configs/study/customs.yaml has the controls; docs/customs.md says what is declared, selected and found.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

from experiments.arguments import Arguments
from experiments.composition import compose, hub, study
from experiments.designs.design import Design, Replicated, with_study
from experiments.designs.varying import changed
from experiments.frame.study import Asked, Bench, Document, Study
from experiments.store.rows import grid_of, plain_interval, plain_row, stored
from experiments.studies.customs.result import Result, Setting, found_in, sentences
from sim.config import HubConfig
from sim.errors import ConfigError
from sim.reading import Bounds

if TYPE_CHECKING:
    from experiments.report.pictures import Picture

_VERB = "customs"
_GROUP = "customs.declared."
_COUNTED = (
    "Delay is the difference of the mean dwell times the parcels that leave a day: it holds what the checked parcels"
    " wait, and what others wait because of them. Where examination desks cannot follow, it grows with the horizon."
    " What is not as declared is drawn by assumed shares (docs/customs.md)."
)


@dataclass(frozen=True, slots=True)
class Control:
    """A control: the key that sets it, and the values to try."""

    key: str
    values: tuple[Annotated[float, Bounds(ge=0)], ...]

    def __post_init__(self) -> None:
        if not self.key.startswith(_GROUP):
            raise ValueError(f"key: one of {_GROUP}*, got {self.key!r}")
        if not self.values:
            raise ValueError("values: at least one")
        twice = [value for value in self.values if self.values.count(value) > 1]
        if twice:
            raise ValueError(f"values: {twice[0]:g} is there twice")


@dataclass(frozen=True, slots=True)
class CustomsKeys(Replicated):
    """Keys of the study beside the hub's."""

    frontier: dict[str, Control]

    def __post_init__(self) -> None:
        if not self.frontier:
            raise ValueError("frontier: at least one control")


def asked(arguments: Arguments) -> tuple[list[Design], CustomsKeys]:
    """The hub as configured, and the controls."""
    composed = compose(with_study(arguments.words, _VERB), arguments.config_dir)
    if "frontier" not in composed:
        raise ConfigError(f"study: customs needs frontier, with a key and values by control, as study={_VERB} has")
    config, keys = hub(composed), study(CustomsKeys, composed)
    if config.customs.declared is None:
        raise ConfigError("customs.declared: null, so nothing is declared and nothing found; take customs=declared")
    return [Design(config.scenario, config)], keys


def compute(bench: Bench, asked: Asked[CustomsKeys]) -> Result:
    """Every value of every control against the hub as configured."""
    config, keys = asked.designs[0].hub, asked.keys
    n = keys.replications
    base = Design("as configured", config)
    varied = {
        (name, value): Design(f"{name} {value:g}", changed(config, {control.key: value}))
        for name, control in keys.frontier.items()
        for value in control.values
    }
    designs = [base, *varied.values()]
    bench.check(designs)
    bench.say(f"customs: {len(designs)} hubs, with {n} replications {n * len(designs)} simulations")
    kpis = bench.evaluated(designs, n)
    samples = {design.label: [kpis[design.label, number] for number in range(n)] for design in designs}
    of_settings = {at: samples[design.label] for at, design in varied.items()}
    return found_in(samples[base.label], of_settings, config.customs.examination_min)


def document(asked: Asked[CustomsKeys], result: Result) -> Document:
    config = asked.designs[0].hub
    by_control = result.by_control
    return Document(
        title=f"What checks find at {config.scenario}, and what they cost",
        sentences=sentences(config.scenario, result),
        tables=[stored(Setting, [one for control in sorted(by_control) for one in by_control[control]])],
        grids=[
            grid_of(f"{control}: more than as configured, mean and 95 % interval", settings)
            for control, settings in by_control.items()
        ],
        data={
            "scenario": config.scenario,
            "as_configured": {
                "detections_per_day": plain_interval(result.detections, "parcels/d"),
                "officer_h_per_day": plain_interval(result.officers, "h/d"),
            },
            "controls": {
                control: [plain_row(one, without=("control", "n")) for one in settings]
                for control, settings in by_control.items()
            },
        },
        method=[_draws(config, asked.keys.replications), _COUNTED],
        pictures=lambda: [_picture(result)],
        warnings=result.warnings,
    )


def _draws(config: HubConfig, n: int) -> str:
    return (
        f"{n} replications of {config.warmup_days} d of warm-up and {config.horizon_days} measured days, seed"
        f" {config.seed}: the same flights, parcels and draws for every value (common random numbers). Differences to"
        " the hub as configured are taken replication by replication; 95 % intervals are Student's t, those of ratios"
        " of means by the delete-one jackknife (Miller 1974)."
    )


def _picture(result: Result) -> "Picture":
    from experiments.report.figures.frontier_figure import figure
    from experiments.report.pictures import picture

    curves = {
        control: tuple((one.officer_h_per_day, one.delay_h_per_day, one.detections_per_day) for one in settings)
        for control, settings in result.by_control.items()
    }
    says = (
        "Detections a day more than as configured, against officers' hours (left) and all parcels' time in the hub"
        " (right); a mark is a value of the control, with 95 % intervals."
    )
    return picture("frontier", "What checks find, against officers' hours and delay", says, figure(curves))


STUDY: Final = Study(CustomsKeys, asked, compute, document)
