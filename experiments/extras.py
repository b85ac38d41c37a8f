"""Optional libraries: the command that installs one that is missing."""

import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from shlex import quote
from types import MappingProxyType
from typing import Final

LATEST_PYTHON: Final = MappingProxyType({"simopt": (3, 13)})
"""The latest Python that a library accepts, as in pyproject.toml."""


def missing(library: str, extra: str) -> str:
    """A message that a library is not installed, with the command to install its extra; empty if it is installed."""
    if find_spec(library) is not None:
        return ""
    if (latest := LATEST_PYTHON.get(library)) and latest < sys.version_info[:2]:
        return f"{library} is not installed: it needs Python {latest[0]}.{latest[1]} or earlier"
    try:
        version("cargohub")
        what = f"'cargohub[{extra}]'"  # the installed package, wherever it came from
    except PackageNotFoundError:
        what = f"-e {quote(f'{Path(__file__).resolve().parents[1]}[{extra}]')}"
    return f"{library} is not installed: {quote(sys.executable or 'python')} -m pip install {what}"
