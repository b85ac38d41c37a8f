"""Inference from flows alone: how well a party's data explain weekly demand by country and product group.

The estimator is ordinary least squares with a constant. An observation is a whole week, lane and product group of the
measured imports. The dependent variable is its true number of parcels. The regressors are sums that the party sees, one
for each message about every parcel, alone or as the number on a flight or truck. The party must send the message, or be
able to read a copy in clear.

The sum is the number of parcels of the observation's week, and also their declared value if a field has it. If the
message's fields do not contain the lane or the group, the sum is over all lanes or groups. The party knows nothing
else: sums from different messages are not combined, and the days of flights and trucks are not used. A party stands for
all of its kind: all sellers, all postal operators.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.config import HubConfig
from sim.config.data_views import View
from sim.config.exposure import OF_ALL_IN_SUM, OF_EVERY_PARCEL, Exposure
from sim.inputs.goods import week_of
from sim.measures.exposure import Rows, policies_of
from sim.record.schemas import in_order
from sim.units import TICKS_PER_DAY, Flags

Volumes = NDArray[np.float64]
"""By week, lane and product group (W, L, G)."""
_LANE, _GROUP = 1, 2


def measured_weeks(config: HubConfig) -> list[int]:
    """Mondays of the weeks (W) with a measured instant."""
    low, high = (days * TICKS_PER_DAY for days in (config.warmup_days, config.days))
    return list(range(week_of(config, low), week_of(config, high - 1) + 1, 7))


def whole_weeks(config: HubConfig) -> Flags:
    """Which of these weeks (W) are measured from Monday to Sunday; if none is, all, because there is nothing else."""
    first = config.start_date.toordinal() + config.warmup_days
    is_whole = np.array([first <= week <= first + config.horizon_days - 7 for week in measured_weeks(config)])
    return is_whole | ~is_whole.any()


def inference_rows(exposure: Exposure, parcels: Volumes, value: Volumes) -> Rows:
    """One row for each policy and party."""
    rows = []
    for policy, seen in policies_of(exposure).items():
        for party in exposure.parties:
            columns = _regressors(exposure, party, seen, parcels, value)
            rows.append((policy, party, parcels.size, len(columns), r_squared(parcels, columns)))
    return in_order("inference", rows)


def r_squared(truth: Volumes, columns: Iterable[Volumes]) -> float:
    """Share of the truth's variance that least squares on the columns explains; NaN without variance.

    >>> truth = np.array([[[1.0, 2.0], [3.0, 6.0]]])
    >>> round(r_squared(truth, [np.broadcast_to(truth.sum(axis=2, keepdims=True), truth.shape)]), 3)
    0.643
    """
    y = truth.ravel()
    total = float(((y - y.mean()) ** 2).sum()) if y.size else 0.0
    if total == 0:
        return float("nan")
    # Scale each column to one, because the solver would treat small columns as zero.
    x = [np.ones(y.size), *(column.ravel() / (np.abs(column).max() or 1.0) for column in columns)]
    design = np.column_stack(x)
    fitted = design @ np.linalg.lstsq(design, y, rcond=None)[0]
    return max(0.0, 1 - float(((y - fitted) ** 2).sum()) / total)


def _regressors(
    exposure: Exposure, party: str, seen: Sequence[View], parcels: Volumes, value: Volumes
) -> list[Volumes]:
    fields_of = exposure.inference
    wanted: dict[tuple[bool, tuple[int, ...]], Volumes] = {}
    for view in seen:
        fields = view.clear if party in view.readers else frozenset()
        if party == view.sender:
            fields = frozenset(view.fields)
        if not _counts_all(exposure, view, fields):
            continue
        unknown = tuple(
            axis for axis, known in ((_LANE, fields_of.country), (_GROUP, fields_of.product)) if not fields & set(known)
        )
        for is_value, volumes in ((False, parcels), (True, value)):
            if not is_value or fields & set(fields_of.value):
                wanted[is_value, unknown] = np.broadcast_to(volumes.sum(axis=unknown, keepdims=True), volumes.shape)
    return list(wanted.values())


def _counts_all(exposure: Exposure, view: View, fields: frozenset[str]) -> bool:
    event = exposure.messages[view.message].event
    in_sum = event in OF_ALL_IN_SUM and bool(fields & set(exposure.inference.count))
    return in_sum or (event in OF_EVERY_PARCEL and bool(fields))
