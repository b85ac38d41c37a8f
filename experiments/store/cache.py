"""Cache of simulated replications: no study simulates one again.

Each replication has a file in the user's cache folder. Its name is the hash of all that decides its bits: hub, number,
computed results, program, versions and CPU family. The files used least recently are removed first.
"""

import hashlib
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from io import BufferedIOBase
from pathlib import Path
from typing import Final
from zipfile import ZipFile

from experiments.store.identity import hash_of, hubs_of, surroundings
from experiments.store.parts import Part, table_in, write_tables
from sim.config import HubConfig
from sim.errors import InputError
from sim.files import check_file
from sim.reading import plain
from sim.trusted import trusted

_REST: Final = "rest.json"
_DIGEST: Final = hashlib.sha256().digest_size


def cache_folder() -> Path:
    """The user's cache folder, shared by all folders of runs."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cargohub" / "replications"


@dataclass(frozen=True, slots=True)
class Cache:
    """The cached files of a folder, limited in bytes; several processes may use it at the same time."""

    folder: Path
    most_bytes: int

    def name_of(self, work: Callable[..., object], hub: HubConfig, number: int) -> str:
        """The hash of a replication; empty for a hub with its own code, which is always simulated."""
        if trusted():
            return ""
        done, given = (work.func, work.keywords) if isinstance(work, partial) else (work, {})
        asked = {"work": f"{done.__module__}.{done.__qualname__}", "given": plain(given), "replication": number}
        return hash_of({**hubs_of({"": hub}), **asked, **surroundings()})

    def get(self, name: str) -> Part | None:
        """The cached content of a name; None if there is none, or, with a message, if it is damaged."""
        path, archive = self.folder / name, None
        if not name or not os.path.lexists(path):
            return None
        with suppress(OSError, InputError):  # cannot be read, or is not a file
            check_file(path, self.most_bytes + _DIGEST)
            with path.open("rb") as file:
                is_whole = file.read(_DIGEST) == _digest(name, file)
            archive = ZipFile(path) if is_whole else None  # open as long as its tables are read
        if archive is None:
            sys.stderr.write(f"cache: {path}: damaged; simulated again\n")
            with suppress(OSError):
                path.unlink()
            return None
        with suppress(OSError):
            os.utime(path)
        rest = json.loads(archive.read(_REST))
        tables = {table: table_in(archive, table) for table in rest["tables"]}
        return {"kpis": rest["kpis"], "tables": tables, "seconds": rest["seconds"], "is_cached": True}

    def put(self, name: str, part: Part) -> None:
        """Store a replication, whole or not at all; without effect if the folder cannot be written."""
        if not name:
            return
        kpis = {kpi: float(value) for kpi, value in part["kpis"].items()}
        rest = {"kpis": kpis, "seconds": part.get("seconds", 0.0), "tables": [*part["tables"]]}
        # Named by process: processes that store the same replication write separate files, and the last one remains.
        unfinished = self.folder / f".{name}-{os.getpid()}"
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                with unfinished.open("w+b") as file:
                    file.write(bytes(_DIGEST))
                    with ZipFile(file, "w") as archive:
                        write_tables(archive, part["tables"])
                        archive.writestr(_REST, json.dumps(rest))
                    file.seek(_DIGEST)
                    digest = _digest(name, file)
                    file.seek(0)
                    file.write(digest)
                if unfinished.stat().st_size <= self.most_bytes + _DIGEST:
                    unfinished.replace(self.folder / name)
            finally:
                unfinished.unlink(missing_ok=True)
            self._trim()

    def _trim(self) -> None:
        """Remove the least recently used files until the rest fits, including remains of killed processes."""
        files = []
        for entry in os.scandir(self.folder):
            if entry.is_dir(follow_symlinks=False):
                continue
            with suppress(FileNotFoundError):  # another process has dropped it
                about = entry.stat(follow_symlinks=False)
                files.append((about.st_mtime_ns, about.st_size, entry.path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= self.most_bytes:
                return
            with suppress(OSError):  # it is locked
                Path(path).unlink(missing_ok=True)
                total -= size


def _digest(name: str, file: BufferedIOBase) -> bytes:
    """Digest of the name and the rest of the file, so that content under another name is not accepted."""
    return hashlib.file_digest(file, lambda: hashlib.sha256(name.encode())).digest()
