"""Observed KPIs: a file is read or refused by row, and the study is printed, stored, shown and computed again."""

import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from answers import answer
from mistakes import is_refused
from stored_runs import TINY

from experiments.arguments import Arguments
from experiments.main import main
from experiments.statistics import Interval
from experiments.store import read_run
from experiments.studies import calibrate, sure
from experiments.studies.calibrate.design import file_of, parse, read_observations
from experiments.studies.calibrate.result import AnswerShareRow, ObservationRow, RangeRow, WaveRow, narrowed
from sim.errors import InputError

HEADER = "kpi,value,tolerance,unit,source,hub"
SMALL = [word for word in TINY if not word.startswith(("replications", "service_h", "--"))]
FEW = ["scenario=liege_30k", "demand=today", *SMALL, "service_h=24", "demand.flights_per_day=1", "exports=none",
       "halls.main.packout_posts=0", "sure.worlds=16", "sure.budget=8", "calibrate.waves=1",
       "calibrate.worlds=8"]  # fmt: skip


def written(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "seen.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_that_no_world_is_possible_is_a_sentence_of_its_own() -> None:
    result = SimpleNamespace(observations=[1], left=Interval(0.0, 0.0, 0.0, 16), possible=np.zeros(16, dtype=bool))
    assert "worlds possible. None of them" in calibrate._remaining(result)


@pytest.mark.parametrize(
    ("n_figures", "left", "says"),
    [(1, 16, "It excludes none."), (2, 16, "They exclude none."), (1, 15, "It excludes little."), (2, 9, "possible.")],
)
def test_little_is_excluded_only_where_a_possible_hub_is(n_figures: int, left: int, says: str) -> None:
    can_be, share = np.arange(17) < 16, left / 16
    result = SimpleNamespace(
        observations=[1] * n_figures,
        left=Interval(share, share - 0.1, min(1.0, share + 0.1), 16),
        possible=np.arange(17) < left,
        history=SimpleNamespace(can_be=can_be),
    )
    assert calibrate._remaining(result).endswith(says)


@pytest.mark.drawn
def test_a_study_is_printed_stored_shown_and_reproduced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, is_slow: bool
) -> None:
    seen = written(tmp_path, "parcels_per_day;4000;1500;parcels/d;a count", header="kpi;value;tolerance;unit;source")
    out = tmp_path / "runs"
    printed = answer(capsys, "calibrate", f"observed={seen}", *FEW, "--quiet", "--out", out)
    assert 0 <= printed["possible"]["low"] <= printed["possible"]["mean"] <= printed["possible"]["high"] <= 1
    (observation,) = printed["observations"]
    assert observation["of_observation"] == pytest.approx(1500 / 1.96, rel=1e-3)
    assert observation["of_discrepancy"] == pytest.approx(400)
    assert set(printed["scenarios"]["liege_30k"]) == {"before", "after"}
    assert printed["sentences"][0].startswith("The observed figure leaves ")
    assert printed["sentences"][-1].startswith("Nothing is changed in the configuration")
    folder = Path(printed["run_dir"])
    tables = read_run(folder, names=["kpis", "waves", "narrowed"]).tables
    # Worlds of a wave, some twice; further runs are those of the answer, and draws are of one world each.
    runs = tables["kpis"][["scenario", "replication"]].drop_duplicates()
    assert len(runs) == runs["replication"].nunique() >= 12
    assert tables["waves"]["runs"].tolist() == [8]
    numbers = tables["narrowed"].dropna(subset=["narrower"]).query("high > low")
    left, before = (numbers[f"high{end}"] - numbers[f"low{end}"] for end in ("_left", ""))
    assert len(numbers) > 50 and numbers["narrower"].tolist() == pytest.approx((1 - left / before).tolist())
    # The file may go: the run holds what was observed.
    seen.unlink()
    assert answer(capsys, "show", folder) == printed
    if is_slow:
        assert main(["reproduce", str(folder), "workers=1", "--quiet"]) == 0
        assert "identical" in capsys.readouterr().out
    # From other ranges no world can be drawn again: what the run stored is shown, with a warning.
    monkeypatch.setattr(sure, "ranges_of", lambda *_: {"sorting.efficiency": (0.1, 0.2, 0.3)})
    shown = answer(capsys, "show", folder)
    assert "sure.ranges." in shown["warnings"][-1]
    assert printed["possible"].pop("n") == 16 and shown["possible"].pop("n") is None
    assert {**printed, "scenarios": {}, "warnings": []} == {**shown, "scenarios": {}, "warnings": []}
    after = (answer["scenarios"]["liege_30k"]["after"]["high"] for answer in (printed, shown))
    assert next(after) == next(after)


@pytest.mark.parametrize("is_moved", [True, False])
def test_only_numbers_that_change_significantly_are_shown_as_changing(is_moved: bool) -> None:
    moved = RangeRow("a.b", "a number", 1.0, 0.5, 1.5, 0.9, 1.1, 0.8, 0.01 if is_moved else 1.0, is_moved, "x", "y")
    keys, waves = SimpleNamespace(sure=SimpleNamespace(n_worlds=16)), [WaveRow(1, 8, Interval(0.9, 0.8, 1.0, 16))]
    seen = ObservationRow("hub", "parcels_per_day", "parcels/d", *[1.0] * 13, "")
    share = AnswerShareRow("hub", waves[0].possible, waves[0].possible)
    grids = calibrate._shown(keys, [seen], waves, [moved], [share]).grids
    assert any(grid.caption.startswith("Numbers that differ significantly") for grid in grids) == is_moved
    assert "parcels a day" in grids[0].rows[0]
    assert grids[0].caption.endswith("of the model as the emulator predicts them")  # no hub is simulated as configured


def test_what_narrows_is_moved_and_by_a_twentieth_of_its_width_or_a_choice_without_one_of_its_options() -> None:
    rows = {
        (share, is_moved, left): RangeRow("a.b", "n", 1.0, 0.5, 1.5, 0.9, 1.1, share, 0.01, is_moved, "x or y", left)
        for share in (0.8, 0.05, 0.04, math.nan)
        for is_moved in (True, False)
        for left in ("x", "x or y")
    }
    names = [name for name, row in rows.items() if narrowed([row])]
    assert [name for name in names if not math.isnan(name[0])] == [
        (share, True, left) for share in (0.8, 0.05) for left in ("x", "x or y")
    ]
    assert [name[1:] for name in names if math.isnan(name[0])] == [(True, "x")]


def test_the_packaged_file_is_of_both_hubs_and_every_figure_says_where_it_is_from() -> None:
    designs, keys = parse(Arguments("calibrate", ("observed=published",)))
    own = keys.calibrate
    assert [design.label for design in designs] == list(own.hubs)
    assert {one.hub for one in own.observations} == set(own.hubs)
    assert {one.kpi: one.value for one in own.observations if one.hub == "hub of today"} == {
        "trucks_per_day": 60, "full_time_jobs": 200, "parcels_per_day": 357000,
    }  # fmt: skip
    assert all("assumption" in one.source and ":" in one.source for one in own.observations)
    # 30 to 50 % of 326 million a year.
    (share,) = (one for one in own.observations if one.kpi == "parcels_per_day")
    ends = [326e6 * end / 365.25 for end in (0.3, 0.5)]
    assert [share.value - share.tolerance, share.value + share.tolerance] == pytest.approx(ends, rel=0.01)
    # Of jobs the model counts those that others employ.
    assert [(one.design, one.of_discrepancy) for one in own.targets] == [(0, 6.0), (0, 200.0), (0, 35700.0), (1, 900.0)]


GOOD = "trucks_per_day,60,15,trucks/d,a report,hub of today"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "no row below the header"),
        ([GOOD.replace("trucks_per_day", "truck_per_day")], "row 2, kpi: no KPI 'truck_per_day'; did you mean"),
        ([GOOD, GOOD], "row 3, kpi: trucks_per_day of hub of today occurs twice, first in row 2"),
        ([GOOD.replace("60", "sixty")], "row 2, value: expected a number with a decimal point, got 'sixty'"),
        ([GOOD.replace(",15,", ",,")], "row 2, tolerance: expected a number with a decimal point, got ''"),
        ([GOOD.replace(",15,", ",0,")], "row 2, tolerance: must be greater than 0, got 0"),
        ([GOOD.replace("60", "-1")], "row 2, value: trucks_per_day is at least 0, got -1"),
        ([GOOD.replace("60", "nan")], "row 2, value:"),
        ([GOOD.replace("trucks/d", "trucks")], "row 2, unit: trucks_per_day is in trucks/d, got 'trucks'"),
        (["on_time_share,97,1,1,a report,"], "row 2, value: on_time_share is at least 0 and at most 1, got 97"),
        ([GOOD.replace("a report", " ")], "row 2, source: expected who published it and where, got nothing"),
        ([GOOD.replace("hub of today", "hub of tody")], "hub: the study has no hub 'hub of tody'; did you mean"),
        ([GOOD + ",more"], "row 2: 7 cells, the header has 6"),
    ],
)  # fmt: skip
def test_a_bad_row_is_named_with_file_value_and_bound(tmp_path: Path, rows: list[str], message: str) -> None:
    path = written(tmp_path, *rows)
    with pytest.raises(InputError) as refused:
        read_observations(path, ["hub of today", "after the extension"])
    assert str(refused.value).startswith(str(path)) and message in str(refused.value)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["observed=nowhere.csv"], "nowhere.csv: cannot be read: No such file"),
        (
            ["observed=publishd"],
            "observed: 'publishd' is neither a file nor one of those packaged; did you mean 'published'?",
        ),
        (["observed=published", "calibrate.worlds=2"], "calibrate.worlds: must be at least 8, got 2"),
        (["observed=published", "calibrate.cutof=2"], "calibrate.cutof"),
        (["observed=published", "replications=1"], "replications: must be at least 2, because two replications"),
        (["observed=published", "sure.budget=15"], "sure.budget: must be at least 16, 8 runs for each of 2 designs"),
        (["observed=published", "scenarios=[liege_66k]"], "scenarios: has no effect here; calibrate takes its hubs"),
        (["observed=published", "sure.kpis=[dwell_mean_h]"], "sure.kpis: has no effect here"),
        (["observed=published", "sure.most=5000"], "sure.most: has no effect without sure.precision"),
        (["observed=published", "scenario=liege_30k"], "hub: the study has no hub 'hub of today'; known: liege_30k"),
    ],
)
def test_mistakes_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    is_refused(capsys, tmp_path / "runs", ["calibrate", *words], message)


def test_a_file_of_kpis_without_the_word_is_told_the_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, GOOD)
    is_refused(capsys, tmp_path / "runs", ["calibrate", str(path)], f"observed KPIs are given as observed={path}")


def test_a_file_of_ones_own_comes_before_the_packaged_one_of_that_name(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert file_of("published").is_file() and file_of("published").suffix == ".csv"
    (tmp_path / "published").write_text("mine", encoding="utf-8")
    assert file_of("published") == Path("published")
