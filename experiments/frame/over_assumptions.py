"""What an answer rests on beside sampling intervals: assumed numbers, and results of stored runs of `sure`.

A sampling interval says how well the model's mean is known, with all numbers as configured. The band over assumptions
says in which share of the assumed worlds the answer holds; `cargohub sure` computes it.
"""

import math
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from experiments.assumptions import Assumption, assumptions_of
from experiments.assumptions.names import Name
from experiments.assumptions.ranges import moved, ranges_of
from experiments.beside import yaml_beside
from experiments.designs.design import Design
from experiments.formatting import listed, number, share_text
from experiments.frame.study import Request
from experiments.frame.sure_command import NOT_COMPARED, Answers, Question, sure_command
from experiments.grouping import grouped
from experiments.interval_text import in_percent
from experiments.report import bottleneck
from experiments.report.rests_on import OverAssumptions
from experiments.report.sections import sentence_of
from experiments.statistics.interval import Interval
from experiments.store.foreign import Manifest, is_finished, manifest_of
from experiments.store.foreign_tables import typed_rows
from experiments.store.identity import plain_hub
from experiments.store.read import MANIFEST
from sim.config import ArrivalModel
from sim.errors import CargohubError, ConfigError
from sim.inputs import traffic
from sim.measures.ladder import capacity_ladder

_OF_DEMAND: Final = ("demand.hub_share.supposed",)
_OF_RUNG: Final[Mapping[str, Sequence[str]]] = yaml_beside(__file__, "rests_on.yaml")
"""The numbers whose ranges move a rung of the capacity ladder most."""


_SHARE: Final = {"scenario": str, "probability_mean": float, "probability_low": float, "probability_high": float}
_CARRIED: Final = {"hall": str, "share": float, "flights": float, "low": float, "high": float}


def _shares(manifest: Manifest) -> Answers:
    if "probabilities" not in manifest.tables or "carried" in manifest.tables:
        return {}
    return {
        row["scenario"]: sentence_of("carries_traffic", share=in_percent(share))
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
        of_level[hall]: sentence_of("carries_flights", parts=listed(parts, "and"))
        for hall, parts in texts.items() if hall in of_level
    }  # fmt: skip


def at_least(flights: float, low: float, high: float, beyond: str, high_beyond: str) -> str:
    """A demand that is carried at least; NaN (above the highest level) is shown as `beyond` or `high_beyond`.

    >>> nan = math.nan
    >>> at_least(3.5, 3.0, nan, "more than 6", "more"), at_least(nan, 5.6, nan, "more than 6", "more")
    ('at least 3.50 (3.00 to more)', 'more than 6 (5.60 to more)')
    >>> at_least(nan, nan, nan, "more than 6", "more")
    'more than 6'
    """
    if math.isnan(low):
        return beyond
    text = beyond if math.isnan(flights) else f"at least {number(flights)}"
    return f"{text} ({number(low)} to {high_beyond if math.isnan(high) else number(high)})"


CARRIES: Final = Question((), _shares, asks="which_share_carries")
CAPACITY: Final = Question(("question=capacity",), _carried, varies=traffic.KEYS)


def over_assumptions(
    request: Request[Any],
    designs: Sequence[Design],
    sampled: Mapping[str, str] | None = None,
    question: Question = CARRIES,
    *,
    without: Sequence[str] = (),
) -> OverAssumptions:
    """What designs of a command rest on, using stored runs of its folder; `sampled`: as in `OverAssumptions`.

    `without`: keys that the study sets itself; so does the question those that it varies.
    """
    arguments = request.arguments
    command = sure_command(arguments, designs, request.keys, question)
    bands = _bands(arguments.out, designs, question, arguments.config_dir if request.is_typed else None)
    numbers = _numbers(designs, {*question.varies, *without})
    return OverAssumptions(numbers, bands, command, sampled or {}, question.asks, question.n_runs)


def _numbers(designs: Sequence[Design], without: Container[str] = ()) -> list[str]:
    """The most important numbers for the traffic and each design's bottleneck by the ladder, with value and range.

    A number whose value or range differs between designs is named alone.
    """
    rungs = [bottleneck.by_ladder(capacity_ladder(design.hub, {})) for design in designs]
    is_of_file = all(design.hub.arrivals.model is ArrivalModel.FILE for design in designs)
    keys = (*_OF_DEMAND, *(key for rung in rungs if rung for key in _OF_RUNG.get(rung, ())))
    # A file has its own flights.
    wanted = dict.fromkeys(key for key in keys if key not in without and not (is_of_file and key.startswith("demand.")))
    try:
        rows = grouped((row.key, row) for design in designs for row in assumptions_of(design.hub, only=wanted))
    except ConfigError:  # numbers whose range is only in the user's folder
        return [Name.of(key).text for key in wanted]
    texts = {key: {*map(_with_range, rows[key])} for key in wanted if key in rows}
    return [
        of_key.pop() if len(of_key) == 1 else Name.of(key, rows[key][0].entry.label).text
        for key, of_key in texts.items()
    ]


def _with_range(row: Assumption) -> str:
    name = Name.of(row.key, row.entry.label)
    if isinstance(row.value, str) or row.low is None or row.high is None:
        return name.text
    return f"{name.text} ({name.value(row.likely)}; range {name.range(row.low, row.high)})"


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
            of_run = {
                label: f"{text} ({folder.name}{_period(hubs[name], hub)})"
                for name, text in question.answers(manifest).items()
                for label, hub in wanted.items()
                if name in hubs and _of_hub(hubs[name], question) == _of_hub(hub, question)
            }
            if of_run and _has_ranges_of_today(manifest, config_dir):
                answers |= of_run
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
    return sentence_of("other_period", **{key: of_run[key] for key in days})


def _of_hub(hub: Mapping[str, Any], question: Question) -> dict[str, Any]:
    groups = {key.partition(".")[0] for key in question.varies}
    return {
        name: {part: value for part, value in values.items() if f"{name}.{part}" not in question.varies}
        if name in groups else values
        for name, values in hub.items()
        if name not in NOT_COMPARED
    }  # fmt: skip
