"""The rows of the table `points`: what each design of a study is."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.designs.design import Design
from experiments.report.disruption_text import in_words
from sim.config import ArrivalModel, HubConfig
from sim.domain.site import PackoutRule
from sim.inputs.inputs import make_inputs
from sim.measures.ladder import packout_rung
from sim.units import MIN_PER_H

if TYPE_CHECKING:
    from experiments.replications.replicating import Outcome


def point_rows(outcome: "Outcome") -> list[tuple[Any, ...]]:
    """A row a design, in the columns of the table."""
    others = _other_packing(outcome.designs)
    return [_point_row(outcome, order, design, others[order]) for order, design in enumerate(outcome.designs)]


def _point_row(outcome: "Outcome", order: int, design: Design, other: str) -> tuple[Any, ...]:
    config = design.hub
    blocked = outcome.intervals[design.label]["blocked_after_h"].mean
    run_h = config.end_min / MIN_PER_H
    return (
        design.label,
        order,
        config.scenario,
        str(config.start_date),
        in_words(config.disruptions),
        config.roster.name,
        config.demand.name if config.arrivals.schedule is None else Path(config.arrivals.schedule).stem,
        str(config.arrivals.model),
        *traffic(config),
        *_share_of(config),
        config.area_m2,
        sum(hall.sorting_machines for hall in config.halls.values()),
        len(config.halls),
        config.service_h,
        outcome.stability[design.label].verdict,
        blocked if blocked < run_h else math.nan,
        str(config.packout.rule),
        *(packout_rung(config, rule) for rule in (PackoutRule.FLEXIBLE, PackoutRule.DEDICATED)),
        other,
    )


def _share_of(config: HubConfig) -> tuple[float, float, float]:
    share = config.hub_share
    return (share.airport_parcels_per_year, share.least, share.most) if share else (math.nan, math.nan, math.nan)


def _other_packing(designs: Sequence[Design]) -> list[str]:
    """The label of the design that differs from each in the packing rule alone; empty where there is none."""
    if len({design.hub.packout.rule for design in designs}) == 1:
        return [""] * len(designs)
    keys = [
        repr(replace(design.hub, packout=replace(design.hub.packout, rule=PackoutRule.FLEXIBLE))) for design in designs
    ]
    labels = {(key, design.hub.packout.rule): design.label for key, design in zip(keys, designs, strict=True)}
    other = {PackoutRule.FLEXIBLE: PackoutRule.DEDICATED, PackoutRule.DEDICATED: PackoutRule.FLEXIBLE}
    return [labels.get((key, other[design.hub.packout.rule]), "") for key, design in zip(keys, designs, strict=True)]


def traffic(config: HubConfig) -> tuple[float, float]:
    """Flights and parcels a day that are asked for: annual means, or those of a file in the measured days."""
    if config.arrivals.model is not ArrivalModel.FILE:
        flights = config.demand.flights_per_day
        return flights, flights * config.mean_parcels_per_flight
    cohort = [flight.n_parcels for flight in make_inputs(config, 0).flights if flight.is_cohort]
    return len(cohort) / config.horizon_days, sum(cohort) / config.horizon_days


def daily_parcels(config: HubConfig) -> float:
    return traffic(config)[1]
