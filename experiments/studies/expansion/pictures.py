"""The pictures of an expansion: what they hold, taken from the answer."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from experiments.formatting import UNITS, kpi_name
from experiments.studies.expansion.answer import Answer
from experiments.studies.expansion.chances import BANDS, quantile
from experiments.studies.expansion.curves import Floats
from experiments.studies.expansion.text import path_name
from experiments.studies.expansion.turns import cash_flows, decision_map
from experiments.studies.expansion.value import factors
from sim.measures.kpis import KPIS

if TYPE_CHECKING:
    from experiments.report.figures.expansion_figures import Band, Row
    from experiments.report.pictures import Picture

_MOST_ROWS: Final = 24


def pictures(answer: Answer) -> "Iterator[Picture]":
    from experiments.report import style
    from experiments.report.figures import expansion_figures
    from experiments.report.pictures import Picture

    def picture(name: str, heading: str, says: str, svg: bytes) -> Picture:
        return Picture(name, heading, says, f"{heading}. {says}", svg)

    found, own = answer.found, answer.found.keys.expansion
    called = {path: path_name(path) for path in own.paths}
    years = [own.first_year + year for year in range(own.years)]
    yield picture(
        "fan",
        "Demand and capacity",
        "Flights a day that are wanted by each growth, nine futures of ten in its band, and those that each path is"
        " expected to have slots for; the mean over results that open something and results that do not.",
        style.svg(
            expansion_figures.fan(years, _demand(answer), {called[path]: _slots(answer, path) for path in called})
        ),
    )
    idle = next((name for name, path in own.paths.items() if not path.phases), None)
    if idle is not None and len(own.paths) > 1:
        flows = cash_flows(found) * factors(own, own.cost.discounting.rate)
        so_far = flows.reshape(len(own.paths), own.years, -1).sum(axis=2).cumsum(axis=1) / 1e6
        names = list(own.paths)
        less = {
            path_name(path): (so_far[at] - so_far[names.index(idle)]).tolist()
            for at, path in enumerate(names)
            if path != idle
        }
        yield picture(
            "cash",
            "Cash flow",
            f"Money earned less spent until the end of each year, discounted, against {path_name(idle)}; in the last"
            " year with what is left of what was built.",
            style.svg(expansion_figures.cash(years, less, path_name(idle))),
        )
    shown = [path_name(path) for path in dict.fromkeys([answer.recommended, *([idle] if idle else [])])]
    yield picture(
        "service",
        "Service",
        "KPIs of each year, means of its sampled weeks.",
        style.svg(expansion_figures.service(years, {_axis(kpi): _kpi(answer, kpi) for kpi in own.kpis}, shown)),
    )
    cells = list(decision_map(answer.found))
    if cells:
        best = {(cell.what, float(cell.value)): path_name(cell.best) for cell in cells}
        shares = sorted({share for _, share in best})
        yield picture(
            "map",
            "Which path where",
            "One growth taken as certain, and the probability of the first decision in favour set to each value; the"
            " results in favour keep their proportions.",
            style.svg(expansion_figures.decisions(found.futures.growths, shares, best, list(called.values()))),
        )
    if len(own.paths) > 1:
        lead, rows = _rows(answer)
        yield picture(
            "tornado",
            "What would turn the choice",
            f"Each growth and each result taken as certain; each price {100 * own.swing:.3g} % lower and higher. The"
            f" {len(rows)} values that move the lead most, from what it is (the solid line).",
            style.svg(expansion_figures.tornado(rows, lead, path_name(answer.recommended))),
        )


def _rows(answer: Answer) -> "tuple[float, list[Row]]":
    from experiments.report.figures.expansion_figures import Row

    means = sorted((one.npv.mean for one in answer.paths), reverse=True)
    lead = (means[0] - means[1]) / 1e6
    turns = sorted(answer.turns, key=lambda turn: -abs(turn.lead / 1e6 - lead))[:_MOST_ROWS]
    rows = [
        Row(f"{turn.what} {turn.value}".replace("_", " "), turn.lead / 1e6, turn.best != answer.recommended)
        for turn in turns
    ]
    return lead, rows


def _demand(answer: Answer) -> "dict[str, Band]":
    from experiments.report.figures.expansion_figures import Band

    found = {}
    for at, growth in enumerate(answer.found.futures.growths):
        each = answer.found.futures.demand[at]
        low, high = np.quantile(each, BANDS, axis=0)
        found[growth] = Band(tuple(each.mean(axis=0)), tuple(low), tuple(high))
    return found


def _slots(answer: Answer, path: str) -> "Band":
    found = answer.found
    each = np.stack([line.slots.reshape(found.keys.expansion.years, -1).mean(axis=1) for line in found.timelines])
    return _band(answer, each[found.number[path]], 1.0)


def _kpi(answer: Answer, kpi: str) -> "dict[str, Band]":
    at = answer.found.world.measured.kpis.index(kpi)
    scale = 100.0 if KPIS[kpi].unit == "1" else 1.0
    found = answer.found
    return {
        path_name(path): _band(answer, found.of(path, lambda one: one.kpis[..., at].mean(axis=0)), scale)
        for path in found.keys.expansion.paths
    }


def _band(answer: Answer, values: Floats, scale: float) -> "Band":
    """Of a figure of each future and year (G, F, K, Y)."""
    from experiments.report.figures.expansion_figures import Band

    weight = answer.found.futures.weight
    mean = np.einsum("gfky,gf->y", values, weight) / values.shape[2]
    low, high = (
        [scale * quantile(values[..., year], weight, share) for year in range(values.shape[3])] for share in BANDS
    )
    return Band(tuple(scale * mean), tuple(low), tuple(high))


def _axis(kpi: str) -> str:
    unit = KPIS[kpi].unit
    return f"{kpi_name(kpi)}\n[{'%' if unit == '1' else UNITS.get(unit, unit)}]"
