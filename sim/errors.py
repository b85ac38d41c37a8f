"""Errors: mistakes of the user, and faults of the model."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

LONGEST_ECHO: Final = 200
"""The most characters of an input without a blank or a comma that a message repeats."""
_LONG: Final = re.compile(rf"([^\s,]{{{LONGEST_ECHO}}})[^\s,]+")


def _shown(character: str) -> str:
    """A character of an input as a terminal may show it; all kinds of blanks become spaces later."""
    is_plain = character.isprintable() or character.isspace()
    return character if is_plain else character.encode("unicode_escape").decode()


class CargohubError(Exception):
    """A mistake of the user: one line that names the place, the value and the bound. Exit code 2."""

    def __init__(self, message: str) -> None:
        super().__init__(_LONG.sub(r"\1…", "".join(map(_shown, message))))


class ConfigError(CargohubError):
    """A configuration that cannot be read, or that contradicts itself."""


class InputError(CargohubError):
    """A user's file that cannot be read; the message names file, row or column, and what was expected."""


@contextmanager
def placed(place: str, kind: type[CargohubError] = ConfigError) -> Iterator[None]:
    """Put `place` before the message of a mistake; it includes the separator, such as ": "."""
    try:
        yield
    except CargohubError as error:
        raise kind(f"{place}{error}") from error


class LawBroken(Exception):  # noqa: N818 - names a verdict on the model
    """A conservation law does not hold: a fault of the model, never of the user."""
