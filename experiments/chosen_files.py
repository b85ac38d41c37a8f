"""Configuration files that groups choose: Hydra lists them in order, and this module merges their values.

Hydra merges by OmegaConf's nodes, which it makes of each file, and copies, several times: that took four fifths of the
time. Here none are made. YAML is parsed by libyaml, with the values of its loader, and again once a file changes.
"""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any, Final

import yaml
from hydra import version
from hydra._internal import defaults_list
from hydra._internal.config_repository import ConfigRepository
from hydra._internal.core_plugins.file_config_source import FileConfigSource
from hydra.core.object_type import ObjectType
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, OverrideType
from hydra.plugins.config_source import ConfigResult
from omegaconf import OmegaConf
from omegaconf._utils import get_yaml_loader
from yaml.constructor import SafeConstructor
from yaml.cyaml import CParser
from yaml.resolver import Resolver

from experiments.overrides import is_share, one_line
from sim.errors import ConfigError
from sim.files import states_below

State = tuple[tuple[str, int, int], ...]
"""Path, time and size of each file."""

_SCENARIO: Final = "scenario"
"""The group, and the key in which a scenario has the name of its file."""

_OF_LISTS = (ValueError, RecursionError, AssertionError)
"""Errors that Hydra raises for an invalid list `defaults`."""


def state_of(folders: Sequence[Path]) -> State:
    """The state of the files, which changes when one of them does, for example during a notebook."""
    return tuple(state for folder in folders for state in states_below(folder, ".yaml"))


def merged(root: str, words: Sequence[str], folders: Sequence[Path], state: State) -> tuple[dict[str, Any], list[str]]:
    """The values of file `root` and of the group options that the words choose, as `hydra.compose` would merge them.

    Args:
        root: The name of the file, without its ending.
        words: Choices of groups.
        folders: Where files are looked for.
        state: State of all these files, which differs once one of them has changed.

    Returns:
        The values, and those of the words that choose no option: they change values.
    """
    repository = _files(tuple(folders), state)
    version.setbase("1.3")
    with one_line(also=_OF_LISTS):
        listed = defaults_list.create_defaults_list(
            repo=repository,
            config_name=root,
            overrides_list=OverridesParser.create().parse_overrides(overrides=list(words)),
            prepend_hydra=False,
            skip_missing=False,
        )
    values: dict[str, Any] = {}
    for file in listed.defaults:
        content = repository.contents[file.config_path]
        for key in reversed(file.package.split(".") if file.package else ()):
            content = {key: content}
        values = _over(values, content)
    for file in listed.defaults:
        group, _, name = str(file.config_path).partition("/")
        if group == _SCENARIO and file.parent == root and str(named := values.get(_SCENARIO, name)) != name:
            raise ConfigError(
                f"scenario: {named!r} is not the chosen file, {name!r}; a scenario's file has its name, as a line"
                f" 'scenario: {name}', and a study's file chooses one in its list defaults: override /scenario: NAME"
            )
    return values, [str(override.input_line) for override in listed.config_overrides]


def _choices(made: Callable[..., Any], overrides: Any, listed: Sequence[Any], *more: Any) -> Any:  # noqa: ANN401 - Hydra's
    """All choices so far as Hydra's nodes, made only for a list `defaults` with a reference, which alone reads them."""
    return made(overrides, listed, *more) if any(each.is_interpolation() for each in listed) else None


defaults_list._create_interpolation_map = partial(_choices, defaults_list._create_interpolation_map)  # noqa: SLF001


def is_simple(value: object) -> bool:
    """Whether OmegaConf would leave a YAML value unchanged: it has no references and no missing parts."""
    if isinstance(value, dict):
        return all(isinstance(key, str | int) and is_simple(item) for key, item in value.items())
    if isinstance(value, list):
        return all(map(is_simple, value))
    if isinstance(value, str):
        return "${" not in value and value != "???"
    return value is None or isinstance(value, int | float)


def replaced(override: Override, values: dict[str, Any]) -> bool:
    """Replace a number, text, flag or list in the values, or remove a key; returns whether the word does only this.

    What may have to be refused or merged is left to Hydra.
    """
    *groups, name = override.key_or_group.split(".")
    within: Any = values
    for group in groups:
        within = within.get(group) if isinstance(within, dict) else None
    if override.package or not isinstance(within, dict) or within.get(name, {}) == {}:
        return False
    before, value = within[name], override.value()
    if override.is_delete() and value is None and before is not None:
        del within[name]
        return True
    is_plain = is_simple(value) and not isinstance(value, dict) and not is_share(value)
    is_alike = not isinstance(before, dict | list) or (isinstance(before, list) and isinstance(value, list))
    if override.type is OverrideType.CHANGE and is_plain and is_alike:
        within[name] = value
        return True
    return False


def _over(below: Any, above: Any) -> Any:  # noqa: ANN401 - a value of YAML
    """Merge two values: mappings key by key, other values replaced, `???` leaves the lower value."""
    if isinstance(above, dict):
        under = below if isinstance(below, dict) else {}
        return under | {key: _over(under.get(key, value), value) for key, value in above.items()}
    if isinstance(above, list):
        return [_over(value, value) for value in above]
    return below if above == "???" else above


@lru_cache(maxsize=4)
def _files(folders: tuple[Path, ...], _: State) -> "_Files":
    return _Files(folders)


class _Files(ConfigRepository):
    """Shows Hydra what each file lists, and keeps the values separately."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.sources = [FileConfigSource("main", str(folder)) for folder in folders]
        self.contents: dict[str | None, dict[Any, Any]] = {}
        self._results: dict[str, ConfigResult | None] = {}

    def load_config(self, config_path: str) -> ConfigResult | None:
        if config_path not in self._results:
            self._results[config_path] = self._loaded(config_path)
        return self._results[config_path]

    def _loaded(self, name: str) -> ConfigResult | None:
        source = self._find_object_source(name, ObjectType.CONFIG)
        if source is None:
            return None
        file = Path(source.path, source._normalize_file_name(name))  # noqa: SLF001
        try:
            with file.open(encoding="utf-8") as stream:  # the path, not its text: then an error names the file
                header = stream.read(512).removeprefix("\ufeff")  # a byte-order mark, which some editors write
                stream.seek(0)
                content = yaml.load(stream, Loader=_loader()) or {}  # noqa: S506 - of safe constructors
        except UnicodeDecodeError:
            raise ConfigError(f"{file}: not UTF-8 text") from None
        except ValueError as error:  # a whole number of thousands of digits
            raise ConfigError(f"{file}: {str(error).partition(';')[0]}") from None
        if not isinstance(content, dict):
            raise ConfigError(f"{file}: expected a mapping")
        package, group = source._get_header_dict(header), name.partition("/")[0]  # noqa: SLF001
        if group in ("scenario", "study") and package["package"] != "_global_":
            raise ConfigError(f"{group}: the first line of its file must be '# @package _global_'")
        with one_line(f"{file}: ", also=_OF_LISTS):
            lists = OmegaConf.create({key: content.pop(key) for key in ("defaults",) if key in content})
            result = ConfigResult(source.provider, source.full_path(), lists, package)
            result.defaults_list = self._create_defaults_list(name, self._extract_defaults_list(name, lists))
        self.contents[name] = content
        return result


@cache
def _loader() -> Any:  # noqa: ANN401 - a class that is made here
    """A YAML loader with OmegaConf's rules for numbers, which refuses keys that occur twice."""

    class Loader(CParser, get_yaml_loader()):  # type: ignore[misc]
        def __init__(self, stream: object) -> None:
            CParser.__init__(self, stream)
            SafeConstructor.__init__(self)
            Resolver.__init__(self)

    return Loader
