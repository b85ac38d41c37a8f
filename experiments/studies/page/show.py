"""Rendering of the server's pages from templates, and their addresses."""

import os
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote, urlencode

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, HTMLResponse

from experiments.money.kpis import KPIS
from experiments.report.design_names import design_name
from experiments.report.page import template
from experiments.studies.page.answers import VIEWS


def page(name: str, status: int = 200, /, **values: object) -> HTMLResponse:
    """A page of `experiments/report/local_page`, with these values."""
    text: str = template(f"local_page/{name}").render(
        address=address,
        design_name=design_name,
        kpis=KPIS,
        section=name.partition(".")[0],
        answers=VIEWS,
        **values,
    )
    return HTMLResponse(text, status)


def refused(path: str, status: int, says: str) -> HTMLResponse:
    """The reason why a request for this path was not answered, and a link back."""
    asked = path.split("/")[1]
    return page("mistake.html", status, says=says, back=asked if asked in ("plan", "flights") else "runs")


def made_file(name: str, make: Callable[[Path], Path]) -> FileResponse:
    """A file made for one answer, in a folder that is removed after it."""
    with ExitStack() as stack:
        path = make(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cargohub-"))))
        kept = stack.pop_all()
    return FileResponse(path, filename=f"{name}{path.suffix}", background=BackgroundTask(kept.close))


def address(*parts: str, **query: object) -> str:
    """An address on this page, with its parts escaped."""
    path = "/".join(quote(os.fsencode(part), safe="") for part in parts)
    words = urlencode({key: value for key, value in query.items() if value not in ("", None)}, doseq=True)
    return f"/{path}" + (f"?{words}" if words else "")
