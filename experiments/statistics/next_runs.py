"""Choice of the next simulation, to know the share of worlds in which an answer holds best for the effort.

Of the worlds that the screen calls clear, a random sample is checked. The others are simulated one by one in their
random order. Each further run goes where it narrows the intervals most: to an open world, to a check, or to another
replication of a world whose answer the noise leaves open.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.statistics.open_worlds import Answer, Effort, Known, Run, Sample
from experiments.statistics.share_of_worlds import Checked, Stratum

Wanted = tuple[int, int, int]
"""Design, world, and the number of replications that it is to have."""
Ask = Callable[[Sequence[Wanted]], Mapping[Run, Answer]]
"""The answers of these worlds, at least with so many replications each."""
_PILOT: Final = 4
"""Open worlds of each design that are simulated first (assumption)."""
_TWICE: Final = 2
"""Number of those with two replications, which show the noise (assumption)."""
PILOT: Final = _PILOT + _TWICE + 2
"""Most runs of a design before the first look, including a check on each side of the screen."""
_BATCH: Final = 8
"""Runs between two looks; from 80 runs on, a tenth of the runs made (assumption)."""


def explored(sample: Sample, effort: Effort, ask: Ask) -> Known:
    """Simulate until the budget is spent or the precision is reached; choices depend only on the results."""
    known = Known(sample, effort)
    wanted = list(_first(known))
    while wanted:
        known.learn(ask(wanted))
        wanted = _next(known)
    return known


def _first(known: Known) -> Iterator[Wanted]:
    """Some open worlds of each design, and a check on each side of the screen."""
    for design in range(len(known.strata)):
        for kind, most, n_twice in ((Stratum.OPEN, _PILOT, _TWICE), (Stratum.FAILS, 1, 0), (Stratum.HOLDS, 1, 0)):
            worlds = _worlds(known, design, kind)[:most]
            yield from ((design, world, 2 if at < n_twice else 1) for at, world in enumerate(worlds))


def _worlds(known: Known, design: int, kind: Stratum) -> list[int]:
    """Worlds of a stratum that are not simulated."""
    members = np.flatnonzero(known.strata[design] == kind)
    return [int(world) for world in members if (design, int(world)) not in known.answers]


def _next(known: Known) -> list[Wanted]:
    """Runs with the largest gains; none if nothing is left to do."""
    n = min(known.effort.budget - known.n_runs, max(_BATCH, known.n_runs // 10))
    designs = _in_question(known) if n > 0 else []
    sources = list(_sources(known, designs)) if designs else []
    wanted: list[Wanted] = []
    while sources and len(wanted) < n:
        best = max(sources, key=lambda source: source.gain())
        if best.gain() <= 0:
            break
        wanted.append(best.take())
    return wanted


def _in_question(known: Known) -> list[int]:
    """Designs whose interval is wider than `precision`."""
    limit = known.effort.precision
    designs = range(len(known.strata))
    return [design for design in designs if limit is None or (known.share(design).interval.half_width or 0.0) > limit]


def _sources(known: Known, designs: Sequence[int]) -> Iterator["_Source"]:
    shares = {design: _shares(known, design) for design in designs}
    for design in designs:
        checked, weight = known.checked(design), shares[design][Stratum.OPEN]
        for kind in (Stratum.FAILS, Stratum.OPEN, Stratum.HOLDS):
            if kind == Stratum.OPEN or kind in known.doubted:
                yield _Alone(design, _worlds(known, design, kind), shares[design][kind], checked[kind])
        for world in np.flatnonzero(known.strata[design] == Stratum.OPEN):
            run = design, int(world)
            if run in known.answers and len(known.answers[run].margins) < known.effort.most_replications:
                yield _Again(run, len(known.answers[run].margins), weight, known.holds(run), checked[Stratum.OPEN].n)
    for kind in (Stratum.FAILS, Stratum.HOLDS):
        if kind in known.doubted:
            continue
        simulated = Counter(design for design, world in known.runs if known.strata[design, world] == kind)
        worlds = {design: _worlds(known, design, kind) for design in designs}
        weights = {design: shares[design][kind] for design in designs}
        yield _Checks(worlds, weights, simulated, known.checked(designs[0])[kind])


def _shares(known: Known, design: int) -> list[float]:
    return [float(np.mean(known.strata[design] == kind)) for kind in Stratum]


def _saved(variance: float, n: int) -> float:
    """Reduction of the variance of a mean by one more value."""
    return variance / ((n + 1) * (n + 2))


@dataclass(slots=True)
class _Alone:
    """Worlds of a stratum of one design."""

    design: int
    worlds: list[int]
    weight: float
    checked: Checked
    taken: int = 0

    def gain(self) -> float:
        return self.weight**2 * _saved(self.checked.variance, self.checked.n + self.taken) if self.worlds else 0.0

    def take(self) -> Wanted:
        self.taken += 1
        return self.design, self.worlds.pop(0), 1


@dataclass(slots=True)
class _Checks:
    """Clear worlds of all designs on one side; their checks are pooled."""

    worlds: dict[int, list[int]]
    weights: dict[int, float]
    simulated: Counter[int]
    checked: Checked
    taken: int = 0

    def gain(self) -> float:
        weight = sum(weight_of_design**2 for weight_of_design in self.weights.values())
        return weight * _saved(self.checked.variance, self.checked.n + self.taken) if any(self.worlds.values()) else 0.0

    def take(self) -> Wanted:
        """The next check: a world of the design with the fewest checks for its share."""
        left = [design for design, worlds in self.worlds.items() if worlds]
        design = max(left, key=lambda each_design: self.weights[each_design] / (self.simulated[each_design] + 1))
        self.simulated[design] += 1
        self.taken += 1
        return design, self.worlds[design].pop(0), 1


@dataclass(slots=True)
class _Again:
    """One more replication of an open world."""

    run: Run
    n: int
    weight: float
    holds: float
    of: int
    """Worlds of the stratum that were simulated."""
    is_taken: bool = False

    def gain(self) -> float:
        if self.is_taken or not self.of:
            return 0.0
        return (self.weight / self.of) ** 2 * self.holds * (1 - self.holds) / (self.n + 1)

    def take(self) -> Wanted:
        self.is_taken = True
        return *self.run, self.n + 1


_Source = _Alone | _Checks | _Again
"""`gain`: by how much its next run reduces the variance of the shares, 0 if no run is left; `take`: that run."""
