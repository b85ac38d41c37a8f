"""Looking up what a policy on data keeps elsewhere, before customs releases a parcel."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.config import HubConfig
from sim.config.data_views import lookup_in_force
from sim.inputs.flight_schedule import end_of_run
from sim.streams import Streams
from sim.units import MIN_PER_H, TICKS_PER_MIN, Ticks, ticks


@dataclass(frozen=True, slots=True)
class Lookups:
    """`down` and `up` (N), ascending [ticks]: the keys cannot be had from `down[i]` to before `up[i]`."""

    duration: int
    """[ticks]"""
    down: NDArray[np.int64]
    up: NDArray[np.int64]

    def done(self, asked: Ticks) -> Ticks:
        """When look-ups (P) asked for at these instants are done: each begins at once, or when the keys are back."""
        if not len(self.down):
            return asked + self.duration
        last = np.searchsorted(self.down, asked, side="right") - 1
        begins = np.where(last >= 0, np.maximum(asked, self.up[np.maximum(last, 0)]), asked)
        return np.asarray(begins + self.duration, dtype=np.int64)


def make_lookups(config: HubConfig, streams: Streams) -> Lookups | None:
    """Those of the policy in force, with the escrow's failures up to the end of the run; None: nothing to look up."""
    lookup = lookup_in_force(config.exposure)
    if lookup is None:
        return None
    down: list[int] = []
    up: list[int] = []
    if lookup.escrow is not None:
        rng, now, end = streams.of("escrow"), 0, end_of_run(config)
        while now < end:
            down.append(now + _drawn(rng, lookup.escrow.mtbf_h * MIN_PER_H))
            now = down[-1] + _drawn(rng, lookup.escrow.mttr_min)
            up.append(now)
    return Lookups(ticks(lookup.release_min), np.array(down, dtype=np.int64), np.array(up, dtype=np.int64))


def _drawn(rng: np.random.Generator, mean_min: float) -> int:
    return max(1, round(rng.exponential(mean_min) * TICKS_PER_MIN))
