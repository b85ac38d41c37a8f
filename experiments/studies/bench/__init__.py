"""`cargohub bench`: how fast this machine simulates.

Measures parcels a second, stage by stage, and the memory of a replication.

  cargohub bench
  cargohub bench scenario=liege_30k demand=today     another design
  cargohub bench exports=none                        imports only
  cargohub bench scenario=customs_today              with declarations
  cargohub bench --parallel                          a study of 40 replications on two workers, and on one
  cargohub bench --engines                           the kernels compared with other engines, on the same reduced hub
  cargohub bench --json

How: the time is that of a replication without its tables: flights and calendars are drawn, the hub runs to its end, and
parcels are drawn as their flights land. It is processor time, so other programs on the machine matter little, and the
fastest of several runs. A parcel counts when its truck has left, an export when its aircraft has left. The reference
hub gets the first flights of the same replication, and time for all their parcels to leave. Memory is the peak of a
separate process that runs a whole replication, including tables and laws.

--engines works without other engines: engines of the extra `bench` that are not installed are listed and left out. The
reduced hub has break-down, machines, pack-out, lanes and trucks, first come, first served, with the draws of today's
hub.

Own options: --parallel, --engines.
"""

import json
import math
import subprocess
import sys
from collections.abc import Callable, Generator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import process_time
from typing import Final, TypeVar

from experiments.arguments import Arguments
from experiments.composition import compose, hub, study
from experiments.designs.design import DesignKeys
from experiments.execution.progress import shown
from experiments.frame import console
from experiments.report.sections import sentence_of
from experiments.store.own_copy import own_in
from experiments.studies.bench.engines import ENGINES, compare_engines
from experiments.studies.bench.parallel import PARALLEL, compare_workers, stage_times, words_of
from sim.config import HubConfig
from sim.domain.inputs import Inputs
from sim.errors import CargohubError
from sim.own import adopt
from sim.reading import plain, read
from sim.trusted import trust

T = TypeVar("T")

USUAL: Final = {"scenario": "liege_100k", "demand": "permit", "horizon_days": "10", "warmup_days": "0"}
"""The design that is measured by default."""
REPEATS: Final = 3
REFERENCE_PARCELS: Final = 500_000
"""The reference hub gets the first flights with this many parcels together, at least one flight: some 20 s."""
MEMORY_DAYS: Final = (14, 28)
_MB: Final = 2**20


@dataclass(frozen=True, slots=True)
class BenchResult:
    """Measurements; seconds are processor time on one core."""

    scenario: str
    demand: str
    days: float
    """Simulated days, including the time after the measured days."""
    parcels: int
    """Imports and exports."""
    seconds: float
    parcels_per_s: float
    simpy_events: int
    """Events of the vectorised hub."""
    reference_parcels: int
    reference_seconds: float
    reference_parcels_per_s: float
    reference_simpy_events: int
    simpy_events_per_s: float
    """Events of the reference hub."""
    ratio_to_reference: float
    """Parcels a second of the hub, over those of the reference hub."""
    same_flights_parcels_per_s: float
    """Parcels a second of the hub on the flights of the reference hub."""
    ns_per_parcel_by_stage: dict[str, float]
    """Times under the profiler, which include its own cost."""
    peak_memory_mb: dict[str, float]
    """Peak memory [MiB] by measured days."""


def main(arguments: Arguments) -> int:
    """Measure, and print the result."""
    if {PARALLEL, ENGINES} <= {*arguments.words}:
        raise CargohubError("--parallel, --engines: each has its own measurement; give one of them")
    if PARALLEL in arguments.words:
        return compare_workers(arguments)
    if ENGINES in arguments.words:
        return compare_engines(arguments)
    composed = compose(words_of(arguments, USUAL), arguments.config_dir)
    study(DesignKeys, composed)  # a bench does not use these keys, but finds misspelt ones
    result = measure(hub(composed), is_quiet=arguments.quiet)
    ratio = result.ratio_to_reference
    document = {**asdict(result), "ratio_to_reference": None if math.isnan(ratio) else ratio}
    return console.report(arguments, document, table(result))


def measure(config: HubConfig, *, is_quiet: bool) -> BenchResult:
    """All measurements, one after the other, with progress messages."""
    total = REPEATS + 3 + len(MEMORY_DAYS)
    *_, result = shown(_measurements(config), total=total, already=0, is_quiet=is_quiet, what="measurements")
    assert result is not None
    return result


def _measurements(config: HubConfig) -> Generator["BenchResult | None", None, None]:
    """Measurements in order; all but the last return no result yet."""
    from sim import reference
    from sim.inputs.inputs import make_inputs
    from sim.processes import hub
    from sim.reference.counting import CountingEnvironment
    from sim.units import TICKS_PER_DAY

    runs = []
    for _ in range(REPEATS):
        env = CountingEnvironment()
        seconds, run = _timed(lambda env=env: hub.run(make_inputs(config, 0), env))  # type: ignore[misc]
        runs.append((seconds, env.count_events()))
        yield None
    seconds, n_events = min(runs)
    parcels = _n_left(
        *((truck.n_parcels, truck.departed) for truck in run.record.trucks),
        *((flight.n_parcels_out, flight.aobt) for flight in run.record.flights),
    )
    stages = stage_times(lambda: hub.run(make_inputs(config, 0)))
    yield None
    first = first_flights(make_inputs(config, 0))
    env = CountingEnvironment()
    reference_seconds, trace = _timed(lambda: reference.run(first, env))
    yield None
    trucks, flights = trace.tables["trucks"], trace.tables["flights"]
    reference_parcels = _n_left(
        *zip(trucks["n_parcels"], trucks["departed"], strict=True),
        *zip(flights["n_parcels_out"], flights["aobt"], strict=True),
    )
    same_seconds = min(_timed(lambda: hub.run(first))[0] for _ in range(REPEATS))
    memory = {}
    for days in MEMORY_DAYS:
        yield None
        memory[str(days)] = peak_memory_mb(replace(config, horizon_days=days))
    reference_rate = reference_parcels / reference_seconds
    yield BenchResult(
        scenario=config.scenario,
        demand=config.demand.name,
        days=make_inputs(config, 0).end / TICKS_PER_DAY,
        parcels=parcels,
        seconds=seconds,
        parcels_per_s=parcels / seconds,
        simpy_events=n_events,
        reference_parcels=reference_parcels,
        reference_seconds=reference_seconds,
        reference_parcels_per_s=reference_rate,
        reference_simpy_events=(n := env.count_events()),
        simpy_events_per_s=n / reference_seconds,
        ratio_to_reference=parcels / seconds / reference_rate if reference_rate else float("nan"),
        same_flights_parcels_per_s=reference_parcels / same_seconds,
        ns_per_parcel_by_stage={stage: spent / max(parcels, 1) * 1e9 for stage, spent in stages.items()},
        peak_memory_mb=memory,
    )


def first_flights(inputs: Inputs) -> Inputs:
    """The first flights of a replication, and the promised time after the last of them."""
    flights, n = [], 0
    for flight in inputs.flights:
        flights.append(flight)
        n += flight.n_parcels
        if n >= REFERENCE_PARCELS:
            break
    grace = inputs.end - inputs.measured[1]
    end = min(inputs.end, flights[-1].arrival + grace) if flights else inputs.end
    return replace(inputs, flights=tuple(flights), end=end)


def peak_memory_mb(config: HubConfig) -> float:
    """Peak memory [MiB] of a process that simulates one replication.

    Raises:
        CalledProcessError: the replication failed; its traceback is on standard error.
    """
    code = "from experiments.studies.bench import replicate; replicate()"
    given = json.dumps(plain(config), default=str)
    done = subprocess.run(  # noqa: S603 - our own interpreter, and fixed code
        [sys.executable, "-c", code], input=given, stdout=subprocess.PIPE, text=True, check=True
    )
    return float(done.stdout) / _MB


def replicate() -> None:
    """Simulate the configuration on standard input, and print the peak memory of this process [bytes]."""
    from experiments.execution.local import keep_freed_memory
    from sim.simulation import simulate

    keep_freed_memory()
    hub = json.load(sys.stdin)
    if (own_file := own_in({"": hub})) is not None:
        trust(own_file.source)
    adopt(own_file)
    simulate(read(HubConfig, hub))
    print(_peak_bytes())


def _peak_bytes() -> int:
    # On Linux getrusage also counts the parent's memory at our start; the kernel's peak value does not.
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def table(result: BenchResult) -> str:
    total = sum(result.ns_per_parcel_by_stage.values())
    stages = [f"    {stage:<24}{ns:>8.1f}{ns / total:>8.1%}" for stage, ns in result.ns_per_parcel_by_stage.items()]
    memory = [f"    {days:>3} measured days  {mib:>8.0f} MiB" for days, mib in result.peak_memory_mb.items()]
    return sentence_of("bench_table", r=result, stages="\n".join(stages), total=total, memory="\n".join(memory))


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    start = process_time()
    done = work()
    return process_time() - start, done


def _n_left(*loads: tuple[int, int]) -> int:
    """Parcels that have left, from loads (parcels, instant of leaving)."""
    from sim.units import NEVER

    return sum(n for n, instant in loads if instant != NEVER)
