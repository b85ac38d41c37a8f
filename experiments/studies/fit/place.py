"""A configuration key for a fit: what it accepts, and how values of a file are converted."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from experiments.assumptions.leaves import is_number, with_leaves
from experiments.grouping import values_of
from sim.config import HubConfig
from sim.errors import InputError
from sim.leaves import leaf_at
from sim.reading import near, plain, read
from sim.units import MIN_PER_DAY, MIN_PER_H, SECONDS_PER_MIN, Numbers

UNITS: Final = {"s": 1 / SECONDS_PER_MIN, "min": 1.0, "h": float(MIN_PER_H), "d": float(MIN_PER_DAY)}
"""Units of times, in minutes."""
SHAPES: Final[Mapping[str, str | None]] = {
    "packout.spread": "packout.parcels_per_post_h",
    "exports.collections.handling_spread": "exports.collections.unloaded_per_h",
    "exports.collections.spread": "exports.collections.parcels",
    "breakdown.handling_spread": None,
    "demand.load.spread": None,
    "parcels.median_kg": None,
    "parcels.l_per_kg_sigma": None,
}
"""Keys of the shape of values around a mean that another key sets: that key, if the values alone decide the mean."""
_RATE: Final = re.compile(r"_per_(\w+_)?h$")


@dataclass(frozen=True, slots=True)
class Place:
    """A key for a fit. `takes`: a distribution or only a number. `unit`: of the values; None: the key's own."""

    key: str
    takes: bool
    unit: str | None
    hub: HubConfig

    @property
    def is_shape(self) -> bool:
        return self.takes and self.key in SHAPES

    @property
    def mean_key(self) -> str | None:
        """The key that gets the mean of the values."""
        return SHAPES[self.key] if self.is_shape else None if self.takes else self.key

    def in_unit(self, key: str, means: Numbers) -> Numbers:
        """Means of the values in the key's unit: times, or rates from times."""
        if _RATE.search(key) and (self.unit or self.is_shape):
            return MIN_PER_H / (means * UNITS[self.unit or "min"])
        return means * self.factor(key)

    def factor(self, key: str) -> float:
        """Conversion factor of values for a key that is not a rate.

        Raises:
            InputError: values with a unit, for a key that is not a time.
        """
        if self.unit is None or self.is_shape:
            return 1.0
        of_key = key.rpartition("_")[2]
        if of_key not in UNITS or _RATE.search(key):
            raise InputError(f"unit: {self.unit} does not apply to {key}, which is not a time; leave it out")
        return UNITS[self.unit] / UNITS[of_key]

    def kind_of_mean(self, mean: float) -> float:
        """The mean as its key takes it: a whole number where the key counts something."""
        assert self.mean_key is not None
        leaf = leaf_at(HubConfig, plain(self.hub), self.mean_key.split("."))
        return round(mean) if leaf is not None and leaf.kind == "whole" else mean

    def checked(self, numbers: Mapping[str, object]) -> None:
        """Refuse values of keys that the configuration refuses.

        Raises:
            ConfigError: as for the configuration.
        """
        read(HubConfig, with_leaves(plain(self.hub), numbers))


def place_of_key(key: str, unit: str | None, hub: HubConfig) -> Place:
    """Look up the key.

    Raises:
        InputError: no such number of the configuration, or no such unit.
    """
    if unit is not None and unit not in UNITS:
        raise InputError(f"unit: expected one of {', '.join(UNITS)}, got {unit[:60]!r}")
    document, names = plain(hub), key.split(".")
    leaf = leaf_at(HubConfig, document, names)
    if leaf is None or leaf.kind not in ("number", "whole"):
        numbers = [known for known, value in values_of(document) if is_number(value)]
        raise InputError(f"key: {key[:80]!r} is not a number of the configuration{near(key, numbers)}")
    tried = with_leaves(document, {key: {"family": "exponential", "mean": 1.0}})
    takes = leaf.kind == "number" and leaf_at(HubConfig, tried, [*names, "family"]) is not None
    return Place(key, takes, unit, hub)
