"""What leaves by air: collection trucks, their parcels, and what an aircraft takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.units import Flags


@dataclass(frozen=True, slots=True)
class UldLimits:
    """What may be built onto a ULD."""

    mass: int
    """[g]"""
    volume: int
    """[cm³]"""


@dataclass(frozen=True, slots=True)
class AircraftLimits:
    """What a type of aircraft takes out."""

    uld: tuple[UldLimits, UldLimits]
    """By `Deck`."""
    payload: int
    """[g] of parcels."""


@dataclass(frozen=True, slots=True)
class HallExports:
    """A hall's share in exports."""

    doors: int
    """Inbound dock doors; 0: no collection comes here."""
    dock_workers: int
    floor: int
    """Parcels that the floor for exports holds."""
    screening_lines: int
    hand_sorting_posts: int
    places: int
    """For build-up."""
    workers: int
    """Of build-up."""
    empty_ulds: int
    """There at the start, and kept: what is above is flown back."""


@dataclass(frozen=True, slots=True)
class ExportSite:
    """How exports are handled, the same in all halls. Durations in ticks, all at least 1."""

    lanes: tuple[str, ...]
    """Destinations (X)."""
    aircraft: Mapping[str, AircraftLimits]
    """By type."""
    call_in: int
    docking: int
    workers_per_truck: int
    screening: int
    """A parcel on a line."""
    hand_sorting: int
    """A parcel at a post."""
    build_up_round: int
    build_up_fixed: int
    build_up_parcel: int
    workers_per_place: int
    cut_off: int
    """Before `sobt`: the last ULD for a flight is begun."""
    close_out: int
    """Before `sobt`, less than `cut_off`: loading begins at the earliest."""
    doors_close: int
    tugs: int
    """Trains of outbound ULDs."""
    stack: int
    """Empty ULDs in one position."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A truck of the timetable. Instants in ticks.

    `number` is its rank by timetable (ties: by key); `entity` is what its random streams hang on.
    """

    number: int
    key: str
    entity: tuple[int, ...]
    scheduled: int
    hall: int
    n_parcels: int
    is_presorted: bool
    """Built to lane by its sender: its parcels need no machine."""
    is_cohort: bool
    """Whether it is timetabled in the measured days."""


@dataclass(frozen=True, slots=True)
class ExportParcels:
    """Drawn columns of a collection's P parcels, in the order in which they are unloaded.

    `lane` (P) indexes the destinations. `mass` [g], `volume` [cm³] (P). `handling` (P) [ticks, at least 1].
    """

    lane: NDArray[np.uint8]
    mass: NDArray[np.int32]
    volume: NDArray[np.int32]
    handling: NDArray[np.uint32]
    is_no_read: Flags
    is_non_conveyable: Flags


@dataclass(frozen=True, slots=True)
class ExportInputs:
    """Collections in order of their number, and how to draw the parcels of one (called once a collection)."""

    collections: tuple[Collection, ...]
    parcels_of: Callable[[Collection], ExportParcels]
    is_recorded: Callable[[Collection], bool]
    """Whether the timestamps of a collection's parcels are kept."""
