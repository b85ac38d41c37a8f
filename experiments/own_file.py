"""The user's file of functions, named by the word `rules=FILE.py`."""

import re
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from experiments.arguments import check_once
from experiments.money.kpis import KPIS
from sim.distributions.own import check_own_families
from sim.errors import ConfigError, InputError
from sim.files import content_of
from sim.measures.kpis import check_own_kpis
from sim.own import ARRIVALS, FILE, MOST_BYTES, SOURCE, OwnFile, adopt
from sim.reading import near
from sim.rules import NEEDS_FILE, check_own, names_of
from sim.trusted import trust

_GROUP: Final = "rules"
_DISPATCH: Final = "dispatch"
_OF_DISPATCH: Final = ("truck_leaves", "extra_trucks")
"""Decisions for which `dispatch=NAME` chooses a rule: each that has a rule of this name."""
_TYPED: Final = re.compile(rf"{_GROUP}(?:\.{FILE})?=(.+\.py['\"]?)")


def trust_typed(words: Iterable[str]) -> None:
    """Trust the files named in a command, in its words or in its list of designs.

    Raises:
        ConfigError: a file that cannot be read.
    """
    for word in words:
        for part in [word, *_parts(word)]:
            if typed := _TYPED.fullmatch(part.lstrip("+")):
                trust(read_own(typed[1]).source)


def _parts(word: str) -> list[str]:
    try:
        return shlex.split(re.sub(r"[\[\],]", " ", word.partition("=")[2]))
    except ValueError:
        return []


def read_own(path: str) -> OwnFile:
    """Read a file of functions; its text is checked but not executed.

    Raises:
        ConfigError: no such file, or one that does not declare functions as it must.
    """
    file = Path(path.strip("'\""))
    key = f"{_GROUP}={file}"
    try:
        own_file = OwnFile(file.name, content_of(file, MOST_BYTES).decode().replace("\r\n", "\n"))
        if not own_file.functions:
            raise ConfigError(f"{key}: no function marked @rule, @kpi, @arrivals or @distribution of sim.own")
        check_own(own_file)
        check_own_kpis(own_file, KPIS)
        check_own_families(own_file)
    except InputError as error:
        raise ConfigError(f"{_GROUP}={error}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{key}: not UTF-8 text") from None
    except ValueError as error:
        raise ConfigError(f"{_GROUP}: {error}") from None
    return own_file


def choosing(kind: str, name: str) -> str:
    """The word that chooses a function of the file: a rule of a decision, or arrivals."""
    return f"{'complex.policy' if kind == 'hall' else f'{_GROUP}.{kind}'}={name}"


def file_words(words: Iterable[str]) -> list[str]:
    """The words that name a file of functions."""
    return [word for word in words if _TYPED.fullmatch(word.lstrip("+"))]


def with_own_file(words: Sequence[str]) -> tuple[str, ...]:
    """The words with `rules=FILE.py` and names of its functions in full; registers its KPIs.

    Raises:
        ConfigError: a file that cannot be read, several files, or a rule that does not exist.
    """
    files = file_words(words)
    check_once(files)
    own_file = None
    for word in files:
        own_file = read_own(word.partition("=")[2])
        adopt(own_file)
    return tuple(_in_full(word, word in files, own_file) for word in words)


def _in_full(word: str, is_file: bool, own_file: OwnFile | None) -> str:  # noqa: FBT001 - whether the word names the file
    key, _, value = word.partition("=")
    if is_file:
        escaped = value.strip("'\"").replace("'", "\\'")
        return f"++{_GROUP}.{FILE}='{escaped}'"
    if key == f"{_GROUP}.{ARRIVALS}" or (
        key == ARRIVALS and own_file is not None and value in own_file.names(ARRIVALS)
    ):
        return f"++{_GROUP}.{ARRIVALS}={value}"
    if key == _DISPATCH:
        known = {name: decision for decision in _OF_DISPATCH for name in names_of(decision, own_file)}
        if value not in known:
            raise ConfigError(f"{key}: there is no rule {value!r}{near(value, known)}{'' if own_file else NEEDS_FILE}")
        return f"{_GROUP}.{known[value]}={value}"
    return word


def with_source(composed: dict[str, Any]) -> dict[str, Any]:
    """The configuration with the text of its file of functions, if it names one.

    Raises:
        ConfigError: as in `read_own`.
    """
    rules = composed.get(_GROUP)
    if not isinstance(rules, dict) or not isinstance(path := rules.get(FILE), str):
        return composed
    own_file = read_own(path)
    adopt(own_file)
    return {**composed, _GROUP: {**rules, FILE: own_file.name, SOURCE: own_file.source}}
