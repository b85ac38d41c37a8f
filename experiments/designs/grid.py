"""Points of a sweep: each design of a spreadsheet, if given, at each combination of the given values."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from experiments.arguments import key_of
from experiments.composition import compose, hub, study, sweep
from experiments.designs.design import Design, Replicated, without_hub
from experiments.designs.spreadsheet import DESIGN, Factors, Varied, compose_design, designs_among, factors_of
from experiments.designs.typed_designs import DesignWords
from experiments.designs.varying import check_exports
from experiments.execution.progress import shown
from experiments.report.sections import sentence_of
from sim.errors import ConfigError, InputError, placed
from sim.scalars import number_hint

K = TypeVar("K", bound=Replicated)
ONE_POINT: Final = "all"
"""The label of a sweep in which nothing varies."""
_NEXT: Final = re.compile(r", (?=[^\s,=]+=)")


@dataclass(frozen=True, slots=True)
class Combinations:
    """Points in order: `values` of the `varied` keys, and `words` and `composed` configuration of each point.

    `rows`: the spreadsheet row of each point; empty without a spreadsheet.
    """

    varied: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    words: tuple[tuple[str, ...], ...]
    composed: tuple[dict[str, Any], ...]
    rows: tuple[DesignWords, ...] = ()

    @property
    def labels(self) -> list[str]:
        return [
            ", ".join(f"{key}={value}" for key, value in zip(self.varied, row, strict=True)) or ONE_POINT
            for row in self.values
        ]

    def keys(self, kind: type[K]) -> K:
        """The keys of a verb.

        Raises:
            ConfigError: keys that the schema refuses, or that differ.
        """
        with self.typed():
            keys = study(kind, self.composed[0])
            differ = any(study(kind, other) != keys for other in self.composed[1:])
        if differ:
            raise ConfigError(sentence_of("same_keys"))
        return keys

    def designs(self, labels: Sequence[str]) -> list[Design]:
        """The points, each with its checked hub.

        Raises:
            ConfigError: a hub that contradicts itself, with its label, unless it is the first; or nothing is varied.
        """
        designs = list[Design]()
        for label, config in zip(labels, self.composed, strict=True):
            with self.typed(), placed(f"{label}: ") if designs else nullcontext():  # a mistake is usually in all points
                designs.append(Design(label, hub(config)))
        check_exports(self.varied, (design.hub.exports.share for design in designs))
        return designs

    @contextmanager
    def typed(self) -> Iterator[None]:
        """Context in which a mistake in a varied key says so if its values may be one number with a comma."""
        try:
            yield
        except ConfigError as error:
            for key, values in zip(self.varied, zip(*self.values, strict=True), strict=True):
                if f"{key}: " in str(error):
                    raise ConfigError(f"{error}{number_hint(','.join(dict.fromkeys(values)))}") from error
            raise

    def factors(self, labels: Sequence[str]) -> Factors:
        """Keys in which designs of a spreadsheet differ, by the labels of the points; empty without a spreadsheet."""
        return factors_of(labels, self.rows, self.composed) if self.rows else {}


def combinations_of(
    words: Sequence[str],
    config_dir: Path | None,
    beside: Sequence[str] = (),
    *,
    of_study: bool = False,
    is_quiet: bool = True,
) -> Combinations:
    """The grid of the words; the last key varies fastest and designs vary slowest.

    `beside`: columns of the spreadsheet that are not keys. `of_study`: without a spreadsheet, only a study's keys are
    composed, because scenarios that the caller names have the hubs. Composing a thousand points takes minutes: unless
    `is_quiet`, the error stream shows how many are left.

    Raises:
        ConfigError: words that cannot be composed, or a key that is swept and a column of the designs too.
        InputError: a mistake in the file of designs.
    """
    grid = _grid(words, config_dir, beside, of_study=of_study, is_quiet=is_quiet)
    if varied_of(grid.labels) != (grid.varied, grid.values):
        raise ConfigError(sentence_of("labels_ambiguous"))
    return grid


def varied_of(labels: Sequence[str]) -> Varied:
    """The varied keys and the values of each point, from the labels of a sweep.

    Raises:
        InputError: no labels of a sweep.

    >>> varied_of(["seed=1, demand=today", "seed=2, demand=today"])
    (('seed', 'demand'), (('1', 'today'), ('2', 'today')))
    """
    pairs = [[] if label == ONE_POINT else [part.partition("=") for part in _NEXT.split(label)] for label in labels]
    keys = {tuple(key for key, _, _ in parts) for parts in pairs}
    if len(keys) != 1 or not all(equals for parts in pairs for _, equals, _ in parts):
        raise InputError(f"{labels[0][:60]!r}: not the label of a design of a sweep")
    return keys.pop(), tuple(tuple(value for _, _, value in parts) for parts in pairs)


def _grid(
    words: Sequence[str], config_dir: Path | None, beside: Sequence[str], *, of_study: bool, is_quiet: bool
) -> Combinations:
    rest, designs = designs_among(words, beside)
    grid = sweep(rest, config_dir)
    varied = _varied(grid)
    values = [tuple(_value(point, key) for key in varied) for point in grid]
    n = len(grid) * max(1, len(designs))

    def with_progress(composing: Iterator[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
        return tuple(shown(composing, total=n, already=0, is_quiet=is_quiet, what="designs composed"))

    if not designs:
        composing = (compose(without_hub(point) if of_study else point, config_dir) for point in grid)
        return Combinations(tuple(varied), tuple(values), tuple(grid), with_progress(composing))
    _check_apart(designs, varied)
    return Combinations(
        (DESIGN, *varied),
        tuple((design.name, *row) for design in designs for row in values),
        tuple((*point, *design.words) for design in designs for point in grid),
        with_progress(compose_design(design, point, config_dir) for design in designs for point in grid),
        tuple(design for design in designs for _ in grid),
    )


def _check_apart(designs: Sequence[DesignWords], varied: Sequence[str]) -> None:
    columns = {key_of(word) for design in designs for word in design.words}
    for key in varied:
        if key in columns:
            raise ConfigError(sentence_of("swept_twice", key=key))


def _value(words: Sequence[str], key: str) -> str:
    return next(word.partition("=")[2] for word in words if key_of(word) == key)


def _varied(grid: Sequence[Sequence[str]]) -> list[str]:
    """Keys whose values differ between points."""
    keys = [key_of(word) for word in grid[0] if "=" in word]
    return [key for key in keys if len({_value(words, key) for words in grid}) > 1]
