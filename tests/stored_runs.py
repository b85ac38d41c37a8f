"""A tiny complete run, and how a stranger would change one and make it look whole again."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from pyarrow import parquet

import sim.trusted
from experiments.main import main
from experiments.store import read_run
from experiments.store.identity import hash_of

TINY = [
    "horizon_days=1",
    "warmup_days=0",
    "service_h=6",
    "exports.service_h=24",
    "demand.parcels_per_flight=4000",
    "demand.net_t_per_flight=3",
    "replications=2",
    "workers=1",
    "--quiet",
]
BARE = ["page=none", "exports=none", "halls.main.packout_posts=0"]
"""With TINY: what is stored and nothing more, in a third of the time."""


def made(root: Path, *words: str) -> Path:
    """A run of the hub, or of what the words say: the verb, then what differs."""
    verb, *differing = words or ("run",)
    assert main([verb, *TINY, *differing, "--out", str(root)]) == 0
    (folder,) = root.iterdir()
    return folder


def tables_of(folder: Path | str) -> dict[str, str]:
    """The hash of each table of a run."""
    files = read_run(folder).manifest["files"]
    return {name: digest for name, digest in files.items() if name.startswith("tables/")}


def configured(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change config.yaml by its values."""
    value = yaml.load((folder / "config.yaml").read_text(), Loader=yaml.CSafeLoader)
    change(value)
    (folder / "config.yaml").write_text(yaml.dump(value, Dumper=yaml.CSafeDumper, sort_keys=False))


def rewritten(folder: Path, table: str, change: Callable[[Any], Any]) -> None:
    path = folder / "tables" / f"{table}.parquet"
    parquet.write_table(change(parquet.read_table(path)), path)


def sealed(folder: Path, change: Callable[[dict[str, Any]], None] = lambda _: None) -> None:
    """Change the manifest, after its hashes were made to fit the files, and its own hash to fit the identity."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    for name in manifest["files"]:
        if (folder / name).is_file():
            manifest["files"][name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    change(manifest)
    manifest["hash"] = hash_of(manifest["identity"])
    path.write_text(json.dumps(manifest))


def forget() -> None:
    """What this process trusts, and has executed."""
    sim.trusted._TRUSTED.clear()
    sim.trusted.executed.cache_clear()
