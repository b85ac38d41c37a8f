"""Circular waits are designed out: a hub whose flights stop runs dry."""

import dataclasses

import pytest

from experiments.composition import load
from sim.errors import CargohubError
from sim.inputs.inputs import make_inputs
from sim.processes import hub
from sim.reference.small_hubs import make
from sim.reference.small_numbers import SmallHub, draw

DAYS_TO_RUN_DRY = 12
DAYS_OF_MOST = 2
"""Days in which most hubs run dry; those that do not get all days."""


def gone(small: SmallHub, days: int) -> tuple[bool, int, int]:
    """Whether all flights came within the days, the parcels that landed, and those that left or were refused."""
    # Nothing flies on: where flights stop, it would wait for one that never comes.
    by_road = dataclasses.replace(small, hours=small.hours + 24 * days, floor_ulds=1, flown_routes=0)
    inputs = make(by_road)
    record = hub.run(inputs).record
    landed = sum(flight.n_parcels for flight in record.flights if not flight.is_diverted)
    departed = sum(truck.n_parcels for truck in record.trucks if truck.departed >= 0)
    return len(record.flights) == len(inputs.flights), landed, departed + sum(row.n_parcels for row in record.refusals)


@pytest.mark.parametrize(
    "seeds",
    [range(12), *(pytest.param(range(first, first + 24), marks=pytest.mark.slow) for first in range(12, 200, 24))],
)
def test_every_parcel_that_lands_leaves_however_small_the_floor_the_yard_and_the_doors(seeds: range) -> None:
    for seed in seeds:
        small = draw(seed)
        came, landed, left = gone(small, DAYS_OF_MOST)
        if not came or left != landed:
            _, landed, left = gone(small, DAYS_TO_RUN_DRY)
        assert left == landed, small


def test_a_hub_without_any_truck_is_refused() -> None:
    with pytest.raises(CargohubError, match=r"outbound\.timetable: empty"):
        load("liege_30k", "outbound.timetable=[]", "outbound.yard=0")


def test_a_uld_larger_than_the_floor_is_refused() -> None:
    config = load("liege_30k", "halls.main.zone_shares.lanes=0.0001")
    with pytest.raises(CargohubError, match="larger than the floor of hall main, 240 parcels"):
        make_inputs(config, 0)
