"""Machine-readable description of an archive: RO-Crate 1.1 (ro-crate-metadata.json), Workflow Run Crate 0.5.

The configuration of the run is the workflow, the program that follows it an application, and the run an action that
made the tables. Profiles: https://w3id.org/ro/wfrun/workflow/0.5.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final
from urllib.parse import quote

from experiments.report.citation import RunCitation
from experiments.report.documents import FILL
from experiments.store.archive import RUN
from experiments.store.foreign import Manifest
from experiments.store.read import CONFIG
from experiments.store.stored_by import finished

METADATA: Final = "ro-crate-metadata.json"
_CONTEXT: Final = ("https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/terms/workflow-run/context")
_CRATE: Final = "https://w3id.org/ro/crate/1.1"
_WORKFLOW: Final = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
_PROFILES: Final = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    _WORKFLOW: "Workflow RO-Crate",
}
_BIOSCHEMAS: Final = "https://bioschemas.org/profiles/"
_FORMATS: Final = {
    ".cff": "application/yaml", ".csv": "text/csv", ".html": "text/html", ".json": "application/json",
    ".md": "text/markdown", ".parquet": "application/vnd.apache.parquet", ".py": "text/x-python",
    ".svg": "image/svg+xml", ".yaml": "application/yaml",
}  # fmt: skip
_CONFIG: Final = f"{RUN}/{CONFIG}"
_TABLES: Final = f"{RUN}/tables/"
_ACTION, _LANGUAGE, _PROGRAM, _AUTHOR = "#action", "#language", "#cargohub", "#author"
_SEED, _FLIGHTS, _MADE = "#parameter-seed", "#parameter-flights", "#parameter-tables"
Entity = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Packed:
    """A file of the archive: its hash, size and description."""

    name: str
    sha256: str
    n_bytes: int
    about: str


@dataclass(frozen=True, slots=True)
class License:
    id: str
    name: str
    url: str


def metadata(
    manifest: Manifest, run: RunCitation, texts: Mapping[str, str], files: Sequence[Packed], chosen: License, today: str
) -> bytes:
    """Content of ro-crate-metadata.json. `texts`: those of the archive, filled in; `today`: its date."""
    graph = [
        {"@id": METADATA, "@type": "CreativeWork", "about": _to("./"), "conformsTo": [_to(_CRATE), _to(_WORKFLOW)]},
        _root(run, texts, files, chosen, today),
        *(_profile(*profile) for profile in _PROFILES.items()),
        {"@id": chosen.url, "@type": "CreativeWork", "name": chosen.name, "identifier": chosen.url},
        *_program(manifest, run, texts),
        *_parameters(manifest, run),
        *_run(manifest, run, texts, files),
        *(_file(each) for each in files if each.name != _CONFIG),
    ]  # fmt: skip
    if run.author != FILL:
        graph.append({"@id": _AUTHOR, "@type": "Person", "name": run.author})
    document = {"@context": list(_CONTEXT), "@graph": [_compact(entity) for entity in graph]}
    return (json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _profile(url: str, name: str) -> Entity:
    return {"@id": url, "@type": "CreativeWork", "name": name, "version": url.rpartition("/")[2]}


def _root(run: RunCitation, texts: Mapping[str, str], files: Sequence[Packed], chosen: License, today: str) -> Entity:
    parts = [_to_file(each.name) for each in files if not each.name.startswith(_TABLES)]
    return {
        "@id": "./", "@type": "Dataset", "name": texts["name"], "description": texts["description"],
        "datePublished": today, "license": _to(chosen.url), "version": run.hash,
        "conformsTo": [_to(url) for url in _PROFILES], "hasPart": [*parts, _to(_TABLES)],
        "mainEntity": _to(_CONFIG), "mentions": [_to(_ACTION)], **_by(run, "author"),
    }  # fmt: skip


def _program(manifest: Manifest, run: RunCitation, texts: Mapping[str, str]) -> Iterator[Entity]:
    """The program, its components, and the language of its configurations."""
    state, packages = run.software, manifest.environment["packages"]
    release = manifest.environment["python"]
    needs = {f"https://www.python.org/downloads/release/python-{release.replace('.', '')}/": ("Python", release)} | {
        f"pkg:pypi/{name}@{version}": (name, version)
        for name, version in packages.items()
        if name != "cargohub" and version[:1].isdigit()
    }
    commit = {"identifier": f"commit {state.commit}"} if state.commit else {}
    yield {
        "@id": _PROGRAM, "@type": "SoftwareApplication", "name": "cargohub", "description": texts["program"],
        "softwareVersion": state.version, "license": state.license, **commit,
        "softwareRequirements": [_to(url) for url in needs],
    }  # fmt: skip
    for url, (name, version) in needs.items():
        yield {"@id": url, "@type": "SoftwareApplication", "name": name, "softwareVersion": version, "url": url}
    yield {
        "@id": _LANGUAGE,
        "@type": "ComputerLanguage",
        "name": "cargohub configuration (YAML)",
        "version": state.version,
    }


def _parameters(manifest: Manifest, run: RunCitation) -> Iterator[Entity]:
    """Inputs and outputs, each with its value."""
    kind = {"@type": "FormalParameter", "conformsTo": _to(f"{_BIOSCHEMAS}FormalParameter/1.0-RELEASE")}
    seeds = [f"#seed-{seed}" for seed in run.seeds]
    yield {
        "@id": _SEED,
        **kind,
        "name": "seed",
        "additionalType": "Integer",
        "workExample": [_to(seed) for seed in seeds],
    }
    for name, seed in zip(seeds, run.seeds, strict=True):
        yield {"@id": name, "@type": "PropertyValue", "name": "seed", "value": seed, "exampleOfWork": _to(_SEED)}
    if manifest.identity["inputs"]:
        yield {"@id": _FLIGHTS, **kind, "name": "flights", "additionalType": "File"}
    yield {"@id": _MADE, **kind, "name": "tables", "additionalType": "Dataset", "workExample": _to(_TABLES)}


def _run(manifest: Manifest, run: RunCitation, texts: Mapping[str, str], files: Sequence[Packed]) -> Iterator[Entity]:
    """The action, and the folder of its tables."""
    tables = [_to_file(each.name) for each in files if each.name.startswith(_TABLES)]
    read = [_to_file(each.name) for each in files if is_read(each.name)]
    yield {
        "@id": _ACTION, "@type": "CreateAction", "name": texts["action"], "description": run.command,
        "instrument": _to(_CONFIG), "object": [*(_to(f"#seed-{seed}") for seed in run.seeds), *read],
        "result": _to(_TABLES), "endTime": finished(manifest.folder).isoformat(),
        "actionStatus": "http://schema.org/CompletedActionStatus", **_by(run, "agent"),
    }  # fmt: skip
    yield {
        "@id": _TABLES, "@type": "Dataset", "name": "Tables of the run", "description": texts["description"],
        "hasPart": tables, "exampleOfWork": _to(_MADE),
    }  # fmt: skip
    config = next(each for each in files if each.name == _CONFIG)
    inputs = [_SEED, *([_FLIGHTS] if manifest.identity["inputs"] else [])]
    yield {
        **_file(config), "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"], "name": texts["workflow"],
        "programmingLanguage": _to(_LANGUAGE), "version": run.hash,
        "conformsTo": _to(f"{_BIOSCHEMAS}ComputationalWorkflow/1.0-RELEASE"),
        "input": [_to(name) for name in inputs], "output": _to(_MADE),
        "runtimePlatform": f"cargohub {run.software.version}",
    }  # fmt: skip


def is_read(name: str) -> bool:
    """Whether the run read a file of the archive: flights, measured values, functions."""
    return name.startswith((f"{RUN}/flights/", f"{RUN}/values/", f"{RUN}/rules/"))


def _file(packed: Packed) -> Entity:
    more = {"exampleOfWork": _to(_FLIGHTS)} if packed.name.startswith(f"{RUN}/flights/") else {}
    about = {"about": _to("./")} if packed.name == "README.md" else {}
    return {
        "@id": quote(packed.name), "@type": "File", "name": PurePosixPath(packed.name).name,
        "description": packed.about, "encodingFormat": _format(packed.name), "contentSize": str(packed.n_bytes),
        "sha256": packed.sha256, **more, **about,
    }  # fmt: skip


def _format(name: str) -> str:
    return _FORMATS.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")


def _by(run: RunCitation, role: str) -> Entity:
    return {} if run.author == FILL else {role: _to(_AUTHOR)}


def _to(name: str) -> Entity:
    return {"@id": name}


def _to_file(name: str) -> Entity:
    return {"@id": quote(name)}


def _compact(entity: Entity) -> Entity:
    """A list of one entry becomes that entry, as in compact JSON-LD."""
    return {
        key: value[0] if isinstance(value, list) and len(value) == 1 else value
        for key, value in entity.items()
        if value not in ([], "")
    }
