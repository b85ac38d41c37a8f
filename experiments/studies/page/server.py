"""The server of the page: its socket, start and end."""

import contextlib
import errno
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator
from typing import Any, Final

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool

from experiments.arguments import Arguments
from experiments.studies.page.children import Children
from experiments.studies.page.guard import HOST, Guard, token_of
from experiments.studies.page.views import Views
from sim.errors import InputError

FOLDER: Final = ".page"
"""Inside the folder of the runs: token, logs of commands, uploaded files."""
_LAST_ANSWERS_S: Final = 3
"""Time to answer requests in progress when the server is to end."""


def serve(arguments: Arguments, port: int, *, has_browser: bool) -> int:
    """Serve until asked to end.

    Raises:
        InputError: the port is taken.
        OSError: the folder cannot be written, and the like.
    """
    for made in filter(None, (arguments.out, arguments.config_dir)):
        made.mkdir(parents=True, exist_ok=True)
    folder = arguments.out / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    with _listening(port) as listening:
        port = listening.getsockname()[1]
        token = token_of(folder)
        address = f"http://{HOST}:{port}/?token={token}"
        children = Children(folder / "logs")

        @contextlib.asynccontextmanager
        async def lifespan(_: Any) -> AsyncIterator[None]:  # noqa: ANN401 - Starlette's application
            # From here on a signal ends the server, and connections wait until it is ready.
            sys.stdout.write(f"{address}\n")
            sys.stdout.flush()
            if has_browser:
                threading.Thread(target=webbrowser.open, args=[address], daemon=True).start()
            yield
            await run_in_threadpool(children.end)

        application = application_of(arguments, children, token, port, lifespan)
        server = uvicorn.Server(
            uvicorn.Config(
                application, log_config=None, access_log=False, server_header=False, ws="none",
                timeout_graceful_shutdown=_LAST_ANSWERS_S,
            )
        )  # fmt: skip

        def end(*_: object) -> None:
            server.should_exit = True

        # A requested end is neither a mistake nor an exception.
        before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            server.run(sockets=[listening])
        finally:
            children.end()
            for number, handler in before.items():
                signal.signal(number, handler)
    return 0


def application_of(arguments: Arguments, children: Children, token: str, port: int, lifespan: Any = None) -> Guard:  # noqa: ANN401 - Starlette's kind
    """The whole application behind its guard."""
    views = Views(arguments, children)
    application = Starlette(routes=views.routes(), exception_handlers=views.mistakes(), lifespan=lifespan)
    return Guard(application, token, port)


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise InputError(f"--port: {port} is in use or not permitted; --port 0 uses any free port") from None
        raise
