"""Tallies of stages: whatever the order in which stays are told, they count what a loop over parcels counts."""

import numpy as np
import pytest

from sim.kernels.tallies import LONGEST_MIN, count_instants
from sim.record import flows
from sim.record.recorder import StageTally
from sim.units import TICKS_PER_MIN

END, MEASURED, WIDTH = 5000 * TICKS_PER_MIN, (40 * TICKS_PER_MIN, 4000 * TICKS_PER_MIN), 30 * TICKS_PER_MIN


def _one_by_one(stays):
    """In and out by bin; of stays that began in the measured days those that ended by the minute, their sum and number,
    and the number of the others; parcel-ticks inside.
    """
    measured_time = sum(max(0, min(leave, MEASURED[1]) - max(enter, MEASURED[0])) for enter, leave in stays)
    n_in, n_out = np.zeros((2, -(-END // WIDTH)), dtype=np.int64)
    by_minute, stay_time, n_stays, inside_time = np.zeros(LONGEST_MIN + 1, dtype=np.int64), 0, 0, 0
    n_unfinished = 0
    for enter, leave in stays:
        n_in[enter // WIDTH] += 1
        inside_time += min(leave, END) - enter
        if leave < END:
            n_out[leave // WIDTH] += 1
            if MEASURED[0] <= enter < MEASURED[1]:
                by_minute[min((leave - enter) // TICKS_PER_MIN, LONGEST_MIN)] += 1
                stay_time += leave - enter
                n_stays += 1
        elif MEASURED[0] <= enter < MEASURED[1]:
            n_unfinished += 1
    counts = n_in.tolist(), n_out.tolist(), by_minute.tolist(), stay_time, n_stays, n_unfinished
    return *counts, inside_time, measured_time


def _counts_of(tally):
    return (
        tally.n_in.tolist(),
        tally.n_out.tolist(),
        tally.stays.tolist(),
        tally.stay_time,
        tally.n_stays,
        tally.n_unfinished,
        tally.inside_time,
        tally.measured_time,
    )


@pytest.mark.parametrize("longest_min", [5, 200, 6000])
@pytest.mark.parametrize("seed", range(5))
def test_a_stage_tally_is_what_a_count_one_by_one_gives_in_any_order(seed, longest_min):
    rng = np.random.default_rng(seed)
    begin = int(rng.integers(0, END - longest_min * TICKS_PER_MIN // 2))
    enter = rng.integers(begin, min(END, begin + longest_min * TICKS_PER_MIN), 60)
    leave = enter + rng.integers(1, longest_min * TICKS_PER_MIN, 60)
    count = rng.integers(1, 4, 60).astype(np.int32)
    first, last = int(enter.min()), int(leave.max())
    tally = StageTally(END, MEASURED, WIDTH)
    tally.add(enter, leave)
    tally.add(enter, leave, count)
    tally.add(first, leave)
    tally.add(enter, last)
    tally.add(first, last, 7)
    tally.add(END - 2 * TICKS_PER_MIN, END - TICKS_PER_MIN, 7)
    tally.close()
    stays = list(zip(enter.tolist(), leave.tolist(), strict=True))
    counts = [
        *stays,
        *(stay for stay, n in zip(stays, count.tolist(), strict=True) for _ in range(n)),
        *((first, end) for _, end in stays),
        *((since, last) for since, _ in stays),
        *[(first, last)] * 7,
        *[(END - 2 * TICKS_PER_MIN, END - TICKS_PER_MIN)] * 7,
    ]
    assert _counts_of(tally) == _one_by_one(counts)


def test_what_lies_far_beyond_the_run_is_left_out_and_takes_no_room():
    counts = np.zeros(40, dtype=np.int64)
    count_instants(np.array([5, 395, 400, 10**17]), 10, counts)
    assert np.flatnonzero(counts).tolist() == [0, 39]


@pytest.mark.parametrize("block", [4, 1024])
def test_flows_are_those_of_a_count_one_by_one_though_their_blocks_are_compressed_and_counted_in_again(
    monkeypatch, block
):
    monkeypatch.setattr(flows, "_BLOCK", block)
    random, width, n_places = np.random.default_rng(1), 5 * TICKS_PER_MIN, 3
    counted = np.zeros((2, n_places, END // width + 1), dtype=np.int64)
    tally = flows.FlowTally(END, width, n_places)
    for since in (0, 200, 2000, 100, 4000, 3000):  # some come late
        place = random.integers(n_places, size=700)
        arrival = random.integers(since, since + 700, size=700) * TICKS_PER_MIN
        leave = arrival + random.integers(900, size=700) * TICKS_PER_MIN
        tally.add(place, arrival, leave)
        tally._stays.close()
        for which, instants in enumerate((arrival, leave)):
            np.add.at(counted[which], (place[instants < END], instants[instants < END] // width), 1)
    tally.close()
    assert bool(tally._closed) == (block < 1024)
    np.testing.assert_array_equal(tally.counts(slice(None)), counted[:, :, : tally.n_bins])
    np.testing.assert_array_equal(tally.counts(slice(1, 2)), counted[:, 1:2, : tally.n_bins])
