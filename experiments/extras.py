"""Libraries that few need: what to type where one is not installed."""

import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from shlex import quote


def missing(library: str, extra: str) -> str:
    """That a library is not installed, with the command that installs its extra here; empty where it is installed."""
    if find_spec(library) is not None:
        return ""
    try:
        version("cargohub")
        what = f"'cargohub[{extra}]'"  # of what is installed, from wherever it came
    except PackageNotFoundError:
        what = f"-e {quote(f'{Path(__file__).resolve().parents[1]}[{extra}]')}"
    return f"{library} is not installed: {quote(sys.executable or 'python')} -m pip install {what}"
