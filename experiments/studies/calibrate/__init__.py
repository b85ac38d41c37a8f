"""`cargohub calibrate`: what observations say: a calendar from an airport's traffic, and which assumed worlds remain.

With a FILE of EUROCONTROL's daily airport traffic (CSV) it estimates a calendar of arrivals, looks for breaks in its
level, and writes an arrivals configuration, the estimates and a picture to DIR (calibration/AIRPORT).

  cargohub calibrate airport_traffic.csv                       all that the file has
  cargohub calibrate airport_traffic.csv --from 2022-04-01 --to 2024-05-31 --out DIR
  cargohub calibrate airport_traffic.csv airport=EBLG column=FLT_TOT_1 --json
  cargohub run --config-dir DIR arrivals=eblg                  a run with what was written

--from and --to are the first and last day; a year at least, of every month some days.

An airport's traffic says when flights come, not how many of them are the hub's: `demand.flights_per_day` stays
as it is.

With observed KPIs it says which of the assumed worlds (configs/assumptions) remain possible, which ranges narrow, and
in how many worlds each hub carries its traffic before and after (history matching; docs/sure.md).

  cargohub calibrate observed=published                        the few published figures of the hub
  cargohub calibrate observed=mine.csv scenario=liege_66k demand=today

The file has the columns kpi, value, tolerance, unit and source, and hub where there are several. A tolerance is half
the width of the range that holds the true value (95 %). A column discrepancy says how far the model itself may be off
(standard deviation as a share of the value). configs/study/calibrate.yaml has the other keys. Nothing is changed in the
configuration.

Own options: --from DAY, --to DAY.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from experiments.arguments import Arguments
from experiments.designs.spreadsheet import key_of
from experiments.frame import runner
from experiments.frame.study import Asked, Bench, Study
from experiments.statistics.history_matching import Matched, matched
from experiments.statistics.next_runs import Wanted, explored
from experiments.statistics.open_worlds import Run
from experiments.statistics.two_sources import Floats
from experiments.studies import sure
from experiments.studies.calibrate import airport
from experiments.studies.calibrate.design import OBSERVED, CalibrateKeys, asked
from experiments.studies.calibrate.page import document
from experiments.studies.calibrate.result import Result
from experiments.studies.sure.worlds import Drawn, drawn
from sim.errors import ConfigError


def main(arguments: Arguments) -> int:
    """With observed KPIs the study, else the calendar of an airport's file."""
    given = {key_of(word) for word in arguments.words}
    return runner.main(STUDY, arguments) if given & {OBSERVED, "study"} else airport.main(arguments)


def compute(bench: Bench, asked: Asked[CalibrateKeys]) -> Result:
    """Screen all worlds, rule some out wave by wave, and ask the others and all for the answer."""
    designs, keys = asked.designs, asked.keys
    study, config = keys.calibrate, designs[0].hub
    sure.check_ranges(asked)
    bench.check(designs)
    n = keys.sure.n_worlds
    bench.say(f"calibrate: {n} worlds of {len(keys.sure.ranges)} numbers each are screened")
    worlds = drawn(config, asked.arguments.config_dir, n=n, seed=config.seed)
    sample = worlds.sample(designs, keys.sure.ranges)
    bench.say(
        f"calibrate: {study.waves} waves of {study.worlds} worlds of each hub, then {keys.sure.budget} runs or fewer"
    )
    possible = np.asarray((sample.screen > 0).all(axis=0))
    history = matched(
        sample, study.targets, study.effort, lambda wanted: _figures(bench, asked, worlds, wanted), possible
    )
    _check_varies(asked, history)
    known = explored(sample, keys.effort, lambda wanted: sure.answers(bench, asked, worlds, wanted))
    return Result(keys, tuple(designs), history, known, worlds)


def _figures(
    bench: Bench, asked: Asked[CalibrateKeys], worlds: Drawn, wanted: Sequence[Wanted]
) -> Mapping[Run, Floats]:
    """The observed KPIs in these worlds, by replication and observation; those of another hub are not looked at."""
    observations = asked.keys.calibrate.observations
    figures = {}
    for (at, world), several in sure.kpis_in(bench, asked, worlds, wanted).items():
        values = np.array([[kpis[seen.kpi] for seen in observations] for kpis in several])
        for seen, column in zip(observations, values.T, strict=True):
            if seen.hub == asked.designs[at].label and not np.isfinite(column).all():
                raise ConfigError(f"{seen.kpi}, {seen.hub}: has no finite value in world {world}: {column[0]}")
        figures[at, world] = values
    return figures


def _check_varies(asked: Asked[CalibrateKeys], history: Matched) -> None:
    """Refuse an observation of what is the same in all worlds."""
    for at, seen in enumerate(asked.keys.calibrate.observations):
        if not history.varies(at):
            raise ConfigError(f"{seen.kpi}, {seen.hub}: does not vary over the worlds, so an observation says nothing")


STUDY: Final = Study(CalibrateKeys, asked, compute, document, name=lambda asked: next(iter(asked.keys.calibrate.hubs)))
