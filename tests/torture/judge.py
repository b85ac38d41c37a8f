"""The contract of the command line, as far as one command can show that it is broken (docs/reliability.md)."""

from pathlib import Path
from typing import Any

DIFFERS = ("verify", "reproduce", "validate")
"""Verbs that answer with 1, too."""
LONGEST = 1_000
_WHOLE = ("manifest.json", "config.yaml")
"""Without either nothing may be in a run folder but its lock."""


def verdict(case: dict[str, Any], code: int, out: bytes, err: bytes, folder: Path) -> str | None:
    """What is wrong with how a command ended; None: nothing. `folder`: of the runs that it was to make."""
    said = err.decode(errors="replace")
    if "Traceback (most recent call last)" in said or "Exception ignored" in said:
        return f"traceback: {said.strip().splitlines()[-1][:300]}"
    if code == 0 or (code == 1 and case["words"][0] in DIFFERS):
        return None
    number = case.get("signal", (0,))[0]
    if number and code == -number and not err:
        return None  # before the command began, or after it ended: Python had no handler of ours
    if code not in (2, {2: 130, 15: 143}.get(number, 2)):
        return f"exit code {code}: {said[-200:]}"
    if code == 2 and out and "limit" not in case:
        return f"output before the mistake: {out[:100]!r}"
    return _of_text(said) or _of_folder(folder, may_begin="limit" in case or "signal" in case)


def _of_text(said: str) -> str | None:
    *before, line = said.removesuffix("\n").split("\n")
    if before or not said.endswith("\n"):
        return f"{len(before) + 1} lines: {said[:300]!r}"
    if not line.startswith("cargohub: "):
        return f"another line: {line[:200]!r}"
    if not line.isprintable():
        return f"not printable: {line[:200]!r}"
    return f"{len(line)} characters: {line[:100]}" if len(line) > LONGEST else None


def _of_folder(folder: Path, *, may_begin: bool) -> str | None:
    if not folder.exists():
        return None
    runs = [run for run in folder.iterdir() if run.is_dir() and not any((run / name).is_file() for name in _WHOLE)]
    half = [run.name for run in runs if {each.name for each in run.iterdir()} - {".lock"}]
    return None if may_begin and not half else f"something is left: {half or [path.name for path in folder.iterdir()]}"
