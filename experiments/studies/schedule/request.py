"""The request of `cargohub schedule`: a file, and a choice of its flights."""

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from experiments.arguments import date_of, taken_apart
from experiments.report.sections import sentence_of
from sim.config.zones import zone_of
from sim.errors import InputError
from sim.files import content_of
from sim.inputs.ssim import FREIGHTERS
from sim.inputs.ssim_records import VARIATION, variation_min

ZONE: Final = "time_zone"
HUB: Final = ("scenario", "fleet", "demand", "parcels")
"""Groups that decide which aircraft a run knows, and their loads."""
OPTIONS: Final = ("airport", "airline", "type", "from", "to", "service", "clock", ZONE, "skip_bad", *HUB)
SSIM_ONLY: Final = ("airport", "service", "clock", "skip_bad")
HOME: Final = "LGG"


@dataclass(frozen=True, slots=True)
class Request:
    """The request of the command line."""

    path: Path
    airport: str
    is_airport_asked: bool
    airlines: frozenset[str]
    """Empty: all; the same for types and services."""
    types: frozenset[str]
    services: frozenset[str]
    first: dt.date | None
    last: dt.date | None
    clock_min: int | None
    zone: ZoneInfo | None
    """Time zone of a table's local times."""
    skip_bad: bool
    hub: dict[str, str]
    """Options chosen for the groups of `HUB`."""


def read_request(words: tuple[str, ...]) -> Request:
    """The file and the options among the words.

    Raises:
        InputError: no file, several files, an unknown option, or an invalid value.
    """
    path, given = taken_apart(words, OPTIONS, "schedule: expected one FILE, in SSIM or CSV")
    from_ssim = is_ssim(path)
    for key in SSIM_ONLY:
        if key in given and not from_ssim:
            raise InputError(sentence_of("only_ssim", key=key, path=path))
    if ZONE in given and from_ssim:
        raise InputError(sentence_of("only_table", key=ZONE, path=path))
    first, last = date_of(given, "from"), date_of(given, "to")
    if first is not None and last is not None and last < first:
        raise InputError(f"to: must not be before from, {first}, got {last}")
    skip_bad = given.get("skip_bad", "false")
    if skip_bad not in {"true", "false"}:
        raise InputError(f"skip_bad: expected true or false, got {skip_bad!r}")
    services: list[str] = []
    if given.get("service") != "all":
        services = _codes(given, "service", "[A-Z]", "service types, as F,M,H,A, or all", ",".join(FREIGHTERS))
    types = given["type"].split(",") if "type" in given else []
    if from_ssim:
        types = _codes(given, "type", "[A-Z0-9]{3}", "IATA aircraft types of 3 characters, as 77X,74Y")
    (airport,) = _codes(given, "airport", "[A-Z]{3}", "one airport of 3 letters", HOME, most=1)
    return Request(
        path=path,
        airport=airport,
        is_airport_asked="airport" in given,
        airlines=frozenset(_codes(given, "airline", "[A-Z0-9]{2,3}", "airlines of 2 or 3 characters, as CV,5X")),
        types=frozenset(types),
        services=frozenset(services),
        first=first,
        last=last,
        clock_min=_clock(given),
        zone=_zone(given),
        skip_bad=skip_bad == "true",
        hub={key: given[key] for key in HUB if key in given},
    )


def is_ssim(path: Path) -> bool:
    """Whether the first line is an SSIM record, which begins with a digit; a CSV header begins with a letter."""
    return content_of(path).removeprefix(b"\xef\xbb\xbf")[:512].lstrip()[:1].isdigit()


def _codes(
    given: dict[str, str], option: str, pattern: str, expected: str, default: str = "", most: int | None = None
) -> list[str]:
    text = given.get(option, default).upper()
    codes = text.split(",") if text else []
    if any(not re.fullmatch(pattern, code) for code in codes) or (most is not None and len(codes) > most):
        raise InputError(f"{option}: expected {expected}, got {given[option]!r}")
    return codes


def _zone(given: dict[str, str]) -> ZoneInfo | None:
    try:
        return zone_of(given[ZONE]) if ZONE in given else None
    except ValueError as error:
        raise InputError(str(error)) from None


def _clock(given: dict[str, str]) -> int | None:
    if "clock" not in given:
        return None
    text = given["clock"]
    if not re.fullmatch(VARIATION, text):
        raise InputError(f"clock: expected the hub's time minus UTC, such as +0100 or -0500, got {text!r}")
    return variation_min(text)
