"""All that decides a result, and its hash, which names the run folder."""

import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path, PurePosixPath
from typing import Any, Final

from experiments.store.files import hash_of_input, sha256_of, write_whole
from experiments.store.own_copy import as_stored
from sim.config import HubConfig
from sim.distributions import EMPIRICAL
from sim.errors import InputError
from sim.files import states_below
from sim.inputs.flight_files import files_of
from sim.reading import plain

PACKAGES: Final = ("cargohub", "numpy", "pandas", "pyarrow", "scipy", "simpy", "SALib", "optuna")
"""Packages whose versions are stored with a run."""
FLIGHTS: Final = "flights"
"""Folder inside a run folder for copies of flight files."""
VALUES: Final = "values"
"""Folder inside a run folder for copies of files from which distributions are read."""
HASH_DIGITS: Final = 12
"""Digits of the hash in the name of a run folder."""
LEFT_OPEN: Final = frozenset({"workers", "execution", "cache_mb"})
"""Keys of a study that say how it is computed; they may change when a stored run is repeated."""
NOT_IDENTITY: Final = LEFT_OPEN | {"page"}
"""Keys of a study that decide no number."""
_SOURCES: Final = ("sim", "experiments")
"""Folders whose code decides the tables: complete, because tables may contain sentences, and a list of parts would
become outdated."""


def identity_of(hubs: Mapping[str, HubConfig], study: Mapping[str, object]) -> dict[str, Any]:
    """All that decides the tables of a run, as plain values: `hubs` by scenario, the study's keys, the program.

    Keys without effect on the tables (`NOT_IDENTITY`) are left out.

    Raises:
        OSError: an input file cannot be read.
        InputError: two files of values with one name.
    """
    of_hubs = hubs_of(hubs)
    return {
        "hubs": of_hubs.pop("hubs"),
        "study": {key: plain(study[key]) for key in sorted(study) if key not in NOT_IDENTITY},
        **of_hubs,
        "version": program()["version"],
        "sources": _hash_of_sources(),
    }


def hubs_of(hubs: Mapping[str, HubConfig]) -> dict[str, Any]:
    """Hubs as plain values, and the hashes of the files that they read.

    An input file stands for its content: its folder does not count, and a changed file is another identity.

    Raises:
        OSError: an input file cannot be read.
        InputError: two files of values with one name.
    """
    inputs, values = {}, dict[str, str]()
    plain_hubs = {}
    for name, hub in hubs.items():
        plain_hubs[name], paths = hub_and_files(hub)
        for path in paths:
            digest = sha256_of(path)
            if values.setdefault(path.name, digest) != digest:
                raise InputError(f"{path}: another file with values has this name: rename one of them")
        if hub.arrivals.schedule is not None:
            path = Path(hub.arrivals.schedule)
            inputs[name] = {"file": path.name, "sha256": hash_of_input(path)}
    return {"hubs": plain_hubs, "inputs": inputs, **({"values": values} if values else {})}


def input_hashes(hub: HubConfig) -> dict[Path, str]:
    """The hashes of the files that a hub reads, by path.

    Raises:
        OSError: one cannot be read.
    """
    flights = [] if hub.arrivals.schedule is None else [Path(hub.arrivals.schedule)]
    return {path: hash_of_input(path) for path in (*hub_and_files(hub)[1], *flights)}


def kept_flights(folder: Path, file: str) -> Path:
    """Path of the run folder's copy of a flight file or folder; `file`: its name."""
    return folder / FLIGHTS / PurePosixPath(file).name


def copy_of(folder: Path, identity: Mapping[str, Any], label: str) -> Path | None:
    """The run folder's copy of a design's flight file; None if there is none, or only one of another such file."""
    inputs = identity.get("inputs")
    entry = inputs.get(label) if isinstance(inputs, dict) else None
    if not isinstance(entry, dict) or not isinstance(entry.get("file"), str):
        return None
    kept = kept_flights(folder, entry["file"])
    return kept if kept.exists() and hash_of_input(kept) == entry.get("sha256") else None


def with_copy(hub: HubConfig, copy: Path | None) -> HubConfig:
    """The hub with the run folder's copy of its flight file, if it has both."""
    if hub.arrivals.schedule is None or copy is None or not copy.exists():
        return hub
    return replace(hub, arrivals=replace(hub.arrivals, schedule=str(copy)))


def with_named_copy(hub: HubConfig, folder: Path) -> HubConfig:
    """The hub with the copy of an unfinished run, whose files have no hashes yet."""
    return with_copy(hub, kept_flights(folder, hub.arrivals.schedule or ""))


def measured(plain_values: object) -> Iterator[dict[str, Any]]:
    """Mappings of a plain configuration whose values come from a file."""
    waiting = [plain_values] if isinstance(plain_values, dict) else []
    while waiting:
        value = waiting.pop()
        if value.get("family") == EMPIRICAL and isinstance(value.get("file"), str):
            yield value
        waiting += [item for item in reversed(value.values()) if isinstance(item, dict)]


def keep_inputs(folder: Path, hubs: Iterable[HubConfig]) -> None:
    """Copy flight files, folders of them, and files of values into the run folder, where commands find them.

    Of two flight files with the same name only the first is copied; commands need the path of the other.
    """
    copied = set[Path]()
    for hub in hubs:
        for path in hub_and_files(hub)[1]:
            copy = folder / VALUES / path.name
            copy.parent.mkdir(exist_ok=True)
            write_whole(copy, path.read_bytes())
        if hub.arrivals.schedule is not None:
            path = Path(hub.arrivals.schedule)
            if (copy := kept_flights(folder, path.name)) not in copied:
                copied.add(copy)
                for file in files_of(str(path)):
                    target = copy / Path(file).name if path.is_dir() else copy
                    if not target.exists():  # a killed command may have copied some files of a folder
                        write_whole(target, Path(file).read_bytes())


def plain_hub(hub: HubConfig) -> dict[str, Any]:
    """A hub as plain values; an input file is represented by its name and not opened."""
    return hub_and_files(hub)[0]


def hub_and_files(hub: HubConfig) -> tuple[dict[str, Any], list[Path]]:
    """A hub as plain values, and the files from which distributions are read."""
    plain_values: dict[str, Any] = plain(hub)
    if hub.arrivals.schedule is not None:
        plain_values["arrivals"]["schedule"] = Path(hub.arrivals.schedule).name
    from_files = [*measured(plain_values)]
    files = [Path(each["file"]) for each in from_files]
    for each, file in zip(from_files, files, strict=True):
        each["file"] = file.name
    return as_stored(plain_values), files


def hash_of(identity: Mapping[str, Any]) -> str:
    """SHA-256 of the identity as JSON, in hexadecimal digits.

    The order of a mapping's keys counts: lanes and halls are numbered in this order, which decides their random draws.

    Raises:
        ValueError: NaN or an infinity among the numbers.
    """
    text = json.dumps(identity, allow_nan=False, ensure_ascii=True, separators=(",", ":"))
    return sha256_of(text.encode())


def environment() -> dict[str, Any]:
    """Versions and CPU family: if both are equal, tables are equal to the last bit."""
    return {
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
        "cpu": cpu_family(),
    }


@cache
def surroundings() -> dict[str, Any]:
    """All that decides the bits of a result except its inputs: the environment and the program."""
    return {**environment(), "sources": _hash_of_sources()}


def differing(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Differences between two environments: the name of each, and both values."""
    if ours["python"] != theirs["python"]:
        yield "Python", ours["python"], theirs["python"]
    for key, what in (("packages", ""), ("cpu", "CPU family, ")):
        for name in sorted({*ours[key], *theirs[key]}):
            first, second = ours[key].get(name, "none"), theirs[key].get(name, "none")
            if first != second:
                yield f"{what}{name}", first, second
    first, second = ours.get("sources", ""), theirs.get("sources", "")
    if first != second:
        yield "the program's source code", first[:HASH_DIGITS], second[:HASH_DIGITS]


def cpu_family() -> dict[str, str]:
    """The machine, and the instructions that numpy chose for functions whose last bit depends on them."""
    from numpy.lib.introspect import opt_func_info

    chosen = opt_func_info(func_name="^(exp|log|power)$", signature="float64")
    return {
        "machine": platform.machine(),
        **{name: next(iter(kinds.values()))["current"] for name, kinds in sorted(chosen.items())},
    }


@cache
def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _hash_of_sources() -> str:
    # A version does not show edits in a checkout: without this, old results could be taken for those of new code.
    states = (state for name in _SOURCES for state in states_below(ROOT / name, ".py", ".yaml"))
    of_results = [each for each in states if each[0].endswith(".py") or Path(each[0]).parent.name == "report"]
    return _hash_of(ROOT, tuple(of_results))


@lru_cache(maxsize=1)
def _hash_of(root: Path, files: tuple[tuple[str, int, int], ...]) -> str:
    """The files are read again once one of them has another time or size."""
    digest = hashlib.sha256()
    for path in (Path(name) for name, *_ in files):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


ROOT = Path(__file__).resolve().parents[2]
"""The checkout, or the folder that contains the installed package."""
_PATHS = ("sim", "experiments", "configs")
"""Folders in which a change may change a result."""


@cache
def program() -> dict[str, Any]:
    """`version`; `commit`, null without a repository; `is_modified`: whether files changed since that commit."""
    try:
        package = distribution("cargohub")
    except PackageNotFoundError:
        return {"version": "not installed", **_of_checkout()}
    # pip records here the repository of the package, if any (PEP 610).
    origin = json.loads(package.read_text("direct_url.json") or "{}").get("vcs_info")
    checkout = _of_checkout() if origin is None else {"commit": origin.get("commit_id"), "is_modified": False}
    return {"version": package.version, **checkout}


def _of_checkout() -> dict[str, Any]:
    # An installed package may lie inside the repository of another project.
    if git("rev-parse", "--show-toplevel") != str(ROOT):
        return {"commit": None, "is_modified": False}
    changes = git("status", "--porcelain", "--untracked-files=all", "--", *_PATHS)
    return {"commit": git("rev-parse", "HEAD"), "is_modified": bool(changes)}


def git(*words: str) -> str | None:
    """Output of git; None if git, the repository or its first commit is missing."""
    # Variables of a Git hook may name another repository.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-C", str(ROOT), *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, timeout=30)  # noqa: S603 - fixed words
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
