"""Around the hub: arrival at the destinations, and what the neighbours and the air get, as small tables."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from experiments.formatting import UNITS, amount, interval_of, kpi_name, number, percent
from experiments.report.stored_designs import NamedDesign, Values
from sim.measures.kpis import SURROUNDINGS, names

if TYPE_CHECKING:
    import pandas as pd


def kpi_rows(points: Sequence[NamedDesign], values: Values) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Name, unit, and by design the mean and its interval, of the KPIs that the run has."""
    rows = []
    for name in names(group=SURROUNDINGS):
        found = [values[point.label].get(name) for point in points]
        known = [value for value in found if value is not None]
        if known:
            unit = known[0].unit
            cells = [("–", "") if v is None else (amount(v, with_unit=False), interval_of(v)) for v in found]
            rows.append((kpi_name(name), "" if unit == "1" else UNITS.get(unit, unit), cells))
    return rows


def lane_rows(
    table: "pd.DataFrame | None", points: Sequence[NamedDesign]
) -> list[tuple[str, str, str, str, list[str]]]:
    """Lane, its trucks' route, drive and journey [h], and by design the on-time share there: all replications."""
    if table is None or table.empty:
        return []
    shares: dict[str, Mapping[str, float]] = {}
    for label, rows in table.groupby("scenario"):
        sums = rows.groupby("lane")[["n_in_time", "n_parcels"]].sum()
        shares[str(label)] = {
            str(lane): float(n) / float(total) if total else 1.0
            for lane, n, total in zip(sums.index, sums["n_in_time"], sums["n_parcels"], strict=True)
        }
    first = table.drop_duplicates("lane").sort_values("order")
    columns = (first[name].tolist() for name in ("lane", "route_name", "drive_h", "journey_h"))
    return [
        (lane, route, number(drive, 1), number(journey, 1), [_share(shares.get(p.label, {}).get(lane)) for p in points])
        for lane, route, drive, journey in zip(*columns, strict=True)
    ]


def _share(share: float | None) -> str:
    return "–" if share is None else f"{percent(share)} %"
