"""Replications that were simulated before: no study simulates one again.

A file a replication, in the user's cache folder, under the hash of all that decides its bits: hub, number, what was
computed of it, program, versions and CPU family. Those used least recently go first.
"""

import hashlib
import io
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from experiments.report.sections import said
from experiments.store.identity import hash_of, hubs_of, surroundings
from experiments.store.parts import Part, packed, unpacked
from sim.config import HubConfig
from sim.errors import InputError
from sim.files import content_of
from sim.own import trusted
from sim.reading import plain

_KPIS: Final = "kpis"
_DIGEST: Final = hashlib.sha256().digest_size


def cache_folder() -> Path:
    """Of this user, for all folders of runs."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cargohub" / "replications"


@dataclass(frozen=True, slots=True)
class Cache:
    """The files of a folder, together at most so many bytes; several processes may use it at a time."""

    folder: Path
    most_bytes: int

    def name_of(self, work: Callable[..., object], hub: HubConfig, number: int) -> str:
        """The hash of a replication; empty for a hub with code of its own, which is always simulated."""
        if trusted():
            return ""
        done, given = (work.func, work.keywords) if isinstance(work, partial) else (work, {})
        asked = {"work": f"{done.__module__}.{done.__qualname__}", "given": plain(given), "replication": number}
        return hash_of({**hubs_of({"": hub}), **asked, **surroundings()})

    def get(self, name: str) -> Part | None:
        """What was kept under a name; None if nothing is there, or what is there is damaged, which is said."""
        path, content = self.folder / name, b""
        if not name or not os.path.lexists(path):
            return None
        with suppress(OSError, InputError):  # cannot be read, or is no file
            content = content_of(path, min(path.stat().st_size, self.most_bytes + _DIGEST))
        if content[:_DIGEST] != _digest(name, content[_DIGEST:]):
            sys.stderr.write(f"{said('cache_damaged', path=path)}\n")
            with suppress(OSError):
                path.unlink()
            return None
        with suppress(OSError):
            os.utime(path)
        with np.load(io.BytesIO(content[_DIGEST:]), allow_pickle=False) as file:
            tables = {str(table): unpacked(file, str(table)) for table in file["tables"]}
            kpis = zip(file[_KPIS].tolist(), file["values"].tolist(), strict=True)
            return {"kpis": dict(kpis), "tables": tables, "seconds": float(file["seconds"]), "is_cached": True}

    def put(self, name: str, part: Part) -> None:
        """Keep a replication, whole or not at all; a folder that cannot be written keeps none."""
        if not name:
            return
        columns: dict[str, Any] = packed(part["tables"])
        columns |= {_KPIS: np.array(list(part["kpis"]), dtype=np.str_), "seconds": np.float64(part.get("seconds", 0.0))}
        columns |= {"values": np.array(list(part["kpis"].values()), dtype=float)}
        columns |= {"tables": np.array(list(part["tables"]), dtype=np.str_)}
        file = io.BytesIO()
        np.savez(file, **columns)
        content = file.getvalue()
        if len(content) > self.most_bytes:
            return
        # Of this process: two that keep the same replication each write a file of their own, and the later one stays.
        unfinished = self.folder / f".{name}-{os.getpid()}"
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                unfinished.write_bytes(_digest(name, content) + content)
                unfinished.replace(self.folder / name)
            finally:
                unfinished.unlink(missing_ok=True)
            self._trim()

    def _trim(self) -> None:
        """Drop what was used least recently until the rest is small enough, what killed processes left among it."""
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


def _digest(name: str, content: bytes) -> bytes:
    """Of the name, too: what was kept under another one is another replication."""
    return hashlib.sha256(name.encode() + content).digest()
