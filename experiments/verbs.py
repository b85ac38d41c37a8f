"""The verbs: modules of `experiments.studies` whose docstring begins with their name.

    `cargohub run`: replicate one scenario, and report its KPIs.

The first line is what `cargohub --help` lists, the rest what `cargohub run --help` says. Both are read as text, so that
help needs no other import. So is the line of the docstring that declares its options:

    Own options: --figure FILE, --skip-bad.

They stand for the words figure=FILE and skip_bad=true; options that all verbs share are those of `experiments.main`.
"""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Final

_FIRST_LINE: Final = re.compile(r'r?"""`cargohub ([a-z-]+)`: (.*)\.(?:""")?\n')
_OPTIONS: Final = re.compile(r"^Own options: (.*)\.$", re.MULTILINE)
_HELP: Final = Path(__file__).with_name("help.txt")


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of the command line: its module, its line in the list, and its options with their values."""

    path: Path
    summary: str
    options: Mapping[str, str]

    @property
    def text(self) -> str:
        """Its help page."""
        return (ast.get_docstring(ast.parse(self.path.read_bytes())) or "").partition("\n\n")[2]


def packaged_verbs() -> Mapping[str, Verb]:
    """The verbs in the package `experiments.studies`, by name."""
    verbs = {}
    package = find_spec("experiments.studies")
    assert package is not None
    for folder in map(Path, package.submodule_search_locations or ()):
        for path in [*folder.glob("*.py"), *folder.glob("*/__init__.py")]:
            text = path.read_text(encoding="utf-8")
            if first := _FIRST_LINE.match(text):
                declared = _OPTIONS.search(text)
                options = re.findall(r"(--[a-z-]+) ?(\w*)", declared[1]) if declared else ()
                verbs[first[1]] = Verb(path, first[2], dict(options))
    return MappingProxyType(dict(sorted(verbs.items())))


VERBS: Final = packaged_verbs()
_OF_VERBS: Final = re.compile(rf"\(((?:{'|'.join(VERBS)})(?:, (?:{'|'.join(VERBS)}))*)\)$")
"""The end of an option's line that lists the only verbs that take it."""


def module_of(verb: str) -> str:
    """The module of the verb."""
    return f"experiments.studies.{verb.replace('-', '_')}"


def page(verb: str | None) -> str:
    """The text of `--help`, for one verb or for all."""
    text = _HELP.read_text(encoding="utf-8").rstrip()
    if verb is None:
        return text.format(verbs="\n".join(f"  {name:<13} {entry.summary}" for name, entry in VERBS.items()))
    options = text[text.index("options, before or after the words") :].split("\n")
    taken = "\n".join(line for line in options if not (of := _OF_VERBS.search(line)) or verb in of[1].split(", "))
    return f"usage: cargohub {verb} [WORDS] [OPTIONS]\n\n{VERBS[verb].text}\n\n{taken}"
