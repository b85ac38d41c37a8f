"""The two sides of Little's law on the finite horizon, both ends counted: L T = Σ W (Little 1961). Ticks."""

from collections import Counter
from collections.abc import Iterable

from sim.domain.site import Site
from sim.record.recorder import Recorder
from sim.units import NEVER


def held_times(record: Recorder) -> Counter[str]:
    """What the pools counted as tokens went and came: token-ticks by kind, of all halls."""
    held = Counter[str]()
    for kind, time in zip(record.pools["name"], record.pools["held_time"], strict=True):
        held[kind] += time
    return held


def stays(rows: Iterable[object], enter: str, leave: str, end: int) -> int:
    """What the visitors stayed, from their rows; who has not left stays until the end."""
    both = [(getattr(row, enter), getattr(row, leave)) for row in rows]
    return sum((end if stop == NEVER else stop) - start for start, stop in both if start != NEVER)


def crew_free(site: Site) -> str:
    """The instant of a flight's row at which its loader set is free (rules 5 and 30)."""
    return "unloading_end" if site.exports is None else "loading_end"
