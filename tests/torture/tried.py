"""A case on copies of the good files: attempts, and what is left when all has gone well in the end."""

import hashlib
import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torture import child, ground, judge, processes, shim
from torture.cases import Case

from experiments.store.files import UNFINISHED

_AT_MOST_S = 1.0
_LEAVES_S = 10
"""For processes that a command has left, until they have ended."""
_OURS = ("stdout", "stderr", "stdout-twin", "stderr-twin", child.SEEN, "executed")
_CACHE = "cache"
"""Of a case that has one (child.py)."""


@dataclass(frozen=True, slots=True)
class Whole:
    """What a command comes to that nothing disturbs: files that are the same each time, its time, its calls."""

    files: dict[str, str]
    names: frozenset[str]
    before: dict[str, str]
    processor_s: float
    calls: dict[str, int]


class Campaign:
    """Cases below `root`, where `good` is; with a plan for what the shim does."""

    def __init__(self, root: Path, plan: shim.Plan | None) -> None:
        self.root, self.plan, self.n = root, plan, 0
        self.points: Counter[str] = Counter()
        self.others: list[int] = []
        """Processes that stay: a server."""
        self._whole: dict[str, Whole] = {}
        self._codes_then: list[int] = []

    def tried(self, case: Case, kind: str) -> str | None:
        """What is wrong with how it ended; None: nothing."""
        whole = self.whole_of(case) if case.get("troubles") else None
        if isinstance(whole, str):
            return f"undisturbed: {whole}"
        folder = self.folder_of(case)
        problem, is_done = None, False
        for trouble in case.get("troubles", ()):
            assert whole is not None
            problem = problem or self._attempt(case, folder, trouble, whole, kind)
            is_done = is_done or self._codes_then[:1] == [0]
            problem = problem or _half(folder, whole)
        if whole is None:
            self.points[kind] += 1
            ended = ["ended", case["most_s"]] if "most_s" in case else []
            problem = self._ended(case["words"], folder, ended)
        elif problem is None:
            problem = self.in_the_end(case, folder, whole, is_done=is_done)
        self.leave(folder)
        return problem

    def simpler(self, case: Case, problem: str) -> Case:
        """With fewer words and less damage, as long as the same is wrong."""
        kind = problem.partition(":")[0]
        for name in ("words", "damage"):
            at = len(case.get(name, ())) - 1
            while at >= (1 if name == "words" else 0):
                fewer = {**case, name: case[name][:at] + case[name][at + 1 :]}
                if (self.tried(fewer, "simpler") or "").partition(":")[0] == kind:
                    case = fewer
                at -= 1
        return case

    def leave(self, folder: Path) -> None:
        """It is not needed any more."""
        shutil.rmtree(folder, ignore_errors=True)

    def folder_of(self, case: Case) -> Path:
        self.n += 1
        folder = self.root / f"{self.n}"
        folder.mkdir()
        ground.copied(self.root / "good", case, folder)
        return folder

    def whole_of(self, case: Case) -> Whole | str:
        """What the command comes to undisturbed; a text: what is wrong with that."""
        key = "\0".join(case["words"])
        if key not in self._whole:
            found, before = [], {}
            for _ in range(2):
                folder = self.folder_of({"words": case["words"]})
                before = _files(folder)
                if self.plan is not None:
                    self.plan.clear()
                begin = processes.processor_s()
                problem = self._ended(case["words"], folder, must_work=True)
                if problem is not None:
                    return problem
                calls = {} if self.plan is None else self.plan.counted()
                found.append((_files(folder), processes.processor_s() - begin, calls))
                shutil.rmtree(folder)
            (first, seconds, calls), (second, *_) = found
            same = {name: digest for name, digest in first.items() if second.get(name) == digest}
            self._whole[key] = Whole(same, frozenset(first), before, seconds, calls)
        return self._whole[key]

    def _attempt(self, case: Case, folder: Path, trouble: Sequence[Any], whole: Whole, kind: str) -> str | None:
        name, *given = trouble
        if name == "disk":
            error, sort, share, *rest = given
            trouble = [name, error, sort, int(share * whole.calls[sort]), *rest]
        elif name in ("threads", "clock"):
            trouble = [name, int(given[0] * whole.calls[name]), *given[1:]]
        elif name == "cache" and (problem := self._with_cache(case, folder, given)) is not None:
            return f"undisturbed: {problem}"
        if self.plan is not None:
            self.plan.clear()
        problem = self._ended(case["words"], folder, trouble, whole, must_work=name == "cache")
        is_hit = self.plan is None or name not in ("disk", "threads", "clock") or self.plan.hits
        self.points[kind] += bool(is_hit)
        return None if problem is None else f"{problem} [{name}]"

    def _with_cache(self, case: Case, folder: Path, damage: Sequence[Sequence[Any]]) -> str | None:
        """Give the folder what the command keeps of its replications, spoilt."""
        elsewhere = self.folder_of({"words": case["words"]})
        (elsewhere / _CACHE).mkdir()
        problem = self._ended(case["words"], elsewhere, must_work=True)
        if problem is None:
            (elsewhere / _CACHE).rename(folder / _CACHE)
            kept = [name for name in sorted(ground.names_in(folder)) if name.startswith(f"{_CACHE}/")]

            def named(how: str, number: int, *rest: Any) -> list[Any]:
                others = [Path(kept[other % len(kept)]).name for other in rest] if how == "swap" else rest
                return [how, kept[number % len(kept)], *others]

            ground.spoil(folder, [named(*each) for each in damage])
        self.leave(elsewhere)
        return problem

    def in_the_end(self, case: Case, folder: Path, whole: Whole, *, is_done: bool) -> str | None:
        """What is wrong with the same command without trouble, and with what it has written."""
        if self.plan is not None:
            self.plan.clear()
        # Some commands overwrite nothing: once they have got through, they refuse.
        problem = None if is_done else self._ended(case["words"], folder, must_work=True)
        if problem is not None:
            return f"again: {problem}"
        files = _files(folder)
        for name, digest in whole.files.items():
            if files.get(name) != digest:
                return f"again: {name} is {'another' if name in files else 'not there'}"
        # A command that had got through, and was killed when it was repeated, has not removed what it had begun.
        left = sorted(set(files) - whole.names - {name for name in files if is_done and name.endswith(UNFINISHED)})
        return f"again: left: {', '.join(left)[:300]}" if left else None

    def _ended(
        self, words: Sequence[str], folder: Path, trouble: Sequence[Any] = (), whole: Whole | None = None,
        *, must_work: bool = False,
    ) -> str | None:  # fmt: skip
        name = trouble[0] if trouble else ""
        before = None if must_work or name not in ("", "ended") else ground.names_in(folder)
        codes = self._codes(words, folder, trouble, whole)
        self._codes_then = [] if codes is None else sorted(codes.values())
        if codes is None:
            return "hang"
        if processes.has_children(time.monotonic() + _LEAVES_S, self.others):
            for process in codes:
                with suppress(ProcessLookupError):
                    os.killpg(process, signal.SIGKILL)
            return "a process is left"
        for code, streams in zip(codes.values(), ("", "-twin"), strict=False):
            problem = self._judged(words, folder, trouble, code, streams)
            if problem is not None:
                return problem
        code = min(codes.values())
        if must_work or name == "twin":
            is_well = code == 0 or (words[0] in judge.DIFFERS and code == 1)
            return None if is_well else f"exit code {code}: {(folder / 'stderr').read_text(errors='replace')[-300:]}"
        return None if before is None else judge.of_files(before, ground.names_in(folder) - {*_OURS}, code)

    def _codes(
        self, words: Sequence[str], folder: Path, trouble: Sequence[Any], whole: Whole | None
    ) -> dict[int, int] | None:
        """The exit codes of the command and its twin, by process; None: it did not end."""
        first = self.begun(words, folder, trouble)
        running: dict[int, float | None] = {first: _when_s(trouble, whole)}

        def act(process: int) -> None:
            if trouble[0] == "twin":
                running[self.begun(words, folder, (), streams="-twin")] = None
            else:
                _kill(process, trouble)

        return self.ended(running, act)

    def ended(
        self, running: dict[int, float | None], act: Callable[[int], None] = lambda _: None
    ) -> dict[int, int] | None:
        """The exit codes of processes; when one has had so much processor time there is something to do."""
        codes: dict[int, int] = {}
        idle = processes.Idle()
        while running.keys() - codes.keys():
            wait_s = _AT_MOST_S
            for process in running.keys() - codes.keys():
                done, status = os.waitpid(process, os.WNOHANG)
                if done:
                    codes[process] = os.waitstatus_to_exitcode(status)
                elif (at_s := running[process]) is not None:
                    if (left_s := at_s - processes.used_s(process)) <= 0:
                        running[process] = None
                        act(process)
                    wait_s = max(0.0005, min(wait_s, left_s / 2))
            left = running.keys() - codes.keys()
            if left and idle.is_hang(left):
                for process in left:
                    os.killpg(process, signal.SIGKILL)
                    os.waitpid(process, 0)
                return None
            if left:
                processes.wait(left, wait_s)
        return {process: codes[process] for process in sorted(codes)}

    def _judged(
        self, words: Sequence[str], folder: Path, trouble: Sequence[Any], code: int, streams: str
    ) -> str | None:
        files = [folder / f"{name}{streams}" for name in ("stdout", "stderr")]
        out, err = (file.read_bytes() if file.exists() else b"" for file in files)  # killed before it had them
        seen = folder / child.SEEN
        connections = seen.read_text() if seen.exists() else ""
        if shim.left_this_machine():
            connections += "a connection leaves this machine"
        problem = judge.of_code(words, folder, connections)
        return problem or judge.verdict(words, code, out, err, folder / "out", trouble)

    def begun(self, words: Sequence[str], folder: Path, trouble: Sequence[Any], *, streams: str = "") -> int:
        words = ground.words_in(folder, words)
        process = os.fork()
        if process == 0:
            child.run(words, folder, trouble, self.plan, streams=streams)
        return process


def _when_s(trouble: Sequence[Any], whole: Whole | None) -> float | None:
    """After which processor time of the command something is done from outside."""
    if not trouble or trouble[0] not in ("signal", "worker", "ended", "twin"):
        return None
    share = float(trouble[-1])
    return share * whole.processor_s if whole is not None else share


def _kill(process: int, trouble: Sequence[Any]) -> None:
    if trouble[0] != "worker":
        os.kill(process, trouble[1] if trouble[0] == "signal" else signal.SIGTERM)
        return
    for each in processes.below(process):
        with suppress(OSError):
            command = Path(f"/proc/{each}/cmdline").read_bytes()
            if b"loky" in command and b"resource_tracker" not in command:
                os.kill(each, signal.SIGKILL)
                return


def _files(folder: Path) -> dict[str, str]:
    found = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        is_it = name not in _OURS and path.name != ".lock" and not name.startswith(f"{_CACHE}/")
        if is_it and path.is_file() and not path.is_symlink():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def _half(folder: Path, whole: Whole) -> str | None:
    """A file that bears its final name is whole: as it was before, or as it is in the end."""
    files = _files(folder)
    half = [
        name for name in whole.files if name in files and files[name] not in (whole.files[name], whole.before.get(name))
    ]
    return f"half: {', '.join(half)[:200]}" if half else None
