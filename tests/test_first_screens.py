"""The first screen of an answer: at most 24 lines of 100 columns, the answer first, page and next command last."""

import pytest
from stored_runs import TINY

from experiments.answer.blocks import Matrix, Next, Note, Row, Sure, Values, Verdict
from experiments.answer.terminal import MOST_LINES, WIDTH, plain, screen
from experiments.main import main

LONG = "a sentence of many words that does not end on the line on which it began " * 9


def text_of(*blocks, end=()):
    return [plain(line) for line in screen(blocks, end)]


def test_a_screen_has_its_verdict_first_and_its_files_last():
    following = Next({"cargohub capacity": "what gives way first"})
    lines = text_of(
        Verdict("Today's hall", "carries", "95 % of imports in time.", "5 replications"),
        Values([Row("imports in time", "99.8 %", "(99.5–99.9)"), Row("dwell", "10.3 h")]),
        Sure("In 47 of 100 assumed worlds the verdict is the same."), following, end=["  page    report.html"],
    )  # fmt: skip
    assert lines[0] == "Today's hall: CARRIES" and lines[-1] == "  page    report.html"
    assert "  imports in time   99.8 %   (99.5–99.9)" in lines and "  dwell             10.3 h" in lines
    assert lines[-2] == "  next    cargohub capacity   what gives way first"
    assert "  How sure   In 47 of 100 assumed worlds the verdict is the same." in lines


@pytest.mark.parametrize("n_rows", [1, 5, 40])
@pytest.mark.parametrize("n_notes", [0, 1, 12])
def test_no_screen_is_longer_or_wider_and_what_is_left_out_is_said(n_rows, n_notes):
    matrix = Matrix(
        ["hall", *(f"column {n}" for n in range(30))], [[f"hall {n}", *["12 %"] * 30] for n in range(n_rows)]
    )
    following = Next({"cargohub show runs/" + "x" * 70: LONG[:80]})
    lines = text_of(
        Verdict("A hub", "undecided", LONG, decides=LONG), matrix, *[Note(LONG)] * n_notes, following, end=["e"]
    )
    assert len(lines) <= MOST_LINES and max(map(len, lines)) <= WIDTH and lines[-1] == "e"
    is_cut = n_rows == 40 or n_notes == 12
    assert any("--all shows them" in line for line in lines) is is_cut
    words = set(LONG.split()) | {"…"}
    assert all(set(line.split()) <= words for line in lines[1:3]), "no word is broken"


@pytest.mark.parametrize(
    "verb",
    [
        ("run", "margin=none"),
        ("compare", "scenarios=[liege_30k,liege_66k]", "demands=[today,permit]", "margin=none"),
        ("sweep", "halls.main.doors_out=20,30"),
        ("capacity", "scenarios=[liege_30k]", "capacity.tolerance=20", "capacity.binding=false"),
        ("staff", "staff.rounds=1"),
    ],
    ids=lambda words: words[0],
)
def test_the_first_screen_of_a_verb_is_one_screen(verb, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # a path is never broken, so it is as short as a user's
    words = [word for word in TINY if not word.startswith("--")]
    assert main([*verb, *words, "page=later", "--quiet"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= MOST_LINES and max(map(len, lines)) <= WIDTH
    assert [line.split()[0] for line in lines[-2:]] == ["tables:", "page:"]
    assert any(line.split()[:2] == ["next", "cargohub"] for line in lines)
    assert lines[0].strip(), "the answer is first"
