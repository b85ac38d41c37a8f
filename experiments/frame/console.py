"""What a study tells: one JSON object, or lines for a reader; and the page of its designs."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from experiments.arguments import Arguments
from experiments.designs.design import Design
from experiments.designs.spreadsheet import keys_of
from experiments.formatting import NO_VARIANCE, instant, listed, p_text, short, whole, with_interval
from experiments.frame.over_assumptions import OverAssumptions
from experiments.frame.recorded import first_hubs
from experiments.replications.summing import Outcome
from experiments.report import bottleneck, packing
from experiments.report.hub_share import goods_lines
from experiments.report.margin import margin_object, margin_text
from experiments.report.sections import Page, Picture
from experiments.report.sentences import too_few_replications, too_many_comparisons
from experiments.report.stored_designs import main_points, read_points
from experiments.statistics.family import Family, Statement
from experiments.statistics.interval import Value
from experiments.store import read_run
from experiments.store.rows import interval_object
from experiments.store.summaries import DesignRow
from sim.measures.kpis import KPIS, RECOVERY, Rank, names
from sim.measures.recovery import LONGER
from sim.units import MIN_PER_H

FAMILY_TEXT = {
    Family.HOLM: "simultaneous 95 % intervals, Bonferroni; p-values, Holm",
    Family.DUNNETT: "simultaneous 95 % intervals and p-values, Dunnett, as if each design had seen other draws",
    Family.NONE: "95 % intervals and p-values of each design alone",
}
"""How differences are taken together, for a reader."""
SCHEMA_VERSION = 1
"""Of the JSON objects."""
_ACROSS = 3
"""Designs side by side."""
MOST_ON_PAGE = 24
"""Designs; a page of more could not be read."""
_NAMES = 28
"""Width of the KPIs' names."""
_SAVED = ("on_time_share", "dwell_mean_h", "trucks_per_day")
"""KPIs for which the gain from common random numbers is shown."""


def fit_lines(designs: Sequence[Design]) -> list[str]:
    """What fit=auto changed, design by design."""
    lines = []
    for design in designs:
        changes = design.hub.fitted
        shares = [change for change in changes if ".zone_shares." in change]
        texts = [change for change in changes if change not in shares]
        texts += [f"{len(shares)} zone shares"] if len(shares) > 1 else shares
        if texts:
            lines.append(f"{design.label}: fit=auto changed {', '.join(texts)} (config.yaml lists all as fitted)")
    return lines


def warnings_of(outcome: Outcome, before: Sequence[str]) -> list[str]:
    """What a reader must know before the numbers."""
    lines = [*before, *fit_lines(outcome.designs), *too_few_replications(outcome.n)]
    for design in outcome.designs:
        if not outcome.intervals[design.label]["parcels_per_day"].mean:
            lines.append(f"{design.label}: not one parcel left in the measured days")
        intervals = outcome.intervals[design.label]
        if outcome.is_unstable(design):
            slope = intervals["backlog_slope_per_day"].mean
            blocked = MIN_PER_H * intervals["blocked_after_h"].mean
            first = "no flight is held because no stand is free yet"
            if blocked < design.hub.end_min:
                since = instant(blocked, design.hub.start_date)
                first = f"flights are held because no stand is free, on average from {since} on"
            lines.append(f"{design.label}: unstable: its backlog grows by {whole(slope)} parcels a day; {first}")
        if outcome.is_unstable(design) is None:
            days = outcome.stability[design.label].horizon_days
            lines.append(
                f"{design.label}: undecided whether its backlog grows: {days} measured days do not show it; more"
                " horizon_days or replications may"
            )
        others = (kpi for kpi in KPIS if KPIS[kpi].group is not RECOVERY)
        bounds = [kpi for kpi in others if outcome.is_lower_bound(design.label, kpi)]
        if bounds:
            share = intervals["not_departed_share"].mean
            lines.append(f"{design.label}: {share:.1%} had not left at the end: {', '.join(bounds)} read 'more than'")
        if outcome.is_lower_bound(design.label, "recovery_h"):
            share = intervals["not_recovered_share"].mean
            which = f" in {share:.0%} of the replications" if share < 1 else ""
            lines.append(
                f"{design.label}: the backlog was not back in its band in {LONGER[-1]} times the measured days{which}:"
                " recovery_h reads 'more than'"
            )
    return lines


def scenario_object(outcome: Outcome, design: Design) -> dict[str, Any]:
    kpis = {kpi: interval_object(interval, KPIS[kpi].unit) for kpi, interval in outcome.intervals[design.label].items()}
    fitted = {"fitted": list(design.hub.fitted)} if design.hub.fitted else {}
    factors = {"values": dict(outcome.factors[design.label])} if outcome.factors else {}
    margin = margin_object(outcome.margins.get(design.label, ()), design.hub.demand.flights_per_day)
    about = {"scenario": design.label, "unstable": outcome.is_unstable(design)}
    return {**about, **factors, **fitted, **margin, "kpis": kpis}


def difference_objects(outcome: Outcome) -> dict[str, Any]:
    return {
        label: {
            kpi: {
                **interval_object(difference.interval, KPIS[kpi].unit),
                "p": difference.p_value,
                "p_family": difference.adjusted,
                "is_different": difference.is_different,
                "variance_ratio": difference.variance_ratio,
            }
            for kpi, difference in differences.items()
        }
        for label, differences in outcome.differences.items()
    }


def print_json(document: Mapping[str, Any]) -> None:
    """The one JSON object of a verb."""
    text = json.dumps({"schema_version": SCHEMA_VERSION, **document}, allow_nan=False, indent=1)
    sys.stdout.write(f"{text}\n")


def print_list(rows: Sequence[Mapping[str, Any]]) -> None:
    """The list of a verb whose document is a list alone."""
    sys.stdout.write(f"{json.dumps(rows, allow_nan=False, indent=1)}\n")


def table_lines(outcome: Outcome, rows: Sequence[DesignRow], command: str, *, has_baseline: bool) -> list[str]:
    """Staff, KPIs down and designs across, a few at a time; differences to a baseline.

    A verdict that the packing rule changes comes first. `rows`: of the table `points`; `command`: the run's.
    """
    changed, facts = page_lines(outcome, rows, command)
    lines = [*changed, *(_staff(outcome, design) for design in outcome.designs)]
    for first in range(0, len(outcome.designs), _ACROSS):
        designs = outcome.designs[first : first + _ACROSS]
        cells = {kpi: [_cell(outcome, design.label, kpi) for design in designs] for kpi in _shown(outcome)}
        keys = keys_of(outcome.factors)
        factors = {key: [outcome.factors[design.label][key] for design in designs] for key in keys}
        texts = ([design.label for design in designs], *cells.values(), *factors.values())
        width = 2 + max(len(text) for row in texts for text in row)
        lines.append(" " * _NAMES + "".join(f"{design.label:>{width}}" for design in designs))
        lines += [f"{key:{_NAMES}}" + "".join(f"{value:>{width}}" for value in row) for key, row in factors.items()]
        for kpi, row in cells.items():
            lines.append(f"{kpi:{_NAMES}}" + "".join(f"{cell:>{width}}" for cell in row) + f"  {KPIS[kpi].unit}")
        lines.append("")
    asked = {design.label: design.hub.demand.flights_per_day for design in outcome.designs}
    lines += [f"{label}: {margin_text(thresholds, asked[label])}" for label, thresholds in outcome.margins.items()]
    limits = {design.label: bottleneck.named(None, outcome.ladder(design)) for design in outcome.designs}
    lines += [*(f"{label}: {limit}" for label, limit in limits.items() if limit), *facts, ""]
    return [*lines, *(_differences(outcome) if has_baseline else [])]


def _staff(outcome: Outcome, design: Design) -> str:
    """The staff that a design's figures rest on."""
    paid = outcome.intervals[design.label]["staff_h_paid_per_day"].mean
    return f"{design.label}: with {whole(paid)} paid hours a day by roster {design.hub.roster.name}"


def _shown(outcome: Outcome) -> list[str]:
    """What a table tells: KPIs of a part of the hub only where a design has it."""
    hubs = [design.hub for design in outcome.designs]
    return [name for name in names(Rank.SUMMARY) if any(KPIS[name].group.is_in(hub) for hub in hubs)]


def _differences(outcome: Outcome) -> list[str]:
    """What each design changes against the first, a KPI a line, where that is sure within the family."""
    if not outcome.differences:
        return []
    lines = [f"Difference from {outcome.designs[0].label} ({FAMILY_TEXT[outcome.family]})"]
    for label, differences in outcome.differences.items():
        if outcome.n == 1:
            return [*lines, "  one replication: no difference can be tested", ""]
        rows = [
            kpi for kpi in _shown(outcome) if differences[kpi].is_different or _is_constant_change(differences[kpi])
        ]
        is_any = any(differences[kpi].is_different for kpi in rows)
        lines.append(f"  {label}" + ("" if is_any else ": no significant difference"))
        cells = [_bracketed(differences[kpi].interval) for kpi in rows]
        width = max(map(len, cells), default=0)
        for kpi, cell in zip(rows, cells, strict=True):
            unit = "" if KPIS[kpi].unit == "1" else KPIS[kpi].unit
            tested = NO_VARIANCE if differences[kpi].has_no_variance else p_text(differences[kpi].adjusted)
            lines.append(f"    {kpi:{_NAMES}}{cell:>{width}}  {tested}  {unit}".rstrip())
        lines += _saved(differences)
    return [*lines, ""]


def _is_constant_change(statement: Statement) -> bool:
    return statement.has_no_variance and statement.interval.mean != 0


def _saved(differences: Mapping[str, Statement]) -> list[str]:
    """What common random numbers save, by the first KPIs of the headline that say so."""
    ratios = [f"{kpi} {_number(ratio)}" for kpi in _SAVED if (ratio := differences[kpi].variance_ratio) is not None]
    if not ratios:
        return []
    return [
        f"    common random numbers: separate runs would need this many times the replications: {', '.join(ratios)}"
    ]


def family_warnings(outcome: Outcome) -> list[str]:
    """That simultaneous intervals are much wider than a single one, for their number and the replications."""
    warning = too_many_comparisons(str(outcome.family), len(outcome.differences), outcome.n)
    return [warning] if warning else []


def _cell(outcome: Outcome, label: str, kpi: str) -> str:
    more = ">" if outcome.is_lower_bound(label, kpi) else ""
    return more + _bracketed(outcome.intervals[label][kpi])


def _number(value: float) -> str:
    return whole(value) if abs(value) >= 1000 else short(value)


_bracketed = partial(with_interval, show=_number, between="..")


def title_of(designs: Sequence[Design]) -> str:
    """The question that a page answers.

    The areas of the designs, each once: "What 30,000 and 66,000 m² carry".
    """
    areas = [whole(area) for area in dict.fromkeys(design.hub.area_m2 for design in designs)]
    return f"What {listed(areas, 'and')} m² {'carry' if len(areas) > 1 else 'carries'}"


def page_of(
    path: Path, arguments: Arguments, designs: Sequence[Design], *, replications: int, notes: Sequence[str],
    over: OverAssumptions | None, pictures: Callable[[], Iterable[Picture]], is_drawn: bool = True,
) -> Page:  # fmt: skip
    """The run's page, of its first designs, from its stored tables alone; `notes` stand below its answer.

    `over`: what it rests on; `pictures`: of the verb alone; `is_drawn`: with pictures, which take most of its time.
    """
    from experiments.report import run_page

    shown = designs[:MOST_ON_PAGE]
    stored = read_run(path, scenarios=[design.label for design in shown])
    return run_page.page_of(
        stored.tables,
        title=title_of(shown),
        command=arguments.command,
        config_yaml=first_hubs(stored.config, len(shown)),
        seed=designs[0].hub.seed,
        replications=replications,
        notes=[*fit_lines(shown), *notes],
        rests_on=[over.section] if over else [],
        pictures=pictures,
        is_drawn=is_drawn,
    )


def page_warnings(designs: Sequence[Design]) -> list[str]:
    """That a page shows less than all."""
    if len(designs) <= MOST_ON_PAGE:
        return []
    return [f"the page shows the first {MOST_ON_PAGE} of {len(designs):,} designs; the tables hold all"]


def page_lines(outcome: Outcome, rows: Sequence[DesignRow], command: str) -> tuple[list[str], list[str]]:
    """Designs whose verdict the rule changes; then facts on the designs.

    Those are what pack-out can handle, by the ladder, with the command that simulates both rules, and the year's goods
    at both ends of the hub's share.

    `rows`: of the table `points`; `command`: that of the run.
    """
    import pandas as pd

    table = pd.DataFrame(rows)
    designs = tuple(replace(design, title=design.label) for design in read_points(table))
    values = {
        label: {kpi: Value.of(interval, KPIS[kpi].unit) for kpi, interval in intervals.items()}
        for label, intervals in outcome.intervals.items()
    }
    shown = main_points(designs)
    facts = [f"{text} To simulate both: {both}" if both else text for text, both in packing.facts(shown, command)]
    return packing.verdicts(designs, values), [*facts, *goods_lines(shown, values)]
