"""The pictures of a run's page, as far as the run has the tables for them."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from experiments.report import exposure_pictures, exposure_tables, style, watched
from experiments.report.figures import (
    arrivals_figure,
    day_figure,
    demand_figure,
    dwell_figure,
    ladder_figure,
    leaving_figure,
    occupancy_figure,
    recovery_figure,
    spread_figure,
    utilisation_figure,
    week_figure,
)
from experiments.report.hub_share import goods_of_shares
from experiments.report.stored_designs import NamedDesign, Values, Window, main_points, panels, read_ladder

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure of the page: `says` is its caption, `alt` what stands for it where it cannot be seen."""

    name: str
    heading: str
    says: str
    alt: str
    svg: bytes

    @property
    def source(self) -> str:
        """The picture itself as an address, so that the page is one file."""
        return "data:image/svg+xml;base64," + base64.b64encode(self.svg).decode("ascii")


Tables: TypeAlias = "Mapping[str, pd.DataFrame]"


def draw(tables: Tables, points: tuple[NamedDesign, ...], values: Values, window: Window) -> tuple[Picture, ...]:
    """The pictures that the run has the tables for."""
    with style.look():
        return (
            *_capacity(tables, points, values),
            *_recovery(tables, points, values, window),
            *_inside(tables, points, values, window),
            *_ledgers(tables, points, values, window),
            *_sureness(tables, points, values),
        )


def picture(name: str, heading: str, says: str, figure: "Figure") -> Picture:
    """A figure with its caption; drawn within `style.look()`."""
    return Picture(name, heading, says, f"{heading}. {says}", style.svg(figure))


def _capacity(tables: Tables, points: tuple[NamedDesign, ...], values: Values) -> Iterator[Picture]:
    """What leaves, and what limits it."""
    mine = main_points(points)
    leaving = leaving_figure.prepare(tables["flights"], tables["loads"], panels(mine))
    yield picture(
        "leaving", "How parcels leave after landing",
        "Share of the parcels of the measured days that has left so many hours after the drawn arrival; the dotted line"
        f" is the promise of {points[0].service_h:g} h. A curve that stays low shows parcels that are still inside, or"
        " whose flight was diverted.", leaving_figure.figure(leaving))  # fmt: skip
    ladder = ladder_figure.prepare(read_ladder(tables.get("ladder")), mine)
    if ladder:
        yield picture(
            "ladder", "Capacity ladder",
            "Parcels a day that each resource alone could handle at its effective rate, if staffed round the clock, the"
            " lowest on top, beside the demand. What the roster plans is less. The"
            " lowest is the bottleneck by the ladder; a bar that ends before a demand line is short of that"
            " demand; an arrow marks bars that are cut. What only exports and controls use counts the imports that"
            " bring so much of them.",
            ladder_figure.figure(ladder))  # fmt: skip
    use = utilisation_figure.prepare(points, values)
    yield picture(
        "utilisation", "Utilisation and blocked time",
        "Left, the share of the time that each resource is in use; right, hours a day that things stand blocked or"
        " wait. A resource that is full and blocks nobody is well used; what is full because something behind it is"
        " blocked needs no more of its own.", utilisation_figure.figure(use))  # fmt: skip
    more = utilisation_figure.prepare_more(points, values)
    if more is not None:
        yield picture(
            "utilisation_more", "Exports and controls: in use and waited for",
            "The same of what only exports and customs' controls use. Nobody waits for the store of empty ULDs and the"
            " customs hold zone: they may be fuller than they are laid out for.",
            utilisation_figure.figure(more))  # fmt: skip


def _recovery(tables: Tables, points: tuple[NamedDesign, ...], values: Values, window: Window) -> Iterator[Picture]:
    if "disruptions" not in tables:
        return
    found = recovery_figure.prepare(tables["occupancy"], tables["disruptions"], main_points(points), values, window)
    if found:
        yield picture(
            "recovery", "With and without disruptions",
            "Parcels that have come and neither left nor were turned away with their flight, mean over replications:"
            " with the disruptions (shaded) and, with the same flights, parcels and outages, without. The band is"
            " where the backlog without disruptions was in the hours around; the hub has recovered when its own is back"
            " in the band, and stays. Of"
            " disruptions drawn at random, which differ, the first replication alone is shown.",
            recovery_figure.figure(found))  # fmt: skip


def _inside(tables: Tables, points: tuple[NamedDesign, ...], values: Values, window: Window) -> Iterator[Picture]:
    """Where parcels are, hour by hour."""
    mine = main_points(points)
    grouped = panels(mine)
    bars = dwell_figure.prepare(tables["stages"], tables["ulds"], tables["flights"], grouped, window, values)
    yield picture(
        "dwell", "Dwell by stage",
        "Bars: mean hours of a parcel in each stage, over all parcels broken down in the measured days, whether they"
        " pass the stage or not. Diamond: the mean dwell of the text, over all parcels that arrived in the measured"
        " days, and at least the time to the end of the run where they have not left. The two differ where the backlog"
        " grows: parcels broken down in these days arrived earlier, when waits were shorter, and those still waiting"
        " at the end are in no bar.",
        dwell_figure.figure(bars))  # fmt: skip
    zones = occupancy_figure.prepare(tables["occupancy"], grouped, window)
    if zones.rows:
        yield picture(
            "occupancy", "The hall over the measured days",
            "What is in each zone, as a share of its limit (dotted), mean over replications. The customs hold zone"
            f"{' and the store of empty ULDs' if zones.has_exports else ''} may exceed what"
            f" {'they are' if zones.has_exports else 'it is'} laid out for; the other limits bind.",
            occupancy_figure.figure(zones))  # fmt: skip
    weeks = week_figure.prepare(tables["occupancy"], mine, window)
    more = f" The first {week_figure.MOST_MAPS} designs." if len(mine) > week_figure.MOST_MAPS else ""
    yield picture(
        "week", "The week of the backlog",
        "Parcels that have arrived, or should have, and have not left, by weekday and hour; each map has a scale of"
        f" its own, from zero.{more}", week_figure.figure(weeks))  # fmt: skip
    curves = demand_figure.prepare(tables["demand_curves"], mine[0].label) if "demand_curves" in tables else ()
    if curves:
        of_which = f" Of the first design, {mine[0].title}." if len(mine) > 1 else ""
        yield picture(
            "demand", "People and equipment over the week",
            "What work wants by hour of the week: what is in use, and what waits as if it were served at once; of"
            " machines, induction and desks what would keep pace with the parcels that come. Against it, the people on"
            f" the roster and the units there. The highest is cut where it lies far beyond what is there.{of_which}",
            demand_figure.figure(curves))  # fmt: skip
    if len(points) == 1:
        day = day_figure.of_run(tables, points[0].label, window)
        yield picture(
            "day", "The busiest day, as it was worked",
            f"{day_figure.SAYS} The measured day on which most parcels arrived, of the first replication;"
            " `cargohub show RUN day=YYYY-MM-DD` draws another.", day_figure.figure(day))  # fmt: skip


def _ledgers(tables: Tables, points: tuple[NamedDesign, ...], values: Values, window: Window) -> Iterator[Picture]:
    """Data and goods of the first design, where they were kept."""
    kept = ("exposure_matrix", "data_flows", "inference", "trade", "trade_balance", "watch")
    if not all(name in tables for name in kept):
        return
    label, days = points[0].label, window.n_days
    matrices = exposure_tables.matrices(tables["exposure_matrix"], label, days)
    inference = exposure_tables.inference(tables["inference"], label)
    found = exposure_pictures.figures(
        matrices,
        exposure_tables.flows(tables["data_flows"], label, days),
        inference,
        exposure_tables.trade(tables["trade"], label),
        exposure_tables.balance(tables["trade_balance"], label),
        watched.accesses(tables["watch"], label, days),
    )
    achieved = {"exposure-inference": exposure_pictures.achieved(exposure_tables.effects(matrices, inference))}
    if text := goods_of_shares(points[0].share, values[label]):
        achieved["trade-balance"] = f" The year's {text}."
    of_which = f" Of the first design, {points[0].title}." if len(points) > 1 else ""
    for name, figure in found.items():
        heading, says = exposure_pictures.HEADINGS[name], exposure_pictures.SAYS[name]
        yield picture(name, heading, says + achieved.get(name, "") + of_which, figure)


def _sureness(tables: Tables, points: tuple[NamedDesign, ...], values: Values) -> Iterator[Picture]:
    """How much the answer rests on chance, and on when flights come."""
    spread = spread_figure.prepare(tables.get("kpis"), points, values)
    if spread:
        few = spread[0].rows[0].quartiles is None
        why = f" Quartiles are drawn from {spread_figure.LEAST_FOR_QUARTILES} replications on." if few else ""
        yield picture(
            "spread", "How far replications lie apart",
            "Each replication, from the least to the most: what a week may bring. The interval is that of the mean: how"
            f" well these replications know it.{why}", spread_figure.figure(spread))  # fmt: skip
    sensitivity = arrivals_figure.prepare(points, values)
    if sensitivity is not None:
        yield picture(
            "arrivals", "When flights come",
            "The on-time share under each arrival model, with 95 % intervals of the mean; the traffic's size is the"
            " same.", arrivals_figure.figure(sensitivity))  # fmt: skip
