"""How `cargohub sensitivity` shows what it found: a page with pictures, and lines for a reader."""

from typing import TYPE_CHECKING

from experiments.formatting import kpi_name, number, with_interval
from experiments.frame.study import Asked, Document
from experiments.statistics import indices, screening
from experiments.store.rows import Grid
from experiments.studies.sensitivity.design import SensitivityKeys
from experiments.studies.sensitivity.result import Result, changing, name_of, possible, range_of
from experiments.studies.sensitivity.text import sentences
from sim.measures.kpis import KPIS

if TYPE_CHECKING:
    from experiments.report.pictures import Picture

_AXES = {"pp": "percentage points"}
_STAGES = {"morris": "screening", "sobol": "indices"}
_SHOWN = 8
"""Factors on the terminal; the page and the tables have all."""


def document(asked: Asked[SensitivityKeys], result: Result) -> Document:
    config, own = asked.designs[0].hub, result.asked
    design = (
        f"{result.replications} replications of {config.warmup_days} days of warm-up and {config.horizon_days} measured"
        f" days, seed {config.seed}: the same flights, parcels and draws at every point (common random numbers)."
    )
    method = [design]
    if result.screened is not None:
        method.append(
            f"Screening: {own.trajectories} random trajectories on a grid of {own.levels} levels (Morris 1991);"
            f" µ*, the mean of absolute effects, after Campolongo, Cariboni and Saltelli (2007). {screening.METHOD}"
        )
    if result.crossed is not None:
        method.append(
            f"Indices: Saltelli's scheme (2010) on {own.samples} points of a scrambled Sobol sequence for"
            f" {len(result.crossed.stage.box.names)} factors, the others as configured; {indices.METHOD}"
        )
    noise = [
        f"{kpi} {100 * share:.2g} % ({_STAGES[method]})"
        for method, stage in result.stages
        for kpi, share in stage.noise.items()
    ]
    method.append(f"Share of the variance between points that is noise of the simulation: {', '.join(noise)}.")
    return Document(
        title=f"What moves {' and '.join(own.kpis)} of {config.scenario} most",
        data=result.as_json(),
        sentences=sentences(result),
        tables=result.tables(),
        grids=_grids(result),
        most_rows=_SHOWN,
        method=method,
        pictures=lambda: _pictures(result),
        warnings=result.warnings,
        libraries=("SALib",),
    )


def _grids(result: Result) -> list[Grid]:
    factors = result.asked.factors
    found = []
    for kpi, own in result.screened.effects.items() if result.screened is not None else ():
        scale, unit = _scale(kpi)
        rows: tuple[tuple[str, ...], ...] = tuple(
            (name_of(effect.factor), range_of(factors[effect.factor]),
             *(with_interval(changing(kpi, one).scaled(scale)) for one in (effect.size, effect.mean)),
             number(scale * effect.spread))
            for effect in sorted(own, key=lambda effect: -effect.size.mean)
        )  # fmt: skip
        header: tuple[str, ...] = ("factor", "range", f"µ* [{unit}]", f"µ [{unit}]", f"σ [{unit}]")
        found.append(
            Grid(
                f"Effects on {kpi} over the range of each factor: their mean size (µ*) and mean (µ), 95 % intervals",
                header,
                rows,
                n_texts=2,
            )
        )
    for kpi, mine in result.crossed.indices.items() if result.crossed is not None else ():
        rows = tuple(
            (
                name_of(index.factor),
                range_of(factors[index.factor]),
                with_interval(possible(index.first)),
                with_interval(possible(index.total)) + (" impossible" if index.is_impossible else ""),
            )
            for index in sorted(mine, key=lambda index: -index.total.mean)
        )
        header = ("factor", "range", "alone (S1)", "with the others (ST)")
        found.append(
            Grid(f"Shares of the variance of {kpi} (Sobol indices), with 95 % intervals", header, rows, n_texts=2)
        )
    return found


def _scale(kpi: str) -> tuple[float, str]:
    """What changes of a KPI are multiplied by, and their unit then: shares change by percentage points."""
    unit = KPIS[kpi].unit
    return (100.0, "pp") if unit == "1" else (1.0, unit)


def _pictures(result: Result) -> "list[Picture]":
    """In the order of the first KPI: the factor that moves it most on top."""
    from experiments.report import style
    from experiments.report.figures import sensitivity_figure
    from experiments.report.pictures import Picture

    found = []
    first = result.asked.kpis[0]
    if result.screened is not None:
        names = result.screened.ranked(first)
        panels = []
        for kpi, effects in result.screened.effects.items():
            by_name = {effect.factor: effect for effect in effects}
            own = [by_name[name] for name in names]
            scale, unit = _scale(kpi)
            panels.append(sensitivity_figure.Effects(
                title=kpi_name(kpi), axis=f"{_AXES.get(unit, unit)} over the factor's range",
                sizes=tuple(one.size.scaled(scale) for one in own),
                raises=tuple(one.mean.mean >= 0 for one in own),
                spreads=tuple(scale * one.spread for one in own),
                most=scale * (KPIS[kpi].range[1] - KPIS[kpi].range[0]),
            ))  # fmt: skip
        found.append(Picture(
            "tornado", "What each factor does", "Elementary effects over the whole range of each factor: bars,"
            " their mean size (µ*) with its 95 % interval; diamonds, their standard deviation (σ). Where σ is as"
            " large as µ*, what the factor does depends on the others, or is not linear.",
            "Tornado of the elementary effects of each factor.",
            style.svg(sensitivity_figure.tornado([name_of(name) for name in names], panels)),
        ))  # fmt: skip
    if result.crossed is not None:
        by_total = sorted(result.crossed.indices[first], key=lambda index: -index.total.mean)
        names = [index.factor for index in by_total]
        bars = []
        for kpi, mine in result.crossed.indices.items():
            of = {index.factor: index for index in mine}
            firsts, totals = ([getattr(of[name], kind) for name in names] for kind in ("first", "total"))
            bars.append(sensitivity_figure.Shares(
                title=kpi_name(kpi),
                first=tuple(firsts),
                total=tuple(totals),
            ))  # fmt: skip
        found.append(Picture(
            "sobol", "Shares of the variance", "Sobol's indices: which share of the KPI's variance over the ranges"
            " each factor makes alone (S1), and together with the others (ST), with 95 % intervals.",
            "Bars of the Sobol indices of each factor.",
            style.svg(sensitivity_figure.shares([name_of(name) for name in names], bars)),
        ))  # fmt: skip
    return found
