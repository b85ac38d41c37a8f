"""The limits of a trailer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrailerLimits:
    units: int
    mass: int
    """Mass [g]."""
    volume: int
    """Volume [cm³]."""

    def fill(self, units: int, mass: int, volume: int) -> float:
        """How full a trailer would be with this load: the largest of its three ratios, at most 1."""
        return min(1.0, max(units / self.units, mass / self.mass, volume / self.volume))

    def full_loads(self, units: int, mass: int, volume: int) -> int:
        """How many trailers this load fills."""
        return max(units // self.units, mass // self.mass, volume // self.volume)
