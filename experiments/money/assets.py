"""Lines of the accounts, and the assets of a hub: their costs when new, and the costs of additions."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from enum import StrEnum
from typing import Final

from experiments.money.discounting import annuity_factor, as_eur
from experiments.money.prices import Prices, Tenure
from sim.config import HubConfig
from sim.units import CENTS_PER_EUR


class Kind(StrEnum):
    REVENUE = "revenue"
    OPEX = "opex"
    CAPEX = "capex"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the accounts; costs are negative."""

    name: str
    kind: Kind
    cents: int

    @property
    def eur(self) -> float:
        return as_eur(self.cents)


def total(lines: Iterable[Line]) -> int:
    """The exact sum [cents]."""
    return sum(line.cents for line in lines)


def cents(eur: float) -> int:
    """Cents, rounded to the nearest, a half to the even one.

    >>> cents(0.019), cents(0.125)
    (2, 12)
    """
    return round(eur * CENTS_PER_EUR)


HALLS: Final = "halls"
BUILDINGS: Final = (HALLS, "stands")
"""Assets with the life of a hall."""


def assets(config: HubConfig) -> dict[str, float]:
    """Quantities of purchased assets: m² of halls, rated parcels/h of machines, and units; exports have their own."""
    halls, has_exports = config.halls.values(), config.exports.share > 0
    exports = [hall.exports for hall in halls] if has_exports else []
    return {
        HALLS: config.area_m2,
        "machines": config.rated_per_h,
        "stations": sum(hall.breakdown_stations for hall in halls),
        "positions": sum(hall.uld_positions for hall in halls),
        "handcoding_desks": sum(hall.handcoding_desks for hall in halls),
        "packout_posts": sum(hall.packout_posts for hall in halls),
        "sorting_posts": sum(hall.manual_sort_posts for hall in halls)
        + sum(place.hand_sorting_posts for place in exports),
        "screening_lines": sum(place.screening_lines for place in exports),
        "build_up_places": sum(place.build_up_places for place in exports),
        "doors": sum(hall.doors_out + hall.doors_in for hall in halls),
        "stands": config.apron.stands,
        "loader_sets": config.apron.loader_sets,
        "tugs": config.apron.tugs + has_exports * config.apron.outbound_tugs,
    }


def investment(before: HubConfig | None, after: HubConfig, prices: Prices) -> tuple[Line, ...]:
    """Cost of turning one hub into another, or of building one from nothing; reductions earn nothing.

    A leased hall costs nothing here, because rent is paid for it.
    """
    had = dict.fromkeys(assets(after), 0.0) if before is None else assets(before)
    more = {name: max(0.0, n - had[name]) for name, n in assets(after).items()}
    if prices.site.tenure is Tenure.LEASED:
        more[HALLS] = 0.0
    return _priced(more, prices)


def replacement_value(config: HubConfig, prices: Prices) -> dict[str, int]:
    """The cost of each asset when new [cents], including leased halls."""
    return {line.name: -line.cents for line in _priced(assets(config), prices)}


def equipment_eur_per_year(before: HubConfig, after: HubConfig, prices: Prices) -> float:
    """Annual cost of added equipment over its life, including interest, without halls [EUR]."""
    bought = sum(line.cents for line in investment(before, after, prices) if line.name != HALLS)
    return -as_eur(bought) / annuity_factor(prices.discounting.rate, prices.discounting.equipment_years)


def assets_eur_per_year(config: HubConfig, prices: Prices) -> float:
    """Annual cost of all assets over their life, including interest [EUR]; only halls that are owned."""
    rule = prices.discounting
    years = {name: rule.hall_years if name in BUILDINGS else rule.equipment_years for name in assets(config)}
    return math.fsum(
        -line.eur / annuity_factor(rule.rate, years[line.name]) for line in investment(None, config, prices)
    )


def floor_eur_per_m2_year(prices: Prices) -> float:
    """Annual cost per m² of hall: its rent, or, if owned, its ground and its building cost over its life."""
    if prices.site.tenure is Tenure.LEASED:
        return prices.site.rent
    building = annuity_factor(prices.discounting.rate, prices.discounting.hall_years)
    return prices.site.rent + prices.capex.hall_eur_per_m2 / building


def _priced(quantities: Mapping[str, float], prices: Prices) -> tuple[Line, ...]:
    each = dict(zip(quantities, astuple(prices.capex), strict=True))
    return tuple(Line(name, Kind.CAPEX, -cents(n * each[name])) for name, n in quantities.items())
