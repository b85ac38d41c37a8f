import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments.execution import progress, run, usable_workers
from sim.errors import CargohubError, LawBroken


def square(number):
    return number * number


def killed_the_first_time(number, folder):
    mark = Path(folder) / str(number)
    if number == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def always_killed(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def faulty(number):
    if number == 2:
        raise LawBroken("parcels in = out + inside: 5 against 4")
    return number


def threads(_number):
    return os.environ["OMP_NUM_THREADS"], os.getpid()


def tasks(function, count, *more):
    return [(("a", number), function, (number, *more)) for number in range(count)]


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_each_task_is_answered_once_whatever_the_number_of_workers(workers):
    found = list(run(tasks(square, 9), workers=workers))
    assert sorted(found) == [(("a", number), number * number) for number in range(9)]


def test_nothing_to_do_is_done():
    assert list(run([], workers=2)) == []


def test_a_killed_worker_costs_time_and_nothing_else(tmp_path):
    found = list(run(tasks(killed_the_first_time, 8, str(tmp_path)), workers=2))
    assert (tmp_path / "3").exists()
    assert sorted(found) == [(("a", number), number * number) for number in range(8)]


def test_a_task_that_always_kills_its_worker_is_given_up_and_the_others_are_kept():
    found = {}
    with pytest.raises(CargohubError, match="1 of 6 replications are missing; try fewer workers"):  # noqa: PT012 - as below
        for key, result in run(tasks(always_killed, 6), workers=2):
            found[key] = result  # noqa: PERF403 - what came before the error counts
    assert sorted(number for _, number in found) == [0, 1, 2, 4, 5]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_fault_in_a_task_comes_through_as_it_is(workers):
    with pytest.raises(LawBroken, match="5 against 4"):
        list(run(tasks(faulty, 5), workers=workers))


def test_one_worker_is_this_process_and_several_are_others_with_one_thread_each():
    assert {result[1] for _, result in run(tasks(threads, 4), workers=2)}.isdisjoint({os.getpid()})
    assert {result[0] for _, result in run(tasks(threads, 4), workers=2)} == {"1"}
    assert [result for _, result in run([("here", os.getpid, ())], workers=1)] == [os.getpid()]


def test_mistakes_of_the_caller_are_refused():
    with pytest.raises(ValueError, match="workers: at least 1, got 0"):
        list(run(tasks(square, 2), workers=0))
    with pytest.raises(ValueError, match="same key"):
        list(run(tasks(square, 2) * 2, workers=1))
    assert usable_workers() >= 1


def test_without_a_terminal_progress_is_a_few_lines_with_the_time_left(monkeypatch, capsys):
    clock = iter([0.0, 5.0, 12.0, 18.0, 80.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    assert list(progress.shown(iter("abcd"), total=6, already=2, is_quiet=False)) == list("abcd")
    assert capsys.readouterr().err.splitlines() == [
        "4 of 6 replications, 12 s left",
        "6 of 6 replications, 0 s left",
    ]


def test_quiet_says_nothing_and_a_terminal_has_a_bar(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert list(progress.shown(iter("ab"), total=2, already=0, is_quiet=True)) == ["a", "b"]
    assert capsys.readouterr().err == ""
    assert list(progress.shown(iter("ab"), total=2, already=0, is_quiet=False)) == ["a", "b"]
    assert "replications" in capsys.readouterr().err


SLEEPERS = """
import os, pathlib, sys, time
from experiments.execution import run

def sleeper(folder):
    (pathlib.Path(folder) / str(os.getpid())).touch()
    time.sleep(60)

def signalled():
    if __name__ == "__main__":
        list(run([(n, sleeper, (sys.argv[1],)) for n in range(4)], workers=2))

try:
    signalled()
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize(("blow", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
@pytest.mark.parametrize("to_group", [False, True])
def test_workers_do_not_outlive_their_parent(tmp_path, blow, code, to_group):
    script, marks = tmp_path / "sleepers.py", tmp_path / "marks"
    script.write_text(SLEEPERS)
    marks.mkdir()
    parent = subprocess.Popen(
        [sys.executable, str(script), str(marks)],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    until(lambda: len(list(marks.iterdir())) == 2)
    if to_group:
        os.killpg(parent.pid, blow)
    else:
        parent.send_signal(blow)
    begin = time.monotonic()
    assert parent.wait(timeout=10) == code
    assert time.monotonic() - begin < 5
    until(lambda: not any(is_alive(int(mark.name)) for mark in marks.iterdir()))
    said = parent.stderr.read()
    parent.stderr.close()
    if blow is signal.SIGINT:
        assert said == ""


def until(holds, patience_s=20):
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
