"""`cargohub compare`: scenarios side by side, under common random numbers.

Simulates several scenarios or designs with the same draws, and reports paired differences.

  cargohub compare study=first_light                           the packaged study
  cargohub compare 'scenarios=[liege_30k,liege_66k]' replications=10
  cargohub compare 'designs=[liege_30k, liege_30k halls.main.doors_out=26]'   a scenario with and without a change
  cargohub compare designs=FILE                                designs from a spreadsheet, as for sweep
  cargohub compare study=first_light 'demands=[permit]' --json
  cargohub compare study=first_light family=none               each difference by itself

Differences are from the first design. The differences of a KPI are a family: with family=holm (default) or dunnett,
their intervals are simultaneous, and so are the statements with a p_family of at most 0.05.
"""

from functools import partial
from typing import Final

from experiments.designs.design import MarginKeys, several
from experiments.frame import console, of_designs
from experiments.frame.of_designs import Replications
from experiments.frame.study import Document, Request, Study


def document(request: Request[MarginKeys], summed: Replications) -> Document:
    outcome = summed.outcome
    data = {
        "scenarios": {design.label: console.scenario_object(outcome, design) for design in request.designs},
        "family": str(outcome.family),
        "differences": console.difference_objects(outcome),
    }
    return of_designs.document(request, summed, data, has_baseline=True)


def _name(request: Request[MarginKeys]) -> str:
    named = [word.removeprefix("study=") for word in request.arguments.words if word.startswith("study=")]
    return named[-1] if named else "-".join(request.keys.scenarios) or f"{len(request.designs)}-designs"


STUDY: Final = Study(
    MarginKeys,
    partial(several, kind=MarginKeys),
    of_designs.compute,
    document,
    name=_name,
    replications=of_designs.replications,
)
