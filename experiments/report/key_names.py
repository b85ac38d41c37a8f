"""Names and units of configuration keys for a reader."""

import re
from collections.abc import Mapping
from typing import Final

from experiments.formatting import capitalised, whole

UNITS: Final = {
    "eur_per_m2_year": "EUR/m² a year", "eur_per_parcel_h": "EUR per parcel/h", "eur_per_m2": "EUR/m²",
    "eur_per_kwh": "EUR/kWh", "eur_per_h": "EUR/h", "eur_per_km": "EUR/km", "eur_per_year": "EUR a year",
    "kwh_per_m2_year": "kWh/m² a year", "m2_per_parcel_per_h": "m² per parcel/h", "l_per_km": "l/km",
    "l_per_h": "l/h", "kg_per_h": "kg/h", "kg_per_l": "kg/l", "kg_per_kg": "kg/kg", "kg_per_kwh": "kg/kWh",
    "h_per_year": "h a year", "km_h": "km/h", "m_per_s": "m/s", "t_per_flight": "t a flight", "share": "%",
    "min": "min", "days": "days", "months": "months", "m2": "m²", "m3": "m³", "kg": "kg", "km": "km",
    "eur": "EUR", "h": "h", "t": "t", "m": "m",
}  # fmt: skip
"""Units by the ends of keys."""
_WORDS: Final = (
    (r"\buld(s?)\b", r"ULD\1"), (r"\bbreakdown\b", "break-down"), (r"\bpackout\b", "pack-out"),
    (r"\bbuild up\b", "build-up"), (r"\bhandcoding\b", "hand-coding"), (r"\bnon conv", "non-conv"),
    (r"\bfacade\b", "façade"), (r"\bmachine rated\b", "machine rate"), (r"\bxray", "X-ray"), (r"\bwarmup\b", "warm-up"),
    (r"\beu\b", "EU"), (r"\bm3\b", "m³"), (r"\bapu\b", "APU"), (r"\bgpu\b", "GPU"), (r"\bco2\b", "CO₂"),
    (r" per (.+) h$", r" per \1 and hour"), (r" per h$", " an hour"), (r" per (day|year)$", r" a \1"),
    (r" per flight$", " a flight"),
)  # fmt: skip
_CHANGE: Final = re.compile(r"([\w.]+): ([\d.]+(?:e[+-]?\d+)?) -> ([\d.]+(?:e[+-]?\d+)?)")
_ESCAPES: Final = re.compile(r"\\(?=\W)")
"""Backslashes that a sweep writes before signs of its values."""
_JOINS: Final = ("_per", "_by")
"""Ends that a name must not have after its unit is removed."""
_FORM_UNITS: Final[Mapping[str, str]] = {
    **UNITS, "per_h": "parcels an hour", "parcels_per_h": "parcels an hour", "flights_per_day": "flights a day",
    "parcels_per_desk_h": "parcels per desk and hour", "parcels_per_post_h": "parcels per post and hour",
    "per_post_h": "parcels per post and hour", "per_line_h": "parcels per line and hour",
    "per_day": "a day", "per_flight": "a flight", "co2_kg_per_l": "kg CO₂ per l", "co2_kg_per_kg": "kg CO₂ per kg",
    "co2_kg_per_kwh": "kg CO₂ per kWh", "l_per_kg": "l/kg", "kg_per_parcel": "kg per parcel", "meur": "million EUR",
    "years": "years", "l": "l", "share": "share, 0 to 1",
}  # fmt: skip


def spelt(key: str) -> str:
    """The parts of a key as words.

    >>> spelt("uld_positions")
    'ULD positions'
    """
    text = key.replace("_", " ")
    for pattern, word in _WORDS:
        text = re.sub(pattern, word, text)
    return text


def ending_of(key: str, units: Mapping[str, str]) -> str:
    """The longest of the endings that the key has; empty without one."""
    return max((ending for ending in units if f"_{key}".endswith(f"_{ending}")), key=len, default="")


def name_of(key: str) -> str:
    """A key in words, without its unit, and without the main hall.

    >>> name_of("halls.main.doors_out"), name_of("demand.flights_per_day"), name_of("disruption@disruptions.fog")
    ('Doors out', 'Demand', 'Disruption, fog')
    """
    return capitalised(_in_words(key))


def _in_words(key: str) -> str:
    words = re.sub(r"^halls\.(main\.)?", "", re.sub(r"^(\w+)@\w+\.", r"\1.", key))
    *parents, last = words.split(".")
    ending = ending_of(last, _FORM_UNITS)
    if parents and last == ending != "share":
        return spelt(".".join(parents)).replace(".", ", ")
    bare = words.removesuffix(f"_{ending}")
    return spelt(words if bare.endswith(_JOINS) else bare).replace(".", ", ")


def key_unit(key: str) -> str:
    """The unit named by the end of a key; empty without one.

    >>> key_unit("halls.main.area_m2"), key_unit("halls.main.doors_out")
    ('m²', '')
    """
    return _FORM_UNITS.get(ending_of(key.rpartition(".")[2], _FORM_UNITS), "")


def heading_of_key(key: str) -> str:
    """Name and unit, as on an axis or above a column.

    >>> heading_of_key("halls.main.machine_rated_per_h"), heading_of_key("demand.flights_per_day")
    ('Machine rate [parcels an hour]', 'Demand [flights a day]')
    >>> heading_of_key("packout.parcels_per_post_h"), heading_of_key("exports.screened_per_line_h")
    ('Pack-out [parcels per post and hour]', 'Exports, screened [parcels per line and hour]')
    """
    unit = key_unit(key)
    return f"{name_of(key)} [{unit}]" if unit else name_of(key)


def configured(value: float, most: int = 6) -> str:
    """A number of a configuration, with a limited number of figures and never as a power of ten.

    >>> configured(326e6), configured(0.1875), configured(6600.0)
    ('326,000,000', '0.1875', '6,600')
    """
    return whole(value) if abs(value) >= 10**most else f"{value:,.{most}g}"


def changed_text(change: str) -> str:
    """A change made by fit=auto, in words.

    >>> changed_text("halls.main.area_m2: 30000 -> 34444.5")
    'area 30,000 → 34,444.5 m²'
    """
    match = _CHANGE.fullmatch(change)
    return with_value(match[1], f"{float(match[2]):,.10g} → {float(match[3]):,.10g}") if match else change


def with_value(key: str, value: str) -> str:
    r"""A key and its value in words, with its unit.

    >>> with_value("halls.main.doors_out", "36"), with_value("halls.main.machine_rated_per_h", "9000")
    ('doors out 36', 'machine rate 9000 parcels an hour')
    >>> with_value("demand.flights_per_day", "9"), with_value("roster", "round_the_clock")
    ('demand 9 flights a day', 'roster round the clock')
    >>> with_value("exposure.policy", "null"), with_value("demand.flights_per_day", "1")
    ('exposure policy none', 'demand 1 flight a day')
    >>> with_value("sorting.speed_m_per_s", "1")
    'sorting speed 1 m/s'
    >>> with_value("outbound.timetable", "[06\\:00,18\\:00]")  # as a sweep writes [06:00,18:00]
    'outbound timetable [06:00,18:00]'
    """
    value = "none" if value == "null" else _ESCAPES.sub("", value).strip("\"'")
    name, unit = _in_words(key).replace(",", ""), key_unit(key).partition(",")[0]
    if value == "1":
        unit = re.sub(r"(?<=\w\w)s\b", "", unit, count=1)
    shown = value if key == "scenario" else value.replace("_", " ")
    return f"{name} {shown} {'' if unit == 'share' else unit}".rstrip()
