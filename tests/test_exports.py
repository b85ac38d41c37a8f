"""Exports: what goes out, and what is refused in one line."""

import datetime as dt
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

import sim
from experiments.composition import load
from sim.domain.exports import AircraftLimits, Collection, ExportParcels, UldLimits
from sim.errors import CargohubError
from sim.inputs.collections import _size
from sim.inputs.expected_flights import BINS_PER_DAY, MARGIN
from sim.inputs.expected_work import expected_work
from sim.inputs.flight_work import collections_per_day
from sim.inputs.inputs import make_inputs
from sim.inputs.site import make_export_site
from sim.processes.export_store import FIRST_EXPORT, ExportStore
from sim.processes.store import ParcelStore
from sim.reference.small_hubs import make
from sim.reference.small_numbers import draw
from sim.site.floors import empty_ulds_that_fit
from sim.site.zones import export_zone_uses
from sim.units import TICKS_PER_DAY


def test_limits_of_an_aircraft_are_in_grams_and_cubic_centimetres() -> None:
    site = make_export_site(load("liege_30k"))
    assert site is not None
    decks = UldLimits(6_400_000, 18_900_000), UldLimits(4_400_000, 10_800_000)
    assert site.aircraft["b777f"] == AircraftLimits(decks, 93_500_000)


def test_one_fifth_of_the_goods_by_mass_is_28750_parcels_a_flight() -> None:
    config = load("liege_30k", "exports=one_fifth")
    assert collections_per_day(config, 1.0) * config.exports.collections.parcels == pytest.approx(28_750)


def test_collections_of_a_smaller_share_are_among_those_of_a_larger_one() -> None:
    few, many = (
        make_inputs(load("liege_30k", "exports=one_fifth", f"exports.share={share}", "horizon_days=2"), 0).exports
        for share in (0.1, 0.2)
    )
    assert few is not None and many is not None
    known = {collection.key: collection for collection in many.collections}
    assert 0 < len(few.collections) < len(many.collections)
    for collection in few.collections:
        same = known[collection.key]
        assert (collection.scheduled, collection.n_parcels) == (same.scheduled, same.n_parcels)


def test_as_many_collections_come_on_each_day_as_its_flights_need() -> None:
    """December's index is 1.04, January's 0.85."""
    config = load("liege_30k", "start_date=2022-12-26", "warmup_days=0", "horizon_days=14")
    of_day = Counter()
    for collection in make_inputs(config, 0).exports.collections:
        date = config.start_date + dt.timedelta(days=collection.scheduled // TICKS_PER_DAY)
        assert collection.key.startswith(f"{date.isoformat()}-")
        of_day[date] += 1
    needed = {date: collections_per_day(config, config.flights_coming_on(date)) for date in of_day}
    assert len({*needed.values()}) == 2
    assert all(abs(of_day[date] - n) < 1 for date, n in needed.items())


def test_a_share_of_nothing_is_no_exports() -> None:
    inputs = make_inputs(load("liege_30k", "exports=one_fifth", "exports.share=0", "horizon_days=1"), 0)
    assert inputs.exports is None and inputs.site.exports is None


def test_exports_are_recorded_alike_whether_imports_are_or_not() -> None:
    words = ["exports=one_fifth", "record.parcels_of_collections=all", "demand.flights_per_day=0.7", "horizon_days=1",
             "demand.parcels_per_flight=8000", "demand.net_t_per_flight=6"]  # fmt: skip
    alone, both = (
        sim.simulate(load("liege_30k", *words, f"record.parcels_of_flights={kept}", warmup_days=0)).tables[
            "out_parcels"
        ]
        for kept in ("[]", "all")
    )
    assert np.isfinite(alone["sort_begin"]).any()
    for name, column in alone.items():
        assert np.array_equal(column, both[name], equal_nan=column.dtype.kind == "f"), name


def test_an_export_counts_once_as_missed_however_many_flights_leave_it_behind() -> None:
    """Aircraft whose payload takes no ULD leave all exports behind, one after the other."""
    small = ("warmup_days=0", "horizon_days=2", "demand.parcels_per_flight=1500", "demand.net_t_per_flight=1")
    result = sim.simulate(load("liege_30k", *small, "fleet.b777f.payload_t=0.5"))
    n_parcels, n_missed = (int(result.tables["collections"][name].sum()) for name in ("n_parcels", "n_missed"))
    assert 0 < n_missed <= n_parcels < result.tables["flights"]["n_missed_out"].sum()
    assert result.kpis["export_missed_connection_share"] == n_missed / n_parcels


def test_without_exports_the_hub_is_that_without_them_to_the_bit() -> None:
    """Their people, places, rules and parcels may be configured: nothing of the hub hangs on it while none come."""
    words = ["demand.parcels_per_flight=2000", "demand.net_t_per_flight=2", "warmup_days=0", "horizon_days=3"]
    none, of_nothing = (
        sim.simulate(load("liege_30k", *words, *more), 0)
        for more in (
            ["exports=none"],
            ["exports=one_fifth", "exports.share=0", "apron.outbound_tugs=1", "exports.collections.parcels=99"],
        )
    )
    assert none.tables.keys() == of_nothing.tables.keys()
    for name, table in none.tables.items():
        for column, values in table.items():
            np.testing.assert_array_equal(values, of_nothing.tables[name][column], err_msg=f"{name}.{column}")
    assert none.kpis.keys() == of_nothing.kpis.keys()
    np.testing.assert_array_equal(list(none.kpis.values()), list(of_nothing.kpis.values()))


@pytest.mark.parametrize("spread", [0.4, "{family: lognormal, spread: 0.4}"])
def test_no_collection_is_larger_than_the_largest_for_which_floors_and_trailers_have_room(spread: float | str) -> None:
    """The largest draw of a generator; 1.4 times 1002 parcels are rounded up."""
    rules = load("liege_30k", f"exports.collections.spread={spread}", "exports.collections.parcels=1002").exports
    largest = SimpleNamespace(random=lambda: 1 - 2.0**-53, uniform=lambda _, high: np.nextafter(high, 0))
    drawn = round(1002 * _size(rules.collections, cast("np.random.Generator", largest)))
    assert drawn == rules.collections.most_parcels
    assert isinstance(spread, str) or drawn == 1403


@pytest.mark.parametrize(("draw", "size"), [(-1.0, 0.6), (0.0, 1.0), (0.5, 1.2)])
def test_sizes_of_collections_are_uniform_about_their_mean(draw: float, size: float) -> None:
    rules = load("liege_30k", "exports.collections.spread=0.4").exports.collections
    generator = SimpleNamespace(uniform=lambda low, high: draw * high if low == -1 else np.nan)
    assert _size(rules, cast("np.random.Generator", generator)) == pytest.approx(size)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["exports.departure.cut_off_min=90"], r"exports\.departure.*cut_off_min: must be above close_out_min = 90"),
        (["halls.main.doors_in=0"], "no hall that is open on start_date has an inbound door"),
        (["fleet.b777f.lower_deck.kg=20"], r"lower_deck\.kg: a ULD must take the heaviest parcel"),
        (["exports.collections.parcels=7000"], "a truck brings up to"),
        (["outbound.trailer.kg=2000"], "up to 7700, .* a trailer takes 2459 parcels of 0.813 kg and 5.4 l"),
        (["outbound.trailer.m3=20"], "up to 7700, .* a trailer takes 3703 parcels of 0.813 kg and 5.4 l"),
        (["halls.main.exports.screening_lines=6"], "zone screening: 6 screening lines are more than the 5"),
        (["space.export_staging_share=0.01"], "larger than the export floor"),
        (
            ["roster=round_the_clock", "roster.roles.build_up.factor=0.04"],
            r"roster\.roles\.build_up: at most 2 of 40 posts are ever manned",
        ),
    ],
)
def test_a_mistake_is_told_in_one_line(words: list[str], message: str) -> None:
    with pytest.raises(CargohubError, match=message) as caught:
        make_inputs(load("liege_30k", "exports=one_fifth", *words), 0)
    assert "\n" not in str(caught.value)


def test_as_many_empty_ulds_are_room_for_as_are_let_in() -> None:
    """However an area of so many falls a bit below it in binary."""
    config = load("liege_30k", "space.empty_uld_m2=8.1")
    for n in range(1, 60):
        area_m2 = n * config.space.empty_uld_m2 / config.halls["main"].zone_shares.empty_ulds
        hall = replace(config.halls["main"], area_m2=area_m2)
        *_, zone = export_zone_uses("main", hall, config.space)
        assert zone.zone == "empty_ulds"
        assert empty_ulds_that_fit(hall, config.space) == zone.n_fit == n


def test_imports_are_numbered_below_exports_however_many_and_large_flights_are() -> None:
    """Ten years of two hundred flights a day, the largest of half a million parcels."""
    inputs = make(draw(0))
    store = ParcelStore(500_000, inputs.site.route_of_lane, counts=False, values=False, keeps_stamps=False)
    last = replace(inputs.flights[-1], number=3660 * 200)
    store.add(last, inputs.parcels_of(last), is_kept=False)
    assert max(store.uld(last.number, uld)[1] for uld in range(last.n_ulds)) < FIRST_EXPORT
    exports = ExportStore(1_000_000, keeps_stamps=False)
    truck = Collection(1 << 22, "", (), 0, 0, 1, is_presorted=True, is_cohort=True)
    one = ExportParcels(*np.zeros((6, 1), dtype=np.int64))
    (parcel,) = exports.add(truck, one, 0, is_kept=False).tolist()
    assert parcel >= FIRST_EXPORT
    assert exports.collection_of(exports.load(parcel)) == truck.number


def test_exports_of_a_file_belong_to_its_parcels_not_to_the_demands(tmp_path: Path) -> None:
    """Their trucks and those that the roster expects, also if the file ends before the run does."""
    path = tmp_path / "flights.csv"
    rows = (
        f"OS{day}{hour},2022-09-{5 + day:02} {hour:02}:00,{20_000 + 500 * hour}" for day in range(7) for hour in (2, 22)
    )
    path.write_text("flight,sibt,parcels\n" + "\n".join(rows) + "\n")
    config = load("liege_30k", "exports=one_fifth", "arrivals=file", f"arrivals.schedule={path}")
    inputs = make_inputs(config, 0)
    assert inputs.exports is not None
    a_day = 2 * 26_000 * config.exports.ratio / config.exports.collections.parcels
    collected = [0 <= row.scheduled < config.days * TICKS_PER_DAY for row in inputs.exports.collections]
    assert sum(collected) == pytest.approx(a_day * config.days, abs=2)
    expected = expected_work(config, inputs.end).collections[MARGIN : MARGIN + config.days * BINS_PER_DAY]
    assert expected.sum() == pytest.approx(a_day * config.days)
