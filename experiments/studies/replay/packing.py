"""Columns of whole numbers, packed to fit on one page, and the places at which things are drawn."""

import base64
import zlib
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from experiments.grouping import lowest_free
from sim.units import SECONDS_PER_MIN

Whole = NDArray[np.int32]
NOT_YET: Final = -1
"""Replaces an instant that the run does not have."""
_MOST: Final = np.iinfo(np.int32).max


def seconds(minutes: ArrayLike) -> Whole:
    """Instants (N) [min] as whole seconds, rounded up; NaN is `NOT_YET`.

    Counts at whole seconds are therefore exact.
    """
    exact = np.asarray(minutes, dtype=np.float64) * SECONDS_PER_MIN
    known = ~np.isnan(exact)
    whole = np.full(exact.shape, NOT_YET, dtype=np.int32)
    whole[known] = np.clip(np.ceil(exact[known]), 0, _MOST)
    return whole


def packed(columns: Mapping[str, ArrayLike]) -> dict[str, Any]:
    """Columns (N) of int32 as text: differences between rows, separated byte planes, deflated, base64.

    Raises:
        ValueError: columns of different lengths.
    """
    whole = {name: np.asarray(values, dtype=np.int32) for name, values in columns.items()}
    lengths = {len(values) for values in whole.values()} or {0}
    if len(lengths) > 1:
        raise ValueError(f"columns must be of one length, got {sorted(lengths)}")
    # Differences wrap around in 32 bits, as do the sums that reverse them.
    steps = [np.diff(values, prepend=np.int32(0)).astype("<i4") for values in whole.values()]
    planes = np.concatenate([np.empty(0, dtype="<i4"), *steps]).view(np.uint8).reshape(-1, 4).T
    data = base64.b64encode(zlib.compress(planes.tobytes(), 9)).decode("ascii")
    return {"rows": lengths.pop(), "columns": list(whole), "data": data}


def places(enter: Whole, leave: Whole) -> Whole:
    """The lowest free place when each thing (N) enters; `NOT_YET` for things that never enter."""
    place = np.full(len(enter), NOT_YET, dtype=np.int32)
    came = np.flatnonzero(enter != NOT_YET)
    came = came[np.argsort(enter[came], kind="stable")]
    until = np.where(leave[came] == NOT_YET, _MOST, leave[came])
    stays = zip(enter[came].tolist(), until.tolist(), strict=True)
    place[came] = np.fromiter(lowest_free(stays), np.int32, len(came))
    return place
