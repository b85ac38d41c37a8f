"""The two benches: one simulates what a run's folder lacks, the other has what a finished run stored."""

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from experiments import execution
from experiments.report.margin import margins_of
from experiments.statistics import Interval
from experiments.statistics.family import Statement
from experiments.statistics.precision import needs
from experiments.store import RunDirectory
from experiments.store.foreign import Manifest, manifest_of
from experiments.store.foreign_rows import kpis_of, typed_rows
from experiments.store.summaries import VERDICTS
from experiments.store.tables import Key
from experiments.studies.designs.design import Point
from experiments.studies.designs.design import Study as DesignStudy
from experiments.studies.frame.study import Tables
from experiments.studies.replications.evaluating import evaluated
from experiments.studies.replications.narrowing import too_wide
from experiments.studies.replications.replicating import (
    Outcome,
    complete,
    evaluate,
    interval_of,
    replicate,
    replications,
)
from experiments.studies.replications.stability import Stability, stability_of
from experiments.studies.replications.stages import Stages
from sim.errors import InputError
from sim.measures.kpis import KPIS

Kpis = Mapping[Key, Mapping[str, float]]
_INTERVAL: Final = {"scenario": str, "kpi": str, "mean": float, "low": float, "high": float, "n": int}
_TESTED: Final = {"p_value": float, "p_family": float, "is_different": bool, "variance_ratio": float}
_MARGIN: Final = {"scenario": str, "replication": int, "carried": float, "not_carried": float}
_STABILITY: Final = {
    "scenario": str, "verdict": str, "growth_per_day": float, "low": float, "high": float, "n": int,
    "horizon_days": int,
}  # fmt: skip


class Simulated:
    """Simulates what the run's folder lacks, and keeps it there as it comes."""

    def __init__(self, run: RunDirectory, pool: execution.Pool, *, is_quiet: bool) -> None:
        self.run, self.pool, self.is_quiet = run, pool, is_quiet
        self._stages: Stages | None = None

    def evaluated(self, points: Sequence[Point], n: int) -> Kpis:
        return evaluated(self.run, points, n, self.pool, is_quiet=self.is_quiet)

    def needed(self, wanted: Sequence[tuple[Point, int]]) -> Kpis:
        self._stages = self._stages or Stages(self.run, self.pool, is_quiet=self.is_quiet)
        return self._stages.need(wanted)

    def replicated(self, points: Sequence[Point], keys: DesignStudy, *, has_tables: bool = True) -> Outcome:
        work_of = replicate if has_tables else evaluate
        return replications(self.run, points, keys, self.pool, is_quiet=self.is_quiet, work_of=work_of)

    def complete(self, outcome: Outcome, more: Tables = ()) -> None:
        complete(self.run, outcome, more)

    def rows(self, table: str, kinds: Mapping[str, type]) -> list[dict[str, Any]]:
        return typed_rows(manifest_of(self.run.path), table, kinds)

    def say(self, line: str) -> None:
        if not self.is_quiet:
            sys.stderr.write(f"{line}\n")


@dataclass(frozen=True, slots=True)
class Stored:
    """What a finished run stored, read as a stranger's; nothing is simulated or written.

    Raises:
        InputError: what a study asks for is not there, or damaged.
    """

    manifest: Manifest

    def evaluated(self, points: Sequence[Point], n: int) -> Kpis:
        kpis = self.needed([(point, n) for point in points])
        return {(point.label, number): kpis[point.label, number] for point in points for number in range(n)}

    def needed(self, wanted: Sequence[tuple[Point, int]]) -> Kpis:
        kpis = kpis_of(self.manifest)
        for point, n in wanted:
            if any((point.label, number) not in kpis for number in range(n)):
                raise InputError(f"{self.manifest.folder}: table kpis: {n} replications of {point.label} are not there")
        return kpis

    def replicated(self, points: Sequence[Point], keys: DesignStudy, *, has_tables: bool = True) -> Outcome:  # noqa: ARG002 - as Bench
        """As its tables say it."""
        intervals = self._intervals()
        differences = self._differences() if len(points) > 1 else {}
        for point in points:
            own = intervals.get(point.label, {})
            others = [differences.get(point.label, {})] if point is not points[0] else []
            missing = [kpi for kpi in KPIS if kpi not in own or any(kpi not in found for found in others)]
            if missing:
                raise InputError(
                    f"{self.manifest.folder}: no {missing[0]} of {point.label}: another version's run, or damaged"
                )
        n = min(interval.n for own in intervals.values() for interval in own.values())
        wide = needs(self._samples(), keys.asked, interval_of) if keys.asked else []
        return Outcome(
            tuple(points),
            intervals,
            differences,
            keys.family,
            self._stability(points),
            tuple(too_wide(wide, n)),
            keys.factors,
            margins_of(self.rows("margin", _MARGIN)),
        )

    def complete(self, outcome: Outcome, more: Tables = ()) -> None:
        pass

    def rows(self, table: str, kinds: Mapping[str, type]) -> list[dict[str, Any]]:
        return typed_rows(self.manifest, table, kinds)

    def say(self, line: str) -> None:
        pass

    def _stability(self, points: Sequence[Point]) -> dict[str, Stability]:
        rows = {row["scenario"]: row for row in self.rows("stability", _STABILITY)}
        for point in points:
            if rows.get(point.label, {}).get("verdict") not in VERDICTS:
                raise InputError(
                    f"{self.manifest.folder}: no verdict on {point.label}: another version's run, or damaged"
                )
        return {point.label: stability_of(rows[point.label]) for point in points}

    def _intervals(self) -> Mapping[str, Mapping[str, Interval]]:
        found: dict[str, dict[str, Interval]] = {}
        for row in self.rows("summary", _INTERVAL):
            found.setdefault(row["scenario"], {})[row["kpi"]] = self._interval("summary", row)
        return found

    def _differences(self) -> Mapping[str, Mapping[str, Statement]]:
        found: dict[str, dict[str, Statement]] = {}
        for row in self.rows("differences", _INTERVAL | _TESTED):
            interval = self._interval("differences", row)
            p_value, p_family, ratio = (_finite(row[name]) for name in ("p_value", "p_family", "variance_ratio"))
            one = Statement(interval, p_value, p_family, row["is_different"], ratio)
            found.setdefault(row["scenario"], {})[row["kpi"]] = one
        return found

    def _interval(self, table: str, row: Mapping[str, Any]) -> Interval:
        # JSON has no NaN, and no mean of a run is one.
        if row["kpi"] in KPIS and not math.isfinite(row["mean"]):
            raise InputError(
                f"{self.manifest.folder}: table {table}: {row['kpi']} of {row['scenario']} is {row['mean']}"
            )
        return Interval(row["mean"], _finite(row["low"]), _finite(row["high"]), row["n"])

    def _samples(self) -> dict[str, dict[str, list[float]]]:
        found: dict[str, dict[str, list[float]]] = {}
        for (label, _), kpis in kpis_of(self.manifest).items():
            for kpi, value in kpis.items():
                found.setdefault(label, {}).setdefault(kpi, []).append(value)
        return found


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
