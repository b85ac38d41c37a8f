"""A run by what one calls it: its folder, or the beginning of its name or hash."""

from pathlib import Path

from experiments.store.read import CONFIG
from sim.errors import InputError


def run_folder(named: str, root: Path) -> Path:
    """The folder, or the one run in `root` whose name or hash begins so.

    Raises:
        InputError: none, or several.
    """
    if Path(named).is_dir():
        return Path(named)
    folders = [path for path in root.glob("*") if (path / CONFIG).is_file()] if named else []
    found = sorted(
        path for path in folders if path.name.startswith(named) or path.name.rpartition("-")[2].startswith(named)
    )
    if not found:
        raise InputError(f"{named}: no such folder, and no run in {root} whose name or hash begins so")
    if len(found) > 1:
        raise InputError(f"{named}: {len(found)} runs in {root} begin so, as {found[0].name} and {found[1].name}")
    return found[0]
