"""The workbook of inputs: what is changed there becomes words, and a mistake names its cell."""

import openpyxl
import pytest

from experiments.main import main
from experiments.studies.sheet import words_of
from sim.errors import InputError


def test_changes_become_words_and_mistakes_name_their_cell(tmp_path, capsys):
    path = tmp_path / "plan.xlsx"
    assert main(["sheet", "new", str(path), "scenario=liege_66k"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(path)
    assert words_of(path, "run", None) == ["scenario=liege_66k"]
    book = openpyxl.load_workbook(path)
    inputs, area = book["inputs"], book["area"]
    rows = {row[7].value: row for row in inputs.iter_rows(min_row=2)}
    assert inputs.data_validations.dataValidation
    formulas = [row[3].value for row in area.iter_rows(min_row=2)]
    assert formulas[0].startswith("=inputs!C") and any(formula.startswith("=SUM(D2:D") for formula in formulas)
    assert rows["halls.main.area_m2"][2].coordinate in formulas[0]
    assert main(["sheet", "new", str(path)]) == 2
    assert "is there already" in capsys.readouterr().err
    rows["halls.main.doors_out"][2].value = 50
    book.save(path)
    assert words_of(path, "run", None) == ["scenario=liege_66k", "halls.main.doors_out=50"]
    assert words_of(path, "compare", None) == [
        "designs=[scenario=liege_66k, scenario=liege_66k halls.main.doors_out=50]"
    ]
    cell = rows["halls.main.doors_out"][2]
    for wrong in (-1, "many"):
        cell.value = wrong
        book.save(path)
        with pytest.raises(InputError, match=f"plan.xlsx: sheet inputs, cell {cell.coordinate}, value '{wrong}': "):
            words_of(path, "run", None)


@pytest.mark.parametrize("words", [[], ["new"], ["new", "a.csv"], ["old", "a.xlsx"]])
def test_what_is_no_sheet_is_refused(words, capsys):
    assert main(["sheet", *words]) == 2
    assert capsys.readouterr().err.startswith("cargohub: sheet: ")
