"""Arrival at the destinations, by lane, as a table."""

from collections.abc import Mapping, Sequence

from experiments.formatting import found_share, number
from experiments.report.stored_designs import Frame, NamedDesign
from experiments.store.rows import Grid


def lanes(table: Frame | None, points: Sequence[NamedDesign]) -> Grid:
    """Lane, its trucks' route, drive and journey, and by design the on-time share there: all replications."""
    header = ("Lane", "Trucks", "Drive [h]", "With rest [h]", *(point.title for point in points))
    if table is None or table.empty:
        return Grid("", header, ())
    shares: dict[str, Mapping[str, float]] = {}
    for label, rows in table.groupby("scenario"):
        sums = rows.groupby("lane")[["n_in_time", "n_parcels"]].sum()
        shares[str(label)] = {
            str(lane): float(n) / float(total) if total else 1.0
            for lane, n, total in zip(sums.index, sums["n_in_time"], sums["n_parcels"], strict=True)
        }
    first = table.drop_duplicates("lane").sort_values("order")
    columns = (first[name].tolist() for name in ("lane", "route_name", "drive_h", "journey_h"))
    by_design = [shares.get(point.label, {}) for point in points]
    cells = tuple(
        (
            lane,
            route,
            number(drive, 1),
            number(journey, 1),
            *(found_share(of_lanes.get(lane)) for of_lanes in by_design),
        )
        for lane, route, drive, journey in zip(*columns, strict=True)
    )
    return Grid("", header, cells, 2)
