"""The runs of the folder for the page: names first, and content only of those shown."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from experiments.store.directory import is_held
from experiments.store.foreign import is_finished, manifest_of
from experiments.store.foreign_tables import read_rows
from experiments.store.read import CONFIG, MANIFEST
from experiments.store.summaries import AnswerRow
from experiments.studies.list import entry_of, is_run
from experiments.verbs import VERBS
from sim.errors import CargohubError, InputError

PER_PAGE: Final = 50
"""Runs of a list that are read together: a thousand would take half a minute."""
COMPLETE, RUNNING, UNFINISHED = "complete", "running", "unfinished"
_BY_NAME_LENGTH: Final = sorted(VERBS, key=len, reverse=True)


@dataclass(frozen=True, slots=True)
class RunName:
    """A run folder, by its name and its files' times."""

    name: str
    verb: str
    is_complete: bool
    changed_s: float


def names_in(root: Path) -> list[RunName]:
    """Run folders directly below `root`, last changed first; without links and unusable names."""
    folders = filter(is_run, _folders(root))
    return sorted(map(_named, folders), key=lambda run: (-run.changed_s, run.name))


def folder_in(root: Path, name: str) -> Path:
    """The existing run folder of this name; paths are refused.

    Raises:
        InputError: not a run in `root`.
    """
    if is_there(root, name):
        return root / name
    raise InputError(f"{name[:80]}: no run of this name in {root}")


def is_there(root: Path, name: str) -> bool:
    """Whether a run folder of this name is directly below `root`."""
    return any(folder.name == name and is_run(folder) for folder in _folders(root))


def chosen(runs: list[RunName], text: str, verb: str, state: str) -> list[RunName]:
    """Runs whose name contains all words of `text`, with this verb and state; empty: any."""
    words = text.lower().split()
    return [
        run
        for run in runs
        if all(word in run.name.lower() for word in words)
        and verb in ("", run.verb)
        and (not state or run.is_complete == (state == COMPLETE))
    ]


def entry(root: Path, run: RunName) -> Mapping[str, Any]:
    """The facts of `cargohub list`; read again only if the run has changed."""
    return _entry(root / run.name, run.is_complete, run.changed_s)


def state_of(folder: Path, *, is_here: bool) -> str:
    """Complete, running or unfinished; `is_here`: a command of this page is working there. Otherwise by the lock."""
    if is_finished(folder):
        return COMPLETE
    return RUNNING if is_here or is_held(folder) else UNFINISHED


@lru_cache(maxsize=4_096)
def _entry(folder: Path, _: bool, __: float) -> Mapping[str, Any]:  # noqa: FBT001 - part of the cache's key
    entry = entry_of(folder, folder.name)
    if entry["state"] != COMPLETE or entry["scenarios"]:
        return entry
    with suppress(CargohubError):  # a run without stored sentences has no scenarios
        return {**entry, "says": read_rows(manifest_of(folder), AnswerRow)[0].sentence}
    return entry


def _folders(root: Path) -> Iterator[Path]:
    with os.scandir(root) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False) and entry.name.isprintable():
                yield Path(entry.path)


def _named(folder: Path) -> RunName:
    is_complete = is_finished(folder)
    verb = next((verb for verb in _BY_NAME_LENGTH if folder.name.startswith(f"{verb}-")), "")
    changed_s = (folder / (MANIFEST if is_complete else CONFIG)).stat().st_mtime
    return RunName(folder.name, verb, is_complete, changed_s)
