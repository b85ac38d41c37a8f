"""Commands that are printed run to their end, typed into a shell exactly as printed, at a small hub.

What README and docs/how-to quote of a command's output is compared with what the command prints, at the packaged hub.

The small hub is a copy of the program whose traffic, days, replications and budgets are small. What a reader fills in
(RUN, DIR, FILE …) is there by that name, or is filled in by HOLES.
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import openpyxl
import pytest
import test_schedule
from printed import ROOT
from test_calibrate import HEADER, rows_of, written
from test_kills import dask_cluster
from test_printed_commands import ALL, HOLES, prepare

from experiments.main import main
from experiments.studies.sheet import KEY, VALUE

TIMEOUT_S = 3600
SMALL = (
    ("configs/demand/today.yaml", r"^flights_per_day: 3.5 ", "flights_per_day: 0.7 "),
    ("configs/demand/today.yaml", r"^parcels_per_flight: 115000 ", "parcels_per_flight: 2300 "),
    ("configs/demand/today.yaml", r"^net_t_per_flight: 93.5 ", "net_t_per_flight: 1.87 "),
    ("configs/demand/today.yaml", r"airport_parcels_per_year: 326.0e\+6", "airport_parcels_per_year: 1.304e+6"),
    ("configs/demand/permit.yaml", r"^flights_per_day: 11 ", "flights_per_day: 2.2 "),
    ("configs/assumptions/demand.yaml", r"low: 3, high: 4\b", "low: 0.6, high: 0.8"),
    ("configs/assumptions/demand.yaml", r"low: 80, high: 93.5, most: 93.5", "low: 1.6, high: 1.87, most: 1.87"),
    ("configs/config.yaml", r"^replications: 5 ", "replications: 2 "),
    ("configs/config.yaml", r"^warmup_days: 7 ", "warmup_days: 0 "),
    ("configs/config.yaml", r"^horizon_days: 14 ", "horizon_days: 2 "),
    ("configs/config.yaml", r"^service_h: 24 ", "service_h: 6 "),
    ("configs/exports/one_fifth.yaml", r"^service_h: 48 ", "service_h: 24 "),
    ("configs/margin/near.yaml", r"^replications: 2 ", "replications: 1 "),
    ("configs/precision/fixed.yaml", "max_replications: 100", "max_replications: 4"),
    ("configs/study/*.yaml", r"^horizon_days: \d+", "horizon_days: 2"),
    ("configs/study/*.yaml", r"^warmup_days: \d+", "warmup_days: 0"),
    ("configs/study/*.yaml", r"^replications: \d+", "replications: 2"),
    ("configs/scenario/*.yaml", r"^horizon_days: \d+", "horizon_days: 2"),
    ("configs/disruption/christmas_dip.yaml", "2022-12-24", "2022-12-13"),
    ("configs/disruption/singles_day.yaml", "2022-11-15", "2022-11-08"),
    ("configs/disruption/*.yaml", '"day 3', '"day 2'),
    ("configs/study/staff.yaml", "rounds: 6", "rounds: 2"),
    ("configs/study/optimise.yaml", "trials: 480", "trials: 24"),
    ("configs/study/optimise.yaml", "population: 24", "population: 8"),
    ("configs/study/optimise.yaml", "confirm: 5", "confirm: 2"),
    ("configs/study/sensitivity.yaml", "trajectories: 5", "trajectories: 2"),
    ("configs/study/sensitivity.yaml", "samples: 32", "samples: 4"),
    ("configs/study/sensitivity.yaml", "most: 4", "most: 1"),
    ("configs/study/sensitivity.yaml", "low: 92000", "low: 1840"),
    ("configs/study/sensitivity.yaml", "high: 122000", "high: 2440"),
    ("configs/study/sensitivity.yaml", "low: 2.8\n( *)high: 4.2", r"low: 0.56\n\1high: 0.84"),
    ("configs/study/sensitivity.yaml", r"(?s)    delay:\n.*?(?=    parcels_per_flight:)", ""),
    ("configs/study/sensitivity.yaml", r"(?s)    unloading_crews:\n.*?(?=    doors:)", ""),
    ("configs/study/sensitivity.yaml", r"(?s)    call_out:\n.*", ""),
    ("configs/study/sure_expansion.yaml", "budget: 600 ", "budget: 250 "),
    ("configs/study/calibrate.yaml", r"budget: \d+", "budget: 16"),
    ("configs/study/calibrate.yaml", "worlds: 24 ", "worlds: 8 "),
    ("configs/study/expansion.yaml", "years: 15 ", "years: 5 "),
    ("configs/study/expansion.yaml", r"loads: \[0.1, 0.6, 0.8\]", "loads: [0.0001, 0.006]"),
    ("configs/study/expansion.yaml", "accept_load: 0.75 ", "accept_load: 0.005 "),
    ("configs/assumptions/money.yaml", "low: 0.65, high: 0.85", "low: 0.004, high: 0.006"),
    ("configs/study/shadow_price.yaml", r"flights_per_day: \[3.5, 4.25, 5\]", "flights_per_day: [0.7]"),
    ("configs/study/shadow_price.yaml", "zones: null", "zones: [doors]"),
    ("configs/study/shadow_price.yaml", "steps: 2 ", "steps: 1 "),
    ("configs/study/capacity.yaml", "tolerance: 0.1 ", "tolerance: 4 "),
    ("configs/problems.yaml", r"budget: \d+", "budget: 20"),
    ("configs/problems.yaml", r"(factor\], values: )\[0.6, 0.8, 1.0\]", r"\1[1.0, 1.1, 1.2]"),
    ("configs/problems.yaml", r"(factor\], values: )\[0.7, .*\]", r"\1[1.0, 1.1, 1.2, 1.3]"),
    ("experiments/studies/problems.py", "_USUAL_N: Final = 5", "_USUAL_N: Final = 2"),
    ("experiments/studies/problems.py", "if not reference.is_current:", "if not reference.rows:"),
    ("experiments/studies/capacity/threshold.py", r"= most_flights\(design.hub\)", "= 6.0"),
    ("experiments/studies/page/__init__.py", "USUAL_PORT: Final = 8470", "USUAL_PORT: Final = 0"),
    ("configs/study/expansion.yaml", "draws: 6 ", "draws: 2 "),
    ("experiments/studies/bench/__init__.py", r'"horizon_days": "10"', '"horizon_days": "1"'),
    ("experiments/studies/bench/__init__.py", r"MEMORY_DAYS: Final = \(14, 28\)", "MEMORY_DAYS: Final = (1, 2)"),
    ("experiments/studies/bench/parallel.py", r'"horizon_days": "7"', '"horizon_days": "1"'),
    ("experiments/studies/bench/parallel.py", "REPLICATIONS: Final = 40", "REPLICATIONS: Final = 4"),
    ("experiments/studies/verify/__init__.py", "EXAMPLES: Final = 300", "EXAMPLES: Final = 10"),
    ("experiments/studies/verify/__init__.py", "SLOW_EXAMPLES: Final = 10_000", "SLOW_EXAMPLES: Final = 20"),
)
"""Files of the copy, what stands there, and what is written instead."""
FILLED_IN = MappingProxyType(
    {
        **HOLES,
        "=KEY ": "=2022W36-003 ",
        "[FILE.xlsx]": "mine.xlsx",
        "FILE.xlsx": "mine.xlsx",
        "ES/extra/12": "ES/timetabled/1",
        "macroreplications=10": "macroreplications=1",
        "optimise.trials=960": "optimise.trials=48",
        "examples=1000": "examples=20",
        "range(3,12,0.5)": "range(3,12,3)",
        "reference=8": "reference=1",
        "FOLDER/557f": "runs/557f",
        "outputs/2026-11-28/04-24-27/run-liege_30k-b93c48b3a06e": "RUN",
        "show ./run": "show RUN",
        "day=YYYY-MM-DD": "day=2022-09-14",
        "compare designs=options.csv": "compare designs=FILE",
        "arrivals=resampled arrivals.schedule=flights.csv": "arrivals=resampled arrivals.schedule=three_weeks.csv",
        "expansion.loads=[0.1,0.8]": "expansion.loads=[0.0001,0.006]",
        "expansion.loads=[0.3,0.8]": "expansion.loads=[0.0001,0.006]",
    }
)
RUNS = MappingProxyType(
    {
        "one": "run exposure=ledger replications=4 horizon_days=10",
        "two": "compare scenarios=[liege_30k,liege_66k] exposure=ledger replications=4 horizon_days=10",
        "with flights": "run arrivals=file arrivals.schedule=flights.csv",
    }
)
"""Runs that RUN stands for."""


@dataclass
class Hub:
    """The small copy of the program, and the process that runs its commands."""

    root: Path
    server: subprocess.Popen = field(init=False)

    def __post_init__(self):
        for folder in ("sim", "experiments", "configs"):
            shutil.copytree(ROOT / folder, self.root / folder, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "CITATION.cff", self.root)
        for pattern, text, instead in SMALL:
            files = [file for file in sorted(self.root.glob(pattern)) if self._changed(file, text, instead)]
            assert files, f"{pattern}: no {text!r}"
        script = self.root / "bin" / "cargohub"
        script.parent.mkdir()
        script.write_text('#!/bin/sh\nprintf \'%s\\0\' "$@" > "$WORDS"\n')
        script.chmod(0o755)
        environment = {**os.environ, "PYTHONPATH": str(self.root), "BROWSER": "true"}
        self.server = subprocess.Popen(
            [sys.executable, str(Path(__file__).parent / "fork_server.py")],
            env=environment, cwd=self.root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    @staticmethod
    def _changed(file, text, instead):
        before = file.read_text(encoding="utf-8")
        after, n_changed = re.subn(text, instead, before, flags=re.MULTILINE)
        file.write_text(after, encoding="utf-8")
        return n_changed > 0

    def words(self, line, folder):
        """The words of a command, as the program gets them from a shell."""
        file = folder / ".words"
        path = os.pathsep.join([str(self.root / "bin"), os.environ["PATH"]])
        subprocess.run(line, shell=True, check=True, cwd=folder, env={**os.environ, "PATH": path, "WORDS": str(file)})
        words = file.read_bytes().decode().split("\0")[:-1]
        file.unlink()
        return words

    def run(self, line, folder, *, renders=False, parts=None, ends=None):
        """The exit code of a command, and all that it printed. A server ends when it has printed a line."""
        output = folder.parent / f"{folder.name}.txt"
        ask = {"words": self.words(line, folder), "folder": str(folder), "output": str(output), "renders": renders}
        self.server.stdin.write(json.dumps({**ask, "parts": parts}) + "\n")
        self.server.stdin.flush()
        process = int(self.server.stdout.readline())
        timer = threading.Timer(TIMEOUT_S, os.killpg, (process, signal.SIGKILL))
        timer.start()
        if ends:
            while not (output.exists() and "\n" in output.read_text()) and timer.is_alive():
                time.sleep(0.1)
            os.kill(process, signal.SIGTERM)
        code = int(self.server.stdout.readline())
        timer.cancel()
        return code, output.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def hub(tmp_path_factory):
    made = Hub(tmp_path_factory.mktemp("hub"))
    with made.server:
        yield made


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """What readers have, by the names in commands."""
    folder = tmp_path_factory.mktemp("files")
    prepare(folder)
    rows = [f"{row},{row.rpartition(',')[2]}" for row in rows_of("2022-01-01", 900)]
    written(folder, rows, f"{HEADER},FLT_TOT_1", "airport_traffic.csv")
    for name in ("winter.ssim", "season.ssim"):
        test_schedule.timetable(folder, *test_schedule.LEGS, test_schedule.leg(8, "UU975", "J", to="RUN"), name=name)
    return folder


@pytest.fixture(scope="session")
def runs(hub, files, tmp_path_factory):
    """Makes a run that RUN stands for, once; interrupted after one part or complete."""
    made = {}

    def run_of(name, parts=None):
        if (name, parts) not in made:
            folder = tmp_path_factory.mktemp("runs")
            shutil.copytree(files, folder, dirs_exist_ok=True)
            code, output = hub.run(f"cargohub {RUNS[name]} margin=none --out out", folder, parts=parts)
            assert code == (0 if parts is None else 130), output
            (made[name, parts],) = (folder / "out").glob("*-*")
        return made[name, parts]

    return run_of


@pytest.fixture(scope="session")
def scheduler(hub, tmp_path_factory):
    """The address of a Dask scheduler with two workers."""
    with dask_cluster(tmp_path_factory.mktemp("dask"), str(hub.root)) as (address, *_):
        yield address


def needed(line):
    """The run that a command's RUN stands for, and after how many parts it was interrupted."""
    words = " ".join(re.findall(r"(\w+)=", line))
    of_designs = "two" if re.search("scenario|design", words) else "one"
    return "with flights" if "schedule" in words else of_designs, 1 if line.startswith("cargohub resume") else None


def change_a_sheet(hub, folder):
    """Makes the sheet plan.xlsx, in which one door fewer is then written."""
    code, output = hub.run("cargohub sheet new plan.xlsx", folder)
    assert code == 0, output
    book = openpyxl.load_workbook(folder / "plan.xlsx")
    (row,) = [row for row in book["inputs"] if row[KEY].value == "halls.main.doors_out"]
    row[VALUE].value -= 1
    book.save(folder / "plan.xlsx")


def make_what_is_read(hub, folder, line, runs):
    """A changed sheet, or an archive, of a command that reads one."""
    if "more.csv" in line:
        shutil.copy(folder / "flights.csv", folder / "more.csv")
    if "sheet=plan.xlsx" in line:
        change_a_sheet(hub, folder)
    if line == "cargohub reproduce FILE.zip":
        assert hub.run(f"cargohub pack {runs('one')} --out FILE.zip", folder)[0] == 0


@pytest.mark.slow
@pytest.mark.parametrize("line", ALL)
def test_a_printed_command_runs_to_its_end(line, hub, files, runs, tmp_path, request):
    folder = tmp_path / "my folder"
    shutil.copytree(files, folder)
    for hole, word in FILLED_IN.items():
        line = line.replace(hole, word)
    for place in re.findall(r"(?<=[ /=])(RUN|RUN_B|FOLDER|runs/run-liege_30k-557fe08b6b90|557f)(?= |$)", line):
        run = runs(*needed(line))
        shutil.copytree(run, folder / "runs" / run.name, dirs_exist_ok=True)
        if place == "557f":
            line = line.replace(place, run.name[-12:][:4])
        elif place == "RUN_B":
            (folder / place).symlink_to(run)
        elif not (folder / place).is_symlink() and f"{place}/configs" not in line:
            shutil.rmtree(folder / place, ignore_errors=True)  # where only the roster of a staffed run is
            (folder / place).symlink_to(folder / "runs" / run.name)
    if "--here" in line:
        shutil.rmtree(folder / "DIR")  # which must be new
    verb = line.split()[1]
    if verb == "list":
        shutil.copytree(runs("one").parent, folder / "runs", dirs_exist_ok=True)
    if "tcp://" in line:
        line = re.sub(r"tcp://\S+", request.getfixturevalue("scheduler"), line)
    make_what_is_read(hub, folder, line, runs)
    code, output = hub.run(line, folder, renders=verb in ("export", "trace", "brief", "methods"), ends=verb == "page")
    assert "Traceback" not in output, output
    assert code == (2 if line in REFUSED else 0), output
    assert output.strip()


@dataclass(frozen=True)
class Quoted:
    """Words of a document, and what a command prints on either stream; groups of the same name must be equal."""

    place: str
    text: str
    command: str
    output: str
    code: int = 0


OWN_HALL, DOORS = "docs/how-to/own_hub.md", "halls.main.doors_out=36"
SETTINGS = r"^replications: (?P<n>\d+)$(?s:.*)^warmup_days: (?P<warm_up>\d+)$\n^horizon_days: (?P<days>\d+)$"
HALL = "(?s:.*?)".join(rf"^    {key}: (?P<{key}>\d+)$" for key in ("area_m2", "sorting_machines", "packout_posts"))
REFUSED = {f"cargohub run {DOORS}"}
QUOTED = (
    Quoted(
        "docs/how-to/questions.md",
        r"simulate (?P<n>\d+) replications of (?P<days>\d+) measured days, after (?P<warm_up>\d+) days of warm-up",
        "cargohub run --show", SETTINGS,
    ),
    Quoted(
        "docs/how-to/questions.md",
        r"One replication of (?P<days>\d+) measured days after (?P<warm_up>\d+) of warm-up .*"
        "`(?P<command>cargohub run .*?)`",
        "{command} --show", SETTINGS.replace(r"(?P<n>\d+)", "1"),
    ),
    Quoted(
        OWN_HALL, r"ends with \*(?P<refusal>halls.main needs [\d,]+ m2 \(it has [\d,]+ m2\))\*",
        f"cargohub run {DOORS}", "(?P<refusal>halls.main needs .*?\\))", 2,
    ),
    Quoted(
        OWN_HALL,
        rf"`(?P<command>cargohub compare .*{DOORS}.*)` this is \*(?P<change>.*→ \d+)\* and one zone share",
        "{command} --show",
        r"#   (?P<change>halls.main.area_m2: .*)\n#   .*doors_out.*\n#   halls.main.zone_shares.*\n\D",
    ),
    Quoted(
        OWN_HALL, HALL, "cargohub run --config-dir mine scenario=third_machine --show", HALL,
    ),
    Quoted(
        "docs/how-to/flights.md", "flights by weekday and hour, days without a flight, and columns that are not read",
        "cargohub schedule flights.csv",
        r"by weekday  +Mon 0, Tue 1(?s:.*)by hour  +0 0(?s:.*)days without a flight",
    ),
    Quoted("README.md", "`cargohub cite` prints the reference for the program", "cargohub cite", "@software{cargohub"),
)  # fmt: skip
"""Quick ones: `--show` composes the same command as the document's."""


def printed_by(command, capsys, code=0):
    """Both streams of a command, typed in this process and in the current folder."""
    capsys.readouterr()
    assert main(shlex.split(command)[1:]) == code
    return "".join(capsys.readouterr())


@pytest.mark.parametrize("quoted", QUOTED, ids=lambda quoted: quoted.text)
def test_a_document_quotes_what_its_command_prints(quoted, tmp_path, monkeypatch, capsys):
    prepare(tmp_path)
    monkeypatch.chdir(tmp_path)
    in_text = re.search(quoted.text, (ROOT / quoted.place).read_text(encoding="utf-8"), re.MULTILINE)
    assert in_text, quoted.place
    printed = printed_by(quoted.command.format(**in_text.groupdict()), capsys, quoted.code)
    in_output = re.search(quoted.output, printed, re.MULTILINE)
    assert in_output, printed
    assert in_output.groupdict() == {name: in_text[name] for name in in_output.groupdict()}


README, QUESTIONS = (ROOT / name for name in ("README.md", "docs/how-to/questions.md"))


@pytest.mark.slow
def test_the_readme_says_what_the_first_look_prints_and_writes(tmp_path, monkeypatch, capsys):
    (command,) = re.findall(r"^    (cargohub run .*)$", text := README.read_text(encoding="utf-8"), re.MULTILINE)
    assert "each print a verdict. Each writes a folder below `runs/` with all tables and a page" in text
    monkeypatch.chdir(tmp_path)
    printed = printed_by(command, capsys)
    assert re.search("3.5 flights a day: (carries|does not carry|undecided)", printed), printed
    (page,) = tmp_path.glob("runs/run-liege_30k-*/report.html")
    assert str(page.relative_to(tmp_path)) in printed


@pytest.mark.slow
def test_the_readme_says_which_halls_the_first_study_shows_on_time(tmp_path, monkeypatch, capsys):
    text = README.read_text(encoding="utf-8")
    assert "With 3.5 flights a day, nearly all parcels leave each hall within the promised 24 hours." in text
    assert "With the permit's 11 flights a day, only the hall of 100,000 m² achieves this." in text
    study = re.search("^STUDY = (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1]
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    assert main([*study.split(), "page=none", "--json"]) == 0
    designs = json.loads(capsys.readouterr().out)["scenarios"]
    on_time = {name: design["kpis"]["on_time_share"]["mean"] for name, design in designs.items()}
    of_today = [share for name, share in on_time.items() if name.endswith(", today")]
    assert len(of_today) == 4 and min(of_today) > 0.95
    permitted = {name for name, share in on_time.items() if name.endswith(", permit") and share > 0.95}
    assert permitted == {"liege_100k, permit"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n_runs", "command"), re.findall(r"(\d+) runs,.*`(cargohub expansion .*)`", QUESTIONS.read_text(encoding="utf-8"))
)
def test_a_study_makes_as_many_runs_as_its_question_says(n_runs, command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    printed = printed_by(f"{command} page=none", capsys)
    assert sum(map(int, re.findall(r"(\d+) runs of", printed))) == int(n_runs), printed
