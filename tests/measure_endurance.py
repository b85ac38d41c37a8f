"""How long runs and the page last: the figures of docs/reliability.md, section Endurance, `make endure`.

`runs`: 1,000 replications of a small hub, interrupted and resumed ten times, beside the same without an interrupt.
`page`: so many minutes of polling in real time, over a folder of a thousand runs.
`year`: a year at 100,000 m² with everything on, which takes minutes of processor time.
"""

import argparse
import json
import resource
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from http.cookiejar import CookieJar
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

COMMAND = (sys.executable, "-m", "experiments.main")
SMALL = ("demand.flights_per_day=1", "demand.parcels_per_flight=1000", "demand.net_t_per_flight=1", "horizon_days=1",
         "warmup_days=0", "service_h=6", "exports=none", "margin=none", "page=none", "cache_mb=0",
         "workers=1")  # fmt: skip
YEAR = ("scenario=liege_100k", "demand=permit", "exposure=ledger", "trade=goods", "horizon_days=357", "replications=1",
        "workers=1", "cache_mb=0", "margin=none")  # fmt: skip
POLL_S = 2
"""A running run's page asks so often."""
LOOKS = ("runs", "runs?page=7", "run/{complete}", "plan")
"""What somebody opens in between."""


def say(**figures: Any) -> None:
    """One line."""
    sys.stdout.write(f"{json.dumps(figures)}\n")
    sys.stdout.flush()


def begun(*words: str, **options: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **options)


def memory_mb(pid: int, which: str = "VmHWM") -> float:
    """Of a process so far, at most (VmHWM) or now (VmRSS); 0 when it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(which)), 0.0)


def _n_in(folder: str) -> int:
    return sum(1 for _ in Path(folder).iterdir())


def n_done(folder: Path) -> int:
    return sum(path.read_bytes().count(b"\n") - 1 for path in folder.glob("*/replications.jsonl"))


def watched(process: subprocess.Popen[bytes], until: Callable[[], bool]) -> float:
    """Wait until that holds or the process has ended; its largest memory."""
    peak = 0.0
    while process.poll() is None and not until():
        peak = max(peak, memory_mb(process.pid))
        time.sleep(0.2)
    return peak


def tables(folder: Path) -> dict[str, bytes]:
    (run,) = folder.iterdir()
    return {path.name: path.read_bytes() for path in sorted((run / "tables").iterdir())}


def runs(root: Path, n: int, cuts: int) -> None:
    """So many replications, cut so often."""
    words = ("run", *SMALL, f"replications={n}", "--quiet")
    whole = begun(*words, "--out", str(root / "whole"))
    peak = watched(whole, lambda: False)
    say(runs=n, cuts=0, code=whole.wait(), peak_mb=round(peak))
    peaks, most_files = [], 0
    for cut in range(1, cuts + 1):
        run = begun(*words, "--out", str(root / "cut"))
        most = cut * n // (cuts + 1)
        peaks.append(round(watched(run, lambda most=most: n_done(root / "cut") >= most)))  # type: ignore[misc]
        run.send_signal(signal.SIGTERM)  # a shell in the background has SIGINT ignored
        code = run.wait()
        most_files = max(most_files, sum(1 for _ in (root / "cut").rglob("*")))
        say(cut=cut, code=code, done=n_done(root / "cut"), peak_mb=peaks[-1])
    (folder,) = (root / "cut").iterdir()
    last = begun("resume", str(folder), "workers=1", "--quiet")
    peaks.append(round(watched(last, lambda: False)))
    is_same = last.wait() == 0 and tables(root / "cut") == tables(root / "whole")
    left = sum(1 for _ in folder.rglob("*"))
    say(runs=n, cuts=cuts, is_same=is_same, peaks_mb=peaks, most_files=most_files, files_left=left)


def page(root: Path, n: int, minutes: float) -> None:
    """A server over so many runs."""
    assert begun("run", *SMALL, "replications=2", "--quiet", "--out", str(root)).wait() == 0
    (run,) = root.glob("run-*")
    for number in range(n - 1):
        shutil.copytree(run, root / f"{run.name[:-6]}{number:06}")
    half = root / f"{run.name[:-6]}halfway"
    shutil.copytree(run, half)
    (half / "manifest.json").unlink()
    server = begun("page", "--port", "0", "--no-browser", "--out", str(root))
    assert server.stdout
    address = server.stdout.readline().decode().strip()
    base, _, token = address.partition("?token=")
    asking = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def ask(path: str) -> None:
        with asking.open(f"{base}{path}", timeout=120) as answer:
            answer.read()

    def figures(n_asked: int) -> dict[str, Any]:
        return {"asked": n_asked, "mb": round(memory_mb(server.pid, "VmRSS")),
                "descriptors": _n_in(f"/proc/{server.pid}/fd"),
                "threads": _n_in(f"/proc/{server.pid}/task")}  # fmt: skip

    ask(f"?token={token}")
    began, n_files = time.monotonic(), len(list(root.rglob("*")))
    polls = round(60 * minutes / POLL_S)
    for number in range(1, polls + 1):
        time.sleep(max(0, began + POLL_S * number - time.monotonic()))
        ask(f"run/{half.name}")
        if number % 20 == 0:
            ask(LOOKS[number // 20 % len(LOOKS)].format(complete=run.name, running=half.name))
        if number % 200 == 0 or number == 20:
            say(page=n, **figures(number))
    say(page=n, wall_s=round(time.monotonic() - began), **figures(polls))
    server.send_signal(signal.SIGTERM)
    say(page=n, code=server.wait(timeout=60), files_left=len(list(root.rglob("*"))) - n_files)


def year(root: Path) -> None:
    """One replication."""
    run = begun("run", *YEAR, "--quiet", "--out", str(root))
    peak = watched(run, lambda: False)
    code, used = run.wait(), resource.getrusage(resource.RUSAGE_CHILDREN)
    sizes = {path: path.stat().st_size for path in root.rglob("*") if path.is_file()}
    page_mb = sum(size for path, size in sizes.items() if path.suffix == ".html") / 1e6
    say(year=code, cpu_s=round(used.ru_utime + used.ru_stime), peak_mb=round(max(peak, used.ru_maxrss / 1024)),
        page_mb=round(page_mb, 1), files=len(sizes), files_mb=round(sum(sizes.values()) / 1e6))  # fmt: skip


def main() -> None:
    """The kinds that are named, or all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kinds", nargs="*", default=["runs", "page", "year"])
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--cuts", type=int, default=10)
    parser.add_argument("--folders", type=int, default=1_000)
    parser.add_argument("--minutes", type=float, default=60.0)
    asked = parser.parse_args()
    for kind in asked.kinds:
        with TemporaryDirectory(prefix="cargohub-endure-") as folder:
            if kind == "runs":
                runs(Path(folder), asked.runs, asked.cuts)
            elif kind == "page":
                page(Path(folder), asked.folders, asked.minutes)
            else:
                year(Path(folder))


if __name__ == "__main__":
    main()
