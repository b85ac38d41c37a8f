"""Good input files and a good run, and the ways to spoil them: each is a list of plain values, so that it can be kept.

    ["cut", FILE, SHARE]              the first SHARE of its bytes are left
    ["flip", FILE, SHARE, BITS]       a byte at that place
    ["drop"|"double"|"huge", FILE, SHARE]  a line at that place
    ["replace", FILE, OLD, NEW]       everywhere
    ["put", FILE, SHARE, TEXT]        at that place
    ["encode", FILE, ENCODING]        written anew
    ["write", FILE, TEXT]             instead of it
    ["swap", FILE, OTHER], ["mode", FILE], ["remove", FILE], ["pipe"|"zero"|"loop"|"folder", FILE]
    ["set", FILE, NUMBER, VALUE]      the value of that number in a JSON or YAML file
    ["column", FILE, NUMBER, HOW]     of a Parquet file
    ["seal", RUN]                     hashes that fit what is there now

FILE may be `book.xlsx::xl/worksheets/sheet1.xml`, a part of a zip.
"""

import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import chdir, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import yaml
from interruptions import cut_off
from openpyxl import Workbook, load_workbook
from pyarrow import compute, parquet
from stored_runs import forget, made, sealed
from test_calibrate import rows_of
from test_calibrate import written as traffic
from test_ssim import file_of, leg, written

from experiments.composition import compose, packaged
from experiments.main import main

RUN = ("run", "margin=none", "page=none")
RULES = '''import os
from pathlib import Path

from sim.own import kpi, rule

Path(os.environ.get("CARGOHUB_TORTURE_EXECUTED", os.devnull)).touch()


@kpi("parcels", None, "parcels of mine")
def my_parcels(recorded):
    """Parcels of the cohort."""
    return 1.0
'''
MINE = "# @package _global_\ndefaults:\n  - liege_30k\n  - _self_\nseed: 3\n"
RANGES = "demand.flights_per_day:\n  low: 2\n  high: 9\n  sourced: mine\n"


def laid_out(root: Path, runs: Mapping[str, Sequence[str]] = MappingProxyType({})) -> None:
    """Every file that the commands of cases name, all good; in `begun` is an interrupted run; others: `runs`."""
    days = [f"2022-09-{5 + n // 2:02} {12 * (n % 2):02}:30" for n in range(36)]
    (root / "flights.csv").write_text(
        "flight,sibt,parcels\n" + "".join(f"XX{n},{day},{900 + n}\n" for n, day in enumerate(days))
    )
    rows = [
        ["name", "seed", "halls.main.doors_out", "cost"],
        *[[f"plan {n}", n, 14 + n, 100.5 * n] for n in range(1, 4)],
    ]
    for name, shown in (("designs", 4), ("plans", 3)):
        book = Workbook()
        for row in rows:
            book.active.append(row[:shown])  # type: ignore[union-attr]
        book.save(root / f"{name}.xlsx")
        (root / f"{name}.csv").write_text("".join(",".join(map(str, row[:shown])) + "\n" for row in rows))
    written(root, file_of(leg(), leg(4, flight_number=" 752", days_of_operation="1 3 5  ")))
    traffic(root, rows_of())
    (root / "scans.csv").write_text(
        "start,uld_min\n" + "".join(f"{day},{3.5 + n % 7 * 1.3:.1f}\n" for n, day in enumerate(days))
    )
    (root / "instants.csv").write_text(
        "flight,uld,stage,instant\n0-1,0,start,2022-09-05 08:00\n0-1,0,end,2022-09-05 09:00\n"
    )
    lanes = compose()["lanes"]
    pooled = [lane for lane, about in lanes.items() if about["route"] == "POOL"]
    chutes = ["|".join(pooled), *("|".join([lane for lane in lanes if lane not in pooled][n::3]) for n in range(3))]
    rows = [f"{machine},{chute}," for machine in (0, 1) for chute in chutes]
    (root / "chutes.csv").write_text("\n".join(["machine,lanes,second", *rows, ""]))
    (root / "mine.py").write_text(RULES)
    (root / "observed.csv").write_bytes(Path("configs/observed/published.csv").read_bytes())
    for name, text in (("scenario", MINE), ("assumptions", RANGES)):
        (root / "own" / name).mkdir(parents=True)
        (root / "own" / name / "mine.yaml").write_text(text)
    for group, option in groups():
        (root / "own" / group).mkdir(exist_ok=True)
        shutil.copyfile(packaged() / group / option, root / "own" / group / f"mine_{option}")
    assert main(["sheet", "new", str(root / "plan.xlsx"), "--quiet"]) == 0
    book = load_workbook(root / "plan.xlsx")
    next(row for row in book["inputs"].iter_rows() if row[7].value == "halls.main.doors_out")[2].value = 20
    book.save(root / "plan.xlsx")
    for name, words in runs.items():
        with chdir(root):
            made(root / "made", *words).rename(root / name)
    made(root / "made", *RUN).rename(root / "run")
    cut_off(RUN, root / "begun")
    (root / "made").rmdir()
    forget()  # cases are forks, which trust only what they name


def groups() -> list[tuple[str, str]]:
    """Of each packaged group the first file."""
    first = {path.parent.name: path.name for path in sorted(packaged().glob("*/*.yaml"), reverse=True)}
    return [(group, option) for group, option in sorted(first.items()) if group not in ("assumptions", "scenario")]


def words_in(folder: Path, words: Sequence[str]) -> list[str]:
    """The words, where `begun/*` is the one run there, whose name has a hash and must stay."""
    return [next(folder.glob(word)).relative_to(folder).as_posix() if word.endswith("/*") else word for word in words]


def copied(root: Path, case: dict[str, Any], folder: Path) -> None:
    """What the case names, and its damage."""
    texts = [*case["words"], *(str(text) for each in case.get("damage", ()) for text in each)]
    for path in root.iterdir():
        if "." in texts or any(path.name in text for text in texts):
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


def names_in(folder: Path) -> set[str]:
    """Every file, by its path."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def spoil(root: Path, damage: list[list[Any]]) -> None:
    """Each in turn; what a damage before has made impossible is left out."""
    for how, name, *rest in damage:
        file, _, part = name.partition("::")
        with suppress(Exception):
            if part and not is_plain(root / file):
                continue
            if part:
                _of_zip(root / file, part, how, rest)
            else:
                _spoil(root / file, how, rest)


def is_plain(path: Path) -> bool:
    """Whether no damage before has made it a pipe or a device, which would be read without end."""
    return path.is_file() and not path.is_symlink()


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
    if not all(map(is_plain, read)):
        return
    ways = {"seal": sealed, "set": _set, "column": _column, "write": Path.write_text, "swap": _swap, "mode": _closed}
    if how in ways:
        ways[how](path, *rest)
    elif how in _INSTEAD:
        path.unlink()
        _INSTEAD[how](path)
    else:
        path.write_bytes(_bytes(path.read_bytes(), how, rest))


def _closed(path: Path) -> None:
    path.chmod(0)


def _swap(path: Path, other: str) -> None:
    path.write_bytes((path.parent / other).read_bytes())


_INSTEAD: Mapping[str, Callable[[Path], object]] = {
    "remove": lambda _: None,
    "pipe": os.mkfifo,
    "folder": Path.mkdir,
    "zero": lambda path: path.symlink_to("/dev/zero"),
    "loop": lambda path: path.symlink_to(path),
}
"""What stands where the file was."""


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
