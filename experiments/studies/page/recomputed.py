"""A stored expansion with other probabilities of others' decisions, computed from its own simulations."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from experiments.arguments import key_of
from experiments.formatting import plain_name, share_text
from experiments.frame import runner
from experiments.frame.stored import Stored
from experiments.frame.study import Request
from experiments.store.foreign import manifest_of
from experiments.store.rows import Grid
from experiments.studies.expansion import STUDY
from experiments.studies.expansion.answer import Answer
from experiments.studies.expansion.design import Expansion, ExpansionKeys, path_name
from experiments.studies.expansion.uncertainty import decision_map
from sim.errors import InputError
from sim.names import number_of
from sim.reading import plain, read

VERB: Final = "expansion"


@dataclass(frozen=True, slots=True)
class Slider:
    """The probability of one result of a stage."""

    name: str
    label: str
    stored: float
    value: float
    is_moved: bool


@dataclass(frozen=True, slots=True)
class Recomputed:
    """Results for the new probabilities."""

    sliders: Mapping[str, Sequence[Slider]]
    sentences: Sequence[str]
    grids: Sequence[Grid]
    paths: Sequence[str]
    map_header: Sequence[str]
    map_rows: Sequence[tuple[str, Sequence[tuple[int, str]]]]
    """By growth: the number of the best path in `paths`, and the text of the cell."""
    words: Sequence[str]
    """Words for these probabilities."""
    command: str
    """The run's command line with these words."""


def recomputed(folder: Path, weights: Mapping[str, str], moved: Collection[str] = ()) -> Recomputed:
    """The expansion with these probabilities.

    `weights`: by `STAGE.RESULT`, as on the sliders; `moved`: results that keep their weight. The others of a stage are
    scaled, so that all weights of the stage add up to 1.

    Raises:
        InputError: not an expansion, an invalid weight, or weeks that the run did not simulate.
    """
    manifest = manifest_of(folder)
    if manifest.verb != VERB:
        raise InputError(f"{folder.name}: not a run of cargohub {VERB}")
    request = runner.stored_request(runner.request_of(manifest), manifest)
    keys: ExpansionKeys = request.keys
    sliders = {stage: _sliders(keys.expansion, stage, weights, moved) for stage in keys.expansion.needed}
    request = Request(request.designs, _with(keys, sliders), request.arguments, is_typed=False)
    answer: Answer = STUDY.compute(Stored(manifest), request)
    document = STUDY.document(request, answer)
    paths = [path_name(path) for path in keys.expansion.paths]
    header, rows = _map(answer, paths)
    words = [
        f"{VERB}.stages.{each.name}.probability={each.value:g}" for stage in sliders.values() for each in stage
        if each.value != each.stored
    ]  # fmt: skip
    stored, given = request.arguments, {key_of(word) for word in words}
    kept = [word for word in stored.words if key_of(word) not in given]
    command = replace(stored, words=(*kept, *words)).command
    return Recomputed(sliders, document.sentences, document.grids, paths, header, rows, words, command)


def _sliders(expansion: Expansion, stage: str, weights: Mapping[str, str], moved: Collection[str]) -> list[Slider]:
    results = expansion.stages[stage].results
    values = {}
    for name, result in results.items():
        text = weights.get(f"{stage}.{name}", f"{result.probability}")
        value = number_of(text)
        if value is None or not 0 <= value <= 1:
            raise InputError(f"{stage}.{name}: expected a probability from 0 to 1, got {text[:20]!r}")
        values[name] = value
    kept = next((name for name in values if f"{stage}.{name}" in moved), None)
    scaled = _scaled(values, kept, {name: result.probability for name, result in results.items()})
    if not sum(scaled.values()):
        raise InputError(f"{stage}: at least one of its results must be possible")
    return [
        Slider(f"{stage}.results.{name}", plain_name(name), result.probability, scaled[name], name == kept)
        for name, result in results.items()
    ]


def _scaled(values: Mapping[str, float], kept: str | None, stored: Mapping[str, float]) -> dict[str, float]:
    """Values scaled to sum to 1 with one kept; the others keep their proportions, else the stored or equal ones.

    >>> _scaled({"yes": 0.6, "no": 0.3, "late": 0.1}, "yes", {"yes": 0.2, "no": 0.6, "late": 0.2})
    {'yes': 0.6, 'no': 0.3, 'late': 0.1}
    >>> _scaled({"yes": 0.5, "no": 0.0, "late": 0.0}, "yes", {"yes": 0.2, "no": 0.6, "late": 0.2})
    {'yes': 0.5, 'no': 0.375, 'late': 0.125}
    """
    others = [name for name in values if name != kept]
    if not others:
        return dict.fromkeys(values, 1.0)
    rest = 1 - (values[kept] if kept else 0.0)
    shares = [values, stored, dict.fromkeys(values, 1.0)] if kept else [values]
    shares = [each for each in shares if any(each[name] for name in others)]
    if not shares:
        return dict.fromkeys(values, 0.0)
    total = sum(shares[0][name] for name in others)
    scaled = {name: values[name] if name == kept else round(rest * shares[0][name] / total, 6) for name in values}
    largest = max(others, key=lambda name: scaled[name])
    scaled[largest] = round(1 - sum(value for name, value in scaled.items() if name != largest), 6)
    return scaled


def _with(keys: ExpansionKeys, sliders: Mapping[str, Sequence[Slider]]) -> ExpansionKeys:
    changed = plain(keys)
    if any(each.value != each.stored for stage in sliders.values() for each in stage):
        # The accounts of all worlds take minutes, and the stored ones used other probabilities.
        changed[VERB] |= {"worlds": 0, "ranges": {}}
    for stage in sliders.values():
        for each in stage:
            name, _, result = each.name.split(".")
            changed[VERB]["stages"][name]["results"][result]["probability"] = each.value
    return read(ExpansionKeys, changed)


def _map(answer: Answer, paths: Sequence[str]) -> tuple[list[str], list[tuple[str, list[tuple[int, str]]]]]:
    """The best path by growth and by the probability that the first decision ends in favour."""
    cells = list(decision_map(answer.explored))
    shares = sorted({cell.probability for cell in cells})
    by_growth: dict[str, list[tuple[int, str]]] = {}
    for cell in cells:
        best = path_name(cell.best)
        says = f"{plain_name(cell.growth)}, {share_text(cell.probability)} in favour: {best}"
        by_growth.setdefault(cell.growth, []).append((paths.index(best), says))
    return [share_text(share) for share in shares], [(plain_name(name), row) for name, row in by_growth.items()]
