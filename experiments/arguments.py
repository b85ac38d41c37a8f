"""The command line as a verb receives it, and the words of a verb that reads a file."""

import argparse
import datetime as dt
import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from experiments.grouping import grouped
from sim.errors import InputError
from sim.names import LONGEST_NAME
from sim.reading import near

RUNS: Final = Path("runs")
"""Where run folders are made unless `--out` says otherwise; this very object shows that it was not given."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """The parsed command line; `words` are the KEY=VALUE overrides as given."""

    verb: str
    words: tuple[str, ...] = ()
    json: bool = False
    """Print the result as one JSON document, and nothing else, on standard output."""
    out: Path = RUNS
    """Folder in which run folders are made."""
    quiet: bool = False
    """No progress."""
    fresh: bool = False
    """Also simulate replications that other studies have simulated."""
    config_dir: Path | None = None
    """A folder of the user's own configuration groups."""
    show: bool = False
    """Print the composed configuration instead of running it."""
    all: bool = False
    """Show every KPI and every row on the terminal, rather than a selection."""
    is_of_sheet: bool = False
    """Some words come from a workbook of inputs, so results are also written as a workbook."""

    @property
    def command(self) -> str:
        """The command line that requests the same again."""
        return shlex.join(["cargohub", self.verb, *self.words, *folder_option(self.config_dir)])


def folder(text: str) -> Path:
    """The folder of an option; an empty text would be the current folder.

    Raises:
        ArgumentTypeError: an empty text.
    """
    if not text:
        raise argparse.ArgumentTypeError("expected a folder, got ''")
    return Path(text)


def folder_option(config_dir: Path | None) -> list[str]:
    """The option `--config-dir` as typed, for the user's own configuration groups; empty without such a folder."""
    return [] if config_dir is None else ["--config-dir", str(config_dir)]


def is_override(word: str) -> bool:
    """Whether a word sets or removes a key, and therefore is neither a file nor a run.

    >>> [is_override(word) for word in ("seed=7", "+seed=7", "~seed", "runs/run-x")]
    [True, True, True, False]
    """
    return "=" in word or word.startswith("~")


def key_of(word: str) -> str:
    """The key of a KEY=VALUE, +KEY=VALUE or ~KEY word."""
    return word.partition("=")[0].lstrip("+~")


def without_groups(words: Sequence[str], *groups: str) -> list[str]:
    """The words whose keys are in none of these groups of the configuration."""
    return [word for word in words if key_of(word).partition(".")[0] not in groups]


def check_once(words: Sequence[str]) -> None:
    """Refuse a key that is given more than once, since only the last word would count; a file may be named `a=b`.

    A group may have two: `lanes=NAME` chooses an option, and `lanes={depot 1: …}` changes its values.

    Raises:
        InputError: a key that stands in several KEY=VALUE, +KEY=VALUE or ~KEY words.
    """
    given = grouped(
        ((key_of(word).removeprefix("--"), re.match(r"\w+=\{", word) is None), word)
        for word in words
        if is_override(word)
    )
    for (key, _), all_of_it in given.items():
        if len(all_of_it) > 1 and not any(len(word) <= LONGEST_NAME and Path(word).exists() for word in all_of_it):
            raise InputError(f"{key}: given more than once: {' and '.join(map(repr, all_of_it))}; give it once")


def check_among(option: str, name: str, what: str, known: Iterable[str]) -> None:
    """Refuse a name that is not among those known; `what` completes the message, such as "no kind of case".

    Raises:
        InputError: the name is not among them.
    """
    if name not in (names := [*map(str, known)]):
        raise InputError(f"{option}: {name[:60]!r} is {what}{near(name, names)}")


def files_and_options(words: Sequence[str], options: Sequence[str]) -> tuple[list[Path], dict[str, str]]:
    """The files and the options among the words, each in the order given.

    Raises:
        CargohubError: an unknown option, or one that is empty.
    """
    given: dict[str, str] = {}
    files: list[Path] = []
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or Path(word).exists():
            files.append(Path(word))
        elif key not in options:
            raise InputError(f"{word!r}: unknown option{near(key, options)}")
        elif not value:
            raise InputError(f"{word!r}: {key} is empty")
        else:
            given[key] = value
    return files, given


def taken_apart(words: Sequence[str], options: Sequence[str], wanted: str) -> tuple[Path, dict[str, str]]:
    """The one file and the options among the words; `wanted` is the message if there is not exactly one file.

    Raises:
        CargohubError: no file or several, and as in `files_and_options`.
    """
    files, given = files_and_options(words, options)
    if len(files) != 1:
        more = f"; every other word must be an option such as {options[0]}=…" if len(files) > 1 and options else ""
        raise InputError(f"{wanted}, got {', '.join(map(str, files)) or 'none'}{more}")
    return files[0], given


def date_of(given: dict[str, str], option: str) -> dt.date | None:
    """The value of an option as a date; None if it is not given.

    Raises:
        InputError: not a date.
    """
    if option not in given:
        return None
    try:
        return dt.date.fromisoformat(given[option])
    except ValueError:
        raise InputError(f"--{option}: expected a date YYYY-MM-DD, got {given[option]!r}") from None
