import errno
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import distributed
import numpy as np
import pytest
from kill_points import asked, computed, tables
from mistakes import refused
from small_runs import KEYS, SCHEMAS, content, opened, part_of, run_all

from experiments.main import main
from experiments.store import RunDirectory, kpis_of, parts
from experiments.store.workbook import write_workbook
from sim.errors import CargohubError

KILLS = """
import sys
sys.path[:0] = sys.argv[3:]
import os
from pathlib import Path
import small_runs
os.fsync = os.fstat  # what a killed process has written is there

step, whole = 1, False
while not whole:
    root = Path(sys.argv[1]) / str(step)
    whole = small_runs.killed_at(root, step)
    step += int(sys.argv[2])
print(step)
"""


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_a_kill_at_any_step_towards_the_disk_costs_nothing_but_time(tmp_path, every):
    # A process of its own: forking wants one without threads.
    ran = subprocess.run(
        [sys.executable, "-c", KILLS, str(tmp_path / "killed"), str(every), str(Path(__file__).parent), *sys.path],
        check=True,
        capture_output=True,
        text=True,
    )
    assert int(ran.stdout) > 30
    expected = content(run_all(tmp_path / "whole", KEYS[:3]))
    for root in (tmp_path / "killed").iterdir():
        for manifest in root.glob("*/manifest.json"):
            assert len(kpis_of(manifest.parent)) == 3
        assert content(run_all(root, KEYS[:3])) == expected, f"killed at step {root.name}"


SLOW = """
import sys, time
from contextlib import closing
sys.path[:0] = sys.argv[2:]
import small_runs
from experiments.execution import opened

def slow(key):
    time.sleep(0.05)
    return small_runs.part_of(key)

if __name__ == "__main__":
    with small_runs.opened(sys.argv[1]) as directory:
        there = directory.finished()
        todo = [(key, slow, (key,)) for key in small_runs.KEYS if key not in there]
        with opened(None, 2) as pool, closing(pool.run(todo, is_quiet=True)) as results:
            for key, part in results:
                directory.keep(key, part)
        if not directory.is_complete:
            directory.complete(small_runs.SCHEMAS)
"""


@pytest.mark.slow  # below, a study with workers is killed at a random moment, whatever the flag
@pytest.mark.parametrize("seed", range(3))
def test_a_kill_at_a_random_moment_of_a_parallel_run_costs_nothing_but_time(tmp_path, seed):
    script = tmp_path / "slow.py"
    script.write_text(SLOW)
    command = [sys.executable, str(script), str(tmp_path / "a"), str(Path(__file__).parent), *sys.path]
    rng = np.random.default_rng(seed)
    running = subprocess.Popen(command)
    end = time.monotonic() + 20
    while not (tmp_path / "a").exists() and time.monotonic() < end:
        time.sleep(0.01)
    time.sleep(rng.uniform(0.0, 0.6))
    running.kill()
    running.wait()
    # An orphaned worker writes nothing: the next command can start at once.
    subprocess.run(command, check=True)
    with opened(tmp_path / "a") as again, opened(tmp_path / "b") as whole:
        for key in KEYS:
            whole.keep(key, part_of(key))
        whole.complete(SCHEMAS)
        assert again.is_complete
    assert content(again.path) == content(whole.path)
    assert json.loads((again.path / "timings.json").read_text())["replications"]


FEW = ("local", 1, 1)
"""With `make test`: a run and a worker. A killed worker of Dask is in test_execution.py, a lost scheduler below."""
OWN = {"backend": "dask", "address": None, "patience_s": 20}
MODES = (
    # where, and how many runs and workers are killed with `make test-slow`
    ("local", 50, 40),
    ("own dask", 20, 20),
    ("dask", 40, 40),
)


@contextmanager
def dask_cluster(folder, path):
    """The address of a Dask scheduler with two workers on this machine, the workers' parent process, and its own."""
    folder.mkdir(exist_ok=True)
    scheduler_file = folder / "scheduler.json"
    common = ["--scheduler-file", str(scheduler_file), "--no-dashboard"]
    beginning = {"cwd": folder, "stderr": subprocess.DEVNULL, "env": {**os.environ, "PYTHONPATH": path}}
    scheduler = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", *common],
        **beginning,
    )
    end = time.monotonic() + 60
    while not scheduler_file.exists():
        assert time.monotonic() < end, "no scheduler"
        time.sleep(0.1)
    workers = subprocess.Popen(
        [
            *(sys.executable, "-m", "distributed.cli.dask_worker", "--nworkers", "2", "--nthreads", "1"),
            *("--host", "127.0.0.1", "--local-directory", str(folder), *common),
        ],
        **beginning,
    )
    yield json.loads(scheduler_file.read_text())["address"], workers.pid, scheduler.pid
    for process in (workers, scheduler):
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def dask_threads(folder):
    """The address of a Dask scheduler with a worker in this process, and what ends the scheduler."""
    at = {"protocol": "tcp", "host": "127.0.0.1", "dashboard_address": "127.0.0.1:0", "local_directory": str(folder)}
    with distributed.LocalCluster(1, processes=False, threads_per_worker=1, **at) as cluster:
        yield cluster.scheduler_address, cluster.close


@contextmanager
def place_of(where, folder):
    """Where tasks are done, and the parent process of workers if it is not the run."""
    if where == "dask":
        with dask_cluster(folder, ":".join(sys.path)) as (address, parent, _):
            yield {**OWN, "address": address}, parent
    else:
        yield OWN if where == "own dask" else None, None


@pytest.mark.parametrize("mode", [FEW, *(pytest.param(mode, marks=pytest.mark.slow) for mode in MODES)])
def test_a_study_killed_at_random_moments_ends_as_if_undisturbed(tmp_path, mode):
    where, *kills = mode
    with place_of(where, tmp_path / "place") as place:
        asked_for = json.dumps([str(tmp_path / "runs"), *kills, *place])
        done = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("kill_points.py")), asked_for],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": ":".join(sys.path), "OMP_NUM_THREADS": "1"},
        )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == sum(kills)


@contextmanager
def dask_processes(folder):
    with dask_cluster(folder, ":".join(sys.path)) as (address, _, scheduler):
        yield address, lambda: os.kill(scheduler, signal.SIGKILL)


@pytest.mark.parametrize(
    ("started", "after"),
    [(dask_threads, 2), *(pytest.param(dask_processes, n, marks=pytest.mark.slow) for n in range(1, 4))],
)
def test_a_lost_scheduler_is_one_line_and_resume_goes_on(tmp_path, monkeypatch, capsys, started, after):
    words = ["run", *SHORT[:-2], *PERIOD, "replications=4", "workers=1", "page=none", "--quiet"]
    assert main([*words, "--out", str(tmp_path / "whole")]) == 0
    kept, keep = [], parts.keep
    with monkeypatch.context() as patched, started(tmp_path / "dask") as (address, kill):

        def counted(*arguments):
            kept.append(keep(*arguments))
            if len(kept) == after:
                kill()
            return kept[-1]

        patched.setattr(parts, "keep", counted)
        capsys.readouterr()
        at = ["execution=dask", f"execution.address={address}"]
        assert main([*words, *at, "--out", str(tmp_path / "lost")]) == 2
    (folder,), (whole,) = (tmp_path / "lost").iterdir(), (tmp_path / "whole").iterdir()
    captured = capsys.readouterr()
    no_worker_yet, _, last = captured.err.rpartition(
        "cargohub: execution: the scheduler is lost; finished parts are kept"
    )
    assert captured.out == "" and last.count("\n") == 1 and no_worker_yet.count("\n") <= 1
    assert len(kept) >= after and (folder / "replications.jsonl").read_bytes().count(b"\n") == 1 + len(kept)
    assert main(["resume", str(folder), "--quiet"]) == 0
    assert tables(folder) == tables(whole)


def test_there_are_as_many_kills_as_promised():
    assert sum(n_runs + n_workers for _, n_runs, n_workers in MODES) >= 200


class FullDisk:
    """A disk with room for so many bytes, below everything that the store writes through `os` and Python's files.

    A quota or a mount needs rights that a test does not have, and the limit on a file's size gives another error.
    """

    def __init__(self, monkeypatch, room):
        self.room = room
        write, fsync = os.write, os.fsync

        def limited(descriptor, content):
            self.take(len(content))
            return write(descriptor, content)

        def settled(descriptor):
            # What a library wrote by itself is counted when it is to be on the disk.
            if not os.path.isdir(f"/proc/self/fd/{descriptor}"):  # noqa: PTH112 - a descriptor
                self.take(os.fstat(descriptor).st_size)
            return fsync(descriptor)

        monkeypatch.setattr(os, "write", limited)
        monkeypatch.setattr(os, "fsync", settled)

    def take(self, n_bytes):
        self.room -= n_bytes
        if self.room < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "runs/a file")


PERIOD = ("horizon_days=1", "warmup_days=0", "service_h=6")
SHORT = ("exports=none", "halls.main.packout_posts=0", "demand.flights_per_day=1", "demand.parcels_per_flight=1000",
         "demand.net_t_per_flight=1", "replications=3", "workers=1")  # fmt: skip


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    points, keys = asked((*SHORT, *PERIOD))
    return tables(computed(tmp_path_factory.mktemp("whole"), points, keys)), points, keys


@pytest.mark.parametrize("more", [48_000, pytest.param(4_000, marks=pytest.mark.slow)])
def test_a_full_disk_costs_nothing_but_time(tmp_path, undisturbed, more):
    expected, points, keys = undisturbed
    room, n_full, is_through = 0, 0, False
    while not is_through:
        with pytest.MonkeyPatch.context() as patched:
            FullDisk(patched, room)
            try:
                computed(tmp_path, points, keys)
                is_through = True
            except OSError as error:
                assert error.errno == errno.ENOSPC  # noqa: PT017 - one of several that may be raised
        assert not list(tmp_path.rglob(".*.unfinished"))
        n_full += not is_through
        room += more
    assert n_full > 5
    (folder,) = tmp_path.iterdir()
    assert tables(folder) == expected


def test_a_full_disk_is_one_line_on_the_command_line(tmp_path, capsys):
    words = ["run", "horizon_days=1", "warmup_days=0", *SHORT, "--quiet", "--out", str(tmp_path)]
    with pytest.MonkeyPatch.context() as patched:
        FullDisk(patched, 20_000)
        assert main(words) == 2
    error = capsys.readouterr().err
    assert error.startswith("cargohub: runs/a file: No space left on device; finished parts are kept")
    assert error.count("\n") == 1
    assert main(words) == 0


def test_a_workbook_without_room_is_one_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(RunDirectory, "last_held", "")  # as in a process of its own
    assert main(["sheet", "new", str(tmp_path / "first.xlsx")]) == 0  # whose imports have room
    capsys.readouterr()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))
    try:
        assert main(["sheet", "new", str(tmp_path / "plan.xlsx")]) == 2
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    error = capsys.readouterr().err
    assert error.endswith("File too large\n") and error.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["first.xlsx"]


def test_a_sheet_that_could_not_be_written_is_not_stored_empty(tmp_path):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(OSError, match="Input/output error") as caught:
            write_workbook(tmp_path / "a.xlsx", [("small", [["a", 1]])])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert caught.value.filename == tempfile.gettempdir(), "not the book, for which there was no room, either"


def test_a_workbook_under_a_clock_without_a_battery_is_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(0))
    error = refused(capsys, "sheet", "new", tmp_path / "plan.xlsx")
    assert "before 1980" in error and not list(tmp_path.iterdir())


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only to root")
def test_a_read_only_folder_is_one_line(tmp_path, capsys):
    tmp_path.chmod(0o500)
    assert main(["run", *SHORT, "--quiet", "--out", str(tmp_path / "runs")]) == 2
    error = capsys.readouterr().err
    assert error == f"cargohub: {tmp_path / 'runs'}: Permission denied\n"


def test_a_folder_that_cannot_be_written_is_one_line_to_anybody(tmp_path, capsys):
    (tmp_path / "runs").write_text("a file, where a folder belongs")
    refused(capsys, "run", *SHORT, "--quiet", "--out", tmp_path / "runs")


def test_a_complete_run_is_told_again_from_a_folder_that_cannot_be_written(tmp_path, undisturbed, monkeypatch):
    expected, points, keys = undisturbed
    computed(tmp_path, points, keys)

    def refused(*_):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    for name in ("write", "fsync", "mkdir"):
        monkeypatch.setattr(os, name, refused)
    with pytest.raises(OSError, match=os.strerror(errno.EROFS)):
        computed(tmp_path / "another", points, keys)
    assert tables(computed(tmp_path, points, keys)) == expected


def test_two_at_once_on_one_run_is_one_line_for_the_second(tmp_path, undisturbed):
    expected, points, keys = undisturbed
    from experiments.arguments import Arguments
    from experiments.frame.runner import opened
    from experiments.frame.study import Request

    # A lock belongs to what has opened its file: in this process, too, another cannot have it.
    refused = pytest.raises(CargohubError, match="another command is writing here")
    with opened("tiny", Request(points, keys, Arguments(verb="run", out=tmp_path))), refused:
        computed(tmp_path, points, keys)
    assert tables(computed(tmp_path, points, keys)) == expected
