"""The document of a stored run of `sure`, from its tables alone: with other ranges its worlds cannot be drawn again."""

from typing import Any

from experiments.frame.study import Bench, Document, Request
from experiments.report.sections import sentence_of
from experiments.statistics import Interval
from experiments.store.rows import ENDS, grid_of
from experiments.studies.sure.carried import CarriedRow
from experiments.studies.sure.design import Question, SureKeys
from experiments.studies.sure.paths_page import PathRow
from experiments.studies.sure.result import DecidingRow, ProbabilityRow


def document(bench: Bench, request: Request[SureKeys]) -> Document:
    sure = request.keys.sure
    if sure.question is Question.EXPANSION:
        paths = bench.rows(PathRow)
        best = {row.path: {"probability": _ends(row.best), "worlds": sure.n_worlds} for row in paths}
        return Document(
            sentence_of("paths_title"), {"scenarios": best}, grids=[grid_of(sentence_of("paths_best"), paths)]
        )
    rows, deciding = bench.rows(ProbabilityRow), bench.rows(DecidingRow)
    scenarios = {row.scenario: _object(row, deciding, sure.n_worlds) for row in rows}
    grids = [grid_of(sentence_of("worlds_carried"), rows)]
    if sure.question is Question.CAPACITY:
        grids.insert(0, grid_of(sentence_of("halls_carry"), bench.rows(CarriedRow)))
    return Document(sentence_of("sure_title"), {"scenarios": scenarios}, grids=grids)


def _ends(share: Interval) -> dict[str, float | None]:
    return {end: getattr(share, end) for end in ENDS}


def _object(row: ProbabilityRow, deciding: list[DecidingRow], n_worlds: int) -> dict[str, Any]:
    """JSON of a design; its deciding numbers are those named in the table."""
    keys = {of.name.partition(" [")[0]: of.number for of in deciding if of.scenario == row.scenario}
    return {
        "probability": _ends(row.probability),
        "deciding": [keys[name] for name in row.deciding.split("; ") if name in keys],
        "worlds": n_worlds,
        "runs": row.runs,
    }
