"""What the command line hands to a verb."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.errors import InputError


@dataclass(frozen=True, slots=True)
class Arguments:
    """The command line, taken apart: `words` are the KEY=VALUE overrides as given."""

    verb: str
    words: tuple[str, ...] = ()
    json: bool = False
    """The result as one JSON document on standard output, and nothing else there."""
    out: Path = Path("runs")
    """Folder in which run directories are made."""
    quiet: bool = False
    """No progress."""
    config_dir: Path | None = None
    """A folder of the user's own configuration groups."""
    show: bool = False
    """Print the composed configuration instead of running it."""
    slow: bool = False
    """The checks that take minutes, too."""
    parallel: bool = False
    """What two workers do against one."""

    @property
    def command(self) -> str:
        """The command line that asks for the same again."""
        own = [] if self.config_dir is None else ["--config-dir", str(self.config_dir)]
        return shlex.join(["cargohub", self.verb, *self.words, *own])


def check_once(words: Sequence[str]) -> None:
    """These words give a key once. Elsewhere the last word of a key counts, as with Hydra.

    Raises:
        InputError: a key that stands in several KEY=VALUE, +KEY=VALUE or ~KEY words.
    """
    given: dict[str, list[str]] = {}
    for word in words:
        if "=" in word or word.startswith("~"):
            given.setdefault(word.partition("=")[0].lstrip("+"), []).append(repr(word))
    for key, all_of_it in given.items():
        if len(all_of_it) > 1:
            raise InputError(f"{key}: given more than once, as {' and '.join(all_of_it)}; give it once")
