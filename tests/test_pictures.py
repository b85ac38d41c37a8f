"""What pictures are drawn from: rows of a day, spreads, maps. Drawing itself computes nothing."""

import datetime as dt
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from named_designs import named_design

from experiments.money.kpis import KPIS
from experiments.report import style
from experiments.report.exposure_tables import Trade
from experiments.report.figures import (
    day_figure,
    demand_figure,
    dwell_figure,
    expansion_figures,
    exposure_figure,
    ladder_figure,
    leaving_figure,
    occupancy_figure,
    spread_figure,
    sure_figure,
    warmup_figure,
    week_figure,
)
from experiments.report.figures.sweep_map import MAPPED, draw, maps_of
from experiments.report.marks import errorbar
from experiments.report.stored_designs import Panel, Window
from experiments.statistics import Interval
from experiments.statistics.interval import Value
from experiments.statistics.warmup import mser
from sim.domain.clock import Clock
from sim.units import TICKS_PER_MIN

pytestmark = pytest.mark.drawn

DAY = Window(1440.0, 8 * 1440.0, dt.date(2022, 9, 5))
NAN = float("nan")
POINTS = tuple(named_design(label, site=label, traffic="today", title=label, parcels_per_day=400_000) for label in "ab")


def values_of(mean, low, high):
    return {point.label: {"on_time_share": Value(mean, low, high, 5, "1")} for point in POINTS}


def flights(*rows):
    names = ["number", "key", "arrival", "aibt", "unloading_end", "aobt", "n_parcels", "is_cohort"]
    return pd.DataFrame(rows, columns=names)


TABLES = (
    flights(
        (0, "A", 1500.0, 1510.0, 1600.0, 1700.0, 10, True),
        (1, "B", 1550.0, 1560.0, 1650.0, 1800.0, 10, True),
        (2, "C", 1690.0, 1700.0, NAN, NAN, 10, True),
        (3, "D", 2 * 1440.0 + 30, 2 * 1440.0 + 70, NAN, NAN, 500, True),
    ),
    pd.DataFrame({"flight": [0, 0], "start": [1600.0, NAN], "end": [1660.0, NAN], "released": [1690.0, NAN]}),
    pd.DataFrame(
        {"kind": [0, 1, 0], "docked": [1400.0, 1500.0, 1510.0], "departed": [1500.0, 1560.0, NAN],
         "is_cancelled": [False, False, True]}
    ),
)  # fmt: skip


def test_the_busiest_day_is_that_of_most_parcels_not_of_most_flights():
    assert day_figure.busiest(TABLES[0], DAY) == 2
    assert day_figure.busiest(TABLES[0][TABLES[0]["key"] == "none"], DAY) == 1
    warming_up = flights((4, "E", 600.0, 610.0, 650.0, 700.0, 900, False))
    assert day_figure.busiest(pd.concat([TABLES[0], warming_up]), DAY) == 2


def test_a_day_is_that_of_the_first_replication_of_the_design():
    tables = {
        name: pd.concat([table.assign(scenario=label, replication=n) for label, n in (("a", 1), ("b", 0), ("a", 0))])
        for name, table in zip(("flights", "ulds", "trucks"), TABLES, strict=True)
    }
    assert day_figure.of_run(tables, "a", DAY) == day_figure.prepare(*TABLES, DAY, 2)
    assert day_figure.of_run(tables, "a", DAY, 1) == day_figure.prepare(*TABLES, DAY, 1)


@pytest.mark.parametrize("ahead_min", [60, -60])
def test_a_day_after_a_clock_change_is_that_of_the_clocks(ahead_min):
    """What happens at the same local times is drawn alike, whatever has passed since the first midnight."""
    window = replace(DAY, clock=Clock(((-1, 0), (600 * TICKS_PER_MIN, ahead_min * TICKS_PER_MIN))))
    instants = ["arrival", "aibt", "unloading_end", "aobt", "start", "end", "released", "docked", "departed"]
    tables = [
        table.assign(**{name: table[name] - ahead_min for name in table.columns.intersection(instants)})
        for table in TABLES
    ]
    assert day_figure.busiest(tables[0], window) == day_figure.busiest(TABLES[0], DAY)
    for day in (1, 2):
        assert day_figure.prepare(*tables, window, day) == day_figure.prepare(*TABLES, DAY, day)
    first, last = (flights((0, "A", at, at, at, at, 1, True)) for at in (DAY.low, DAY.high - 1))
    assert [day_figure.busiest(each, window) for each in (first, last)] == [1, 7], "both are of measured days"


def test_rows_of_a_day_never_hold_two_at_once_and_are_as_few_as_can_be():
    found = day_figure.prepare(*TABLES, DAY, 1)
    assert found.title == "Tue, 2022-09-06"
    stands = found.stands
    # C comes when A goes, and takes its row; C is still there when the day ends.
    assert [(bar.name, bar.row) for bar in stands.bars] == [("A", 0), ("B", 1), ("C", 0)]
    assert stands.n_rows == 2
    assert (stands.bars[2].end, stands.bars[2].held) == (24.0, 24.0)
    (station,) = found.stations.bars
    assert (station.start, station.held, station.end) == pytest.approx((160 / 60, 220 / 60, 250 / 60))
    assert station.color == stands.bars[0].color
    assert [(bar.start, bar.end) for bar in found.doors.bars] == [(0.0, 1.0), (1.0, 2.0)]
    assert [bar.color for bar in found.doors.bars] == [*style.PALETTE[:2]], "a timetabled truck, then an extra one"
    assert found.doors.n_rows == 1, "a truck that leaves empty is not shown"
    assert len({bar.color for bar in stands.bars}) == 3
    # Not hours of the clock, which differ after a clock change.
    assert day_figure.figure(found).axes[-1].get_xlabel() == "hours after midnight, Tue, 2022-09-06"


def test_a_random_day_is_packed_into_as_many_rows_as_are_in_use_at_once():
    rng = np.random.default_rng(4)
    start = rng.uniform(0, 1440, size=200)
    stays = [(s, e, e, "k", "") for s, e in zip(start, start + rng.uniform(5, 300, size=200), strict=True)]
    found = day_figure._resource("", stays, 0)
    at_once = max(sum(s <= at < e for s, e, *_ in stays) for at in start)
    assert found.n_rows == at_once
    by_row = {}
    for bar in found.bars:
        assert bar.start >= by_row.get(bar.row, 0.0)
        by_row[bar.row] = bar.end


def test_a_spread_tells_extremes_quartiles_and_the_means_interval():
    samples = {"a": [0.5, 0.9, 0.7, 0.6, 0.8], "b": [0.3, 0.1, 0.2, 0.4, 0.5]}
    values = {"a": Value(0.7, 0.5, 0.9, 5, "1"), "b": Value(0.3, 0.1, 0.5, 5, "1")}
    of_kpi = {label: {"on_time_share": value, "dwell_mean_h": value} for label, value in values.items()}
    kpis = pd.DataFrame(
        [
            row
            for label, sample in samples.items()
            for n, value in enumerate(sample)
            for row in ((label, n, "on_time_share", value), (label, n, "dwell_mean_h", NAN if n else value))
        ],
        columns=["scenario", "replication", "kpi", "value"],
    )
    points = [replace(point, title=f"{point.label}, 5 flights a day") for point in POINTS]
    (panel,) = spread_figure.prepare(kpis, points, of_kpi)  # a dwell that is not known has no panel
    assert panel.label == "Imports on time, %"
    assert panel.names == ("a, 5 flights a day", "b, 5 flights a day")
    assert panel.rows[0].quartiles == pytest.approx((60, 70, 80))
    for label, row in zip(samples, panel.rows, strict=True):
        assert row.ordered == pytest.approx([100 * value for value in sorted(samples[label])])
        mean = values[label]
        assert (row.mean.mean, *row.mean.bounds) == pytest.approx([100 * each for each in (mean.mean, *mean.bounds)])
    assert spread_figure.prepare(kpis[kpis["replication"] < 2], POINTS, of_kpi)[0].rows[0].ordered == (50, 90)
    few = kpis[kpis["replication"] < 3]
    assert spread_figure.prepare(few, POINTS, values_of(0.7, 0.5, 0.9))[0].rows[0].quartiles is None
    assert spread_figure.prepare(kpis, POINTS[:1], values_of(0.7, 0.5, 0.9)) == ()
    assert spread_figure.prepare(kpis[kpis["replication"] < 1], POINTS, values_of(0.7, 0.5, 0.9)) == ()


@pytest.mark.parametrize(
    ("n_days", "names"),
    [(3, ["Thu", "Fri", "Sat"]), (7, ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])],
)
def test_a_week_of_the_backlog_begins_on_monday_and_a_shorter_one_with_its_first_day(n_days, names):
    """Measured from Thursday on, the second day of the run; the backlog is a thousand parcels more each hour."""
    window = Window(1440.0, (1 + n_days) * 1440.0, dt.date(2022, 9, 7))
    time = 30.0 * np.arange(1, 48 * (n_days + 2) + 1)
    backlog = pd.DataFrame({"scenario": "a", "zone": "backlog", "time": time, "inside": 1000 * np.ceil(time / 60)})
    with style.look():
        (ax, _) = week_figure.figure(
            pd.concat([backlog, backlog.assign(zone="lanes", inside=1e9)]), POINTS[:1], window
        ).axes
    assert [label.get_text() for label in ax.get_yticklabels()] == names
    shown = np.asarray(ax.collections[0].get_array()).reshape(n_days, 24)
    for name, hours in zip(names, shown, strict=True):
        day = 1 + ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"].index(name)
        assert hours == pytest.approx(24 * day + np.arange(1, 25))
    tips = [patch.get_gid() for patch in ax.patches]
    assert "tooltip: Thu, from 0 to 1 h: 25,000 parcels" in tips, "not in thousands, of which a small hub has 0.00"


def test_maps_side_by_side_have_one_scale_and_darker_is_more_in_each():
    time = np.arange(1440, 2 * 1440, 60.0) + 60
    backlogs = [pd.DataFrame({"scenario": label, "zone": "backlog", "time": time, "inside": most})
                for label, most in (("a", 8000.0), ("b", 48_000.0))]  # fmt: skip
    with style.look():
        drawing = week_figure.figure(pd.concat(backlogs), POINTS, Window(1440.0, 2 * 1440.0, DAY.start_date))
        meshes = [ax.collections[0] for ax in drawing.axes[:2]]
        assert [mesh.get_clim() for mesh in meshes] == [(0.0, 48.0)] * 2
        values = [("8", "3"), ("8", "5"), ("9", "3"), ("9", "5")]
        kpis = [{name: Value(n / 10, None, None, 1, KPIS[name].unit) for name in MAPPED} for n in range(4)]
        images = []
        for of_kpi in maps_of(["stations", "flights"], values, kpis, [False] * 4):
            ax = style.new_figure(2).subplots()
            draw(ax, of_kpi)
            images += ax.images
        for drawn in (*meshes, *images):
            least, most = (sum(drawn.cmap(end)[:3]) for end in (0.0, 1.0))
            assert most < least


def test_days_are_named_where_they_begin():
    _, ax = style.panel(2.0)
    style.name_days(ax, DAY, 8, 15)
    assert ax.get_xticks().tolist() == [*range(1, 8)]
    assert {label.get_ha() for label in ax.get_xticklabels()} == {"left"}


def test_a_map_has_each_point_at_its_values_and_only_two_keys_make_one():
    values = [(x, y) for x in ("8", "10", "12") for y in ("3", "5")][:5]
    units = {name: KPIS[name].unit for name in MAPPED}
    own = [{name: Value(n / 10, None, None, 1, unit) for name, unit in units.items()} for n in range(5)]
    own[4] = {name: Value(0.4, 0.1, 0.9995, 3, unit, is_lower_bound=unit == "h") for name, unit in units.items()}
    share, dwell = maps_of(["stations", "flights"], values, own, [False, True, False, None, False])
    assert (share.x_values, share.y_values) == (("8", "10", "12"), ("3", "5"))
    assert share.mean[:, :2] == pytest.approx(np.array([[0, 20], [10, 30]]))
    assert np.isnan(share.mean[1, 2])
    assert (share.texts[1, 2], dwell.texts[0, 2]) == ("", "more than 0.40\n0.10–1.00")
    assert dwell.mean[0, 2] == pytest.approx(0.4)
    with style.look():
        ax = style.new_figure(2).subplots()
        draw(ax, share)
        assert sorted(text.get_text() for text in ax.texts) == [
            "0",
            "10.0\nunstable",
            "20.0",
            "30.0\nundecided",
            "40.0\n10.0–99.95",
        ]
    assert [*maps_of(["stations"], [("8",)], own[:1], [False])] == []


def test_a_path_has_one_colour_in_all_pictures_of_an_expansion():
    paths, years = ["at once", "stay", "phased"], [2030, 2031]
    flat, bands = dict.fromkeys(paths, np.ones(2)), dict.fromkeys(paths, np.ones((3, 2)))
    leads = (("rent", 1.0, "phased"), ("wages", -1.0, "stay"), ("trucks", 2.0, "at once"))
    turns = [(what, Interval(lead, lead - 1, lead + 1, 2), path) for what, lead, path in leads]
    with style.look():
        drawings = [
            expansion_figures.fan(years, {"base": np.ones((3, 2))}, flat),
            expansion_figures.cash(years, flat, "stay"),
            expansion_figures.service(years, {"on time": bands}, ["stay"]),
            expansion_figures.tornado(turns, 0.5, "at once", paths),
        ]
    wanted = {path: look["color"] for path, look in style.lines_of(paths).items()}
    for drawing in drawings:
        (legend,) = drawing.legends
        names = [text.get_text() for text in legend.texts]
        marks = [
            mark.get_facecolor() if hasattr(mark, "get_facecolor") else mark.get_color()
            for mark in legend.legend_handles
        ]
        assert {name: to_hex(mark).upper() for name, mark in zip(names, marks, strict=True)} == wanted


def inside(drawing, artist):
    """Whether all of it is on the figure, once that is laid out."""
    drawing.canvas = FigureCanvasAgg(drawing)
    drawing.canvas.draw()
    box = artist.get_window_extent()
    return box.x0 >= 0 and box.x1 <= drawing.bbox.width


LONG = "24,000 m² in 2 halls, 5 flights a day in the file flights (lej: complex policy lane, pack-out posts 10)"


def test_the_title_of_a_warm_up_is_not_cut():
    with style.look():
        found = mser([9.0] * 10 + [1.0, 2.0] * 30, spacing=1 / 24)
        drawing = warmup_figure.figure(found, title=LONG, what="backlog", scale=1.0, configured=1.0)
        assert inside(drawing, drawing.axes[0]._left_title)


def test_the_titles_beside_long_names_of_designs_are_not_cut():
    points = [replace(point, title=LONG) for point in POINTS]
    value = Value(15.0, 14.0, 16.0, 2, "h")
    kpis = pd.DataFrame(
        [(label, n, kpi, 15.0) for label in "ab" for n in range(2) for kpi in spread_figure.KPIS],
        columns=["scenario", "replication", "kpi", "value"],
    )
    with style.look():
        drawing = spread_figure.figure(
            spread_figure.prepare(kpis, points, dict.fromkeys("ab", dict.fromkeys(spread_figure.KPIS, value)))
        )
        assert len(drawing.axes) == 4 and all(inside(drawing, ax._left_title) for ax in drawing.axes)


def test_the_text_beside_a_bar_of_dwell_is_not_cut():
    name = LONG.replace(" (", "\n(").replace(", 5 flights a day in the file flights", "")
    with style.look():
        bars = dwell_figure.Bars("", (name,), ("lane",), np.array([[19.5]]), np.array([19.9]), (True,), (True,))
        drawing = dwell_figure.figure((bars,))
        assert all(inside(drawing, text) for text in drawing.axes[0].texts)


def test_a_bar_of_dwell_has_room_beside_all_stages():
    with style.look():
        stages = tuple(dwell_figure.STAGES)
        hours = np.ones((1, len(stages)))
        drawing = dwell_figure.figure((dwell_figure.Bars("", ("a",), stages, hours, hours[0, :1], (False,), (False,)),))
        drawing.draw_without_rendering()
        assert drawing.axes[0].bbox.height / drawing.dpi > 0.3


@pytest.mark.parametrize("n_panels", [1, 2])
def test_the_bar_of_colours_stands_beside_the_maps(n_panels):
    panel = sure_figure.Map(
        "", ("x", "y"), ((0.0, 0.0), (1.0, 1.0)), np.array([[0.2, 0.4], [0.6, 0.8]]), (0.5, 0.5), ()
    )
    with style.look():
        drawing = sure_figure.maps([panel] * n_panels)
        drawing.draw_without_rendering()
        *shown, bar = (ax.get_position() for ax in drawing.axes)
    assert len(shown) == n_panels and bar.x0 - shown[-1].x1 < 0.1


@pytest.mark.parametrize(("n_panels", "service_h"), [(1, 24.0), (2, 24.0), (3, 6.0), (3, 24.0), (3, 48.0)])
def test_hours_below_panels_side_by_side_do_not_overlap(n_panels, service_h):
    flights = pd.DataFrame({
        "scenario": ["a"], "replication": [0], "number": [0], "arrival": [0.0], "is_cohort": [True], "n_parcels": [9],
        "n_refused": [0],
    })  # fmt: skip
    loads = pd.DataFrame({"scenario": ["a"], "replication": [0], "flight": [0], "departed": [60.0], "n_parcels": [9]})
    with style.look():
        panel = Panel("", (named_design(service_h=service_h),), ("a",))
        drawing = leaving_figure.figure(flights, loads, [panel] * n_panels)
        FigureCanvasAgg(drawing).draw()
        boxes = [text.get_window_extent() for ax in drawing.axes for text in ax.get_xticklabels()]
        assert all(box.x1 + box.height / 2 < after.x0 for box, after in pairwise(boxes))
    nothing = leaving_figure.prepare(flights.assign(n_parcels=0), loads[:0], panel.points)[1]
    assert np.isnan(nothing["a"]).all(), "no curve at 0 % beside an on-time share of 100 %"


def test_a_legend_of_long_names_takes_fewer_columns_and_is_not_cut():
    with style.look():
        drawing = style.new_figure(4)
        ax = drawing.subplots()
        for at in range(9):
            ax.plot([0, 1], [at, at], label=f"30,000 m² (customs_no_prelodgement {at})")
        style.legend_below(drawing, [ax])
        (legend,) = drawing.legends
        assert len(legend.get_texts()) == 9
        assert inside(drawing, legend)
        drawing = style.new_figure(4)
        ax = drawing.subplots()
        hub = "30,000 m² in 2 halls, 6 flights a day in the file flights"
        for name in (hub, f"{hub}, with absent staff (strike) and a closed runway (snow)", "promised: 24 h"):
            ax.plot([0, 1], label=name)
        style.legend_below(drawing, [ax])
        (legend,) = drawing.legends
        assert legend.get_window_extent().width < 0.97 * drawing.bbox.width, "letters of an SVG are wider"
        assert [text.get_text().count("\n") for text in legend.get_texts()] == [0, 1, 0]


def test_the_numbers_at_axes_have_commas():
    with style.look():
        figure, ax = style.panel(3)
        ax.plot([0.0, 2.0], [-1500.0, 2_500_000.0])
        ax.set_xticks([2027, 2028], ["2027", "2028"])
        style.saved(figure, "png")
    assert [label.get_text() for label in ax.get_yticklabels()][1:4] == ["0", "500,000", "1,000,000"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["2027", "2028"]
    assert ax.yaxis.get_offset_text().get_text() == ""


def test_flights_whose_bar_is_shorter_than_their_name_have_none():
    names = ("2022-09-06-night-001", "2022-09-06-night-002", "2022W36-001", "A1")
    bars = tuple(day_figure.Bar(0, at * 4.2, at * 4.2 + 1, at * 4.2 + 2.5, "C0", name) for at, name in enumerate(names))
    stands, none = day_figure.Resource("Stands", bars, 1), day_figure.Resource("none", (), 0)
    with style.look():
        drawing = day_figure.figure(day_figure.Day("a day", stands, none, none))
        texts = drawing.axes[0].texts
        assert [text.get_text() for text in texts] == [*names[2:]]
        boxes = [text.get_window_extent().transformed(drawing.axes[0].transData.inverted()) for text in texts]
        assert all(box.width <= 2.5 for box in boxes)


def test_a_ladder_beside_another_has_its_whole_name():
    with style.look():
        rungs = (ladder_figure.Bar("Posts for sorting exports by hand *", 0.5, "0.50", False),)
        ladder = ladder_figure.Bars("30,000 m² (customs_no_prelodgement)", rungs, ())
        drawing = ladder_figure.figure((ladder, ladder))
        assert all(inside(drawing, ax._left_title) for ax in drawing.axes)
        # The A4 page and exported pictures have no caption that explains the asterisk.
        (legend,) = drawing.legends
        assert any(text.get_text().startswith("at most 5 % of the parcels need it") for text in legend.get_texts())
        assert inside(drawing, legend)


@pytest.mark.parametrize("n_beside", [1, 2])
def test_no_bar_of_a_ladder_is_cut_and_its_bottleneck_has_a_frame(n_beside):
    texts = {9.42: "9.42", 0.54: "0.54 – bottleneck", 0.53: "0.53 * limits from 1.09", 0.0: "0.00"}
    rungs = tuple(
        ladder_figure.Bar("Posts for sorting exports by hand", rate, text, rate < 0.4, "bottleneck" in text)
        for rate, text in texts.items()
    )
    ladder = ladder_figure.Bars("a hub", rungs, (("imports expected", 0.4, "-"),))
    with style.look():
        drawing = ladder_figure.figure((ladder,) * n_beside)
        drawing.draw_without_rendering()
        for ax in drawing.axes:
            low, high = ax.get_xlim()
            ends = [bar.get_x() + bar.get_width() for bar in ax.patches]
            assert ends == pytest.approx([9.42, 0.54, 0.54, 0.53, low]) and max(ends) < high
            (framed,) = (bar for bar in ax.patches if bar.get_edgecolor() == (0, 0, 0, 1))
            assert framed.get_y() == ax.patches[1].get_y()
            assert [text.get_text() for text in ax.texts] == [*texts.values()]
            assert all(inside(ax.figure, text) for text in ax.texts)


@pytest.mark.parametrize("n_weeks", [1, 3, 8])
def test_flows_of_few_weeks_are_drawn_as_large_as_all_else(n_weeks):
    weeks = tuple(f"2022W{36 + at}" for at in range(n_weeks))
    parcels = pd.DataFrame(1000.0, index=["ES", "FR"], columns=weeks)
    found = Trade(parcels, parcels, parcels, parcels)
    with style.look():
        drawing = exposure_figure.consumption_figure(found)
        assert drawing.get_figwidth() == style.WIDTH_IN
        (ax,) = drawing.axes
        assert inside(drawing, ax)
        assert (ax.get_window_extent().width < drawing.bbox.width / 2) == (n_weeks == 1)


def test_one_replication_has_no_interval_in_a_picture() -> None:
    """A bar without length would look like a narrow interval."""
    _, ax = style.panel(2)
    errorbar(ax, [Interval(2.0, 1.0, 3.0, 5), Interval(2.0, None, None, 1)], [0, 1], fmt="o", capsize=3)
    with_interval, without = ax.containers[0].lines[2][0].get_segments()
    assert np.isfinite(with_interval).all() and not np.isfinite(without).any()


@pytest.mark.parametrize(
    ("n_days", "first"), [(1, "00:00\nTue"), (7, "Tue"), (8, "Tue\n06 Sep"), (28, "Tue\n06 Sep"), (60, "Tue\n06 Sep")]
)
@pytest.mark.parametrize("columns", [1, 2, 3])
def test_days_of_more_than_a_week_have_dates_which_do_not_overlap(n_days, first, columns):
    drawing, axes = style.panels(columns, columns, 2.0)
    for ax in axes:
        ax.set_xlim(1, 1 + n_days)
        style.name_days(
            ax,
            Window(1440.0, (1 + n_days) * 1440.0, dt.date(2022, 9, 5)),
            1 + n_days,
            occupancy_figure.DATES // columns,
        )
    FigureCanvasAgg(drawing).draw()
    labels = [label for ax in axes for label in ax.get_xticklabels()]
    assert labels[0].get_text() == first
    boxes = [label.get_window_extent() for label in labels]
    assert not [pair for pair in pairwise(boxes) if pair[0].overlaps(pair[1])]


def test_people_over_the_week_show_the_measured_days_alone():
    """Of a night hub's one day, a week's axis shows a sliver."""
    curves = pd.DataFrame({"hour": np.arange(24, 48)}).assign(
        scenario="A", order=0, name="breakdown", is_role=True, unit="people",
        wanted_mean=100.0, in_use_mean=1.0, in_use_highest=2.0, there_mean=3.0,
    )  # fmt: skip
    drawn = demand_figure.figure(curves, "A")
    drawn.draw_without_rendering()
    (ax,) = drawn.axes
    assert ax.get_xlim() == (24, 48)
    assert [text.get_text() for text in ax.texts] == ["00:00\nTue", "06:00", "12:00", "18:00"]
    assert ax.get_ylim()[1] == pytest.approx(3.24), "what would be wanted if nothing waited is not drawn"
    assert ax.get_position().height > 0.3, "the layout collapses if a part of the picture has no size"


def test_the_hours_beside_bars_of_stages_do_not_meet_on_a_sheet():
    stages = tuple(dwell_figure.STAGES)[:2]
    bars = dwell_figure.Bars("", ("A", "B"), stages, np.full((2, 2), 5.0), np.full(2, 9.5), (False,) * 2, (False,) * 2)
    with style.look():
        drawn = dwell_figure.figure((bars,))
        width, height = drawn.get_size_inches()
        drawn.set_size_inches(width, 0.8 * height)  # a sheet gives a picture three quarters of its height at least
        drawn.draw_without_rendering()
        above, below = (text.get_window_extent() for text in drawn.axes[0].texts)
    assert above.y0 > below.y1 and below.y0 > drawn.axes[0].bbox.y0
