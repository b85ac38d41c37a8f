"""The words of a verb that reads a file: the file itself, and its options as key=value."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from experiments.arguments import check_once
from sim.errors import InputError
from sim.reading import near


def taken_apart(words: Sequence[str], options: Sequence[str], wanted: str) -> tuple[Path, dict[str, str]]:
    """The file and the options among the words; `wanted` says what the verb needs.

    Raises:
        CargohubError: no file, several files, an unknown option, or one that is empty or given twice.
    """
    check_once([word for word in words if not Path(word).exists()])
    given: dict[str, str] = {}
    files: list[str] = []
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or Path(word).exists():
            files.append(word)
        elif key not in options:
            raise InputError(f"{word!r}: unknown option{near(key, options)}")
        elif not value:
            raise InputError(f"{word!r}: {key} is empty")
        else:
            given[key] = value
    if len(files) != 1:
        raise InputError(f"{wanted}, got {', '.join(files) or 'none'}")
    return Path(files[0]), given


def date_of(given: dict[str, str], option: str) -> dt.date | None:
    """An option that is a day; None if it is not given.

    Raises:
        InputError: not a date.
    """
    if option not in given:
        return None
    try:
        return dt.date.fromisoformat(given[option])
    except ValueError:
        raise InputError(f"--{option}: a date as YYYY-MM-DD, got {given[option]!r}") from None
