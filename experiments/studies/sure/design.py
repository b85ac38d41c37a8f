"""What `cargohub sure` is asked: the designs, how many worlds, how much is simulated, and what the screen decides."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Final

from scipy.special import ndtri

from experiments.arguments import Arguments
from experiments.designs.design import Design, DesignKeys, several_of, with_study
from experiments.statistics.interval import CONFIDENCE
from experiments.statistics.next_runs import PILOT
from experiments.statistics.open_worlds import Effort
from experiments.studies.sure.worlds import Ranges, ranges_of
from sim.errors import ConfigError
from sim.reading import Bounds

VERB: Final = "sure"
_FEWEST: Final = 16
_USUAL: Final = 256
_MOST: Final = 8192
"""Worlds."""
_WORLDS_SHARE: Final = 0.5
"""Of the interval's variance that may come from the number of worlds, where a precision is asked for (assumption)."""


@dataclass(frozen=True, slots=True)
class Sure:
    """The keys below `sure`; `configs/study/sure.yaml` says what each is."""

    worlds: int | None
    precision: Annotated[float, Bounds(ge=0.01, lt=0.5)] | None
    budget: Annotated[int, Bounds(ge=8, le=1_000_000)]
    most: Annotated[int, Bounds(ge=8, le=1_000_000)]
    fails_below: Annotated[float, Bounds(gt=0, le=10)]
    carries_above: Annotated[float, Bounds(gt=0, le=100)]
    widths: tuple[Annotated[float, Bounds(gt=0, le=2)], ...]
    scatter: Annotated[float, Bounds(gt=0, le=10)]
    ranges: Ranges

    def __post_init__(self) -> None:
        n = self.worlds
        if n is not None and (not _FEWEST <= n <= _MOST or n & (n - 1)):
            raise ValueError(f"worlds: must be a power of two from {_FEWEST} to {_MOST}, got {n}")
        if self.fails_below > self.carries_above:
            raise ValueError(
                f"fails_below: must be at most carries_above = {self.carries_above:g}, got {self.fails_below:g}"
            )

    @property
    def n_worlds(self) -> int:
        """Worlds: as asked for, or as many as the precision takes if each of them were known."""
        if self.worlds is not None or self.precision is None:
            return self.worlds or _USUAL
        least = 0.25 * float(ndtri((1 + CONFIDENCE) / 2)) ** 2 / (_WORLDS_SHARE * self.precision**2)
        return int(min(_MOST, max(_USUAL, 2 ** math.ceil(math.log2(least)))))


@dataclass(frozen=True, slots=True)
class SureKeys(DesignKeys):
    """Keys of the study beside the hub's; `replications` of a world at most."""

    sure: Sure

    def __post_init__(self) -> None:
        DesignKeys.__post_init__(self)
        if self.asked:
            raise ValueError("precision: sure takes a half-width of the probability, as precision=0.05")

    @property
    def effort(self) -> Effort:
        own = self.sure
        budget = own.budget if own.precision is None else own.most
        return Effort(budget, own.precision, self.replications, own.fails_below, own.carries_above)


def asked(arguments: Arguments) -> tuple[list[Design], SureKeys]:
    """Scenarios × demands, and the ranges of the numbers that their hubs are made of."""
    designs, keys = several_of(replace(arguments, words=tuple(_words(arguments.words))), SureKeys)
    budget, least = keys.effort.budget, PILOT * len(designs)
    if budget < least:
        name = "budget" if keys.sure.precision is None else "most"
        raise ConfigError(
            f"sure.{name}: at least {PILOT} runs for each of {len(designs)} designs, {least}, got {budget}"
        )
    return designs, replace(keys, sure=replace(keys.sure, ranges=_ranges(designs, arguments.config_dir)))


def _ranges(designs: Sequence[Design], config_dir: Path | None) -> Ranges:
    found = ranges_of(designs[0].hub, config_dir)
    if not found:
        raise ConfigError("sure: no number of these hubs has a range, so there is one world")
    return found


def _words(words: Sequence[str]) -> list[str]:
    """The words with what they mean here: a precision is of the probability, one demand or scenario is all of them."""
    found = []
    given = {word.partition("=")[0] for word in words}
    for word in with_study(words, VERB):
        key, _, value = word.partition("=")
        if key == "precision" and value[:1] in "0123456789.":
            found.append(f"sure.precision={value}")
        elif key == "scenario" and not {"scenarios", "designs"} & given:
            found.append(f"scenarios=[{value}]")
        else:
            found.append(word)
    if "demand" in given and "demands" not in given:
        found.append("demands=[]")
    return [*found, *(["scenarios=[]", "demands=[]"] if "designs" in given else [])]
