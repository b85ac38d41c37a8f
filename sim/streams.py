"""Random streams. Each belongs to one attribute of one entity, so that a new stream changes no other.

A stream depends on (seed, replication, attribute, entity). The scenario is no part of this, so scenarios that differ in
capacity have the same draws.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.distributions import Times, stretched
from sim.units import MIN_PER_H, TICKS_PER_MIN


@dataclass(frozen=True, slots=True)
class Streams:
    seed: int
    replication: int

    def of(self, attribute: str, *entity: int) -> np.random.Generator:
        """The generator of one attribute of one entity (words: integers ≥ 0)."""
        key = (self.replication, _word(attribute), *entity)
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(self.seed, spawn_key=key)))


@cache
def _word(text: str) -> int:
    """A name as an integer below 2³², the same in every process."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "little")


def draws_below(rng: np.random.Generator, high: int, n: int) -> NDArray[np.unsignedinteger]:
    """Integers below a power of two (n): those of `rng.integers` in 16 or 32 bits, but faster.

    >>> few, whole = (np.random.default_rng(1) for _ in range(2))
    >>> (draws_below(whole, 1 << 14, 9) == few.integers(0, 1 << 14, 9, dtype=np.uint16)).all()
    np.True_

    A draw below a power of two is the upper bits of a whole draw, so none is rejected.
    """
    kind, bits = (np.uint16, 16) if high <= 1 << 16 else (np.uint32, 32)
    whole: NDArray[np.unsignedinteger] = rng.integers(0, 1 << bits, n, dtype=kind)
    return whole >> kind(bits - (high.bit_length() - 1))


def name_words(text: str) -> tuple[int, int]:
    """A free name (such as a flight of a file) as words of an entity."""
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:8], "little")


def up_and_down(
    rng: np.random.Generator,
    mtbf_h: float | Times,
    mttr_min: float | Times,
    end: int,
) -> Iterator[tuple[int, int]]:
    """Start and end (exclusive) [ticks] of each time when a unit is down, until after `end`.

    Times up and down are exponential with these means, or have these distributions.
    """
    now = 0
    while now < end:
        down, up = (
            max(1, round(stretched(time, rng.standard_exponential(), unit) * TICKS_PER_MIN))
            for time, unit in ((mtbf_h, MIN_PER_H), (mttr_min, 1))
        )
        yield now + down, now + down + up
        now += down + up
