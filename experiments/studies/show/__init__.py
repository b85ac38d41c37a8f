"""`cargohub show`: what a stored run said, from its tables alone."""

import math
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from experiments.arguments import Arguments
from experiments.report.margin import margins_of
from experiments.report.points import read_points
from experiments.statistics import Interval
from experiments.statistics.family import Statement
from experiments.statistics.precision import needs
from experiments.store.foreign import (
    ANSWERED,
    VERBS,
    Configuration,
    Manifest,
    command_words,
    configuration_of,
    manifest_of,
)
from experiments.store.foreign_rows import typed_rows
from experiments.store.summaries import POINTS, VERDICTS
from experiments.studies import decompose, select, telling
from experiments.studies.decompose import DecomposeStudy, recorded_game
from experiments.studies.decompose.result import found_in
from experiments.studies.designs.design import MarginStudy, Point, period_warnings
from experiments.studies.file_words import taken_apart
from experiments.studies.frame import runner
from experiments.studies.recorded import study_of
from experiments.studies.replications.margin import margin_notes
from experiments.studies.replications.narrowing import too_wide
from experiments.studies.replications.replicating import Outcome, interval_of
from experiments.studies.replications.stability import Stability, stability_of
from experiments.studies.replications.warming import stored_warnings
from experiments.studies.select.design import SelectStudy
from experiments.studies.select.result import tell_selection
from experiments.studies.show.day import OPTIONS, draw_day
from experiments.verbs import module_of
from sim.errors import InputError
from sim.measures.kpis import KPIS

_INTERVAL: Final = {"scenario": str, "kpi": str, "mean": float, "low": float, "high": float, "n": int}
_KINDS: Final = {"string": str, "int32": int, "float64": float}
_WARMUP: Final = {
    "scenario": str, "method": str, "to_day": float, "backlog": float, "statistic": float, "is_cut": bool,
}  # fmt: skip
_TESTED: Final = {"p_value": float, "p_family": float, "is_different": bool, "variance_ratio": float}

_MARGIN: Final = {"scenario": str, "replication": int, "carried": float, "not_carried": float}
_STABILITY: Final = {
    "scenario": str, "verdict": str, "growth_per_day": float, "low": float, "high": float, "n": int,
    "horizon_days": int,
}  # fmt: skip


def main(arguments: Arguments) -> int:
    folder, given = taken_apart(arguments.words, OPTIONS, "show: one RUN, the folder of a run")
    manifest = manifest_of(folder)
    configuration = configuration_of(manifest)
    if manifest.verb in ANSWERED:
        if given:
            raise InputError(f"{', '.join(given)}: the days of {manifest.verb} are not stored")
        module = import_module(module_of(manifest.verb))
        if hasattr(module, "STUDY"):
            return runner.show(module.STUDY, arguments, manifest, configuration, study_of(manifest, configuration))
        return _show_study(arguments, manifest)
    keys = study_of(manifest, configuration)
    if isinstance(keys, SelectStudy):
        designs = [Point(label, hub) for label, hub in configuration.hubs.items()]
        again = select.retold(folder, designs, keys, _samples(manifest))
        tell_selection(again, folder, _page(folder), is_json=arguments.json)
        return 0
    outcome = _outcome(manifest, configuration)
    points = outcome.points
    if isinstance(keys, DecomposeStudy):
        game = recorded_game(folder, points, keys)
        found = found_in(game, keys.decompose.kpis, outcome, _samples(manifest))
        decompose.tell(found, keys, folder, _page(folder), is_json=arguments.json)
        return 0
    day = draw_day(manifest, points, given)
    early = _warmup_warnings(manifest, points)
    is_compared = manifest.verb == "compare"
    of_family = telling.family_warnings(outcome) if is_compared else []
    own = [*period_warnings(points[0].hub), *telling.page_warnings(points), *outcome.warnings, *early, *of_family]
    warnings = telling.warnings_of(outcome, own)
    if arguments.json:
        telling.print_json(
            {
                "verb": manifest.verb,
                "scenarios": {point.label: telling.scenario_object(outcome, point) for point in points},
                "family": str(outcome.family),
                "differences": telling.difference_objects(outcome),
                "run_dir": str(folder),
                **({} if day is None else {"day": str(day)}),
                "warnings": warnings,
            }
        )
    else:
        typed = Arguments(manifest.verb, command_words(folder))
        notes = margin_notes(typed, points, keys) if isinstance(keys, MarginStudy) else []
        rows = _point_rows(manifest, points)
        telling.print_table(
            outcome,
            warnings,
            folder,
            _page(folder),
            command=typed.command,
            rows=rows,
            has_baseline=is_compared,
            notes=notes,
        )
        if day is not None:
            print(f"day:    {day}")
    return 0


def _show_study(arguments: Arguments, manifest: Manifest) -> int:
    """What a study answered; its numbers are in its tables, and on its page."""
    said = [row["sentence"] for row in typed_rows(manifest, "answer", {"order": int, "sentence": str})]
    folder = manifest.folder
    if arguments.json:
        telling.print_json({"verb": manifest.verb, "sentences": said, "run_dir": str(folder)})
    else:
        print("\n".join([*said, "", f"tables: {folder}", telling.shown_at(_page(folder))]))
    return 0


def _outcome(manifest: Manifest, configuration: Configuration) -> Outcome:
    points = tuple(Point(label, hub) for label, hub in configuration.hubs.items())
    intervals = _intervals(manifest, "summary")
    differences = _differences(manifest) if len(points) > 1 else {}
    for point in points:
        own = intervals.get(point.label, {})
        others = [differences.get(point.label, {})] if point is not points[0] else []
        missing = [kpi for kpi in KPIS if kpi not in own or any(kpi not in found for found in others)]
        if missing:
            raise InputError(f"{manifest.folder}: no {missing[0]} of {point.label}: another version's run, or damaged")
    n = min(interval.n for own in intervals.values() for interval in own.values())
    study = study_of(manifest, configuration)
    wide = needs(_samples(manifest), study.asked, interval_of) if study.asked else []
    return Outcome(
        points,
        intervals,
        differences,
        study.family,
        _stability(manifest, points),
        tuple(too_wide(wide, n)),
        study.factors,
        margins_of(typed_rows(manifest, "margin", _MARGIN)),
    )


def _warmup_warnings(manifest: Manifest, points: Sequence[Point]) -> list[str]:
    try:
        return stored_warnings(typed_rows(manifest, "warmup", _WARMUP), points)
    except (KeyError, ValueError):
        raise InputError(f"{manifest.folder}: table warmup: not of these designs, or damaged") from None


def _point_rows(manifest: Manifest, points: Sequence[Point]) -> list[dict[str, Any]]:
    """Of the table `points`, checked to be those of the designs."""
    import pandas as pd

    kinds = {column.name: _KINDS[column.dtype] for column in POINTS.columns}
    rows = typed_rows(manifest, POINTS.name, kinds)
    try:
        has_all = {point.label for point in read_points(pd.DataFrame(rows))} == {point.label for point in points}
    except (KeyError, ValueError):
        has_all = False
    if not has_all:
        raise InputError(f"{manifest.folder}: table {POINTS.name}: not of these designs, or damaged")
    return rows


def _stability(manifest: Manifest, points: Sequence[Point]) -> dict[str, Stability]:
    rows = {row["scenario"]: row for row in typed_rows(manifest, "stability", _STABILITY)}
    for point in points:
        if rows.get(point.label, {}).get("verdict") not in VERDICTS:
            raise InputError(f"{manifest.folder}: no verdict on {point.label}: another version's run, or damaged")
    return {point.label: stability_of(rows[point.label]) for point in points}


def _intervals(manifest: Manifest, table: str) -> Mapping[str, Mapping[str, Interval]]:
    found: dict[str, dict[str, Interval]] = {}
    for row in typed_rows(manifest, table, _INTERVAL):
        found.setdefault(row["scenario"], {})[row["kpi"]] = _interval(manifest, table, row)
    return found


def _interval(manifest: Manifest, table: str, row: Mapping[str, Any]) -> Interval:
    # JSON has no NaN, and no mean of a run is one.
    if row["kpi"] in KPIS and not math.isfinite(row["mean"]):
        raise InputError(f"{manifest.folder}: table {table}: {row['kpi']} of {row['scenario']} is {row['mean']}")
    low, high = (_finite(row[end]) for end in ("low", "high"))
    return Interval(row["mean"], low, high, row["n"])


def _differences(manifest: Manifest) -> Mapping[str, Mapping[str, Statement]]:
    found: dict[str, dict[str, Statement]] = {}
    for row in typed_rows(manifest, "differences", _INTERVAL | _TESTED):
        interval = _interval(manifest, "differences", row)
        p_value, p_family, ratio = (_finite(row[name]) for name in ("p_value", "p_family", "variance_ratio"))
        one = Statement(interval, p_value, p_family, row["is_different"], ratio)
        found.setdefault(row["scenario"], {})[row["kpi"]] = one
    return found


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _samples(manifest: Manifest) -> dict[str, dict[str, list[float]]]:
    found: dict[str, dict[str, list[float]]] = {}
    for row in typed_rows(manifest, "kpis", {"scenario": str, "kpi": str, "value": float}):
        found.setdefault(row["scenario"], {}).setdefault(row["kpi"], []).append(row["value"])
    return found


def _page(folder: Path) -> Path:
    """The run's page, or its chart."""
    pages = [folder / "report.html", *(folder / "figures" / f"{verb}.svg" for verb in VERBS)]
    return next((page for page in pages if page.exists()), pages[0])
