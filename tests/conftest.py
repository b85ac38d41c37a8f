"""The `--slow` flag: tests marked `slow` run only with it; and pages without their pictures."""

import pytest

from sim.kernels import batches


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the tests that take minutes, too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow"):
        return
    skip = pytest.mark.skip(reason="slow; runs with --slow")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures are made, but not rendered: for tests of what runs compute, store and say, not of how pages look."""
    empty = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'
    monkeypatch.setattr("matplotlib.figure.Figure.savefig", lambda _, file, **__: file.write(empty))


@pytest.fixture
def many_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is counted is gathered in small batches, so that a small hub, too, has several."""
    monkeypatch.setattr(batches, "_MANY_CHUNKS", 2)
