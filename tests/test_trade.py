"""Goods in and out: declared values against closed forms, balances computed by hand."""

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.special import ndtri

import sim
from experiments.composition import load
from sim.config import HubConfig
from sim.config.trade import ExportGoods, Goods
from sim.errors import ConfigError
from sim.inputs.goods import FlightGoods, _declared, bands, draw_goods, week_of
from sim.inputs.inputs import make_inputs
from sim.measures.exposure_tables import balance_rows, trade_rows, weekly_imports
from sim.measures.inference import whole_weeks
from sim.record.schemas import Table, tabulate
from sim.units import TICKS_PER_DAY, TICKS_PER_H, TICKS_PER_MIN

SMALL = ("demand.parcels_per_flight=4000", "demand.net_t_per_flight=3", "warmup_days=1")
FEW = ("demand.flights_per_day=1", "halls.main.packout_posts=0")


@pytest.fixture(scope="module")
def config() -> HubConfig:
    """Two lanes, one domestic; two groups, of 10 and of 200 EUR each; ten measured days from a Tuesday on."""
    hub = load("liege_30k", "trade=goods", *SMALL, "horizon_days=10")
    near, far, *_ = hub.lanes.values()
    trade = replace(
        hub.trade,
        goods={"cheap": Goods(0.75, 10, 1e-6, 0.5), "dear": Goods(0.25, 200, 1e-6, 0.1)},
        mix_sigma=0,
        vat={"HOME": 0.2, "FAR": 0.25},
        export_goods={"all": ExportGoods(1.0, 30)},
        export_shares=(0.5,),
        domestic_lanes=("HOME",),
        national_deficit_eur={"2021": 1e9},
    )
    return replace(hub, lanes={"HOME": replace(near, share=0.4), "FAR": replace(far, share=0.6)}, trade=trade)


def goods_of(flight: int, parcels: list[list[list[int]]], value: list[list[list[float]]]) -> FlightGoods:
    """Goods with two items a parcel."""
    return FlightGoods(flight, np.array(parcels), np.array(value, dtype=np.float64), 2 * np.array(parcels))


def flights(days: list[float], diverted: tuple[int, ...] = ()) -> Table:
    n = len(days)
    table = tabulate("flights", {"number": range(n), "arrival": [round(day * TICKS_PER_DAY) for day in days]})
    return table | {"is_diverted": np.isin(np.arange(n), diverted), "is_cohort": np.ones(n, dtype=np.bool_)}


def exported(rows: list[tuple[float, str, int]]) -> Table:
    departed = [round(day * TICKS_PER_DAY) if day >= 0 else -1 for day, _, _ in rows]
    return tabulate(
        "out_ulds",
        {"departed": departed, "lane_name": [lane for _, lane, _ in rows], "n_parcels": [n for *_, n in rows]},
    )


@pytest.fixture
def trade(config: HubConfig) -> Table:
    one = goods_of(0, [[[3, 0], [0, 1]], [[1, 0], [0, 0]]], [[[30, 0], [0, 200]], [[10, 0], [0, 0]]])
    two = goods_of(1, [[[2, 0], [0, 0]], [[0, 0], [0, 4]]], [[[20, 0], [0, 0]], [[0, 0], [0, 800]]])
    lost = goods_of(2, [[[9, 9], [9, 9]], [[9, 9], [9, 9]]], [[[9, 9], [9, 9]], [[9, 9], [9, 9]]])
    weeks, *sums = weekly_imports(config, (one, two, lost), flights([2.5, 8.0, 3.0], diverted=(2,)))
    assert [dt.date.fromordinal(week) for week in weeks] == [dt.date(2022, 9, 5), dt.date(2022, 9, 12)]
    # Measured from the start of day 1 to that of day 11, which is not counted.
    out = exported([(1.0, "Hangzhou", 8), (8.0, "Hangzhou", 2), *((day, "Hangzhou", 99) for day in (0.5, 11.0, -1))])
    return tabulate("trade", trade_rows(config, weeks, *sums, out))


def test_measured_days_that_end_on_a_sunday_have_no_week_more(config: HubConfig) -> None:
    weeks, *_ = weekly_imports(replace(config, horizon_days=6), (), flights([]))
    assert [dt.date.fromordinal(week) for week in weeks] == [dt.date(2022, 9, 5)]


def test_the_first_day_of_another_week_changes_no_inference_from_whole_weeks(config: HubConfig) -> None:
    assert whole_weeks(replace(config, warmup_days=0)).tolist() == [True, False]
    assert whole_weeks(config).tolist() == [True, True], "no week is measured as a whole"
    words = ("exposure=ledger", "trade=goods", *SMALL[:2], "exports=none", "demand.flights_per_day=1", "warmup_days=0")
    week, more = (sim.simulate(load("liege_30k", *words, f"horizon_days={days}"), 0) for days in (7, 8))
    assert week.kpis["flows_r2"] == more.kpis["flows_r2"] > 0
    assert np.array_equal(week.tables["inference"]["r2"], more.tables["inference"]["r2"])


def test_goods_of_a_week_add_up_and_duty_and_vat_fall_due(trade: Table) -> None:
    rows = {
        (week, lane, product): tuple(amounts)
        for _, week, lane, product, *amounts in zip(*(trade[name].tolist() for name in trade), strict=True)
    }
    assert rows["2022W36", "HOME", "cheap"] == pytest.approx((3, 6, 30, 0, 0, 0, 6))
    # Duty 10 % of 200, VAT 20 % of 220.
    assert rows["2022W36", "HOME", "dear"] == pytest.approx((1, 2, 200, 1, 200, 20, 44))
    assert rows["2022W37", "FAR", "dear"] == pytest.approx((4, 8, 800, 4, 800, 80, 220))
    assert rows["2022W36", "FAR", "dear"] == (0, 0, 0, 0, 0, 0, 0)
    assert rows["2022W36", "Hangzhou", "all"] == pytest.approx((8, 0, 240, 0, 0, 0, 0))
    assert rows["2022W37", "Hangzhou", "all"] == pytest.approx((2, 0, 60, 0, 0, 0, 0))


def test_a_duty_on_items_is_due_up_to_the_exemption_and_by_value_above(config: HubConfig) -> None:
    taxed = replace(config, trade=replace(config.trade, item_duty_eur=3.0))
    one = goods_of(0, [[[3, 0], [0, 1]], [[0, 0], [0, 0]]], [[[30, 0], [0, 200]], [[0, 0], [0, 0]]])
    weeks, *sums = weekly_imports(taxed, (one,), flights([2.5]))
    rows = trade_rows(taxed, weeks, *sums, exported([]))
    cheap, dear = list(zip(*rows.values(), strict=True))[:2]
    # Six items of EUR 3, and VAT of 20 % on value and duty.
    assert cheap[3:] == ("cheap", 3, 6, 30, 0, 0, 18, pytest.approx(0.2 * 48))
    assert dear[3:] == ("dear", 1, 2, 200, 1, 200, 20, pytest.approx(44))


@pytest.mark.parametrize("scenario", ["liege_30k", "eu_2026_duty"])
def test_items_are_drawn_by_their_shares_and_change_no_other_draw(scenario: str) -> None:
    """With declarations and without."""
    hub = load(scenario, "trade=goods", *SMALL, "exports=none", *FEW, "horizon_days=3")
    inputs = make_inputs(hub, 0)
    single = replace(hub, trade=replace(hub.trade, items={"1": 1.0}))
    n = sum(flight.n_parcels for flight in inputs.flights)
    for goods, alone in zip(draw_goods(hub, 0, inputs.flights), draw_goods(single, 0, inputs.flights), strict=True):
        assert (alone.items == alone.parcels).all()
        assert (goods.parcels == alone.parcels).all() and (goods.value == alone.value).all()
    items = sum(int(goods.items.sum()) for goods in draw_goods(hub, 0, inputs.flights))
    numbers = np.array([int(number) for number in hub.trade.items])
    mean = float(numbers @ list(hub.trade.items.values()))
    sigma = np.sqrt(float((numbers - mean) ** 2 @ list(hub.trade.items.values())) / n)
    assert items / n == pytest.approx(mean, abs=4 * sigma)


def test_the_duty_of_2026_is_three_euros_an_item_whatever_the_declaration() -> None:
    hub = load("eu_2026_duty", *SMALL, "exports=none", *FEW, "horizon_days=3", "customs.declared.goods.home.sigma=0")
    run = sim.simulate(hub)
    trade, home = run.tables["trade"], run.tables["trade"]["product"] == "home"
    assert (trade["duty_eur"][home] == 3 * trade["n_items"][home]).all(), "no parcel of 10 EUR is above the limit"
    assert run.kpis["imported_items_per_day"] > run.kpis["imported_parcels_per_day"]
    assert run.kpis["duty_eur_per_day"] == pytest.approx(trade["duty_eur"].sum() / 3)
    assert 3 * run.kpis["imported_items_per_day"] * 0.9 < run.kpis["duty_eur_per_day"]


def test_a_years_balance_stands_beside_the_national_one(config: HubConfig, trade: Table) -> None:
    rows = balance_rows(config, trade)
    own, half = zip(*rows.values(), strict=True)
    # Ten days: 1,060 EUR in, 300 out, 250 for the domestic lane; 36.525 times that a year.
    year = 36.525
    assert own == pytest.approx(
        (True, 0.2, "2021", 1e9, year * 1060, year * 300, -year * 760, year * 250, year * 760 / 1e9, year * 250 / 1e9)
    )
    # Half of all goods out: as many parcels out as the eleven in, of 30 EUR each.
    assert half[:6] == pytest.approx((False, 0.5, "2021", 1e9, year * 1060, year * 330))
    assert half[6] == pytest.approx(-year * 730)


def test_bands_are_the_moments_of_a_cut_lognormal() -> None:
    group = Goods(1, 40, 1.2, 0.1)
    share, mean, variance = (values[0] for values in bands((group,), 150))
    # Quantiles at the mid-points of equal shares.
    normal = ndtri((np.arange(400_000) + 0.5) / 400_000)
    value = 40 * np.exp(1.2 * normal)
    for band, mine in enumerate((value <= 150, value > 150)):
        assert share[band] == pytest.approx(mine.mean(), abs=1e-5)
        assert mean[band] == pytest.approx(value[mine].mean(), rel=1e-3)
        assert variance[band] == pytest.approx(value[mine].var(), rel=0.02)
    all_dutiable = bands((group,), 0)
    assert all_dutiable[0].tolist() == [[0, 1]]
    assert all_dutiable[1][0].tolist() == pytest.approx([0, 40 * np.exp(1.2**2 / 2)])


def test_drawn_goods_have_their_flights_parcels_and_the_shares_and_values_configured(config: HubConfig) -> None:
    inputs = make_inputs(config, 0)
    goods = draw_goods(config, 0, inputs.flights)
    assert [int(one.parcels.sum()) for one in goods] == [flight.n_parcels for flight in inputs.flights]
    for one, flight in zip(goods, inputs.flights, strict=True):
        lanes = np.bincount(inputs.parcels_of(flight).lane, minlength=2)
        assert one.parcels.sum(axis=(1, 2)).tolist() == lanes.tolist()
    parcels, value = (np.sum([getattr(one, name) for one in goods], axis=0) for name in ("parcels", "value"))
    n = parcels.sum()
    assert parcels[:, 1].sum() / n == pytest.approx(0.25, abs=4 * np.sqrt(0.25 * 0.75 / n))
    assert parcels[:, 0, 1].sum() == parcels[:, 1, 0].sum() == 0, "10 EUR are exempt, 200 EUR are not"
    assert value[:, 0].sum() == pytest.approx(10 * parcels[:, 0].sum(), rel=1e-4)
    assert value[:, 1].sum() == pytest.approx(200 * parcels[:, 1].sum(), rel=1e-4)
    mixed = draw_goods(replace(config, trade=replace(config.trade, mix_sigma=1.0)), 0, inputs.flights)
    of_lanes = np.sum([one.parcels for one in mixed[:2]], axis=0).sum(axis=2)
    near, far = of_lanes[:, 1] / of_lanes.sum(axis=1)
    assert abs(near - far) > 0.05, "each lane has a mix of its own"
    assert draw_goods(replace(config, trade=replace(config.trade, is_on=False)), 0, inputs.flights) == ()


def test_weeks_begin_on_mondays() -> None:
    hub = load("liege_30k", start_date="2022-09-07")
    assert dt.date.fromordinal(week_of(hub, 0)) == dt.date(2022, 9, 5)
    assert dt.date.fromordinal(week_of(hub, 5 * TICKS_PER_DAY)) == dt.date(2022, 9, 12)
    assert week_of(hub, 5 * TICKS_PER_DAY - TICKS_PER_MIN) == week_of(hub, 0)
    # The Sunday on which the clocks go back has 25 hours.
    hub = load("liege_30k", start_date="2026-10-19", time_zone="Europe/Brussels")
    assert week_of(hub, 7 * TICKS_PER_DAY) == week_of(hub, 0)
    assert dt.date.fromordinal(week_of(hub, 7 * TICKS_PER_DAY + TICKS_PER_H)) == dt.date(2026, 10, 26)


def test_exports_of_a_run_are_what_left_by_air() -> None:
    hub = load(
        "liege_30k",
        "trade=goods",
        "exports=one_fifth",
        *SMALL,
        "horizon_days=3",
        "exports.collections.parcels=300",
        *FEW,
    )
    tables = sim.simulate(hub).tables
    ulds, trade = tables["out_ulds"], tables["trade"]
    left = (ulds["departed"] >= 1440) & (ulds["departed"] < 4 * 1440)
    assert trade["n_parcels"][trade["is_export"]].sum() == pytest.approx(ulds["n_parcels"][left].sum())
    assert ulds["n_parcels"][left].sum() > 0
    assert tables["trade_balance"]["exports_eur"][0] > 0


@pytest.mark.parametrize("limit", [150, 0])
def test_with_declarations_goods_are_what_is_declared_to_the_cent(limit: float) -> None:
    hub = load(
        "customs_today",
        "trade=goods",
        "exports=none",
        *SMALL,
        *FEW,
        "horizon_days=3",
        f"customs.declared.low_value_limit_eur={limit}",
    )
    tables = sim.simulate(hub).tables
    customs, trade, flights = (tables[name] for name in ("customs", "trade", "flights"))
    mine = flights["is_cohort"][customs["flight"]]
    assert mine.sum() == flights["is_cohort"].sum() > 0, "all have landed"
    assert trade["value_eur"].sum() == pytest.approx(customs["value_eur"][mine].sum(), abs=0.005)
    assert trade["n_parcels"].sum() == flights["n_parcels"][flights["is_cohort"]].sum()
    assert trade["n_dutiable"].sum() == customs["n_h1"][mine].sum() > 0
    assert limit > 0 or trade["dutiable_eur"].sum() == trade["value_eur"].sum()
    assert set(trade["product"].tolist()) == set(hub.customs.declared.goods)
    inputs = make_inputs(hub, 0)
    for one, flight in zip(draw_goods(hub, 0, inputs.flights), inputs.flights, strict=True):
        lanes = np.bincount(inputs.parcels_of(flight).lane, minlength=len(hub.lanes))
        assert one.parcels.sum(axis=(1, 2)).tolist() == lanes.tolist()


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("~trade.vat.BE", "trade.vat: no rate for lane 'BE'"),
        ("trade.goods.home.share=0.5", "trade.goods: shares must sum to 1, got 1.32"),
        ("trade.items.1=0.5", "trade.items: shares must sum to 1, got 0.8"),
        ("+trade.items.many=0", "trade.items: keys must be numbers of items from 1 to 999, got 'many'"),
        ("trade.domestic_lanes=[BX]", "trade.domestic_lanes: no lane 'BX'"),
        ("trade.goods.home.duty=2", "trade.goods.home.duty: must be at most 1, got 2"),
    ],
)
def test_a_mistake_is_one_line(word: str, message: str) -> None:
    words = [word, "trade.domestic_lanes=[]"] if "vat" in word else [word]
    with pytest.raises(ConfigError) as caught:
        load("liege_30k", "trade=goods", *words)
    assert str(caught.value).startswith(message)


def test_a_group_that_is_declared_wants_a_rate_of_duty() -> None:
    with pytest.raises(ConfigError, match=r"no group 'toys', which customs\.declared\.goods has"):
        load("customs_today", "trade=goods", "~trade.goods.toys", "trade.goods.home.share=0.28")


def test_a_parcel_of_exactly_the_exemption_is_exempt() -> None:
    parcels = SimpleNamespace(value=np.array([15_000, 15_001, 1]), goods=np.array([0, 0, 1]))
    goods = _declared(
        SimpleNamespace(number=4), np.array([0, 0, 0], dtype=np.uint8), parcels, 15_000, (1, 2, 2), np.array([1, 2, 5])
    )
    assert goods.items.tolist() == [[[1, 2], [5, 0]]]
    assert goods.parcels.tolist() == [[[1, 1], [1, 0]]]
    assert goods.value.tolist() == [[[150.0, 150.01], [0.01, 0.0]]]
