"""How a page of the server is made from its template, and how its addresses are written."""

import os
from urllib.parse import quote, urlencode

from starlette.responses import HTMLResponse

from experiments.report.page import template
from sim.measures.kpis import KPIS


def page(name: str, status: int = 200, /, **values: object) -> HTMLResponse:
    """A page of `experiments/report/local_page`, with these values."""
    text: str = template(f"local_page/{name}").render(
        address=address, kpis=KPIS, section=name.partition(".")[0], **values
    )
    return HTMLResponse(text, status)


def address(*parts: str, **query: object) -> str:
    """An address on this page, whatever stands in its parts."""
    path = "/".join(quote(os.fsencode(part), safe="") for part in parts)
    words = urlencode({key: value for key, value in query.items() if value not in ("", None)}, doseq=True)
    return f"/{path}" + (f"?{words}" if words else "")
