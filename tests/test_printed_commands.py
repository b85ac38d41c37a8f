"""Every command that the program prints is one it takes: a result's runs in a shell as printed, help's composes."""

import html
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.main import main
from experiments.verbs import VERBS
from tests.test_calibrate import rows_of, written

FLIGHTS = "flight,sibt,parcels\nA,2023-03-07 10:00,2000\nB,2023-03-08 12:00,3000\nC,2023-03-11 09:00,\n"
HELP = [
    line.strip()
    for verb in VERBS.values()
    for line in verb.text.replace("\\\n", " ").splitlines()
    if line.startswith("  cargohub ")
]


def words_of(line: str) -> list[str]:
    """A line of help without its explanation, which stands after two blanks or more."""
    return shlex.split(
        re.split(r"\S\s{2,}(?=\S)", line + "  ")[0] if "  " not in line else re.sub(r"\s{2,}\S.*", "", line)
    )


def used(out: str) -> str:
    (line,) = [line for line in out.splitlines() if line.startswith("Use it:")]
    return line.removeprefix("Use it:")


def typed(command: str) -> str:
    """What a shell's standard output shows of a command, which must succeed, in the current folder."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    result = subprocess.run(
        command, shell=True, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a blank in its name, where commands are typed."""
    folder = tmp_path / "my folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("name", ["flights.csv", "my flights (1), new.csv"])
def test_the_command_of_schedule_runs_as_printed(here, capsys, name):
    Path(name).write_text(FLIGHTS)
    assert main(["schedule", name]) == 0
    command = used(capsys.readouterr().out)
    assert "unstable" not in typed(command)
    typed(f"{command} horizon_days=7")
    assert len(list((here / "runs").iterdir())) == 1  # the same days, typed


def test_the_command_of_schedule_names_the_folder_of_own_configurations(here, capsys):
    (here / "mine" / "scenario").mkdir(parents=True)
    Path("flights.csv").write_text(FLIGHTS)
    assert main(["schedule", "flights.csv", "--config-dir", "mine", "--out", "o"]) == 0
    command = used(capsys.readouterr().out)
    assert shlex.split(command)[-2:] == ["--config-dir", "mine"]
    assert "schedule: o/flights.csv" in typed(f"{command} --show")


@pytest.mark.usefixtures("here")
def test_the_command_of_calibrate_composes(tmp_path, capsys):
    assert main(["calibrate", str(written(tmp_path, rows_of()))]) == 0
    typed(used(capsys.readouterr().out) + " --show")


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_the_command_of_calibrate_runs_as_printed(tmp_path, capsys):
    assert main(["calibrate", str(written(tmp_path, rows_of()))]) == 0
    typed(used(capsys.readouterr().out))


def test_the_command_on_a_page_makes_the_same_run(here):
    Path("flights.csv").write_text(FLIGHTS)
    words = "arrivals=file arrivals.schedule=flights.csv replications=1"
    folder = Path(json.loads(typed(f"cargohub run {words} --json"))["run_dir"])
    page = (folder / "report.html").read_text(encoding="utf-8")
    command = re.search(r"<pre>(cargohub [^<]*)</pre>", page)
    assert command is not None
    assert f"tables: {folder}" in typed(html.unescape(command[1]))
    assert len(list((here / "runs").iterdir())) == 1


@pytest.mark.parametrize("line", [line for line in HELP if VERBS[line.split()[1]].is_composed])
def test_a_command_of_help_composes(line, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = words_of(line)[1:]
    if any(word in {"DIR", "FILE", "RUN"} or "designs=" in word or "/" in word for word in words):
        pytest.skip("names a file that is the reader's")
    assert main([*words, "--show"]) == 0, capsys.readouterr().err
