"""A page is made of what a run stored: `show` would write the same bytes as the verb did."""

import pytest
from stored_runs import made

from experiments.frame import pages, runner
from experiments.main import main

WORDS = {
    "run": ["run"],
    "compare": ["compare", "designs=[liege_30k, liege_30k halls.main.doors_out=20]"],
    "sweep": ["sweep", "halls.main.doors_out=20,26"],
    "customs": ["customs", "~frontier.X-ray", "~frontier.examination", "frontier.documents.values=[0,0.1]"],
}


@pytest.mark.parametrize("verb", WORDS)
def test_show_gives_the_page_that_the_verb_wrote(verb, tmp_path, monkeypatch, capsys):
    folder = made(tmp_path, *WORDS[verb], "demand.flights_per_day=1")
    written = {path: (folder / path).read_bytes() for path in ("report.html", *_pictures(folder))}
    shown = {}
    monkeypatch.setattr(
        runner, "_tell", lambda asked, document, folder, *_: shown.update(pages.page_files(folder, document, asked))
    )
    capsys.readouterr()
    assert main(["show", str(folder)]) == 0
    assert shown == written


def _pictures(folder):
    return [path.relative_to(folder).as_posix() for path in (folder / "figures").iterdir()]
