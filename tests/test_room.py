"""Units without room: all are reported together with what would fit, and fit=auto gives them room."""

import shlex
from dataclasses import replace
from types import SimpleNamespace

import pytest
import yaml
from answers import answer

from experiments.arguments import Arguments
from experiments.composition import load
from experiments.designs.design import Design
from experiments.frame.pages import warnings_of
from experiments.frame.study import Document, Request
from experiments.main import main
from sim.errors import CargohubError, ConfigError
from sim.site.floors import fit, floor_parcels, hold_zone_parcels, transfer_parcels
from sim.site.room import check_area, fitted
from sim.site.zones import set_aside, shares_of, zones_in_use

TINY = [
    "horizon_days=1", "warmup_days=0", "service_h=6", "exports.service_h=24", "demand.parcels_per_flight=4000",
    "demand.net_t_per_flight=3", "replications=1", "workers=1", "--quiet",
]  # fmt: skip
WITHOUT_ROOM = [
    ("halls.main.sorting_machines=3",),
    ("halls.main.doors_out=36",),
    ("halls.main.doors_out=50", "halls.main.zone_shares.dock_doors=0.12", "halls.main.zone_shares.lanes=0.05"),
    ("halls.main.uld_positions=151", "halls.main.zone_shares.landside_circulation=0.06"),
    ("halls.main.uld_positions=140", "halls.main.zone_shares.uld_positions=0.08"),
    ("halls.main.exports.screening_lines=7", "halls.main.exports.hand_sorting_posts=3"),
    ("halls.main.exports.empty_ulds=400",),
    ("halls.main.exports.hand_sorting_posts=12",),
    ("halls.main.controls.xray_lanes=9", "halls.main.customs_desks=7"),
    ("halls.main.zone_shares.packout=0",),
    ("halls.main.sorting_machines=4", "halls.main.doors_out=50", "halls.main.manual_sort_posts=0"),
]


def refusal(*words: str) -> str:
    with pytest.raises(ConfigError) as caught:
        check_area(load("liege_30k", *words))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_all_violations_are_reported_together_with_what_would_fit():
    text = refusal("halls.main.sorting_machines=4", "halls.main.doors_out=50", "halls.main.manual_sort_posts=0")
    for problem in (
        "halls.main.packout_posts: each chute (a machine's of a route) needs a post: at least 28, or 0 without",
        "halls.main.manual_sort_posts: at least 1, since parcels.non_conveyable_share = 0.03",
        "zone sorting: 60000 rated parcels/h are more than the 30000 that fit its 9000 m2 at 0.3 m2 each",
        "zone dock_doors: 60 dock doors are more than the 40 that fit its 2400 m2 at 60 m2 each",
        "60 dock doors are more than the 55 that fit its facade of 250 m at 4.5 m each",
    ):
        assert text.count(problem) == 1
    assert "halls.main needs 40,0" in text and "(it has 30,000 m2)" in text
    assert "m2); fit=auto sets this: halls.main.area_m2=40" in text, "before a list that may be cut"


@pytest.mark.parametrize("words", WITHOUT_ROOM, ids=" ".join)
def test_what_is_said_to_fit_fits(words):
    text = refusal(*words)
    settings = text.partition("; fit=auto sets this: ")[2]
    assert ("area_m2=" in settings) == ("(it has 30,000 m2)" in text) == ("has room for them" not in text)
    check_area(load("liege_30k", *words, *shlex.split(settings)))


@pytest.mark.parametrize("words", WITHOUT_ROOM, ids=" ".join)
def test_fit_auto_gives_room_and_no_more_than_is_needed(words):
    plain = load("liege_30k", *words)
    config = load("liege_30k", *words, "fit=auto")
    check_area(config)
    assert config.fitted
    assert fitted(config) == config
    old, new = plain.halls["main"], config.halls["main"]
    assert new.area_m2 >= old.area_m2
    # Floor on which goods lie, and that of those who drive, is not taken.
    for zone in ("lanes", "customs", "export", "empty_ulds", "airside_circulation", "landside_circulation"):
        before, after = (getattr(hall.zone_shares, zone) * hall.area_m2 for hall in (old, new))
        assert after >= before - 1e-6
    if new.area_m2 > old.area_m2:
        used = sum(getattr(new.zone_shares, zone) for zone in new.zone_shares.__dataclass_fields__)
        assert used > 1 - 1e-3, "a larger hall has no floor to spare"
        taken = {zone.zone: zone.spare_m2 for zone in zones_in_use(config)}
        assert all(taken[zone] < 1 for zone in ("uld_positions", "breakdown", "sorting", "handcoding", "packout"))


def areas(config):
    hall = config.halls["main"]
    return {zone: share * hall.area_m2 for zone, share in shares_of(hall).items()}


def test_fit_auto_takes_floor_of_no_zone_first_and_then_of_all_zones_with_spare_floor_in_proportion():
    words = ("halls.main.uld_positions=160", "halls.main.zone_shares.packout=0.06", "fit=auto")
    free = load("liege_30k", *words, "halls.main.zone_shares.lanes=0.07")
    lacking = {"uld_positions": 200.0}
    before = areas(load("liege_30k", "halls.main.zone_shares.packout=0.06", "halls.main.zone_shares.lanes=0.07"))
    assert areas(free) == pytest.approx({zone: m2 + lacking.get(zone, 0) for zone, m2 in before.items()}, abs=1)
    # Of no zone are 100 m², the other 100 are taken of 60 of hand-coding, 300 of pack-out and 200 of stations.
    scarce = ("halls.main.zone_shares.lanes=0.0766666667", "halls.main.breakdown_stations=11")
    taken = {"handcoding": 60 / 560 * 100, "packout": 300 / 560 * 100, "breakdown": 200 / 560 * 100}
    before = areas(load("liege_30k", "halls.main.zone_shares.packout=0.06", *scarce))
    wanted = {zone: m2 + lacking.get(zone, 0) - taken.get(zone, 0) for zone, m2 in before.items()}
    config = load("liege_30k", *words, *scarce)
    assert config.halls["main"].area_m2 == 30_000
    assert areas(config) == pytest.approx(wanted, abs=1)


def test_pallets_of_routes_that_share_a_chute_take_floor_of_pack_out():
    words = ("packout.chutes_per_machine=4", "space.pallet_m2=9")
    config = load("liege_30k", *words, "halls.main.packout_posts=25")
    (packout,) = (zone for zone in zones_in_use(config) if zone.zone == "packout")
    assert packout.area_m2 == pytest.approx(1500 - 2 * 3 * 9)
    assert packout.spare_m2 == pytest.approx(1500 - 54 - 29 * 50)
    check_area(load("liege_30k", *words, "halls.main.packout_posts=40", "fit=auto"))


def test_units_fit_whole_and_a_rate_to_its_last_digits():
    assert [fit(29.9, 1.0), fit(0.7, 0.1), fit(30.0, 1.0)] == [29, 7, 30]
    check_area(
        load("liege_30k", "halls.main.area_m2=31000", f"halls.main.machine_rated_per_h={15_000 * (31_000 / 30_000)!r}")
    )
    hall, space = load("liege_30k").halls["main"], load("liege_30k").space
    assert transfer_parcels(replace(hall, transfer_share=1 / 7), space) == 324_000 // 7
    text = refusal("halls.main.controls={xray_lanes:6,transit_desks:0,uld_xrays:0}")
    assert "X-ray and transit desks take 240 m2, more than the 199.98 m2 of zone customs beside its hold zone" in text


def test_the_zones_of_customs_and_exports_are_divided_without_rest():
    """Customs: hold zone, controls and desks. Exports: floor, screening, hand sorting and build-up."""
    config = load("liege_30k", "halls.main.controls={xray_lanes:2,transit_desks:3,uld_xrays:0}")
    hall, space = config.halls["main"], config.space
    area = {zone.zone: zone.area_m2 for zone in (*zones_in_use(config), *set_aside(config))}
    controls = 2 * space.controls.xray_lane_m2 + 3 * space.controls.transit_desk_m2
    customs = area["customs_hold"] + area["customs"] + controls
    assert customs == pytest.approx(hall.zone_shares.customs * hall.area_m2)
    exports = sum(area[part] for part in ("export", "screening", "hand_sorting", "build_up"))
    assert exports == pytest.approx(hall.zone_shares.export * hall.area_m2)


@pytest.mark.parametrize(
    "words",
    [
        (), ("exports=none",), ("halls.main.zone_shares.lanes=0.07",), ("halls.main.packout_posts=0",),
        ("halls.main.packout_posts=0", "halls.main.manual_sort_posts=0", "parcels.non_conveyable_share=0"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_every_square_metre_is_of_one_zone(words):
    config = load("liege_30k", *words)
    hall, space = config.halls["main"], config.space
    zones = {zone.zone: zone for zone in set_aside(config)}
    parts = [*zones_in_use(config), *zones.values()]
    assert len({zone.zone for zone in parts}) == len(parts)
    total = sum(zone.area_m2 for zone in parts) + space.controls.area_m2(hall.controls)
    assert total == pytest.approx(hall.area_m2)
    held, lanes = (zones[name].n_units for name in ("customs_hold", "lanes"))
    assert (held, lanes) == (hold_zone_parcels(hall, space), floor_parcels(hall, space)) and held != lanes


def test_a_hub_with_room_is_left_as_it_is():
    config = load("liege_30k", "fit=auto")
    assert config.fitted == ()
    assert config.halls == load("liege_30k").halls


def test_what_no_zone_of_any_size_holds_is_refused_with_fit_auto_too():
    words = ("space.customs_hold_share=1",)
    assert refusal(*words).endswith("halls.main: no size of its zones would have room for them")
    with pytest.raises(ConfigError, match="no size of its zones would have room for them"):
        load("liege_30k", *words, "fit=auto")
    with pytest.raises(CargohubError, match="fitted: lists what fit=auto changed"):
        load("liege_30k", "fitted=[x]")


def test_verbs_of_other_answers_say_what_fit_auto_changed_too():
    hub = load("liege_30k", "halls.main.doors_out=36", "fit=auto")
    request = Request([Design("liege_30k", hub)], SimpleNamespace(prices=None), Arguments("capacity"))
    (line,) = [text for text in warnings_of(request, Document("title", {})) if "fit=auto" in text]
    assert line.startswith("liege_30k: fit=auto changed area 30,000 → 30,304 m², 12 zone shares")


@pytest.mark.paged
def test_fit_auto_is_marked_in_configuration_page_and_json(capsys, tmp_path):
    design = "liege_30k halls.main.doors_out=36"
    command = ["compare", f"designs=[liege_30k, {design}]", "fit=auto", *TINY]
    shown = answer(capsys, *command, "--show")
    assert [bool(document["fitted"]) for document in shown] == [False, True]
    assert shown[1]["halls"]["main"]["area_m2"] == 30304
    document = answer(capsys, *command, "--out", tmp_path)
    assert "fitted" not in document["scenarios"]["liege_30k"]
    changes = document["scenarios"][design]["fitted"]
    assert changes == shown[1]["fitted"]
    assert changes[0] == "halls.main.area_m2: 30000 -> 30304"
    (line,) = [warning for warning in document["warnings"] if "fit=auto" in warning]
    called = "30,304 m², 3.5 flights a day (liege_30k: doors out 36)"
    assert line.startswith(f"{called}: fit=auto changed area 30,000 → 30,304 m², 12 zone shares")
    (run,) = tmp_path.iterdir()
    hubs = yaml.safe_load((run / "config.yaml").read_text())["hubs"]
    assert hubs[design]["fitted"] == changes
    assert "fit=auto changed area 30,000 → 30,304 m²" in (run / "report.html").read_text().replace("\u00a0", " ")
    assert main(["reproduce", str(run), "--quiet"]) == 0
