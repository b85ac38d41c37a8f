"""Optional libraries: the command that installs one that is missing."""

import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from shlex import quote


def missing(library: str, extra: str) -> str:
    """A message that a library is not installed, with the command to install its extra; empty if it is installed."""
    if find_spec(library) is not None:
        return ""
    try:
        version("cargohub")
        what = f"'cargohub[{extra}]'"  # the installed package, wherever it came from
    except PackageNotFoundError:
        what = f"-e {quote(f'{Path(__file__).resolve().parents[1]}[{extra}]')}"
    return f"{library} is not installed: {quote(sys.executable or 'python')} -m pip install {what}"
