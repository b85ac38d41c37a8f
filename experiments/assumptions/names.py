"""Names and units of drawn numbers for sentences and pictures; tables have the key."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Self

from experiments.assumptions.listed import Assumption, groups
from experiments.assumptions.sampled import Sampled
from experiments.assumptions.worlds import Worlds
from experiments.formatting import number, plain_name
from experiments.report.key_names import UNITS, ending_of, spelt

_RATES: Final = tuple(f"_{ending}" for ending in UNITS if "_per_" in ending)
_LARGE: Final = 1e6


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a number, its unit, and the factor that converts its values to that unit."""

    text: str
    unit: str = ""
    scale: float = 1.0
    options: tuple[str, ...] = ()
    """Options of a choice, whose positions are the values."""

    @classmethod
    def of(
        cls,
        key: str,
        label: str | None = None,
        *,
        unit: str | None = None,
        options: Sequence[str] = (),
        largest: float = 1.0,
    ) -> Self:
        """The name, from the key unless the number has a label; `unit` of a factor, if it is not that of the number.

        >>> Name.of("packout.parcels_per_post_h").axis, Name.of("breakdown.uld_min", "break-down of a ULD").axis
        ('pack-out: parcels per post and hour', 'break-down of a ULD [min]')
        >>> Name.of("parcels.no_read_share").value(0.02)
        '2 %'
        >>> Name.of("demand.hub_share.airport_parcels_per_year", largest=3.4e8).value(326e6)
        '326 million'
        >>> Name.of("truck.least_load").value(1.5e-05)
        '0.000015'
        """
        *names, end = [part for part in key.split(".") if part.strip("*")]
        ending_unit, name = _unit_of(end) if unit is None else ("", end)
        text = label or spelt(": ".join((*names, name) if name else names))
        if unit is not None or options:
            return cls(text, unit or "", options=tuple(options))
        if not ending_unit and largest >= _LARGE:
            return cls(text, "million", 1 / _LARGE)
        return cls(text, ending_unit, 100.0 if ending_unit == "%" else 1.0)

    @property
    def axis(self) -> str:
        """Name and unit, as on an axis of a picture."""
        return f"{self.text} [{self.unit}]" if self.unit else self.text

    def value(self, value: float) -> str:
        """A value of the number with its unit; for a choice, its option."""
        if self.options:
            return plain_name(self.options[min(len(self.options) - 1, max(0, round(value)))])
        shown = float(f"{value * self.scale:.3g}")
        decimals = 0 if shown == int(shown) else len(f"{Decimal(str(shown)):f}".partition(".")[2])
        return f"{number(shown, decimals)} {self.unit}".rstrip()

    def range(self, low: float, high: float) -> str:
        """Two values of the number, with their unit once.

        >>> Name.of("parcels.no_read_share").range(0.005, 0.03)
        '0.5 to 3 %'
        """
        return f"{self.value(low).removesuffix(self.unit).rstrip()} to {self.value(high)}"


def _unit_of(end: str) -> tuple[str, str]:
    """The unit named by the last part of a key, and the rest of that part."""
    ending = "" if re.search(r"_per_((?!day)\w+_)?h$", end) and not end.endswith(_RATES) else ending_of(end, UNITS)
    unit = UNITS.get(ending, "")
    return unit, end if unit == "%" else end.removesuffix(ending).removesuffix("_")


def names_of(worlds: Worlds) -> tuple[Name, ...]:
    """Names of the K numbers from which worlds are drawn."""
    members = dict(groups(worlds.assumptions))
    return tuple(
        Name.of(
            name,
            sampled.entry.label,
            unit=_factor(sampled, members[name]),
            options=tuple(sampled.entry.options),
            largest=abs(sampled.high),
        )
        for name, sampled in zip(worlds.names, worlds.sampled, strict=True)
    )


def _factor(sampled: Sampled, members: Sequence[Assumption]) -> str | None:
    """The meaning of the drawn factor; None if the number itself is drawn."""
    if sampled.entry.towards is not None:
        return "weight of the other list"
    if sampled.entry.how is not None:
        return "times as uneven as configured"
    return "times the configured" if len(members) > 1 or isinstance(members[0].value, tuple) else None
