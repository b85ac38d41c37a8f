"""How full each zone is over the measured days, as a table: its limit, the mean and the highest of all replications."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from experiments import formatting
from experiments.report.stored_designs import NamedDesign, Window

if TYPE_CHECKING:
    import pandas as pd

ZONES: Final = (
    "stands", "uld_positions", "breakdown", "customs_hold", "lanes", "dock_doors", "doors_in", "export_floor",
    "build_up", "empty_ulds",
)  # fmt: skip


def rows(
    occupancy: "pd.DataFrame", points: Sequence[NamedDesign], window: Window
) -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """Zone, unit, and by design its limit, mean and highest share of it; zones that no design has are left out."""
    labels = [point.label for point in points]
    mine = occupancy[
        occupancy["zone"].isin(ZONES) & occupancy["scenario"].isin(labels) & (occupancy["limit"] > 0)
        & window.closes(occupancy["time"])
    ]  # fmt: skip
    shares = mine.assign(share=mine["inside"] / mine["limit"])
    found = {
        (str(zone), str(label)): (float(own["limit"].iloc[0]), float(own["share"].mean()), float(own["share"].max()))
        for (zone, label), own in shares.groupby(["zone", "scenario"])
    }
    units = dict(zip(mine["zone"], mine["unit"], strict=True))
    return [
        (formatting.zone(zone), units[zone], [_cells(found.get((zone, label))) for label in labels])
        for zone in ZONES
        if zone in units
    ]


def _cells(own: tuple[float, float, float] | None) -> tuple[str, str, str]:
    if own is None:
        return "–", "", ""
    limit, mean, highest = own
    return formatting.number(limit, 0), f"{formatting.percent(mean)} %", f"{formatting.percent(highest)} %"
