"""The pictures of a run's page."""

from collections.abc import Iterator

from experiments.formatting import hours_text
from experiments.report import exposure_tables
from experiments.report.figures import (
    arrivals_figure,
    day_figure,
    demand_figure,
    dwell_figure,
    exposure_figure,
    ladder_figure,
    leaving_figure,
    occupancy_figure,
    recovery_figure,
    spread_figure,
    utilisation_figure,
    week_figure,
)
from experiments.report.hub_share import goods_of_shares
from experiments.report.run_numbers import Run
from experiments.report.sections import Picture, picture_of, sentence_of
from experiments.report.sentences import means_of
from experiments.report.stored_designs import NamedDesign, panels


def draw(run: Run) -> Iterator[Picture]:
    """The pictures in their order; call within `style.look()`."""
    for part in (_capacity, _recovery, _inside, _ledgers, _sureness):
        yield from part(run)


def _capacity(run: Run) -> Iterator[Picture]:
    """Parcels that leave, and what limits them."""
    leaving = leaving_figure.figure(run.tables["flights"], run.tables["loads"], panels(run.main))
    yield picture_of("leaving", leaving, service=hours_text(run.points[0].service_h))
    if ladder := ladder_figure.prepare(run.ladders, run.main):
        most = ladder_figure.MOST_LADDERS
        yield picture_of("ladder", ladder_figure.figure(ladder[:most]), _only(len(ladder), most, "ladders"))
    yield picture_of("utilisation", utilisation_figure.figure(utilisation_figure.prepare(run.points, run.kpis)))
    if (more := utilisation_figure.prepare_more(run.points, run.kpis)) is not None:
        yield picture_of("utilisation_more", utilisation_figure.figure(more))


def _recovery(run: Run) -> Iterator[Picture]:
    occupancy, disruptions = run.tables["occupancy"], run.tables["disruptions"]
    if designs := recovery_figure.prepare(occupancy, disruptions, run.main, run.kpis, run.window):
        most = recovery_figure.MOST_DESIGNS
        yield picture_of("recovery", recovery_figure.figure(designs[:most]), _only(len(designs), most, "designs"))


def _inside(run: Run) -> Iterator[Picture]:
    """Parcels inside, hour by hour."""
    tables, main, window = run.tables, run.main, run.window
    grouped = panels(main)
    bars = dwell_figure.prepare(tables, grouped, window, run.kpis)
    yield picture_of("dwell", dwell_figure.figure(bars))
    if (drawn := occupancy_figure.figure(tables["occupancy"], grouped, window)) is not None:
        zones, has_exports = drawn
        both = "The customs hold zone and the store of empty ULDs may hold more than they are"
        alone = "The customs hold zone may hold more than it is"
        yield picture_of("occupancy", zones, zones=both if has_exports else alone)
    more = _only(len(main), week_figure.MOST_MAPS, "designs")
    yield picture_of("week", week_figure.figure(tables["occupancy"], main, window), more)
    curves = tables["demand_curves"]
    if (curves["scenario"] == main[0].label).any():
        yield picture_of("demand", demand_figure.figure(curves, main[0].label), _of_first(main))
    if len(run.points) == 1:
        day = day_figure.of_run(tables, main[0].label, window)
        yield picture_of("day", day_figure.figure(day), says=sentence_of("day_bars"))


def _only(n: int, most: int, what: str) -> str:
    return f" The first {most} {what}." if n > most else ""


def _of_first(points: tuple[NamedDesign, ...]) -> str:
    return f" The picture shows the first design, {points[0].title}." if len(points) > 1 else ""


def _ledgers(run: Run) -> Iterator[Picture]:
    """Data and goods of the first design, if they were recorded."""
    first = run.points[0]
    ledgers = exposure_tables.ledgers(run.tables, first.label, run.window.n_days)
    more = {"exposure-inference": exposure_figure.achieved(ledgers.effects)}
    if text := goods_of_shares(first.share, run.kpis[first.label]):
        more["trade-balance"] = f" The year's {text}."
    for name, figure in exposure_figure.figures(ledgers).items():
        yield picture_of(name, figure, more.get(name, "") + _of_first(run.points))


def _sureness(run: Run) -> Iterator[Picture]:
    """How much the answer depends on chance, and on the times of flights."""
    if spread := spread_figure.prepare(run.tables["kpis"], run.points, run.kpis):
        few = spread[0].rows[0].quartiles is None
        why = f" Quartiles need {spread_figure.LEAST_FOR_QUARTILES} replications." if few else ""
        yield picture_of("spread", spread_figure.figure(spread), why)
    if (arrivals := arrivals_figure.figure(run.points, run.kpis)) is not None:
        yield picture_of("arrivals", arrivals, means=means_of(run.n))
