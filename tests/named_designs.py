"""Designs as a page names them, for tests of its parts: today's hub, or what is changed of it."""

import math

from experiments.report.stored_designs import NamedDesign


def named_design(label="a", **changed):
    today = {
        "order": 0, "name": "liege_30k", "start_date": "2022-09-05", "disruptions": "", "roster": "", "demand": "today",
        "arrivals": "timetable", "flights_per_day": 3.5, "parcels_per_day": 402_500.0,
        "airport_parcels_per_year": math.nan, "hub_share_least": math.nan, "hub_share_most": math.nan,
        "area_m2": 30_000.0, "n_machines": 2, "n_halls": 1, "service_h": 24.0, "export_service_h": 48.0,
        "stability": "stable",
        "blocked_after_h": math.nan, "packout_rule": "flexible", "packout_flexible_per_day": math.inf,
        "packout_dedicated_per_day": math.inf, "other_packing": "", "schedule": "", "time_zone": "", "fully_manned": "",
        "is_of_liege": True,
        "site": "30,000 m²", "traffic": "3.5 flights a day", "title": "30,000 m², 3.5 flights a day",
    }  # fmt: skip
    return NamedDesign(label, **today | changed)
