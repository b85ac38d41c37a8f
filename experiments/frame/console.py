"""What a study tells: one JSON object, or lines for a reader; and the page of its designs."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from experiments.arguments import Arguments
from experiments.designs.design import Design
from experiments.formatting import found_share, full_kpi_name, instant, kpi_name, listed, share_text, whole
from experiments.replications.summing import Outcome
from experiments.report.design_names import named_together
from experiments.report.margin import margin_object
from experiments.report.sections import said
from experiments.report.sentences import too_few_replications, too_many_comparisons
from experiments.report.verdicts import DesignVerdict
from experiments.store.rows import interval_object
from sim.config import ArrivalModel
from sim.measures.kpis import KPIS, RECOVERY
from sim.measures.recovery import LONGER
from sim.units import MIN_PER_H

SCHEMA_VERSION = 1
"""Of the JSON objects."""
MOST_ON_PAGE = 24
"""Designs; a page of more could not be read."""


def fit_lines(designs: Sequence[Design], titles: Mapping[str, str] = MappingProxyType({})) -> list[str]:
    """What fit=auto changed, design by design."""
    lines = []
    for design in designs:
        changes = design.hub.fitted
        shares = [change for change in changes if ".zone_shares." in change]
        texts = [change for change in changes if change not in shares]
        texts += [f"{len(shares)} zone shares"] if len(shares) > 1 else shares
        if texts:
            name = titles.get(design.label, design.label)
            lines.append(f"{name}: fit=auto changed {', '.join(texts)} (config.yaml lists all as fitted)")
    return lines


def warnings_of(outcome: Outcome, verdicts: Sequence[DesignVerdict], before: Sequence[str]) -> list[str]:
    """What a reader must know before the numbers, a line for all designs of which it is true."""
    designs = zip(outcome.designs, verdicts, strict=True)
    found = [
        (what, verdict.title, detail) for each, verdict in designs for what, detail in _found(outcome, each, verdict)
    ]
    titles = {verdict.label: verdict.title for verdict in verdicts}
    return [*before, *fit_lines(outcome.designs, titles), *too_few_replications(outcome.n), *named_together(found)]


def _found(outcome: Outcome, design: Design, verdict: DesignVerdict) -> Iterator[tuple[str, str]]:
    """Warnings on a design: what, and how much of it."""
    intervals = outcome.intervals[design.label]
    if not intervals["parcels_per_day"].mean:
        yield "not one parcel left in the measured days", ""
    if outcome.is_unstable(design):
        blocked = MIN_PER_H * intervals["blocked_after_h"].mean
        first = "no flight is held because no stand is free yet"
        if blocked < design.hub.end_min:
            since = instant(blocked, design.hub.start_date)
            first = f"flights are held because no stand is free, on average from {since} on"
        slope = whole(intervals["backlog_slope_per_day"].mean)
        yield "unstable, the backlog grows", f"by {slope} parcels a day; {first}"
    if outcome.is_unstable(design) is None and verdict.kind != "fails":
        days = outcome.stability[design.label].horizon_days
        come = design.hub.arrivals
        more = f"arrivals.repeat={come.repeat + 1}" if come.model is ArrivalModel.FILE else "more horizon_days"
        yield said("undecided", days=days, more=more), ""
    others = (kpi for kpi in KPIS if KPIS[kpi].group is not RECOVERY)
    if bounds := [kpi for kpi in others if outcome.is_lower_bound(design.label, kpi)]:
        yield (
            said("not_left", kpis="; ".join(map(full_kpi_name, bounds))),
            found_share(intervals["not_departed_share"].mean),
        )
    if outcome.is_lower_bound(design.label, "recovery_h"):
        share = intervals["not_recovered_share"].mean
        which = f"in {share_text(share)} of the replications" if share < 1 else ""
        times = LONGER[-1] if design.hub.recovery.runs_on else 1
        yield said("not_recovered", times=times, kpi=kpi_name("recovery_h")), which


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


def report(arguments: Arguments, document: Mapping[str, Any] | list[Mapping[str, Any]], *lines: str) -> int:
    """What a verb that is no study found: its lines, or with `--json` its document; returns that all went well."""
    if not arguments.json:
        sys.stdout.write("\n".join(lines) + "\n")
    elif isinstance(document, list):
        print_list(document)
    else:
        print_json(document)
    return 0


def family_warnings(outcome: Outcome) -> list[str]:
    """That simultaneous intervals are much wider than a single one, for their number and the replications."""
    warning = too_many_comparisons(str(outcome.family), len(outcome.differences), outcome.n)
    return [warning] if warning else []


def title_of(designs: Sequence[Design]) -> str:
    """The question that a page answers.

    The areas of the designs, each once: "What 30,000 and 66,000 m² carry".
    """
    areas = [whole(area) for area in dict.fromkeys(design.hub.area_m2 for design in designs)]
    return f"What {listed(areas, 'and')} m² {'carry' if len(areas) > 1 else 'carries'}"


def page_warnings(designs: Sequence[Design]) -> list[str]:
    """That a page shows less than all."""
    if len(designs) <= MOST_ON_PAGE:
        return []
    return [f"the page shows the first {MOST_ON_PAGE} of {whole(len(designs))} designs; the tables hold all"]
