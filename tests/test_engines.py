"""Engines of discrete events on the same reduced hub: equal instants of each parcel; absent ones are skipped."""

from importlib import import_module

import numpy as np
import pytest
from answers import answer

from experiments.composition import load
from experiments.main import main
from experiments.studies.bench import engines
from experiments.studies.bench.engines import MODULES, WORDS
from sim.inputs.inputs import make_inputs
from sim.reference.engines import kernels
from sim.reference.engines.network import Network, reduced, until

TINY = ("demand.flights_per_day=2", "demand.parcels_per_flight=900", "demand.net_t_per_flight=0.9")
BY_HAND = Network(
    stations=1,
    arrival=np.array([100, 101]),
    first=np.array([0, 2, 3]),
    machine=np.array([0, 0]),
    handling=np.array([5, 1, 2]),
    service=4,
    n_routes=2,
    route=np.array([1, 1, 0]),
    posts=np.array([1, 1]),
    packing=np.array([20, 3, 1]),
    cut_offs=np.array([130, 140]),
)


@pytest.fixture(scope="module")
def inputs():
    return make_inputs(load("liege_30k", *WORDS, *TINY, horizon_days=1, warmup_days=0), 0)


@pytest.fixture(scope="module")
def network(inputs):
    network = reduced(inputs, engines.FLIGHTS)
    return until(network, kernels.prepared(network)()[0])


@pytest.mark.parametrize("module", [module for module, _ in MODULES.values()])
def test_every_engine_packs_and_sends_each_parcel_at_the_same_instant(network, module):
    try:
        prepare = import_module(f"sim.reference.engines.{module}").prepared
        by_hand = prepare(BY_HAND)()
    except ImportError as absent:
        pytest.skip(str(absent))
    # Handled at 105, 106 and 108; sorted at 109, 113 and 117; the second waits for the post of its route until 129.
    assert [instants.tolist() for instants in by_hand] == [[129, 132, 118], [130, 140, 130]]
    for instants, ours in zip(prepare(network)(), kernels.prepared(network)(), strict=True):
        np.testing.assert_array_equal(instants, ours)


def test_queues_form_and_no_two_parcels_come_to_a_machine_together(network):
    handled, (packed, departed) = network.handled(), kernels.prepared(network)()
    places = handled * network.n_machines + network.machine_of_parcel
    assert len(np.unique(places)) == network.n_parcels
    waited = packed - handled - network.service - network.packing
    assert waited.min() >= 0
    assert np.count_nonzero(waited) > network.n_parcels / 10
    assert len(np.unique(departed)) > 1


def test_the_first_ulds_are_not_delayed_by_later_ones(network):
    first = network.of_first(network.n_parcels // 2)
    assert 0 < first.n_parcels < network.n_parcels
    for few, all_of_it in zip(kernels.prepared(first)(), kernels.prepared(network)(), strict=True):
        np.testing.assert_array_equal(few, all_of_it[: first.n_parcels])


def test_bench_names_the_fastest_and_what_is_not_installed(inputs, monkeypatch, capsys):
    few = {"ours": MODULES["cargohub's kernels"], "SimPy": MODULES["SimPy"], "Nobody's": ("with_nobody", 1)}
    monkeypatch.setattr(engines, "MODULES", few)
    monkeypatch.setattr(engines, "REPEATS", 1)
    monkeypatch.setattr(engines, "make_inputs", lambda *_: inputs)
    found = answer(capsys, "bench", "--engines", "--quiet")
    assert {row["engine"]: row["is_equal"] for row in found["engines"]} == {"ours": True, "SimPy": True}
    assert list(found["absent"]) == ["Nobody's"]
    assert main(["bench", "--engines", "--quiet"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"Fastest: {found['engines'][0]['engine']}, ")
    assert "the least processor time of 1 run," in text
    assert "not measured: No module named" in text


def test_the_reduced_hub_is_always_the_same(capsys):
    assert main(["bench", "--engines", "demand=permit"]) == 2
    assert capsys.readouterr().err.startswith("cargohub: demand=permit: bench --engines takes no other words")
