"""The numbers that define a small hub, so that a failing hub can be shrunk, printed and run again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final

import numpy as np

from sim.domain.fields import FieldSpec
from sim.domain.presorting import Presorting, Units
from sim.rules import hall
from sim.streams import Streams
from sim.units import NEVER

_STREAM: Final = "small_hub"
_Draw = Callable[[np.random.Generator, Mapping[str, Any]], Any]
"""A function of a generator and the numbers declared before."""


def _drawn(draw: _Draw, of: str = "") -> FieldSpec:
    """A number of a small hub, and how it is drawn: from the stream `of`, in the order of the fields."""
    return field(metadata={"draw": draw, "stream": f"{_STREAM}_{of}" if of else _STREAM})


def _whole(low: int, high: int, of: str = "") -> FieldSpec:
    return _drawn(lambda rng, _: int(rng.integers(low, high + 1)), of)


def _one_of(values: Sequence[float], of: str = "") -> FieldSpec:
    return _drawn(lambda rng, _: float(rng.choice(values)), of)


def _in_share(share: float, of: str = "") -> FieldSpec:
    """A flag that is true in a share of the hubs."""
    return _drawn(lambda rng, _: bool(rng.random() < share), of)


@dataclass(frozen=True, slots=True)
class SmallHub:
    """Numbers of a small hub; times in minutes, on a coarse step so that instants coincide."""

    seed: int
    presorting: Presorting = _drawn(
        lambda rng, _: Presorting(rng.choice(["none", "none", "none", "bags", "ulds"])), "presorted"
    )
    unit_parcels: int = _whole(2, 4, "presorted")
    """Room of a bag or whole ULD. A bag has this many parcels, a ULD one to twice as many."""
    hours: int = _whole(6, 40)
    n_flights: int = _whole(1, 7)
    n_main_deck: int = _whole(0, 4)
    n_lower_deck: int = _whole(1, 3)
    most_parcels_a_uld: int = _whole(1, 12)
    step_min: float = _one_of([1.0, 0.5, 2.0])
    """Durations are multiples of it: the coarser, the more ties."""
    spread_h: int = _drawn(lambda rng, hub: int(rng.integers(1, max(1, hub["hours"] // 3) + 1)))
    """Time within which flights land."""
    legs_share: float = _one_of([0.0, 0.5, 1.0], "legs")
    """Share of flights that use the aircraft of another flight."""
    stands: int = _whole(1, 3)
    loader_sets: int = _whole(1, 3)
    tugs: int = _whole(1, 3)
    dollies: int = _whole(1, 3)
    n_halls: int = _drawn(lambda rng, _: int(rng.choice([1, 2, 3, 3, 3])))
    opens_h: int = _drawn(lambda rng, hub: int(rng.integers(0, hub["hours"] // 3 + 1)))
    """When the last of several halls opens."""
    policy: str = _drawn(lambda rng, _: str(rng.choice(list(hall.RULES))))
    share_served: float = _one_of([0.3, 0.5, 0.5, 1.0])
    """Share of the routes that a hall serves; parcels of others are sent to another hall."""
    room_ulds: int = _whole(1, 4)
    """Full ULDs for which floor is reserved from each other hall."""
    shuttle_parcels: int = _whole(1, 4)
    positions: int = _whole(1, 4)
    n_machines: int = _whole(1, 3)
    """Machines of the first hall; others have one more or less."""
    stations_a_machine: int = _whole(1, 3)
    spare_workers: int = _whole(0, 1)
    floor_ulds: int = _whole(1, 6)
    """Full ULDs for which the floor has room."""
    inductions: int = _whole(1, 3)
    has_outages: bool = _in_share(0.7)
    has_roster: bool = _in_share(0.6, "roster")
    has_closures: bool = _in_share(0.8, "closures")
    service_steps: int = _whole(1, 5)
    to_chute_steps: int = _whole(0, 4, "to_chute")
    """0: sorted parcels are at their chute immediately."""
    desks: int = _whole(1, 2)
    manual_posts: int = _whole(1, 2)
    by_hand_share: float = _one_of([0.0, 0.1, 0.4])
    """Share of the parcels of flights; of some ULDs all."""
    has_packout: bool = _in_share(0.85)
    spare_posts: int = _whole(0, 4)
    """Posts of the first chute, beyond one; the next has one less, and so on."""
    packing_steps: int = _drawn(lambda rng, _: 2 * int(rng.integers(1, 19)))
    """Most steps that a parcel's packing takes; at least one."""
    is_packout_manned_in_part: bool = _in_share(0.5)
    is_packout_flexible: bool = _in_share(0.5, "packers")
    look_steps: int = _whole(2, 5, "packers")
    reviewed_looks: int = _whole(1, 3, "packers")
    """Looks between two reviews, at which all packers are assigned anew."""
    chutes_a_machine: int = _drawn(lambda rng, _: int(rng.choice([2, 3, 4, 4])), "chutes")
    """Most chutes of a machine: at most one for each route; with fewer, routes share them."""
    second_sort_steps: int = _whole(0, 3, "chutes")
    led_on_share: float = _one_of([0.0, 0.0, 0.5], "second")
    """Share of a machine's routes whose chute leads to another machine, if another machine has them."""
    second_round_steps: int = _whole(1, 12, "second")
    customs_desks: int = _whole(1, 2)
    has_controls: bool = _in_share(0.7, "controls")
    """Whether parcels are X-rayed or in transit too."""
    xray_lanes: int = _whole(1, 2, "controls")
    transit_desks: int = _whole(1, 2, "controls")
    uld_xrays: int = _whole(1, 2, "controls")
    uld_xray_share: float = _one_of([0.0, 0.5, 1.0], "controls")
    held_share: float = _one_of([0.0, 0.2, 0.5])
    no_read_share: float = _one_of([0.0, 0.2, 0.5])
    n_routes: int = _whole(2, 4)
    trailer_parcels: int = _whole(2, 15)
    is_mass_short: bool = _in_share(0.4)
    is_volume_short: bool = _in_share(0.4)
    doors: int = _whole(1, 5)
    extra_trucks_per_day: int = _whole(0, 10)
    yard: int = _whole(0, 6)
    least_fill: float = _one_of([0.0, 0.3, 1.0])
    longest_hold_steps: int = _whole(0, 60)
    n_collections: int = _drawn(lambda rng, _: int(rng.integers(1, 13)) if rng.random() < 0.75 else 0)
    """0: no exports."""
    most_parcels_a_collection: int = _whole(1, 25)
    n_export_lanes: int = _whole(1, 2)
    flown_routes: int = _drawn(lambda rng, _: int(rng.choice([0, 1, 2, 3, 3])), "flown")
    """Number of routes that fly on, the last ones, if there are exports and parcels arrive unsorted; at least one
    leaves by road."""
    export_floor_trucks: int = _whole(1, 3)
    """Full trucks for which the floor of exports has room."""
    doors_in: int = _whole(1, 3)
    screening_lines: int = _whole(1, 3)
    hand_sorting_posts: int = _drawn(lambda rng, _: 1 if rng.random() < 0.8 else 2)
    build_up_places: int = _whole(1, 3)
    empty_ulds: int = _whole(0, 3)
    out_tugs: int = _whole(1, 2)
    uld_out_parcels: int = _whole(1, 6)
    """Limits of a ULD, in heaviest and largest parcels."""
    presorted_share: float = _one_of([0.0, 0.5, 1.0])
    non_conveyable_share: float = _one_of([0.0, 0.2, 0.5])
    has_families: bool = False
    """Times of parcels from a family of distributions for each flight, not in whole steps."""

    @property
    def flies_to(self) -> tuple[int, ...]:
        """Destination of the exports by route."""
        n = self.flown_routes if self.n_collections and self.presorting is Presorting.NONE else 0
        first = max(1, self.n_routes - n)
        return tuple(NEVER if route < first else route % self.n_export_lanes for route in range(self.n_routes))

    @property
    def units(self) -> Units:
        return Units(self.presorting, 1 if self.presorting is Presorting.NONE else self.unit_parcels)


def draw(seed: int) -> SmallHub:
    numbers: dict[str, Any] = {"seed": seed}
    drawn = [each for each in fields(SmallHub) if each.metadata]
    generators = {each.metadata["stream"]: Streams(seed, 0).of(each.metadata["stream"]) for each in drawn}
    for each in drawn:
        numbers[each.name] = each.metadata["draw"](generators[each.metadata["stream"]], numbers)
    return SmallHub(**numbers)


def stepper(rng: np.random.Generator, step: int) -> Callable[[int, int], int]:
    """A function that draws durations of `low` to `high` steps [ticks]."""
    return lambda low, high: int(rng.integers(low, high + 1)) * step
