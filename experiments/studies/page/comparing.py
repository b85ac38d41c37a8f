"""The views of *Compare*, *Expansion* and *Flights*."""

import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from experiments.arguments import Arguments, folder_option
from experiments.composition import scenarios
from experiments.store.files import sha256_of, write_whole
from experiments.studies.page.children import answered
from experiments.studies.page.differences import compared
from experiments.studies.page.guard import STORED_POLICY
from experiments.studies.page.plan import FLIGHTS, Plan, check_choices, flights_folder, sent_flights
from experiments.studies.page.recomputed import recomputed
from experiments.studies.page.runs import folder_in
from experiments.studies.page.show import address, page
from sim.errors import CargohubError, InputError

_SAYS: Final = "says.txt"
"""Output of `cargohub schedule` for a file of flights."""
_SCENARIO: Final = "scenario.txt"
"""The scenario with whose aircraft it was read."""


@dataclass(frozen=True)
class Comparing:
    """Views on one folder of runs."""

    arguments: Arguments

    def read(self) -> Mapping[str, Callable[..., Any]]:
        """Addresses that only show something."""
        return {
            "/compare": self.compare,
            "/run/{name}/expansion": self.expansion,
            "/flights": self.flights,
            "/flights/{name}/{file}": self.picture,
        }

    def done(self) -> Mapping[str, Callable[..., Any]]:
        """Addresses that change something."""
        return {"/replay": self.replay, "/flights": self.send}

    def compare(self, request: Request) -> Response:
        """The runs in the address, the first as the baseline."""
        names = list(dict.fromkeys(request.query_params.getlist("run")))
        folders = [folder_in(self.arguments.out, name) for name in names]
        return page("compare.html", names=names, compared=compared(folders))

    async def replay(self, request: Request) -> Response:
        """A replay of two runs in step."""
        async with request.form() as form:
            names = [str(name) for name in form.getlist("run")]
        if len(names) != 2:
            raise InputError(f"replay: expected two runs, got {len(names)}")
        folders = [await run_in_threadpool(folder_in, self.arguments.out, name) for name in names]
        path = (await run_in_threadpool(answered, ["replay", *map(str, folders)])).splitlines()[-1]
        return RedirectResponse(address("run", names[0], "file", Path(path).name), 303)

    def expansion(self, request: Request) -> Response:
        """A stored expansion with the probabilities in the address."""
        folder = folder_in(self.arguments.out, request.path_params["name"])
        again = recomputed(folder, dict(request.query_params), request.query_params.getlist("moved"))
        return page("expansion.html", name=folder.name, again=again)

    def flights(self, _: Request) -> Response:
        """The uploaded files and their contents."""
        files = [{**self._sent(name), "sent": sent} for name, sent in sent_flights(self.arguments.out).items()]
        hubs = scenarios(self.arguments.config_dir)
        return page("flights.html", files=files, scenarios=hubs, usual=Plan().scenario)

    def picture(self, request: Request) -> Response:
        """The week of an uploaded flight file."""
        name, file = request.path_params["name"], request.path_params["file"]
        if name not in sent_flights(self.arguments.out) or file != self._sent(name)["picture"]:
            raise HTTPException(404, "No such picture.")
        path = flights_folder(self.arguments.out) / name / file
        return FileResponse(path, headers={"content-security-policy": STORED_POLICY})

    async def send(self, request: Request) -> Response:
        """Upload of a flight file, read as by `cargohub schedule`."""
        async with request.form(max_files=1) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile) or not file.filename:
                raise InputError("flights: choose a file first")
            given = {key: form.get(key) for key in ("airport", "skip_bad")}
            scenario = str(form.get("scenario", "")) or Plan().scenario
            filename, content = file.filename, await file.read()
        check_choices(Plan(scenario=scenario), self.arguments)
        words = [f"{key}={value}" for key, value in given.items() if isinstance(value, str) and value]
        name = await run_in_threadpool(self._kept, filename, content, scenario, words)
        return RedirectResponse(f"/flights#{name}", 303)

    def _kept(self, filename: str, content: bytes, scenario: str, words: list[str]) -> str:
        """The name of the folder where an uploaded file and its flights are."""
        words = [f"scenario={scenario}", *words, *folder_option(self.arguments.config_dir)]
        stem = re.sub(r"[^A-Za-z0-9_-]", "-", Path(filename).stem)[:40].strip("-") or "flights"
        name = f"{stem}-{sha256_of(content + ' '.join(words).encode())[:8]}"
        with tempfile.TemporaryDirectory(prefix="cargohub-") as folder:
            path = Path(folder) / f"{stem}{Path(filename).suffix[:8] if Path(filename).suffix.isascii() else ''}"
            path.write_bytes(content)
            into = flights_folder(self.arguments.out) / name
            try:
                says = answered(["schedule", str(path), *words, "--out", str(into)])
            except CargohubError as error:
                raise InputError(str(error).replace(f"{folder}/", "")) from None
        if not (into / FLIGHTS).is_file():
            raise InputError(f"{filename[:80]}: {says.strip().splitlines()[-1]}")
        # Lines after the table name files of this folder.
        write_whole(into / _SAYS, says.partition("\nWritten to")[0].replace(f"{folder}/", "").encode())
        write_whole(into / _SCENARIO, scenario.encode())
        return name

    def _sent(self, name: str) -> dict[str, str]:
        """Uploaded flight files."""
        folder = flights_folder(self.arguments.out) / name
        picture = next((path.name for path in sorted(folder.glob("*.svg"))), "")
        scenario = _text_of(folder / _SCENARIO) or Plan().scenario
        return {"name": name, "says": _text_of(folder / _SAYS), "picture": picture, "scenario": scenario}


def _text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
