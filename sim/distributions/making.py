"""From a mapping with `family` to quantiles and probabilities: its parameters, cuts and mean."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final, TypeGuard

import numpy as np

from sim.distributions.empirical import Empirical, values_of
from sim.distributions.families import FAMILIES, Family, Frozen, Inverse, Parameters
from sim.own import DISTRIBUTION, in_force
from sim.reading import Bounds
from sim.units import Numbers

Written = tuple[tuple[str, float | str], ...]
"""A mapping as it was written, in its order."""
QUANTILES: Final = 1 << 16
EMPIRICAL: Final = "empirical"
FILE, COLUMN = OF_FILE = ("file", "column")
AT_LEAST, AT_MOST = CUTS = ("at_least", "at_most")
SPREAD, SD = SPREADS = ("spread", "sd")
MEAN, NORMAL, CONSTANT = "mean", "normal", "constant"
STRETCHES: Final = (MEAN, "scale", "median", "value", SPREAD)
"""The first of these that a distribution has is varied in place of the number that it replaces."""
PARAMETERS: Final = frozenset((*STRETCHES, *SPREADS, *(name for each in FAMILIES.values() for name in each.parameters)))
"""All numbers that a mapping may have besides its cuts."""
LARGEST: Final = 1e9
"""A bound far above any value, which excludes infinity."""
_LEAST_MEAN: Final = 1e-9
"""The smallest mean of times."""
_LEAST_SHARE: Final = 1e-6
"""The smallest share of a distribution that must lie between its cuts."""
_LEAST_SPREAD: Final = 1e-7
"""The smallest standard deviation over the mean; with less, numbers have too few digits for all values to differ."""
_EDGE: Final = 2.0**-53
"""No probability of 53 bits is nearer to 0 or 1."""
_POSITIVE, _ANY = Bounds(gt=0, le=LARGEST), Bounds(ge=-LARGEST, le=LARGEST)
_BOUNDS: Final = {
    **dict.fromkeys(("shape", "scale", "median", "a", "b", *SPREADS), _POSITIVE),
    "sigma": Bounds(gt=0, le=5),
}


def midpoints(n: int = QUANTILES) -> Numbers:
    """The mid-points of n equal shares of one (n)."""
    points: Numbers = (np.arange(n) + 0.5) / n
    return points


def bounds_of(name: str) -> Bounds:
    """Bounds of a number of a mapping, the same for all families."""
    return _BOUNDS.get(name, _ANY)


def is_distribution(plain: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether a plain value is the mapping of a distribution."""
    return isinstance(plain, Mapping) and plain.get("family") in families()


def families() -> tuple[str, ...]:
    """The names of all families, including those of the user's file."""
    return (*FAMILIES, EMPIRICAL, *own_families())


def own_families() -> list[str]:
    """The names of the distributions of the file in force."""
    own_file = in_force()
    return [] if own_file is None else own_file.names(DISTRIBUTION)


def stretch_of(distribution: Mapping[str, Any]) -> str | None:
    """The name of the varied number: the scale of times, or the spread of a shape; None if it has neither."""
    return next((name for name in STRETCHES if name in distribution and distribution[name] > 0), None)


def keys_of(family: str) -> tuple[str, ...]:
    """The keys that a mapping of this family may have besides `family`."""
    if family == EMPIRICAL:
        return (*OF_FILE, *CUTS)
    if family not in FAMILIES:
        return (MEAN, *CUTS)
    entry = FAMILIES[family]
    moments = () if entry.moments is None else (MEAN, *SPREADS)
    return tuple(dict.fromkeys((*entry.parameters, *moments, *(() if family == CONSTANT else CUTS))))


@dataclass(frozen=True, slots=True)
class Made:
    """A distribution to draw from: quantiles and probabilities between the cuts, times `scale`."""

    parameters: Parameters
    frozen: Frozen
    inverse: Inverse
    below: float
    """Probability below the cuts."""
    share: float
    """Probability between the cuts."""
    cuts: tuple[float, float]
    mean: float
    scale: float = 1.0

    def quantile(self, u: Any) -> Any:  # noqa: ANN401 - numbers or columns
        inside = np.clip(self.below + self.share * np.asarray(u, dtype=np.float64), _EDGE, 1 - _EDGE)
        values = self.scale * np.clip(self.inverse(inside), *self.cuts)
        return np.asarray(values, dtype=np.float64)[()]  # a number for a number

    def cdf(self, x: Any) -> Any:  # noqa: ANN401 - numbers or columns
        with np.errstate(over="ignore"):
            below = self.frozen.cdf(np.asarray(x) / self.scale)
        return np.clip((below - self.below) / self.share, 0.0, 1.0)


@lru_cache(maxsize=256)
def made(written: Written, lowest: float, file_written_at: int, *, is_shape: bool) -> Made:
    """The distribution of a mapping with known keys. No value is below `lowest`; the mean of a shape is one.

    `file_written_at`: of the file of values, so that a file that was written again is read again; 0 without a file.

    Raises:
        ValueError: an impossible parameter; the message begins with its name.
        InputError: the file of values cannot be read.
    """
    given = dict(written)
    low, high = (number(given, name, end) for name, end in zip(CUTS, (-math.inf, math.inf), strict=True))
    if low >= high:
        raise ValueError(f"{AT_MOST}: must be above {AT_LEAST} = {low:g}, got {high:g}")
    family = str(given["family"])
    if family == EMPIRICAL:
        drawn, blamed = _of_file(given, lowest, file_written_at, low, high), FILE
    else:
        if family == NORMAL:
            low = max(low, lowest)
        drawn, blamed = _of_family(family, given, low, high, is_shape=is_shape)
    with np.errstate(over="ignore"):
        least, most = (float(drawn.quantile(u)) for u in (0.0, 1.0))
        table_mean = float(drawn.quantile(midpoints()).mean()) if is_shape else 1.0
    got = f", got {given[blamed]:g}" if isinstance(given.get(blamed), float) else ""
    if least < lowest:
        raise ValueError(f"{blamed}: {family} reaches below {lowest:g}, to {least:.4g}{got}")
    if not most <= LARGEST:
        raise ValueError(f"{blamed}: {family} reaches beyond {LARGEST:g}{got}")
    if lowest == 0 and min(drawn.mean, table_mean) < _LEAST_MEAN:
        raise ValueError(f"{blamed}: the mean must be at least {_LEAST_MEAN:g}, got {drawn.mean:g}")
    if not is_shape:
        return drawn
    return replace(drawn, mean=1.0, scale=1 / table_mean)


def number(given: Mapping[str, float | str], name: str, otherwise: float) -> float:
    """A number that may be left out."""
    return float(given.get(name, otherwise))


def _of_file(given: Mapping[str, float | str], lowest: float, written_at: int, low: float, high: float) -> Made:
    column = given.get(COLUMN)
    values = values_of(str(given[FILE]), None if column is None else str(column), lowest, written_at)
    kept = values[(values >= low) & (values <= high)]
    if not len(kept):
        cut = AT_LEAST if AT_LEAST in given else AT_MOST
        raise ValueError(f"{cut}: no value of {given[FILE]} lies between the cuts, got {given[cut]:g}")
    empirical = Empirical(kept)
    return Made({}, empirical, empirical.inverse, 0.0, 1.0, (low, high), empirical.mean())


def _of_family(
    family: str, given: Mapping[str, float | str], low: float, high: float, *, is_shape: bool
) -> tuple[Made, str]:
    """The distribution, and the name of the parameter to report if a value is impossible."""
    entry = FAMILIES[family]
    parameters, blamed = _parameters(family, entry, given, is_shape=is_shape)
    frozen, inverse = entry.frozen(**parameters), entry.inverse(**parameters)
    with np.errstate(over="ignore"):
        below, upto = (float(frozen.cdf(end)) if math.isfinite(end) else float(end > 0) for end in (low, high))
    if upto - below < _LEAST_SHARE:
        name = next((cut for cut in reversed(CUTS) if cut in given), MEAN)
        raise ValueError(f"{name}: almost nothing of {family} lies between the cuts, got {given.get(name, 1):g}")
    if (below, upto) == (0, 1):
        mean = frozen.mean()
    else:  # an integral to a cut far beyond all values would miss some of them
        with np.errstate(over="ignore"):
            least, most = (float(inverse(np.float64(edge))) for edge in (_EDGE, 1 - _EDGE))
        mean = frozen.expect(lb=max(low, least), ub=min(high, most), conditional=True)
    return Made(parameters, frozen, inverse, below, upto - below, (low, high), float(mean)), blamed


def _parameters(
    family: str, entry: Family, given: Mapping[str, float | str], *, is_shape: bool
) -> tuple[Parameters, str]:
    """The parameters of the family, and the name of the parameter to report if a value is impossible."""
    for name in (MEAN, SD, *entry.scales):
        if is_shape and name in given:
            raise ValueError(
                f"{name}: only the shape counts here, another key sets the mean (docs/distributions.md); leave it out"
            )
    spreads = [name for name in SPREADS if name in given]
    if len(spreads) > 1:
        raise ValueError(f"{SD}: {SPREAD} is set, too; set only one")
    if entry.moments is None or not spreads:
        values = _by_parameters(family, entry, given, is_shape=is_shape)
        return values, "low" if "low" in given else next((name for name in values if name in given), "family")
    return _by_moments(family, entry, {MEAN: 1.0, **given} if is_shape else given, spreads[0]), spreads[0]


def _by_moments(family: str, entry: Family, given: Mapping[str, float | str], spread: str) -> Parameters:
    assert entry.moments is not None
    for name in given:
        if name in entry.parameters and name not in (*entry.beside, MEAN, SD):
            raise ValueError(f"{name}: is computed from {MEAN} and {spread}: set either it or them")
    if MEAN not in given:
        raise ValueError(f"{MEAN}: missing: {spread} needs it")
    mean = float(given[MEAN])
    if mean <= 0 and (entry.scales or spread == SPREAD):
        raise ValueError(f"{MEAN}: must be greater than 0, got {mean:g}")
    sd = float(given[spread]) * (mean if spread == SPREAD else 1.0)
    if sd < _LEAST_SPREAD * abs(mean):
        raise ValueError(f"{spread}: must be at least {_LEAST_SPREAD:g} of the mean, got {given[spread]:g}")
    beside = {name: _given(family, name, given, entry.optional) for name in entry.beside}
    _check_order(beside)
    try:
        return entry.moments(mean, sd, **beside)
    except ValueError as error:
        name, _, text = str(error).partition(": ")
        name = spread if name == SPREAD else name
        raise ValueError(f"{name}: {text}, got {given[name]:g}") from error


def _by_parameters(family: str, entry: Family, given: Mapping[str, float | str], *, is_shape: bool) -> Parameters:
    if entry.moments is not None and MEAN in given:
        raise ValueError(f"{SPREAD}: missing: {MEAN} needs it")
    ones = dict.fromkeys(entry.scales, 1.0) if is_shape else {}
    values = {name: _given(family, name, given, {**entry.optional, **ones}) for name in entry.parameters}
    for name in entry.scales:
        if family != CONSTANT and values[name] <= 0:
            raise ValueError(f"{name}: must be greater than 0, got {values[name]:g}")
    _check_order(values)
    return values


def _given(family: str, name: str, given: Mapping[str, float | str], optional: Mapping[str, float]) -> float:
    if name not in given and name not in optional:
        entry = FAMILIES[family]
        moments = "" if entry.moments is None else f", or {MEAN} and {SPREAD} or {SD}"
        raise ValueError(f"{name}: missing: {family} takes {', '.join(entry.parameters)}{moments}")
    return float(given[name] if name in given else optional[name])


def _check_order(values: Parameters) -> None:
    ends = [name for name in ("low", "mode", "high") if name in values]
    for first, second in pairwise(ends):
        if values[first] > values[second]:
            raise ValueError(f"{second}: at least {first} = {values[first]:g}, got {values[second]:g}")
    if len(ends) > 1 and values["low"] == values["high"]:
        raise ValueError(f"high: must be above low = {values['low']:g}, got {values['high']:g}")
