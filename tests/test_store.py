import math
import os
from dataclasses import replace

import numpy as np
import pytest
from pyarrow import parquet
from small_runs import FLIGHTS, KEYS, SCHEMAS, SUMMARY, ULDS, content, opened, part_of, run_all

from experiments.store import RunDirectory, identity, kpis_of, parts, read, read_run, tables
from experiments.store.read import check_outside_runs
from sim.domain.columns import Pieced, TableSchema, number
from sim.errors import CargohubError

REAL_WRITE = os.write


def test_a_complete_run_has_its_tables_sorted_and_described(tmp_path):
    path = run_all(tmp_path)
    assert sorted(content(path)) == [
        "config.yaml",
        "dictionary.csv",
        "manifest.json",
        *(f"tables/{name}.parquet" for name in ("flights", "kpis", "summary", "ulds")),
    ]
    run = read_run(path)
    assert run.config == "seed: 5\n"
    assert run.manifest["verb"] == "compare"
    assert run.manifest["seeds"] == {"small": 5}
    flights = run.tables["flights"]
    assert list(flights) == ["scenario", "replication", "flight", "aldt", "parcels"]
    assert flights.equals(flights.sort_values(["scenario", "replication", "aldt", "flight"], ignore_index=True))
    assert len(flights) == 6 * len(KEYS)
    assert run.tables["summary"]["scenario"].tolist() == ["large", "small"]
    assert run.tables["ulds"].dtypes.astype(str).to_dict()["replication"] == "int32"
    field = parquet.read_schema(path / "tables/flights.parquet").field("aldt")
    assert field.metadata == {b"unit": b"min", b"meaning": b"landing"}
    assert "flights,aldt,float64,min,landing\n" in (path / "dictionary.csv").read_text()
    assert list(read_run(path, ["ulds"]).tables) == ["ulds"]


def test_nan_stays_nan_and_is_no_null(tmp_path):
    table = parquet.read_table(run_all(tmp_path) / "tables/flights.parquet", partitioning=None)
    assert table["aldt"].null_count == 0
    assert np.isnan(table["aldt"].to_numpy()).sum() == len(KEYS)


def test_the_bytes_do_not_depend_on_the_order_in_which_replications_come(tmp_path):
    first = content(run_all(tmp_path / "a", KEYS))
    assert content(run_all(tmp_path / "b", KEYS[::-1])) == first
    assert content(run_all(tmp_path / "c", KEYS[1::2] + KEYS[::2])) == first


@pytest.mark.parametrize("n_read", [2, 50_000])
def test_large_tables_are_read_and_written_in_groups_with_the_same_rows(tmp_path, monkeypatch, n_read):
    monkeypatch.setattr(tables, "ROWS_PER_GROUP", 7)
    monkeypatch.setattr(parts, "ROWS_PER_GROUP", n_read)
    path = run_all(tmp_path / "a")
    assert parquet.ParquetFile(path / "tables/flights.parquet").num_row_groups > 1
    monkeypatch.undo()
    whole = read_run(run_all(tmp_path / "b")).tables
    assert all(table.equals(whole[name]) for name, table in read_run(path).tables.items())


def test_only_pieces_that_follow_one_another_are_sorted_one_by_one():
    schema = TableSchema.of("some", "rows", number("one", "first"), number("other", "last"), sort="one other")
    columns = {"one": np.arange(9, dtype=np.int32) // 4, "other": np.arange(9, dtype=np.int32)}
    for order in (np.arange(9), np.array([1, 0, 2, 5, 4, 3, 7, 8, 6]), np.arange(9)[::-1]):
        pieces = Pieced(columns, lambda name, order=order: iter(np.split(columns[name][order], 3)))
        found = list(tables.sorted_pieces(schema, pieces))
        assert len(found) == (1 if order[0] == 8 else 3)
        for name, values in columns.items():
            np.testing.assert_array_equal(np.concatenate([piece[name] for piece in found]), values)


def test_a_run_goes_on_where_it_stopped_and_does_nothing_twice(tmp_path):
    path = run_all(tmp_path / "a", upto=4)
    with pytest.raises(
        CargohubError, match="an unfinished run; `cargohub resume RUN` or the same command continues it"
    ):
        read_run(path)
    with opened(tmp_path / "a") as run:
        assert set(run.finished()) == set(KEYS[:4])
    assert content(run_all(tmp_path / "a")) == content(run_all(tmp_path / "b"))


def test_kpis_are_the_same_kept_resumed_and_complete(tmp_path):
    with opened(tmp_path) as run:
        run.keep(KEYS[0], part_of(KEYS[0]))
        kept = run.finished()
    with opened(tmp_path) as run:
        resumed = run.finished()
        run.complete(SCHEMAS)
        complete = run.finished()
    assert list(kept[KEYS[0]]) == ["late", "flights", "longest", "none"]
    assert repr(kept) == repr(resumed) == repr(complete) == repr(kpis_of(run.path))
    assert kept[KEYS[0]]["longest"] == math.inf
    assert math.isnan(kept[KEYS[0]]["none"])


def test_a_complete_run_is_loaded_and_not_touched(tmp_path):
    before = content(run_all(tmp_path))
    with opened(tmp_path) as run:
        assert run.is_complete
        assert sorted(KEYS) == list(run.finished())
        with pytest.raises(ValueError, match="accepts no more parts"):
            run.keep(("small", 9), part_of(KEYS[0]))
        with pytest.raises(ValueError, match="complete already"):
            run.complete(SCHEMAS)
    assert content(run.path) == before


def test_only_the_replications_asked_for_are_in_the_result(tmp_path):
    with opened(tmp_path) as run:
        for key in KEYS:
            run.keep(key, part_of(key))
        run.complete(SCHEMAS, keys=KEYS[:2])
    assert list(run.finished()) == KEYS[:2]


def test_a_partial_last_line_and_a_garbled_one_are_dropped(tmp_path):
    path = run_all(tmp_path / "a", upto=3)
    lines = (path / parts.LINES).read_bytes()
    (path / parts.LINES).write_bytes(lines[:-20])
    with opened(tmp_path / "a") as run:
        assert list(run.finished()) == sorted(KEYS[:2])
        run.keep(KEYS[4], part_of(KEYS[4]))
    (path / parts.LINES).write_bytes((path / parts.LINES).read_bytes() + b"\0\0\0\n[1]\n")
    with opened(tmp_path / "a") as run:
        assert set(run.finished()) == {*KEYS[:2], KEYS[4]}
    assert content(run_all(tmp_path / "a")) == content(run_all(tmp_path / "b"))


def test_half_written_files_are_ignored_and_removed(tmp_path):
    path = run_all(tmp_path / "a", upto=2)
    half = path / "parts" / ".small-2.npz.unfinished"
    half.write_bytes(b"PK half of it")
    # A part whose line was not written, and a line whose part is not there.
    (path / "parts" / "small-12345678-2.npz").write_bytes(b"PK")
    next(path.glob("parts/small-*-1.npz")).unlink()
    with opened(tmp_path / "a") as run:
        assert list(run.finished()) == [KEYS[0]]
        assert not half.exists()
    assert content(run_all(tmp_path / "a")) == content(run_all(tmp_path / "b"))


def test_replications_of_other_versions_are_computed_again(tmp_path, monkeypatch):
    run_all(tmp_path, upto=2)
    with opened(tmp_path) as run:
        assert len(run.finished()) == 2
    monkeypatch.setattr(identity, "_version", lambda package: f"another {package}")
    with opened(tmp_path) as run:
        assert run.finished() == {}


def test_two_commands_in_one_directory_are_one_too_many(tmp_path):
    with opened(tmp_path) as run:
        with pytest.raises(CargohubError, match=f"^{run.path}: another command is writing here"):
            opened(tmp_path)
        with opened(tmp_path, verb="sweep"):
            pass
    with opened(tmp_path):
        pass


@pytest.mark.parametrize(
    ("table", "columns", "error"),
    [
        (FLIGHTS, {"flight": [], "aldt": []}, "columns missing or undeclared: parcels"),
        (FLIGHTS, {"flight": ["a"], "aldt": [0.0], "parcels": [1.5]}, "parcels holds float64, declared int32"),
        (FLIGHTS, {"flight": [1], "aldt": [0.0], "parcels": [1]}, "flight holds int64, declared string"),
        (FLIGHTS, {"flight": ["a", "b"], "aldt": [0.0], "parcels": [1]}, "must be of one length"),
        (ULDS, {"uld": np.array([None]), "is_main_deck": np.array([True])}, "arrays of objects cannot be stored"),
    ],
)
def test_a_table_that_does_not_fit_its_schema_is_refused(tmp_path, table, columns, error):
    with opened(tmp_path) as run, pytest.raises(ValueError, match=error):  # noqa: PT012 - either may find it
        run.keep(KEYS[0], {"kpis": {}, "tables": {table.name: columns}})
        run.complete(SCHEMAS)
    assert not run.is_complete


def test_a_run_without_rows_or_without_replications_is_complete_too(tmp_path):
    with opened(tmp_path / "a") as run:
        run.complete(SCHEMAS)
    assert run.finished() == {}
    empty = {"uld": np.zeros(0, dtype=np.int64), "is_main_deck": np.zeros(0, dtype=bool)}
    with opened(tmp_path / "b") as run:
        run.keep(KEYS[0], {"kpis": {}, "tables": {"ulds": empty}})
        run.complete(SCHEMAS)
    assert read_run(run.path).tables["ulds"].empty


def test_more_designs_than_could_be_read_again_are_refused_before_anything_is_made(tmp_path):
    identity = {"hubs": {"a": {}, "b": {}}}
    with pytest.raises(CargohubError, match=r"^2 designs: their configuration takes 65 MiB, but a run folder holds at"):
        RunDirectory.open(tmp_path / "runs", "sweep", "many", identity, "#" * (65 << 20))
    assert not [*tmp_path.iterdir()]


def test_two_tables_of_one_name_are_refused(tmp_path):
    with opened(tmp_path) as run, pytest.raises(ValueError, match="two have the same name among kpis, kpis"):
        run.complete(SCHEMAS, tables=[(replace(SUMMARY, name="kpis"), {})])


def test_a_damaged_or_missing_run_is_named(tmp_path):
    with pytest.raises(CargohubError, match="no run"):
        read_run(tmp_path)
    path = run_all(tmp_path)
    with pytest.raises(CargohubError, match="no table trucks; there are flights, kpis, summary, ulds"):
        read_run(path, ["trucks"])
    (path / "config.yaml").write_text("seed: 6\n")
    with pytest.raises(CargohubError, match=r"config\.yaml: changed since the run"):
        read_run(path)
    (path / "tables/kpis.parquet").unlink()
    with opened(tmp_path) as run, pytest.raises(CargohubError, match=r"kpis\.parquet: missing|config\.yaml: changed"):
        run.finished()
    for damaged in (b"{}", b"\xfc"):
        (path / "manifest.json").write_bytes(damaged)
        with pytest.raises(CargohubError, match="damaged"):
            read_run(path)


def test_rows_of_some_scenarios_are_read_from_a_run_that_is_opened_once(tmp_path, monkeypatch):
    path, opens, manifest = run_all(tmp_path), [], read._manifest
    monkeypatch.setattr(read, "_manifest", lambda folder: opens.append(folder) or manifest(folder))
    for names in (["flights"], ["flights", "kpis"], None):
        tables = read_run(path, names, ["small"]).tables
        assert [*tables] == sorted(names or ["flights", "kpis", "summary", "ulds"])
        assert all({*table["scenario"]} == {"small"} for table in tables.values())
    assert opens == [path] * 3


def test_no_file_is_written_into_a_run_folder(tmp_path):
    path = run_all(tmp_path)
    check_outside_runs(tmp_path / "a.bib", "--out")
    for place in (path / "a.bib", path / "tables" / "a.bib"):
        with pytest.raises(CargohubError, match=r"--out: .* would be in a run folder"):
            check_outside_runs(place, "--out")


@pytest.mark.parametrize("call", ["write", "fsync", "ftruncate"])
def test_a_full_disk_leaves_what_was_kept(tmp_path, monkeypatch, call):
    def full(*_):
        raise OSError(28, "No space left on device")

    with opened(tmp_path / "a") as run:
        run.keep(KEYS[0], part_of(KEYS[0]))
        monkeypatch.setattr(os, call, full)
        if call == "ftruncate":
            monkeypatch.setattr(os, "write", lambda file, line: REAL_WRITE(file, line[:9]) and full())
        with pytest.raises(OSError, match="No space left"):
            run.keep(KEYS[1], part_of(KEYS[1]))
        if call == "fsync":
            with pytest.raises(OSError, match="No space left"):
                run.complete(SCHEMAS)
        monkeypatch.undo()
        assert list(run.finished()) == [KEYS[0]]
        assert not list(run.path.rglob("*.unfinished"))
    assert content(run_all(tmp_path / "a")) == content(run_all(tmp_path / "b"))


def test_a_root_that_is_a_file_is_an_os_error(tmp_path):
    (tmp_path / "runs").touch()
    with pytest.raises(OSError, match="runs"):
        opened(tmp_path / "runs")


def test_names_are_made_safe_for_a_folder(tmp_path):
    with opened(tmp_path, name="../my study/ü") as run:
        assert run.path.parent == tmp_path
        assert run.path.name.startswith("compare-..-my-study---")
