"""The workbook of inputs: what is changed there becomes words, and a mistake names its cell."""

import math
import re
from pathlib import Path

import openpyxl
import pytest
from mistakes import refused
from stored_runs import TINY

from experiments.arguments import check_once
from experiments.composition import load
from experiments.formatting import full_kpi_name, zone
from experiments.main import main
from experiments.report.stored_designs import designs_in
from experiments.store import read_run
from experiments.store.foreign import manifest_of
from experiments.store.workbook import write_workbook
from experiments.studies.sheet import words_of
from sim.errors import ConfigError, InputError
from sim.measures.kpis import KPIS, Rank, names
from sim.site.zones import zone_uses


def hall_and_space(scenario):
    hub = load(scenario)
    return hub.halls["main"], hub.space


def test_a_workbook_does_not_say_when_it_was_written(tmp_path):
    write_workbook(tmp_path / "a.xlsx", [("rows", [["a", 1]])])
    about = openpyxl.load_workbook(tmp_path / "a.xlsx").properties
    assert about.created.year == about.modified.year == 2000


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
    for name, use in {zone(use.zone): use for use in zone_uses("main", *hall_and_space("liege_66k"))}.items():
        (row,) = (row for row in area.iter_rows(min_row=2, values_only=True) if row[1] == name)
        if row[4]:
            numbers = re.sub(r"inputs!C(\d+)", lambda at: str(inputs[f"C{at[1]}"].value), row[4].lstrip("="))
            assert eval(numbers) == pytest.approx(use.n_units * use.standard_m2)
    assert "already exists" in refused(capsys, "sheet", "new", path)
    rows["halls.main.doors_out"][2].value = 50
    book.save(path)
    assert words_of(path, "run", None) == ["scenario=liege_66k", "halls.main.doors_out=50"]
    assert words_of(path, "compare", None) == [
        "designs=[scenario=liege_66k, scenario=liege_66k halls.main.doors_out=50]"
    ]
    rows["replications"][2].value = 3
    book.save(path)
    assert words_of(path, "compare", None)[1:] == ["replications=3"]
    cell = rows["halls.main.doors_out"][2]
    for wrong in (-1, "many"):
        cell.value = wrong
        book.save(path)
        with pytest.raises(InputError, match=f"plan.xlsx: sheet inputs, cell {cell.coordinate}, value '{wrong}': "):
            words_of(path, "run", None)
    cell.value = 20
    inputs.append([each.value for each in rows["halls.main.doors_out"]])
    book.save(path)
    with pytest.raises(
        InputError, match=rf"cell H{inputs.max_row}: 'halls.main.doors_out' is changed in an earlier row"
    ):
        words_of(path, "run", None)
    rows["words"][2].value = "scenario='x"
    book.save(path)
    with pytest.raises(InputError, match=r"plan.xlsx: sheet inputs, row Words: No closing quotation, got"):
        words_of(path, "run", None)


def test_a_name_with_blanks_is_changed_in_a_mapping(tmp_path):
    path = tmp_path / "plan.xlsx"
    assert main(["sheet", "new", str(path)]) == 0
    book = openpyxl.load_workbook(path)
    rows = {row[7].value: row for row in book["inputs"].iter_rows(min_row=2)}
    for name in ("Hangzhou", "Hong Kong"):
        rows[f"exports.lanes.{name}"][2].value = 0.5
    book.save(path)
    words = words_of(path, "run", None)
    assert words == ["exports.lanes.Hangzhou=0.5", "exports.lanes={Hong Kong: 0.5}"]
    assert load("liege_30k", *words).exports.lanes == {"Hangzhou": 0.5, "Hong Kong": 0.5}


def test_lanes_of_a_packaged_hub_with_blanks_in_their_names_are_changed_too(tmp_path):
    """`lanes` is a group: the mapping was read as the choice of an option, and refused."""
    words = ["scenario=regional_gateway", "lanes=gateway"]
    assert main(["sheet", "new", str(tmp_path / "plan.xlsx"), *words]) == 0
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    rows = {row[7].value: row for row in book["inputs"].iter_rows(min_row=2)}
    for name in ("depot 1", "depot 2"):
        rows[f"lanes.{name}.share"][2].value = 0.25
    book.save(tmp_path / "plan.xlsx")
    changed = "lanes={depot 1: {share: 0.25}, depot 2: {share: 0.25}}"
    assert words_of(tmp_path / "plan.xlsx", "run", None) == [*words, changed]
    check_once([*words, changed])
    hub = load("regional_gateway", *words[1:], changed)
    assert [lane.share for lane in hub.lanes.values()] == [0.25, 0.25, 0.15, 0.15, 0.1, 0.1]
    message = "lanes.depot 1.shre: does not exist; where names are free, +lanes={NAME: …} adds it"
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        load("regional_gateway", "lanes={depot 1: {shre: 0.25}}")
    with pytest.raises(ConfigError, match="demand takes only one name"):
        load("regional_gateway", "demand={flights_per_day: 4}")


def test_both_designs_of_a_workbook_share_its_file_of_functions(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(
        "from sim.own import kpi\n\n\n@kpi('min', 'less')\ndef k(tables):\n    return 4\n"
    )
    assert main(["sheet", "new", "plan.xlsx", "rules=mine.py", "demand=permit"]) == 0
    book = openpyxl.load_workbook("plan.xlsx")
    (cell,) = (row[2] for row in book["inputs"].iter_rows(min_row=2) if row[7].value == "service_h")
    cell.value = 20
    book.save("plan.xlsx")
    designs = "designs=[scenario=liege_30k demand=permit, scenario=liege_30k demand=permit service_h=20]"
    assert words_of(Path("plan.xlsx"), "compare", None) == [designs, "rules=mine.py"]


def test_pallets_of_shared_chutes_need_room_in_the_sheet_of_areas(tmp_path):
    """They were left out: the sheet showed room for posts that a run refused."""
    words = ["packout.chutes_per_machine=4", "halls.main.packout_posts=25"]
    assert main(["sheet", "new", str(tmp_path / "plan.xlsx"), *words]) == 0
    rows = openpyxl.load_workbook(tmp_path / "plan.xlsx")["area"].iter_rows(values_only=True)
    (needed,) = (row[4] for row in rows if row[1] == zone("packout"))
    assert needed.endswith("+12")  # on each of 2 machines 3 of 7 routes share a chute: 6 pallets of 2 m2


def test_a_changed_hub_without_room_is_refused_in_one_line(tmp_path, capsys):
    """The command without the workbook stood before the message."""
    path = tmp_path / "plan.xlsx"
    assert main(["sheet", "new", str(path)]) == 0
    book = openpyxl.load_workbook(path)
    (cell,) = (row[2] for row in book["inputs"].iter_rows() if row[7].value == "halls.main.doors_out")
    cell.value = 60
    book.save(path)
    capsys.readouterr()
    for option in ("--show", "--all"):
        assert "zone dock_doors: 70 dock doors" in refused(capsys, "run", f"sheet={path}", option)
    assert main(["run", f"sheet={path}", "fit=auto", "--show"]) == 0
    assert capsys.readouterr().err == "cargohub run halls.main.doors_out=60 fit=auto\n"


@pytest.mark.parametrize("words", [[], ["new"], ["new", "a.csv"], ["old", "a.xlsx"]])
def test_what_is_no_sheet_is_refused(words, capsys):
    assert refused(capsys, "sheet", *words).startswith("cargohub: sheet: ")


def test_results_return_as_sheets_whose_charts_have_titles_units_and_numbers(tmp_path, capsys):
    plan, runs = tmp_path / "plan.xlsx", tmp_path / "runs"
    assert main(["sheet", "new", str(plan), *TINY[:-3], "demand.flights_per_day=1"]) == 0
    book = openpyxl.load_workbook(plan)
    (doors,) = (row[2] for row in book["inputs"].iter_rows(min_row=2) if row[7].value == "halls.main.doors_out")
    doors.value = 20
    book.save(plan)
    assert main(["compare", f"sheet={plan}", *TINY[-3:], "--out", str(runs)]) == 0
    (folder,) = runs.iterdir()
    assert f"results: {folder / 'results.xlsx'}" in capsys.readouterr().out
    book, tables = openpyxl.load_workbook(folder / "results.xlsx"), read_run(folder).tables
    titles = [" ".join(point.title.split()) for point in designs_in(manifest_of(folder))]
    charts = [(sheet, chart) for sheet in book for chart in sheet._charts]
    assert {sheet.title for sheet, _ in charts} == {"KPIs", "bottleneck", "hours", "leaving", "backlog"}
    for sheet, chart in charts:
        assert chart.y_axis.title and not chart.y_axis.delete and not chart.x_axis.delete
        is_of_numbers = chart.tagname == "scatterChart"
        assert bool(chart.x_axis.title) == is_of_numbers
        assert len(chart.series) == 2
        for series in chart.series:
            assert sheet[series.tx.strRef.f.partition("!")[2].replace("$", "")].value in titles
            values = (series.yVal if is_of_numbers else series.val).numRef.f.partition("!")[2].replace("$", "")
            numbers = [row[0].value for row in sheet[values]] if ":" in values else [sheet[values].value]
            assert all(isinstance(number, int | float) for number in numbers) and len(numbers) >= 1
        assert any(numbers), (sheet.title, chart.title)
    (ladder,), rungs = book["bottleneck"]._charts, book["bottleneck"]
    last = int(ladder.series[0].val.numRef.f.rpartition("$")[2])
    assert 8 <= last < rungs.max_row, "far rungs would leave no length to the others"
    assert all(rungs.cell(row, 2).value > 4 * rungs["B2"].value for row in range(last + 1, rungs.max_row + 1))
    kpis = {row[0]: row for row in book["all KPIs"].iter_rows(min_row=2, values_only=True)}
    assert full_kpi_name("connections_made_share") not in kpis, "no design has connections"
    mean = tables["summary"].set_index(["scenario", "kpi"])["mean"]
    labels = tables["points"].sort_values("order")["scenario"]
    assert [book["KPIs"].cell(row, 1).value for row in (2, 3)] == ["Imports on time", "Exports on time"]
    for name in set(names(Rank.HEADLINE)) & {kpi for _, kpi in mean.index}:
        factor = 100 if KPIS[name].unit == "1" else 1
        assert kpis[full_kpi_name(name)][2:4] == pytest.approx(tuple(factor * mean[label, name] for label in labels))
    first, *_ = (row for row in book["KPIs"].iter_rows(min_row=2, values_only=True) if row[6] is not None)
    assert first[6].startswith("=C") and "-E" in first[6]
    units = {
        name: book[name]["A1"].value.partition("; columns: ")[2]
        for name in ("bottleneck", "hours", "leaving", "backlog")
    }
    assert all(units.values()) and units["backlog"] == "parcels" and units["leaving"].endswith("%")
    answer = [row[0].value for row in book["answer"]]
    (sure,) = (answer[at + 1] for at, line in enumerate(answer) if line == "How sure they are")
    assert sure.startswith("Warning: replications: 2 are few")
    assert "What it costs" in answer and "What it rests on" in answer
    # What was written into the folder does not make it a stranger's.
    assert main(["sheet", "results", str(folder), str(tmp_path / "again.xlsx")]) == 0
    assert not any(isinstance(value, float) and math.isnan(value) for row in kpis.values() for value in row)


def test_results_of_what_has_none_are_refused_in_one_line(tmp_path, capsys):
    for words in ([], [str(tmp_path)], [str(tmp_path), "a.csv"], ["a", "b.xlsx", "c"]):
        assert refused(capsys, "sheet", "results", *words).startswith("cargohub: ")
