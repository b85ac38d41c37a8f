"""What is in the parcels: product groups, declared values, duties and VAT, and national figures to stand beside."""

from dataclasses import dataclass
from typing import Annotated

from sim.config.bounds import NotNegative, Share, check_known, check_sum
from sim.reading import Bounds, near

Eur = Annotated[float, Bounds(gt=0, le=1e6)]


@dataclass(frozen=True, slots=True)
class Goods:
    """Parcels of a product group: their share, and what is declared of one, lognormal."""

    share: Share
    median_eur: Eur
    sigma: Annotated[float, Bounds(gt=0, le=3)]
    duty: Share
    """Of the value above the exemption."""


@dataclass(frozen=True, slots=True)
class ExportGoods:
    share: Share
    mean_eur: Eur


@dataclass(frozen=True, slots=True)
class Trade:
    """What is in the parcels, and what falls due on it."""

    is_on: bool
    goods: dict[str, Goods]
    mix_sigma: Annotated[float, Bounds(ge=0, le=2)]
    """How far shares of product groups differ from week to week and lane to lane: log-standard deviation."""
    duty_free_eur: NotNegative
    vat: dict[str, Share]
    """By lane."""
    export_goods: dict[str, ExportGoods]
    export_shares: tuple[Annotated[float, Bounds(ge=0, le=0.9)], ...]
    """For which the balance is told."""
    domestic_lanes: tuple[str, ...]
    national_deficit_eur: dict[str, Annotated[float, Bounds(gt=0, le=1e13)]]
    """Published, by year."""

    def __post_init__(self) -> None:
        for name, groups in (("goods", self.goods), ("export_goods", self.export_goods)):
            check_sum(name, {key: group.share for key, group in groups.items()})
        if not self.is_on:
            return
        check_known("domestic_lanes", "no lane", self.domestic_lanes, self.vat)

    def check_names(self, lanes: tuple[str, ...], groups: tuple[str, ...]) -> None:
        """Every lane has a rate of VAT, and every product group one of duty.

        Raises:
            ValueError: one has none.
        """
        if not self.is_on:
            return
        for lane in lanes:
            if lane not in self.vat:
                raise ValueError(f"trade.vat: no rate of lane {lane!r}")
        for group in groups:
            if group not in self.goods:
                raise ValueError(
                    f"trade.goods: none called {group!r}, as customs.declared.goods has{near(group, self.goods)}"
                )
