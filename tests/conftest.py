"""The `--slow` flag: tests marked `slow` run only with it; without it, only tests marked `drawn` render figures."""

from typing import Any

import pytest
from matplotlib.figure import Figure

from sim.kernels import batches

_RENDERED = Figure.savefig


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the tests that take minutes, too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow"):
        return
    skip = pytest.mark.skip(reason="slow; runs with --slow")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Figures are made, but rendered only where a test looks at them, before the fixtures that make runs."""
    is_drawn = item.get_closest_marker("drawn") or item.config.getoption("--slow")
    Figure.savefig = _RENDERED if is_drawn else _not_rendered  # type: ignore[method-assign]


def _not_rendered(_: Figure, file: Any, **__: object) -> None:
    file.write(b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>')


@pytest.fixture
def many_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is counted is gathered in small batches, so that a small hub, too, has several."""
    monkeypatch.setattr(batches, "_MANY_CHUNKS", 2)
