"""Python texts that this process may execute, because a user typed their file's name or `--trust-code`."""

import hashlib
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, redirect_stdout
from functools import cache
from types import ModuleType
from typing import Final, TypeVar

from sim.errors import InputError

R = TypeVar("R")

_TRUSTED: Final[set[str]] = set()


def trust(*sources: str) -> None:
    """Allow this process to execute these texts."""
    _TRUSTED.update(sources)


def trusted() -> tuple[str, ...]:
    return tuple(_TRUSTED)


def trusting(sources: Sequence[str], function: Callable[..., R], *arguments: object) -> R:
    """Call a function in a worker that trusts the same texts as the process that started it."""
    trust(*sources)
    return function(*arguments)


@cache
def executed(name: str, source: str) -> ModuleType:
    """The module that results from executing a file's text.

    Raises:
        InputError: the file is not trusted, or raises.
    """
    if source not in _TRUSTED:
        raise InputError(
            f"{name}: code is executed only if its file is typed (rules=FILE.py), or with --trust-code;"
            " `cargohub reproduce RUN` shows the code of a stored run"
        )
    module = ModuleType(f"cargohub_own_{hashlib.sha256(source.encode()).hexdigest()}")
    sys.modules[module.__name__] = module  # dataclasses look for the module here
    try:
        with printing_apart():
            exec(compile(source, name, "exec", dont_inherit=True), vars(module))  # noqa: S102 - a trusted text
    except (Exception, SystemExit) as error:
        raise raised_in(name, error) from error
    return module


def printing_apart() -> AbstractContextManager[object]:
    """What is printed here goes to the error stream: standard output is the answer's, with `--json` one document.

    Only in the main thread, because all threads have the same streams.
    """
    is_main = threading.current_thread() is threading.main_thread()
    return redirect_stdout(sys.stderr) if is_main else nullcontext()


def raised_in(name: str, error: BaseException, what: str = "") -> InputError:
    """The error that a file's text raised, with its line in the file; `what` names the part that raised it."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == name]
    where = f"line {lines[-1]}: " if lines else ""
    message = f"{type(error).__name__}: {shown(error, str)}".removesuffix(": ")
    return InputError(f"{name}: {where}{what}{message}")


def shown(value: object, as_text: Callable[[object], str] = repr, most: int = 80) -> str:
    """A value as a short text; only its type if its text cannot be made."""
    try:
        text = as_text(value)
    except Exception:  # noqa: BLE001 - an integer of thousands of digits, or a class of the user's
        return f"a value of type {type(value).__name__}"
    return text if len(text) <= most else f"{text[:most]}…"
