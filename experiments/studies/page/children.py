"""Commands that the page starts: child processes of the same program, which end with the server."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sim.errors import CargohubError

_PATIENCE_S: Final = 8.0
"""Time for a child to store finished parts and to end [s]."""
_LAST_BYTES: Final = 4_000
"""Bytes of a log that are read, from its end."""
_PREFIX: Final = "cargohub: "


def answered(words: Sequence[str]) -> str:
    """Standard output of a command that has ended.

    Raises:
        CargohubError: a refused command, with its own message.
    """
    done = subprocess.run(_command(words), capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)  # noqa: S603
    if done.returncode:
        raise CargohubError(_mistake_in(done.stderr) or f"cargohub {words[0]} ended with code {done.returncode}")
    return done.stdout


@dataclass
class Children:
    """Running studies by the name of their run folder; their error streams are stored in `logs`."""

    logs: Path
    _processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, name: str, words: Sequence[str]) -> None:
        """Start the command for the folder of this name, unless it is already running."""
        with self._lock:
            if self.is_running(name):
                return
            self.logs.mkdir(parents=True, exist_ok=True)
            with self._log(name).open("wb") as log:
                self._processes[name] = subprocess.Popen(  # noqa: S603 - our own program, and no shell
                    _command(words), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log,
                    start_new_session=True,
                )  # fmt: skip

    def is_known(self, name: str) -> bool:
        """Whether this server has started a command for this folder."""
        return name in self._processes

    def is_running(self, name: str) -> bool:
        process = self._processes.get(name)
        return process is not None and process.poll() is None

    def cancel(self, name: str) -> None:
        """End the command as by SIGTERM: finished parts are kept."""
        if (process := self._processes.get(name)) is not None:
            _end([process])

    def mistake(self, name: str) -> str | None:
        """Message of the last command in this folder if it was refused, otherwise None."""
        process = self._processes.get(name)
        is_cancelled = process is not None and process.returncode in (-signal.SIGTERM, 128 + signal.SIGTERM, None)
        return None if is_cancelled else _mistake_in(self._last(name))

    def progress(self, name: str) -> str:
        """The command's last line of progress; empty before the first."""
        lines = [line for line in self._last(name).splitlines() if line.strip()]
        return lines[-1].rpartition("\r")[2] if lines else ""

    def end(self) -> None:
        """End all running commands."""
        _end([process for process in self._processes.values() if process.poll() is None])

    def _last(self, name: str) -> str:
        try:
            with self._log(name).open("rb") as file:
                file.seek(max(0, self._log(name).stat().st_size - _LAST_BYTES))
                return file.read().decode(errors="replace")
        except OSError:
            return ""

    def _log(self, name: str) -> Path:
        return self.logs / f"{name}.log"


def _command(words: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "experiments.main", *words]


def _mistake_in(text: str) -> str | None:
    lines = [line for line in text.splitlines() if line.startswith(_PREFIX)]
    return lines[-1].removeprefix(_PREFIX) if lines else None


def _end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    until = time.monotonic() + _PATIENCE_S
    for process in processes:
        try:
            process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            _kill(process)
            process.wait()


def _kill(process: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)  # it has a separate session with its workers
    else:
        process.kill()
