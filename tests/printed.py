"""Commands wherever they are printed: help, documents, configurations, notebooks, page templates, program strings.

A command is on a line of its own or in backticks (on a page: in <code>), so that its end is clear. In running text a
verb alone, as in `cargohub show`, names the verb and is no command.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from experiments.verbs import VERBS, page

ROOT = Path(__file__).resolve().parents[1]
_VERB = rf"cargohub (?:{'|'.join(sorted(VERBS, key=len, reverse=True))}|--help|--version)(?![\w-])"
_INLINE = re.compile(rf"`({_VERB}[^`]*)`|<code>({_VERB}[^<]*)</code>")
_LINE = re.compile(rf"^[ #]*({_VERB}.*)$", re.MULTILINE)


def commands_of(text: str) -> Iterator[str]:
    """The commands of a text, without the explanations beside them."""
    text = _joined(text)
    for match in _INLINE.finditer(text):
        command = " ".join((match[1] or match[2]).split())
        if len(command.split()) > 2:
            yield command
    yield from (re.split(r"\s{2,}", line.strip())[0] for line in _LINE.findall(_INLINE.sub("", text)))


def unmarked_in(text: str) -> list[str]:
    """Lines with a command that is neither in backticks nor on a line of its own."""
    return re.findall(rf"^(?!usage: ).*{_VERB}.*", _LINE.sub("", _INLINE.sub("", _joined(text))), re.MULTILINE)


def _joined(text: str) -> str:
    """The text, with each command that continues on the next line joined to one line."""
    return re.sub(r"\\\n[ #]*", "", text)


def _strings_of(source: str) -> Iterator[str]:
    """The strings of a program except docstrings; {} stands for what it fills in."""
    nodes = list(ast.walk(ast.parse(source)))
    texts = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            texts |= {id(value) for value in node.values}
            yield "".join(str(value.value) if isinstance(value, ast.Constant) else "{}" for value in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in texts:
            yield node.value


def texts() -> list[tuple[str, str]]:
    """Every place with commands, and its text."""
    collected = [("--help", page(verb)) for verb in (None, *VERBS)]
    files = [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    for folder, kind in (
        ("docs", "md"), ("configs", "yaml"), ("notebooks", "py"), ("experiments", "html"), ("experiments", "yaml")
    ):  # fmt: skip
        files += sorted((ROOT / folder).rglob(f"*.{kind}"))
    collected += [(str(file), file.read_text(encoding="utf-8")) for file in files]
    for file in sorted((ROOT / "experiments").rglob("*.py")):
        if "cargohub" in (source := file.read_text(encoding="utf-8")):
            collected += [(str(file), text) for text in _strings_of(source)]
    return collected
