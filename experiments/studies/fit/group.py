"""A fit as an option of the group `fits/NAME`, with ranges of its numbers for `sure`.

With a key the option sets the distribution there; without a key it is only the distribution, for any key.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml

from experiments.grouping import from_paths
from experiments.statistics.fitting import Fitted, range_of
from experiments.studies.fit.place import Place
from experiments.studies.fit.result import Result
from experiments.studies.fit.text import provenance, source_of
from sim.csv_rows import csv_text
from sim.distributions import EMPIRICAL
from sim.distributions.making import AT_LEAST, NORMAL
from sim.units import Numbers

GROUP: Final = "fits"
_BY_MOMENTS: Final = ("lognormal", "gamma", "weibull")
"""Families written by mean and spread, which are clearer than their parameters."""
_LEAST_CORRELATION: Final = 0.05
_DIGITS: Final = 6
NamedNumbers = dict[str, Numbers]
"""The estimate of each number, then its bootstrap values (1 + B)."""


@dataclass(frozen=True, slots=True)
class Written:
    """Files of a group by their path below the folder, and the word that chooses the option."""

    files: Mapping[Path, str]
    word: str
    is_whole: bool
    """Whether the option contains the key, so that the word is sufficient."""


def written(result: Result, place: Place | None, folder: Path, *, sha256: str) -> Written:
    """Content of the user's folder.

    Raises:
        ConfigError: a distribution or number that the configuration refuses at this key.
    """
    option = Path(GROUP) / result.name / f"{result.family}.yaml"
    factor = place.factor(place.key) if place and place.takes else 1.0
    files: dict[Path, str] = {}
    if result.chosen is None:
        values = Path(GROUP) / result.name / f"{result.name}.csv"
        files[values] = _values(result, factor)
        inside: NamedNumbers = {}
        mapping: dict[str, Any] = {"file": str(folder / values), "column": result.sample.column}
    else:
        both = np.vstack([result.chosen.parameters, result.bootstrap])
        inside = numbers_of(result.chosen, both, factor, is_shape=place is not None and place.is_shape)
        mapping = {name: _rounded(values[0]) for name, values in inside.items()}
        mapping |= _ends(result.chosen, factor)
    mapping = {"family": result.family, **mapping}
    head = provenance(result, place.key if place else None, sha256=sha256)
    if place is None:
        return Written({option: _commented(head) + _yaml(mapping), **files}, f"+{GROUP}/{result.name}", is_whole=False)
    placed = {f"{place.key}.{name}": values for name, values in inside.items()} if place.takes else {}
    numbers = dict(placed)
    content: dict[str, Any] = {place.key: mapping} if place.takes else {}
    if place.mean_key is not None:
        numbers[place.mean_key] = place.in_unit(place.mean_key, result.means)
        content[place.mean_key] = place.kind_of_mean(_rounded(numbers[place.mean_key][0]))
    place.checked({key: _likewise(place, value) for key, value in content.items()})
    nested = from_paths((key.split("."), value) for key, value in content.items())
    files[option] = f"# @package _global_\n{_commented(head)}{_yaml(nested)}"
    if ranges := list(_entries(result, place, numbers, sha256=sha256)):
        # The key of a mean is already correlated with those of other paces.
        together = list(_correlations({key: values for key, values in placed.items() if key in dict(ranges)}))
        text = "".join(_yaml({key: entry}, is_inline=True) for key, entry in ranges)
        text += _yaml({"correlations": together}, is_inline=True) if together else ""
        files[Path("assumptions") / f"fit_{result.name}.yaml"] = _commented(head) + text
    return Written(files, f"+{GROUP}/{result.name}={result.family}", is_whole=True)


def numbers_of(fit: Fitted, parameters: Numbers, factor: float, *, is_shape: bool) -> NamedNumbers:
    """Numbers of the family's mapping, from rows of parameters (1 + B, K): scaled by the factor, or pure shapes."""
    family = fit.family.name
    mean = fit.family.distribution(parameters, fit.ends).mean()[:, 0]
    by_name = dict(zip(fit.family.parameters, parameters.T, strict=True))
    if family in _BY_MOMENTS:
        sd = fit.family.distribution(parameters, fit.ends).std()[:, 0]
        return {**({} if is_shape else {"mean": factor * mean}), "spread": sd / mean}
    if is_shape and family in (NORMAL, "exponential"):
        return {"spread": by_name["sd"] / by_name["mean"]} if family == NORMAL else {}
    scale = 1 / mean if is_shape else factor
    return by_name if family == "beta" else {name: scale * values for name, values in by_name.items()}


def _ends(fit: Fitted, factor: float) -> dict[str, float]:
    """Ends of a family with known ends, and the truncation of a normal."""
    if not fit.family.is_bounded:
        return {AT_LEAST: 0.0} if fit.family.name == NORMAL and fit.ends[0] == 0 else {}
    return dict(zip(("low", "high"), (_rounded(factor * end) for end in fit.ends), strict=True))


def _entries(
    result: Result, place: Place, numbers: NamedNumbers, *, sha256: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Range of each number: its key, and its entry as in `configs/assumptions`."""
    source = source_of(result, sha256)
    for key, values in numbers.items():
        value = _rounded(values[0])
        low, high = range_of(values[1:], float(values[0]))
        if values.min() > 0:
            low = max(low, float(values.min()) / 2)
        elif result.chosen is not None and result.chosen.ends[0] == 0:
            low = max(low, 0.0)
        low, high = min(_rounded(low), value), max(_rounded(high), value)
        if low < high:
            what = "mean" if key == place.mean_key else key.rpartition(".")[2]
            at = {"at": value} if key == place.mean_key else {}
            yield key, {"label": f"{what} of {result.name}", "sourced": source, "low": low, "high": high, **at}


def _correlations(numbers: NamedNumbers) -> Iterator[dict[str, Any]]:
    """Pairwise correlations of normal scores of the bootstrap."""
    from scipy.special import ndtri
    from scipy.stats import rankdata

    scores = {key: ndtri((rankdata(values[1:]) - 0.5) / (len(values) - 1)) for key, values in numbers.items()}
    for first, second in combinations(scores, 2):
        correlation = round(float(np.corrcoef(scores[first], scores[second])[0, 1]), 2)
        if abs(correlation) >= _LEAST_CORRELATION:
            yield {"correlation": correlation, "keys": [first, second]}


def _likewise(place: Place, value: Any) -> Any:  # noqa: ANN401 - a number, or a mapping
    """A substitute number, because an empirical distribution is checked before its file is written."""
    is_of_file = isinstance(value, dict) and value["family"] == EMPIRICAL
    return {"family": "exponential", **({} if place.is_shape else {"mean": 1.0})} if is_of_file else value


def _values(result: Result, factor: float) -> str:
    return csv_text([[result.sample.column], *([_rounded(factor * value)] for value in result.sample.values)])


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def _yaml(content: object, *, is_inline: bool = False) -> str:
    style = None if is_inline else False
    text: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, default_flow_style=style, width=10_000)
    return text


def _commented(lines: list[str]) -> str:
    return "".join(f"# {line}\n" for line in lines)
