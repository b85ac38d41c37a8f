"""The program that made a run: its version, and the commit of its checkout."""

import json
import os
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
"""The checkout; of an installed package, the folder that it is installed in."""
_PATHS = ("sim", "experiments", "configs")
"""Where a change may change a result."""


@cache
def program() -> dict[str, Any]:
    """`version`; `commit`, null where there is none to ask; `is_modified`: files were changed since that commit."""
    try:
        package = distribution("cargohub")
    except PackageNotFoundError:
        return {"version": "not installed", **_of_checkout()}
    # pip notes here what it was asked to install from, if that was a repository (PEP 610).
    origin = json.loads(package.read_text("direct_url.json") or "{}").get("vcs_info")
    checkout = _of_checkout() if origin is None else {"commit": origin.get("commit_id"), "is_modified": False}
    return {"version": package.version, **checkout}


def _of_checkout() -> dict[str, Any]:
    # An installed package may lie inside the repository of somebody else's project.
    if _git("rev-parse", "--show-toplevel") != str(ROOT):
        return {"commit": None, "is_modified": False}
    changes = _git("status", "--porcelain", "--untracked-files=all", "--", *_PATHS)
    return {"commit": _git("rev-parse", "HEAD"), "is_modified": bool(changes)}


def _git(*words: str) -> str | None:
    """What git answers; None where git, the repository or its first commit is missing."""
    # In a hook, variables name another repository.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-C", str(ROOT), *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, timeout=30)  # noqa: S603 - fixed words
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
