"""Which of the keys in which designs differ change nothing in the work of the hub."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from experiments.designs.spreadsheet import DESIGN
from experiments.frame.study import Kpis
from experiments.grouping import grouped
from experiments.money.kpis import KPIS, MONEY
from sim.units import Numbers

_OF_AREA: Final = ("spare_area_m2", "m2_per_parcel_h")
"""KPIs of what is built, whatever happens in it. Costs are such KPIs, too."""


def without_effect(
    labels: Sequence[str], keys: Sequence[str], values: Sequence[Sequence[str]], kpis: Kpis
) -> dict[str, list[str]]:
    """Keys that change at most costs and areas, each with those KPIs of them that it changes.

    All designs that differ in such a key alone have equal values of all other KPIs in every replication. `values`: of
    the keys, by design. A key is not listed if no two designs differ in it alone.

    >>> pairs = [("1", "3"), ("1", "4"), ("2", "3"), ("2", "4")]
    >>> kpis = {(f"a={a}, b={b}", 0): {"late": float(a), "spare_area_m2": float(b)} for a, b in pairs}
    >>> without_effect([label for label, _ in kpis], ["a", "b"], pairs, kpis)
    {'b': ['spare_area_m2']}
    """
    if not kpis:
        return {}
    names = list(next(iter(kpis.values())))
    rows = grouped((label, [of[name] for name in names]) for (label, _), of in sorted(kpis.items()))
    results = [np.array(rows[label]) for label in labels]  # each (n, n_kpis)
    idle = {}
    for at, key in ((at, key) for at, key in enumerate(keys) if key != DESIGN):
        others = [other for other, name in enumerate(keys) if other != at and name != DESIGN]
        alike = grouped((tuple(row[other] for other in others), place) for place, row in enumerate(values))
        groups = [group for group in alike.values() if len({values[place][at] for place in group}) > 1]
        differs = [_differ(np.array([results[place] for place in group])) for group in groups]
        changed = [name for name, *of_name in zip(names, *differs, strict=True) if any(of_name)]
        if groups and all(name in _OF_AREA or (name in KPIS and KPIS[name].group is MONEY) for name in changed):
            idle[key] = changed
    return idle


def _differ(results: Numbers) -> NDArray[np.bool_]:
    """Which KPIs (K) differ between designs in a replication (designs, n, K); NaN equals NaN."""
    first = results[0]
    differs: NDArray[np.bool_] = ((results != first) & ~(np.isnan(results) & np.isnan(first))).any(axis=(0, 1))
    return differs
