"""What a study over years asks of money (`year_of_hub.Accounting`), answered by the prices of `configs/cost`."""

from collections.abc import Mapping
from dataclasses import dataclass

from experiments.money import Prices, activity, annual_lines, discount_factor, investment
from experiments.studies.year_of_hub import YearOfHub
from sim.config import HubConfig


@dataclass(frozen=True, slots=True)
class PricedAccounting:
    """By line, whole cents as EUR: costs are negative."""

    prices: Prices

    def operating(self, year: YearOfHub) -> Mapping[str, float]:
        done = activity(year.hub, year.kpis, self.prices.labour)
        return {line.name: line.eur for line in annual_lines(year.hub, done, self.prices)}

    def building(self, before: HubConfig, after: HubConfig) -> Mapping[str, float]:
        return {line.name: line.eur for line in investment(before, after, self.prices)}

    def discount(self, years: float) -> float:
        return discount_factor(self.prices.discounting.rate, years)
