"""What the command line hands to a verb."""

import shlex
from dataclasses import dataclass
from pathlib import Path


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
