"""Looking up what a policy on data keeps elsewhere, before customs releases a parcel."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.config import HubConfig
from sim.config.data_views import lookup_in_force
from sim.inputs.flight_schedule import end_of_run
from sim.streams import Streams, up_and_down
from sim.units import MIN_PER_H, Ticks, ticks


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
    spans: list[tuple[int, int]] = []
    if (escrow := lookup.escrow) is not None:
        spans += up_and_down(streams.of("escrow"), escrow.mtbf_h * MIN_PER_H, escrow.mttr_min, end_of_run(config))
    down, up = np.array(spans, dtype=np.int64).reshape(-1, 2).T
    return Lookups(ticks(lookup.release_min), down, up)
