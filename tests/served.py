"""A page over a folder of runs, asked without a socket, as a browser on this machine would ask."""

from pathlib import Path

from starlette.testclient import TestClient

from experiments.arguments import Arguments
from experiments.studies.page.children import Children
from experiments.studies.page.server import application_of

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
