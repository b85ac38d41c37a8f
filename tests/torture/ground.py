"""Good input files and a good run, and the ways to spoil them: each is a list of plain values, so that it can be kept.

    ["cut", FILE, SHARE]              the first SHARE of its bytes are left
    ["flip", FILE, SHARE, BITS]       a byte at that place
    ["drop"|"double"|"huge", FILE, SHARE]  a line at that place
    ["replace", FILE, OLD, NEW]       everywhere
    ["put", FILE, SHARE, TEXT]        at that place
    ["encode", FILE, ENCODING]        written anew
    ["swap", FILE, OTHER], ["remove", FILE], ["pipe"|"zero"|"loop"|"folder", FILE]
    ["set", FILE, NUMBER, VALUE]      the value of that number in a JSON or YAML file
    ["column", FILE, NUMBER, HOW]     of a Parquet file
    ["seal", RUN]                     hashes that fit what is there now

FILE may be `book.xlsx::xl/worksheets/sheet1.xml`, a part of a zip.
"""

import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from openpyxl import Workbook
from pyarrow import compute, parquet

from experiments.main import main
from tests.stored_runs import made, sealed
from tests.test_calibrate import rows_of
from tests.test_calibrate import written as traffic
from tests.test_resume import interrupted
from tests.test_ssim import file_of, leg, written

RUN = ("run", "margin=none", "page=none")
RULES = '''from sim.own import kpi, rule


@kpi("parcels", "neither", "parcels of the cohort")
def my_parcels(recorded):
    """Parcels of the cohort."""
    return 1.0
'''
IMPOSSIBLE = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    zipfile.BadZipFile,
    pa.ArrowException,
    yaml.YAMLError,
)
CHUTES = "machine,lanes,second\n0,ES|FR,\n1,IT,\n"
MINE = "# @package _global_\ndefaults:\n  - liege_30k\n  - _self_\nseed: 3\n"
RANGES = "demand.flights_per_day:\n  low: 2\n  high: 9\n  source: mine\n"


def laid_out(root: Path) -> None:
    """Every file that the commands of `cases` name, all good; `begun` is a run that was interrupted."""
    days = [f"2022-09-{5 + n // 4:02} {6 * (n % 4):02}:30" for n in range(40)]
    (root / "flights.csv").write_text(
        "flight,sibt,parcels\n" + "".join(f"XX{n},{day},{900 + n}\n" for n, day in enumerate(days))
    )
    rows = [
        ["name", "seed", "halls.main.doors_out", "cost"],
        *[[f"plan {n}", n, 14 + n, 100.5 * n] for n in range(1, 4)],
    ]
    (root / "designs.csv").write_text("".join(",".join(map(str, row)) + "\n" for row in rows))
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(root / "designs.xlsx")
    written(root, file_of(leg(), leg(4, flight_number=" 752", days_of_operation="1 3 5  ")))
    traffic(root, rows_of())
    (root / "scans.csv").write_text(
        "start,uld_min\n" + "".join(f"{day},{3.5 + n % 7 * 1.3:.1f}\n" for n, day in enumerate(days))
    )
    (root / "instants.csv").write_text(
        "flight,uld,stage,instant\n0-1,0,start,2022-09-05 08:00\n0-1,0,end,2022-09-05 09:00\n"
    )
    (root / "chutes.csv").write_text(CHUTES)
    (root / "mine.py").write_text(RULES)
    (root / "observed.csv").write_bytes(Path("configs/observed/published.csv").read_bytes())
    for name, text in (("scenario", MINE), ("assumptions", RANGES)):
        (root / "own" / name).mkdir(parents=True)
        (root / "own" / name / "mine.yaml").write_text(text)
    assert main(["sheet", "new", str(root / "plan.xlsx"), "--quiet"]) == 0
    made(root / "made", *RUN).rename(root / "run")
    interrupted(pytest.MonkeyPatch(), list(RUN), root / "others").rename(root / "begun")
    for name in ("made", "others"):
        (root / name).rmdir()


def copied(root: Path, case: dict[str, Any], folder: Path) -> None:
    """What the case names, and its damage."""
    said = [*case["words"], *(str(text) for each in case.get("damage", ()) for text in each)]
    for path in root.iterdir():
        if "." in said or any(path.name in text for text in said):
            copy = shutil.copytree if path.is_dir() else shutil.copyfile
            copy(path, folder / path.name)
    spoil(folder, case.get("damage", []))


def files(root: Path) -> list[str]:
    """All that can be spoilt, parts of workbooks among them."""
    names = [path.relative_to(root).as_posix() for path in sorted(root.rglob("*")) if path.is_file()]
    for name in [name for name in names if name.endswith(".xlsx")]:
        with zipfile.ZipFile(root / name) as book:
            names += [f"{name}::{part}" for part in book.namelist()]
    return names


def spoil(root: Path, damage: list[list[Any]]) -> None:
    """Each in turn; what a damage before has made impossible is left out."""
    for how, name, *rest in damage:
        file, _, part = name.partition("::")
        with suppress(*IMPOSSIBLE):
            if part:
                _of_zip(root / file, part, how, rest)
            else:
                _spoil(root / file, how, rest)


def _of_zip(path: Path, part: str, how: str, rest: list[Any]) -> None:
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    apart = path.parent / "part"
    apart.write_bytes(parts[part])
    _spoil(apart, how, rest)
    parts[part] = apart.read_bytes() if apart.is_file() and not apart.is_symlink() else b""
    apart.unlink(missing_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)


def _spoil(path: Path, how: str, rest: list[Any]) -> None:
    read = {"seal": [path / "manifest.json"], "swap": [path, path.parent / str(rest[:1] and rest[0])]}.get(how, [path])
    if any(each.is_symlink() or not each.is_file() for each in read):
        return  # a damage before has made it a pipe or a device, which would be read without end
    if how == "seal":
        sealed(path)
    elif how == "swap":
        path.write_bytes((path.parent / rest[0]).read_bytes())
    elif how == "set":
        _set(path, *rest)
    elif how == "column":
        _column(path, *rest)
    elif how in ("remove", "pipe", "zero", "loop", "folder"):
        path.unlink()
        if how == "pipe":
            os.mkfifo(path)
        elif how in ("zero", "loop"):
            path.symlink_to("/dev/zero" if how == "zero" else path)
        elif how == "folder":
            path.mkdir()
    else:
        path.write_bytes(_bytes(path.read_bytes(), how, rest))


def _bytes(content: bytes, how: str, rest: list[Any]) -> bytes:
    if how == "encode":
        return content.decode().encode(rest[0])
    if how == "replace":
        return content.replace(*(text.encode(errors="surrogatepass") for text in rest))
    at = min(int(rest[0] * len(content)), max(len(content) - 1, 0))
    if how == "cut":
        return content[:at]
    if how == "flip":
        return content[:at] + bytes([content[at] ^ rest[1]]) + content[at + 1 :] if content else content
    if how == "put":
        return content[:at] + rest[1].encode(errors="surrogatepass") + content[at:]
    lines = content.splitlines(keepends=True)
    n = min(int(rest[0] * len(lines)), max(len(lines) - 1, 0))
    line = {"drop": b"", "double": 2 * b"".join(lines[n : n + 1]), "huge": b"9" * 200_000 + b"\n"}[how]
    return b"".join([*lines[:n], line, *lines[n + 1 :]])


def _set(path: Path, number: int, value: object) -> None:
    is_json = path.suffix == ".json"
    document = json.loads(path.read_text()) if is_json else yaml.load(path.read_text(), Loader=yaml.CSafeLoader)
    places = list(_places(document))
    inside, key = places[number % len(places)]
    inside[key] = value
    path.write_text(json.dumps(document) if is_json else yaml.safe_dump(document, sort_keys=False, allow_unicode=True))


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    for key, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
        yield value, key
        if isinstance(item, dict | list):
            yield from _places(item)


def _column(path: Path, number: int, how: str) -> None:
    table = parquet.read_table(path)
    at = number % table.num_columns
    name, column = table.column_names[at], table.column(at)
    if how == "none":
        table = table.remove_column(at)
    elif how == "rows":
        table = table.slice(0, number % (table.num_rows + 1))
    elif how == "again":
        table = pa.concat_tables([table, table])
    elif how == "back":
        table = table.take(pa.array(range(table.num_rows - 1, -1, -1)))
    elif how == "text":
        table = table.set_column(at, name, compute.cast(column, pa.string()))
    else:
        kind = pa.float64() if pa.types.is_floating(column.type) else column.type
        table = table.set_column(at, name, pa.array([float(how)] * table.num_rows).cast(kind))
    parquet.write_table(table, path)
