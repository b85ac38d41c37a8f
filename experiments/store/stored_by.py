"""The environment and program that stored a run, the time, and why a run may not be readable here."""

import datetime as dt
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from experiments.store.directory import FINISHED, TIMINGS
from experiments.store.foreign_text import json_of
from experiments.store.identity import HASH_DIGITS, differing, environment, surroundings
from experiments.store.read import CONFIG, MANIFEST
from sim.errors import InputError

UNREAD: Final = "another version's run, or damaged"
"""The reason for a run that this program may have stored."""


def unread(stored: Mapping[str, Any], by: Mapping[str, Any]) -> str:
    """The reason why a run of this identity and program cannot be read, for the end of a message."""
    if stored.get("sources") == surroundings()["sources"]:
        return UNREAD
    commit = f", commit {by['commit'][:HASH_DIGITS]}" if by.get("commit") else ""
    return (
        f"stored by cargohub {by.get('version', 'of old')[:20]!r}{commit}, whose runs this version does not read;"
        f" install that one, or run the command in the first line of {CONFIG} again"
    )


def timings_of(folder: Path) -> Mapping[str, Any]:
    """A run's recorded machine and time, which no hash covers; empty if not recorded.

    Raises:
        InputError: a damaged file.
    """
    path = folder / TIMINGS
    noted = json_of(path) if path.is_file() else {}
    return noted if isinstance(noted, dict) else {}


def finished(folder: Path) -> dt.datetime:
    """When the run was complete, as recorded; otherwise the time of its manifest, which copying may change."""
    with suppress(InputError, KeyError, TypeError, ValueError):
        return dt.datetime.fromisoformat(timings_of(folder)[FINISHED]).replace(tzinfo=dt.UTC, microsecond=0)
    return dt.datetime.fromtimestamp((folder / MANIFEST).stat().st_mtime, dt.UTC).replace(microsecond=0)


def note_other_versions(folder: Path) -> None:
    """Print which versions stored a complete run, if others run here: no hash of a folder covers them."""
    stored = json_of(folder / MANIFEST)
    then = stored.get("environment") if isinstance(stored, dict) else None
    if isinstance(then, dict) and is_environment(then):
        pairs = [f"{name} {old} ({new} here)" for name, old, new in differing(then, environment())]
        if pairs:
            sys.stderr.write(f"{folder}: shown as stored, with other versions: {', '.join(pairs)}\n")


def is_environment(value: Mapping[str, Any]) -> bool:
    """Whether a value is a stored environment of a run."""
    texts = [value.get("python")]
    for key in ("packages", "cpu"):
        if not isinstance(value.get(key), dict):
            return False
        texts += value[key].values()
    return all(isinstance(text, str) for text in texts)


def is_program(value: object) -> bool:
    """Whether a value is a stored program of a run; it is empty in old runs."""
    if value == {}:
        return True
    if not isinstance(value, dict) or value.keys() != {"version", "commit", "is_modified"}:
        return False
    version, commit, is_modified = value["version"], value["commit"], value["is_modified"]
    is_commit = commit is None or (isinstance(commit, str) and re.fullmatch("[0-9a-f]{40,64}", commit) is not None)
    return isinstance(version, str) and is_commit and isinstance(is_modified, bool)
