"""What the terminal says of the rule by which packers work: the sentences of the page, by the designs' labels."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from experiments.report import packing
from experiments.report.points import Value, main_points, read_points
from experiments.store import read_run
from experiments.store.summaries import POINTS
from experiments.studies.replications.replicating import Outcome


def packing_lines(
    outcome: Outcome, stored: Path | Sequence[Mapping[str, Any]], command: str
) -> tuple[list[str], list[str]]:
    """Designs whose verdict the rule changes; then facts by the ladder, with the command that simulates both rules.

    `stored`: the run's folder, or the rows of its table `points`; `command`: that of the run.
    """
    import pandas as pd

    table = (
        read_run(stored, names=[POINTS.name]).tables[POINTS.name] if isinstance(stored, Path) else pd.DataFrame(stored)
    )
    points = tuple(replace(point, title=point.label) for point in read_points(table))
    values = {}
    for label, intervals in outcome.intervals.items():
        share = intervals["on_time_share"]
        low, high = (math.nan if end is None else end for end in (share.low, share.high))
        values[label] = {"on_time_share": Value(share.mean, low, high, share.n, "1")}
    facts = [
        f"{text} To simulate both: {both}" if both else text
        for text, both in packing.facts(main_points(points), command)
    ]
    return packing.verdicts(points, values), facts
