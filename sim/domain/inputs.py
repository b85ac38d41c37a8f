"""All inputs of a replication."""

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
    """Whether it happens at random."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """A hub, its flights in order of their number, and the function that draws the parcels of a flight.

    The function is called once for each flight.
    """

    site: Site
    flights: tuple[Flight, ...]
    parcels_of: Callable[[Flight], Parcels]
    end: int
    """Events at or after this instant [ticks] do not happen."""
    measured: tuple[int, int]
    """The measured days: from the first instant to before the second [ticks]."""
    bin_width: int
    """Width of the intervals of the occupancy series [ticks]."""
    flow_width: int
    """Width of the intervals in which flows are counted [ticks]; 0: they are not counted."""
    is_recorded: Callable[[Flight], bool]
    """Whether the timestamps of a flight's parcels are recorded."""
    exports: ExportInputs | None
    """None: nothing leaves by air; then `Site.exports` is None, too."""
    has_values: bool = False
    """Whether parcels have declared values."""
    disruptions: tuple[Happening, ...] = ()
    """For the record only: the other inputs already include the effects of disruptions."""
    keeps_departures: bool = False
    """Whether the departure of each unit is recorded."""
