"""The verbs, as they are found: modules of `experiments.studies` whose docstring begins with their name.

    `cargohub run`: replicate one scenario, and report its KPIs.

The first line is what `cargohub --help` lists, the rest what `cargohub run --help` says. Both are read as text, so that
help needs no other import.
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


def packaged_verbs() -> Mapping[str, Verb]:
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


VERBS: Final = packaged_verbs()


def module_of(verb: str) -> str:
    """The module that carries a verb out."""
    return f"experiments.studies.{verb.replace('-', '_')}"


OPTIONS: Final = """options, before or after the words:
  --json            the result as one JSON document on standard output
  --out DIR         folder for run directories (runs)
  --all             every KPI and every row of the tables on the terminal (verbs that simulate, and show)
  --quiet           no progress
  --config-dir DIR  a folder with configuration groups of your own (DIR/scenario/mine.yaml: scenario=mine)
  --show            print the composed configuration, checked, and stop (verbs that simulate)
  --slow            the checks that take minutes, too (verify)
  --parallel        two workers against one (bench)
  --help, -h        this text; after a verb, the verb's own
  --version         the version

words:
  KEY=VALUE         another value: horizon_days=21, demand=permit, halls.main.doors_out=20
  +KEY=VALUE, ~KEY  one more key, one less"""


def page(verb: str | None) -> str:
    """The text of `--help`, for one verb or for all."""
    if verb is not None:
        return f"usage: cargohub {verb} [WORDS] [OPTIONS]\n\n{VERBS[verb].text}\n\n{OPTIONS}"
    lines = "\n".join(f"  {name:<13} {entry.summary}" for name, entry in VERBS.items())
    return f"""usage: cargohub VERB [WORDS] [OPTIONS]

A simulation of an air-cargo e-commerce hub: what breaks first as traffic grows, and what floor space buys.

verbs:
{lines}

examples:
  cargohub compare study=first_light
  cargohub run scenario=liege_100k demand=permit
  cargohub sweep demand.flights_per_day=3,5,7,9
  cargohub run --help

{OPTIONS}"""
