"""The hub's kernels compared with other discrete-event engines, on the same reduced hub with the same draws.

The time is processor time of one run on one core, without what an engine needs once (compiling, converting the draws).
Slow engines simulate only the first ULDs: later arrivals delay nothing in these queues.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from math import inf
from time import process_time
from typing import Final

import numpy as np

from experiments.arguments import Arguments
from experiments.composition import load
from experiments.execution.progress import shown
from experiments.formatting import counted
from experiments.frame import console
from experiments.report.sections import sentence_of
from sim.domain.inputs import Inputs
from sim.errors import InputError
from sim.inputs.inputs import make_inputs
from sim.processes import hub
from sim.reference.engines import kernels
from sim.reference.engines.network import Network, reduced, until
from sim.units import NEVER

ENGINES: Final = "engines=true"
WORDS: Final = ("exports=none", "packout.rule=dedicated")
"""Words that reduce today's hub."""
FLIGHTS: Final = 3
REPEATS: Final = 3
OURS: Final = "kernels"
MODULES: Final[Mapping[str, tuple[str, float]]] = {
    "cargohub's kernels": (OURS, inf),
    "C loop": ("c_loop", inf),
    "Cimba": ("with_cimba", inf),
    "SimPy": ("plain_simpy", 20_000),
    "salabim": ("with_salabim", 4_000),
    "Ciw": ("with_ciw", 4_000),
}
"""Module of each engine, and its largest number of parcels."""


@dataclass(frozen=True, slots=True)
class Engine:
    engine: str
    parcels: int
    parcels_per_s: float
    is_equal: bool
    """Whether each parcel is packed, and leaves, at the same instant as in the kernels."""


@dataclass(frozen=True, slots=True)
class Engines:
    """Results of all installed engines, fastest first."""

    engines: tuple[Engine, ...]
    absent: dict[str, str]
    """Engines without results, and the reasons."""
    hub_parcels_per_s: float
    """Parcels a second of the hub with all its rules, on the whole day of the same flights."""


def compare_engines(arguments: Arguments) -> int:
    if others := [word for word in arguments.words if word != ENGINES]:
        raise InputError(f"{others[0]}: bench --engines takes no other words; its hub is always the same")
    engines = measured(
        make_inputs(load("liege_30k", *WORDS, horizon_days=1, warmup_days=0), 0), is_quiet=arguments.quiet
    )
    return console.report(arguments, asdict(engines), table(engines))


def measured(inputs: Inputs, *, is_quiet: bool) -> Engines:
    """Measure all engines, one after the other."""
    network = reduced(inputs, FLIGHTS)
    network = until(network, kernels.prepared(network)()[0])
    engines, absent = [], {}
    for name, engine in shown(_each(network), total=len(MODULES), already=0, is_quiet=is_quiet, what="engines"):
        if isinstance(engine, Engine):
            engines.append(engine)
        else:
            absent[name] = engine
    began = process_time()
    record = hub.run(inputs).record
    hub_s = process_time() - began
    n_left = sum(truck.n_parcels for truck in record.trucks if truck.departed != NEVER)
    return Engines(tuple(sorted(engines, key=lambda row: -row.parcels_per_s)), absent, n_left / hub_s)


def _each(network: Network) -> Iterator[tuple[str, Engine | str]]:
    """Result of each engine by name, or why it did not run."""
    for name, (module, most) in MODULES.items():
        given = network.of_first(int(min(most, network.n_parcels)))
        try:
            prepare = import_module(f"sim.reference.engines.{module}").prepared
            prepare(given.of_first(1))()
        except ImportError as error:
            yield name, str(error)
            continue
        run, spent = prepare(given), inf
        for _ in range(REPEATS):
            began = process_time()
            leaving = run()
            spent = min(spent, process_time() - began)
        is_equal = bool(np.array_equal(leaving, kernels.prepared(given)()))
        yield name, Engine(name, given.n_parcels, given.n_parcels / spent, is_equal)


def table(engines: Engines) -> str:
    fastest = engines.engines[0].parcels_per_s
    rows = [
        f"    {row.engine:<20}{row.parcels:>9,}{row.parcels_per_s:>14,.0f}{row.parcels_per_s / fastest:>10.2%}"
        f"{fastest / row.parcels_per_s:>10,.1f}   {'yes' if row.is_equal else 'NO'}"
        for row in engines.engines
    ]
    rows += [f"    {name:<20}not measured: {reason}" for name, reason in engines.absent.items()]
    return sentence_of(
        "engines_table", r=engines, fastest=engines.engines[0], rows="\n".join(rows), repeats=counted(REPEATS, "run")
    )
