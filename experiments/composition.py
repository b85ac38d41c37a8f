"""Configurations from `configs/`, composed by Hydra and checked by the schema of `sim.config`.

Hydra lists the files and reads the words; its global state is left alone: notebooks and threads may call `load` beside
a Hydra of their own.
"""

import pickle
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from functools import cache, lru_cache
from itertools import dropwhile
from pathlib import Path
from typing import Any, TypeVar, cast

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.override_parser.types import Override
from omegaconf import DictConfig, OmegaConf

from experiments.arguments import check_once, key_of
from experiments.chosen_files import State, is_simple, merged, replaced, state_of
from experiments.chute_plan import with_chute_plans
from experiments.file_period import with_period
from experiments.money.kpis import KPIS
from experiments.overrides import (
    changed_by_share,
    check_mapping,
    check_option,
    is_choice,
    is_share,
    one_line,
    options,
    parsed,
    sweep_points,
    word_value,
)  # fmt: skip
from experiments.own_file import trust_typed, with_own_file, with_source
from experiments.unknown_keys import hint, nested, new_in, paths, whose
from sim.config import HubConfig
from sim.errors import ConfigError
from sim.files import check_file
from sim.leaves import leaf_at
from sim.own import adopt
from sim.reading import near, read
from sim.site.room import fitted

T = TypeVar("T")

ROOT = "config"
"""The file that lists the groups: `configs/config.yaml`."""

HUB_KEYS = [field.name for field in fields(HubConfig)]
"""Keys of a hub."""
_FACTORS = "factors"
"""Keys of designs' factors, which no word sets."""
_PRECISION = "precision"
# The message shortens a long key.
_UNKNOWN = re.compile(r"Could not (?:override|delete from config\.?).*?'([^'…]+)['…]")
_MISSING = re.compile(r"Could not find '([\w/]+)/([^'/]+)'")
"""A file that a list `defaults` names."""


@cache
def packaged() -> Path:
    """Folder of the packaged configurations: in the installed package, or in the checkout."""
    installed = Path(__file__).resolve().parent / "configs"
    return installed if installed.is_dir() else installed.parents[1] / "configs"


def load(
    scenario: str = "liege_30k", *overrides: str, config_dir: Path | str | None = None, **keys: object
) -> HubConfig:
    """A scenario's hub, from plain Python: `load("liege_30k", "demand=permit", horizon_days=5)`.

    Args:
        scenario: A file of `configs/scenario`, or of that folder in `config_dir`.
        *overrides: Words as the command line takes them: `KEY=VALUE`, `+KEY=VALUE`, `~KEY`.
        config_dir: A folder with configuration groups of your own.
        **keys: Values of keys without a dot; units are in the names of keys.

    Returns:
        The hub, checked.

    Raises:
        InputError: Two scenarios, as an argument and as a word.
        ConfigError: An unknown scenario or key, a price, or a value that the schema refuses.
    """
    words = [
        *overrides,
        *(f"{key}={word_value(value)}" for key, value in keys.items()),
        f"scenario={word_value(scenario)}",
    ]
    check_once([word for word in words if word.startswith("scenario=")])
    adopt(None)  # names of a file that was loaded earlier are unknown
    trust_typed(words)
    if any(key_of(word).partition(".")[0] == "cost" for word in words):
        raise ConfigError("cost: a hub has no prices; `replicate` takes those of `load_prices`")
    composed = compose(words, config_dir)
    for key in composed.keys() - HUB_KEYS - study_keys().keys():
        raise ConfigError(f"{key}: unknown key{nested(key) or near(key, HUB_KEYS)}")
    return hub(composed)


def compose(words: Sequence[str] = (), config_dir: Path | str | None = None) -> dict[str, Any]:
    """The configuration that the words choose, as a plain mapping without interpolations.

    The hub's keys (the fields of `HubConfig`) and the study's stand side by side; `hub` and `study` read them.

    Raises:
        ConfigError: words or files that cannot be composed.
    """
    words, folders = with_own_file(words), folders_of(config_dir)
    for word in words:
        check_option(word, parsed(word), folders)
    try:
        plain = _resolved(tuple(words), tuple(folders), state_of(folders), tuple(KPIS))
    except ConfigError as error:
        if missing := _MISSING.search(str(error)):
            group, name = missing.groups()
            raise ConfigError(f"{group}: no {name!r}{near(name, options(group, folders))}") from error
        if (unknown := _UNKNOWN.search(str(error))) is None:
            raise
        key = unknown.group(1)
        known = _known_keys(words, folders)
        if key in known:  # of a mapping; the word would only add to it
            raise ConfigError(new_in(key, words, known)) from error
        raise ConfigError(f"{key}: unknown key{hint(key, known)}") from error
    return with_chute_plans(with_source(with_period(cast("dict[str, Any]", pickle.loads(plain)))))  # noqa: S301 - our own


def hub(composed: Mapping[str, object]) -> HubConfig:
    """The checked hub of a composed configuration; with `fit: auto` its zones are enlarged to fit.

    Raises:
        ConfigError: unknown, missing, mistyped or out-of-range keys.
    """
    if "scenario" not in composed:
        raise ConfigError("scenario: missing; the file of a scenario has its name, as a line 'scenario: NAME'")
    config = read(HubConfig, {name: composed[name] for name in HUB_KEYS if name in composed})
    return fitted(config) if config.fit == "auto" else config


def study(kind: type[T], composed: Mapping[str, object]) -> T:
    """The keys that are not the hub's, as the verb's checked dataclass.

    Keys of the packaged configuration that this verb does not read may be present with their default values.

    Raises:
        ConfigError: unknown, missing, mistyped or out-of-range keys.
    """
    of_study = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    unset: dict[str, object] = {name: {} for name in of_study if name == _FACTORS}
    of_study = [name for name in of_study if name not in unset]
    names = [*HUB_KEYS, *of_study]
    for key in composed.keys() - names:
        if key not in study_keys():
            raise ConfigError(f"{key}: {whose(key) or 'unknown key' + (nested(key) or near(key, sorted(names)))}")
        if composed[key] != study_keys()[key]:
            place = (_own_place(key, composed, of_study) or "out") + _of_scenario(key)
            raise ConfigError(f"{key}: has no effect here; leave it {place}")
    return read(kind, unset | {name: composed[name] for name in of_study if name in composed})


def _own_place(group: str, composed: Mapping[str, object], of_study: Sequence[str]) -> str:
    """Advice on a group of which a study has its own copy: the word that chooses the copy; empty if none has."""
    asked = composed[group]
    for name in of_study:
        study_group = composed.get(name)
        for key, value in study_group.items() if isinstance(study_group, Mapping) else ():
            if isinstance(value, Mapping) and isinstance(asked, Mapping) and value.keys() == asked.keys():
                return f"as packaged, and choose by {group}@{name}.{key}=NAME"
    return ""


def _of_scenario(group: str) -> str:
    """Advice on a group whose option a scenario's file may choose: the word that chooses the packaged one again."""
    listed = OmegaConf.load(packaged() / f"{ROOT}.yaml").defaults
    usual = {group: option for entry in listed if isinstance(entry, DictConfig) for group, option in entry.items()}
    return f"; where a scenario chooses another, add {group}={usual[group]}" if group in usual else ""


def sweep(words: Sequence[str], config_dir: Path | str | None = None) -> list[tuple[str, ...]]:
    """The points of a sweep; `scenario=*` and similar patterns are expanded."""
    return sweep_points(words, folders_of(config_dir))


def scenarios(config_dir: Path | str | None = None) -> list[str]:
    """The names of the scenarios, sorted."""
    return options("scenario", folders_of(config_dir))


def study_keys() -> Mapping[str, object]:
    """Keys of the packaged configuration beside the hub's, whichever verb they belong to."""
    return _study_keys(tuple(KPIS))


@cache
def _study_keys(_: tuple[str, ...]) -> Mapping[str, object]:
    return {key: value for key, value in compose().items() if key not in HUB_KEYS}


@lru_cache(maxsize=64)
def _resolved(words: tuple[str, ...], folders: tuple[Path, ...], state: State, _: tuple[str, ...]) -> bytes:
    """The result of `_composed` without interpolations, pickled; cached until a file or KPI changes."""
    composed, beside = _composed(words, folders, state)
    with one_line():
        nodes = cast("dict[Any, object]", OmegaConf.to_container(composed, resolve=True, throw_on_missing=True))
    plain = nodes | beside
    for key in plain:
        if not isinstance(key, str):
            raise ConfigError(f"{key}: expected a name as the key")
    return pickle.dumps(plain)


def _composed(words: Sequence[str], folders: Sequence[Path], state: State) -> tuple[DictConfig, dict[str, Any]]:
    """Compose as Hydra does: first the chosen groups, which are cached, then the values in order.

    OmegaConf's nodes take most of the time. Where the values would be the same without nodes, the first words that only
    replace numbers, texts, flags and lists or remove keys need none, and of all other words only the keys that they
    change get them. The other keys are null there, and their values are returned separately.
    """
    overrides = {word: parsed(word) for word in words}
    chosen = [word for word in words if is_choice(overrides[word], folders)]
    with one_line():
        values, changing, has_simple = pickle.loads(_chosen(tuple(chosen), tuple(folders), state, tuple(KPIS)))  # noqa: S301
        changing += [word for word in words if word not in chosen]
        beside = {}
        if has_simple and is_simple(changing):
            changing = [*dropwhile(lambda word: replaced(overrides[word], values), changing)]
            changed = {overrides[word].key_or_group.partition(".")[0] for word in changing}
            beside = {key: value for key, value in values.items() if key not in changed}
        composed = OmegaConf.create({**values, **dict.fromkeys(beside)} if changing or not beside else {})
        OmegaConf.set_struct(composed, value=True)
        for word in changing:
            override = overrides[word]
            if word not in chosen:
                override = _with_its_share(override, composed)
                before = OmegaConf.select(composed, override.key_or_group)
                check_mapping(override, before)
                if before is not None and isinstance(value := override.value(), dict) and "family" in value:
                    OmegaConf.update(composed, override.key_or_group, None)  # no key of another family remains
            ConfigLoaderImpl._apply_overrides_to_config([override], composed)  # noqa: SLF001
    return composed, beside


def _with_its_share(override: Override, composed: DictConfig) -> Override:
    """Replace a share, as in `halls.main.doors_out=+20%`, by the resulting number."""
    text, key = override.value(), override.key_or_group
    if not is_share(text):
        return override
    if (before := OmegaConf.select(composed, key)) is None:
        return override
    if isinstance(before, bool) or not isinstance(before, int | float):
        raise ConfigError(f"{key}: {text} needs a number to change, but the value is {str(before)[:60]!r}")
    leaf = leaf_at(HubConfig, OmegaConf.to_container(composed, resolve=True), key.split("."))
    is_whole = isinstance(before, int) if leaf is None else leaf.kind == "whole"
    return replace(override, _value=changed_by_share(before, text, is_whole=is_whole))


@lru_cache(maxsize=256)
def _chosen(words: tuple[str, ...], folders: tuple[Path, ...], state: State, kpis: tuple[str, ...]) -> bytes:
    """The chosen groups as merged and pickled: a study has many designs, and copying is much faster.

    With a key of `precision` for each of the KPIs; the last value: whether OmegaConf would leave all values unchanged.
    """
    values, changing = merged(ROOT, words, folders, state)
    if isinstance(asked := values.get(_PRECISION), dict):
        values[_PRECISION] = dict.fromkeys(kpis) | {str(key): value for key, value in asked.items()}
    return pickle.dumps((values, changing, is_simple(values)))


def folders_of(config_dir: Path | str | None) -> list[Path]:
    """The packaged folder, and the user's folder if given.

    Raises:
        ConfigError: no such folder, or a file in it that the packaged one of the same name would hide.
    """
    ours = packaged()
    if config_dir is None:
        return [ours]
    folder = Path(config_dir)
    if not folder.is_dir():
        raise ConfigError(f"--config-dir: no folder {str(folder)!r}")
    for file in sorted(folder.rglob("*.yaml")):
        name = file.relative_to(folder)
        check_file(file)  # Hydra would wait for ever for a pipe
        if (ours / name).exists():
            raise ConfigError(
                f"{file}: {name.as_posix()} is also the name of a packaged file, which would be used; rename your file"
            )
    return [ours, folder]


def _known_keys(words: Sequence[str], folders: Sequence[Path]) -> list[str]:
    """All keys, groups and nested fields, under the groups that the words choose."""
    chosen = [word for word in words if not word.startswith("~") and is_choice(parsed(word), folders)]
    state = state_of(folders)
    try:
        composed, beside = _composed(chosen, folders, state)
    except ConfigError:
        composed, beside = _composed([], folders, state)
    groups = sorted(folder.name for folder in packaged().iterdir() if options(folder.name, [packaged()]))
    document = cast("dict[Any, object]", OmegaConf.to_container(composed, resolve=False))
    return list(dict.fromkeys([*groups, *paths({**document, **beside}, "")]))
