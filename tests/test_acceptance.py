"""Whether the hall of today carries the whole sourced range, in a usual month, a high month and the peak."""

import datetime as dt
import shlex

from experiments.composition import load, packaged
from experiments.report.validation import TODAY_FLIGHTS
from sim.inputs.inputs import make_inputs

COMMAND = (packaged() / "study" / "acceptance.yaml").read_text().splitlines()[1].removeprefix("# cargohub ")
PERIODS = ("liege_30k", "high_month", "singles_day")


def test_the_study_covers_the_sourced_range_the_high_month_and_the_peak():
    words = dict(word.split("=", 1) for word in shlex.split(COMMAND)[1:])
    rates = [float(rate) for rate in words["demand.flights_per_day"].split(",")]
    assert (min(rates), max(rates)) == TODAY_FLIGHTS
    assert load("liege_30k").demand.flights_per_day in rates
    assert tuple(words["scenario"].split(",")) == PERIODS

    usual, high, peak = (load(name, "study=acceptance") for name in PERIODS)
    index = high.arrivals.month_index
    first = high.start_date + dt.timedelta(days=high.warmup_days)
    days = [first + dt.timedelta(days=day) for day in range(high.horizon_days)]
    assert {index[day.month - 1] for day in days} == {max(index)}
    flights = [sum(flight.is_cohort for flight in make_inputs(hub, 0).flights) for hub in (usual, high, peak)]
    assert flights[0] <= flights[1] < flights[2]
