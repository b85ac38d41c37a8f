"""A handful of plain numbers that make a small hub, so that a failing one can be shrunk, printed and rerun."""

from dataclasses import dataclass

from sim.domain.presorting import Presorting


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
