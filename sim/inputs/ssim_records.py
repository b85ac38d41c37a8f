"""The records of an IATA SSIM chapter 7 file: 200 characters each, and which columns say what."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from sim.errors import InputError

WIDTH: Final = 200
"""Characters of a record."""


class Columns(NamedTuple):
    """A field's place in its record, from 1, both ends included."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"column {self.first}" if self.first == self.last else f"columns {self.first}-{self.last}"


TYPE = Columns(1, 1)
SERIAL = Columns(195, 200)
CARRIER: Final = MappingProxyType(
    {
        "time_mode": Columns(2, 2),
        "period_of_schedule_validity_from": Columns(15, 21),
        "period_of_schedule_validity_to": Columns(22, 28),
    }
)
LEG: Final = MappingProxyType(
    {
        "operational_suffix": Columns(2, 2),
        "airline_designator": Columns(3, 5),
        "flight_number": Columns(6, 9),
        "itinerary_variation_identifier": Columns(10, 11),
        "leg_sequence_number": Columns(12, 13),
        "service_type": Columns(14, 14),
        "period_of_operation_from": Columns(15, 21),
        "period_of_operation_to": Columns(22, 28),
        "days_of_operation": Columns(29, 35),
        "frequency_rate": Columns(36, 36),
        "departure_station": Columns(37, 39),
        "scheduled_time_of_aircraft_departure": Columns(44, 47),
        "utc_local_time_variation_departure": Columns(48, 52),
        "arrival_station": Columns(55, 57),
        "scheduled_time_of_aircraft_arrival": Columns(58, 61),
        "utc_local_time_variation_arrival": Columns(66, 70),
        "aircraft_type": Columns(73, 75),
        "aircraft_configuration_version": Columns(173, 192),
        "date_variation": Columns(193, 194),
    }
)
SEGMENT: Final = MappingProxyType({"data_element_identifier": Columns(31, 33)})
TRAILER: Final = MappingProxyType(
    {"serial_number_check_reference": Columns(188, 193), "continuation_end_code": Columns(194, 194)}
)
SAME_LEG = Columns(2, 13)
"""What a record of type 4 repeats of its leg."""


@dataclass(frozen=True, slots=True)
class Record:
    place: str
    line: int
    text: str

    def __getitem__(self, columns: Columns) -> str:
        return self.text[columns.first - 1 : columns.last]

    def wrong(self, columns: Columns, expected: str) -> InputError:
        return InputError(f"{self.place}, {columns}: expected {expected}, got {self[columns]!r}")

    def match(self, columns: Columns, pattern: str, expected: str) -> str:
        if not re.fullmatch(pattern, self[columns]):
            raise self.wrong(columns, expected)
        return self[columns].strip()


def records(path: str | Path) -> Iterator[tuple[int, str]]:
    """The number and text of each line, or of each record where there are no lines; fillers are left out."""
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    lines = content.removeprefix(b"\xef\xbb\xbf").rstrip(b"\x1a").splitlines()
    if len(lines) == 1:
        lines = [lines[0][at : at + WIDTH] for at in range(0, len(lines[0]), WIDTH)]
    for number, line in enumerate(lines, 1):
        text = line.decode("latin-1")
        if text.strip() and text.strip("0"):
            yield number, text[:WIDTH] + text[WIDTH:].rstrip()
