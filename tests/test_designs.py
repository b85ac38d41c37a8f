"""Designs from a spreadsheet: what a file says, what is refused with its place, and a sweep over them."""

import datetime as dt
import re
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from answers import answer
from mistakes import refused

from experiments.composition import load
from experiments.designs.design import Design
from experiments.designs.spreadsheet import compose_design, designs_among, read_designs
from experiments.designs.typed_designs import typed_designs
from experiments.designs.unusual import same_hubs
from experiments.frame import console
from experiments.main import main
from experiments.store import read_run
from sim.errors import CargohubError, InputError

DOCS = Path(__file__).resolve().parents[1] / "docs"
TINY = [
    "horizon_days=1",
    "warmup_days=0",
    "service_h=6",
    "exports=none",
    "halls.main.packout_posts=0",
    "demand.parcels_per_flight=1000",
    "demand.net_t_per_flight=0.75",
    "replications=2",
    "workers=1",
    "--quiet",
]


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "designs.csv"
    path.write_text(text, encoding="utf-8-sig")
    return path


def test_a_row_is_a_design_and_an_empty_cell_sets_nothing(tmp_path):
    path = written(tmp_path, "name;halls.main.area_m2;demand\r\nas it is;;\r\n\r\nlarger ; 70000;permit\r\n")
    first, second = read_designs(path)
    assert (first.name, first.words) == ("as it is", ())
    assert (second.name, second.words) == ("larger", ("halls.main.area_m2=70000", "demand=permit"))
    config = compose_design(second, ["scenario=liege_66k", "demand=today", "seed=7"])
    assert config["halls"]["main"]["area_m2"] == 70000
    assert (config["demand"]["name"], config["seed"], config["scenario"]) == ("permit", 7, "liege_66k")


def test_a_workbook_says_what_the_same_csv_says(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["name", "horizon_days", "start_date", "demand.flights_per_day", "scenario", None])
    book.active.append(["a", 7.0, dt.date(2022, 9, 12), 3.5, "liege_66k", None])
    book.active.append(["b", None, None, 4, None, None])
    book.save(tmp_path / "designs.xlsx")
    path = written(
        tmp_path,
        "name,horizon_days,start_date,demand.flights_per_day,scenario\na,7,2022-09-12,3.5,liege_66k\nb,,,4,\n",
    )
    found = [
        [(design.name, design.words) for design in read_designs(tmp_path / file)] for file in ("designs.xlsx", path)
    ]
    assert found[0] == found[1]
    assert compose_design(read_designs(path)[0], [])["start_date"] == "2022-09-12"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no column 'name'"),
        ("design,demand\na,today\n", "no column 'name' among design, demand"),
        ("name\na\n", "no column of a key"),
        ("name,demand\n", "no designs below the header"),
        ("name,demand,demand\na,today,today\n", "row 1: column 'demand' occurs twice"),
        ("name,,demand\na,,today\n", "row 1: column 2 has no name"),
        ("name,cost,demand\na,100,today\n", "row 1: column 'cost': only select reads costs of designs"),
        ("name,hydra.run.dir\na,x\n", "row 1: column 'hydra.run.dir': no key"),
        ("name,floor space\na,x\n", "row 1: column 'floor space': no key"),
        ("name,demand\na,today\na,permit\n", "row 3, column 'name': 'a' occurs twice"),
        ("name,demand\n,today\n", "row 2, column 'name': a name of 1 to 60 characters; it is empty"),
        ("name,demand\na,today,5\n", "row 2: more cells than the 2 of the header"),
        ('name,demand\na,"today,permit"\n', "row 2, column 'demand': one value a cell"),
        ('name,demand\na,"[today"\n', "row 2, column 'demand': 'demand=[today'"),
        ('name,demand\na,"today\n', "unexpected end of data"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_place(tmp_path, text, message):
    path = written(tmp_path, text)
    with pytest.raises(InputError) as caught:
        read_designs(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,halls.main.area_m3\na,\nb,5\n", "row 3, column 'halls.main.area_m3': unknown key; did you mean"),
        ("name,halls.main.area_m2\na,-5\n", "row 2, column 'halls.main.area_m2': must be"),
        ("name,demand\na,tomorrow\n", "row 2, column 'demand': no 'tomorrow'"),
        ("name,horizon_days\na,soon\n", "row 2, column 'horizon_days': "),
        ("name,halls.main.breakdown_stations\na,16\n", "row 2: halls.main: zone breakdown: 16 stations"),
    ],
)
def test_an_unknown_key_and_a_wrong_value_are_named_and_nothing_is_written(capsys, tmp_path, text, message):
    path = written(tmp_path, text)
    assert f"{path}: {message}" in refused(capsys, "sweep", f"designs={path}", "--out", tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("halls.main.area_m2", -5, "sheet plans, cell B2, column 'halls.main.area_m2': must be"),
        ("demand", "today,permit", "sheet plans, cell B2, column 'demand': one value a cell"),
        ("halls.main.breakdown_stations", 16, "sheet plans, row 2: halls.main: zone breakdown: 16 stations"),
    ],
)
def test_a_mistake_in_a_workbook_is_named_with_sheet_and_cell(capsys, tmp_path, key, value, message):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "plans"
    book.active.append(["name", key])
    book.active.append(["a", value])
    path = tmp_path / "designs.xlsx"
    book.save(path)
    assert f"{path}: {message}" in refused(capsys, "sweep", f"designs={path}", "--out", tmp_path / "runs")


def test_times_of_a_workbook_are_written_as_the_keys_want_them(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["name", "disruptions.night.closes", "disruptions.fog.start"])
    book.active.append(["a", dt.time(23, 0), dt.datetime.fromisoformat("2022-11-15 04:30")])
    book.save(tmp_path / "designs.xlsx")
    (design,) = read_designs(tmp_path / "designs.xlsx")
    assert design.words == ("disruptions.night.closes=23:00", "disruptions.fog.start=2022-11-15 04:30")
    words = "+disruption@disruptions.night=night_curfew", "+disruption@disruptions.fog=fog_morning"
    disruptions = compose_design(design, [*words, "start_date=2022-11-14"])["disruptions"]
    assert (disruptions["night"]["closes"], disruptions["fog"]["start"]) == ("23:00", "2022-11-15 04:30")


def test_an_array_formula_without_a_value_is_no_empty_cell(tmp_path):
    import openpyxl
    from openpyxl.worksheet.formula import ArrayFormula

    book = openpyxl.Workbook()
    book.active.append(["name", "halls.main.doors_out"])
    book.active.append(["a", ArrayFormula("B2", "=SUM(C2:D2)")])
    book.save(tmp_path / "designs.xlsx")
    with pytest.raises(InputError, match=r"cell B2: no value is stored for the formula '=SUM\(C2:D2\)'"):
        read_designs(tmp_path / "designs.xlsx")


def test_merged_cells_of_a_workbook_are_refused(tmp_path):
    """All but the first look empty, and an empty cell leaves the value unchanged."""
    import openpyxl

    book, path = openpyxl.Workbook(), tmp_path / "designs.xlsx"
    for row in (["name", "seed"], ["a", 2], ["b", None]):
        book.active.append(row)
    book.active.merge_cells("B2:B3")
    book.save(path)
    with pytest.raises(InputError, match=r"sheet Sheet, cells B2:B3 are merged, and only the first has the value"):
        read_designs(path)


def test_the_first_visible_sheet_of_a_workbook_is_read_to_its_end(tmp_path):
    """Some programs store a smaller size of the sheet than it has."""
    import openpyxl

    book, path = openpyxl.Workbook(), tmp_path / "designs.xlsx"
    for row in (["name", "seed"], ["a", 2], ["b", 3]):
        book.active.append(row)
    book.create_sheet("old", 0).sheet_state = "hidden"
    book.save(tmp_path / "whole.xlsx")
    with zipfile.ZipFile(tmp_path / "whole.xlsx") as whole, zipfile.ZipFile(path, "w") as parts:
        for name in whole.namelist():
            parts.writestr(name, re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:B2"', whole.read(name)))
    assert [design.words for design in read_designs(path)] == [("seed=2",), ("seed=3",)]


def test_a_mistake_of_a_word_is_not_looked_for_in_the_file(capsys, tmp_path):
    path = written(tmp_path, "name,demand\na,today\nb,permit\n")
    assert main(["sweep", f"designs={path}", "horizon_dys=7", "--out", str(tmp_path / "runs")]) == 2
    assert capsys.readouterr().err == "cargohub: horizon_dys: unknown key; did you mean 'horizon_days'?\n"


def test_what_is_no_workbook_is_one_line(tmp_path):
    path = tmp_path / "designs.xlsx"
    path.write_bytes(b"PK\x03\x04 no more than that")
    with pytest.raises(InputError, match="cannot be read as a workbook"):
        read_designs(path)
    for missing in ("none.xlsx", "none.csv"):
        with pytest.raises(InputError, match="cannot be read: No such file"):
            read_designs(tmp_path / missing)
    (tmp_path / "latin.csv").write_bytes(b"name,demand\n\xe9,today\n")
    with pytest.raises(InputError, match="not UTF-8 text"):
        read_designs(tmp_path / "latin.csv")


def test_one_file_of_designs(tmp_path):
    path = written(tmp_path, "name,demand\na,today\n")
    rest, designs = designs_among(["seed=2", f"designs={path}"])
    assert (rest, [design.name for design in designs]) == (["seed=2"], ["a"])
    assert designs_among(["seed=2"]) == (["seed=2"], [])
    with pytest.raises(InputError, match="designs: expected one file"):
        designs_among([f"designs={path}", f"designs={path}"])


def test_a_sweep_takes_every_design_at_every_point_and_is_reproduced(capsys, tmp_path, is_slow):
    path = written(tmp_path, "name,halls.main.breakdown_stations\nas it is,\nfewer,9\n")
    words = ["sweep", f"designs={path}", "demand.flights_per_day=2,4"]
    document = answer(capsys, *words, *TINY, "--out", tmp_path / "runs")
    assert [point["values"] for point in document["points"]] == [
        {"design": name, "demand.flights_per_day": flights, "halls.main.breakdown_stations": n}
        for name, n in (("as it is", "12"), ("fewer", "9"))
        for flights in ("2", "4")
    ]
    run = read_run(document["run_dir"])
    stations = [hub["halls"]["main"]["breakdown_stations"] for hub in run.manifest["identity"]["hubs"].values()]
    assert stations[2:] == [9, 9] and 9 not in stations[:2]
    assert "sweep" not in run.tables
    keys = ["design", "demand.flights_per_day", "halls.main.breakdown_stations"]
    tidy, means = run.tables["kpis"], run.tables["summary"]
    assert list(tidy.columns) == ["scenario", "replication", *keys, "kpi", "value", "unit"]
    assert list(means.columns)[:5] == ["scenario", *keys, "kpi"]
    for table in (tidy, means):
        assert [str(table[key].dtype) for key in keys[1:]] == ["int64", "int64"]
    for point in document["points"]:
        name, *numbers = point["values"].values()
        of_point = [
            (means[key] == value).to_numpy() for key, value in zip(keys, (name, *map(int, numbers)), strict=True)
        ]
        rows = means[np.all(of_point, axis=0)].set_index("kpi")
        assert {*rows["scenario"]} == {point["scenario"]}
        assert {kpi: (value["mean"], value["unit"]) for kpi, value in point["kpis"].items()} == {
            kpi: (mean, unit) for kpi, mean, unit in zip(rows.index, rows["mean"], rows["unit"], strict=True)
        }
        of_point = tidy[tidy["scenario"] == point["scenario"]]
        assert of_point.groupby("kpi")["value"].mean().to_dict() == pytest.approx(rows["mean"].to_dict())
    # The line of the document.
    (line,) = re.findall(r"^    pandas +(.*)", (DOCS / "kpis.md").read_text(encoding="utf-8"), re.MULTILINE)
    grid = eval(line.replace("RUN", document["run_dir"]), {"pd": pd})
    assert list(grid.index) == [2, 4] and grid.index.name == "demand.flights_per_day"
    assert (
        grid.loc[2, "parcels_per_day"]
        == tidy.query("kpi == 'parcels_per_day' and `demand.flights_per_day` == 2")["value"].mean()
    )
    assert not is_slow or main(["reproduce", document["run_dir"], "--quiet"]) == 0


def test_a_compared_scenario_is_a_factor_of_its_tables(capsys, tmp_path):
    words = ("compare", "scenarios=[liege_30k,liege_66k]", "demands=[today,permit]", "margin=none")
    document = answer(capsys, *words, *TINY, "--out", tmp_path)
    tidy = read_run(document["run_dir"]).tables["kpis"]
    designs = tidy[["scenario", "scenario_name", "demand"]].drop_duplicates().to_numpy().tolist()
    assert designs == [
        [f"{name}, {demand}", name, demand] for name in ("liege_30k", "liege_66k") for demand in ("permit", "today")
    ]


def test_a_key_that_changes_nothing_is_named(capsys, tmp_path):
    words = ("halls.main.doors_in=8,10", "demand.flights_per_day=1,2", *TINY)
    document = answer(capsys, "sweep", *words, "--out", tmp_path)
    costs = {"spare_area_m2", "capital_eur_per_year", "cost_eur_per_day"}
    assert list(document["without_effect"]) == ["halls.main.doors_in"]
    assert costs <= {*document["without_effect"]["halls.main.doors_in"]}
    (line,) = (line for line in document["warnings"] if line.startswith("halls.main.doors_in: "))
    assert line.startswith("halls.main.doors_in: changes only costs and areas (Spare area; ")
    assert answer(capsys, "show", document["run_dir"])["without_effect"] == document["without_effect"]
    designs = "designs=[liege_30k, liege_30k recovery.band_h=3]"
    document = answer(capsys, "compare", designs, "margin=none", *TINY, "--out", tmp_path)
    assert document["without_effect"] == {"recovery.band_h": []}
    assert (
        "recovery.band_h: changes nothing; designs that differ in this key alone have equal KPIs in 2 replications"
        in (document["warnings"])
    )


def test_a_key_that_is_swept_and_a_column_is_refused(capsys, tmp_path):
    path = written(tmp_path, "name,demand.flights_per_day,halls.main.doors_out\na,5,\nb,,20\n")
    assert main(["sweep", f"designs={path}", "demand.flights_per_day=2,4", "--out", str(tmp_path / "runs")]) == 2
    assert "demand.flights_per_day: is swept, and is a column" in capsys.readouterr().err


def test_a_mistake_of_one_point_of_a_sweep_is_told_with_the_point(capsys, tmp_path):
    words = ["scenario=liege_30k,express_night_hub", "demand=today"]
    assert main(["sweep", *words, "--out", str(tmp_path)]) == 2
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith("cargohub: scenario=express_night_hub: parcels.median_kg: ")
    assert not any(tmp_path.iterdir())


def test_show_prints_each_design(capsys, tmp_path):
    path = written(tmp_path, "name,halls.main.breakdown_stations\na,8\nb,9\n")
    shown = answer(capsys, "sweep", f"designs={path}", "--show")
    assert [one["halls"]["main"]["breakdown_stations"] for one in shown] == [8, 9]


def test_compare_takes_designs_the_first_the_baseline_and_is_reproduced(capsys, tmp_path):
    path = written(tmp_path, "name,halls.main.breakdown_stations,scenario\nas it is,,\nfewer,9,\nlarge,,liege_66k\n")
    document = answer(capsys, "compare", f"designs={path}", *TINY, "--out", tmp_path / "runs")
    assert list(document["scenarios"]) == ["as it is", "fewer", "large"]
    assert list(document["differences"]) == ["fewer", "large"]
    hubs = read_run(document["run_dir"]).manifest["identity"]["hubs"]
    assert [hub["scenario"] for hub in hubs.values()] == ["liege_30k", "liege_30k", "liege_66k"]
    assert main(["reproduce", document["run_dir"], "--quiet"]) == 0
    assert "identical" in capsys.readouterr().out


@pytest.mark.paged
def test_a_page_shows_the_first_designs_and_says_so(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(console, "MOST_ON_PAGE", 2)
    path = written(tmp_path, "name,halls.main.breakdown_stations\nfirst,10\nsecond,9\nleft over,8\n")
    document = answer(capsys, "compare", f"designs={path}", *TINY, "--out", tmp_path / "runs")
    assert "the page shows the first 2 of 3 designs; the tables hold all" in document["warnings"]
    page = (Path(document["run_dir"]) / "report.html").read_text()
    assert "(second)" in page and not re.search("<t[dh][^>]*>[^<]*left over", page)  # warnings name it
    assert "<th>Break-down stations" in re.sub("<th [^>]*>", "<th>", page)  # the column of its values
    assert set(read_run(document["run_dir"], scenarios=["second"]).tables["flights"]["scenario"]) == {"second"}
    for scenarios in (["seconds"], "second"):
        with pytest.raises(CargohubError, match=r"has no scenario 's\w*'; (did you mean|known: )"):
            read_run(document["run_dir"], ["flights"], scenarios)


def test_compare_takes_a_file_or_scenarios(capsys, tmp_path):
    path = written(tmp_path, "name,halls.main.breakdown_stations\na,8\n")
    assert main(["compare", f"designs={path}", "scenarios=[liege_30k]", "--out", str(tmp_path / "runs")]) == 2
    assert "designs: name all that is compared; leave scenarios" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["halls.main.doors_out=20", "scenario=liege_30k"])
def test_a_word_that_every_design_replaces_is_refused(word):
    designs = "[liege_30k halls.main.doors_out=+20%, liege_66k halls.main.doors_out=+40%]"
    with pytest.raises(CargohubError, match=f"^{word}: has no effect, because every design has its own"):
        designs_among([word, f"designs={designs}"])
    assert designs_among([word, f"designs={designs[:-1]}, exports=none]"])[0] == [word]


def test_keys_of_the_study_in_designs_count_if_every_design_has_them_and_are_refused_otherwise(tmp_path):
    words = "[liege_30k replications=2 page=none, liege_66k page=none replications=2]"
    rest, designs = designs_among([f"designs={words}"])
    assert rest == ["replications=2", "page=none"]
    assert [design.words for design in designs] == [("scenario=liege_30k",), ("scenario=liege_66k",)]
    for text, word in (("a,2\nb,3\n", "replications=3"), ("a,2\nb,\n", "replications=2")):
        path = written(tmp_path, f"name,replications\n{text}")
        message = f"row 3, column 'replications': the same for every design; write {word} after the designs"
        with pytest.raises(InputError, match=message):
            designs_among([f"designs={path}"])
    with pytest.raises(InputError, match="write study=capacity after"):
        designs_among(["designs=[liege_30k, liege_66k study=capacity]"])


def test_designs_are_typed_as_scenarios_and_words():
    text = "[liege_30k, liege_66k  halls.main.serves=[ES,FR] seed=3, 'demand=permit']"
    rest, designs = designs_among(["seed=2", f"designs={text}"])
    assert rest == ["seed=2"]
    assert [(design.name, design.words) for design in designs] == [
        ("liege_30k", ("scenario=liege_30k",)),
        ("liege_66k halls.main.serves=[ES,FR] seed=3", ("scenario=liege_66k", "halls.main.serves=[ES,FR]", "seed=3")),
        ("demand=permit", ("demand=permit",)),
    ]
    # A design's words win over those of the command line.
    (design,) = typed_designs("[liege_66k halls.main.doors_out=40 seed=3]")
    composed = compose_design(design, ["seed=2", "demand=permit"])
    assert (composed["seed"], composed["scenario"], composed["demand"]["name"]) == (3, "liege_66k", "permit")
    assert composed["halls"]["main"]["doors_out"] == 40


TYPED_MISTAKES = [
    ("[liege_30k", "designs: a ] is missing at the end; put the whole word in quotes"),
    (
        "[liege_30k, liege_66k liege_30k]",
        "'liege_66k liege_30k': 'liege_30k' is not KEY=VALUE; a comma separates designs",
    ),
    ("[liege_30k, liege_30k]", "designs: 'liege_30k' occurs twice"),
    ("[liege_30k,]", "designs: a design is empty; give a scenario"),
    ("[]", "designs: a design is empty; give a scenario"),
    ("[liege_30k seed=[1]", "designs: a ] is missing in 'liege_30k seed=[1'"),
    (
        "[liege_30k seed=1 seed=2]",
        "designs: 'liege_30k seed=1 seed=2': seed: given more than once: 'seed=1' and 'seed=2'",
    ),
    ("[liege_30]", "designs: 'liege_30': scenario: no 'liege_30'; did you mean 'liege_30k'?"),
    ("[liege_30k seed=x]", "designs: 'liege_30k seed=x': seed: expected a whole number, got 'x'"),
    ("[liege_30k halls.main.doors_ou=3]", "halls.main.doors_ou: unknown key; did you mean 'halls.main.doors_out'?"),
    (
        "[liege_30k exports=none, liege_66k exports=none exports.service_h=9]",
        "exports.service_h: is varied, but no design",
    ),
    ("liege_30k,liege_66k", "designs typed in place of a file go in brackets: 'designs=[liege_30k,liege_66k]'"),
]


@pytest.mark.parametrize(("text", "message"), TYPED_MISTAKES)
def test_a_mistake_in_typed_designs_is_one_line(capsys, text, message):
    assert message in refused(capsys, "compare", f"designs={text}")


def test_compare_takes_typed_designs(capsys, tmp_path, is_slow):
    one = "liege_30k halls.main.doors_out=26"
    command = ["compare", f"designs=[liege_30k, {one}]", *TINY, "--out", str(tmp_path)]
    document = answer(capsys, *command)
    assert list(document["scenarios"]) == ["liege_30k", one]
    assert list(document["differences"]) == [one]
    assert not is_slow or main(["reproduce", document["run_dir"], "--quiet"]) == 0


def test_designs_that_differ_in_nothing_but_names_are_named() -> None:
    words = {"a": "demand=today", "b": "demand=permit", "c": "roster=round_the_clock"}
    designs = [Design(label, load("liege_30k", "demand.flights_per_day=4", word)) for label, word in words.items()]
    assert [*same_hubs(designs)] == ["a and b are the same hub, except for names"]


@pytest.mark.parametrize("verb", ["compare", "capacity", "decompose", "sure"])
def test_a_key_that_only_the_named_scenarios_have_is_set_in_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    """It was looked for in the default hub, which has no such hall, and refused."""
    (tmp_path / "scenario").mkdir()
    for name, doors in (("a", 5), ("b", 6)):
        text = f"scenario: {name}\nhalls: {{south: {{doors_in: {doors}}}}}\n"
        lists = "# @package _global_\ndefaults: [/hall@halls.south: liege_23k, _self_]\n"
        (tmp_path / "scenario" / f"{name}.yaml").write_text(lists + text)
    words = [verb, "scenarios=[a,b]", "halls.south.uld_positions=80", "--config-dir", str(tmp_path)]
    document = answer(capsys, *words, "--show")
    hubs = document if verb == "compare" else [*document["hubs"].values()]
    assert [hub["halls"]["south"]["doors_in"] for hub in (hubs[0], hubs[-1])] == [5, 6]
    assert {hub["halls"]["south"]["uld_positions"] for hub in hubs} == {80}
    assert "did you mean 'halls.south.uld_positions'?" in refused(
        capsys, *words, "halls.south.uld_position=3", "--show"
    )
