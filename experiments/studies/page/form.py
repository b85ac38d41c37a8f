"""The form of a plan, generated without repeating any value.

Keys and values come from the composed configuration, kinds and bounds from the schema, units from the keys' names,
sources and ranges from configs/assumptions.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from experiments.assumptions import Assumption, assumptions_of, explained
from experiments.composition import folders_of
from experiments.formatting import UNITS as UNIT_NAMES
from experiments.formatting import capitalised
from experiments.grouping import from_paths, values_of
from experiments.money.kpis import KPIS
from experiments.overrides import ENTRY_NAME, KEY_NAME, options, word_value
from experiments.report.key_names import configured, key_unit, name_of
from experiments.verbs import VERBS
from sim.config.bounds import BEYOND_ALL
from sim.errors import ConfigError
from sim.leaves import Leaf, leaf_at
from sim.rules import DECISIONS

GROUPS: Final[Mapping[str, str]] = {
    "Floor": (
        r"halls\.\w+\.(area_m2|facade_m|apron_distance_m|opens|zone_shares|transfer_share|uld_positions)|space|fit"
    ),
    "Machines and posts": (
        r"halls\.\w+\.(sorting_machines|machine_rated_per_h|breakdown_stations|handcoding_desks|packout_posts"
        r"|manual_sort_posts|customs_desks|controls|tug_round_trip_min)|sorting|breakdown|handcoding|packout|manual_sort"
        r"|apron"
    ),
    "Doors": r"halls\.\w+\.(doors_in|doors_out|serves)|outbound|linehaul",
    "People": r"halls\.\w+\.\w+_workers",
    "Traffic": r"demand|arrivals|fleet|parcels|presorted|lanes",
    "Exports": r"exports|halls\.\w+\.exports",
    "Disruptions": r"disruptions|recovery",
    "Roster": r"roster",
    "Customs": r"customs",
    "Money": r"(\w+\.)?(cost|prices)|trade",
    "Study": r"replications|seed|start_date|warmup_days|horizon_days|service_h|family|margin|"
    + "|".join(verb.replace("-", "_") for verb in VERBS),
    "Precision": "precision",
}
"""Groups of the form, by patterns of the beginnings of keys. The longest match counts."""
REST: Final = "Other"
CHOICES: Final[Mapping[str, str]] = {
    "demand": "Traffic", "arrivals": "Traffic", "presorted": "Traffic", "exports": "Exports", "roster": "Roster",
    "customs": "Customs", "complex": "Floor", "exposure": REST, "trade": "Money", "margin": "Study",
}  # fmt: skip
"""Configuration groups whose option can be chosen before single values are changed, and their group of the form."""
LABELS: Final[Mapping[str, str]] = {
    "demand": "Traffic", "arrivals": "How flights arrive", "presorted": "Goods that come sorted", "exports": "Exports",
    "roster": "Roster", "customs": "Customs", "complex": "Work between halls", "exposure": "Who sees which data",
    "trade": "Values of goods", "margin": "How far the answer is from changing", "hall": "Hall",
}  # fmt: skip
"""Names of those groups for a planner."""
STUDY: Final = "study"
"""The group of a verb's keys, of which some verbs have several."""
_HIDDEN: Final = re.compile(
    r"(.*\.name$|fitted|scenario|scenarios|demands|arrival_models|factors|execution|workers|page|exposure|record|arrivals\.schedule)\b"
)
_UNITS: Final[Mapping[str, str]] = {
    "share of the hall": r"halls\.\w+\.zone_shares\..*",
    "share, 0 to 1": (
        r"sorting\.efficiency|outbound\.least_fill|demand\.hub_share\.(least|supposed|most)|exports\.lanes\..*"
        r"|trade\.(export_shares|items\.\d+|vat\..*|goods\.\w+\.duty)|roster\.work\.utilisation\..*|margin\.reach|capacity\.target"
        r"|staff\.(on_time|step)|sure\.precision|.*night_premium|expansion\.(spread|swing|accept_load)"
        r"|customs\.\w+\.sellers\.platforms\.\w+"
    ),
    "date": r"halls\.\w+\.opens|start_date",
    "time of day": r"lanes\.\w+\.sort_cut_off|(.*\.)?night_(from|to)",
    "times of day": r"outbound\.timetable|roster\.work\.starts",
    "destinations": r"halls\.\w+\.serves|trade\.domestic_lanes|customs\.\w+\.home_lanes",
    "probability": r".*\.(\w*detection|false_alarm|probability)|select\.alpha|exposure\.watch\.logged_of_\w+\.\w+",
    "share a day": r"exposure\.watch\.auditors\.\w+",
    "in the KPI's unit": r"select\.(target|tolerance|indifference)",
    "standard deviations": r"calibrate\.farthest",
    "share a year": r".*\.discounting\.rate",
    "EUR a truck": r".*\.eur_per_truck",
    "EUR": r".*\.eur_once",
    "weeks": r".*\.weeks",
    "days": r"staff\.contracts\.\w+\.days",
    "h a week": r"staff\.most_h_per_week",
    "h": r".*\.hours",
    "months": r".*\.(months|later)\.(least|mode|most)",
    "times the configured flights": r"expansion\.growth\.\w+\.factors\..*",
    "as what it varies": r"(sensitivity\.factors|optimise\.variables)\.\w+\.(low|high|step)",
    "flights a day": r"(margin|capacity)\.tolerance",
    "times": (
        r"sure\.(fails_below|carries_above)|sensitivity\.room|(arrivals|disruptions\.\w+)\.factor|.*\.hit_factor"
        r"|roster\.(night_|roles\.\w+\.)?factor|arrivals\.(month|weekday)_index"
    ),
    "MB": "cache_mb",
    "s": r"execution\.patience_s",
    "year": r"(.*\.)?(cost|prices)\.year|expansion\.first_year",
    "times the mean": r"demand\.load\.fullest",
    "share of the mean": r"sure\.scatter|calibrate\.discrepancy|(?!expansion\.).*\.(handling_)?spread",
    "of the logarithm": r".*sigma",
    "exponent": r".*\.exponent",
    "parcels a year": r"demand\.hub_share\.airport_parcels_per_year",
    "EUR a year": r"trade\.national_deficit_eur\..*",
    "replications": r"(precision\.max_|\w+\.|)replications",
}
"""Units that the end of a key does not name, and the keys with these units."""
_TEXTS: Final = ("text", "date", "choice")
"""Kinds of values that a word may have to quote."""


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a plan."""

    key: str
    leaf: Leaf
    base: str
    """Value in the scenario."""
    value: str
    """Value in the form: an empty text for null, texts without quotes, all others as in a word."""
    about: Assumption | None = None
    says: str = ""
    """The mistake in the value, as reported by the command line."""

    @property
    def is_changed(self) -> bool:
        return self.value != self.base

    @property
    def name(self) -> str:
        """The name of the value for a planner."""
        label = self.about.entry.label if self.about and not self.about.stars else None
        return capitalised(label) if label else name_of(self.key)

    @property
    def unit(self) -> str:
        """Unit of the value, from the name of its key."""
        return unit_of(self.key) or ("number" if self.leaf.kind == "whole" else "")

    @property
    def bounds(self) -> str:
        """Bounds in words."""
        limits = self.leaf.bounds
        ends = (
            (("at least", limits.ge), ("above", limits.gt), ("at most", limits.le), ("below", limits.lt))
            if limits
            else ()
        )
        return ", ".join(f"{word} {end:,.10g}" for word, end in ends if end is not None and end < BEYOND_ALL)

    @property
    def range(self) -> str:
        about = self.about
        if about is None or about.low is None or about.high is None or about.entry.options:
            return ""
        ends = f"{configured(about.low)} to {configured(about.high)}"
        return f"{ends} times as much" if isinstance(about.value, tuple) else ends

    @property
    def typed(self) -> str:
        """The value as in a word."""
        if self.value == "":
            return "null" if self.leaf.is_optional else "''"
        return word_value(self.value) if self.leaf.kind in _TEXTS else self.value


def fields_of(
    kinds: Sequence[type], composed: Mapping[str, Any], config_dir: Path | None, *, has_hidden: bool = False
) -> Iterator[Field]:
    """A field for each value of a composed configuration that a form can show; and values that cannot be shown."""
    values = list(values_of(composed))
    about = explained((key for key, _ in values), folders_of(config_dir))
    about |= {each.key: each for each in _assumptions(composed, config_dir)}
    for key, value in values:
        if _HIDDEN.match(key) and not has_hidden:
            continue
        leaf = next((leaf for kind in kinds if (leaf := leaf_at(kind, composed, key.split("."))) is not None), None)
        if leaf is None:
            continue
        decision = key.removeprefix("rules.")
        if key != decision and decision in DECISIONS:
            leaf = replace(leaf, kind="choice", options=tuple(DECISIONS[decision].RULES))
        text = shown_text(value)
        yield Field(key, leaf, text, text, about.get(key))


def words_of_values(values: Mapping[str, str]) -> list[str]:
    """A word for each key and its value; a name that a key cannot contain becomes a key of a mapping.

    >>> words_of_values({"seed": "2", "exports.lanes.Hong Kong": "0.4", "exports.lanes.New York": "0.1"})
    ['seed=2', 'exports.lanes={Hong Kong: 0.4, New York: 0.1}']
    """
    words = from_paths((_typed_path(key), value) for key, value in values.items())
    return [f"{key}={_nested(value)}" for key, value in words.items()]


def _typed_path(key: str) -> list[str]:
    """The part of a key that can be typed, and the names of a mapping after it; the whole key if these cannot be."""
    names = key.split(".")
    odd = next((at for at, name in enumerate(names) if at and not KEY_NAME.fullmatch(name)), len(names))
    inside = names[odd:]
    return [".".join(names[:odd]), *inside] if all(map(ENTRY_NAME.fullmatch, inside)) else [key]


def _nested(value: Any) -> str:  # noqa: ANN401 - the text of a value, or a mapping of these
    return value if isinstance(value, str) else f"{{{', '.join(f'{k}: {_nested(v)}' for k, v in value.items())}}}"


def unit_of(key: str) -> str:
    """Unit of a value, from the name of its key; empty: a count, or not a number.

    >>> unit_of("sorting.efficiency"), unit_of("roster.factor"), unit_of("precision.dwell_mean_h")
    ('share, 0 to 1', 'times', 'h')
    >>> unit_of("margin.tolerance"), unit_of("cost.year")
    ('flights a day', 'year')
    """
    last = key.rpartition(".")[2]
    if last in KPIS:
        return UNIT_NAMES.get(KPIS[last].unit, KPIS[last].unit if KPIS[last].unit != "1" else "share, 0 to 1")
    named = next((unit for unit, pattern in _UNITS.items() if re.fullmatch(pattern, key)), None)
    return named or key_unit(last)


def shown_text(value: object) -> str:
    """A plain value as shown in a field."""
    return "" if value is None else value if isinstance(value, str) else word_value(value)


def group_of(key: str) -> str:
    lengths = {
        group: match.end() for group, pattern in GROUPS.items() if (match := re.match(rf"({pattern})(?=\.|$)", key))
    }
    return max(lengths, key=lambda group: lengths[group]) if lengths else REST


def choices_of(config_dir: Path | None) -> dict[str, list[str]]:
    """Options of the configuration groups for a plan, by group, including `hall` and `disruption`."""
    folders = folders_of(config_dir)
    return {group: options(group, folders) for group in ("scenario", STUDY, *CHOICES, "hall", "disruption")}


def _assumptions(composed: Mapping[str, Any], config_dir: Path | None) -> Sequence[Assumption]:
    try:
        return assumptions_of(composed, config_dir)
    except ConfigError:  # a value outside its own range is shown without a range
        return ()
