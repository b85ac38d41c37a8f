"""The next demand to simulate: near the one at which the share of late parcels reaches its limit.

One run shows roughly how far the threshold is. In an overloaded hub, parcels are late from the day on which the backlog
exceeds about a day's demand; the higher the demand, the sooner that day. Below the threshold, the log-odds of being
late grow about in proportion to the demand. The next demand lies half a tolerance beyond the guess. If a run shows
nothing (hardly any parcels are late, or all are), steps double. After some runs the bracket is halved. Whatever the
guess, both ends of the bracket are simulated demands.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from experiments.replications.crossing import ROUNDING, Crossing, rounded

_LATE_AT: Final = 1.26
"""Backlog from which parcels are late [days of demand] (assumption; halls of Liège, a week each of warm-up and
measured: 1.0 to 1.9)."""
_STEEPNESS: Final = 100.0
"""Growth of the log-odds of being late below the threshold, if the demand doubled (assumption; same halls: 40 to
130)."""
_SHOWS: Final = 0.002
"""Least late share, and share on time, with which a run shows how far the threshold is (assumption)."""
_NEAR: Final = 0.8
"""If the guess is nearer to an end than this share of the tolerance, the other end is simulated next (assumption)."""
_MOST_DOUBLINGS: Final = 20
_FEW: Final = 2
"""Runs on one side of the threshold after which steps beyond guesses double too (assumption)."""
_GUIDED: Final = 5
"""Runs after which the bracket is halved instead of guessing (assumption)."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Result of a run at a demand."""

    is_carried: bool
    late: float
    """Share of the late imports, or of the late exports if it is higher."""


@dataclass(frozen=True, slots=True)
class Bracketing:
    """A search for two demands, at most the tolerance apart, of which only the lower is carried."""

    start: float
    step: float
    tolerance: float
    limit: float
    late: float
    """Share that may be late."""
    warmup_days: float
    horizon_days: float

    def ends(self, runs: Mapping[float, Shown]) -> tuple[float, float | None]:
        """The highest demand carried below the lowest one that is not; without such demands 0 and None."""
        no = min((demand for demand, run in runs.items() if not run.is_carried), default=None)
        below = [demand for demand, run in runs.items() if run.is_carried and (no is None or demand < no)]
        return max(below, default=0.0), no

    def after(self, runs: Mapping[float, Shown]) -> Crossing | float:
        """The crossing, or the demand to simulate next; `runs`: results of simulated demands.

        If answers alternate, it is the lowest crossing met. Zero counts as carried, and is not simulated.
        """
        if not runs:
            return rounded(min(self.start, self.limit))
        yes, no = self.ends(runs)
        if (no is None and yes >= self.limit) or (no is not None and no - yes <= self.tolerance + ROUNDING):
            return Crossing(yes, no, len(runs))
        guess = self._guess(runs, yes - self.tolerance, math.inf if no is None else no + self.tolerance)
        alike = [run for run in runs.values() if run.is_carried == (no is None)]
        n_blind = sum(not self._shows(run) for run in alike)
        n_alike, step = len(alike), self.step * 2 ** min(max(n_blind - 1, 0), _MOST_DOUBLINGS)
        if no is None:
            above = math.inf if guess is None else self._beyond(guess, yes, 1, n_alike)
            return rounded(min(yes + step, above, self.limit))
        if yes == 0:
            at = max(no - step, 0.0 if guess is None else self._beyond(guess, no, -1, n_alike))
            return rounded(at if at > 0 else no / 2)
        if guess is None or len(runs) >= _GUIDED:
            return rounded((yes + no) / 2)
        near = _NEAR * self.tolerance
        at = yes + self.tolerance if guess <= yes + near else no - self.tolerance
        return rounded(at if not yes + near < guess < no - near else guess - self.tolerance / 2)

    def _beyond(self, guess: float, end: float, way: int, n_alike: int) -> float:
        """A demand on the other side of the guess from this end; farther after more runs on this side."""
        distance = way * (guess - end)
        near = self.tolerance if distance <= _NEAR * self.tolerance else distance + self.tolerance / 2
        return end + way * max(near, self.tolerance * 2 ** (n_alike - _FEW) if n_alike > _FEW else 0.0)

    def _guess(self, runs: Mapping[float, Shown], low: float, high: float) -> float | None:
        """The demand at which the late share would be its limit, by the nearest run; None: no run shows it.

        Runs whose demand is not carried for another reason are ignored.
        """
        guesses = [
            (abs(shift), demand + shift)
            for demand, run in runs.items()
            if self._shows(run)
            for shift in [demand * self._shift(run)]
        ]
        _, guess = min(guesses, default=(0.0, None))
        return guess if guess is not None and low < guess < high else None

    def _shows(self, run: Shown) -> bool:
        """Whether a run shows how far the threshold is."""
        return _SHOWS <= run.late <= 1 - _SHOWS and run.is_carried == (run.late <= self.late)

    def _shift(self, run: Shown) -> float:
        """Distance from the demand of a run to the guess, as a share of the demand."""
        if run.is_carried:
            return (_log_odds(self.late) - _log_odds(run.late)) / _STEEPNESS
        return self._overload(self.late) - self._overload(run.late)

    def _overload(self, late: float) -> float:
        """Share of the demand above the hub's capacity at which this share of the measured parcels is late."""
        return _LATE_AT / (self.warmup_days + self.horizon_days * (1 - late))


def _log_odds(share: float) -> float:
    within = min(max(share, _SHOWS), 1 - _SHOWS)
    return math.log(within / (1 - within))
