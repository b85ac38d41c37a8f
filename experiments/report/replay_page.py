"""The page of a replay: one file that loads nothing from outside; its script is joined from readable parts."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from experiments.report.page import template

FOLDER: Final = Path(__file__).parent / "replay"
SCRIPTS: Final = (
    "data.js",
    "camera.js",
    "shapes.js",
    "places.js",
    "facts.js",
    "machines.js",
    "hub.js",
    "things.js",
    "panel.js",
    "strips.js",
    "player.js",
)
"""Scripts, each after those that it uses."""


def replay_page(content: Mapping[str, Any]) -> str:
    """The page of `content`, plain values; no value can end its HTML element."""
    data = json.dumps(content, ensure_ascii=True, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    script = "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS)
    title = " and ".join(run["title"] for run in content["runs"])
    style = (FOLDER / "replay.css").read_text(encoding="utf-8")
    text: str = template("replay/replay.html").render(title=title, data=data, script=script, style=style)
    return text
