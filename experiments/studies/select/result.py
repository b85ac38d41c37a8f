"""Result of `cargohub select`: verdict and reason for each design, table and sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from experiments.designs.design import Design
from experiments.formatting import kpi_name, number, short, unit_name, whole
from experiments.frame.missing_people import missing_people
from experiments.frame.study import Kpis
from experiments.interval_text import in_percent, with_interval
from experiments.money.kpis import KPIS
from experiments.replications.replicating import without_parcels
from experiments.replications.stability import judged_as_run, unsure_lines
from experiments.replications.summing import Outcome, by_design, intervals_of, samples_of
from experiments.report.design_names import design_name
from experiments.report.sections import sentence_of
from experiments.report.sentences import probability_text, too_few_replications
from experiments.statistics import Interval
from experiments.statistics.selection import Fate, Selection
from experiments.store.rows import column, interval, table
from experiments.studies.select.design import Method, Select, SelectKeys, known_cost


def interval_text(interval: Interval, unit: str, *, with_unit: bool = False) -> str:
    """A mean with its interval, in the format of its KPI.

    >>> interval_text(Interval(28.5, 23.8, 33.3, 6), "h", with_unit=True)
    '28.5 h (23.8 to 33.3)'
    """
    after = f" {unit_name(unit)}".rstrip() if with_unit else ""
    return in_percent(interval) if unit == "1" else with_interval(interval, short, unit=after)


_NAMES: Final = {Method.KN: "KN", Method.KN_UPDATED: "KN++", Method.OCBA: "OCBA"}


@table("selection", "the designs that were compared, and the result of each", sort="order")
class Row:
    """A design: cost, KPI over its replications, and verdict."""

    scenario: str = column("", "the design", heading="design")
    order: int = column("1", "order of the command")
    cost: float = column("see cost_unit", "known cost, or the mean of a KPI")
    cost_unit: str = column("", "unit of the cost; empty: the unit of the file")
    replications: int = column("1", "number of replications")
    kpi: Interval = interval("see unit", "KPI with the target", names="{end}")
    unit: str = column("", "unit of the KPI")
    verdict: Fate = column(
        "", "selected; infeasible; at target: dropped within the tolerance; not cheaper; open: not decided"
    )
    reason: str = column("", "reason for the verdict")


@dataclass(frozen=True, slots=True)
class Result:
    """Designs in the order given. `probability`: lower bound that the selection is right; None if not known."""

    keys: SelectKeys
    outcome: Outcome
    rows: tuple[Row, ...]
    probability: float | None

    @property
    def selected(self) -> Row | None:
        return next((row for row in self.rows if row.verdict is Fate.SELECTED), None)

    @property
    def at_same_cost(self) -> list[Row]:
        """Designs dropped neither for their KPI nor for a higher cost."""
        best = self.selected
        return [row for row in self.rows if best and row.verdict is Fate.NOT_CHEAPER and row.cost == best.cost]


def result_of(designs: Sequence[Design], keys: SelectKeys, selection: Selection, kpis: Kpis) -> Result:
    values = samples_of(kpis)
    of_designs = {design.label: values[design.label] for design in designs}
    intervals = intervals_of(of_designs)
    settings = keys.select
    rows: list[Row] = []
    for design, verdict in zip(designs, selection.verdicts, strict=True):
        known = intervals[design.label]
        cost = known[settings.cost_kpi].mean if settings.cost_kpi else known_cost(design, settings)
        by = None if verdict.by is None else design_name(designs[verdict.by].label, begins=False)
        fate = verdict.fate
        kpi = known[settings.kpi]
        if fate is Fate.INFEASIBLE and _is_at_target(settings, kpi):
            fate = Fate.AT_TARGET
        reason = _reason(keys, fate, verdict.n, by, is_promised=selection.probability is not None)
        unit = KPIS[settings.kpi].unit
        rows.append(Row(design.label, len(rows), cost, settings.cost_unit, kpi.n, kpi, unit, fate, reason))
    stability = judged_as_run(designs, by_design(kpis))
    empty = tuple(without_parcels(designs, of_designs))
    outcome = Outcome(tuple(designs), intervals, {}, keys.family, stability, empty, factors=keys.factors)
    return Result(keys, outcome, tuple(rows), selection.probability)


def _is_at_target(settings: Select, kpi: Interval) -> bool:
    return settings.target is not None and abs(kpi.mean - settings.target) <= settings.tolerance


def _reason(keys: SelectKeys, fate: Fate, n: int, by: str | None, *, is_promised: bool) -> str:
    settings = keys.select
    if fate is Fate.INFEASIBLE:
        return f"misses {settings.wanted}"
    if fate is Fate.AT_TARGET:
        return sentence_of("within_tolerance", tolerance=settings.margin, wanted=settings.wanted)
    if fate is Fate.NOT_CHEAPER:
        return f"not cheaper than {by}" + ("" if settings.target is None else ", which meets the target")
    if fate is Fate.OPEN:
        return f"not decided after {n} replications"
    return _cheapest(settings, is_promised=is_promised)


def _cheapest(settings: Select, *, is_promised: bool) -> str:
    """How the selected design is the cheapest: only by the means if replications ran out before a decision."""
    which = "the cheapest" if is_promised else "cheapest by the means"
    return which + ("" if settings.target is None else f" with {settings.wanted}")


def answer(result: Result) -> list[str]:
    """The selected design and its certainty; or that there is none."""
    settings, best = result.keys.select, result.selected
    n = sum(row.kpi.n for row in result.rows)
    among = f"{len(result.rows)} designs, {whole(n)} replications"
    if best is None:
        is_open = any(row.verdict in (Fate.OPEN, Fate.AT_TARGET) for row in result.rows)
        nearest = max(result.rows, key=lambda row: settings.sign * row.kpi.mean)
        verb = "is known to meet" if is_open else "meets"
        name = design_name(nearest.scenario, begins=False)
        near = f"{name} comes nearest with {interval_text(nearest.kpi, nearest.unit, with_unit=True)}"
        lines = [f"None of the designs {verb} {settings.wanted} ({among}); {near}."]
    else:
        what = f"is {_cheapest(settings, is_promised=result.probability is not None)}"
        if same := result.at_same_cost:
            what += f", and the first of {len(same) + 1} designs at that cost"
        unit = f" {unit_name(settings.cost_unit)}".rstrip()
        cost = number(best.cost) + unit
        if settings.cost_kpi:
            interval = result.outcome.intervals[best.scenario][settings.cost_kpi]
            cost = in_percent(interval) if settings.cost_unit == "1" else with_interval(interval, unit=unit)
        name, reached = design_name(best.scenario), interval_text(best.kpi, best.unit, with_unit=True)
        lines = [f"{name} {what} ({among}): cost {cost}, {kpi_name(settings.kpi)} {reached}."]
    if result.probability is None:
        return lines
    return [*lines, _promise(result, result.probability)]


def _promise(result: Result, probability: float) -> str:
    """The guaranteed statement and its probability: for normal values, and for KN++ only in the limit."""
    settings = result.keys.select
    spare = f"meets the target with {settings.margin} to spare"
    cheaper = "cheaper" if settings.indifference is None else f"cheaper by {settings.step_of_cost} or more"
    if result.selected is None:
        what = f"no design {spare}"
    elif settings.target is None:
        what = f"no other design is {cheaper}"
    else:
        name = design_name(result.selected.scenario, begins=False)
        what = f"{name} misses the target by at most {settings.margin}, and no design that {spare} is {cheaper}"
    if settings.method is Method.OCBA:
        return sentence_of("ocba_promise", probability=probability_text(probability), what=what)
    limit = ", in the limit of many replications" if settings.method is Method.KN_UPDATED else ""
    by = f"{_NAMES[settings.method]}, for normal values{limit}"
    return f"With a probability of at least {probability:.12g} ({by}), {what}."


def warnings_of(result: Result) -> list[str]:
    settings, best = result.keys.select, result.selected
    lines = [*too_few_replications(min(row.kpi.n for row in result.rows)), *result.outcome.warnings]
    if best is not None:
        lines += unsure_lines({best.scenario: result.outcome.stability[best.scenario]})
    lines += missing_people(result.outcome.designs, result.outcome.intervals)
    n_open = sum(row.verdict is Fate.OPEN for row in result.rows)
    if result.probability is None:
        undecided = f"{n_open} design{'s are' if n_open > 1 else ' is'}" if n_open else "the designs were"
        lines.append(sentence_of("select_undecided", undecided=undecided, most=settings.max_replications))
    elif result.probability < 1 - settings.alpha:
        is_spent = sum(row.kpi.n for row in result.rows) >= settings.budget
        limit, probability = "budget" if is_spent else "max_replications", probability_text(result.probability)
        lines.append(sentence_of("limit_reached", limit=limit, probability=probability, wanted=1 - settings.alpha))
    if same := result.at_same_cost:
        lines.append(sentence_of("select_same_cost", n=len(same), cost=settings.cost))
    if best is not None and _is_at_target(settings, best.kpi):
        design, kpi = design_name(best.scenario), kpi_name(settings.kpi)
        lines.append(sentence_of("select_at_target", design=design, kpi=kpi, tolerance=settings.margin))
    return lines
