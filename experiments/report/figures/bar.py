"""A value with its interval, as many pictures draw it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """A value, and the ends of its interval; as the value where there is none."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, value: float, low: float | None, high: float | None, scale: float = 1.0) -> "Bar":
        ends = [scale * (value if end is None else end) for end in (low, high)]
        return cls(scale * value, ends[0], ends[1])
