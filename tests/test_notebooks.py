"""Notebooks: each runs, and its paired file says the same, without outputs."""

from pathlib import Path

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient

SCRIPTS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.py"))


def ids(script):
    return script.stem


def cells(notebook):
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


def test_there_are_notebooks():
    assert SCRIPTS


@pytest.mark.parametrize("script", SCRIPTS, ids=ids)
def test_the_paired_file_says_the_same_without_outputs(script):
    paired = nbformat.read(script.with_suffix(".ipynb"), as_version=4)
    assert cells(paired) == cells(jupytext.read(script))
    for cell in paired.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@pytest.mark.parametrize("script", SCRIPTS, ids=ids)
# The kernel's client is not ours: its sockets and event loops warn on some platforms.
@pytest.mark.filterwarnings("ignore")
def test_it_runs(script, tmp_path, monkeypatch):
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR"):
        monkeypatch.setenv(name, str(tmp_path))
    notebook = jupytext.read(script)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata["kernelspec"] = kernel
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(script.parent)}})
    client.execute()
    images = [
        output for cell in notebook.cells for output in cell.get("outputs", []) if "image/png" in output.get("data", {})
    ]
    assert images, f"{script.name}: draws no picture"
