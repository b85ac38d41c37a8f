import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.domain.site import TrailerLimits
from sim.kernels.policies import extra_trucks, fill, full_loads, machine_for_next_uld

TRAILER = TrailerLimits(units=10, mass=1000, volume=500)


@pytest.mark.parametrize(
    ("held", "stations", "machine"),
    [([0], [1], 0), ([1, 1], [3, 3], 0), ([1, 1, 0, 0], [7, 7, 6, 6], 2), ([1, 2], [1, 9], 1)],
)
def test_the_machine_with_fewest_stations_held_then_lowest_number(held, stations, machine):
    assert machine_for_next_uld(held, stations) == machine


def test_fill_is_the_largest_of_three_ratios_and_at_most_one():
    assert fill(0, 0, 0, TRAILER) == 0
    assert fill(5, 100, 50, TRAILER) == 0.5
    assert fill(1, 700, 50, TRAILER) == 0.7
    assert fill(1, 100, 450, TRAILER) == 0.9
    assert fill(30, 100, 450, TRAILER) == 1


def test_full_loads_by_whatever_is_short():
    assert full_loads(9, 999, 499, TRAILER) == 0
    assert full_loads(29, 0, 0, TRAILER) == 2
    assert full_loads(1, 3000, 0, TRAILER) == 3
    assert full_loads(1, 0, 2499, TRAILER) == 4


def _calls(full, ready, called, left, room=99, *, short=False):
    return extra_trucks(full, ready, called, left, yard_room=room, is_floor_short=[short] * len(full))


def test_a_truck_for_every_full_load_that_none_is_called_for():
    assert _calls([3, 1, 0], [30, 10, 5], [1, 1, 0], [9, 9, 9]) == [2, 0, 0]


def test_no_more_than_are_left_today():
    assert _calls([3], [30], [0], [2]) == [2]
    assert _calls([3], [30], [0], [0]) == [0]


def test_the_yard_takes_the_route_with_most_to_call_first():
    assert _calls([1, 3, 3], [10, 30, 30], [0, 0, 0], [9, 9, 9], room=4) == [0, 3, 1]
    assert _calls([1, 3], [10, 30], [0, 0], [9, 9], room=0) == [0, 0]
    assert _calls([1, 3], [10, 30], [0, 0], [9, 9], room=-2) == [0, 0]


def test_a_short_floor_calls_for_partial_loads():
    assert _calls([0, 0, 0], [5, 0, 1], [0, 0, 0], [9, 9, 9], short=True) == [1, 0, 1]
    assert _calls([0, 0], [5, 5], [1, 0], [9, 9], short=True) == [0, 1]
    assert _calls([0, 0], [5, 5], [0, 0], [0, 9], short=True) == [0, 1]
    assert _calls([0, 0, 1], [5, 5, 10], [0, 0, 0], [9, 9, 9], room=2, short=True) == [1, 0, 1]


@settings(max_examples=200, derandomize=True, database=None)
@given(
    routes=st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 50), st.integers(0, 4), st.integers(0, 6)), min_size=1, max_size=6
    ),
    room=st.integers(-3, 20),
    short=st.booleans(),
)
def test_calls_keep_within_every_bound(routes, room, short):
    full, ready, called, left = (list(column) for column in zip(*routes, strict=True))
    calls = _calls(full, ready, called, left, room, short=short)
    assert sum(calls) <= max(0, room)
    assert all(0 <= call <= max(0, rest) for call, rest in zip(calls, left, strict=True))
    more = _calls(full, ready, called, left, room + 1, short=short)
    assert sum(more) >= sum(calls)
