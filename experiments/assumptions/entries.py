"""The files of `configs/assumptions`: one entry per key, with its kind, its range and its source.

`*` in a key stands for one name, `**` at its end for all names below. The entry with the fewest stars counts. All
numbers that share an entry move together, by one factor. Fields of an entry:

    sourced, assumption, derived, decision   the kind, with the source or reason; of a derived number its formula
    label: break-down of a ULD               its name for a reader; one name for all numbers that move together
    by: 0.3                                  30 % less to 30 % more, each value as probable as any other
    low: 4, high: 10                         the ends; triangular, with the configured value as mode
    most: 1                                  the largest value in any world
    below: KEY                               at most the value of KEY, in worlds that change KEY
    at: 12                                   the value to which low and high belong, by default the packaged one
    how: spread                              the factor, `low` to `high`, stretches the numbers about their mean
    towards: [...]                           the list is mixed with this one, whose weight is `low` to `high`
    options: {name: weight}                  a choice; group: the configuration group of the options

`correlations` in a file: groups of keys, and the rank correlation (of normal scores) between any two keys of a group. A
key with a minus moves in the opposite direction.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import yaml

from experiments.chosen_files import State, state_of
from experiments.overrides import one_line
from sim.errors import ConfigError, placed
from sim.reading import Bounds, near, plain, read

FOLDER: Final = "assumptions"
_CORRELATIONS: Final = "correlations"


class Kind(StrEnum):
    SOURCED = "sourced"
    ASSUMPTION = "assumption"
    DERIVED = "derived"
    DECISION = "decision"

    @property
    def is_sampled(self) -> bool:
        return self in (Kind.SOURCED, Kind.ASSUMPTION)


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of an entry other than its kind, as written in the file.

    Raises:
        ValueError: fields that contradict each other.
    """

    label: str | None = None
    by: Annotated[float, Bounds(gt=0, lt=1)] | None = None
    low: float | None = None
    high: float | None = None
    most: float | None = None
    below: str | None = None
    at: float | None = None
    how: Literal["spread"] | None = None
    towards: tuple[float, ...] | None = None
    options: dict[str, Annotated[float, Bounds(ge=0, le=1)]] = field(default_factory=dict)
    group: str | None = None

    def __post_init__(self) -> None:
        for problem in _problems(self):
            raise ValueError(problem)


@dataclass(frozen=True, slots=True)
class Entry(Fields):
    """Knowledge of one number, or of several that move together. `text`: source, reason or formula."""

    key: str = ""
    kind: Kind = Kind.DECISION
    text: str = ""
    file: Path = Path()
    correlations: Mapping[str, float] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """The source for a reader: an assumption is named as one, and a range without a reason states its width."""
        text = f"{self.kind}: {self.text}" if self.kind is Kind.ASSUMPTION else self.text
        return text if self.by is None else f"{text}; ±{100 * self.by:g} %"

    def refused(self, what: str) -> ConfigError:
        """An error that names the entry's file."""
        return ConfigError(f"{self.file}: {what}")


@dataclass(frozen=True, slots=True)
class Together:
    """Entries with the same correlation between any two of them.

    Raises:
        ValueError: a key that occurs twice.
    """

    correlation: Annotated[float, Bounds(ge=-1, le=1)]
    keys: tuple[str, ...]

    def __post_init__(self) -> None:
        names = [key.removeprefix("-") for key in self.keys]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"keys: {name} occurs twice")


def entries(folders: tuple[Path, ...]) -> Mapping[str, Entry]:
    """Entries by key; a later folder replaces the same keys of an earlier one. The same object while no file changes.

    Raises:
        ConfigError: a file that cannot be read, an entry without kind or range, or a key that occurs twice.
    """
    return _entries(folders, state_of([folder / FOLDER for folder in folders if (folder / FOLDER).is_dir()]))


@lru_cache(maxsize=8)
def _entries(folders: tuple[Path, ...], _: State) -> Mapping[str, Entry]:
    by_key: dict[str, Entry] = {}
    groups: list[tuple[Path, Together]] = []
    for folder in folders:
        here: dict[str, Entry] = {}
        for path in sorted((folder / FOLDER).glob("*.yaml")):
            for key, entry in _of_file(path, groups).items():
                if key in here:
                    raise entry.refused(f"{key}: occurs twice, here and in {here[key].file.name}")
                # A range in the user's folder is for the same number, so the number keeps its label.
                label = entry.label or (by_key[key].label if key in by_key else None)
                here[key] = replace(entry, label=label)
        by_key |= here
    return _correlated(by_key, groups)


def _of_file(path: Path, groups: list[tuple[Path, Together]]) -> Mapping[str, Entry]:
    """The entries of a file; its correlations are added to the groups."""
    with placed(f"{path}: "):
        content = dict(_content(path))
        groups += [(path, group) for group in read(tuple[Together, ...], content.pop(_CORRELATIONS, ()), _CORRELATIONS)]
        return {key: _entry(key, written, path) for key, written in content.items()}


def _content(path: Path) -> Mapping[str, Any]:
    with one_line():
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    if not isinstance(content, Mapping):
        raise ConfigError("expected a mapping of keys")
    return {read(str, key, "a key"): written for key, written in content.items()}


def _entry(key: str, written: object, path: Path) -> Entry:
    if not isinstance(written, Mapping):
        raise ConfigError(f"{key}: expected a mapping with one of {', '.join(Kind)}")
    names = [each.name for each in fields(Fields)]
    for name in written:
        if name not in (*Kind, *names):
            raise ConfigError(f"{key}.{name}: unknown field{near(str(name), [*Kind, *names])}")
    kinds = [Kind(name) for name in written if name in tuple(Kind)]
    if len(kinds) != 1 or not written[kinds[0]]:
        raise ConfigError(f"{key}: needs one of {', '.join(Kind)}, with its source, reason or formula")
    kind, text = kinds[0], read(str, written[kinds[0]], f"{key}.{kinds[0]}")
    given = read(Fields, {name: written.get(name, value) for name, value in plain(Fields()).items()}, key)
    ways = (given.by is not None) + (given.low is not None) + bool(given.options)
    if kind.is_sampled and ways != 1:
        raise ConfigError(f"{key}: needs a range: by, low and high, or options")
    if not kind.is_sampled and ways:
        raise ConfigError(f"{key}: a {kind} number has no range")
    return Entry(**{name: getattr(given, name) for name in names}, key=key, kind=kind, text=text, file=path)


def _problems(given: Fields) -> Iterator[str]:
    """Contradictions among the fields; a message on one field begins with the field's name."""
    low, high, most, weights = given.low, given.high, given.most, given.options.values()
    if (low is None) != (high is None):
        yield "low and high must be given together"
    elif low is not None and high is not None and low > high:
        yield f"low = {low:g} is above high = {high:g}"
    elif high is not None and most is not None and high > most:
        yield f"high = {high:g} is above most = {most:g}"
    elif given.towards and (given.how or given.low is None):
        yield "towards: needs low and high, the ends of its weight, and neither by nor how"
    elif low is not None and low < 0 and (given.how or given.towards):
        yield f"low: a factor or a weight is at least 0, got {low:g}"
    elif high is not None and high > 1 and given.towards:
        yield f"high: a weight is at most 1, got {high:g}"
    elif weights and abs(sum(weights) - 1) > 1e-9:
        yield f"options: weights must be from 0 to 1 and sum to 1, got {sum(weights):g}"


def _correlated(by_key: dict[str, Entry], groups: Sequence[tuple[Path, Together]]) -> Mapping[str, Entry]:
    pairs: dict[str, dict[str, float]] = {}
    for path, group in groups:
        for first, second in combinations(group.keys, 2):
            left, right = first.removeprefix("-"), second.removeprefix("-")
            sign = -1 if first.startswith("-") != second.startswith("-") else 1
            for key in (left, right):
                if key not in by_key or not by_key[key].kind.is_sampled:
                    raise ConfigError(f"{path}: {_CORRELATIONS}: {key}: has no entry with a range{near(key, by_key)}")
            pairs.setdefault(left, {})[right] = pairs.setdefault(right, {})[left] = sign * group.correlation
    return by_key | {key: replace(by_key[key], correlations=with_others) for key, with_others in pairs.items()}
