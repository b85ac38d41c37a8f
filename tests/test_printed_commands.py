"""Every command that is printed is one that the program takes: a result's runs in a shell, help's composes."""

import csv
import html
import json
import os
import re
import shlex
import subprocess
import sys
from importlib import import_module
from math import log
from pathlib import Path
from types import MappingProxyType

import pytest
from printed import ROOT, commands_of, texts, unmarked_in
from test_calibrate import rows_of, written

from experiments import composition
from experiments.arguments import Arguments, check_once
from experiments.designs.design import with_study
from experiments.main import _parse, main
from experiments.overrides import check_option, parsed, sweep_points
from experiments.own_file import with_own_file
from experiments.studies.shown import COMPOSED as SHOWN
from experiments.verbs import VERBS, module_of

FLIGHTS = "flight,sibt,parcels\nA,2023-03-07 10:00,2000\nB,2023-03-08 12:00,3000\nC,2023-03-11 09:00,\n"
EXTEND = (ROOT / "docs" / "extend.md").read_text(encoding="utf-8")
OWN_HUB = (ROOT / "docs" / "how-to" / "own_hub.md").read_text(encoding="utf-8")


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


def answered(capsys, command: str) -> str:
    """As `typed`, without a shell and another process."""
    capsys.readouterr()
    program, *words = shlex.split(command)
    assert program == "cargohub" and main(words) == 0, capsys.readouterr().err
    return capsys.readouterr().out


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a blank in its name, where commands are typed."""
    folder = tmp_path / "my folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("name", [pytest.param("flights.csv", marks=pytest.mark.slow), "my flights (1), new.csv"])
def test_the_command_of_schedule_runs_as_printed(here, capsys, name):
    Path(name).write_text(FLIGHTS)
    assert main(["schedule", name]) == 0
    command = f"{used(capsys.readouterr().out)} replications=1 page=none margin=none"  # which have tests of their own
    assert "unstable" not in typed(f"{command} --all")
    answered(capsys, f"{command} horizon_days=7")
    assert len(list((here / "runs").iterdir())) == 1  # the same days, typed


def test_the_command_of_schedule_names_the_folder_of_own_configurations(here, capsys):
    (here / "mine" / "scenario").mkdir(parents=True)
    Path("flights.csv").write_text(FLIGHTS)
    assert main(["schedule", "flights.csv", "--config-dir", "mine", "--out", "o"]) == 0
    command = used(capsys.readouterr().out)
    assert shlex.split(command)[-2:] == ["--config-dir", "mine"]
    assert "schedule: o/flights.csv" in answered(capsys, f"{command} --show")


@pytest.mark.usefixtures("here")
def test_the_command_of_calibrate_composes(tmp_path, capsys):
    assert main(["calibrate", str(written(tmp_path, rows_of()))]) == 0
    answered(capsys, used(capsys.readouterr().out) + " --show")


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_the_command_of_calibrate_runs_as_printed(tmp_path, capsys):
    assert main(["calibrate", str(written(tmp_path, rows_of()))]) == 0
    typed(used(capsys.readouterr().out))


def test_the_command_on_a_page_makes_the_same_run(here, capsys):
    Path("flights.csv").write_text(FLIGHTS)
    words = "arrivals=file arrivals.schedule=flights.csv replications=1 margin=none"
    folder = Path(json.loads(answered(capsys, f"cargohub run {words} --json"))["run_dir"])
    page = (folder / "report.html").read_text(encoding="utf-8")
    command = re.search(r"<pre[^>]*>(cargohub [^<]*)</pre>", page)
    assert command is not None
    assert f"tables: {folder}" in answered(capsys, html.unescape(command[1]))
    assert len(list((here / "runs").iterdir())) == 1


TEXTS = texts()
ALL = list(dict.fromkeys(command for _, text in TEXTS for command in commands_of(text)))
"""Commands wherever one is printed."""
LISTS = {str(ROOT / name) for name in ("README.md", "docs/verbs.md", "docs/how-to/questions.md")}
PRINTED = list(
    dict.fromkeys(command for place, text in TEXTS if place in {"--help", *LISTS} for command in commands_of(text))
)
"""Commands of help, of the README, and of its two lists."""
HOLES = MappingProxyType(
    {
        "WORDS": "seed=2",
        "problems INSTANCE": "problems truck_cut_offs_quiet",
        "problems NAME": "problems truck_cut_offs_quiet",
        "reference=N": "reference=1",
        "FILE.py": "mine.py",
        "KEY=A,B": "seed=1,2",
        "arrivals={}": "arrivals=eblg",
        "arrivals=NAME": "arrivals=poisson",
        "run {}": "run seed=2",
        "list {}": "list runs",
        "list FOLDER": "list runs",
        "show {}": "show RUN",
        "FILE.zip{trust}": "FILE.zip",
        "reproduce {}": "reproduce RUN",
        "resume {}": "resume RUN",
        "{folder}": "RUN",
        "{{ config_dir }}": "DIR",
        "{{ name }}": "mine",
    }
)
"""What a reader, or the program, writes in the place of these."""


def test_commands_are_on_lines_of_their_own_or_in_backticks():
    assert {place: lines for place, text in TEXTS if (lines := unmarked_in(text))} == {}


@pytest.mark.parametrize("name", ["README.md", "docs/verbs.md"])
def test_every_verb_is_in_a_table(name):
    rows = re.findall(r"^\|.*\|$", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"`([\w-]+)`", "".join(rows))) >= set(VERBS)


def test_every_verb_is_printed():
    assert {line.split()[1] for line in ALL} >= set(VERBS)


@pytest.mark.usefixtures("prepared")
@pytest.mark.parametrize("line", ALL)
def test_a_printed_command_has_options_and_choices_that_exist(line):
    """Nothing is composed: verb, options, and the choices of groups, packaged or the reader's."""
    for hole, word in HOLES.items():
        line = line.replace(hole, word)
    options, _ = _parse(shlex.split(line)[1:])
    check_once(options.words)
    folders = composition.folders_of(options.config_dir)
    words = [word for word in options.words[1:] if "=" in word and not word.startswith("designs=")]
    for word in {word for point in sweep_points(words, folders) for word in with_own_file(point)}:
        check_option(word, parsed(word), folders)


COMPOSED = [line for line in PRINTED if line.split()[1] in SHOWN and "--help" not in line]
STUDIES = {
    verb: module.STUDY
    for verb in VERBS
    if verb not in SHOWN and hasattr(module := import_module(module_of(verb)), "STUDY")
}
TRAFFIC = "airport_traffic.csv"
"""With which calibrate is no study."""
PREPARED = MappingProxyType(
    {
        "mine.py": "\n\n".join(re.findall(r"```python\n(.*?)```", EXTEND, re.DOTALL)),
        "mine.csv": "kpi,value,tolerance,unit,source\ntrucks_per_day,60,15,trucks/d,a report\n",
        "FILE": "name,halls.main.doors_out\na,22\nb,23\n",
        "options.csv": "name,cost,halls.main.doors_out\na,1,22\nb,2,23\n",
        "flights.csv": FLIGHTS,
        "scans.csv": "start,uld_min,delay_min,share,flight,uld,stage,instant\n"
        + "".join(
            f"2022-09-05 {at % 24:02}:10,{20 + at * 7 % 41},{at * 29 % 41 - 20},0.{at * 17 % 41 + 10},"
            f"A,{at // 2},{('start', 'end')[at % 2]},2022-09-05 10:{at % 2 * 20 + at // 2:02}\n"
            for at in range(40)
        ),
        "repairs.csv": "repair_min\n"
        + "".join(f"{-6 * log((at * 7 % 41 + 1) * (at * 11 % 41 + 1) / 1764):.1f}\n" for at in range(40)),
        "fit/fits/repair_min/gamma.yaml": "# @package _global_\nsorting: {outages: {mttr_min: 12}}\n",
        "DIR/flights.csv": FLIGHTS,
        "three_weeks.csv": "flight,sibt\n" + "".join(f"A,2023-03-{day:02} 10:00\n" for day in range(6, 27)),
        "DIR/scenario/mine.yaml": "# @package _global_\nscenario: mine\nhalls: {main: {doors_out: 23}}\n",
        "RUN/configs/roster/staffed.yaml": "defaults: [round_the_clock, _self_]\nname: staffed\n",
        "DIR/paths/mine.yaml": "phases: {}\n",
        "mine/paths/mine.yaml": "phases: {}\n",
        "mine/paths/extension.yaml": "phases: {}\n",
        "mine/scenario/mine.yaml": "# @package _global_\nscenario: mine\n",
        "mine/cost/mine.yaml": "defaults: [liege, _self_]\n",
        "DIR/arrivals/eblg.yaml": "defaults: [timetable, _self_]\n",
        "mine/scenario/third_machine.yaml": re.search(r"```yaml\n(.*?)```", OWN_HUB, re.DOTALL)[1],
    }
)
"""Files of the reader's that commands name, by these names."""


def prepare(folder):
    """Writes the reader's files that commands name into the folder where they are typed."""
    import openpyxl

    for name, text in PREPARED.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    book = openpyxl.Workbook()
    for row in csv.reader(PREPARED["options.csv"].splitlines()):
        book.active.append(row)
    book.save(folder / "options.xlsx")


@pytest.fixture(scope="module")
def with_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("my folder")
    prepare(folder)
    return folder


@pytest.fixture
def prepared(with_files, monkeypatch):
    """In the folder where commands are typed that write nothing, with the reader's files that they name."""
    monkeypatch.chdir(with_files)


@pytest.mark.usefixtures("prepared")
@pytest.mark.parametrize("line", COMPOSED)
def test_a_printed_command_composes(request, line, capsys):
    if not request.config.getoption("--slow"):
        for many, few in (
            ("glob(*)", "glob(customs_*)"),
            ("glob(liege_*)", "glob(liege_66k*)"),
            ("3,12,0.5", "3,4,0.5"),
        ):
            line = line.replace(many, few)
    words = shlex.split(line)[1:]
    assert main(words if "--show" in words else [*words, "--show"]) == 0, capsys.readouterr().err


OF_STUDIES = [
    line for line in PRINTED if line.split()[1] in STUDIES and not {"--help", "RUN", TRAFFIC} & {*line.split()}
]
FIRST = {line.split()[1]: line for line in OF_STUDIES[::-1]}
"""Of each verb; of the others the first design is composed, with all keys, and with --slow they are asked, too."""
NO_KEYS = ("designs=", "observed=", "question=", "flights=")
"""Words that a verb reads itself."""


@pytest.mark.usefixtures("prepared")
@pytest.mark.parametrize("line", OF_STUDIES)
def test_a_printed_command_of_a_study_composes(line, is_slow):
    """What takes minutes to answer is asked: every design composed, and checked as before a run."""
    options, verb = _parse(shlex.split(line)[1:])
    if is_slow or line in FIRST.values():
        assert STUDIES[verb].parse(Arguments(verb, tuple(options.words[1:]), config_dir=options.config_dir))
        return
    folders, name = composition.folders_of(options.config_dir), verb.replace("-", "_")
    words = [word for word in options.words[1:] if not word.startswith(NO_KEYS)]
    if (composition.packaged() / "study" / f"{name}.yaml").is_file():
        words = with_study(words, name)
    assert composition.compose(sweep_points(words, folders)[0], options.config_dir)
