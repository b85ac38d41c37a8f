"""The complex: what each hall does, and what goes between halls, as small tables."""

from typing import Final

from experiments.formatting import number, percent
from experiments.report.stored_designs import Frame, NamedDesign, Window
from experiments.store.rows import Grid

_AMOUNTS: Final = {
    "area_m2": "Area [m²]", "ulds_per_day": "ULDs a day", "parcels_per_day": "Parcels a day, broken down",
    "sent_per_day": "sent to other halls", "received_per_day": "received", "departed_per_day": "departed",
    "trucks_per_day": "Trucks a day",
}  # fmt: skip
_SHARES: Final = {"stations_share": "Stations", "floor_mean_share": "Floor, mean", "floor_peak_share": "Floor, peak"}


def grids(halls: Frame | None, shuttles: Frame | None, point: NamedDesign, window: Window) -> list[Grid]:
    """Of a design of several halls, means over replications: what each does a day, and flows between them, if any."""
    if halls is None or halls.empty:
        return []
    of_point = halls[halls["scenario"] == point.label]
    names = of_point.drop_duplicates("hall").sort_values("hall")["name"].tolist()
    if len(names) < 2:
        return []
    means = of_point.groupby("hall")[[*_AMOUNTS, *_SHARES]].mean()
    cells = [
        *([number(value, 0) for value in means[column]] for column in _AMOUNTS),
        *([f"{percent(value)} %" for value in means[column]] for column in _SHARES),
    ]
    done = Grid("", ("Hall", *_AMOUNTS.values(), *_SHARES.values()), tuple(zip(names, *cells, strict=True)))
    return [done, *_flows(of_point, shuttles, point, names, window)]


def _flows(halls: Frame, shuttles: Frame | None, point: NamedDesign, names: list[str], window: Window) -> list[Grid]:
    if shuttles is None:
        return []
    taken = shuttles[(shuttles["scenario"] == point.label) & window.covers(shuttles["taken"])]
    if taken.empty:
        return []
    sums = taken.groupby(["origin", "destination"])["n_parcels"].sum() / halls["replication"].nunique() / window.n_days
    at = range(len(names))
    rows = tuple(
        (name, *("–" if a == b else number(float(sums.get((a, b), 0.0)), 0) for b in at))
        for a, name in enumerate(names)
    )
    return [
        Grid("Parcels a day carried between halls, from the hall of the row to that of the column", ("", *names), rows)
    ]
