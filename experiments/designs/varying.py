"""Fields of a configuration that a study varies: the hub with changed values, and the words that set them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from experiments.composition import compose, hub
from experiments.grouping import values_of
from experiments.overrides import word_value
from experiments.report.sections import sentence_of
from sim.config import HubConfig
from sim.distributions import is_distribution, stretch_of
from sim.errors import ConfigError
from sim.own import FILE, SOURCE
from sim.reading import near, plain, read

_DIGITS = 6
"""Significant digits of a sampled number, so that it can be printed and typed again."""


def changed(config: HubConfig, values: Mapping[str, object]) -> HubConfig:
    """The hub with other values in these fields (full keys), checked by the schema.

    Raises:
        ConfigError: no such field, or values that the schema refuses.
    """
    document = _opened(config, values)
    for key, value in values.items():
        node, name = _place(document, key)
        node[name] = value
    return read(HubConfig, document)


def checked(config: HubConfig, before: HubConfig) -> HubConfig:
    """A hub made from one that was checked: the schema reads the sections that differ.

    Raises:
        ConfigError: values that the schema refuses.
    """
    names = (field.name for field in fields(config))
    differ = [name for name in names if getattr(config, name) is not getattr(before, name)]
    return read(HubConfig, _opened(config, differ))


def demand_label(label: str, flights_per_day: float) -> str:
    """The label under which a design at another demand is stored."""
    return f"{label}, {flights_per_day:.4f} flights/d"


def value_of(config: HubConfig, key: str) -> Any:  # noqa: ANN401 - a plain value
    """The value of a field, given by its full key.

    Raises:
        ConfigError: no such field.
    """
    node, name = _place(_opened(config, [key]), key)
    return node[name]


def scaled(config: HubConfig, ratios: Mapping[str, float], value: float) -> dict[str, object]:
    """Values of all fields of a hub when a number is varied and each field (full key) follows it at a ratio.

    Fields of whole numbers get whole values.

    Raises:
        ConfigError: no such field, one that is no number, or a ratio that makes no whole number of one.
    """
    values, document = dict[str, object](), _opened(config, ratios)
    for key, ratio in ratios.items():
        node, name = _place(document, key)
        now = node[name]
        if isinstance(now, bool) or not isinstance(now, int | float):
            raise ConfigError(f"{key}: only a number can be varied, got {'null' if now is None else repr(now)[:60]}")
        number = float(f"{ratio * value:.{_DIGITS}g}")
        if isinstance(now, int):
            if number != int(number):
                raise ConfigError(f"{key}: must be a whole number, got {number:g}")
            number = int(number)
        values[key] = number
    return values


def check_set_once(place: str, fields: Mapping[str, Collection[str]]) -> None:
    """Refuse a field that two entries set; `fields`: the fields of each entry, by the entry's name.

    Raises:
        ConfigError: the first such field.
    """
    owner: dict[str, str] = {}
    for name, keys in fields.items():
        for key in keys:
            if owner.setdefault(key, name) != name:
                raise ConfigError(f"{place}.{name}.fields: {key} is also set by {owner[key]}")


def check_exports(keys: Collection[str], shares: Iterable[float]) -> None:
    """Refuse to vary keys of exports if no design has exports; `shares`: `exports.share` of each design.

    Raises:
        ConfigError: the first such key.
    """
    of_exports = [key for key in keys if key.startswith("exports.")]
    if of_exports and not any(shares):
        raise ConfigError(sentence_of("no_exports", key=of_exports[0]))


def words_of(config: HubConfig, config_dir: Path | None = None) -> list[str]:
    """The words that compose this hub: its scenario, and every field that differs from the scenario.

    The file of the user's functions is not among them, because the hub does not know its path (`file_words`).
    """
    base = plain(hub(compose([f"scenario={word_value(config.scenario)}"], config_dir)))
    changed = plain(config)
    changed["rules"] = {name: value for name, value in changed["rules"].items() if name not in (FILE, SOURCE)}
    return [f"scenario={word_value(config.scenario)}", *_differences(base, changed, "")]


def _differences(base: Mapping[str, Any], changed: Mapping[str, Any], key: str) -> Iterator[str]:
    """Words that turn one plain mapping into the other; fields in only one of them are added or removed."""
    inside = f"{key}." if key else ""
    yield from (f"~{inside}{name}" for name in base if name not in changed)
    for name, value in changed.items():
        if name not in base:
            yield f"+{inside}{name}={word_value(value)}"
        elif isinstance(value, dict) and isinstance(base[name], dict):
            yield from _differences(base[name], value, f"{inside}{name}")
        elif value != base[name]:
            yield f"{inside}{name}={word_value(value)}"


def _opened(config: HubConfig, keys: Iterable[str]) -> dict[str, Any]:
    """The sections of a hub by name; those in which these fields are (full keys) are plain."""
    sections = {key.partition(".")[0] for key in keys}
    document = {field.name: getattr(config, field.name) for field in fields(config)}
    return {name: plain(value) if name in sections else value for name, value in document.items()}


def _place(document: dict[str, Any], key: str) -> tuple[dict[str, Any], str]:
    """The mapping with the field, and the field's name; for a distribution, the parameter that scales it."""
    node: Any = document
    *path, name = key.split(".")
    for part in path:
        node = node.get(part) if isinstance(node, dict) else None
    if isinstance(node, dict) and is_distribution(node.get(name)) and (inside := stretch_of(node[name])) is not None:
        return node[name], inside
    if not isinstance(node, dict) or name not in node or isinstance(node[name], dict):
        raise ConfigError(f"{key}: not a field of the configuration{near(key, list(dict(values_of(plain(document)))))}")
    return node, name
