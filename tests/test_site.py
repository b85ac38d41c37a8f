"""The documentation's pages: built without a warning, read without a network; its blocks of code run."""

import inspect
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from experiments import composition, verbs
from experiments.composition import compose, load
from experiments.grouping import values_of
from sim.rules import DECISIONS

ROOT = Path(__file__).resolve().parents[1]
DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BLOCKS = {str(path.relative_to(ROOT)): _FENCE.findall(path.read_text(encoding="utf-8")) for path in DOCS}
WITH_PYTHON = [name for name, blocks in BLOCKS.items() if any(language == "python" for language, _ in blocks)]
SMALL = ("demand.flights_per_day=0.7", "horizon_days=1", "warmup_days=0", "service_h=6", "exports=none")
_COMMANDS, _CONTAINERS = {"", "text", "console", "mermaid"}, {"dockerfile"}
"""Blocks whose commands `tests/test_commands_run.py` runs, and files of containers, which this machine may not have."""


class Fetched(HTMLParser):
    """What a browser fetches for a page."""

    def __init__(self):
        super().__init__()
        self.addresses = []

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if tag == "link" and "stylesheet" not in named.get("rel", "") and "icon" not in named.get("rel", ""):
            return
        self.addresses += [named[name] for name in ("src", "href") if name in named and tag != "a"]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--site-dir", str(folder)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr  # with warnings it is 1, unless --quiet hides them
    return folder


def test_pages_fetch_nothing(site):
    for path in site.rglob("*.html"):
        if path.name == "404.html":  # which only a server shows
            continue
        page = Fetched()
        page.feed(path.read_text(encoding="utf-8"))
        assert page.addresses, path
        for address in page.addresses:
            assert not re.match(r"(https?:)?//", address), f"{path.name}: {address}"
            assert (path.parent / address.partition("?")[0].partition("#")[0]).exists(), f"{path.name}: {address}"


def test_links_lead_to_files(site):
    dead = {
        f"{path.name}: {target}"
        for path in site.rglob("*.html")
        if path.name != "404.html"
        for target in re.findall(r'<a [^>]*href="(?!\w+:)([^"#?]+)', path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    }
    assert not dead


def test_examples_and_lists_are_shown_as_such(site):
    for path in site.rglob("*.html"):
        page = re.sub("<pre.*?</pre>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert "<blockquote>" not in page, path
        assert not re.search(r"\n *[-*] ", page), path


def test_every_key_of_the_packaged_hub_is_listed(site):
    page = (site / "reference" / "keys.html").read_text(encoding="utf-8")
    listed = set(re.findall(r"<td><code>([^<]+)</code></td>", page))
    starred = [re.compile(re.escape(key).replace(r"\*", r"[^.]+")) for key in listed if "*" in key]
    keys = {re.sub(r"\[\d+\].*", "", key) for key, value in values_of(compose()) if value not in (None, {}, [])}
    missing = {key for key in keys - listed if not any(each.fullmatch(key) for each in starred)}
    assert not {key for key in missing if not re.match(r"margin$|fitted|designs|scenarios|demands", key)}


def test_the_keys_of_a_verb_are_in_its_own_section(site):
    page = (site / "reference" / "keys.html").read_text(encoding="utf-8")
    (section,) = re.findall(r'<h2 id="the-verb-sure">.*?(?=<h2)', page, re.DOTALL)
    assert re.search(r"<code>sure.budget</code></td>\s*<td>75</td>", section)
    assert len(re.findall("<code>sure.budget</code>", page)) == 1


def test_every_verb_is_listed(site):
    page = (site / "reference" / "verbs.html").read_text(encoding="utf-8")
    assert {verb for verb in verbs.VERBS if f'id="{verb}"' not in page} == set()


def test_blocks_are_of_a_language_that_is_tested():
    known = {"python", "yaml", *_COMMANDS, *_CONTAINERS}
    assert {
        (name, language) for name, blocks in BLOCKS.items() for language, _ in blocks if language not in known
    } == set()


@pytest.mark.parametrize("name", WITH_PYTHON)
def test_blocks_of_python_run(name, monkeypatch):
    monkeypatch.setattr(composition, "load", lambda scenario, *words: load(scenario, *words, *SMALL))
    space = {"__name__": "block"}
    for language, text in BLOCKS[name]:
        if language == "python":
            for needed in ("dask_jobqueue", "simopt"):  # a cluster's queue; not for each Python
                if needed in text:
                    pytest.importorskip(needed)
            exec(compile(text, name, "exec"), space)


def test_blocks_of_yaml_are_yaml():
    for name, blocks in BLOCKS.items():
        for language, text in blocks:
            assert language != "yaml" or isinstance(yaml.safe_load(text), dict | list), name


def test_public_functions_say_what_they_take_and_give():
    """In Google's style; the list is that of docs/reference/python.md."""
    page = (ROOT / "docs" / "reference" / "python.md").read_text(encoding="utf-8")
    names = re.findall(r"^::: (\S+)$", page, re.MULTILINE)
    assert {name.rpartition(".")[2] for name in names if name.startswith("sim.rules.")} == set(DECISIONS)
    for name in names:
        if not name.startswith("sim.rules."):
            module, _, attribute = name.rpartition(".")
            found = getattr(import_module(module), attribute)
            text = inspect.getdoc(found) or ""
            assert text, name
            if inspect.isfunction(found):
                assert {"Args:", "Returns:"} <= set(text.split()), name
                for each in inspect.signature(found).parameters:
                    assert re.search(rf"^ {{4}}\*{{0,2}}{each}: ", text, re.MULTILINE), f"{name}: {each}"
