"""Requests to `cargohub page`, over a socket on this machine: paths, queries, headers and bodies that are damaged.

A case is {"request": TEXT}, a character a byte, in which {token}, {port} and {run} stand for what the server has.
"""

import os
import random
import re
import shutil
import signal
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tests.torture import child
from tests.torture.cases import NASTY, Case, word

_WORDS = ("page", "--port", "0", "--no-browser", "--out", "out", "--config-dir", "own")
_RUNS = ("run", "begun", "compared", "exposed", "ruled")
_SECRET = "what no request may see"
_MOST = 200
"""Requests to one server."""
_ANSWER_S = 60
_BEGINS_S = 120
_READ = (
    *(
        "/runs?text=a&verb=run&state=complete&page=1",
        "/run/{run}",
        "/run/{run}",
        "/run/{run}/file/config.yaml",
        "/",
        "/plan",
    ),
    *("/run/{run}/file/tables/kpis.parquet", "/static/page.css", "/static/local_page/page.js", "/capacity", "/sure"),
    *("/plan?scenario=liege_30k&verb=run&demand=permit&seed=3", "/compare?run={run}&run={run}", "/flights"),
    *("/run/{run}/expansion?path=a&permit.granted=0.5", "/flights/a/week.svg", "/expansion", "/nothing"),
)
_SLOW = ("/run/{run}/tables/csv", "/run/{run}/sheet", "/run/{run}/slides", "/plan/workbook?scenario=liege_30k")
_FORM = "application/x-www-form-urlencoded"
_PARTS = "multipart/form-data; boundary=XX"
_FILE = 'Content-Disposition: form-data; name="file"; filename="flights.csv"\r\nContent-Type: text/csv'
_FLIGHTS = f"--XX\r\n{_FILE}\r\n\r\nflight,sibt\r\nXY1,2022-09-05 14:30\r\n--XX--\r\n"
_SENT = (
    *(
        ("/plan", _FORM, f"verb=run&scenario=liege_30k&was=scenario%3Dliege_30k&seed=3&do={do}")
        for do in ("check", "fit")
    ),
    ("/plan", _FORM, "verb=run&scenario=liege_30k&was=&seed=3&do=save&name=plan"),
    ("/run/{run}/cancel", _FORM, ""),
    ("/replay", _FORM, "run={run}&run={run}"),
)
_SENT_SLOW = (
    ("/flights", _PARTS, _FLIGHTS),
    ("/run/{run}/replay", _FORM, "replication=0&scenario=liege_30k"),
    ("/plan", _FORM, "verb=run&scenario=liege_30k&was=&horizon_days=1&replications=1&do=run"),
)
_OTHERS = ("PUT", "DELETE", "TRACE", "CONNECT", "OPTIONS", "HEAD", "get", "G\x00T", "", "x" * 5_000)
_PATHS = (
    *(
        "..",
        "%2e%2e",
        "..%2f..%2fsecret",
        "%2fetc%2fpasswd",
        "%00",
        "%ff",
        "%",
        "//",
        "\\",
        "secret",
        ".page",
        "token",
        "~",
    ),
    *("a" * 9_000, "{run}", "?", "#", ";", "%u0041", "..;", "page.css/..", "\x00", "\xff", "link"),
)
_HEADERS = (
    *(
        "Content-Length: -1",
        "Content-Length: 99999999999",
        "Content-Length: 5",
        "Content-Length: \xb2",
        "Content-Length: 1_0",
    ),
    *("Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked", "Host: evil.example", "Host: ", "Origin: null"),
    *("Origin: http://evil.example", "Cookie: a=b; \x01=\xff", "Cookie: cargohub-{port}=", "Cookie: " + "a=b;" * 3_000),
    *("Range: bytes=0-1,2-3,-5,9-", "Range: bytes=-", "Range: bytes=99999999999999999999-", "If-None-Match: *"),
    *(
        "If-Modified-Since: nan",
        "If-Range: \xff",
        "Accept-Encoding: gzip;q=nan",
        "Expect: 100-continue",
        "Upgrade: h2c",
    ),
    *(
        "Content-Type: ",
        "Content-Type: multipart/form-data",
        "Content-Type: multipart/form-data; boundary=" + "b" * 500,
    ),
    *("Content-Type: text/plain; charset=nope", f"X: {'y' * 70_000}", "no header", ": empty", "x-cargohub-token: \xff"),
    "Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25j",
)


@dataclass(slots=True)
class _Request:
    method: str
    path: str
    headers: list[str]
    body: str = ""
    has_length: bool = True

    @property
    def text(self) -> str:
        """All of it, as it is sent."""
        is_in_chunks = any(each.startswith("Transfer-Encoding") for each in self.headers)
        has_length = self.body and self.has_length and not is_in_chunks
        length = [f"Content-Length: {len(_bytes(self.body))}"] if has_length else []
        first = f"{self.method} {self.path} HTTP/1.1"
        return "\r\n".join([first, *self.headers, *length, "Connection: close", "", self.body])


def drawn(draw: random.Random) -> Case:
    """A good request, mostly with one to three things wrong."""
    is_slow = draw.random() < 0.03
    headers = ["Host: 127.0.0.1:{port}", "Origin: http://127.0.0.1:{port}", "x-cargohub-token: {token}"]
    if draw.random() < 0.6:
        request = _Request("GET", draw.choice(_SLOW if is_slow else _READ), headers)
    else:
        path, content, body = draw.choice(_SENT_SLOW if is_slow else _SENT)
        request = _Request("POST", path, [*headers, f"Content-Type: {content}"], body)
    for _ in range(draw.choice([0, 1, 1, 2, 3])):
        draw.choice((_other_path, _other_query, _other_header, _other_body, *_WAYS))(draw, request)
    text = request.text
    return {"request": text[: draw.randrange(len(text))] if draw.random() < 0.05 else text}


def _other_path(draw: random.Random, request: _Request) -> None:
    parts = request.path.split("/")
    parts[draw.randrange(len(parts))] = draw.choice(_PATHS)
    request.path = "/".join(parts)


def _other_query(draw: random.Random, request: _Request) -> None:
    request.path += ("&" if "?" in request.path else "?") + _pair(draw)


def _other_header(draw: random.Random, request: _Request) -> None:
    request.headers.append(draw.choice(_HEADERS))


def _fewer_headers(draw: random.Random, request: _Request) -> None:
    if request.headers:
        request.headers.pop(draw.randrange(len(request.headers)))


def _other_body(draw: random.Random, request: _Request) -> None:
    request.body = _spoilt(draw, request.body)


def _other_method(draw: random.Random, request: _Request) -> None:
    request.method = draw.choice(_OTHERS)


def _no_length(_: random.Random, request: _Request) -> None:
    request.has_length = False


_WAYS = (_other_path, _other_query, _other_header, _other_body, _fewer_headers, _other_method, _no_length)


def _pair(draw: random.Random) -> str:
    key, _, value = word(draw, None).partition("=")
    value = draw.choice([value, draw.choice(NASTY)])[:3_000]
    name = draw.choice(
        [key, "run", "scenario", "verb", "page", "text", "name", "study", "was", "do", "replication", "halls"]
    )
    return f"{quote(name, safe='', errors='replace')}={quote(value, safe='', errors='replace')}"


def _spoilt(draw: random.Random, body: str) -> str:
    at = draw.randrange(len(body) + 1)
    return draw.choice(
        [
            body[:at],
            body[:at] + draw.choice(["\x00", "\xff\xfe", "%", "%zz", "&", "=", "\r\n", "--XX", "9" * 500]) + body[at:],
            f"{body}&{_pair(draw)}",
            body + body,
            "&".join(f"a{n}=b" for n in range(6_000)) if draw.random() < 0.1 else "",
            body.replace("flights.csv", draw.choice(["../secret", "a\x00", "x" * 300, "\xff", ".ssim", ""])),
            body.replace("2022", "9999"),
        ]
    )


def _bytes(text: str) -> bytes:
    return text.encode("latin-1", errors="replace")


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
        while not (found := re.match(r"http://127.0.0.1:(\d+)/\?token=(\S+)\n", self._said("stdout"))):
            if time.monotonic() > until or os.waitpid(self.process, os.WNOHANG)[0]:
                self.process = 0
                return f"no server: {self._said('stderr')[-300:]}"
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
        return None if code == 0 else f"the server ended with {code}: {self._said('stderr')[-300:]}"

    def _said(self, name: str) -> str:
        with suppress(OSError):
            return (self.folder / name).read_text(errors="replace")
        return ""

    def _answer(self, case: Case) -> str | None:
        run = random.Random(case["request"]).choice(self.names)
        text = case["request"].replace("{run}", run).replace("{port}", str(self.port)).replace("{token}", self.token)
        request, answer = _bytes(text), b""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=_ANSWER_S) as asking:
                with suppress(BrokenPipeError, ConnectionResetError):
                    asking.sendall(request)
                    if not _is_whole(request):
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
        seen = self._said(child.SEEN)
        if "Traceback" in self._said("stderr"):
            return f"traceback: {self._said('stderr').strip().splitlines()[-1][:300]}"
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
