"""The command line: exit codes, one-line mistakes, help that answers at once."""

import os
import signal
import subprocess
import sys
from importlib import import_module
from types import SimpleNamespace
from unittest.mock import Mock
from zipfile import BadZipFile

import pytest
import yaml
from answers import answer
from hydra._internal.utils import get_args_parser
from mistakes import refused
from stored_runs import BARE, TINY

from experiments import entry
from experiments import main as command
from experiments.arguments import Arguments
from experiments.hydra_habits import instead_of_option
from experiments.main import Terminated, console, exit_code, main
from experiments.store import RunDirectory
from experiments.verbs import VERBS
from sim.errors import CargohubError


@pytest.fixture
def verb(monkeypatch):
    """Replaces the verbs' modules by one that calls `verb.does` and remembers its arguments."""
    fake = SimpleNamespace(seen=[], does=lambda _: 0)

    def main_of_verb(arguments):
        fake.seen.append(arguments)
        return fake.does(arguments)

    monkeypatch.setattr(command, "import_module", lambda _: SimpleNamespace(main=main_of_verb))
    return fake


def raising(error):
    def does(_):
        raise error

    return does


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["rnu"], "'rnu': unknown verb; did you mean 'run'?"),
        (["seed=1"], "'seed=1': the verb comes first: `cargohub run seed=1`; `cargohub --help` lists them"),
        (["run", "--jsno"], "--jsno: unknown option; did you mean '--json'?"),
        (["run", "--out="], "--out: expected a folder, got ''"),
        (["run", "--js"], "--js: unknown option; did you mean '--json'?"),
        (
            ["run", "--scenario", "x"],
            "--scenario: unknown option; write a key of the configuration without dashes: scenario=VALUE",
        ),
        (
            ["run", "--replications", "2"],
            "--replications: unknown option; write a key of the configuration without dashes",
        ),
        (
            ["--show", "scenario=liege_30k"],
            "'scenario=liege_30k': the verb comes first: `cargohub run scenario=liege_30k`",
        ),
        (["run", "--out"], "--out: expected one argument"),
        (["run", "--show=1"], "--show: takes no value, got '1'"),
        (["reproduce", "none.zip"], "none.zip: No such file or directory"),
        (["run", "--slow"], "--slow: only verify takes this option"),
        (["bench", "--show"], "--show: bench composes no configuration; verbs that simulate do"),
        (["run", "--show", "seed=x"], "seed: expected a whole number, got 'x'"),
        (["run", "--show", "demand=permt"], "demand: no 'permt'; did you mean 'permit'?"),
        (["run", "--show", "+demand.typo=5"], "demand.typo: unknown key"),
        (["run", "--show", "demand.flights_per_day=-1"], "demand.flights_per_day: must be greater than 0, got -1"),
        (["run", "--show", "demand.flights_per_day=nan"], "demand.flights_per_day: expected a finite number, got nan"),
        (["sweep", "seed=1,2", "seed=3,4"], "seed: given more than once: 'seed=1,2' and 'seed=3,4'; give it once"),
        (["select", "halls.main.doors_out=10,20,10"], "'halls.main.doors_out=10,20,10': 10 occurs twice"),
        (["sweep", "--show", "seed=interval(1,2)"], "'seed=interval(1,2)': an interval is not a list of values"),
        (["run", "--show", "--config-dir", "/no/such"], "--config-dir: no folder '/no/such'"),
        (["run", "designs=[liege_30k]"], "designs: run takes one scenario; `cargohub compare` takes several"),
        (["compare", "study=select"], "select: a key of cargohub select, which has no effect here"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(capsys, words, message):
    assert refused(capsys, *words).startswith(f"cargohub: {message}")


HYDRAS = [
    (["run", "--cfg", "job"], "--cfg: an option of Hydra, not of cargohub; `cargohub run WORDS --show` prints"),
    (["run", "--cfg=job"], "--cfg=job: an option of Hydra, not of cargohub; `cargohub run WORDS --show` prints"),
    (["run", "-c", "job"], "-c: an option of Hydra, not of cargohub; `cargohub run WORDS --show` prints"),
    (["--multirun", "run", "seed=1,2"], "--multirun: an option of Hydra, not of cargohub; `cargohub sweep KEY=A,B`"),
    (["run", "-m", "seed=1,2"], "-m: an option of Hydra, not of cargohub; `cargohub sweep KEY=A,B`"),
    (["run", "--info", "defaults"], "--info: an option of Hydra, not of cargohub; `cargohub run WORDS --show` prints"),
    (["--info"], "--info: an option of Hydra, not of cargohub; `cargohub run WORDS --show` prints"),
    (["run", "hydra.run.dir=x"], "'hydra.run.dir=x': Hydra's own settings have no effect here; --out DIR chooses"),
    (
        ["sweep", "+hydra/launcher=joblib"],
        "'+hydra/launcher=joblib': Hydra's own settings have no effect here; wor",
    ),
    (["list", "hydra.verbose=true"], "'hydra.verbose=true': Hydra's own settings have no effect here; --quiet turns"),
    (["run", "~hydra.job"], "'~hydra.job': Hydra's own settings have no effect here; --out DIR chooses"),
    (["run", "hydra.nope=1"], "'hydra.nope=1': Hydra's own settings have no effect here; --out DIR, --config-dir DIR"),
]


@pytest.mark.parametrize(("words", "message"), HYDRAS, ids=[" ".join(words) for words, _ in HYDRAS])
def test_hydras_own_options_are_answered_with_what_to_use_instead(capsys, words, message):
    assert refused(capsys, *words).startswith(f"cargohub: {message}")


def test_every_option_of_hydra_is_answered():
    import_module("experiments.hydra_app")  # which makes Hydra's parser on Python 3.14
    theirs = {option for action in get_args_parser()._actions for option in action.option_strings}
    ours = {"--help", "-h", "--version", "--config-dir"}
    assert {option for option in theirs - ours if instead_of_option(option) is None} == set()


def test_a_folder_may_be_called_hydra(verb):
    assert main(["list", "hydra/runs"]) == 0
    assert verb.seen[0].words == ("hydra/runs",)


SHOWN = [
    (["run", "halls.main.sorting_machines=3"], "halls.main: zone sorting: 45000 rated parcels/h"),
    (["run", "replications=-5"], "replications: must be at least 1, got -5"),
    (["run", "workers=0"], "workers: must be at least 1, got 0"),
    (["run", "family=nope"], "family: must be one of holm, dunnett, none, got 'nope'"),
    (["run", "study=capacity"], "capacity: a key of cargohub capacity, which has no effect here"),
    (["run", "scenarios=[liege_30k]"], "scenarios: run takes one scenario"),
    (["run", "record.parcels_of_flights=[x]"], "record.parcels_of_flights: no flight 'x' in any of the 5 replications"),
    (["run", "arrivals=file", "arrivals.schedule=no.csv"], "no.csv: cannot be read: No such file or directory"),
    (["compare"], "scenarios: compare needs some"),
    (["compare", "study=first_light", "demand=permit"], "demand: has no effect beside demands=[today,permit] of the "),
    (["compare", "study=splitting", "arrivals=hourly"], "arrivals: has no effect beside arrival_models=[timetable] of"),
    (["compare", "scenarios=[liege_30k,x]"], "scenarios: unknown scenario 'x'"),
    (["compare", "designs=[liege_30k halls.main.doors_out=90]"], "designs: 'liege_30k halls.main.doors_out=90': halls"),
    (["sweep", "seed=1,2", "replications=0"], "replications: must be at least 1, got 0"),
    (["sweep", "scenarios=[liege_30k]"], "scenarios: sweep takes scenario=a,b"),
]


@pytest.mark.parametrize(("words", "message"), SHOWN, ids=[" ".join(words) for words, _ in SHOWN])
def test_show_refuses_what_the_run_refuses(capsys, tmp_path, words, message):
    error = refused(capsys, *words, "--out", tmp_path / "runs")
    assert error == refused(capsys, *words, "--show")
    assert error.startswith(f"cargohub: {message}")
    assert not (tmp_path / "runs").exists()


def test_show_of_typed_designs_is_a_document_a_design(capsys):
    assert main(["compare", "designs=[liege_30k, liege_66k seed=2]", "--show"]) == 0
    text = capsys.readouterr().out
    assert [(shown["scenario"], shown["seed"]) for shown in yaml.safe_load_all(text)] == [
        ("liege_30k", 1),
        ("liege_66k", 2),
    ]
    assert "# liege_66k seed=2\n" in text


def test_options_stand_before_or_after_the_words(verb, tmp_path):
    assert main(["--json", "run", "--out", str(tmp_path), "seed=1", "--quiet", "~x", f"--config-dir={tmp_path}"]) == 0
    assert verb.seen == [
        Arguments("run", ("seed=1", "~x"), json=True, out=tmp_path, quiet=True, config_dir=tmp_path),
    ]


def test_the_verbs_exit_code_is_ours(verb):
    verb.does = lambda _: 1
    assert main(["verify", "--slow"]) == 1
    assert verb.seen[0].words == ("slow=true",)


def raised_within(cause, kind=ValueError, text="Can't close the ZIP file while there is an open writing handle on it"):
    """As zipfile raises errors of its own: of an archive that is closed while it is written, or cannot be read."""
    error = kind(text)
    error.__context__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CargohubError("a\nb"), 2),
        (FileNotFoundError(2, "No such file or directory", "x.csv"), 2),
        (RuntimeError("can't start new thread"), 2),
        (RuntimeError("failed to load glyph"), 2),
        (ImportError("libblas.so: file too short", name="scipy.linalg"), 2),
        (BrokenPipeError(), 141),
        (KeyboardInterrupt(), 130),
        (Terminated(), 143),
        (raised_within(KeyboardInterrupt()), 130),
        (raised_within(Terminated()), 143),
        (raised_within(OSError(5, "Input/output error"), BadZipFile, "File is not a zip file"), 2),
    ],
)
def test_each_end_has_its_exit_code(verb, capsys, error, code):
    verb.does = raising(error)
    assert main(["run"]) == code
    assert capsys.readouterr().err.count("\n") <= 1


def test_a_disk_that_cannot_be_read_before_anything_is_loaded_is_one_line(monkeypatch, capsys):
    def find_spec(*_):
        raise OSError(5, "Input/output error")

    disk = SimpleNamespace(find_spec=find_spec)
    monkeypatch.setattr(sys, "meta_path", [disk])
    monkeypatch.delitem(sys.modules, "experiments.main")
    with pytest.raises(SystemExit) as end:
        entry.console()
    assert end.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("cargohub: cannot be loaded: [Errno 5]") and error.count("\n") == 1


@pytest.mark.parametrize("last_held", ["", "my runs/run-a"])
def test_an_end_promises_what_was_kept_only_where_a_run_folder_was_held(last_held, monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(RunDirectory, "last_held", last_held)
    assert exit_code(interrupted) == command.INTERRUPTED
    error = capsys.readouterr().err
    assert ("finished parts are kept" in error) is ("cargohub resume 'my runs/run-a'`" in error) is bool(last_held)


def test_the_command_that_continues_a_run_with_code_of_the_user_trusts_it(monkeypatch, capsys, tmp_path):
    (tmp_path / "rules").mkdir()
    monkeypatch.setattr(RunDirectory, "last_held", str(tmp_path))
    assert exit_code(Mock(side_effect=KeyboardInterrupt)) == command.INTERRUPTED
    assert f"cargohub resume {tmp_path} --trust-code`" in capsys.readouterr().err


@pytest.mark.parametrize(
    "error",
    [
        ZeroDivisionError(),
        OSError("no file of the user's"),
        ModuleNotFoundError(name="x"),
        ImportError("no such name", name="sim.nothing"),
    ],
)
def test_a_bug_is_not_dressed_up_as_a_mistake(verb, error):
    verb.does = raising(error)
    with pytest.raises(type(error)):
        main(["run"])


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"], ["--json"]])
def test_help_lists_every_verb(capsys, words):
    assert main(words) == 0
    out = capsys.readouterr().out
    assert all(f"  {name} " in out for name in VERBS)


@pytest.mark.parametrize("name", list(VERBS))
def test_every_verb_has_a_page(capsys, name):
    assert main([name, "--help"]) == 0
    assert VERBS[name].text in capsys.readouterr().out


def test_the_page_of_a_verb_leaves_out_the_options_that_only_others_take(capsys):
    pages = {name: (main([name, "--help"]), capsys.readouterr().out)[1] for name in ("run", "bench", "trace")}
    taken = {
        name: {o for o in ("--slow", "--engines", "--trust-code", "--all") if f"  {o} " in pages[name]}
        for name in pages
    }
    assert taken == {"run": {"--all"}, "bench": {"--engines", "--all"}, "trace": {"--trust-code", "--all"}}


def test_version_is_the_packages(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("cargohub 0.")


def test_help_imports_nothing_heavy_and_opens_few_files():
    code = """if True:
        import sys
        from importlib.util import source_from_cache
        opened = []
        sys.addaudithook(lambda event, about: opened.append(str(about[0])) if event == "open" else None)
        from experiments.main import main
        main(["--help"])
        print(len({source_from_cache(path) if path.endswith("pyc") else path for path in opened}), *sys.modules)"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    n_opened, *loaded = done.stdout.rsplit("\n", 2)[-2].split()
    assert "experiments.main" in loaded
    assert not set(loaded) & {"numpy", "hydra", "omegaconf", "pandas", "scipy", "joblib", "matplotlib", "simpy"}
    assert int(n_opened) <= 106  # 82, on Python 3.14 101: a verb's module each, for its first line, and what it imports


def test_show_prints_what_would_run(capsys):
    assert main(["run", "--show", "demand=permit", "horizon_days=5"]) == 0
    shown = yaml.safe_load(capsys.readouterr().out)
    assert (shown["demand"]["name"], shown["horizon_days"]) == ("permit", 5)
    assert answer(capsys, "run", "--show", "demand=permit", "horizon_days=5") == shown


def test_show_begins_with_what_each_design_changes(capsys):
    assert main(["run", "--show"]) == 0
    assert capsys.readouterr().out.startswith("# liege_30k: nothing differs from the packaged default\nseed: 1\n")
    designs = "designs=[liege_30k, liege_66k demand.flights_per_day=5 roster=round_the_clock]"
    assert main(["compare", "--show", designs, "replications=3"]) == 0
    head = capsys.readouterr().out.partition("---")[0].splitlines()
    first, second = (at for at, line in enumerate(head) if line.endswith("differs from the packaged default in"))
    assert (first, head[1:second]) == (0, ["#   replications: 5 → 3"])
    changed = ["demand.flights_per_day: 3.5 → 5", "halls.main.area_m2: 30000 → 66000", "roster.work: set → null"]
    assert {f"#   {line}" for line in changed} < set(head[second:])
    assert not any("roster.work." in line for line in head)
    assert main(["capacity", "--show"]) == 0
    assert capsys.readouterr().out.startswith("# liege_30k: differs from the packaged default in\n#   horizon_days: ")


def test_show_of_a_sweep_is_a_document_a_point(capsys):
    assert main(["sweep", "--show", "seed=1,2"]) == 0
    assert [shown["seed"] for shown in yaml.safe_load_all(capsys.readouterr().out)] == [1, 2]


def test_sigterm_ends_with_143(monkeypatch):
    monkeypatch.setattr(command, "_run", lambda _: os.kill(os.getpid(), signal.SIGTERM) or signal.pause())
    monkeypatch.setattr(command, "ASK_AGAIN_S", 1e6)  # the tests go on
    monkeypatch.setattr(os, "_exit", sys.exit)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)  # afterwards it is pytest's again
    before = signal.getsignal(signal.SIGTERM)
    try:
        with pytest.raises(SystemExit) as caught:
            console()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert caught.value.code == 143


def test_what_python_ignores_is_no_traceback():
    """Such as errors of generators of a library that was stopped while it wrote a workbook."""
    code = """
from experiments import main
def stopped():
    try:
        yield
    finally:
        raise ValueError("not in an element")
def command():
    generator = stopped()
    next(generator)
    raise KeyboardInterrupt
main.console(lambda: main.exit_code(command))
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (130, "cargohub: interrupted\n")


def test_a_closed_pipe_is_no_traceback():
    shell = f"{sys.executable} -m experiments.main run --show | head -1"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_closed_streams_are_none_that_other_texts_could_reach():
    code = "import os; from experiments.entry import _open_closed_streams as f; f(); print(*map(os.fstat, (0, 1, 2)))"
    shell = f"{sys.executable} -c '{code}' <&- 2>&-"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=True)
    assert done.stdout.count("os.stat_result") == 3


def test_modules_of_the_current_folder_are_not_those_of_workers(tmp_path):
    (tmp_path / "random.py").write_text("raise SystemExit('not that one')")
    words = ["run", *(word for word in TINY if word != "workers=1"), *BARE, "workers=2", "--fresh"]
    code = "from experiments.entry import console; console()"
    done = subprocess.run([sys.executable, "-P", "-c", code, *words], capture_output=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr


def test_a_sigterm_that_comes_while_an_object_is_finalised_is_not_lost():
    code = """
import os, signal, sys, time
from experiments import main
main.ASK_AGAIN_S = 0.3
signal.signal(signal.SIGTERM, main._terminate)
class Finalised:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0)
try:
    Finalised()
    print("still here", flush=True)
    time.sleep(60)
except main.Terminated:
    sys.exit(main.TERMINATED)
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=30)
    assert "still here" in done.stdout, done.stderr
    assert "Exception ignored" in done.stderr
    assert done.returncode == 143


@pytest.mark.parametrize(
    ("first", "second"),
    [("seed=1", "seed=2"), ("seed=1,2", "seed=3,4"), ("scenario=fog_morning", "+scenario=x"), ("study=a", "study=a"),
     ("--author=x", "--author=y"), ("author=x", "--author=y"), ("--out=a", "--out=b")],
)  # fmt: skip
def test_a_key_and_an_option_are_typed_once(monkeypatch, capsys, first, second):
    monkeypatch.setattr(sys, "argv", ["cargohub", "sweep", first, second])
    assert command.typed() == 2
    says = f"given more than once: {first!r} and {second!r}; give it once"
    line = f"cargohub: {first.partition('=')[0].removeprefix('--')}: {says}\n"
    assert capsys.readouterr().err == line
    if first.startswith("--"):
        monkeypatch.setattr(sys, "argv", ["cargohub", "cite", *first.split("="), "RUN", *second.split("=")])
        assert command.typed() == 2
        assert capsys.readouterr().err == line


def test_a_file_may_be_typed_twice_though_its_name_looks_like_a_key(verb, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a=b.csv").touch()
    monkeypatch.setattr(sys, "argv", ["cargohub", "run", "a=b.csv", "a=b.csv"])
    assert command.typed() == 0
    assert verb.seen[0].words == ("a=b.csv", "a=b.csv")


def test_of_words_that_a_program_adds_the_last_counts(verb):
    assert main(["run", "seed=1", "seed=2"]) == 0
    assert verb.seen[0].words == ("seed=1", "seed=2")


@pytest.mark.parametrize("module", ["entry", "hydra_app", "research"])
def test_however_it_is_loaded_linear_algebra_has_one_thread_and_arrow_the_allocator_of_c(module):
    names = ("OPENBLAS_NUM_THREADS", "ARROW_DEFAULT_MEMORY_POOL")
    code = f"import os, experiments.{module}; print(*(os.environ[name] for name in {names}))"
    inherited = {name: value for name, value in os.environ.items() if name not in names}
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=inherited)
    assert done.stdout == "1 system\n"
