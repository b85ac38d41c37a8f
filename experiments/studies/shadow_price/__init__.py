"""`cargohub shadow-price`: what one more m² of each zone is worth a year.

Enlarges each zone of the halls step by step, in whole units with their people and equipment, and says
what a m² of each step is worth a year at each demand, with the same draws throughout; against the rent, and which zone
is to be enlarged first.

  cargohub shadow-price                                        the packaged study, some fifteen minutes on two cores
  cargohub shadow-price 'shadow_price.flights_per_day=[9,10,11]' scenario=liege_66k
  cargohub shadow-price 'shadow_price.zones=[machines,doors]' shadow_price.step_m2=300 shadow_price.steps=4
  cargohub shadow-price shadow_price.prices.site.tenure=built replications=10 horizon_days=28 --json

configs/study/shadow_price.yaml has the steps, configs/cost the prices; docs/money.md what is counted.

How: finite differences under common random numbers: each zone is enlarged step by step, in whole units with their
people and equipment, while every other zone keeps its m² and everybody sees the same flights, parcels and draws. A
step's worth is the difference of the year's accounts to the step before, less the equipment's cost over its life, a
m² that it adds; the rent of the m² is not in it, so that the two can be compared.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from experiments import execution
from experiments.arguments import Arguments
from experiments.studies import telling
from experiments.studies.designs.design import Point, period_warnings
from experiments.studies.replications.evaluating import evaluated, open_study
from experiments.studies.shadow_price.design import ShadowPriceStudy, asked, ladders
from experiments.studies.shadow_price.page import print_summary, write_page
from experiments.studies.shadow_price.result import Result, sentences, tables_of, zone_of
from sim.config import HubConfig
from sim.inputs.inputs import make_inputs
from sim.reading import plain

KEYS = ShadowPriceStudy


def main(arguments: Arguments) -> int:
    config, keys = asked(arguments.words, arguments.config_dir)
    return carry_out(arguments, [Point(config.scenario, config)], keys)


def carry_out(arguments: Arguments, points: Sequence[Point], keys: ShadowPriceStudy) -> int:
    """Compute what is not there, and tell; the points are one, the hub whose floor is priced."""
    config = points[0].hub
    folder, result = priced(arguments, config, keys)
    warnings = [*period_warnings(config), *result.warnings]
    page = write_page(folder, arguments, config, result, warnings)
    if arguments.json:
        document = {**result.as_json(), "sentences": sentences(result), "run_dir": str(folder), "warnings": warnings}
        telling.print_json(document)
    else:
        print_summary(result, warnings, folder, page)
    return 0


def again(arguments: Arguments, points: Sequence[Point], keys: ShadowPriceStudy) -> Path:
    """A stored run computed again, for `cargohub reproduce`: the folder of what was computed."""
    return priced(arguments, points[0].hub, keys)[0]


def priced(arguments: Arguments, config: HubConfig, keys: ShadowPriceStudy) -> tuple[Path, Result]:
    """Every hub of every ladder, each replication kept as it comes; the folder, and what was found."""
    own, n = keys.shadow_price, keys.replications
    steps = ladders(config, own)
    make_inputs(config, 0)
    hubs = list({point.label: point for ladder in steps for point in ladder.points}.values())
    if not arguments.quiet:
        days = config.warmup_days + config.horizon_days
        sys.stderr.write(
            f"shadow-price: {len(hubs)} hubs, with {n} replications {n * len(hubs)} simulations, each of {days} days\n"
        )
    with (
        open_study(arguments, config.scenario, {config.scenario: config}, plain(keys)) as run,
        execution.opened(keys.execution, keys.workers) as pool,
    ):
        there = evaluated(run, hubs, n, pool, is_quiet=arguments.quiet)
        zones = tuple(zone_of(ladder, there, n, own.prices) for ladder in steps)
        result = Result(config.scenario, own, zones)
        if not run.is_complete:
            run.complete({}, tables=tables_of(result))
    return run.path, result
