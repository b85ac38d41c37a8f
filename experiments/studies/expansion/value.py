"""Money of a timeline, line by line, and its service, year by year."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from experiments.money.assets import BUILDINGS
from experiments.money.discounting import discount_factor, flows
from experiments.studies.expansion.curves import WEEKS, quarter_means
from experiments.studies.expansion.design import Expansion, Phase, month_of
from experiments.studies.expansion.timeline import MONTHS_PER_QUARTER, QUARTERS, Opening, Timeline, World
from sim.units import DAYS_PER_YEAR, MONTHS_PER_YEAR, Numbers

CONDITIONS: Final = "conditions"
RESIDUAL: Final = "residual"
PLANNING: Final = "planning"


@dataclass(frozen=True, slots=True)
class Worth:
    """A timeline in money and service. R replications, Q quarters, Y years, L lines, K KPIs; EUR, costs negative."""

    present: Numbers
    """Present value by line (R, L)."""
    yearly: Numbers
    """Values by year and line, not discounted (R, Y, L)."""
    quarterly: Numbers
    """Total by quarter, not discounted (R, Q)."""
    parcels: Numbers
    """Parcels a year (R, Y)."""
    kpis: Numbers
    """Means of the year (R, Y, K)."""
    labour: Numbers
    """Present value of labour costs, by way of paying (R, W)."""


@dataclass(frozen=True, slots=True)
class Books:
    """Accounting rules for timelines: the order of lines, and the present value of a quarter's money."""

    world: World
    built: tuple[str, ...]
    factors: Numbers
    change: Callable[[str, float | None, int], Numbers]
    """Construction cost of the n-th phase of a path within a limit, by line of `built` [EUR]; n from 0."""

    @property
    def lines(self) -> tuple[str, ...]:
        return (*self.world.curves.measured.lines, PLANNING, *self.built, CONDITIONS, RESIDUAL)


def quarter_years(settings: Expansion) -> list[float]:
    """Years after the beginning at which a quarter's money counts as paid."""
    n = QUARTERS * settings.years
    return [flow.years for flow in flows([0] * n, settings.cost.discounting.timing, per_year=QUARTERS)]


def factors(settings: Expansion, rate: float) -> Numbers:
    return np.array([discount_factor(rate, years) for years in quarter_years(settings)])


def worth(books: Books, line: Timeline) -> Worth:
    curves, settings = books.world.curves, books.world.settings
    measured = curves.measured
    n_lines, first_paid = len(measured.lines), measured.n - len(measured.paid)
    hubs, by_week = books.world.weeks_of(line)
    quarters = quarter_means(curves.weeks(hubs, by_week), by_week, measured)  # (Q, R, M)
    running = quarters[:, :, :n_lines] / QUARTERS
    once = _building(books, line)
    lines = np.concatenate([running, np.repeat(once[:, None, :], running.shape[1], axis=1)], axis=2)
    lines = lines.transpose(1, 0, 2)  # (R, Q, L)
    kpis = quarters[:, :, n_lines:first_paid].transpose(1, 0, 2)
    parcels = quarters[:, :, measured.place("parcels_per_day")].T * DAYS_PER_YEAR / QUARTERS
    return Worth(
        present=np.einsum("q,rql->rl", books.factors, lines),
        yearly=lines.reshape(lines.shape[0], settings.years, QUARTERS, -1).sum(axis=2),
        quarterly=lines.sum(axis=2),
        parcels=parcels.reshape(-1, settings.years, QUARTERS).sum(axis=2),
        kpis=_by_year(kpis, by_week @ WEEKS, measured.per_parcel, settings.years),
        labour=np.einsum("q,qrw->rw", books.factors, quarters[:, :, first_paid:] / QUARTERS),
    )


def _by_year(kpis: Numbers, flights: Numbers, per_parcel: NDArray[np.bool_], years: int) -> Numbers:
    """Means over a year's quarters (R, Q, K) to (R, Y, K), by days or by parcels."""
    by_parcel = flights.reshape(years, QUARTERS)
    by_parcel = by_parcel / by_parcel.sum(axis=1, keepdims=True)
    weight = np.where(per_parcel, by_parcel[:, :, None], 1 / QUARTERS)  # (Y, 4, K)
    return np.asarray((kpis.reshape(len(kpis), years, QUARTERS, -1) * weight).sum(axis=2), dtype=np.float64)


def _building(books: Books, line: Timeline) -> Numbers:
    """Spending other than running costs, by quarter and line (Q, 3 + built)."""
    settings, n = books.world.settings, line.hubs.size
    built, after = len(books.built), len(books.built) + 1
    flows = np.zeros((n, built + 3))
    flows[:, 0] = -_planned(books, line.path, n)
    for number, opening in enumerate(line.openings):
        at_risk = _risked(settings, settings.paths[line.path].phases[opening.phase])
        cost = books.change(line.path, line.limit_m2, number) * (1 - at_risk)
        flows[:, 1:after] += _while_built(opening, n)[:, None] * cost
        flows[-1, after + 1] -= float((cost * _left(books, opening, n)).sum())
    for quarter, stage, result in line.conditions:
        outcome = settings.stages[stage].results[result]
        flows[quarter, after] -= outcome.eur_once
        flows[quarter:, after] -= outcome.eur_per_year / QUARTERS
    return flows


def _planned(books: Books, path: str, n: int) -> Numbers:
    """Spending at risk when the first decision is asked for: a share of the cost of the phases that need one (Q,)."""
    settings, spent = books.world.settings, np.zeros(n)
    phases = settings.paths[path].phases.values()
    for number, phase in zip(range(books.world.n_phases(path, None)), phases, strict=False):
        if share := _risked(settings, phase):
            asked = min(map(settings.first_asked, phase.needs))
            month = max(0.0, month_of(asked, settings.first_year))
            if month < MONTHS_PER_QUARTER * n:
                spent[int(month // MONTHS_PER_QUARTER)] -= share * float(books.change(path, None, number).sum())
    return spent


def _risked(settings: Expansion, phase: Phase) -> float:
    return settings.at_risk_share if phase.needs else 0.0


def _while_built(opening: Opening, n: int) -> Numbers:
    """Share of a phase's cost paid in each quarter: evenly during construction (Q,)."""
    edges = np.arange(n + 1) * float(MONTHS_PER_QUARTER)
    length = opening.opens - opening.begins
    if length == 0:
        return np.asarray(np.floor(opening.opens / MONTHS_PER_QUARTER) == np.arange(n), dtype=np.float64)
    return np.asarray(np.diff(np.clip((edges - opening.begins) / length, 0.0, 1.0)), dtype=np.float64)


def _left(books: Books, opening: Opening, n: int) -> Numbers:
    """Remaining value of assets at the end of the last year, by line of `built`, with linear depreciation."""
    lives = books.world.settings.cost.discounting
    age = (MONTHS_PER_QUARTER * n - opening.opens) / MONTHS_PER_YEAR
    if age < 0:
        # Unfinished assets are valued at the amount paid.
        paid = float(_while_built(opening, n).sum())
        return np.full(len(books.built), paid)
    years = [lives.hall_years if name in BUILDINGS else lives.equipment_years for name in books.built]
    return np.array([max(0.0, 1 - age / life) for life in years])
