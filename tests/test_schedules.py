"""Kinds of schedules: rates by hour of the week, banks, cancellations; each goes through both hubs."""

import datetime as dt
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from expected import flights_expected
from scipy import stats

from experiments.composition import load
from experiments.designs.design import Design
from experiments.replications.summing import design_row
from experiments.report.schedule_text import schedule_lines
from sim.config.arrivals import Wave
from sim.config.roster import DAYS
from sim.errors import CargohubError
from sim.inputs.expected_flights import BINS_PER_DAY, BINS_PER_H, MARGIN
from sim.inputs.flight_schedule import make_flights
from sim.inputs.inputs import make_inputs
from sim.inputs.rates import hour_weights
from sim.inputs.timetables import bank_profile
from sim.reference.equality import compare
from sim.streams import Streams
from sim.units import TICKS_PER_DAY, TICKS_PER_H, TICKS_PER_MIN

SMALL = (
    "horizon_days=1", "warmup_days=0", "demand.parcels_per_flight=300", "demand.net_t_per_flight=0.25",
    'record.parcels_of_flights="all"', 'record.parcels_of_collections="all"', "exports.collections.parcels=40",
)  # fmt: skip
EVEN_YEAR = "arrivals.month_index=[1,1,1,1,1,1,1,1,1,1,1,1]"
HOURLY = ("arrivals=hourly", "demand.flights_per_day=20", EVEN_YEAR)
BANKS = ("arrivals=banks", "demand.flights_per_day=20")
WEEKS = 40


def flights_of(*words, replication=0, days=7):
    hub = load("liege_30k", "start_date=2022-09-05", *words)
    return make_flights(hub, Streams(hub.seed, replication), days * TICKS_PER_DAY)


def test_end_month_and_share_of_a_hub_by_hand() -> None:
    hub = load("liege_30k")
    ends = [load("liege_30k", *words).end_min for words in ((), ("exports=none",), ("exports.service_h=12",))]
    assert [end / 60 for end in ends] == [hub.days * 24 + hours for hours in (48, 24, 24)]
    indices = (0.85, 0.96, 0.97, 0.98, 1.06, 1.04, 1.06, 0.96, 1.03, 1.06, 1.06, 1.04)
    assert [hub.flights_on(dt.date(2022, month, 28)) / 3.5 for month in range(1, 13)] == pytest.approx(indices)
    assert [Wave("06:00", end).window for end in ("08:30", "05:00", "06:00")] == [(360, 150), (360, 1380), (360, 1440)]
    assert (
        replace(hub.demand, parcels_per_flight=None, net_t_per_flight=1, kg_per_parcel=0.6).mean_parcels_per_flight
        == 1667
    )
    # 45 % of 326 million parcels are 3.495 flights of 115,000 a day; the demand may differ by half a per cent.
    demands = [replace(hub.demand, flights_per_day=flights) for flights in (3.47, 3.485, 3.51, 3.52)]
    shares = [replace(hub, demand=demand).hub_share for demand in demands]
    assert [share is not None for share in shares] == [False, True, True, False]


@pytest.mark.parametrize("words", [("arrivals=hourly",), ("arrivals=banks",), ("arrivals.cancelled_share=0.3",)])
def test_each_kind_goes_through_both_hubs(words):
    inputs = make_inputs(load("liege_30k", *SMALL, "demand.flights_per_day=2", *words), 0)
    tables, difference = compare(inputs, 1)
    assert len(tables["flights"]["number"]) == len(inputs.flights) > 1
    assert difference is None


def test_flights_by_hour_come_at_their_rates():
    hub, flights = load("liege_30k", *HOURLY), flights_of(*HOURLY, days=7 * WEEKS)
    hours = np.bincount([flight.arrival // TICKS_PER_H % 168 for flight in flights], minlength=168)
    wanted = hour_weights(hub.arrivals) * 20 * WEEKS
    assert stats.chi2.sf(((hours - wanted) ** 2 / wanted).sum(), 168) > 0.01
    by_week = np.bincount([flight.arrival // (7 * TICKS_PER_DAY) for flight in flights], minlength=WEEKS)
    assert 0.6 < by_week.var() / by_week.mean() < 1.5  # of a Poisson process 1


def test_another_rate_of_one_hour_moves_no_other_flight_and_fewer_are_among_more():
    rates = "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,{}]"
    even = [f"arrivals.hour_of_week.{day}={rates.format(1)}" for day in DAYS]
    more = [*even[:2], even[2].replace(rates.format(1), rates.format(3)), *even[3:]]

    def drawn(words, a_day):
        flights = flights_of("arrivals=hourly", *words, f"demand.flights_per_day={a_day}")
        return {(flight.key, flight.arrival) for flight in flights}

    usual, busier = drawn(even, 16.8), drawn(more, 17.0)  # 168 and 170 rates of one: the same rate of an hour
    assert usual < busier
    assert {arrival // TICKS_PER_H for _, arrival in busier - usual} == {2 * 24 + 23}
    assert drawn(even, 8) < usual


def test_banks_have_their_flights_in_their_windows_before_delays():
    night = "arrivals.banks.night={start: '23:00', end: '01:00', share: 0.6}"
    flights = flights_of(*BANKS, night, "arrivals.banks.afternoon.share=0.4")
    count = Counter(flight.key.rpartition("-")[0] for flight in flights)
    assert count["2022-09-07-night"] == 12 and count["2022-09-07-afternoon"] == 8
    for flight in flights:
        minute = flight.sibt / TICKS_PER_MIN % 1440
        assert minute >= 23 * 60 or minute < 60 if "night" in flight.key else 14 * 60 <= minute < 17 * 60
    late = [(flight.arrival - flight.sibt) / TICKS_PER_MIN for flight in flights]
    assert -30 <= min(late) < 0 < max(late) <= 240 and np.mean(np.abs(late)) < 20
    fewer = {flight.entity for flight in flights_of("arrivals=banks", "demand.flights_per_day=11")}
    assert fewer < {flight.entity for flight in flights_of(*BANKS)}


def test_what_banks_leave_comes_by_the_hours_of_the_day():
    flights = [flight for flight in flights_of(*BANKS, days=9) if "2022-09-06" <= flight.key[:10] <= "2022-09-11"]
    assert Counter(flight.key.split("-")[3] for flight in flights) == {"night": 42, "afternoon": 42, "rest": 36}
    by_quarter = [flight.sibt // (6 * TICKS_PER_H) % 4 for flight in flights if "rest" in flight.key]
    assert min(np.bincount(by_quarter)) >= 6


@pytest.mark.parametrize("words", [BANKS, HOURLY])
def test_what_is_expected_is_what_comes_on_average(words):
    words = (*words, EVEN_YEAR, "arrivals.cancelled_share=0.25")
    expected = flights_expected(load("liege_30k", "start_date=2022-09-05", *words), 14 * TICKS_PER_DAY)
    week = expected[MARGIN + 7 * BINS_PER_DAY : MARGIN + 14 * BINS_PER_DAY].reshape(-1, 6 * BINS_PER_H).sum(axis=1)
    flights = flights_of(*words, days=7 * WEEKS)
    found = np.bincount([flight.arrival // (6 * TICKS_PER_H) % 28 for flight in flights], minlength=28) / WEEKS
    assert week.sum() == pytest.approx(7 * 20 * 0.75, rel=1e-3)
    assert found == pytest.approx(week, abs=5 * np.sqrt(week.max() / WEEKS))


def test_a_whole_number_of_flights_a_week_all_fly_each_week():
    words = (EVEN_YEAR, "arrivals.delay.scale_min=0", "demand.flights_per_day=2")
    weeks = Counter(flight.key.partition("-")[0] for flight in flights_of(*words, days=7 * 5))
    assert list(weeks.values())[1:-1] == [14] * (len(weeks) - 2)


def test_a_slot_beyond_the_whole_flights_of_a_week_flies_in_its_share_of_the_weeks():
    words = (EVEN_YEAR, "arrivals.delay.scale_min=0", "demand.flights_per_day=0.2")  # 1.4 flights a week
    flights = (flight for number in range(4) for flight in flights_of(*words, replication=number, days=7 * 200))
    weeks = Counter(flight.key.rpartition("-")[2] for flight in flights)
    assert weeks.keys() == {"001", "002"} and weeks["001"] == 800
    assert stats.binomtest(weeks["002"], 800, 0.4).pvalue > 0.01


def test_a_bank_that_ends_after_midnight_has_the_rate_of_the_day_on_which_it_begins():
    arrivals = load(
        "liege_30k",
        "arrivals=banks",
        "~arrivals.banks.afternoon",
        "arrivals.banks.night={start: '23:00', end: '01:00', share: 1}",
        "arrivals.weekday_index=[1.9,1,1,1,1,1,0.1]",
    ).arrivals
    hours = bank_profile(arrivals, 1).reshape(7, 24)
    assert hours[:, 23] == pytest.approx([0.95, 0.5, 0.5, 0.5, 0.5, 0.5, 0.05])
    assert hours[:, 0] == pytest.approx([0.05, 0.95, 0.5, 0.5, 0.5, 0.5, 0.5])
    assert hours.sum() == pytest.approx(7)


def test_cancellations_take_their_share_and_move_nobody_else():
    all_of_them, few, many = (
        {flight.entity: flight.arrival for flight in flights_of(*BANKS, f"arrivals.cancelled_share={share}", days=50)}
        for share in (0, 0.1, 0.4)
    )
    assert many.items() < few.items() < all_of_them.items()
    assert stats.binomtest(len(many), len(all_of_them), 0.6).pvalue > 0.01
    assert flights_of("arrivals.cancelled_share=1") == ()


HOURS = "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["arrivals=hourly", f"arrivals.hour_of_week.mon={HOURS}"],
            r"arrivals\.hour_of_week\.mon: must have 24 numbers, got 23",
        ),
        (
            ["arrivals=hourly", "~arrivals.hour_of_week.sun"],
            r"arrivals\.hour_of_week: must have the days mon, .*, got mon, tue",
        ),
        (["arrivals=hourly", "arrivals.hour_of_week=null"], "needs the rates of the week's hours"),
        (["arrivals=hourly", "demand.flights_per_day=80"], r"at most .* = 200, got 80 times 3\.99 in the busiest hour"),
        (["arrivals=hourly", "arrivals.hour_of_week.mon=[-1]"], r"hour_of_week\.mon\[0\]: must be at least 0, got -1"),
        (
            ["arrivals=banks", "arrivals.banks.night.share=0.8"],
            r"arrivals\.banks: the shares of night, afternoon must sum to at most 1, got 1\.15",
        ),
        (["arrivals=banks", "arrivals.banks.night.start='25:00'"], r"arrivals\.banks\.night\.start: .*'25:00'"),
        (["arrivals=banks", "arrivals.banks=null"], r"arrivals\.banks: model banks needs at least one"),
        (["arrivals.banks={a: {start: '01:00', end: '02:00', share: 1}}"], r"model timetable has none: must be null"),
        (["arrivals.cancelled_share=1.1"], r"arrivals\.cancelled_share: must be at most 1, got 1\.1"),
    ],
)
def test_mistakes_are_one_line(words, message):
    with pytest.raises(CargohubError, match=message) as caught:
        load("liege_30k", *words)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ((), "fixed: a weekly timetable, the same in every replication; delays are random"),
        (("arrivals=poisson",), "random: each replication draws its own flights (Poisson arrivals)"),
        (
            (*BANKS, "arrivals.cancelled_share=0.1"),
            (
                "fixed: banks of flights, the same in every replication; delays are random;"
                " 10 % of the flights are cancelled at random"
            ),
        ),
    ],
)
def test_whether_the_schedule_is_random_or_fixed_is_said(words, text):
    (row,) = [design_row(Design("a", load("liege_30k", *words)))]
    assert row.schedule == text
    assert schedule_lines([row, row], ["a", "b"]) == [f"The schedule is {text}."]
    other = replace(row, schedule="random")
    assert schedule_lines([row, other, row], ["a, 1", "b", "a, 2"]) == [
        f"a, 1; a, 2: the schedule is {text}.",
        "b: the schedule is random.",
    ]
