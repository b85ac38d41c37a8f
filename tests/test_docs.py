"""Documents that are written from the code say what the code says."""

import re
from pathlib import Path

import pytest

from experiments.report.kpi_page import kpi_page
from experiments.store.identity import git

ROOT = Path(__file__).resolve().parents[1]


def test_the_page_of_kpis_and_tables_is_that_of_the_code() -> None:
    assert (ROOT / "docs" / "kpis.md").read_text(encoding="utf-8") == kpi_page()


def test_the_model_tells_where_the_numbers_of_each_group_come_from() -> None:
    text = (ROOT / "docs" / "model.md").read_text(encoding="utf-8").partition("## 3. Data")[2]
    heads = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    names = {name for head in heads for name in re.findall(r"`([a-z_]+)`", head)}
    groups = {folder.name for folder in (ROOT / "configs").iterdir() if folder.is_dir()}
    assert not groups - names


def test_the_readme_names_the_folders_there_are() -> None:
    if (tracked := git("ls-files")) is None:
        pytest.skip("no repository")
    folders = {path.partition("/")[0] for path in tracked.splitlines() if "/" in path}
    readme = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Where things are")[2]
    assert folders == {".ci", *re.findall(r"`(\w+)/`", readme)}
