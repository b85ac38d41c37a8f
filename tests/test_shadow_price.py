"""The verb shadow-price: a zone grows by its units alone, and a m² is worth the difference that it makes."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from answers import answer
from mistakes import refused
from priced import priced
from stored_runs import TINY

from experiments.composition import load
from experiments.designs.more_room import HALL_UNITS, with_more, zone_m2
from experiments.main import main
from experiments.report import style
from experiments.report.figures.shadow_price_figure import draw
from experiments.report.typesetting import tied
from experiments.statistics import Interval, mean_interval
from experiments.studies import shadow_price
from experiments.studies.shadow_price.result import Result, ShadowPrice, ladders, zone_of
from sim.config import ZoneShares
from sim.domain.roles import ROLES
from sim.site.room import check_area


@cache
def asked() -> ShadowPrice:
    return ShadowPrice((3.5,), ("floor", "positions"), 600.0, 2, priced(**{"labour.paid": "worked"}))


@pytest.mark.parametrize("name", HALL_UNITS)
def test_a_zone_grows_by_its_units_and_every_other_keeps_its_floor(name: str) -> None:
    kind = HALL_UNITS[name]
    hub = load("liege_30k", "halls.main.manual_sort_posts=2", "halls.main.packout_posts=20")
    units = 10.0
    larger = with_more(hub, kind, units)
    check_area(larger)
    before, after = hub.halls["main"], larger.halls["main"]
    assert kind.count(after) == pytest.approx(kind.count(before) + units)
    assert after.area_m2 - before.area_m2 == pytest.approx(units * kind.unit_m2(hub.space))
    for zone in ZoneShares.__dataclass_fields__:
        more = units * kind.unit_m2(hub.space) if zone == kind.zone else 0.0
        assert zone_m2(after, zone) == pytest.approx(zone_m2(before, zone) + more)


def test_steps_are_whole_units_near_the_area_asked_for() -> None:
    steps = {ladder.zone: ladder for ladder in ladders(load(), replace(asked(), zones=None))}
    assert set(steps) == set(HALL_UNITS)
    for zone, ladder in steps.items():
        hubs = [design.hub for design in ladder.designs]
        added = [hub.area_m2 - hubs[0].area_m2 for hub in hubs]
        assert added == pytest.approx([0, 600, 1200]), zone
        counts = [HALL_UNITS[zone].count(hub.halls["main"]) for hub in hubs]
        assert counts[2] - counts[1] == pytest.approx(counts[1] - counts[0])
    assert steps["stations"].units_a_step == 3
    (wide,) = ladders(load(), replace(asked(), zones=("stations",), step_m2=10.0, steps=1))
    assert wide.designs[1].hub.area_m2 == pytest.approx(30_200)  # no less than one
    nearest = ladders(load(), replace(asked(), zones=("stations", "floor"), step_m2=351.0, steps=1))
    assert nearest[0].designs[1].hub.area_m2 == pytest.approx(30_400)
    pallets = nearest[1].units_a_step / load().space.pallet_m2
    assert pallets == pytest.approx(round(351 / load().space.pallet_m2)), "whole pallets"


def kpis(parcels: float, late: float = 0.0) -> dict[str, float]:
    staff = {f"staff_h_per_day_{role}": 10.0 for role in ROLES}
    return staff | {
        "parcels_per_day": parcels, "late_parcels_per_day": late, "trucks_per_day": 50.0, "truck_km_per_day": 3e4,
        "on_time_share": 1.0, "exports_per_day": 0.0, "late_exports_per_day": 0.0,
    }  # fmt: skip


def test_worth_is_the_gain_of_each_step_over_the_floor_that_it_adds() -> None:
    ladder = next(one for one in ladders(load(), asked()) if one.zone == "floor")
    gains = [(0.0, 1000.0, 1100.0), (0.0, 2000.0, 2100.0)]
    there = {
        (design.label, number): kpis(400_000 + gain) | {"on_time_share": share}
        for number, row in enumerate(gains)
        for design, gain, share in zip(ladder.designs, row, (0.7, 0.8, 0.9), strict=True)
    }
    zone = zone_of(ladder, there, 2, asked().prices)
    # A m² of lanes takes energy and the hall's upkeep, no equipment.
    own_cost = 85 * 0.18 + 1250 * 0.01
    a_parcel_a_day = 365.25 * 0.8 / 600
    assert zone.samples == pytest.approx([1000 * a_parcel_a_day - own_cost, 2000 * a_parcel_a_day - own_cost], abs=1e-3)
    assert zone.first.worth.mean == pytest.approx(1500 * a_parcel_a_day - own_cost, abs=1e-3)
    assert zone.on_time == pytest.approx(0.7)
    assert [step.on_time_share for step in zone.steps] == pytest.approx([0.9, 0.8, 0.9])
    assert [step.area_m2 for step in zone.steps] == pytest.approx([1200, 600, 1200])
    assert zone.steps[2].worth.mean == pytest.approx(100 * a_parcel_a_day - own_cost, abs=1e-3)
    together = zone.steps[0]
    assert (together.step, together.units) == (0, 1200)
    assert together.worth.mean == pytest.approx((zone.first.worth.mean + zone.steps[2].worth.mean) / 2)


def test_units_of_several_halls_are_counted_together_like_their_floor() -> None:
    hub = load("liege_100k_complex", "exports=none")
    ladder = next(each for each in ladders(hub, asked()) if each.zone == "positions")
    kpis_of = {(design.label, number): kpis(400_000) for design in ladder.designs for number in range(2)}
    first = zone_of(ladder, kpis_of, 2, asked().prices).first
    before, after = (sum(hall.uld_positions for hall in each.hub.halls.values()) for each in ladder.designs[:2])
    assert first.units == after - before == 4 * ladder.units_a_step
    assert first.area_m2 == pytest.approx(first.units * 20)


def test_units_that_help_nobody_cost_their_life_and_upkeep() -> None:
    ladder = next(one for one in ladders(load(), asked()) if one.zone == "positions")
    there = {(design.label, number): kpis(400_000) for design in ladder.designs for number in range(2)}
    zone = zone_of(ladder, there, 2, asked().prices)
    a_position = 15_000 / 20 * (0.06 / (1 - 1.06**-10) + 0.04)
    assert zone.first.worth.mean == pytest.approx(-(85 * 0.18 + 1250 * 0.01 + a_position), abs=1e-3)
    result = Result("liege_30k", asked(), (zone,))
    assert result.rent == 65
    assert result.first(3.5) is None
    assert "no zone's first step is surely worth its floor" in result.sentences[0]
    assert result.sentences[0].endswith("of 30 ULD positions on 600 m².")
    assert " to " not in result.sentences[0]  # the same in every replication: no interval
    built = Result("liege_30k", replace(asked(), prices=priced(**{"site.tenure": "built"})), (zone,))
    assert built.rent == pytest.approx(40 + 1250 * 0.06 / (1 - 1.06**-30))


@pytest.mark.parametrize(
    ("best", "others", "says"),
    [
        ((300, 310, 320), [(70, 80, 90)], "lanes' floor first: the value of 600 m² of pallets on 600 m² is 310"),
        ((300, 310, 320), [(70, 80, 90), (-900, 0, 900)], "; outbound dock doors may be worth as much."),
        (
            (300, 310, 320),
            [(230, 210, 190), (-900, -900, -900)],
            "; ULD positions may be worth as much.",  # two leads at once: 100 ± 107, of one alone 100 ± 75
        ),
        ((90, 100, 110), [], "enlarge lanes' floor first"),
        (
            (90, 100, 110),
            [(0, 0, 0), (0, 0, 0)],
            # One interval alone would be 75 to 125, above the cost of 65.
            "no zone's first step is surely worth its floor, 3 zones taken together (Bonferroni); the most is 100 (56",
        ),
        ((300,), [(70,)], "no zone's first step is surely worth its floor, 2 zones taken together"),
        (
            (-900, 300, 1500),
            [(98, 100, 102), (60, 70, 80)],
            "less than its floor costs. Surely worth their floor are the first steps of ULD positions, 3 zones",
        ),
    ],
    ids=[
        "sure",
        "a third may be as much",
        "two leads at once",
        "alone",
        "not among three",
        "one replication",
        "only another",
    ],
)
def test_the_zone_to_enlarge_first_is_the_first_of_many_surely(
    best: tuple[float, ...], others: list[tuple[float, ...]], says: str
) -> None:
    names, of_zones = ("floor", "positions", "doors"), [best, *others]
    by_name = {ladder.zone: ladder for ladder in ladders(load(), replace(asked(), zones=names))}
    zones = []
    for name, samples in zip(names, of_zones, strict=False):
        there = {(design.label, n): kpis(4e5) for design in by_name[name].designs for n in range(len(samples))}
        zone = zone_of(by_name[name], there, len(samples), asked().prices)
        first = replace(zone.first, worth=mean_interval(samples))
        # All steps together are worth most where the first one is worth least.
        together = replace(zone.steps[0], worth=mean_interval([-value for value in samples]))
        zones.append(replace(zone, steps=(together, first), samples=samples))
    assert says in Result("liege_30k", asked(), tuple(reversed(zones))).sentences[0]


WORDS = ["shadow-price", *TINY, "exports=none", "shadow_price.zones=[floor,stations]", "shadow_price.steps=1"]


@pytest.mark.paged
def test_a_stored_run_is_told_shown_and_reproduced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], is_slow: bool
) -> None:
    words = [*WORDS, "shadow_price.flights_per_day=[3]", "--quiet", "--out", str(tmp_path)]
    document = answer(capsys, *words)
    (demand,) = document["demands"]
    assert demand["flights_per_day"] == 3
    assert set(demand["zones"]) == {"floor", "stations"}
    assert [step["step"] for step in demand["zones"]["floor"]] == [0, 1]
    folder = document["run_dir"]
    page = Path(folder, "report.html").read_text()
    assert "Worth: revenue" in page and "mean on time with the" in page
    assert "break-down stations" in page, "zones are called as everywhere"
    assert "round trip of a tug (10 min" in page and "flights a day (3.5" not in page, "the study sets the demand"
    assert document["warnings"], "a day is no week"
    assert all(tied(f"Warning: {line}.") in page for line in document["warnings"])
    assert answer(capsys, "show", folder) == document
    assert main(["resume", folder]) == 0
    assert not is_slow or main(["reproduce", folder, "--quiet"]) == 0


def test_the_picture_has_a_panel_with_its_steps_and_the_rent() -> None:
    bars = ((Interval(100.0, 50.0, 150.0, 2), Interval(10.0, 0.0, 20.0, 2)),)
    with style.look():
        ax = style.new_figure(3).subplots()
        draw(ax, "floor, 600 m² a step", (3.5,), bars, 65.0)
    assert list(ax.get_legend_handles_labels()[1]) == ["what a m² costs: 65", "step 1", "step 2"]
    assert ax.get_title(loc="left") == "floor, 600 m² a step"


def test_titles_of_zones_stand_above_their_panels() -> None:
    steps = ladders(load(), replace(asked(), zones=None))
    there = {(design.label, 0): kpis(400_000) for ladder in steps for design in ladder.designs}
    result = Result("liege_30k", asked(), tuple(zone_of(ladder, there, 1, asked().prices) for ladder in steps))
    with style.look():
        picture = shadow_price._picture(result)
        figure = picture.figure
        figure.draw_without_rendering()
    for ax in figure.axes:
        (title,) = (text for text in ax.get_children() if getattr(text, "get_text", str)() == ax.get_title(loc="left"))
        assert title.get_window_extent().x1 <= ax.bbox.x1
    assert picture.says.startswith("By zone and demand, one replication, no interval: ")


def test_marks_of_a_zone_that_helps_nobody_do_not_lie_on_the_axis() -> None:
    bars = ((Interval(-101.0, -101.0, -101.0, 2),),)
    with style.look():
        ax = style.new_figure(3).subplots()
        draw(ax, "doors, 600 m² a step", (3.5,), bars, 65.0)
    places = ax.transAxes.inverted().transform(ax.transData.transform([(0, -101.0), (0, 65.0)]))[:, 1]
    assert 0.08 < places[0] < places[1] < 0.92
    assert ax.get_yticks().tolist() == [-100, -50, 0, 50]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["shadow_price.zones=[door]"], "shadow_price.zones: unknown zone 'door'; did you mean"),
        (
            [
                "shadow_price.zones=[manual_sort_posts]",
                "halls.main.manual_sort_posts=0",
                "parcels.non_conveyable_share=0",
            ],
            "shadow_price.zones: not every hall of liege_30k has",
        ),
        (["shadow_price.zones=[]"], "shadow_price.zones: at least one"),
        (["shadow_price.flights_per_day=[3,3]"], "shadow_price.flights_per_day: 3.0 occurs twice"),
        (["shadow_price.steps=0"], "shadow_price.steps: must be at least 1, got 0"),
        (["shadow_price.prices.parcels.revenue_eur=-1"], "parcels.revenue_eur: must be at least 0, got -1"),
        (
            ["demand.flights_per_day=2"],
            "demand.flights_per_day: has no effect here; the demands are those of shadow_price",
        ),
        (["study=plain"], "study: shadow-price needs"),
        (["precision.on_time_share=0.01"], "precision: has no effect here"),
        (["arrivals.factor=2"], "arrivals.factor: has no effect here; the demands are those of shadow_price"),
    ],
)
def test_mistakes_are_one_line_and_write_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, words: list[str], message: str
) -> None:
    assert message in refused(capsys, "shadow-price", *words, "--out", tmp_path / "runs")
    assert not (tmp_path / "runs").exists()
