"""The page of a run: its sentences, its figures, and that it is one file."""

import datetime as dt
import re
from dataclasses import fields, replace
from html.parser import HTMLParser

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from named_designs import named_design

import sim
from experiments import formatting
from experiments.composition import load
from experiments.interval_text import amount, change, interval_of
from experiments.report import (
    bottleneck,
    disruption_text,
    pictures,
    results_book,
    run_brief,
    run_grids,
    sentences,
    style,
    validation,
)
from experiments.report.figures import dwell_figure, ladder_figure, recovery_figure, utilisation_figure
from experiments.report.page import files_of, write_page
from experiments.report.run_numbers import Run, headline_grid
from experiments.report.run_page import _reasons, page_of
from experiments.report.sections import rows_of
from experiments.report.sentences import FEWEST_REPLICATIONS
from experiments.report.stored_designs import Window, named_designs, panels, within_possible
from experiments.report.verdicts import design_verdicts
from experiments.statistics import mean_interval
from experiments.statistics.family import Statement
from experiments.statistics.interval import Value
from experiments.store.summaries import DesignRow
from sim.domain.site import PackoutRule
from sim.kernels.tallies import LONGEST_MIN
from sim.measures.kpis import KPIS
from sim.measures.ladder import Rung, packout_rung

TODAY = named_design(airport_parcels_per_year=326e6, hub_share_least=0.3, hub_share_most=0.5)
PERMIT = replace(
    TODAY,
    scenario="b",
    traffic="11 flights a day",
    demand="permit",
    flights_per_day=11,
    parcels_per_day=1_265_000,
    airport_parcels_per_year=float("nan"),
)
MONDAY = dt.date(2022, 9, 5)
SETTINGS = dict(mpl.rcParams)
"""Before anything is drawn."""
LADDER = {"machines": Rung(612_000.0), "doors": Rung(5_000_000.0)}


def value(mean, low=None, high=None, unit="1", n=4, is_lower_bound=False):
    return Value(mean, low, high, n, unit, is_lower_bound)


def difference(*ends, unit="1", n=4, p=None, ratio=None):
    return Statement(value(*ends, unit, n) if len(ends) == 3 else value(*ends, n=n), p, p, False, ratio)


def kpis(on_time, dwell=None, machines=0.7):
    return {
        "on_time_share": on_time,
        "dwell_mean_h": dwell or value(8.1, 7.9, 8.3, "h"),
        "backlog_slope_per_day": value(703_400.0, 690_000.0, 710_000.0, "parcels/d"),
        "utilisation_machines": value(machines, machines, machines),
        "utilisation_doors": value(0.1, 0.1, 0.1),
    }


def test_a_design_that_carries_says_so_with_its_interval():
    sentence = sentences.sentence(TODAY, kpis(value(0.998, 0.995, 0.999)), LADDER, subject="30,000 m²")
    assert sentence.startswith("30,000 m² carries 3.5 flights a day: 99.8 % of imports leave within 24 h (99.5–99.9 %)")
    assert sentence.endswith(
        "Bottleneck by the ladder: sorting machines. If staffed round the clock, it can handle "
        "612,000 imports a day; 402,000 are expected."
    )


def test_the_answer_says_the_staff_that_it_rests_on():
    values = {**kpis(value(0.998, 0.995, 0.999)), "staff_h_paid_per_day": value(2602.2, unit="h/d")}
    staffed = replace(TODAY, roster="follows_work")
    sentence = sentences.sentence(staffed, values, {}, subject="It")
    assert sentence.startswith(
        "It carries 3.5 flights a day, with 2,602 paid hours a day (roster: follows work): 99.8 %"
    )


def test_a_design_that_does_not_carry_names_its_bottleneck():
    sentence = sentences.sentence(PERMIT, kpis(value(0.61, 0.55, 0.67), machines=1.0), LADDER, subject="It")
    assert sentence.startswith("It does not carry 11 flights a day: 61.0 % of imports leave")
    bottleneck = "Bottleneck by the ladder: sorting machines. If staffed round the clock, it can handle "
    assert f"{bottleneck}612,000 imports a day; 1,265,000 are expected." in sentence
    assert "unstable" not in sentence


def test_an_unstable_design_says_how_its_backlog_grows_even_if_parcels_were_in_time():
    point = replace(PERMIT, stability="unstable", blocked_after_h=24.6)
    sentence = sentences.sentence(point, kpis(value(0.97, 0.96, 0.98)), LADDER, subject="It")
    assert "does not carry" in sentence
    assert "unstable, its backlog grows by 703,000 parcels a day" in sentence
    assert "flights are held because no stand is free, on average from Tue 06 Sep 00:36 on" in sentence


def test_one_replication_has_no_interval():
    sentence = sentences.sentence(TODAY, kpis(value(0.998, n=1)), LADDER, subject="30,000 m²")
    assert "99.8 % of imports leave within 24 h (one replication, no interval)" in sentence
    assert "nan" not in sentence


def test_a_lower_bound_reads_more_than():
    dwell = value(87.4, 84.7, 90.1, "h", is_lower_bound=True)
    sentence = sentences.sentence(PERMIT, kpis(value(0.0, 0.0, 0.0), dwell), LADDER, subject="It")
    assert "on average after more than 87.4 h" in sentence
    assert "only 0 %" not in sentence


def test_an_interval_that_includes_the_threshold_leaves_the_verdict_open():
    for mean, low, high in ((0.96, 0.93, 0.99), (0.94, 0.92, 0.96)):
        sentence = sentences.sentence(TODAY, kpis(value(mean, low, high)), LADDER, subject="It")
        assert sentence.startswith("Whether it carries 3.5 flights a day is undecided: ")
        assert "imports on time (the interval includes 95 %; about " in sentence
    late_exports = kpis(value(0.998, 0.995, 0.999)) | {"export_on_time_share": value(0.968, 0.193, 1.0, n=2)}
    sentence = sentences.sentence(TODAY, late_exports, LADDER, subject="It")
    assert "is undecided" in sentence and "Undecided: exports on time" in sentence


def test_what_was_asked_is_said_and_not_the_name_of_the_demand():
    """`cargohub run demand.flights_per_day=5` asks for five flights a day, which nobody has today."""
    asked = replace(TODAY, traffic="5 flights a day", flights_per_day=5.0, parcels_per_day=575_000)
    assert sentences.sentence(asked, kpis(value(0.998, 0.995, 0.999)), {}, subject="It").startswith(
        "It carries 5 flights a day: "
    )


def test_disruptions_that_are_on_are_named_with_the_traffic():
    foggy = replace(TODAY, disruptions="a closed runway (fog) and 1.4 times the usual flights for 21 days (peak)")
    assert sentences.sentence(foggy, kpis(value(0.998, 0.995, 0.999)), {}, subject="It").startswith(
        "It carries 3.5 flights a day, with a closed runway (fog) and 1.4 times the usual flights for 21 days (peak): "
    )


def test_another_arrival_model_has_the_same_verdict_by_the_same_rule():
    poisson = replace(TODAY, scenario="p", arrivals="poisson", title="30,000 m², Poisson arrivals")
    values = {"a": kpis(value(0.998, 0.995, 0.999)), "p": kpis(value(0.42, 0.0, 1.0))}
    (sentence,) = sentences.sensitivity([TODAY, poisson], values)
    assert sentence.startswith("Under Poisson arrivals 30,000 m² may or may not carry 3.5 flights a day: 42.0 % of")
    surely_late = sentences.sentence(TODAY, kpis(value(0.42, 0.0, 0.8)), LADDER, subject="It")
    assert surely_late.startswith("It does not carry 3.5 flights a day: 42.0 %")


def test_exports_in_time_where_imports_are_late_are_explained():
    def of(imports, exports, per_day=300_000.0):
        return kpis(value(imports)) | {"export_on_time_share": value(exports), "exports_per_day": value(per_day)}

    (line,) = sentences.exports_apart([PERMIT, TODAY], {"b": of(0.0, 1.0), "a": of(0.95, 1.0)})
    assert line.startswith(
        "30,000 m², 3.5 flights a day: 100 % of exports are on time, but only 0 % of imports. Exports do"
    )
    assert [*sentences.exports_apart([PERMIT], {"b": of(0.0, 1.0, per_day=0.0)})] == []


def test_the_chart_of_stages_shows_the_mean_dwell_of_the_text_beside_its_bars(one):
    window = Window(1440.0, 3 * 1440.0, MONDAY)
    point = replace(TODAY, scenario="today")
    values = {"today": kpis(value(0.0), value(113.8, unit="h"))}
    (bars,) = dwell_figure.prepare(one.tables, panels((point,)), window, values)
    assert bars.dwell_h.tolist() == [113.8] and 0 < bars.hours.sum() < 100
    axes = dwell_figure.figure((bars,)).axes[0]
    assert any("mean dwell 113.8 h" in text.get_text() for text in axes.texts)
    assert dwell_figure.DWELL in axes.get_legend_handles_labels()[1]
    stages, out_ulds = one.tables["stages"], one.tables["out_ulds"]
    broken_down = stages[stages["stage"] == "breakdown"]
    onward = broken_down.assign(stage="build_up_of_imports", minute=59)
    # Of four ULDs of imports one is built before the measured days, and one has not left; a fifth is of exports.
    built = pd.DataFrame(
        {"scenario": "today", "route": [0, 0, 0, 0, -1], "n_parcels": broken_down["n_parcels"].sum() / 2,
         "built": [1440.0, 1500.0, 1439.0, 1500.0, 1500.0], "departed": [1500.0, 1620.0, 1500.0, np.nan, 1620.0]}
    )  # fmt: skip
    more = {**one.tables, "stages": pd.concat([stages, onward]), "out_ulds": pd.concat([out_ulds, built])}
    (flown,) = dwell_figure.prepare(more, panels((point,)), window, values)
    assert flown.stages == (*bars.stages, "build_up_of_imports", "built")
    assert flown.hours[0, -2:] == pytest.approx([59.5 / 60, (1 + 2) / 2])
    long = replace(point, site="30,000 m² in 2 halls, 6 flights a day in the file flights")
    (named,) = dwell_figure.prepare(more, panels((long,)), window, values)
    assert named.names == ("30,000 m² in 2 halls, 6 flights a day in the\nfile flights",), "bars and texts have room"
    of_exports = onward.assign(stage="export_lane", minute=LONGEST_MIN)
    for longest, has_longer in ((of_exports, False), (onward.assign(minute=LONGEST_MIN), True)):
        tables = {**more, "stages": pd.concat([stages, longest])}
        (bars,) = dwell_figure.prepare(tables, panels((point,)), window, values)
        texts = [text.get_text() for text in dwell_figure.figure((bars,)).axes[0].texts]
        assert any("stages at least" in text for text in texts) is has_longer


def test_the_bottleneck_is_the_lowest_rung_however_busy_others_are():
    ladder = {"packout_posts": Rung(380_000.0), "machines": Rung(612_000.0)}
    sentence = sentences.sentence(TODAY, kpis(value(0.5), machines=0.99), ladder, subject="It")
    bottleneck = "Bottleneck by the ladder: pack-out posts. If staffed round the clock, it can handle "
    assert f"{bottleneck}380,000 imports a day; 402,000 are expected." in sentence


def test_a_ladder_above_the_demand_says_so_where_parcels_are_late():
    sentence = sentences.sentence(TODAY, kpis(value(0.5, 0.4, 0.6)), LADDER, subject="It")
    assert sentence.endswith(
        "402,000 are expected. If staffed round the clock, each resource alone could handle the mean arrivals."
    )
    peak = sentences.sentence(replace(TODAY, disruptions="a peak"), kpis(value(0.5, 0.4, 0.6)), LADDER, subject="It")
    assert "402,000 are expected on the mean measured day. If staffed" in peak
    several = sentences.sentence(replace(TODAY, n_halls=2), kpis(value(0.5, 0.4, 0.6)), LADDER, subject="It")
    assert several.endswith("each resource alone, of all halls together, could handle the mean arrivals.")
    assert "Bottleneck" not in sentences.sentence(TODAY, kpis(value(0.5, 0.4, 0.6)), {}, subject="It")


def test_a_ladder_above_the_demand_names_the_people_for_whom_work_waits():
    hours = {"breakdown": 24.0, "tugs": 13.0, "docks": 10.0, "induction": 40.0, "packout": 23.0}
    waits = {f"understaffed_h_per_day_{role}": value(hour, unit="h/d") for role, hour in hours.items()}
    late, sentence = (
        kpis(value(0.5, 0.4, 0.6)) | waits,
        "Work waits for people: break-down 24.0 h a day, pack-out 23.0 h a day, induction 13.3 h",
    )
    tailored = replace(TODAY, roster="follows_work", n_machines=3)
    text = sentences.sentence(tailored, late, LADDER, subject="It")
    assert f"mean arrivals. {sentence} a day at each machine. The word roster=round_the_clock" in text
    (one,) = design_verdicts([tailored], {tailored.label: late}, {tailored.label: LADDER})
    assert one.details.endswith(f"{sentence} a day at each machine.")
    maybe = kpis(value(0.94, 0.9, 0.97)) | waits
    (one,) = design_verdicts([tailored], {tailored.label: maybe}, {tailored.label: LADDER})
    assert one.word == "undecided" and one.details.endswith(f"{sentence} a day at each machine.")
    assert sentence in sentences.sentence(tailored, maybe, LADDER, subject="It")
    by_stays = sentences.sentence(tailored, late, LADDER | {"floor": Rung(338_000.0)}, subject="It")
    assert "floor. With the stays measured, it can handle 338,000 imports a day; 402,000 are expected. If" in by_stays
    assert f"clock, each resource except lanes' floor could handle the mean arrivals. {sentence}" in by_stays
    for disruptions, is_named in (
        ("absent staff (strike) and a night curfew (n)", False),
        ("a night curfew (n)", True),
    ):
        hub = replace(tailored, disruptions=disruptions)
        assert (sentence in sentences.sentence(hub, late, LADDER, subject="It")) is is_named
    text = sentences.sentence(replace(tailored, fully_manned="tugs, breakdown"), late, LADDER, subject="It")
    assert "people: pack-out 23.0 h a day, induction 13.3 h" in text, "more people for break-down could not help"
    short = {"packout_posts": Rung(TODAY.parcels_per_day - 1)}
    full = replace(tailored, fully_manned=", ".join(hours))
    for point, ladder, found in ((tailored, short, late), (full, LADDER, late),
                                 (tailored, LADDER, kpis(value(0.99, 0.98, 1.0)) | waits),
                                 (tailored, LADDER, kpis(value(0.96, 0.9, 0.99)) | waits)):  # fmt: skip
        (one,) = design_verdicts([point], {point.label: found}, {point.label: ladder})
        assert sentence not in one.details + sentences.sentence(point, found, ladder, subject="It")


def test_resources_that_could_handle_almost_the_same_are_named_together():
    ladder = {"handcoding_desks": Rung(576_000.0), "machines": Rung(576_400.0), "doors": Rung(5e6)}
    sentence = sentences.sentence(PERMIT, kpis(value(0.61, 0.55, 0.67), machines=1.0), ladder, subject="It")
    bottleneck = "Bottleneck by the ladder: hand-coding desks. If staffed round the clock, it can handle "
    assert f"{bottleneck}576,000 imports a day (sorting machines" in sentence


def test_another_arrival_model_that_changes_the_answer_is_said_with_but():
    poisson = replace(TODAY, scenario="p", arrivals="poisson")
    values = {"a": kpis(value(0.998, 0.995, 0.999)), "p": kpis(value(0.8, 0.7, 0.9))}
    (sentence,) = sentences.sensitivity([TODAY, poisson], values)
    assert sentence.startswith("But under Poisson arrivals 30,000 m² does not carry 3.5 flights a day")


def test_a_change_is_in_percentage_points():
    change = {"b": {"on_time_share": difference(0.991, 0.985, 0.997)}}
    (sentence,) = sentences.differences([TODAY, replace(PERMIT, title="b")], change, "a", {})
    assert sentence == "b: +99.1 percentage points (+98.5 to +99.7) on time."


def test_a_change_without_variance_says_so_and_what_common_random_numbers_save_is_said():
    single = {"b": {"on_time_share": difference(0.0, n=1)}}
    (sentence,) = sentences.differences([TODAY, replace(PERMIT, title="b")], single, "a", {})
    assert sentence == "b: as many parcels on time (one replication, no interval)."
    constant = {"b": {"on_time_share": difference(1.0), "dwell_mean_h": difference(-3.0)}}
    (sentence,) = sentences.differences([TODAY, replace(PERMIT, title="b")], constant, "a", {})
    same = "the same in every replication"
    assert sentence == f"b: +100.0 percentage points ({same}) on time; mean dwell changes by −3.00 h ({same})."
    bound = {"b": {"dwell_mean_h": replace(value(70.0), is_lower_bound=True)}}
    (sentence,) = sentences.differences([TODAY, replace(PERMIT, title="b")], constant, "a", bound)
    assert sentence.endswith(f"mean dwell changes by more than −3.00 h ({same}).")
    (sentence,) = sentences.differences([TODAY, replace(PERMIT, title="b")], constant, "a", {"a": bound["b"]})
    assert sentence.endswith(f"mean dwell changes by less than −3.00 h ({same}).")
    for n, is_said in ((4, False), (5, True)):  # variances of fewer are hardly known
        paired = {"b": {"on_time_share": difference(0.5, 0.4, 0.6, n=n, ratio=12.3)}}
        (sentence,) = sentences.differences([TODAY, replace(PERMIT, title="b")], paired, "a", {})
        saved = "Without common random numbers the on-time share would need about 12.3 times as many replications."
        assert sentence.endswith(saved) == is_said


def test_many_comparisons_of_few_replications_are_warned_of():
    assert "26 comparisons from 2 replications" in sentences.too_many_comparisons("holm", 26, 2)
    assert "26.1 times" in sentences.too_many_comparisons("holm", 26, 2)
    for family, comparisons, n in (("holm", 3, 20), ("none", 26, 2), ("holm", 1, 2), ("holm", 26, 1)):
        assert not sentences.too_many_comparisons(family, comparisons, n)


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0"), (1.0, "100"), (0.99996, "99.99"), (0.00001, "0.0010"), (2e-8, "0.0000020"), (0.9996, "99.96")],
)
def test_a_share_is_never_rounded_to_nothing_or_all(share, text):
    assert formatting.percent(share) == text
    assert formatting.percent(1e-9) == "0"  # smaller than one parcel in a year's


def test_a_zone_that_blocks_nobody_is_shown_above_100_with_its_interval():
    assert interval_of(value(1.0889, 1.0342, 1.1435)) == "103.4–114.3 %"
    used = mean_interval([1.07, 1.11], possible=KPIS["utilisation_customs_hold"].range)
    assert used.low < 1.07 and used.high > 1.11


def test_an_interval_of_small_numbers_does_not_read_as_certain_nought():
    small = value(0.00019, 0.00017, 0.00021, "EUR")
    assert change(small, "EUR") == "+0.00019 EUR (+0.00017 to +0.00021)"
    assert f"{amount(small)} ({interval_of(small)})" == "0.00019 EUR (0.00017–0.00021)"
    assert sentences.points_of(value(0.0, -0.00021, 0.00021)) == "0.000 percentage points (−0.021 to +0.021)"
    assert change(value(0.0, -1e-9, 1e-9, "EUR"), "EUR") == "0 EUR (0.00 to 0.00)"


def test_reports_about_liege_are_compared_with_no_gateway_and_no_express_hub():
    kpis = {"export_share": value(0.4), "opened of a million": value(9.0), "m2_per_parcel_h": value(1, 1, 1, "m2 h")}
    others = [replace(TODAY, area_m2=6_000), replace(TODAY, flights_per_day=65, area_m2=80_000)]
    others.append(replace(TODAY, is_of_liege=False))
    for point, n_rows in [(TODAY, 3), (PERMIT, 3), *((other, 1) for other in others)]:
        assert len(validation.compare([point], {point.scenario: kpis}, 14)) == n_rows


def test_validation_holds_the_hub_of_today_against_what_was_reported():
    values = {"a": {"trucks_per_day": value(56.0, 54.0, 58.0, "trucks/d"), "m2_per_parcel_h": value(1, 1, 1, "m2 h")}}
    rows = {row.quantity: row for row in validation.compare([TODAY], values, 14)}
    assert rows["Trucks a day, hub of today"].outcome == "within"
    assert "rtbf.be" in rows["Trucks a day, hub of today"].source
    assert not any("extension" in name for name in rows)
    assert len(validation.compare([TODAY, replace(TODAY, scenario="a2")], values | {"a2": values["a"]}, 7)) == 3
    short = {row.quantity: row.outcome for row in validation.compare([TODAY], values, 2)}
    # What a site is does not change from day to day.
    assert short == {"Trucks a day, hub of today": "not judged: 2 days of a week",
                     "Hall area, m² per rated parcel/h": "within"}  # fmt: skip


def test_each_reported_number_has_its_source_and_is_of_a_value_that_is_counted():
    counts = {value for name, value in vars(validation).items() if name.isupper()}
    known = {*KPIS, *counts, run_grids.OPENED, run_grids.INFRINGING}
    assert len({check.quantity for check in validation.checks()}) == len(validation.checks()) > 10
    for check in validation.checks():
        assert (
            check.value in known
            and check.grows_with in {*KPIS, ""}
            and check.source
            and check.why
            and check.divisor > 0
        )
        assert check.of in {"of_share", *validation.groups()}
        assert check.band is None or check.band[0] < check.band[1]


def test_yearly_figures_of_today_have_the_range_of_the_hubs_undisclosed_share():
    arrived = {"imported_parcels_per_day": value(402_500.0), "imports_meur_per_year": value(1_000.0)}
    values = {"a": {"parcels_per_day": value(402_500.0), **arrived}}
    rows = {row.quantity: row for row in validation.compare([TODAY], values, 14)}
    parcels = rows["Parcels a year, hub of today (million)"]
    assert parcels.predicted.endswith("; 97.8–163 at a hub's share of 30–50 % of the airport's 326 million parcels")
    assert parcels.outcome == "within"
    (goods,) = (row.predicted for quantity, row in rows.items() if quantity.startswith("Goods imported"))
    # 326 million x 0.30 or 0.50, of 147.0 million: 0.665 and 1.109.
    assert goods.endswith("; 665–1,109 at a hub's share of 30–50 % of the airport's 326 million parcels")
    few = {"a": {"parcels_per_day": value(200_000.0), **arrived}}
    rows = {row.quantity: row for row in validation.compare([TODAY], few, 14)}
    assert goods in {row.predicted for row in rows.values()}, "of the parcels that arrived"
    few = {"a": {"parcels_per_day": value(200_000.0)}}
    assert {row.outcome for row in validation.compare([TODAY], few, 14)} == {"below"}


def test_validation_counts_from_the_tables_what_no_kpi_says():
    """Of two replications of two measured days, from day 1 on: what is before them does not count."""

    def table(**columns):
        return pd.DataFrame({"scenario": "a", **columns})

    tables = {
        "flights": table(  # the last is diverted
            replication=[0] * 4 + [1] * 4,
            aldt=[1500.0, 2000.0, 4000.0, np.nan] * 2,
            aobt=[1440.0, 2300.0, 4320.0, np.nan] * 2,
        ),
        "trucks": table(departed=[1500.0, 4000.0, 100.0, np.nan], mass=[160_000_000, 160_000_000, 9, 9]),
        "out_ulds": table(departed=[1440.0, 2000.0, 4320.0], mass=[40_000_000, 40_000_000, 9]),
        "collections": table(docked=[1440.0, 3000.0, 10.0, np.nan]),
        "halls": pd.DataFrame({"scenario": "a", "replication": [0, 1]}),
    }
    kpis_ = {"a": {"trucks_per_day": value(27.0), "night_movements_per_day": value(0.6)}}
    own = validation.counted(tables, kpis_, Window(1440.0, 3 * 1440.0, MONDAY))["a"]
    assert own[validation.FLIGHTS].mean == 6 / 2 / 2
    assert own[validation.TONNES].mean == (320 + 80) / 2 / 2
    assert own[validation.TRUCKS_AN_AIRCRAFT].mean == 18
    assert own[validation.TRUCKS_BOTH_WAYS].mean == 27 + 2 / 4
    assert own[validation.NIGHT_SHARE].mean == pytest.approx(0.6 / ((6 + 4) / 2 / 2))
    by_air = {"export_share": value(0.2, 0.19, 0.21)}
    rows = {row.quantity: row for row in validation.compare([TODAY], {"a": own | by_air}, 14)}
    assert rows["Outbound trucks an aircraft, hub of today"].outcome == "within"
    assert rows["Exports, % of the goods by mass"].predicted == "20.0 (19.0–21.0)"
    assert rows["Exports, % of the goods by mass"].outcome == "within"
    assert rows["Goods of the hub of today, % of the airport's tonnage"].predicted == "3.20"
    assert rows["Movements at night, % (23:00–06:00)"].outcome == "reported only"
    after = {row.quantity: row for row in validation.compare([replace(PERMIT, area_m2=66_000)], {"b": own}, 14)}
    assert after["Trucks a day both ways, after the extension"].predicted == "27.5"
    # Without exports nothing is said of them.
    nothing = {name: table[:0] for name, table in tables.items() if name not in {"flights", "halls"}}
    own = validation.counted({**tables, **nothing}, kpis_, Window(1440.0, 4320.0, MONDAY))["a"]
    assert validation.TRUCKS_BOTH_WAYS not in own
    rows = validation.compare([TODAY], {"a": own | {"export_share": value(0.0)}}, 14)
    assert not any("Exports" in row.quantity for row in rows)


# --- a page of a real, small run ---


def run_of(designs, n):
    """A stored run of tiny designs: name, demand, arrivals, configuration."""
    parts, rows, means, changes, area, kpis = {}, [], {}, {}, [], []
    for order, (label, demand, arrivals, hub) in enumerate(designs):
        results = [sim.simulate(hub, replication) for replication in range(n)]
        for result in results:
            kpis += [(label, result.replication, kpi, value) for kpi, value in result.kpis.items()]
            for name, table in result.tables.items():
                frame = pd.DataFrame(table)
                frame.insert(0, "scenario", label)
                frame.insert(1, "replication", result.replication)
                parts.setdefault(name, []).append(frame)
        parcels = hub.demand.flights_per_day * hub.mean_parcels_per_flight
        n_machines = sum(hall.sorting_machines for hall in hub.halls.values())
        rows.append(DesignRow(label, order, label, str(hub.start_date), "", hub.roster.name, demand, arrivals,
                              hub.demand.flights_per_day, parcels, *3 * [np.nan], hub.area_m2, n_machines,
                              len(hub.halls), hub.service_h, hub.exports.service_h, "stable", np.nan, "flexible",
                              *(packout_rung(hub, rule) for rule in PackoutRule), "", "", "", "", True))  # fmt: skip
        means[label] = {}
        for kpi in results[0].kpis:
            found = [result.kpis[kpi] for result in results]
            mean, spread = np.mean(found), np.std(found, ddof=1) if n > 1 else None
            bounds = (mean - spread, mean + spread) if n > 1 else (None, None)
            means[label][kpi] = within_possible(kpi, value(mean, *bounds, KPIS[kpi].unit, n))
        if order:
            changes[label] = {
                kpi: difference(0.1, 0.05, 0.15, unit=KPIS[kpi].unit, n=n, p=0.02) for kpi in means[label]
            }
        area.append((label, "main", "sorting", 9000.0, 30_000.0, 30_000.0, "rated parcels/h", 0.0))
    tables = {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()} | {
        "kpis": pd.DataFrame(kpis, columns=["scenario", "replication", "kpi", "value"]),
        "area": pd.DataFrame(area, columns=["scenario", "hall", "zone", "area_m2", "n_units", "n_fit", "unit",
                                            "spare_m2"]),
    }  # fmt: skip
    ladders = {row.label: {"machines": Rung(612_000.0)} for row in rows}
    window = Window.of(designs[0][3])
    return Run(tables, named_designs(rows, {}), means, changes, ladders, {}, window, "none", "cargohub run", n)


def small(*overrides, flights_per_day=1):
    return load(
        "liege_30k", "demand.parcels_per_flight=400", "demand.net_t_per_flight=0.32", "service_h=6", *overrides,
        f"demand.flights_per_day={flights_per_day}", "exports.service_h=24", horizon_days=1, warmup_days=1,
    )  # fmt: skip


@pytest.fixture(scope="module")
def one():
    return run_of([("today", "today", "timetable", small("halls.main.packout_posts=0"))], 1)


@pytest.fixture(scope="module")
def several():
    poisson = small("arrivals=poisson")
    permit = small(flights_per_day=3)
    return run_of(
        [
            ("a", "today", "timetable", small()),
            ("b", "permit", "timetable", permit),
            ("c", "today", "poisson", poisson),
        ],
        2,
    )


def written(run, folder):
    page = page_of(run, title="A <hub>", config_yaml="", seed=1, notes=[])
    write_page(folder, files_of(page, run.command))
    return (folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(several, tmp_path_factory):
    """The page of several designs, and its folder; only for tests that are `drawn`."""
    folder = tmp_path_factory.mktemp("page")
    return written(several, folder), folder


@pytest.fixture(scope="module")
def page_of_one(one, tmp_path_factory):
    """That of one design and one replication."""
    folder = tmp_path_factory.mktemp("page")
    return written(one, folder), folder


class Addresses(HTMLParser):
    """What a browser would ask for."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found += [found for name, found in attrs if name in {"src", "href", "srcset", "data", "action", "poster"}]


@pytest.mark.drawn(pages=True)
def test_the_page_is_one_file_that_asks_for_nothing_from_outside(page):
    text, _ = page
    assert all(address.startswith("data:") for address in Addresses(text).found)
    assert not re.search(r"url\((?!#)|@import|<script[^>]|https?://", text)
    assert text.count("<svg") > 5
    assert "A &lt;hub&gt;" in text


@pytest.mark.drawn(pages=True)
def test_the_page_has_every_part(page):
    text, folder = page
    order = ["At a glance", "Pictures", "In sentences", "How sure they are", "Numbers", "What the numbers mean"]
    assert sorted(order, key=lambda heading: text.index(f"<h2>{heading}</h2>")) == order
    assert text.index('class="answer"') < text.index("<h2>At a glance")
    assert "<g><title>Sorting machines" in text and 'class="sheet"' in text
    for heading in ("What the numbers mean", "How sure they are", "Pictures", "Numbers", "Validation", "Area budget"):
        assert f"<h2>{heading}</h2>" in text
    names = {file.stem for file in (folder / "figures").iterdir()}
    assert names == {
        "leaving", "ladder", "utilisation", "utilisation_more", "dwell", "occupancy", "week", "demand", "arrivals",
        "spread",
    }  # fmt: skip
    assert ">nan" not in text and " nan" not in text
    assert "parcels a day]" in text.replace("\u00a0", " ")
    assert not re.search(r"\b(parcels|trucks|flights|ULDs|h|EUR)/d\b", text)
    assert re.search(r"How sure they are</h2>\s*<ul>\s*<li>Warning: replications: 2 are few", text), "also on the sheet"


def test_a_sheet_names_the_design_from_which_it_counts_changes(several):
    facts = page_of(several, title="", config_yaml="", seed=1, notes=[]).brief.facts
    assert facts["Changes"][0] == "Compared with A." and facts["Changes"][1].startswith("B: ")
    assert facts["How sure"][0].startswith("Warning: replications: 2 are few")


@pytest.mark.drawn(pages=True)
def test_a_picture_of_the_first_designs_alone_says_so_and_its_low_panel_holds_its_label(several, monkeypatch):
    monkeypatch.setattr(ladder_figure, "MOST_LADDERS", 1)
    monkeypatch.setattr(run_brief, "MOST_DESIGNS", 1)
    other = replace(several, ladders=several.ladders | {several.main[1].label: {"doors": Rung(5e5)}})
    with style.look():
        (ladder,) = (picture.says for picture in pictures._capacity(other) if picture.name == "ladder")
        leaving, _, dwell = run_brief.brief_of(other, [], []).pictures
        assert ladder.endswith("The first 1 ladders.")
        assert [leaving.heading, dwell.heading] == [
            "How soon parcels leave: the first 1 designs", "Dwell by stage: the first 1 designs"
        ]  # fmt: skip
        leaving.figure.set_size_inches(7.0, 2.2)
        leaving.figure.draw_without_rendering()
        label = leaving.figure.axes[0].yaxis.label.get_window_extent()
        assert label.y0 >= 0 and label.y1 <= leaving.figure.bbox.y1


def test_exports_of_which_none_have_left_are_in_the_model_and_those_of_exports_none_are_not(one):
    ((label, kpis),) = one.kpis.items()
    with_exports = kpis | {"exports_per_day": value(0.0, unit="parcels/d")}
    without = {name: found for name, found in kpis.items() if name != "exports_per_day"}
    of = [" ".join(_reasons(replace(one, kpis={label: found}))) for found in (with_exports, without)]
    assert ["in this run exports (their floor is set aside)" in text for text in of] == [False, True]


def test_a_headline_kpi_that_no_design_has_is_no_column(one):
    ((label, kpis),) = one.kpis.items()
    without = {name: found for name, found in kpis.items() if name != "export_on_time_share"}
    grids = [headline_grid(replace(one, kpis={label: found}), [("", "")]) for found in (kpis, without)]
    assert ["Exports on time" in grid.header for grid in grids] == [True, False]
    assert all(len(row) == len(grid.header) and "–" not in row for grid in grids for row in grid.rows)


@pytest.mark.drawn(pages=True)
def test_one_point_and_one_replication_make_a_page(page_of_one):
    text, _ = page_of_one
    assert "One replication: no interval can be given" in text
    assert "Verdict and headline KPIs, of one replication" in text
    assert "When flights come" not in text
    assert "The busiest day, as it was worked" in text
    assert ">nan" not in text and " nan" not in text


def test_the_page_says_how_differences_are_taken_together(several, tmp_path):
    together = written(replace(several, family="holm"), tmp_path / "a")
    assert together.count("confidence (Bonferroni)") == 2
    assert "p\u00a00.020" in together and "with 95\u00a0% intervals</caption>" in together
    alone = written(replace(several, n=FEWEST_REPLICATIONS), tmp_path / "b")
    assert "(Bonferroni)" not in alone and "holds alone" in alone and "are few" not in alone


@pytest.mark.drawn(pages=True)
def test_the_same_tables_give_the_same_bytes_and_drawing_leaves_no_settings_behind(request, page_of_one, one, tmp_path):
    pages = [(page_of_one, one)]
    if request.config.getoption("--slow"):
        pages.append(tuple(map(request.getfixturevalue, ("page", "several"))))
    for (text, folder), run in pages:
        assert written(run, tmp_path) == text
        for file in (folder / "figures").iterdir():
            assert file.read_bytes() == (tmp_path / "figures" / file.name).read_bytes()
    assert dict(mpl.rcParams) == SETTINGS


def test_the_fullest_chute_is_named_with_its_posts_and_its_instant():
    rows = [("a", 0, 0, 700, 2, 3, "PL", 3, 3 * 1440 + 872.5), ("a", 1, 1, 812, 3, 1, "FR", 1, 1440 + 61.0),
            ("b", 0, 0, 0, -1, -1, "", 0, float("nan"))]  # fmt: skip
    names = ["scenario", "replication", "hall", "fullest_parcels", "machine", "route", "route_name", "posts_of_chute",
             "fullest_at"]  # fmt: skip
    packout = pd.DataFrame(rows, columns=names)
    halls = pd.DataFrame({"scenario": ["a", "a", "b"], "hall": [0, 1, 0], "name": ["main", "east", "main"]})
    window = Window(1440.0, 8 * 1440.0, MONDAY)
    (sentence,) = run_grids.fullest_chutes(packout, halls, (TODAY, PERMIT), window)
    assert sentence == (
        "30,000 m², 3.5 flights a day: the longest chute queue was that of FR at machine 4 of hall east, with 1 "
        "post: 812 parcels waiting or being packed, on Tue 06 Sep 01:01, the highest of all replications."
    )


def test_a_disrupted_run_says_what_happened():
    rows = [("a", n, "fog", "runway_closed", 4 * 1440 + 240.0, 4 * 1440 + 600.0, False) for n in (0, 1)]
    rows += [("a", 0, "nights", "night_curfew", 1380.0, 1800.0, False)]
    rows += [("a", n, "tugs", "breakdowns", 50.0, 60.0, True) for n in (0, 0, 1)]
    names = ["scenario", "replication", "name", "kind", "start", "end", "is_drawn"]
    window = Window(1440.0, 8 * 1440.0, MONDAY)
    values = {"a": {"on_time_share": value(0.9, n=2)}}
    (sentence,) = disruption_text.sentences(pd.DataFrame(rows, columns=names), (TODAY, PERMIT), values, window)
    assert sentence == (
        "30,000 m², 3.5 flights a day was disrupted: the runway was closed (fog) from Fri 09 Sep 04:00 for 6 h; a night"
        " curfew; breakdowns at random (tugs: 1.5 a replication)."
    )
    assert not [*disruption_text.sentences(pd.DataFrame(columns=names), (TODAY,), values, window)]


def test_what_is_drawn_at_random_is_shaded_in_the_first_replication_which_alone_is_drawn():
    time = 1440.0 * 7 + 60 * np.arange(1.0, 25)
    occupancy = pd.concat(
        pd.DataFrame({"scenario": "a", "replication": n, "zone": zone, "time": time, "inside": 1000 * (n + 1)})
        for n in (0, 1) for zone in recovery_figure.ZONES
    )  # fmt: skip

    def happened(*rows):
        return pd.DataFrame(rows, columns=["scenario", "replication", "kind", "start", "end", "is_drawn"])

    fog, night = [("a", n, "runway_closed", 10100.0, 10200.0, False) for n in (0, 1)], "night_curfew"
    window, values = (
        Window(7 * 1440.0, 8 * 1440.0, MONDAY),
        {"a": {"recovery_h": value(3.0, unit="h"), "recovery_90_h": value(2.0, unit="h")}},
    )
    (given,) = recovery_figure.prepare(occupancy, happened(*fog), (TODAY,), values, window)
    assert (
        [what for what, *_ in given.spells] == ["disruption"]
        and "recovery 3" in given.title
        and "gone after 2" in given.title
    )
    long = replace(TODAY, title=f"{TODAY.title}, with {'many a disruption ' * 5}")
    (given,) = recovery_figure.prepare(occupancy, happened(*fog), (long,), values, window)
    assert len(given.title) > 110 >= max(map(len, given.title.splitlines()))
    assert set(given.disturbed) == {1.5}  # thousand parcels, the mean
    drawn = [("a", 1, "breakdowns", 10500.0, 10600.0, True), ("a", 0, "breakdowns", 11000.0, 11100.0, True)]
    nights = [("a", n, night, 9900.0, 10300.0, False) for n in (0, 1)]
    (own,) = recovery_figure.prepare(occupancy, happened(*drawn, *nights), (TODAY,), values, window)
    assert set(own.disturbed) == {1.0}
    assert own.spells == (
        ("drawn at random", 11000 / 1440, 11100 / 1440), ("night curfew", (7 * 1440 + 60) / 1440, 10300 / 1440),
    )  # fmt: skip
    assert "recovery" not in own.title and "first replication" in own.title


def test_titles_tell_designs_apart():
    today = {field.name: getattr(TODAY, field.name) for field in fields(DesignRow)}
    rows = [
        DesignRow(**today | {"scenario": "a", "order": 0}),
        DesignRow(**today | {"scenario": "b", "order": 1, "demand": "permit", "flights_per_day": 11.0}),
        DesignRow(**today | {"scenario": "c", "order": 2, "arrivals": "poisson", "n_machines": 3}),
    ]
    assert _titles(rows) == [
        "30,000 m² with 2 machines, 3.5 flights a day",
        "30,000 m² with 2 machines, 11 flights a day",
        "30,000 m² with 3 machines, 3.5 flights a day, Poisson arrivals",
    ]
    assert len({*_titles([*rows, *rows])}) == 3
    rows = [replace(row, roster="round_the_clock" if row.n_machines == 3 else "follows_work") for row in rows]
    assert _titles(rows)[2].endswith("a day, roster: round the clock, Poisson arrivals")


def _titles(rows):
    return [design.title for design in named_designs(rows, {})]


def test_many_traffics_share_one_panel():
    points = tuple(replace(TODAY, scenario=str(n), traffic=f"{n} flights a day", title=f"t{n}") for n in range(5))
    (panel,) = panels(points)
    assert panel.names == ("t0", "t1", "t2", "t3", "t4")


def test_a_bound_below_zero_is_cut_where_nothing_negative_can_be():
    found = {kpi: within_possible(kpi, value(2.0, -3.0, 7.0)) for kpi in ("dwell_mean_h", "backlog_slope_per_day")}
    assert (found["dwell_mean_h"].low, found["backlog_slope_per_day"].low) == (0.0, -3.0)


def test_how_full_zones_are_is_their_share_of_the_limit():
    times, n = [30.0, 60.0, 90.0, 120.0], 4
    occupancy = pd.concat(
        [
            pd.DataFrame({"scenario": scenario, "replication": 0, "zone": zone, "time": times, "inside": inside,
                          "limit": limit, "unit": "ULDs"})
            for scenario, zone, inside, limit in (
                ("a", "empty_ulds", [0, 5, 10, 30], 20), ("b", "empty_ulds", [0] * n, 0), ("b", "backlog", [9] * n, -1),
                ("b", "build_up", [4] * n, 4), ("b", "dock_doors @ main", [0, 1, 1, 1], 1),
                ("b", "dock_doors @ second", [0] * n, 1), ("b", "dock_doors", [0, 1, 1, 1], 2),
            )
        ]
    )  # fmt: skip
    grid = run_grids.fullness_grid(occupancy, (TODAY, PERMIT), Window(30, 120, MONDAY))
    assert grid.rows == (
        ("Outbound dock doors", "ULDs", PERMIT.title, "2", "50.0 %", "50.0 %"),
        ("Outbound dock doors, main", "ULDs", PERMIT.title, "1", "100 %", "100 %"),
        ("Outbound dock doors, second", "ULDs", PERMIT.title, "1", "0 %", "0 %"),
        ("Build-up places", "ULDs", PERMIT.title, "4", "100 %", "100 %"),
        ("Empty ULDs", "ULDs", TODAY.title, "20", "75.0 %", "150.0 %"),
    )


def test_what_only_exports_and_controls_use_has_a_picture_of_its_own_where_they_are():
    def of(**used):
        return {TODAY.label: {name: value(share) for name, share in used.items()}}

    imports = of(utilisation_machines=0.8, utilisation_customs_desks=0.1, utilisation_customs_hold=0.1)
    assert utilisation_figure.prepare_more((TODAY,), imports) is None
    exports = utilisation_figure.prepare_more(
        (TODAY,), of(utilisation_screening_lines=0.5, utilisation_doors_in=0.004, build_up_wait_h_per_day=2)
    )
    assert exports.used.text[0][:3] == ("<1", "50", "–"), "0 would read as never"
    assert exports.used.columns[:2] == ("Inbound dock doors", "Screening lines")
    assert "Store of empty ULDs" in exports.used.columns and "Transit desks" not in exports.used.columns
    assert exports.used.text[0][1] == "50"
    build_up = exports.blocked.columns.index("ULDs for build-up")
    assert exports.blocked.text[0][build_up] == "2" and exports.blocked.shade[0][build_up] == 1.0
    controls = utilisation_figure.prepare_more((TODAY,), of(utilisation_transit_desks=0.5))
    assert "Transit desks" in controls.used.columns and "Screening lines" not in controls.used.columns
    minutes = of(utilisation_transit_desks=0.5, understaffed_h_per_day_transit=0.2)
    waits = utilisation_figure.prepare_more((TODAY,), minutes).blocked
    at = waits.columns.index("Parcels for transit desks")
    assert waits.text[0][at] == "<1" and waits.shade[0][at] == 0.0, "a dark one would look like the worst wait"


def test_hours_of_waiting_have_one_scale_of_colours_in_both_pictures():
    hours = {"utilisation_screening_lines": 0.5, "station_blocked_h_per_day": 48.0, "build_up_wait_h_per_day": 8.0}
    values = {TODAY.label: {name: value(hour) for name, hour in hours.items()}}
    first, more = utilisation_figure.prepare((TODAY,), values), utilisation_figure.prepare_more((TODAY,), values)
    assert first.blocked.shade.max() == 1.0 and 0.4 < more.blocked.shade.max() < 0.7
    assert first.blocked.title == more.blocked.title == "Blocked or waiting, hours a day (darkest: 48 h)"


def test_what_nobody_waits_for_is_never_the_bottleneck():
    ladder = {"customs_hold": Rung(100.0), "empty_ulds": Rung(200.0), "transit_desks": Rung(300_000.0)}
    assert bottleneck.by_ladder(ladder) == "transit_desks"
    (drawn,) = ladder_figure.prepare({"a": ladder}, (TODAY,))
    assert [rung.name for rung in drawn.rungs] == ["Transit desks"]


def test_the_picture_of_the_ladder_has_the_bottleneck_of_every_sentence_on_top():
    """Rooms fill with how long goods stay, so that two demands on one site may have different bottlenecks."""
    ladders = {"a": LADDER | {"floor": Rung(7e5)}, "b": LADDER | {"floor": Rung(5e5)}}
    titled = replace(PERMIT, title="30,000 m², 11 flights a day")
    first, second = ladder_figure.prepare(ladders, (TODAY, titled))
    assert (first.title, first.rungs[0].name) == ("30,000 m², 3.5 flights a day", "Sorting machines")
    assert (second.title, second.rungs[0].name) == ("30,000 m², 11 flights a day", "Lanes' floor")
    assert [first.demands[0][2], second.demands[0][2]] == ["-", "--"], "one legend for all ladders"
    _, rows, _ = results_book._ladder((TODAY, titled), {"a": LADDER, "b": ladders["b"]})
    assert [row[1:] for row in rows if row[0] == "Lanes' floor"] == [[None, 5e5]], "of the second design alone"


def test_a_resource_that_few_parcels_need_is_shown_and_named_but_is_not_the_bottleneck() -> None:
    """Hand-coding desks that could handle too few leave 2 % of the parcels late, until their backlog grows."""
    desks = {"handcoding_desks": Rung(390_000.0, 0.02)}
    sentence = sentences.sentence(TODAY, kpis(value(0.5, 0.4, 0.6)), LADDER | desks, subject="It")
    assert "ladder: sorting machines. If staffed round the clock, it can handle 612,000 imports a day; 402," in sentence
    assert "Hand-coding desks can handle 390,000, but only 2 % of the parcels need them: they limit the hub" in sentence
    assert bottleneck.in_short(LADDER | desks).startswith("sorting machines (hand-coding desks can handle fewer, but")
    assert "each resource except hand-coding desks could handle the mean arrivals" in sentence
    (drawn,) = ladder_figure.prepare({"a": LADDER | desks}, (TODAY,))
    assert [(bar.name, bar.text, bar.is_short, bar.is_bottleneck) for bar in drawn.rungs[:2]] == [
        ("Hand-coding desks *", "0.39 * limits from 0.78", True, False),
        ("Sorting machines", "0.61 – bottleneck", False, True),
    ]
    desks = {"handcoding_desks": Rung(200_000.0, 0.02)}  # half of them wait for ever: 1 % of the demand a day
    sentence = sentences.sentence(TODAY, kpis(value(0.96, 0.955, 0.965)), LADDER | desks, subject="It")
    assert (
        "ladder: hand-coding desks. If staffed round the clock, it can handle 200,000 imports a day; 402," in sentence
    )


def test_of_many_demands_a_ladder_shows_the_largest_beside_the_rungs_that_fall_short_of_them():
    points = [replace(TODAY, scenario=str(n), traffic=str(n), parcels_per_day=1.1e5 * n) for n in (6, 1, 2, 5, 3, 4)]
    (drawn,) = ladder_figure.prepare({point.label: LADDER for point in points}, points)
    assert [(name, value) for name, value, _ in drawn.demands] == [
        (f"imports expected, {n}", pytest.approx(0.11 * n)) for n in (6, 5, 3, 4)
    ]
    machines, doors = drawn.rungs
    assert (machines.rate, machines.text, machines.is_short) == (0.612, "0.61 – bottleneck", True)
    assert (doors.rate, doors.text, doors.is_short) == (5.0, "5.00", False), "no bar is cut"
    peak = replace(TODAY, parcels_per_day=6e5, disruptions="1.5 times the usual flights (peak)")
    (both,) = ladder_figure.prepare({"a": LADDER}, (TODAY, peak))
    (usual, *_), (name, parcels, _) = both.demands
    assert usual == "imports expected, 3.5 flights a day"
    assert (name, parcels) == (f"{usual}, with 1.5 times the usual flights (peak)", 0.6)
    enough = replace(TODAY, parcels_per_day=612_000.0)
    (alone,) = ladder_figure.prepare({"a": {"machines": Rung(612_000.0)}}, (enough,))
    assert not alone.rungs[0].is_short, "as many as arrive are enough"
    (small,) = ladder_figure.prepare({"a": {"machines": Rung(19_480.0)}}, (replace(TODAY, parcels_per_day=12_000.0),))
    assert (small.rungs[0].text, small.scale, alone.scale) == ("19.5 – bottleneck", "thousand ", "million ")
    few = {"apron_stands": Rung(54.0), "loader_sets": Rung(65.0), "machines": Rung(549_400.0)}
    (tiny,) = ladder_figure.prepare({"a": few}, (replace(TODAY, parcels_per_day=2.0),))
    assert ([bar.rate for bar in tiny.rungs], tiny.scale) == ([54, 65, 549_400], ""), "not 0.1 and 0.1 thousand"


def test_a_replication_without_a_flight_counts_in_the_means_of_customs_and_of_flights():
    of = {"scenario": ["a"], "replication": 0}
    flights = pd.DataFrame({**of, "number": 0, "is_cohort": True, "aldt": 5.0, "aobt": 9.0})
    customs = pd.DataFrame({**of, "flight": 0, **dict.fromkeys(rows_of("customs_counts"), 8)})
    halls, window = pd.DataFrame({"scenario": "a", "replication": [0, 1]}), Window(0, 1440, MONDAY)
    counts = dict(run_grids.customs_counts(customs, flights, halls, (TODAY,), window))
    assert counts["Low-value declarations (H7)"] == ["4.00"]
    none = pd.DataFrame({name: ["a"][:0] for name in ("scenario", "departed", "docked", "mass")})
    tables = {"flights": flights, "halls": halls} | dict.fromkeys(("trucks", "out_ulds", "collections"), none)
    assert validation.counted(tables, {}, window)["a"][validation.FLIGHTS].mean == 0.5


def test_reported_figures_of_controls_are_those_of_the_cohort():
    flights = pd.DataFrame({"scenario": "a", "replication": 0, "number": [0, 1], "is_cohort": [False, True]})
    opened = {"n_h7": [900, 900], "n_h6": [0, 0], "n_h1": [100, 100], "n_opened": [9, 2], "n_false_alarms": [9, 1]}
    found = run_grids.reported(flights[["scenario", "replication"]].assign(flight=[0, 1], **opened), flights)["a"]
    assert (found[run_grids.OPENED].mean, found[run_grids.INFRINGING].mean) == (2000, 50)


def test_a_lane_without_parcels_has_no_on_time_share():
    rows = {"scenario": TODAY.label, "order": 0, "lane": ["A", "B"], "route_name": "A", "drive_h": 1, "journey_h": 1}
    table = pd.DataFrame({**rows, "n_in_time": [9, 0], "n_parcels": [10, 0]})
    assert [row[-1] for row in run_grids.lanes_grid(table, (TODAY,)).rows] == ["90.0 %", "–"]
