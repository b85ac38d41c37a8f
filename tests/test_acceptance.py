"""Whether the hall of today carries the whole sourced range, in a usual month, a high month and the peak.

Reports which cells fail (`pytest -rP`), and holds no bound that was tuned to them: docs/model.md has the table.
"""

import datetime as dt
import json
import shlex
import sys

import pytest

from experiments.composition import load, packaged
from experiments.main import main
from experiments.replications import stability
from experiments.report.validation import groups
from experiments.report.verdicts import LEAST_ON_TIME
from sim.inputs.inputs import make_inputs

COMMAND = (packaged() / "study" / "acceptance.yaml").read_text().splitlines()[1].removeprefix("# cargohub ")
PERIODS = ("liege_30k", "high_month", "singles_day")
SMALL = ["demand.parcels_per_flight=400", "demand.net_t_per_flight=0.3", "exports=none", "horizon_days=7"]


def cells(capsys, out, *more, rates="3,3.5,4"):
    """What the study says of each demand in each period: carries, fails or undecided; also printed."""
    words = shlex.split(COMMAND.replace("=3,3.5,4 ", f"={rates} "))
    assert main([*words, *more, "--quiet", "--json", "--out", str(out)]) == 0
    designs = json.loads(capsys.readouterr().out)["points"]
    found, shares = {}, {}
    for design in designs:
        share = design["kpis"]["on_time_share"]
        key = design["values"]["scenario"], float(design["values"]["demand.flights_per_day"])
        fails = design["unstable"] or share["high"] < LEAST_ON_TIME
        carries = design["unstable"] is False and share["low"] >= LEAST_ON_TIME
        found[key] = "fails" if fails else "carries" if carries else "undecided"
        shares[key] = share["mean"]
        interval = f"{share['mean']:.3f} ({share['low']:.3f} to {share['high']:.3f})"
        sys.stdout.write(f"{key[0]}, {key[1]:g} flights a day: {found[key]}, on time {interval}\n")
    return found, shares


def test_the_study_covers_the_sourced_range_the_high_month_and_the_peak():
    words = dict(word.split("=", 1) for word in shlex.split(COMMAND)[1:])
    rates = [float(rate) for rate in words["demand.flights_per_day"].split(",")]
    assert [min(rates), max(rates)] == groups()["today"].flights_per_day
    assert load("liege_30k").demand.flights_per_day in rates
    assert tuple(words["scenario"].split(",")) == PERIODS

    usual, high, peak = (load(name, "study=acceptance") for name in PERIODS)
    index = high.arrivals.month_index
    first = high.start_date + dt.timedelta(days=high.warmup_days)
    days = [first + dt.timedelta(days=day) for day in range(high.horizon_days)]
    assert {index[day.month - 1] for day in days} == {max(index)}
    flights = [sum(flight.is_cohort for flight in make_inputs(hub, 0).flights) for hub in (usual, high, peak)]
    assert flights[0] <= flights[1] < flights[2]


def test_each_demand_in_each_period_is_said_to_carry_to_fail_or_to_be_open(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(stability, "_MOST_DAYS", 0)  # longer runs are the matter of test_stability
    found, _ = cells(capsys, tmp_path, *SMALL, rates="3,4")
    assert set(found) == {(period, rate) for period in PERIODS for rate in (3.0, 4.0)}
    assert set(found.values()) <= {"carries", "fails", "undecided"}


@pytest.mark.slow
def test_the_hall_of_today_over_the_sourced_range(capsys, tmp_path):
    found, shares = cells(capsys, tmp_path)
    assert set(found) == {(period, rate) for period in PERIODS for rate in (3.0, 3.5, 4.0)}
    # More flights with the same people and draws do not make the quietest cell worse than the fullest.
    assert shares["liege_30k", 3.0] >= shares["singles_day", 4.0]
