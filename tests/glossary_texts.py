"""What a reader reads, with its place: the docs, the configuration's comments, and the program's sentences."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
GLOSSARY = ROOT / "docs" / "glossary.md"
DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PAPER = ROOT / "docs" / "paper" / "paper.md"
"""Whose form is a journal's, and which the site does not have."""
_CODE = re.compile(r"```.*?```|``[^`]*``|`[^`]*`", re.DOTALL)
_LEAST_WORDS = 2
"""A string literal of fewer words is a key or a name."""


def texts() -> Iterator[tuple[str, str]]:
    """Place (`path:line`) and text of every piece of prose but the glossary's."""
    for path in DOCS:
        if path != GLOSSARY:
            prose = _CODE.sub(lambda code: "\n" * code[0].count("\n"), path.read_text(encoding="utf-8"))
            yield from _lines(path, enumerate(prose.splitlines(), 1))
    for path in sorted((ROOT / "configs").rglob("*.yaml")):
        lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        yield from _lines(path, ((line, text.partition("#")[2]) for line, text in lines))
    for path in [*sorted((ROOT / "experiments").rglob("*.html")), *sorted((ROOT / "experiments").rglob("*.yaml"))]:
        yield from _lines(path, enumerate(path.read_text(encoding="utf-8").splitlines(), 1))
    for path in [*sorted((ROOT / "experiments").rglob("*.py")), *sorted((ROOT / "sim").rglob("*.py"))]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if len(text.split()) >= _LEAST_WORDS:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", _CODE.sub("", text)


def _lines(path: Path, lines: Iterator[tuple[int, str]]) -> Iterator[tuple[str, str]]:
    return ((f"{path.relative_to(ROOT)}:{line}", text) for line, text in lines)
