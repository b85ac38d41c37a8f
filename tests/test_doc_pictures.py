"""Pictures of pages: each is shown by a document that names the command, small enough, and taken by that command."""

import pytest
from browser import needs_chromium
from make_pictures import FLOOR, MOVING, PICTURES, STILL, WINDOW, all_of
from PIL import Image
from stored_runs import made

ROOT = PICTURES.parents[1]
MOST_STILL, MOST_MOVING = 150_000, 3_000_000


def test_each_is_shown_with_its_command_and_small():
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md"))]
    for name in (MOVING, *STILL):
        shown = [text for text in texts if f"pictures/{name})" in text]
        assert shown and all("`make pictures`" in text for text in shown), name
        assert (PICTURES / name).stat().st_size < (MOST_MOVING if name == MOVING else MOST_STILL), name
    assert "pictures:" in (ROOT / "Makefile").read_text()
    with Image.open(PICTURES / MOVING) as image:
        assert image.size == FLOOR
        assert image.n_frames > 24


@pytest.mark.slow
@pytest.mark.drawn(pages=True)
@needs_chromium
def test_the_command_takes_all_of_them(tmp_path):
    pytest.importorskip("starlette")
    folder = tmp_path / "pictures"
    folder.mkdir()
    all_of(made(tmp_path / "runs"), folder, n_frames=3)
    assert {path.name for path in folder.iterdir()} == {MOVING, *STILL}
    for name in STILL:
        with Image.open(folder / name) as image:
            assert image.size == WINDOW
            assert len(image.convert("RGB").getcolors(1 << 20)) > 8, "blank"
