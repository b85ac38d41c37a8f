"""A server of `cargohub page` that is asked, and what it may answer."""

import os
import random
import re
import shutil
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path

from torture import child
from torture.cases import Case
from torture.requested import sent

_WORDS = ("page", "--port", "0", "--no-browser", "--out", "out", "--config-dir", "own")
_RUNS = ("run", "begun", "compared", "exposed", "ruled")
_SECRET = "what no request may see"
_LEAVES = 0.1
"""Share of the requests whose sender does not wait for the answer."""
_MOST = 200
"""Requests to one server."""
_ANSWER_S = 60
_BEGINS_S = 120


def _is_whole(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    lengths = re.findall(rb"(?i)\r\ncontent-length: ?(\d+)", head)
    has_all = all(len(body) >= int(length) for length in lengths) and b"chunked" not in head
    return bool(end) and has_all and b"Connection: close" in head and b"Upgrade" not in head


class Served:
    """A server over copies of the runs, begun when the first request comes, and anew after so many."""

    def __init__(self, root: Path) -> None:
        self.good, self.folder, self.n = root / "good", root / "served", 0
        self.process = self.port = 0
        self.token = ""
        self.names: list[str] = []

    def asked(self, case: Case) -> str | None:
        """What is wrong with the answer, or with the server after it; None: nothing."""
        problem = self.begin() if not self.process else None
        problem = problem or self._answer(case)
        self.n += 1
        if problem is not None or self.n % _MOST == 0:
            problem = problem or self.end()
        return problem

    def begin(self) -> str | None:
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "out").mkdir(parents=True)
        for name in (name for name in _RUNS if (self.good / name).is_dir()):
            shutil.copytree(self.good / name, self.folder / "out" / name)
        for run in (self.folder / "out" / "begun").iterdir():
            run.rename(self.folder / "out" / run.name)
        (self.folder / "out" / "begun").rmdir()
        self.names = sorted(path.name for path in (self.folder / "out").iterdir())
        (self.folder / "own").mkdir()
        (self.folder / "secret").write_text(_SECRET)
        (self.folder / "out" / "link").symlink_to(self.folder / "own")
        self.process = os.fork()
        if self.process == 0:
            child.run(_WORDS, self.folder, (), None)
        until = time.monotonic() + _BEGINS_S
        while not (found := re.match(r"http://127.0.0.1:(\d+)/\?token=(\S+)\n", self._output("stdout"))):
            if time.monotonic() > until or os.waitpid(self.process, os.WNOHANG)[0]:
                self.process = 0
                return f"no server: {self._output('stderr')[-300:]}"
            time.sleep(0.01)
        self.port, self.token = int(found[1]), found[2]
        return None

    def end(self) -> str | None:
        """As Ctrl-C would end it; what it began ends with it."""
        if not self.process:
            return None
        process, self.process = self.process, 0
        os.kill(process, signal.SIGTERM)
        until = time.monotonic() + _BEGINS_S
        while not (ended := os.waitpid(process, os.WNOHANG))[0]:
            if time.monotonic() > until:
                os.killpg(process, signal.SIGKILL)
                os.waitpid(process, 0)
                return "hang: the server does not end"
            time.sleep(0.01)
        code = os.waitstatus_to_exitcode(ended[1])
        return None if code == 0 else f"the server ended with {code}: {self._output('stderr')[-300:]}"

    def _output(self, name: str) -> str:
        with suppress(OSError):
            return (self.folder / name).read_text(errors="replace")
        return ""

    def _answer(self, case: Case) -> str | None:
        draw = random.Random(case["request"])
        run, leaves = draw.choice(self.names), draw.random() < _LEAVES
        text = case["request"].replace("{run}", run).replace("{port}", str(self.port)).replace("{token}", self.token)
        request, answer = sent(text), b""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=_ANSWER_S) as asking:
                with suppress(BrokenPipeError, ConnectionResetError):
                    asking.sendall(request)
                    if leaves or not _is_whole(request):
                        asking.shutdown(socket.SHUT_WR)  # or the server would wait for the rest
                with suppress(ConnectionResetError):
                    while part := asking.recv(1 << 16):
                        answer += part
        except TimeoutError:
            return "hang: no answer"
        except OSError as error:
            return f"no server any more: {error}"
        return self._judged(case["request"], answer)

    def _judged(self, asked: str, answer: bytes) -> str | None:
        seen = self._output(child.SEEN)
        if "Traceback" in self._output("stderr"):
            return f"traceback: {self._output('stderr').strip().splitlines()[-1][:300]}"
        if seen or (self.folder / "executed").exists():
            return f"watched: {seen or 'executed'}"
        status = re.match(rb"HTTP/1\.[01] (\d{3})", answer)
        if answer and not status:
            return f"no HTTP: {answer[:100]!r}"
        number = int(status[1]) if status else 400
        if number >= 500:
            return f"status {number}: {answer[-200:]!r}"
        if _SECRET.encode() in answer or b"root:" in answer:
            return "it shows what lies outside"
        is_ours = "x-cargohub-token: {token}" in asked and "Host: 127.0.0.1:{port}" in asked
        if not is_ours and number < 400 and "{token}" not in asked.partition("\r\n")[0]:
            return f"status {number} without token or host"
        return None
