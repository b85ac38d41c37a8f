"""Picture of the watch: accesses outside each policy by party and field, and how many are never noticed."""

import numpy as np

from experiments.formatting import percent
from experiments.report import style
from experiments.report.cells import draw_cells, logarithmic
from experiments.report.exposure_tables import compact, name
from experiments.report.stored_designs import Frame, records
from experiments.report.style import Figure
from sim.measures.exposure import NO_POLICY

_COLUMNS = 2


def figure(accesses: Frame) -> Figure:
    """A panel a policy; parties that have accesses outside any of them."""
    outside = accesses[accesses["outside_per_day"] > 0]
    parties, fields = (sorted(outside[key].unique()) for key in ("party", "field"))
    in_force = dict(zip(accesses["policy"], accesses["is_in_force"], strict=True))
    per_day = np.zeros((len(in_force), len(parties), len(fields)))
    texts = np.full(per_day.shape, "", dtype="<U24")
    for access in records(outside):
        at = [*in_force].index(access["policy"]), parties.index(access["party"]), fields.index(access["field"])
        per_day[at] = access["outside_per_day"]
        texts[at] = f"{compact(access['outside_per_day'])}; {percent(access['never_noticed_share'])} %"
    drawing, axes = style.panels(len(in_force), _COLUMNS, 0.7 + 0.26 * len(parties))
    shades = logarithmic(per_day)
    for ax, (policy, is_in_force), shade, cells in zip(axes, in_force.items(), shades, texts, strict=True):
        draw_cells(ax, shade, cells, [name(party) for party in parties], [name(field) for field in fields], size=5.5)
        title = "no policy" if policy == NO_POLICY else name(policy) + (" (in force)" if is_in_force else "")
        ax.set_title(title, fontsize=9)
    return drawing
