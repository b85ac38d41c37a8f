"""Customs' part of the capacity ladder: parcels a day that its posts alone could pass, where there are declarations."""

import math
from collections.abc import Mapping

from sim.config import HubConfig
from sim.inputs.flight_work import n_in_halls
from sim.units import MIN_PER_DAY


def customs_rungs(config: HubConfig, kpis: Mapping[str, float], parcels_a_uld: float) -> dict[str, float]:
    """Imports a day by resource, with the shares that were controlled as measured (`kpis`); infinite where none were.

    The reading of documents has no posts of its own, and no rung. The hold zone is full, by Little's law,
    where it would hold what it is laid out for.
    """
    declared = config.customs.declared
    if declared is None:
        return {}
    passing, in_zone = (kpis.get(name, 0.0) for name in ("parcels_per_day", "utilisation_customs_hold"))

    def of(posts: str, minutes: float, share: float) -> float:
        return n_in_halls(config, posts) * MIN_PER_DAY / minutes / share if share else math.inf

    return {
        "customs_desks": of("customs_desks", config.customs.examination_min, kpis.get("examined_share", 0.0)),
        "xray_lanes": of("controls.xray_lanes", declared.xray_min, kpis.get("xrayed_share", 0.0)),
        "transit_desks": of("controls.transit_desks", declared.transit_min, kpis.get("transit_share", 0.0)),
        "uld_xrays": of("controls.uld_xrays", declared.uld_xray_min, declared.uld_xray_share) * parcels_a_uld,
        "customs_hold": passing / in_zone if in_zone else math.inf,
    }
