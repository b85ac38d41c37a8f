"""Run directories made to harm who reads them: each is refused in one line, before anything is simulated."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from mistakes import refused
from pyarrow import parquet
from stored_runs import configured, made, rewritten, sealed

from experiments.main import main

CASES = {}


def case(*messages):
    """A way to spoil a good run, and what the refusal must say."""

    def keep(spoil):
        CASES[spoil.__name__] = (spoil, messages)
        return spoil

    return keep


def config_text(run, change):
    path = run / "config.yaml"
    path.write_text(change(path.read_text()))
    sealed(run)


def set_hub(run, key, value):
    def change(config):
        *outer, last = key.split(".")
        inside = config["hubs"]["liege_30k"]
        for name in outer:
            inside = inside[name]
        inside[last] = value

    configured(run, change)
    # The manifest agrees, so that only the value itself can be refused.
    sealed(run, lambda manifest: change({"hubs": manifest["identity"]["hubs"]}))


def manifest_text(run, change):
    path = run / "manifest.json"
    path.write_text(change(path.read_text()))


def table(run, name, **columns):
    parquet.write_table(pa.table(columns), run / "tables" / f"{name}.parquet")
    sealed(run)


@case("the key '_target_' is refused")
def target_in_the_hub(run):
    config_text(run, lambda text: text.replace("    demand:\n", "    demand:\n      _target_: os.system\n"))


@case("the key '_target_' is refused")
def target_as_the_name_of_a_hall(run):
    config_text(run, lambda text: text.replace("      main:\n", "      _target_:\n"))


@case("interpolations are refused")
def interpolation_of_the_environment(run):
    config_text(run, lambda text: text.replace("name: today", "name: ${oc.env:HOME}"))


@case("interpolations are refused")
def interpolation_in_a_key(run):
    config_text(run, lambda text: text.replace("  liege_30k:", '  "${oc.env:HOME}":'))


@case("interpolations are refused")
def interpolation_in_the_manifest(run):
    sealed(run, lambda manifest: manifest["environment"].update(python="${oc.env:HOME}"))


@case("anchors and aliases are refused")
def bomb_of_anchors(run):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    config_text(run, lambda text: text + "\n".join(lines))


@case("anchors and aliases are refused")
def anchor_that_holds_itself(run):
    config_text(run, lambda text: text + "self: &self [*self]\n")


@case("tags are refused")
def tag_that_calls_a_function(run):
    config_text(run, lambda text: text + f"x: !!python/object/apply:os.system ['touch {run}/called']\n")


@case("tags are refused")
def tag_of_bytes(run):
    config_text(run, lambda text: text.replace("name: today", "name: !!binary aGVsbG8="))


@case("nested deeper")
def deep_yaml(run):
    config_text(run, lambda text: text + "x: " + "[" * 100 + "]" * 100)


@case("config.yaml")  # the rest depends on the version of PyYAML
def endless_brackets(run):
    config_text(run, lambda text: text + "x: " + "[" * 50_000 + "]" * 50_000)


@case("larger than 128 MiB")
def huge_yaml(run):
    config_text(run, lambda text: text + "#" * (129 * 2**20))


@case("more than 10000 characters")
def number_of_a_million_digits(run):
    config_text(run, lambda text: text.replace("seed: 1", f"seed: {'9' * 1_000_000}"))


@case("a key occurs twice")
def key_twice(run):
    config_text(run, lambda text: text.replace("    seed: 1\n", "    seed: 1\n    seed: 2\n"))


@case("not plain YAML")
def two_documents(run):
    config_text(run, lambda text: text + "---\nverb: run\n")


@case("not UTF-8 text")
def bytes_that_are_no_text(run):
    (run / "config.yaml").write_bytes(b"\xff\xfe\x00")
    sealed(run)


@case("not plain YAML")
def control_characters(run):
    config_text(run, lambda text: text.replace("name: today", "name: a\x1b[2Jb"))


@case("not a text of a run")
def escaped_control_characters(run):
    config_text(run, lambda text: text.replace("name: today", 'name: "a\\e[2Jb"'))


@case("expected the keys verb, study and hubs")
def config_that_is_a_list(run):
    config_text(run, lambda _: "[1, 2]\n")


@case("expected the keys verb, study and hubs")
def empty_config(run):
    config_text(run, lambda _: "")


@case("hubs.liege_30k.seed", "expected a whole number")
def text_for_a_number(run):
    set_hub(run, "seed", "1")


@case("hubs.liege_30k.horizon_days", "must be at most 3660")
def number_out_of_bounds(run):
    set_hub(run, "horizon_days", 10**9)


@case("hubs.liege_30k.apron.stands", "expected a whole number")
def mapping_for_a_number(run):
    set_hub(run, "apron.stands", {"a": 1})


@case("hubs.liege_30k.demand.flights_per_day", "expected a finite number")
def infinity(run):
    config_text(run, lambda text: text.replace("flights_per_day: 3.", "flights_per_day: .inf #"))


@case("unknown key")
def unknown_key(run):
    set_hub(run, "shell", "rm")


@case("the configuration differs from that of manifest.json")
def configuration_of_another_run(run):
    configured(run, lambda config: config["hubs"]["liege_30k"].update(seed=2))
    sealed(run)


@case("replications: must be at most 10000")
def replications_without_end(run):
    configured(run, lambda config: config["study"].update(replications=10**9))
    sealed(run, lambda manifest: manifest["identity"]["study"].update(replications=10**9))


def schedule(run, path):
    keys = {
        "model": "file",
        "month_index": None,
        "weekday_index": None,
        "hour_share": None,
        "envelope_flights_per_day": None,
        "schedule": path,
    }
    configured(run, lambda config: config["hubs"]["liege_30k"]["arrivals"].update(keys))

    def change(manifest):
        identity = manifest["identity"]
        identity["hubs"]["liege_30k"]["arrivals"].update({**keys, "schedule": Path(path).name})
        identity["inputs"] = {"liege_30k": {"file": Path(path).name, "sha256": "0" * 64}}

    sealed(run, change)


@case("is outside the folder")
def schedule_outside_by_dots(run):
    schedule(run, "../../etc/passwd")


@case("is outside the folder")
def schedule_outside_by_root(run):
    schedule(run, "/etc/passwd")


@case("is outside the folder")
def schedule_outside_by_a_drive(run):
    schedule(run, "C:\\secret.csv")


@case("no such file")
def schedule_that_is_not_there(run):
    schedule(run, "flights.csv")


@case("SHA-256 differs")
def schedule_that_was_changed(run):
    (run / "flights.csv").write_text("flight,sibt\n")
    schedule(run, "flights.csv")


@case("'config.yaml' is a link")
def link_for_the_configuration(run):
    (run / "config.yaml").unlink()
    (run / "config.yaml").symlink_to("/etc/passwd")


@case("'tables' is a link")
def link_for_the_tables(run):
    (run / "tables").rename(run.parent / "elsewhere")
    (run / "tables").symlink_to(run.parent / "elsewhere")


@case("'figures/a.svg' is a link")
def link_among_the_figures(run):
    (run / "figures").mkdir(exist_ok=True)
    (run / "figures" / "a.svg").symlink_to("/nowhere")


@case("is no regular file")
def pipe_that_never_ends(run):
    (run / "manifest.json").unlink()
    os.mkfifo(run / "manifest.json")


@case("more files or folders")
def thousands_of_files(run):
    for number in range(1_100):
        (run / "figures" / f"{number}.svg").touch()


@case("more files or folders")
def folders_in_folders(run):
    (run / "/".join("abcdefghijkl")).mkdir(parents=True)


@case("'setup.py' is not a file of this run")
def program_beside_the_run(run):
    (run / "setup.py").write_text("raise SystemExit")


@case("'tables/more.parquet' is not a file of this run")
def table_that_is_not_listed(run):
    shutil.copy(run / "tables" / "kpis.parquet", run / "tables" / "more.parquet")


@case("is not a file of a run")
def listed_file_outside(run):
    sealed(run, lambda manifest: manifest["files"].update({"../../etc/passwd": "0" * 64}))


@case("missing")
def table_that_is_gone(run):
    (run / "tables" / "flights.parquet").unlink()


@case("kpis.parquet is missing")
def listed_table_that_is_gone(run):
    (run / "tables" / "kpis.parquet").unlink()
    sealed(run, lambda manifest: manifest["files"].pop("tables/kpis.parquet"))


@case("an unfinished run")
def no_manifest(run):
    (run / "manifest.json").unlink()


@case("not JSON of a run")
def truncated_manifest(run):
    manifest_text(run, lambda text: text[:-200])


@case("not JSON of a run")
def manifest_with_nan(run):
    manifest_text(run, lambda text: text.replace('"seed": 1,', '"seed": NaN,'))


@case("hash: not that of the identity")
def manifest_with_infinity(run):
    manifest_text(run, lambda text: text.replace('"seed": 1,', '"seed": 1e999,'))


@case("not JSON of a run")
def deep_manifest(run):
    manifest_text(run, lambda text: "[" * 200_000)


@case("verb: missing, or of a wrong type")
def manifest_that_is_a_list(run):
    manifest_text(run, lambda text: "[]")


@case("is not a verb")
def another_verb(run):
    sealed(run, lambda manifest: manifest.update(verb="../../bin/sh"))


@case("environment: not as a run writes it")
def environment_of_lists(run):
    sealed(run, lambda manifest: manifest["environment"].update(packages=[1]))


@case("hash: not that of the identity")
def another_hash(run):
    manifest_text(run, lambda text: json.dumps({**json.loads(text), "hash": "0" * 64}))


@case("changed since the run")
def changed_table(run):
    rewritten(run, "flights", lambda table: table.slice(0, 1))


@case("changed since the run")
def changed_configuration(run):
    (run / "config.yaml").write_text("verb: run\n")


@case("damaged")
def truncated_table(run):
    path = run / "tables" / "kpis.parquet"
    path.write_bytes(path.read_bytes()[:-100])
    sealed(run)


@case("damaged")
def table_with_its_middle_overwritten(run):
    path = run / "tables" / "stages.parquet"
    content = bytearray(path.read_bytes())
    content[4:2_000] = b"\xff" * 1_996
    path.write_bytes(bytes(content))
    sealed(run)


@case("damaged")
def empty_table(run):
    (run / "tables" / "kpis.parquet").write_bytes(b"")
    sealed(run)


@case("damaged")
def pickle_for_a_table(run):
    (run / "tables" / "kpis.parquet").write_bytes(b"cos\nsystem\n(S'touch called'\ntR.")
    sealed(run)


@case("rows in a group")
def rows_without_end(run):
    path = run / "tables" / "kpis.parquet"
    parquet.write_table(pa.table({"value": np.zeros(3_000_000)}), path, row_group_size=3_000_000)
    sealed(run)


@case("holds list")
def nested_column(run):
    table(run, "kpis", value=[[1, 2], [3]])


@case("holds binary")
def column_of_bytes(run):
    table(run, "kpis", value=[b"\x80\x04."])


@case("misses values")
def column_with_missing_values(run):
    table(run, "kpis", value=[1.0, None])


@case("a text of more than 1000 bytes")
def long_text_a_hundred_thousand_times(run):
    table(run, "kpis", kpi=["x" * 1_000_000] * 100)


@case("holds control characters")
def escape_in_a_text(run):
    table(run, "kpis", kpi=["a\x1b[2Jb"])


@case("not a name of a column")
def column_with_an_escape_in_its_name(run):
    table(run, "kpis", **{"a\x1b[2J": [1]})


@case("columns in 1 groups")
def thousands_of_columns(run):
    table(run, "kpis", **{f"c{number}": [1] for number in range(3_000)})


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return made(tmp_path_factory.mktemp("good"))


def simulated(*_, **__):
    pytest.fail("a hub was simulated")


@pytest.mark.parametrize("name", list(CASES))
def test_a_hostile_run_is_refused_in_one_line(capsys, monkeypatch, good, tmp_path, name):
    spoil, messages = CASES[name]
    run = shutil.copytree(good, tmp_path / "run")
    spoil(run)
    before = sorted(path.name for path in tmp_path.iterdir())
    monkeypatch.setattr("experiments.frame.simulating.replications", simulated)
    err = refused(capsys, "reproduce", run)
    assert len(err) < 600 and err[:-1].isprintable()
    assert all(text in err for text in messages), err
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert not (run / "called").exists()


def test_the_corpus_is_large_and_its_origin_is_good(monkeypatch, good):
    assert len(CASES) >= 30
    assert main(["reproduce", str(good), "--quiet"]) == 0
    monkeypatch.setattr("experiments.frame.simulating.replications", simulated)
    with pytest.raises(pytest.fail.Exception, match="a hub was simulated"):  # what no hostile run may reach
        main(["reproduce", str(good), "--quiet"])


def changed(column, value, where=None):
    """A change of a table: a column's values, all or those where another column has a value."""

    def change(table):
        columns = {name: table[name].to_numpy(zero_copy_only=False).copy() for name in table.column_names}
        columns[column][slice(None) if where is None else columns[where[0]] == where[1]] = value
        return pa.table({name: pa.array(values, table[name].type) for name, values in columns.items()})

    return change


@pytest.mark.parametrize(
    ("words", "table", "change", "messages"),
    [
        (["show"], "summary", changed("mean", np.nan), "no KPI has a value"),
        (
            ["show"],
            "summary",
            changed("mean", -0.5, ("kpi", "on_time_share")),
            "on_time_share: must be from 0 to 1, got -0.5",
        ),
        (["trace", "flight=0"], "kpis", lambda table: table.slice(0, 0), "run stores no tables of replications"),
        (["trace", "flight=0"], "flights", changed("n_parcels", -7), "column n_parcels has a negative count"),
        (["trace", "flight=0"], "flights", changed("aldt", 9e7), "flights.aibt is before the instant that it follows"),
        (["validate"], "trucks", lambda table: table.drop_columns("mass"), "tables: damaged, or not from run"),
    ],
)
def test_a_table_that_no_run_can_have_written_is_refused_when_it_is_read(
    capsys, good, tmp_path, words, table, change, messages
):
    run = shutil.copytree(good, tmp_path / "run")
    rewritten(run, table, change)
    sealed(run)
    capsys.readouterr()
    verb, *options = words
    assert messages in refused(capsys, verb, run, *options)


@pytest.mark.parametrize(
    ("words", "is_sealed"),
    [
        (["show"], False), (["show"], True), (["brief", "--out", "x.pdf"], True),
        (["export", "--to", "csv", "--out", "x"], True), (["pack", "--out", "x.zip", "--author", "Ada"], False),
    ],
)  # fmt: skip
def test_a_truncated_table_is_named_by_whoever_reads_it(capsys, monkeypatch, good, tmp_path, words, is_sealed):
    run = shutil.copytree(good, tmp_path / "run")
    monkeypatch.chdir(tmp_path)
    path = run / "tables" / "summary.parquet"
    path.write_bytes(path.read_bytes()[:-60])
    if is_sealed:
        sealed(run)
    says = "damaged" if is_sealed else "changed since the run"
    assert f"{path}: {says}" in refused(capsys, words[0], run, *words[1:])


def test_a_share_that_is_above_1_by_rounding_is_read(capsys, good, tmp_path):
    run = shutil.copytree(good, tmp_path / "run")
    rewritten(run, "summary", changed("mean", 1.00000006, ("kpi", "utilisation_machines")))
    sealed(run)
    assert main(["show", str(run), "--all"]) == 0
    assert "In use on average: sorting machines" in capsys.readouterr().out


@pytest.mark.drawn(pages=True)
@pytest.mark.parametrize("value", [-1e7, np.nan])
def test_a_table_that_cannot_be_drawn_is_refused_when_its_page_is_made(capsys, good, tmp_path, value):
    run = shutil.copytree(good, tmp_path / "run")
    rewritten(run, "flights", changed("arrival", value))
    sealed(run)
    shutil.rmtree(run / "figures", ignore_errors=True)
    assert "tables: damaged, or not from run" in refused(capsys, "resume", run, "page=now", "--quiet")
