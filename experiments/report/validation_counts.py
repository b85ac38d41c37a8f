"""What the page counts from a run's tables for its validation, since no KPI says it: means over replications."""

from collections.abc import Mapping
from typing import Final

from experiments.report.customs_rows import reported
from experiments.report.stored_designs import Frame, Window
from experiments.statistics.interval import Value, Values

FLIGHTS: Final = "flights landed"
TRUCKS_AN_AIRCRAFT: Final = "outbound trucks for each flight"
TRUCKS_BOTH_WAYS: Final = "outbound trucks and collections a day"
TONNES: Final = "tonnes of goods in and out a day"
NIGHT_SHARE: Final = "movements at night in all"
_G_PER_T: Final = 1e6


def counted(tables: Mapping[str, Frame], values: Values, window: Window) -> dict[str, dict[str, Value]]:
    """By design; without intervals. What a run has no table or KPI for is left out."""
    flights = tables["flights"]
    n_replications = flights.groupby("scenario")["replication"].nunique()
    landed = _by_design(flights[flights["is_cohort"]])
    mass = {name: _by_design(_within(tables.get(name), "departed", window), "mass") for name in ("trucks", "out_ulds")}
    collections = _by_design(_within(tables.get("collections"), "docked", window))
    counts = {}
    for name, n in n_replications.items():
        label, per_day = str(name), int(n) * max(1, window.n_days)
        of_design = {FLIGHTS: landed.get(label, 0.0) / per_day}
        t_in, t_out = (mass[name].get(label, 0.0) / _G_PER_T / per_day for name in ("trucks", "out_ulds"))
        of_design[TONNES] = t_in + t_out
        kpis = values.get(label, {})
        if of_design[FLIGHTS] and "trucks_per_day" in kpis:
            trucks = kpis["trucks_per_day"].mean
            of_design[TRUCKS_AN_AIRCRAFT] = trucks / of_design[FLIGHTS]
            if t_out:
                of_design[TRUCKS_BOTH_WAYS] = trucks + collections.get(label, 0.0) / per_day
        if of_design[FLIGHTS] and "night_movements_per_day" in kpis:
            of_design[NIGHT_SHARE] = kpis["night_movements_per_day"].mean / (2 * of_design[FLIGHTS])
        counts[label] = {key: Value(mean, None, None, int(n), "") for key, mean in of_design.items()}
    return counts


def with_counts(tables: Mapping[str, Frame], values: Values, window: Window) -> dict[str, dict[str, Value]]:
    """The KPIs, and what is counted beside them, by design."""
    besides, controls = counted(tables, values, window), reported(tables.get("customs"))
    return {label: {**kpis, **besides.get(label, {}), **controls.get(label, {})} for label, kpis in values.items()}


def _within(table: Frame | None, instant: str, window: Window) -> Frame | None:
    return None if table is None else table[window.covers(table[instant])]


def _by_design(table: Frame | None, column: str | None = None) -> dict[str, float]:
    """Rows of each design, or the sum of a column."""
    if table is None:
        return {}
    groups = table.groupby("scenario")
    sums = groups.size() if column is None else groups[column].sum()
    return {str(label): float(total) for label, total in sums.items()}
