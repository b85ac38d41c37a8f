"""A page is made of what a run stored: `show` would write the same bytes as the verb did."""

import re

import pytest
from stored_runs import made

from experiments.frame import pages, runner
from experiments.main import main

WORDS = {
    "run": ["run"],
    "compare": ["compare", "designs=[liege_30k, liege_30k halls.main.doors_out=20]"],
    "arrivals": ["compare", "scenarios=[liege_30k]", "arrival_models=[timetable,poisson]", "replications=1"],
    "sweep": ["sweep", "halls.main.doors_out=20,26", "replications=1"],
    "decompose": ["decompose", "~decompose.factors.people", "~decompose.factors.doors", "replications=1"],
    "customs": ["customs", "~frontier.X-ray", "frontier.documents.values=[0,0.1]", "replications=1"],
}


@pytest.mark.parametrize("verb", WORDS)
def test_show_gives_the_page_that_the_verb_wrote(verb, tmp_path, monkeypatch, capsys):
    bare = () if verb == "run" else ("exports=none", "halls.main.packout_posts=0")  # the page of a run has all
    folder = made(tmp_path, *WORDS[verb], "demand.flights_per_day=1", *bare)
    written = {path: (folder / path).read_bytes() for path in ("report.html", *_pictures(folder))}
    shown = {}
    monkeypatch.setattr(
        runner,
        "_print",
        lambda request, document, folder, *_: shown.update(pages.page_files(folder, document, request)),
    )
    capsys.readouterr()
    assert main(["show", str(folder)]) == 0
    assert shown == written
    assert "Warning: horizon_days: 1 is less than a week" in written["report.html"].decode(), "as on the terminal"
    says = re.findall(r"<(?:fig)?caption>(.+?)</", written["report.html"].decode())
    announced = [caption for caption in says if re.search(r"95\s% interval|no interval", caption)]
    is_single = "replications=1" in WORDS[verb]
    assert announced and is_single == all("one replication, no interval" in caption for caption in announced)


def _pictures(folder):
    return [path.relative_to(folder).as_posix() for path in (folder / "figures").iterdir()]
