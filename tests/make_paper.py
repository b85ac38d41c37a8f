"""`make paper`: the pictures of docs/paper/paper.md, of the packaged hub; the replay is one of `make pictures`."""

from pathlib import Path

import make_pictures

from experiments.composition import load
from experiments.report import style
from experiments.report.figures import logic_figure
from experiments.studies.methods import hub as hubs
from sim.reading import plain

PAPER = Path(__file__).resolve().parents[1] / "docs" / "paper"


def hub_png() -> bytes:
    """The diagram of a methods report, of the hub of today."""
    with style.look():
        return style.saved(logic_figure.figure(hubs.graph(plain(load()), "")), "png", dpi=150)


if __name__ == "__main__":
    (PAPER / "hub.png").write_bytes(hub_png())
    with make_pictures.small_run() as run:
        make_pictures.replays(run, make_pictures.PICTURES)
