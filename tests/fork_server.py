"""Commands of the `cargohub` on PYTHONPATH, each in a process of its own that has imported everything already.

Reads asks from standard input, a JSON object a line: `words`, `folder`, `output` (a file), `renders` (figures of pages
are drawn) and `parts` (after so many the run is interrupted, or null). Answers with the process's id, then, when the
command has ended, with its exit code.
"""

import gc
import json
import os
import signal
import sys
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import conftest

import experiments.studies


def _interrupt_after(n_parts: int) -> None:
    from experiments.store import parts

    kept, keep = [], parts.keep

    def counted(*arguments: Any) -> Any:
        if len(kept) == n_parts:
            raise KeyboardInterrupt
        kept.append(keep(*arguments))
        return kept[-1]

    parts.keep = counted


def _run(ask: dict[str, Any]) -> None:
    os.setsid()
    os.chdir(ask["folder"])
    output = os.open(ask["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream, source in ((0, os.open(os.devnull, os.O_RDONLY)), (1, output), (2, output)):
        os.dup2(source, stream)
    conftest.render(has_figures=ask["renders"], has_pages=ask["renders"])
    if ask["parts"] is not None:
        _interrupt_after(ask["parts"])
    from experiments.main import console

    sys.argv[1:] = ask["words"]
    console()


def imported() -> None:
    """Everything that a command needs; a process that ends does not look through it for garbage, five times as long."""
    for module in walk_packages(experiments.studies.__path__, "experiments.studies."):
        import_module(module.name)
    for name in ("matplotlib.pyplot", "sim.simulation", "hydra._internal.hydra", "experiments.report.pictures"):
        import_module(name)
    gc.collect()
    gc.freeze()


def main() -> None:
    imported()
    sys.argv[0] = "cargohub"
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            _run(json.loads(line))
        _answer(child)
        _answer(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _answer(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
