"""`cargohub trace`: the history of a flight, a parcel or a truck of a stored run.

Prints the history of a flight, a parcel, a truck or a collection truck of exports: each wait with its cause and the
holder of the resource, and the path of the parcels that decided the flight's clearance. Draws it into the run's
figures.

  cargohub trace RUN flight=2022W36-003              a key of the table flights, or #12 for number 12
  cargohub trace RUN parcel=2022W36-003/17           row 17 of that flight's parcels
  cargohub trace RUN truck=ES/extra/12 --json        ROUTE/timetabled|extra/SEQUENCE
  cargohub trace RUN collection=2022-09-06-001       a key of the table collections: a truck that brings exports
  cargohub trace RUN flight=2022W36-003 replication=3 scenario=liege_66k --figure flight.svg
  cargohub trace RUN flight=2022W36-003 compare=on_time    the cost of its delay: parcels and trucks late because of it

compare=on_time simulates the replication twice: as it was, and with that flight on schedule. All other draws are the
same.

A run stores the parcels of flights in record.parcels_of_flights. For other flights, the replication is simulated again,
up to the day on which the flight's last parcel left. schedule=FILE: the flights of a run with arrivals=file.
--trust-code: a run with rules=FILE.py is simulated again with its code, which `cargohub reproduce RUN` shows.

Own options: --figure FILE, --trust-code.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from experiments.arguments import Arguments
from experiments.formatting import instant, listed
from experiments.frame import console
from experiments.frame.recorded import TRUST, run_and_options, trust_code
from experiments.report import style
from experiments.report.figures import trace_figure
from experiments.store.files import write_if_possible, write_whole
from experiments.studies.trace.run import Replication, comparison, comparison_text, stored_replication, with_parcels
from experiments.studies.trace.text import as_text, collection_object, flight_object, parcel_object, truck_object
from sim.errors import InputError
from sim.measures.tracing.clearance import clearance
from sim.measures.tracing.journal import KINDS, Journal
from sim.measures.tracing.paths import flight_path, parcel_path, uld_path
from sim.measures.tracing.segments import Segment
from sim.measures.tracing.trucks import collection_path, truck_path
from sim.reading import near

SUBJECTS = ("flight", "parcel", "truck", "collection")
OPTIONS = (*SUBJECTS, "compare", "replication", "scenario", "schedule", "figure", TRUST)
Rows = list[tuple[str, list[Segment]]]
"""Rows of the picture, from top to bottom."""
Traced = tuple[dict[str, Any], Rows, float]
"""The document, the rows of its picture, and the instant from which they are counted."""
Given = Mapping[str, str]
"""Options of the command line."""


_MOST_NAMED: Final = 30
"""Largest number of flights of one name in a message."""


def main(arguments: Arguments) -> int:
    folder, given = run_and_options(arguments, OPTIONS)
    asked = [subject for subject in SUBJECTS if subject in given]
    if len(asked) != 1:
        names = listed([f"{subject}=" for subject in SUBJECTS], "and")
        raise InputError(f"trace: expected one of {names}, got {' and '.join(asked) or 'none'}")
    if "compare" in given:
        _check_compare(given)
    figure = _figure(given, folder, asked[0])
    replication = stored_replication(folder, given)
    trust_code([replication.hub], given)
    journal = Journal(replication.tables, replication.hub)
    if "compare" in given:
        number = flight_number(journal, given["flight"])
        document = replication.head | comparison(replication, number, given, is_quiet=arguments.quiet)
        return console.report(arguments, document, comparison_text(document, replication.hub))
    of_subject = dict(zip(SUBJECTS, (_flight, _parcel, _truck, _collection), strict=True))
    traced, rows, origin = of_subject[asked[0]](arguments, replication, journal, given)
    drawn = _draw(figure, rows, origin, traced, is_wanted="figure" in given)
    document = {**replication.head, **traced, "figure": None if drawn is None else str(drawn)}
    return console.report(arguments, document, as_text(document, replication.hub))


def _check_compare(given: Given) -> None:
    if given["compare"] != "on_time":
        raise InputError(f"compare: expected on_time, got {given['compare'][:60]!r}")
    if "flight" not in given:
        raise InputError("compare: only with flight=")
    if "figure" in given:
        raise InputError("figure: compare=on_time draws none")


def _flight(arguments: Arguments, replication: Replication, journal: Journal, given: Given) -> Traced:
    number = flight_number(journal, given["flight"])
    path = flight_path(journal, number)
    numbers = journal.ulds_of(number)
    ulds = [(journal.name("ulds", row), uld_path(journal, row)) for row in numbers]
    parcels = []
    n_gone = 0
    if len(numbers):
        journal = with_parcels(replication, number, given, is_quiet=arguments.quiet)
        checked = clearance(journal, number)
        n_gone = checked.n_gone
        named = {"cleared": checked.cleared, "last": checked.last, "behind": checked.behind}
        parcels = [(what, row, parcel_path(journal, number, row)) for what, row in named.items() if row is not None]
    plain = flight_object(journal, number, path, ulds, parcels, n_gone)
    rows: Rows = [("aircraft", list(path.segments))]
    # A ULD shares its first steps with the aircraft, until unloading begins.
    begins = float(journal.tables["flights"]["unloading_start"][number])
    for index, (row, (_, its)) in enumerate(zip(numbers, ulds, strict=True)):
        later = [segment for segment in its.segments if segment.start >= begins]
        rows.append((f"ULD {index}", [*later, *_at_station(journal, row)]))
    names = {"cleared": "95 % parcel", "last": "last parcel", "behind": "parcel inside"}
    rows += [(names[what], list(its.segments)) for what, _, its in parcels]
    return plain, rows, path.start


def _parcel(arguments: Arguments, replication: Replication, journal: Journal, given: Given) -> Traced:
    name, _, text = given["parcel"].rpartition("/")
    if not name or not re.fullmatch(r"\d{1,9}", text):
        raise InputError(f"parcel: expected FLIGHT/ROW, such as 2022W36-003/17, got {given['parcel'][:60]!r}")
    number, row = flight_number(journal, name, option="parcel"), int(text)
    ulds = journal.ulds_of(number)
    n = int(journal.tables["ulds"]["n_units"][ulds].sum() if ulds else journal.tables["flights"]["n_parcels"][number])
    if row >= n:
        raise InputError(f"parcel: flight {name} has the parcels 0 to {n - 1}, got {row}")
    aircraft = flight_path(journal, number)
    rows: Rows = [("aircraft", list(aircraft.segments))]
    if not ulds:
        return parcel_object(journal, number, row, aircraft), rows, aircraft.start
    journal = with_parcels(replication, number, given, is_quiet=arguments.quiet)
    path = parcel_path(journal, number, row)
    plain = parcel_object(journal, number, row, path)
    return plain, [*rows, ("parcel", list(path.segments))], path.start


def _truck(_: Arguments, __: Replication, journal: Journal, given: Given) -> Traced:
    truck = truck_row(journal, given["truck"])
    segments, outcome = truck_path(journal, truck)
    plain = truck_object(journal, truck, segments, outcome)
    start = segments[0].start if segments else float(journal.tables["trucks"]["arrived"][truck])
    return plain, [("truck", segments)], start


def _collection(_: Arguments, __: Replication, journal: Journal, given: Given) -> Traced:
    keys, text = journal.tables["collections"]["key"].tolist(), given["collection"]
    if text not in keys:
        raise InputError(f"collection: no collection truck {text[:60]!r} in this replication{near(text, keys)}")
    number = keys.index(text)
    segments, outcome = collection_path(journal, number)
    plain = collection_object(journal, number, segments, outcome)
    return plain, [("collection truck", segments)], plain["collection"]["scheduled_min"]


def flight_number(journal: Journal, text: str, option: str = "flight") -> int:
    """The flight with a key, or `#number` if several have the same key.

    Raises:
        InputError: none, or several.
    """
    flights = journal.tables["flights"]
    keys = flights["key"].tolist()
    if re.fullmatch(r"#\d{1,9}", text):
        if int(text[1:]) >= len(keys):
            known = f"flights have the numbers #0 to #{len(keys) - 1}" if keys else "this replication has no flight"
            raise InputError(f"{option}: {known}, got {text}")
        return int(text[1:])
    numbers = [number for number, key in enumerate(keys) if key == text]
    if not numbers:
        raise InputError(f"{option}: this replication has no flight {text[:60]!r}{near(text, keys)}")
    if len(numbers) > 1:
        hub, times = journal.config, flights["sibt"]
        some = [f"#{each} ({instant(times[each], hub.start_date, hub.clock)})" for each in numbers[:_MOST_NAMED]]
        more = " …" * (len(numbers) > _MOST_NAMED)
        raise InputError(
            f"{option}: {len(numbers)} flights are named {text[:60]!r}; give one of {', '.join(some)}{more}"
        )
    return numbers[0]


def truck_row(journal: Journal, text: str) -> int:
    """Row of the truck ROUTE/kind/sequence, preceded by its hall if there are several.

    Raises:
        InputError: no such name, or no such truck.
    """
    trucks, is_complex = journal.tables["trucks"], len(journal.halls) > 1
    form = f"{'HALL/' if is_complex else ''}ROUTE/{'|'.join(KINDS)}/SEQUENCE"
    name, kind, sequence = ["", "", *text.rsplit("/", 2)][-3:]
    hall, _, route = name.partition("/") if is_complex else (journal.halls[0], "", name)
    if not route or kind not in KINDS or not re.fullmatch(r"\d{1,9}", sequence):
        raise InputError(f"truck: expected {form}, such as {journal.truck_name(0)}, got {text[:60]!r}")
    if hall not in journal.halls:
        raise InputError(f"truck: no hall {hall[:60]!r}{near(hall, journal.halls)}")
    if not (trucks["route_name"] == route).any():
        raise InputError(f"truck: no route {route[:60]!r}{near(route, np.unique(trucks['route_name']).tolist())}")
    is_asked = (trucks["route_name"] == route) & (trucks["kind"] == KINDS.index(kind))
    is_asked &= trucks["hall"] == journal.halls.index(hall)
    rows = np.flatnonzero(is_asked & (trucks["sequence"] == int(sequence)))
    if not len(rows):
        last = trucks["sequence"][is_asked]
        known = f"the sequences {last.min()} to {last.max()}" if len(last) else "no trucks"
        raise InputError(f"truck: {name}/{kind} has {known}, got {sequence}")
    return int(rows[0])


def _at_station(journal: Journal, uld: int) -> list[Segment]:
    """A ULD at its station: broken down, then blocked until its last parcel is inducted."""
    start, end, released = (float(journal.tables["ulds"][name][uld]) for name in ("start", "end", "released"))
    if np.isnan(start):
        return []
    # The run may end between start and end, or between end and released.
    handled = journal.end if np.isnan(end) else end
    segments = [Segment(start, handled, "breakdown")]
    if handled < journal.end:
        segments.append(Segment(handled, journal.end if np.isnan(released) else released, "machines"))
    return [segment for segment in segments if segment.minutes > 0]


def _figure(given: Given, folder: Path, subject: str) -> Path:
    if "figure" not in given:
        readable = re.sub(r"[^A-Za-z0-9_.-]", "-", given[subject])[:60]
        number = re.sub(r"[^0-9]", "", given.get("replication", "0"))[:9]
        return folder / "figures" / f"trace-{subject}-{readable}-{number or 0}.svg"
    path = Path(given["figure"])
    if path.suffix != ".svg":
        raise InputError(f"figure: expected a file *.svg, got {given['figure'][:60]!r}")
    return path


def _draw(path: Path, rows: Rows, origin: float, traced: Mapping[str, Any], *, is_wanted: bool) -> Path | None:
    """Draw the picture; if it was not requested, a folder that cannot be written is ignored."""
    is_called = traced.get("truck", {}).get("scheduled_min") is None
    origins = {"truck": "its call" if is_called else "its arrival in the yard", "collection": "its timetabled instant"}
    since = next((text for subject, text in origins.items() if subject in traced), "the drawn arrival")
    picture = style.svg_of(trace_figure.figure, trace_figure.prepare(rows, origin, str(traced["title"]), since))
    if not is_wanted:
        return write_if_possible(path, picture)
    write_whole(path, picture)
    return path
