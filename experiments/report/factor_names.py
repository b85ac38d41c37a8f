"""What the designs of a file are called in pictures and titles: their names, with the factors that tell them apart."""

import re
import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from experiments.report.key_names import design_name, with_value

if TYPE_CHECKING:
    import pandas as pd

_LONGEST: Final = 68
"""Letters of a name; tables have all factors."""


def tagged(label: str, factors: Mapping[str, Mapping[str, str]]) -> str:
    """The design's name and the factors that it does not say, in words.

    >>> tagged("more room", {"more room": {"halls.main.doors_out": "36"}})
    'more room: doors out 36'
    >>> tagged("liege_30k seed=2", {"liege_30k seed=2": {"seed": "2"}})
    'liege_30k: seed 2'
    >>> tagged("design=a, demand.flights_per_day=2", {"design=a, demand.flights_per_day=2": {"seed": "2"}})
    'a: demand flights 2 a day, seed 2'
    >>> tagged("liege_30k", {"liege_30k": {"scenario": "liege_30k", "seed": "2"}})
    'liege_30k: seed 2'
    """
    # A design of words begins with its scenario.
    written = re.split(r"[\s,]+", f"scenario={label}")
    own = factors.get(label, {}).items()
    texts = [with_value(key, value) for key, value in own if value and f"{key}={value}" not in written]
    return textwrap.shorten(design_name(label, texts), _LONGEST, placeholder=" …")


def read_factors(table: "pd.DataFrame | None") -> dict[str, dict[str, str]]:
    """From the table `factors`: by design, the value of each key; nothing without one."""
    factors: dict[str, dict[str, str]] = {}
    if table is not None:
        columns = (table[name].tolist() for name in ("scenario", "key", "value"))
        for label, key, value in zip(*columns, strict=True):
            factors.setdefault(label, {})[key] = value
    return factors
