"""Factors of a sensitivity study as the sampling methods see them: names, ranges, and which are whole numbers."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Box:
    """The ranges of K factors; whole numbers have whole ends."""

    names: tuple[str, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    is_whole: tuple[bool, ...]

    def problem(self, widen: float = 0.0) -> dict[str, Any]:
        """What SALib calls a problem; whole numbers with `widen` more on both sides."""
        ends = zip(self.low, self.high, self.is_whole, strict=True)
        bounds = [[low - widen * whole, high + widen * whole] for low, high, whole in ends]
        return {"num_vars": len(self.names), "names": list(self.names), "bounds": bounds}

    def rounded(self, points: Floats) -> Floats:
        """The points with whole numbers where they belong, and all within the ranges."""
        whole = np.array(self.is_whole)
        return np.clip(np.where(whole, np.floor(points + 0.5), points), self.low, self.high)


def library_seed(seed: int) -> int:
    """A seed that the library accepts as one: it takes 0 for none."""
    return 1 + seed % (2**31 - 1)
