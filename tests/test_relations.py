"""What must hold between two runs of a hub."""

import pytest

import sim
from experiments.composition import load
from sim.measures.kpis import KPIS

SMALL = (
    "horizon_days=2", "warmup_days=1", "demand.parcels_per_flight=2000", "demand.net_t_per_flight=1.7",
    "exports.collections.parcels=300",
)  # fmt: skip


def kpis(*words: str) -> dict[str, float]:
    return sim.simulate(load("liege_30k", *SMALL, *words)).kpis


@pytest.fixture(scope="module")
def today() -> dict[str, float]:
    return kpis()


COUNTED_AT_ENDS = {"backlog_slope_per_day", "exports_kept_up_share", "cage_peak_share", "recovery_h", "recovery_90_h"}
"""KPIs of the ends of the intervals of `record.bin_min`."""


@pytest.mark.parametrize("bin_min", [15, 45])
def test_the_interval_of_the_record_moves_only_what_is_counted_at_its_ends(
    bin_min: int, today: dict[str, float]
) -> None:
    other = kpis(f"record.bin_min={bin_min}")
    unmoved = [name for name in KPIS if name not in COUNTED_AT_ENDS]
    assert [other[name] for name in unmoved] == pytest.approx([today[name] for name in unmoved], rel=1e-12)
