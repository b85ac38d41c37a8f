"""`make pictures`: the pictures of pages in README and docs, taken in Chromium from the first look of README.

The run, the instants and the windows are fixed, so that the same program gives the same pictures.
"""

import io
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from browser import Browser
from PIL import Image

from experiments.main import main

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
MOVING, STILL = "replay.webp", ("replay.png", "report.png", "page_plan.png", "page_result.png")
RUN = ["run", "horizon_days=7", "replications=2", "margin=none"]
WINDOW = (1280, 800)
FIRST_H, N_FRAMES, STEP_MIN, FRAME_MS = 8 * 24 + 22, 75, 4, 120
"""Of the moving picture: from 22:00 of the second measured day on, four minutes a frame."""
FLOOR = (800, 760)
ONLY_FLOOR = "aside, footer { display: none !important } body { height: 100vh !important; display: flex !important }"
READY = "while (!window.replay) await new Promise((resolve) => setTimeout(resolve, 50));"


def moving(browser, replay, path, n_frames):
    """A night in the hall: the floor alone, with its clock."""
    browser.open(replay, *FLOOR)
    browser.run(f"{READY} document.head.append(Object.assign(document.createElement('style'), "
                f"{{textContent: {ONLY_FLOOR!r}}})); replay.resize();")  # fmt: skip
    frames = []
    for frame in range(n_frames):
        browser.run(f"replay.seek({FIRST_H * 3600 + frame * STEP_MIN * 60});")
        frames.append(Image.open(io.BytesIO(browser.shot())).convert("RGB"))
    first, *others = frames
    first.save(
        path, save_all=True, append_images=others, duration=FRAME_MS, loop=0, lossless=True, quality=60, method=4
    )


def still(browser, page, path, *, second=None, ready=""):
    browser.open(page, *WINDOW)
    if second is not None:
        browser.run(f"{READY} replay.seek({second});")
    until = time.monotonic() + 120
    while ready and not browser.run(f"return Boolean({ready})"):
        assert time.monotonic() < until, ready
        time.sleep(0.2)
    image = Image.open(io.BytesIO(browser.shot())).convert("RGB")
    image.quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)


def pages(browser, root, run, plan, result):
    """The served page of the run folder: a plan, and the result."""
    command = [sys.executable, "-m", "experiments.main", "page", "--port", "0", "--no-browser", "--out", str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        base, token = server.stdout.readline().strip().split("/?")
        changed = f"{base}/plan?set.halls.main.doors_out=22&{token}"
        still(browser, changed, plan, ready="document.querySelector('svg')")
        still(browser, f"{base}/run/{run.name}?{token}", result, ready="document.querySelector('table')")
        server.send_signal(signal.SIGTERM)


@contextmanager
def _browser():
    # When it has ended, Chromium's other processes may still write.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile, Browser(profile) as browser:
        yield browser


def replays(run, folder, n_frames=0):
    """The picture of a run's replay, into a folder; if there are frames, the moving one, too."""
    assert main(["replay", str(run)]) == 0
    with _browser() as browser:
        if n_frames:
            moving(browser, run / "replay.html", folder / MOVING, n_frames)
        still(browser, run / "replay.html", folder / STILL[0], second=FIRST_H * 3600)


def all_of(run, folder, n_frames=N_FRAMES):
    """All pictures of a run, into a folder."""
    replays(run, folder, n_frames)
    _, report, *of_pages = (folder / name for name in STILL)
    with _browser() as browser:
        still(browser, run / "report.html", report)
        pages(browser, run.parent, run, *of_pages)


@contextmanager
def small_run():
    """The run that the pictures show."""
    assert shutil.which("chromium"), "pictures need Chromium: apt-get install chromium"
    with tempfile.TemporaryDirectory() as root:
        assert main([*RUN, "--quiet", "--out", root]) == 0
        yield next(Path(root).glob("run-*"))


if __name__ == "__main__":
    with small_run() as made:
        all_of(made, PICTURES)
