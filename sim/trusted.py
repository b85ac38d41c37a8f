"""Texts of Python that may be executed in this process, because a user typed their file's name or `--trust-code`."""

import hashlib
import sys
import traceback
from collections.abc import Callable, Sequence
from functools import cache
from types import ModuleType
from typing import Final, TypeVar

from sim.errors import InputError

R = TypeVar("R")

_TRUSTED: Final[set[str]] = set()


def trust(*sources: str) -> None:
    """Let these texts be executed in this process."""
    _TRUSTED.update(sources)


def trusted() -> tuple[str, ...]:
    return tuple(_TRUSTED)


def trusting(sources: Sequence[str], function: Callable[..., R], *arguments: object) -> R:
    """Call a function in a worker, which trusts what the process trusted that sent it."""
    trust(*sources)
    return function(*arguments)


@cache
def executed(name: str, source: str) -> ModuleType:
    """The module that a file's text makes.

    Raises:
        InputError: a file that is not trusted, or that raises.
    """
    if source not in _TRUSTED:
        raise InputError(
            f"{name}: code is executed where its file is typed (rules=FILE.py), or with --trust-code;"
            " `cargohub reproduce RUN` shows that of a stored run"
        )
    module = ModuleType(f"cargohub_own_{hashlib.sha256(source.encode()).hexdigest()}")
    sys.modules[module.__name__] = module  # where dataclasses and the like look for it
    try:
        exec(compile(source, name, "exec", dont_inherit=True), vars(module))  # noqa: S102 - a trusted text
    except (Exception, SystemExit) as error:
        raise raised_in(name, error) from error
    return module


def raised_in(name: str, error: BaseException, what: str = "") -> InputError:
    """What a file's text raised, with its line there; `what` raised it."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == name]
    where = f"line {lines[-1]}: " if lines else ""
    message = f"{type(error).__name__}: {short(str(error))}".removesuffix(": ")
    return InputError(f"{name}: {where}{what}{message}")


def short(text: str, most: int = 80) -> str:
    return text if len(text) <= most else f"{text[:most]}…"
