"""Files that a user names: what would be misread, hang or break a terminal is refused in one line, soon."""

import datetime as dt
import os
from pathlib import Path

import pytest
from mistakes import refused
from openpyxl import Workbook
from stored_runs import made, sealed

from experiments.designs.spreadsheet import read_designs
from experiments.own_file import read_own
from sim.errors import LONGEST_ECHO, CargohubError
from sim.inputs.flight_file import read_flight_file
from sim.inputs.ssim_records import records
from sim.names import Name
from sim.reading import read

HEADER = "flight,sibt,parcels\n"
MANY = 200_000

READERS = {
    "flights": lambda path: read_flight_file(str(path), dt.date(2022, 9, 5), None),
    "designs": read_designs,
    "workbook": read_designs,
    "records": lambda path: list(records(path)),
    "functions": lambda path: read_own(str(path)),
}
SUFFIX = {"workbook": ".xlsx", "functions": ".py"}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", ["pipe", "device", "folder"])
def test_what_is_no_regular_file_is_not_waited_for(tmp_path, reader, kind):
    path = tmp_path / f"file{SUFFIX.get(reader, '.csv')}"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        path.mkdir()
    with pytest.raises(CargohubError, match=r"no regular file|Is a directory"):
        READERS[reader](path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{HEADER}A,2022-09-06 08:00,²\n", "parcels: a whole number from 1"),
        (f"{HEADER}A,2022-09-06 08:00,١٢\n", "parcels: a whole number from 1"),
        (f"{HEADER}A,2022-09-06 08:00,{'9' * 5_000}\n", "parcels: a whole number from 1"),
        (f"flight,sibt,replication\nA,2022-09-06 08:00,{'9' * 5_000}\n", "replication: a whole number"),
        (f"{HEADER}{'A' * 140_000},2022-09-06 08:00,1\n", "field larger than field limit"),
        (f"{HEADER}A,{'z' * 100_000},1\n", "sibt: a date and time"),
        ("," * MANY + "\n", "empty; expected a header"),
        (",".join(f"c{n}" for n in range(3_000)), "no column 'flight'"),
        (HEADER + "".join(f"F{n},2022-09-06 08:00,1\n" for n in range(1_001)), "1,001 flights are scheduled on 2022-"),
        ("\x01\x1b[31m", r"no column 'flight' among \\x01\\x1b\[31m;"),
    ],
)
def test_a_bad_cell_of_flights_is_one_short_line(tmp_path, text, message):
    path = tmp_path / "flights.csv"
    path.write_text(text)
    with pytest.raises(CargohubError, match=message) as refused:
        read_flight_file(str(path), dt.date(2022, 9, 5), None)
    assert len(str(refused.value)) < len(str(path)) + 3 * LONGEST_ECHO


@pytest.mark.parametrize("name", ["a\tb", "a\nb", "a\x1b[31m", "a\u202eb", "a\u2028b", "a" * 2_000])
def test_a_name_that_could_not_be_read_back_is_refused_where_it_enters(tmp_path, name):
    path = tmp_path / "file.csv"
    for column in ("flight", "to"):
        cells = {"flight": "A", "to": "PVG"} | {column: name}
        path.write_text(f'flight,sibt,to\n"{cells["flight"]}",2022-09-06 08:00,"{cells["to"]}"\n', newline="")
        with pytest.raises(CargohubError, match=f"{column}: a name of 1 to 60 characters"):
            read_flight_file(str(path), dt.date(2022, 9, 5), None)
    path.write_text(f'name,seed\n"{name}",1\n', newline="")
    with pytest.raises(CargohubError, match="column 'name': a name of 1 to 60 characters"):
        read_designs(Path(path))
    with pytest.raises(CargohubError, match="lanes: a name of 1 to 60 characters"):
        read(dict[Name, int], {name: 1}, "lanes")


@pytest.mark.parametrize("text", ["a\x1b[31m", "a\nb", "a" * 70_000])
def test_a_text_that_could_not_be_read_back_is_refused(text):
    with pytest.raises(CargohubError, match=r"route: .*(not printable|at most 4000)"):
        read(str, text, "route")


def test_a_header_of_many_commas_takes_linear_time(tmp_path):
    """It took 29 s while each comma copied the rest."""
    path = tmp_path / "designs.csv"
    path.write_text(f"name{',' * MANY}\nA\n")
    with pytest.raises(CargohubError, match="no column of a key"):
        read_designs(path)


def test_a_formula_without_a_value_is_no_empty_cell(tmp_path):
    """As a program saves it that does not calculate; a spreadsheet stores the value beside the formula."""
    book, path = Workbook(), tmp_path / "designs.xlsx"
    for row in (["name", "seed"], ["first", 1], ["second", "=B2+1"]):
        book.active.append(row)
    book.active.title = "plans"
    book.save(path)
    with pytest.raises(CargohubError, match=r"sheet plans, cell B3: no value is stored for the formula '=B2\+1'"):
        read_designs(path)


@pytest.mark.parametrize("word", [f"{'x' * 300}=1", f"demand={'x' * 300}"])
def test_a_word_too_long_for_the_name_of_a_file_is_no_option(capsys, word):
    error = refused(capsys, "run", "--show", word)
    assert "unknown key" in error or "demand: no 'xx" in error


def test_a_damaged_table_whose_hash_fits_is_one_line(capsys, tmp_path):
    run = made(tmp_path)
    path = run / "tables" / "summary.parquet"
    path.write_bytes(path.read_bytes()[:-9])
    sealed(run)
    assert "damaged" in refused(capsys, "validate", run)
