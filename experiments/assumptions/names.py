"""What a number that is drawn is called in sentences and pictures, with its unit; tables hold its key."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

from experiments.assumptions.listed import Assumption, groups
from experiments.assumptions.sampled import Sampled
from experiments.assumptions.worlds import Worlds
from experiments.formatting import number

UNITS: Final = {
    "eur_per_m2_year": "EUR/m² a year", "eur_per_parcel_h": "EUR per parcel/h", "eur_per_m2": "EUR/m²",
    "eur_per_kwh": "EUR/kWh", "eur_per_h": "EUR/h", "eur_per_km": "EUR/km", "eur_per_year": "EUR a year",
    "kwh_per_m2_year": "kWh/m² a year", "m2_per_parcel_per_h": "m² per parcel/h", "l_per_km": "l/km",
    "l_per_h": "l/h", "kg_per_h": "kg/h", "kg_per_l": "kg/l", "kg_per_kg": "kg/kg", "kg_per_kwh": "kg/kWh",
    "h_per_year": "h a year", "km_h": "km/h", "m_per_s": "m/s", "t_per_flight": "t a flight", "share": "%",
    "min": "min", "days": "days", "months": "months", "m2": "m²", "m3": "m³", "kg": "kg", "km": "km",
    "eur": "EUR", "h": "h", "t": "t", "m": "m",
}  # fmt: skip
"""By the ends of keys."""
_WORDS: Final = (
    (r"\bulds?\b", lambda word: word[0].upper().replace("S", "s")), (r"\bbreakdown\b", lambda _: "break-down"),
    (r"\bpackout\b", lambda _: "pack-out"), (r"\bbuild up\b", lambda _: "build-up"), (r"\beu\b", lambda _: "EU"),
    (r"\bhandcoding\b", lambda _: "hand-coding"),
    (r"\bnon conv", lambda _: "non-conv"),
    (r"\bm3\b", lambda _: "m³"),
    (r"\bapu\b", lambda _: "APU"),
    (r"\bgpu\b", lambda _: "GPU"),
    (r"\bco2\b", lambda _: "CO₂"),
    (r" per (.+) h$", lambda match: f" per {match[1]} and hour"), (r" per h$", lambda _: " an hour"),
    (r" per (day|year)$", lambda match: f" a {match[1]}"), (r" per flight$", lambda _: " a flight"),
)  # fmt: skip
_RATES: Final = tuple(f"_{ending}" for ending in UNITS if "_per_" in ending)
_LARGE: Final = 1e6


@dataclass(frozen=True, slots=True)
class Name:
    """Of a number: how it is called, its unit, and by what its values are multiplied to be shown in that unit."""

    text: str
    unit: str = ""
    scale: float = 1.0
    options: tuple[str, ...] = ()
    """Whose places the values are, of a choice."""

    @classmethod
    def of(cls, key: str, *, unit: str | None = None, options: Sequence[str] = (), largest: float = 1.0) -> Self:
        """By the number's key; `unit`: of a factor, which is not the number's own.

        >>> Name.of("packout.parcels_per_post_h").axis, Name.of("breakdown.uld_min").axis
        ('pack-out: parcels per post and hour', 'break-down: ULD [min]')
        >>> Name.of("parcels.no_read_share").value(0.02)
        '2 %'
        >>> Name.of("demand.hub_share.airport_parcels_per_year", largest=3.4e8).value(326e6)
        '326 million'
        """
        *names, end = [part for part in key.split(".") if part.strip("*")]
        found, name = _unit_of(end) if unit is None else ("", end)
        text = spelt(": ".join((*names, name) if name else names))
        if unit is not None or options:
            return cls(text, unit or "", options=tuple(options))
        if not found and largest >= _LARGE:
            return cls(text, "million", 1 / _LARGE)
        return cls(text, found, 100.0 if found == "%" else 1.0)

    @property
    def axis(self) -> str:
        """Name and unit, as on an axis."""
        return f"{self.text} [{self.unit}]" if self.unit else self.text

    def value(self, value: float) -> str:
        """A value of the number, with its unit; of a choice its option."""
        if self.options:
            return self.options[min(len(self.options) - 1, max(0, round(value)))].replace("_", " ")
        shown = float(f"{value * self.scale:.3g}")
        text = number(shown, 0) if shown == int(shown) else number(shown, len(f"{shown}".partition(".")[2]))
        return f"{text} {self.unit}".rstrip()


def spelt(key: str) -> str:
    """The parts of a key as words.

    >>> spelt("uld_positions")
    'ULD positions'
    """
    text = key.replace("_", " ")
    for pattern, word in _WORDS:
        text = re.sub(pattern, word, text)
    return text


def _unit_of(end: str) -> tuple[str, str]:
    """The unit that the last part of a key names, and what is left of the part."""
    ending = "" if re.search(r"_per_((?!day)\w+_)?h$", end) and not end.endswith(_RATES) else ending_of(end, UNITS)
    unit = UNITS.get(ending, "")
    return unit, end if unit == "%" else end.removesuffix(ending).removesuffix("_")


def ending_of(key: str, units: Mapping[str, str]) -> str:
    """The longest of the endings that the key has; empty: none."""
    return max((ending for ending in units if f"_{key}".endswith(f"_{ending}")), key=len, default="")


def names_of(worlds: Worlds) -> tuple[Name, ...]:
    """Of the K numbers that worlds are drawn of."""
    members = dict(groups(worlds.assumptions))
    return tuple(
        Name.of(name, unit=_factor(one, members[name]), options=tuple(one.entry.options), largest=abs(one.high))
        for name, one in zip(worlds.names, worlds.sampled, strict=True)
    )


def _factor(one: Sampled, members: Sequence[Assumption]) -> str | None:
    """What is drawn, if it is not the number itself."""
    if one.entry.towards is not None:
        return "weight of the other list"
    if one.entry.how is not None:
        return "times as uneven as configured"
    return "times the configured" if len(members) > 1 or isinstance(members[0].value, tuple) else None
