"""`cargohub calibrate`: files are whole and usable, breaks are named, mistakes are one line and leave nothing."""

import csv
import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest
from public_data import shared
from test_calendar_indices import days_from, mean_of

from experiments.arguments import Arguments
from experiments.studies import calibrate
from sim.errors import InputError

HEADER = "YEAR,MONTH_NUM,MONTH_MON,FLT_DATE,APT_ICAO,APT_NAME,STATE_NAME,FLT_DEP_1,FLT_ARR_1"


def row(day, count, airport="EBLG"):
    date = day if isinstance(day, str) else str(day)
    return f"2022,1,JAN,{date},{airport},Liège,Belgium,,{count}"


def rows_of(first="2022-01-01", n_days=400, seed=1):
    days = days_from(first, n_days)
    counts = np.random.default_rng(seed).poisson(mean_of(days))
    return [row(day, count) for day, count in zip(days, counts, strict=True)]


def written(folder, rows, header=HEADER, name="traffic.csv"):
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def run(path, out, *words, is_json=True):
    return calibrate.main(Arguments("calibrate", words=(str(path), *words), out=out, json=is_json))


def test_liege_has_the_calendar_derived_before(tmp_path, capsys):
    path, known = shared("airport_traffic_EBLG.csv"), shared("eblg_arrival_factors_2022Q2_2024Q2.csv")
    assert run(path, tmp_path, "from=2022-04-01") == 0
    result = json.loads(capsys.readouterr().out)
    with known.open(encoding="utf-8") as file:
        factors = [(line["kind"], float(line["index"])) for line in csv.DictReader(file)]
    weekday = [index for kind, index in factors if kind == "dow"]
    month = [index for kind, index in factors if kind != "dow"]
    assert [one["value"] for one in result["weekday_index"]] == pytest.approx(weekday, abs=0.005)
    # Those are of arrivals and departures, and of 2023 and 2024 only.
    assert [one["value"] for one in result["month_index"]] == pytest.approx(month, abs=0.065)
    assert result["n_days"] == 792
    assert result["dispersion"]["value"] < 1
    # What is left after April 2022 is a growth of a tenth in January 2024.
    assert [one["week"] for one in result["breaks"]] == ["2024-01-08"]
    assert 1.05 < result["breaks"][0]["ratio"] < 1.2


def test_liege_as_a_whole_breaks_when_fedex_left(tmp_path, capsys):
    assert run(shared("airport_traffic_EBLG.csv"), tmp_path, is_json=False) == 0
    out, err = capsys.readouterr()
    assert "changes in the week of 2022-03-28 (×0.65" in err
    assert "--from 2022-03-28" in err
    assert "set demand.flights_per_day" in out


@pytest.mark.drawn
def test_all_files_are_written_and_again_the_same(tmp_path, capsys):
    path = written(tmp_path, rows_of())
    names = ["arrivals/eblg.yaml", "calibration.svg", "estimates.csv", "estimates.json"]
    for out in (tmp_path / "a", tmp_path / "b"):
        assert run(path, out) == 0
        assert sorted(str(file.relative_to(out)) for file in out.rglob("*") if file.is_file()) == names
    assert json.loads(capsys.readouterr().out.split("}\n{")[0] + "}")["airport"] == "EBLG"
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    text = (tmp_path / "a" / "arrivals" / "eblg.yaml").read_text(encoding="utf-8")
    assert "set demand.flights_per_day" in text
    svg = (tmp_path / "a" / "calibration.svg").read_text(encoding="utf-8")
    assert svg.rstrip().endswith("</svg>")


@pytest.mark.drawn
def test_a_failed_write_leaves_no_file(tmp_path, monkeypatch):
    path, write_bytes = written(tmp_path, rows_of()), Path.write_bytes

    def full(file, data):
        if "calibration.svg" in file.name:
            raise OSError(28, "No space left on device", str(file))
        return write_bytes(file, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        run(path, tmp_path / "out")
    assert not [file for file in (tmp_path / "out").rglob("*") if file.is_file()]


def test_the_configuration_runs(tmp_path, capsys):
    composition = pytest.importorskip("experiments.composition")
    assert run(written(tmp_path, rows_of()), tmp_path / "out") == 0
    result = json.loads(capsys.readouterr().out)
    arrivals = composition.load("liege_30k", "arrivals=eblg", config_dir=tmp_path / "out").arrivals
    usual = composition.load("liege_30k").arrivals
    assert arrivals.month_index == tuple(round(one["value"], 4) for one in result["month_index"])
    assert arrivals.weekday_index == tuple(round(one["value"], 4) for one in result["weekday_index"])
    assert sum(arrivals.month_index) / 12 == pytest.approx(1, abs=1e-4)
    assert (arrivals.model, arrivals.delay, arrivals.hour_share) == (usual.model, usual.delay, usual.hour_share)


def test_bom_line_endings_semicolons_and_order_change_nothing(tmp_path, capsys):
    rows = rows_of()
    plain = written(tmp_path, rows, name="plain.csv")
    lines = [HEADER, *rows]
    other = tmp_path / "other.csv"
    other.write_bytes(("\r\n".join([*lines[:1], *reversed(lines[1:]), "", ""]).replace(",", ";")).encode("utf-8-sig"))
    latin = tmp_path / "latin.csv"
    latin.write_bytes("\n".join(lines).replace(",", ";").encode("latin-1"))
    for path in (plain, other, latin):
        assert run(path, tmp_path / path.stem) == 0
    capsys.readouterr()
    tables = {(tmp_path / path.stem / "estimates.csv").read_bytes() for path in (plain, other, latin)}
    assert len(tables) == 1


def test_one_airport_of_several_and_a_range_are_chosen(tmp_path, capsys):
    noise = [row(day, 5, airport="EBBR") for day in days_from("2022-01-01", 400)]
    both = written(tmp_path, [*noise, *rows_of()], name="both.csv")
    assert run(both, tmp_path / "both", "airport=eblg", "from=2022-01-10", "to=2023-01-20") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["airport"], found["from"], found["to"]) == ("EBLG", "2022-01-10", "2023-01-20")
    alone = written(tmp_path, rows_of(), name="alone.csv")
    assert run(alone, tmp_path / "alone", "from=2022-01-10", "to=2023-01-20") == 0
    assert json.loads(capsys.readouterr().out)["month_index"] == found["month_index"]


def changed(at, text):
    rows = rows_of()
    rows[at] = text
    return rows


def test_unknown_counts_are_left_out(tmp_path, capsys):
    assert run(written(tmp_path, changed(5, row("2022-01-06", ""))), tmp_path / "out") == 0
    assert json.loads(capsys.readouterr().out)["n_unknown_days"] == 1


MISTAKES = {
    "empty file": (None, (), ["traffic.csv", "empty"]),
    "no rows": ([], (), ["no row below the header"]),
    "date": (changed(3, row("2022-13-04", 40)), (), ["row 5", "FLT_DATE", "'2022-13-04'", "YYYY-MM-DD"]),
    "negative": (changed(3, row("2022-01-04", -3)), (), ["row 5", "FLT_ARR_1", "from 0 to", "-3"]),
    "nan": (changed(3, row("2022-01-04", "nan")), (), ["row 5", "FLT_ARR_1", "nan"]),
    "word": (changed(3, row("2022-01-04", "many")), (), ["row 5", "FLT_ARR_1", "'many'"]),
    "fraction": (changed(3, row("2022-01-04", 4.5)), (), ["row 5", "whole number", "4.5"]),
    "underscore": (changed(3, row("2022-01-04", "1_0")), (), ["row 5", "'1_0'"]),
    "twice": (changed(3, row("2022-01-01", 40)), (), ["row 5", "2022-01-01", "twice", "row 2"]),
    "short row": (changed(3, "2022,1,JAN"), (), ["row 5", "3 cells", "9"]),
    "airport": (changed(3, row("2022-01-04", 4, airport="x")), (), ["row 5", "APT_ICAO", "'X'"]),
    "quote": (changed(3, '2022,"1'), (), ["not CSV"]),
    "several airports": (changed(3, row("2022-01-04", 4, airport="EBBR")), (), ["EBBR, EBLG", "airport=EBBR"]),
    "no such airport": (rows_of(), ("airport=EBBR",), ["'EBBR'", "EBLG"]),
    "column": (rows_of(), ("column=FLT_ARR_2",), ["'FLT_ARR_2'", "FLT_ARR_1"]),
    "no count": ([row(day, "") for day in days_from("2022-01-01", 400)], (), ["FLT_ARR_1", "no day"]),
    "short": (rows_of(n_days=55), (), ["needs 56", "got 55"]),
    "months": (rows_of(n_days=360), ("to=2022-11-30",), ["Dec 0", "at least 7"]),
    "weekdays": (
        [one for one in rows_of() if dt.date.fromisoformat(one.split(",")[3]).weekday() != 2], (), ["Wed 0"]
    ),
    "no flights": ([row(day, 0) for day in days_from("2022-01-01", 400)], (), ["FLT_ARR_1", "no flight on any Mon"]),
    "from after to": (rows_of(), ("from=2022-03-01", "to=2022-02-01"), ["2022-03-01", "after", "2022-02-01"]),
    "outside": (rows_of(), ("from=2021-12-31",), ["--from 2021-12-31", "2022-01-01 to 2023-02-04"]),
    "beyond": (rows_of(), ("to=2023-02-05",), ["--to 2023-02-05", "2022-01-01 to 2023-02-04"]),
    "no date": (rows_of(), ("from=April",), ["--from", "'April'", "YYYY-MM-DD"]),
    "option": (rows_of(), ("form=2022-01-01",), ["form", "did you mean 'from'"]),
    "two files": (rows_of(), ("other.csv",), ["one FILE", "other.csv; every other word must be an option such as "]),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line_and_leaves_nothing(tmp_path, mistake):
    rows, words, parts = MISTAKES[mistake]
    path = written(tmp_path, rows or [])
    if rows is None:
        path.write_text("", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        run(path, tmp_path / "out", *words)
    text = str(caught.value)
    assert "\n" not in text
    for part in parts:
        assert part in text
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("missing", ["FLT_DATE", "APT_ICAO", "FLT_ARR_1"])
def test_a_missing_column_is_named_with_the_nearest(tmp_path, missing):
    path = written(tmp_path, rows_of(), header=HEADER.replace(missing, f"{missing}X"))
    with pytest.raises(InputError, match=f"no column '{missing}'; did you mean '{missing}X'"):
        run(path, tmp_path / "out")


def test_what_is_no_text_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="cannot be read: No such file"):
        run(tmp_path / "absent.csv", tmp_path / "out")
    with pytest.raises(InputError, match="directory"):
        run(tmp_path, tmp_path / "out")
    (tmp_path / "book.xlsx").write_bytes(b"PK\0\0")
    with pytest.raises(InputError, match="not a text file"):
        run(tmp_path / "book.xlsx", tmp_path / "out")
