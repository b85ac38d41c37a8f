"""Reading a complete run, for reports and notebooks."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from experiments.grouping import nested
from experiments.store.files import sha256_of
from experiments.store.foreign_text import damage_reported, text_of
from experiments.store.tables import Key
from sim.errors import CargohubError, InputError
from sim.reading import near

if TYPE_CHECKING:
    import pandas as pd


CONFIG: Final = "config.yaml"
MANIFEST: Final = "manifest.json"
TABLES: Final = "tables"
MOST_HELD: Final = 100_000
"""Most rows of a table that stays in memory while others are read."""
_ALL: Final = "kpis"
"""The table that has every scenario of a run."""
KPI_COLUMNS: Final = {"scenario": str, "replication": int, "kpi": str, "value": float}


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A complete run: `config` as YAML text, `manifest`, and its tables by name.

    `manifest["identity"]["hubs"]` holds each scenario's configuration as plain values.
    """

    path: Path
    config: str = field(repr=False)
    manifest: dict[str, Any] = field(repr=False)
    tables: "Mapping[str, pd.DataFrame]" = field(repr=False)


def read_run(
    path: Path | str, names: Collection[str] | None = None, scenarios: Collection[str] | None = None
) -> StoredRun:
    """Read a complete run of any version. Every file is checked against the manifest.

    Args:
        path: The run folder.
        names: Names of tables, as in `docs/kpis.md`; None: all.
        scenarios: Scenarios whose rows are read, of tables by scenario; other rows are never in memory.

    Returns:
        Its configuration, its manifest, and its tables as DataFrames.

    Raises:
        CargohubError: no complete run, a file missing or changed, or no such table or scenario.
    """
    run = open_run(path, names if names is None or scenarios is None else [*names, _ALL], scenarios)
    if scenarios is not None:
        known = _rows(run.path / TABLES / f"{_ALL}.parquet", None)["scenario"].unique().tolist()
        if unknown := next((each for each in scenarios if each not in known), None):
            raise CargohubError(f"{run.path}: has no scenario {unknown!r}{near(unknown, known)}")
    return replace(run, tables={name: run.tables[name] for name in run.tables if names is None or name in names})


def open_run(
    path: Path | str, names: Collection[str] | None = None, scenarios: Collection[str] | None = None
) -> StoredRun:
    """As `read_run`, but tables are read when first accessed: the table of flows may not fit into memory.

    Raises:
        CargohubError: as in `read_run`.
    """
    folder = Path(path)
    manifest = _manifest(folder)
    files = {Path(file).stem: file for file in manifest["files"] if file.startswith(f"{TABLES}/")}
    for name in names or ():
        if name not in files:
            raise CargohubError(f"{folder}: has no table {name}; there are {', '.join(sorted(files))}")
    wanted = {name: file for name, file in files.items() if names is None or name in names}
    for file in (CONFIG, *wanted.values()):
        _check(folder, file, manifest["files"])
    tables = _Tables({name: folder / file for name, file in wanted.items()}, scenarios)
    return StoredRun(folder, text_of(folder / CONFIG), manifest, tables)


class _Tables(Mapping[str, "pd.DataFrame"]):
    """Tables by name, read once; tables with many rows are read at each access."""

    def __init__(self, paths: Mapping[str, Path], scenarios: Collection[str] | None) -> None:
        self._paths, self._scenarios = paths, scenarios
        self._frames: dict[str, pd.DataFrame] = {}

    def __getitem__(self, name: str) -> "pd.DataFrame":
        frame = self._frames[name] if name in self._frames else _rows(self._paths[name], self._scenarios)
        if len(frame) <= MOST_HELD:
            self._frames[name] = frame
        return frame

    def __contains__(self, name: object) -> bool:
        return name in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


def kpis_of(path: Path | str) -> dict[Key, dict[str, float]]:
    """The KPIs of each replication of a complete run, by scenario and replication, sorted.

    Raises:
        CargohubError: as in `read_run`.
    """
    table = read_run(path, names=["kpis"]).tables["kpis"]
    return by_replication(zip(*(table[name].tolist() for name in KPI_COLUMNS), strict=True))


def by_replication(rows: Iterable[tuple[Any, ...]]) -> dict[Key, dict[str, float]]:
    """Rows of the table `kpis`, by scenario and replication; values are in the order of `KPI_COLUMNS`."""
    return nested(((scenario, replication), kpi, value) for scenario, replication, kpi, value in rows)


def _rows(path: Path, scenarios: Collection[str] | None) -> "pd.DataFrame":
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import parquet

    with damage_reported(path):
        # One thread and no file system layer, because a table is one file.
        with parquet.ParquetFile(path) as file:
            schema = file.schema_arrow
            table = file.read(use_threads=False) if scenarios is None or "scenario" not in schema.names else None
            if table is None:
                wanted = pa.array(scenarios, pa.string())
                batches = file.iter_batches(use_threads=False)
                table = pa.Table.from_batches(
                    (batch.filter(pc.is_in(batch["scenario"], value_set=wanted)) for batch in batches), schema
                )
        frame: pd.DataFrame = table.to_pandas(use_threads=False)
    return frame


def check_outside_runs(path: Path, option: str) -> None:
    """Refuse to write a file into a run folder, which must not change.

    Raises:
        CargohubError: the file would be in one.
    """
    for folder in (path.absolute(), *path.absolute().parents):
        if (folder / MANIFEST).is_file() and (folder / CONFIG).is_file():
            raise CargohubError(f"{option}: {str(path)[:200]} would be in a run folder, {folder}; choose another place")


def incomplete(folder: Path) -> str:
    """Description of a folder without a manifest."""
    what = "no run"
    if (folder / CONFIG).exists():
        what = "an unfinished run; `cargohub resume RUN` or the same command continues it"
    elif any(folder.glob(f"*/{CONFIG}")):
        what = f"a folder of runs, not one run; `cargohub list {folder}` lists them"
    return f"{folder}: {what} ({MANIFEST} is missing)"


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        content = (folder / MANIFEST).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise CargohubError(incomplete(folder)) from None
    try:
        manifest: dict[str, Any] = json.loads(content)
        manifest["files"].items()
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CargohubError(f"{folder / MANIFEST}: damaged; remove the folder and run again") from None
    return manifest


def _check(folder: Path, file: str, hashes: Mapping[str, str]) -> None:
    try:
        is_whole = sha256_of(folder / file) == hashes[file]
    except FileNotFoundError:
        raise CargohubError(f"{folder / file}: missing; remove the folder and run again") from None
    if not is_whole:
        raise CargohubError(f"{folder / file}: changed since the run; remove the folder and run again")


def run_folder(named: str, root: Path) -> Path:
    """The folder named, or the run whose name or hash begins so, in `root` or in FOLDER of `FOLDER/557f`.

    Raises:
        InputError: none, or several.
    """
    if Path(named).is_dir():
        return Path(named)
    if Path(named).suffix.lower() == ".zip" and Path(named).is_file():
        raise InputError(
            f"{named}: an archive; unpack it and name its folder run, or compute it again: `cargohub reproduce {named}`"
        )
    if Path(named).is_file():
        raise InputError(f"{named}: a file, but a run is a folder; `cargohub list` names the runs")
    start, is_elsewhere = Path(named).name, len(Path(named).parts) > 1
    root = Path(named).parent if is_elsewhere else root
    folders = [path for path in root.glob("*") if (path / CONFIG).is_file()] if start else []
    matching = sorted(
        path for path in folders if path.name.startswith(start) or path.name.rpartition("-")[2].startswith(start)
    )
    if not matching:
        elsewhere = "" if is_elsewhere else f"; for a run in another folder, give FOLDER/{named}"
        raise InputError(f"{named}: no such folder, and no run in {root} whose name or hash begins with it{elsewhere}")
    if len(matching) > 1:
        raise InputError(
            f"{named}: {len(matching)} runs in {root} begin with it, such as {matching[0].name} and {matching[1].name}"
        )
    return matching[0]
