"""The files of `configs/assumptions`: an entry a key, with its kind, its range and where that comes from.

A key may hold `*` for one name and end in `**` for all below; the entry with the fewest stars counts. All numbers that
share an entry move together, by one factor. Fields of an entry:

    sourced, assumption, derived, decision   the kind, with the source or reason; of a derived number its formula
    label: break-down of a ULD               what a reader calls it; of numbers that move together, all of them
    by: 0.3                                  30 % less to 30 % more, each value as probable as any other
    low: 4, high: 10                         the ends; triangular, with the configured value as mode
    most: 1                                  no world goes beyond it
    how: spread                              the factor, `low` to `high`, stretches the numbers about their mean
    towards: [...]                           the list is mixed with this one, whose weight is `low` to `high`
    options: {name: weight}                  a choice; group: the configuration group whose options they are

`correlations` in a file: groups of keys, and the rank correlation (of normal scores) of any two of them. A key with a
minus before it moves the other way.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import yaml

from experiments.overrides import one_line
from sim.errors import ConfigError
from sim.reading import near

FOLDER: Final = "assumptions"
_CORRELATIONS: Final = "correlations"
_FIELDS: Final = ("label", "by", "low", "high", "most", "how", "towards", "options", "group")


class Kind(StrEnum):
    SOURCED = "sourced"
    ASSUMPTION = "assumption"
    DERIVED = "derived"
    DECISION = "decision"

    @property
    def is_sampled(self) -> bool:
        return self in (Kind.SOURCED, Kind.ASSUMPTION)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one number, or of all that move with it. `text`: source, reason or formula."""

    key: str
    kind: Kind
    text: str
    label: str | None = None
    by: float | None = None
    low: float | None = None
    high: float | None = None
    most: float | None = None
    how: str | None = None
    towards: tuple[float, ...] | None = None
    options: Mapping[str, float] = field(default_factory=dict)
    group: str | None = None
    correlations: Mapping[str, float] = field(default_factory=dict)
    """With other entries, by key."""

    @property
    def source(self) -> str:
        """For a reader: an assumption is called one, and a range without any reason says how wide it is."""
        text = f"{self.kind}: {self.text}" if self.kind is Kind.ASSUMPTION else self.text
        return text if self.by is None else f"{text}; ±{100 * self.by:g} %"


@lru_cache(maxsize=8)
def entries(folders: tuple[Path, ...]) -> Mapping[str, Entry]:
    """Entries by key; those of a later folder replace the same keys of an earlier one.

    Raises:
        ConfigError: a file that cannot be read, an entry without kind or range, or a key that is there twice.
    """
    by_key: dict[str, Entry] = {}
    groups: list[tuple[Sequence[str], float]] = []
    for folder in folders:
        here: dict[str, Entry] = {}
        for path in sorted((folder / FOLDER).glob("*.yaml")):
            for key, fields in _content(path).items():
                if key == _CORRELATIONS:
                    groups += [(group["keys"], float(group["correlation"])) for group in fields]
                elif key in here:
                    raise ConfigError(f"{key}: there twice, in {path.name} and before it")
                else:
                    entry = _entry(key, fields)
                    # Another range of the user's own is of the same number.
                    label = entry.label or (by_key[key].label if key in by_key else None)
                    here[key] = replace(entry, label=label)
        by_key |= here
    return _correlated(by_key, groups)


def _content(path: Path) -> Mapping[str, Any]:
    with one_line(f"{path}: "):
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    if not isinstance(content, Mapping):
        raise ConfigError(f"{path}: expected a mapping of keys")
    return content


def _entry(key: str, fields: object) -> Entry:
    if not isinstance(fields, Mapping):
        raise ConfigError(f"{key}: expected a mapping with one of {', '.join(Kind)}")
    for name in fields:
        if name not in (*Kind, *_FIELDS):
            raise ConfigError(f"{key}.{name}: unknown field{near(str(name), [*Kind, *_FIELDS])}")
    kinds = [Kind(name) for name in fields if name in tuple(Kind)]
    if len(kinds) != 1 or not fields[kinds[0]]:
        raise ConfigError(f"{key}: needs one of {', '.join(Kind)}, with its source, reason or formula")
    given = {name: fields[name] for name in _FIELDS if name in fields}
    if "towards" in given:
        given["towards"] = tuple(given["towards"])
    entry = Entry(key, kinds[0], str(fields[kinds[0]]), **given)
    for problem in _problems(entry):
        raise ConfigError(f"{key}: {problem}")
    return entry


def _problems(entry: Entry) -> Iterator[str]:
    ways = (entry.by is not None, entry.low is not None and entry.high is not None, bool(entry.options))
    if (entry.low is None) != (entry.high is None):
        yield "low and high go together"
    elif entry.kind.is_sampled and sum(ways) != 1:
        yield "a range is needed: by, low and high, or options"
    elif not entry.kind.is_sampled and any(ways):
        yield f"a {entry.kind} number has no range"
    elif entry.by is not None and not 0 < entry.by < 1:
        yield f"by: must be above 0 and below 1, got {entry.by:g}"
    elif entry.low is not None and entry.high is not None and entry.low > entry.high:
        yield f"low = {entry.low:g} is above high = {entry.high:g}"
    elif entry.high is not None and entry.most is not None and entry.high > entry.most:
        yield f"high = {entry.high:g} is above most = {entry.most:g}"
    elif entry.options and (min(entry.options.values()) < 0 or abs(sum(entry.options.values()) - 1) > 1e-9):
        yield f"options: weights from 0 to 1 that sum to 1, got {sum(entry.options.values()):g}"
    elif entry.how not in (None, "spread"):
        yield f"how: spread, or nothing; got {entry.how!r}"


def _correlated(by_key: dict[str, Entry], groups: Sequence[tuple[Sequence[str], float]]) -> Mapping[str, Entry]:
    """The entries with their correlations."""
    pairs: dict[str, dict[str, float]] = {}
    for keys, correlation in groups:
        for first, second in combinations(keys, 2):
            left, right = first.removeprefix("-"), second.removeprefix("-")
            sign = -1 if first.startswith("-") != second.startswith("-") else 1
            for key in (left, right):
                if key not in by_key or not by_key[key].kind.is_sampled:
                    raise ConfigError(f"{_CORRELATIONS}: {key}: no entry with a range{near(key, by_key)}")
            if not -1 <= correlation <= 1:
                raise ConfigError(f"{_CORRELATIONS}: {left} and {right}: from -1 to 1, got {correlation:g}")
            pairs.setdefault(left, {})[right] = pairs.setdefault(right, {})[left] = sign * correlation
    return by_key | {key: replace(by_key[key], correlations=with_others) for key, with_others in pairs.items()}
