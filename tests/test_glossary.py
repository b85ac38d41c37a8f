"""Texts use the glossary's terms, and none of the words that a term replaces."""

import re
from typing import NamedTuple

import pytest
from glossary_texts import DOCS, GLOSSARY, PAPER, ROOT, texts


class Entry(NamedTuple):
    """A row of the glossary."""

    theme: str
    term: str
    meaning: str
    replaced: tuple[str, ...]
    allowed: tuple[str, ...]


def entries(glossary: str) -> list[Entry]:
    found, theme = [], ""
    for line in glossary.splitlines():
        theme = line[3:] if line.startswith("## ") else theme
        if line.startswith("| **"):
            term, _, meaning, words = (cell.strip() for cell in line.strip("|").split("|"))
            replaced, _, allowed = words.partition("; except ")
            split = (tuple(filter(None, part.split(", "))) for part in (replaced, allowed))
            found.append(Entry(theme, term.strip("*"), meaning, *split))
    return found


ENTRIES = entries(GLOSSARY.read_text(encoding="utf-8"))


def violations(text: str, entry: Entry) -> list[str]:
    """Words of the text that the term replaces: whole words, in small letters or with a capital."""
    for phrase in entry.allowed:
        text = re.sub(re.escape(phrase), " ", text)
    words = "|".join(rf"[{word[0]}{word[0].upper()}]{re.escape(word[1:])}" for word in entry.replaced)
    words = words.replace(r"\ ", r"\s+")
    return re.findall(rf"(?<![\w.-])(?:{words})(?![\w=-]|\.\w)", text)


FIRST_WORDS = {entry: {re.split(r"\W", phrase)[0].lower() for phrase in entry.replaced} for entry in ENTRIES}


def replaced_in(text: str) -> list[Entry]:
    """Entries that replace a phrase whose first word the text has."""
    words = {word.lower() for word in re.findall(r"\w+", text)}
    return [entry for entry, first in FIRST_WORDS.items() if not words.isdisjoint(first)]


def test_texts_use_no_word_that_a_term_replaces() -> None:
    wrong = [
        f"{place}: {word!r}, the glossary has {entry.term!r}"
        for place, text in texts()
        for entry in replaced_in(text)
        for word in violations(text, entry)
    ]
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The hangar is full.", ["hangar"]),
        ("Hangar\nfull", ["Hangar"]),
        ("hangars and ahangar, hangar.area_m2=3, hangar_m2", []),
        ("the big\n    hangar of lead", ["big\n    hangar"]),
        ("a toy hangar", []),
    ],
)
def test_a_replaced_word_is_seen(text: str, words: list[str]) -> None:
    entry = entries("## Hub\n| **hall** | m² | A building. | big hangar, hangar; except toy hangar |")[0]
    assert violations(text, entry) == words


def test_every_term_is_there_once_with_a_meaning_of_one_sentence_in_alphabetical_order() -> None:
    terms = [entry.term.lower() for entry in ENTRIES]
    assert len(terms) == len(set(terms)) > 80
    assert not {word.lower() for entry in ENTRIES for word in entry.replaced} & set(terms)
    for entry in ENTRIES:
        assert entry.meaning.count(". ") == 0 and entry.meaning.endswith("."), entry.term
    for theme in {entry.theme for entry in ENTRIES} - {"Plain words"}:
        of_theme = [entry.term.lower() for entry in ENTRIES if entry.theme == theme]
        assert of_theme == sorted(of_theme), theme


def test_the_glossary_keeps_to_its_own_words() -> None:
    for entry in ENTRIES:
        for other in replaced_in(entry.meaning):
            assert not violations(entry.meaning, other), (entry.term, other.term)


def test_every_document_and_page_names_the_glossary() -> None:
    pages = (ROOT / "experiments" / "report").glob("*.html")
    whole = [path for path in pages if "</body>" in path.read_text(encoding="utf-8")]
    assert whole
    for path in {*DOCS, *whole} - {GLOSSARY, PAPER}:
        assert "glossary.md" in path.read_text(encoding="utf-8"), path
