"""Methods of a stored run: both checklists are filled from the run alone, and nothing on the pages covers anything."""

import re
import types
from dataclasses import is_dataclass
from itertools import pairwise
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from stored_runs import made

from experiments.composition import load
from experiments.main import main
from experiments.report import style
from experiments.report.documents import Missing, Report, missing_in, walked, written
from experiments.report.documents.pdf_pages import pages_of
from experiments.store.foreign import manifest_of
from experiments.studies.methods import hub as hubs
from experiments.studies.methods.checklists import filled
from experiments.studies.methods.facts import Facts
from experiments.studies.methods.notes import notes
from sim.config import HubConfig
from sim.distributions import Distribution
from sim.reading import hints_of, plain
from tests.mistakes import is_refused

ITEMS = (3, 5, 4, 3, 4, 1)
"""Of the sections of STRESS-DES."""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    words = (
        "run",
        "halls.main.doors_out=29",
        "packout.spread={family: gamma, spread: 0.4}",
        "page=none",
    )
    return made(tmp_path_factory.mktemp("methods"), *words)


@pytest.fixture(scope="module")
def reports(run):
    facts = Facts.of(manifest_of(run))
    return {name: filled(facts, name) for name in ("stress", "odd")}


def text_of(report, tmp_path):
    (content,) = written(report, tmp_path / "x.md").values()
    return content.decode()


def test_every_item_is_there_by_its_number_and_filled(reports):
    stress, odd = reports.values()
    assert [len(chapter.parts) for chapter in stress.chapters[:-1]] == list(ITEMS)
    assert [each.number for each in stress.chapters[1].parts[4].parts] == [f"2.5.{n}" for n in range(1, 6)]
    assert len(odd.chapters) == 8 and len(odd.chapters[3].parts) == 11
    for report in reports.values():
        for _, chapter in walked(report.chapters):
            assert chapter.parts or any(not isinstance(block, Missing) for block in chapter.blocks), chapter.title
    assert missing_in(stress.chapters) == [
        "1.1 Purpose of the model", "5.4 System specification", "6.1 Computer model sharing statement",
    ]  # fmt: skip


def test_what_is_said_is_the_runs(run, reports, tmp_path):
    manifest = manifest_of(run)
    for name, report in reports.items():
        text = text_of(report, tmp_path)
        assert "TO FILL IN" in text and not re.search(r"\{\w*\}", text)
        for fact in (manifest.hash, manifest.environment["python"], run.name, 'doors_out["Outbound doors: 29"]'):
            assert fact in text
        assert "| halls.main.doors_out | 29 |  | decision | the design |" in text
        assert "| packing time of a parcel | packout.spread | gamma (spread 0.4) |" in text
        assert "The warm-up before the measured days is 0 days" in text
        assert ("Simulated: 2 replications." in text) == (name == "stress")
        assert "payloadasia.com 2021-11; aviation24.be 2021-11-08" in text


def test_whatever_the_schema_lets_be_drawn_is_known():
    def places(kind: Any, key: str):
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        if get_origin(kind) in (Union, types.UnionType):
            for each in get_args(kind):
                yield from places(each, key)
        elif get_origin(kind) is dict:
            yield from places(get_args(kind)[1], f"{key}.*")
        elif isinstance(kind, type) and issubclass(kind, Distribution):
            yield key
        elif is_dataclass(kind):
            for name, hint in hints_of(kind).items():
                yield from places(hint, f"{key}.{name}" if key else name)

    keys = set(places(HubConfig, ""))
    known = [re.compile(re.escape(pattern).replace(r"\*", "[^ ]+")) for pattern in hubs.LISTED["draws"]]
    assert len(keys) > 15
    assert not [key for key in keys if not any(pattern.fullmatch(key) for pattern in known)]


@pytest.mark.parametrize(
    "words", [("liege_30k",), ("customs_today",), ("liege_100k_complex",), ("liege_30k", "presorted=ulds")]
)
def test_the_diagram_has_the_places_of_the_configuration(words):
    config = load(*words)
    hub = {**plain(config), "several_halls": len(config.halls) > 1}
    graph = hubs.graph(hub, "")
    names = [node.name for node in graph.nodes]
    assert len({(node.row, node.column) for node in graph.nodes}) == len(names)
    edges = {(edge.origin, edge.target) for edge in graph.edges}
    assert {place for edge in edges for place in edge} == set(names)
    assert ("screening", "build_up") in edges, "presorted exports (rule 24)"
    is_whole = "presorted=ulds" in words
    assert [(place, "customs_hold") in edges for place in ("lanes", "machines", "handcoding")] == [
        is_whole, not is_whole, not is_whole,
    ]  # fmt: skip
    assert ("xray_lanes" in names) == (words[0] == "customs_today")
    assert ("shuttles" in names) == (words[0] == "liege_100k_complex")
    assert ("stations" in names) == ("presorted=ulds" not in words)
    assert len(hubs.graph({**hub, "exports": {"share": 0}}, "").nodes) < len(names)


def test_a_note_is_of_a_value_as_it_is_noted():
    of_packaged, of_other = (notes(plain(load("liege_30k", *words))) for words in ((), ("halls.main.doors_out=29",)))
    assert "three quarters of them out" in of_packaged["halls.main.doors_out"]
    assert set(of_packaged) - set(of_other) == {"halls.main.doors_out"}
    assert "halls.main.area_m2" in notes(plain(load("liege_66k")))


@pytest.mark.drawn
def test_nothing_is_cut_or_covered_on_the_pages(reports):
    report = reports["stress"]
    with style.look():
        pages = pages_of(Report(report.title, report.opening, report.chapters[:3]))
    assert len(pages) > 4
    for page in pages:
        renderer = FigureCanvasAgg(page).get_renderer()
        boxes = sorted((text.get_window_extent(renderer) for text in page.texts), key=lambda box: box.x0)
        assert all(page.bbox.x0 <= box.x0 and box.x1 <= page.bbox.x1 - 30 and box.y0 >= 0 for box in boxes)
        rows = {}
        for box in boxes:
            rows.setdefault(round((box.y0 + box.y1) / 12), []).append(box)
        assert not [pair for row in rows.values() for pair in pairwise(row) if pair[0].overlaps(pair[1])]


def test_latex_is_balanced_and_shows_its_diagram(reports, tmp_path):
    files = written(reports["stress"], tmp_path / "m.tex")
    (text, diagram) = (tmp_path / "m.tex", tmp_path / "m-diagram-1.pdf")
    assert list(files) == [text, diagram]
    latex = files[text].decode()
    assert diagram.name in latex and latex.isascii() is False
    body = re.sub(r"\\[{}\\]", "", latex)
    assert body.count("{") == body.count("}")
    assert latex.count(r"\begin{") == latex.count(r"\end{")
    assert not re.search(r"(?<!\\)[#%](?!\d)", latex)


def test_the_verb_writes_by_the_suffix(run, tmp_path, capsys):
    assert main(["methods", str(run), "--odd"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(run / "odd.md")
    assert manifest_of(run).verb == "run"
    is_refused(capsys, tmp_path / "m.doc", ["methods", str(run)], "methods are a file *.md, *.pdf, *.tex")
    is_refused(capsys, tmp_path / "m.md", ["methods", str(tmp_path / "none")], "no such folder")
