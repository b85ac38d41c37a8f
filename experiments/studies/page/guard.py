"""Access to the page: only for this machine's user, and only from the page itself.

Other web sites in the user's browser can also send requests to 127.0.0.1. They do not know the token, and their `Host`
or `Origin` is different. Such a request is refused before its content is read.
"""

import hmac
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from experiments.studies.page.show import refused
from sim.names import count_of

HOST: Final = "127.0.0.1"
HEADER: Final = "x-cargohub-token"
MOST_BYTES: Final = 20 * 2**20
"""Most bytes of a request: a season's flights as CSV have a tenth of this."""
TOO_LARGE: Final = f"The file is too large: at most {MOST_BYTES // 2**20} MB."
_SENDING: Final = ("POST", "PUT", "PATCH", "DELETE")
_HEADERS: Final[Mapping[str, str]] = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self';"
        " form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    # With no-referrer a browser would also hide the origin of the page's own forms.
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
STORED_POLICY: Final = (
    "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
)
"""Policy for files of a run folder of unknown origin: scripts run, but reach neither the page nor the network."""


def token_of(folder: Path) -> str:
    """The token in the folder, so that an open page survives a restart of the server; a new one if missing.

    Raises:
        OSError: the folder cannot be written, and the like.
    """
    path = folder / "token"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if token := path.read_text(encoding="ascii").strip():
            return token
        path.unlink()
        return token_of(folder)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        token = secrets.token_urlsafe(24)
        file.write(token)
    return token


class Guard:
    """Checks host, origin, token and size of each request, and sets headers of each answer."""

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self._app, self._token = app, token
        self._hosts = (f"{HOST}:{port}", f"localhost:{port}")
        self._origins = tuple(f"http://{host}" for host in self._hosts)
        # Cookies are not separated by port, so each cargohub page on this machine has its own.
        self._cookie = f"cargohub-{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # no WebSocket is served

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if (refusal := self._refusal(scope["method"], HTTPConnection(scope))) is not None:
            await refusal(scope, receive, sending)
            return
        await self._app(scope, _limited(receive), sending)

    def _refusal(self, method: str, request: HTTPConnection) -> Any:  # noqa: ANN401 - an answer of Starlette
        """The answer to a refused request; None if it may pass."""
        headers, given = request.headers, request.query_params
        if headers.get("host") not in self._hosts:
            return _refused(403, f"This page answers only at {self._origins[0]}.")
        origin = headers.get("origin")
        if origin is not None and origin not in self._origins:
            return _refused(403, "This request comes from another web site.")
        if self._is_right(given.get("token", "")) and method == "GET":
            return self._welcome(request.scope["path"], [pair for pair in given.multi_items() if pair[0] != "token"])
        by_header = self._is_right(headers.get(HEADER, ""))
        if not by_header and not self._is_right(request.cookies.get(self._cookie, "")):
            return _refused(403, "The token is missing or wrong: open the address that `cargohub page` printed.")
        if method in _SENDING and origin is None and not by_header:
            return _refused(403, "This request does not say which page it comes from.")
        n_bytes = count_of(headers.get("content-length", "0"))
        if n_bytes is None or n_bytes > MOST_BYTES:
            answer = refused(request.scope["path"], 413, TOO_LARGE)
            answer.headers["connection"] = "close"
            return answer
        return None

    def _welcome(self, path: str, rest: Sequence[tuple[str, str]]) -> Any:  # noqa: ANN401 - an answer of Starlette
        """Redirect to the same address without the token, which the browser keeps, so that no history contains it."""
        # One slash: an address with two would be on another host.
        query = urlencode(rest)
        answer = RedirectResponse(f"/{path.lstrip('/')}" + (f"?{query}" if query else ""), status_code=303)
        answer.set_cookie(self._cookie, self._token, httponly=True, samesite="strict")
        return answer

    def _is_right(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(), self._token.encode())


class TooLarge(Exception):  # noqa: N818 - what it is, not that it is an error
    """A request of unknown length that is longer than permitted."""


def _limited(receive: Receive) -> Receive:
    """The same request, cut off if too large; a stated length may be wrong or missing."""
    n_bytes = 0

    async def receiving() -> Message:
        nonlocal n_bytes
        message = await receive()
        n_bytes += len(message.get("body", b""))
        if n_bytes > MOST_BYTES:
            raise TooLarge
        return message

    return receiving


def _refused(status: int, text: str) -> PlainTextResponse:
    return PlainTextResponse(f"{text}\n", status, {"connection": "close"})
