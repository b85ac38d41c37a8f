"""The configuration in a run folder: the study and every hub, from which the run can be computed again.

It is written as text, and read back.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from importlib import import_module
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from experiments.arguments import Arguments, taken_apart
from experiments.execution import Place
from experiments.report.sections import sentence_of
from experiments.store.foreign import Begun, Configuration, Manifest, schedule_of
from experiments.store.identity import LEFT_OPEN
from experiments.store.own_copy import as_stored
from experiments.store.read import run_folder
from experiments.verbs import VERBS, module_of
from sim.config import HubConfig
from sim.errors import ConfigError, InputError
from sim.measures.kpis import adopt_of
from sim.own import OwnFile
from sim.reading import near, plain, read
from sim.trusted import trust

TRUST = "trust_code"
"""The option of verbs that simulate a stored run, `--trust-code`."""
_HUBS = "hubs:\n"
_NOT_STORED: Mapping[str, Mapping[str, Any]] = MappingProxyType({"precision": {"max_replications": 100}, "factors": {}})
"""Keys that a run does not store if they have no effect, such as the limit of an option that is not used."""


def config_text(arguments: Arguments, keys: Mapping[str, Any], hubs: Mapping[str, HubConfig]) -> str:
    """The text of `config.yaml`; `keys`: the study's own, as plain values.

    Where it is computed is left out. The text is written hub by hub: the nodes of a YAML document take thirty times
    the memory of its text, and there may be a thousand designs.
    """
    head = {"verb": arguments.verb, "study": {**keys, **dict.fromkeys(LEFT_OPEN)}}
    texts = (_dumped({"hubs": {label: as_stored(plain(hub))}}).removeprefix(_HUBS) for label, hub in hubs.items())
    return f"# {arguments.command}\n{_dumped(head)}{_HUBS}{''.join(texts)}"


def _dumped(document: Mapping[str, Any]) -> str:
    return str(yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False))


def arguments_of(verb: str, words: Sequence[str], like: Arguments | None = None) -> Arguments:
    """Arguments of a run from the words of its command line, including `--config-dir`; otherwise those of `like`.

    >>> arguments_of("run", ("seed=2", "--config-dir", "mine")).command
    'cargohub run seed=2 --config-dir mine'
    """
    at = words.index("--config-dir") if "--config-dir" in words[:-1] else len(words)
    folder = Path(words[at + 1]) if at < len(words) else None
    return replace(like or Arguments(verb), verb=verb, words=(*words[:at], *words[at + 2 :]), config_dir=folder)


def run_and_options(
    arguments: Arguments, options: Sequence[str], runs: Path | None = None
) -> tuple[Path, dict[str, str]]:
    """The run folder (a path, or the beginning of a name or hash), and the options of a verb that takes one RUN.

    `runs`: where run folders are looked for, if `--out` says something else.
    """
    wanted = sentence_of("one_run", verb=arguments.verb)
    named, given = taken_apart(arguments.words, options, wanted)
    return run_folder(str(named), runs or arguments.out), given


def scenario_among(hubs: Collection[str], given: Mapping[str, str], folder: Path) -> str:
    """The design named by the option `scenario`; by default the first design.

    Raises:
        InputError: the run has no such design.
    """
    scenario = given.get("scenario", next(iter(hubs)))
    if scenario not in hubs:
        raise InputError(f"scenario: there is no design {scenario[:60]!r} in {folder}{near(scenario, hubs)}")
    return scenario


def trust_code(hubs: Iterable[HubConfig], given: Mapping[str, str]) -> OwnFile | None:
    """Permit execution of a stored run's code if `--trust-code` is given; returns the code."""
    own_file = adopt_of(hubs)
    if own_file is not None and TRUST in given:
        trust(own_file.source)
    return own_file


def first_hubs(text: str, n: int) -> str:
    r"""The text of a configuration with only its first n hubs and their factors.

    >>> first_hubs("verb: run\nhubs:\n  a:\n    seed: 1\n  b:\n    seed: 2\n", 1)
    'verb: run\nhubs:\n  a:\n    seed: 1\n'
    """
    head, hubs, rest = text.partition(f"\n{_HUBS}")
    lines = rest.splitlines(keepends=True)
    starts = [at for at, line in enumerate(lines) if line[:2] == "  " and line[2:3] not in (" ", ":")]
    if "\n  factors:\n" in head:
        command, _, asked = head.partition("\n")
        document = yaml.safe_load(asked)
        document["study"]["factors"] = dict(islice(document["study"]["factors"].items(), n))
        head = f"{command}\n{yaml.safe_dump(document, sort_keys=False)}".rstrip("\n")
    return f"{head}{hubs}{''.join(lines[: starts[n]] if n < len(starts) else lines)}"


def declared_study(verb: str) -> Any:  # noqa: ANN401 - a declared study, which lies above
    """The study that a verb declares; None: no such verb, or its runs are not stored."""
    return getattr(import_module(module_of(verb)), "STUDY", None) if verb in VERBS else None


def stored_study(recorded: Manifest | Begun) -> Any:  # noqa: ANN401 - a declared study, which lies above
    """The study that the run's verb declares.

    Raises:
        InputError: no verb, or one whose runs are not stored.
    """
    if (study := declared_study(recorded.verb)) is None:
        raise InputError(f"{recorded.folder}: verb: {recorded.verb[:60]!r} does not store runs")
    return study


def study_of(
    recorded: Manifest | Begun, configuration: Configuration, workers: int | None = None, place: Place | None = None
) -> Any:  # noqa: ANN401 - of the kind that the verb declares
    """The run's study, with the caller's number of workers.

    Raises:
        InputError: unknown or missing keys, wrong types, or values out of bounds.
    """
    stored = {"page": None, **configuration.study, "workers": workers, "execution": plain(place)}
    kind = stored_study(recorded).keys
    known = {field.name for field in fields(kind)}
    for name, values in _NOT_STORED.items():
        if name in known and isinstance(stored.get(name, {}), dict):
            stored[name] = {**values, **stored.get(name, {})}
    try:
        return read(kind, stored)
    except ConfigError as error:
        raise InputError(f"{recorded.folder}: study: {error} ({recorded.unread})") from None


def refuse_idle_schedule(hubs: Iterable[HubConfig], given: Mapping[str, str]) -> None:
    """Refuse the option `schedule` for hubs that read no flight file: it would check nothing.

    Raises:
        InputError: the option is given, and no hub reads a file.
    """
    if "schedule" in given and all(hub.arrivals.schedule is None for hub in hubs):
        raise InputError("schedule: no flights of this run come from a file; leave it out")


def runnable(recorded: Manifest, label: str, hub: HubConfig, given: Mapping[str, str]) -> HubConfig:
    """The hub ready for simulation: its code is loaded, and its flight file is found, if it has them.

    The flight file is that of the option `schedule`, or the one in the run folder.

    Raises:
        InputError: as in `schedule_of`, or the run has code that is not trusted.
    """
    if hub.own_file is not None:
        hub.own_file.load()
    if (named := hub.arrivals.schedule) is None:
        return hub
    schedule = Path(given["schedule"]) if "schedule" in given else None
    path = schedule_of(recorded, label, named, schedule)
    return replace(hub, arrivals=replace(hub.arrivals, schedule=str(path)))
