"""Speed, guarded by counts that no other program moves: each bound is a little above the figure written beside it.

A change that lowers a figure for good lowers its bound with it.
"""

import sys
import tracemalloc
from dataclasses import dataclass
from types import FrameType
from typing import Any

import numpy as np
import pytest

from experiments.composition import load
from sim.inputs.inputs import make_inputs
from sim.processes import hub
from sim.reference.counting import CountingEnvironment

TWO_FLIGHTS = ("demand.flights_per_day=1", "demand.parcels_per_flight=30_000", "demand.net_t_per_flight=30",
               "service_h=6", "exports.service_h=24")  # fmt: skip


@dataclass
class Watched:
    """What the interpreter tells of a run, call by call."""

    numpy_calls: int = 0
    """Of numpy's functions and of methods of its arrays; operators are none, nor is `take`, an index by name."""
    allocated: int = 0
    """How far memory rose in each call, added up [bytes]: what is freed and asked for again counts again."""
    _before: int = 0

    def __call__(self, _: FrameType, event: str, called: Any) -> None:
        is_numpys = event == "c_call" and (isinstance(called.__self__, np.ndarray) or _is_numpys(called))
        self.numpy_calls += is_numpys and called.__name__ != "take"
        now, peak = tracemalloc.get_traced_memory()
        self.allocated += peak - self._before
        tracemalloc.reset_peak()
        self._before = now


def _is_numpys(called: Any) -> bool:
    return (called.__module__ or "").startswith("numpy")


@pytest.fixture(scope="module")
def counts() -> dict[str, float]:
    """Of a hub of a day, with its draws, relative to what went through it."""
    env, watched = CountingEnvironment(), Watched()
    config = load("liege_30k", *TWO_FLIGHTS, horizon_days=1, warmup_days=0)
    tracemalloc.start()
    sys.setprofile(watched)
    try:
        record = hub.run(make_inputs(config, 0), env).record
    finally:
        sys.setprofile(None)
        tracemalloc.stop()
    parcels = sum(row.n_parcels for row in (*record.flights, *record.collections))
    return {
        "events_per_flight": env.count_events() / len(record.flights),
        "numpy_calls_per_uld": watched.numpy_calls / len(record.ulds),
        "bytes_per_parcel": watched.allocated / parcels,
    }


@pytest.mark.parametrize(
    ("count", "most"),
    [
        ("events_per_flight", 616),  # 589.5
        ("numpy_calls_per_uld", 257),  # 251.3
        ("bytes_per_parcel", 3_250),  # 3,097
    ],
)
def test_a_run_needs_no_more_than_it_did(counts: dict[str, float], count: str, most: float) -> None:
    assert 0.5 * most < counts[count] <= most
