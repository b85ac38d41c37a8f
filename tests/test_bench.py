"""The bench: a tiny hub gives every figure, and each is one that can be. Nothing here asks for a speed."""

import io
import json
import math
from contextlib import redirect_stderr
from dataclasses import fields

import pytest
from mistakes import refused

from experiments.composition import load
from experiments.execution import progress
from experiments.main import main
from experiments.studies import bench
from experiments.studies.bench import BenchResult, first_flights, table
from experiments.studies.bench.parallel import OTHER, QUALIFIED, SIMPY, STAGES, measured, stage_of, stage_times
from sim.inputs.inputs import make_inputs
from sim.processes import hub
from sim.processes.lanes import Lanes
from sim.processes.packers import FlexiblePackOut
from sim.processes.sorting import Machine
from sim.reference.counting import CountingEnvironment
from sim.rules.packers import where_parcels_pile_up
from sim.units import TICKS_PER_DAY

TINY = ("demand=today", "demand.parcels_per_flight=300", "demand.net_t_per_flight=0.3", "horizon_days=1")


@pytest.fixture(scope="module")
def output():
    """What a tiny hub was measured to do, and what it printed meanwhile."""
    with pytest.MonkeyPatch.context() as patch, redirect_stderr(io.StringIO()) as progress_of:
        patch.setattr(bench, "REPEATS", 1)
        patch.setattr(bench, "MEMORY_DAYS", (1, 2))
        patch.setattr(progress, "FIRST_LINE_S", 0.0)
        patch.setattr(progress, "_LOOK_S", 600.0)  # no line before the first result, however slow the machine
        result = bench.measure(load("liege_30k", *TINY, warmup_days=0), is_quiet=False)
    return result, progress_of.getvalue()


def test_every_figure_is_there_and_can_be(output, capsys, monkeypatch):
    asked = []
    monkeypatch.setattr(bench, "measure", lambda config, *, is_quiet: asked.append((config, is_quiet)) or output[0])
    assert main(["bench", "scenario=liege_30k", *TINY, "--json", "--quiet"]) == 0
    assert asked == [(load("liege_30k", *TINY, warmup_days=0), True)]
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert err == ""
    assert set(result) == {"schema_version", *(field.name for field in fields(BenchResult))}
    assert (result["scenario"], result["demand"], result["days"]) == ("liege_30k", "today", 3.0)
    for name in ("parcels", "parcels_per_s", "reference_parcels_per_s", "ratio_to_reference", "simpy_events_per_s"):
        assert 0 < result[name] < math.inf
    assert result["parcels"] % 300 < 300
    assert result["reference_simpy_events"] > result["reference_parcels"]
    assert set(result["ns_per_parcel_by_stage"]) <= {*STAGES.values(), *QUALIFIED.values(), SIMPY, OTHER}
    assert {"machines", "lanes", "draws", SIMPY} <= set(result["ns_per_parcel_by_stage"])
    assert all(spent >= 0 for spent in result["ns_per_parcel_by_stage"].values())
    assert list(result["peak_memory_mb"]) == ["1", "2"]
    assert all(20 < mib < 2000 for mib in result["peak_memory_mb"].values())


def test_people_get_a_table_and_progress(output):
    result, err = output
    text = table(result)
    assert err.startswith("1 of 6 measurements, ")
    for words in ("parcels/s", "ratio", "machines", "1 measured days", "MiB"):
        assert words in text


def test_a_wrong_key_is_a_mistake(capsys):
    assert "typo" in refused(capsys, "bench", "+typo=1")


def test_first_flights_have_the_promised_time_to_leave(monkeypatch):
    inputs = make_inputs(load("liege_30k", *TINY, warmup_days=0), 0)
    monkeypatch.setattr(bench, "REFERENCE_PARCELS", 301)
    first = first_flights(inputs)
    assert first.flights == inputs.flights[:2]
    assert first.end == first.flights[-1].arrival + 2 * TICKS_PER_DAY  # of exports, the longer


def test_events_are_counted_as_they_happen():
    env = CountingEnvironment()
    last = [env.timeout(delay) for delay in (1, 2, 3)][-1]
    assert env.count_events() == 0
    for n in (1, 2):
        env.step()
        assert env.count_events() == env.count_events() == n
    env.run()
    assert last.processed
    assert env.count_events() == 3


def test_each_stage_is_found_by_module():
    assert stage_of(Lanes.collect.__code__) == "lanes"
    assert stage_of(Machine.advance.__code__) == "machines"
    assert stage_of(FlexiblePackOut.advance.__code__) == stage_of(where_parcels_pile_up.__code__) == "pack-out"
    assert stage_of(hub.run.__code__) == "assembly"
    assert stage_of(CountingEnvironment.__mro__[1].step.__code__) == SIMPY
    assert stage_of(json.dumps.__code__) is None
    assert stage_of("<built-in method>") is None


def test_what_nobody_of_the_model_called_is_other():
    assert set(stage_times(lambda: sorted(range(1000), key=lambda n: -n))) == {OTHER}


def test_two_workers_and_one_do_the_same_replications():
    words = ("demand.flights_per_day=1", "demand.parcels_per_flight=1000", "demand.net_t_per_flight=1", "exports=none")
    config = load("liege_30k", *words, "halls.main.packout_posts=0", horizon_days=1, warmup_days=0)
    found = measured(config, None, 4, is_quiet=True)
    assert found.replications == 4
    assert found.ratio == found.one_worker_s / found.two_workers_s > 0


def test_only_bench_takes_parallel(capsys):
    assert refused(capsys, "run", "--parallel") == "cargohub: --parallel: only bench takes this option\n"


def test_one_measurement_at_a_time(capsys):
    assert "give one of them" in refused(capsys, "bench", "--parallel", "--engines")
