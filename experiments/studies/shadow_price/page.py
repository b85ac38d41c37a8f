"""How `cargohub shadow-price` shows what it found: a page with its picture, and lines for a reader."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.arguments import Arguments
from experiments.formatting import percent, whole
from experiments.report.hub_share import money_rests_on
from experiments.statistics import Interval
from experiments.studies.designs.more_room import HALL_UNITS
from experiments.studies.shadow_price.result import Result, said, sentences
from sim.config import HubConfig

if TYPE_CHECKING:
    from experiments.report.pictures import Picture
    from experiments.report.study_page import Grid


def write_page(folder: Path, arguments: Arguments, config: HubConfig, result: Result, warnings: Sequence[str]) -> Path:
    from experiments.report.study_page import StudyPage, write_study

    prices, n = result.asked.prices, result.zones[0].first.worth.n
    draws = (
        f"{n} replications of {config.warmup_days} days of warm-up and {config.horizon_days} measured days, seed"
        f" {config.seed}: the same flights, parcels and draws for every hub (common random numbers). Differences are"
        " taken replication by replication; 95 % intervals are Student's t."
    )
    worth = (
        "A step adds whole units, the people that they take, and the floor that they stand on; every other zone keeps"
        " its m². Worth: revenue, less wages, trucks, late parcels, energy and upkeep, less what the added equipment"
        " costs a year over its life, all against the step before, a m² added. The rent is not in it."
    )
    money = (
        f"Prices: real EUR of {prices.year}, configs/cost; people are paid as {prices.labour.paid}. A year is 365.25"
        " times the mean measured day. Where traffic is more than the hub sustains, its backlog grows with the horizon:"
        " the worth is that of such weeks, not of a year of them."
    )
    page = StudyPage(
        title=f"What one more m² of {result.scenario} is worth a year",
        sentences=tuple(sentences(result)),
        warnings=tuple(warnings),
        grids=tuple(_grids(result)),
        method=(draws, worth, money, *money_rests_on(config)),
        command=arguments.command,
    )
    return write_study(folder, page, [_picture(result)])


def print_summary(result: Result, warnings: Sequence[str], folder: Path, page: Path) -> None:
    from experiments.report.study_page import as_lines, told

    grids = [as_lines(grid) for grid in _grids(result)]
    sys.stdout.write(told(grids, sentences(result), warnings, folder, str(page)))


def _grids(result: Result) -> "list[Grid]":
    from experiments.report.study_page import Grid

    found = []
    for flights in result.asked.flights_per_day:
        rows = tuple(
            (
                zone.ladder.zone.replace("_", " "),
                f"+{whole(step.units)} {HALL_UNITS[zone.ladder.zone].unit}",
                str(step.number),
                whole(step.area_m2),
                said(step.worth),
                percent(step.on_time),
            )
            for zone in result.at(flights)
            for step in zone.steps[1:]
        )
        as_it_is = percent(result.at(flights)[0].on_time)
        caption = (
            f"{flights:g} flights a day; worth in EUR a m² and year, mean and 95 % interval, before the rent; on time"
            f" as the hub is {as_it_is} %, and with the steps up to each, on average"
        )
        found.append(Grid(caption, ("zone", "in all", "step", "m² more", "worth", "on time, %"), rows, n_texts=2))
    return found


def _picture(result: Result) -> "Picture":
    from experiments.report import style
    from experiments.report.figures.shadow_price_figure import LINEAR_TO, ShadowChart, figure
    from experiments.report.pictures import Picture

    demands = result.asked.flights_per_day
    zones = list(dict.fromkeys(zone.ladder.zone for zone in result.zones))
    panels: dict[str, tuple[tuple[Interval, ...], ...]] = {}
    for name in zones:
        mine = [zone for zone in result.zones if zone.ladder.zone == name]
        panels[name.replace("_", " ")] = tuple(tuple(step.worth for step in zone.steps[1:]) for zone in mine)
    labels = {zone.ladder.zone.replace("_", " "): f"{whole(zone.first.area_m2)} m² a step" for zone in result.zones}
    chart = ShadowChart(demands, panels, labels, result.rent)
    with style.look():
        svg = style.svg(figure(chart))
    heading = "What one more m² is worth a year"
    says = (
        "By zone and demand: each mark is a step of whole units on top of the one before, with its 95 % interval, too"
        " narrow to be seen where all replications agree; the dashed line is what a m² costs a year. Panels have scales"
        f" of their own, logarithmic beyond ±{LINEAR_TO}."
    )
    return Picture("shadow_price", heading, says, f"{heading}. {says}", svg)
