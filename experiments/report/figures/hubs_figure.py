"""Halls of public sorting hubs by their rate, beside the model's."""

from typing import TYPE_CHECKING, Final

import numpy as np

from experiments.report import style
from experiments.report.public_hubs import KINDS, model_m2_per_parcel_h, public_hubs, scatter

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.config import HubConfig

_MARKS: Final = {"air": "o", "ground": "s"}
_SIDES: Final = {"air": ("left", (5, -8)), "ground": ("right", (-5, 3))}
"""Where a hub's name stands, so that names of the two kinds keep apart."""
_RATES: Final = (20_000, 50_000, 100_000, 200_000, 500_000)


def figure(config: "HubConfig") -> "Figure":
    drawn = style.new_figure(5.2, 7.5)
    ax = drawn.subplots()
    hubs = public_hubs()
    rates = np.array([min(hub.parcels_per_h for hub in hubs) / 1.5, max(hub.parcels_per_h for hub in hubs) * 1.5])
    factor = scatter(hubs)
    for kind, color in zip(KINDS, style.PALETTE, strict=False):
        ours = model_m2_per_parcel_h(config, kind)
        ax.plot(rates, rates * ours, color=color, label=f"model, {kind} hub: {ours:.2f} m² for a parcel/h")
        ax.fill_between(rates, rates * ours / factor, rates * ours * factor, color=color, alpha=0.10, linewidth=0)
        of_kind = [hub for hub in hubs if hub.kind == kind]
        for informed, face in ((False, color), (True, "none")):
            some = [hub for hub in of_kind if hub.informed is informed]
            if some:
                more = " that the standard is from" if informed else ""
                ax.plot([hub.parcels_per_h for hub in some], [hub.area_m2 for hub in some], _MARKS[kind], color=color,
                        markerfacecolor=face, label=f"public {kind} hubs{more}")  # fmt: skip
        for hub in of_kind:
            name = hub.name.split(",")[0]
            side, offset = _SIDES[kind]
            ax.annotate(
                name, (hub.parcels_per_h, hub.area_m2), offset, textcoords="offset points", ha=side, fontsize=6.5
            )
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(*rates)
    ax.set_xticks(_RATES)
    ax.minorticks_off()
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.yaxis.set_major_formatter("{x:,.0f}")
    ax.set_xlabel("published rate, parcels an hour")
    ax.set_ylabel("published hall, m²")
    ax.grid(alpha=0.3)
    style.legend_below(drawn, [ax])
    return drawn
