"""Kinds of numbers, and times of day, that several groups use."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from typing import Annotated, Final

from sim.distributions import Shape
from sim.reading import MOST_LISTED, Bounds, near
from sim.units import MIN_PER_H

Share = Annotated[float, Bounds(ge=0, le=1)]
BEYOND_ALL: Final = 1e9
"""A bound far above any value: it excludes infinity, and messages do not mention it."""
Positive = Annotated[float, Bounds(gt=0, le=BEYOND_ALL)]
Duration = Annotated[float, Bounds(ge=1e-5, le=1e6)]
"""At least ten ticks, because every step must take time: time orders the events of one instant."""
Round = Annotated[float, Bounds(ge=0.5, le=1e6)]
"""Time between rounds: with shorter ones a run would not end."""
LONGEST_PIECE_MIN: Final = 600
"""Longest work on a parcel, a bag or a whole ULD; also with a spread it fits four bytes of ticks."""
LONGEST_OF_SHAPE_MIN: Final = 4000
"""Longest value of a distribution of such work."""
PieceTime = Annotated[float, Bounds(ge=1e-5, le=LONGEST_PIECE_MIN)]
PerHour = Annotated[float, Bounds(ge=MIN_PER_H / LONGEST_PIECE_MIN, le=1_000_000)]
"""Pieces that people or machines handle in an hour."""
NotNegative = Annotated[float, Bounds(ge=0, le=BEYOND_ALL)]
Count = Annotated[int, Bounds(ge=1, le=1_000_000)]
CountOrZero = Annotated[int, Bounds(ge=0, le=1_000_000)]

DAYS_PER_WEEK, HOURS = 7, 24
SUM_TOLERANCE: Final = 1e-6
MOST_NAMES: Final = 256
"""The most goods, platforms or destinations of exports: as many as a byte can number."""
MOST_LANES: Final = 4096
MOST_PARCELS: Final = 500_000
MOST_FLIGHTS: Final = 1_000
"""The most flights of a day, more than any airport has freighters."""
FIRST_YEAR: Final = 1950
LAST_YEAR: Final = 2200
"""Years between which dates lie: far enough from those that dates of Python end with."""


def minute_of_day(text: str, key: str = "time") -> int:
    """Minutes after midnight of a clock time. The message names the `key`.

    >>> minute_of_day("22:30")
    1350
    """
    hours, colon, rest = text.partition(":")
    if not (colon and hours.isdecimal() and rest.isdecimal() and int(hours) < HOURS and int(rest) < 60):
        raise ValueError(f"{key}: must be a clock time as 'HH:MM' in quotes, got {text!r}")
    return int(hours) * 60 + int(rest)


def check_number(name: str, names: Sized, most: int = MOST_NAMES) -> None:
    """Raises ValueError if there are more names than a byte can number."""
    if len(names) > most:
        raise ValueError(f"{name}: at most {most:,}, got {len(names):,}")


def check_different(name: str, values: Sequence[object]) -> None:
    """Raises ValueError if one of the values occurs twice."""
    for value in values:
        if values.count(value) > 1:
            raise ValueError(f"{name}: {value} occurs twice")


def check_known(key: str, prefix: str, names: Iterable[str], known: Iterable[str]) -> None:
    """Raises ValueError if a name is unknown; `prefix` is the start of the message, such as "no lane"."""
    for mistake in unknown(key, prefix, names, known):
        raise ValueError(mistake)


def unknown(key: str, prefix: str, names: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    """A message for each name that is not known."""
    known = tuple(known)
    yield from (f"{key}: {prefix} {name!r}{near(name, known)}" for name in names if name not in known)


def check_at_most(key: str, value: float, of: str, most: float) -> None:
    """Raises ValueError if a key's value is above that of another key."""
    if value > most:
        raise ValueError(f"{key}: at most {of} = {most:.10g}, got {value:.10g}")


def check_longest(key: str, spread: float | Shape, mean_min: float) -> None:
    """Raises ValueError if work with this mean can last longer than four bytes of ticks can represent."""
    if isinstance(spread, Shape) and spread.highest * mean_min > LONGEST_OF_SHAPE_MIN:
        raise ValueError(
            f"{key}: {spread.family} reaches {spread.highest:.4g} times the mean of {mean_min:.4g} min; at most"
            f" {LONGEST_OF_SHAPE_MIN} min"
        )


def check_sum(name: str, shares: Sequence[float] | Mapping[str, float], what: str = "shares") -> None:
    """Raises ValueError if the shares do not sum to one; the message lists shares that have names."""
    named = shares if isinstance(shares, Mapping) else dict(enumerate(shares))
    total = sum(named.values())
    if abs(total - 1) > SUM_TOLERANCE:
        listed = " + ".join(f"{key} {share:g}" for key, share in named.items())
        which = f" ({listed})" if isinstance(shares, Mapping) and 0 < len(named) <= MOST_LISTED else ""
        raise ValueError(f"{name}: {what} must sum to 1, got {total:.6g}{which}")


def check_shares(**shares: float) -> None:
    """Raises ValueError if shares of the same whole sum to more than one, beyond the rounding of their sum.

    >>> check_shares(late=0.33, rejected=0.56, referred=0.11)
    """
    total = sum(shares.values())
    if round(total, 12) > 1:
        raise ValueError(f"{' + '.join(shares)}: at most 1, got {total:.6g}")
