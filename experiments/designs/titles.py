"""What a reader calls designs of which only hubs are compared, as pages of runs call them: by their area."""

from collections import Counter
from collections.abc import Sequence

from experiments.designs.design import Design
from experiments.report.key_names import design_name
from sim.config import HubConfig


def hub_title(config: HubConfig) -> str:
    """The same of a hub alone, in a sentence."""
    return f"a hub of {config.area_m2:,.0f} m²"


def titles_of(designs: Sequence[Design]) -> dict[str, str]:
    """By label: the area, with the label where several have it; a label that says what was varied is put in words."""
    areas = Counter(design.hub.area_m2 for design in designs)
    titles = {}
    for design in designs:
        area = f"{design.hub.area_m2:,.0f} m²"
        title = area if areas[design.hub.area_m2] == 1 else f"{area} ({design.label})"
        titles[design.label] = design_name(design.label) if "=" in design.label else title
    return titles
