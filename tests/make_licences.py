"""Writes docs/licences.md: what each library that is installed says of its licence.

python tests/make_licences.py > docs/licences.md
"""

import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

PROJECT = tomllib.loads((Path(__file__).resolve().parents[1] / "pyproject.toml").read_text())["project"]

UNPINNED = {"cimba": "Apache-2.0", "ciw": "MIT", "salabim": "MIT"}
"""Of the extra `bench`, which `constraints.txt` leaves out: compilers and other platforms decide their versions."""
KNOWN = {**UNPINNED, "cvxopt": "GPL-3.0-or-later"}
"""cvxopt has the whole text in the place of a name."""
EXTRAS = ("study", "page", "office", "cluster", "hydra", "bench", "dev")
"""In the order in which they are listed: a library stands where it is needed first."""
HEAD = """# Licences

Terms: [glossary](glossary.md).

cargohub has the MIT licence. It is shipped without libraries: pip installs them, each under its own licence. This page
is written by `python tests/make_licences.py > docs/licences.md` from what the libraries say of themselves, with the
versions of `constraints.txt` on Linux with Python 3.11; a test holds it current. Later Pythons need fewer of them,
Windows and macOS a few more.

**AGPL and GPL**: {copyleft} are dependencies of tests alone, such as those that check exported logs with pm4py.
Neither `sim` nor `experiments` imports them, no extra but `dev` installs them, and nothing that is built has them.
"""


def closure(extra: str) -> set[str]:
    """Names of all libraries that the extra needs; "": an installation without extras."""
    names: set[str] = set()
    waiting = [(text, "") for text in (PROJECT["optional-dependencies"][extra] if extra else PROJECT["dependencies"])]
    while waiting:
        text, wanted = waiting.pop()
        requirement = Requirement(text)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": wanted}):
            continue
        name = re.sub(r"[-_.]+", "-", requirement.name).lower()
        if name not in names and name not in UNPINNED:
            needs = distribution(name).requires or ()
            waiting += [(each, of) for each in needs for of in ("", *requirement.extras)]
        names.add(name)
    return names


def licence(name: str) -> str:
    """As its metadata says: the expression, the classifiers, or the first line of the text."""
    if name in KNOWN:
        return KNOWN[name]
    metadata = distribution(name).metadata
    if expression := metadata.get("License-Expression"):
        return expression
    classified = [
        each.split(" :: ")[-1] for each in metadata.get_all("Classifier", []) if each.startswith("License ::")
    ]
    text = (metadata.get("License") or "").strip().partition("\n")[0]
    return ", ".join(sorted(set(classified) - {"OSI Approved"})) or text[:60] or "not stated"


def page() -> str:
    """The whole document.

    Raises:
        PackageNotFoundError: a library that is not installed.
    """
    titles = {"": "Always installed", "dev": "Tests, linters and documents: the extra `dev`"}
    listed: set[str] = set()
    copyleft: list[str] = []
    parts = []
    for extra in ("", *EXTRAS):
        names = sorted(closure(extra) - listed)
        rows = [(name, licence(name)) for name in names]
        copyleft += [f"{name} ({text})" for name, text in rows if re.search(r"\bA?GPL|Affero|GNU General", text)]
        assert extra == "dev" or not copyleft, copyleft
        table = "\n".join(f"| {name} | {text.replace('|', '/')} |" for name, text in rows)
        parts.append(f"## {titles.get(extra, f'The extra `{extra}`')}\n\n| library | licence |\n|---|---|\n{table}\n")
        listed.update(names)
    return "\n".join([HEAD.format(copyleft=" and ".join(copyleft)), *parts])


if __name__ == "__main__":
    try:
        sys.stdout.write(page())
    except PackageNotFoundError as missing:
        sys.exit(f"{missing.name}: not installed; make test installs all that is listed")
