"""The points of a sweep: every design of a spreadsheet, if there is one, at every combination of the values given."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from experiments.composition import compose, sweep
from experiments.studies.designs import Design, composed, designs_among, key_of
from sim.errors import ConfigError

_DESIGN: Final = "design"
"""What a design's name is called where the swept keys stand."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Points in order: `values` are those of the `varied` keys, `words` and `composed` each point's configuration."""

    varied: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    words: tuple[tuple[str, ...], ...]
    composed: tuple[dict[str, Any], ...]

    @property
    def labels(self) -> list[str]:
        return [
            ", ".join(f"{key}={value}" for key, value in zip(self.varied, row, strict=True)) or "all"
            for row in self.values
        ]


def grid_of(words: Sequence[str], config_dir: Path | None) -> Grid:
    """The grid that the words span, the last key varying fastest; designs vary slowest.

    Raises:
        ConfigError: words that cannot be composed, or a key that is swept and a column of the designs too.
        InputError: a mistake in the file of designs.
    """
    rest, designs = designs_among(words)
    grid = sweep(rest, config_dir)
    varied = _varied(grid)
    values = [tuple(_value(point, key) for key in varied) for point in grid]
    if not designs:
        return Grid(tuple(varied), tuple(values), tuple(grid), tuple(compose(point, config_dir) for point in grid))
    _check_apart(designs, varied)
    return Grid(
        (_DESIGN, *varied),
        tuple((design.name, *row) for design in designs for row in values),
        tuple((*point, *design.words) for design in designs for point in grid),
        tuple(composed(design, point, config_dir) for design in designs for point in grid),
    )


def _check_apart(designs: Sequence[Design], varied: Sequence[str]) -> None:
    columns = {key_of(word) for design in designs for word in design.words}
    for key in varied:
        if key in columns:
            raise ConfigError(f"{key}: swept, and a column of the designs too; one of them decides it")


def _value(words: Sequence[str], key: str) -> str:
    return next(word.partition("=")[2] for word in words if key_of(word) == key)


def _varied(grid: Sequence[Sequence[str]]) -> list[str]:
    """The keys whose values differ between points."""
    keys = [key_of(word) for word in grid[0] if "=" in word]
    return [key for key in keys if len({_value(words, key) for words in grid}) > 1]
