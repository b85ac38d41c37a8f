"""The fullest chute: whatever is gathered before it is looked for, it is what a count at every arrival finds."""

import numpy as np
import pytest

from sim.domain.entities import ChuteCount
from sim.kernels import batches
from sim.record.tallies import FullestChute
from sim.units import NEVER

POSTS, PLACES = np.array([1, 2, 1, 3, 1, 2]), [(4, 0), (4, 1), (4, 2), (5, 0), (5, 1), (5, 2)]


def _queue(rng, arrival, chute):
    """Packing of each unit, and when it is ready: each chute's posts take units in turn."""
    packing = rng.integers(2, 9, len(arrival))
    free_at, turn = [[0] * int(n) for n in POSTS], [0] * len(POSTS)
    ready = np.zeros_like(arrival)
    for i, (at, number) in enumerate(zip(arrival.tolist(), chute.tolist(), strict=True)):
        post = turn[number] % len(free_at[number])
        turn[number] += 1
        ready[i] = free_at[number][post] = max(at, free_at[number][post]) + int(packing[i])
    return packing, ready


def _counted(arrival, ready, chute, measured):
    """(units, instant, machine, route) of the fullest chute, counted at every arrival."""
    found = []
    for at, number in zip(arrival.tolist(), chute.tolist(), strict=True):
        if measured[0] <= at < measured[1]:
            here = chute == number
            found.append((-int(np.count_nonzero(here & (arrival <= at) & (ready > at))), at, number))
    if not found:
        return 0, NEVER, NEVER, NEVER
    units, at, number = min(found)
    return -units, at, *PLACES[number]


@pytest.mark.parametrize("many", [1, 20, 1000])
@pytest.mark.parametrize("seed", range(10))
def test_the_fullest_chute_is_what_a_count_at_every_arrival_finds(monkeypatch, seed, many):
    monkeypatch.setattr(batches, "_MANY_ROWS", many)
    rng = np.random.default_rng(seed)
    arrival = np.sort(rng.integers(0, 300, 250))
    chute = rng.choice(len(POSTS), 250, p=[0.3, 0.3, 0.1, 0.1, 0.1, 0.1]).astype(np.uint16)
    packing, ready = _queue(rng, arrival, chute)
    measured = (60, 290) if seed % 2 else (0, 400)
    row = ChuteCount(0, int(POSTS.sum()))
    fullest = FullestChute(row, measured, POSTS, PLACES)
    # A look ends between two instants, and tells its units chute by chute.
    edges = np.unique(np.searchsorted(arrival, np.arange(0, 320, 23)))
    for low, high in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        order = low + np.argsort(chute[low:high], kind="stable")
        fullest.add(arrival[order], ready[order], chute[order], int(packing[order].min()))
    fullest.close()
    assert (row.fullest, row.fullest_at, row.machine, row.route) == _counted(arrival, ready, chute, measured)


def test_a_chute_that_nobody_came_to_in_the_measured_days_was_never_full():
    row = ChuteCount(0, 1)
    fullest = FullestChute(row, (100, 200), np.array([1]), [(0, 0)])
    fullest.add(np.array([5, 6]), np.array([9, 12]), np.zeros(2, dtype=np.uint16), 3)
    fullest.close()
    assert (row.fullest, row.fullest_at) == (0, NEVER)
