"""Streams of random draws."""

import numpy as np
import pytest

from sim.streams import Streams, _word


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1, 2**32, 2**63 - 1])
@pytest.mark.parametrize("entity", [(), (0,), (3, 2**32 - 1), (2**32,)])
def test_a_stream_is_that_of_a_seed_sequence_with_all_words_as_spawn_key(seed, entity):
    for replication in (0, 7):
        expected = np.random.SeedSequence(seed, spawn_key=(replication, _word("delay"), *entity))
        state = Streams(seed, replication).of("delay", *entity).bit_generator.state
        assert state == np.random.PCG64(expected).state
