"""Goods in the parcels: product groups, declared values, duties and VAT, and national figures for comparison."""

from dataclasses import dataclass
from typing import Annotated, Final

from sim.config.bounds import NotNegative, Share, check_known, check_sum
from sim.reading import Bounds, near

MOST_ITEMS: Final = 999
"""The most items of a declaration."""
Eur = Annotated[float, Bounds(gt=0, le=1e6)]


@dataclass(frozen=True, slots=True)
class Goods:
    """A product group: its share of the parcels, and the declared value of a parcel (lognormal)."""

    share: Share
    median_eur: Eur
    sigma: Annotated[float, Bounds(gt=0, le=3)]
    duty: Share
    """Rate on the whole value of parcels above the exemption."""


@dataclass(frozen=True, slots=True)
class ExportGoods:
    share: Share
    mean_eur: Eur


@dataclass(frozen=True, slots=True)
class Trade:
    """The goods in the parcels, and the duties and VAT due on them."""

    is_on: bool
    goods: dict[str, Goods]
    items: dict[str, Share]
    """Shares of the parcels by number of items: lines of goods with one tariff heading each."""
    mix_sigma: Annotated[float, Bounds(ge=0, le=2)]
    """Log-standard deviation of the shares of product groups between weeks and lanes."""
    duty_free_eur: NotNegative
    item_duty_eur: NotNegative
    """Duty on each item of parcels up to the exemption; 0: they are exempt."""
    vat: dict[str, Share]
    """Rate by lane."""
    export_goods: dict[str, ExportGoods]
    export_shares: tuple[Annotated[float, Bounds(ge=0, le=0.9)], ...]
    """Shares of exports for which the trade balance is reported."""
    domestic_lanes: tuple[str, ...]
    national_deficit_eur: dict[str, Annotated[float, Bounds(gt=0, le=1e13)]]
    """Published figures, by year."""

    def __post_init__(self) -> None:
        for name, groups in (("goods", self.goods), ("export_goods", self.export_goods)):
            check_sum(name, {key: group.share for key, group in groups.items()})
        for number in self.items:
            if not (number.isdecimal() and 1 <= int(number) <= MOST_ITEMS):
                raise ValueError(f"items: keys must be numbers of items from 1 to {MOST_ITEMS}, got {number!r}")
        check_sum("items", self.items)
        if not self.is_on:
            return
        check_known("domestic_lanes", "no lane", self.domestic_lanes, self.vat)

    def check_names(self, lanes: tuple[str, ...], groups: tuple[str, ...]) -> None:
        """Check that every lane has a rate of VAT and every product group a rate of duty.

        Raises:
            ValueError: a rate is missing.
        """
        if not self.is_on:
            return
        for lane in lanes:
            if lane not in self.vat:
                raise ValueError(f"trade.vat: no rate for lane {lane!r}")
        for group in groups:
            if group not in self.goods:
                raise ValueError(
                    f"trade.goods: no group {group!r}, which customs.declared.goods has{near(group, self.goods)}"
                )
