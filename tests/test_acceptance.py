"""Whether the hall of today carries the whole sourced range, in a usual month, a high month and the peak.

Reports which cases fail, and holds no bound that was tuned to them: docs/model.md has the table.
"""

import datetime as dt
import json
import sys
from types import SimpleNamespace

import pytest

from experiments.arguments import Arguments
from experiments.composition import load
from experiments.designs.design import Design
from experiments.main import main
from experiments.report.validation import groups
from experiments.statistics.criterion import LEAST_ON_TIME
from experiments.studies import validate
from experiments.studies.validate import carried
from experiments.studies.validate.result import JSON
from sim.inputs.inputs import make_inputs

PERIODS = ("liege_30k", "high_month", "singles_day")
MONTHS = ("usual month", "high month", "peak")


def cases(capsys, out):
    """The rows by flights a day and month; also printed."""
    assert main(["validate", "study=acceptance", "--quiet", "--json", "--out", str(out)]) == 0
    found = {}
    for row in json.loads(capsys.readouterr().out):
        assert tuple(row) == JSON and row["published"] == LEAST_ON_TIME and row["independent"] is False
        rate, month = row["case"].removeprefix("On time, ").removesuffix(" (share)").split(" flights a day, ")
        found[float(rate), month] = row
        sys.stdout.write(f"{row['case']}: {row['simulated']:.3f}, within: {row['within']}\n")
    return found


def test_the_study_covers_the_sourced_range_the_high_month_and_the_peak():
    designs, _ = validate.parse(Arguments("validate", ("study=acceptance",)))
    rates = sorted({design.hub.demand.flights_per_day for design in designs})
    assert [min(rates), max(rates)] == groups()["today"].flights_per_day
    assert load("liege_30k").demand.flights_per_day in rates
    assert [design.label for design in designs] == [
        f"{rate:g} flights a day, {month}" for month in MONTHS for rate in rates
    ]
    assert [design.hub.scenario for design in designs[::3]] == list(PERIODS)

    usual, high, peak = (design.hub for design in designs[1::3])
    index = high.arrivals.month_index
    first = high.start_date + dt.timedelta(days=high.warmup_days)
    days = [first + dt.timedelta(days=day) for day in range(high.horizon_days)]
    assert {index[day.month - 1] for day in days} == {max(index)}
    flights = [sum(flight.is_cohort for flight in make_inputs(hub, 0).flights) for hub in (usual, high, peak)]
    assert flights[0] <= flights[1] < flights[2]


@pytest.mark.parametrize(
    ("shares", "is_unstable", "verdict", "within"),
    [
        ([0.99, 0.992, 0.991], False, "carries", True),
        ([0.5, 0.52, 0.51], False, "does not carry", False),
        ([0.99, 0.992, 0.991], True, "does not carry", False),
        ([0.90, 0.999, 0.97], False, "undecided", True),
        ([0.90, 0.96, 0.95], None, "undecided", False),
        ([0.99, 0.992, 0.991], None, "undecided", True),
    ],
)
def test_a_case_carries_fails_or_is_open_by_its_interval(monkeypatch, shares, is_unstable, verdict, within):
    monkeypatch.setattr(carried, "judged", lambda *_: SimpleNamespace(is_unstable=is_unstable))
    kpis = {
        ("4 flights a day, peak", at): {"on_time_share": share, "export_on_time_share": 1.0}
        for at, share in enumerate(4 * shares)
    }
    (case,) = carried.cases_of([Design("4 flights a day, peak", load("liege_30k"))], kpis, 4 * len(shares))
    assert case.counts.startswith(f"{verdict}: ") and case.within is within
    assert case.simulated == pytest.approx(sum(shares) / 3)
    lines = [*carried.sentences([case])]
    assert lines[0].startswith(f"The model carries {int(verdict == 'carries')} of 1 cases")
    assert lines[1:] == {
        "does not carry": ["It does not carry: 4 flights a day, peak."],
        "undecided": ["Undecided: 4 flights a day, peak."],
    }.get(verdict, [])


def test_one_replication_decides_no_case(monkeypatch):
    monkeypatch.setattr(carried, "judged", lambda *_: SimpleNamespace(is_unstable=False))
    (case,) = carried.cases_of(
        [Design("a", load())], {("a", 0): {"on_time_share": 0.99, "export_on_time_share": 1.0}}, 1
    )
    assert case.counts == "undecided: 99.0 % on time"


@pytest.mark.slow
def test_the_hall_of_today_over_the_sourced_range(capsys, tmp_path):
    found = cases(capsys, tmp_path)
    # More flights with the same people and draws do not make the quietest case worse than the fullest.
    assert found[3.0, "usual month"]["simulated"] >= found[4.0, "peak"]["simulated"]
