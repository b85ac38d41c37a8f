"""`cargohub sure question=capacity`: flights a day that a hall carries, as a distribution over worlds."""

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from experiments.formatting import number, share_text, whole
from experiments.frame.over_assumptions import at_least
from experiments.grouping import grouped
from experiments.report.sections import sentence_of
from experiments.statistics import Interval
from experiments.store.rows import ENDS, column, plain_row, table
from experiments.studies.sure.result import Answered, Result
from sim.inputs.traffic import flights_asked

SHARES: Final = (0.9, 0.5, 0.1)
"""Shares of the worlds in which at least this traffic is carried."""


@table("carried", "flights a day that a hall carries in a share of the worlds", sort="hall share")
class CarriedRow:
    """A demand, interpolated between the simulated levels; NaN: above the highest level."""

    hall: str = column("", "name of the hall's design", heading="hall")
    share: float = column("1", "share of the worlds", heading="in at least", show=share_text)
    flights: float = column(
        "flights/d", "flights a day carried in at least this share of the worlds", heading="flights a day", show=number
    )
    low: float = column("flights/d", "lower end, from the low end of the share's 95 % interval",
                        heading="low", show=number)  # fmt: skip
    high: float = column("flights/d", "upper end", heading="high", show=number)


def carried_rows(result: Result) -> list[CarriedRow]:
    return [
        CarriedRow(hall, share, *(_reached(levels, ends, share) for ends in ENDS))
        for hall, levels in halls(result).items()
        for share in SHARES
    ]


def halls(result: Result) -> dict[str, list[Answered]]:
    """Levels of each hall, least traffic first."""
    return grouped((answer.design.label.rpartition(", ")[0], answer) for answer in result.answered)


def middle(levels: Sequence[Answered]) -> Answered:
    """The level at which it is least clear whether the traffic is carried."""
    return min(levels, key=openness)


def openness(answer: Answered) -> float:
    """Distance of the share from one half; the smaller, the more open."""
    return abs(answer.share.interval.mean - 0.5)


def objects(result: Result) -> dict[str, Any]:
    """The result for JSON, by hall."""
    return grouped(
        (row.hall, {"share": row.share, "flights_per_day": plain.pop("flights"), **plain})
        for row in carried_rows(result)
        for plain in [plain_row(row, without=("hall", "share"))]
    )


def sentence(result: Result, hall: str) -> str:
    """The traffic that a hall carries, in which shares of the worlds."""
    levels = halls(result)[hall]
    most = flights_asked(levels[-1].design.hub)
    beyond = f"more than {most:g}"
    texts = [
        f"{at_least(row.flights, row.low, row.high, beyond, beyond)} flights a day in {share_text(row.share)}"
        for row in carried_rows(result)
        if row.hall == hall
    ]
    return sentence_of("carried_in", hall=hall, area=whole(levels[0].design.hub.area_m2), texts=texts)


def _reached(levels: Sequence[Answered], ends: str, share: float) -> float:
    """Flights a day up to which at least this share of the worlds carries its traffic; zero is carried in all."""
    flights = [0.0, *(flights_asked(answer.design.hub) for answer in levels)]
    shares = np.minimum.accumulate([1.0, *(_end(answer.share.interval, ends) for answer in levels)])
    if shares[-1] >= share:
        return math.nan if shares[-1] > share else flights[-1]
    at = int(np.argmax(shares < share))
    above, below = float(shares[at - 1]), float(shares[at])
    return flights[at - 1] + (above - share) / (above - below) * (flights[at] - flights[at - 1])


def _end(interval: Interval, ends: str) -> float:
    value = getattr(interval, ends)
    return interval.mean if value is None else float(value)
