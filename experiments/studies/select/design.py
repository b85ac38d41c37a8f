"""The request of `cargohub select`: KPI with a target, cost, procedure and required certainty."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

import numpy as np

from experiments.designs.design import Design, DesignKeys
from experiments.formatting import counted, kpi_name, share_text, unit_name
from experiments.frame.study import Kpis
from experiments.money.kpis import KPIS
from experiments.report.design_names import design_name
from experiments.report.sections import sentence_of
from experiments.statistics.selection import Goal, Looks, Sample
from sim.config.bounds import check_known
from sim.errors import CargohubError, ConfigError
from sim.reading import Bounds, near
from sim.units import Numbers

AREA: Final = "area_m2"
COLUMN: Final = "cost"
MOST_COST: Final = 1e15
"""Larger sums, and pictures of them, are not exact."""
Need = Callable[[Sequence[tuple[Design, int]]], Kpis]
"""KPIs of the given number of replications of each design."""
_NO_COST: Final = 0.0
_Positive = Annotated[float, Bounds(gt=0, le=1e12)]


class Method(StrEnum):
    KN = "kn"
    KN_UPDATED = "kn++"
    OCBA = "ocba"


@dataclass(frozen=True, slots=True)
class Select:
    """The keys below `select`. `costs`: from the designs' column, by design."""

    kpi: str
    target: float | None
    tolerance: _Positive
    cost: str | None
    indifference: _Positive | None
    costs: dict[str, Annotated[float, Bounds(ge=-MOST_COST, le=MOST_COST)]]
    areas_m2: tuple[Annotated[float, Bounds(ge=100, le=1e8)], ...] | None
    """Areas to which each design is scaled; None: designs are unchanged."""
    method: Method
    alpha: Annotated[float, Bounds(gt=0, lt=1)]
    step: Annotated[int, Bounds(ge=1, le=1000)]
    max_replications: Annotated[int, Bounds(ge=2, le=10_000)]
    budget: Annotated[int, Bounds(ge=2, le=10_000_000)]

    def __post_init__(self) -> None:
        self._check_target()
        areas = self.areas_m2 or ()
        if self.areas_m2 is not None and (not areas or len(set(areas)) < len(areas)):
            raise ValueError("areas_m2: needs at least one, and none twice")
        known = [COLUMN, AREA, *(name for name, kpi in KPIS.items() if not kpi.more_is_better)]
        if self.cost is not None and self.cost not in known:
            if self.cost in KPIS:
                raise ValueError(f"cost: more of {self.cost} is better, so it cannot be a cost")
            raise ValueError(f"cost: {self.cost!r} is not one of cost, area_m2 and the KPIs{near(self.cost, known)}")
        if self.is_sampled and self.indifference is None:
            raise ValueError(f"indifference: needed with the KPI {self.cost}, in {unit_name(self.cost_unit)}")
        if not self.is_sampled and self.indifference is not None:
            raise ValueError(sentence_of("costs_known"))
        if not self.is_sampled and self.target is None:
            raise ValueError(sentence_of("nothing_sampled"))
        if self.cost not in (None, COLUMN) and self.costs:
            raise ValueError(f"costs: have no effect with select.cost={self.cost}")

    def _check_target(self) -> None:
        check_known("kpi", "no KPI", [self.kpi], KPIS)
        if KPIS[self.kpi].more_is_better is None:
            raise ValueError(sentence_of("kpi_no_target", kpi=self.kpi))
        lowest, highest = KPIS[self.kpi].range
        if self.target is not None and not lowest <= self.target <= highest:
            values = {"target": self.target, "lowest": lowest, "highest": highest}
            raise ValueError(sentence_of("target_impossible", kpi=self.kpi, **values))

    @property
    def cost_kpi(self) -> str | None:
        """The KPI used as cost, which differs between replications; None: the cost is known."""
        return self.cost if self.cost is not None and self.cost in KPIS else None

    @property
    def is_sampled(self) -> bool:
        return self.cost_kpi is not None

    @property
    def sign(self) -> int:
        """The factor for the KPI that makes larger values better."""
        return 1 if KPIS[self.kpi].more_is_better else -1

    @property
    def cost_unit(self) -> str:
        return KPIS[self.cost_kpi].unit if self.cost_kpi else "m2" if self.cost == AREA else ""

    @property
    def wanted(self) -> str:
        """The target in words.

        `Imports on time at least 95 %`
        """
        assert self.target is not None
        unit = KPIS[self.kpi].unit
        text = share_text(self.target) if unit == "1" else f"{self.target:g} {unit_name(unit)}"
        return f"{kpi_name(self.kpi)} {'at least' if self.sign > 0 else 'at most'} {text}"

    @property
    def margin(self) -> str:
        """The tolerance in words: `1 percentage point`."""
        return _difference(self.tolerance, KPIS[self.kpi].unit)

    @property
    def step_of_cost(self) -> str:
        """The indifference in words."""
        assert self.indifference is not None
        return _difference(self.indifference, self.cost_unit)


@dataclass(frozen=True, slots=True)
class SelectKeys(DesignKeys):
    """Keys of the study other than the hub's."""

    select: Select

    def __post_init__(self) -> None:
        DesignKeys.__post_init__(self)
        settings = self.select
        if any(self.compared):
            raise ValueError(sentence_of("takes_points", verb="select"))
        if self.half_widths:
            raise ValueError(sentence_of("select_makes"))
        if not 2 <= self.replications <= settings.max_replications:
            most = settings.max_replications
            raise ValueError(f"replications: from 2 to select.max_replications = {most}, got {self.replications}")

    def goal(self, designs: Sequence[Design]) -> Goal:
        settings = self.select
        costs = None if settings.is_sampled else tuple(known_cost(design, settings) for design in designs)
        target = None if settings.target is None else settings.sign * settings.target
        return Goal(len(designs), settings.alpha, target, settings.tolerance, costs, settings.indifference or 0.0)

    @property
    def looks(self) -> Looks:
        return Looks(self.replications, self.select.step, self.select.max_replications)


def _difference(value: float, unit: str) -> str:
    return counted(100 * value, "percentage point") if unit == "1" else f"{value:g} {unit_name(unit)}".rstrip()


def known_cost(design: Design, settings: Select) -> float:
    return design.hub.area_m2 if settings.cost == AREA else settings.costs[design.label]


def check(designs: Sequence[Design], keys: SelectKeys) -> None:
    """Refuse designs without a cost, or a single design.

    Raises:
        ConfigError: such designs.
    """
    settings = keys.select
    lacking = [
        design.label for design in designs if settings.cost in (None, COLUMN) and design.label not in settings.costs
    ]
    if lacking or len(designs) < 2:
        raise ConfigError(f"study: {lacking[0]} has no cost" if lacking else "study: a selection needs several designs")
    if settings.method is Method.OCBA and settings.budget < keys.replications * len(designs):
        least = keys.replications * len(designs)
        raise ConfigError(f"select.budget: must be at least replications x designs = {least}, got {settings.budget}")


def sample_of(designs: Sequence[Design], settings: Select, need: Need) -> Sample:
    """Samples for a procedure: the KPI, signed so that more is better, and the cost."""

    def sample(numbers: Sequence[int], counts: Sequence[int]) -> list[Numbers]:
        wanted = [(designs[number], n) for number, n in zip(numbers, counts, strict=True)]
        samples = need(wanted)
        return [_rows(design, [samples[design.label, number] for number in range(n)], settings) for design, n in wanted]

    return sample


def _rows(design: Design, kpis: Sequence[Mapping[str, float]], settings: Select) -> Numbers:
    served = [settings.sign * values[settings.kpi] for values in kpis]
    cost = settings.cost_kpi
    costs = [values[cost] if cost else _NO_COST for values in kpis]
    for key, kpi, numbers in (("select.kpi", settings.kpi, served), ("select.cost", cost, costs)):
        if not np.isfinite(numbers).all():
            raise CargohubError(
                sentence_of("kpi_missing", key=key, kpi=kpi, name=design_name(design.label, begins=False))
            )
    return np.array([served, costs])
