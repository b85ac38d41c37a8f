"""The effect of the hub's undisclosed share of the airport's parcels on annual figures, in words."""

from collections.abc import Mapping, Sequence

from experiments.formatting import number, share_text, whole
from experiments.report.sections import sentence_of
from experiments.report.stored_designs import NamedDesign, ShareBand
from experiments.statistics.interval import Value, Values
from sim.config import HubConfig
from sim.units import DAYS_PER_YEAR


def goods_of_shares(share: ShareBand | None, values: Mapping[str, Value]) -> str:
    """The year's imports and exports at both ends of the hub's share; empty without goods or for another demand."""
    parcels, goods = (values.get(name) for name in ("imported_parcels_per_day", "imports_meur_per_year"))
    if share is None or parcels is None or goods is None or not parcels.mean or not goods.mean:
        return ""
    texts = []
    for what in ("imports", "exports"):
        mean = values[f"{what}_meur_per_year"].mean
        least, most = (number(end, 0) for end in share.of(mean, parcels.mean))
        texts.append(f"{what} {least}–{most}")
    return f"{', '.join(texts)} million EUR a year {share}, in proportion"


def goods_lines(points: Sequence[NamedDesign], values: Values) -> list[str]:
    """A sentence for each design with such a range."""
    texts = ((point.title, goods_of_shares(point.share, values[point.label])) for point in points)
    return [f"{title}: {text}." for title, text in texts if text]


def money_rests_on(hub: HubConfig) -> list[str]:
    """The share of the airport's parcels behind the money of a study; empty for another demand."""
    share, band = hub.hub_share, ShareBand.of_hub(hub)
    if share is None or band is None:
        return []
    a_day = hub.flights_coming_per_day * hub.mean_parcels_per_flight
    a_year = a_day * DAYS_PER_YEAR / 1e6
    least, most = map(whole, band.of(a_year, a_day))
    return [
        sentence_of(
            "money_rests_on", flights=hub.flights_coming_per_day, a_year=whole(a_year), airport=band.airport,
            supposed=share_text(share.supposed), ends=band.ends, least=least, most=most,
        )
    ]  # fmt: skip
