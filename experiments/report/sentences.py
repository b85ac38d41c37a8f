"""The answer in sentences: what carries which traffic, what gives first, and what a change makes."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from experiments.report.points import ARRIVALS, Point, Value, Values
from experiments.report.words import bracket, number, percent, resource
from sim.measures.kpis import KPIS, LAID_OUT

LEAST_ON_TIME: Final = 0.95
"""Share of parcels in time from which a design carries its traffic."""
ALMOST: Final = 0.05
"""Resources whose capacity is within this share of the lowest give together with it."""

Ladder = Mapping[str, Mapping[str, float]]


class Verdict(Enum):
    CARRIES = "carries it"
    FAILS = "does not carry it"
    UNSTABLE = "does not carry it: its backlog grows"


@dataclass(frozen=True, slots=True)
class Weakest:
    """The resource that gives first; `parcels_per_day` is NaN where the ladder does not say.

    `also`: others that could pass so little more that they give with it.
    """

    resource: str
    utilisation: float
    parcels_per_day: float
    also: tuple[str, ...] = ()


def verdict(point: Point, on_time: Value) -> Verdict:
    if point.is_unstable:
        return Verdict.UNSTABLE
    return Verdict.CARRIES if on_time.mean >= LEAST_ON_TIME else Verdict.FAILS


def is_close(point: Point, on_time: Value) -> bool:
    """Whether the interval leaves the verdict open."""
    return not point.is_unstable and on_time.low < LEAST_ON_TIME <= on_time.high


def weakest(point: Point, values: Mapping[str, Value], ladder: Mapping[str, float]) -> Weakest | None:
    """The lowest of the ladder if it is below what comes, else the one most used; not what nobody waits for."""
    used = {name.removeprefix("utilisation_"): value.mean for name, value in values.items() if "utilisation_" in name}
    used, ladder = ({name: own for name, own in each.items() if name not in LAID_OUT} for each in (used, ladder))
    if ladder:
        name = min(ladder, key=lambda each: (ladder[each], -used.get(each, 0.0), each))
        if ladder[name] < point.parcels_per_day or name not in used:
            near = [each for each in sorted(ladder, key=lambda each: (ladder[each], each)) if each != name]
            also = tuple(each for each in near if ladder[each] <= (1 + ALMOST) * ladder[name])
            return Weakest(name, used.get(name, math.nan), ladder[name], also)
    if not used:
        return None
    name = max(sorted(used), key=lambda each: used[each])
    return Weakest(name, used[name], ladder.get(name, math.nan))


def answer(points: Sequence[Point], values: Values, ladder: Ladder) -> list[str]:
    """A paragraph a site: each of its traffics, in the order asked for."""
    sites: dict[str, list[Point]] = {}
    for point in points:
        sites.setdefault(point.site, []).append(point)
    return [
        " ".join(
            sentence(point, values[point.label], ladder.get(point.label, {}), subject=site if at == 0 else "It")
            for at, point in enumerate(mine)
        )
        for site, mine in sites.items()
    ]


def sentence(point: Point, values: Mapping[str, Value], ladder: Mapping[str, float], *, subject: str) -> str:
    """Whether a design carries its traffic, and by how much; if not, what gives first."""
    on_time = values["on_time_share"]
    outcome = verdict(point, on_time)
    what = f"{percent(on_time.mean)} % of parcels leave within {point.service_h:g} h"
    if outcome is Verdict.CARRIES:
        verb = "seems to carry" if is_close(point, on_time) else "carries"
        said = f"{subject} {verb} {traffic(point)}: {what} {bracket(on_time)}{_dwell(values)}{_close(point, on_time)}."
        return said + _nearest(weakest(point, values, ladder))
    only = "" if on_time.mean == 0 else "only "
    verb = "may not carry" if is_close(point, on_time) else "does not carry"
    said = f"{subject} {verb} {traffic(point)}: {only}{what} {bracket(on_time)}{_dwell(values)}"
    said += _close(point, on_time) + _growth(point, values) + _first(point, weakest(point, values, ladder))
    return said + "."


def traffic(point: Point) -> str:
    """The traffic in a sentence.

    Today's and the permit's are known by their names; others are called as the demand is.
    """
    flights = f"{point.flights_per_day:g} flights a day"
    if "flights a day" in point.traffic:
        return point.traffic
    known = {"today": "today's traffic", "permit": "the permit's traffic"}
    return f"{known.get(point.demand, f'the traffic {point.demand!r}')} ({flights})"


def sensitivity(points: Sequence[Point], values: Values) -> list[str]:
    """What another arrival model makes of a design that was run under several; the first is the answer's own."""
    said = []
    own = {(point.site, point.traffic): point for point in points if point.arrivals == points[0].arrivals}
    for point in points:
        first = own.get((point.site, point.traffic))
        if first is None or point.arrivals == first.arrivals:
            continue
        on_time, before = (values[each.label]["on_time_share"] for each in (point, first))
        carries = verdict(point, on_time) is Verdict.CARRIES
        verbs = ("may not carry", "seems to carry") if is_close(point, on_time) else ("does not carry", "carries")
        model = ARRIVALS.get(point.arrivals, point.arrivals)
        changes = carries != (verdict(first, before) is Verdict.CARRIES)
        word = "But under" if changes else "Under"
        what = f"{percent(on_time.mean)} % in time {bracket(on_time)}"
        said.append(f"{word} {model} {point.site} {verbs[carries]} {traffic(point)}: {what}{_close(point, on_time)}.")
    return said


def differences(points: Sequence[Point], changes: Values, baseline: str) -> list[str]:
    """What each design changes against the baseline: the share in time, and the mean dwell."""
    said = []
    for point in points:
        change = changes.get(point.label, {}).get("on_time_share")
        if change is None or point.label == baseline:
            continue
        is_same = abs(change.mean) < 0.0005 and not abs(change.low) + abs(change.high) > 0.002
        text = "as many parcels in time" if is_same else f"{points_of(change)} in time"
        dwell = changes[point.label].get("dwell_mean_h")
        if dwell is not None:
            sign = "+" if dwell.mean > 0 else ""
            text += f"; mean dwell {sign}{number(dwell.mean)} h"
            text += "" if math.isnan(dwell.low) else f" ({number(dwell.low)} to {number(dwell.high)} h)"
        said.append(f"{point.title}: {text}.")
    return said


def points_of(change: Value) -> str:
    """A difference of shares in percentage points, with its interval, within what shares can differ by."""
    low, mean, high = (
        _signed(100 * bound if math.isnan(bound) else max(-100.0, min(100.0, 100 * bound)))
        for bound in (change.low, change.mean, change.high)
    )
    if math.isnan(change.low):
        return f"{mean} percentage points" + (" (one replication, no interval)" if change.n == 1 else "")
    return f"{mean} percentage points ({low} to {high})"


def _signed(value: float) -> str:
    text = number(value, 1)
    return f"+{text}" if value > 0 and text.strip("0.,") else text


def _dwell(values: Mapping[str, Value]) -> str:
    dwell = values.get("dwell_mean_h")
    if dwell is None:
        return ""
    return f", on average after {'more than ' if dwell.is_lower_bound else ''}{number(dwell.mean, 1)} h"


def _close(point: Point, on_time: Value) -> str:
    if not is_close(point, on_time):
        return ""
    return f" – too close to call, since the interval includes {100 * LEAST_ON_TIME:.0f} %"


def _growth(point: Point, values: Mapping[str, Value]) -> str:
    if not point.is_unstable:
        return ""
    slope = values.get("backlog_slope_per_day")
    said = "; the hub is unstable, its backlog grows"
    if slope is not None and slope.mean > 0:
        said += f" by {_rounded(slope.mean)} parcels a day"
    if not math.isnan(point.blocked_after_h):
        said += f", and the first flight is held for want of a stand after {_span(point.blocked_after_h)}"
    return said


def _first(point: Point, found: Weakest | None) -> str:
    if found is None:
        return ""
    name = " and the ".join(resource(each) for each in (found.resource, *found.also))
    is_one = found.resource == "floor" and not found.also
    because = []
    if not math.isnan(found.utilisation):
        because.append(f"{'it is' if is_one else 'they are'} used {_used(found.utilisation)} of the time")
    if found.parcels_per_day < point.parcels_per_day:
        because.append(
            f"{'each ' if found.also else ''}alone would pass {_rounded(found.parcels_per_day)} parcels a day where"
            f" {_rounded(point.parcels_per_day)} come"
        )
    reason = f", because {' and '.join(because)}" if because else ""
    return f"; the {name} {'gives' if is_one else 'give'} first{reason}"


def _nearest(found: Weakest | None) -> str:
    if found is None or math.isnan(found.utilisation):
        return ""
    verb = "is" if found.resource == "floor" else "are"
    return f" The {resource(found.resource)} {verb} nearest to the limit, used {_used(found.utilisation)} of the time."


def _span(hours: float) -> str:
    return f"{number(hours, 0)} h" if hours < 48 else f"{number(hours / 24, 0)} days"


def _used(share: float) -> str:
    return f"{100 * min(1.0, share):.0f} %"


def _rounded(value: float) -> str:
    """Three or four figures are enough in a sentence."""
    return number(float(f"{value:.4g}" if f"{value:e}".lstrip("-").startswith("1") else f"{value:.3g}"), 0)


def definitions(values: Values) -> list[tuple[str, str, str]]:
    """Name, unit and meaning of the KPIs that the run has."""
    present = {kpi for mine in values.values() for kpi in mine}
    return [(kpi.name, kpi.unit, kpi.meaning) for kpi in KPIS.values() if kpi.name in present]
