"""Scans and a run compared: sentences, the table of stages, JSON, and data for the picture."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from experiments.formatting import listed
from experiments.report.figures.scans_figure import StagePanel
from experiments.report.sections import sentence_of
from experiments.store.rows import Grid, grid_of, plain_row
from experiments.studies.fit.scans import Compared, StageRow, minutes

_SHARES = np.linspace(0.005, 0.995, 100)


def grid(result: Compared) -> Grid:
    return grid_of(sentence_of("scans_grid"), result.rows)


def sentences(result: Compared) -> list[str]:
    apart = [row for row in result.rows if row.is_apart]
    lines = [
        sentence_of("scans_apart", stage=_stage(row), scanned=minutes(row.median.mean),
                    low=minutes(row.median.bounds[0]), high=minutes(row.median.bounds[1]),
                    simulated=minutes(row.simulated_median))
        for row in sorted(apart, key=_ratio, reverse=True)
        if row.median.bounds
    ]  # fmt: skip
    alike = [_stage(row) for row in result.rows if row not in apart and row.median.bounds]
    return [*lines, *([sentence_of("scans_alike", stages=listed(alike, "and"))] if alike else [])]


def warnings(result: Compared) -> Iterator[str]:
    if result.n_negative:
        yield sentence_of("scans_negative", n=result.n_negative)
    if any(row.median.bounds is None for row in result.rows):
        yield sentence_of("scans_one_flight")


def document(result: Compared, *, source: str, sha256: str) -> dict[str, Any]:
    return {
        "source": source,
        "sha256": sha256,
        "run_dir": str(result.manifest.folder),
        "scenario": result.scenario,
        "table": result.table,
        "stages": [{**plain_row(row), "is_apart": row.is_apart} for row in result.rows],
        "warnings": list(warnings(result)),
    }


def pictures(result: Compared) -> list[StagePanel]:
    return [
        StagePanel(
            f"{_stage(row)} (scans: {row.n})", np.quantile(scanned, _SHARES), np.quantile(simulated, _SHARES), _SHARES
        )
        for row, (scanned, simulated) in zip(result.rows, result.times, strict=True)
    ]


def _stage(row: StageRow) -> str:
    return f"{row.first} to {row.last}"


def _ratio(row: StageRow) -> float:
    """Difference of the medians relative to the larger."""
    both = row.median.mean, row.simulated_median
    return abs(both[0] - both[1]) / max(*map(abs, both), 1e-9)
