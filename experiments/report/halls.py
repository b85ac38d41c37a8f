"""The complex: what each hall does, and what goes between halls, as small tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from experiments.formatting import number, percent
from experiments.report.stored_designs import NamedDesign, Window

if TYPE_CHECKING:
    import pandas as pd

_MEANS = (
    "ulds_per_day",
    "parcels_per_day",
    "sent_per_day",
    "received_per_day",
    "departed_per_day",
    "trucks_per_day",
)
_SHARES = ("stations_share", "floor_mean_share", "floor_peak_share")


@dataclass(frozen=True, slots=True)
class Complex:
    """A design of several halls: a row of cells a hall, and the flows between halls [parcels/d] if there are any."""

    title: str
    rows: list[tuple[str, list[str]]]
    names: list[str]
    flows: list[tuple[str, list[str]]]


def complexes(
    halls: "pd.DataFrame | None", shuttles: "pd.DataFrame | None", points: Sequence[NamedDesign], window: Window
) -> list[Complex]:
    """The designs that have several halls; means over replications of what they do a day."""
    if halls is None or halls.empty:
        return []
    found = []
    for point in points:
        mine = halls[halls["scenario"] == point.label]
        names = mine.drop_duplicates("hall").sort_values("hall")["name"].tolist()
        if len(names) > 1:
            means = mine.groupby("hall")[["area_m2", *_MEANS, *_SHARES]].mean().to_numpy().tolist()
            rows = [
                (
                    name,
                    [number(amount, 0) for amount in of_hall[: -len(_SHARES)]]
                    + [f"{percent(share)} %" for share in of_hall[-len(_SHARES) :]],
                )
                for name, of_hall in zip(names, means, strict=True)
            ]
            found.append(Complex(point.title, rows, names, _flows(mine, shuttles, point, names, window)))
    return found


def _flows(
    halls: "pd.DataFrame", shuttles: "pd.DataFrame | None", point: NamedDesign, names: list[str], window: Window
) -> list[tuple[str, list[str]]]:
    if shuttles is None:
        return []
    mine = shuttles[(shuttles["scenario"] == point.label) & window.covers(shuttles["taken"])]
    if mine.empty:
        return []
    n_replications = halls["replication"].nunique()
    sums = mine.groupby(["origin", "destination"])["n_parcels"].sum() / n_replications / window.n_days
    return [
        (name, ["–" if a == b else number(float(sums.get((a, b), 0.0)), 0) for b in range(len(names))])
        for a, name in enumerate(names)
    ]
