"""The cheapest of many designs that meets a target, with a budget of replications spent where it helps most: OCBA.

After each look, replications go to the designs whose verdict is least certain. A design that misses the target and is
cheaper than the best counts by how little it misses. A design that meets the target counts by how little dearer it is
than the best; the best counts by both. Without a target the shares are those of Chen and others; with known costs only
the target counts.

Looks end when the budget is spent, or when the estimated probability of a good selection reaches 1 - alpha. That
probability is an estimate (Bonferroni's bound over posterior t distributions), not a guarantee like that of KN.

Sources: C.-H. Chen, J. Lin, E. Yücesan, S. E. Chick, Discrete Event Dynamic Systems 10 (2000), 251-270 (OCBA); L. H.
Lee, N. A. Pujowidianto, L.-W. Li, C.-H. Chen, C. M. Yap, IEEE Trans. Automatic Control 57 (2012), 2940-2945 (OCBA-CO).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.statistics.selection import Fate, Goal, Looks, Sample, Selection, Verdict
from sim.units import Numbers

Counts = NDArray[np.int64]
"""Replications of each design."""


@dataclass(frozen=True, slots=True)
class Moments:
    """For each design: replications, and mean and standard deviation of the target's value and the cost (n_designs)."""

    n: Numbers
    mean: Numbers
    deviation: Numbers
    cost: Numbers
    cost_deviation: Numbers


def ocba(sample: Sample, goal: Goal, looks: Looks, *, budget: int) -> Selection:
    """OCBA with `looks.step` replications between two looks, and `budget` replications in all.

    Raises:
        ValueError: fewer than two replications of each design to begin with, or a budget below them.
    """
    counts = np.full(goal.n_designs, looks.first)
    if looks.first < 2 or budget < counts.sum():
        raise ValueError("budget: must allow at least two replications of each design")
    while True:
        known = moments(sample, goal, counts)
        best = _best(known, goal)
        probability = good_selection(known, goal, best)
        room = min(looks.step, budget - int(counts.sum()), int((looks.most - counts).sum()))
        if probability >= 1 - goal.alpha or room <= 0:
            return _selection(known, goal, best, probability)
        counts = counts + _handed_out(shares(known, goal, best), counts, room, looks.most)


def moments(sample: Sample, goal: Goal, counts: Counts) -> Moments:
    values = sample(range(goal.n_designs), counts.tolist())
    mean, deviation = (np.array([pick(samples[0]) for samples in values]) for pick in (np.mean, _deviation))
    if goal.costs is None:
        cost, spread = (np.array([pick(samples[1]) for samples in values]) for pick in (np.mean, _deviation))
    else:
        cost, spread = np.array(goal.costs), np.zeros(goal.n_designs)
    return Moments(counts.astype(np.float64), mean, deviation, cost, spread)


def shares(known: Moments, goal: Goal, best: int | None) -> Numbers:
    """Relative shares of the next replications (n_designs); all 0 if nothing is uncertain.

    Distances below the tolerance or the indifference count as equal to it: otherwise the nearest design would take all.
    """
    with np.errstate(divide="ignore"):
        noise = np.zeros(goal.n_designs)
        if goal.target is not None:
            noise = (known.deviation / np.maximum(np.abs(known.mean - goal.target), goal.tolerance)) ** 2
        if best is None:
            return noise
        gap = np.maximum(np.abs(known.cost - known.cost[best]), goal.indifference or np.finfo(float).tiny)
        dearer = (known.cost_deviation / gap) ** 2
    meets = np.ones(goal.n_designs, dtype=bool) if goal.target is None else known.mean >= goal.target
    by_cost = meets | (~meets & (known.cost >= known.cost[best]) & (dearer <= noise))
    share = np.where(by_cost, dearer, noise)
    rivals = by_cost & (known.cost_deviation > 0)
    rivals[best] = False
    against = known.cost_deviation[best] * np.sqrt(((share[rivals] / known.cost_deviation[rivals]) ** 2).sum())
    share[best] = max(against, noise[best])
    return share


def good_selection(known: Moments, goal: Goal, best: int | None) -> float:
    """A lower bound of the estimated probability that the selection is right (defined in `selection`)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        error = known.deviation / np.sqrt(known.n)
        meets, misses = np.ones(goal.n_designs), np.zeros(goal.n_designs)
        if goal.target is not None:
            meets = _t((known.mean - goal.target - goal.tolerance) / error, known.n)
            misses = _t((goal.target - goal.tolerance - known.mean) / error, known.n)
        if best is None:
            return max(0.0, 1 - float(meets.sum()))
        if goal.costs is None:
            both = np.hypot(known.cost_deviation / np.sqrt(known.n), (known.cost_deviation / np.sqrt(known.n))[best])
            gap = known.cost[best] - known.cost - goal.indifference
            cheaper = _t(gap / both, np.minimum(known.n, known.n[best]))
        else:
            cheaper = (known.cost < known.cost[best]).astype(np.float64)
    wrong = np.minimum(meets, cheaper)
    wrong[best] = misses[best]
    return max(0.0, 1 - float(wrong.sum()))


def _best(known: Moments, goal: Goal) -> int | None:
    meets = np.ones(goal.n_designs, dtype=bool) if goal.target is None else known.mean >= goal.target
    return int(np.where(meets, known.cost, np.inf).argmin()) if meets.any() else None


def _selection(known: Moments, goal: Goal, best: int | None, probability: float) -> Selection:
    verdicts = []
    for design, n in enumerate(known.n.astype(int).tolist()):
        if design == best:
            verdicts.append(Verdict(Fate.SELECTED, n))
        elif goal.target is not None and known.mean[design] < goal.target:
            verdicts.append(Verdict(Fate.INFEASIBLE, n))
        else:
            verdicts.append(Verdict(Fate.NOT_CHEAPER, n, best))
    return Selection(tuple(verdicts), probability)


def _handed_out(share: Numbers, counts: Counts, room: int, most: int) -> Counts:
    """Whole replications that bring the counts nearest to their shares, none of them above `most`."""
    weight = share / share.max() if share.max() > 0 else np.ones(share.size)
    more = np.zeros_like(counts)
    for _ in range(room):
        now = counts + more
        with np.errstate(divide="ignore"):
            wanted = np.where(now < most, weight / now, -1.0)
        more[int(wanted.argmax())] += 1
    return more


def _deviation(values: Numbers) -> float:
    return float(values.std(ddof=1))


def _t(value: Numbers, n: Numbers) -> Numbers:
    """Student's t distribution with n - 1 degrees of freedom; 0 for 0/0, a zero difference without noise."""
    from scipy.special import stdtr

    return np.asarray(np.where(np.isnan(value), 0.0, stdtr(n - 1, np.nan_to_num(value, nan=0.0))), dtype=np.float64)
