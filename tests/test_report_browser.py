"""The page in a real browser: tables are sorted by keyboard, and marks say what they are."""

import pytest
from browser import Browser, needs_chromium

from experiments.report import style
from experiments.report.page import files_of, write_page
from experiments.report.sections import Page, Section, picture
from experiments.store.rows import Grid

ROWS = (("b\n(what was varied)", "more than 9.5\n9–10"), ("a", "1,234\n1–2"), ("c", "\u22122.0\n"))


@needs_chromium
@pytest.mark.drawn
def test_tables_are_sorted_by_keyboard_and_marks_have_a_title(tmp_path):
    with style.look():
        drawing, ax = style.panel(2)
        ax.barh([0, 1], [3, 4], label="parcels")
        style.name_rows(ax, ["first <hall>", "second"])
        drawn = picture("bars", "Bars", "Two of them.", drawing)
    sections = [Section("At a glance", grids=[Grid("", ("Design", "Dwell [h]"), ROWS)]), Section("P", pictures=[drawn])]
    sections.append(Section("How it was found", items=["parcelandpostaltechnologyinternational.com/a-super-hub"]))
    write_page(tmp_path, files_of(Page("At least 95 %", ["It carries."], sections, "", None), "cargohub run"))
    assert "<h1>At least 95\u00a0%</h1>" in (tmp_path / "report.html").read_text(), "a unit stays with its number"
    with Browser(tmp_path / "profile") as browser:
        browser.open(tmp_path / "report.html")
        order = "[...document.querySelectorAll('tbody th')].map((cell) => cell.firstChild.data).join('')"
        assert browser.run("return getComputedStyle(document.querySelector('tbody th small')).display") == "block"
        press = "document.querySelectorAll('thead button')[1]"
        assert browser.run(f"return {order}") == "bac"
        assert browser.run(f"{press}.focus(); {press}.click(); return {order}") == "cba"
        assert browser.run(f"{press}.click(); return {order}") == "abc"
        assert browser.run("return document.querySelector('[aria-sort]').getAttribute('aria-sort')") == "descending"
        titles = browser.run("return [...document.querySelectorAll('svg g > title')].map((title) => title.textContent)")
        assert titles == ["first <hall>, parcels: 3.00", "second, parcels: 4.00"]
        frames = "[...document.querySelectorAll('div[tabindex]')].map((frame) => frame.getAttribute('aria-label'))"
        assert browser.run(f"return {frames}") == ["Design, Dwell [h]", drawn.alt], "to which the tab key goes"
        assert browser.findings() == []
        browser.look(360)
        assert browser.run("return document.documentElement.scrollWidth") == 360, "a long word is broken"
        assert browser.errors == []
