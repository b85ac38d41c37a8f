"""The served page: who may ask it, what it shows of runs, and how it begins and ends."""

import asyncio
import fcntl
import io
import math
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from html import escape, unescape
from importlib import import_module
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from answers import answer
from mistakes import refused

pytest.importorskip("starlette")
pytest.importorskip("python_multipart")

from served import HERE, PORT, TOKEN, answer_here, client_of
from stored_runs import BARE, TINY, made

from experiments import extras
from experiments.arguments import Arguments
from experiments.composition import compose, hub
from experiments.frame import runner
from experiments.frame.study import Request
from experiments.main import main
from experiments.store.directory import held
from experiments.store.parts import lines_in
from experiments.studies.page import guard, result, runs
from experiments.studies.page.answers import View, answers_of
from experiments.studies.page.checking import checked
from experiments.studies.page.children import Children
from experiments.studies.page.form import GROUPS, group_of
from experiments.studies.page.plan import Plan, plan_of, planned_fields
from experiments.studies.page.result import under_way
from experiments.studies.page.runs import state_of
from experiments.studies.page.server import application_of
from experiments.studies.sheet import words_of as words_of_sheet
from experiments.verbs import module_of
from sim.errors import InputError


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    made(folder, "run", "demand.flights_per_day=1")
    return folder


@pytest.fixture
def name(root):
    return next(path.name for path in root.iterdir() if path.name.startswith("run-"))


def begun(root, name, config="verb: run\n"):
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text(config)
    return folder


def test_the_designs_of_a_run_are_named_one_by_one(tmp_path):
    made(tmp_path, "compare", "designs=[liege_30k, liege_30k apron.stands=5]", *BARE, "demand.flights_per_day=1")
    assert "<small>compare: liege_30k; liege_30k: apron stands 5</small>" in client_of(tmp_path).get("/runs").text


@pytest.mark.parametrize(("n_designs", "is_offered"), [(0, False), (1, True), (6, True), (7, False)])
def test_only_runs_with_designs_that_can_be_compared_are_offered(tmp_path, monkeypatch, n_designs, is_offered):
    begun(tmp_path, "run-hub")
    designs = {f"design {number}": {} for number in range(n_designs)}
    monkeypatch.setattr(runs, "entry", lambda *_: {"name": "run-hub", "state": "complete", "scenarios": designs})
    page = client_of(tmp_path).get("/runs").text
    assert ('type="checkbox"' in page, "Compare the ticked" in page) == (is_offered, is_offered)
    assert ("7 designs; at most 6 can be compared" in page) == (n_designs == 7)


def test_only_its_own_address_and_origin_are_answered(tmp_path):
    client = client_of(tmp_path)
    assert client.get("/runs").status_code == 200
    assert client.get("/runs", headers={"host": "evil.example"}).status_code == 403
    assert client.get("/runs", headers={"host": "127.0.0.1:1"}).status_code == 403
    assert client.get("/runs", headers={"origin": "http://127.0.0.1:9999"}).status_code == 403
    assert client.get("/runs", headers={"origin": "null"}).status_code == 403


def test_nothing_is_answered_without_the_token(tmp_path):
    client = client_of(tmp_path, has_token=False)
    for address in ("/", "/runs", "/static/page.css", "/runs?token=another", "/runs?token="):
        assert client.get(address).status_code == 403, address
    assert client.post("/run/x/resume", headers={"origin": HERE}).status_code == 403
    assert client.get("/runs", headers={guard.HEADER: TOKEN}).status_code == 200


def test_the_token_leaves_the_address_and_leads_to_no_other_host(tmp_path):
    client = client_of(tmp_path, has_token=False)
    answer = client.get(f"{HERE}//evil.example/runs?token={TOKEN}&text=a", follow_redirects=False)
    assert answer.headers["location"] == "/evil.example/runs?text=a"
    assert "HttpOnly" in answer.headers["set-cookie"] and "SameSite=strict" in answer.headers["set-cookie"]


def test_what_changes_something_says_its_origin(root, name):
    client = client_of(root)
    del client.headers["origin"]
    assert client.post(f"/run/{name}/resume").status_code == 403
    assert client.post(f"/run/{name}/resume", headers={guard.HEADER: TOKEN}).status_code == 200


def test_every_answer_forbids_scripts_and_frames_of_others(root, name):
    client = client_of(root)
    for address in ("/runs", f"/run/{name}", "/nothing"):
        policy = client.get(address).headers["content-security-policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    stored = client.get(f"/run/{name}/file/report.html")
    assert stored.status_code == 200 and "sandbox" in stored.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/run/..%2f..%2fetc/file/passwd", "/run/{}/file/..%2f..%2f..%2fetc%2fpasswd", "/run/{}/file/../../secret",
        "/run/{}/file/.lock", "/static/..%2f..%2fmain.py", "/static/page.py", "/run/link", "/run/{}/file/%00",
        "/run/.page/file/token", "/run/%2Fetc/file/passwd",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_the_folder(root, name, path, tmp_path):
    (root.parent / "secret").write_text("of no concern")
    outside = begun(tmp_path, "run-outside")
    if not (root / "link").is_symlink():
        (root / "link").symlink_to(outside, target_is_directory=True)
    answer = client_of(root).get(path.format(name))
    assert answer.status_code == 404
    assert "of no concern" not in answer.text and "root:" not in answer.text


def test_a_browser_that_leaves_while_it_sends_is_no_fault_of_the_server(tmp_path):
    sending = {"host": f"127.0.0.1:{PORT}", guard.HEADER: TOKEN, "content-length": "9",
               "content-type": "application/x-www-form-urlencoded"}  # fmt: skip
    scope = {
        "type": "http", "method": "POST", "path": "/plan", "raw_path": b"/plan", "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in sending.items()],
    }  # fmt: skip
    answers = []

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        answers.append(message)

    application = application_of(Arguments("page", out=tmp_path), Children(tmp_path / "logs"), TOKEN, PORT)
    asyncio.run(application(scope, receive, send))
    assert answers[0]["status"] == 400


def test_html_in_names_stays_text(tmp_path):
    evil = 'run-<img src=x onerror="alert(1)">'
    begun(tmp_path, evil)
    client = client_of(tmp_path)
    page = client.get("/runs?text=<script>alert(1)</script>").text + client.get("/runs").text
    page += client.get("/run/" + "%3Cb%3E").text
    assert "<img" not in page and "<script>alert" not in page and "<b>" not in page
    assert escape(evil, quote=False) in page.replace("&#34;", '"')


def test_large_requests_are_refused_by_their_length_and_by_what_they_send(root, name):
    client = client_of(root)
    large = 100 * 2**20
    answer = client.post("/flights", content=b"x", headers={"content-length": str(large)})
    assert answer.status_code == 413 and "at most 20 MB" in answer.text and '<a href="/flights">Back' in answer.text

    def pieces():
        for _ in range(guard.MOST_BYTES // 2**20 + 2):
            yield b"x" * 2**20

    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post(f"/run/{name}/replay", content=pieces(), headers=kind).status_code == 413


def test_a_thousand_runs_are_listed_page_by_page(tmp_path):
    for number in range(1000):
        begun(tmp_path, f"run-hub-{number:04}")
    client = client_of(tmp_path)
    assert "1000 of 1000 runs" in client.get("/runs").text
    assert client.get("/runs?page=20").text.count("<td>unfinished") == 50
    assert client.get("/runs?page=99999").status_code == client.get("/runs?page=-1").status_code == 200
    assert "1 of 1000 runs" in client.get("/runs?text=hub 0042&verb=run&state=unfinished").text


def test_a_result_is_what_show_says(root, name, capsys):
    page = client_of(root).get(f"/run/{name}").text.replace("\u00a0", " ")
    kpis = answer(capsys, "show", root / name)["kpis"]
    assert f"{100 * kpis['on_time_share']['mean']:.1f} %" in page
    assert "cargohub run" in page and "report.html" in page and "/tables/xlsx" in page


def test_a_result_is_made_again_once_a_run_of_sure_is_beside_it(root, name, tmp_path):
    folder = Path(shutil.copytree(root / name, tmp_path / name))
    first = result.result_of(folder)
    assert result.result_of(folder) is first
    (begun(tmp_path, "sure-hub") / "manifest.json").write_text("{}")
    assert result.result_of(folder) is not first


@pytest.mark.drawn
def test_a_result_has_its_sheet_and_its_slides_beside_the_answer(root, name, monkeypatch):
    pytest.importorskip("pptx")
    answer_here(monkeypatch)
    client = client_of(root)
    page = client.get(f"/run/{name}").text
    for file, first in (("sheet", b"%PDF"), ("slides", b"PK")):
        assert page.index(f'href="/run/{name}/{file}"') < page.index("At a glance")
        answer = client.get(f"/run/{name}/{file}")
        assert answer.status_code == 200 and answer.content.startswith(first)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as slides:
        texts = [slides.read(file).decode() for file in slides.namelist() if file.startswith("ppt/slides/slide")]
    assert any("The answer rests on assumptions, among them" in text for text in texts)


def test_an_unfinished_run_is_resumed_from_the_list(root, name, tmp_path):
    begun(tmp_path, "run-hub-1")
    assert 'formaction="/run/run-hub-1/resume"' in client_of(tmp_path).get("/runs").text
    assert "/resume" not in client_of(root).get("/runs").text


def test_a_run_begun_elsewhere_is_seen_without_touching_its_lock(tmp_path, monkeypatch):
    folder = begun(tmp_path, "run-hub-1")
    with held(folder):
        monkeypatch.setattr(fcntl, "flock", lambda *_: pytest.fail("the lock was tried"))
        assert state_of(folder, is_here=False) == "running"
        page = client_of(tmp_path).get("/runs").text
        assert "<td>running" in page and "Resume" not in page
        monkeypatch.undo()
    assert state_of(folder, is_here=False) == "unfinished"


@pytest.mark.parametrize(("verb", "words", "n"), [
    ("run", ["replications=3"], 3),
    ("sweep", ["halls.main.doors_out=20,26", "replications=3"], 6),
    ("run", ["replications=3", "+precision.on_time_share=0.01", "precision.max_replications=9"], None),
    ("capacity", ["scenarios=[liege_30k]"], None),
])  # fmt: skip
def test_how_many_replications_there_will_be_is_what_the_study_says(tmp_path, verb, words, n):
    study = import_module(module_of(verb)).STUDY
    arguments = Arguments(verb, tuple(words), out=tmp_path)
    request = Request(*study.parse(arguments), arguments)
    with runner.opened(study.name(request), request) as run:
        shown = under_way(run.path)
        assert shown.n_asked == n
        assert shown.command == arguments.command, "what a shell would change is quoted"
        if verb == "capacity":
            run.keep(("liege_30k, 3 flights/d", 0), {"kpis": {"on_time_share": 1.0}, "tables": {}})
            assert under_way(run.path).n_done == 1, "although no hub of the study has this label"


def test_a_damaged_run_says_why(root, name, tmp_path):
    folder = begun(tmp_path, name)
    (folder / "manifest.json").write_text("{")
    answer = client_of(tmp_path).get(f"/run/{name}")
    assert answer.status_code == 409 and "manifest.json" in answer.text


def test_the_token_is_kept_for_its_user_alone(tmp_path):
    token = guard.token_of(tmp_path)
    assert guard.token_of(tmp_path) == token and len(token) >= 32
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--port", "x"], "--port: expected a whole number from 0 (any free port) to 65535, got 'x'"),
        (["--port", "70000"], "got '70000'"),
        (["runs"], "page: takes only options, got runs; --out DIR is the folder of runs"),
        (["--config-dir", "README.md"], "--config-dir: 'README.md' is not a folder"),
        (["--json"], "--json: page prints only its address"),
    ],
)
def test_mistakes_are_one_line(words, says, capsys, tmp_path):
    assert says in refused(capsys, "page", "--no-browser", "--out", tmp_path / "runs", *words)
    assert not (tmp_path / "runs").exists()


def test_a_run_whose_files_are_just_being_written_is_asked_for_again(root, name, monkeypatch):
    def damaged(_):
        raise InputError("summary.parquet: is damaged")

    monkeypatch.setattr(result, "result_of", damaged)
    assert client_of(root).get(f"/run/{name}").status_code == 409
    monkeypatch.setattr(Children, "is_running", lambda *_: True)
    answer = client_of(root).get(f"/run/{name}")
    assert answer.status_code == 200 and "being written" in answer.text and "data-refresh" in answer.text


def test_without_the_extra_one_line_says_how_to_get_it(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    assert refused(capsys, "page", "--out", tmp_path) == f"cargohub: {extras.missing('starlette', 'page')}\n"


def test_it_prints_its_address_and_ends_cleanly_on_sigterm(tmp_path):
    folders = ["--out", str(tmp_path), "--config-dir", str(tmp_path / "mine")]
    command = [sys.executable, "-m", "experiments.main", "page", "--port", "0", "--no-browser", *folders]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    first = process.stdout.readline()
    assert first.startswith("http://127.0.0.1:") and "/?token=" in first
    process.send_signal(signal.SIGTERM)
    rest, errors = process.communicate(timeout=30)
    assert (process.returncode, rest, errors) == (0, "", "")


def test_the_form_has_every_value_with_unit_bounds_and_source(tmp_path):
    fields = {each.key: each for each in planned_fields(Plan(), Arguments("page", out=tmp_path))}
    area = fields["halls.main.area_m2"]
    assert (area.name, area.value, area.unit) == ("Area", "30000", "m²")
    assert area.bounds == "at least 100, at most 10,000,000"
    assert fields["halls.main.facade_m"].bounds == "above 0"  # no value comes near 1e9
    distance = fields["halls.main.apron_distance_m"]
    assert distance.range == "302.5 to 797.5" and distance.about.source.startswith("assumption")
    assert fields["arrivals.model"].leaf.kind == "choice" and fields["trade.is_on"].leaf.kind == "flag"
    assert [key for key, each in fields.items() if not each.about] == [], "kind and reason of every value"
    assert [key for key, each in fields.items() if each.leaf.kind in ("number", "whole") and not each.unit] == []
    assert (fields["fit"].name, fields["roster.factor"].unit) == ("Units without room in their hall", "times")
    shown = {group_of(key) for key in fields}
    assert shown >= set(GROUPS) - {"Disruptions"}


def test_the_expected_time_is_that_of_runs_there_or_says_why_it_is_not_known(root, tmp_path):
    def expected(plan, out):
        return checked(plan, Arguments("page", out=out)).expected

    assert expected(Plan(), tmp_path).startswith("The expected time is not known before a first run")
    assert expected(Plan(), root).startswith("Expected time: about ")
    assert expected(Plan("capacity", "liege_66k"), root).endswith("How many are needed depends on what they show.")


@pytest.mark.parametrize(
    ("verb", "key", "value"),
    [
        ("run", "demand.flights_per_day", "-3"),
        ("run", "lanes.HU.share", "1,5"),
        ("run", "halls.main.zone_shares.sorting", "0.9"),
        ("sweep", "halls.main.packout_posts", "20;26"),
    ],
)
def test_a_value_is_refused_beside_its_field_in_the_words_of_the_command_line(tmp_path, capsys, verb, key, value):
    page = unescape(client_of(tmp_path).get("/plan", params={"verb": verb, f"set.{key}": value}).text)
    assert main([verb, f"{key}={value}"]) == 2
    says = capsys.readouterr().err.removeprefix("cargohub: ").strip()
    assert f'data-key="{key}">{says}</p>' in page
    assert 'aria-invalid="true"' in page and 'name="do" value="run">' not in page


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("set.hydra.run=1", "hydra.run: not a value of this form"),
        ("scenario=../../etc", "scenario: no "),
        ("disruption=x=1", "disruption: no "),
        ("group.demand=<b>", "demand: no "),
        ("flights=../config.yaml", "flights: no file"),
    ],
)
def test_no_name_becomes_a_word_unless_it_is_there(tmp_path, query, says):
    answer = client_of(tmp_path).get(f"/plan?{query}")
    assert answer.status_code == 400 and says in answer.text and "<b>" not in answer.text


def words_of(query, root):
    """Behind the verb, as the plan of this address is typed."""
    plan = checked(plan_of(parse_qsl(query)), Arguments("page", out=root))
    assert not plan.mistake
    return list(plan.words)


def test_a_number_in_per_cent_is_of_the_scenarios(tmp_path):
    words = words_of("set.halls.main.doors_in=-25%25&set.service_h=-30 %25&set.parcels.no_read_share=-50%25", tmp_path)
    base = hub(compose([]))
    assert f"halls.main.doors_in={math.floor(0.75 * base.halls['main'].doors_in + 0.5)}" in words
    assert f"service_h={0.7 * base.service_h:g}" in words
    assert f"parcels.no_read_share={base.parcels.no_read_share / 2:g}" in words
    mistake = checked(plan_of([("set.fit", "+20 %")]), Arguments("page", out=tmp_path)).mistake
    quoted = checked(plan_of([("set.halls.main.doors_out", "'3")]), Arguments("page", out=tmp_path))
    assert "a quote is not closed" in quoted.mistake and quoted.mistake_key == "halls.main.doors_out"
    assert "+20 %" in mistake, "what is no number is not changed by a share"


def test_a_decomposition_is_planned_from_a_baseline(tmp_path):
    words = words_of("verb=decompose&scenario=liege_66k&against=liege_30k&set.demand.flights_per_day=11", tmp_path)
    assert words == ["study=decompose", "scenarios=[liege_30k,liege_66k]", "demand.flights_per_day=11"]
    alone = checked(Plan("decompose"), Arguments("page", out=tmp_path))
    assert alone.mistake == "decompose: the scenario equals its baseline; choose another baseline"


def test_the_share_of_a_night_shift_is_a_value_and_the_other_shifts_stay(tmp_path):
    key = "roster.roles.packout.shifts.night_mon-sun_22:00-06:00.share"
    day, night = hub(compose(["roster=three_shifts"])).roster.roles["packout"].shifts
    words = words_of(f"group.roster=three_shifts&set.{key}=-30%25", tmp_path)
    shifts = hub(compose(words)).roster.roles["packout"].shifts
    assert shifts == (day, replace(night, share=pytest.approx(0.7 * night.share)))
    page = client_of(tmp_path).get(f"/plan?group.roster=three_shifts&set.{key}=1.5").text
    assert "roster.roles.packout.shifts[1].share: must be at most 1, got 1.5" in page


def test_a_comparison_sets_the_plan_beside_a_scenario(tmp_path):
    words = words_of(
        "verb=compare&disruption=fog_morning&set.disruptions.fog_morning.hours=8&set.halls.main.doors_out=24&set.seed=3"
        "&set.replications=2",
        tmp_path,
    )
    asked, keys = import_module(module_of("compare")).STUDY.parse(Arguments("compare", tuple(words)))
    base, plan = (design.hub for design in asked)
    assert (base.seed, plan.seed, keys.replications) == (3, 3, 2)
    assert (base.halls["main"].doors_out, plan.halls["main"].doors_out) == (30, 24)
    assert not base.disruptions and plan.disruptions["fog_morning"].hours == 8
    of_both = words_of("verb=compare&against=liege_66k&group.margin=none", tmp_path)
    assert of_both == ["designs=[liege_66k, liege_30k]", "margin=none"]
    other = words_of("verb=compare&against=liege_66k", tmp_path)
    assert other == ["designs=[liege_66k, liege_30k]"]
    page = client_of(tmp_path).get("/plan?verb=compare").text
    assert "compare: the plan equals its baseline; change a value, or choose another baseline" in page
    assert client_of(tmp_path).get("/plan?verb=compare&against=nowhere").status_code == 400


def test_a_sweep_takes_several_values_of_a_number_and_draws_the_first(tmp_path):
    query = "verb=sweep&set.halls.main.doors_out=20, 24&set.demand.flights_per_day=3,4"
    asked, _ = import_module(module_of("sweep")).STUDY.parse(Arguments("sweep", tuple(words_of(query, tmp_path))))
    points = {(design.hub.halls["main"].doors_out, design.hub.demand.flights_per_day) for design in asked}
    assert points == {(20, 3), (20, 4), (24, 3), (24, 4)}
    assert "30 of the 40 dock doors" in client_of(tmp_path).get(f"/plan?{query}").text


def test_the_capacity_of_a_plan_is_asked_of_its_scenario(tmp_path):
    words = words_of("verb=capacity&scenario=liege_66k&set.halls.main.doors_out=24", tmp_path)
    (design,), _ = import_module(module_of("capacity")).STUDY.parse(Arguments("capacity", tuple(words)))
    assert (design.label, design.hub.halls["main"].doors_out) == ("liege_66k", 24)


def test_a_verb_with_several_studies_asks_the_question_that_is_chosen(tmp_path):
    page = client_of(tmp_path).get("/plan?verb=sure&group.study=sure_capacity").text
    assert "cargohub sure study=sure_capacity scenario=liege_30k" in page
    assert client_of(tmp_path).get("/plan?verb=sure&group.study=../x").status_code == 400
    assert 'name="group.study"' not in client_of(tmp_path).get("/plan").text


def test_the_inputs_of_a_plan_are_a_workbook_that_run_reads(tmp_path, monkeypatch):
    answer_here(monkeypatch)
    answer = client_of(tmp_path).get("/plan/workbook?scenario=liege_66k&set.halls.main.doors_out=24")
    path = tmp_path / "inputs.xlsx"
    path.write_bytes(answer.content)
    assert words_of_sheet(path, "run", None) == ["scenario=liege_66k", "halls.main.doors_out=24"]


def test_capacity_how_sure_and_expansion_show_the_latest_answers(root, name, tmp_path):
    begun(tmp_path, "sure-hub-1")
    client = client_of(tmp_path)
    page = client.get("/sure").text
    assert 'href="/run/sure-hub-1"' in page and "Unfinished" in page and "/plan?verb=sensitivity" in page
    assert "No run in this folder" in client.get("/capacity").text and "sure-hub-1" not in client.get("/expansion").text
    (answer,), n = answers_of(root, View("Any", "", ("run",)))
    assert (answer.name, n) == (name, 1) and answer.result.page.answer


def test_a_plan_begins_at_the_scenario_of_the_verbs_study_until_another_is_chosen(tmp_path):
    words = words_of("verb=customs", tmp_path)
    assert hub(compose(words)) == hub(compose(["study=customs"])) and "scenario=customs_today" in words
    client = client_of(tmp_path)
    for was, verb, scenario, begins_at in (
        ("run", "customs", "liege_30k", "customs_today"),
        ("customs", "run", "customs_today", "liege_30k"),
        ("run", "customs", "liege_66k", "liege_66k"),
        ("customs", "customs", "liege_30k", "liege_30k"),
    ):
        form = {"was": f"verb={was}&scenario={scenario}", "verb": verb, "scenario": scenario}
        answer = client.post("/plan", data=form, follow_redirects=False)
        assert f"scenario={begins_at}" in answer.headers["location"]


def test_what_does_not_fit_is_drawn_and_made_to_fit(tmp_path):
    client = client_of(tmp_path)
    page = client.get("/plan?set.halls.main.doors_out=36").text
    assert page.count('text-anchor="middle"') >= 8 and "<strong>3</strong> Hand-coding 80 %" in page
    assert "46 of the 40 dock doors that fit" in page and 'class="over"' in page
    form = {"was": "scenario=liege_30k", "set.halls.main.doors_out": "36", "set.halls.main.doors_in": "10", "do": "fit"}
    page = client.post("/plan", data=form).text
    assert 'class="over"' not in page and "fit=auto changed" in page
    assert "cargohub run scenario=liege_30k fit=auto halls.main.doors_out=36" in page


def test_a_plan_is_saved_as_a_scenario_that_the_command_line_reads(tmp_path):
    config_dir = tmp_path / "mine"
    config_dir.mkdir()
    client = client_of(tmp_path, config_dir)
    form = {"was": "scenario=liege_30k", "scenario": "liege_66k", "group.demand": "permit", "disruption": "fog_morning"}
    values = {"halls.main.doors_out": "31", "exports.lanes.Hangzhou": "0.6", "exports.lanes.Hong Kong": "0.4"}
    form |= {f"set.{key}": value for key, value in values.items()} | {"do": "save", "name": "mine_66k"}
    assert "Saved: " in client.post("/plan", data=form).text
    planned = Plan("run", "liege_66k", {"demand": "permit"}, ("fog_morning",), values)
    typed = checked(planned, Arguments("page", out=tmp_path)).words
    hubs = [hub(compose(["scenario=mine_66k"], config_dir)), replace(hub(compose(typed)), scenario="mine_66k")]
    assert hubs[0] == hubs[1] and hubs[0].halls["main"].doors_out == 31 and "fog_morning" in hubs[0].disruptions
    for name, says in (("liege_66k", "is a packaged scenario"), ("../x", "must begin with a letter")):
        answer = client.post("/plan", data={**form, "name": name})
        assert says in answer.text and "set.halls.main.doors_out=31" in str(answer.url), "the plan is kept"
    assert [path.name for path in config_dir.rglob("*.yaml")] == ["mine_66k.yaml"]


def test_two_windows_lose_no_plan_that_is_saved_under_one_name(tmp_path):
    windows = [client_of(tmp_path, tmp_path / "mine") for _ in range(2)]
    form = {"was": "scenario=liege_30k", "name": "own"}
    first, second = ({**form, "set.halls.main.doors_out": doors} for doors in ("24", "28"))
    (tmp_path / "mine").mkdir()
    assert "Saved: " in windows[0].post("/plan", data={**first, "do": "save"}).text
    asked = windows[1].post("/plan", data={**second, "do": "save"}).text
    assert "Saved: " not in asked and "own is the name of another plan" in asked and 'value="replace"' in asked
    file = tmp_path / "mine" / "scenario" / "own.yaml"
    assert "doors_out: 24" in file.read_text() and 'value="28"' in asked
    assert "Saved: " in windows[0].post("/plan", data={**first, "do": "save"}).text, "the same plan is the same"
    assert "Saved: " in windows[1].post("/plan", data={**second, "do": "replace"}).text
    assert "doors_out: 28" in file.read_text()


def test_pictures_of_a_result_come_in_the_order_of_the_report(root, name):
    in_report = re.findall(r'<figure data-name="([^"]+)"', (root / name / "report.html").read_text())
    shown = re.findall(
        r'<img src="[^"]*figures%2F([\w.-]+)\.svg"|<img src="[^"]*figures/([\w.-]+)\.svg"',
        client_of(root).get(f"/run/{name}").text,
    )
    assert len(in_report) > 1 and ["".join(both) for both in shown] == in_report


def test_pictures_of_a_result_have_the_headings_of_the_report(tmp_path):
    figures = '<h3>What each &lt;carries&gt;</h3>\n<figure data-name="capacity"></figure><figure data-name="bare">'
    (tmp_path / "report.html").write_text(figures)
    headings = result._in_order(tmp_path, "sure", ["map", "capacity", "bare"])
    shown = [("capacity", "What each <carries>"), ("bare", "Bare"), ("map", "Where it carries")]
    assert list(headings.items()) == shown, "the last is not in the report"


def test_a_saved_plan_names_the_command_that_asks_its_question(tmp_path):
    (tmp_path / "mine").mkdir()
    client = client_of(tmp_path, tmp_path / "mine")
    form = {
        "was": "verb=sure&scenario=liege_30k&group.study=sure_capacity",
        "verb": "sure",
        "do": "save",
        "name": "own",
    }
    form |= {"group.study": "sure_capacity", "set.sure.worlds": "64", "set.halls.main.doors_out": "29"}
    page = client.post("/plan", data=form).text
    file = (tmp_path / "mine" / "scenario" / "own.yaml").read_text()
    command = "cargohub sure study=sure_capacity scenario=own sure.worlds=64 --config-dir "
    assert (
        f"# {command}" in file
        and command in page
        and "doors_out: 29" in file
        and "worlds" not in file.split("\n", 2)[2]
    )


def test_a_saved_sweep_keeps_one_value_a_key_and_names_the_command_of_its_grid(tmp_path):
    (tmp_path / "mine").mkdir()
    form = {"was": "verb=sweep&scenario=liege_30k", "verb": "sweep", "do": "save", "name": "own"}
    form |= {"set.halls.main.doors_out": "20, 26", "set.halls.main.packout_posts": "24"}
    assert client_of(tmp_path, tmp_path / "mine").post("/plan", data=form).status_code == 200
    file = (tmp_path / "mine" / "scenario" / "own.yaml").read_text()
    assert "# cargohub sweep scenario=own 'halls.main.doors_out=20, 26' --config-dir " in file
    assert hub(compose(["scenario=own"], tmp_path / "mine")).halls["main"].packout_posts == 24
    assert "doors_out" not in file.split("\n", 2)[2]


def test_a_plan_runs_and_is_seen_while_it_runs_cancelled_and_resumed(tmp_path, monkeypatch):
    client = client_of(tmp_path)
    values = dict(word.split("=") for word in TINY if "=" in word) | {"replications": "30", "exports.service_h": "24"}
    form = {"was": "scenario=liege_30k", **{f"set.{key}": value for key, value in values.items() if key != "workers"}}
    answer = client.post("/plan", data={**form, "do": "run"}, follow_redirects=False)
    address = answer.headers["location"]
    folder = tmp_path / address.removeprefix("/run/")
    wait_for(lambda: (folder / "replications.jsonl").exists() and len(lines_in(folder)) > 1)
    page = client.get(address).text
    assert "replications are finished" in page and "First look" in page and 'data-refresh="2000"' in page
    assert "30,000 m², 3.5 flights a day" in page.replace("\u00a0", " ") and 'class="answer"' in page
    assert "Exports called" not in page and "Recovery" not in page, "only what comes first, of parts that are on"
    again = client.post("/plan", data={**form, "do": "run"}, follow_redirects=False)
    assert again.headers["location"] == address, "the same plan is the same run"
    with monkeypatch.context() as patch:
        patch.setattr(Children, "start", lambda *_: pytest.fail("its log is that of the first command"))
        other = client_of(tmp_path)
        asked = other.post("/plan", data={**form, "do": "run"}, follow_redirects=False)
        assert asked.headers["location"] == address and "Another command is working on it" in other.get(address).text
    assert main(["resume", str(folder)]) == 2, "a terminal beside it is refused, and breaks nothing"
    client.post(f"{address}/cancel")
    kept = len(lines_in(folder))
    assert 1 < kept < 30
    restarted = client_of(tmp_path)
    assert "unfinished" in restarted.get(address).text
    restarted.post(f"{address}/resume")
    wait_for(lambda: len(lines_in(folder)) > kept or (folder / "manifest.json").exists())
    restarted.post(f"{address}/cancel")


def wait_for(is_so, seconds=120):
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.2)
