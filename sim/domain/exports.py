"""Exports: collection trucks, their parcels, and the limits of an aircraft."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.units import Flags


@dataclass(frozen=True, slots=True)
class UldLimits:
    """Limits of a ULD that is built."""

    mass: int
    """Mass [g]."""
    volume: int
    """Volume [cm³]."""


@dataclass(frozen=True, slots=True)
class AircraftLimits:
    """Limits of a type of aircraft for exports."""

    uld: tuple[UldLimits, UldLimits]
    """By `Deck`."""
    payload: int
    """Mass of parcels [g]."""


@dataclass(frozen=True, slots=True)
class HallExports:
    """Resources of a hall for exports."""

    doors: int
    """Inbound dock doors; 0: no collection arrives here."""
    dock_workers: int
    floor: int
    """Parcels for which the floor for exports has room."""
    screening_lines: int
    hand_sorting_posts: int
    places: int
    workers: int
    empty_ulds: int
    """Empty ULDs at the start, and the number that the hall keeps; those above it are flown back."""


@dataclass(frozen=True, slots=True)
class ExportSite:
    """How exports are handled, the same in all halls. Durations in ticks, all at least 1."""

    lanes: tuple[str, ...]
    """Destinations (X)."""
    aircraft: Mapping[str, AircraftLimits]
    """Limits by type."""
    call_in: int
    docking: int
    workers_per_truck: int
    screening: int
    """Time of a parcel on a line."""
    hand_sorting: int
    """Time of a parcel at a post."""
    build_up_round: int
    build_up_fixed: int
    build_up_parcel: int
    workers_per_place: int
    cut_off: int
    """Time before `sobt` when the last ULD for a flight is begun."""
    close_out: int
    """Time before `sobt`, less than `cut_off`, when loading begins at the earliest."""
    doors_close: int
    tugs: int
    """Trains of outbound ULDs."""
    stack: int
    """Empty ULDs in one position."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A truck of the timetable. Instants in ticks.

    `number` is its rank by timetable (ties: by key). `entity` identifies its random streams.
    """

    number: int
    key: str
    entity: tuple[int, ...]
    scheduled: int
    hall: int
    n_parcels: int
    is_presorted: bool
    """Sorted by lane by its sender, so that its parcels need no machine."""
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
    """Collections in order of their number, and the function that draws a collection's parcels (called once each)."""

    collections: tuple[Collection, ...]
    parcels_of: Callable[[Collection], ExportParcels]
    is_recorded: Callable[[Collection], bool]
    """Whether the timestamps of a collection's parcels are recorded."""
