"""Distributions by a function of the user's file (`sim.own`), which returns the quantile of a probability."""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from sim.distributions.families import FAMILIES, Parameters
from sim.distributions.making import AT_LEAST, AT_MOST, CUTS, EMPIRICAL, MEAN, Written, midpoints, number
from sim.own import DISTRIBUTION, LARGEST, OwnFile, is_number
from sim.units import Numbers


@dataclass(frozen=True)
class OwnMade:
    """A distribution to draw from: a table of quantiles at mid-points, linear between them.

    The table is made when it is first needed; nothing is executed earlier. The mean is that of the configuration.
    """

    own_file: OwnFile
    name: str
    lowest: float
    given_mean: float | None
    """The mean to which values are scaled; None: the function's values are used unchanged."""
    cuts: tuple[float, float]

    @property
    def parameters(self) -> Parameters:
        return {}

    @property
    def mean(self) -> float:
        return float(self.table.mean()) if self.given_mean is None else self.given_mean

    @cached_property
    def table(self) -> Numbers:
        """Quantiles at the mid-points of equal shares (QUANTILES).

        Raises:
            InputError: the function raises, or returns no quantiles.
        """
        table = np.array([self._value(float(u)) for u in midpoints()])
        if (falls := np.flatnonzero(np.diff(table) < 0)).size:
            lower = float(table[falls[0] + 1])
            raise self.own_file.refuse(self.name, lower, "a quantile never falls as its probability rises")
        if self.given_mean is not None:
            if table.mean() < 1 / LARGEST:
                raise self.own_file.refuse(self.name, 0.0, "times have a mean above 0")
            table *= self.given_mean / table.mean()
        if any(map(math.isfinite, self.cuts)):
            below, upto = (float(np.interp(end, table, midpoints(), 0.0, 1.0)) for end in self.cuts)
            table = np.clip(np.interp(below + (upto - below) * midpoints(), midpoints(), table), *self.cuts)
        table.flags.writeable = False
        return table

    @property
    def highest(self) -> float:
        """The highest value of the table; 1 if the code is not trusted.

        A simulation reads the configuration again.
        """
        return float(self.table[-1]) if self.own_file.is_trusted else 1.0

    def _value(self, u: float) -> float:
        value = self.own_file.call(self.name, u)
        if not is_number(value) or value < self.lowest:
            wanted = f"a number from {max(self.lowest, -LARGEST):g} to {LARGEST:g}"
            raise self.own_file.refuse(self.name, value, f"the quantile of {u:.6g} is {wanted}")
        return float(value)

    def quantile(self, u: Any) -> Any:  # noqa: ANN401 - numbers or columns
        return np.interp(u, midpoints(), self.table)[()]

    def cdf(self, x: Any) -> Any:  # noqa: ANN401 - numbers or columns
        return np.interp(x, self.table, midpoints(), 0.0, 1.0)


def check_own_families(own_file: OwnFile) -> None:
    """Refuse a file with a distribution that has the name of a packaged family.

    Raises:
        ValueError: the first such distribution.
    """
    for name in own_file.names(DISTRIBUTION):
        if name in (*FAMILIES, EMPIRICAL):
            raise ValueError(
                f"{own_file.name}: line {own_file.functions[name].line}: {name}: a packaged family has this name"
            )


def own_shapes(own_file: OwnFile) -> list[str]:
    """The distributions of a file that times can have, after a check that each returns quantiles.

    Raises:
        InputError: the first one that returns no quantiles.
    """
    tables = {
        name: OwnMade(own_file, name, -math.inf, None, (-math.inf, math.inf)).table
        for name in own_file.names(DISTRIBUTION)
    }
    return [name for name, table in tables.items() if table[0] >= 0 and table.mean() > 0]


@lru_cache(maxsize=64)
def own_made(own_file: OwnFile, written: Written, lowest: float, *, is_shape: bool) -> OwnMade:
    """The distribution of a mapping whose family is in the user's file.

    Raises:
        ValueError: the mean is missing, or does not belong there; the message begins with the name.
    """
    given = dict(written)
    is_time = lowest == 0 and not is_shape
    if is_time != (MEAN in given):
        why = "missing; times are scaled to it" if is_time else "the function's values are used unchanged; leave it out"
        why = "another key sets the mean; leave it out" if is_shape else why
        raise ValueError(f"{MEAN}: {why}")
    mean = number(given, MEAN, 1.0) if lowest == 0 else None
    if mean is not None and mean <= 0:
        raise ValueError(f"{MEAN}: must be greater than 0, got {mean:g}")
    if lowest == 0 and (cut := next((name for name in CUTS if name in given), None)):
        raise ValueError(f"{cut}: values of a function are not cut; leave it out")
    cuts = number(given, AT_LEAST, -math.inf), number(given, AT_MOST, math.inf)
    return OwnMade(own_file, str(given["family"]), lowest, mean, cuts)
