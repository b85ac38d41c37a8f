"""Halls of public sorting hubs by their rate, compared with the model's."""

from typing import Final

import numpy as np

from experiments.formatting import number
from experiments.report import style
from experiments.report.public_hubs import KINDS, model_m2_per_parcel_h, public_hubs, scatter
from experiments.report.style import Figure
from sim.config import HubConfig

_MARKS: Final = {"air": "o", "ground": "s"}
_SIDES: Final = {"air": ("left", (5, -8)), "ground": ("right", (-5, 6))}
"""Side of a hub's name, so that names of the two kinds do not overlap."""
_RATES: Final = (20_000, 50_000, 100_000, 200_000, 500_000)


def figure(config: HubConfig) -> Figure:
    drawn, ax = style.panel(6.2, 7.5)
    hubs = public_hubs()
    rates = np.array([min(hub.parcels_per_h for hub in hubs) / 2, max(hub.parcels_per_h for hub in hubs) * 2])
    factor = scatter(hubs)
    for kind, color in zip(KINDS, style.PALETTE, strict=False):
        ours = model_m2_per_parcel_h(config, kind)
        ax.plot(rates, rates * ours, color=color, label=f"model, {kind} hub: {number(ours, 2)} m² for a parcel/h")
        ax.fill_between(rates, rates * ours / factor, rates * ours * factor, color=color, alpha=0.10, linewidth=0)
        of_kind = [hub for hub in hubs if hub.kind == kind]
        for informed, face in ((False, color), (True, "none")):
            if some := [hub for hub in of_kind if hub.informed is informed]:
                more = " that the standard was derived from" if informed else ""
                ax.plot([hub.parcels_per_h for hub in some], [hub.area_m2 for hub in some], _MARKS[kind], color=color,
                        markerfacecolor=face, label=f"public {kind} hubs{more}")  # fmt: skip
        side, offset = _SIDES[kind]
        for hub in of_kind:
            style.note(ax, hub.name.split(",")[0], (hub.parcels_per_h, hub.area_m2), offset, 6.5, ha=side, color=color)
    ax.set(xscale="log", yscale="log", xlim=rates)
    ax.set_xticks(_RATES)
    ax.minorticks_off()
    ax.xaxis.set_major_formatter(style.NUMBERS)
    ax.yaxis.set_major_formatter(style.NUMBERS)
    ax.set(xlabel="published rate, parcels an hour", ylabel="published hall, m²")
    ax.grid(alpha=0.3)
    return style.legend_below(drawn, [ax])
