"""`cargohub sure`: in how many of its assumed worlds the answer holds, and which numbers decide it.

Draws all sourced and assumed numbers together from their ranges (`configs/assumptions`), world after world. Reports for
each hall in which share of the worlds it carries its traffic, which numbers decide this, and what to measure first.

  cargohub sure                                                the packaged study: four halls, two demands
  cargohub sure 'scenarios=[liege_30k,liege_100k]' demand=permit --json
  cargohub sure scenario=liege_100k demand=permit sure.precision=0.05
  cargohub sure question=capacity 'scenarios=[liege_30k]'       how many flights a day a hall carries, over the worlds
  cargohub sure question=capacity scenario=liege_100k flights=6,8,10,12
  cargohub sure question=expansion                             which path is worth most, in which share of the worlds
  cargohub sure 'designs=[liege_66k, liege_66k halls.main.doors_out=60]' sure.budget=300

configs/study/sure.yaml has the keys; docs/sure.md explains the answer.

How: worlds are scrambled Sobol' points, the same for every design. Each world has its own draws, which all designs
share (common random numbers). In each world, the capacity ladder gives the traffic that the hall could carry, over
arrivals: far below one, the hall does not carry its traffic; far above one, it does. Runs check a random sample of
these worlds, and simulate worlds whose answer is open (`experiments.statistics.next_runs`).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final, TypeVar

import numpy as np
from scipy.special import logit

from experiments.assumptions.names import names_of
from experiments.assumptions.ranges import Kept, ranges_of, refuse_moved
from experiments.designs.design import Design
from experiments.formatting import counted
from experiments.frame.judging import as_configured
from experiments.frame.study import Bench, Document, Request, Study
from experiments.replications.stability import judged
from experiments.report.sections import sentence_of
from experiments.report.verdicts import DesignVerdict
from experiments.statistics.criterion import LEAST_ON_TIME, ON_TIME
from experiments.statistics.next_runs import Wanted, explored
from experiments.statistics.open_worlds import Answer, Known, Run
from experiments.statistics.what_decides import decided
from experiments.store.tables import Key
from experiments.studies.expansion.design import composed_of
from experiments.studies.sure import as_stored, page, paths, paths_page
from experiments.studies.sure.design import Question, SureKeys, parse
from experiments.studies.sure.paths_page import PathsResult
from experiments.studies.sure.result import Answered, Result
from experiments.studies.sure.worlds import Screened, kpis_of
from sim.config import HubConfig
from sim.errors import ConfigError

K = TypeVar("K", bound=SureKeys)
_CLEAR: Final = 3.0
"""Margins are cut here, where the answer is clear (assumption): otherwise worlds with hardly a parcel on time would
bend the regression."""


def compute(bench: Bench, request: Request[SureKeys]) -> Result | PathsResult:
    """Screen all worlds, simulate some, and draw conclusions."""
    designs, sure = request.designs, request.keys.sure
    config, folder = designs[0].hub, request.arguments.config_dir
    check_ranges(request, sure.question.kept)
    if sure.question is Question.EXPANSION:
        return paths.compute(bench, request)
    n, each = sure.n_worlds, request.keys.replications
    bench.check(designs, n * each, sentence_of("of_each_world", each=each, worlds=n))
    bench.say(f"sure: {counted(len(designs), 'design')} in {n} worlds of {len(sure.ranges)} numbers each are screened")
    screened = partial(Screened.of, config, folder, n=n, seed=config.seed, kept=sure.question.kept)
    worlds = screened()
    sample = worlds.sample(bench, designs, sure.ranges)
    effort = request.keys.effort
    bench.say(f"sure: at most {effort.budget} runs, each of {config.days} days")
    known = explored(sample, effort, lambda wanted: answers(bench, request, worlds, wanted))
    _check_varies(known)
    bench.say(sentence_of("sure_decides"))
    samples = {width: screened(width=width).sample(bench, designs, sure.ranges, width) for width in sure.widths}
    configured: Mapping[str, DesignVerdict] = {}
    if sure.question is Question.RUN:
        configured = as_configured(bench, designs, each, request.keys.stability)
    answered = [
        Answered(
            design,
            known.share(at),
            {width: known.share(at, other) for width, other in samples.items()},
            decided(known, at),
            configured.get(design.label),
        )
        for at, design in enumerate(designs)
    ]
    simulated = [(*run, len(answer.margins)) for run, answer in known.answers.items()]
    kpis = kpis_in(bench, request, worlds, simulated)
    return Result(request.keys, known, tuple(answered), worlds, names_of(worlds.worlds), kpis)


def margin(on_time_share: float) -> float:
    """Log-odds of a share on time minus those of the target, within ±3; above 0 if enough parcels are on time.

    >>> round(margin(0.95), 9), round(margin(0.9), 2)
    (0.0, -0.75)
    """
    return float(np.clip(logit(on_time_share) - logit(LEAST_ON_TIME), -_CLEAR, _CLEAR))


def answers(bench: Bench, request: Request[K], worlds: Screened, wanted: Sequence[Wanted]) -> Mapping[Run, Answer]:
    """Whether designs carry their traffic in these worlds, from new or existing replications."""
    simulated = kpis_in(bench, request, worlds, wanted)
    return {run: _answer(request.designs[run[0]], kpis) for run, kpis in simulated.items()}


def kpis_in(
    bench: Bench, request: Request[K], worlds: Screened, wanted: Sequence[Wanted]
) -> Mapping[Run, Sequence[Mapping[str, float]]]:
    """KPIs of these worlds by replication: each world has its own draws, which all designs share."""
    keys: dict[Run, list[Key]] = {}
    hubs: dict[Key, Callable[[], HubConfig]] = {}
    for at, world, n in wanted:
        first, design = request.keys.replications * world, request.designs[at]
        keys[at, world] = [(f"{design.label}, world {world}", number) for number in range(first, first + n)]
        hubs |= dict.fromkeys(keys[at, world], partial(worlds.hub, design.hub, world))
    kpis = kpis_of(bench, hubs)
    return {run: [kpis[key] for key in of_run] for run, of_run in keys.items()}


def _answer(design: Design, kpis: Sequence[Mapping[str, float]]) -> Answer:
    is_unstable = judged(kpis, design.hub.horizon_days).is_unstable
    shares = [[run[kpi] for kpi in ON_TIME.values()] for run in kpis]
    means = np.mean(shares, axis=0)
    return Answer(tuple(margin(min(of_run)) for of_run in shares), bool(is_unstable), margin(float(means.min())))


def check_ranges(request: Request[K], kept: Kept) -> None:
    """Refuse a stored run whose worlds were drawn from other ranges. `kept`: keys that its verb does not vary."""
    keys, folder = request.keys, request.arguments.config_dir
    now = ranges_of(composed_of(request.designs[0].hub, keys.expansion), folder, kept)
    refuse_moved(keys.sure.ranges, now, "sure.ranges")


def _check_varies(known: Known) -> None:
    margins = [known.answers[run].margin for run in known.runs]
    if np.ptp(known.sample.screen) == 0 and (not margins or np.ptp(margins) == 0):
        raise ConfigError(sentence_of("decides_nothing"))


def document(_: Request[SureKeys], result: Result | PathsResult) -> Document:
    return paths_page.document(result) if isinstance(result, PathsResult) else page.document(result)


def _name(request: Request[SureKeys]) -> str:
    if request.keys.expansion is not None:
        return f"{len(request.keys.expansion.paths)}-paths"
    return "-".join(request.keys.scenarios[:1]) or f"{len(request.designs)}-designs"


STUDY: Final = Study(SureKeys, parse, compute, document, name=_name, as_stored=as_stored.document)
