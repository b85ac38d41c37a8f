"""Public sorting hubs and handling times, compared with the model's standards."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import fmean
from typing import Final, Self

from experiments.beside import yaml_beside
from experiments.formatting import number
from experiments.store.rows import column, table
from sim.config import HubConfig
from sim.distributions import mean_of
from sim.inputs.flight_work import truck_min
from sim.reading import plain
from sim.units import MIN_PER_H

KINDS: Final = ("air", "ground")
_NORMAL: Final = 1.2816
"""Standard deviations on both sides of the mean that contain 80 % of further hubs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicHub:
    """A hub with its published area and rate; `public_hubs.yaml` explains the fields."""

    name: str
    continent: str
    kind: str
    area_m2: float
    parcels_per_h: float
    counts: str
    source: str
    informed: bool = False

    @property
    def m2_per_parcel_h(self) -> float:
        return self.area_m2 / self.parcels_per_h


@dataclass(frozen=True, slots=True, kw_only=True)
class SortWindow:
    """The hours in which a hub sorts its parcels of a day."""

    name: str
    parcels: float
    parcels_per_h: float
    hours: float
    counts: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlingTime:
    """A published time, and the model's time with which it is compared."""

    case: str
    model: str
    published: float
    band: tuple[float, float]
    counts: str
    source: str


def _yes(value: bool) -> str:  # noqa: FBT001 - what a column shows
    return "yes" if value else "no"


@table("validation", "published figures, and the model's values", sort="case")
class Case:
    """A published figure and the model's, in one unit."""

    case: str = column("", "name of the comparison, with its unit", heading="case")
    published: float = column("1", "published value", heading="published", show=number)
    simulated: float = column("1", "the model's value", heading="model", show=number)
    ratio: float = column(
        "1", "the model's value over the published value", heading="ratio", show=lambda ratio: f"{ratio:.2f}"
    )
    low: float = column("1", "smallest model value that agrees", heading="from", show=number)
    high: float = column("1", "largest model value that agrees", heading="to", show=number)
    independent: bool = column(
        "1", "no number of the model was derived from this figure", heading="independent", show=_yes
    )
    within: bool = column("1", "the model's value is within the band", heading="within", show=_yes)
    counts: str = column("", "what the published figure counts, or why the model's value may differ")
    source: str = column("", "source of the published figure")
    open: bool = column("", "the 95 % interval of the model's value crosses an end of the band")

    @classmethod
    def of(
        cls, case: str, published: float, simulated: float, band: tuple[float, float], counts: str, source: str,
        *, independent: bool = True, bounds: tuple[float, float] | None = None,
    ) -> Self:  # fmt: skip
        """`band`: values of the model that agree; `bounds`: of the interval of the model's value, None without it."""
        low, high = band
        within = low <= simulated <= high
        is_open = bounds is not None and any(bounds[0] < end < bounds[1] for end in band)
        ratio = simulated / published
        return cls(case, published, simulated, ratio, low, high, independent, within, counts, source, is_open)


@cache
def public_hubs() -> tuple[PublicHub, ...]:
    return tuple(PublicHub(**hub) for hub in yaml_beside(__file__)["hubs"])


@cache
def sort_windows() -> tuple[SortWindow, ...]:
    return tuple(SortWindow(**window) for window in yaml_beside(__file__)["windows"])


@cache
def handling_times() -> tuple[HandlingTime, ...]:
    return tuple(HandlingTime(**time) for time in yaml_beside(__file__)["times"])


def power_keys() -> tuple[str, ...]:
    """Keys of the configuration that `power` multiplies."""
    return tuple(yaml_beside(__file__)["power"])


def model_m2_per_parcel_h(config: HubConfig, kind: str) -> float:
    """Hall area of a kind of hub for each rated parcel an hour: the standard of sorting and its zones."""
    shares: dict[str, float] = plain(next(iter(config.halls.values())).zone_shares)
    zones = shares if kind == "air" else yaml_beside(__file__)["ground_zones"]
    return config.space.sorting_m2_per_parcel_per_h * sum(shares[zone] for zone in zones) / shares["sorting"]


def scatter(hubs: Sequence[PublicHub]) -> float:
    """Factor around the mean of a kind within which 80 % of its hubs lie (lognormal)."""
    kinds = [[math.log(hub.m2_per_parcel_h) for hub in hubs if hub.kind == kind] for kind in KINDS]
    squares = sum(sum((value - fmean(values)) ** 2 for value in values) for values in kinds)
    return math.exp(_NORMAL * math.sqrt(squares / (len(hubs) - len(KINDS))))


def sort_share(config: HubConfig) -> float:
    """Share of the rated parcels that a machine sorts in the long run."""
    outages, efficiency = config.sorting.outages, config.sorting.efficiency
    if outages is None:
        return efficiency
    up_h = mean_of(outages.mtbf_h)
    return efficiency * up_h / (up_h + mean_of(outages.mttr_min) / MIN_PER_H)


def off_load_min(config: HubConfig) -> float:
    """Off-loading time of the largest type, with a loader at each deck and no waiting."""
    apron = config.apron
    return max(
        max(kind.main_deck.ulds * apron.main_deck_uld_min, kind.lower_deck.ulds * apron.lower_deck_uld_min)
        for kind in config.fleet.values()
    )


MODEL_TIMES: Final[Mapping[str, Callable[[HubConfig], float]]] = {
    "off_load_min": off_load_min,
    "truck_at_dock_min": truck_min,
}
WINDOW_FACTOR: Final = 1.25
"""Permitted factor between sort windows, which are published as "4 to 4.5" or "a couple of" hours (assumption)."""


def rows(config: HubConfig) -> Iterator[Case]:
    """Areas, sort windows and handling times; none needs a simulation."""
    yield from _areas(config)
    yield from _middles(config)
    for window in sort_windows():
        hours = window.parcels / (window.parcels_per_h * sort_share(config))
        band = _about(window.hours, WINDOW_FACTOR)
        yield Case.of(f"{window.name}: sort window (h)", window.hours, hours, band, window.counts, window.source)
    for time in handling_times():
        low, high = time.band
        ours = MODEL_TIMES[time.model](config)
        yield Case.of(time.case, time.published, ours, (low, high), time.counts, time.source)


def _areas(config: HubConfig) -> Iterator[Case]:
    """Each hall by its rate; the scatter is that of all other hubs (leave one out)."""
    hubs = public_hubs()
    for hub in hubs:
        area = hub.parcels_per_h * model_m2_per_parcel_h(config, hub.kind)
        band = _about(hub.area_m2, scatter([other for other in hubs if other is not hub]))
        yield Case.of(
            f"{hub.name}: hall (m²)", hub.area_m2, area, band, hub.counts, hub.source, independent=not hub.informed
        )


def _middles(config: HubConfig) -> Iterator[Case]:
    """The geometric mean of the hubs of a kind from which no number of the model was derived."""
    for kind in KINDS:
        hubs = [hub for hub in public_hubs() if hub.kind == kind and not hub.informed]
        middle = math.exp(fmean(math.log(hub.m2_per_parcel_h) for hub in hubs))
        band = _about(middle, scatter(public_hubs()) ** (1 / math.sqrt(len(hubs))))
        least, most = (number(end(hub.m2_per_parcel_h for hub in hubs), 2) for end in (min, max))
        yield Case.of(
            f"{kind.capitalize()} hubs, geometric mean of {len(hubs)} (m² of hall per parcel/h)",
            middle, model_m2_per_parcel_h(config, kind), band,
            f"{least} to {most}; not independent: the band is as wide as the scatter of these hubs",
            "the hubs above", independent=False,
        )  # fmt: skip


def _about(value: float, factor: float) -> tuple[float, float]:
    return value / factor, value * factor
