"""Notebooks: each runs, and its paired file says the same, without outputs."""

import ast
import runpy
from copy import copy
from functools import cache
from io import BytesIO
from pathlib import Path

import jupytext
import matplotlib.pyplot as plt
import nbformat
import pytest
from matplotlib.figure import Figure
from nbclient import NotebookClient
from test_expansion import kpis_of

import sim
from experiments.replications import work
from experiments.studies.capacity import threshold

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


TEACHING = [script for script in SCRIPTS if "### Exercise" in script.read_text(encoding="utf-8")]


def test_six_notebooks_teach():
    assert len(TEACHING) >= 5


@pytest.mark.parametrize("script", TEACHING, ids=ids)
def test_it_has_three_exercises_each_with_an_answer_that_is_checked(script):
    exercises = [
        part for part in jupytext.read(script).cells if part.cell_type == "markdown" and "### Exercise" in part.source
    ]
    assert [part.source.splitlines()[0] for part in exercises] == [f"### Exercise {n}" for n in (1, 2, 3)]
    parts = script.read_text(encoding="utf-8").split("### Exercise")[1:]
    for text in parts:
        last = [line for line in text.splitlines() if line and not line.startswith(("#", " "))][-1]
        assert last.startswith("assert "), last


@pytest.mark.parametrize("script", TEACHING, ids=ids)
def test_no_answer_is_shown_above_its_exercise(script):
    """What an answer computes is not displayed before, and its figures and findings are in no text before."""
    cells, texts, displayed = jupytext.read(script).cells, "", set()
    for cell, answer in zip(cells, [*cells[1:], None], strict=True):
        if cell.cell_type == "markdown":
            texts += f"{' '.join(cell.source.split())}\n"
        if not cell.source.startswith("### Exercise"):
            body = ast.parse(cell.source).body if cell.cell_type == "code" else []
            if body and isinstance(body[-1], ast.Expr):
                displayed |= expressions(body[-1])
            continue
        tree = ast.parse(answer.source)
        shown = {text for text in expressions(tree) & displayed if len(text) > 30}
        assert not shown, f"{cell.source.splitlines()[0]}: is displayed above"
        asserted = [node for each in ast.walk(tree) if isinstance(each, ast.Assert) for node in ast.walk(each)]
        values = [node.value for node in asserted if isinstance(node, ast.Constant) and isinstance(node.value, float)]
        figures = {str(value) for value in values if len(str(value)) > 4}
        assert not [figure for figure in figures if figure in texts], f"{cell.source.splitlines()[0]}: is in the text"
    assert not [finding for finding in FINDINGS if finding in texts]


FINDINGS = ("half as long", "It holds exactly", "needs less warm-up", "None of them fits", "wait longer in the chute")
"""Sentences that once gave an answer away."""


def expressions(tree):
    return {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.expr)}


def simulate_once(monkeypatch, made={}, simulate=sim.simulate):  # noqa: B006 - kept from test to test
    """All replications of a hub are the first of them that a test simulated."""
    monkeypatch.setattr(
        sim, "simulate", lambda hub, n: made.get(str(hub)) or made.setdefault(str(hub), simulate(hub, n))
    )


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("03_queues", "apart = 0.9 / (1 - 0.9)", "apart = 10 * 0.9 / (1 - 0.9)"),
        ("05_intervals", "half = 1.96 * of_three", "half = of_three"),
        ("05_intervals", "/ np.sqrt(len(run)) for", "/ len(run) for"),
        ("05_intervals", "half_width > 0.1:", "half_width > 0.12:"),
        ("05_intervals", "needed = 10\n", "needed = 999\n"),
        ("07_selection", "NOISE, SHARED = np.hypot(2.0, 3.0)", "NOISE, SHARED = 2.0 + 3.0"),
        ("07_selection", "budget = int(np.mean", "budget = int(8 * np.mean"),
        ("04_warm_up", "0.9 * load / (1 - load)", "0.9 / (1 - load)"),
        ("04_warm_up", "0.9 * load / (1 - load)", "load / (1 - load)"),
    ],
)
def test_a_check_refuses_a_wrong_answer(name, right, wrong, monkeypatch):
    simulate_once(monkeypatch)
    lesson, exercises = parts_of(name)
    assert exercises.count(right) == 1
    with pytest.raises(AssertionError):
        exec(exercises.replace(right, wrong), copy(lesson))
    plt.close("all")


@cache
def parts_of(name):
    """What a notebook has computed before its exercises, and their text."""
    (script,) = (script for script in SCRIPTS if script.stem == name)
    before, exercises = script.read_text(encoding="utf-8").split("# ### Exercise 1")
    exec(before, lesson := {})
    return lesson, exercises


def test_a_notebook_names_the_package_that_it_needs(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(SystemExit, match="pip install pm4py"):
        runpy.run_path(str(SCRIPTS[-1]))


@pytest.mark.drawn
@pytest.mark.parametrize("script", SCRIPTS[1:], ids=ids)
def test_its_code_runs(script, monkeypatch, is_slow):
    """Those of the expansion with made-up simulations, and of what is averaged one simulation; with --slow, all."""
    if script.stem.startswith("02_expansion") and not is_slow:
        for module in (work, threshold):
            monkeypatch.setattr(module, "evaluate", lambda config, n: {"kpis": kpis_of(config, n), "tables": {}})
    if script.stem == "04_warm_up" and not is_slow:
        simulate_once(monkeypatch)
    drawn, savefig = [], Figure.savefig
    monkeypatch.setattr(Figure, "savefig", lambda *words, **options: drawn.append(savefig(*words, **options)))
    monkeypatch.setattr(plt, "show", lambda: plt.savefig(BytesIO()))
    runpy.run_path(str(script))
    plt.close("all")
    assert drawn, f"{script.name}: draws no picture"


@pytest.mark.parametrize(
    "script", [SCRIPTS[0], *(pytest.param(script, marks=pytest.mark.slow) for script in SCRIPTS[1:])], ids=ids
)
# The kernel's client is not ours: its sockets and event loops warn on some platforms.
@pytest.mark.filterwarnings("ignore")
def test_it_runs_in_a_kernel(script, tmp_path, monkeypatch):
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR"):
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
