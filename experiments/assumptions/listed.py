"""Numbers of a configuration with their ranges, listed by `cargohub assumptions` and used to draw worlds."""

import math
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from experiments.assumptions.entries import Entry, Kind, entries
from experiments.assumptions.leaves import (
    entry_key,
    evaluate,
    is_number,
    is_numbers,
    leaves,
    parents,
    stretched,
    with_names,
)
from experiments.composition import compose, packaged
from experiments.grouping import grouped
from sim.config import HubConfig
from sim.distributions import PARAMETERS, STRETCHES
from sim.errors import ConfigError, placed
from sim.latest import for_latest
from sim.leaves import leaf_at
from sim.reading import near, plain

_PACKAGED = ((), ("customs=declared",), ("study=expansion",))
"""Words of configurations that together have all keys whose ranges have fixed ends."""
_ROUNDING = 0.01
"""Configured values of derived numbers are rounded by less."""
Value = float | int | str | tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Assumption:
    """A number, list or choice of a configuration.

    `low` and `high` are None for derived numbers and decisions. For a list they are the ends of its factor, for a
    choice the first and last position among its options.
    """

    key: str
    value: Value
    low: float | None
    high: float | None
    kind: Kind
    source: str
    entry: Entry
    stars: tuple[str, ...] = ()
    """Names that replace the stars of the entry's key."""

    @property
    def name(self) -> str:
        """The name of the sampled quantity; numbers with the same name move together."""
        return self.entry.key

    @property
    def likely(self) -> float:
        """The value as a number: the factor of a list, or the position of a choice among its options."""
        if isinstance(self.value, str):
            return float(list(self.entry.options).index(self.value))
        if isinstance(self.value, tuple):
            return neutral(self.entry)
        return float(self.value)


def neutral(entry: Entry) -> float:
    """The factor that leaves the list unchanged: 0 as the weight of another list, otherwise 1."""
    return 0.0 if entry.towards is not None else 1.0


def assumptions_of(
    composed: Mapping[str, Any] | HubConfig, config_dir: Path | str | None = None, *, only: Container[str] | None = None
) -> tuple[Assumption, ...]:
    """All numbers and uncertain choices of a composed configuration or a hub, with their ranges.

    If a number differs from the packaged one, its range is scaled in proportion. `config_dir`: a folder whose
    `assumptions` replace the packaged entries of the same keys. `only`: the wanted keys; None: all.

    Raises:
        ConfigError: a number without an entry, a range that excludes its value, or an entry of `config_dir` for a key
            that the configuration does not have.
    """
    document = plain(composed)
    folders = (packaged(),) if config_dir is None else (packaged(), Path(config_dir))
    by_key = entries(folders)
    _check_known(by_key, document)
    index = _index(by_key)
    numbers = dict(leaves(document, separate=index.exact))
    rows, missing = [], []
    for key, value in numbers.items():
        match = index.of(entry_key(key))
        is_choice = isinstance(value, str)
        if match is None and not is_choice:
            missing.append(key)
        elif match is not None and (not is_choice or match[0].options):
            rows.append(_assumption(key, value, *match))
    if missing:
        raise ConfigError(f"{missing[0]}: this number has no range in configs/assumptions")
    wanted = (row for row in _with_tables(rows) if only is None or row.key in only)
    return tuple(_by_formula(_within_bounds(row, document), numbers) for row in wanted)


def explained(keys: Iterable[str], folders: Sequence[Path]) -> dict[str, Assumption]:
    """Kind and reason of those keys whose values are not numbers or are not set, if they have an entry."""
    index = _index(entries(tuple(folders)))
    known = {key: match for key in keys if (match := index.of(entry_key(key)))}
    return {
        key: Assumption(key, "", None, None, entry.kind, entry.source, entry, stars)
        for key, (entry, stars) in known.items()
    }


def _by_formula(row: Assumption, numbers: Mapping[str, Any]) -> Assumption:
    """The row; a derived number that is not its formula's value is said to be in proportion to the formula.

    In a hub that lacks a key of the formula, the number follows from nothing and keeps its value in all worlds.
    """
    if row.kind is not Kind.DERIVED:
        return row
    with placed(f"{row.entry.file}: {row.key}: "):
        if lacking := [key for key in parents(row.source) if key not in numbers]:
            return replace(row, kind=Kind.DECISION, source=f"the hub lacks {lacking[0]}, from which it would follow")
        if math.isclose(row.likely, evaluate(row.source, numbers), rel_tol=_ROUNDING):
            return row
    return replace(row, source=f"in proportion to {row.source}")


def _within_bounds(row: Assumption, document: Mapping[str, Any]) -> Assumption:
    """The row with ends cut to the schema's bounds; in the user's entries, ends outside them are refused."""
    entry = row.entry
    if row.low is None or row.high is None or entry.options or isinstance(row.value, tuple):
        return row
    leaf = leaf_at(HubConfig, document, row.key.split("."))
    if leaf is None or leaf.bounds is None:
        return row
    if entry.file.parents[1] == packaged():
        # The share of a world is limited to 1 after it is drawn.
        least, most = leaf.bounds.ge, None if row.key.endswith("share") else leaf.bounds.le
        low, high = row.low if least is None else max(row.low, least), row.high if most is None else min(row.high, most)
        return replace(row, low=low, high=high)
    for name, end in (("low", row.low), ("high", row.high)):
        if broken := leaf.bounds.broken(end):
            raise entry.refused(f"{entry.key}.{name}: {row.key} {broken}, got {end:g}")
    return row


def _with_tables(rows: Sequence[Assumption]) -> list[Assumption]:
    """The rows; numbers of tables that are stretched around their mean have the resulting ends."""
    tables = grouped(
        ((row.name, *row.stars[:-1]), place)
        for place, row in enumerate(rows)
        if row.entry.how == "spread" and row.low is not None and not isinstance(row.value, tuple)
    )
    stretched_rows = list(rows)
    for places in tables.values():
        entry, values = rows[places[0]].entry, [rows[place].likely for place in places]
        factors = (entry.low, entry.high) if entry.by is None else (1 - entry.by, 1 + entry.by)
        ends = [stretched(values, factor) for factor in factors if factor is not None]
        for place, *pair in zip(places, *ends, strict=True):
            value = rows[place].likely  # rounding may move the value off an equal end
            stretched_rows[place] = replace(rows[place], low=min(*pair, value), high=max(*pair, value))
    return stretched_rows


@for_latest
def _index(by_key: Mapping[str, Entry]) -> "Index":
    return Index(by_key)


class Index:
    """Entries by key; those with fewer stars come first."""

    def __init__(self, by_key: Mapping[str, Entry]) -> None:
        self.exact = {key: entry for key, entry in by_key.items() if "*" not in key}
        starred = sorted((key for key in by_key if "*" in key), key=lambda key: (key.count("*"), -key.count(".")))
        self._starred = [(key.split("."), by_key[key]) for key in starred]
        self._known: dict[str, tuple[Entry, tuple[str, ...]] | None] = {}

    def of(self, key: str) -> tuple[Entry, tuple[str, ...]] | None:
        """The entry of a key and the names that replace its stars; None without an entry."""
        if key in self.exact:
            return self.exact[key], ()
        if key not in self._known:
            place, _, name = key.rpartition(".")
            self._known[key] = self._by_stars(key) or (self.of(place) if name in STRETCHES else None)
        return self._known[key]

    def _by_stars(self, key: str) -> tuple[Entry, tuple[str, ...]] | None:
        names = key.split(".")
        for pattern, entry in self._starred:
            if (stars := _stars(pattern, names)) is not None:
                return entry, stars
        return None


def _stars(pattern: Sequence[str], names: Sequence[str]) -> tuple[str, ...] | None:
    """The names that replace the stars of a pattern; None if the key does not match."""
    if pattern[-1] == "**":
        pattern = pattern[:-1]
        names = names[: len(pattern)] if len(names) > len(pattern) else ()
    if len(pattern) != len(names):
        return None
    if any(part not in ("*", name) for part, name in zip(pattern, names, strict=True)):
        return None
    return tuple(name for part, name in zip(pattern, names, strict=True) if part == "*")


def _assumption(key: str, value: Any, entry: Entry, stars: tuple[str, ...]) -> Assumption:  # noqa: ANN401 - a leaf
    _check_shape(key, value, entry)
    kind, source = entry.kind, with_names(entry.source, stars) if entry.kind is Kind.DERIVED else entry.source
    shown: Value = tuple(value) if isinstance(value, list) else value
    if entry.options and value not in entry.options:
        return Assumption(key, shown, None, None, Kind.DECISION, "not one of the weighted options", entry, stars)
    if entry.options:
        weights = ", ".join(
            f"{place} {name} ({weight:g})" for place, (name, weight) in enumerate(entry.options.items())
        )
        return Assumption(key, shown, 0.0, len(entry.options) - 1.0, kind, f"{source}; {weights}", entry, stars)
    if kind.is_sampled and value == 0 and not (entry.low == 0 and entry.how is None):
        return Assumption(key, shown, None, None, Kind.DECISION, "zero: the hub has none", entry, stars)
    if not kind.is_sampled:
        return Assumption(key, shown, None, None, kind, source, entry, stars)
    low, high = _ends(value, entry)
    if kind is Kind.SOURCED and entry.file.parents[1] == packaged() and not _is_sources(key, value, entry):
        kind, source = (
            Kind.ASSUMPTION,
            f"assumption: the value differs from the source's, so the range is scaled in proportion: {source}",
        )
    row = Assumption(key, shown, low, high, kind, source, entry, stars)
    if not low <= row.likely <= high:
        bound = f"below low = {low:g}" if row.likely < low else f"above high = {high:g}"
        raise entry.refused(f"{key}: value {row.likely:g} is {bound}: a range must include its value")
    return row


def _is_sources(key: str, value: Any, entry: Entry) -> bool:  # noqa: ANN401 - a leaf
    """Whether the packaged source gives this value; for any other value it gives only the width of the range."""
    known = (_packaged(words).get(entry_key(key)) for words in _PACKAGED)
    return value in (entry.at, *known)


def _check_shape(key: str, value: Any, entry: Entry) -> None:  # noqa: ANN401 - a leaf
    """Refuse an entry for a number if the key has a list or a choice, and the reverse."""
    if entry.options and not isinstance(value, str):
        raise entry.refused(f"{entry.key}.options: {key} is not a choice, got {value}")
    if entry.towards and not isinstance(value, list):
        raise entry.refused(f"{entry.key}.towards: {key} is not a list, got {value}")
    if entry.towards and len(entry.towards) != len(value):
        raise entry.refused(f"{entry.key}.towards: {key} needs {len(value)} numbers, got {len(entry.towards)}")


def _ends(value: Any, entry: Entry) -> tuple[float, float]:  # noqa: ANN401 - a leaf
    """Ends of the range of the number, or of the factor of a list."""
    if entry.by is not None:
        likely = 1.0 if isinstance(value, list) else float(value)
        low, high = sorted((likely * (1 - entry.by), likely * (1 + entry.by)))
        return low, high if entry.most is None else max(likely, min(high, entry.most))
    assert entry.low is not None and entry.high is not None
    if isinstance(value, list):
        return entry.low, entry.high
    if entry.how is not None or "*" in entry.key:  # one factor for each number
        low, high = sorted((entry.low * value, entry.high * value))
        return low, high
    reference = entry.at or next(
        (packaged_value for words in _PACKAGED if is_number(packaged_value := _packaged(words).get(entry.key))), value
    )
    scale = value / reference if reference else 1.0
    if scale <= 0 or scale == 1:
        return entry.low, entry.high
    high = entry.high * scale
    return entry.low * scale, high if entry.most is None else max(value, min(high, entry.most))


@cache
def _packaged(words: tuple[str, ...]) -> Mapping[str, Any]:
    """Numbers and lists of a packaged configuration, for which the ranges were written."""
    return {entry_key(key): value for key, value in leaves(compose(words))}


def _check_known(by_key: Mapping[str, Entry], document: object) -> None:
    packaged_keys = entries((packaged(),))
    of_user = [key for key in by_key if key not in packaged_keys]
    if not of_user:
        return
    numbers = [
        entry_key(key) for key, value in leaves(document, separate=by_key) if is_number(value) or is_numbers(value)
    ]
    keys = numbers + [place for place, _, name in (key.rpartition(".") for key in numbers) if name in STRETCHES]
    for key in of_user:
        place, _, parameter = key.rpartition(".")
        if place in keys and parameter in PARAMETERS:  # of a distribution that is not in use
            continue
        if not any(_stars(key.split("."), name.split(".")) is not None for name in keys):
            raise by_key[key].refused(f"{key}: not a number of the configuration{near(key, keys)}")


def groups(assumptions: Sequence[Assumption]) -> Iterator[tuple[str, list[Assumption]]]:
    """Sampled quantities: their names, and the numbers that move with each."""
    yield from grouped((row.name, row) for row in assumptions if row.kind.is_sampled).items()
