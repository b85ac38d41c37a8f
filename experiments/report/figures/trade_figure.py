"""Pictures of the goods: value by country and product group, the balance over the share of exports, weekly flows."""

from typing import Final

import numpy as np

from experiments.report import style
from experiments.report.cells import draw_cells
from experiments.report.exposure_tables import Trade, compact, name
from experiments.report.stored_designs import Frame
from experiments.report.style import Axes, Figure

BN: Final = 1e9
MILLION: Final = 1e6
_HATCHES: Final = ("", "//")


def draw_values(ax: Axes, trade: Trade) -> None:
    left = np.zeros(len(trade.by_product))
    y = np.arange(len(trade.by_product))
    for at, product in enumerate(map(str, trade.by_product)):
        width = trade.by_product[product].to_numpy(dtype=np.float64) / MILLION
        color, hatch = style.PALETTE[at % len(style.PALETTE)], _HATCHES[at // len(style.PALETTE) % len(_HATCHES)]
        ax.barh(
            y, width, left=left, color=color, hatch=hatch, edgecolor="white", linewidth=0.4, label=name(str(product))
        )
        left += width
    ax.set_yticks(y, list(trade.by_product.index))
    ax.invert_yaxis()
    ax.set_xlabel("declared value of imports, measured days [million EUR]")


def draw_balance(ax: Axes, rows: Frame) -> None:
    first = rows.drop_duplicates(["is_simulated", "export_share"])
    others, this_run = first[~first["is_simulated"]], first[first["is_simulated"]]
    ax.plot(others["export_share"], others["balance_eur"] / BN, marker="o", label="the hub, by share of exports")
    ax.plot(this_run["export_share"], this_run["balance_eur"] / BN, "D", color=style.PALETTE[1], label="this run")
    deficits = rows.drop_duplicates("national_year").sort_values("national_year")
    for year, deficit in zip(deficits["national_year"], deficits["national_deficit_eur"], strict=True):
        ax.axhline(-deficit / BN, color=style.LIMIT, linestyle=":")
        ax.annotate(f"national, {year}", (1, -deficit / BN), xycoords=ax.get_yaxis_transform(), xytext=(0, 2),
                    textcoords="offset points", va="bottom", ha="right", fontsize=8)  # fmt: skip
    ax.axhline(0, color="0.8", linewidth=0.8)
    ax.set_xlabel("exports, share of goods by mass")
    ax.set_ylabel("exports less imports [billion EUR a year]")


def trade_figure(trade: Trade, rows: Frame) -> Figure:
    drawing = style.new_figure(max(3.6, 1.2 + 0.24 * len(trade.parcels)))
    left, right = drawing.subplots(1, 2)
    draw_values(left, trade)
    draw_balance(right, rows)
    style.legend_below(drawing, [left, right])
    return drawing


def consumption_figure(trade: Trade) -> Figure:
    """Parcels and value per lane and week."""
    parcels = trade.parcels.to_numpy(dtype=np.float64)
    lanes, weeks = list(map(str, trade.parcels.index)), list(map(str, trade.parcels))
    texts = np.array(
        [
            [f"{compact(n)}, {compact(eur)} EUR" for n, eur in zip(*rows, strict=True)]
            for rows in zip(parcels, trade.value.to_numpy(dtype=np.float64), strict=True)
        ],
        dtype=np.str_,
    ).reshape(parcels.shape)
    # Few weeks take a part of the width that all figures have: pages scale a narrow figure up.
    wide = min(style.WIDTH_IN, 2.0 + 1.4 * len(weeks))
    drawing = style.new_figure(0.8 + 0.24 * len(trade.parcels))
    ax, rest = drawing.subplots(1, 2, width_ratios=[wide, max(style.WIDTH_IN - wide, 1e-3)])
    rest.remove()
    draw_cells(ax, parcels / (float(parcels.max()) or 1.0), texts, lanes, weeks, size=7.5 if len(weeks) <= 5 else 5.5)
    ax.xaxis.tick_top()
    return drawing
