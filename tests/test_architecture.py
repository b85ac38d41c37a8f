"""Where random generators live, and what the packages declare. `make lint` checks the contracts of imports."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest
import yaml
from answers import answer

from experiments.frame.console import SCHEMA_VERSION
from experiments.money.prices import Paid
from experiments.studies.optimise.design import Sampler
from experiments.studies.select.design import Method

ROOT = Path(__file__).resolve().parents[1]
GENERATORS = ("sim/streams.py", "sim/inputs/")
# These make hubs to test with and shuffle the order of events in a test; no simulation of a configuration draws there.
TEST_CASES = ("sim/reference/equality.py", "sim/reference/small_")


@pytest.mark.parametrize("file", sorted((ROOT / "sim").rglob("*.py")), ids=lambda file: str(file.relative_to(ROOT)))
def test_generators_live_in_streams_and_inputs(file):
    if str(file.relative_to(ROOT).as_posix()).startswith(GENERATORS + TEST_CASES):
        return
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            assert not any(name.name in {"random", "numpy.random"} for name in node.names), f"{file}:{node.lineno}"
        elif isinstance(node, ast.ImportFrom):
            assert node.module not in {"random", "numpy.random"}, f"{file}:{node.lineno}"
        elif isinstance(node, ast.Attribute) and node.attr == "random":
            assert not (isinstance(node.value, ast.Name) and node.value.id in {"np", "numpy"}), f"{file}:{node.lineno}"


@pytest.mark.parametrize("package", ["sim", "experiments"])
def test_types_are_declared_to_whoever_imports(package):
    assert (ROOT / package / "py.typed").is_file()


def test_json_is_printed_in_one_place():
    """So that every document says the version of its schema; `--show` prints a configuration, which is none."""
    printing = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "experiments").rglob("*.py")
        if "print(json.dumps(" in file.read_text() or "stdout.write(json.dumps(" in file.read_text()
    }
    assert printing == {"experiments/studies/shown.py"}


@pytest.mark.parametrize("package", ["sim", "experiments"])
def test_names_are_those_of_things(package):
    vague = {"found", "own", "one", "mine", "there", "told", "said"}
    for file in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.FunctionDef(name=name):
                    assert name.strip("_") not in vague, f"{file}:{node.lineno}: {name}"


def test_a_document_says_the_version_of_its_schema(capsys, tmp_path):
    assert answer(capsys, "list", "--out", tmp_path)["schema_version"] == SCHEMA_VERSION


def test_every_sentence_in_texts_is_said_with_its_gaps_filled():
    texts = yaml.safe_load((ROOT / "experiments" / "report" / "texts.yaml").read_text())["sentences"]
    trees = [ast.parse(file.read_text()) for file in (ROOT / "experiments").rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    words = {node.value for node in nodes if isinstance(node, ast.Constant)}
    # Of a method, or a way of paying, the name is put together.
    methods, paid = (f"method_{method}" for method in (*Method, *Sampler)), (f"paid_{way}" for way in Paid)
    assert set(texts) <= {*words, *methods, *paid}
    for call in nodes:
        if (
            isinstance(call, ast.Call)
            and ast.unparse(call.func) == "sentence_of"
            and isinstance(call.args[0], ast.Constant)
        ):
            text = texts[call.args[0].value]
            gaps = {re.split(r"[.[]", field)[0] for _, field, *_ in Formatter().parse(text) if field}
            given = {keyword.arg for keyword in call.keywords if keyword.arg is not None}
            has_more = len(given) < len(call.keywords)
            assert given <= gaps if has_more else given == gaps, f"{call.args[0].value}: {given} for {gaps}"
