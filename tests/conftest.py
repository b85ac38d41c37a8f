"""The `--slow` flag: tests marked `slow` run only with it; without it, only tests marked `drawn` render figures."""

import gc
import os
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

# Two processes of tests on two cores: threads of linear algebra would wait for each other, at five times the cost.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import matplotlib as mpl
import pytest
from browser import Browser
from matplotlib.figure import Figure
from replay_rows import replayed

from experiments.frame import pages
from experiments.report import pictures, run_brief, style
from experiments.report.page import PAGE
from sim.kernels import batches, ordering
from sim.own import adopt
from sim.processes import slots
from sim.record import rows

# To start worker processes takes longer than a small run: they are for tests that ask for some.
os.environ.setdefault("LOKY_MAX_CPU_COUNT", "1")
# Matplotlib's list of fonts: without it each process makes one, in a folder that the first of its children takes away.
os.environ.setdefault("MPLCONFIGDIR", mpl.get_cachedir())
# No test takes what another has simulated, nor what its user has: where nothing can be kept, nothing is.
os.environ["XDG_CACHE_HOME"] = os.devnull
_RENDERED, _LAID_OUT, _WRITTEN = Figure.savefig, style.laid_out, pages.write
# Modules whose tests look at no page of a run, but those marked `paged` or `drawn`: with --slow alone all are written.
_PAGELESS = {
    f"test_{name}"
    for name in ("acceptance", "cache", "calibrate_observed", "capacity", "connections", "customs", "decompose",
                 "designs", "disruptions", "distributions", "execution", "expansion", "exposure", "extend", "fit",
                 "fit_group", "fit_scans", "flight_files", "flight_period", "kills", "late_flight", "main", "margin",
                 "missing_people", "money", "optimise", "over_assumptions", "own_files", "packers", "packout",
                 "precision", "presorted", "reproduce", "research", "resume", "retiming", "room", "rosters", "runs",
                 "schedule", "select", "sensitivity", "shadow_price", "sheet", "ssim", "stability", "staff_verb",
                 "studies", "sure_questions", "tallies", "validate", "verify")
}  # fmt: skip
# Those whose module says nothing but what is drawn; the others say, too, whether a page has them.
_OF_RUNS = {
    name: module
    for name, module in vars(pictures).items()
    if isinstance(module, ModuleType)
    and name.endswith("_figure")
    and name not in ("arrivals_figure", "occupancy_figure")
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the tests that take minutes, too")


def pytest_configure(config: pytest.Config) -> None:
    """Nobody waits for the disk, a quarter of a small run: no test cuts the power. What is written may still fail.

    Hypothesis draws fewer examples: each run draws others, but for tests that say otherwise. It has no limits of time.
    """
    from hypothesis import HealthCheck, settings

    settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("plain", settings.get_profile("untimed"), max_examples=40)
    if not config.getoption("--slow"):
        os.fsync = os.fstat  # type: ignore[assignment]
    settings.load_profile("untimed" if config.getoption("--slow") else "plain")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow"):
        return
    skip = pytest.mark.skip(reason="slow; runs with --slow")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


def pytest_collection_finish() -> None:
    """What all modules hold stays to the end, and what tests leave can wait: garbage is looked for more seldom."""
    gc.freeze()
    gc.set_threshold(50_000)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Figures are rendered only where a test looks at them, before the fixtures that make runs.

    Those of a run's page, which take most of its time, are empty except for `drawn(pages=True)`; all others are made.
    KPIs of a user's file, which the test before may have used, are no longer known.
    """
    adopt(None)
    drawn, is_slow = item.get_closest_marker("drawn"), item.config.getoption("--slow")
    render(has_figures=bool(drawn or is_slow), has_pages=bool(is_slow or (drawn and drawn.kwargs.get("pages"))))
    is_written = is_slow or drawn or item.get_closest_marker("paged") or item.path.stem not in _PAGELESS
    pages.write = _WRITTEN if is_written else _not_written  # type: ignore[attr-defined]


def render(*, has_figures: bool, has_pages: bool) -> None:
    """Whether figures are rendered from now on, and those of a run's page are made."""
    Figure.savefig = _RENDERED if has_figures else _not_rendered  # type: ignore[method-assign]
    style.laid_out = _LAID_OUT if has_figures else lambda *_: nullcontext()  # type: ignore[assignment]
    for name, module in _OF_RUNS.items():
        shown = module if has_pages else SimpleNamespace(**{**vars(module), "figure": _empty})
        for page in (pictures, run_brief):
            if hasattr(page, name):
                setattr(page, name, shown)


def _not_written(folder: Path, *_: object) -> None:
    (folder / PAGE).touch()


def _empty(*_: object) -> Figure:
    return Figure()


def _not_rendered(_: Figure, file: Any, **__: object) -> None:
    file.write(b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>')


@pytest.fixture
def is_slow(pytestconfig: pytest.Config) -> bool:
    """Whether what one test shows of all studies, as that each is reproduced, is shown of each."""
    return bool(pytestconfig.getoption("--slow"))


@pytest.fixture
def many_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small hub, too, gathers counts in several batches, sorts and packs rows as many are, and grows its slots."""
    monkeypatch.setattr(batches, "_MANY_CHUNKS", 2)
    monkeypatch.setattr(ordering, "_FEW", 2)
    monkeypatch.setattr(rows, "_PART", 3)
    monkeypatch.setattr(slots, "_SLOTS", 1)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    chromium.errors.clear()
    yield chromium
    assert chromium.errors == []


@pytest.fixture(scope="session")
def replay(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """A run with its replay, whose figures are rendered whichever test asks first."""
    is_rendered, has_pages = Figure.savefig is _RENDERED, bool(pytestconfig.getoption("--slow"))
    render(has_figures=True, has_pages=has_pages)
    folder = replayed(tmp_path_factory.mktemp("replay"))
    render(has_figures=is_rendered, has_pages=has_pages)
    return folder
