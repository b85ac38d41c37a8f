"""Ridge regression by a kernel, with the errors that it makes at what it has not seen.

The penalty is the one whose leave-one-group-out errors are least; those errors are what the fit says of
itself.

Sources: C. Saunders, A. Gammerman and V. Vovk, Ridge regression learning algorithm in dual variables, ICML
1998, 515-521; D. M. Allen, Technometrics 16(1), 1974, 125-127, doi:10.1080/00401706.1974.10489157 (errors
left out).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from experiments.statistics.two_sources import Floats

_PENALTIES: Final = 10.0 ** np.arange(-6.0, 2.1, 0.5)
"""Tried, as multiples of the mean of the Gram matrix's diagonal."""


@dataclass(frozen=True, slots=True)
class Ridge:
    """Prediction at a point: `constant` plus `weights` times the kernel of the point with each fitted point."""

    constant: float
    weights: Floats
    errors: Floats
    """Of each fitted point, predicted without its group: what was observed minus what was predicted."""

    @property
    def error(self) -> float:
        """Root mean square of the errors."""
        return float(np.sqrt(np.mean(self.errors**2)))


def ridge(gram: Floats, response: Floats, groups: Sequence[Any] | NDArray[Any] | None = None) -> Ridge:
    """The fit to a response (n,) whose points have the kernel `gram` (n, n); the constant has no penalty.

    `groups`: points that are left out together, (n,); none: each alone.
    """
    n = len(response)
    blocks = [] if groups is None else _blocks(groups)
    centre = np.eye(n) - 1 / n
    values, vectors = np.linalg.eigh(centre @ gram @ centre)
    values = np.maximum(values, 0.0)
    size = float(values.mean()) or 1.0
    inside = vectors.T @ (response - response.mean())
    best: tuple[float, Floats] | None = None
    for penalty in _PENALTIES * size:
        kept = values / (values + penalty)
        errors = _errors(kept, vectors, response - response.mean() - vectors @ (kept * inside), blocks)
        if best is None or np.sum(errors**2) < np.sum(best[1] ** 2):
            best = penalty, errors
    assert best is not None
    weights = vectors @ (inside / (values + best[0]))
    weights -= weights.mean()
    return Ridge(float(np.mean(response - gram @ weights)), weights, best[1])


def _errors(kept: Floats, vectors: Floats, left: Floats, blocks: Sequence[NDArray[np.int64]]) -> Floats:
    """Of points predicted without their block, from what the fit to all leaves, (n,); no blocks: without themselves."""
    if not blocks:
        return np.asarray(left / (1 - 1 / len(left) - (vectors**2) @ kept))
    errors = np.empty(len(left))
    for block in blocks:
        of_block = vectors[block]
        hat = 1 / len(left) + (of_block * kept) @ of_block.T
        errors[block] = np.linalg.lstsq(np.eye(len(block)) - hat, left[block], rcond=None)[0]
    return errors


def _blocks(groups: Sequence[Any] | NDArray[Any]) -> list[NDArray[np.int64]]:
    _, numbers = np.unique(np.asarray(groups), return_inverse=True)
    return [np.flatnonzero(numbers == number) for number in range(int(numbers.max()) + 1)]
