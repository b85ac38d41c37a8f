"""Command lines that share a process, one after the other: most are refused sooner than a process begins."""

import os
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from torture import child, judge
from torture.cases import Case
from torture.tried import Campaign

AT_ONCE = 20
_CODES = "codes"


def tried(campaign: Campaign, drawn: Sequence[Case]) -> list[str | None]:
    """What is wrong with each; one with which something is wrong is tried once more, in a process of its own."""
    folder = campaign.folder_of({"words": [word for case in drawn for word in case["words"]]})
    before = {path.name for path in folder.iterdir()}
    process = os.fork()
    if process == 0:
        _carry_out(drawn, folder)
    ended = campaign.ended({process: 0.0})
    codes = (folder / _CODES).read_text().split() if (folder / _CODES).exists() else []
    problems: list[str | None] = []
    for at, case in enumerate(drawn):
        if at >= len(codes):
            problems.append("no exit code")
            continue
        out, err = ((folder / f"{name}{at}").read_bytes() for name in ("stdout", "stderr"))
        problems.append(judge.verdict(case["words"], int(codes[at]), out, err, folder / "out"))
    ours = {f"{name}{at}" for at in range(len(drawn)) for name in ("stdout", "stderr")} | {_CODES, child.SEEN}
    seen = (folder / child.SEEN).read_text() if (folder / child.SEEN).exists() else ""
    is_new = bool({path.name for path in folder.iterdir()} - before - ours) or bool(seen) or ended is None
    campaign.leave(folder)
    campaign.points["words"] += len(drawn)
    for at, case in enumerate(drawn):
        if problems[at] is not None or is_new:
            alone = campaign.tried(case, "again")
            problems[at] = alone or (problems[at] and f"together: {problems[at]}")
    return problems


def _carry_out(drawn: Sequence[Case], folder: Path) -> NoReturn:
    from experiments.main import main

    child.enter(folder)
    for at, case in enumerate(drawn):
        for stream, name in ((1, "stdout"), (2, "stderr")):
            child.opened(stream, f"{name}{at}")
        code: Any = 1
        try:
            code = main(case["words"])
        except SystemExit as end:
            code = end.code
        except BaseException:  # noqa: BLE001 - what a process of its own would print
            traceback.print_exc()
        child.flush()
        with Path(_CODES).open("a") as codes:
            codes.write(f"{code}\n")
    os._exit(0)
