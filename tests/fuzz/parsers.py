"""The parsers that `make fuzz` attacks, each declared here once: what reads a file, and good files to begin with.

A parser gives a value or raises the project's error of one line, within seconds and little memory.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, reduce
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet
from test_ssim import file_of, leg

from experiments import composition
from experiments.arguments import Arguments
from experiments.designs.design import DesignKeys
from experiments.frame.recorded import config_text
from experiments.main import _parse
from experiments.overrides import word_value
from experiments.store import archive, parts
from experiments.store.files import sha256_of
from experiments.store.foreign import begun
from experiments.store.foreign_parquet import check_table, columns_of, first_difference, rows_of
from experiments.store.foreign_parts import is_possible
from experiments.store.foreign_text import json_of
from experiments.studies import schedule
from experiments.studies.schedule.content import read_schedule
from experiments.studies.schedule.request import read_request
from experiments.unknown_keys import paths
from sim.inputs.flight_file import load_limits
from sim.inputs.flight_files import read_schedules
from sim.measures.kpis import KPIS
from sim.record.schemas import TABLES

KEY = ("liege_30k", 0)
TABLES_OF_PART = ("flights", "trucks")
FLIGHTS = (
    "flight,sibt,arrival,aircraft,parcels\nXX1,2022-09-05 08:30,2022-09-05 14:30,b777f,9000\nXX2,2022-09-06 23:59,,,\n",
    "sibt;flight;after;leg_min\r\n2022-09-05T08:30;A;;\r\n2022-09-05T10:00;B;A;60\r\n2022-09-05 09:00;C;;\r\n",
    "flight,sibt,replication\nA,2022-09-05 08:30,0\nA,2022-09-05 08:30,1\n",
)
WORDS = (
    "scenario=liege_66k\ndemand=permit\nhalls.main.doors_out=+20%",
    "roster=three_shifts\nroster.roles.packout.shifts.1.share=-30%\n~disruptions\nseed=3",
    "packout.spread={family: gamma, spread: 0.4}\n+connections.lanes.PL=Hangzhou",
    "packout.chute_plan=[{machine: 0, lanes: [FR]}]",
    "--out\nruns\nhorizon_days=7\nstart_date=2022-09-05\nprecision.kpis=[on_time_share]\ntime_zone=Europe/Brussels",
)


@dataclass(frozen=True)
class Parser:
    """`read`: the file that lies at the path; `seeds`: good ones; `name`: of the file."""

    read: Callable[[Path], object]
    seeds: Callable[[], Iterator[bytes]]
    name: str


@cache
def _hub() -> Any:
    return composition.load()


def _schedule(*options: str) -> Callable[[Path], object]:
    def read(path: Path) -> object:
        request = read_request((str(path), *options))
        result = read_schedule(request, load_limits(_hub()))
        return schedule.table(result), schedule.document(result, sha256=""), schedule.flights_csv(result.calls)

    return read


def _flights(path: Path) -> object:
    for zone in (None, "Europe/Brussels"):
        read_schedules(str(path), _hub().start_date, load_limits(_hub()), zone)
    return _schedule("time_zone=Europe/Brussels")(path)


def _words(path: Path) -> object:
    words = ["run", *path.read_bytes().decode(errors="surrogateescape").split("\n")]
    options, verb = _parse(words)
    if verb is None:
        return None
    composed = composition.compose(options.words[1:])
    return composition.hub(composed), composition.study(DesignKeys, composed)


def _values() -> Iterator[str]:
    """A word for each value, which sets what it is anyway."""
    composed = composition.compose()
    for key in paths(composed, ""):
        value = reduce(lambda inside, name: inside[name], key.split("."), composed)
        if not isinstance(value, dict):
            yield f"{key}={word_value(value)}"


def _run(path: Path) -> object:
    return begun(path.parent)


def _option(path: Path) -> object:
    """A scenario of the caller's own."""
    return composition.hub(composition.compose(["scenario=own"], path.parent.parent))


def _tables(path: Path) -> object:
    good = path.with_name("good.parquet")
    if not good.exists():
        good.write_bytes(next(_parquets()))
    return columns_of(path), check_table(path), len(rows_of(path)), first_difference(good, path)


def _part(path: Path) -> object:
    """A finished replication whose hashes fit."""
    folder = path.parents[1]
    line = parts.Line(dict.fromkeys(KPIS, 0.0), TABLES_OF_PART, None, parts.sha256_of(path), is_cached=False)
    (folder / parts.LINES).write_text(f'{{"environment": {{}}}}\n{parts._text(KEY, line)}\n')
    lines = parts.resume(folder, {}, is_possible)
    return [dict(columns) for table in TABLES_OF_PART for _, columns in parts.stored(folder, lines, table, lines)]


def _column(path: Path) -> object:
    """One column of it, in an archive whose checks fit."""
    file = path.parent / "parts" / parts._file(Path(), KEY).name
    file.parent.mkdir(exist_ok=True)
    with np.load(io.BytesIO(next(_npzs()))) as good, zipfile.ZipFile(file, "w") as members:
        for name in good.files:
            is_it = name == "flights/key"
            members.writestr(f"{name}.npy", path.read_bytes() if is_it else good.zip.read(f"{name}.npy"))
    return _part(file)


def _lines(path: Path) -> object:
    return parts.lines_in(path.parent), parts.resume(path.parent, {}, is_possible)


def _archive(path: Path) -> object:
    with archive.unpacked(path) as folder:
        return [*folder.rglob("*")]


def _archives() -> Iterator[bytes]:
    files = {"run/manifest.json": b"{}", "run/tables/kpis.parquet": 90 * b"1", "README.md": b""}
    with TemporaryDirectory() as folder:
        path = Path(folder, "a.zip")
        archive.write(path, files, {name: sha256_of(content) for name, content in files.items()})
        yield path.read_bytes()


def _parquets() -> Iterator[bytes]:
    for columns in (
        {"scenario": ["a", "b"], "replication": [0, 1], "value": [0.5, float("nan")], "is_it": [True, False]},
        {"kpi": [f"kpi_{n % 3}" for n in range(50)], "value": [float(n) for n in range(50)]},
    ):
        for options in ({"compression": "zstd"}, {"compression": "none", "use_dictionary": False, "version": "1.0"}):
            file = io.BytesIO()
            parquet.write_table(pa.table(columns), file, **options)
            yield file.getvalue()


def _npzs() -> Iterator[bytes]:
    tables = {table: {each.name: np.zeros(3, each.dtype.replace("string", "U2")) for each in TABLES[table].columns}
              for table in TABLES_OF_PART}  # fmt: skip
    for compression in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", compression) as archive:
            parts.write_tables(archive, tables)
        yield file.getvalue()


def _npys() -> Iterator[bytes]:
    for values in (np.array(["XX1", "XX2", "XX3"]), np.zeros((3, 1)), np.zeros(3, dtype="datetime64[s]")):
        file = io.BytesIO()
        np.save(file, values)
        yield file.getvalue()


def _jsonl() -> Iterator[bytes]:
    line = parts.Line(dict.fromkeys(KPIS, 0.0), (), 1.5, None, is_cached=False)
    yield f'{{"environment": {{}}}}\n{parts._text(KEY, line)}\n{{"scenario": "a", "replication": 1}}\n'.encode()


def _stored() -> Iterator[bytes]:
    hub = _hub()
    keys = composition.study(DesignKeys, composition.compose()).as_plain()
    yield config_text(Arguments("run"), keys, {"liege_30k": hub}).encode()
    yield b"verb: run\nstudy: {replications: 2}\nhubs:\n  a: {seed: 1, name: a}\n"


PARSERS = {
    "ssim": Parser(
        _schedule("skip_bad=true", "airport=LGG"),
        lambda: ("\n".join(lines).encode() for lines in (file_of(leg(), leg(4, flight_number=" 752")), file_of(leg()))),
        "season.ssim",
    ),
    "flights": Parser(_flights, lambda: map(str.encode, FLIGHTS), "flights.csv"),
    "overrides": Parser(_words, lambda: map(str.encode, (*WORDS, *islice(_values(), 0, None, 20))), "words"),
    "yaml": Parser(_run, _stored, "run/config.yaml"),
    "json": Parser(json_of, lambda: iter([json.dumps({"a": [1, 0.5, None, {"b": "c"}], "d": ""}).encode()]), "a.json"),
    "option": Parser(
        _option,
        lambda: iter(
            [b"# @package _global_\ndefaults:\n  - liege_30k\n  - _self_\nseed: 3\ndemand:\n  parcels: ${seed}\n"]
        ),
        "own/scenario/own.yaml",
    ),
    "npz": Parser(_part, _npzs, f"run/parts/{parts._file(Path(), KEY).name}"),
    "npy": Parser(_column, _npys, "run/column.npy"),
    "lines": Parser(_lines, _jsonl, f"run/{parts.LINES}"),
    "archive": Parser(_archive, _archives, "a.zip"),
    "parquet": Parser(_tables, _parquets, "table.parquet"),
}
