"""`cargohub shadow-price`: the value of one more m² of each zone a year.

Enlarges each zone that imports use, step by step, in whole units with their people and equipment. Reports the value of
a m² of each step a year at each demand, always with the same draws, compared with the rent; and which zone should grow
first.

  cargohub shadow-price                                        the packaged study, some fifteen minutes on two cores
  cargohub shadow-price 'shadow_price.flights_per_day=[9,10,11]' scenario=liege_66k
  cargohub shadow-price 'shadow_price.zones=[machines,doors]' shadow_price.step_m2=300 shadow_price.steps=4
  cargohub shadow-price shadow_price.prices.site.tenure=built replications=10 horizon_days=28 --json

configs/study/shadow_price.yaml has the steps, configs/cost the prices; docs/money.md explains what is counted.

How: finite differences under common random numbers. While one zone grows, every other zone keeps its m², and all
designs see the same flights, parcels and draws. The value of a step is the difference of the year's accounts from the
step before, minus the equipment's cost over its life, per added m². It does not include the rent of the m², so the two
can be compared.
"""

from typing import Final

from experiments.formatting import counted, percent, resource, whole
from experiments.frame.missing_people import cautions
from experiments.frame.over_assumptions import over_assumptions
from experiments.frame.study import Bench, Document, Request, Study, same_draws
from experiments.grouping import grouped
from experiments.report.design_names import hub_title
from experiments.report.figures.shadow_price_figure import LINEAR_TO, figure
from experiments.report.hub_share import money_rests_on
from experiments.report.sections import Picture, paragraphs_of, picture_of, sentence_of
from experiments.report.sentences import means_of
from experiments.store.rows import grid_of, plain_row, stored
from experiments.studies.shadow_price.result import Result, ShadowPriceKeys, Step, ladders, parse, zone_of
from sim.inputs import traffic


def compute(bench: Bench, request: Request[ShadowPriceKeys]) -> Result:
    """Simulate every hub of every ladder."""
    config, keys, n = request.designs[0].hub, request.keys.shadow_price, request.keys.replications
    steps = ladders(config, keys)
    bench.check(request.designs)
    hubs = list({design.label: design for ladder in steps for design in ladder.designs}.values())
    counts = {"n_hubs": len(hubs), "n_runs": n * len(hubs), "days": counted(config.days, "day")}
    bench.say(sentence_of("shadow_price_cost", n=counted(n, "replication"), **counts))
    kpis = bench.evaluated(hubs, n)
    zones = tuple(zone_of(ladder, kpis, n, keys.prices) for ladder in steps)
    return Result(config.scenario, keys, zones, cautions(hubs, kpis))


def document(request: Request[ShadowPriceKeys], result: Result) -> Document:
    config, prices = request.designs[0].hub, result.settings.prices
    by_demand = {flights: result.at(flights) for flights in result.settings.flights_per_day}
    return Document(
        title=f"What one more m² of {hub_title(config.area_m2)} is worth a year",
        sentences=result.sentences,
        verdicts=result.sentences[:-1],
        tables=[stored(Step, [step for zone in result.zones for step in zone.steps])],
        grids=[
            grid_of(
                sentence_of(
                    "shadow_price_grid", flights=counted(flights, "flight"), on_time=percent(zones[0].on_time),
                    means=means_of(request.keys.replications),
                ),
                [step for zone in zones for step in zone.steps[1:]],
            )
            for flights, zones in by_demand.items()
        ],
        data={
            "scenario": result.scenario,
            "price_year": prices.year,
            "rent_eur_per_m2_year": result.rent,
            "demands": [
                {
                    "flights_per_day": flights,
                    "enlarge_first": result.first(flights),
                    "zones": {
                        zone.name: [plain_row(step, without=("flights_per_day", "zone")) for step in zone.steps]
                        for zone in zones
                    },
                }
                for flights, zones in by_demand.items()
            ],
        },
        over=over_assumptions(request, request.designs[:1], without=traffic.KEYS),
        method=[
            *paragraphs_of(
                "shadow_price_method", draws=same_draws(config, request.keys.replications, "hub"), year=prices.year,
                paid=prices.labour.paid,
            ),
            *(line for flights in by_demand for line in money_rests_on(traffic.at_demand(config, flights))),
        ],
        pictures=lambda: [_picture(result)],
        warnings=result.warnings,
    )  # fmt: skip


def _picture(result: Result) -> Picture:
    panels = grouped(
        (f"{resource(zone.name)},\n{whole(zone.first.area_m2)} m² a step", [step.worth for step in zone.steps[1:]])
        for zone in result.zones
    )
    drawn = figure(result.settings.flights_per_day, panels, result.rent)
    return picture_of("shadow_price", drawn, means=means_of(result.zones[0].first.worth.n), linear_to=LINEAR_TO)


STUDY: Final = Study(ShadowPriceKeys, parse, compute, document)
