"""The paper in docs/paper: its references, pictures, parts and length are as the journal asks (JOSS)."""

import re

import pytest
import yaml
from make_paper import PAPER, hub_png

PARTS = ("Summary", "Statement of need", "State of the field", "Software design", "Research impact statement",
         "AI usage disclosure", "Acknowledgements", "References")  # fmt: skip
TEXT = (PAPER / "paper.md").read_text(encoding="utf-8")
BIBLIOGRAPHY = (PAPER / "paper.bib").read_text(encoding="utf-8")


def test_every_key_is_in_the_bibliography_and_every_entry_is_cited():
    cited = set(re.findall(r"@([a-z_]+\d*)\b", TEXT))
    entries = re.findall(r"^@(\w+)\{(\w+),$", BIBLIOGRAPHY, re.MULTILINE)
    assert cited == {key for _, key in entries} and len(entries) == len(cited)
    for entry in re.split(r"^@", BIBLIOGRAPHY, flags=re.MULTILINE)[1:]:
        assert entry.count("{") == entry.count("}")
        assert re.search(r"^  (author) = ", entry, re.MULTILINE) and re.search(r"^  year = ", entry, re.MULTILINE)


def test_every_picture_is_there_and_every_label_is_used():
    pictures = re.findall(r"!\[[^]]*\\label\{(\w+:\w+)\}\]\(([^)]+)\)", TEXT)
    assert len(pictures) == TEXT.count("![")
    for label, name in pictures:
        assert (PAPER / name).is_file(), name
        assert f"\\autoref{{{label}}}" in TEXT


def test_the_head_and_the_parts_are_what_the_journal_asks_for():
    _, head, body = TEXT.split("---\n", 2)
    assert {"title", "tags", "authors", "affiliations", "date", "bibliography"} <= yaml.safe_load(head).keys()
    assert tuple(re.findall(r"^# (.*)$", body, re.MULTILINE)) == PARTS
    assert 250 < len(body.split()) < 1750


def test_what_the_paper_says_of_the_validation_is_what_the_document_says():
    (rows,) = re.findall(r"a list of (\d+) comparisons", " ".join(TEXT.split()))
    assert f"of all {rows} rows" in (PAPER.parent / "model.md").read_text(encoding="utf-8")


def test_what_the_paper_says_of_speed_is_what_the_document_says():
    text = " ".join(TEXT.split())
    rows = re.findall(r"^\|.*\|$", (PAPER.parent / "performance.md").read_text(encoding="utf-8"), re.MULTILINE)
    for times, row in (
        (r"some ([\d.]+ million) parcels a second, (\d+) times as many as the second program", "the default: packers"),
        (r"()([\d.]+) times as fast as a loop over events in C", "a C loop over events"),
        (r"()(\d+) times as fast as SimPy with one process a parcel", "SimPy 4.1, one process a parcel"),
    ):
        (figures,) = re.findall(times, text)
        (cells,) = [each for each in rows if row in each]
        assert all(figure in cells for figure in figures), (figures, cells)


@pytest.mark.drawn
def test_the_picture_of_the_hub_is_that_of_the_code():
    """By its size and its ink, since letters differ from machine to machine."""
    import io

    from matplotlib.image import imread

    stored, drawn = (imread(source)[..., :3].mean(axis=2) for source in (PAPER / "hub.png", io.BytesIO(hub_png())))
    assert stored.shape == drawn.shape and abs(stored - drawn).mean() < 0.02
