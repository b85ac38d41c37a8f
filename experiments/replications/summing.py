"""Summary of replications of designs: intervals, differences and verdicts, and their tables."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from experiments.designs.design import Design, DesignKeys
from experiments.designs.spreadsheet import Factors, Varied, factor_tables, with_factors
from experiments.grouping import grouped
from experiments.money.kpis import KPIS
from experiments.replications.stability import Stability, longer_rows, stability_table
from experiments.replications.warming import warm_ups, warmup_rows
from experiments.report.disruption_text import in_words
from experiments.report.margin import Margins
from experiments.report.schedule_text import schedule_words
from experiments.statistics import Interval, mean_interval
from experiments.statistics.family import Differences, Family, Statement, statements
from experiments.statistics.precision import Samples
from experiments.store import RunDirectory, summaries
from experiments.store.factors import FactorColumns
from experiments.store.rows import stored
from experiments.store.tables import Columns, Key, as_columns
from sim.config import ArrivalModel, HubConfig
from sim.domain.site import PackoutRule
from sim.inputs.expected_flights import expected_parcels_per_day, size_of_a_flight
from sim.inputs.flight_files import schedules_of
from sim.inputs.flight_schedule import end_of_run, make_flights
from sim.inputs.own_flights import draws_from_file
from sim.inputs.staffing import fully_manned
from sim.inputs.traffic import daily_parcels
from sim.measures.kpis.backlog import is_held
from sim.measures.ladder import Ladder, capacity_ladder, packout_rung
from sim.record.schemas import TABLES, TableSchema
from sim.site.zones import set_aside, zones_in_use
from sim.streams import Streams

_Tables = Sequence[tuple[TableSchema, Columns]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Results of a study's replications. Intervals by label and KPI; `differences` from the first label.

    `stability` by label; `warnings` name the intervals that remained too wide.
    """

    designs: tuple[Design, ...]
    intervals: Mapping[str, Mapping[str, Interval]]
    differences: Differences
    family: Family
    stability: Mapping[str, Stability]
    warnings: tuple[str, ...] = ()
    factors: Factors = field(default_factory=dict)
    margins: Margins = field(default_factory=dict)

    @property
    def n(self) -> int:
        """Number of replications of each design."""
        return next(interval.n for values in self.intervals.values() for interval in values.values())

    def is_unstable(self, design: Design) -> bool | None:
        """Whether the backlog grows; None: undecided."""
        return self.stability[design.label].is_unstable

    def ladder(self, design: Design) -> Ladder:
        """What each resource alone could handle."""
        return ladder_of(design.hub, self.intervals[design.label])

    def is_lower_bound(self, label: str, kpi: str) -> bool:
        return KPIS[kpi].reads_more_than(lambda name: self.intervals[label][name].mean)


def ladder_of(config: HubConfig, intervals: Mapping[str, Interval]) -> Ladder:
    """What each resource alone could handle, by the means of KPIs."""
    return capacity_ladder(config, {kpi: interval.mean for kpi, interval in intervals.items()})


def outcome_of(
    designs: Sequence[Design],
    values: Samples,
    study: DesignKeys,
    stability: Mapping[str, Stability],
    warnings: Sequence[str],
) -> Outcome:
    """The outcome without margins; differences are of KPIs of the parts that both designs have."""
    baseline, family = designs[0].label, study.family
    differences: dict[str, dict[str, Statement]] = {design.label: {} for design in designs[1:]}
    for kpi in KPIS if len(designs) > 1 else ():
        samples = {design.label: values[design.label][kpi] for design in designs if describes(kpi, designs[0], design)}
        if samples:
            for label, statement in statements(samples, baseline, family, possible=KPIS[kpi].range).items():
                differences[label][kpi] = statement
    return Outcome(tuple(designs), intervals_of(values), differences, family, stability, tuple(warnings), study.factors)


def describes(kpi: str, *designs: Design) -> bool:
    """Whether all designs have the part of the hub that a KPI describes."""
    return all(KPIS[kpi].group.is_in(design.hub) for design in designs)


def by_design(kpis: Mapping[Key, Mapping[str, float]]) -> dict[str, list[Mapping[str, float]]]:
    """KPIs of each design's replications, in order."""
    return grouped((label, values) for (label, _), values in sorted(kpis.items()))


def samples_of(kpis: Mapping[Key, Mapping[str, float]]) -> Samples:
    """Values by design and KPI, from KPIs by design and replication."""
    return {
        label: grouped((kpi, value) for values in of_design for kpi, value in values.items())
        for label, of_design in by_design(kpis).items()
    }


def intervals_of(values: Samples) -> dict[str, dict[str, Interval]]:
    """Intervals by design and KPI."""
    return {
        label: {kpi: interval_of(kpi, sample) for kpi, sample in samples.items()} for label, samples in values.items()
    }


def interval_of(name: str, sample: Sequence[float]) -> Interval:
    """Interval of a figure's mean over replications, within the possible values of a KPI."""
    if name not in KPIS:
        return mean_interval(sample)
    return mean_interval(sample, possible=KPIS[name].range, good_end=KPIS[name].good_end)


def complete(run: RunDirectory, outcome: Outcome, extra: _Tables = (), varied: Varied | None = None) -> None:
    """Write all tables that do not exist yet; `varied`: as in `Bench.complete`."""
    if run.is_complete:
        return
    steady = {design.label: design for design in outcome.designs if not outcome.is_unstable(design)}
    finished = run.finished()
    labels = [design.label for design in outcome.designs]
    keys, values = varied or with_factors(labels, (), ((),) * len(labels), outcome.factors)
    factors = FactorColumns.make(labels, keys, values)
    run.complete(
        TABLES,
        keys=[key for key in finished if key[0] in outcome.intervals],
        tables=[
            *_summaries(outcome, factors),
            stored(summaries.WarmupRow, warmup_rows(warm_ups(run.table_of("occupancy"), steady))),
            (summaries.LONGER_RUNS, as_columns(summaries.LONGER_RUNS.columns, longer_rows(outcome.designs, finished))),
            *factor_tables(outcome.factors),
            *extra,
        ],
        factors=factors,
    )


def _summaries(outcome: Outcome, factors: FactorColumns) -> _Tables:
    designs, baseline = outcome.designs, outcome.designs[0].label
    means = [
        summaries.SummaryRow(label, kpi, interval, KPIS[kpi].unit, outcome.is_lower_bound(label, kpi))
        for label, intervals in outcome.intervals.items()
        for kpi, interval in intervals.items()
    ]
    return [
        stored(summaries.DesignRow, design_rows(outcome)),
        factors.beside(stored(summaries.SummaryRow, means), [row.scenario for row in means]),
        stored(summaries.DifferenceRow, [
            summaries.DifferenceRow(label, baseline, kpi, difference.interval, KPIS[kpi].unit, difference.p_value,
                          difference.adjusted, difference.is_different, difference.variance_ratio)
            for label, statements in outcome.differences.items()
            for kpi, difference in statements.items()
        ]),
        stored(summaries.LadderRow, [
            summaries.LadderRow(design.label, name, *rung)
            for design in designs for name, rung in outcome.ladder(design).items()
        ]),
        stored(summaries.AreaRow, [
            summaries.AreaRow(design.label, use.hall, use.zone, use.area_m2, use.n_units, use.n_fit, use.unit,
                    use.spare_m2 if use.n_fit else 0.0)
            for design in designs
            for use in (*zones_in_use(design.hub), *set_aside(design.hub))
        ]),
        stored(summaries.MarginRow, chain(*outcome.margins.values())),
        stability_table({design.label: outcome.stability[design.label] for design in designs}),
    ]  # fmt: skip


def design_rows(outcome: Outcome) -> list[summaries.DesignRow]:
    """The table `points`."""
    others = _other_packing(outcome.designs)
    return [
        design_row(design, order, outcome.stability[design.label].verdict,
                   outcome.intervals[design.label]["blocked_after_h"].mean, others[order])
        for order, design in enumerate(outcome.designs)
    ]  # fmt: skip


def design_row(
    design: Design, order: int = 0, verdict: str = "undecided", blocked_after_h: float = math.inf, other: str = ""
) -> summaries.DesignRow:
    """A design's row of table `points`; `other`: the design that differs only in the packing rule."""
    config = design.hub
    flights, parcels = traffic(config)
    return summaries.DesignRow(
        design.label,
        order,
        config.scenario,
        str(config.start_date),
        in_words(config.disruptions),
        config.roster.name,
        config.demand.name if config.arrivals.schedule is None else Path(config.arrivals.schedule).stem,
        str(config.arrivals.model),
        flights,
        parcels if config.arrivals.model is ArrivalModel.FILE else expected_parcels_per_day(config),
        *_share_of(config),
        config.area_m2,
        sum(hall.sorting_machines for hall in config.halls.values()),
        len(config.halls),
        config.service_h,
        config.exports.service_h if config.exports.share else math.nan,
        verdict,
        blocked_after_h if is_held(blocked_after_h, config) else math.nan,
        str(config.packout.rule),
        packout_rung(config, PackoutRule.FLEXIBLE),
        packout_rung(config, PackoutRule.DEDICATED),
        other,
        schedule_words(config),
        config.time_zone or "",
        ", ".join(fully_manned(config)),
        config.demand.hub_share is not None and config.time_zone in (None, "Europe/Brussels"),
    )


def _share_of(config: HubConfig) -> tuple[float, float, float]:
    share = config.hub_share
    return (share.airport_parcels_per_year, share.least, share.most) if share else (math.nan, math.nan, math.nan)


def _other_packing(designs: Sequence[Design]) -> list[str]:
    """Label of the design that differs from each only in the packing rule; empty if there is none."""
    if len({design.hub.packout.rule for design in designs}) == 1:
        return [""] * len(designs)
    labels = {repr(design.hub): design.label for design in designs}
    other = {PackoutRule.FLEXIBLE: PackoutRule.DEDICATED, PackoutRule.DEDICATED: PackoutRule.FLEXIBLE}
    pairs = [(design.hub, design.hub.packout) for design in designs]
    return [
        labels.get(repr(replace(hub, packout=replace(packout, rule=other[packout.rule]))), "") for hub, packout in pairs
    ]


def traffic(config: HubConfig) -> tuple[float, float]:
    """Flights and parcels a day: annual means, or those of a file in the measured days, expected if they are drawn."""
    if config.arrivals.model is not ArrivalModel.FILE:
        return config.flights_coming_per_day, daily_parcels(config)
    if draws_from_file(config):
        parcels = expected_parcels_per_day(config)
        return parcels / (size_of_a_flight(config) * config.mean_parcels_per_flight), parcels
    end, replications = end_of_run(config), range(len(schedules_of(config).of))
    drawn = chain(*(make_flights(config, Streams(config.seed, number), end) for number in replications))
    cohort, days = [flight.n_parcels for flight in drawn if flight.is_cohort], config.horizon_days * len(replications)
    return len(cohort) / days, sum(cohort) / days
