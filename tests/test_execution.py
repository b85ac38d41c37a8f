import os
import signal
import socketserver
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from kill_points import workers_of
from mistakes import refused
from worker_tasks import always_killed, faulty, killed_the_first_time, own_pid, square, tasks, threads

from experiments import extras
from experiments.execution import LOCAL, Backend, Place, cluster, opened, progress, usable_workers
from experiments.main import main
from experiments.store.identity import differing, surroundings
from sim.errors import CargohubError, LawBroken

# A worker that is killed while it answers leaves its socket to the collector of garbage.
pytestmark = pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")

DASK = Place(Backend.DASK, None, 10)
BLOWS = (signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)
PLACES = pytest.mark.parametrize("place", [LOCAL, DASK], ids=["local", "dask"])


def run(tasks, *, workers, place=None):
    """One round of tasks, by workers that go when it ends."""
    with opened(place, workers) as pool, closing(pool.run(tasks)) as results:
        yield from results


@pytest.fixture(scope="module")
def pools():
    """Two workers at each place, which stay for several tests: to start them takes most of a test's time."""
    with opened(LOCAL, 2) as processes, opened(DASK, 2) as dask:
        yield {Backend.LOCAL: processes, Backend.DASK: dask}


@pytest.mark.parametrize(
    ("place", "workers"),
    [
        (LOCAL, 1),
        *(pytest.param(place, workers, marks=pytest.mark.slow) for place, workers in ((LOCAL, 5), (DASK, 1))),
    ],
)
def test_each_task_is_answered_once_whatever_the_place_and_the_number_of_workers(place, workers):
    found = list(run(tasks(square, 9), workers=workers, place=place))
    assert sorted(found) == [(("a", number), number * number) for number in range(9)]


@PLACES
def test_each_task_is_answered_once_by_several_workers(pools, place):
    with closing(pools[place.backend].run(tasks(square, 9))) as found:
        assert sorted(found) == [(("a", number), number * number) for number in range(9)]


@PLACES
def test_nothing_to_do_is_done_and_asks_nobody(place):
    assert list(run([], workers=2, place=place)) == []


@PLACES
def test_workers_stay_for_several_rounds(pools, place):
    first, second = ({found for _, found in pools[place.backend].run(tasks(own_pid, 9))} for _ in range(2))
    assert second <= first
    assert os.getpid() not in first


@PLACES
def test_a_killed_worker_costs_time_and_nothing_else(tmp_path, pools, place):
    found = list(pools[place.backend].run(tasks(killed_the_first_time, 8, str(tmp_path))))
    assert (tmp_path / "3").exists()
    assert sorted(found) == [(("a", number), number * number) for number in range(8)]


@pytest.mark.parametrize(("place", "advice"), [(LOCAL, "try fewer workers"), (DASK, "give workers more memory")])
def test_a_task_that_always_kills_its_worker_is_given_up_and_the_others_are_kept(pools, place, advice):
    found = {}
    with pytest.raises(CargohubError, match=f"1 of 6 replications are missing; {advice}"):  # noqa: PT012 - as below
        for key, result in pools[place.backend].run(tasks(always_killed, 6)):
            found[key] = result  # noqa: PERF403 - what came before the error counts
    assert sorted(number for _, number in found) == [0, 1, 2, 4, 5]


@PLACES
def test_workers_are_stopped_without_a_word(pools, place, recwarn):
    """As if the disk was full when the first result was written: the one line of an error stands alone."""
    with closing(pools[place.backend].run(tasks(own_pid, 30))) as results:
        next(results)
    assert not [str(warning.message) for warning in recwarn]


def test_results_lost_with_all_workers_are_computed_again_by_new_ones(pools):
    with closing(pools[Backend.DASK].run(tasks(square, 6))) as results:
        found = [next(results)]
        client = pools[Backend.DASK]._executor._client
        until(lambda: all(state.status == "finished" for state in client.futures.values()))
        for nanny in list(client.cluster.workers.values()):
            client.cluster.sync(nanny.close, timeout=1)
        found += results
    assert sorted(found) == [(("a", number), number * number) for number in range(6)]


@PLACES
def test_a_fault_in_a_task_comes_through_as_it_is(pools, place):
    with pytest.raises(LawBroken, match="5 against 4"):
        list(pools[place.backend].run(tasks(faulty, 5)))


def test_a_fault_in_this_process_comes_through_as_it_is():
    with pytest.raises(LawBroken, match="5 against 4"):
        list(run(tasks(faulty, 5), workers=1))


def test_a_worker_with_other_surroundings_computes_nothing(pools, monkeypatch):
    ours = surroundings()
    other = {**ours, "packages": {**ours["packages"], "numpy": "1.0"}, "sources": "0" * 64}
    assert [what for what, _, _ in differing(ours, other)] == ["numpy", "the program's source code"]
    monkeypatch.setattr(cluster, "surroundings", lambda: other)
    with pytest.raises(CargohubError, match=r"execution: a worker on \S+ has numpy .*, but this machine has 1\.0"):
        list(pools[Backend.DASK].run(tasks(square, 3)))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["execution=dask", "execution.address=tcp://127.0.0.1:9"], "no Dask scheduler at tcp://127.0.0.1:9: no ans"),
        (["execution=dask", "execution.address=tls://127.0.0.1:9"], "no Dask scheduler at tls://127.0.0.1:9: TLS"),
        (["execution=dask", "execution.address=scheduler"], "execution.address: expected tcp://HOST:PORT"),
        (["execution=dask", "execution.address=tcp://host:70000"], "execution.address: expected tcp://HOST:PORT"),
        (["execution.address=tcp://127.0.0.1:9"], "execution.address: needs execution=dask, got execution=local"),
        (["execution=dask", "execution.patience_s=null"], "execution.patience_s: expected a number, got null"),
        (["execution=slurm"], "execution: no 'slurm'; known: dask, local"),
    ],
)
def test_a_place_that_is_not_there_is_one_line(capsys, tmp_path, words, why):
    patience = [] if "null" in words[-1] or words[0] != "execution=dask" else ["execution.patience_s=1"]
    assert why in refused(capsys, "run", *words, *patience, "horizon_days=1", "--quiet", "--out", tmp_path)
    assert not list(tmp_path.iterdir()), "a folder of nothing is left"


class Other(socketserver.BaseRequestHandler):
    """A server that answers immediately, but not as Dask does."""

    def handle(self):
        self.request.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_another_server_than_a_scheduler_is_one_line(capsys, tmp_path):
    with socketserver.TCPServer(("127.0.0.1", 0), Other) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        address = f"tcp://127.0.0.1:{server.server_address[1]}"
        words = ["execution=dask", f"execution.address={address}", "execution.patience_s=5", "horizon_days=1"]
        line = refused(capsys, "run", *words, "--quiet", "--out", tmp_path)
        server.shutdown()
        thread.join()
    assert f"no Dask scheduler at {address}: another kind of server answers" in line


def test_no_progress_is_printed_before_a_scheduler_answers(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(progress, "FIRST_LINE_S", 0.0)
    monkeypatch.setattr(progress, "_LOOK_S", 0.05)
    words = ["execution=dask", "execution.address=tcp://127.0.0.1:9", "execution.patience_s=1", "horizon_days=1"]
    assert main(["run", *words, "--out", str(tmp_path)]) == 2
    ladder, mistake = capsys.readouterr().err.splitlines()
    assert ladder.startswith("Before the simulation: ")
    assert mistake.startswith("cargohub: execution.address: no Dask scheduler")


def test_without_dask_one_line_says_how_to_get_it(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(extras, "find_spec", lambda _: None)
    assert main(["run", "execution=dask", "--out", str(tmp_path / "runs")]) == 2
    how = extras.missing("distributed", "cluster")
    assert capsys.readouterr().err == f"cargohub: execution: {how}, or take execution=local\n"
    assert not (tmp_path / "runs").exists()


def test_one_worker_is_this_process_and_several_are_others_with_one_thread_each():
    n_threads, processes = zip(*(result for _, result in run(tasks(threads, 4), workers=2)), strict=True)
    assert os.getpid() not in processes
    assert {*n_threads} == {"1"}
    assert [result for _, result in run([("here", os.getpid, ())], workers=1)] == [os.getpid()]


def test_mistakes_of_the_caller_are_refused():
    with pytest.raises(ValueError, match="workers: at least 1, got 0"):
        list(run(tasks(square, 2), workers=0))
    with pytest.raises(ValueError, match="same key"):
        list(run(tasks(square, 2) * 2, workers=1))
    assert usable_workers() >= 1


def clocked(monkeypatch, *seconds):
    """Progress alone has this clock: threads that wait for workers have theirs."""
    clock = iter(seconds)
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: next(clock)))


def test_without_a_terminal_progress_is_a_few_lines_with_the_time_left(monkeypatch, capsys):
    clocked(monkeypatch, 0.0, 5.0, 12.0, 18.0, 80.0)
    assert list(progress.shown(iter("abcd"), total=6, already=2, is_quiet=False)) == list("abcd")
    assert capsys.readouterr().err.splitlines() == [
        "4 of 6 replications, 12 s left",
        "6 of 6 replications, 0 s left",
    ]


def test_quiet_says_nothing_and_a_terminal_has_a_bar(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    assert list(progress.shown(iter("ab"), total=2, already=0, is_quiet=True)) == ["a", "b"]
    assert capsys.readouterr().err == ""
    assert list(progress.shown(iter("ab"), total=2, already=0, is_quiet=False)) == ["a", "b"]
    assert "replications" in capsys.readouterr().err


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_terminal_has_a_line_with_the_first_result_and_one_every_ten_seconds(monkeypatch, capsys, is_terminal):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    clocked(monkeypatch, 0.0, 3.0, 9.0, 13.0, 24.0)
    lines = progress.Lines(is_quiet=False)
    for _ in range(4):
        lines.say(lambda left: left(2))
    texts = ["6 s left", "9 s left", "12 s left"] if is_terminal else ["9 s left"]
    assert capsys.readouterr().err.split("\n")[:-1] == texts


def test_what_takes_longer_than_the_pace_so_far_says_since_when(monkeypatch, capsys):
    clocked(monkeypatch, 0.0, 12.0, 35.0, 60.0)
    lines = progress.Lines(is_quiet=False)
    for n_come in (1, 0, 0):
        lines.say(lambda left: left(2), n_come)
    assert capsys.readouterr().err.split("\n")[:-1] == ["24 s left", "1 s left", "48 s since the last"]


def test_work_around_other_work_says_only_what_that_does_not(monkeypatch, capsys):
    monkeypatch.setattr(progress.Lines, "_latest", 0.0)
    clocked(monkeypatch, 100.0, 100.0, 112.0, 115.0, 133.0, 160.0, 165.0, 180.0)
    around, inside = progress.Lines(is_quiet=False, is_around=True), progress.Lines(is_quiet=False)
    for lines, name in ((inside, "inside"), (around, "around"), (around, "around")):
        lines.say(lambda left, name=name: f"{name}: {left(0)}", 0)
    with progress.Lines.none_around():
        around.say(lambda left: "around", 0)
    around.say(lambda left: "around", 0)
    assert capsys.readouterr().err.splitlines() == ["inside: 12 s passed", "around: 33 s passed"]


def test_work_without_a_result_says_for_how_long_and_then_what_is_left(monkeypatch, capsys):
    monkeypatch.setattr(progress, "FIRST_LINE_S", 0.02)
    monkeypatch.setattr(progress, "NEXT_LINE_S", 0.05)
    monkeypatch.setattr(progress, "_LOOK_S", 0.01)

    def slow():
        time.sleep(0.2)
        yield "a"
        time.sleep(0.2)
        yield "b"

    assert list(progress.shown(slow(), total=2, already=0, is_quiet=False)) == ["a", "b"]
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "0 of 2 replications, 0 s passed" and lines.count(lines[0]) <= 4
    assert lines.count("1 of 2 replications, 0 s left") > 1
    assert not any(thread.name == "says-how-far" for thread in threading.enumerate())


SLEEPERS = """
import os, pathlib, sys, time
from experiments.execution import Backend, Place, opened

def sleeper(folder):
    (pathlib.Path(folder) / str(os.getpid())).touch()
    time.sleep(60)

def signalled():
    if __name__ == "__main__":
        place = Place(Backend(sys.argv[2]), None, 5 if sys.argv[2] == "dask" else None)
        with opened(place, int(sys.argv[4])) as pool:
            list(pool.run([(n, sleeper, (sys.argv[1],)) for n in range(int(sys.argv[3]))]))

try:
    signalled()
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize(
    ("place", "to_group", "blow", "code", "n_workers"),
    [
        *((LOCAL, False, *blow, n_workers) for blow, n_workers in zip(BLOWS, (2, 3), strict=True)),
        (LOCAL, True, *BLOWS[0], 2),
        pytest.param(LOCAL, True, *BLOWS[1], 2, marks=pytest.mark.slow),
        (DASK, True, *BLOWS[0], 1),
        pytest.param(DASK, True, *BLOWS[1], 2, marks=pytest.mark.slow),
    ],
)
def test_workers_do_not_outlive_their_parent(tmp_path, blow, code, to_group, place, n_workers):
    """They have two tasks: one of three workers waits for its first."""
    marks = tmp_path / "marks"
    parent = asleep(tmp_path, marks, place, n_tasks=2, n_workers=n_workers)
    until(lambda: len(list(marks.iterdir())) == min(2, n_workers))
    workers = {int(mark.name) for mark in marks.iterdir()}
    if n_workers > 2:
        until(lambda: len(workers_of(parent.pid)) == n_workers)
        workers.update(workers_of(parent.pid))
        assert len(workers) == n_workers
    if to_group:
        os.killpg(parent.pid, blow)
    else:
        parent.send_signal(blow)
    assert parent.wait(timeout=30) == code, "tasks sleep twice as long"
    until(lambda: not any(is_alive(worker) for worker in workers))
    error = parent.stderr.read()
    parent.stderr.close()
    assert error == ""


def asleep(tmp_path, marks, place, n_tasks, n_workers):
    """A process with workers, each of which leaves its number among the marks when it gets a task, and sleeps."""
    script = tmp_path / "sleepers.py"
    script.write_text(SLEEPERS)
    marks.mkdir()
    return subprocess.Popen(
        [sys.executable, str(script), str(marks), place.backend, str(n_tasks), str(n_workers)],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A shell has what it runs in the background ignore interrupts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def until(holds, patience_s=60):
    end = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A dead process that nobody has buried yet still has its number.
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")
