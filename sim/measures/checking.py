"""How laws are checked, and those that imports and exports share."""

from collections.abc import Iterable, Iterator, Mapping

from sim.errors import LawBroken
from sim.record.recorder import StageTally
from sim.record.schemas import Table

Laws = Iterator[tuple[str, bool]]
"""Names of laws, and whether each holds."""


def n_held(laws: Laws) -> int:
    """How many laws were checked; raises LawBroken naming the first that does not hold."""
    n = 0
    for name, holds in laws:
        n += 1
        if not holds:
            raise LawBroken(f"law broken: {name}")
    return n


def nothing_is_lost(stages: Mapping[str, StageTally]) -> Laws:
    """Parcels in = out + inside, stage by stage."""
    for name, tally in stages.items():
        yield f"parcels in = out + inside: {name}", bool((tally.inside >= 0).all())


def within_capacity(occupancy: Table, zones: Iterable[str]) -> Laws:
    """No zone above its limit."""
    for zone in zones:
        is_of_zone = occupancy["zone"] == zone
        inside, limit = occupancy["inside"][is_of_zone], occupancy["limit"][is_of_zone]
        yield f"zone within its capacity: {zone}", bool(((inside >= 0) & (inside <= limit)).all())
