"""Points of many assumed numbers at once, and which of them a cheap screen decides."""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from experiments.statistics.two_sources import Floats

Strata = NDArray[np.int64]


class Stratum(IntEnum):
    """What the screen says of a world."""

    FAILS = 0
    OPEN = 1
    HOLDS = 2
    IMPOSSIBLE = 3
    """No design like this can be in such a world: it fails there without being simulated."""


def sobol_points(n: int, numbers: int, seed: int) -> Floats:
    """Scrambled Sobol' points (n, numbers) in [0, 1); n a power of two. Its beginning is such a sample too.

    Source: A. B. Owen, Journal of Complexity 14(4), 1998, 466-489, doi:10.1006/jcom.1998.0487.
    """
    from scipy.stats import qmc

    drawn = qmc.Sobol(numbers, scramble=True, seed=np.random.default_rng(seed)).random(n)
    return np.asarray(drawn, dtype=np.float64)


def strata(screen: Floats, *, fails_below: float, holds_above: float) -> Strata:
    """The stratum of each world, by its ratio of what can be handled to what arrives; 0 or less: impossible."""
    kinds = np.full(screen.shape, Stratum.OPEN, dtype=np.int64)
    kinds[screen < fails_below] = Stratum.FAILS
    kinds[screen > holds_above] = Stratum.HOLDS
    kinds[screen <= 0] = Stratum.IMPOSSIBLE
    return kinds
