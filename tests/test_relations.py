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


@pytest.mark.parametrize(
    ("words", "moved"),
    [
        (["record.bin_min=15"], COUNTED_AT_ENDS),
        (["record.bin_min=45"], COUNTED_AT_ENDS),
    ],
)
def test_words_move_only_what_they_concern(words: list[str], moved: set[str], today: dict[str, float]) -> None:
    other = kpis(*words)
    unmoved = [name for name in KPIS if name not in moved]
    assert [other[name] for name in unmoved] == pytest.approx([today[name] for name in unmoved], rel=1e-12)
