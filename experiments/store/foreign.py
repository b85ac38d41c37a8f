"""Run folders of unknown origin: everything is checked first, nothing is executed or trusted."""

import os
import re
import shlex
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Any, ClassVar, Final

from experiments.store.directory import DICTIONARY, TIMINGS
from experiments.store.files import hash_of_input, sha256_of
from experiments.store.foreign_text import bytes_of, json_of, yaml_of
from experiments.store.identity import (
    NOT_IDENTITY,
    VALUES,
    copy_of,
    hash_of,
    hub_and_files,
    measured,
    with_copy,
    with_named_copy,
)
from experiments.store.own_copy import FOLDER as OWN
from experiments.store.own_copy import from_stored, own_in
from experiments.store.parts import FOLDER, LINES
from experiments.store.read import CONFIG, MANIFEST, TABLES, incomplete
from experiments.store.stored_by import UNREAD, is_environment, is_program, unread
from sim.config import HubConfig
from sim.errors import ConfigError, InputError
from sim.measures.kpis import adopt_of
from sim.own import adopt
from sim.reading import Plain, read

_VERB: Final = re.compile("[a-z][a-z-]{0,30}")
_LEAST: Final = ("kpis",)
"""Tables that every run has."""
MOST_FILES: Final = 1_000
_DEEPEST: Final = 8
_TABLE: Final = re.compile(rf"{TABLES}/[a-z][a-z0-9_]{{0,59}}\.parquet")
_FREE: Final = re.compile(
    rf"\.lock|{re.escape(TIMINGS)}|report\.html|replay[\w.-]*\.html|sheet\.pdf|(methods|odd)[\w.-]*\.(md|pdf|tex)|configs/[a-z]+/[a-z]+\.yaml|results\.xlsx|figures/[\w.-]+\.(svg|png)|{LINES}|{FOLDER}/[^/]+|{OWN}/[^/]+\.py"
)
"""Files that are never opened: those that verbs make from a run, in their usual places."""
_KINDS: Final = MappingProxyType({"verb": str, "hash": str, "environment": dict, "identity": dict, "files": dict})


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest of a run. `files`: SHA-256 by name inside the folder."""

    folder: Path
    verb: str
    hash: str
    environment: Mapping[str, Any]
    identity: Mapping[str, Any]
    files: Mapping[str, str]
    program: Mapping[str, Any]
    """Version and commit; empty in a run stored before runs recorded them."""

    @property
    def tables(self) -> dict[str, Path]:
        return {Path(name).stem: self.folder / name for name in sorted(self.files) if _TABLE.fullmatch(name)}

    @property
    def unread(self) -> str:
        """The reason why the run cannot be read, for the end of a message."""
        return unread(self.identity, self.program)


@dataclass(frozen=True, slots=True)
class Configuration:
    """The request of a run: hubs by label, and the study's keys as plain values."""

    hubs: Mapping[str, HubConfig]
    study: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Begun:
    """An unfinished run. `words` of its command are only displayed, never executed."""

    folder: Path
    verb: str
    configuration: Configuration
    words: tuple[str, ...]
    unread: ClassVar = UNREAD


def is_finished(folder: Path) -> bool:
    return (folder / MANIFEST).is_file()


def manifest_of(folder: Path) -> Manifest:
    """The manifest, after a check of the folder's files.

    Raises:
        InputError: not a complete run, links, files that are missing or not a run's, or an invalid manifest.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")
    present = set(files_in(folder))
    if MANIFEST not in present:
        raise InputError(incomplete(folder))
    path = folder / MANIFEST
    value = _checked(path, json_of(path))
    inputs = set(_inputs(path, value["identity"]))
    for name in value["files"]:
        if name not in present:
            raise InputError(f"{folder / name}: missing")
    for name in sorted(present - set(value["files"]) - {MANIFEST}):
        # Input files, or folders of them, may lie beside the configuration in their own folders.
        if not _FREE.fullmatch(name) and not inputs.intersection(PurePosixPath(name).parts):
            raise InputError(f"{folder}: {name[:60]!r} is not a file of this run")
    return Manifest(folder=folder, program=value.get("program", {}), **{key: value[key] for key in _KINDS})


def check_file(manifest: Manifest, name: str) -> Path:
    """A file of the run, if it is unchanged.

    Raises:
        InputError: it is not listed, or it changed.
    """
    path = manifest.folder / name
    if name not in manifest.files:
        raise InputError(f"{path}: not a file of this run")
    if sha256_of(path) != manifest.files[name]:
        raise InputError(f"{path}: changed since the run")
    return path


def configuration_of(manifest: Manifest) -> Configuration:
    """The configuration, checked by the schema and against the manifest.

    Raises:
        InputError: no plain YAML, unknown or missing keys, wrong types, or another configuration than the manifest's.
    """
    path = check_file(manifest, CONFIG)
    verb, configuration = _configuration(path, manifest.unread)
    if verb != manifest.verb:
        raise InputError(f"{path}: verb: differs from that of {MANIFEST}")
    hubs = configuration.hubs
    # Compared by hash, because the order of lanes and halls matters, which equality of mappings ignores.
    with_files = {label: hub_and_files(hub) for label, hub in hubs.items()}
    plain_hubs = {label: values for label, (values, _) in with_files.items()}
    asked = configuration.study
    study = {key: asked[key] for key in sorted(asked, key=str) if key not in NOT_IDENTITY}
    recorded = {key: manifest.identity.get(key) for key in ("hubs", "study")}
    try:
        is_same = hash_of({"hubs": plain_hubs, "study": study}) == hash_of(recorded)
    except (TypeError, ValueError):
        is_same = False
    if not is_same:
        raise InputError(f"{path}: the configuration differs from that of {MANIFEST}")
    for file in (file for _, files in with_files.values() for file in files):
        if sha256_of(file) != manifest.identity.get("values", {}).get(file.name):
            raise InputError(f"{file}: not the values of the run: its SHA-256 differs")
    copies = {label: copy_of(manifest.folder, manifest.identity, label) for label in hubs}
    return replace(configuration, hubs={label: with_copy(hub, copies[label]) for label, hub in hubs.items()})


def begun(folder: Path) -> Begun:
    """The request of an unfinished run; its finished parts are not checked.

    Raises:
        InputError: not a run, links, or an invalid configuration.
    """
    if CONFIG not in set(files_in(folder)):
        raise InputError(f"{folder}: not a run ({CONFIG} is missing)")
    verb, configuration = _configuration(folder / CONFIG, Begun.unread)
    hubs = {label: with_named_copy(hub, folder) for label, hub in configuration.hubs.items()}
    return Begun(folder, verb, replace(configuration, hubs=hubs), command_words(folder))


def _configuration(path: Path, why: str) -> tuple[str, Configuration]:
    value = yaml_of(path)
    if not isinstance(value, dict) or set(value) != {"verb", "study", "hubs"}:
        raise InputError(f"{path}: expected the keys verb, study and hubs")
    kinds = {"verb": str, "study": dict, "hubs": dict}
    if not all(isinstance(value[key], kind) for key, kind in kinds.items()) or not value["hubs"]:
        raise InputError(f"{path}: verb, study, hubs: expected a text, and mappings that are not empty")
    for each in measured(value["hubs"]):
        each["file"] = str(path.parent / VALUES / PurePosixPath(each["file"]).name)
    try:
        plain_hubs = from_stored(path.parent, value["hubs"])
        adopt(own_in(plain_hubs))
        hubs = read(dict[str, HubConfig], plain_hubs, "hubs")
        adopt_of(hubs.values())
        return value["verb"], Configuration(hubs, value["study"])
    except ConfigError as error:
        raise InputError(f"{path}: {error} ({why})") from None


def command_in(folder: Path) -> tuple[str, ...]:
    """The command line in the first line of the configuration; empty without one."""
    first = bytes_of(folder / CONFIG).decode().partition("\n")[0]
    try:
        words = shlex.split(first.removeprefix("# ")) if first.startswith("# cargohub ") and first.isprintable() else []
    except ValueError:
        return ()
    return tuple(words)


def command_words(folder: Path) -> tuple[str, ...]:
    """Words of the command after its verb, for display on a page."""
    return command_in(folder)[2:]


def schedule_of(manifest: Manifest, label: str, named: str, given: Path | None) -> Path:
    """The flight file of one design: the caller's `given`, or one in the run folder or the current folder.

    Raises:
        InputError: the path leaves the folder, no such file, or another content than the run's.
    """
    if (entry := manifest.identity["inputs"].get(label)) is None:
        raise InputError(f"{manifest.folder / MANIFEST}: identity: has no input of {label!r}")
    path = copy_of(manifest.folder, manifest.identity, label) if given is None else given
    if path is None:
        inside = PurePosixPath(named)
        if inside.is_absolute() or ".." in inside.parts or re.search(r"[\\:]", named) or not inside.parts:
            raise InputError(f"{manifest.folder}: {named[:60]!r} is outside the folder; give the file by schedule=FILE")
        path = manifest.folder / inside
        if not path.exists():  # the place of the file when the run was made; its content must be the run's
            path = Path(inside)
    if not path.exists():
        where = f", here or in {manifest.folder}; give it by schedule=FILE" if given is None else ""
        raise InputError(f"{path}: no such file{where}")
    if hash_of_input(path) != entry["sha256"]:
        raise InputError(f"{path}: not the flights of the run: its SHA-256 differs")
    return path.resolve()


def _checked(path: Path, value: Plain) -> dict[str, Any]:
    """The manifest's values, each checked for its type and against the others."""
    checked: dict[str, Any] = value if isinstance(value, dict) else {}
    for key, kind in _KINDS.items():
        if not isinstance(checked.get(key), kind):
            raise InputError(f"{path}: {key}: missing, or of a wrong type")
    if not _VERB.fullmatch(value["verb"]):
        raise InputError(f"{path}: verb: {value['verb'][:60]!r} is not a verb")
    if not is_environment(value["environment"]):
        raise InputError(f"{path}: environment: not as a run writes it")
    if not is_program(value.get("program", {})):
        raise InputError(f"{path}: program: not as a run writes it")
    _check_files(path, value["files"])
    try:
        is_its_hash = hash_of(value["identity"]) == value["hash"]
    except ValueError:
        is_its_hash = False
    if not is_its_hash:
        raise InputError(f"{path}: hash: not that of the identity")
    return checked


def _check_files(path: Path, files: Mapping[str, object]) -> None:
    for name, digits in files.items():
        if name not in (CONFIG, DICTIONARY) and not _TABLE.fullmatch(name):
            raise InputError(f"{path}: files: {name[:60]!r} is not a file of a run")
        if not isinstance(digits, str) or not re.fullmatch("[0-9a-f]{64}", digits):
            raise InputError(f"{path}: files: {name} has no SHA-256")
    for name in (CONFIG, DICTIONARY, *(f"{TABLES}/{table}.parquet" for table in _LEAST)):
        if name not in files:
            raise InputError(f"{path}: files: {name} is missing")


def files_in(folder: Path) -> Iterator[str]:
    """All files by their names inside the folder; links are not followed."""
    waiting, count = [(folder, 0)], 0
    while waiting:
        inside, depth = waiting.pop()
        with os.scandir(inside) as entries:
            for entry in entries:
                count += 1
                name = Path(entry.path).relative_to(folder).as_posix()
                if count > MOST_FILES + 1_000_000 * (name.partition("/")[0] == FOLDER) or depth > _DEEPEST:
                    raise InputError(f"{folder}: more files or folders than a run has")
                mode = entry.stat(follow_symlinks=False).st_mode
                if stat.S_ISDIR(mode):
                    waiting.append((Path(entry.path), depth + 1))
                elif stat.S_ISREG(mode):
                    yield name
                else:
                    kind = "a link" if stat.S_ISLNK(mode) else "no regular file"
                    raise InputError(f"{folder}: {name[:60]!r} is {kind}")


def _inputs(path: Path, identity: Mapping[str, Any]) -> Iterator[str]:
    inputs = identity.get("inputs")
    if not isinstance(inputs, dict):
        raise InputError(f"{path}: identity: inputs: missing, or of a wrong type")
    for entry in inputs.values():
        if not isinstance(entry, dict) or not all(isinstance(entry.get(key), str) for key in ("file", "sha256")):
            raise InputError(f"{path}: identity: inputs: a file and its SHA-256 for each")
        yield entry["file"]
    values = identity.get("values", {})
    if not isinstance(values, dict):
        raise InputError(f"{path}: identity: values: of a wrong type")
    yield from values
