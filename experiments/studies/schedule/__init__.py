"""`cargohub schedule`: an airport's flights from a timetable, for a run to replay.

Reads a timetable in IATA's SSIM (chapter 7) or a CSV file of flights, and reports its content. Writes the flights to
one airport (default: freighters to LGG), and a picture of their week, to DIR (schedule/AIRPORT).

  cargohub schedule winter.ssim                                freighters to LGG
  cargohub schedule winter.ssim airline=CV,5X type=77X,74Y from=2022-09-05 to=2022-09-25 --out DIR
  cargohub schedule winter.ssim airport=RUN service=all --json  every flight, not F,M,H,A only
  cargohub schedule winter.ssim --skip-bad                     leave damaged records out, and list them
  cargohub run arrivals=file arrivals.schedule=DIR/flights.csv
  cargohub schedule flights.csv time_zone=Europe/Brussels      local times, some with an offset from UTC
  cargohub schedule flights.csv scenario=regional_gateway      with the aircraft of that hub

from= and to= are the first and last day of arrival. Times from SSIM are the hub's time without daylight saving.
clock=+0100 is its offset from UTC: by default Liège's +0100, for another airport its smallest offset in the file. Times
from a CSV file are as in the file; with `time_zone`, or a scenario that has one, they are local times in that zone.

Own options: --from DAY, --to DAY, --skip-bad.
"""

import datetime as dt
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from experiments.arguments import Arguments
from experiments.composition import compose, load
from experiments.formatting import counted, number
from experiments.frame import console
from experiments.frame.written import folder_out
from experiments.overrides import word_value
from experiments.report import style
from experiments.report.figures.schedule_figure import figure
from experiments.report.sections import sentence_of
from experiments.statistics.calendar_indices import WEEKDAYS
from experiments.store.files import as_json, sha256_of, write_all
from experiments.studies.schedule.content import MOST_NAMED, Call, Schedule, counts_text, named, read_schedule
from experiments.studies.schedule.request import HOME, ZONE, is_ssim, read_request
from sim.config.zones import zone_of
from sim.csv_rows import csv_text
from sim.errors import CargohubError, InputError
from sim.inputs.flight_file import COLUMNS, REPLICATION, load_limits

USUAL_OUT: Final = Path("schedule")
_PLAIN: Final = re.compile(r"[\w./][\w./ -]*")
"""Paths that a word need not quote."""


def main(arguments: Arguments) -> int:
    """Read, filter, write, and print the result."""
    request = read_request(arguments.words)
    hub = load(config_dir=arguments.config_dir, **request.hub)
    from_ssim = is_ssim(request.path)
    if request.zone is None and hub.time_zone is not None and not from_ssim:
        request = replace(request, zone=zone_of(hub.time_zone))
    result = read_schedule(request, load_limits(hub))
    folder = folder_out(arguments) or USUAL_OUT / result.name
    if request.path.resolve() == (folder / "flights.csv").resolve():
        raise InputError(f"{request.path}: would be overwritten; give another --out DIR")
    plain = document(result, sha256=sha256_of(request.path))
    files = write_all({
        folder / "flights.csv": flights_csv(result.calls).encode(),
        folder / "schedule.json": as_json(plain),
        folder / "schedule.svg": style.svg_of(figure, result.pattern),
    }) if result.calls else []  # fmt: skip
    for reason in result.bad[:MOST_NAMED]:
        print(f"warning: left out: {reason}", file=sys.stderr)
    if len(result.bad) > MOST_NAMED:
        print(f"warning: left out: {len(result.bad) - MOST_NAMED} more", file=sys.stderr)
    lines = [table(result), "", sentence_of("no_flights_to", home=HOME)]
    if files:
        path = str(files[0])
        words = ["arrivals=file", f"arrivals.schedule={path if _PLAIN.fullmatch(path) else word_value(path)}"]
        zone = "null" if from_ssim else request.zone and request.zone.key
        words += [] if zone == (hub.time_zone or "null") or zone is None else [f"{ZONE}={zone}"]
        words += [f"{key}={word_value(name)}" for key, name in request.hub.items()]
        words += _dates_of_file(words, arguments.config_dir, result)
        command = Arguments("run", tuple(words), config_dir=arguments.config_dir).command
        lines[2:] = [f"Written to {folder}: {', '.join(file.name for file in files)}", f"Use it:     {command}"]
    return console.report(arguments, {**plain, "files": [str(file) for file in files]}, *lines)


def _dates_of_file(words: Sequence[str], config_dir: Path | None, result: Schedule) -> list[str]:
    """The word that takes the days of the run from the file, if its scenario begins when the file has no flight.

    With a horizon, a start far from the file's is not refused.
    """
    try:
        start = dt.date.fromisoformat(str(compose([*words, "horizon_days=1"], config_dir)["start_date"]))
    except CargohubError:  # The run explains why it refuses the file.
        return []
    return [] if result.pattern.first <= start <= result.pattern.last else ["start_date=null"]


def table(result: Schedule) -> str:
    """Content of the file and the chosen flights, for a terminal."""
    lines = [f"{result.source}:"]
    for name, value in result.content.items():
        lines.append(f"  {name.replace('_', ' '):<24}{counts_text(value) if isinstance(value, dict) else value}")
    if not result.calls:
        return "\n".join(lines)
    pattern = result.pattern
    days = (pattern.last - pattern.first).days + 1
    flights = counted(len(result.calls), "flight")
    a_day = f"{number(len(result.calls) / days / result.n_replications, 2)} a day"
    flights += f" of {result.n_replications} replications" if result.n_replications > 1 else ""
    lines += [
        "",
        f"{result.name}: {flights} from {pattern.first} to {pattern.last}, {a_day}; clock {result.clock}",
        f"  {'by weekday':<24}{counts_text(dict(zip(WEEKDAYS, pattern.counts.sum(axis=1).tolist(), strict=True)))}",
        f"  {'by hour':<24}{' '.join(str(count) for count in pattern.counts.sum(axis=0).tolist())}",
    ]
    if empty := result.empty_days:
        lines.append(f"  {'days without a flight':<24}{len(empty)}: {named(map(str, empty))}")
    if result.n_twice:
        lines.append(f"  {'left out, occur twice':<24}{result.n_twice}")
    if result.n_legs_cut:
        lines.append(f"  {'aircraft not waited for':<24}{result.n_legs_cut}, as their previous flight was not chosen")
    return "\n".join(lines)


def document(result: Schedule, *, sha256: str) -> dict[str, Any]:
    """Content of the file and the chosen flights, as JSON."""
    pattern = result.pattern if result.calls else None
    return {
        "source": result.source,
        "sha256": sha256,
        "content": result.content,
        "records_left_out": len(result.bad),
        "name": result.name,
        "clock": result.clock,
        "n_flights": len(result.calls),
        "n_replications": result.n_replications,
        "n_twice": result.n_twice,
        "n_legs_cut": result.n_legs_cut,
        "first": pattern and pattern.first.isoformat(),
        "last": pattern and pattern.last.isoformat(),
        "days_without_a_flight": [day.isoformat() for day in result.empty_days],
        "flights_by_weekday_and_hour": pattern and pattern.counts.tolist(),
    }


def flights_csv(calls: Sequence[Call]) -> str:
    """The flights in the format of `arrivals=file`; columns without values are left out."""
    rows = [
        {
            "flight": call.flight,
            "sibt": _instant(call.sibt),
            "arrival": _instant(call.arrival),
            "aircraft": call.aircraft or "",
            "parcels": "" if call.parcels is None else str(call.parcels),
            "sobt": _instant(call.sobt),
            "after": call.after or "",
            "leg_min": "" if call.leg_min is None else f"{call.leg_min}".removesuffix(".0"),
            "to": call.to or "",
            REPLICATION: "" if call.replication is None else str(call.replication),
        }
        for call in calls
    ]
    columns = [name for name in (*COLUMNS, REPLICATION) if any(row.get(name) for row in rows)]
    return csv_text([columns, *([row[name] for name in columns] for row in rows)])


def _instant(when: dt.datetime | None) -> str:
    if when is None:
        return ""
    return when.isoformat(" ", "minutes" if when.second == when.microsecond == 0 else "auto")
