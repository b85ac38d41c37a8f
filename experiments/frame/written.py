"""Where verbs write results that are not runs: the file or folder of `--out`, or of an option, outside every run."""

from collections.abc import Sequence
from pathlib import Path

from experiments.arguments import RUNS, Arguments
from experiments.store.read import check_outside_runs
from sim.errors import InputError


def folder_out(arguments: Arguments) -> Path | None:
    """The folder of `--out`; None if it is not given.

    Raises:
        CargohubError: a run folder, or a folder in one.
    """
    if arguments.out is RUNS:
        return None
    check_outside_runs(arguments.out, "--out")
    return arguments.out


def file_out(arguments: Arguments, what: str, suffixes: Sequence[str]) -> Path | None:
    """The file of `--out`; None if it is not given.

    Raises:
        CargohubError: as in `file_of`.
    """
    return None if arguments.out is RUNS else file_of("--out", arguments.out, what, suffixes)


def file_of(option: str, path: Path, what: str, suffixes: Sequence[str]) -> Path:
    """The file that an option names; `what` begins the message, such as "slides are".

    Raises:
        CargohubError: another suffix, or a place in a run folder.
    """
    if path.suffix.lower() not in suffixes:
        raise InputError(f"{option}: {what} a file *{', *'.join(suffixes)}; got {str(path)[:60]!r}")
    check_outside_runs(path, option)
    return path
