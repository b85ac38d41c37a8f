"""Cells: parcels with the same goods, band of value, seller's history, origin and platform.

Shares of selection and of hits belong to cells, so that a parcel needs one look-up for any number of rules.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from sim.config import HubConfig
from sim.config.customs import Declared, Rule
from sim.distributions import QUANTILES, midpoints
from sim.domain.consignments import Consignments, DataSet
from sim.domain.flight import Flight
from sim.errors import ConfigError
from sim.inputs.declarations.chances import ONE, below
from sim.inputs.quantiles import pick
from sim.streams import Streams, draws_below
from sim.units import CENTS_PER_EUR, Counts, Flags

_VALUES = 1 << 14
"""Number of different values of a group of goods; small tables stay in the processor's cache."""
_MOST_CELLS = 1 << 15
"""As many as two bytes can number."""
_IOSS, _SPECIAL, _STANDARD = range(3)


@dataclass(frozen=True, slots=True)
class Cells:
    """Tables of a replication, in which all declared values are looked up."""

    declared: Declared
    streams: Streams
    goods_of: NDArray[np.uint8]
    """By 16-bit draw."""
    value_of: NDArray[np.int32]
    """Value [cents] by goods and 14-bit draw (G x 16,384)."""
    cell_of: NDArray[np.int16]
    """Number of the cell by goods and 14-bit draw, for a seller of the first history, origin and platform."""
    seller_of: NDArray[np.uint16]
    """By 16-bit draw."""
    kind_of: NDArray[np.int16]
    """By 16-bit draw: the number that the seller's history, origin and platform add to the cell."""
    platform_of: NDArray[np.uint8]
    """By 16-bit draw, of its seller."""
    scheme_of: NDArray[np.uint8]
    is_abroad: Flags
    """By lane (L)."""
    is_above_of: Flags
    """By cell (C): too valuable for a low-value data set."""
    selected_of: NDArray[np.uint32]
    """By cell and control, the severest first: the bound below which a draw selects (C, 3)."""
    hit_of: NDArray[np.uint32]
    low_value_of: NDArray[np.uint8] | None
    """Data set of a consignment of low value by 16-bit draw; None: always H7."""

    def consignments(self, flight: Flight, lane: NDArray[np.unsignedinteger]) -> Consignments:
        """The declarations of a flight's parcels, with these lanes."""
        # `take`, because indexing with few bits in brackets is ten times slower.
        goods = self.goods_of.take(self._draws("goods", flight, QUANTILES))
        at = (goods.astype(np.int32) << 14) | self._draws("value", flight, _VALUES)
        cell = self.cell_of.take(at) + self.kind_of.take(self._draws("seller", flight, QUANTILES))
        paid = self._draws("vat", flight, QUANTILES)
        scheme, is_above = self.scheme_of.take(paid), self.is_above_of.take(cell)
        is_transit = np.zeros(flight.n_parcels, dtype=bool)
        odd = np.flatnonzero((scheme != _IOSS) | is_above)
        elsewhere = np.where(
            is_above[odd], paid[odd] < self.declared.h1_transit_share * QUANTILES, scheme[odd] != _IOSS
        )
        is_transit[odd] = elsewhere & self.is_abroad[lane[odd]]
        is_hit = self._draws("hit", flight, ONE) < self.hit_of.take(cell)
        data_set = self._data_sets(flight, is_above)
        return Consignments(self.value_of.take(at), goods, scheme, data_set, is_transit, is_hit, cell)

    def _data_sets(self, flight: Flight, is_above: Flags) -> NDArray[np.uint8]:
        """The data set of each declaration (P); low value is drawn only where it has several."""
        data_set = np.full(flight.n_parcels, DataSet.H7, dtype=np.uint8)
        if self.low_value_of is not None:
            data_set = self.low_value_of.take(self._draws("data_set", flight, QUANTILES))
        data_set[is_above] = DataSet.H1
        return data_set

    def sellers(self, flight: Flight) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
        """Seller and platform of each of a flight's parcels (P): numbers, in the order of the configuration."""
        sold_by = self._draws("seller", flight, QUANTILES)
        return self.seller_of.take(sold_by), self.platform_of.take(sold_by)

    def _draws(self, attribute: str, flight: Flight, high: int) -> NDArray[np.unsignedinteger]:
        return draws_below(self.streams.of(attribute, *flight.entity), high, flight.n_parcels)


def make_cells(config: HubConfig, declared: Declared, streams: Streams) -> Cells:
    """The tables of a replication. Raises ConfigError if there are too many cells."""
    edges = _edges(declared)
    sellers = declared.sellers
    seller_of, kind_of, platform_of = _sellers(declared, streams)
    n_kinds = len(sellers.histories) * len(sellers.origins) * len(sellers.platforms)
    normal = ndtri(midpoints(_VALUES))
    value_of = np.array(
        [np.rint(CENTS_PER_EUR * group.median_eur * np.exp(group.sigma * normal)) for group in declared.goods.values()]
    ).clip(1, 2**31 - 1)
    band = np.searchsorted(edges, value_of, side="right")
    n_bands = len(edges) + 1
    if (n_cells := len(declared.goods) * n_bands * n_kinds) > _MOST_CELLS:
        raise ConfigError(
            f"customs.declared: at most {_MOST_CELLS} of goods x bands of value in selection.rules x sellers'"
            f" histories x origins x platforms, got {n_cells}"
        )
    cell_of = (np.arange(len(declared.goods))[:, None] * n_bands + band) * n_kinds
    cells = list(product(declared.goods, (0, *edges), product(sellers.histories, sellers.origins, sellers.platforms)))
    one_stop, special = declared.ioss_share, declared.special_share
    return Cells(
        declared=declared,
        streams=streams,
        goods_of=pick([group.share for group in declared.goods.values()]).astype(np.uint8),
        value_of=value_of.astype(np.int32),
        cell_of=cell_of.astype(np.int16),
        seller_of=seller_of,
        kind_of=kind_of,
        platform_of=platform_of,
        scheme_of=pick([one_stop, special, 1 - one_stop - special]).astype(np.uint8),
        is_abroad=np.array([lane not in declared.home_lanes for lane in config.lanes]),
        is_above_of=np.array([cents > CENTS_PER_EUR * declared.low_value_limit_eur for _, cents, _ in cells]),
        selected_of=np.array([_selected(declared, *cell) for cell in cells], dtype=np.uint32),
        hit_of=np.array([_hit(declared, *cell) for cell in cells], dtype=np.uint32),
        low_value_of=pick(declared.low_value_shares).astype(np.uint8) if declared.low_value_shares[0] < 1 else None,
    )


def _edges(declared: Declared) -> list[int]:
    """The values at which bands begin [cents], ascending, above 0."""
    edges = {round(CENTS_PER_EUR * declared.low_value_limit_eur) + 1}
    for rule in declared.selection.rules:
        edges |= {round(CENTS_PER_EUR * eur) for eur in (rule.from_eur, rule.below_eur) if eur is not None}
    return sorted(edges - {0})


def _sellers(declared: Declared, streams: Streams) -> tuple[NDArray[np.uint16], NDArray[np.int16], NDArray[np.uint8]]:
    """By 16-bit draw: the seller, what its history, origin and platform add to the cell, and the platform.

    The properties of a seller depend on its rank only, not on the number of sellers.
    """
    sellers = declared.sellers
    weight = np.arange(1, sellers.number + 1, dtype=float) ** -sellers.exponent
    seller_of = pick((weight / weight.sum()).tolist())

    def of_sellers(attribute: str, shares: Sequence[float]) -> Counts:
        return pick(shares)[streams.of(attribute).integers(0, QUANTILES, sellers.number)]

    history = of_sellers("seller_history", [group.share for group in sellers.histories.values()])
    origin = of_sellers("seller_origin", [group.share for group in sellers.origins.values()])
    platform = of_sellers("seller_platform", [*sellers.platforms.values()])
    kind: Counts = (history * len(sellers.origins) + origin) * len(sellers.platforms) + platform
    return seller_of.astype(np.uint16), kind[seller_of].astype(np.int16), platform[seller_of].astype(np.uint8)


def _meets(rule: Rule, goods: str, cents: int, kind: tuple[str, str, str]) -> bool:
    names = zip((rule.goods, rule.histories, rule.origins, rule.platforms), (goods, *kind), strict=True)
    return (
        all(allowed is None or name in allowed for allowed, name in names)
        and (rule.from_eur is None or cents >= round(CENTS_PER_EUR * rule.from_eur))
        and (rule.below_eur is None or cents < round(CENTS_PER_EUR * rule.below_eur))
    )


def _selected(declared: Declared, goods: str, cents: int, kind: tuple[str, str, str]) -> list[int]:
    """Bounds of the draws with which a parcel of a cell is examined, X-rayed, or has its documents checked."""
    spared, thresholds = 1.0, []
    for control, share in declared.selection.at_random.items():
        spared *= 1 - share
        for rule in declared.selection.rules:
            if rule.control is control and _meets(rule, goods, cents, kind):
                spared *= 1 - rule.share
        thresholds.append(below(1 - spared))
    return thresholds


def _hit(declared: Declared, goods: str, _: int, kind: tuple[str, str, str]) -> int:
    history, origin = declared.sellers.histories[kind[0]], declared.sellers.origins[kind[1]]
    return below(declared.hit_share * declared.goods[goods].hit_factor * history.hit_factor * origin.hit_factor)
