"""Sentences of the page that the terminal prints too, by the designs' labels: packing rules and the hub's share."""

from collections.abc import Sequence
from dataclasses import replace

from experiments.replications.summing import Outcome
from experiments.report import packing
from experiments.report.hub_share import goods_lines
from experiments.report.stored_designs import Value, main_points, read_points
from experiments.store.summaries import DesignRow
from sim.measures.kpis import KPIS


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
        label: {
            kpi: Value(interval.mean, interval.low, interval.high, interval.n, KPIS[kpi].unit)
            for kpi, interval in intervals.items()
        }
        for label, intervals in outcome.intervals.items()
    }
    shown = main_points(designs)
    facts = [f"{text} To simulate both: {both}" if both else text for text, both in packing.facts(shown, command)]
    return packing.verdicts(designs, values), [*facts, *goods_lines(shown, values)]
