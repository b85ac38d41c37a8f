"""The answer in sentences: which design carries which traffic, its bottleneck, and the effect of changes."""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from experiments.formatting import hours_text, number, p_text, percent, rounded, signed
from experiments.grouping import grouped
from experiments.interval_text import NO_VARIANCE, amount, bracket
from experiments.interval_text import change as change_of
from experiments.money.kpis import KPIS
from experiments.report import bottleneck
from experiments.report.design_names import arrivals_name
from experiments.report.margin import Margins, margin_text
from experiments.report.sections import sentence_of
from experiments.report.stored_designs import NamedDesign
from experiments.report.verdicts import held_since, is_late, judged_of, reasons, staffing, traffic
from experiments.statistics import Interval
from experiments.statistics.criterion import ON_TIME, Judged, Word
from experiments.statistics.family import Differences, Statement, widening
from experiments.statistics.interval import Value, Values
from experiments.store.summaries import MarginRow
from sim.measures.ladder import Ladder

MUCH_WIDER: Final = 2.0
"""Ratio to a single interval from which a reader is warned of wide simultaneous intervals (assumption)."""
FEWEST_REPLICATIONS: Final = 5
"""Replications from which intervals contain the true mean about as often as stated (docs/model.md, section 4)."""
APART: Final = 0.2
"""Least difference of on-time shares of exports and imports that is explained (assumption)."""

Ladders = Mapping[str, Ladder]


def answer(points: Sequence[NamedDesign], values: Values, ladder: Ladders, margins: Margins) -> list[str]:
    """A paragraph for each site with each of its traffics, in the order requested."""
    sites = grouped((point.site, point) for point in points)

    def of(point: NamedDesign, subject: str) -> str:
        rungs, thresholds = ladder.get(point.label, {}), margins.get(point.label, ())
        return sentence(point, values[point.label], rungs, thresholds, subject=subject)

    return [" ".join(map(of, designs, [site, *["It"] * len(designs)])) for site, designs in sites.items()]


def sentence(
    point: NamedDesign, values: Mapping[str, Value], ladder: Ladder,
    thresholds: Sequence[MarginRow] = (), *, subject: str,
) -> str:  # fmt: skip
    """Whether a design carries its traffic, by how much, how far that is from changing, and its bottleneck."""
    judged = judged_of(point, values)
    limit = bottleneck.sentences(ladder, point, values, is_late=is_late(judged, values))
    margin = margin_text(thresholds)
    sure = f" It {margin}." if margin else ""
    return f"{_outcome(point, values, judged, subject)}.{sure} {limit}".rstrip()


def _outcome(point: NamedDesign, values: Mapping[str, Value], judged: Judged, subject: str) -> str:
    staffed = staffing(point, values)
    asked = f"{traffic(point)}, with {staffed}" if staffed else traffic(point)
    shares = _shares(point, values)
    if judged.word is Word.UNDECIDED:
        whether = "it" if subject == "It" else subject
        return f"Whether {whether} carries {asked} is undecided: {shares}. {reasons(values, judged)}"
    return f"{subject} {_VERBS[judged.word]} {asked}: {shares}{_growth(point, values)}"


_VERBS: Final = {Word.CARRIES: "carries", Word.FAILS: "does not carry", Word.UNDECIDED: "may or may not carry"}


def _shares(point: NamedDesign, values: Mapping[str, Value]) -> str:
    """The shares on time of imports, with their mean dwell time, and of exports."""
    imports, exports = (values.get(kpi) for kpi in ON_TIME.values())
    assert imports is not None
    text = f"{amount(imports)} of imports leave within {hours_text(point.service_h)} {bracket(imports)}{_dwell(values)}"
    if exports is None:
        return text
    return f"{text}; {amount(exports)} of exports within {hours_text(point.export_service_h)} {bracket(exports)}"


def sensitivity(points: Sequence[NamedDesign], values: Values) -> Iterator[str]:
    """The effect of another arrival model on a design run under several; the first is that of the answer."""
    first_model = {(point.site, point.traffic): point for point in points if point.arrivals == points[0].arrivals}
    for point in points:
        first = first_model.get((point.site, point.traffic))
        if first is None or point.arrivals == first.arrivals:
            continue
        judged, before = (judged_of(each, values[each.label]).word for each in (point, first))
        model = arrivals_name(point.arrivals)
        word = "But under" if {judged, before} == {Word.CARRIES, Word.FAILS} else "Under"
        yield f"{word} {model} {point.site} {_VERBS[judged]} {traffic(point)}: {_shares(point, values[point.label])}."


def exports_apart(points: Sequence[NamedDesign], values: Values) -> Iterator[str]:
    """Why exports are on time and imports are not, for designs in which the two differ much."""
    for point in points:
        kpis = values[point.label]
        exports, imports = kpis.get("export_on_time_share"), kpis["on_time_share"]
        if exports is None or not kpis["exports_per_day"].mean or exports.mean - imports.mean <= APART:
            continue
        shares = {"exports": percent(exports.mean), "imports": percent(imports.mean)}
        yield sentence_of("exports_apart", title=point.title, **shares)


def differences(points: Sequence[NamedDesign], changes: Differences, baseline: str, kpis: Values) -> Iterator[str]:
    """Changes of each design from the baseline: on-time share and mean dwell; `kpis`: of the designs."""
    for point in points:
        change = changes.get(point.label, {}).get("on_time_share")
        if change is None or point.label == baseline:
            continue
        size = change.interval
        is_same = abs(size.mean) < 0.0005 and not sum(map(abs, size.bounds or ())) > 0.002
        same = "as many parcels on time" + (_unbounded(size) if size.n == 1 else "")
        text = same if is_same else f"{points_of(size)} on time"
        if (dwell := changes[point.label].get("dwell_mean_h")) is not None:
            both = (kpis.get(label, {}).get("dwell_mean_h") for label in (point.label, baseline))
            hours = change_of(dwell.interval, "h") + _unbounded(dwell.interval)
            text += f"; mean dwell changes by {bounded(hours, *both)}"
        yield f"{point.title}: {text}.{_saved(change)}"


def bounded(change: str, value: Value | None, baseline: Value | None) -> str:
    """A difference in words; if means are only lower bounds, what is known of it."""
    is_bound, is_base_bound = (each is not None and each.is_lower_bound for each in (value, baseline))
    if is_bound and is_base_bound:
        return f"{change}, between two lower bounds"
    return f"{'more than ' if is_bound else 'less than ' if is_base_bound else ''}{change}"


def _saved(change: Statement) -> str:
    """Savings from common random numbers, if there are enough replications to estimate variances."""
    if change.variance_ratio is None or change.interval.n < FEWEST_REPLICATIONS:
        return ""
    times = number(change.variance_ratio)
    return f" Without common random numbers the on-time share would need about {times} times as many replications."


def significance(statement: Statement) -> str:
    """The result of the test of a difference, also if it is significant although the wider interval includes zero."""
    if statement.has_no_variance:
        return NO_VARIANCE
    is_wider = statement.is_different and statement.interval.holds(0)
    return p_text(statement.adjusted) + (", which decides; the interval is wider" if is_wider else "")


def probability_text(probability: float) -> str:
    """An estimated least probability, rounded down; because replications are few, it is never shown as certain.

    >>> probability_text(0.94123), probability_text(0.9496), probability_text(1.0)
    ('0.941', '0.949', '0.999')
    """
    return f"{math.floor(1000 * min(probability, 0.999) + 1e-9) / 1000:g}"


def means_of(n: int) -> str:
    """Description of a table of means over n replications."""
    return "mean and 95 % interval" if n > 1 else "one replication, no interval"


def too_few_replications(n: int) -> list[str]:
    """A warning if the intervals shown have few replications; otherwise empty."""
    if n == 1:
        return ["replications: a single replication has no intervals, so no difference can be significant"]
    if n < FEWEST_REPLICATIONS:
        return [sentence_of("few_replications", n=n, fewest=FEWEST_REPLICATIONS)]
    return []


def too_many_comparisons(family: str, comparisons: int, n: int) -> str:
    """A warning if simultaneous intervals are much wider than single ones; otherwise empty."""
    if family != "holm" or n < 2 or comparisons < 2:
        return ""
    times = widening(comparisons, n)
    if times < MUCH_WIDER:
        return ""
    return sentence_of("too_many", n_compared=comparisons, n=n, times=number(times))


def points_of(change: Interval) -> str:
    """A difference of shares in percentage points with its interval, within possible differences."""
    return change_of(change, "1", partial(signed, digits=1)) + _unbounded(change)


def _unbounded(change: Interval) -> str:
    """The reason why a change has no interval."""
    if change.bounds is not None:
        return ""
    return " (one replication, no interval)" if change.n == 1 else f" ({NO_VARIANCE})"


def _dwell(values: Mapping[str, Value]) -> str:
    if (dwell := values.get("dwell_mean_h")) is None:
        return ""
    return f", on average after {'more than ' if dwell.is_lower_bound else ''}{number(dwell.mean, 1)} h"


def _growth(point: NamedDesign, values: Mapping[str, Value]) -> str:
    if not point.is_unstable:
        return ""
    slope = values.get("backlog_slope_per_day")
    text = "; the hub is unstable, its backlog grows"
    if slope is not None and slope.mean > 0:
        text += f" by {rounded(slope.mean)} parcels a day"
    if held := held_since(point):
        text += f", and flights are held because no stand is free, on average from {held} on"
    return text


def definitions(values: Values) -> list[tuple[str, str, str]]:
    """Name, unit and meaning of the run's KPIs."""
    present = {kpi for kpis in values.values() for kpi in kpis}
    return [(kpi.name, kpi.unit, kpi.meaning) for kpi in KPIS.values() if kpi.name in present]
