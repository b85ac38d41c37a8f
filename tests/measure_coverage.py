"""How often the intervals of the main KPIs hold the true mean: the figures of docs/model.md, section 4.

`.venv/bin/python tests/measure_coverage.py POOL.jsonl 3050` simulates the replications that the file lacks, one line
each, and prints a table; it may be interrupted and started again. The truth is the mean of all of them. Groups do not
overlap. The hub is the default one with a day of warm-up, three measured days, and no exports.
"""

import json
import sys
from pathlib import Path

import numpy as np

from experiments.composition import load
from experiments.replications.summing import interval_of
from experiments.statistics import mean_interval
from sim import simulate

HUB = ("warmup_days=1", "horizon_days=3", "exports=none")
SHOWN = ("on_time_share", "dwell_mean_h", "dwell_p95_h", "trucks_per_day", "utilisation_machines")
SIZES = (3, 5, 10)
"""Replications of a group."""


def pool(path: Path, n: int) -> dict[str, list[float]]:
    """The KPIs of the first n replications, made where they are missing."""
    rows = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    with path.open("a") as file:
        for replication in range(len(rows), n):
            rows.append(simulate(load("liege_30k", *HUB), replication).kpis)
            file.write(json.dumps(rows[-1]) + "\n")
            file.flush()
    return {kpi: [row[kpi] for row in rows[:n]] for kpi in SHOWN}


def table(values: dict[str, list[float]]) -> str:
    """By KPI and size of a group: groups, share of intervals that hold the truth, mean width; Student's likewise."""
    lines = ["| KPI | replications | groups | coverage | mean width | Student's t: coverage | mean width |"]
    lines.append("|---|---|---|---|---|---|---|")
    for kpi, sample in values.items():
        truth = float(np.mean(sample))
        for size in SIZES:
            groups = [sample[at : at + size] for at in range(0, len(sample) - size + 1, size)]
            cells = []
            for intervals in ([interval_of(kpi, group) for group in groups], [mean_interval(g) for g in groups]):
                bounds = np.array([(interval.low, interval.high) for interval in intervals])
                holds = (bounds[:, 0] <= truth) & (truth <= bounds[:, 1])
                cells += [f"{holds.mean():.3f}", f"{(bounds[:, 1] - bounds[:, 0]).mean():.3g}"]
            lines.append(f"| `{kpi}` | {size} | {len(groups)} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(table(pool(Path(sys.argv[1]), int(sys.argv[2]))) + "\n")
