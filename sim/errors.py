"""What can go wrong: the user's mistakes, and ours."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

LONGEST_ECHO: Final = 200
"""Characters of an input that a message repeats without a blank or a comma."""
_LONG: Final = re.compile(rf"([^\s,]{{{LONGEST_ECHO}}})[^\s,]+")


def _shown(character: str) -> str:
    """A character of an input as a terminal may show it: blanks of all kinds become one later."""
    is_plain = character.isprintable() or character.isspace()
    return character if is_plain else character.encode("unicode_escape").decode()


class CargohubError(Exception):
    """The user's mistake: one line that names the place, the value and the bound. Exit code 2."""

    def __init__(self, message: str) -> None:
        super().__init__(_LONG.sub(r"\1…", "".join(map(_shown, message))))


class ConfigError(CargohubError):
    """A configuration that cannot be read, or that contradicts itself."""


class InputError(CargohubError):
    """A file of the user's that cannot be read: names file, row or column, and what was expected."""


@contextmanager
def placed(place: str, kind: type[CargohubError] = ConfigError) -> Iterator[None]:
    """A mistake says where it stands; `place` ends with what parts it from the mistake, as ": "."""
    try:
        yield
    except CargohubError as error:
        raise kind(f"{place}{error}") from error


class LawBroken(Exception):  # noqa: N818 - it is a verdict on the model, and reads as one
    """A conservation law does not hold: a fault of the model, never of the user."""
