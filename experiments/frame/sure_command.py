"""The command of `sure` that asks another verb's question over all assumed worlds."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from experiments.arguments import Arguments, key_of
from experiments.composition import HUB_KEYS, compose, folders_of, packaged
from experiments.designs.design import Design, Replicated
from experiments.designs.grid import varied_of
from experiments.designs.spreadsheet import DESIGN, WORD, designs_among
from experiments.grouping import values_of
from experiments.overrides import options, sweep_points, word_value
from experiments.store.foreign import Manifest
from sim.config import HubConfig
from sim.errors import CargohubError, ConfigError, InputError
from sim.inputs.flight_files import schedules_of

_NOT_ASKED: Final = (
    "study", "scenario", "scenarios", "demand", "demands", "arrival_models", "replications", "precision", "margin",
    "family", "cost", "workers", "execution", "page", "cache_mb", "capacity", "expansion", "select", "optimise",
    "shadow_price", "frontier", "decompose", "staff", "expansion.worlds",
)  # fmt: skip
"""Keys of other studies that `sure` lacks, and keys that its command sets again."""
_COSTS: Final = ("cost",)
"""The column of a file of designs that `select` reads and `sure` lacks."""
NOT_COMPARED: Final = frozenset(
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


def sure_command(arguments: Arguments, designs: Sequence[Design], keys: Replicated, question: Question) -> str:
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
        config_dir = arguments.config_dir  # the file may be gone; a stored run is shown without it
        folders = folders_of(config_dir if config_dir is not None and config_dir.is_dir() else None)
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
    of_hub = {*HUB_KEYS} - NOT_COMPARED
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
    key = key.rpartition("@")[2]  # of a file that is chosen for a place, such as cost@shadow_price.prices
    group = key.partition(".")[0]
    return key in _NOT_ASKED or (group not in ("demand", kept) and group in _NOT_ASKED)


def _named(key: str, names: Sequence[str]) -> list[str]:
    return [f"{key}={names[0]}"] if len(names) == 1 else [f"{key}s=[{','.join(names)}]"]
