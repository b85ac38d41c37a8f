"""A run folder: the results of one command, stored while it runs, and complete at the end.

While running        config.yaml  replications.jsonl  parts/  flights/ (a copy of the files of flights that it reads)
Complete             config.yaml  tables/*.parquet  dictionary.csv  timings.json  manifest.json, written last
Derived from these   figures/  report.html
"""

import datetime as dt
import json
import os
import platform
import re
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Final, Self

from experiments.money.kpis import KPIS as KNOWN
from experiments.store import parts
from experiments.store.factors import NONE, FactorColumns
from experiments.store.files import UNFINISHED, sha256_of, whole, write_whole
from experiments.store.foreign_text import MOST_BYTES
from experiments.store.identity import HASH_DIGITS, environment, hash_of, program
from experiments.store.parts import IsPossible, Line, Part
from experiments.store.read import CONFIG, MANIFEST, TABLES, kpis_of
from experiments.store.tables import Columns, Key, as_columns, write_dictionary, write_replications, write_table
from sim.domain.columns import Column, TableSchema
from sim.errors import CargohubError

DICTIONARY: Final = "dictionary.csv"
TIMINGS: Final = "timings.json"
_MOST_CONFIG: Final = MOST_BYTES // 2
"""Most bytes of a configuration. The manifest, which contains it, is less than twice as large."""
FINISHED: Final = "finished"
"""Key of the timings: when the run was complete."""


KPIS: Final = TableSchema.of(
    "kpis",
    "one row a design, replication and KPI",
    Column("kpi", "string", "", "name of the KPI"),
    Column("value", "float64", "see unit", "its value in this replication"),
    Column("unit", "string", "", "its unit; empty: a figure of the study that is no KPI"),
)
"""The KPIs of every replication, in the model's order. Columns of the designs' factors come before these."""


class RunDirectory:
    """A run folder, locked against other commands until the block ends: `with RunDirectory.open(...) as run:`.

    A complete run is not locked, and may be in a read-only folder.
    """

    last_held: ClassVar[str] = ""
    """The run folder that this process has locked, from which the command can go on; empty if none."""

    def __init__(
        self, path: Path, verb: str, identity: Mapping[str, Any], config_yaml: str, is_possible: IsPossible
    ) -> None:
        self.path = path
        self._is_possible = is_possible
        self._verb = verb
        self._identity = identity
        self._config_yaml = config_yaml
        self._lines: dict[Key, Line] = {}
        self._began = time.monotonic()
        self._holding = ExitStack()
        self._made: tuple[Path, ...] = ()
        """Folders created by this command, the inner first."""

    @classmethod
    def open(
        cls, root: Path | str, verb: str, name: str, identity: Mapping[str, Any], config_yaml: str,
        is_possible: IsPossible = lambda *_: True,
    ) -> "RunDirectory":  # fmt: skip
        """The folder of this run inside `root`, new or as a previous command left it.

        `name`: of the scenario or study. `identity`: from `identity_of`. `config_yaml`: the composed configuration,
        from which the run can be repeated. `is_possible`: whether a part that a previous command stored can be
        accepted.

        Raises:
            CargohubError: another command is writing there, or more designs than could be read again.
            OSError: `root` cannot be written, and the like.
        """
        if (n_bytes := len(config_yaml.encode())) > _MOST_CONFIG:
            n, mib = len(identity.get("hubs", {})), n_bytes / 2**20
            raise CargohubError(
                f"{n} designs: their configuration takes {mib:.0f} MiB, but a run folder holds at most"
                f" {_MOST_CONFIG // 2**20}; split them into several runs"
            )
        path = Path(root) / folder_name(verb, name, identity)
        run = cls(path, verb, identity, config_yaml, is_possible)
        if run.is_complete:
            # Files that are needed only while running are left if the process is killed just after writing the
            # manifest.
            parts.clear(path)
        else:
            run._made = tuple(folder for folder in (path, path.parent) if not folder.exists())
            path.mkdir(parents=True, exist_ok=True)
            with ExitStack() as stack:
                stack.enter_context(held(path))
                cls.last_held = str(path)
                run._begin()
                run._holding = stack.pop_all()
        return run

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        # Nothing was finished, for example because a cluster is missing. The folder is removed while locked, unless
        # another command completed it before we got the lock.
        is_refused = kind is not None and issubclass(kind, CargohubError) and not self._lines and not self.is_complete
        if is_refused and self.path in self._made:
            shutil.rmtree(self.path, ignore_errors=True)
            for folder in self._made[1:]:
                with suppress(OSError):  # others may write there
                    folder.rmdir()
        self._holding.close()

    @property
    def is_complete(self) -> bool:
        """Whether the tables exist, so that nothing is left to compute."""
        return (self.path / MANIFEST).exists()

    def finished(self) -> dict[Key, dict[str, float]]:
        """KPIs of each finished replication, by scenario and replication, sorted.

        Raises:
            CargohubError: the directory is complete, but damaged.
        """
        if self.is_complete:
            return kpis_of(self.path)
        return {key: dict(self._lines[key].kpis) for key in sorted(self._lines)}

    def keep(self, key: Key, part: Part) -> None:
        """Store the result of one replication, whole or not at all, so that it is not computed again.

        Raises:
            ValueError: a complete run, or a column of objects.
            OSError: the disk is full, and the like; what was kept before stays.
        """
        if self.is_complete:
            raise ValueError(f"{self.path}: is complete and accepts no more parts")
        self._lines[key] = parts.keep(self.path, key, part)

    def table_of(self, name: str) -> Iterator[tuple[Key, Columns]]:
        """A table of the stored replications, one at a time; only before the run is complete.

        Raises:
            ValueError: a complete run, whose tables `read_run` reads.
            OSError: a file cannot be read.
        """
        if self.is_complete:
            raise ValueError(f"{self.path}: is complete; use read_run to read its tables")
        return parts.stored(self.path, self._lines, name, sorted(self._lines))

    def complete(
        self,
        schemas: Mapping[str, TableSchema],
        *,
        keys: Iterable[Key] | None = None,
        tables: Sequence[tuple[TableSchema, Columns]] = (),
        factors: FactorColumns = NONE,
    ) -> None:
        """Write the tables of all replications, the study's own `tables`, and the manifest last of all.

        `schemas`: of the replications' tables, by name. `keys`: replications of the result (None: all); others are
        dropped. `factors`: columns of the table `kpis` in which the designs differ.

        Raises:
            ValueError: a table that does not fit its schema, or twice the same table.
            KeyError: a table without schema, or a key that was not kept.
            OSError: the disk is full, and the like; the same command can go on from there.
        """
        if self.is_complete:
            raise ValueError(f"{self.path}: is complete already")
        wanted = sorted(self._lines if keys is None else set(keys))
        names = sorted({table for key in wanted for table in self._lines[key].tables})
        named = [KPIS.name, *names, *(schema.name for schema, _ in tables)]
        if len(set(named)) != len(named):
            raise ValueError(f"tables: two have the same name among {', '.join(sorted(named))}")
        folder = self.path / TABLES
        shutil.rmtree(folder, ignore_errors=True)
        of_kpis = replace(KPIS, columns=(*factors.columns, *KPIS.columns))
        rows = (
            (key, [(*factors.of(key[0]), *pair, unit_of(pair[0])) for pair in self._lines[key].kpis.items()])
            for key in wanted
        )
        kpis = ((key, as_columns(of_kpis.columns, of_key)) for key, of_key in rows)
        write_replications(folder / f"{KPIS.name}.parquet", of_kpis, kpis)
        with parts.opened(self.path, (key for key in wanted if self._lines[key].tables)) as opened:
            for name in names:
                columns = parts.stored(self.path, self._lines, name, wanted, opened)
                write_replications(folder / f"{name}.parquet", schemas[name], columns)
        for schema, columns_of_table in tables:
            write_table(folder / f"{schema.name}.parquet", schema, columns_of_table)
        write_dictionary(
            self.path / DICTIONARY, [schema for schema, _ in tables], [of_kpis, *(schemas[name] for name in names)]
        )
        _write_json(self.path / TIMINGS, self._timings(wanted))
        listed = [f"{TABLES}/{name}.parquet" for name in named]
        _write_json(self.path / MANIFEST, self._manifest([CONFIG, DICTIONARY, *listed]))
        parts.clear(self.path)

    def _begin(self) -> None:
        # Another command may have completed the run while we waited for the lock.
        if self.is_complete:
            return
        for unfinished in self.path.rglob(f".*{UNFINISHED}"):  # unfinished files of a killed process
            unfinished.unlink(missing_ok=True)
        write_whole(self.path / CONFIG, self._config_yaml.encode())  # first: without it nothing can be resumed
        self._lines = parts.resume(self.path, environment(), self._is_possible)

    def _manifest(self, files: Sequence[str]) -> dict[str, Any]:
        hubs = self._identity.get("hubs", {})
        return {
            "verb": self._verb,
            "hash": hash_of(self._identity),
            "seeds": {name: hub.get("seed") for name, hub in hubs.items()},
            "program": program(),
            "environment": environment(),
            "identity": self._identity,
            "files": {name: sha256_of(self.path / name) for name in sorted(files)},
        }

    def _timings(self, keys: Sequence[Key]) -> dict[str, Any]:
        """Timings, which differ between runs and belong to neither hash nor manifest [s]."""
        return {
            FINISHED: dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "host": platform.node(),
            "cpus": os.cpu_count(),
            "last_command_s": time.monotonic() - self._began,
            "replications": [
                {
                    "scenario": scenario,
                    "replication": replication,
                    "seconds": self._lines[scenario, replication].seconds,
                    "is_cached": self._lines[scenario, replication].is_cached,
                }
                for scenario, replication in keys
            ],
        }


def unit_of(kpi: str) -> str:
    """Unit of a KPI; empty for another figure."""
    return KNOWN[kpi].unit if kpi in KNOWN else ""


def folder_name(verb: str, name: str, identity: Mapping[str, Any]) -> str:
    """Name of a run folder; arguments as in `RunDirectory.open`."""
    readable = re.sub(r"[^A-Za-z0-9_.+-]", "-", name)[:60]
    return f"{verb}-{readable}-{hash_of(identity)[:HASH_DIGITS]}"


def is_held(folder: Path) -> bool:
    """Whether a command is writing in the folder now.

    This reads the system's list of locks. Trying the lock would hold it for an instant, and a command that begins then
    would be refused. False if the system has no such list.
    """
    try:
        file, listed = (folder / ".lock").stat(), Path("/proc/locks").read_text(encoding="ascii")
    except OSError:
        return False
    # Compared by inode only: some file systems report another device.
    return re.search(rf" FLOCK .*:{file.st_ino} ", listed) is not None


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    # Read in pieces: a manifest has every design, and the whole text would need many times its size in memory.
    with whole(path) as unfinished, unfinished.open("w", encoding="utf-8", newline="\n") as file:
        json.dump(content, file, indent=2, allow_nan=False)
        file.write("\n")


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Lock the folder until the block ends. The system removes the lock when the process ends, however it ends.

    Raises:
        CargohubError: another command holds it.
        OSError: the folder is read-only, and the like.
    """
    # The lock is on a file, because NFS cannot lock folders. The file stays: if it were removed, two commands could
    # lock two files.
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        try:
            _lock(descriptor)
        except BlockingIOError:
            raise CargohubError(
                f"{folder}: another command is writing here; wait for its end, or choose another --out"
            ) from None
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    """Lock an open file.

    Raises:
        BlockingIOError: another process has locked it.
        OSError: the file system has no locks, and the like.
    """
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError(*error.args) from None
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
