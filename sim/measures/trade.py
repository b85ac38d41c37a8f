"""Goods in and out: declared values, duties and VAT by week, lane and group; the balance beside national ones."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.config import HubConfig
from sim.inputs.goods import HIGH, FlightGoods, week_of
from sim.measures.exposure import Rows
from sim.record.schemas import Table, in_order
from sim.units import DAYS_PER_YEAR, TICKS_PER_DAY, TICKS_PER_MIN

Numbers = NDArray[np.float64]


def weekly_imports(
    config: HubConfig, goods: Sequence[FlightGoods], flights: Table
) -> tuple[list[int], Numbers, Numbers]:
    """Mondays of the measured weeks, and parcels and declared value of the goods that came (W, L, G, 2).

    A flight counts in the week of its drawn arrival; one that was diverted does not.
    """
    low = config.warmup_days * TICKS_PER_DAY
    high = low + config.horizon_days * TICKS_PER_DAY
    weeks = list(range(week_of(config, low), week_of(config, high - 1) + 1, 7))
    shape = (len(weeks), len(config.lanes), len(config.product_groups), 2)
    parcels, value = np.zeros(shape), np.zeros(shape)
    for flight_goods in goods:
        if flights["is_diverted"][flight_goods.flight]:
            continue
        week = weeks.index(week_of(config, int(flights["arrival"][flight_goods.flight] * TICKS_PER_MIN)))
        parcels[week] += flight_goods.parcels
        value[week] += flight_goods.value
    return weeks, parcels, value


def trade_rows(config: HubConfig, weeks: Sequence[int], parcels: Numbers, value: Numbers, out_ulds: Table) -> Rows:
    """One row a week, lane and group: duty on what is above the exemption, VAT at the lane's rate on value and duty."""
    trade = config.trade
    rows: list[tuple[object, ...]] = []
    for w, week in enumerate(weeks):
        for line, lane in enumerate(config.lanes):
            for g, group in enumerate(config.product_groups):
                n, eur = parcels[w, line, g], value[w, line, g]
                duty = float(eur[HIGH]) * trade.goods[group].duty
                vat = (float(eur.sum()) + duty) * trade.vat[lane]
                sums = n.sum(), eur.sum(), n[HIGH], eur[HIGH], duty, vat
                rows.append((False, iso_week(week), lane, group, *map(float, sums)))
    for (week, lane), n_out in _exported(config, out_ulds).items():
        for group, out in trade.export_goods.items():
            sums = n_out * out.share, n_out * out.share * out.mean_eur, 0.0, 0.0, 0.0, 0.0
            rows.append((True, iso_week(week), lane, group, *sums))
    return in_order("trade", rows)


def balance_rows(config: HubConfig, trade: Table) -> Rows:
    """A year of these flows by share of exports, beside each published deficit.

    For another share of exports, parcels out are to parcels in as their masses are, since both are of the
    same sizes.
    """
    scale = DAYS_PER_YEAR / config.horizon_days
    is_import = ~trade["is_export"]
    imports, exports = (
        scale * float(trade["value_eur"][is_counted].sum()) for is_counted in (is_import, trade["is_export"])
    )
    domestic = is_import & np.isin(trade["lane"], config.trade.domestic_lanes)
    at_home = scale * float(trade["value_eur"][domestic].sum())
    n_in = scale * float(trade["n_parcels"][is_import].sum())
    each = sum(group.share * group.mean_eur for group in config.trade.export_goods.values())
    cases = [(True, config.exports.share, exports)]
    cases += [(False, share, n_in * share / (1 - share) * each) for share in config.trade.export_shares]
    rows: list[tuple[object, ...]] = []
    for is_simulated, share, out in cases:
        for year, deficit in config.trade.national_deficit_eur.items():
            shares = (imports - out) / deficit, at_home / deficit
            rows.append((is_simulated, share, year, deficit, imports, out, out - imports, at_home, *shares))
    return in_order("trade_balance", rows)


def iso_week(monday: int) -> str:
    """Name of the week of a Monday.

    >>> iso_week(dt.date(2022, 9, 5).toordinal())
    '2022W36'
    """
    iso = dt.date.fromordinal(monday).isocalendar()
    return f"{iso.year}W{iso.week:02}"


def _exported(config: HubConfig, out_ulds: Table) -> dict[tuple[int, str], int]:
    """Parcels off-block in the measured days, by week and destination."""
    exported: dict[tuple[int, str], int] = {}
    low, high = config.warmup_days, config.days
    for departed, lane, n in zip(*(out_ulds[name].tolist() for name in _OUT), strict=True):
        instant = 0 if np.isnan(departed) else int(departed * TICKS_PER_MIN)
        if not np.isnan(departed) and low * TICKS_PER_DAY <= instant < high * TICKS_PER_DAY:
            key = week_of(config, instant), lane
            exported[key] = exported.get(key, 0) + n
    return exported


_OUT = ("departed", "lane_name", "n_parcels")
