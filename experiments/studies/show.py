"""`cargohub show`: the answer of a stored run again.

Prints what the command of a complete run folder printed, from its stored tables: answer, tables and warnings.

  cargohub show runs/run-liege_30k-557fe08b6b90
  cargohub show RUN --json
  cargohub show RUN page=now                         also makes its page and the pictures
  cargohub show RUN day=2022-09-14                   also draws the stands, stations and doors of a day
  cargohub show RUN day=2022-09-14 design=liege_66k  for another design of a comparison than the first

Own options: --all.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from experiments.arguments import Arguments
from experiments.designs.design import Design
from experiments.frame import runner
from experiments.frame.recorded import run_and_options, stored_study
from experiments.report import style
from experiments.report.figures import day_figure
from experiments.report.page import WhenPage
from experiments.report.stored_designs import Window
from experiments.store.files import write_whole
from experiments.store.foreign import Manifest, manifest_of
from experiments.store.foreign_tables import frame_of
from sim.errors import InputError
from sim.reading import near, read
from sim.record.schemas import TABLES

OPTIONS: Final = ("day", "design", "page")
_READ: Final = {
    "flights": ("number", "key", "arrival", "aibt", "unloading_end", "aobt", "n_parcels", "is_cohort"),
    "ulds": ("flight", "start", "end", "released"),
    "trucks": ("kind", "docked", "departed", "is_cancelled"),
}


def draw_day(manifest: Manifest, designs: Sequence[Design], given: Mapping[str, str]) -> Path | None:
    """Draw a day of the first replication of a design into the run's figures; None without a requested day.

    Raises:
        InputError: an invalid date, a day outside the run, an unknown design, or invalid tables.
    """
    if "day" not in given:
        if "design" in given:
            raise InputError("design: needs day=YYYY-MM-DD, the day to draw")
        return None
    design = _design(designs, given.get("design"))
    day = _day(design, given["day"])

    tables = {name: frame_of(manifest, TABLES[name], columns) for name, columns in _READ.items()}
    shown = day_figure.of_run(tables, design.label, Window.of(design.hub), day)
    at = "" if design is designs[0] else f"-{1 + designs.index(design)}"
    path = manifest.folder / "figures" / f"day-{design.hub.start_date + dt.timedelta(days=day)}{at}.svg"
    write_whole(path, style.svg_of(day_figure.figure, shown))
    return path


def _design(designs: Sequence[Design], label: str | None) -> Design:
    if label is None:
        return designs[0]
    for design in designs:
        if design.label == label:
            return design
    raise InputError(f"design: no {label[:60]!r} in this run{near(label, [design.label for design in designs])}")


def _day(design: Design, text: str) -> int:
    """The day, counted from the first midnight."""
    try:
        asked = dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(f"day: expected a date YYYY-MM-DD, got {text[:60]!r}") from None
    first = design.hub.start_date
    n_days = design.hub.days
    if not 0 <= (asked - first).days < n_days:
        raise InputError(f"day: {asked} is not a day of the run, {first} to {first + dt.timedelta(days=n_days - 1)}")
    return (asked - first).days


def main(arguments: Arguments) -> int:
    folder, given = run_and_options(arguments, OPTIONS)
    manifest = manifest_of(folder)
    when = read(WhenPage, given.pop("page"), "page") if "page" in given else None
    if given and "flights" not in manifest.tables:
        raise InputError(f"{', '.join(given)}: the days of {manifest.verb} are not stored")
    study = stored_study(manifest)
    request = runner.request_of(manifest, arguments)
    day = draw_day(manifest, request.designs, given)
    more = {} if day is None else {"day": str(day)}
    return runner.show(study, request, manifest, more, is_drawn=when is WhenPage.NOW)
