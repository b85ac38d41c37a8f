"""The KEY=VALUE words of the command line, each parsed separately so that an error can name it."""

import itertools
import math
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TypeGuard

import yaml
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Glob, Override, Sweep, ValueType
from hydra.errors import HydraException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from experiments.arguments import check_once, is_override, key_of
from experiments.hydra_habits import instead_of_word
from sim.errors import CargohubError, ConfigError
from sim.names import LONGEST_NAME
from sim.own import ARRIVALS, in_force
from sim.reading import near
from sim.scalars import number_hint

MOST_POINTS = 10_000
"""Points of a sweep; more is a mistake in a range."""

# `${oc.deprecated:…}` would warn, with lines of its own.
warnings.filterwarnings("ignore", category=UserWarning, module="omegaconf")

_TAILS = re.compile(
    r"(See https?://|Config search path|Search path|Set the environment variable|Available options in"
    r"| expecting \{|Either remove).*"
)
_KEY = re.compile(r"full_key:\s*(\S+)")
_ALREADY = re.compile(r"An item is already at '(.*?)'")
_PLUS = re.compile(r"[^=]*=\s*\+\s*[\d.]+\s*")
KEY_NAME = re.compile(r"[A-Za-z_$][\w$-]*|0|[1-9]\d*", re.ASCII)
"""A name that may be part of a typed key."""
ENTRY_NAME = re.compile(r"[\w /+.$%*@?|-]+", re.ASCII)
"""A name that may be a key of a typed mapping."""
_SHARE = re.compile(r"[+-]\s*\d{1,6}(\.\d{1,6})?\s*%")


_LIBRARIES = (HydraException, OmegaConfBaseException, yaml.YAMLError)


@contextmanager
def one_line(place: str = "", also: tuple[type[Exception], ...] = (ValueError, RecursionError)) -> Iterator[None]:
    """Context that turns errors of Hydra, OmegaConf and YAML, which have many lines, into one line.

    Raises:
        ConfigError: for any error that those libraries raise on a user's mistake.
    """
    try:
        yield
    except (*_LIBRARIES, *also) as error:
        _check_interrupt(error)
        raise ConfigError(place + _line(error)) from error


def parsed(word: str, *, is_sweep: bool = False) -> Override:
    """One word as Hydra reads it.

    Raises:
        ConfigError: not KEY=VALUE, a `hydra.*` key, or several values where only one is permitted.
    """
    if not is_override(word):
        raise ConfigError(f"{word!r}: expected KEY=VALUE, such as scenario=liege_66k, or +KEY=VALUE or ~KEY")
    with one_line(f"{word!r}: "):
        try:
            override = _as_hydra_reads(word)
        except HydraException as error:
            raise ValueError(_slip(word) or _unread(str(error))) from error
    key = override.key_or_group
    if not key:
        raise ConfigError(f"{word!r}: expected a key")
    if re.split(r"[./@]", key)[0] == "hydra" or override.package == "hydra":
        instead = instead_of_word(word) or instead_of_word("hydra.")
        raise ConfigError(f"{word!r}: Hydra's own settings have no effect here; {instead}")
    if override.is_sweep_override() and not is_sweep:
        several = f"several values; only sweep, capacity and select take them; a list needs brackets: {key}=[…]"
        raise ConfigError(f"{word!r}: {several}{number_hint(word.partition('=')[2].strip())}")
    if _PLUS.fullmatch(word):
        raise ConfigError(f"{word!r}: write a number without +; to add a share: {key}=+20%")
    return override


@lru_cache(maxsize=4096)
def _as_hydra_reads(word: str) -> Override:
    return OverridesParser.create().parse_override(word)


def _slip(word: str) -> str:
    """Advice for a word that Hydra's grammar refuses because of a typing mistake; empty if unknown."""
    key, _, value = word.partition("=")
    if key != key.strip():
        return "remove the blank before ="
    if any(re.sub(r"\\.", "", value).count(quote) % 2 for quote in "'\""):
        return "a quote is not closed; remove it, or add the closing one"
    first, *names = key.lstrip("+~").split(".")
    if odd := next((name for name in names if not re.fullmatch(r"[\w$@/:-]+", name, re.ASCII)), ""):
        mapping = ".".join([first, *names[: names.index(odd)]])
        is_entry = ENTRY_NAME.fullmatch(odd) and not key.startswith("~")
        instead = f"give it in a mapping: '{mapping}={{{odd}: …}}'" if is_entry else "change a file of --config-dir"
        return f"a key cannot contain {odd!r}; {instead}"
    if sum(map(value.count, "[{(")) > sum(map(value.count, "]})")):
        return f"a bracket is not closed; put a word with blanks in quotes: '{key}=[…]'"
    if value.rstrip().endswith(","):
        return "remove the comma at the end"
    if re.search(r"[\s,]\S*=", value):
        return "several words in one; quotes go around one KEY=VALUE only"
    if re.search(r":\s*\d+,\d", value):
        return "a number has a decimal point, no comma"
    return f"separate several values with commas: {key}={value.replace(';', ',')}" if ";" in value else ""


def _unread(message: str) -> str:
    """The message of Hydra's grammar, without its own terms.

    >>> _unread("token recognition error at: '#'")
    "'#' needs quotes around the value"
    >>> _unread("mismatched input '}' expecting <EOF>")
    "not to be read at '}'"
    """
    message = re.sub(r"token recognition error at: (.*)", r"\1 needs quotes around the value", message)
    return re.sub(
        r"(?:\w+ input|no viable alternative at input) ('.*?')( expecting .*)?$", r"not to be read at \1", message
    )


def is_share(text: object) -> TypeGuard[str]:
    """Whether a value is given as a share of the previous value, to add or subtract.

    >>> is_share("+20%"), is_share("- 12.5 %"), is_share("20%"), is_share(-20)
    (True, True, False, False)
    """
    return isinstance(text, str) and _SHARE.fullmatch(text.strip()) is not None


def changed_by_share(before: float, text: str, *, is_whole: bool) -> float:
    """The number changed by that share; whole numbers are rounded half up.

    >>> changed_by_share(26, "+20%", is_whole=True), changed_by_share(0.8, "-30 %", is_whole=False)
    (31, 0.56)
    """
    value = before * (100 + float(re.sub(r"[\s%]", "", text))) / 100
    return math.floor(value + 0.5) if is_whole else float(f"{value:.10g}")


def options(group: str, folders: Sequence[Path]) -> list[str]:
    """The names that a configuration group offers; empty if it is not a group."""
    if not is_group(group, folders):
        return []
    return sorted({file.stem for folder in folders for file in (folder / group).glob("*.yaml")})


def is_group(key: str, folders: Sequence[Path]) -> bool:
    """Whether it is a folder of the configuration; false for names that are too long for the system."""
    return len(key) <= LONGEST_NAME and any((folder / key).is_dir() for folder in folders)


def has_odd_names(override: Override) -> bool:
    """Whether a word is a mapping with a name that no key can contain: of a group, it sets values, and is no option.

    >>> has_odd_names(parsed("lanes={depot 1: {km: 30}}")), has_odd_names(parsed("lanes={ES: {km: 30}}"))
    (True, False)
    """
    value = override.value()
    return isinstance(value, dict) and not all(KEY_NAME.fullmatch(str(name)) for name in value)


def is_choice(override: Override, folders: Sequence[Path]) -> bool:
    """Whether a word chooses an option of a group."""
    return is_group(override.key_or_group, folders) and not has_odd_names(override)


def check_option(word: str, override: Override, folders: Sequence[Path]) -> None:
    """Refuse a group option that does not exist, or several: Hydra would stack `group=[a,b]` silently.

    Raises:
        ConfigError: a list for a group, or a name that it does not offer.
    """
    group = override.key_or_group
    known = options(group, folders) if "." not in group else []
    if not known or override.is_delete() or has_odd_names(override):
        return
    value = override.value()
    if not isinstance(value, str | int | float):
        raise ConfigError(f"{word!r}: {group} takes only one name{near('', known)}")
    name = override.get_value_element_as_str().strip("'\"").removesuffix(".yaml")
    is_short = len(name) <= LONGEST_NAME
    if not (is_short and any((folder / group / f"{name}.yaml").is_file() for folder in folders)):
        known = [*known, *(["FILE.py"] if group == "rules" else [])]
        known += own_file.names(group) if group == ARRIVALS and (own_file := in_force()) else []
        elsewhere = "; --config-dir DIR reads a folder of your own" if len(folders) == 1 else ""
        raise ConfigError(f"{group}: no {name!r}{near(name, known)}{_also(name, known) or elsewhere}")


def check_mapping(override: Override, before: object) -> None:
    """Refuse a list for a mapping, and `{}`, which would be merged and change nothing."""
    key, value = override.key_or_group, override.value()
    if isinstance(before, DictConfig) and isinstance(value, list):
        raise ConfigError(f"{key}: expected a mapping, got {str(value)[:60]}")
    if before and value == {}:
        raise ConfigError(f"{key}: {{}} removes nothing; ~{key}.NAME removes one entry")


def sweep_points(words: Sequence[str], folders: Sequence[Path] = ()) -> list[tuple[str, ...]]:
    """All combinations of the words' values, the last varying fastest, as in Hydra's basic sweeper.

    Raises:
        CargohubError: an interval or a shuffle, which have no fixed points, too many points, or several words of a key
            that has several values: each point would have the last of them alone.

    >>> sweep_points(["seed=1,2", "demand=today"])
    [('seed=1', 'demand=today'), ('seed=2', 'demand=today')]
    """
    values = [_values(word, folders) for word in words]
    keys = [*map(key_of, words)]
    swept = {key for key, of_key in zip(keys, values, strict=True) if len(of_key) > 1}
    check_once([word for word, key in zip(words, keys, strict=True) if key in swept])
    points = list(itertools.islice(itertools.product(*values), MOST_POINTS + 1))
    if len(points) > MOST_POINTS:
        raise CargohubError(f"the sweep has more than {MOST_POINTS} points")
    return points


def _values(word: str, folders: Sequence[Path]) -> list[str]:
    override = parsed(word, is_sweep=True)
    if not override.is_sweep_override():
        return [word]
    key = override.get_key_element()
    value: object = override.value()
    if override.value_type is ValueType.INTERVAL_SWEEP:
        raise ConfigError(f"{word!r}: an interval is not a list of values; give values, or range(START,STOP,STEP)")
    if isinstance(value, Glob):
        names = value.filter(options(override.key_or_group, folders))
        if not names:
            raise ConfigError(f"{word!r}: matches nothing{near('', options(override.key_or_group, folders))}")
        return [f"{key}={name}" for name in names]
    if isinstance(value, Sweep) and getattr(value, "shuffle", False):
        raise ConfigError(f"{word!r}: a shuffle would differ between runs; give the values in order")
    with one_line(f"{word!r}: "):
        texts = list(itertools.islice(override.sweep_string_iterator(), MOST_POINTS + 1))
    if not texts:
        raise ConfigError(f"{word!r}: no values")
    if len(texts) > MOST_POINTS:
        raise CargohubError(f"{word!r}: more than {MOST_POINTS} values")
    if twice := next((text for text, n in Counter(texts).items() if n > 1), None):
        raise ConfigError(f"{word!r}: {twice} occurs twice")
    return [f"{key}={text}" for text in texts]


def _also(name: str, known: Sequence[str]) -> str:
    return "" if near(name, known).startswith("; known") else f" (known: {', '.join(known)})"


def _check_interrupt(error: BaseException) -> None:
    """Raise an interrupt that a library reported as a mistake of the user."""
    cause: BaseException | None = error
    while cause is not None:
        if not isinstance(cause, Exception):
            raise cause
        cause = cause.__context__


def _line(error: BaseException) -> str:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark
        where = f"{mark.name}: line {mark.line + 1}: " if mark else ""
        return f"{where}{error.problem or 'cannot be read as YAML'}"
    if isinstance(error, RecursionError):
        return "interpolations, or files that lists 'defaults' name, refer to each other in a circle"
    if isinstance(error, AssertionError):
        return "defaults: not a list of groups and their options"
    text = str(error)
    key = _KEY.search(text)
    if match := _ALREADY.search(text):
        return f"{match[1]}: exists; +KEY=VALUE adds a new key, KEY=VALUE changes one"
    first = " ".join(_TAILS.sub("", " ".join(text.partition("full_key:")[0].split())).split())
    return f"{key.group(1)}: {first}" if key and key.group(1) not in first else first


def word_value(value: object) -> str:
    """A Python value in the grammar of a word; text that could be read as another type is quoted."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{','.join(word_value(item) for item in value)}]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{name}:{word_value(item)}" for name, item in value.items()) + "}"
    text = str(value)
    is_plain = re.fullmatch(r"[A-Za-z_][\w./-]*", text) and text.lower() not in {"null", "true", "false", "nan", "inf"}
    if not isinstance(value, str) or is_plain:
        return text
    escaped = text.replace("'", "\\'")
    return f"'{escaped}'"
