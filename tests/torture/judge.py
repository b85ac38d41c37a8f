"""The contract of the command line, as far as one command can show that it is broken (docs/reliability.md)."""

import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

DIFFERS = ("verify", "reproduce")
"""Verbs that answer with 1, too."""
LONGEST = 1_000
_WHOLE = ("manifest.json", "config.yaml")
"""Without either nothing may be in a run folder but its lock."""
_RUN = re.compile(r"-[0-9a-f]{12}$")
"""The end of a run folder's name."""
_SILENT = {"reader": 141}
_ENDED = {2: 130, 15: 143}


def verdict(
    words: Sequence[str], code: int, out: bytes, err: bytes, folder: Path, trouble: Sequence[Any] = ()
) -> str | None:
    """What is wrong with how a command ended; None: nothing. `folder`: of the runs that it was to make."""
    errors = err.decode(errors="replace")
    if "Traceback (most recent call last)" in errors or "Exception ignored" in errors:
        return f"traceback: {errors.strip().splitlines()[-1][:300]}"
    if code == 0 or (code == 1 and words and words[0] in DIFFERS):
        return None
    kind, number = (trouble[0], trouble[1] if len(trouble) > 1 else 0) if trouble else ("", 0)
    if kind == "ended":
        kind, number = "signal", 15
    if kind == "signal" and code == -number and (number == 9 or not err):
        return None  # before the command began, or after it ended: Python had no handler of ours
    if code == _SILENT.get(kind, 0):
        return None
    if code not in (2, _ENDED.get(number, 2) if kind == "signal" else 2):
        return f"exit code {code}: {errors[-200:]}"
    if code == 2 and out and not trouble:
        return f"output before the mistake: {out[:100]!r}"
    if kind == "closed" and 2 in trouble[1:]:
        return None  # nothing can be said
    shows_code = words[:1] == ["reproduce"]
    return _of_text(errors, has_progress=bool(trouble) or shows_code) or _of_folder(folder, may_begin=bool(trouble))


def _of_text(errors: str, *, has_progress: bool) -> str | None:
    *before, line = errors.removesuffix("\n").split("\n")
    if (before and not has_progress) or not errors.endswith("\n"):
        return f"{len(before) + 1} lines: {errors[:300]!r}"
    if not line.startswith("cargohub: "):
        return f"another line: {line[:200]!r}"
    if not line.isprintable():
        return f"not printable: {line[:200]!r}"
    return f"{len(line)} characters: {line[:100]}" if len(line) > LONGEST else None


def _of_folder(folder: Path, *, may_begin: bool) -> str | None:
    if not folder.is_dir():
        return None
    runs = [
        run
        for run in folder.iterdir()
        if _RUN.search(run.name) and run.is_dir() and not any((run / name).is_file() for name in _WHOLE)
    ]
    half = [run.name for run in runs if any(not each.name.startswith(".") for each in run.iterdir())]
    return None if may_begin and not half else f"something is left: {half or [path.name for path in folder.iterdir()]}"


def of_code(words: Sequence[str], folder: Path, seen: str) -> str | None:
    """Whether something was executed, or another machine asked, that nobody had named."""
    is_trusted = "--trust-code" in words or any(".py" in word for word in words)
    lines = [line for line in seen.splitlines() if not (is_trusted and line.startswith("executes"))]
    if lines:
        return f"watched: {lines[0]}"
    is_executed = (folder / "executed").exists() and not is_trusted
    return "watched: code of the case was executed" if is_executed else None


def of_files(before: Collection[str], after: Collection[str], code: int) -> str | None:
    """A command that refused has written nothing."""
    new = sorted(set(after) - set(before)) if code == 2 else []
    return f"written, and refused: {', '.join(new)[:300]}" if new else None
