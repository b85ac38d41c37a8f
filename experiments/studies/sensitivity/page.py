"""Output of `cargohub sensitivity`: a page with pictures, and lines for a reader."""

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from experiments.formatting import counted, kpi_name, number, percent
from experiments.frame.study import Document, Request, same_draws
from experiments.grouping import grouped
from experiments.interval_text import change_scale, with_interval
from experiments.report.design_names import hub_title
from experiments.report.figures import sensitivity_figure
from experiments.report.key_names import spelt
from experiments.report.sections import Picture, picture_of, sentence_of, text_of
from experiments.statistics import Interval
from experiments.statistics.factors import is_too_much
from experiments.store.rows import Grid
from experiments.studies.sensitivity.design import Group, SensitivityKeys, outside_ranges
from experiments.studies.sensitivity.result import Crossed, Result, amount, changing, leaves_open, possible
from sim.measures.kpis import KPIS

_NAMED: Final = 3
"""Most factors in a sentence."""


def sentences(result: Result) -> list[str]:
    """The factors that affect each KPI most, compared with a study of another air hub."""
    lines = [_most(result, kpi) for kpi in result.settings.kpis]
    if result.crossed is not None:
        lines += [line for kpi in result.settings.kpis if (line := _shares(result.crossed, kpi))]
    return [*lines, *_ups(result)]


def _most(result: Result, kpi: str) -> str:
    sizes = result.sizes(kpi)
    if sizes[0][1].mean == 0:
        return f"No factor moves {kpi_name(kpi)}."
    first = [(name, size) for name, size in sizes[:_NAMED] if size.mean]
    sure = "; the intervals leave that order open" if _may_change([size for _, size in sizes]) else ""
    if result.screened is None:
        named = ", ".join(spelt(name) for name, _ in first)
        if _is_unusable(result, kpi) or any(leaves_open(size) for _, size in first):
            return sentence_of("order_open", n=len(sizes), kpi=kpi_name(kpi), factors=named)
        return f"Of {len(sizes)} factors, these move {kpi_name(kpi)} most: {named}{sure}."
    factors = result.settings.factors
    ranges = "; ".join(f"{spelt(name)} ({factors[name].range}) by {amount(kpi, size)}" for name, size in first)
    which = sentence_of("factors_move", n=len(sizes), kpi=kpi_name(kpi))
    return f"{which}: {ranges}{sure}."


def _shares(crossed: Crossed, kpi: str) -> str:
    by_total = sorted(crossed.indices[kpi], key=lambda index: -index.total.mean)
    if by_total[0].total.low is None or is_too_much(by_total):
        return ""
    known = [index for index in by_total if index.total.mean and not (index.is_impossible or leaves_open(index.total))]
    if not known:
        return ""
    shares = ", ".join(
        f"{spelt(index.factor)} {_percent(index.first)} alone, {_percent(index.total)} with interactions"
        for index in known[:_NAMED]
    )
    return sentence_of("variance_shares", kpi=kpi_name(kpi), n=len(by_total), shares=shares)


def _is_unusable(result: Result, kpi: str) -> bool:
    """Whether the order of the factors depends on impossible indices."""
    if result.screened is not None or result.crossed is None:
        return False
    indices = result.crossed.indices[kpi]
    return is_too_much(indices) or any(index.is_impossible for index in indices)


def _percent(share: Interval) -> str:
    """An estimate in per cent, cut to 0 … 100 %: values beyond are chance, and only tables have them."""
    return with_interval(possible(share).scaled(100), partial(number, digits=0), unit=" %")


def _may_change(sizes: Sequence[Interval]) -> bool:
    """Whether a factor may be larger than a named one before it, by the intervals."""
    highs = [-math.inf if size.high is None else size.high for size in sizes]
    return any(size.low is not None and size.low < max(highs[at:]) for at, size in enumerate(sizes[:_NAMED], 1)
               if highs[at:])  # fmt: skip


def _ups(result: Result) -> list[str]:
    """The order of factor groups in UPS's study of 1996, compared with the order here, of KPIs that a factor moves."""
    study = sentence_of("ups_study")
    wanted = (Group.ARRIVALS, Group.CREWS)
    if not set(wanted) <= {factor.group for factor in result.settings.factors.values()}:
        return [sentence_of("ups_unsaid", study=study)]
    moved = (kpi for kpi in result.settings.kpis if result.sizes(kpi)[0][1].mean)
    return [f"{study}.", *(_beside(result, kpi, wanted) for kpi in moved)]


def _beside(result: Result, kpi: str, wanted: Sequence[Group]) -> str:
    """Whether the expected groups have the highest weights; a group's weight is that of its heaviest factor.

    Only intervals that do not overlap allow a conclusion, and impossible indices allow none. Any factor of a group may
    be its heaviest, as far as its interval reaches.
    """
    factors, sizes = result.settings.factors, result.sizes(kpi)
    of_groups = grouped((factors[factor].group, (factor, *_reach(result, size))) for factor, size in sizes)
    groups = list(of_groups)
    order = ", ".join(f"{group} ({spelt(of_group[0][0])})" for group, of_group in of_groups.items())
    what = {"kpi": kpi_name(kpi), "n": len(groups), "order": order}
    bounds = {
        group: (max(low for _, low, _ in of_group), max(high for _, _, high in of_group))
        for group, of_group in of_groups.items()
    }
    of_wanted = [bounds[group] for group in wanted]
    of_others = [bounds[group] for group in groups if group not in wanted]
    if _is_unusable(result, kpi):
        return sentence_of("no_conclusion", **what, why="indices are impossible")
    if not of_others or min(low for low, _ in of_wanted) > max(high for _, high in of_others):
        return sentence_of("ups_too", **what)
    if max(low for low, _ in of_others) <= min(high for _, high in of_wanted):
        return sentence_of("no_conclusion", **what, why="the intervals leave the order open")
    places = ", ".join(f"{group} come {_ORDINALS[groups.index(group)]}" for group in wanted)
    return sentence_of("ups_not", **what, places=places)


def _reach(result: Result, size: Interval) -> tuple[float, float]:
    """Bounds of a factor's weight; without an interval, unlimited."""
    cut = size if result.screened is not None else possible(size)
    return (-math.inf if cut.low is None else cut.low, math.inf if cut.high is None else cut.high)


_ORDINALS: Final = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
"""As many as there are groups."""


_IN_HEADINGS = {"percentage points": "pp"}
_STAGES = {"morris": "screening", "sobol": "indices"}


def document(request: Request[SensitivityKeys], result: Result) -> Document:
    config, keys = request.designs[0].hub, result.settings
    method = [same_draws(config, result.replications, "point"), sentence_of("sensitivity_room", room=f"{keys.room:g}")]
    if result.screened is not None:
        method.append(text_of("sensitivity_screening", trajectories=keys.trajectories, levels=keys.levels))
    if result.crossed is not None:
        factors = counted(len(result.crossed.stage.box.names), "factor")
        method.append(text_of("sensitivity_indices", samples=keys.samples, factors=factors))
    noise = [
        f"{kpi_name(kpi)} {percent(share, 0)} % ({_STAGES[method]})"
        for method, stage in result.stages
        for kpi, share in stage.noise.items()
    ]
    method.append(sentence_of("noise_shares", noise=", ".join(noise)))
    return Document(
        title=f"What affects {hub_title(config.area_m2 / keys.room)} most: {'; '.join(map(kpi_name, keys.kpis))}",
        data=result.as_json(),
        sentences=sentences(result),
        verdicts=sentences(result)[: len(keys.kpis)],
        tables=result.tables(),
        grids=list(_grids(result)),
        method=method,
        pictures=lambda: _pictures(result),
        warnings=[*outside_ranges(config, keys.factors), *result.warnings],
        libraries=("SALib",),
    )


def _grids(result: Result) -> Iterator[Grid]:
    factors = result.settings.factors
    for kpi, effects in result.screened.effects.items() if result.screened is not None else ():
        scale, unit = change_scale(KPIS[kpi].unit)
        rows: tuple[tuple[str, ...], ...] = tuple(
            (spelt(effect.factor), factors[effect.factor].range,
             *(with_interval(changing(kpi, interval).scaled(scale), hides_same=True)
               for interval in (effect.size, effect.mean)),
             number(scale * effect.spread))
            for effect in sorted(effects, key=lambda effect: -effect.size.mean)
        )  # fmt: skip
        unit = _IN_HEADINGS.get(unit, unit)
        header: tuple[str, ...] = ("factor", "range", f"µ* [{unit}]", f"µ [{unit}]", f"σ [{unit}]")
        what = f"Effects on {kpi_name(kpi)} over the range of each factor"
        yield Grid(sentence_of("morris_sizes", what=what), header, rows, n_texts=2)
    for kpi, of_kpi in result.crossed.indices.items() if result.crossed is not None else ():
        rows = tuple(
            (spelt(index.factor), factors[index.factor].range, with_interval(possible(index.first), hides_same=True),
             with_interval(possible(index.total), hides_same=True) + " impossible" * index.is_impossible)
            for index in sorted(of_kpi, key=lambda index: -index.total.mean)
        )  # fmt: skip
        header = ("factor", "range", "alone (S1)", "with the others (ST)")
        what = f"Shares of the variance of {kpi_name(kpi)} (Sobol indices)"
        yield Grid(f"{what}, with 95 % intervals", header, rows, n_texts=2)


def _pictures(result: Result) -> Iterator[Picture]:
    """Pictures in the order of the first KPI, with the most important factor on top."""
    first = result.settings.kpis[0]
    if result.screened is not None:
        names = result.screened.ranked(first)
        panels = []
        for kpi, effects in result.screened.effects.items():
            ranked = sorted(effects, key=lambda effect: names.index(effect.factor))
            scale, unit = change_scale(KPIS[kpi].unit)
            panels.append(sensitivity_figure.Effects(
                title=kpi_name(kpi), axis=f"{unit} over the factor's range",
                sizes=tuple(shown.size.scaled(scale) for shown in ranked),
                raises=tuple(shown.mean.mean >= 0 for shown in ranked),
                spreads=tuple(scale * shown.spread for shown in ranked),
                most=scale * (KPIS[kpi].range[1] - KPIS[kpi].range[0]),
            ))  # fmt: skip
        drawn = sensitivity_figure.tornado([spelt(name) for name in names], panels)
        yield picture_of("tornado", drawn, verb="sensitivity")
    if result.crossed is not None:
        by_total = sorted(result.crossed.indices[first], key=lambda index: -index.total.mean)
        names = [index.factor for index in by_total]
        bars = {
            kpi_name(kpi): sorted(of_kpi, key=lambda index: names.index(index.factor))
            for kpi, of_kpi in result.crossed.indices.items()
        }
        drawn = sensitivity_figure.shares([spelt(name) for name in names], bars)
        yield picture_of("sobol", drawn, verb="sensitivity")
