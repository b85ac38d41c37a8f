"""A line of the accounts: its name, what kind it is, and whole cents."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from experiments.money.discounting import as_eur
from sim.units import CENTS_PER_EUR


class Kind(StrEnum):
    REVENUE = "revenue"
    OPEX = "opex"
    CAPEX = "capex"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the accounts; costs are negative."""

    name: str
    kind: Kind
    cents: int

    @property
    def eur(self) -> float:
        return as_eur(self.cents)


def total(lines: Iterable[Line]) -> int:
    """The sum [cents]; exact."""
    return sum(line.cents for line in lines)


def cents(eur: float) -> int:
    """To the nearest cent, a half to the even one."""
    return round(eur * CENTS_PER_EUR)
