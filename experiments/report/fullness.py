"""How full each zone is over the measured days, as a table: its limit, the mean and the highest of all replications."""

from collections.abc import Sequence
from typing import Final

from experiments import formatting
from experiments.report.stored_designs import Frame, NamedDesign, Window
from experiments.store.rows import Grid

ZONES: Final = (
    "stands", "uld_positions", "breakdown", "customs_hold", "lanes", "dock_doors", "doors_in", "export_floor",
    "build_up", "empty_ulds",
)  # fmt: skip


def grid(occupancy: Frame, points: Sequence[NamedDesign], window: Window) -> Grid:
    """By zone and design its limit, and the mean and highest share of it; designs without the zone are left out."""
    titles = {point.label: point.title for point in points}
    shown = occupancy[
        occupancy["zone"].isin(ZONES) & occupancy["scenario"].isin(titles) & (occupancy["limit"] > 0)
        & window.closes(occupancy["time"])
    ]  # fmt: skip
    shown = shown.assign(share=shown["inside"] / shown["limit"])
    by_design = {(str(zone), str(label)): rows for (zone, label), rows in shown.groupby(["zone", "scenario"])}
    header = ("Zone", "Counted", *(["Design"] if len(points) > 1 else []), "Limit", "Mean", "Highest")
    cells = tuple(
        (
            formatting.zone(zone),
            str(rows["unit"].iloc[0]),
            *([title] if len(points) > 1 else []),
            formatting.number(float(rows["limit"].iloc[0]), 0),
            *(f"{formatting.percent(float(share))} %" for share in (rows["share"].mean(), rows["share"].max())),
        )
        for zone in ZONES
        for label, title in titles.items()
        if (rows := by_design.get((zone, label))) is not None
    )
    return Grid("", header, cells, len(header) - 3)
