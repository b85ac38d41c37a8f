"""What happened to a flight, a parcel, a truck: paths of work and waiting, from a replication's tables alone."""

from sim.measures.tracing.causes import CAUSES, Cause
from sim.measures.tracing.clearance import Clearance, clearance
from sim.measures.tracing.holders import Held, held
from sim.measures.tracing.journal import Journal
from sim.measures.tracing.paths import Path, flight_path, parcel_path, uld_path
from sim.measures.tracing.segments import Outcome, Segment, by_resource
from sim.measures.tracing.trucks import truck_path
from sim.measures.tracing.worlds import Cost, Lateness, Shift, World, cost

__all__ = [
    "CAUSES",
    "Cause",
    "Clearance",
    "Cost",
    "Held",
    "Journal",
    "Lateness",
    "Outcome",
    "Path",
    "Segment",
    "Shift",
    "World",
    "by_resource",
    "clearance",
    "cost",
    "flight_path",
    "held",
    "parcel_path",
    "truck_path",
    "uld_path",
]
