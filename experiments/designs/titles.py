"""What a reader calls designs of which only hubs are compared, as pages of runs call them: by their area."""

from collections import Counter
from collections.abc import Sequence

from experiments.designs.design import Design


def titles_of(designs: Sequence[Design]) -> dict[str, str]:
    """By label: the area, with the label where several have it; a label that says what was varied stays as it is."""
    areas = Counter(design.hub.area_m2 for design in designs)
    titles = {}
    for design in designs:
        area = f"{design.hub.area_m2:,.0f} m²"
        title = area if areas[design.hub.area_m2] == 1 else f"{area} ({design.label})"
        titles[design.label] = design.label if "=" in design.label else title
    return titles
