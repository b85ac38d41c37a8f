"""A calibration in words and numbers: terminal table, JSON, CSV, and the arrivals configuration for a run."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from experiments.report.sections import sentence_of
from experiments.statistics.calendar_indices import MONTHS, WEEKDAYS, Estimates
from experiments.statistics.calibration import CRITICAL_VALUE, LEAST_WEEKS, Calibration
from sim.csv_rows import csv_text


def notes(result: Calibration) -> Iterator[str]:
    """Notes to read before using the result."""
    breaks = result.breaks
    yield from (sentence_of("level_changes", shift=shift, critical=CRITICAL_VALUE) for shift in breaks.breaks)
    followed = [shift.week for shift in breaks.breaks if result.days[-1] - shift.week >= np.timedelta64(365, "D")]
    if followed:
        yield f"to calibrate only on the days after a change of level: --from {followed[-1]}"
    if not breaks.tested:
        yield sentence_of("breaks_untested", n_weeks=breaks.n_weeks, least=LEAST_WEEKS)


def group_name(result: Calibration) -> str:
    """The name under which a run finds the arrivals."""
    return result.airport.lower()


def table(result: Calibration) -> str:
    """The estimates as a table for the terminal."""
    n_unknown = _n_unknown(result)
    span = f"{result.days[0]} to {result.days[-1]}: {result.days.size} days known, {n_unknown} unknown"
    lines = [
        f"{result.airport} {result.column}, {span}; {result.counts.mean():.1f} flights a day",
        "",
        "                 index   95 % interval    days   var/mean",
    ]
    for _, _, names, estimates in _indices(result):
        lines += [_row(name, estimates, at, 3) for at, name in enumerate(names)]
        lines.append("")
    lines.append("level from   flights a day")
    lines += [_row(str(day), result.fit.level, at, 1) for at, day in enumerate(result.fit.level_from)]
    lines += [
        "",
        f"Dispersion (variance/mean around the fit; Poisson: 1): {_dispersion(result)}",
        sentence_of("not_the_hub"),
    ]
    return "\n".join(lines)


def document(result: Calibration, *, source: str, sha256: str) -> dict[str, Any]:
    """The result as one JSON object; `level` is in flights/day, other values have no unit. `source` is the file."""
    fit = result.fit
    return {
        "airport": result.airport,
        "column": result.column,
        "source": source,
        "source_sha256": sha256,
        "from": str(result.days[0]),
        "to": str(result.days[-1]),
        "n_days": int(result.days.size),
        "n_unknown_days": _n_unknown(result),
        "mean_flights_per_day": float(result.counts.mean()),
        **{kind: _records(estimates, names) for kind, _, names, estimates in (*_indices(result), _level(result))},
        "dispersion": {"value": fit.dispersion, "low": fit.dispersion_low, "high": fit.dispersion_high},
        "breaks_tested": result.breaks.tested,
        "breaks": [
            {"week": str(change.week), "ratio": change.ratio, "statistic": change.statistic, "critical": CRITICAL_VALUE}
            for change in result.breaks.breaks
        ],
        "warnings": list(notes(result)),
        "note": sentence_of("not_the_hub"),
    }


def estimates_csv(result: Calibration) -> str:
    """The estimates as CSV, one a row."""
    fit = result.fit
    rows: list[list[object]] = [["kind", "key", "unit", "value", "low", "high", "n_days", "var_over_mean"]]
    for kind, unit, names, estimates in (*_indices(result), _level(result)):
        records = _records(estimates, names)
        rows += ([kind, each["key"], unit, *(f"{each[key]:.6g}" for key in list(each)[1:])] for each in records)
    spread = (fit.dispersion, fit.dispersion_low, fit.dispersion_high)
    return csv_text([*rows, ["dispersion", "all", "1", *(f"{value:.6g}" for value in spread), result.days.size, ""]])


def arrivals_yaml(result: Calibration, *, source: str, sha256: str) -> str:
    """The group `arrivals` with the estimated calendar; other keys as in the packaged weekly timetable."""
    lines = [
        f"# A weekly timetable with the calendar of {result.airport}:",
        f"#   cargohub run --config-dir DIR arrivals={group_name(result)}",
        f"# Source: {source} (sha256 {sha256[:16]}…), EUROCONTROL's airport traffic, column {result.column},",
        f"# {result.days[0]} to {result.days[-1]}, {result.days.size} days known, {_n_unknown(result)} unknown;",
        "# estimated by `cargohub calibrate` (log-linear quasi-likelihood fit; in brackets the 95 % interval).",
        *(f"# {note}" for note in _wrapped(sentence_of("not_the_hub"))),
        f"# Variance over mean around the fit: {_dispersion(result)}; a Poisson process has 1.",
        *(f"# {line}" for note in notes(result) for line in _wrapped(f"Warning: {note}.")),
        "defaults:",
        "  - timetable",
        "  - _self_",
        "model: timetable",
    ]
    for kind, _, names, estimates in reversed(_indices(result)):
        lines.append(f"{kind}:  # mean one")
        for at, name in enumerate(names):
            interval = f"[{estimates.low[at]:.3f}, {estimates.high[at]:.3f}]"
            lines.append(f"  - {estimates.value[at]:.4f}  # {name} {interval}, {estimates.n_days[at]} days")
    return "\n".join(lines) + "\n"


_Part = tuple[str, str, Sequence[str], Estimates]
"""Kind, unit, names and estimates of one part."""


def _indices(result: Calibration) -> tuple[_Part, _Part]:
    fit = result.fit
    return ("weekday_index", "1", WEEKDAYS, fit.weekday_index), ("month_index", "1", MONTHS, fit.month_index)


def _level(result: Calibration) -> _Part:
    return "level", "flights/day", [str(day) for day in result.fit.level_from], result.fit.level


def _row(name: str, estimates: Estimates, at: int, digits: int) -> str:
    low, high = (f"{end[at]:.{digits}f}" for end in (estimates.low, estimates.high))
    return (
        f"{name:<12}{estimates.value[at]:>10.{digits}f}   {f'[{low}, {high}]':<15}{estimates.n_days[at]:>6}"
        f"{estimates.dispersion[at]:>11.2f}"
    )


def _records(estimates: Estimates, names: Sequence[str]) -> list[dict[str, Any]]:
    columns = {name: getattr(estimates, name).tolist() for name in ("value", "low", "high", "n_days")}
    columns["var_over_mean"] = estimates.dispersion.tolist()
    rows = zip(names, *columns.values(), strict=True)
    return [dict(zip(("key", *columns), row, strict=True)) for row in rows]


def _dispersion(result: Calibration) -> str:
    fit = result.fit
    return f"{fit.dispersion:.2f} [{fit.dispersion_low:.2f}, {fit.dispersion_high:.2f}]"


def _n_unknown(result: Calibration) -> int:
    return int((result.days[-1] - result.days[0]).astype(int)) + 1 - int(result.days.size)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, 110)
