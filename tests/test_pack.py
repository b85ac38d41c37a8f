"""Archives of runs: complete, the same to the bit, valid RO-Crates; a changed or a hostile one is refused."""

import hashlib
import json
import os
import shutil
import stat
import subprocess
import zipfile
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml
from answers import answer
from mistakes import is_refused
from stored_runs import made

from experiments.main import main
from experiments.report.citation import Software
from experiments.store import archive
from experiments.store.foreign import manifest_of
from experiments.store.identity import ROOT
from experiments.store.stored_by import finished
from experiments.studies.pack.crate import METADATA

FLIGHTS = "flight,sibt,parcels\nA,2023-03-07 10:00,900\nB,2023-03-07 12:00,800\n"
VALIDATOR = os.environ.get("ROCRATE_VALIDATOR") or shutil.which("rocrate-validator")
SEED = """if True:
    import io, json, sys
    import requests, urllib3
    from requests_cache import CachedSession
    session = CachedSession(cache_name=sys.argv[1], expire_after=-1, backend="sqlite")
    for url, context in json.loads(sys.argv[2]).items():
        body, kind = json.dumps({"@context": context}).encode(), {"Content-Type": "application/ld+json"}
        response = requests.Response()
        response.status_code, response.url, response._content = 200, url, body
        response.request = session.prepare_request(requests.Request("GET", url))
        response.headers.update(kind)
        response.raw = urllib3.HTTPResponse(io.BytesIO(body), kind, 200, preload_content=False, request_url=url)
        session.cache.save_response(response)
"""
"""Puts contexts into the validator's cache, which it takes in place of the network."""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pack")
    (folder / "my flights (1).csv").write_text(FLIGHTS)
    words = ("run", "arrivals=file", f"arrivals.schedule='{folder}/my flights (1).csv'", "page=none")
    return made(folder / "runs", *words)


@pytest.fixture(scope="module")
def packed(run, tmp_path_factory):
    path = tmp_path_factory.mktemp("packed") / "run.zip"
    assert main(["pack", str(run), "--out", str(path), "--author", "Ada Lovelace"]) == 0
    return path


@pytest.fixture(scope="module")
def graph(packed):
    with zipfile.ZipFile(packed) as opened:
        return {entity["@id"]: entity for entity in json.loads(opened.read(METADATA))["@graph"]}


def listed(value):
    return value if isinstance(value, list) else [value]


def test_everything_is_there_with_its_hash_and_described(run, packed, graph):
    with zipfile.ZipFile(packed) as opened:
        content = {name: opened.read(name) for name in opened.namelist()}
    sums = dict(reversed(line.split("  ", 1)) for line in content.pop(archive.SUMS).decode().splitlines())
    assert sums == {name: hashlib.sha256(each).hexdigest() for name, each in content.items()}
    described = {unquote(name): entity for name, entity in graph.items() if "File" in listed(entity["@type"])}
    assert described.keys() == content.keys() - {METADATA}
    for name, entity in described.items():
        assert entity["sha256"] == sums[name] and entity["contentSize"] == str(len(content[name]))
        assert entity["description"] and entity["encodingFormat"]
    assert {f"run/{name}" for name in manifest_of(run).files} <= content.keys()
    assert "run/flights/my flights (1).csv" in content
    assert json.loads(content["run/timings.json"]).keys() == {"finished"}  # nothing that names the computer
    parts = [part["@id"] for owner in ("./", "run/tables/") for part in listed(graph[owner]["hasPart"])]
    assert {unquote(part) for part in parts} == described.keys() | {"run/tables/"}
    cff = yaml.safe_load(content["CITATION.cff"])
    assert cff["authors"] == [{"name": "Ada Lovelace"}] and cff["license"] == "CC-BY-4.0"
    assert cff["identifiers"][0]["value"] == f"sha256:{manifest_of(run).hash}"
    for part in ("## flights", "| landed |", "## kpis"):
        assert (part in content["DICTIONARY.md"].decode()) == (part != "| landed |")
    assert "CC-BY-4.0 (https://creativecommons.org/licenses/by/4.0/)" in content["README.md"].decode()
    readme = content["README.md"].decode()
    assert "| `run/config.yaml` | " in readme and "| `run/flights/my flights (1).csv` | Flight file that " in readme
    assert "    cargohub reproduce FILE.zip\n" in readme and "--trust-code" not in readme


def test_whatever_the_graph_refers_to_is_in_it(graph):
    outside = ("https://w3id.org/ro/crate/", "https://bioschemas.org/profiles/")
    for entity in graph.values():
        for value in entity.values():
            for each in listed(value):
                if isinstance(each, dict):
                    assert each["@id"] in graph or each["@id"].startswith(outside), each
    workflow = graph[graph["./"]["mainEntity"]["@id"]]
    assert graph["#action"]["instrument"]["@id"] == workflow["@id"] == "run/config.yaml"


def test_the_same_run_is_the_same_archive(run, packed, tmp_path):
    again = tmp_path / "again.zip"
    assert main(["pack", str(run), "--out", str(again), "--author", "Ada Lovelace"]) == 0
    assert again.read_bytes() == packed.read_bytes()


def test_an_archive_is_reproduced(capsys, packed):
    document = answer(capsys, "reproduce", packed, "--quiet")
    assert document["identical"] is True and document["run_dir"] == str(packed)


@pytest.mark.skipif(VALIDATOR is None, reason="no rocrate-validator on PATH or in ROCRATE_VALIDATOR")
def test_the_validator_of_ro_crates_takes_it(packed, graph, tmp_path):
    """Its contexts are stood in for by the terms that archives use, as those contexts have them."""
    names = {name for entity in graph.values() for name in entity} | {
        kind for entity in graph.values() for kind in listed(entity["@type"])
    }
    terms = {name: f"http://schema.org/{name}" for name in names if not name.startswith("@") and name != "sha256"}
    terms |= {"File": "http://schema.org/MediaObject", "conformsTo": "http://purl.org/dc/terms/conformsTo"}
    terms |= {name: f"https://bioschemas.org/{name}" for name in ("ComputationalWorkflow", "FormalParameter")}
    terms |= {name: f"https://bioschemas.org/ComputationalWorkflow#{name}" for name in ("input", "output")}
    contexts = {
        "https://w3id.org/ro/crate/1.1/context": terms,
        "https://w3id.org/ro/terms/workflow-run/context": {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"},
    }
    cache, python = tmp_path / "cache", Path(VALIDATOR).with_name("python")
    subprocess.run([python, "-c", SEED, cache, json.dumps(contexts)], check=True)
    words = ["--offline", "--cache-path", cache, "--skip-availability-check", "-p", "workflow-run-crate", "--no-paging"]
    done = subprocess.run([VALIDATOR, "-y", "validate", *words, packed], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "[OK]" in done.stdout, done.stdout


def rewritten(source, target, change):
    """The archive with another content: `change` has the entries, and may alter, add and remove some."""
    with zipfile.ZipFile(source) as opened:
        entries = {name: (opened.getinfo(name), opened.read(name)) for name in opened.namelist()}
    change(entries)
    with zipfile.ZipFile(target, "w") as opened:
        for info, content in entries.values():
            opened.writestr(info, content)


def entry(name, mode=stat.S_IFREG | 0o644):
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def added(name, content=b"x", mode=stat.S_IFREG | 0o644):
    return lambda entries: entries.update({name: (entry(name, mode), content)})


def changed(entries):
    entries["run/tables/kpis.parquet"] = (entry("run/tables/kpis.parquet"), b"x")


HOSTILE = {
    "run/tables/kpis.parquet: changed since the archive was made": changed,
    "DICTIONARY.md: missing, though SHA256SUMS lists it": lambda entries: entries.pop("DICTIONARY.md"),
    "more.txt: not listed in SHA256SUMS": added("more.txt"),
    "SHA256SUMS is missing": lambda entries: entries.pop("SHA256SUMS"),
    "SHA256SUMS: not a list of hashes": added("SHA256SUMS", b"abc\n"),
    "'../more.txt': not a valid name": added("../more.txt"),
    "'/tmp/more.txt': not a valid name": added("/tmp/more.txt"),
    "'run/../../more.txt': not a valid name": added("run/../../more.txt"),
    r"'run\\more.txt': not a valid name": added("run\\more.txt"),
    "'C:more.txt': not a valid name": added("C:more.txt"),
    "'a\\x1b[1mb': not a valid name": added("a\x1b[1mb"),
    "'a/a/a/a/a/a/a/a/a': not a valid name": added("/".join("a" * 9)),
    "'run/link': a link": added("run/link", b"/etc/passwd", stat.S_IFLNK | 0o777),
    "'readme.MD': occurs twice": added("readme.MD"),
}


@pytest.mark.parametrize("message", HOSTILE)
def test_a_changed_or_hostile_archive_is_refused_in_one_line(capsys, packed, tmp_path, message):
    path, before = tmp_path / "x.zip", set(tmp_path.parent.iterdir())
    rewritten(packed, path, HOSTILE[message])
    is_refused(capsys, tmp_path / "runs", ["reproduce", str(path)], message)
    assert set(tmp_path.parent.iterdir()) == before and not Path("/tmp/more.txt").exists()


def test_what_is_no_archive_or_too_large_is_refused(capsys, packed, tmp_path, monkeypatch):
    content = packed.read_bytes()
    for at, damaged in enumerate(
        (b"", b"PK", content[: len(content) // 2], content.replace(b"PK\x01\x02", b"PK\x01\x09"))
    ):
        path = tmp_path / f"{at}.zip"
        path.write_bytes(damaged)
        is_refused(capsys, tmp_path / "runs", ["reproduce", str(path)], f"{path}: not the archive of a run")
    monkeypatch.setattr(archive, "MOST_BYTES", 1000)
    is_refused(capsys, tmp_path / "runs", ["reproduce", str(packed)], "more or larger files")


def test_mistakes_of_pack_are_one_line(capsys, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    is_refused(capsys, Path("runs"), ["pack", str(run.absolute())], "an archive is a file *.zip; got 'runs'")
    is_refused(capsys, tmp_path / "x.tar", ["pack", str(run)], "an archive is a file *.zip")
    is_refused(capsys, tmp_path / "x.zip", ["pack", str(run), "--licence", "CC0"], "did you mean 'CC0-1.0'")
    is_refused(capsys, tmp_path / "x.zip", ["pack", str(tmp_path / "none")], "no such folder")


@pytest.mark.parametrize(
    ("verb", "options"),
    [
        ("pack", ("--out", "a.zip")),
        ("cite", ("--out", "a.bib")),
        ("methods", ("--out", "a.md")),
        ("brief", ("--out", "a.pdf")),
        ("brief", ("--pptx", "a.pptx")),
        ("log", ("--ocel", "a.db")),
        ("export", ("--out", "a")),
        ("export", ("--out", "")),
    ],
)
def test_no_verb_writes_into_a_run_folder(capsys, run, verb, options):
    before = sorted(run.iterdir())
    option, name = options
    assert main([verb, str(run), option, str(run / name)]) == 2
    assert f"{option}: {run / name} would be in a run folder, {run};" in capsys.readouterr().err
    assert sorted(run.iterdir()) == before


@pytest.mark.parametrize("content", [b"", b"\xff", b"\n", b"table,column\na\n", b"a" * 200_000])
def test_a_run_whose_dictionary_is_none_is_refused(capsys, run, tmp_path, content):
    folder = Path(shutil.copytree(run, tmp_path / run.name))
    (folder / "dictionary.csv").write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["dictionary.csv"] = hashlib.sha256(content).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    is_refused(capsys, tmp_path / "x.zip", ["pack", str(folder)], "dictionary.csv: damaged")


def test_an_installed_program_without_a_commit_is_cited_with_the_year_of_its_release():
    about = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    entry = Software.at({"version": about["version"]}).bibtex
    assert f"year = {{{{{about['date-released'].year}}}}}" in entry and "Commit not known" in entry
    assert "year" not in Software.at({"version": "0.0.1"}).bibtex


def test_a_run_and_the_program_are_cited(capsys, run, packed, tmp_path):
    assert main(["cite"]) == 0
    program = capsys.readouterr().out
    assert program.startswith("@software{cargohub_0.") and "Commit" in program
    assert main(["cite", str(run), "--author", "Łukasz O’Neil, 王", "--out", str(tmp_path / "run.bib")]) == 0
    text = (tmp_path / "run.bib").read_text()
    assert text.count("{") == text.count("}")
    for fact in (
        manifest_of(run).hash,
        "seed 1",
        "author = {Łukasz O’Neil, 王}",
        "@dataset{cargohub_run_",
        "@software{",
    ):
        assert fact in text
    with zipfile.ZipFile(packed) as opened:
        opened.extractall(tmp_path)
    for path in (tmp_path / "run").iterdir():
        os.utime(path, (0, 0))  # as some programs unpack and copy
    assert main(["cite", str(tmp_path / "run"), "--author", "Ada Lovelace"]) == 0
    assert f"date = {{{{{finished(run).date()}}}}}" in capsys.readouterr().out.partition("@dataset")[2]
    is_refused(capsys, tmp_path / "x.txt", ["cite"], "entries are a file *.bib")
    assert main(["cite", "--author", "x"]) == 2
