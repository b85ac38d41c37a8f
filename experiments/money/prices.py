"""The schema of `configs/cost`: prices in real EUR of one year, none of them negative."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from experiments.money.discounting import Discounting
from sim.config.bounds import Share, check_known, minute_of_day
from sim.domain.roles import ROLES
from sim.reading import Bounds
from sim.units import MIN_PER_DAY

Price = Annotated[float, Bounds(ge=0, le=1e12)]


class Tenure(StrEnum):
    LEASED = "leased"
    BUILT = "built"


class Paid(StrEnum):
    ROSTERED = "rostered"
    WORKED = "worked"
    ROUND_THE_CLOCK = "round_the_clock"


@dataclass(frozen=True, slots=True)
class Capex:
    """The cost of one more unit of each asset, paid once [EUR]."""

    hall_eur_per_m2: Price
    machine_eur_per_parcel_h: Price
    station_eur: Price
    position_eur: Price
    handcoding_desk_eur: Price
    packout_post_eur: Price
    sorting_post_eur: Price
    screening_line_eur: Price
    build_up_place_eur: Price
    door_eur: Price
    stand_eur: Price
    loader_set_eur: Price
    tug_eur: Price


@dataclass(frozen=True, slots=True)
class Labour:
    paid: Paid
    wage_eur_per_h: Price
    night_premium: Annotated[float, Bounds(ge=0, le=10)]
    night_from: str
    night_to: str
    paid_by_others: tuple[str, ...]
    """Roles whose wages are not the hub's."""

    def __post_init__(self) -> None:
        for name in ("night_from", "night_to"):
            minute_of_day(getattr(self, name), name)
        check_known("paid_by_others", "unknown role", self.paid_by_others, ROLES)

    @property
    def night(self) -> tuple[int, int]:
        """When the night begins, and its length [min]; equal start and end: no night."""
        begin = minute_of_day(self.night_from)
        return begin, (minute_of_day(self.night_to) - begin) % MIN_PER_DAY


@dataclass(frozen=True, slots=True)
class SitePrices:
    """Annual cost per m² of hall, and upkeep of the equipment in it."""

    tenure: Tenure
    rent_eur_per_m2_year: Price
    ground_rent_eur_per_m2_year: Price
    energy_eur_per_kwh: Price
    hall_upkeep_share: Share
    equipment_upkeep_share: Share

    @property
    def rent(self) -> float:
        """Rent of the halls, leased or owned as configured [EUR/m²/year]."""
        return self.rent_eur_per_m2_year if self.tenure is Tenure.LEASED else self.ground_rent_eur_per_m2_year


@dataclass(frozen=True, slots=True)
class TruckPrices:
    eur_per_truck: Price
    eur_per_km: Price


@dataclass(frozen=True, slots=True)
class ParcelPrices:
    revenue_eur: Price
    late_eur: Price
    export_revenue_eur: Price
    export_late_eur: Price


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices; `configs/cost/` gives their sources."""

    year: Annotated[int, Bounds(ge=1990, le=2100)]
    """Prices are real EUR of this year."""
    discounting: Discounting
    capex: Capex
    labour: Labour
    site: SitePrices
    trucks: TruckPrices
    parcels: ParcelPrices
