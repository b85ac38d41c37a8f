"""The pictures of a run's page, as far as the run has the tables for them."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from experiments.formatting import hours_text
from experiments.report import exposure_pictures, exposure_tables
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
from experiments.report.sections import Picture, picture_of, said
from experiments.report.stored_designs import Frame, NamedDesign, Window, main_points, panels, read_ladder
from experiments.statistics.interval import Values

Tables: TypeAlias = Mapping[str, Frame]


def draw(tables: Tables, points: tuple[NamedDesign, ...], values: Values, window: Window) -> tuple[Picture, ...]:
    """Those that the run has the tables for, within `style.look()`."""
    return (
        *_capacity(tables, points, values),
        *_recovery(tables, points, values, window),
        *_inside(tables, points, values, window),
        *_ledgers(tables, points, values, window),
        *_sureness(tables, points, values),
    )


def _capacity(tables: Tables, points: tuple[NamedDesign, ...], values: Values) -> Iterator[Picture]:
    """What leaves, and what limits it."""
    main = main_points(points)
    leaving = leaving_figure.figure(tables["flights"], tables["loads"], panels(main))
    yield picture_of("leaving", leaving, service=hours_text(points[0].service_h))
    if ladder := ladder_figure.prepare(read_ladder(tables.get("ladder")), main):
        yield picture_of("ladder", ladder_figure.figure(ladder))
    yield picture_of("utilisation", utilisation_figure.figure(utilisation_figure.prepare(points, values)))
    if (more := utilisation_figure.prepare_more(points, values)) is not None:
        yield picture_of("utilisation_more", utilisation_figure.figure(more))


def _recovery(tables: Tables, points: tuple[NamedDesign, ...], values: Values, window: Window) -> Iterator[Picture]:
    if "disruptions" not in tables:
        return
    designs = recovery_figure.prepare(tables["occupancy"], tables["disruptions"], main_points(points), values, window)
    if designs:
        yield picture_of("recovery", recovery_figure.figure(designs))


def _inside(tables: Tables, points: tuple[NamedDesign, ...], values: Values, window: Window) -> Iterator[Picture]:
    """Where parcels are, hour by hour."""
    main = main_points(points)
    grouped = panels(main)
    bars = dwell_figure.prepare(tables["stages"], tables["ulds"], tables["flights"], grouped, window, values)
    yield picture_of("dwell", dwell_figure.figure(bars))
    if (drawn := occupancy_figure.figure(tables["occupancy"], grouped, window)) is not None:
        zones, has_exports = drawn
        both = "The customs hold zone and the store of empty ULDs may exceed what they are"
        alone = "The customs hold zone may exceed what it is"
        yield picture_of("occupancy", zones, zones=both if has_exports else alone)
    more = f" The first {week_figure.MOST_MAPS} designs." if len(main) > week_figure.MOST_MAPS else ""
    yield picture_of("week", week_figure.figure(tables["occupancy"], main, window), more)
    curves = tables.get("demand_curves")
    if curves is not None and (curves["scenario"] == main[0].label).any():
        yield picture_of("demand", demand_figure.figure(curves, main[0].label), _of_first(main))
    if len(points) == 1:
        day = day_figure.of_run(tables, points[0].label, window)
        yield picture_of("day", day_figure.figure(day), says=said("day_bars"))


def _of_first(points: tuple[NamedDesign, ...]) -> str:
    return f" Of the first design, {points[0].title}." if len(points) > 1 else ""


def _ledgers(tables: Tables, points: tuple[NamedDesign, ...], values: Values, window: Window) -> Iterator[Picture]:
    """Data and goods of the first design, where they were kept."""
    if not all(name in tables for name in exposure_tables.READ):
        return
    label = points[0].label
    ledgers = exposure_tables.ledgers(tables, label, window.n_days)
    more = {"exposure-inference": exposure_pictures.achieved(ledgers.effects)}
    if text := goods_of_shares(points[0].share, values[label]):
        more["trade-balance"] = f" The year's {text}."
    for name, figure in exposure_pictures.figures(ledgers).items():
        yield picture_of(name, figure, more.get(name, "") + _of_first(points))


def _sureness(tables: Tables, points: tuple[NamedDesign, ...], values: Values) -> Iterator[Picture]:
    """How much the answer rests on chance, and on when flights come."""
    if spread := spread_figure.prepare(tables.get("kpis"), points, values):
        few = spread[0].rows[0].quartiles is None
        why = f" Quartiles are drawn from {spread_figure.LEAST_FOR_QUARTILES} replications on." if few else ""
        yield picture_of("spread", spread_figure.figure(spread), why)
    if (arrivals := arrivals_figure.figure(points, values)) is not None:
        yield picture_of("arrivals", arrivals)
