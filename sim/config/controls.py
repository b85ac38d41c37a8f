"""Machines and desks of a hall for customs' controls, and the area that they need."""

from dataclasses import dataclass
from typing import Annotated

from sim.config.bounds import Positive
from sim.config.customs import Control, Declared
from sim.reading import Bounds

_Number = Annotated[int, Bounds(ge=0, le=1000)]


@dataclass(frozen=True, slots=True)
class Controls:
    """Number of machines and desks of a hall for controls."""

    xray_lanes: _Number
    transit_desks: _Number
    uld_xrays: _Number
    """Each is manned by its own people."""


@dataclass(frozen=True, slots=True)
class ControlSpace:
    """Net area of each machine or desk, in the customs zone."""

    xray_lane_m2: Positive
    transit_desk_m2: Positive
    uld_xray_m2: Positive

    def area_m2(self, controls: Controls) -> float:
        """Area of all machines and desks [m²]."""
        return (
            controls.xray_lanes * self.xray_lane_m2
            + controls.transit_desks * self.transit_desk_m2
            + controls.uld_xrays * self.uld_xray_m2
        )


def check_controls(declared: Declared, halls: dict[str, Controls]) -> None:
    """Refuse controls for which a hall has no machine or desk."""
    needs = (
        ("xray_lanes", declared.selection.may(Control.XRAY), "parcels are selected for X-ray"),
        ("transit_desks", declared.may_transit, "some parcels leave in transit"),
        ("uld_xrays", declared.uld_xray_share > 0, "ULDs are X-rayed (uld_xray_share)"),
    )
    for name, controls in halls.items():
        for field, is_needed, why in needs:
            if is_needed and getattr(controls, field) == 0:
                raise ValueError(f"halls.{name}.controls.{field}: at least 1, since {why}; got 0")
