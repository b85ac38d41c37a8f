"""The verb customs: differences to the hub as configured, their ratios, a run stored, shown and computed again."""

import math
import re
from pathlib import Path

import pytest
from answers import answer
from mistakes import refused
from stored_runs import TINY

from experiments.formatting import kpi_name
from experiments.main import main
from experiments.statistics.two_sources import ratio_interval
from experiments.store.rows import plain_row
from experiments.studies.customs import result_of, sentences
from sim.measures.kpis import CUSTOMS, DECLARATIONS, Rank, names

SMALL = (*TINY, "demand.flights_per_day=1")
FEW = ("frontier.examination.values=[0,0.0002]", "~frontier.X-ray", "~frontier.documents")


def kpis(detections: float, hours: float, dwell: float) -> dict[str, float]:
    return {
        "detections_per_day": detections, "officer_h_per_day": hours, "dwell_mean_h": dwell, "parcels_per_day": 1000.0
    }  # fmt: skip


def test_differences_and_ratios_by_hand() -> None:
    base = [kpis(10, 5, 8.0), kpis(12, 6, 8.5)]
    more = [{**one, "parcels_per_day": 900.0} for one in (kpis(14, 7, 8.1), kpis(18, 9, 8.7))]
    result = result_of(base, {("examination", 0.1): more}, {"examination": ""})
    assert (result.detections.mean, result.detections.low) == (11, 0), "a number found a day is not negative"
    (setting,) = result.settings
    means = {name: interval["mean"] for name, interval in plain_row(setting, without=("control", "value", "n")).items()}
    assert means == pytest.approx({
        "detections_per_day": 5, "officer_h_per_day": 2.5, "delay_h_per_day": 150, "detections_per_officer_h": 2,
        "delay_h_per_detection": 30,
    })  # fmt: skip
    # Both replications have two detections an hour.
    assert setting.detections_per_officer_h.half_width == pytest.approx(0)


def test_nothing_more_has_no_ratio() -> None:
    base = [kpis(10, 5, 8.0), kpis(12, 6, 8.5)]
    result = result_of(base, {("X-ray", 0.0): base}, {"X-ray": ""})
    assert math.isnan(result.settings[0].detections_per_officer_h.mean)
    assert [*sentences(result)][-1] == "X-ray at 0: additional parcels found a day: 0, the same in every replication."


@pytest.mark.parametrize(("found", "is_said"), [((14, 16.1), True), ((14, 18), False), ((14,), True)])
def test_what_a_detection_costs_is_said_where_there_are_more_surely(found: tuple[float, ...], is_said: bool) -> None:
    base = [kpis(10, 5, 8.0), kpis(12, 6, 8.5)][: len(found)]
    more = [kpis(each, 7 + n, 8.1) for n, each in enumerate(found)]
    line = [*sentences(result_of(base, {("X-ray", 0.1): more}, {"X-ray": ""}))][-1]
    assert ("Each of them costs" in line, "which may be zero" in line) == (is_said, not is_said)


def test_desks_that_cannot_follow_are_told() -> None:
    base = [kpis(10, 5, 8.0), kpis(12, 6, 8.5)]
    # The desks can open 144 parcels a day, and are full at 95 % of these.
    few, many = ([{**one, "parcels_per_day": 2000.0, "examined_share": share, "staff_h_paid_per_day_customs": 48.0}
                  for one in base] for share in (0.068, 0.07))  # fmt: skip
    settings = {("examination", share): kpis for share, kpis in ((0.1, few), (0.2, many), (0.3, many))}
    result = result_of(base, settings, {"examination": ""}, 20)
    few_replications, too_many_to_open = result.warnings
    assert few_replications.startswith("replications: 2 are few")
    assert too_many_to_open.startswith("the examination desks can open 144 parcels a day; detections count all")
    assert too_many_to_open.endswith(": examination at 0.2 (140); examination at 0.3 (140)")


def test_a_ratio_is_within_its_interval_as_often_as_it_says() -> None:
    import numpy as np

    rng = np.random.default_rng(5)
    inside = 0
    for _ in range(1000):
        below = rng.normal(10, 1, 8)
        interval = ratio_interval((3 * below + rng.normal(0, 2, 8)).tolist(), below.tolist())
        assert interval.low is not None and interval.high is not None
        inside += interval.low <= 3 <= interval.high
    assert 0.93 < inside / 1000 < 0.97


@pytest.mark.drawn
def test_a_study_is_told_stored_shown_and_reproduced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], is_slow: bool
) -> None:
    words = [*SMALL, *FEW, "scenario=customs_today", "--out", str(tmp_path)]
    document = answer(capsys, "customs", *words)
    assert [row["value"] for row in document["controls"]["examination"]] == [0, 0.0002]
    folder = document["run_dir"]
    assert (Path(folder) / "figures" / "frontier.svg").is_file()
    page = (Path(folder) / "report.html").read_text()
    assert "<h1>What checks find at a hub of 30,000 m², and their cost</h1>" in page.replace("\u00a0", " ")
    assert "value [share, 0 to 1]" in page and "Examination at 0.0002 (share, 0 to 1): " in page
    assert document["warnings"] and all(f"Warning: {line}." in page for line in document["warnings"])
    assert answer(capsys, "show", folder) == document
    if is_slow:
        assert main(["reproduce", folder, "workers=1", "--quiet"]) == 0
        assert "identical" in capsys.readouterr().out


def test_run_and_compare_tell_of_customs_where_there_are_declarations(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["compare", "scenarios=[liege_30k,customs_exam_1pct]", *SMALL, "--all", "--out", str(tmp_path)]
    assert main(words) == 0
    text = capsys.readouterr().out
    assert all(kpi_name(kpi) in text for group in (CUSTOMS, DECLARATIONS) for kpi in names(Rank.SUMMARY, group))
    assert re.search(r"each of \d+ KPIs is tested separately\)", text)  # of many, some differ by chance
    page = next(tmp_path.glob("*/report.html")).read_text(encoding="utf-8")
    section = page[page.index("<h2>Customs</h2>") : page.index("<h2>Around the hub</h2>")]
    # The first design declares nothing; of the second one parcel in a hundred is opened.
    assert re.search(r"<th>Standard declarations \(H1\)</th><td class=.n.>–</td><td class=.n.>[1-9]", section)
    assert re.search(r"<th>Of these missed</th><td class=.n.>–</td><td class=.n.>[1-9]", section)
    assert "Parcels opened by customs, of a million declared" in page
    assert main(["run", *SMALL, "--all", "--out", str(tmp_path / "plain")]) == 0
    text = capsys.readouterr().out
    assert kpi_name("held_share") in text and kpi_name("detection_share") not in text
    plain = next((tmp_path / "plain").glob("*/report.html")).read_text(encoding="utf-8")
    assert "<h2>Customs</h2>" not in plain and "<h2>Data and goods</h2>" not in plain
    assert "of a million declared" not in plain


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["scenario=liege_30k"], "customs.declared: null, so nothing is declared"),
        (
            ["frontier.examination.key=demand.flights_per_day"],
            "frontier.examination.key: expected one of customs.declared.",
        ),
        (["frontier.examination.values=[0,0]"], "frontier.examination.values: 0 occurs twice"),
        (["frontier.examination.values=[1.5]"], "examined_share: must be at most 1, got 1.5"),
        (["study=plain"], "study: customs needs the keys of frontier"),
    ],
)
def test_mistakes_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert message in refused(capsys, "customs", *words, "--out", tmp_path)


def test_differences_that_are_rounding_alone_are_drawn_as_nothing() -> None:
    from experiments.report import style
    from experiments.report.figures import frontier_figure
    from experiments.statistics import Interval

    zero, noise = Interval(0.0, 0.0, 0.0, 2), Interval(1e-17, 0.0, 2e-17, 2)
    with style.look():
        for detections, top in ((noise, 1.0), (Interval(4.0, 3.0, 5.0, 2), 5.0)):
            figure = frontier_figure.figure({"X-ray": ((zero, zero, zero), (zero, zero, detections))})
            assert figure.axes[0].get_ylim()[1] >= top
