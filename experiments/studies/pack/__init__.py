"""`cargohub pack`: one archive of a stored run, for a repository.

Writes a ZIP file with the run folder's configuration, tables, input files and page, a dictionary of its tables, its
methods (STRESS-DES), a CITATION.cff, a README and the hash of every file. ro-crate-metadata.json describes the archive
for machines (RO-Crate 1.1, Workflow Run Crate 0.5). The licence of the data is CC-BY-4.0 unless --licence names
another; --author says who made the run. `cargohub reproduce FILE.zip` checks the archive and computes the run again.

  cargohub pack RUN --out run.zip
  cargohub pack RUN --out run.zip --licence CC0-1.0 --author 'Ada Lovelace'

Own options: --licence ID, --author NAME.
"""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from experiments.arguments import RUNS, Arguments, check_among
from experiments.beside import yaml_beside
from experiments.formatting import number
from experiments.frame import console
from experiments.frame.recorded import run_and_options
from experiments.frame.written import file_out
from experiments.report.citation import RunCitation
from experiments.report.documents import FILL
from experiments.report.documents.markdown import plain, text_of
from experiments.store import archive
from experiments.store.archive import RUN
from experiments.store.directory import FINISHED, TIMINGS
from experiments.store.files import sha256_of
from experiments.store.foreign import Manifest, check_file, files_in, manifest_of
from experiments.store.foreign_tables import dictionary_of
from experiments.store.own_copy import FOLDER as OF_CODE
from experiments.store.read import MANIFEST, TABLES
from experiments.store.rows import declared_tables
from experiments.store.stored_by import finished
from experiments.store.tables import DICTIONARY_COLUMNS
from experiments.studies.methods.checklists import filled
from experiments.studies.methods.facts import Facts
from experiments.studies.pack import crate
from experiments.studies.pack.crate import METADATA, License, Packed
from sim.errors import InputError
from sim.record.schemas import TABLES as OF_REPLICATIONS

USUAL_LICENSE: Final = "CC-BY-4.0"
_FOLDERS: Final = {"flights": "flights", "values": "values", "rules": "rules", "figures": "figure"}
"""Folders of a run that are packed in addition to the manifest's files, and the descriptions of their files."""
_BESIDE: Final = (MANIFEST, "report.html")
_TEXTS: Final[Mapping[str, Any]] = yaml_beside(__file__, "texts.yaml")


def main(arguments: Arguments) -> int:
    folder, given = run_and_options(arguments, ("licence", "author"), RUNS)
    if (path := file_out(arguments, "an archive is", (archive.SUFFIX,))) is None:
        raise InputError(f"--out: an archive is a file *{archive.SUFFIX}; got none")
    wanted, licenses = given.get("licence", USUAL_LICENSE), _TEXTS["licenses"]
    check_among("--licence", wanted, "none that pack knows", licenses)
    manifest = manifest_of(folder)
    for name in manifest.files:
        check_file(manifest, name)
    facts = Facts.of(manifest)
    command = facts.request.arguments.command
    run = RunCitation.of(manifest, facts.document.title, command, given.get("author"))
    packed = _packed(manifest, facts, run, License(wanted, **licenses[wanted]))
    hashes = {name: sha256_of(content) for name, content in packed.items()}
    archive.write(path, packed, hashes)
    document = {"run_dir": str(folder), "archive": str(path), "files": sorted(packed), "license": wanted}
    notes = [] if run.author != FILL else ["no author: --author NAME says who made the run"]
    return console.report(arguments, document, *notes, f"{number(path.stat().st_size / 2**20)} MiB: {path}")


def _packed(manifest: Manifest, facts: Facts, run: RunCitation, chosen: License) -> dict[str, bytes | Path]:
    """Files of the archive by their names in it."""
    answer = " ".join(map(str, facts.document.opening))
    values = {
        "title": run.title, "version": run.software.version, "verb": manifest.verb, "answer": answer, "run": run.name,
        "hash": run.hash, "command": run.command, "seeds": ", ".join(run.seeds), "date": f"{run.made_on}",
        "commit": facts.values["commit"], "license": chosen.id, "license_url": chosen.url,
        "n_tables": f"{len(manifest.tables)}",
    }  # fmt: skip
    texts = {
        name: _TEXTS[name].format(**values).strip() for name in ("name", "description", "program", "workflow", "action")
    }
    files: dict[str, bytes | Path] = {f"{RUN}/{name}": manifest.folder / name for name in _of_run(manifest)}
    files[f"{RUN}/{TIMINGS}"] = json.dumps({FINISHED: finished(manifest.folder).isoformat()}).encode()
    files["CITATION.cff"] = run.cff(chosen.id).encode()
    files["DICTIONARY.md"] = "\n".join(_dictionary(manifest)).encode()
    files["methods.md"] = text_of(filled(facts, "stress")).encode()
    files["README.md"] = _readme(values | {"description": texts["description"]}, files).encode()
    packed = [Packed(name, sha256_of(files[name]), _size(files[name]), _about(name)) for name in sorted(files)]
    today = f"{dt.datetime.now(dt.UTC).date()}"
    return {**files, METADATA: crate.metadata(manifest, run, texts, packed, chosen, today)}


def _readme(values: Mapping[str, str], files: Mapping[str, bytes | Path]) -> str:
    inputs = [name for name in sorted(files) if crate.is_read(name)]
    listed = [name for name in _TEXTS["files"] if name in files or name == "README.md"]
    rows = "\n".join(f"| `{name}` | {_about(name)} |" for name in (*listed, *inputs))
    code = next((name for name in inputs if name.startswith(f"{RUN}/{OF_CODE}/")), None)
    asked = {each: _TEXTS[each].format(name=code) if code else "" for each in ("trust", "code")}
    return str(_TEXTS["readme"].format(**values, rows=rows, **asked))


def _of_run(manifest: Manifest) -> Iterator[str]:
    """Files listed in the manifest, inputs and page; not files that name the computer or can be drawn again."""
    yield from manifest.files
    for name in files_in(manifest.folder):
        if name in _BESIDE or name.partition("/")[0] in _FOLDERS:
            yield name


def _about(name: str) -> str:
    """Description of a file of the archive."""
    _, _, inside = name.partition(f"{RUN}/")
    if name in _TEXTS["files"]:
        return str(_TEXTS["files"][name])
    table = inside.removeprefix(f"{TABLES}/").removesuffix(".parquet")
    if inside.startswith(f"{TABLES}/"):
        meaning = _meanings().get(table, "")
        return str(_TEXTS["table" if meaning else "table_alone"].format(name=table, meaning=meaning))
    kind = _FOLDERS.get(inside.partition("/")[0])
    return str(_TEXTS[kind] if kind else _TEXTS["workflow"])


def _meanings() -> dict[str, str]:
    return {name: schema.meaning for name, schema in {**OF_REPLICATIONS, **declared_tables()}.items()}


def _size(content: bytes | Path) -> int:
    return content.stat().st_size if isinstance(content, Path) else len(content)


def _dictionary(manifest: Manifest) -> Iterator[str]:
    """The dictionary of columns as a page, with a heading for each table."""
    header = DICTIONARY_COLUMNS[1:]
    yield "# Tables and columns"
    for table, columns in groupby(dictionary_of(manifest), key=lambda row: row[0]):
        yield from ("", f"## {plain(table)}", "", plain(_meanings().get(table, "")), "")
        yield f"| {' | '.join(header)} |\n|{'---|' * len(header)}"
        yield from (f"| {' | '.join(map(plain, row[1:]))} |" for row in columns)
    yield ""
