"""`cargohub run`: simulate one scenario, and report its KPIs.

Simulates `replications` of one scenario, and reports every KPI with its 95 % interval.

  cargohub run                                       today's hub
  cargohub run scenario=liege_100k demand=permit     another scenario, another demand
  cargohub run seed=2 replications=10 workers=1      other draws, more replications, on one core
  cargohub run execution=dask execution.address=tcp://HOST:8786   on a cluster: docs/cluster.md
  cargohub run page=later                            no page until `cargohub show RUN page=now`; page=none: never
  cargohub run halls.main.area_m2=40000 --show       the configuration only, without a run
"""

from typing import Final

from experiments.designs.design import MarginKeys, single
from experiments.frame import console, of_designs
from experiments.frame.of_designs import Replications
from experiments.frame.study import Document, Request, Study


def document(request: Request[MarginKeys], summed: Replications) -> Document:
    (design,) = request.designs
    scenario = console.scenario_object(summed.outcome, design)
    # Also by its label, as in compare, so that both can be read in the same way.
    return of_designs.document(request, summed, {**scenario, "scenarios": {design.label: scenario}})


STUDY: Final = Study(
    MarginKeys,
    single,
    of_designs.compute,
    document,
    name=lambda request: request.designs[0].label,
    replications=of_designs.replications,
)
