"""A distribution in a configuration: a mapping with `family` in place of a number."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Final, Self, TypeVar

import numpy as np

from sim.distributions.empirical import written_at
from sim.distributions.families import FAMILIES, Parameters
from sim.distributions.making import (
    CUTS,
    EMPIRICAL,
    FILE,
    OF_FILE,
    Made,
    Written,
    bounds_of,
    families,
    keys_of,
    made,
    midpoints,
    number,
    own_families,
)
from sim.distributions.own import OwnMade, own_made
from sim.errors import ConfigError
from sim.leaves import Leaf
from sim.own import OwnFile, in_force
from sim.reading import near, read
from sim.units import Numbers

N = TypeVar("N", float, Numbers)
_NO_TIME: Final = 1e-9
"""Tolerance around a mean of 0."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution of times, delays or sizes.

    `written` is the mapping of the configuration; `own_file` is the user's file, if the family is in it;
    `file_written_at` is when the file of values was last written [ns], if there is one.
    """

    written: Written
    own_file: OwnFile | None = None
    file_written_at: int = 0
    lowest: ClassVar[float] = -math.inf
    """The lowest possible value."""
    is_shape: ClassVar[bool] = False
    """Whether another key sets the mean."""

    @classmethod
    def from_plain(cls, value: object, key: str) -> Self:
        """A plain mapping, checked.

        Raises:
            ConfigError: unknown, missing or impossible keys.
            InputError: the file of values cannot be read.

        >>> Times.from_plain({"family": "gamma", "mean": 12, "spread": 0.5}, "customs.release_mean_h").parameters
        {'shape': 4.0, 'scale': 3.0}
        """
        written = tuple(_checked(value, key))
        given = dict(written)
        own_file, file = in_force() if given["family"] in own_families() else None, given.get(FILE)
        distribution = cls(written, own_file, 0 if file is None else written_at(str(file)))
        try:
            distribution.made  # noqa: B018 - raises if the distribution cannot be made
        except ValueError as error:
            raise ConfigError(f"{key}.{error}") from error
        return distribution

    def __format__(self, _: str) -> str:
        return self.family

    def to_plain(self) -> dict[str, float | str]:
        """The mapping as it was written."""
        return dict(self.written)

    @staticmethod
    def leaf(names: tuple[str, ...]) -> Leaf | None:
        """The values that a key of the mapping may have."""
        if names == ("family",):
            return Leaf("choice", None, families())
        return Leaf("text") if names[0] in OF_FILE else Leaf("number", bounds_of(names[0]))

    @property
    def made(self) -> Made | OwnMade:
        if self.own_file is not None:
            return own_made(self.own_file, self.written, self.lowest, is_shape=self.is_shape)
        return made(self.written, self.lowest, self.file_written_at, is_shape=self.is_shape)

    @property
    def family(self) -> str:
        return str(dict(self.written)["family"])

    @property
    def parameters(self) -> Parameters:
        """The parameters of the family, also if mean and spread are written."""
        return dict(self.made.parameters)

    @property
    def mean(self) -> float:
        """Mean between the cuts."""
        return self.made.mean

    @property
    def u_error(self) -> float:
        """Largest error of the inverse: between the probability of a quantile and the requested probability."""
        return FAMILIES[self.family].u_error if self.family in FAMILIES else 0.0

    def quantile(self, u: Any) -> Any:  # noqa: ANN401 - numbers or columns
        """Quantiles of probabilities, by inversion; they never fall as the probabilities rise."""
        return self.made.quantile(u)

    def cdf(self, x: Any) -> Any:  # noqa: ANN401 - numbers or columns
        """The probability of at most x."""
        return self.made.cdf(x)

    def between(self, low: float, high: float) -> Self:
        """The same distribution, cut to this interval and to its own cuts."""
        written = dict(self.written)
        cuts = max(low, number(written, CUTS[0], low)), min(high, number(written, CUTS[1], high))
        return replace(self, written=tuple({**written, **dict(zip(CUTS, cuts, strict=True))}.items()))


class Times(Distribution):
    """A distribution of times, which are never negative."""

    __slots__ = ()
    lowest = 0.0


class Delays(Distribution):
    """A distribution of delays; early is negative."""

    __slots__ = ()


class Shape(Times):
    """How values vary about a mean that another key sets: quantiles are multiples of the mean."""

    __slots__ = ()
    is_shape = True

    @property
    def table(self) -> Numbers:
        """The quantiles that 16-bit draws look up, with a mean of one (QUANTILES)."""
        drawn = self.made
        return drawn.table if isinstance(drawn, OwnMade) else _table(self)

    @property
    def highest(self) -> float:
        """The highest value of the table."""
        drawn = self.made
        return drawn.highest if isinstance(drawn, OwnMade) else float(self.table[-1])


@lru_cache(maxsize=64)
def _table(shape: Shape) -> Numbers:
    table: Numbers = shape.quantile(midpoints())
    table.flags.writeable = False
    return table


def mean_of(time: float | Distribution) -> float:
    """The mean of a time that is configured by its mean or by its distribution."""
    return time.mean if isinstance(time, Distribution) else time


def beyond(time: float | Distribution, limit: float) -> float:
    """The probability of more than a limit, for an exponential time with a mean, or for a distribution."""
    if isinstance(time, Distribution):
        return 1.0 - float(time.cdf(limit))
    return float(np.exp(-limit / max(time, _NO_TIME)))


def stretched(time: float | Distribution, draws: N, unit: float = 1.0) -> N:
    """Times by exponential draws of mean one: exponential with a mean, or by inversion of a distribution.

    The result is multiplied by `unit`.
    """
    if isinstance(time, Distribution):
        values: N = time.quantile(-np.expm1(-draws)) * unit
        return values
    return time * unit * draws


def _checked(value: object, key: str) -> Iterator[tuple[str, float | str]]:
    """Names and values of a mapping, each with the right type and known to its family."""
    items = value if isinstance(value, Mapping) else {}
    known = families()
    family = items.get("family")
    if family not in known:
        got = "missing" if family is None else f"got {family!r}{near(str(family), known)}"
        raise ConfigError(f"{key}.family: one of {', '.join(known)}; {got}")
    names = keys_of(str(family))
    for name, item in items.items():
        place = f"{key}.{name}"
        if name == "family" or (name in OF_FILE and name in names):
            yield name, read(str, item, place)
        elif name in names:
            yield name, read(Annotated[float, bounds_of(name)], item, place)  # type: ignore[arg-type]
        else:
            raise ConfigError(f"{place}: {family} has no such key{near(str(name), names)}")
    if family == EMPIRICAL and FILE not in items:
        raise ConfigError(f"{key}.{FILE}: missing: {EMPIRICAL} takes the values of a CSV file")
