"""`cargohub page`: plan, run and compare in a browser, on this machine only.

Serves a page on 127.0.0.1 with the run folders of --out (runs), and opens it in the browser. Everything that it shows
comes from the functions of the command line, and everything that it runs is a command: a run started on the page can be
seen, resumed and reproduced on a terminal, and the reverse. The first line printed is the address, with a token that
every request needs. Ctrl-C or SIGTERM ends the server; running studies then keep finished replications and can be
resumed. Needs the extra page.

  cargohub page
  cargohub page --out runs --config-dir mine        plans are saved as scenarios in mine, which the command line reads
  cargohub page --port 0 --no-browser --out DIR     any free port instead of 8470, for scripts

Own options: --port N, --no-browser.
"""

from typing import Final

from experiments.arguments import Arguments, files_and_options
from experiments.frame.runner import need
from sim.errors import InputError
from sim.names import count_of

USUAL_PORT: Final = 8470
_LAST_PORT: Final = 65_535


def main(arguments: Arguments) -> int:
    files, given = files_and_options(arguments.words, ("port", "no_browser"))
    if files:
        raise InputError(f"page: takes only options, got {', '.join(map(str, files))}; --out DIR is the folder of runs")
    text = given.get("port", str(USUAL_PORT))
    port = count_of(text)
    if port is None or port > _LAST_PORT:
        raise InputError(f"--port: expected a whole number from 0 (any free port) to {_LAST_PORT}, got {text[:20]!r}")
    if arguments.config_dir is not None and arguments.config_dir.exists() and not arguments.config_dir.is_dir():
        raise InputError(f"--config-dir: {str(arguments.config_dir)!r} is not a folder")
    if arguments.json:
        raise InputError("--json: page prints only its address; other verbs print results as JSON")
    for library in ("starlette", "uvicorn", "python_multipart"):
        need(library, "page")

    from experiments.studies.page.server import serve

    return serve(arguments, port, has_browser="no_browser" not in given)
