"""What is built and shipped: the wheel in an empty folder, the sdist to the byte, the steps of the image."""

import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from importlib import metadata
from pathlib import Path
from zipfile import ZipFile

import make_licences
import pytest
import yaml

import sim
from experiments import extras, research
from experiments.main import main
from experiments.research import read_run
from experiments.store.files import sha256_of
from experiments.store.identity import hash_of

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT, BUILD = SETTINGS["project"], SETTINGS["tool"]["hatch"]["build"]["targets"]
SMALL = (
    "demand.flights_per_day=0.7", "horizon_days=1", "warmup_days=0", "service_h=6", "exports=none", "replications=1",
    "margin=none", "page=none",
)  # fmt: skip
STEPS = [
    re.split(r"\s+", line, maxsplit=1)
    for line in (ROOT / "Dockerfile").read_text().splitlines()
    if line and not line.startswith("#")
]


def done(command: list[str], folder: Path, **environment: str) -> str:
    # Nothing of this checkout is on the path.
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL"))}
    ran = subprocess.run(command, cwd=folder, env=clean | environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def built(source: Path, target: str, folder: Path) -> Path:
    pytest.importorskip("hatchling")
    build = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(folder)]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}
    subprocess.run(build, cwd=source, env=environment, capture_output=True, check=True)
    (file,) = folder.iterdir()
    return file


@pytest.fixture(scope="module")
def small_run(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    assert main(["run", *SMALL, "--quiet", "--out", str(folder)]) == 0
    (run,) = folder.iterdir()
    return run


def test_the_wheel_holds_everything_and_runs_in_an_empty_folder(tmp_path, small_run):
    wheel = built(ROOT, "wheel", tmp_path / "dist")
    names = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    settings = BUILD["wheel"]
    placed = {name: name for name in settings["packages"]} | settings["force-include"]
    files = {
        place + file.as_posix().removeprefix((ROOT / name).as_posix())
        for name, place in placed.items()
        for file in [ROOT / name, *(ROOT / name).rglob("*")]
        if file.is_file() and file.suffix != ".pyc"
    }
    assert names == files
    assert {"sim/py.typed", "experiments/py.typed", "experiments/help.txt", "experiments/configs/config.yaml"} < names
    target, empty = tmp_path / "installed", tmp_path / "empty"
    empty.mkdir()
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile"]
    done([*pip, "--target", str(target), str(wheel)], tmp_path)
    command = [str(target / "bin" / "cargohub"), "run", *SMALL]
    assert "scenario: liege_30k" in done([*command, "--show"], empty, PYTHONPATH=str(target))
    done([*command, "--quiet"], empty, PYTHONPATH=str(target))
    (run,) = (empty / "runs").iterdir()
    # The configuration and the program are the same, so the run is.
    assert run.name == small_run.name
    for table in (small_run / "tables").iterdir():
        assert (run / "tables" / table.name).read_bytes() == table.read_bytes(), table.name
    manifest = json.loads((run / "manifest.json").read_text())
    assert manifest["program"]["commit"] is None


def test_the_source_distribution_builds_itself_to_the_byte(tmp_path):
    first = built(ROOT, "sdist", tmp_path / "first")
    with tarfile.open(first) as archive:
        archive.extractall(tmp_path, filter="data")
    source = tmp_path / first.name.removesuffix(".tar.gz")
    assert {"Dockerfile", "constraints.txt", "docs", "tests"} < {path.name for path in source.iterdir()}
    assert built(source, "sdist", tmp_path / "second").read_bytes() == first.read_bytes()


def test_the_image_is_slim_pinned_and_not_roots():
    (base,) = (words for step, words in STEPS if step == "FROM")
    version = re.fullmatch(r"python:(3\.\d+)-slim", base)[1]
    assert f"Programming Language :: Python :: {version}" in PROJECT["classifiers"]
    (user,) = (words for step, words in STEPS if step == "USER")
    assert int(user.partition(":")[0]) > 0
    (extras,) = (words.partition("=")[2].split(",") for step, words in STEPS if step == "ARG")
    assert set(extras) < set(PROJECT["optional-dependencies"])
    assert sum("-c constraints.txt" in words for step, words in STEPS if step == "RUN") == 1
    assert dict(STEPS)["VOLUME"] == dict(STEPS)["WORKDIR"] == "/work"
    # What is installed there is built there.
    built_from = {*BUILD["wheel"]["packages"], *BUILD["wheel"]["force-include"], PROJECT["readme"], "pyproject.toml"}
    assert built_from | set(PROJECT["license-files"]) | {"constraints.txt"} == set(copied())
    listed = (ROOT / ".dockerignore").read_text().split()
    for name in copied():
        assert (ROOT / name).exists() and f"!{name}" in listed, name


def copied() -> list[str]:
    return [name for step, words in STEPS if step == "COPY" for name in words.split()[:-1]]


@pytest.mark.slow
def test_the_steps_of_the_image_work_in_a_clean_environment(tmp_path):
    """Each RUN line as it stands, in folders that lie below another root."""
    for name in ("bin", "source", "tmp"):
        (tmp_path / name).mkdir()
    for name in copied():
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / "source" / name)
    (tmp_path / "bin" / "python").symlink_to(sys._base_executable)
    values = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    for step, words in STEPS:
        if step in ("ENV", "ARG"):
            key, _, value = words.partition("=")
            place = str(tmp_path) if value.startswith("/") else ""
            value = value.replace("$PATH", values["PATH"]).replace("$VIRTUAL_ENV", values.get("VIRTUAL_ENV", ""))
            values[key] = place + value
        if step == "RUN":
            done(["sh", "-c", words], tmp_path / "source", **values)
    work = Path(values["WORK"])
    entry = json.loads(dict(STEPS)["ENTRYPOINT"])
    assert shutil.which(entry[0], path=values["PATH"]) == str(Path(values["VIRTUAL_ENV"]) / "bin" / "cargohub")
    done([*entry, "run", *SMALL], work, **values)
    assert [path.name.rpartition("-")[0] for path in (work / "runs").iterdir()] == ["run-liege_30k"]


@pytest.mark.parametrize("module", [sim, research], ids=lambda module: module.__name__)
def test_what_is_public_stands_in_one_list_and_on_one_page(module):
    page = (ROOT / "docs" / "reference" / "python.md").read_text()
    for name in sorted({*module.__all__} - {"__version__"}):
        found = getattr(module, name)
        assert inspect.getdoc(found), name
        assert f"::: {found.__module__}.{name}\n" in page


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the list is that of Python 3.11")
def test_the_licences_of_all_libraries_are_listed():
    pytest.importorskip("hatchling")
    assert (ROOT / "docs" / "licences.md").read_text() == make_licences.page(), "run tests/make_licences.py"


def test_the_version_is_said_once():
    version = PROJECT["version"]
    assert sim.__version__ == version
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text()
    first = re.search(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[1]
    assert re.fullmatch(rf"{re.escape(version)} \((unreleased|\d{{4}}-\d\d-\d\d)\)", first)


def test_a_run_that_an_older_version_stored_says_what_to_do(small_run, capsys):
    manifest = json.loads((small_run / "manifest.json").read_text())
    config = yaml.safe_load((small_run / "config.yaml").read_text())
    for hubs in (config["hubs"], manifest["identity"]["hubs"]):
        del hubs["liege_30k"]["time_zone"]
    manifest["identity"]["sources"] = "0" * 64
    manifest["program"]["commit"] = "c0ffee" + "0" * 34
    (small_run / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    manifest["files"]["config.yaml"] = sha256_of(small_run / "config.yaml")
    manifest["hash"] = hash_of(manifest["identity"])
    (small_run / "manifest.json").write_text(json.dumps(manifest))
    assert main(["show", str(small_run)]) == 2
    assert capsys.readouterr().err == (
        f"cargohub: {small_run}/config.yaml: hubs.liege_30k.time_zone: missing (stored by cargohub '0.1.0', commit"
        " c0ffee000000, whose runs this version does not read; install that one, or run the command in the first line"
        " of config.yaml again)\n"
    )
    assert main(["list", str(small_run.parent)]) == 0
    assert set(read_run(small_run, ["kpis"]).tables) == {"kpis"}


def test_a_missing_extra_names_a_command_of_this_installation(monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    monkeypatch.setattr(extras, "version", lambda _: "0.1.0")
    monkeypatch.setattr(sys, "executable", "/a b/python")
    assert extras.missing("optuna", "study").endswith("installed: '/a b/python' -m pip install 'cargohub[study]'")
    monkeypatch.setattr(extras, "version", lambda _: metadata.version("no-such-package"))
    monkeypatch.setattr(extras, "__file__", "/my checkout/experiments/extras.py")
    assert extras.missing("optuna", "study").endswith(" -m pip install -e '/my checkout[study]'")


def test_a_library_that_refuses_a_later_python_is_left_out_of_its_extras_there(monkeypatch):
    # pip would otherwise refuse the whole extra.
    limits = {
        re.split(r"\W", text)[0]: re.search(r"python_version < '3\.(\d+)'", text)[1]
        for extra in ("dev", "solvers")
        for text in PROJECT["optional-dependencies"][extra]
        if "python_version <" in text
    }
    assert limits == {"simoptlib": "14"}
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    for minor, says in ((13, "-m pip install"), (14, "it needs Python 3.13 or earlier")):
        monkeypatch.setattr(sys, "version_info", (3, minor, 2))
        assert says in extras.missing("simopt", "solvers")
