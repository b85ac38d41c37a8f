"""The KPIs of money: the costs of a replication's KPIs at given prices, added to the hub's own `KPIS`.

To add one, declare it here. Runs of studies with prices have all of them.
"""

import math
import sys
from collections import ChainMap
from collections.abc import Mapping
from functools import cached_property, partial
from typing import Final

from experiments.money.accounts import Rostered, activity, annual_lines
from experiments.money.assets import Kind, assets_eur_per_year, total
from experiments.money.discounting import as_eur
from experiments.money.prices import Prices
from sim.config import HubConfig
from sim.measures import kpis as of_hub
from sim.measures.kpis import Group, Kpi, Rank
from sim.measures.kpis.declaring import LESS, declared
from sim.units import DAYS_PER_YEAR

MONEY: Final = Group("money")


class Priced:
    """A replication whose KPIs are priced."""

    def __init__(self, config: HubConfig, kpis: Mapping[str, float], prices: Prices) -> None:
        self.config, self.kpis, self.prices = config, kpis, prices

    @cached_property
    def eur_per_year(self) -> float:
        """All costs of the year's accounts."""
        lines = annual_lines(self.config, activity(Rostered(self.config), self.kpis, self.prices.labour), self.prices)
        return -as_eur(total(line for line in lines if line.kind is Kind.OPEX))


@MONEY.kpi("EUR", LESS, "Running cost of a parcel, import or export", rank=Rank.SUMMARY)
def cost_eur_per_parcel(run: Priced) -> float:
    """running cost over the parcels that leave by road and by air; NaN if none leaves"""
    parcels = run.kpis["parcels_per_day"] + run.kpis["exports_per_day"]
    return run.eur_per_year / DAYS_PER_YEAR / parcels if parcels else math.nan


@MONEY.kpi("EUR/d", LESS, "Running cost of a day", rank=Rank.SUMMARY)
def cost_eur_per_day(run: Priced) -> float:
    """running cost of the mean measured day: wages, night premium, rent, energy, upkeep, trucks, late imports and
    exports
    """
    return run.eur_per_year / DAYS_PER_YEAR


@MONEY.kpi("EUR/y", LESS, "Running cost of a year", rank=Rank.SUMMARY)
def cost_eur_per_year(run: Priced) -> float:
    """running cost of a year of such days (365.25)"""
    return run.eur_per_year


@MONEY.kpi("EUR/y", LESS, "Capital, a year", rank=Rank.SUMMARY)
def capital_eur_per_year(run: Priced) -> float:
    """annual cost of equipment and own halls over their life, with interest; not part of the running cost"""
    return assets_eur_per_year(run.config, run.prices)


_MONEY: Final = declared(sys.modules[__name__])
KPIS: Final[Mapping[str, Kpi]] = ChainMap(_MONEY, of_hub.KPIS)
"""The KPIs of the hub, then those of money."""
names: Final = partial(of_hub.names, kpis=KPIS)


def costs(config: HubConfig, kpis: Mapping[str, float], prices: Prices) -> dict[str, float]:
    """The KPIs of money of a replication."""
    run = Priced(config, kpis, prices)
    return {name: kpi(run) for name, kpi in _MONEY.items()}
