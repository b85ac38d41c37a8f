"""All that a replication is given."""

from collections.abc import Callable
from dataclasses import dataclass

from sim.domain.exports import ExportInputs
from sim.domain.flight import Flight
from sim.domain.parcels import Parcels
from sim.domain.site import Site


@dataclass(frozen=True, slots=True)
class Happening:
    """A disruption that begins and ends [ticks]."""

    name: str
    kind: str
    start: int
    end: int
    is_drawn: bool
    """At random."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """A hub, its flights in order of their number, and how to draw the parcels of one (called once a flight)."""

    site: Site
    flights: tuple[Flight, ...]
    parcels_of: Callable[[Flight], Parcels]
    end: int
    """Events at or after this instant [ticks] do not happen."""
    measured: tuple[int, int]
    """The measured days: from the first instant to before the second [ticks]."""
    bin_width: int
    """Of the occupancy series [ticks]."""
    flow_width: int
    """Of the intervals in which flows are counted [ticks]; 0: they are not."""
    is_recorded: Callable[[Flight], bool]
    """Whether the timestamps of a flight's parcels are kept."""
    exports: ExportInputs | None
    """None: nothing leaves by air; then `Site.exports` is None too."""
    has_values: bool = False
    """Parcels have declared values."""
    disruptions: tuple[Happening, ...] = ()
    """Only told: what they change is in the rest already."""
    keeps_departures: bool = False
    """Whether it is kept when each unit left."""
