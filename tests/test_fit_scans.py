"""Scans laid beside a run: the same instants agree with it in every stage, later ones do not; mistakes are a line."""

import datetime as dt
import json
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from mistakes import refused
from stored_runs import made

from experiments.main import main
from experiments.store.foreign import configuration_of, manifest_of
from experiments.store.foreign_tables import replication_table
from experiments.studies.fit.scans import _median, minutes, read_scans, stages_of
from sim.errors import InputError
from sim.record.schemas import TABLES

STAGES = ("lifted", "placed", "start", "end")
BRUSSELS = ZoneInfo("Europe/Brussels")
FIRST = dt.datetime(2022, 9, 5)  # noqa: DTZ001 - the hub's clock


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return made(tmp_path_factory.mktemp("runs"), "run", "margin=none", "exports=none", "halls.main.packout_posts=0")


@pytest.fixture(scope="module")
def scans(run):
    """Rows of a file: the instants of the run's own ULDs, break-down's end as much later as is said."""
    manifest = manifest_of(run)
    scenario = next(iter(configuration_of(manifest).hubs))
    tables = [
        {name: replication_table(manifest, TABLES[name], scenario, number) for name in ("ulds", "flights")}
        for number in (0, 1)
    ]

    def rows(later):
        lines = ["flight,uld,stage,instant"]
        for number, (of_run, of_flights) in enumerate((table["ulds"], table["flights"]) for table in tables):
            measured = of_flights["number"][of_flights["is_cohort"]]
            for at in np.flatnonzero(np.isin(of_run["flight"], measured)):
                for stage in STAGES:
                    minutes = of_run[stage][at] + (later if stage == "end" else 0)
                    if np.isfinite(minutes):
                        when = FIRST + dt.timedelta(minutes=float(minutes))
                        lines.append(f"{number}-{of_run['flight'][at]},{of_run['index'][at]},{stage},{when}")
        return lines

    return rows


def written(folder, lines):
    path = folder / "scans.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def beside(capsys, path, run, *words):
    assert main(["fit", str(path), f"run={run}", "--out", str(path.parent / "out"), *words]) == 0
    return capsys.readouterr().out


def test_a_run_agrees_with_its_own_instants(capsys, tmp_path, run, scans):
    path = written(tmp_path, scans(later=0))
    document = json.loads(beside(capsys, path, run, "--json"))
    assert [(stage["first"], stage["last"]) for stage in document["stages"]] == [*pairwise(STAGES)]
    assert document["table"] == "ulds"
    for stage in document["stages"]:
        assert stage["n"] == stage["n_simulated"] and not stage["is_apart"]
        for name in ("low", "high"):
            assert stage[name] == pytest.approx(stage[f"simulated_{name}"], abs=1e-4)
        assert stage["median"]["mean"] == pytest.approx(stage["simulated_median"], abs=1e-4)
    times: dict[str, dict[str, dt.datetime]] = {}
    for line in scans(later=0)[1:]:
        thing, stage_of_line, when = line.rsplit(",", 2)
        times.setdefault(thing, {})[stage_of_line] = dt.datetime.fromisoformat(when)
    first, last = STAGES[:2]
    spans = [(of[last] - of[first]).total_seconds() / 60 for of in times.values() if {first, last} <= of.keys()]
    shown = document["stages"][0]
    assert (shown["low"], shown["high"]) == pytest.approx(tuple(np.quantile(spans, (0.1, 0.9))), abs=1e-4)
    assert (tmp_path / "out" / "scans" / "scans" / "scans.svg").is_file()


def test_a_stage_that_takes_longer_is_named(capsys, tmp_path, run, scans):
    out = beside(capsys, written(tmp_path, scans(later=30)), run)
    assert out.startswith("start to end: half of the scans are below")
    assert "The scans do not contradict the run in lifted to placed and placed to start." in out


def test_times_below_0_have_the_minus_sign_of_all_texts():
    assert minutes(-22.4) == "−22.4"


def test_stages_are_in_the_order_of_the_model():
    assert [stage for stage in stages_of("ulds") if stage in STAGES] == list(STAGES)
    assert "wait_floor" not in stages_of("ulds")
    assert stages_of("parcels").index("sort_begin") < stages_of("parcels").index("ready")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["stage,instant"], "needs a column flight, uld or parcel"),
        (["uld,instant", "1,2022-09-05 10:00"], "no column 'stage'"),
        (
            ["uld,stage,instant", "1,strat,2022-09-05 10:00"],
            "row 2, column stage: 'strat' is not an instant of ulds",
        ),
        (
            ["uld,stage,instant", "1,start,late"],
            "row 2, column instant: expected an instant such as 2022-09-05 14:30, got 'late'",
        ),
        (["uld,stage,instant", "1,start,2022-09-05"], "row 2, column instant: expected an instant such as"),
        (
            ["uld,stage,instant", "1,start,2022-09-05 10:00", "1,end,2022-09-05 12:00+02:00"],
            "row 3, column instant: an offset from UTC in all rows or in none, got '2022-09-05 12:00+02:00'",
        ),
        (["uld,stage,instant", *["1,start,2022-09-05 10:00"] * 2], "row 3, column stage: start occurs twice for 1"),
        (["uld,stage,instant", "1,start"], "row 2: 2 cells, the header has 3"),
        (
            ["uld,stage,instant", "1,start,2022-09-05 10:00"],
            "no thing and run have two of the stages start",
        ),
        (["parcel,stage,instant", "1,ready,2022-09-05 10:00"], "record.parcels_of_flights=all keeps them"),
        (["uld,stage,instant"], "no row below the header"),
    ],
)
def test_a_mistake_is_one_line(capsys, tmp_path, run, lines, message):
    path = written(tmp_path, lines)
    assert message in refused(capsys, "fit", path, f"run={run}", "--out", tmp_path / "out")


def test_instants_follow_the_hub_s_clocks(tmp_path):
    """On 30 October 2022 Brussels' clocks showed the hour from 2 to 3 twice."""
    lines = ["uld,stage,instant", "1,start,2022-10-30 01:30", "1,end,2022-10-30 03:30"]
    night = written(tmp_path, [*lines, "2,start,2022-10-30 02:30+01:00", "2,end,2022-10-30 03:30"])
    lasting = [of_thing["end"] - of_thing["start"] for of_thing in read_scans(night, BRUSSELS).instants.values()]
    assert lasting == [180, 60]
    message = (
        r"row 2, column instant: this time occurs twice in Europe/Brussels \(clocks are set back\); "
        r"give 2022-10-30 02:30\+02:00 or 2022-10-30 02:30\+01:00"
    )
    with pytest.raises(InputError, match=message):
        read_scans(written(tmp_path, ["uld,stage,instant", "1,start,2022-10-30 02:30"]), BRUSSELS)


def test_the_median_s_interval_is_that_of_resampled_flights() -> None:
    """Of 101 flights, order statistics have 95 % from the 41st to the 61st (binomial, 1 in 2)."""
    found = _median(50.0, [[float(at)] for at in range(101)])
    assert (found.low, found.high) == pytest.approx((40, 60), abs=2)
