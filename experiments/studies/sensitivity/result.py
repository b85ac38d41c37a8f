"""What `cargohub sensitivity` found, and what must be known of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from experiments.formatting import change, number
from experiments.replications.stability import Stability, unsure_lines
from experiments.report.sentences import too_few_replications
from experiments.statistics import Interval
from experiments.statistics.indices import Index, is_too_much
from experiments.statistics.screening import Effect
from experiments.store.rows import interval_object
from experiments.studies.sensitivity.design import Factor, Sensitivity, Stage
from sim.measures.kpis import KPIS

_MUCH_NOISE: Final = 0.1
"""Share of the variance between points from which noise may hide what factors do (assumption)."""
_WIDE: Final = 0.5
"""Width of the interval of a total index from which it says little: half of all that it can be (assumption)."""


@dataclass(frozen=True, slots=True)
class Screened:
    """Morris's stage, its effects by KPI, and the share of noise by KPI."""

    stage: Stage
    effects: Mapping[str, tuple[Effect, ...]]
    noise: Mapping[str, float]

    def ranked(self, kpi: str) -> list[str]:
        """The factors, the largest effect first."""
        return [effect.factor for effect in sorted(self.effects[kpi], key=lambda effect: -effect.size.mean)]


@dataclass(frozen=True, slots=True)
class Crossed:
    """Sobol's stage, its indices by KPI, and the share of noise by KPI."""

    stage: Stage
    indices: Mapping[str, tuple[Index, ...]]
    noise: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Result:
    asked: Sensitivity
    replications: int
    screened: Screened | None
    crossed: Crossed | None
    stability: Mapping[str, Stability]
    """By design."""

    @property
    def warnings(self) -> list[str]:
        lines = [*too_few_replications(self.replications), *unsure_lines(self.stability)]
        for method, stage in (("morris", self.screened), ("sobol", self.crossed)):
            for kpi, share in stage.noise.items() if stage is not None else ():
                if share > _MUCH_NOISE:
                    lines.append(
                        f"{method}: {100 * share:.0f} % of the variance of {kpi} between points is noise of the"
                        " simulation: more replications, or a longer horizon, tell better"
                    )
        for kpi, found in self.crossed.indices.items() if self.crossed is not None else ():
            if all(index.total.low is None for index in found):
                lines.append(f"sobol: {kpi} is the same at all points: no factor moves it")
            lines += _impossible(kpi, found, self.asked.samples)
            wide = [name_of(index.factor) for index in found if leaves_open(index.total)]
            if wide:
                lines.append(
                    f"sobol: of {kpi} the intervals of {', '.join(wide)} leave most open: more sensitivity.samples tell"
                    " better"
                )
        return lines

    def sizes(self, kpi: str) -> list[tuple[str, Interval]]:
        """Each factor's weight, the largest first: of all factors by the screening, else by total index."""
        if self.screened is not None:
            found = [(effect.factor, effect.size) for effect in self.screened.effects[kpi]]
        else:
            assert self.crossed is not None
            found = [(index.factor, index.total) for index in self.crossed.indices[kpi]]
        return sorted(found, key=lambda one: -one[1].mean)

    def as_json(self) -> dict[str, Any]:
        document: dict[str, Any] = {"unstable": {label: own.is_unstable for label, own in self.stability.items()}}
        if self.screened is not None:
            document["effects"] = {
                kpi: {
                    effect.factor: {
                        "mu_star": interval_object(effect.size, KPIS[kpi].unit),
                        "mu": interval_object(effect.mean, KPIS[kpi].unit),
                        "sigma": effect.spread,
                    }
                    for effect in found
                }
                for kpi, found in self.screened.effects.items()
            }
        if self.crossed is not None:
            document["indices"] = {
                kpi: {
                    index.factor: {
                        "first": interval_object(index.first, "1"),
                        "total": interval_object(index.total, "1"),
                        "is_impossible": index.is_impossible,
                    }
                    for index in found
                }
                for kpi, found in self.crossed.indices.items()
            }
        return document


def name_of(factor: str) -> str:
    return factor.replace("_", " ")


def range_of(factor: Factor) -> str:
    return f"{factor.low:,g} to {factor.high:,g} {factor.unit}"


def amount(kpi: str, interval: Interval) -> str:
    """A change of a KPI with its interval, shares in percentage points."""
    return change(changing(kpi, interval), KPIS[kpi].unit, number)


def changing(kpi: str, interval: Interval) -> Interval:
    """As a page tells a change of a KPI: with bounds as far as the KPI reaches, but for those that hold the mean."""
    lowest, highest = KPIS[kpi].range
    most = max(highest - lowest, abs(interval.mean))
    return interval.within(-most, most)


def possible(index: Interval) -> Interval:
    """As a page tells an index: a share of the variance is between 0 and 1, beyond which an estimate lies by chance."""
    low, high = (None if end is None else min(1.0, max(0.0, end)) for end in (index.low, index.high))
    return Interval(min(1.0, max(0.0, index.mean)), low, high, index.n)


def leaves_open(index: Interval) -> bool:
    """Whether the interval of an index leaves so much of 0 to 1 that nothing follows from it."""
    return (possible(index).half_width or 0) > _WIDE / 2


def _impossible(kpi: str, indices: Sequence[Index], samples: int) -> list[str]:
    """What the estimates of a KPI's indices contradict, as a warning."""
    what = [
        f"{name_of(index.factor)} (S1 {index.first.mean:.2f}, ST {index.total.mean:.2f})"
        for index in indices
        if index.is_impossible
    ]
    if is_too_much(indices):
        what.append(f"S1 sums to {sum(index.first.mean for index in indices):.2f}")
    if not what:
        return []
    text = f"sobol: of {kpi} impossible estimates, by chance from {samples} samples: {', '.join(what)}"
    rules = "an index lies between 0 and 1, S1 is at most ST, and the S1 sum to 1 at most"
    return [f"{text}; {rules}: more sensitivity.samples estimate better"]
