"""What docs/performance.md says of growth: what has left a hub takes hardly any memory, and lanes may be many."""

import gc
import tracemalloc

from measure_growth import lanes_of

from experiments.composition import load
from sim.inputs.inputs import make_inputs
from sim.processes import hub
from sim.reference.equality import compare

TINY = ("demand.flights_per_day=2", "demand.parcels_per_flight=900", "demand.net_t_per_flight=0.9")


def held_mib(days):
    """What a run of so many days leaves."""
    inputs = make_inputs(load("liege_30k", *TINY, "record.flow_min=0", horizon_days=days, warmup_days=0), 0)
    tracemalloc.start()
    run = hub.run(inputs)
    gc.collect()  # when Python looks for what nobody holds any more is chance
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(run.record.ulds) > 50 * days
    return held / 2**20


def test_memory_of_a_run_hardly_grows_with_its_days():
    held_mib(1)  # what is made once
    few, many = held_mib(2), held_mib(5)
    assert (many - few) / 3 <= 0.045  # MiB a day; 0.042
    assert many <= 1.5  # 1.35, and 5.9 while a run that was over kept the columns of the parcels inside


def test_both_hubs_agree_on_more_lanes_than_a_byte_tells(tmp_path):
    lanes_of(300, tmp_path)
    room = ("packout.chutes_per_machine=10", "halls.main.area_m2=100_000")
    words = ("lanes=of_300", "exports=none", "packout.rule=dedicated", *room, *TINY)
    inputs = make_inputs(load("liege_30k", *words, horizon_days=1, warmup_days=0, config_dir=tmp_path), 0)
    tables, difference = compare(inputs, 1)
    assert difference is None
    assert max(tables["loads"]["route"]) > 255
