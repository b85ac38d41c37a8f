"""Requests to `cargohub page`, over a socket on this machine: paths, queries, headers and bodies that are damaged.

A case is {"request": TEXT}, a character a byte, in which {token}, {port} and {run} stand for what the server has.
"""

import random
from dataclasses import dataclass
from urllib.parse import quote

from torture.cases import NASTY, Case, word

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
        length = [f"Content-Length: {len(sent(self.body))}"] if has_length else []
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


def sent(text: str) -> bytes:
    """As it goes over the line."""
    return text.encode("latin-1", errors="replace")
