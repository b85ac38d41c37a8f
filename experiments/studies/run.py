"""`cargohub run`: one scenario, replicated."""

from typing import Final

from experiments.studies import of_designs, telling
from experiments.studies.designs.design import MarginStudy, single
from experiments.studies.frame.study import Asked, Document, Study
from experiments.studies.of_designs import Replications
from experiments.studies.replications.replicating import check_designs


def document(asked: Asked[MarginStudy], found: Replications) -> Document:
    return of_designs.document(asked, found, telling.scenario_object(found.outcome, asked.points[0]))


STUDY: Final = Study(
    MarginStudy,
    single,
    of_designs.compute,
    document,
    name=lambda asked: asked.points[0].label,
    check=check_designs,
)
