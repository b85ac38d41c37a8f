"""Every number of the configurations has a range or a reason to have none; worlds stay within the ranges."""

from dataclasses import replace

import numpy as np
import pytest
import yaml
from answers import answer
from hypothesis import given, settings
from hypothesis import strategies as st
from mistakes import refused
from openpyxl import load_workbook

from experiments.assumptions import Kind, Worlds, assumptions_of
from experiments.assumptions.entries import FOLDER, entries
from experiments.assumptions.leaves import entry_key, evaluate, is_number, is_numbers, leaves
from experiments.assumptions.listed import Index
from experiments.composition import compose, load, packaged
from experiments.main import main
from experiments.studies.page.form import values_of
from sim.config import HubConfig
from sim.errors import ConfigError
from sim.inputs.flight_files import schedules_of
from sim.reading import plain, read

PLACES = {"hall": "halls.NAME", "disruption": "disruptions.NAME", "paths": "expansion.paths.NAME"}
"""Where a configuration puts what is in these groups; other groups have the place of their name."""


LIGHT = ("demand.parcels_per_flight=20_000", "demand.net_t_per_flight=16")
"""What a smaller aircraft carries."""


def document_of(file):
    """A configuration file as it stands in a configuration."""
    text = file.read_text()
    document = {key: value for key, value in yaml.safe_load(text).items() if key != "defaults"}
    if text.startswith("# @package _global_") or file.parent == packaged():
        return document
    for name in reversed(PLACES.get(file.parent.name, file.parent.name).replace("NAME", file.stem).split(".")):
        document = {name: document}
    return document


@pytest.fixture(scope="module")
def documents():
    files = [file for file in sorted(packaged().rglob("*.yaml")) if file.parent.name != FOLDER]
    assert len(files) > 80
    return [document_of(file) for file in files]


@pytest.fixture(scope="module")
def hub():
    return load()


@pytest.fixture(scope="module")
def worlds(hub):
    return Worlds.of(assumptions_of(hub))


def uncovered(document):
    index = Index(entries((packaged(),)))
    return [key for key, value in leaves(document) if not isinstance(value, str) and index.of(entry_key(key)) is None]


def test_every_number_of_every_configuration_file_has_an_entry(documents):
    missing = {key for document in documents for key in uncovered(document)}
    assert not missing, f"give these an entry in configs/{FOLDER}: {sorted(missing)}"


def test_a_number_without_an_entry_is_noticed():
    assert uncovered({"apron": {"tow_min": 3, "taxi_in_min": 6}}) == ["apron.tow_min"]
    with pytest.raises(ConfigError, match=r"^apron\.tow_min: this number has no range"):
        assumptions_of({"apron": {"tow_min": 3}})


def test_every_entry_has_a_value(documents):
    index, used = Index(entries((packaged(),))), {"demand.kg_per_parcel"}  # null in all of them
    for document in documents:
        keys = {key for values in (leaves, values_of) for key, _ in values(document)}
        used |= {match[0].key for key in keys if (match := index.of(entry_key(key)))}
    assert not set(entries((packaged(),))) - used


def test_every_range_has_a_label_of_its_own():
    labels = [entry.label for entry in entries((packaged(),)).values() if entry.kind.is_sampled]
    assert None not in labels and len(set(labels)) == len(labels)
    assert not [label for label in labels if "_" in label or label.endswith(".")]


def test_no_key_stands_twice_in_a_file():
    for path in sorted((packaged() / FOLDER).glob("*.yaml")):
        keys = [key.value for key, _ in yaml.compose(path.read_text()).value]
        assert len(keys) == len(set(keys)), path


def test_ranges_hold_their_values(documents):
    for document in documents:
        for one in assumptions_of(document):
            if one.kind.is_sampled:
                assert one.low <= one.likely <= one.high, one
            else:
                assert one.low is None and one.high is None, one
            assert one.source


def test_formulas_give_the_configured_values(hub):
    rows = assumptions_of(hub)
    values = {one.key: one.value for one in rows}
    derived = [one for one in rows if one.kind is Kind.DERIVED]
    assert len(derived) > 5
    for one in derived:
        assert evaluate(one.source, values) == pytest.approx(one.value, rel=0.01), one.key


@pytest.mark.parametrize("name", ["74Y", "A330-300P2F", "747 8F"])
def test_aircraft_of_any_name_have_ranges_and_worlds(tmp_path, name):
    (tmp_path / "fleet").mkdir()
    own = yaml.safe_load((packaged() / "fleet" / "b777f.yaml").read_text())["b777f"]
    (tmp_path / "fleet" / "mine.yaml").write_text(yaml.safe_dump({name: own}))
    document = compose(["fleet=mine"], tmp_path)
    rows = {row.key: row for row in assumptions_of(document)}
    values = {key: row.value for key, row in rows.items()}
    assert evaluate(rows[f"fleet.{name}.main_deck.parcels"].source, values) == pytest.approx(3520, rel=0.01)
    worlds = Worlds.of(tuple(rows.values()))
    point = np.full((1, len(worlds.names)), 0.5)
    point[0, worlds.names.index("fleet.*.*.m3")] = 1.0
    world = worlds.document(document, worlds.values(point)[0])
    deck = world["fleet"][name]["main_deck"]
    assert deck["m3"] == pytest.approx(1.1 * own["main_deck"]["m3"])
    assert deck["parcels"] == pytest.approx(1000 * deck["m3"] / world["parcels"]["mean_l"], rel=0.01)


def test_a_derived_number_that_its_formula_does_not_give_is_in_proportion_to_it():
    (own,) = (one for one in assumptions_of(load("liege_30k", "halls.main.machine_rated_per_h=12000"))
              if one.key == "halls.main.machine_rated_per_h")  # fmt: skip
    assert own.source == "in proportion to 4500 / space.sorting_m2_per_parcel_per_h"
    # Under the permit more flights a day have today's loads.
    permit = {one.key: one.source for one in assumptions_of(load("liege_100k", "demand=permit"))}
    assert permit["demand.parcels_per_flight"].startswith("in proportion to demand.hub_share.supposed *")


def test_a_number_whose_formula_has_keys_that_the_hub_lacks_is_not_derived():
    """An express hub is no share of an airport's parcels, and has no Boeing 777F: no world changes these numbers."""
    rows = {row.key: row for row in assumptions_of(load("express_night_hub"))}
    for key, lacking in [("demand.parcels_per_flight", "demand.hub_share"), ("breakdown.uld_parcels", "fleet.b777f")]:
        assert (rows[key].kind, rows[key].low) == (Kind.DECISION, None)
        assert rows[key].source.startswith(f"the hub lacks {lacking}.")


def test_a_world_leaves_one_crew_its_people():
    """One crew of four by day: a fifth fewer would be three people, who could never build a ULD."""
    crew = ("halls.main.exports.build_up_places=1", "halls.main.exports.build_up_workers=4")
    hub = load("liege_30k", "roster=three_shifts", *crew)
    worlds = Worlds.of(assumptions_of(hub))
    point = np.full((1, len(worlds.names)), 0.5)
    point[0, worlds.names.index("roster.roles.*.shifts.*.share")] = 0.0
    point[0, worlds.names.index("roster.name")] = 0.75  # three_shifts
    roles = worlds.hub(hub, worlds.values(point)[0]).roster.roles
    assert [shift.share for shift in roles["build_up"].shifts] == [1, 0.75, 0.75]
    assert [shift.share for shift in roles["breakdown"].shifts] == pytest.approx([0.8, 0.8, 0.6, 0.6])


@pytest.mark.parametrize(
    "formula", ["1 /", "1 / (warmup_days - 7)", "2 * arrivals.model", "2 * exports.collections.hour_share", "9**9**9"]
)
def test_a_formula_that_gives_no_number_is_refused_with_its_file_and_key(tmp_path, formula):
    (tmp_path / "assumptions").mkdir()
    (tmp_path / "assumptions" / "own.yaml").write_text(f'apron.taxi_in_min: {{derived: "{formula}"}}\n')
    with pytest.raises(ConfigError, match=r"own\.yaml: apron\.taxi_in_min: '.+': (no formula|gives no number)"):
        assumptions_of(load("liege_30k"), tmp_path)


def test_a_number_in_proportion_to_zero_stays_as_configured(tmp_path):
    (tmp_path / "assumptions").mkdir()
    (tmp_path / "assumptions" / "own.yaml").write_text('apron.taxi_in_min: {derived: "0 * apron.doors_open_min"}\n')
    hub = load("liege_30k")
    worlds = Worlds.of(assumptions_of(hub, tmp_path))
    world = worlds.hub(hub, worlds.values(np.full((1, len(worlds.names)), 0.9))[0])
    assert world.apron.doors_open_min != hub.apron.doors_open_min
    assert world.apron.taxi_in_min == hub.apron.taxi_in_min


def test_without_width_a_world_is_the_configured_hub(hub):
    worlds = Worlds.of(assumptions_of(hub), width=0)
    rows = worlds.values(np.random.default_rng(1).random((3, len(worlds.names))))
    for design in (hub, load("liege_100k_complex", "demand=permit")):
        assert all(worlds.hub(design, row) == design for row in rows)


def test_an_aircraft_carries_in_every_world_what_a_flight_file_gives_it(tmp_path):
    """The file's parcels are known. In some worlds parcels are too heavy for them, or the payload is too small."""
    path = tmp_path / "flights.csv"
    path.write_text("flight,sibt,parcels,aircraft\nA,2022-09-05 10:00,114000,b777f\nB,2022-09-05 16:00,900,\n")
    hub = load("liege_30k", "arrivals=file", f"arrivals.schedule={path}")
    worlds = Worlds.of(assumptions_of(hub))
    values = worlds.values(np.random.default_rng(1).random((12, len(worlds.names))))
    limits = [read(HubConfig, worlds.document(plain(hub), row)).load_limit("b777f").parcels for row in values]
    assert min(limits) < 114_000 < max(limits)
    for row in values:
        changed = worlds.hub(hub, row)
        assert [flight.n_parcels for flight in schedules_of(changed).rows] == [114_000, 900]
        assert changed.load_limit("b777f").parcels >= 114_000


@settings(max_examples=5)
@given(seed=st.integers(0, 2**32 - 1), width=st.sampled_from([0.5, 1.0, 1.5]))
def test_any_world_of_any_design_can_be_built(hub, seed, width):
    worlds = Worlds.of(assumptions_of(hub), width=width)
    (row,) = worlds.values(np.random.default_rng(seed).random((1, len(worlds.names))))
    for design in (hub, load("liege_66k"), load("liege_100k_complex", "demand=permit")):
        world = worlds.hub(design, row)
        assert world.area_m2 == design.area_m2
        assert world.apron.stands == design.apron.stands
        assert {name: hall.packout_posts for name, hall in world.halls.items()} == {
            name: hall.packout_posts for name, hall in design.halls.items()
        }


def test_a_collection_fits_a_trailer_where_volume_is_what_limits_it(hub):
    worlds = Worlds.of(assumptions_of(hub), width=1.5)
    lows, highs = worlds.values(np.repeat([[0.0], [1 - 1e-12]], len(worlds.names), axis=1))
    row = np.array([one.base for one in worlds.sampled])
    for key, ends in {
        "demand.hub_share.supposed": lows, "demand.net_t_per_flight": highs,
        "outbound.trailer.m3": lows, "space.parcels_per_pallet": highs,
    }.items():  # fmt: skip
        row[worlds.names.index(key)] = ends[worlds.names.index(key)]
    world = worlds.hub(hub, row)
    fits = 1000 * world.outbound.trailer.m3 / world.parcels.mean_l
    assert fits < world.outbound.trailer.parcels
    assert world.exports.collections.parcels == pytest.approx(25 / 36 * fits, rel=1e-3)


def test_an_end_of_a_range_goes_down_with_what_it_is_the_end_of(hub, worlds):
    row = np.array([one.base for one in worlds.sampled])
    for supposed, least in ((0.4, 0.3), (0.23, 0.23)):
        row[worlds.names.index("demand.hub_share.supposed")] = supposed
        share = worlds.hub(hub, row).demand.hub_share
        assert (share.least, share.supposed, share.most) == (least, supposed, 0.5)


@pytest.mark.parametrize("at", [0.0, 1 - 1e-12])
def test_the_ends_of_each_range_can_be_built(hub, worlds, at):
    middle = np.array([one.base for one in worlds.sampled])
    ends = worlds.values(np.full((1, len(worlds.names)), at))[0]
    for k, name in enumerate(worlds.names):
        row = middle.copy()
        row[k] = ends[k]
        try:
            worlds.hub(hub, row)
        except ConfigError as error:
            pytest.fail(f"{name} = {row[k]}: {error}")


def test_values_stay_in_their_ranges_and_have_their_shape(worlds):
    values = worlds.values(np.random.default_rng(7).random((4096, len(worlds.names))))
    for k, one in enumerate(worlds.sampled):
        assert one.low - 1e-9 <= values[:, k].min() and values[:, k].max() <= one.high + 1e-9, worlds.names[k]
    of = dict(zip(worlds.names, values.T, strict=True))
    assert of["apron.taxi_in_min"].mean() == pytest.approx((4 + 6 + 10) / 3, rel=0.02)  # triangular
    assert of["outbound.docking_min"].std() == pytest.approx(0.6 * 15 / 12**0.5, rel=0.05)  # uniform
    assert (of["packout.rule"] == 1).mean() == pytest.approx(0.2, abs=0.03)


def test_widths_scale_ranges(hub):
    half, wide = (
        dict(zip(worlds.names, worlds.sampled, strict=True))
        for worlds in (Worlds.of(assumptions_of(hub), width=0.5), Worlds.of(assumptions_of(hub), width=1.5))
    )
    assert (half["apron.taxi_in_min"].low, half["apron.taxi_in_min"].high) == (5, 8)
    assert (wide["apron.taxi_in_min"].low, wide["apron.taxi_in_min"].high) == (3, 12)
    assert wide["customs.late_data_share"].low == 0.0025  # not below zero
    assert half["packout.rule"].weights == pytest.approx((0.9, 0.1))
    assert wide["packout.rule"].weights == pytest.approx((0.7, 0.3))


def test_paces_are_correlated_as_their_entry_says(worlds):
    values = worlds.values(np.random.default_rng(3).random((20_000, len(worlds.names))))
    of = dict(zip(worlds.names, values.T, strict=True))
    pairs = np.corrcoef([of[name] for name in ("breakdown.uld_min", "packout.parcels_per_post_h", "apron.taxi_in_min")])
    assert pairs[0, 1] == pytest.approx(-0.5, abs=0.05)
    assert abs(pairs[0, 2]) < 0.03


def test_a_world_sets_values_and_what_follows_from_them(hub, worlds):
    row = np.array([one.base for one in worlds.sampled])
    row[worlds.names.index("space.sorting_m2_per_parcel_per_h")] = 0.4
    row[worlds.names.index("space.parcels_per_pallet")] = 200.3
    row[worlds.names.index("demand.hub_share.supposed")] = 0.36
    world = worlds.hub(hub, row)
    assert world.halls["main"].machine_rated_per_h == pytest.approx(15_000 * 0.3 / 0.4)
    assert world.space.parcels_per_pallet == 200
    assert world.outbound.trailer.parcels == round(7920 * 200 / 240)
    assert world.demand.parcels_per_flight == 92_000
    permit = worlds.hub(load("liege_100k", "demand=permit"), row)
    assert permit.demand.parcels_per_flight == 92_000
    assert permit.demand.flights_per_day == 11


def test_a_number_with_a_range_and_a_bound_is_drawn_and_stays_below_it(tmp_path, hub):
    least = "demand.hub_share.least: {assumption: x, low: 0.2, high: 0.4, below: demand.hub_share.supposed}"
    worlds = Worlds.of(assumptions_of(hub, _own(tmp_path, least)))
    row = np.array([one.base for one in worlds.sampled])
    for drawn, supposed, share in ((0.25, 0.4, 0.25), (0.38, 0.35, 0.35)):
        row[worlds.names.index("demand.hub_share.least")] = drawn
        row[worlds.names.index("demand.hub_share.supposed")] = supposed
        assert worlds.hub(hub, row).demand.hub_share.least == pytest.approx(share)


def test_a_design_with_another_value_has_it_in_proportion(hub, worlds):
    row = np.array([one.base for one in worlds.sampled])
    row[worlds.names.index("packout.parcels_per_post_h")] = 600
    assert worlds.hub(load("liege_30k", "packout.parcels_per_post_h=1200"), row).packout.parcels_per_post_h == 800


def test_a_choice_of_the_world_leaves_a_decided_one(hub, worlds):
    row = np.array([one.base for one in worlds.sampled])
    row[worlds.names.index("roster.name")] = 2
    assert worlds.hub(hub, row).roster == load("liege_30k", "roster=round_the_clock").roster
    decided = load("liege_30k", "roster=three_shifts")
    assert worlds.hub(decided, row).roster == decided.roster


def test_a_world_has_an_option_of_the_users_where_the_users_entry_weighs_it(hub, tmp_path):
    text = "roster.name: {assumption: x, options: {follows_work: 0.5, mine: 0.5}, group: roster}"
    own = _own(tmp_path, text)
    (tmp_path / "roster").mkdir()
    (tmp_path / "roster" / "mine.yaml").write_text("defaults: [round_the_clock]\nname: mine\nfactor: 0.9\n")
    worlds = Worlds.of(assumptions_of(hub, own))
    row = np.array([one.base for one in worlds.sampled])
    row[worlds.names.index("roster.name")] = 1
    world = worlds.hub(hub, row)
    assert (world.roster.name, world.roster.factor) == ("mine", 0.9)


def test_profiles_are_stretched_and_keep_their_sum(hub, worlds):
    row = np.array([one.base for one in worlds.sampled])
    row[worlds.names.index("arrivals.weekday_index")] = 0.5
    row[worlds.names.index("arrivals.hour_share")] = 0.5
    world = worlds.hub(hub, row)
    assert sum(world.arrivals.weekday_index) == pytest.approx(sum(hub.arrivals.weekday_index))
    assert np.ptp(world.arrivals.weekday_index) == pytest.approx(np.ptp(hub.arrivals.weekday_index) / 2, rel=1e-3)
    assert max(world.arrivals.hour_share) == pytest.approx((0.0416666667 + 0.1166666667) / 2)


def _own(tmp_path, text):
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "own.yaml").write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("apron.taxi_in_min: {assumption: x, low: 7, high: 9}", r"apron\.taxi_in_min: value 6 is below low = 7"),
        ("apron.taxi_in_min: {assumption: x, low: 9, high: 7}", r"apron\.taxi_in_min: low = 9 is above high = 7"),
        ("apron.taxi_in_min: {assumption: x}", r"apron\.taxi_in_min: needs a range"),
        ("apron.taxi_in_min: {decision: x, by: 0.2}", r"apron\.taxi_in_min: a decision number has no range"),
        ("apron.taxi_in_min: {by: 0.2}", r"apron\.taxi_in_min: needs one of sourced, assumption"),
        ("apron.taxi_in_min: {assumption: x, by: 2}", r"apron\.taxi_in_min\.by: must be less than 1, got 2"),
        ("apron.taxi_in_min: {assumption: x, by: '0.2'}", r"apron\.taxi_in_min\.by: expected a number, got '0\.2'"),
        ("apron.taxi_in_min: {assumption: x, low: abc, high: 9}", r"taxi_in_min\.low: expected a number, got 'abc'"),
        ("apron.taxi_in_min: {assumption: 3, by: 0.2}", r"taxi_in_min\.assumption: expected text, got 3"),
        (
            "apron.taxi_in_min: {assumption: x, how: far, by: 0.2}",
            r"taxi_in_min\.how: must be one of spread, got 'far'",
        ),
        ("apron.taxi_in_min: {assumption: x, bye: 0.2}", r"apron\.taxi_in_min\.bye: unknown field; did you mean 'by'"),
        ("apron.taxi_on_min: {assumption: x, by: 0.2}", r"apron\.taxi_on_min: not a number .*'apron\.taxi_in_min'"),
        ("apron.taxi_in_min: {assumption: x, options: {a: 1}}", r"taxi_in_min\.options: .* is not a choice, got 6"),
        ("sorting.efficiency: {assumption: x, low: -5, high: 1}", r"sorting\.efficiency\.low: .* must be .*, got -5"),
        ("halls.*.apron_distance_m: {assumption: x, low: -1, high: 2}", r"apron_distance_m\.low: .*, got -"),
        ("packout.rule: {assumption: x, options: [a, b]}", r"packout\.rule\.options: expected a mapping, got a list"),
        ("packout.rule: {assumption: x, options: {flexible: x}}", r"options\.flexible: expected a number, got 'x'"),
        ("packout.rule: {assumption: x, options: {flexible: 0.5}}", r"packout\.rule\.options: weights .*, got 0\.5"),
        (
            "arrivals.hour_share: {assumption: x, towards: 3, low: 0, high: 1}",
            r"towards: expected a list in brackets, got 3",
        ),
        ("arrivals.hour_share: {assumption: x, towards: [1], by: 0.2}", r"hour_share\.towards: needs low and high"),
        (
            "arrivals.hour_share: {assumption: x, towards: [1], how: spread, low: 0, high: 1}",
            r"hour_share\.towards: needs low and high, the ends of its weight, and neither by nor how",
        ),
        ("arrivals.hour_share: {assumption: x, towards: [1], low: 0, high: 1}", r"towards: .* needs 24 numbers, got 1"),
        (
            "arrivals.hour_share: {assumption: x, how: spread, low: -1, high: 1}",
            r"hour_share\.low: .*at least 0, got -1",
        ),
        ("correlations: 3", r"correlations: expected a list in brackets, got 3"),
        ("correlations: [{keys: [apron.taxi_in_min, packout.spread]}]", r"correlations\[0\]\.correlation: missing"),
        ("correlations: [{keys: [packout.spread], correlation: abc}]", r"\.correlation: expected a number, got 'abc'"),
        (
            "correlations: [{keys: [apron.taxi_on_min, packout.spread], correlation: 0.2}]",
            r"correlations: apron\.taxi_on_min: has no entry",
        ),
        (
            "correlations: [{keys: [packout.spread, -packout.spread], correlation: 0.2}]",
            r"correlations\[0\]\.keys: packout\.spread occurs twice",
        ),
        ("3: {assumption: x, by: 0.2}", r"a key: expected text, got 3"),
        ("[1, 2]", r"expected a mapping of keys"),
    ],
)
def test_bad_entries_of_the_users_are_one_line(hub, tmp_path, text, message):
    with pytest.raises(ConfigError, match=rf"^{tmp_path}/{FOLDER}/own\.yaml: .*{message}") as error:
        assumptions_of(hub, _own(tmp_path, text))
    assert "\n" not in str(error.value)


def test_correlations_that_no_distribution_has_are_refused(hub, tmp_path):
    keys = ["apron.taxi_in_min", "apron.doors_open_min", "apron.turnaround_min"]
    pairs = [(keys[0], keys[1], 0.9), (keys[1], keys[2], 0.9), (keys[0], keys[2], -0.9)]
    text = yaml.safe_dump({"correlations": [{"keys": [one, two], "correlation": r} for one, two, r in pairs]})
    with pytest.raises(ConfigError, match=r"^correlations: no distribution has those of .*apron\.taxi_in_min"):
        Worlds.of(assumptions_of(hub, _own(tmp_path, text)))


def test_a_users_range_replaces_the_packaged_one(hub, tmp_path):
    own = _own(tmp_path, "apron.taxi_in_min: {sourced: measured, low: 5.5, high: 6.5}")
    (row,) = [one for one in assumptions_of(hub, own) if one.key == "apron.taxi_in_min"]
    assert (row.low, row.high, row.kind, row.source) == (5.5, 6.5, Kind.SOURCED, "measured")
    assert row.entry.label == "taxi-in"
    # A notebook, or whoever has the page open, may change it.
    (own / FOLDER / "own.yaml").write_text("apron.taxi_in_min: {sourced: measured again, low: 5, high: 7}")
    (row,) = [one for one in assumptions_of(hub, own) if one.key == "apron.taxi_in_min"]
    assert (row.low, row.high, row.source) == (5, 7, "measured again")


def test_shares_that_are_stretched_by_a_per_cent_have_the_ends_that_worlds_have(hub, tmp_path):
    own = _own(tmp_path, "lanes.*.share: {assumption: x, by: 0.1, how: spread}")
    rows = {one.key: one for one in assumptions_of(hub, own)}
    mean, row = np.mean([lane.share for lane in hub.lanes.values()]), rows["lanes.ES.share"]
    assert (row.low, row.high) == pytest.approx([mean + factor * (row.value - mean) for factor in (0.9, 1.1)])


def test_a_range_follows_a_number_that_is_set(hub):
    (row,) = [
        one
        for one in assumptions_of(replace(hub, apron=replace(hub.apron, taxi_in_min=12.0)))
        if one.key == "apron.taxi_in_min"
    ]
    assert (row.low, row.high) == (8, 20)


def test_leaves_are_numbers_lists_and_texts():
    assert is_number(1) and not is_number(True) and is_numbers([1, 2.5]) and not is_numbers([])


def test_the_verb_lists_every_number_with_its_range(capsys, tmp_path):
    book = tmp_path / "numbers.xlsx"
    rows = {row["key"]: row for row in answer(capsys, "assumptions", "demand=permit", f"to={book}")}
    assert list(rows["sorting.efficiency"]) == ["key", "value", "low", "high", "kind", "source"]
    assert rows["sorting.efficiency"]["low"] == 0.65
    assert rows["demand.flights_per_day"]["high"] == pytest.approx(11 * 4 / 3.5)
    doors = rows["halls.main.doors_out"]
    assert (doors["value"], doors["low"], doors["high"], doors["kind"]) == (30, None, None, "decision")
    assert rows["lanes.ES.share"]["high"] == pytest.approx(1 / 12 + 1.5 * (0.2 - 1 / 12), rel=0.1)  # about the mean
    assert rows["outbound.trailer.parcels"]["source"] == "33 * space.parcels_per_pallet"
    assert rows["cost.labour.wage_eur_per_h"]["low"] == 28
    sheet = load_workbook(book)["assumptions"]
    assert sheet.max_row == len(rows) + 1
    assert next(cell.value for cell in sheet[2]) == next(iter(rows))


def test_a_source_is_that_of_its_value_alone(hub):
    words = ("fleet=a300_600f", "customs.examined_share=0.002")
    others = {row.key: row for row in assumptions_of(load("liege_30k", *words, *LIGHT))}
    share = others["customs.examined_share"]
    assert {row.key: row.kind for row in assumptions_of(hub)}[share.key] is Kind.SOURCED
    assert (share.kind, share.low, share.high) == (Kind.ASSUMPTION, pytest.approx(0.001), pytest.approx(0.01))
    assert share.source.startswith(
        "assumption: the value differs from the source's, so the range is scaled in proportion: 0.006 %"
    )
    assert others["fleet.a300_600f.main_deck.ulds"].kind is Kind.ASSUMPTION
    assert others["customs.refused_share"].kind is Kind.SOURCED


def test_no_range_leaves_the_bounds_of_its_number():
    rows = {row.key: row for row in assumptions_of(load("liege_30k", "demand.load.fullest=1"))}
    assert rows["demand.load.fullest"].low == 1
    # A world below the bound is no hub, and would count as one that fails.
    worlds = Worlds.of(tuple(rows.values()), width=1.5)
    (fullest,) = (own for name, own in zip(worlds.names, worlds.sampled, strict=True) if name == "demand.load.fullest")
    assert fullest.quantiles(np.array([1e-9]))[0] >= 1


def test_a_year_has_no_separator_of_thousands(capsys):
    assert main(["assumptions", "kind=decision"]) == 0
    (year,) = (line for line in capsys.readouterr().out.splitlines() if line.split()[0] == "cost.year")
    assert year.split()[1] == "2023"


def test_the_verb_lists_one_kind(capsys):
    assert main(["assumptions", "kind=derived"]) == 0
    first, header, *rows = capsys.readouterr().out.splitlines()
    assert first == f"{len(rows)} numbers: {len(rows)} derived"
    assert header.split() == ["key", "value", "range", "kind", "source"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["kind=guess"], "kind: 'guess' is no kind of number"),
        (["kind=assumptions"], "kind: 'assumptions' is no kind of number; did you mean 'assumption'?"),
        (["to=numbers.csv"], "--to: a workbook is a file *.xlsx"),
        (["apron.taxi=3"], "apron.taxi: unknown key"),
        (["apron.taxi_in_min=-3"], "apron.taxi_in_min: must be at least 1e-05, got -3"),
    ],
)
def test_mistakes_at_the_verb_are_one_line(capsys, words, message):
    assert message in refused(capsys, "assumptions", *words)


def test_a_reason_that_a_spreadsheet_would_calculate_is_a_text_in_the_workbook(tmp_path):
    (tmp_path / "assumptions").mkdir()
    entry = {"apron.taxi_in_min": {"sourced": "=1+1", "low": 4, "high": 10}}
    (tmp_path / "assumptions" / "mine.yaml").write_text(yaml.safe_dump(entry))
    book = tmp_path / "numbers.xlsx"
    assert main(["assumptions", f"to={book}", "--config-dir", str(tmp_path)]) == 0
    cells = [cell.value for sheet in load_workbook(book) for row in sheet.iter_rows() for cell in row]
    assert "'=1+1" in cells and "=1+1" not in cells
