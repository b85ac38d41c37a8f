"""An arriving flight and what it carries."""

from dataclasses import dataclass
from enum import IntEnum


class Deck(IntEnum):
    MAIN = 0
    LOWER = 1


@dataclass(frozen=True, slots=True)
class Flight:
    """One arrival. Instants in ticks.

    `number` is its rank by drawn arrival (ties: by key), and decides ties between flights. `key` is its name. `entity`
    are the words that identify its random streams. ULDs are numbered 0 … U-1 in order of unloading within their deck,
    those of the main deck first.
    """

    number: int
    key: str
    entity: tuple[int, ...]
    aircraft: str
    sibt: int
    arrival: int
    """Drawn arrival: landing, if the flight does not wait for a stand."""
    n_main_deck: int
    n_lower_deck: int
    n_parcels: int
    is_cohort: bool
    """Whether the drawn arrival lies in the measured days."""
    sobt: int
    """Scheduled off-block."""
    export_lane: int
    """Number of the exports' destination to which it leaves; 0 without exports."""
    is_moved: bool = False
    """Whether a night curfew moved its schedule."""
    after: int | None = None
    """Number of the flight that its aircraft flew before, which must leave at least `leg` earlier; None: no such
    flight."""
    leg: int = 0
    """Least time from off-block of the flight before to the arrival here; at least 1 with `after`."""

    @property
    def n_ulds(self) -> int:
        return self.n_main_deck + self.n_lower_deck

    def deck(self, uld: int) -> Deck:
        return Deck.MAIN if uld < self.n_main_deck else Deck.LOWER
