"""The program loads, locks and ends what it started on systems that are not POSIX; here their modules are imitated."""

import ast
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from experiments.execution.local import interrupts_are_ours
from experiments.store import directory, files
from experiments.studies.page import children
from sim.errors import CargohubError

ROOT = Path(__file__).resolve().parents[1]
OF_POSIX = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}
"""Modules that Windows lacks."""
NAMES_OF_POSIX = {
    "os": {"chown", "fchmod", "fork", "geteuid", "getuid", "killpg", "mkfifo", "O_NOFOLLOW", "O_NONBLOCK",
           "sched_getaffinity", "setsid", "statvfs", "sysconf"},
    "signal": {"SIGALRM", "SIGHUP", "SIGKILL", "SIGUSR1", "pthread_sigmask", "setitimer"},
}  # fmt: skip


@pytest.mark.parametrize("package", ["sim", "experiments"])
def test_modules_load_without_what_only_some_systems_have(package):
    """Such a module is imported where it is used, and such a name is used in a function that asks for one of them."""
    for file in (ROOT / package).rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in tree.body:
            names = {name.name for name in node.names} if isinstance(node, ast.Import) else set()
            names |= {node.module} if isinstance(node, ast.ImportFrom) else set()
            assert not names & OF_POSIX, f"{file}:{node.lineno}"
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        asking = {id(part) for node in functions if "hasattr(" in ast.unparse(node) for part in ast.walk(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                is_of_posix = node.attr in NAMES_OF_POSIX.get(node.value.id, ())
                assert not is_of_posix or id(node) in asking, f"{file}:{node.lineno}: {node.value.id}.{node.attr}"


def test_a_folder_is_locked_once_on_windows(tmp_path, monkeypatch):
    locked = set()

    def locking(descriptor, mode, n_bytes):
        file = os.fstat(descriptor).st_ino
        if file in locked:
            raise PermissionError(13, "Permission denied")
        locked.add(file)

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(locking=locking, LK_NBLCK=2))
    with (
        directory.held(tmp_path),
        pytest.raises(CargohubError, match="another command is writing here"),
        directory.held(tmp_path),
    ):
        pass


def test_a_file_is_written_whole_on_windows_which_opens_no_folder(tmp_path, monkeypatch):
    def opened(path, flags, *mode):
        assert not Path(path).is_dir()
        return os_open(path, flags, *mode)

    os_open = os.open
    monkeypatch.setattr(files, "os", SimpleNamespace(**{**vars(os), "name": "nt", "open": opened}))
    files.write_whole(tmp_path / "table.csv", b"a\n")
    assert (tmp_path / "table.csv").read_bytes() == b"a\n"


def test_a_command_that_does_not_end_is_killed_where_there_are_no_process_groups(monkeypatch):
    monkeypatch.delattr(os, "killpg")
    ignoring = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    monkeypatch.setattr(children, "_PATIENCE_S", 0.1)
    with subprocess.Popen([sys.executable, "-c", ignoring], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        children._end([process])
        assert process.returncode == -signal.SIGKILL


def test_workers_start_where_signals_cannot_be_masked(monkeypatch):
    monkeypatch.delattr(signal, "pthread_sigmask")
    with interrupts_are_ours():
        assert signal.getsignal(signal.SIGINT) is not signal.SIG_IGN
