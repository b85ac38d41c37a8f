"""Verbs whose answers do not show it warn of people that are missing, and of a backlog that may grow."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from answers import answer

from experiments.composition import load
from experiments.designs.design import Design
from experiments.frame.missing_people import missing_people
from experiments.replications.stability import Stability
from experiments.statistics import Interval
from experiments.statistics.warmup import pooled
from experiments.studies import decompose

SMALL = [
    "exports=none", "halls.main.packout_posts=0", "horizon_days=1", "warmup_days=0", "service_h=6", "replications=2",
    "demand.parcels_per_flight=2000", "demand.net_t_per_flight=1.5", "workers=1", "--quiet",
]  # fmt: skip
TWO_FLIGHTS = ["demand.flights_per_day=2"]


def kpis(on_time: float, hours: float = 20.1) -> dict[str, Interval]:
    values = {"on_time_share": on_time, "understaffed_h_per_day_breakdown": hours, "understaffed_h_per_day_tugs": 1.5}
    return {name: Interval(mean, None, None, 1) for name, mean in values.items()}


def test_the_latest_of_the_designs_that_no_resource_explains_is_named() -> None:
    hub = load("liege_30k", "exports=none")
    late, later, fine = Design("late", hub), Design("later", hub), Design("fine", hub)
    (line,) = missing_people([late, later, fine], {"late": kpis(0.9), "later": kpis(0.3), "fine": kpis(0.96)})
    assert line == (
        "designs with less than 95 % on time although each resource alone (floors not counted) could handle the"
        " mean arrivals, if staffed round the clock: 2. Least on time is later. Work waits for people: break-down 20.1"
        " h a day. The word roster=round_the_clock shows whether more would be enough"
    )


def test_no_people_are_missing_where_a_resource_explains_it_or_all_posts_are_manned_or_hardly_anything_waits() -> None:
    hub = load("liege_30k", "exports=none")
    busy = load("liege_30k", "exports=none", "demand.flights_per_day=11")
    manned = replace(hub, roster=load("liege_30k", "roster=round_the_clock").roster)
    for each, values in ((hub, kpis(0.95)), (busy, kpis(0.2)), (manned, kpis(0.2)), (hub, kpis(0.2, 0.1))):
        found = {name: value for name, value in values.items() if "tugs" not in name}
        assert missing_people([Design("a", each)], {"a": found}) == []


@pytest.mark.parametrize(
    "words",
    [
        [
            "select",
            "halls.main.doors_out=20,21",
            "select.max_replications=2",
            "select.target=0.05",
            "demand.flights_per_day=2",
        ],
        ["shadow-price", "shadow_price.zones=[doors]", "shadow_price.flights_per_day=[2]", "shadow_price.steps=1"],
        ["optimise", "optimise.trials=2", "optimise.population=2", "optimise.confirm=0", *TWO_FLIGHTS],
    ],
    ids=lambda words: words[0],
)
def test_verbs_warn_of_people_that_are_missing_and_of_a_backlog_that_may_grow(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = answer(capsys, *words, *SMALL, "--out", tmp_path)
    for part in ("Work waits for people: ", "undecided whether the backlog grows"):
        assert any(part in line for line in document["warnings"]), document["warnings"]


def test_decompose_warns_of_people_that_are_missing_in_a_combination() -> None:
    designs = [Design(name, load("liege_30k", "exports=none")) for name in ("liege_30k", "liege_30k + doors")]
    intervals = {design.label: kpis(share) for design, share in zip(designs, (0.9, 0.3), strict=True)}
    outcome = SimpleNamespace(
        warnings=(), n=5, designs=designs, intervals=intervals, stability={"a": Stability(True, pooled([]), 1)}
    )
    growing, line = decompose.warnings_of(
        SimpleNamespace(outcome=outcome, kpis={}, game=SimpleNamespace(fields={}, coalitions=()))
    )
    assert growing.startswith("a: unstable: the backlog grows")
    assert "staffed round the clock: 2. Least on time is liege_30k + doors. Work waits for people: " in line
