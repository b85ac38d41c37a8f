"""Result of `cargohub fit`: the families, the best of them, its ranges, and checks of one distribution."""

import math
import re
from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.statistics.fitting import MOST_TESTED, Fitted, estimates, fitted, range_of, resampled, with_tests
from experiments.statistics.sample_checks import (
    SIGNIFICANT,
    Clock,
    Groups,
    Order,
    clock_of,
    groups_in,
    order_of,
    piled_up,
)
from experiments.studies.fit.column import Request, Sample, ends_of
from sim.distributions import EMPIRICAL
from sim.errors import InputError
from sim.units import Numbers

_TESTS: Final = 199
"""Bootstrap samples of the tests, whose least p-value is 0.005."""
_RANGES, _RANGES_OF_MANY = 999, 199
"""Bootstrap samples of the ranges: fewer if there are more values than are tested, because ranges are then narrow."""
_SEED: Final = 1


@dataclass(frozen=True, slots=True)
class Result:
    name: str
    sample: Sample
    fits: tuple[Fitted, ...]
    """Fits by AIC, the best first."""
    chosen: Fitted | None
    """The family that is written: the best unless another is requested; None: the values themselves."""
    bootstrap: Numbers
    """Parameters of that family (B, K), from samples drawn from the values."""
    means: Numbers
    """Means of the values, and of these samples (1 + B)."""
    order: Order
    clock: Clock | None
    groups: Groups | None
    piled: tuple[tuple[float, int], ...]
    n_distinct: int

    @property
    def best(self) -> Fitted:
        return self.fits[0]

    @property
    def family(self) -> str:
        return EMPIRICAL if self.chosen is None else self.chosen.family.name

    @property
    def is_rejected(self) -> bool:
        """Whether even the best family is rejected."""
        return max(self.best.ks_p, self.best.ad_p) < SIGNIFICANT

    @property
    def ranges(self) -> dict[str, tuple[float, float]]:
        """Low and high end of each parameter of the written family."""
        parameters = self.chosen.by_name.items() if self.chosen else ()
        return {name: range_of(self.bootstrap[:, at], value) for at, (name, value) in enumerate(parameters)}


def fit_of(sample: Sample, request: Request) -> Result:
    """Fit, test and check.

    Raises:
        InputError: no requested family has an estimate.
    """
    values, ends = sample.values, ends_of(sample, request)
    fits = fitted(values, request.families, ends)
    if not fits:
        raise InputError(f"{sample.place}: no family has an estimate: {', '.join(request.families)}")
    order = order_of(values)
    rng = np.random.default_rng(_SEED)
    fits = [with_tests(fit, values, rng, _TESTS) for fit in fits]
    least_bic = min(fit.aic + (math.log(len(values)) - 2) * len(fit.parameters) for fit in fits)
    chosen = fits[0]
    if request.family is not None and request.family != EMPIRICAL:
        of_name = {fit.family.name: fit for fit in fits}
        if request.family not in of_name:
            raise InputError(f"family: {request.family} has no estimate for {sample.place}")
        chosen = of_name[request.family]
    n_bootstrap = _RANGES_OF_MANY if len(values) > MOST_TESTED else _RANGES
    drawn = resampled(values, rng, n_bootstrap, order.block)
    return Result(
        request.name or _name(sample.column),
        sample,
        tuple(fits),
        None if request.family == EMPIRICAL else chosen,
        estimates(chosen, values, rng, n_bootstrap, order.block),
        np.concatenate([[values.mean()], *(part.mean(axis=1) for part in drawn)]),
        order,
        None if sample.hours is None else clock_of(values, sample.hours),
        groups_in(values, least_bic),
        tuple(piled_up(values)),
        len(np.unique(values)),
    )


def _name(column: str) -> str:
    """A column's name, changed to a valid file name."""
    return re.sub(r"\W+", "_", column, flags=re.ASCII).strip("_").lower() or "values"
