"""The schema of a hub: one frozen dataclass for each configuration group, with bounds and without defaults.

Every number lives in `configs/`, with its unit and its source. `sim.reading.read(HubConfig, mapping, "")` checks it.
Shares are fractions of one. Conditions on several fields of a group are checked in `__post_init__`; the reader puts the
key before its ValueError. `hub` checks conditions on several groups.
"""

from sim.config.arrivals import ArrivalCap, ArrivalModel, Arrivals, Bank, Delay
from sim.config.fleet import AircraftType, Deck, LoadLimit
from sim.config.hall import Hall, Space, ZoneShares
from sim.config.handling import Outages, Sorting
from sim.config.hub import HubConfig
from sim.config.road import Environment, Lane, Linehaul

__all__ = [
    "AircraftType",
    "ArrivalCap",
    "ArrivalModel",
    "Arrivals",
    "Bank",
    "Deck",
    "Delay",
    "Environment",
    "Hall",
    "HubConfig",
    "Lane",
    "Linehaul",
    "LoadLimit",
    "Outages",
    "Sorting",
    "Space",
    "ZoneShares",
]
