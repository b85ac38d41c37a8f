"""Answers by address: the list of runs, a run, its files, and actions on it."""

import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from experiments.arguments import Arguments, folder_option
from experiments.execution.place import usable_workers
from experiments.formatting import unit_name
from experiments.interval_text import amount
from experiments.report import page as report_page
from experiments.report.page import PAGE
from experiments.studies.brief import FILE as SHEET
from experiments.studies.list import SHOWN, mean_in
from experiments.studies.page import result, runs
from experiments.studies.page.answers import VIEWS, answers_of
from experiments.studies.page.children import Children, answered
from experiments.studies.page.comparing import Comparing
from experiments.studies.page.differences import MOST
from experiments.studies.page.guard import STORED_POLICY, TOO_LARGE, TooLarge
from experiments.studies.page.planning import Planning
from experiments.studies.page.show import address, made_file, page, refused
from experiments.verbs import VERBS
from sim.errors import CargohubError, InputError
from sim.names import count_of

STATIC: Final = Path(report_page.__file__).parent
_STATIC_FILES: Final = ("page.css", "page.js", "local_page/page.css", "local_page/page.js")
_SHOWN: Final = (".html", ".svg", ".png")
"""Files that open in the browser; others are saved."""
_TYPES: Final[Mapping[str, str]] = {".yaml": "text/plain", ".jsonl": "text/plain"}
_FORMS: Final = ("csv", "xlsx")


@dataclass(frozen=True)
class Views:
    """Views on one folder of runs. Functions that are not asynchronous run in separate threads."""

    arguments: Arguments
    children: Children

    @property
    def root(self) -> Path:
        """The folder of the runs."""
        return self.arguments.out

    def routes(self) -> Sequence[Route | Mount]:
        planning, comparing = Planning(self.arguments, self.children), Comparing(self.arguments)
        read: dict[str, Callable[..., Any]] = {
            "/": lambda _: RedirectResponse(address("runs")),
            "/runs": self.listed,
            "/run/{name}": self.run,
            "/run/{name}/file/{file:path}": self.file,
            "/run/{name}/tables/{form}": self.tables,
            "/run/{name}/sheet": lambda request: self.brief(request, "--out", SHEET),
            "/run/{name}/slides": lambda request: self.brief(request, "--pptx", "slides.pptx"),
            "/static/{file:path}": self.static,
            **{f"/{view}": self.answers for view in VIEWS},
            **planning.read(),
            **comparing.read(),
        }
        done: dict[str, Callable[..., Any]] = {
            "/run/{name}/resume": self.resume,
            "/run/{name}/cancel": self.cancel,
            "/run/{name}/replay": self.replay,
            **planning.done(),
            **comparing.done(),
        }
        return [
            *(Route(path, view, methods=["GET"]) for path, view in read.items()),
            *(Route(path, view, methods=["POST"]) for path, view in done.items()),
        ]

    def mistakes(self) -> Mapping[Any, Callable[..., Any]]:
        """Answers for requests that no view answers."""
        return {
            CargohubError: lambda request, error: refused(request.url.path, 400, str(error)),
            TooLarge: lambda request, _: refused(request.url.path, 413, TOO_LARGE),
            ClientDisconnect: lambda request, _: refused(
                request.url.path, 400, "The request ended before all data came."
            ),
            HTTPException: lambda request, error: refused(request.url.path, error.status_code, error.detail),
        }

    def listed(self, request: Request) -> Response:
        """The runs, page by page."""
        asked = {key: request.query_params.get(key, "") for key in ("text", "verb", "state")}
        everything = runs.names_in(self.root)
        chosen = runs.chosen(everything, **asked)
        number = request.query_params.get("page", "1")
        n_pages = max(1, -(-len(chosen) // runs.PER_PAGE))
        at = min(max(1, count_of(number) or 1), n_pages) if len(number) < 7 else 1
        shown = chosen[(at - 1) * runs.PER_PAGE : at * runs.PER_PAGE]
        rows = [{**runs.entry(self.root, run), "is_running": self._is_running(run.name), "run": run} for run in shown]
        verbs = [verb for verb in VERBS if any(run.verb == verb for run in everything)]
        return page(
            "runs.html", root=str(self.root), rows=rows, n=len(chosen), n_all=len(everything), at=at, n_pages=n_pages,
            asked=asked, verbs=verbs, states=(runs.COMPLETE, runs.UNFINISHED), shown_kpis=SHOWN, mean=_mean,
            unit_name=unit_name, most_compared=MOST,
        )  # fmt: skip

    def _is_running(self, name: str) -> bool:
        """Whether a command, of this page or another, works on the run."""
        is_here = self.children.is_running(name)
        return is_here or runs.state_of(self.root / name, is_here=False) == runs.RUNNING

    def run(self, request: Request) -> Response:
        """A run: its result, or its progress."""
        name = request.path_params["name"]
        if self.children.is_known(name) and not runs.is_there(self.root, name):
            mistake = None if self.children.is_running(name) else self.children.mistake(name) or "It ended."
            return page("starting.html", name=name, mistake=mistake, is_begun=False)
        folder = self._folder(request)
        is_here = self.children.is_running(name)
        state = runs.state_of(folder, is_here=is_here)
        try:
            if state == runs.COMPLETE:
                return page("result.html", name=name, result=result.result_of(folder), forms=_FORMS, is_here=is_here)
            run = result.under_way(folder)
        except CargohubError as error:
            if is_here:  # the browser asks again in a second
                return page("starting.html", name=name, mistake=None, is_begun=True)
            return refused(request.url.path, 409, str(error))
        return page(
            "running.html", name=name, run=run, is_here=is_here, is_running=state == runs.RUNNING,
            left=run.left(usable_workers()) if is_here else "", mistake=self.children.mistake(name),
            progress=self.children.progress(name) if is_here else "",
        )  # fmt: skip

    def file(self, request: Request) -> Response:
        """A file of a run, whose origin may be unknown."""
        folder, name = self._folder(request), request.path_params["file"]
        if (path := result.file_in(folder, name)) is None:
            raise HTTPException(404, f"{name[:80]}: not a file of this run")
        is_shown = path.suffix in _SHOWN
        return FileResponse(
            path, media_type=_TYPES.get(path.suffix), filename=path.name,
            content_disposition_type="inline" if is_shown else "attachment",
            headers={"content-security-policy": STORED_POLICY},
        )  # fmt: skip

    def tables(self, request: Request) -> Response:
        """All tables of a run in one file, as `cargohub export` writes them."""
        folder, form = self._folder(request), request.path_params["form"]
        if form not in _FORMS:
            raise HTTPException(404, f"{form[:20]}: expected {' or '.join(_FORMS)}")
        return made_file(folder.name, lambda into: _exported(folder, form, into))

    def brief(self, request: Request, option: str, name: str) -> Response:
        """A run on one A4 page, or on five slides, as `cargohub brief` makes them."""
        folder = self._folder(request)

        def made(into: Path) -> Path:
            answered(["brief", str(folder), option, str(into / name)])
            return into / name

        return made_file(folder.name, made)

    def answers(self, request: Request) -> Response:
        """Results of the latest runs of some verbs."""
        at = request.url.path.strip("/")
        answers, n = answers_of(self.root, VIEWS[at])
        return page("answers.html", at=at, runs=answers, n=n)

    def static(self, request: Request) -> Response:
        """Style and script of the page."""
        name = request.path_params["file"]
        if name not in _STATIC_FILES:
            raise HTTPException(404, "No such file.")
        return FileResponse(STATIC / name)

    def resume(self, request: Request) -> Response:
        """Continue an unfinished run, or make the missing report of a finished one."""
        folder = self._folder(request)
        is_here = self.children.is_running(folder.name)
        if runs.state_of(folder, is_here=is_here) == runs.UNFINISHED:
            self.children.start(folder.name, ["resume", str(folder), *self._options()])
        elif not (folder / PAGE).is_file():
            self.children.start(folder.name, ["resume", str(folder), "page=now", *self._options()])
        return _see(folder.name)

    def cancel(self, request: Request) -> Response:
        """End a run that this page started; finished parts are kept."""
        folder = self._folder(request)
        self.children.cancel(folder.name)
        return _see(folder.name)

    async def replay(self, request: Request) -> Response:
        """Make the replay of a run, and open it."""
        async with request.form() as form:
            replication = str(form.get("replication", "")) or "0"
            scenario = str(form.get("scenario", ""))
        folder = await run_in_threadpool(self._folder, request)
        words = ["replay", str(folder), f"replication={replication}"]
        says = await run_in_threadpool(answered, [*words, *([f"scenario={scenario}"] if scenario else [])])
        return RedirectResponse(address("run", folder.name, "file", Path(says.splitlines()[-1]).name), 303)

    def _options(self) -> list[str]:
        return ["--out", str(self.root), *folder_option(self.arguments.config_dir)]

    def _folder(self, request: Request) -> Path:
        try:
            return runs.folder_in(self.root, request.path_params["name"])
        except InputError as error:
            raise HTTPException(404, str(error)) from None


def _mean(kpi: str, kpis: Mapping[str, float]) -> str:
    return amount(mean_in(kpis, kpi), with_unit=False)


def _see(name: str) -> Response:
    return RedirectResponse(address("run", name), 303)


def _exported(folder: Path, form: str, into: Path) -> Path:
    answered(["export", str(folder), "--to", form, "--out", str(into)])
    if form != "csv":
        return next(into.glob(f"*.{form}"))
    path = into / "tables.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(into.glob("*.csv")):
            archive.write(file, file.name)
    return path
