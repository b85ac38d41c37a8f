"""What the designs of a file are called in pictures and titles: their names, with the factors that tell them apart."""

import re
import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

_LONGEST: Final = 68
"""Letters of a name; tables have all factors."""


def tagged(label: str, factors: Mapping[str, Mapping[str, str]]) -> str:
    """The design's name and its factors, by the last parts of their keys as far as these differ.

    >>> tagged("more room", {"more room": {"halls.main.doors_out": "36"}})
    'more room: doors_out=36'
    >>> tagged("liege_30k seed=2", {"liege_30k seed=2": {"seed": "2"}})
    'liege_30k seed=2'
    >>> tagged("design=a, demand.flights_per_day=2", {"design=a, demand.flights_per_day=2": {"seed": "2"}})
    'a, flights_per_day=2: seed=2'
    >>> tagged("liege_30k", {"liege_30k": {"scenario": "liege_30k", "seed": "2"}})
    'liege_30k: seed=2'
    """
    own = factors.get(label, {})
    ends = [key.rpartition(".")[2] for key in own]
    names = {key: end if ends.count(end) == 1 else key for key, end in zip(own, ends, strict=True)}
    # A design of words begins with its scenario.
    written = re.split(r"[\s,]+", f"scenario={label}")
    texts = [f"{names[key]}={value}" for key, value in own.items() if value and f"{key}={value}" not in written]
    short = re.sub(r"(?<!\S)\w[\w.]*\.(?=\w+=)", "", label.removeprefix("design="))
    return textwrap.shorten(f"{short}: {', '.join(texts)}" if texts else short, _LONGEST, placeholder=" …")


def read_factors(table: "pd.DataFrame | None") -> dict[str, dict[str, str]]:
    """From the table `factors`: by design, the value of each key; nothing without one."""
    factors: dict[str, dict[str, str]] = {}
    if table is not None:
        columns = (table[name].tolist() for name in ("scenario", "key", "value"))
        for label, key, value in zip(*columns, strict=True):
            factors.setdefault(label, {})[key] = value
    return factors
