"""The keys in which designs differ stand in every table, export and picture of the verbs that take designs."""

import csv
import io
import re
from pathlib import Path

import pytest
from answers import answer
from named_designs import named_design
from pyarrow import parquet
from test_designs import TINY, written

from experiments.main import main
from experiments.report import pictures
from experiments.report.design_names import names_of, titles_of
from experiments.report.figures import spread_figure
from experiments.store import read_run


def exported(folder: str, tmp_path: Path, form: str) -> dict[str, list[list]]:
    """Header and rows of every exported table that names designs."""
    import openpyxl

    out = tmp_path / form
    assert main(["export", folder, f"to={form}", "--out", str(out), "--quiet"]) == 0
    if form == "csv":
        tables = {path.stem: list(csv.reader(io.StringIO(path.read_text(), newline=""))) for path in out.glob("*.csv")}
    else:
        (path,) = out.glob("*.xlsx")
        book = openpyxl.load_workbook(path)
        tables = {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}
    return {name: rows for name, rows in tables.items() if "scenario" in rows[0] and len(rows) > 1}


FACTORS = "name,halls.main.breakdown_stations,roster,seed\nnow,,,5\nfewer,9,round_the_clock,5\n"


@pytest.mark.drawn
def test_the_factors_of_a_file_stand_in_every_table_of_compare(capsys, tmp_path, monkeypatch, is_slow):
    monkeypatch.setattr(pictures, "spread_figure", spread_figure)  # alone of the page's
    path = written(tmp_path, FACTORS)
    command = ["compare", f"designs={path}", *TINY, "demand.flights_per_day=2", "--out", str(tmp_path / "runs")]
    document = answer(capsys, *command)
    n = read_run(document["run_dir"]).manifest["identity"]["hubs"]["now"]["halls"]["main"]["breakdown_stations"]
    # Both designs have the same seed, which is no factor.
    values = [
        {"halls.main.breakdown_stations": str(n), "roster": "follows_work"},
        {"halls.main.breakdown_stations": "9", "roster": "round_the_clock"},
    ]
    assert [one["values"] for one in document["scenarios"].values()] == values
    assert main([*command, "page=none", "--all"]) == 0
    terminal = capsys.readouterr().out
    assert re.search(rf"Break-down stations \(halls\.main\.breakdown_stations\) +{n} +9\n", terminal)
    assert re.search(r"Roster \(roster\) +follows_work +round_the_clock\n", terminal)
    folder = document["run_dir"]
    page = (Path(folder) / "report.html").read_text()
    assert page.count("<th>Break-down stations</th><th>Roster</th>") == 2  # headlines, differences
    assert "<th>Break-down stations<small>halls.main.breakdown_stations</small></th>" in page  # all KPIs
    assert "(fewer)" in page
    picture = (Path(folder) / "figures" / "spread.svg").read_text()
    assert "(fewer)" in picture
    for form in ("csv", "xlsx") if is_slow else ("csv",):
        tables = exported(folder, tmp_path, form)
        assert {"points", "summary", "flights", "kpis"} <= set(tables)
        for name, (header, *rows) in tables.items():
            # Designs are in the order of the file, and none of their stored rows is missing.
            stored = parquet.read_table(f"{folder}/tables/{name}.parquet", columns=["scenario"])["scenario"].to_pylist()
            of_rows = [row[header.index("scenario")] for row in rows]
            assert of_rows == sorted(stored, key=["now", "fewer"].index)
            if name not in ("factors", "points"):
                at = [header.index(key) for key in values[0]]
                wanted = [tuple(values[label == "fewer"].values()) for label in of_rows]
                assert [tuple(row[column] for column in at) for row in rows] == wanted
    with (tmp_path / "csv" / "dictionary.csv").open(newline="") as file:
        rows = [*csv.reader(file)]
        assert ["kpis", "roster", "string", "", "value of the key roster"] in rows
    path.unlink()
    assert main(["show", folder, "--json"]) == 0
    assert not is_slow or main(["reproduce", folder, "--quiet"]) == 0


@pytest.mark.drawn
def test_the_factors_of_a_file_stand_in_a_sweep_and_its_picture(capsys, tmp_path, is_slow):
    path = written(tmp_path, FACTORS)
    words = ["sweep", f"designs={path}", "demand.flights_per_day=1,2", *TINY]
    document = answer(capsys, *words, "--out", tmp_path / "runs")
    assert document["points"][3]["values"] == {
        "design": "fewer",
        "demand.flights_per_day": "2",
        "halls.main.breakdown_stations": "9",
        "roster": "round_the_clock",
    }
    run = read_run(document["run_dir"])
    kpis = run.tables["kpis"].query("kpi == 'on_time_share' and replication == 0").sort_values("demand.flights_per_day")
    assert list(kpis["demand.flights_per_day"]) == [1, 1, 2, 2]
    assert sorted(kpis["roster"]) == ["follows_work"] * 2 + ["round_the_clock"] * 2
    picture = (Path(document["run_dir"]) / "figures" / "sweep.svg").read_text()
    assert "break-down stations 9, roster round the clock" in picture
    assert not is_slow or main(["reproduce", document["run_dir"], "--quiet"]) == 0


@pytest.mark.drawn
def test_the_factors_of_a_file_stand_in_select(capsys, tmp_path):
    path = written(tmp_path, FACTORS)
    words = ["select", f"designs={path}", "select.cost=area_m2", "select.max_replications=2", *TINY]
    document = answer(capsys, *words, "--out", tmp_path)
    assert document["designs"]["fewer"]["values"]["halls.main.breakdown_stations"] == "9"
    assert main(["show", document["run_dir"]]) == 0
    assert re.search(r"Break-down stations +Roster +verdict", capsys.readouterr().out)
    page = (Path(document["run_dir"]) / "report.html").read_text()
    assert "<th>Break-down stations</th>" in page
    picture = (Path(document["run_dir"]) / "figures" / "select.svg").read_text()
    assert "<!-- fewer -->" in picture, "a user's name stands alone: the table has the factors"


def test_the_factors_of_a_file_stand_in_capacity(capsys, tmp_path):
    path = written(tmp_path, "name,halls.main.breakdown_stations\nas it is,\nfewer,9\n")
    words = [word for word in TINY if word != "replications=2"]
    words = ["capacity", f"designs={path}", *words, "replications=1", "capacity.tolerance=10", "capacity.binding=false"]
    assert main([*words, "--out", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert re.search(r"Break-down stations +carried", out) and re.search(r"fewer +9 ", out)
    document = answer(capsys, *words, "--out", tmp_path)
    fewer = document["scenarios"]["design=fewer"]
    assert fewer["values"] == {"design": "fewer", "halls.main.breakdown_stations": "9"}
    tables = read_run(document["run_dir"]).tables
    assert tables["curve"]["halls.main.breakdown_stations"].iloc[1] == 9 and "factors" in tables


@pytest.mark.drawn
def test_the_factors_of_typed_designs_stand_in_decompose(capsys, tmp_path):
    designs = "designs=[liege_30k, liege_30k halls.main.breakdown_stations=9]"
    assert main(["decompose", designs, *TINY, "--all", "--out", str(tmp_path)]) == 0
    assert re.search(r"halls\.main\.breakdown_stations: \d+ → 9\n", capsys.readouterr().out)
    (picture,) = tmp_path.glob("*/figures/decompose.svg")
    assert "break-down stations 9" in picture.read_text()


def test_no_word_sets_factors(capsys):
    assert main(["compare", "scenarios=[liege_30k,liege_66k]", "+factors.a.b=c", "--show"]) == 2
    assert "factors: unknown key" in capsys.readouterr().err


def test_typed_designs_are_named_by_what_differs_from_the_first() -> None:
    """Each by its own key, also if all keys together are too long for a name."""
    words = ["roster.factor=1.3", "roster.night_factor=0.7", "halls.main.packout_posts=27", "halls.main.doors_out=29",
             "halls.main.breakdown_workers=44", "outbound.loading_min=50"]  # fmt: skip
    keys = [word.partition("=")[0] for word in words]
    labels = ["liege_30k", *(f"liege_30k {word}" for word in words)]
    own = [{}, *(dict([word.split("=")]) for word in words)]
    factors = {label: {key: typed.get(key, "1") for key in keys} for label, typed in zip(labels, own, strict=True)}
    titles = [title for *_, title in names_of([named_design(label) for label in labels], factors)]
    assert len({*titles}) == len(titles) and titles[0].endswith(" (liege_30k)")
    assert titles[1].endswith("(liege_30k: roster factor 1.3)") and titles[-1].endswith("loading 50 min)")


def test_names_that_would_be_cut_to_the_same_are_whole() -> None:
    curfew, closes = "disruption@disruptions.curfew", "disruptions.curfew.closes"
    labels = ["a", *(f"a +{curfew}=night_curfew {closes}={hour}" for hour in ("23:00", "01:00"))]
    values = ("", ""), ("night_curfew", "23:00"), ("night_curfew", "01:00")
    factors = {
        label: dict(zip((curfew, closes), pair, strict=True)) for label, pair in zip(labels, values, strict=True)
    }
    _, *titles = [title for *_, title in names_of([named_design(label) for label in labels], factors)]
    assert titles[0].endswith("curfew closes 23:00)") and titles[1].endswith("curfew closes 01:00)")


def test_halls_alone_are_named_by_their_size_machines_or_label() -> None:
    rows = [
        named_design("a"),
        *(named_design(label, area_m2=66_000.0, n_machines=n) for label, n in (("b", 4), ("c", 5), ("d", 5))),
        named_design("e", n_halls=3),
        named_design("scenario=a, seed=2"),
    ]
    assert titles_of(rows) == {
        "a": "30,000 m² (a)",
        "b": "66,000 m² with 4 machines",
        "c": "66,000 m² with 5 machines (c)",
        "d": "66,000 m² with 5 machines (d)",
        "e": "30,000 m² in 3 halls",
        "scenario=a, seed=2": "a: seed 2",
    }
