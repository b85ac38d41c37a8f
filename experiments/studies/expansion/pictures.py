"""The pictures of an expansion: what they hold, taken from the answer."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from experiments.formatting import UNITS, kpi_name
from experiments.report.figures import expansion_figures
from experiments.report.pictures import Picture, picture
from experiments.studies.expansion.answer import Answer
from experiments.studies.expansion.chances import BANDS
from experiments.studies.expansion.design import path_name, plain_name
from experiments.studies.expansion.uncertainty import decision_map
from experiments.studies.expansion.value import factors
from sim.measures.kpis import KPIS

_MOST_ROWS: Final = 24


def pictures(answer: Answer) -> Iterator[Picture]:
    found, own = answer.found, answer.found.keys.expansion
    called = {path: path_name(path) for path in own.paths}
    best = called[answer.recommended]
    years = [own.first_year + year for year in range(own.years)]
    demand = {
        growth: np.stack([each.mean(axis=0), *np.quantile(each, BANDS, axis=0)])
        for growth, each in zip(found.futures.growths, found.futures.demand, strict=True)
    }
    slots = {called[path]: bands[0] for path, bands in answer.traffic["slots"].items()}
    yield picture(
        "fan",
        "Demand and capacity",
        "Flights a day that are wanted by each growth, nine futures of ten in its band, and those that each path is"
        " expected to have slots for; the mean over results that open something and results that do not.",
        expansion_figures.fan(years, demand, slots),
    )
    idle = None if own.idle is None else called[own.idle]
    if idle is not None and len(own.paths) > 1:
        flows = found.means(lambda one: one.quarterly) * factors(own, own.cost.discounting.rate)
        so_far = flows.reshape(len(own.paths), own.years, -1).sum(axis=2).cumsum(axis=1) / 1e6
        money = dict(zip(called.values(), so_far, strict=True))
        less = {path: (own_money - money[idle]).tolist() for path, own_money in money.items() if path != idle}
        yield picture(
            "cash",
            "Cash flow",
            f"Money earned less spent until the end of each year, discounted, against {idle}; in the last"
            " year with what is left of what was built.",
            expansion_figures.cash(years, less, idle),
        )
    panels = {
        _axis(kpi): {
            called[path]: bands * (100.0 if KPIS[kpi].unit == "1" else 1.0)
            for path, bands in answer.service[kpi].items()
        }
        for kpi in own.kpis
    }
    shown = list(dict.fromkeys([best, *([idle] if idle else [])]))
    yield picture(
        "service",
        "Service",
        "KPIs of each year, means of its sampled weeks.",
        expansion_figures.service(years, panels, shown),
    )
    cells = {(cell.growth, cell.probability): called[cell.best] for cell in decision_map(found)}
    if cells:
        yield picture(
            "map",
            "Which path where",
            "One growth taken as certain, and the probability of the first decision in favour set to each value; the"
            " results in favour keep their proportions.",
            expansion_figures.decisions(
                found.futures.growths, sorted({share for _, share in cells}), cells, list(called.values())
            ),
        )
    if len(own.paths) > 1:
        first, second, *_ = sorted((one.npv.mean for one in answer.paths), reverse=True)
        lead = (first - second) / 1e6
        turns = sorted(answer.turns, key=lambda turn: -abs(turn.lead_eur / 1e6 - lead))[:_MOST_ROWS]
        rows = [
            (plain_name(f"{turn.what} {turn.value}"), turn.lead_eur / 1e6, turn.best != answer.recommended)
            for turn in turns
        ]
        yield picture(
            "tornado",
            "What would turn the choice",
            f"Each growth and each result taken as certain; each price {100 * own.swing:.3g} % lower and higher. The"
            f" {len(rows)} values that move the lead most, from what it is (the solid line).",
            expansion_figures.tornado(rows, lead, best),
        )


def _axis(kpi: str) -> str:
    unit = KPIS[kpi].unit
    return f"{kpi_name(kpi)}\n[{'%' if unit == '1' else UNITS.get(unit, unit)}]"
