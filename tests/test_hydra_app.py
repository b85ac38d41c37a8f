"""Hydra as people know it: the same configuration, the same runs, by any launcher; mistakes are one line."""

import logging
import subprocess
import sys
from pathlib import Path

import hydra
import pytest
import yaml
from omegaconf import OmegaConf
from stored_runs import tables_of

from experiments import hydra_app
from experiments.composition import compose, packaged
from experiments.main import exit_code, main
from experiments.store.read import kpis_of

SMALL = (
    "demand.flights_per_day=0.7", "demand.parcels_per_flight=2300", "demand.net_t_per_flight=1.87", "horizon_days=1",
    "warmup_days=0", "service_h=6", "exports=none", "replications=1", "margin=none", "page=none",
)  # fmt: skip
SEEDS = ("2", "3")


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    def run(*typed: str) -> int:
        monkeypatch.setattr(sys, "argv", ["hydra_app", *typed])
        return exit_code(hydra_app.command)

    yield run
    for handler in [each for each in logging.root.handlers if type(each).__module__ == "logging"]:
        logging.root.removeHandler(handler)  # Hydra's, which would write to what this test has captured
        handler.close()


@pytest.fixture(scope="module")
def stored(tmp_path_factory) -> dict[str, dict[str, str]]:
    """The tables of what `cargohub run` makes of the same words, by run folder."""
    folder = tmp_path_factory.mktemp("stored")
    for seed in SEEDS:
        assert main(["run", *SMALL, f"seed={seed}", "--out", str(folder), "--quiet"]) == 0
    return {each.name: tables_of(each) for each in folder.iterdir()}


def jobs(folder: Path) -> dict[str, dict[str, str]]:
    return {each.name: tables_of(each) for job in SEEDS for each in (folder / str(int(job) - 2)).glob("run-*")}


@pytest.mark.parametrize(
    "words",
    [
        ["scenario=liege_66k", "demand=permit", "precision.on_time_share=0.01", "~lanes.ES"],
        ["study=capacity", "capacity.tolerance=0.4", "+disruption@disruptions.fog=fog_morning", "+rules.x=1"],
    ],
    ids=str,
)
def test_hydra_composes_what_cargohub_composes(words):
    with hydra.initialize_config_dir(str(packaged()), version_base="1.3"):
        composed = hydra.compose("hydra_app", overrides=words)
    plain = OmegaConf.to_container(composed, resolve=True)
    assert {key: plain[key] for key in plain if key not in hydra_app.OWN} == compose(words)


def test_a_sweep_with_joblib_makes_the_runs_of_cargohub(run, stored, tmp_path, capfd):
    words = [*SMALL, f"seed={','.join(SEEDS)}", "quiet=true"]
    assert run("-m", *words, "hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "hydra.sweep.dir=sweep") == 0
    assert jobs(tmp_path / "sweep") == stored
    out = capfd.readouterr().out
    assert out.count("tables: ") == len(SEEDS)
    assert yaml.safe_load((tmp_path / "sweep" / "1" / ".hydra" / "overrides.yaml").read_text())[-2] == "seed=3"
    (folder,) = (tmp_path / "sweep" / "0").glob("run-*")
    assert run("-m", f"hydra.sweep.dir={folder}/again", *words) == 2
    assert capfd.readouterr().err == (
        f"cargohub: {folder}/again: Hydra's folder is inside the run folder {folder}; choose another folder\n"
    )


@pytest.mark.slow
@pytest.mark.parametrize("launcher", ["basic", "submitit_local"])
def test_other_launchers_make_them_too(stored, tmp_path, launcher):
    words = [*SMALL, f"seed={','.join(SEEDS)}", f"hydra/launcher={launcher}", "hydra.sweep.dir=sweep"]
    command = [sys.executable, "-m", "experiments.hydra_app", "--multirun", *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert jobs(tmp_path / "sweep") == stored


def test_one_run_gives_its_objective_and_lies_where_out_says(stored, tmp_path, monkeypatch, run):
    returned = []
    decorate = hydra.main(str(packaged()), "hydra_app", "1.3")
    monkeypatch.setattr(hydra_app, "app", decorate(lambda composed: returned.append(hydra_app.job(composed))))
    assert run(*SMALL, "seed=2", "out=${hydra:runtime.cwd}/there", "objective=[on_time_share,parcels_per_day]") == 0
    (folder,) = (tmp_path / "there").iterdir()
    assert tables_of(folder) == stored[folder.name]
    (kpis,) = kpis_of(folder).values()
    assert returned == [[kpis["on_time_share"], kpis["parcels_per_day"]]]


def test_a_kpi_of_the_users_file_is_an_objective(tmp_path, monkeypatch, run):
    returned = []
    decorate = hydra.main(str(packaged()), "hydra_app", "1.3")
    monkeypatch.setattr(hydra_app, "app", decorate(lambda composed: returned.append(hydra_app.job(composed))))
    (tmp_path / "mine.py").write_text("from sim.own import kpi\n@kpi('h', None)\ndef seven(tables): return 7\n")
    assert run(*SMALL, "+rules.file=mine.py", "objective=[seven]") == 0
    assert returned == [7.0]


def test_hydra_shows_what_a_job_is(run, capsys):
    assert run("--cfg", "job", "seed=7") == 0
    shown = yaml.safe_load(capsys.readouterr().out)
    assert (shown["seed"], shown["verb"], "hydra" in shown) == (7, "run", False)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (["sede=1"], "sede: unknown key; did you mean 'seed'?"),
        (["-m", "seed=1,x"], "seed: expected a whole number, got 'x'"),
        (["-m", "verb=run,compare"], "'verb=run,compare': several values; verb must be the same for all jobs"),
        (["study=capacity"], "capacity: a key of cargohub capacity, which has no effect here"),
        (["verb=capacty"], "verb: 'capacty' does not store runs; did you mean 'capacity'?"),
        (["seed=1,2"], "Ambiguous value for argument 'seed=1,2'"),
        (["seed=1", "seed=2"], "seed: given more than once: 'seed=1' and 'seed=2'; give it once"),
        (["--out", "x"], "--out: not an option of Hydra; use keys in place of cargohub's: docs/hydra.md"),
        (["seed=1", "-m", "seed=2"], "'seed=2': put all words before Hydra's options, or all after them"),
        (["--config-name", "config"], "--config-name, --config-path: hydra_app is always used"),
        (["--run", "--multirun"], "--run, --multirun, --cfg, --info, --shell-completion: give only one of them"),
        (["--resolve"], "--resolve: goes with --cfg"),
        (["arrivals=file", "arrivals.schedule=no.csv"], "no.csv: cannot be read: No such file or directory"),
    ],
    ids=str,
)
def test_a_mistake_is_one_line_and_makes_nothing(run, capsys, tmp_path, typed, message):
    assert run(*typed) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n"), list(tmp_path.iterdir())) == ("", 1, [])
    assert err.startswith(f"cargohub: {message}")


def test_a_verb_that_stores_no_run_is_refused_with_those_that_do():
    with pytest.raises(ValueError, match=r"^verb: 'show' does not store runs; known: calibrate, "):
        hydra_app.Keys("show", None, quiet=True, fresh=False, objective=())
