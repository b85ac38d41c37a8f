"""What a change makes: differences between scenarios that saw the same flights, parcels and draws."""

from collections.abc import Mapping, Sequence

from experiments.statistics.interval import ANYTHING, CONFIDENCE, Interval, Range, mean_interval


def paired_interval(
    values: Sequence[float],
    baseline: Sequence[float],
    *,
    possible: Range = ANYTHING,
    confidence: float = CONFIDENCE,
) -> Interval:
    """The t interval of the mean of `values` minus `baseline`, replication by replication.

    `possible` values of each give the largest possible difference, and bounds stay within it.

    Under common random numbers what both scenarios have in common falls out of each difference, so that the
    interval is as a rule much shorter than one from separate means.

    Source: A. M. Law, Simulation Modeling and Analysis, 5th ed. 2015, section 10.2.1.

    Raises:
        ValueError: different numbers of replications, none, or a confidence outside (0, 1).

    >>> paired_interval([11.0, 22.0, 33.0], [10.0, 21.0, 32.0])
    Interval(mean=1.0, low=1.0, high=1.0, n=3)
    """
    if len(values) != len(baseline):
        raise ValueError(
            f"values: a pair each replication: {len(values)} replications against {len(baseline)} of the baseline"
        )
    differences = [a - b for a, b in zip(values, baseline, strict=True)]
    return mean_interval(differences, possible=difference_of(possible), confidence=confidence)


def difference_of(possible: Range) -> Range:
    """The possible differences of two figures with these possible values.

    >>> difference_of((0.0, 1.0))
    (-1.0, 1.0)
    """
    least, most = possible
    return least - most, most - least


def paired_intervals(
    scenarios: Mapping[str, Sequence[float]],
    baseline: str,
    *,
    possible: Range = ANYTHING,
    confidence: float = CONFIDENCE,
    is_simultaneous: bool = False,
) -> dict[str, Interval]:
    """Each scenario minus the baseline, by scenario; the baseline itself is left out.

    `is_simultaneous`: all intervals hold with the confidence (Bonferroni), which makes each wider.

    Raises:
        KeyError: no such baseline.
        ValueError: as in `paired_interval`.

    >>> sorted(paired_intervals({"now": [1.0, 2.0], "more": [2.0, 3.0], "most": [3.0, 4.0]}, "now"))
    ['more', 'most']
    """
    base = scenarios[baseline]
    others = {name: values for name, values in scenarios.items() if name != baseline}
    each = 1 - (1 - confidence) / max(1, len(others)) if is_simultaneous else confidence
    return {name: paired_interval(values, base, possible=possible, confidence=each) for name, values in others.items()}


def variance_ratio(values: Sequence[float], baseline: Sequence[float]) -> float | None:
    """Variance of the difference of separate runs, relative to that of these pairs: what common random numbers save.

    4 says that separate runs would need four times the replications. None with fewer than two pairs, or
    where all pairs have the same difference.

    Raises:
        ValueError: different numbers of replications.
    """
    import numpy as np

    a, b = np.asarray(values, dtype=np.float64), np.asarray(baseline, dtype=np.float64)
    if a.shape != b.shape:
        raise ValueError(f"values: a pair each replication: {a.size} replications against {b.size} of the baseline")
    apart = a - b
    if a.size < 2 or (apart == apart[0]).all():
        return None
    return float((np.var(a, ddof=1) + np.var(b, ddof=1)) / np.var(apart, ddof=1))
