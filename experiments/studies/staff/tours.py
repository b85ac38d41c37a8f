"""The cheapest people for the needed posts: a mixed-integer program over the tours that contracts permit.

A tour is a contract's shift from one clock time on, on consecutive days, with its break. Rest between shifts and days
off follow from this. Set covering of shifts with breaks: G. B. Dantzig, A comment on Edie's "Traffic delays at toll
booths", Operations Research 2, 1954; tours with days off: J. G. Morris and M. J. Showalter, Simple approaches to shift,
days-off and tour scheduling problems, Management Science 29, 1983. Solved by HiGHS (scipy).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from experiments.money.prices import Labour
from experiments.studies.staff.demand import SLOTS, SLOTS_PER_DAY, Pool
from experiments.studies.staff.design import SLOTS_PER_H, Contract, Staff
from sim.config.bounds import DAYS_PER_WEEK
from sim.errors import CargohubError
from sim.units import MIN_PER_DAY, MIN_PER_H, Flags, Numbers

_GAP: Final = 0.02
"""Gap to the minimum at which the search ends, as a share of the cost, but at least one tour (assumption)."""
_MOST_NODES: Final = 50
"""Most nodes of the search, the same on every machine, unlike a limit of time (assumption)."""
Slots = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tour:
    contract: str
    terms: Contract
    first_day: int
    """Weekday, Monday 0."""
    start: int
    """Half hours after midnight."""
    pause: int
    """Half hours after the start."""

    @property
    def slots(self) -> Slots:
        """Half hours of the week at work."""
        pause = int(self.terms.break_h * SLOTS_PER_H)
        return self._week([at for at in range(_length(self.terms)) if not self.pause <= at < self.pause + pause])

    @property
    def shift(self) -> Slots:
        """Half hours of the week at work or in a break."""
        return self._week(range(_length(self.terms)))

    def _week(self, of_shift: Sequence[int]) -> Slots:
        days = (self.first_day + np.arange(self.terms.days)) % DAYS_PER_WEEK
        slots: Slots = (days[:, None] * SLOTS_PER_DAY + self.start + np.array(of_shift)[None, :]).ravel() % SLOTS
        return slots


def tours_of(staff: Staff) -> list[Tour]:
    """All tours that contracts permit, with breaks in the middle."""
    starts = range(0, SLOTS_PER_DAY, staff.start_every_h * SLOTS_PER_H)
    return [
        Tour(name, terms, day, start, staff.breaks(terms)[len(staff.breaks(terms)) // 2])
        for name, terms in staff.contracts.items()
        for day in (range(DAYS_PER_WEEK) if terms.days < DAYS_PER_WEEK else (0,))
        for start in starts
    ]


def at_night(labour: Labour) -> Flags:
    """Half hours of the week that are paid as night, by their middle."""
    first, length = labour.night
    middles = (np.arange(SLOTS) + 0.5) * MIN_PER_H / SLOTS_PER_H
    since: Numbers = (middles - first) % MIN_PER_DAY
    return since < length


def hours_at_price(tour: Tour, labour: Labour) -> float:
    """Paid hours of a week, with night hours weighted by the premium: a tour's wages in hours."""
    paid = len(tour.slots) + labour.night_premium * np.count_nonzero(at_night(labour)[tour.slots])
    return float(paid) / SLOTS_PER_H


def covered(tours: Mapping[Tour, int]) -> Numbers:
    """Units at work by half hour."""
    units = np.zeros(SLOTS)
    for tour, n in tours.items():
        units[tour.slots] += n
    return units


def cheapest(pool: Pool, asked: Numbers, staff: Staff, labour: Labour) -> tuple[Mapping[Tour, int], float]:
    """Number of units with each tour, and the largest distance of their cost from the minimum, as a share of it.

    First the tours are chosen, with their break's share subtracted everywhere; then the times of breaks. Between two
    possible shift changes, the people at work can do the required work. People with a shift, those in a break included,
    are never fewer than one flight needs.

    Raises:
        CargohubError: no tours were found within the limit of the search.
    """
    tours = tours_of(staff)
    n = math.gcd(staff.start_every_h * SLOTS_PER_H, *(_length(each) for each in staff.contracts.values()))
    present = np.zeros((SLOTS, len(tours)))
    for column, tour in enumerate(tours):
        present[tour.shift, column] = 1
    present = present[::n]
    working = np.array([tour.terms.paid_h / tour.terms.shift_h for tour in tours])
    most = sum(each.most for each in pool.demands) * working.min()
    wanted = np.minimum(asked.reshape(-1, n).mean(axis=1), most)
    least = np.full(len(wanted), pool.least)
    costs = np.array([hours_at_price(tour, labour) for tour in tours])
    longest = max(each.paid_h * each.days for each in staff.contracts.values())
    gap = max(_GAP, longest / (np.maximum(wanted, least).sum() * n / SLOTS_PER_H))
    counts, gap = _solved(pool, costs, np.vstack((present * working, present)), np.concatenate((wanted, least)), gap)
    chosen = {tour: int(count) for tour, count in zip(tours, counts, strict=True) if count}
    return _with_breaks(pool, chosen, np.maximum(asked, 1.0), staff), gap


def _with_breaks(pool: Pool, tours: Mapping[Tour, int], asked: Numbers, staff: Staff) -> dict[Tour, int]:
    """Each tour's units divided among possible break times, so that the least work is left undone."""
    options = [replace(tour, pause=pause) for tour in tours for pause in staff.breaks(tour.terms)]
    works = np.zeros((SLOTS, len(options)))
    for column, tour in enumerate(options):
        works[tour.slots, column] = 1
    of_tour = np.array([[replace(each, pause=tour.pause) == tour for each in options] for tour in tours], dtype=float)
    counts = np.array(list(tours.values()), dtype=float)
    matrix = np.block([
        [works, np.eye(SLOTS)],
        [of_tour, np.zeros((len(tours), SLOTS))],
        [-of_tour, np.zeros((len(tours), SLOTS))],
    ])  # fmt: skip
    costs = np.concatenate((np.zeros(len(options)), np.ones(SLOTS)))
    counts_of, _ = _solved(pool, costs, matrix, np.concatenate((asked, counts, -counts)), _GAP, n_whole=len(options))
    return {tour: int(count) for tour, count in zip(options, counts_of, strict=False) if count}


def _solved(
    pool: Pool, costs: Numbers, matrix: Numbers, least: Numbers, gap: float, n_whole: int | None = None
) -> tuple[Numbers, float]:
    """Minimum-cost solution, non-negative, with the first `n_whole` values whole (None: all); and the remaining gap."""
    from scipy.optimize import LinearConstraint, milp
    from scipy.sparse import csr_array

    is_whole = np.arange(len(costs)) < (len(costs) if n_whole is None else n_whole)
    solution = milp(
        costs, integrality=is_whole.astype(int), constraints=LinearConstraint(csr_array(matrix), least),
        options={"mip_rel_gap": gap, "node_limit": _MOST_NODES},
    )  # fmt: skip
    if solution.x is None:
        raise CargohubError(f"staff: no shifts for {pool.name}: {solution.message}")
    return np.where(is_whole, np.round(solution.x), solution.x), float(solution.mip_gap)


def _length(terms: Contract) -> int:
    """Length of a shift [half hours]."""
    return int(terms.shift_h * SLOTS_PER_H)
