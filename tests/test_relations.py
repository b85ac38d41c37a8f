"""What must hold between two runs of a hub."""

from pathlib import Path

import pytest
import yaml

import sim
from experiments.composition import load
from sim.measures.kpis import KPIS

SMALL = (
    "horizon_days=2", "warmup_days=1", "demand.flights_per_day=2", "demand.parcels_per_flight=2000",
    "demand.net_t_per_flight=1.7", "exports.collections.parcels=300",
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


def spells(name: str, *times: tuple[str, int]) -> list[str]:
    """All kinds of disruption that last from an instant for so many hours, each at each of these times."""
    kinds = {
        "closed": "kind: runway_closed",
        "out": "kind: machine_outage, hall: main, machines: [1]",
        "ill": "kind: staff_away, roles: null, share: 0.5",
        "away": "kind: equipment_away, equipment: loader_sets, units: 1",
        "more": "kind: demand, factor: 1.5",
    }
    return [
        f'+disruptions.{kind}_{name}{number}={{{keys}, start: "{start}", hours: {hours}}}'
        for kind, keys in kinds.items()
        for number, (start, hours) in enumerate(times)
    ]


def test_a_disruption_in_two_halves_is_the_whole_whatever_its_name_and_by_day_or_date(today: dict[str, float]) -> None:
    whole = kpis(*spells("b", ("day 1 02:00", 20)), "recovery.runs_on=false")
    halves = kpis(*reversed(spells("a", ("day 1 02:00", 12), ("2022-09-06 14:00", 8))), "recovery.runs_on=false")
    assert halves == pytest.approx(whole, rel=1e-12, nan_ok=True)
    assert sum(whole[name] != today[name] for name in KPIS) > 50


def test_names_of_lanes_routes_and_halls_move_nothing_and_lanes_alike_are_one(
    tmp_path: Path, today: dict[str, float]
) -> None:
    def of_lanes(name: str, lanes: dict[str, dict[str, object]], *words: str) -> dict[str, float]:
        (tmp_path / "lanes").mkdir(exist_ok=True)
        (tmp_path / "lanes" / f"{name}.yaml").write_text(yaml.safe_dump(lanes, sort_keys=False))
        return sim.simulate(load("liege_30k", *SMALL, f"lanes={name}", *words, config_dir=tmp_path)).kpis

    lanes = yaml.safe_load((Path(__file__).parents[1] / "configs/lanes/europe.yaml").read_text())
    renamed = {f"to {name}": lane | {"route": f"by {lane['route']}"} for name, lane in lanes.items()}
    other = of_lanes("renamed", renamed, "~halls.main", "+hall@halls.other=liege_30k")
    assert other == pytest.approx(today, rel=1e-12, nan_ok=True)
    pool = {name: lane for name, lane in lanes.items() if lane["route"] == "POOL"}
    alike = lanes | {name: lane | {"km": 1000, "promised_days": 3} for name, lane in pool.items()}
    first, *others = pool
    share = sum(lane["share"] for lane in pool.values())
    one = {name: lane for name, lane in alike.items() if name not in others} | {first: alike[first] | {"share": share}}
    assert of_lanes("one", one) == pytest.approx(of_lanes("alike", alike), rel=1e-9, nan_ok=True)
