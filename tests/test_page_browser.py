"""The served page in real Chromium, as people use it: the whole path, by keyboard alone, on a phone, in the dark."""

import re
import signal
import subprocess
import sys
import time

import pytest

pytest.importorskip("starlette")
pytest.importorskip("python_multipart")

from browser import SERIOUS, LeftError, needs_chromium
from stored_runs import TINY, made
from test_expansion import PACKAGED, kpis_of

from experiments.frame import simulating
from experiments.main import main

pytestmark = needs_chromium
OF_LOOKS = ("color-contrast", "link-in-text-block", "scrollable-region-focusable")
"""Rules that depend on the window and its colours; all others on what the page says."""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    made(folder)
    assert main(["run", *TINY, "apron.stands=1", "page=none", "--out", str(folder)]) == 0
    expand(folder)
    return folder


def expand(folder):
    """An expansion of all its paths but two, with made-up simulations."""
    few = [f"~expansion.paths.{name}" for name in PACKAGED]
    sizes = ("expansion.draws=2", "expansion.worlds=2", "expansion.years=2", "expansion.loads=[0.1,0.8]")
    words = ["expansion", *sizes, "workers=1", *few, "--quiet", "--out", str(folder)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulating, "evaluate", lambda config, n: {"kpis": kpis_of(config, n), "tables": {}})
        assert main(words) == 0


@pytest.fixture(scope="module")
def config_dir(tmp_path_factory):
    """With a scenario whose runs draw no page."""
    text = "# @package _global_\ndefaults: [liege_30k, _self_]\nscenario: undrawn\npage: none\n"
    (folder := tmp_path_factory.mktemp("mine") / "scenario").mkdir()
    (folder / "undrawn.yaml").write_text(text)
    return folder.parent


@pytest.fixture(scope="module")
def address(root, config_dir):
    options = ["--port", "0", "--no-browser", "--out", str(root), "--config-dir", str(config_dir)]
    with started(options) as process:
        yield process.stdout.readline().strip()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def started(options):
    command = [sys.executable, "-m", "experiments.main", "page", *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def at(address, path):
    """A page, with the token that the first visit needs."""
    base, token = address.split("/?")
    return f"{base}{path}{'&' if '?' in path else '?'}{token}"


def wait_for(browser, script, seconds=60):
    until = time.monotonic() + seconds
    text = "const text = document.body?.innerText ?? '';" if "text." in script else ""  # which lays the page out
    while not shows(browser, f"{text} return Boolean({script})"):
        assert time.monotonic() < until, f"{script}: {browser.run('return document.body.innerText')[:2000]}"
        time.sleep(0.2)


def shows(browser, script):
    """Whether it holds on the page; not while the page is left for the next."""
    try:
        return browser.run(script)
    except LeftError:
        return False


def name_in(root):
    return next(path.parent.name for path in root.glob("run-*/report.html"))


def check_page(browser, path, rules=()):
    """What axe-core finds, by these of its rules or all, is not serious, and nothing is wider than its window.

    On a phone a picture is moved in its frame, so that its texts can be read.
    """
    assert [each for each in browser.findings(*rules) if each[0] in SERIOUS] == [], path
    width = browser.run("return innerWidth")
    assert browser.run("return document.documentElement.scrollWidth") <= width, path
    ends = "[...document.querySelectorAll('figure')].map((each) => each.getBoundingClientRect().right)"
    assert all(end <= width for end in browser.run(f"return {ends}")), path
    pictures = "[...document.querySelectorAll('figure a img')].map((each) => each.offsetWidth)"
    assert all(each >= 600 for each in browser.run(f"return {pictures}")), path


def test_pages_have_no_serious_findings_and_fit_their_window(browser, address, root, is_slow):
    expansion = next(path.name for path in root.glob("expansion-*"))
    runs = (f"/run/{name_in(root)}", f"/run/{expansion}/expansion")
    plans = ["/plan?verb=sure&set.halls.main.doors_out=36"]
    plans += ["/plan", "/plan?verb=compare", "/plan?verb=sweep"] if is_slow else []  # whose fields the first has, too
    compare = "/compare?" + "&".join(f"run={path.name}" for path in sorted(root.glob("run-*")))
    for path in ("/runs", compare, *plans, "/flights", "/capacity", "/sure", "/expansion", *runs):
        browser.open(at(address, path))
        check_page(browser, path)
        assert browser.run("return location.search.includes('token')") is False
        browser.look(390, is_dark=True)  # which differs from the wide window in its looks alone
        check_page(browser, path, OF_LOOKS)
        for width, is_dark in ((390, True), (1280, True), (390, False)) if is_slow else ():
            browser.open(at(address, path), width, is_dark=is_dark)
            check_page(browser, path)


def test_a_table_of_a_result_is_sorted_by_a_heading(browser, address, root):
    browser.open(at(address, f"/run/{next(path.name for path in root.glob('expansion-*'))}"))
    check_sorting(browser)


def check_sorting(browser):
    names = "[...table.querySelectorAll('tbody th')].map((cell) => cell.textContent)"
    script = "const table = document.querySelector('table:has(thead button)');"
    press = f"{script} table.querySelector('thead button').click(); return {names}"
    up, down = browser.run(press), browser.run(press)
    assert up == down[::-1] != down and len(up) > 2


def test_a_value_changed_is_checked_at_once_drawn_and_kept_in_the_address(browser, address):
    browser.open(at(address, "/plan"))
    change(browser, "halls.main.doors_out", "36")
    wait_for(browser, "document.querySelector('#check .over')")
    assert "set.halls.main.doors_out=36" in browser.run("return location.search")
    marked = "document.getElementById('f-halls.main.doors_out').closest('.changed')"
    assert "changed from 30" in browser.run(f"return {marked}.innerText")
    assert "1 changed" in browser.run(f"return {marked}.closest('details').querySelector('summary').textContent")
    change(browser, "demand.flights_per_day", "-1")
    wait_for(browser, "document.querySelector('.says[data-key=\"demand.flights_per_day\"]')?.innerText")
    says = browser.run("return document.querySelector('#check .mistake').innerText")
    assert says == "demand.flights_per_day: must be greater than 0, got -1.0"


def test_a_plan_sends_what_differs_and_its_fields_stay_usable(browser, address):
    browser.open(at(address, "/plan?set.halls.main.doors_out=28"))
    sent = browser.run("return [...new FormData(plan).keys()].filter((key) => key.startsWith('set.'))")
    assert sent == ["set.halls.main.doors_out"]
    assert browser.run("return plan.querySelectorAll(':disabled').length") == 0, "after Run was stopped, or after Back"


def test_a_page_whose_server_is_away_says_so_once_until_it_is_back(browser, address):
    browser.open(at(address, "/plan"))
    says = "[...document.querySelectorAll('#main .away')].map((each) => each.textContent.slice(0, 26))"
    browser.run("parts.fetch = fetch; window.fetch = () => Promise.reject(new TypeError('away'))")
    for doors in ("36", "37"):
        change(browser, "halls.main.doors_out", doors)
        wait_for(browser, "document.querySelector('#check > .away')")
        assert browser.run(f"return {says}") == ["The server does not answer"]
    browser.run("document.querySelector('#check > .away').remove()")
    browser.run("document.getElementById('main').dataset.refresh = 100; await parts.refresh()")
    assert browser.run(f"return {says}") == ["The server does not answer"]
    browser.run("delete document.getElementById('main').dataset.refresh; window.fetch = parts.fetch")
    change(browser, "halls.main.doors_out", "36")
    wait_for(browser, "document.querySelector('#check .over')")


def test_values_are_found_by_a_word_and_changed_together_in_per_cent(browser, address):
    browser.open(at(address, "/plan?group.roster=three_shifts"))
    shown = "[...document.querySelectorAll('.fields .field')].filter(field => !field.closest('[hidden]'))"
    fill(browser, "filter", "night packout")
    assert browser.run(f"return {shown}.map(field => field.querySelector('input').value)") == ["0.8"]
    fill(browser, "by", "-30 %")
    browser.run("document.getElementById('apply').click()")
    wait_for(browser, "document.getElementById('command').textContent.includes('share:0.56')")
    assert browser.run(f"return {shown}[0].querySelector('input').value") == "0.56"
    assert browser.run("return document.querySelectorAll('.field.changed input').length") == 1
    fill(browser, "filter", "doors")
    browser.run("document.getElementById('apply').click()")
    wait_for(browser, "document.getElementById('command').textContent.includes('halls.main.doors_out=21')")
    assert "precision." not in browser.run("return document.getElementById('command').textContent"), "has no value"
    fill(browser, "filter", "")
    assert browser.run(f"return {shown}.length") > 300


def test_a_choice_that_brings_another_form_keeps_the_focus_in_its_opened_group(browser, address):
    browser.open(at(address, "/plan"))
    browser.run("document.getElementById('g-roster').closest('details').open = true")
    browser.run("document.getElementById('g-roster').focus()")
    browser.press("ArrowDown", 40)
    wait_for(browser, "location.search.includes('group.roster=') && document.activeElement?.id === 'g-roster'")
    assert browser.run("return document.activeElement.closest('details').open")


def fill(browser, name, value):
    browser.run(
        f"const field = document.getElementById('{name}'); field.value = '{value}';"
        " field.dispatchEvent(new Event('input', {bubbles: true}))"
    )


def test_a_slider_let_go_computes_the_answer_again_and_keeps_the_focus(browser, address, root):
    expansion = next(path.name for path in root.glob("expansion-*"))
    browser.open(at(address, f"/run/{expansion}/expansion"))
    check_sorting(browser)
    before = browser.run("return document.getElementById('check').innerText")
    browser.run(
        "const slider = document.getElementById('s-permit.granted'); slider.focus(); slider.value = 0;"
        " slider.dispatchEvent(new Event('change', {bubbles: true}))"
    )
    wait_for(browser, "text.includes('expansion.stages.permit.results.granted.probability=0')")
    assert browser.run("return document.activeElement.id") == "s-permit.granted"
    assert browser.run("return document.getElementById('check').innerText") != before
    assert "permit.granted=0" in browser.run("return location.search")
    browser.run(
        "const slider = document.getElementById('s-permit.granted'); slider.value = 0.6;"
        " slider.dispatchEvent(new Event('change', {bubbles: true}))"
    )
    panel = "document.getElementById('check').getAttribute('aria-busy')"
    says = browser.run(f"return [{panel}, document.querySelector('.busy').textContent]")
    assert says == ["true", "computing…"]
    wait_for(browser, f"{panel} === null")
    moved = "document.querySelector('output[for=\"s-permit.granted\"]').textContent"
    assert browser.run(f"return {moved}").startswith("60\u00a0%"), "the slider that was moved stays"
    total = (
        "[...document.querySelectorAll('input[name^=\"permit.\"]')].reduce((sum, each) => sum + Number(each.value), 0)"
    )
    assert browser.run(f"return {total}") == pytest.approx(1, abs=0.02)


def change(browser, key, value):
    browser.run(
        f"const field = document.getElementById('f-{key}'); field.closest('details').open = true;"
        f" field.value = '{value}'; field.dispatchEvent(new Event('change', {{bubbles: true}}))"
    )


def test_from_scenario_to_the_sheet_by_keyboard_alone_with_a_reload_and_a_cancel(browser, address, tmp_path):
    values = [word for word in TINY if "=" in word and not word.startswith(("workers", "replications"))]
    query = "&".join(f"set.{word}" for word in [*values, "replications=12"])
    browser.open(at(address, f"/plan?scenario=undrawn&{query}"))
    tab_to(browser, "Run")
    browser.press("Enter")
    wait_for(browser, "location.pathname.startsWith('/run/')")
    run = browser.run("return location.pathname")
    wait_for(browser, "text.includes('First look')", 120)
    browser.go(address.split("/?")[0] + run)
    assert browser.run("return document.querySelector('progress').max") == 1
    check_page(browser, run)
    tab_to(browser, "Cancel, and keep finished replications")
    browser.press("Enter")
    wait_for(browser, "text.includes('Finished replications are kept')")
    done = int(re.search(r"(\d+) of 12 replications", browser.run("return document.body.innerText"))[1])
    assert done >= 1
    tab_to(browser, "Resume")
    browser.press("Enter")
    wait_for(browser, "text.includes('At a glance')", 300)
    wait_for(browser, "!document.getElementById('main').dataset.refresh", 300)
    browser.download_to(tmp_path)
    tab_to(browser, "One sheet (A4, PDF)")
    browser.press("Enter")
    until = time.monotonic() + 120
    while not (sheets := list(tmp_path.glob("*.pdf"))):
        assert time.monotonic() < until, (browser.errors, browser.run("return document.body.innerText"))
        time.sleep(0.2)
    assert sheets[0].read_bytes().startswith(b"%PDF")


def test_a_broken_file_of_flights_is_refused_and_leads_back(browser, address):
    browser.open(at(address, "/flights"))
    browser.run(
        "const files = new DataTransfer(); files.items.add(new File(['flight,sibt\\nCV1,yesterday\\n'], 'bad.csv'));"
        " document.querySelector('input[type=file]').files = files.files;"
        " document.querySelector('main form button').click()"
    )
    wait_for(browser, "text.includes('yesterday')")
    assert "/tmp" not in browser.run("return document.querySelector('.mistake').innerText")
    check_page(browser, "a mistake")
    browser.run("document.querySelector('main a').click()")
    wait_for(browser, "location.pathname === '/flights' && document.querySelector('h1')?.innerText === 'Flights'")
    assert all("400" in str(error) for error in browser.errors)
    browser.errors.clear()


def tab_to(browser, text):
    """The Tab key until the element with this text has the focus."""
    for _ in range(800):
        browser.press("Tab")
        if browser.run("return document.activeElement?.innerText") == text:
            return
    pytest.fail(f"no Tab reaches {text!r}")


def test_a_stored_report_is_shown_in_a_sandbox_and_a_replay_plays(browser, address, root):
    browser.open(at(address, f"/run/{name_in(root)}/file/report.html"))
    assert browser.run("return [document.querySelector('h1') !== null, origin]") == [True, "null"]
    browser.open(at(address, f"/run/{name_in(root)}"))
    browser.run("[...document.querySelectorAll('button')].find(b => b.textContent === 'Make a replay').click()")
    wait_for(browser, "location.pathname.endsWith('/replay.html') && document.querySelector('canvas')")
    assert browser.run("return origin") == "null"
