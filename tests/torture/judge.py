"""The contract of the command line, as far as one command can show that it is broken (docs/reliability.md)."""

from pathlib import Path
from typing import Any

DIFFERS = ("verify", "reproduce", "validate")
"""Verbs that answer with 1, too."""
LONGEST = 1_000


def verdict(case: dict[str, Any], code: int, out: bytes, err: bytes, folder: Path) -> str | None:
    """What is wrong with how a command ended; None: nothing."""
    said = err.decode(errors="replace")
    if "Traceback (most recent call last)" in said or "Exception ignored" in said:
        return f"traceback: {said.strip().splitlines()[-1][:300]}"
    if code == 0 or (code == 1 and case["words"][0] in DIFFERS):
        return None
    interrupted = {2: 130, 15: 143}.get(case.get("signal", (0,))[0], 2)
    if code not in (2, interrupted):
        return f"exit code {code}: {said[-200:]}"
    *before, line = said.removesuffix("\n").split("\n")
    if before or not said.endswith("\n"):
        return f"{len(before) + 1} lines: {said[:300]!r}"
    if not line.startswith("cargohub: "):
        return f"another line: {line[:200]!r}"
    if not line.isprintable():
        return f"not printable: {line[:200]!r}"
    if len(line) > LONGEST:
        return f"{len(line)} characters: {line[:100]}"
    if code == 2 and out and "limit" not in case:
        return f"output before the mistake: {out[:100]!r}"
    whole = ("manifest.json", "config.yaml")
    runs = [run for run in folder.glob("*") if run.name.startswith("run-")] if folder.is_dir() else []
    half = [run.name for run in runs if not any((run / name).is_file() for name in whole)]
    if half or (code == 2 and folder.exists() and not case.get("limit") and not case.get("signal")):
        return f"something is left: {half or sorted(path.name for path in folder.glob('*'))[:5]}"
    return None
