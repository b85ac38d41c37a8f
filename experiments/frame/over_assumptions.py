"""What an answer rests on beside sampling intervals: assumed numbers, and results of stored runs of `sure`.

A sampling interval says how well the model's mean is known, with all numbers as configured. The band over assumptions
says in which share of the assumed worlds the answer holds; `cargohub sure` computes it.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from experiments.arguments import Arguments, key_of
from experiments.assumptions import Assumption, assumptions_of
from experiments.assumptions.names import Name
from experiments.assumptions.ranges import moved, ranges_of
from experiments.beside import yaml_beside
from experiments.composition import compose, folders_of, packaged
from experiments.designs.design import Design, Replicated
from experiments.designs.grid import varied_of
from experiments.designs.spreadsheet import DESIGN, WORD, designs_among
from experiments.formatting import listed, number, share_text
from experiments.frame.study import Request
from experiments.grouping import values_of
from experiments.interval_text import in_percent
from experiments.overrides import options, sweep_points, word_value
from experiments.report import bottleneck
from experiments.report.rests_on import OverAssumptions
from experiments.report.sections import said
from experiments.statistics.interval import Interval
from experiments.store.foreign import Manifest, is_finished, manifest_of
from experiments.store.foreign_tables import typed_rows
from experiments.store.identity import plain_hub
from experiments.store.read import MANIFEST
from sim.config import ArrivalModel, HubConfig
from sim.errors import CargohubError, ConfigError, InputError
from sim.inputs import traffic
from sim.inputs.flight_files import schedules_of
from sim.measures.ladder import capacity_ladder

_OF_DEMAND: Final = ("demand.hub_share.supposed",)
_OF_RUNG: Final[Mapping[str, Sequence[str]]] = yaml_beside(__file__, "rests_on.yaml")
"""The numbers whose ranges move a rung of the capacity ladder most."""
_NOT_ASKED: Final = (
    "study", "scenario", "scenarios", "demand", "demands", "arrival_models", "replications", "precision", "margin",
    "family", "cost", "workers", "execution", "page", "cache_mb", "capacity", "expansion", "select", "optimise",
    "shadow_price", "frontier", "decompose", "staff", "expansion.worlds",
)  # fmt: skip
"""Keys of other studies that `sure` lacks, and keys that its command sets again."""
_COSTS: Final = ("cost",)
"""The column of a file of designs that `select` reads and `sure` lacks."""
_NOT_COMPARED: Final = frozenset(
    {"seed", "start_date", "warmup_days", "horizon_days", "record", "recovery", "scenario", "fit", "fitted"}
)
"""Groups that may differ between two runs of one design."""


Answers = Mapping[str, str]
"""Results of a stored run of `sure`, in words to follow a design's name; by label of the hub."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that `sure` answers beside a verb's own.

    `words`: the words that ask it. `answers`: results of one of its stored runs; none if that run answered another
    question. `varies`: keys of the hub that the question varies, and that may therefore differ. `keeps`: a group of
    keys beside the hub's that belongs to the question. `asks`: name of the text that says its purpose, and
    that `n_runs` runs are the most that it takes, unless they are set.
    """

    words: tuple[str, ...]
    answers: Callable[[Manifest], Answers]
    varies: Sequence[str] = ()
    keeps: str = ""
    asks: str = "which_share"
    n_runs: int = 0


_SHARE: Final = {"scenario": str, "probability_mean": float, "probability_low": float, "probability_high": float}
_CARRIED: Final = {"hall": str, "share": float, "flights": float, "low": float, "high": float}


def _shares(manifest: Manifest) -> Answers:
    if "probabilities" not in manifest.tables or "carried" in manifest.tables:
        return {}
    return {
        row["scenario"]: said("carries_traffic", share=in_percent(share))
        for row in typed_rows(manifest, "probabilities", _SHARE)
        for share in [Interval(row["probability_mean"], row["probability_low"], row["probability_high"], 0)]
    }


def _carried(manifest: Manifest) -> Answers:
    """Sentences on the demand carried by each hall, by share of the worlds."""
    if "carried" not in manifest.tables:
        return {}
    texts: dict[str, list[str]] = {}
    for row in sorted(typed_rows(manifest, "carried", _CARRIED), key=lambda row: -row["share"]):
        carried = at_least(row["flights"], row["low"], row["high"], "more than asked for", "more")
        texts.setdefault(row["hall"], []).append(f"{carried} in {share_text(row['share'])}")
    of_level = {hub.rpartition(", ")[0]: hub for hub in manifest.identity["hubs"]}
    return {
        of_level[hall]: said("carries_flights", parts=listed(parts, "and"))
        for hall, parts in texts.items() if hall in of_level
    }  # fmt: skip


def at_least(flights: float, low: float, high: float, beyond: str, high_beyond: str) -> str:
    """A demand that is carried at least; NaN (above the highest level) is shown as `beyond` or `high_beyond`."""
    if math.isnan(flights):
        return beyond
    return f"at least {number(flights)} ({number(low)} to {high_beyond if math.isnan(high) else number(high)})"


CARRIES: Final = Question((), _shares, asks="which_share_carries")
CAPACITY: Final = Question(("question=capacity",), _carried, varies=traffic.KEYS)


def over_assumptions(
    request: Request[Any],
    designs: Sequence[Design],
    sampled: Mapping[str, str] | None = None,
    question: Question = CARRIES,
) -> OverAssumptions:
    """What designs of a command rest on, using stored runs of its folder; `sampled`: as in `OverAssumptions`."""
    arguments = request.arguments
    command = sure_command(arguments, designs, request.keys, question)
    bands = _bands(arguments.out, designs, question, arguments.config_dir if request.is_typed else None)
    return OverAssumptions(_numbers(designs), bands, command, sampled or {}, question.asks, question.n_runs)


def _numbers(designs: Sequence[Design]) -> list[str]:
    """The most important numbers for the traffic and each design's bottleneck by the ladder, with value and range."""
    rungs = [bottleneck.by_ladder(capacity_ladder(design.hub, {})) for design in designs]
    is_of_file = all(design.hub.arrivals.model is ArrivalModel.FILE for design in designs)
    keys = (*_OF_DEMAND, *(key for rung in rungs if rung for key in _OF_RUNG.get(rung, ())))
    # A file has its own flights.
    wanted = dict.fromkeys(key for key in keys if not (is_of_file and key.startswith("demand.")))
    try:
        ranges = {row.key: row for row in assumptions_of(designs[0].hub, only=wanted)}
    except ConfigError:  # numbers whose range is only in the user's folder
        return [Name.of(key).text for key in wanted]
    return [_with_range(ranges[key]) for key in wanted if key in ranges]


def _with_range(row: Assumption) -> str:
    name = Name.of(row.key, row.entry.label)
    if isinstance(row.value, str) or row.low is None or row.high is None:
        return name.text
    return f"{name.text} ({name.value(row.likely)}; range {name.range(row.low, row.high)})"


def sure_command(
    arguments: Arguments, designs: Sequence[Design], keys: Replicated, question: Question = CARRIES
) -> str:
    """The command that asks the same question over all assumed worlds."""
    words = [word for word in arguments.words if not _is_left_out(key_of(word), question.keeps)]
    words = [*_of_own_study(arguments), *words]
    if any(_has_files(design.hub) for design in designs):  # fewer than worlds
        words = ["arrivals=resampled" if word == "arrivals=file" else word for word in words]
    hub = [word for word in arguments.words if key_of(word) in ("scenario", "demand")]
    if question.keeps:  # its study has one hub
        return replace(arguments, verb="sure", words=(*question.words, *hub, *words)).command
    (scenarios, demands, arrival_models), has_designs = keys.compared, any(word.startswith(WORD) for word in words)
    labels = [design.label for design in designs]
    is_grid = all(label.startswith(f"{DESIGN}=") if has_designs else "=" in label for label in labels)
    varied, values = varied_of(labels) if is_grid else ((), ())
    if is_grid and varied != (DESIGN,):
        words = _grid_words([*hub, *words], varied, values)
    elif arrival_models:
        hubs = [design.hub for design in designs]
        words.append(_typed(f"{hub.scenario} demand={hub.demand.name} arrivals={hub.arrivals.model}" for hub in hubs))
    elif has_designs:
        words = _without_costs([*hub, *words], designs)
    else:
        scenarios = scenarios or tuple(dict.fromkeys(design.hub.scenario for design in designs))
        (name, *others) = dict.fromkeys(design.hub.demand.name for design in designs)
        own = arguments.config_dir  # the file may be gone; a stored run is shown without it
        folders = folders_of(own if own is not None and own.is_dir() else None)
        is_shared = not others and name in options("demand", folders)
        demands = demands or ((name,) if is_shared else ())  # none: each scenario keeps its own
        words = [*_named("scenario", scenarios), *_named("demand", demands), *words]
    return replace(arguments, verb="sure", words=(*question.words, *map(_with_one_value, words))).command


def _of_own_study(arguments: Arguments) -> list[str]:
    """The values of a hub that a study of the user's own sets, as words; none if its file is gone."""
    chosen = [word for word in arguments.words if key_of(word) == "study"]
    if not chosen or arguments.config_dir is None:
        return []
    try:
        usual, asked = (dict(values_of(compose(words, arguments.config_dir))) for words in ([], chosen))
    except ConfigError:
        return []
    of_hub = {field.name for field in fields(HubConfig)} - _NOT_COMPARED
    typed = {key_of(word) for word in arguments.words}
    return [
        f"{key}={word_value(value)}"
        for key, value in asked.items()
        if key.partition(".")[0] in of_hub and key not in typed and usual.get(key, value) != value
    ]


def _has_files(hub: HubConfig) -> bool:
    """Whether each replication has its own flight file; a stored run is shown without the files."""
    try:
        return hub.arrivals.schedule is not None and schedules_of(hub).is_by_replication
    except InputError:
        return False


def _grid_words(words: Sequence[str], varied: Sequence[str], values: Sequence[Sequence[str]]) -> list[str]:
    """The points of a grid as typed designs; unchanged if the file of designs cannot be read.

    A stored run is shown without the files that it was made of.
    """
    try:
        rows = {row.name: " ".join(row.words) for row in designs_among(words, _COSTS)[1]}
    except InputError:
        return list(words)
    points = (
        " ".join(
            rows[value] if key == DESIGN else f"{key}={value}" for key, value in zip(varied, row, strict=True)
        ).strip()
        for row in values
    )
    return [*(word for word in words if key_of(word) not in varied and not word.startswith(WORD)), _typed(points)]


def _without_costs(words: Sequence[str], designs: Sequence[Design]) -> list[str]:
    """A file of designs with the costs that `select` reads as typed designs; other words are unchanged."""
    try:
        rest, rows = designs_among(words, _COSTS)
    except InputError:
        return list(words)
    if not any(row.beside for row in rows):
        return list(words)
    scenarios = {design.label: design.hub.scenario for design in designs}
    return [*rest, _typed(" ".join(row.words) or f"scenario={scenarios[row.name]}" for row in rows)]


def _with_one_value(word: str) -> str:
    """The word with its value if it is a range with one value; the user's own names are not looked up."""
    try:
        points = sweep_points([word], [packaged()])
    except CargohubError:
        return word
    return points[0][0] if len(points) == 1 else word


def _typed(designs: Iterable[str]) -> str:
    return f"{WORD}[{', '.join(designs)}]"


def _is_left_out(key: str, kept: str) -> bool:
    """Whether a key is left out: a demand's own numbers are kept, those below its name in other studies are not."""
    group = key.partition(".")[0]
    return key in _NOT_ASKED or (group not in ("demand", kept) and group in _NOT_ASKED)


def _named(key: str, names: Sequence[str]) -> list[str]:
    return [f"{key}={names[0]}"] if len(names) == 1 else [f"{key}s=[{','.join(names)}]"]


def _bands(root: Path, designs: Sequence[Design], question: Question, config_dir: Path | None = None) -> dict[str, str]:
    """Results of complete runs of `sure` in a folder for the same designs, by label; the latest run counts.

    Runs whose worlds are of other ranges than those of today, in `config_dir`, are left out.
    """
    answers: dict[str, str] = {}
    runs = [folder for folder in root.glob("sure-*") if is_finished(folder)]
    wanted = {design.label: plain_hub(design.hub) for design in designs} if runs else {}
    for folder in sorted(runs, key=lambda run: (run / MANIFEST).stat().st_mtime):
        try:
            manifest = manifest_of(folder)
            hubs = manifest.identity["hubs"]
            found = {
                label: f"{text} ({folder.name}{_period(hubs[name], hub)})"
                for name, text in question.answers(manifest).items()
                for label, hub in wanted.items()
                if name in hubs and _of_hub(hubs[name], question) == _of_hub(hub, question)
            }
            if found and _has_ranges_of_today(manifest, config_dir):
                answers |= found
        except CargohubError:  # from another version, or damaged: `cargohub list` reports it
            continue
    return {label: answers[label] for label in wanted if label in answers}


def _has_ranges_of_today(manifest: Manifest, config_dir: Path | None) -> bool:
    """Whether the worlds of a run of `sure` would be drawn from the same ranges today."""
    hubs, study = (manifest.identity[key] for key in ("hubs", "study"))
    then, expansion = study["sure"]["ranges"], study.get("expansion")
    composed = {**next(iter(hubs.values())), **({"expansion": {**expansion, "states": {}}} if expansion else {})}
    now = ranges_of(composed, config_dir)
    return moved(then, {name: now[name] for name in then if name in now}) is None


def _period(of_run: Mapping[str, Any], hub: Mapping[str, Any]) -> str:
    """The days of the run, if they differ from those of the hub."""
    days = ("warmup_days", "horizon_days")
    if all(of_run[key] == hub[key] for key in days):
        return ""
    return said("other_period", **{key: of_run[key] for key in days})


def _of_hub(hub: Mapping[str, Any], question: Question) -> dict[str, Any]:
    groups = {key.partition(".")[0] for key in question.varies}
    return {
        name: {part: value for part, value in values.items() if f"{name}.{part}" not in question.varies}
        if name in groups else values
        for name, values in hub.items()
        if name not in _NOT_COMPARED
    }  # fmt: skip
