"""The one sheet: all of it is on one A4 page and nothing covers anything, whatever is to be said."""

import io
from itertools import combinations
from types import SimpleNamespace

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from mistakes import is_refused
from named_designs import named_design
from stored_runs import BARE, made

from experiments.arguments import Arguments
from experiments.composition import load
from experiments.designs.design import Design
from experiments.frame import pages
from experiments.frame.study import Document
from experiments.main import main
from experiments.report import style
from experiments.report.rests_on import OverAssumptions
from experiments.report.run_brief import _bottlenecks, _ladders, _letter, _short_names
from experiments.report.sections import Brief, Page, Section, picture
from experiments.report.sheet import _command, _verdicts, sheet
from experiments.report.slides import slides
from experiments.report.stored_designs import Panel
from experiments.statistics.interval import Value
from experiments.store.rows import Grid
from sim.measures.ladder import Rung

LONG = "a scenario of a planner who is fond of long names " * 12
UNBROKEN = "halls.main.doors_out=" * 30


def drawn(heights, verdicts, facts, grid=None, *, command="cargohub run"):
    pictures = []
    with style.look():
        for at, height in enumerate(heights):
            figure, ax = style.panel(height)
            ax.plot([0, 1], label=f"{at}: $5 and 50 % of it")
            ax.set_xlabel("hours")
            style.legend_below(figure, [ax])
            pictures.append(picture(f"p{at}", f"Picture {at}", "", figure))
    return sheet("What 30,000 m² carries, and " + LONG, Brief(verdicts, facts, pictures, grid=grid), command), pictures


CASES = {
    "little": ([3.9], ["It carries."], {}),
    "much": ([3.9, 2.7, 2.5, 4.0], [LONG, UNBROKEN, LONG, LONG], {"How sure": [LONG, LONG], "Rests on": [UNBROKEN]}),
    "table": ([3.9], ["It carries."], {}, Grid("Designs", ("a", "b [h]"), (("c", "1.0\n0.5–1.5"),) * 40)),
    "tall": ([3.0, 30.0, 3.0], ["`cargohub show` and *this*"] * 20, {"Money": ["1 EUR. " * 200]}),
}


@pytest.mark.drawn
@pytest.mark.parametrize("case", CASES)
def test_nothing_is_cut_or_covered(case):
    figure, pictures = drawn(*CASES[case], command=f"cargohub run {UNBROKEN}")
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    page = figure.bbox
    texts = [text.get_window_extent(renderer) for text in figure.texts]
    shown = [each.figure.bbox for each in pictures if each.figure.bbox.width < page.width * 0.9]
    assert all(page.x0 <= box.x0 and box.x1 <= page.x1 - 20 and page.y0 <= box.y0 <= page.y1 for box in texts)
    assert 1 <= len(shown) <= 3
    assert not [pair for pair in combinations([*texts, *shown], 2) if pair[0].overlaps(pair[1])]


@pytest.mark.parametrize(("n_words", "size", "n_lines"), [(1, 7.5, 1), (8, 6, 3), (30, 6, 11), (90, 6, 12)])
def test_a_long_command_is_whole_in_smaller_letters(n_words, size, n_lines):
    words = [f"halls.main.breakdown_stations={at:02}00 *x*" for at in range(n_words)]
    lines, letters = _command(command := " ".join(["cargohub compare", *words]))
    assert (letters.size, len(lines)) == (size, n_lines)
    assert (" ".join(lines) == command) == (n_words < 90)
    assert (lines[-1] == "…") == (n_words == 90)


@pytest.mark.drawn
def test_what_one_picture_leaves_is_filled():
    grid = Grid("Designs", ("name", "hours [h]"), (("a", "1.0"), ("b", "2.0\n1.5–2.5")))
    empty = {}
    for case in (None, grid):
        figure, (picture,) = drawn([3.9], ["It carries."], {"How sure": ["By luck."]}, case)
        renderer = FigureCanvasAgg(figure).get_renderer()
        figure.draw(renderer)
        assert picture.figure.bbox.height > 1.5 * 3.9 / 9 * picture.figure.bbox.width
        sure = next(text for text in figure.texts if text.get_text() == "How sure").get_window_extent(renderer)
        below = [text.get_window_extent(renderer).y0 for text in figure.texts]
        empty[case is grid] = min(y for y in [*below, picture.figure.bbox.y0] if y > sure.y1) - sure.y1
    assert empty[True] < empty[False]
    assert "2.0 (1.5–2.5)" in [text.get_text() for text in figure.texts]


def test_text_ends_at_a_sentence_where_it_can():
    figure, _ = drawn([3.0], ["One. " * 400 + "The last is not shown."], {})
    assert any(text.get_text().endswith("One.\u00a0…") for text in figure.texts), "a sign that sentences are missing"
    assert not any("last" in text.get_text() for text in figure.texts)


@pytest.mark.drawn
def test_slides_have_texts_tables_and_pictures_and_are_the_same_to_the_bit():
    pptx = pytest.importorskip("pptx")
    figures = drawn([3.0, 9.0, 3.0, 4.0], [], {})[1]
    brief = Brief([LONG] * 9, {"How sure": [LONG, UNBROKEN]}, figures)
    wide = Grid("Numbers", tuple("abcdefghijkl"), (("1",) * 12, (UNBROKEN,) * 12))
    high = Grid("", ("a", "b"), (("c", "1"),) * 40)
    both = Grid("Numbers", tuple("abcdefghijkl"), (("1",) * 12,) * 8)
    for grid, size, title in (
        (wide, (12, 3), "Numbers"), (high, (15, 2), "Numbers"), (both, (9, 7), "Numbers; 5 more columns: see the page"),
    ):  # fmt: skip
        page = Page("What 30,000 m² carries", [], [Section("Numbers", parts=[Section("", grids=[grid])])], "", brief)
        content = slides(page, brief, "cargohub run")
        deck = pptx.Presentation(io.BytesIO(content))
        first, numbers, *pictures = deck.slides
        assert [len(first.shapes), len(numbers.shapes), len(pictures)] == [3, 2, 3]
        assert numbers.shapes[0].text_frame.text == title, "columns that do not fit are counted, as rows are"
        table = numbers.shapes[1].table
        assert (len(table.rows), len(table.columns)) == size and table.cell(1, 1).text in ("1", "c")
        assert first.shapes[2].table.cell(2, 1).text == "cargohub run"
        for slide in deck.slides:
            for shape in slide.shapes:
                assert shape.left >= 0 and shape.left + shape.width <= deck.slide_width
                assert shape.top + shape.height <= deck.slide_height
    assert slides(page, brief, "cargohub run") == content
    (described,) = pictures[0].shapes[1].element.nvPicPr.cNvPr.xpath("@descr")
    assert described == figures[0].alt, "for readers who cannot see it"


def test_a_long_caption_of_a_table_is_whole_on_its_slide_with_its_unit():
    pptx = pytest.importorskip("pptx")
    caption = f"Expected net present value, {LONG[:120]} [MEUR]"
    page = Page("A", [], [Section("", grids=[Grid(caption, ("Path", "NPV"), (("a", "210"),) * 20)])], "", None)
    deck = pptx.Presentation(io.BytesIO(slides(page, Brief(["b"], {}, []), "cargohub run")))
    title, text, table = deck.slides[1].shapes
    assert (title.text_frame.text, text.text_frame.text) == ("Numbers", caption)
    assert text.top + text.height <= table.top and table.top + table.height <= deck.slide_height


def test_slides_show_a_single_verdict_whole_and_intervals_in_brackets():
    pptx = pytest.importorskip("pptx")
    verdict = f"A hub: undecided. {LONG} Staff: 5,316 paid hours a day."
    page = Page("A", [], [Section("", grids=[Grid("", ("Design", "Dwell"), (("a", "9.21\n4.76–13.7"),))])], "", None)
    deck = pptx.Presentation(io.BytesIO(slides(page, Brief([verdict], {}, []), "cargohub run")))
    assert len(verdict) > 220 and deck.slides[0].shapes[1].text_frame.text == verdict
    assert deck.slides[1].shapes[1].table.cell(1, 1).text == "9.21 (4.76–13.7)"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return made(tmp_path_factory.mktemp("run"), "run", *BARE, "margin=none", "replications=1")


@pytest.mark.drawn(pages=True)
def test_a_run_is_briefed_to_the_bit_and_no_other_picture_is_drawn(run, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("experiments.report.run_page.draw", None)
    paths = [tmp_path / f"{name}.pdf" for name in "ab"]
    for path in paths:
        assert main(["brief", str(run), "--out", str(path)]) == 0
        assert capsys.readouterr().out.splitlines()[-1] == str(path)
    first, second = (path.read_bytes() for path in paths)
    assert first.startswith(b"%PDF") and first == second


def test_pictures_of_a_run_are_exported_by_their_names(run, tmp_path, capsys):
    assert main(["export", str(run), "--pictures", "svg", "--out", str(tmp_path / "slides")]) == 0
    assert {path.stem for path in (tmp_path / "slides").iterdir()} >= {"leaving", "ladder", "dwell"}
    assert f"Capacity ladder: {tmp_path / 'slides' / 'ladder.svg'}" in capsys.readouterr().out.splitlines()


def test_a_mistake_is_one_line(run, tmp_path, capsys):
    is_refused(capsys, tmp_path / "a.doc", ["brief", str(run)], "a sheet is a file *.pdf, *.svg, *.png")
    is_refused(capsys, tmp_path / "no", ["export", str(run), "--pictures", "gif"], "'gif' is not a format of pictures")
    is_refused(capsys, tmp_path / "c.pdf", ["brief", str(tmp_path / "none")], "no such folder, and no run in")


def test_a_sheet_has_every_verdict_of_the_first_study():
    texts = [
        f"{at},000 m², 11 flights a day: does not carry. On time: 0 %. Bottleneck: {'desks ' * 30}." for at in range(12)
    ]
    verdicts = _verdicts(texts)
    assert [lines[0].partition(",")[0] for lines in verdicts] == [str(at) for at in range(12)]
    assert all(len(lines) == 1 and "does not carry" in lines[0] for lines in verdicts)
    assert [len(lines) for lines in _verdicts(texts[:2])] == [3, 3]
    plan = ["The plan has 578 people. " * 16 + "It keeps the level, but not surely."]
    assert " ".join(_verdicts(plan)[0]) == plan[0], "a single long verdict is whole"
    assert _verdicts(texts * 2)[-1] == ["and 9 more: see the page"]


@pytest.mark.drawn
@pytest.mark.parametrize("height", [2.0, 6.0, 20.0])
def test_a_picture_for_slides_has_their_shape(height):
    with style.look():
        figure, _ = style.panel(height)
    assert style.slide(figure, "png")[16:24] == (2560).to_bytes(4) + (1440).to_bytes(4)
    assert style.slide(figure, "png", "Capacity ladder")[16:24] == (2560).to_bytes(4) + (1440).to_bytes(4)
    assert figure.get_suptitle() == "Capacity ladder"


def test_pictures_of_a_sheet_name_designs_by_letter_and_by_what_tells_them_apart():
    titles = (
        "30,000 m², 3.5 flights a day (liege_30k: doors out 30)",
        "30,000 m², 3.5 flights a day (liege_30k: doors out 26)",
        "x " * 40,
    )
    points = [named_design(title=title) for title in titles[:2]]
    assert _short_names("AB", points) == ["A doors out 30", "B doors out 26"]
    assert _short_names([], points) == []
    assert [_letter(at) for at in (0, 25, 26, 52)] == ["A", "Z", "A2", "A3"]
    swept = [f"A, {n} flights a day (demand {n} flights a day, second sorting machines 1)" for n in (3, 6)]
    names = _short_names("AB", [named_design(title=title) for title in swept])
    assert names == ["A 3 flights a day", "B 6 flights a day"]
    assert all(len(name) <= 48 for name in _short_names("AB", [named_design(title=titles[2]), points[0]]))


def test_designs_with_one_bottleneck_share_its_sentence_and_its_ladder():
    names = ("machines", "doors", "stations", "tugs", "stands", "loader_sets", "handcoding_desks", "packout_posts")
    ladders = {label: {name: Rung(1e5 * n) for n, name in reversed([*enumerate(names, 5)])} for label in "abc"}
    points = [named_design(label, parcels_per_day=n) for label, n in (("a", 4e5), ("b", 4e5), ("c", 6e5))]
    carries, fails = Value(0.99, 0.98, 1.0, 5, "1"), Value(0.5, 0.4, 0.6, 5, "1")
    shares = {"a": {"on_time_share": carries}, "b": {"on_time_share": carries}, "c": {"on_time_share": fails}}
    first, second = _bottlenecks(SimpleNamespace(main=points, kpis=shares), ladders, "ABC")
    assert first.startswith("A and B: bottleneck by the ladder: sorting machines.") and "400,000 are expected." in first
    assert second.startswith("C: bottleneck by the ladder: sorting machines.") and second.endswith(
        "600,000 are expected."
    )
    late = {**shares, "b": {"on_time_share": fails}}
    _, unexplained, _ = _bottlenecks(SimpleNamespace(main=points, kpis=late), ladders, "ABC")
    assert unexplained.startswith("B: ") and unexplained.endswith("each resource alone could handle the mean arrivals.")
    of_both, of_one = _ladders(Panel("", tuple(points), ("A x", "B y", "C z")), ladders, "ABC")
    assert (of_both.title, of_one.title) == ("A, B", "C z")
    assert [rung.text for rung in of_both.rungs] == ["0.50 – bottleneck", "0.60", "0.70", "0.80", "0.90", "1.00"]
    assert [[rung.is_short for rung in ladder.rungs].count(True) for ladder in (of_both, of_one)] == [0, 1]
    others = {**ladders, "b": {**ladders["b"], "packout_posts": Rung(13e5), "handcoding_desks": Rung(12e5)}}
    assert len(_ladders(Panel("", tuple(points[:2]), ("A", "B")), others, "AB")) == 1, "the rungs shown are the same"
    others["b"]["doors"] = Rung(65e4)
    assert len(_ladders(Panel("", tuple(points[:2]), ("A", "B")), others, "AB")) == 2


def test_a_study_rests_on_the_assumptions_that_its_page_names(tmp_path):
    (tmp_path / "config.yaml").write_text("")
    over = OverAssumptions(["break-down: pace"], {}, "cargohub sure", {})
    document = Document("What it carries", {}, ["It carries."], method=["By bisection."], over=over)
    page = pages.page_of(
        tmp_path,
        document,
        SimpleNamespace(
            designs=[Design("today", load())], arguments=Arguments("run", ()), keys=SimpleNamespace(prices=None)
        ),
    )
    assert page.brief.facts["Rests on"] == [*over.sentences, "By bisection."]
    assert "break-down: pace" in page.brief.facts["Rests on"][0], "a sheet has room for the first sentences only"
    assert [part.heading for part in page.sections] == ["What it rests on", "How it was found"]
