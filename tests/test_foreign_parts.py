"""What an unfinished run from a stranger finished is simulated again where no replication of ours could be so.

Its hashes fit: what was damaged by accident is known by them (tests/test_resume.py).
"""

import io
import math
import shutil
from dataclasses import replace

import numpy as np
import pytest
from interruptions import cut_off
from stored_runs import tables_of

from experiments.main import main
from experiments.store import parts
from experiments.store.foreign_parts import is_possible
from experiments.store.identity import environment


def of_file(content):
    """Another file of tables."""
    return lambda line, old: (line, content(old))


def of_columns(change):
    """The same file with other columns."""

    def changed(line, old):
        with np.load(io.BytesIO(old)) as file:
            columns = {name: file[name] for name in file.files}
        return line, saved(columns | change(columns))

    return changed


def saved(columns, save=np.savez):
    file = io.BytesIO()
    save(file, **{name: values for name, values in columns.items() if values is not None})
    return file.getvalue()


def of_kpis(change):
    """Another line."""
    return lambda line, old: (replace(line, kpis=change(line.kpis)), old)


def times(change):
    return of_columns(lambda columns: {name: change(each) for name, each in columns.items() if each.dtype.kind == "f"})


SPOILT = {
    "cut": of_file(lambda old: old[: len(old) // 2]),
    "empty": of_file(lambda _: b""),
    "an array": of_file(lambda old: b"\x93NUMPY" + old),
    "an empty archive": of_file(lambda _: b"PK\x05\x06" + bytes(18)),
    "a byte": of_file(lambda old: old[:600] + bytes([old[600] ^ 255]) + old[601:]),
    "objects": of_columns(lambda _: {"flights/number": np.array([{}], dtype=object)}),
    "compressed": of_file(lambda old: saved(np.load(io.BytesIO(old)), np.savez_compressed)),
    "half of a column": of_columns(lambda columns: {"flights/number": columns["flights/number"][:1]}),
    "no column": of_columns(lambda _: {"flights/number": None}),
    "an unknown column": of_columns(lambda columns: {"flights/mine": columns["flights/number"]}),
    "a text": of_columns(lambda columns: {"flights/number": columns["flights/key"]}),
    "a matrix": of_columns(lambda _: {"flights/number": np.zeros((3, 3), dtype=np.int32)}),
    "a number": of_columns(lambda columns: {name: np.int32(1) for name in columns if name.startswith("flights/")}),
    "beyond any run": times(lambda values: values * 0 + 1e300),
    "before the instant that it follows": times(np.negative),
    "complex": times(lambda values: values + 1j),
    "fewer than none": of_columns(lambda columns: {"flights/n_ulds": -columns["flights/n_ulds"] - 1}),
    "an unknown table": lambda line, old: (replace(line, tables=(*line.tables, "../mine")), old),
    "an unknown KPI": of_kpis(lambda kpis: {**kpis, "mine\x1b": 1.0}),
    "no KPI": of_kpis(lambda _: {}),
    "a KPI less": of_kpis(lambda kpis: dict(list(kpis.items())[1:])),
    "NaN": of_kpis(lambda kpis: dict.fromkeys(kpis, math.nan)),
    "infinite": of_kpis(lambda kpis: dict.fromkeys(kpis, math.inf)),
    "a share of 2": of_kpis(lambda kpis: {**kpis, "on_time_share": 2.0}),
    "a large number": of_kpis(lambda kpis: {**kpis, "dwell_mean_h": -1e300}),
}


@pytest.fixture(scope="module")
def cut(tmp_path_factory):
    return cut_off(["run", "page=none"], tmp_path_factory.mktemp("cut"))


def spoilt(cut, folder, how):
    shutil.copytree(cut, folder)
    ((key, line),) = parts.lines_in(folder).items()
    path = parts._file(folder, key)
    line, content = how(line, path.read_bytes())
    path.write_bytes(content)
    head = (folder / parts.LINES).read_text().partition("\n")[0]
    sealed = replace(line, sha256=parts.sha256_of(path))
    (folder / parts.LINES).write_text(f"{head}\n{parts._text(key, sealed)}\n")
    return folder


@pytest.mark.parametrize("name", SPOILT)
def test_what_no_replication_of_ours_could_be_is_not_believed(cut, tmp_path, capsys, name):
    folder = spoilt(cut, tmp_path / cut.name, SPOILT[name])
    assert parts.resume(folder, environment(), is_possible) == {}
    assert capsys.readouterr().err.endswith("finished parts that changed since and are computed again: 1\n")


def test_what_could_be_is_believed_and_what_could_not_is_computed_again(cut, tmp_path):
    same = spoilt(cut, tmp_path / "same" / cut.name, lambda *line_and_file: line_and_file)
    assert len(parts.resume(same, environment(), is_possible)) == 1
    other = spoilt(cut, tmp_path / "other" / cut.name, SPOILT["half of a column"])
    for folder in (same, other):
        assert main(["resume", str(folder), "workers=1", "--quiet"]) == 0
    assert tables_of(same) == tables_of(other)
