"""What `cargohub calibrate observed=FILE` is asked: the hubs, what was observed of them, and how much is simulated."""

from dataclasses import dataclass, replace
from typing import Annotated, Final

from experiments.arguments import Arguments, check_once
from experiments.composition import compose, hub, study
from experiments.designs.design import Design, check_group, with_study
from experiments.designs.spreadsheet import key_of
from experiments.statistics.history_matching import TWICE, Target, Waves
from experiments.statistics.interval import CONFIDENCE
from experiments.studies.calibrate.observed import Observation, file_of, read_observations
from experiments.studies.sure.design import SureKeys
from experiments.studies.sure.worlds import ranges_of
from sim.reading import Bounds

VERB: Final = "calibrate"
OBSERVED: Final = "observed"
PUBLISHED: Final = "published"
"""The packaged file."""


@dataclass(frozen=True, slots=True)
class Calibrate:
    """The keys below `calibrate`; `configs/study/calibrate.yaml` says what each is."""

    hubs: dict[str, tuple[str, ...]]
    waves: Annotated[int, Bounds(ge=1, le=20)]
    worlds: Annotated[int, Bounds(ge=2 * TWICE, le=1000)]
    farthest: Annotated[float, Bounds(ge=1, le=10)]
    discrepancy: Annotated[float, Bounds(ge=0, le=1)]
    observations: tuple[Observation, ...]

    def __post_init__(self) -> None:
        if not self.hubs:
            raise ValueError("hubs: at least one")
        for observation in self.observations:
            if observation.hub not in self.hubs:
                raise ValueError(f"observations: no hub {observation.hub!r}")

    @property
    def effort(self) -> Waves:
        return Waves(self.waves, self.worlds, self.farthest)

    @property
    def targets(self) -> list[Target]:
        """By observation; a tolerance is the half-width of an interval as wide as all others."""
        from scipy.special import ndtri

        width = float(ndtri((1 + CONFIDENCE) / 2))
        places = list(self.hubs)
        shares = [self.discrepancy if seen.discrepancy is None else seen.discrepancy for seen in self.observations]
        return [
            Target(places.index(seen.hub), seen.value, seen.tolerance / width, share * abs(seen.value))
            for seen, share in zip(self.observations, shares, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class CalibrateKeys(SureKeys):
    """Keys of the study beside the hubs'; those of `sure` are for the answer."""

    calibrate: Calibrate


def asked(arguments: Arguments) -> tuple[list[Design], CalibrateKeys]:
    """The hubs of the study, or the one that the words name; the file of observations, and the ranges."""
    observed = [word for word in arguments.words if key_of(word) == OBSERVED]
    check_once(observed)
    words = with_study([word for word in arguments.words if key_of(word) != OBSERVED], VERB)
    composed = compose(words, arguments.config_dir)
    check_group(composed, VERB, VERB)
    keys = study(CalibrateKeys, composed)
    hubs = keys.calibrate.hubs
    if {"scenario", "demand"} & {key_of(word) for word in words}:
        hubs = {hub(composed).scenario: ()}
    configs = {name: hub(compose([*given, *words], arguments.config_dir)) for name, given in hubs.items()}
    designs = [Design(name, config) for name, config in configs.items()]
    path = file_of(observed[0].partition("=")[2] if observed else PUBLISHED)
    asked_for = replace(keys.calibrate, hubs=hubs, observations=read_observations(path, hubs))
    ranges = ranges_of(designs[0].hub, arguments.config_dir)
    return designs, replace(keys, calibrate=asked_for, sure=replace(keys.sure, ranges=ranges))
