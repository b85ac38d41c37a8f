"""The served page: who may ask it, what it shows of runs, and how it begins and ends."""

import json
import signal
import subprocess
import sys
from html import escape

import pytest

pytest.importorskip("starlette")
pytest.importorskip("python_multipart")

from experiments.main import main
from experiments.studies.page import guard
from tests.served import HERE, TOKEN, client_of
from tests.stored_runs import made


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    made(folder)
    return folder


@pytest.fixture
def name(root):
    return next(path.name for path in root.iterdir() if path.name.startswith("run-"))


def begun(root, name, config="verb: run\n"):
    folder = root / name
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text(config)
    return folder


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
    assert client.post(f"/run/{name}/replay", content=b"x", headers={"content-length": str(large)}).status_code == 413

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
    assert client.get("/runs?page=20").text.count("unfinished</td>") == 50
    assert client.get("/runs?page=99999").status_code == client.get("/runs?page=-1").status_code == 200
    assert "1 of 1000 runs" in client.get("/runs?text=hub 0042&verb=run&state=unfinished").text


def test_a_result_is_what_show_says(root, name, capsys):
    page = client_of(root).get(f"/run/{name}").text
    assert main(["show", str(root / name), "--json"]) == 0
    kpis = json.loads(capsys.readouterr().out)["kpis"]
    assert f"{100 * kpis['on_time_share']['mean']:.1f} %" in page
    assert "cargohub run" in page and "report.html" in page and "/tables/xlsx" in page


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
        (["--port", "x"], "--port: a whole number from 0 (any free one) to 65535, got 'x'"),
        (["--port", "70000"], "got '70000'"),
        (["runs"], "page: takes options alone, got runs; --out DIR is the folder of runs"),
        (["--config-dir", "nowhere"], "--config-dir: no folder 'nowhere'"),
        (["--json"], "--json: page prints its address"),
    ],
)
def test_mistakes_are_one_line(words, says, capsys, tmp_path):
    assert main(["page", "--no-browser", "--out", str(tmp_path / "runs"), *words]) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "runs").exists()


def test_it_prints_its_address_and_ends_cleanly_on_sigterm(tmp_path):
    command = [sys.executable, "-m", "experiments.main", "page", "--port", "0", "--no-browser", "--out", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    first = process.stdout.readline()
    assert first.startswith("http://127.0.0.1:") and "/?token=" in first
    process.send_signal(signal.SIGTERM)
    rest, errors = process.communicate(timeout=30)
    assert (process.returncode, rest, errors) == (0, "", "")
