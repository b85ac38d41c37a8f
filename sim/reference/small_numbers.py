"""A handful of plain numbers that make a small hub, so that a failing one can be shrunk, printed and rerun."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.domain.presorting import Presorting, Units
from sim.rules import hall
from sim.streams import Streams


@dataclass(frozen=True, slots=True)
class SmallHub:
    """Numbers of a small hub; times in minutes, on a coarse step so that instants coincide."""

    seed: int
    presorting: Presorting
    unit_parcels: int
    """Room of a bag or whole ULD; a bag has so many parcels, a ULD one to twice as many."""
    n_flights: int
    n_main_deck: int
    n_lower_deck: int
    most_parcels_a_uld: int
    step_min: float
    """What durations are multiples of: the coarser, the more ties."""
    hours: int
    spread_h: int
    """Flights land within this time."""
    legs_share: float
    """Of flights that come with the aircraft of another."""
    stands: int
    loader_sets: int
    tugs: int
    dollies: int
    n_halls: int
    opens_h: int
    """When the last hall opens, if there are several."""
    policy: str
    share_served: float
    """Of a hall's routes; what it does not serve is sent to another."""
    room_ulds: int
    """Floor set aside for so many full ULDs from each other hall."""
    shuttle_parcels: int
    positions: int
    n_machines: int
    """Of the first hall; others have one more or less."""
    stations_a_machine: int
    spare_workers: int
    floor_ulds: int
    """Floor for so many full ULDs."""
    inductions: int
    has_outages: bool
    has_roster: bool
    has_closures: bool
    """Of the runway."""
    service_steps: int
    to_chute_steps: int
    """0: what is sorted is at its chute at once."""
    desks: int
    manual_posts: int
    by_hand_share: float
    """Of the parcels of flights; of some ULDs all."""
    has_packout: bool
    spare_posts: int
    """Of the first chute, beyond one; the next has one less, and so on."""
    packing_steps: int
    """At most; a parcel's packing takes some of them."""
    is_packout_manned_in_part: bool
    is_packout_flexible: bool
    look_steps: int
    reviewed_looks: int
    """All packers are assigned anew at every such look."""
    customs_desks: int
    has_controls: bool
    """Parcels are X-rayed or in transit, too."""
    xray_lanes: int
    transit_desks: int
    uld_xrays: int
    uld_xray_share: float
    held_share: float
    no_read_share: float
    n_routes: int
    trailer_parcels: int
    is_mass_short: bool
    is_volume_short: bool
    doors: int
    extra_trucks_per_day: int
    yard: int
    least_fill: float
    longest_hold_steps: int
    n_collections: int
    """0: no exports."""
    most_parcels_a_collection: int
    n_export_lanes: int
    export_floor_trucks: int
    """Floor of exports for so many full trucks."""
    doors_in: int
    screening_lines: int
    hand_sorting_posts: int
    build_up_places: int
    empty_ulds: int
    out_tugs: int
    uld_out_parcels: int
    """Limits of a ULD, in heaviest and bulkiest parcels."""
    presorted_share: float
    non_conveyable_share: float

    @property
    def units(self) -> Units:
        return Units(self.presorting, 1 if self.presorting is Presorting.NONE else self.unit_parcels)


def _drawn_packers(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "is_packout_flexible": bool(rng.random() < 0.5),
        "look_steps": int(rng.integers(2, 6)),
        "reviewed_looks": int(rng.integers(1, 4)),
    }


def _drawn_controls(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "has_controls": bool(rng.random() < 0.7),
        "xray_lanes": int(rng.integers(1, 3)),
        "transit_desks": int(rng.integers(1, 3)),
        "uld_xrays": int(rng.integers(1, 3)),
        "uld_xray_share": float(rng.choice([0.0, 0.5, 1.0])),
    }


def draw(seed: int) -> SmallHub:
    """The small hub of a seed."""
    rng = Streams(seed, 0).of("small_hub")

    def pick(low: int, high: int) -> int:
        return int(rng.integers(low, high + 1))

    hours = pick(6, 40)
    presorted = Streams(seed, 0).of("small_hub_presorted")
    return SmallHub(
        seed=seed,
        presorting=Presorting(presorted.choice(["none", "none", "none", "bags", "ulds"])),
        unit_parcels=int(presorted.integers(2, 5)),
        n_flights=pick(1, 7),
        n_main_deck=pick(0, 4),
        n_lower_deck=pick(1, 3),
        most_parcels_a_uld=pick(1, 12),
        step_min=float(rng.choice([1.0, 0.5, 2.0])),
        hours=hours,
        spread_h=pick(1, max(1, hours // 3)),
        legs_share=float(Streams(seed, 0).of("small_hub_legs").choice([0.0, 0.5, 1.0])),
        stands=pick(1, 3),
        loader_sets=pick(1, 3),
        tugs=pick(1, 3),
        dollies=pick(1, 3),
        n_halls=int(rng.choice([1, 2, 3, 3, 3])),
        opens_h=pick(0, hours // 3),
        policy=str(rng.choice(list(hall.RULES))),
        share_served=float(rng.choice([0.3, 0.5, 0.5, 1.0])),
        room_ulds=pick(1, 4),
        shuttle_parcels=pick(1, 4),
        positions=pick(1, 4),
        n_machines=pick(1, 3),
        stations_a_machine=pick(1, 3),
        spare_workers=pick(0, 1),
        floor_ulds=pick(1, 6),
        inductions=pick(1, 3),
        has_outages=bool(rng.random() < 0.7),
        has_roster=bool(Streams(seed, 0).of("small_hub_roster").random() < 0.6),
        has_closures=bool(Streams(seed, 0).of("small_hub_closures").random() < 0.8),
        service_steps=pick(1, 5),
        to_chute_steps=int(Streams(seed, 0).of("small_hub_to_chute").integers(0, 5)),
        desks=pick(1, 2),
        manual_posts=pick(1, 2),
        by_hand_share=float(rng.choice([0.0, 0.1, 0.4])),
        has_packout=bool(rng.random() < 0.85),
        spare_posts=pick(0, 4),
        packing_steps=2 * pick(1, 18),
        is_packout_manned_in_part=bool(rng.random() < 0.5),
        customs_desks=pick(1, 2),
        **_drawn_packers(Streams(seed, 0).of("small_hub_packers")),
        **_drawn_controls(Streams(seed, 0).of("small_hub_controls")),
        held_share=float(rng.choice([0.0, 0.2, 0.5])),
        no_read_share=float(rng.choice([0.0, 0.2, 0.5])),
        n_routes=pick(2, 4),
        trailer_parcels=pick(2, 15),
        is_mass_short=bool(rng.random() < 0.4),
        is_volume_short=bool(rng.random() < 0.4),
        doors=pick(1, 5),
        extra_trucks_per_day=pick(0, 10),
        yard=pick(0, 6),
        least_fill=float(rng.choice([0.0, 0.3, 1.0])),
        longest_hold_steps=pick(0, 60),
        n_collections=pick(1, 12) if rng.random() < 0.75 else 0,
        most_parcels_a_collection=pick(1, 25),
        n_export_lanes=pick(1, 2),
        export_floor_trucks=pick(1, 3),
        doors_in=pick(1, 3),
        screening_lines=pick(1, 3),
        hand_sorting_posts=1 if rng.random() < 0.8 else 2,
        build_up_places=pick(1, 3),
        empty_ulds=pick(0, 3),
        out_tugs=pick(1, 2),
        uld_out_parcels=pick(1, 6),
        presorted_share=float(rng.choice([0.0, 0.5, 1.0])),
        non_conveyable_share=float(rng.choice([0.0, 0.2, 0.5])),
    )
