"""Values that have the same names in the site and in the configuration."""

from typing import Any

from sim.units import ticks


def same(group: object, *names: str) -> dict[str, Any]:
    """The configured values."""
    return {name: getattr(group, name) for name in names}


def in_ticks(group: object, *names: str, prefix: str = "") -> dict[str, Any]:
    """Durations in ticks, from minutes in the configuration: `taxi_in` is from `taxi_in_min`."""
    return {name: ticks(getattr(group, f"{prefix}{name}_min")) for name in names}
