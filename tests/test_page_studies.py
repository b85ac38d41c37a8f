"""The served page beside single runs: comparisons, flights sent by the browser, and an expansion computed again."""

import re
from dataclasses import replace
from importlib import import_module

import pytest
from answers import answer

pytest.importorskip("starlette")
pytest.importorskip("python_multipart")

from served import answer_here, client_of
from stored_runs import BARE, TINY, made
from test_expansion import FEW, PACKAGED, kpis_of
from test_flights import GOOD
from test_ssim import file_of, leg

from experiments.arguments import Arguments
from experiments.composition import compose, hub
from experiments.formatting import signed
from experiments.frame import simulating
from experiments.main import main
from experiments.money.kpis import KPIS
from experiments.statistics.family import Family, statements
from experiments.studies.page import differences
from experiments.studies.page.checking import checked
from experiments.studies.page.differences import compared
from experiments.studies.page.plan import FLIGHTS, Plan, flights_folder, sent_flights
from experiments.studies.page.recomputed import recomputed
from experiments.verbs import module_of


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    bare = [*BARE, "margin=none"]
    made(folder, "run", *bare)
    assert main(["run", *TINY, *bare, "apron.stands=1", "--out", str(folder)]) == 0
    assert main(["run", *TINY, *bare, "seed=2", "replications=1", "--out", str(folder)]) == 0
    return folder


def runs_of(root):
    """The hub as it is, with one stand, and with other draws."""
    folders = [path for path in root.iterdir() if path.name.startswith("run-")]
    configs = {path: (path / "config.yaml").read_text() for path in folders}
    stand = next(path for path, text in configs.items() if "stands: 1\n" in text)
    other = next(path for path, text in configs.items() if "seed: 2" in text)
    return next(path for path in folders if path not in (stand, other)), stand, other


def mean_of(folder, kpi, capsys):
    return answer(capsys, "show", folder)["kpis"][kpi]["mean"]


@pytest.mark.parametrize(("more", "cell"), [(1.0, "+1.00 h"), (0.0, "no difference")])
def test_a_difference_that_is_the_same_in_every_replication_is_not_tested(more: float, cell: str) -> None:
    tested = statements({"a": [1.0, 2.0], "b": [1.0 + more, 2.0 + more]}, "a", Family.HOLM)
    assert differences._cell(tested["b"], "h") == f"{cell}\n(the same in every replication)"


def test_a_comparison_says_what_was_changed_then_the_paired_differences(root, capsys):
    base, stand, _ = runs_of(root)
    result = compared([base, stand])
    assert [row[0] for row in result.changed.rows] == ["Apron, stands\napron.stands"]
    assert not [row for row in result.changed.rows if row[2] == row[3]]
    difference = mean_of(stand, "dwell_mean_h", capsys) - mean_of(base, "dwell_mean_h", capsys)
    row = next(row for row in result.differences.rows if row[0] == "Dwell, mean")
    assert result.titles == ["liege_30k: apron stands 6", "liege_30k: apron stands 1"]
    assert difference != 0 and row[2].startswith(f"{signed(difference)} h")
    page = client_of(root).get(f"/compare?run={base.name}&run={stand.name}").text
    assert page.index("Changed inputs") < page.index("Differences") and "apron.stands" in page
    assert result.programs == ""
    assert not [name for name, *_ in result.differences.rows if name.startswith("–")], "a part is named after its whole"
    assert result.differences.caption.endswith("p-values (Holm), which decide")


def test_titles_name_no_lists_of_months():
    hubs = [hub(compose([f"arrivals={name}"])) for name in ("timetable", "banks")]
    titles = [column.title for column in differences._named([differences.Column("a", each, {}, "") for each in hubs])]
    assert "arrivals model banks" in titles[1] and not any("[" in title for title in titles)


def test_lists_that_differ_can_be_broken_into_lines():
    hubs = [hub(compose([f"scenario={name}"])) for name in ("liege_30k", "customs_today")]
    rows = differences._changed([differences.Column("a", each, {}, "") for each in hubs]).rows
    words = [word for row in rows for text in row[2:] for word in text.split()]
    assert max(map(len, (text for row in rows for text in row[2:]))) > 200 and max(map(len, words)) < 40
    rated = [
        differences.Column("a", hub(compose([f"halls.main.machine_rated_per_h={n}"])), {}, "") for n in (9000, 12000)
    ]
    assert differences._changed(rated).rows[0][2:] == ("9,000", "12,000")


def test_a_comparison_of_one_replication_says_that_it_has_no_intervals():
    samples = {kpi: [1.0] for kpi in KPIS}
    grid = differences._differences([differences.Column(name, hub(compose([])), samples, "") for name in "ab"])
    assert grid.caption.endswith("the same 1 replication of each, paired; one replication, no interval")


def test_a_comparison_says_that_the_programs_of_its_runs_differ(root, monkeypatch):
    base, stand, _ = runs_of(root)
    read = differences.manifest_of

    def by_another(path):
        run = read(path)
        return replace(run, identity=run.identity | {"sources": path.name})

    monkeypatch.setattr(differences, "manifest_of", by_another)
    assert compared([base, stand]).programs.startswith("Programs of different states made these runs.")


def test_flight_files_of_one_name_differ_by_their_flights_and_content(root, tmp_path, monkeypatch):
    base, stand, _ = runs_of(root)
    read = differences.manifest_of

    def with_file(path):
        run = read(path)
        file = {"file": "own.csv", "sha256": path.name[-8:] + "0" * 56}
        return replace(run, identity=run.identity | {"inputs": dict.fromkeys(run.identity["hubs"], file)})

    monkeypatch.setattr(differences, "manifest_of", with_file)
    files = {row[0]: row[2:] for row in compared([base, stand]).changed.rows}["Arrivals, schedule\narrivals.schedule"]
    assert files == (f"own.csv ({base.name[-8:]})", f"own.csv ({stand.name[-8:]})")
    (copy := tmp_path / "own.csv").write_text(GOOD)
    monkeypatch.setattr(differences, "copy_of", lambda folder, *_: copy if folder == base else None)
    files = {row[0]: row[2:] for row in compared([base, stand]).changed.rows}["Arrivals, schedule\narrivals.schedule"]
    assert files == (f"own.csv (2 flights, {base.name[-8:]})", f"own.csv ({stand.name[-8:]})")


def test_runs_that_do_not_see_the_same_flights_are_not_paired(root):
    base, _, other = runs_of(root)
    result = compared([base, other])
    assert result.differences is None and result.why.startswith("Seed differs (1 and 2)")
    client = client_of(root)
    assert client.get(f"/compare?run={base.name}").status_code == 400
    assert client.get("/compare?run=../x&run=..").status_code == 400


def test_flights_that_are_sent_are_read_as_schedule_reads_them_and_planned_with(tmp_path, monkeypatch):
    answer_here(monkeypatch)
    client = client_of(tmp_path)
    answer = client.post("/flights", files={"file": ("../my <b>week.csv", GOOD, "text/csv")})
    (name,) = sent_flights(tmp_path)
    assert answer.status_code == 200 and "2 flights from 2022-09-05" in answer.text and "<b>" not in answer.text
    assert answer.url.fragment == name and f'id="{name}"' in answer.text, "what was sent is shown, not the first file"
    assert name.startswith("my--b-week-") and (flights_folder(tmp_path) / name / FLIGHTS).is_file()
    assert client.get(f"/flights/{name}/schedule.svg").status_code == 200
    assert client.get(f"/flights/{name}/schedule.json").status_code == 404
    sent = sent_flights(tmp_path)[name]
    assert re.fullmatch(r"sent \w{3} \d\d \w{3} \d{4} \d\d:\d\d:\d\d", sent) and sent in answer.text
    assert f'<option value="{name}" selected>{name}, {sent}</option>' in client.get(f"/plan?flights={name}").text
    plan = checked(Plan(flights=name), client_arguments(tmp_path))
    assert not plan.mistake
    assert hub(compose(plan.words)).arrivals.schedule.endswith(f"{name}/{FLIGHTS}")
    both = Plan("compare", "liege_66k", {"arrivals": "poisson"}, flights=name, against="liege_30k")
    words = checked(replace(both, values={"arrivals.repeat": "2"}), client_arguments(tmp_path)).words
    designs, _ = import_module(module_of("compare")).STUDY.parse(Arguments("compare", tuple(words)))
    assert len({(each.hub.arrivals.schedule, each.hub.days, each.hub.arrivals.repeat) for each in designs}) == 1
    assert designs[0].hub.arrivals.schedule.endswith(FLIGHTS) and designs[0].hub.arrivals.repeat == 2
    drawn = Plan(flights=name, chosen={"arrivals": "resampled"})
    assert hub(compose(drawn.base_words(tmp_path))).arrivals.resampled_weeks == 1


def test_a_timetable_in_ssim_is_sent_and_planned_with(tmp_path, monkeypatch):
    answer_here(monkeypatch)
    client, lines = client_of(tmp_path), "".join(f"{line}\n" for line in file_of(leg()))
    files = {"file": ("winter.ssim", lines, "text/plain")}
    assert client.post("/flights", files=files, data={"airport": "BRU"}).status_code == 400
    answer = client.post("/flights", files=files, data={"airport": "LGG"})
    assert answer.status_code == 200 and "14 flights" in answer.text and "<pre" in answer.text, answer.text
    (name,) = sent_flights(tmp_path)
    plan = checked(Plan(flights=name, values={"start_date": "2022-09-05"}), client_arguments(tmp_path))
    assert not plan.mistake


def test_flights_by_other_aircraft_are_sent_with_the_scenario_that_has_them(tmp_path, monkeypatch):
    answer_here(monkeypatch)
    mine = tmp_path / "mine" / "scenario"
    mine.mkdir(parents=True)
    text = "# @package _global_\ndefaults: [express_night_hub, _self_]\nscenario: express\n"
    (mine / "express.yaml").write_text(text)
    client = client_of(tmp_path, mine.parent)
    files = {"file": ("week.csv", "flight,sibt,aircraft\nCV1,2022-09-05 23:00,a300_600f\n", "text/csv")}
    assert "one of b777f, got" in client.post("/flights", files=files).text
    assert client.post("/flights", files=files, data={"scenario": "expres"}).status_code == 400
    answer = client.post("/flights", files=files, data={"scenario": "express"})
    assert answer.status_code == 200 and "/plan?scenario=express&amp;flights=week-" in answer.text


def client_arguments(root):
    return Arguments("page", out=root)


def test_a_broken_file_of_flights_is_refused_in_the_words_of_the_command_line(tmp_path, monkeypatch):
    answer_here(monkeypatch)
    client = client_of(tmp_path)
    broken = {"file": ("week.csv", "flight,sibt\nCV1,yesterday\n", "text/csv")}
    answer = client.post("/flights", files=broken)
    assert answer.status_code == 400 and "yesterday" in answer.text and "Traceback" not in answer.text
    assert "week.csv" in answer.text and "/tmp" not in answer.text and 'href="/flights">Back' in answer.text
    assert sent_flights(tmp_path) == {}
    assert client.post("/flights", data={"airport": "LGG"}).status_code == 400


def test_an_expansion_with_other_probabilities_is_what_the_command_line_computes(tmp_path, monkeypatch, capsys):
    def evaluate(config, replication):
        return {"kpis": kpis_of(config, replication), "tables": {}}

    monkeypatch.setattr(simulating, "evaluate", evaluate)
    others = [name for name in (*PACKAGED, *FEW) if name not in ("stay_30k", "permit_100k_at_once")]
    few = [f"~expansion.paths.{name}" for name in others]
    sizes = [
        "expansion.draws=2",
        "expansion.worlds=2",
        "expansion.years=2",
        "expansion.loads=[0.1,0.8]",
        "workers=1",
        "page=none",
    ]
    words = ["expansion", *sizes, *few, "--quiet", "--json", "--out", str(tmp_path)]
    folder = tmp_path / answer(capsys, *words)["run_dir"]
    weights = {"permit.granted": "0", "permit.refused": "0.9"}
    again = recomputed(folder, weights)
    assert again.words and again.map_rows and sum(each.value for each in again.sliders["permit"]) == pytest.approx(1)
    assert answer(capsys, *words, "expansion.worlds=0", *again.words)["sentences"] == list(again.sentences)
    assert again.command.startswith("cargohub expansion expansion.draws=2 "), "the run's words, then the new ones"
    assert "'~expansion.paths.react_66k'" in again.command and again.command.endswith(" ".join(again.words))
    assert recomputed(folder, {"permit.refused": "1"}, ["permit.refused"]).map_rows == [], "it cannot end both ways"
    as_run = recomputed(folder, {})
    assert as_run.words == [] and as_run.sentences[1].startswith("Over futures and assumptions ")
    assert again.sentences[0].startswith("The path "), "the answer first"
    kept = recomputed(folder, {"permit.granted": "0.6", "permit.refused": "0.7"}, ["permit.granted"])
    assert {each.label: (each.value, each.is_moved) for each in kept.sliders["permit"]}["granted"] == (0.6, True)
    assert sum(each.value for each in kept.sliders["permit"]) == pytest.approx(1)
    assert all(each.value == each.stored for stage in list(kept.sliders)[1:] for each in kept.sliders[stage])
    page = client_of(tmp_path).get(f"/run/{folder.name}/expansion?permit.granted=0&permit.refused=0.9")
    assert page.status_code == 200 and "Best path by growth and decision" in page.text
    assert client_of(tmp_path).get(f"/run/{folder.name}/expansion?permit.granted=2").status_code == 400
