"""The command line: `cargohub VERB [KEY=VALUE …] [OPTIONS]`.

Everything heavy is imported by the verb that needs it, so that `--help` answers immediately. A mistake of the user's is
one line on standard error and exit code 2; an interrupt is 130, a SIGTERM 143.
"""

import argparse
import errno
import gc
import os
import shlex
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextvars import copy_context
from dataclasses import fields, replace
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import NoReturn

from experiments.arguments import RUNS, Arguments, check_once, folder
from experiments.hydra_habits import instead_of_option, instead_of_word
from experiments.verbs import VERBS, module_of, page
from sim.errors import CargohubError
from sim.names import printable, wrong_text

MISTAKE, INTERRUPTED, PIPE_CLOSED, TERMINATED = 2, 130, 141, 143

_GARBAGE = 50_000
"""New objects before a garbage collection: modules, configurations and pictures have many that stay."""

ASK_AGAIN_S = 20.0
"""Time after which the signal is repeated; unwinding takes less."""

FLAGS = ("--json", "--quiet", "--show", "--all", "--fresh", "--help", "--version")
PATHS = {"--out": RUNS, "--config-dir": None}
OF_VERBS = {name: value for verb in VERBS.values() for name, value in verb.options.items() if name not in FLAGS}
"""Options that stand for a word of their verb, KEY=VALUE or KEY=true."""
_WITH_VALUE = {*PATHS, *(name for name, value in OF_VERBS.items() if value)}
_LIKE = 0.75
"""Likeness from which an unknown option is taken for a known one (assumption)."""
LONGEST_WORD = 100_000
"""Largest length of a word [characters]: a list of designs."""
_LONGEST_LINE = 980
"""Largest length of a message [characters], which may repeat the input."""
_KEPT = "; finished parts are kept: repeat the command or use `cargohub resume {}` to continue"
_OF_LIBRARIES = {
    "can't start new thread": "no more threads can be started",
    "failed to load glyph": "a font that a picture needs cannot be read",
}
"""Errors of libraries, and their meaning."""
_NO_ZIP = "File is not a zip file"
"""What zipfile says of a file that it cannot read."""
_NO_ROOM = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO)
_BLANKS = str.maketrans("\t\r\n", "   ")
"""Line breaks to be replaced: a script may have a list of designs on several lines."""


class Terminated(BaseException):
    """A SIGTERM, handled like an interrupt so that worker processes end with us."""


def main(arguments: Sequence[str]) -> int:
    """Run one command line, and return its exit code."""
    return exit_code(lambda: copy_context().run(_run, arguments))


def typed() -> int:
    """Run the command line of this process, which may give a key only once; `main` does not check this."""
    words = sys.argv[1:]

    def command() -> int:
        check_once([*words, *(f"{name}={value}" for name, value in pairwise(words) if name in _WITH_VALUE)])
        return main(words)

    return exit_code(command)


def exit_code(command: Callable[[], int]) -> int:
    """Run a command and return its exit code; mistakes, interrupts and refusals of the machine print one line."""
    try:
        code = command()
        sys.stdout.flush()
    except BaseException as error:
        if (end := _end_behind(error)) is not None:
            is_interrupt = isinstance(end, KeyboardInterrupt)
            print(f"cargohub: {'interrupted' if is_interrupt else 'ended by SIGTERM'}{_kept()}", file=sys.stderr)
            return INTERRUPTED if is_interrupt else TERMINATED
        if isinstance(error, CargohubError):
            return _mistake(str(error))
        if isinstance(error, BrokenPipeError):
            return PIPE_CLOSED
        if (refused := _refused(error)) is None:
            raise
        return _mistake(refused)
    return code


def _end_behind(error: BaseException | None) -> BaseException | None:
    """The interrupt or SIGTERM behind an error: a library that is stopped while it writes may raise an error itself."""
    while error is not None and not isinstance(error, (KeyboardInterrupt, Terminated)):
        error = error.__context__
    return error


def _kept() -> str:
    """The message about kept parts; empty unless a run folder was in use."""
    directory = sys.modules.get("experiments.store.directory")
    held = "" if directory is None else directory.RunDirectory.last_held
    trust = " --trust-code" if held and Path(held, "rules").is_dir() else ""
    return held and _KEPT.format(shlex.quote(held) + trust)


def console(command: Callable[[], int] = typed) -> NoReturn:
    """Run a command as a process, with SIGTERM turned into an exception."""
    signal.signal(signal.SIGTERM, _terminate)
    # What Python ignores, such as an error while a generator of a stopped library is closed, it prints as a traceback.
    sys.unraisablehook = lambda _: None
    gc.set_threshold(_GARBAGE)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the calling process
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - until the process ends
        getattr(sys, name).reconfigure(errors="backslashreplace")
    code = command()
    try:
        sys.stdout.flush()
    except OSError:
        # Python flushes standard output again at exit, which would print an error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if code in (INTERRUPTED, TERMINATED):
        # All that was in use is closed. Libraries that were stopped may crash, or wait for ever, as the process ends.
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _run(typed: Sequence[str]) -> int:
    options, verb = _parse(typed)
    if options.version:
        from importlib.metadata import version

        print(f"cargohub {version('cargohub')}")
        return 0
    if verb is None or options.help:
        print(page(verb))
        return 0
    words = (*options.words[1:], *_words_of(options, verb))
    given = (each.name for each in fields(Arguments) if each.name not in ("verb", "words", "is_of_sheet"))
    return carry_out(Arguments(verb, words, **{name: getattr(options, name) for name in given}))


def carry_out(arguments: Arguments) -> int:
    """Do what the arguments ask: show a text, or run the module of the verb.

    Raises:
        CargohubError: a mistake of the user's.
    """
    words, verb = arguments.words, arguments.verb
    if any(".py" in word for word in words):
        from experiments.own_file import trust_typed

        trust_typed(words)
    _check_current_folder()
    arguments = _with_sheet(arguments)
    if arguments.show:
        from experiments.studies.shown import show

        return show(arguments)
    from experiments.execution.local import keep_freed_memory

    keep_freed_memory()
    name = module_of(verb)
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise CargohubError(f"{verb}: not available in this version") from error
    is_study = hasattr(module, "STUDY")
    if arguments.all and not is_study and "--all" not in VERBS[verb].options:
        raise CargohubError(f"--all: {verb} always shows all; only verbs that simulate, and show, take it")
    if arguments.fresh and not is_study and "--fresh" not in VERBS[verb].options:
        raise CargohubError(f"--fresh: {verb} reuses no results; only verbs that simulate, and resume, take it")
    if is_study and not hasattr(module, "main"):
        from experiments.frame import runner

        return runner.main(module.STUDY, arguments)
    return int(module.main(arguments))


def _check_current_folder() -> None:
    try:
        Path.cwd()
    except OSError as error:
        raise CargohubError(f"the current folder: {error.strerror}; change to another one") from None


def _with_sheet(arguments: Arguments) -> Arguments:
    """The arguments with a workbook of inputs replaced by its words."""
    sheets = [word for word in arguments.words if word.startswith("sheet=")]
    if not sheets:
        return arguments
    from experiments.studies.sheet import TAKEN_BY, words_of

    if arguments.verb not in TAKEN_BY:
        return arguments
    words: list[str] = []
    for word in arguments.words:
        key, _, value = word.partition("=")
        if key == "sheet":
            of_sheet = words_of(Path(value), arguments.verb, arguments.config_dir)
            words += [each for each in of_sheet if each not in arguments.words]
        else:
            words.append(word)
    return replace(arguments, words=tuple(words), is_of_sheet=True)


def _words_of(options: argparse.Namespace, verb: str) -> Iterator[str]:
    """Options of verbs, as words."""
    for name in OF_VERBS:
        key = name.removeprefix("--").replace("-", "_")
        value = getattr(options, key)
        if value is None or value is False:
            continue
        if name not in VERBS[verb].options:
            verbs = [other for other in VERBS if name in VERBS[other].options]
            raise CargohubError(f"{name}: only {', '.join(verbs)} {'take' if len(verbs) > 1 else 'takes'} this option")
        yield f"{key}={'true' if value is True else value}"


def _parse(words: Sequence[str]) -> tuple[argparse.Namespace, str | None]:
    parser = _Parser(prog="cargohub", add_help=False, allow_abbrev=False)
    for flag in FLAGS:
        parser.add_argument(flag, *(["-h"] if flag == "--help" else []), action="store_true")
    for name, path in PATHS.items():
        parser.add_argument(name, type=folder, default=path)
    for name, value in OF_VERBS.items():
        parser.add_argument(name, action="store" if value else "store_true")
    parser.add_argument("words", nargs="*", default=[])
    words = [word.translate(_BLANKS) for word in words]
    for word in words:
        if wrong := wrong_text(word, LONGEST_WORD):
            raise CargohubError(f"{wrong}")
    options = parser.parse_intermixed_args(words)
    for word in options.words:
        if (instead := instead_of_word(word)) is not None:
            raise CargohubError(f"{word!r}: Hydra's own settings have no effect here; {instead}")
    verb = options.words[0] if options.words else None
    if verb is not None and verb not in VERBS:
        from sim.reading import near

        if "=" in verb:
            raise CargohubError(f"{verb!r}: the verb comes first: `cargohub run {verb}`; `cargohub --help` lists them")
        raise CargohubError(f"{verb!r}: unknown verb{near(verb, VERBS) or '; `cargohub --help` lists them'}")
    return options, verb


class _Parser(argparse.ArgumentParser):
    """A parser that raises our error, where argparse would print its usage and exit."""

    def error(self, message: str) -> NoReturn:
        """Raise the message as an error of one line."""
        _, is_unknown, names = message.partition("unrecognized arguments: ")
        if not is_unknown:
            raise CargohubError(
                message.removeprefix("argument ").replace("ignored explicit argument", "takes no value, got")
            )
        from sim.reading import near

        first = names.split(" ")[0]
        if (instead := instead_of_option(first)) is not None:
            raise CargohubError(f"{first}: an option of Hydra, not of cargohub; {instead}")
        name, known = first.partition("=")[0], [*FLAGS, *OF_VERBS, *PATHS]
        if not (meant := near(name, known, _LIKE)) and name.startswith("--"):
            key = name.removeprefix("--").replace("-", "_")
            raise CargohubError(f"{name}: unknown option; write a key of the configuration without dashes: {key}=VALUE")
        raise CargohubError(f"{first}: unknown option{meant}")


def _refused(error: BaseException) -> str | None:
    """The machine's refusal in words; None if it is a fault of the program."""
    if str(error) == _NO_ZIP and isinstance(error.__context__, OSError):
        error = error.__context__
    if not isinstance(error, (OSError, MemoryError, ImportError, RuntimeError)):
        return None
    if isinstance(error, OSError) and error.strerror:
        kept = _kept() if error.errno in _NO_ROOM else ""
        return f"{'' if error.filename is None else f'{error.filename}: '}{error.strerror}{kept}"
    if isinstance(error, MemoryError) or "failed to map segment" in str(error):
        return f"no memory is left{_kept()}"
    cause = error.__cause__ or error  # numpy adds a page of text
    if type(cause) is ImportError and cause.name and cause.name.partition(".")[0] not in ("sim", "experiments"):
        return f"a library cannot be loaded: {cause}{_kept()}"
    message = next((message for text, message in _OF_LIBRARIES.items() if text in str(error)), None)
    return message and f"{message}{_kept()}"


def _mistake(text: str) -> int:
    line = printable(" ".join(text.split()))
    print(f"cargohub: {line[:_LONGEST_LINE]}{' …' if len(line) > _LONGEST_LINE else ''}", file=sys.stderr)
    return MISTAKE


def _terminate(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - the signature of a handler
    # Python drops an exception raised while an object is finalised, so the signal repeats if we still run.
    again = threading.Timer(ASK_AGAIN_S, os.kill, (os.getpid(), signal.SIGTERM))
    again.daemon = True
    again.start()
    raise Terminated


if __name__ == "__main__":
    console()
