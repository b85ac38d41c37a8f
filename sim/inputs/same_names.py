"""Values that the site has by the names of the configuration."""

from typing import Any

from sim.units import ticks


def same(group: object, *names: str) -> dict[str, Any]:
    """As they are configured."""
    return {name: getattr(group, name) for name in names}


def in_ticks(group: object, *names: str, prefix: str = "") -> dict[str, Any]:
    """Durations, which the configuration has in minutes: by name, `taxi_in` of `taxi_in_min`."""
    return {name: ticks(getattr(group, f"{prefix}{name}_min")) for name in names}
