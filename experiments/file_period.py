"""The period of a run from a flight file, used where the configuration leaves it open."""

import datetime as dt
from typing import Any, Final

from sim.config import ArrivalModel
from sim.errors import CargohubError
from sim.inputs.flight_files import read_schedules
from sim.inputs.flight_period import Period, period_of
from sim.reading import read

_EPOCH: Final = dt.date(2000, 1, 1)
_UNKNOWN: Final = Period(_EPOCH, 0, 7)
"""If the file cannot be read; making its flights gives the error."""


def with_period(composed: dict[str, Any]) -> dict[str, Any]:
    """The configuration, with null values of `start_date`, `warmup_days` and `horizon_days` taken from the file.

    Raises:
        CargohubError: an invalid value, or a warm-up as long as the file.
    """
    arrivals = composed.get("arrivals")
    names = Period._fields
    if not isinstance(arrivals, dict) or arrivals.get("model") != ArrivalModel.FILE:
        return composed
    if all(composed.get(name) is not None for name in names):
        return composed
    start = composed.get("start_date")
    repeat = arrivals.get("repeat")
    try:
        zone = composed.get("time_zone")
        rows = read_schedules(str(arrivals.get("schedule")), _EPOCH, None, None if zone is None else str(zone)).rows
    except (CargohubError, ValueError):
        period = _UNKNOWN
    else:
        period = period_of(
            rows,
            _EPOCH,
            repeat=repeat if isinstance(repeat, int) else 1,
            start_date=None if start is None else read(dt.date, start, "start_date"),
            warmup_days=_days(composed, "warmup_days"),
            horizon_days=_days(composed, "horizon_days"),
        )
    known = {**period._asdict(), "start_date": period.start_date.isoformat()}
    return {**composed, **{name: value for name, value in known.items() if composed.get(name) is None}}


def _days(composed: dict[str, Any], name: str) -> int | None:
    return None if composed.get(name) is None else read(int, composed[name], name)
