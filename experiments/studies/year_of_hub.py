"""What a study over years and its money have in common: a hub that stays as it is for a year, and what that comes to.

A study asks for the money of each hub at each demand that it simulates, once a replication, and for what it costs to
turn one hub into another; when things happen, and with which probability, is the study's alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from sim.config import HubConfig


@dataclass(frozen=True, slots=True)
class YearOfHub:
    """A hub that is the same all year, at one demand. `kpis`: of one replication of it (`sim.measures.kpis`)."""

    hub: HubConfig
    kpis: Mapping[str, float]


class Accounting(Protocol):
    """Accounting lines in real EUR of a named year: earned is positive, spent negative; the sum of lines is the total.

    Every hub has the same lines in the same order, 0 where there is nothing, so that years can be added up.
    """

    def operating(self, year: YearOfHub) -> Mapping[str, float]:
        """What a year of this hub earns and spends [EUR a year], by line."""

    def building(self, before: HubConfig, after: HubConfig) -> Mapping[str, float]:
        """What it takes to turn one hub into the other, all at once [EUR], by line; all 0 if they are alike."""

    def discount(self, years: float) -> float:
        """What one EUR is worth that comes so many years after the first [1]; 1 at 0 years."""
