"""Present value of future money: discounting, net present value and payback.

Source: R. A. Brealey, S. C. Myers and F. Allen, Principles of Corporate Finance, 13th ed. 2020, chapters 2, 5 and 6.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Annotated

from sim.reading import Bounds
from sim.units import CENTS_PER_EUR


class Timing(StrEnum):
    """The instant of a period at which its money counts as paid."""

    MID_YEAR = "mid_year"
    """In the middle of the period, for money paid continuously."""
    END_OF_YEAR = "end_of_year"


@dataclass(frozen=True, slots=True)
class Discounting:
    rate: Annotated[float, Bounds(ge=0, le=1)]
    """Real rate a year."""
    timing: Timing
    equipment_years: Annotated[float, Bounds(gt=0, le=100)]
    hall_years: Annotated[float, Bounds(gt=0, le=100)]


@dataclass(frozen=True, slots=True)
class Flow:
    """Money received, or paid (negative), so many years after the beginning."""

    years: float
    cents: int


def flows(
    amounts: Sequence[int],
    timing: Timing,
    *,
    per_year: int = 1,
    start_years: float = 0.0,
) -> tuple[Flow, ...]:
    """Amounts [cents] of consecutive periods, `per_year` of them a year (12: months), beginning at `start_years`.

    >>> flows([100, 100], Timing.MID_YEAR)
    (Flow(years=0.5, cents=100), Flow(years=1.5, cents=100))
    >>> flows([7], Timing.END_OF_YEAR, per_year=12, start_years=2)[0].years == 2 + 1 / 12
    True
    """
    within = 0.5 if timing is Timing.MID_YEAR else 1.0
    return tuple(Flow(start_years + (i + within) / per_year, amount) for i, amount in enumerate(amounts))


def discount_factor(rate: float, years: float) -> float:
    """Present value of one unit of money after so many years: (1 + rate)^-years; exactly 1 at rate zero."""
    return math.pow(1.0 + rate, -years)


def present_value(amounts: Iterable[Flow], rate: float) -> Fraction:
    """Present value of flows [cents], exact for the given factors.

    Present values of parts therefore add up exactly to that of the whole. At rate zero it is the sum.

    >>> present_value(flows([110, 121], Timing.END_OF_YEAR), 0.0)
    Fraction(231, 1)
    """
    return sum((Fraction(discount_factor(rate, flow.years)) * flow.cents for flow in amounts), Fraction(0))


def as_eur(cents: int | Fraction) -> float:
    return float(Fraction(cents) / CENTS_PER_EUR)


def annuity_factor(rate: float, years: float) -> float:
    """Present value of one unit a year, paid at the end of each of so many years.

    Its inverse is the annual cost of one EUR of investment over its life, including interest.

    >>> round(annuity_factor(0.06, 10), 4), annuity_factor(0, 10)
    (7.3601, 10)
    """
    return years if rate == 0 else -math.expm1(-years * math.log1p(rate)) / rate


def payback(amounts: Sequence[Flow], rate: float = 0.0) -> float | None:
    """Years until the cumulative money becomes and stays non-negative; None: never.

    Money is discounted at the rate, by default 0, and interpolated between flows. The result is 0 if the sum is never
    negative.
    """
    order = sorted(amounts, key=lambda flow: flow.years)
    years: float | None = 0.0
    before, behind = 0.0, Fraction(0)
    for flow in order:
        worth = present_value([flow], rate)
        after = behind + worth
        if after < 0:
            years = None
        elif years is None:
            years = before + (flow.years - before) * float(-behind / worth)
        before, behind = flow.years, after
    return years
