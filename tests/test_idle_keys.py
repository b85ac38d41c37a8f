"""Keys that a hub does not use are named, and change nothing."""

from functools import cache

import pytest

from experiments.composition import load
from experiments.designs.unusual import idle_keys
from sim import simulate

_TINY = ("demand.flights_per_day=1", "halls.main.packout_posts=0", "exports=none", "horizon_days=1", "warmup_days=0",
         "record.flow_min=0")  # fmt: skip
_CASES = [
    (["exports.service_h=30", "halls.main.exports.build_up_workers=50", "apron.outbound_tugs=9",
      "rules.deck=main_first", "roster.roles.docks_in.factor=0.5"], "without exports"),
    (["halls.main.controls.xray_lanes=2", "roster.roles.xray.factor=0.5"], "without declarations"),
    (["packout.look_min=3", "packout.review_min=60"], "packout.rule=flexible", "packout.rule=dedicated"),
    (["packout.second_sort_min=1"], "no routes share a chute"),
    (["packout.second_round_min=7"], "second machine"),
    (["presorted.bag_parcels=9", "presorted.bag_min=1"], "without bags"),
    (["presorted.uld_pallets=9", "presorted.carry_min=1"], "without whole ULDs"),
    (["breakdown.uld_min=90", "parcels.non_conveyable_share=0.1", "manual_sort.parcels_per_post_h=99"],
     "without unsorted goods", "presorted=bags"),
    (["complex.between_halls_min=9", "complex.policy=lane"], "one hall"),
    (["connections.minimum_min=9"], "fly on"),
    (["demand.load.fullest=1.5"], "demand.load.spread"),
    (["recovery.band_h=3"], "without disruptions"),
    (["trade.mix_sigma=0.5"], "trade=goods"),
    (["exposure.watch.log_retention_days=9"], "exposure=ledger"),
]  # fmt: skip


@cache
def kpis_of(*words):
    kpis = simulate(load("liege_30k", *_TINY, *words)).kpis
    return {name: repr(value) for name, value in kpis.items() if name != "spare_area_m2"}


@pytest.mark.parametrize(("words", "why", "also"), [(*case, "seed=1")[:3] for case in _CASES])
def test_a_key_that_is_not_used_is_named_and_changes_nothing(words, why, also):
    (line,) = idle_keys([load("liege_30k", *_TINY, also, *words)], words)
    assert why in line and all(word.partition("=")[0] in line for word in words)
    assert kpis_of(also, *words) == kpis_of(also)


def test_a_key_that_some_design_uses_is_not_named():
    words = ["designs=[liege_30k exports=none, liege_30k exports.service_h=30]"]
    assert [*idle_keys([load("liege_30k", "exports=none")], words)]
    assert not [*idle_keys([load("liege_30k", "exports=none"), load("liege_30k")], words)]
    assert not [*idle_keys([load("liege_30k", "exports=none")], ["exports=none", "exports.share=0", "seed=3"])]


def test_revenue_is_of_expansion_alone():
    hubs = [load("liege_30k")]
    assert [*idle_keys(hubs, ["cost.parcels.revenue_eur=1"])]
    assert not [*idle_keys(hubs, ["expansion.cost.parcels.revenue_eur=1", "cost.parcels.late_eur=1"])]
