"""A page over a folder of runs, asked without a socket, as a browser on this machine would ask."""

from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from experiments.arguments import Arguments
from experiments.main import main
from experiments.studies.page import comparing, planning, views
from experiments.studies.page.children import Children
from experiments.studies.page.server import application_of
from sim.errors import CargohubError

TOKEN, PORT = "a-token", 8470
HERE = f"http://127.0.0.1:{PORT}"


def client_of(root: Path, config_dir: Path | None = None, *, has_token: bool = True) -> TestClient:
    arguments = Arguments("page", out=root, config_dir=config_dir)
    application = application_of(arguments, Children(root / ".page" / "logs"), TOKEN, PORT)
    client = TestClient(application, base_url=HERE)
    if has_token:
        assert client.get(f"/runs?token={TOKEN}").status_code == 200
        client.headers["origin"] = HERE
    return client


def answer_here(patch: pytest.MonkeyPatch) -> None:
    """Commands whose answer a page waits for are given in this process, which has imported everything already."""
    for module in (comparing, planning, views):
        patch.setattr(module, "answered", _answered)


def _answered(words: Sequence[str]) -> str:
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as errors:
        code = main(words)
    if code:
        raise CargohubError(errors.getvalue().rpartition("cargohub: ")[2].rstrip("\n"))
    return out.getvalue()
