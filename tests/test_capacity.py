"""The verb capacity: its search, its what-ifs, and what it prints, writes and refuses."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from answers import answer
from interruptions import interrupted, none_again
from mistakes import is_refused
from stored_runs import tables_of

from experiments.composition import load
from experiments.designs.design import Design
from experiments.designs.more_room import (
    CONTROL_UNITS,
    EXPORT_UNITS,
    PARTS,
    part_m2,
    with_more_floor,
    with_part,
    zone_m2,
)
from experiments.designs.what_if import BLOCKED, what_ifs
from experiments.formatting import resource, rounded
from experiments.main import main
from experiments.replications import stability
from experiments.replications.crossing import Crossing, crossing
from experiments.replications.summing import design_row
from experiments.replications.work import grow
from experiments.report.figures.capacity_figure import figure, prepare
from experiments.report.sentences import too_few_replications
from experiments.statistics import Interval
from experiments.statistics.criterion import ladder_limit
from experiments.store import read_run
from experiments.store.tables import Key
from experiments.studies.capacity import _grid, _ladders_picture, caption_of
from experiments.studies.capacity.bracket import Bracketing, Shown
from experiments.studies.capacity.lifts import Lift, rivals_of
from experiments.studies.capacity.result import Result, Threshold, _waits, sentences
from experiments.studies.capacity.search import Search, blocked_h, missing, searches_of
from experiments.studies.capacity.threshold import Sustained
from sim.config import HubConfig, ZoneShares
from sim.errors import ConfigError
from sim.inputs.site import make_site
from sim.inputs.traffic import at_demand, measured_parcels
from sim.measures.kpis import ALL_RESOURCES, CUSTOMS_RESOURCES, EXPORT_RESOURCES, KPIS, RESOURCES
from sim.measures.ladder import Rung
from sim.measures.weekly_lows import GROWTH_KPIS
from sim.site.floors import floor_parcels
from sim.site.room import check_area
from sim.site.zones import zone_uses
from sim.streams import Streams

TINY = (
    "scenarios=[liege_30k]",
    "exports=none",
    "halls.main.packout_posts=0",
    "horizon_days=1",
    "warmup_days=0",
    "demand.parcels_per_flight=1000",
    "demand.net_t_per_flight=0.75",
    "halls.main.machine_rated_per_h=150",
    "replications=2",
    "capacity.tolerance=1",
    "workers=1",
    "--quiet",
    "--json",
)


def without(words: Sequence[str], tiny: Sequence[str] = TINY) -> list[str]:
    """The words, after those of `tiny` whose keys they do not give."""
    keys = {word.partition("=")[0] for word in words}
    return [*(word for word in tiny if word.startswith("--") or word.partition("=")[0] not in keys), *words]


def level(weeks: float = 2, growth: float = 0.0) -> dict[str, float]:
    """Growth of a replication's backlog: that of a level one, or another."""
    return dict(zip(GROWTH_KPIS, (weeks, growth, 0.0), strict=True))


def crossed(is_yes: Callable[[float], bool], **search: float) -> tuple[Crossing, list[float]]:
    """The crossing that a search finds, and what it asked."""
    questions = crossing(**search)  # type: ignore[arg-type]
    values = [next(questions)]
    while True:
        try:
            values.append(questions.send(is_yes(values[-1])))
        except StopIteration as end:
            return end.value, values


@pytest.mark.parametrize("true", [0.03, 0.7, 4.87, 5.0, 5.3, 17.0, 39.9])
@pytest.mark.parametrize("tolerance", [0.01, 0.1, 2.0])
def test_a_crossing_is_found_within_the_tolerance(true: float, tolerance: float) -> None:
    found, values = crossed(lambda value: value <= true, start=5, step=0.5, tolerance=tolerance, limit=40)
    assert found.no is not None
    assert found.yes <= true < found.no <= found.yes + tolerance + 1e-9
    assert found.n_asked == len(values) == len(set(values))
    assert {found.yes, found.no} <= {0.0, *values}


def test_all_yes_ends_at_the_limit_and_all_no_at_zero() -> None:
    found, _ = crossed(lambda _: True, start=5, step=0.5, tolerance=0.1, limit=40)
    assert (found.yes, found.no) == (40, None)
    found, _ = crossed(lambda _: False, start=5, step=0.5, tolerance=0.1, limit=40)
    assert found.yes == 0
    assert found.no is not None and 0 < found.no <= 0.1


def test_where_answers_go_back_and_forth_both_ends_were_asked() -> None:
    def is_yes(value: float) -> bool:
        return value < 3 or 4 < value < 4.6

    found, values = crossed(is_yes, start=5, step=0.5, tolerance=0.05, limit=40)
    assert found.no is not None and found.no - found.yes <= 0.05 + 1e-9
    assert is_yes(found.yes) and not is_yes(found.no)
    assert {found.yes, found.no} <= set(values)


@pytest.mark.parametrize("scenario", ["liege_30k", "liege_66k", "liege_66k_5_machines", "liege_100k"])
def test_more_of_a_resource_leaves_every_other_zone_as_it_was(scenario: str) -> None:
    config = load(scenario, "halls.main.packout_posts=50", "halls.main.manual_sort_posts=4",
                  "space.packout_post_m2=20", "exports=none")  # fmt: skip
    before = {use.zone: use for use in zone_uses("", config.halls["main"], config.space)}
    zone_of = {"positions": "uld_positions", "stations": "breakdown", "machines": "sorting", "doors": "dock_doors",
               "handcoding_desks": "handcoding", "packout_posts": "packout",
               "manual_sort_posts": "packout"}  # fmt: skip
    for name, what in what_ifs(config).items():
        check_area(what.hub)
        assert what.after > what.before
        grown = zone_of.get(name)
        for use in zone_uses("", what.hub.halls["main"], what.hub.space):
            is_grown = use.zone == grown
            assert use.area_m2 == pytest.approx(before[use.zone].area_m2) or is_grown
            assert (use.n_units > before[use.zone].n_units) == is_grown
        floors = [floor_parcels(each.halls["main"], each.space) for each in (config, what.hub)]
        assert (floors[1] > floors[0]) == (name == "floor")
    assert set(what_ifs(config)) == set(RESOURCES)


def test_more_posts_leave_the_pallets_of_routes_that_share_a_chute_their_floor() -> None:
    """29 posts instead of 26 and four of manual sort, of 50 m2, and a pallet of 2 m2 at each of two machines."""
    config = load("liege_30k", "packout.chutes_per_machine=6", "fit=auto")
    assert zone_m2(what_ifs(config)["packout_posts"].hub.halls["main"], "packout") == pytest.approx(33 * 50 + 2 * 2)


EVERYTHING = (
    "exports=one_fifth", "customs=declared", "halls.main.packout_posts=50", "halls.main.manual_sort_posts=4",
    "space.packout_post_m2=20", "halls.main.controls={xray_lanes:1,transit_desks:5,uld_xrays:1}",
    "space.controls.uld_xray_m2=30",
)  # fmt: skip
PART_OF = {"doors_in": "dock_doors", "empty_ulds": "empty_ulds", "screening_lines": "screening",
           "hand_sorting_posts": "hand_sorting", "build_up_places": "build_up", "export_floor": "export_floor",
           "customs_desks": "controls", "xray_lanes": "controls", "transit_desks": "controls", "uld_xrays": "controls",
           "customs_hold": "customs_hold", "build_up_workers": "", "outbound_tugs": ""}  # fmt: skip
"""What stands there; nothing: none of a hall's floor."""


def floor_by_part(config: HubConfig, hall: str = "main") -> dict[str, float]:
    """m² of a hall, divided as far as zones and space standards divide it."""
    own, space = config.halls[hall], config.space
    whole = {name: zone_m2(own, name) for name in ZoneShares.__dataclass_fields__ if name not in {"export", "customs"}}
    return whole | {part: part_m2(own, space, part) for part in PARTS}


def n_units(config: HubConfig) -> dict[str, int]:
    """Whole units of exports and of controls, by resource."""
    halls = config.halls.values()
    named = {name: sum(getattr(hall.exports, name) for hall in halls) for name in EXPORT_UNITS}
    named |= {
        name: sum(getattr(hall.controls, name) for hall in halls) for name in CONTROL_UNITS if name != "customs_desks"
    }
    return named | {
        "customs_desks": sum(hall.customs_desks for hall in halls), "doors_in": sum(hall.doors_in for hall in halls),
        "empty_ulds": sum(hall.exports.empty_ulds for hall in halls), "outbound_tugs": config.apron.outbound_tugs,
    }  # fmt: skip


@pytest.mark.parametrize("name", PART_OF)
def test_more_of_exports_or_controls_leaves_all_other_floor_as_it_was(name: str) -> None:
    config = load("liege_30k", *EVERYTHING)
    what = what_ifs(config)[name]
    check_area(what.hub)
    before, after = floor_by_part(config), floor_by_part(what.hub)
    for part, m2 in before.items():
        assert after[part] == pytest.approx(m2) or part == PART_OF[name], part
        assert after[part] >= m2 - 1e-6
    units, more = n_units(config), n_units(what.hub)
    assert {other for other in units if more[other] != units[other]} - {"build_up_workers"} == {name} & set(units) - {
        "build_up_workers"
    }
    if name in units:
        assert (what.before, what.after) == (units[name], more[name])
        assert more[name] == max(units[name] + 1, round(1.1 * units[name]))
    else:
        assert what.after == pytest.approx(1.1 * what.before)
        assert after[name] == pytest.approx(what.after)
    places = what.hub.halls["main"].exports
    assert places.build_up_workers >= 4 * places.build_up_places
    site = make_site(what.hub, Streams(1, 0), 1)
    assert site.exports is not None


@pytest.mark.parametrize("area_m2", [36_000.0, 60_000.0])
def test_halls_that_do_not_grow_alike_keep_at_least_what_they_had(area_m2: float) -> None:
    config = load("liege_30k", *EVERYTHING)
    larger = replace(config.halls["main"], area_m2=area_m2)
    config = replace(config, halls={**config.halls, "second": larger})
    for name in ("screening_lines", "build_up_places", "transit_desks", "customs_hold", "export_floor"):
        what = what_ifs(config)[name]
        assert what.after > what.before
        for hall in config.halls:
            before, after = floor_by_part(config, hall), floor_by_part(what.hub, hall)
            assert all(after[part] >= m2 - 1e-6 for part, m2 in before.items())


def test_floor_that_is_over_where_halls_do_not_grow_alike_goes_to_all_parts_alike() -> None:
    config = load("liege_30k", *EVERYTHING)
    config = replace(config, halls={**config.halls, "second": replace(config.halls["main"], area_m2=60_000.0)})
    before = {hall: floor_by_part(config, hall) for hall in config.halls}
    asked = {hall: factor * before[hall]["screening"] for hall, factor in (("main", 1.5), ("second", 1.1))}
    larger = with_part(config, "screening", asked)
    of_zone = [part for part, (zone, _) in PARTS.items() if zone == PARTS["screening"][0]]
    after, needed = dict.fromkeys(of_zone, 0.0), dict.fromkeys(of_zone, 0.0)
    for hall, m2 in asked.items():
        floor, least = floor_by_part(larger, hall), before[hall] | {"screening": m2}
        assert min(floor[part] / least[part] for part in of_zone) == pytest.approx(1)
        for part in of_zone:
            after[part] += floor[part]
            needed[part] += least[part]
    ratios = [after[part] / needed[part] for part in of_zone]
    assert ratios == pytest.approx([ratios[0]] * len(ratios)) and ratios[0] > 1


def test_doors_get_their_facade_and_small_floors_a_pallet_more() -> None:
    config = load("liege_30k", *EVERYTHING, "halls.main.facade_m=180")
    for name, n in (("doors", 43), ("doors_in", 41)):
        assert what_ifs(config)[name].hub.halls["main"].facade_m == pytest.approx(4.5 * n)
    larger = with_more_floor(config, "customs_hold", 0.001)
    before, after = (part_m2(each.halls["main"], each.space, "customs_hold") for each in (config, larger))
    assert after == pytest.approx(before + config.space.pallet_m2)


def test_every_resource_has_its_what_if_and_says_for_how_long_it_blocks() -> None:
    assert set(what_ifs(load("liege_30k", *EVERYTHING))) == set(BLOCKED) == set(ALL_RESOURCES)
    assert all(kpi in KPIS for kpi in BLOCKED.values() if kpi)
    exports = what_ifs(load("liege_30k", "exports=one_fifth"))
    assert {*exports} & {*CUSTOMS_RESOURCES} == set()
    assert {*exports} >= {*EXPORT_RESOURCES}
    controls = what_ifs(load("customs_today", "exports=none"))
    assert {*controls} & {*EXPORT_RESOURCES} == set()
    assert {*CUSTOMS_RESOURCES} - {*controls} == {"uld_xrays"}  # none are there


def test_a_demand_is_carried_if_exports_are_on_time_too() -> None:
    design = Design("a", load("liege_30k", "exports=one_fifth"))
    study = Sustained(target=0.95, tolerance=0.1, binding=False)
    (search,) = searches_of(design, 1, study)
    there: dict[Key, dict[str, float]] = {}
    while tasks := search.missing(there):
        for (label, number), _, (config, _) in tasks:
            flights = config.demand.flights_per_day
            there[label, number] = {
                "on_time_share": 1.0 * (flights <= 5), "export_on_time_share": 1.0 * (flights <= 4.2),
                **level(),
            }  # fmt: skip
    assert search.crossing is not None and search.crossing.no is not None
    assert search.crossing.yes <= 4.2 < search.crossing.no
    assert search.reason(there) == "exports"


def test_a_demand_in_time_is_not_carried_if_a_longer_run_shows_that_the_backlog_grows() -> None:
    design = Design("a", load("liege_30k"))
    (search,) = searches_of(design, 1, Sustained(target=0.95, tolerance=0.1, binding=False))
    there: dict[Key, dict[str, float]] = {}
    while tasks := search.missing(there):
        for (label, number), work, (config, _) in tasks:
            is_longer = config.horizon_days > design.hub.horizon_days
            grows = config.demand.flights_per_day > 4.2
            assert (work is grow) == is_longer
            on_time = {"on_time_share": 1.0 * (config.demand.flights_per_day <= 5), "export_on_time_share": 1.0}
            there[label, number] = {**on_time, **level(4, 0.01 + 0.01 * grows)}
            if not is_longer:
                there[label, number] |= level(1, 0.01)
            elif not grows:
                there[label, number] |= level(4, 0.001)
    assert search.crossing is not None and search.crossing.no is not None
    assert search.crossing.yes <= 4.2 < search.crossing.no
    assert search.reason(there) == "backlog" and search.is_growing is False
    assert search.threshold == pytest.approx(4.2, abs=0.1)


@pytest.mark.slow
def test_where_screening_is_scarce_it_is_what_binds(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    words = (
        "scenarios=[liege_30k]", "exports=one_fifth", "demand.parcels_per_flight=8000", "demand.net_t_per_flight=6",
        "replications=1", "capacity.tolerance=0.1", "workers=1", "halls.main.exports.screening_lines=1",
        "exports.screened_per_line_h=400", "exports.collections.parcels=1000", "roster=round_the_clock",
    )  # fmt: skip
    own = answer(capsys, "capacity", *words, "--quiet", "--out", tmp_path)["scenarios"]["liege_30k"]
    assert own["binding"] == "screening_lines"
    # 9,600 exports a day are a quarter of the imports of 4.8 flights of 8,000; the hub is to keep up with 95 % of the
    # exports. A timetable's peaks take some of it.
    assert 0.8 * 4.8 < own["flights_per_day"]["mean"] < 4.8 / 0.95 + 0.1


def test_more_of_what_nobody_waits_for_is_not_simulated() -> None:
    kpis = dict.fromkeys(KPIS, 1.0)
    assert blocked_h("customs_hold", kpis) is None
    assert blocked_h("xray_lanes", kpis) == 1
    assert blocked_h("xray_lanes", kpis | {"understaffed_h_per_day_xray": 0.0}) is None


def test_a_resource_that_cannot_get_more_is_named() -> None:
    config = load()
    hall = replace(config.halls["main"], sorting_machines=1, machine_rated_per_h=950_000.0)
    space = replace(config.space, sorting_m2_per_parcel_per_h=0.001)
    with pytest.raises(ConfigError, match=r"10 % more machines are not possible: .*machine_rated_per_h"):
        what_ifs(replace(config, halls={"main": hall}, space=space))


def document_of(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    return answer(capsys, "capacity", *without(words))


@pytest.mark.drawn
def test_capacity_from_words_to_tables_and_on_after_an_interrupt(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, is_slow: bool
) -> None:
    words = [word for word in TINY if word != "--quiet"]
    kept = interrupted(["capacity", *words, "--out", str(tmp_path / "halved")], after=5)
    ladder, begins, *_ = capsys.readouterr().err.splitlines()
    assert ladder.startswith("Before the simulation: 30,000 m²: by the capacity ladder about ")
    assert begins.startswith("capacity: thresholds to find: ")
    with none_again(kept):
        document = document_of(capsys, "--out", str(tmp_path / "halved"))
    own = document["scenarios"]["liege_30k"]
    stored = read_run(document["run_dir"]).tables
    assert list(stored["capacity"].columns)[:3] == ["scenario", "replication", "flights_per_day"]
    assert own["flights_per_day"]["mean"] == pytest.approx(stored["capacity"]["flights_per_day"].mean())
    found = stored["capacity"]
    assert (found["flights_per_day"] - found["carried"]).between(0, 1 + 1e-4).all()
    assert (found["not_carried"] - found["flights_per_day"]).between(0, 2 + 1e-9).all()
    assert too_few_replications(2)[0] in document["warnings"]
    assert set(stored["capacity"]["reason"]) <= {"late", "backlog", "both"}
    assert set(stored["binding"]["resource"]) <= set(what_ifs(load("liege_30k", "exports=none")))
    binding = stored["binding"].query("is_binding and not lift_low <= 0")["resource"].tolist()
    assert binding == ([own["binding"]] if own["binding"] else [])
    assert (Path(document["run_dir"]) / "figures" / "capacity.svg").read_text().startswith("<?xml")
    page = (Path(document["run_dir"]) / "report.html").read_text()
    assert "<svg" in page and document["sentences"][0].replace("liege_30k", "30,000 m²") in page.replace("\u00a0", " ")
    assert answer(capsys, "show", document["run_dir"]) == document
    assert document_of(capsys, "--out", str(tmp_path / "halved")) == document
    if is_slow:
        whole = document_of(capsys, "--out", str(tmp_path / "whole"))
        assert whole["scenarios"] == document["scenarios"]
        assert tables_of(whole["run_dir"]) == tables_of(document["run_dir"])


def test_designs_of_a_spreadsheet_have_their_capacity_which_is_told_exported_and_reproduced(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, is_slow: bool
) -> None:
    path = tmp_path / "designs.csv"
    path.write_text("name,halls.main.breakdown_stations\nas it is,\nfewer,9\n")
    own = (f"designs={path}", "replications=1", "capacity.tolerance=20", "capacity.binding=false")
    words = without(own, TINY[1:])
    document = answer(capsys, "capacity", *words, "--out", tmp_path / "runs")
    assert list(document["scenarios"]) == ["design=as it is", "design=fewer"]
    assert document["scenarios"]["design=fewer"]["values"] == {
        "design": "fewer",
        "halls.main.breakdown_stations": "9",
    }
    hubs = read_run(document["run_dir"]).manifest["identity"]["hubs"]
    assert hubs["design=fewer"]["halls"]["main"]["breakdown_stations"] == 9
    shown = answer(capsys, "show", document["run_dir"])
    assert shown == document
    lines = shown["sentences"]
    assert [line.partition(" carries ")[0] for line in lines] == ["as it is", "fewer"]
    ladder = read_run(document["run_dir"]).tables["ladder"]
    for (_label, own), line in zip(document["scenarios"].items(), lines, strict=True):
        rungs = ladder.query(
            "scenario == @_label and resource not in ['empty_ulds', 'customs_hold'] and needed_by > 0.05"
        )
        lowest = rungs.sort_values(["parcels_per_day", "resource"])["resource"].iloc[0]
        assert own["bottleneck"] == {"by_what_if": None, "by_ladder": lowest}
        assert line.endswith(f"; bottleneck by the ladder: {resource(lowest)}.")
    assert main(["export", document["run_dir"], "--out", str(tmp_path / "csv")]) == 0
    assert (
        (tmp_path / "csv" / "curve.csv")
        .read_text()
        .startswith("point,design,halls.main.breakdown_stations,flights_per_day")
    )
    capsys.readouterr()
    if is_slow:
        assert main(["reproduce", document["run_dir"], "--quiet"]) == 0
        assert capsys.readouterr().out.startswith("identical")
    as_text = [word for word in words if word != "--json"]
    assert main(["capacity", *as_text, "--all", "--out", str(tmp_path / "runs")]) == 0
    out = capsys.readouterr().out
    assert "by what-if" not in out and "10 % more" not in out
    assert f"bottleneck by the ladder: {resource(lowest)}." in out
    path.write_text("name,demand.flights_per_day\na,5\n")
    assert main(["capacity", *words, "--out", str(tmp_path / "other")]) == 2
    assert "row 2: capacity searches for demand.flights_per_day" in capsys.readouterr().err


@pytest.mark.drawn
def test_a_curve_has_a_threshold_a_value_and_a_design_finds_what_it_finds_alone(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stability, "_MOST_DAYS", 0)  # longer runs have a test of their own
    words = ("capacity.binding=false", "replications=1", "--out", str(tmp_path))
    document = document_of(capsys, "halls.main.machine_rated_per_h=100,200", *words)
    values = [own["values"]["halls.main.machine_rated_per_h"] for own in document["scenarios"].values()]
    assert values == ["100", "200"]
    thresholds = [own["flights_per_day"]["mean"] for own in document["scenarios"].values()]
    assert thresholds == sorted(thresholds) and thresholds[0] < thresholds[-1]
    assert all(own["binding"] is None and own["resources"] == {} for own in document["scenarios"].values())
    curve = read_run(document["run_dir"]).tables["curve"]
    assert curve["flights_per_day"].tolist() == thresholds
    assert list(curve.columns)[1:3] == ["scenario_name", "halls.main.machine_rated_per_h"]
    assert curve["halls.main.machine_rated_per_h"].tolist() == [100, 200]
    assert (Path(document["run_dir"]) / "figures" / "capacity.svg").read_text().startswith("<?xml")
    alone = document_of(capsys, "halls.main.machine_rated_per_h=200", *words)
    assert alone["scenarios"]["liege_30k"]["flights_per_day"]["mean"] == thresholds[1]


@pytest.mark.parametrize("tolerance", [0.01, 0.1, 0.5])
@pytest.mark.parametrize("steepness", [20, 100, 400])
@pytest.mark.parametrize("true", [0.03, 3.1, 4.3, 4.56, 4.8, 39.0])
def test_a_bracket_is_found_within_the_tolerance_however_steep_lateness_grows(
    true: float, steepness: float, tolerance: float
) -> None:
    search = Bracketing(4.5, max(0.45, tolerance), tolerance, 40, 0.05, 7, 7)
    shown: dict[float, Shown] = {}
    while not isinstance(at := search.after(shown), Crossing):
        assert 0 < at <= 40 and at not in shown
        late = 1 / (1 + 19 * math.exp(min(600, steepness * (1 - at / true))))
        shown[at] = Shown(late <= 0.05, late)
    assert at.no is not None and at.yes <= true < at.no <= at.yes + tolerance + 1e-9
    assert {at.yes, at.no} <= {0.0, *shown} and at.n_asked == len(shown) <= 20
    assert len(shown) <= 5 or tolerance < 0.1 or not 4 < true < 5


def test_a_bracket_ends_at_the_limit_or_beside_zero_and_where_answers_alternate_both_ends_were_asked() -> None:
    def found(is_carried: Callable[[float], bool]) -> tuple[Crossing, dict[float, Shown]]:
        shown: dict[float, Shown] = {}
        while not isinstance(at := Bracketing(5, 0.5, 0.1, 40, 0.05, 7, 7).after(shown), Crossing):
            shown[at] = Shown(is_carried(at), 0.0 if is_carried(at) else 1.0)
        return at, shown

    assert found(lambda _: True)[0].yes == 40 and found(lambda _: True)[0].no is None
    zero, _ = found(lambda _: False)
    assert zero.yes == 0 and zero.no is not None and zero.no <= 0.1
    backlog = Bracketing(5, 0.5, 0.1, 40, 0.05, 7, 7)
    late = {5.0: Shown(False, 0.5), 4.8: Shown(False, 0.2), 4.7: Shown(False, 0.02)}
    assert backlog.after(late) == 4.5
    # From where lateness no longer says how far, steps double.
    assert backlog.after({**late, 4.5: Shown(False, 0.0)}) == 3.5
    one, shown = found(lambda at: at < 3 or 4 < at < 4.6)
    assert one.no is not None and one.no - one.yes <= 0.1 + 1e-9
    assert shown[one.yes].is_carried and not shown[one.no].is_carried


def answered(
    searches: Sequence[Search], limits: Sequence[float], lifts: dict[str, float], growth: dict[str, float],
    of_longer: dict[str, float] | None = None,
) -> dict[Key, dict[str, float]]:  # fmt: skip
    """All that searches ask for, of a hub in which replications are late above these limits and resources lift so."""
    there: dict[Key, dict[str, float]] = {}
    while tasks := missing(searches, there) or missing(searches, there):
        for (label, number), _, (config, _) in tasks:
            late = 1 / (1 + 19 * math.exp(60 * (1 - config.demand.flights_per_day / limits[number])))
            more = sum(lifts.get(name, 0) for name in label.partition("+10 % ")[2].split(" + "))
            on_time = min(1.0, 1 - late + more)
            there[label, number] = {
                **dict.fromkeys(KPIS, 1.0), "on_time_share": on_time, "export_on_time_share": 1.0,
                **(of_longer if of_longer and "measured" in label else growth),
            }  # fmt: skip
    return there


def test_the_other_replications_begin_where_the_first_ended_and_all_judge_the_backlog_together() -> None:
    def found(n: int, *growths: dict[str, float]) -> tuple[list[Search], dict[Key, dict[str, float]], list[int]]:
        searches = searches_of(Design("a", load("liege_30k")), n, Sustained(target=0.95, tolerance=0.1, binding=False))
        there = answered(searches, limits, {}, *growths)
        return searches, there, [number for label, number in there if "measured" in label]

    limits = [4.62, 4.55, 4.58]
    searches, there, longer = found(3, level(1, 0.0005))
    for search, limit in zip(searches, limits, strict=True):
        assert search.crossing is not None and search.crossing.no is not None and search.is_growing is False
        assert search.crossing.yes <= limit < search.crossing.no and search.threshold == pytest.approx(limit, abs=0.1)
    assert longer == [] and all(sum(number == each for _, number in there) <= 3 for each in (1, 2))
    # Where a week of each does not show it, a longer run of one of them does, or it stays undecided.
    assert found(1, level(1, 0.0005), level(4))[2] == [0]
    searches, _, longer = found(3, level(1, 0.012), level(4))
    assert longer == [0] and all(search.is_growing is False for search in searches)
    searches, _, longer = found(3, level(1, 0.012), level(4, 0.01))
    assert longer == [0] and all(search.is_growing is None for search in searches)


def test_resources_with_high_rungs_get_more_together_and_are_taken_apart_where_that_helps() -> None:
    def simulated(lifts: dict[str, float]) -> tuple[Search, dict[Key, dict[str, float]], list[list[str]]]:
        study = Sustained(target=0.95, tolerance=0.1, binding=True)
        searches = searches_of(Design("a", load("liege_30k", "exports=none")), 2, study)
        there = answered(searches, [4.5, 4.5], lifts, level(2))
        groups = [
            label.partition("+10 % ")[2].split(" + ") for label, number in there if "+10 %" in label and not number
        ]
        assert {label.partition("+10 % ")[2] for label, number in there if number} <= {"", "machines", "stands"}
        return searches[0], there, groups

    first, there, groups = simulated({"machines": 0.03})
    assert ["machines"] in groups and sorted(map(len, groups))[-2:] == [1, len(first.together("stands", there))]
    assert first.worthwhile(there) == ["machines"] and first.lift("stands", there) == 0
    assert 0 < (first.lift("machines", there) or 0) < 0.9
    first, there, groups = simulated({"machines": 0.03, "stands": 0.02})
    assert ["stands"] in groups and first.together("stands", there) == ("stands",)
    assert first.lift("tugs", there) == 0 and len(first.together("tugs", there)) > 1
    # Beside one that makes nearly all on time, no other is simulated.
    first, there, groups = simulated({"machines": 1.0, "stands": 1.0})
    assert groups[-1] == ["machines"] and max(map(len, groups)) == 1 and first.lift("stands", there) is None


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["capacity.target=1.5"], "capacity.target: must be at most 1, got 1.5"),
        (["capacity.target=0"], "capacity.target: must be greater than 0, got 0"),
        (["halls.main.area_m2=30000,5"], "at least 100, got 5.0; a number has a decimal point, no comma"),
        (["capacity.target=0,95"], "must be greater than 0, got 0.0; a number has a decimal point, no comma"),
        (["capacity.tolerance=0"], "capacity.tolerance: must be at least 0.001, got 0"),
        (["capacity.toleranse=1"], "capacity.toleranse: unknown key"),
        (["scenarios=[liege_30k,liege_99k]"], "did you mean 'liege_66k'"),
        (["scenarios=[liege_30k,liege_30k]"], "occurs twice"),
        (["demand.flights_per_day=5"], "demand.flights_per_day: is what capacity looks for"),
        (["scenario=liege_66k"], "scenario: capacity takes a list, also of one: scenarios=["),
        (["designs=a.csv", "scenarios=[liege_30k]"], "designs: the file names the hubs"),
        (["scenarios=[]"], "scenarios: capacity needs at least one, or designs=FILE"),
        (["replications=2,3"], "the same for every design"),
        (["halls.main.breakdown_stations=8,99"], "99 stations are more than"),
        (["study=plain"], "study: capacity needs the keys of capacity; study=capacity has them"),
        (["halls.main.machine_rated_per_h=950000", "space.sorting_m2_per_parcel_per_h=0.001"], "machines are not"),
        (
            [
                "customs=declared",
                "halls.main.controls={xray_lanes:1000,transit_desks:5,uld_xrays:0}",
                "space.controls.xray_lane_m2=0.01",
            ],
            "10 % more xray_lanes are not possible: halls.main.controls.xray_lanes: must be at most 1000, got 1100",
        ),
        (["precision.on_time_share=0.01"], "precision: capacity simulates the replications that are given"),
        (["arrivals.factor=2"], "arrivals.factor: is what capacity looks for; leave it out"),
    ],
)
def test_mistakes_are_one_line_and_write_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: list[str], message: str
) -> None:
    is_refused(capsys, tmp_path / "runs", ["capacity", *words], message)


def test_no_single_resource_is_named_where_the_interval_of_its_lift_includes_zero() -> None:
    sure = Lift("a", "machines", 2, 3, Interval(0.1, 0.05, 0.15, 3), 3, 3, 1, 0.9, 5.0, is_binding=True)
    result = Result(
        Design("a", load()), "A", (), False, Interval(4.0, 3.0, 5.0, 3), (sure,), {"packout_posts": Rung(1e6)}
    )
    assert (result.binding, result.bottleneck[:30]) == ("machines", "bottleneck by what-if: sorting")
    noise = replace(sure, lift=Interval(0.06, -0.1, 0.22, 3))
    result = replace(result, lifts=(noise,))
    assert result.binding is None and result.warnings == []
    assert caption_of(result).endswith("of units at least one more")
    of_group = replace(noise, lift=Interval(0.001, None, None, 1), n=1, n_together=12)
    assert caption_of(replace(result, lifts=(noise, of_group))).endswith(
        "; the figure of a group is that of all its resources with more together; figures without an interval are of "
        "the first replication, too small there to simulate them in others"
    )
    assert result.bottleneck == (
        "bottleneck by the ladder: pack-out posts (no single resource is the bottleneck by what-if: the largest "
        "lift is 6.0 % (−10.0 to 22.0) of the late parcels, by more sorting machines (3 parcels/h instead of 2), and "
        "may be zero)"
    )
    assert replace(result, lifts=(replace(noise, lift=Interval(0.06, None, None, 1)),)).binding == "machines"
    none = replace(noise, lift=Interval(0.0, 0.0, 0.0, 3), is_binding=False)
    assert replace(result, lifts=(none,)).bottleneck.startswith("no resource alone is the bottleneck: 10 % more of any")


def test_a_capacity_is_one_sentence_with_one_bottleneck_and_what_breaks_since_when() -> None:
    hub, rows = (
        load(),
        [Threshold("a", n, 4.0, 4.0, 4.1 + n, reason, 5) for n, reason in enumerate(("late", "backlog"))],
    )
    lift = Lift("a", "machines", 2, 3, Interval(0.1, 0.05, 0.15, 3), 3, 3, 1, 0.9, 5.0, is_binding=True)
    ladder = {"packout_posts": Rung(1e5), "machines": Rung(1e6)}
    result = Result(
        Design("a", hub), "A", (*rows,), False, Interval(4.0, 3.9, 4.1, 2), (lift,), ladder, (), (26.5, 26.5)
    )
    (sentence,) = sentences([result])
    assert sentence == (
        "A carries 4.00 flights a day (3.90 to 4.10), in 2 replications, each known to within 1.10; at 4.60 flights a "
        "day (mean of 2) parcels are late (in 1 of 2), the backlog grows (in 1 of 2) and flights are held on average "
        "from Tue 06 Sep 02:30; bottleneck by what-if: sorting machines (simulated with 3 parcels/h instead of 2)."
    )
    none = hub.end_min / 60
    assert replace(result, held_after_h=(none, none)).breaks.endswith("grows (in 1 of 2) and no flight is held")
    odd = load("liege_30k", "service_h=8.8", "warmup_days=0", "horizon_days=1", "exports=none")
    ends = odd.end_min / 60
    assert ends * 60 < odd.end_min, "hours of the end are rounded"
    assert replace(result, design=Design("a", odd), held_after_h=(ends,)).breaks.endswith("and no flight is held")
    assert math.isnan(design_row(Design("a", odd), blocked_after_h=math.fsum([ends] * 3) / 3).blocked_after_h)
    one_holds = replace(result, held_after_h=(none, 26.5)).breaks
    assert one_holds.endswith("and flights are held (in 1 of 2) from Tue 06 Sep 02:30"), "not by the end of the other"
    alone = replace(result, thresholds=rows[:1], held_after_h=(26.5,)).breaks
    assert alone.endswith("parcels are late and flights are held from Tue 06 Sep 02:30")
    exports = replace(result, thresholds=(replace(rows[0], reason="exports"),), held_after_h=(none,)).breaks
    assert exports.endswith("day imports are on time but exports are late and no flight is held")
    lowest = replace(result, thresholds=tuple(replace(row, carried=0.0) for row in rows))
    (sentence,) = sentences([lowest])
    assert sentence.startswith("A carries none of the demands that were simulated, in 2 replications; at 4.60 flights")
    assert lowest.warnings[-1] == "A: in 2 of 2 replications no demand that was simulated is carried"
    close = replace(result, rivals=("packout_posts",)).bottleneck
    assert close.endswith("instead of 2; more pack-out posts may make as many on time)")


def test_where_no_resource_explains_most_of_what_is_late_the_people_are_named_for_whom_work_waits() -> None:
    little = Lift("a", "machines", 2, 3, Interval(0.1, 0.05, 0.15, 2), 2, 2, 1, 0.9, 5.0, is_binding=True)
    above = [{"understaffed_h_per_day_breakdown": hours, "understaffed_h_per_day_tugs": 1.0} for hours in (23.0, 24.0)]
    waits = _waits(Design("a", load("liege_30k")), little, above)
    assert waits == "work waits for people: break-down 23.5 h a day"
    result = Result(Design("a", load()), "A", (), False, Interval(4.0, 3.9, 4.1, 2), (little,), {}, waits=waits)
    assert sentences([result])[0].endswith(f"instead of 2); {waits}.")
    assert _waits(Design("a", load("liege_30k", "roster=round_the_clock")), little, above) == ""
    assert _waits(Design("a", load("liege_30k")), little, [{"understaffed_h_per_day_breakdown": 0.5}] * 2) == ""
    for best in (None, replace(little, lift=Interval(0.5, 0.4, 0.6, 2))):
        assert _waits(Design("a", load("liege_30k")), best, above) == ""


@pytest.mark.parametrize(
    ("other", "rivals"), [((0.3, 0.1, 0.4), ["doors"]), ((0.1, 0.11, 0.1), []), ((0.3,), []), ((0.0, 0.0, 0.0), [])]
)
def test_what_may_lift_as_much_as_the_bottleneck_is_known_by_pairs(other: tuple[float, ...], rivals: list[str]) -> None:
    best = Lift("a", "machines", 2, 3, Interval(0.3, 0.2, 0.4, 3), 3, 3, 1, 0.9, 5.0, is_binding=True)
    assert [*rivals_of(best, {"machines": (0.3, 0.29, 0.31), "doors": other})] == rivals


def test_the_sentence_of_a_hub_that_carries_all_says_nothing_breaks() -> None:
    hub, row = load(), Threshold("a", 0, 4.0, 4.0, 4.1, "late", 5)
    result = Result(Design("a", hub), "A", (row,), False, Interval(4.0, None, None, 1), (), {})
    assert replace(result, thresholds=(replace(row, not_carried=None),)).breaks == ""


@pytest.mark.drawn
@pytest.mark.parametrize(
    ("rung", "first_day", "has_ticks"),
    [(5.0, "2022-09-05", True), (9.0, "2022-09-05", False), (7.5, "2022-09-05", True), (7.5, "2023-01-02", False)],
    ids=["within twice", "beyond", "within twice in September", "beyond in January, which has fewer flights"],
)
def test_the_caption_names_ticks_only_where_some_are_drawn(rung: float, first_day: str, has_ticks: bool) -> None:
    week = f"start_date={first_day}", "warmup_days=0", "horizon_days=7"
    hub = load("liege_30k", "arrivals.cancelled_share=0.2", *week)
    ladder = {"machines": Rung(rung * 0.8 * hub.mean_parcels_per_flight)}
    result = Result(Design("a", hub), "A", (), False, Interval(4.0, 3.9, 4.1, 2), (), ladder)
    assert ("ticks" in _ladders_picture([result], 0.95).says) == has_ticks


def test_the_ladder_and_what_is_carried_count_the_parcels_of_the_measured_days() -> None:
    hub = load("liege_30k", "start_date=2023-01-02", "warmup_days=0", "horizon_days=7")
    search = Search(Design("a", hub), 0, Sustained(0.95, 0.1, binding=False), [])
    assert measured_parcels(at_demand(hub, search.most_by_ladder)) == pytest.approx(ladder_limit(hub))
    result = Result(Design("a", hub), "A", (), False, Interval(4.0, 3.0, 5.0, 3), (), {})
    mean, low, high = (rounded(measured_parcels(at_demand(hub, flights))) for flights in (4.0, 3.0, 5.0))
    assert _grid([result], {}).rows[0][-2] == f"{mean} ({low} to {high})"


def test_the_bottleneck_by_the_ladder_is_that_of_the_share_asked_for() -> None:
    ladder = {"machines": Rung(1000.0), "handcoding_desks": Rung(900.0, 0.02)}
    flights = Interval(4.0, None, None, 1)
    result = Result(Design("a", load()), "A", (), False, flights, (), ladder)
    for target, name, title in (
        (0.95, "machines", "sorting machines"),
        (0.99, "handcoding_desks", "hand-coding desks"),
    ):
        asked = replace(result, target=target)
        assert (asked.by_ladder, asked.bottleneck) == (name, f"bottleneck by the ladder: {title}")
        assert prepare({"a": flights}, {"a": ladder}, [200], target)[0].bottleneck == title


@pytest.mark.drawn
def test_the_chart_draws_a_row_a_scenario() -> None:
    values = {"a": Interval(5.0, 4.8, 5.2, 2), "b": Interval(9.0, None, None, 1)}
    ladders = {
        "a": {"handcoding_desks": Rung(490.0, 0.02), "machines": Rung(510.0), "doors": Rung(5000.0)},
        "b": {"machines": Rung(10.0), "handcoding_desks": Rung(10.02)},
    }
    thresholds = prepare(values, ladders, [100, 1])
    assert [(threshold.at, threshold.bottleneck) for threshold in thresholds] == [
        (5.1, "sorting machines"),
        (10.0, "sorting machines, hand-coding desks"),
    ]
    assert [rate for _, rate in thresholds[0].rungs] == [4.9, 5.1]
    (ax,) = figure(thresholds, 0.95).axes
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]
    labels = ax.get_legend_handles_labels()[1]
    assert "carried, mean and 95 % interval" in labels and "carried, one replication, no interval" in labels


@pytest.mark.drawn
def test_a_flight_file_has_a_capacity_in_flights_a_day(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    flights = [f"F{day},2023-03-{day:02} {hour:02}:00,900" for day in range(6, 10) for hour in (3, 15)]
    (tmp_path / "flights.csv").write_text("\n".join(["flight,sibt,parcels", *flights]) + "\n")
    words = ["scenarios=[liege_30k]", "arrivals=file", f"arrivals.schedule={tmp_path / 'flights.csv'}", "exports=none",
             "warmup_days=1", "horizon_days=2", "halls.main.machine_rated_per_h=400", "halls.main.sorting_machines=1",
             "capacity.binding=false", "capacity.tolerance=1", "replications=1", "workers=1",
             "halls.main.packout_posts=0"]  # fmt: skip
    document = answer(capsys, "capacity", *words, "--out", tmp_path / "runs")
    found = read_run(document["run_dir"]).tables["capacity"]
    assert 2 < found["carried"].item() < found["not_carried"].item() < 40
    assert "some fly again with the same schedule" in (Path(document["run_dir"]) / "report.html").read_text()
