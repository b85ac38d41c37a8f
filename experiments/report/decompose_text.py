"""A decomposed gain in sentences: which factor contributes most, and how certain that is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import isfinite

from experiments.formatting import kpi_name, listed, number, percent, unit_name
from experiments.interval_text import NO_VARIANCE, alike, change, change_scale
from experiments.money.kpis import KPIS
from experiments.report.sections import sentence_of
from experiments.report.sentences import bounded
from experiments.statistics import Interval
from experiments.statistics.interval import Value
from experiments.statistics.shapley import Decomposition


def sentences(
    kpi: str,
    decomposition: Decomposition,
    start: str,
    end: str,
    lacks: Sequence[str] = (),
    *,
    are_bounds: tuple[bool, bool] = (False, False),
) -> Iterator[str]:
    """The size of the change, the factor with the largest share, and whether it is certainly the largest.

    `lacks`: what that factor lacks in the first scenario if changed alone. `are_bounds`: of start and end, whether they
    are only lower bounds.
    """
    unit = KPIS[kpi].unit
    before, after = (
        replace(Value.of(of_end, unit), is_lower_bound=is_bound)
        for of_end, is_bound in zip((decomposition.start, decomposition.end), are_bounds, strict=True)
    )
    ends = f"{amount(before)} in {start}, {amount(after)} in {end}"
    gain = decomposition.gain
    same = f", {NO_VARIANCE}" if gain.n > 1 and gain.bounds is None and isfinite(gain.mean) else ""
    show = shown_alike(decomposition, unit)
    yield f"{kpi_name(kpi)}: {ends}: a change of {bounded(change(gain, unit, show), after, before)}{same}."
    if not gain.mean and not gain.bounds:
        yield sentence_of("no_change", replications="this replication" if gain.n == 1 else "these replications")
        return
    if gain.holds(0):
        yield "It is not certain that there is a change, nor which factor causes it."
        return
    name = decomposition.largest
    share = decomposition.shares[name]
    part = share.share.mean / gain.mean
    changes = {kind: change(getattr(share, kind), unit, show) for kind in ("share", "alone", "last")}
    yield sentence_of("largest_share", factor=name, part=percent(part), **changes)
    if lacks:
        yield f"{start} has no room for the {name} as configured ({'; '.join(lacks)})."
    sign = -1 if gain.mean < 0 else 1
    close = [other for other, lead in decomposition.lead(name).items() if not _is_above(lead, sign)]
    if gain.n == 1:
        yield f"{sentence_of('untested')}."
    elif close:
        yield f"It may be no larger than that of {listed(close, 'or')}."


def shown_alike(decomposition: Decomposition, unit: str) -> Callable[[float], str]:
    """How the gain and the contributions to it are written: all with the same decimals."""
    shares = decomposition.shares.values()
    means = [gain.mean for share in shares for gain in (share.share, share.alone, share.last)]
    scale, _ = change_scale(unit)
    return alike([scale * mean for mean in (decomposition.gain.mean, *means)])


def amount(value: Value) -> str:
    text = f"{percent(value.mean)} %" if value.unit == "1" else f"{number(value.mean)} {unit_name(value.unit)}"
    return f"more than {text}" if value.is_lower_bound else text


def _is_above(lead: Interval, sign: int) -> bool:
    nearest = lead.low if sign > 0 else lead.high
    return nearest is not None and sign * nearest > 0
