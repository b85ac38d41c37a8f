"""The verbs, as they are found: modules of `experiments.studies` whose docstring begins with their name.

    `cargohub run`: replicate one scenario, and report its KPIs.

The first line is what `cargohub --help` lists, the rest what `cargohub run --help` says. Both are read as text, so that
help imports no verb; help.yaml has what stands around them.
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


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of the command line: its module, and its line in the list."""

    path: Path
    summary: str

    @property
    def text(self) -> str:
        """Its own page."""
        return (ast.get_docstring(ast.parse(self.path.read_bytes())) or "").partition("\n\n")[2]


def found() -> Mapping[str, Verb]:
    """The verbs in the package `experiments.studies`, by name."""
    verbs = {}
    package = find_spec("experiments.studies")
    assert package is not None
    for folder in map(Path, package.submodule_search_locations or ()):
        for path in [*folder.glob("*.py"), *folder.glob("*/__init__.py")]:
            with path.open(encoding="utf-8") as file:
                first = _FIRST_LINE.match(file.readline())
            if first:
                verbs[first[1]] = Verb(path, first[2])
    return MappingProxyType(dict(sorted(verbs.items())))


VERBS: Final = found()


def module_of(verb: str) -> str:
    """The module that carries a verb out."""
    return f"experiments.studies.{verb.replace('-', '_')}"


def page(verb: str | None) -> str:
    """The text of `--help`, for one verb or for all."""
    import yaml

    texts: dict[str, str] = yaml.safe_load(Path(__file__).with_name("help.yaml").read_text(encoding="utf-8"))
    if verb is not None:
        return texts["verb"].format(verb=verb, text=VERBS[verb].text, options=texts["options"])
    lines = "\n".join(f"  {name:<13} {entry.summary}" for name, entry in VERBS.items())
    return texts["all"].format(verbs=lines, options=texts["options"])
