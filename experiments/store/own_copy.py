"""The user's file of functions in a run folder: its SHA-256 in the rules, and a copy in the folder `rules`."""

from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from experiments.store.files import sha256_of, write_whole
from experiments.store.foreign_text import bytes_of
from sim.errors import InputError
from sim.own import FILE, MOST_BYTES, SOURCE, OwnFile

FOLDER: Final = "rules"
"""Folder inside a run folder for the copy of the file."""
SHA256: Final = "sha256"
_GROUP: Final = "rules"


def as_stored(plain_hub: dict[str, Any]) -> dict[str, Any]:
    """A hub's plain values, with the hash in place of the file's text."""
    return _replaced(plain_hub, SOURCE, SHA256, lambda rules: sha256_of(rules[SOURCE].encode()))


def _replaced(hub: dict[str, Any], key: str, by: str, value: Callable[[dict[str, Any]], str]) -> dict[str, Any]:
    rules = hub.get(_GROUP)
    if not isinstance(rules, dict) or key not in rules:
        return hub
    return {**hub, _GROUP: {(by if name == key else name): rules[name] for name in rules} | {by: value(rules)}}


def keep_own(folder: Path, own_file: OwnFile | None) -> None:
    """Copy the file into the run folder, where commands on the run find it."""
    if own_file is not None and not (copy := folder / FOLDER / own_file.name).exists():
        copy.parent.mkdir(exist_ok=True)
        write_whole(copy, own_file.source.encode())


def from_stored(folder: Path, hubs: Mapping[str, Any]) -> dict[str, Any]:
    """Plain hubs of a run folder, with the text of the run's copy in place of its hash. Nothing is executed.

    Raises:
        InputError: no copy, or a changed one.
    """
    copy = cache(partial(_copied, folder))
    return {
        label: _replaced(hub, SHA256, SOURCE, lambda rules: copy(str(rules.get(FILE)), str(rules[SHA256])))
        if isinstance(hub, dict)
        else hub
        for label, hub in hubs.items()
    }


def own_in(hubs: Mapping[str, Any]) -> OwnFile | None:
    """The user's file of the first plain hub that has one."""
    groups = (hub.get(_GROUP) for hub in hubs.values() if isinstance(hub, dict))
    rules = next((rules for rules in groups if isinstance(rules, dict) and SOURCE in rules), None)
    return None if rules is None else OwnFile(str(rules.get(FILE)), str(rules[SOURCE]))


def _copied(folder: Path, name: str, digest: str) -> str:
    if not (name.endswith(".py") and Path(name).name == name and name.isprintable()):
        raise InputError(f"{folder}: {_GROUP}.{FILE}: {name[:60]!r} is not the name of a Python file")
    content = bytes_of(folder / FOLDER / name, MOST_BYTES)
    if sha256_of(content) != digest:
        raise InputError(f"{folder / FOLDER / name}: changed since the run")
    return content.decode(errors="replace")
