r"""`cargohub expansion`: expansion paths over years: when and how much to expand, if a permit may be refused.

Compares expansion paths over years. A path has phases with dates or rules. Decisions of others are a tree with
probabilities; demand grows; money is counted. Reports which path has the highest expected net present value and how
sure that is, the regret of each path, the value of information, and what would change the choice.

  cargohub expansion                                           the packaged study, some ten minutes on two cores
  cargohub expansion replications=1 expansion.years=8 'expansion.loads=[0.1,0.8]'      a first look
  cargohub expansion '~expansion.paths.second_site' expansion.years=10
  cargohub expansion +paths@expansion.paths.mine=mine --config-dir DIR         also a path of your own
  cargohub expansion expansion.stages.permit.results.granted.probability=0.1 \
      expansion.stages.permit.results.refused.probability=0.35 --json

configs/study/expansion.yaml has the tree and the growth, configs/paths the paths, configs/cost the prices.

How: paths (`configs/paths/`) are phases with dates or rules. Stages of the study are decisions of others: a tree of
results with probabilities. Demand grows along one of several growth paths. All paths meet the same futures. Years are
sampled from simulated weeks of the hub of that time (`curves`), so a few runs are enough. docs/expansion.md explains
the method.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

import numpy as np

from experiments.arguments import Arguments
from experiments.composition import compose
from experiments.designs.design import Design, one_hub, with_study
from experiments.designs.unusual import unpriced_units
from experiments.execution.progress import Lines
from experiments.formatting import counted, kpi_name, plain_name, share_text, whole
from experiments.frame.over_assumptions import over_assumptions
from experiments.frame.study import Bench, Document, Kpis, Request, Study
from experiments.frame.sure_command import Answers, Question
from experiments.interval_text import in_percent
from experiments.replications.stability import unsure_lines
from experiments.report import style
from experiments.report.figures import expansion_figures
from experiments.report.hub_share import money_rests_on
from experiments.report.rests_on import OverAssumptions
from experiments.report.sections import Picture, paragraphs_of, picture_of, sentence_of
from experiments.report.sentences import means_of, probability_text, too_few_replications
from experiments.statistics import Interval
from experiments.store.foreign import Manifest
from experiments.store.foreign_tables import typed_rows
from experiments.store.rows import Grid, grid_of, plain_interval, plain_row
from experiments.studies.expansion.answer import Answer, answer
from experiments.studies.expansion.design import ExpansionKeys, path_name
from experiments.studies.expansion.futures import explored
from experiments.studies.expansion.hubs import states_of
from experiments.studies.expansion.in_worlds import Weeks
from experiments.studies.expansion.over_worlds import valued, with_ranges
from experiments.studies.expansion.tables import sentences, sheet_texts, tables_of
from experiments.studies.expansion.tree import BANDS
from experiments.studies.expansion.uncertainty import decision_map, worth_of
from experiments.studies.expansion.value import factors
from sim.errors import ConfigError
from sim.inputs.traffic import flights_asked
from sim.measures.kpis import KPIS
from sim.reading import plain

_VERB: Final = "expansion"
_MOST_ROWS: Final = 24
_picture: Final = partial(picture_of, verb=_VERB)


def pictures(answer: Answer) -> Iterator[Picture]:
    outcome, settings = answer.explored, answer.explored.keys.expansion
    called = {path: path_name(path) for path in settings.paths}
    names, best = list(called.values()), called[answer.recommended]
    years = [settings.first_year + year for year in range(settings.years)]
    demand = {
        growth: np.stack([each.mean(axis=0), *np.quantile(each, BANDS, axis=0)])
        for growth, each in zip(outcome.futures.growths, outcome.futures.demand, strict=True)
    }
    slots = {called[path]: bands[0] for path, bands in answer.traffic["slots"].items()}
    yield _picture("fan", expansion_figures.fan(years, demand, slots))
    idle = None if settings.idle is None else called[settings.idle]
    if idle is not None and len(names) > 1:
        flows = outcome.means(lambda worth: worth.quarterly) * factors(settings, settings.cost.discounting.rate)
        so_far = flows.reshape(len(names), settings.years, -1).sum(axis=2).cumsum(axis=1) / 1e6
        less = dict(zip(names, so_far - so_far[names.index(idle)], strict=True))
        yield _picture("cash", expansion_figures.cash(years, less, idle), idle=idle)
    panels = {}
    for kpi in settings.kpis:
        scale, unit = style.drawn_as(KPIS[kpi].unit)
        panels[f"{kpi_name(kpi)}\n[{unit}]"] = {
            called[path]: bands * scale for path, bands in answer.service[kpi].items()
        }
    shown = list(dict.fromkeys(filter(None, (best, idle))))
    yield _picture("service", expansion_figures.service(years, panels, shown))
    cells = {(cell.growth, cell.probability): called[cell.best] for cell in decision_map(outcome)}
    if cells:
        shares = sorted({share for _, share in cells})
        yield _picture("map", expansion_figures.decisions(outcome.futures.growths, shares, cells, names))
    if len(names) > 1:
        first, second, *_ = sorted((path.npv.mean for path in answer.paths), reverse=True)
        lead = (first - second) / 1e6
        turns = sorted(answer.turns, key=lambda turn: -abs(turn.lead_eur.mean / 1e6 - lead))[:_MOST_ROWS]
        rows = [
            (plain_name(f"{turn.what} {turn.value}"), turn.lead_eur.scaled(1e-6), called[turn.best]) for turn in turns
        ]
        drawn = expansion_figures.tornado(rows, lead, best, names)
        means = means_of(turns[0].lead_eur.n)
        yield _picture("tornado", drawn, swing=share_text(settings.swing), n=len(rows), means=means)


_SERVICE: Final = ("on_time_share", "cost_per_parcel", "payback", "opens")
"""Figures of a path in a separate table; the others are about its money."""
_MONEY: Final = ("npv", "behind", "npv_p5", "npv_p95", "regret", "regret_p95", "best_share")


def parse(arguments: Arguments) -> tuple[list[Design], ExpansionKeys]:
    """The hub of today, followed by the different hubs of all states; all checked before anything runs."""
    words, config_dir = with_study(arguments.words, _VERB), arguments.config_dir
    (today,), keys = one_hub(arguments, ExpansionKeys, _VERB)
    base = today.hub
    if keys.expansion.states or keys.expansion.ranges:
        raise ConfigError(sentence_of("states_filled"))
    with Lines(is_quiet=arguments.quiet).waiting(lambda _: sentence_of("expansion_begins")):
        hubs, states = states_of(words, base, keys.expansion, config_dir)
        keys = with_ranges(replace(keys, expansion=replace(keys.expansion, states=states)), base, config_dir)
    return [Design("today", base), *hubs], keys


def check(designs: Sequence[Design], keys: ExpansionKeys) -> None:
    """Refuse hubs that are not those of the states.

    Raises:
        ConfigError: a hub is missing.
    """
    labels = {design.label for design in designs[1:]}
    for state, recorded in keys.expansion.states.items():
        if not recorded or not labels.issuperset(recorded):
            raise ConfigError(f"expansion.states: the hub of {state!r} is missing")


def compute(bench: Bench, request: Request[ExpansionKeys]) -> Answer:
    base, *hubs = request.designs
    n = request.keys.replications

    def simulate(designs: Sequence[Design]) -> Kpis:
        days = base.hub.days
        flights = sum(flights_asked(design.hub) for design in designs) * n * days
        counts = {"n_weeks": len(designs), "n_runs": n * len(designs), "flights": whole(flights)}
        bench.say(sentence_of("expansion_weeks", days=counted(days, "day"), **counts))
        return bench.evaluated(designs, n)

    weeks = Weeks(simulate, request.keys)
    return answer(explored(hubs, base.hub, request.keys, weeks.simulated), valued(bench, request, weeks))


def document(request: Request[ExpansionKeys], answer: Answer) -> Document:
    n = request.keys.replications
    brief, facts = sheet_texts(answer)
    unpriced = unpriced_units([design.hub for design in request.designs])
    weeks = {path_name(week).replace(" @ ", ", load "): verdict for week, verdict in answer.stability.items()}
    return Document(
        title="When to expand, and by how much",
        sentences=sentences(answer),
        verdicts=[brief[0], *answer.over.sentences(answer.recommended)],
        tables=tables_of(answer),
        grids=_grids(answer),
        data={
            "paths": {row.path: plain_row(row, without=("path",)) for row in answer.paths},
            "recommended": answer.recommended,
            "probability": None if np.isnan(answer.probability) else answer.probability,
            "over_worlds": {row.path: plain_row(row, without=("path",)) for row in answer.over.rows()},
            "by_reading": {
                growth: {
                    "reads": request.keys.expansion.growth[growth].reads,
                    "best": turn.best,
                    "lead": plain_interval(turn.lead_of_best(answer.recommended), "EUR"),
                }
                for growth, turn in answer.by_reading.items()
            },
            "turned_by": [plain_row(row, without=("order",)) for row in answer.turned_by],
            "knowing": {row.what: plain_interval(row.worth, "EUR") for row in answer.knowing},
            "unstable": {week: verdict.is_unstable for week, verdict in answer.stability.items()},
            "runs": answer.explored.n_runs * n,
        },
        method=tuple(_method(request, answer)),
        brief=brief,
        facts=facts,
        pictures=lambda: pictures(answer),
        over=_over_assumptions(request, answer),
        warnings=[*unpriced, *too_few_replications(n), *unsure_lines(weeks), *_misnamed(request)],
    )


def _misnamed(request: Request[ExpansionKeys]) -> Iterator[str]:
    """Paths that change nothing, but are named after the area of another hub."""
    area = whole(request.designs[0].hub.area_m2)
    for key, path in request.keys.expansion.paths.items():
        if not path.phases and (named := re.search(r"\S+ m²", path_name(key))) and named[0] != f"{area} m²":
            yield sentence_of("path_of_another_hub", key=key, name=path_name(key), area=area)


def _over_assumptions(request: Request[ExpansionKeys], answer: Answer) -> OverAssumptions:
    """The path's probability of being best over assumptions, in addition to that over futures."""
    today, path = request.designs[0], answer.recommended
    compared = _compared(plain(request.keys.expansion))

    def answers(manifest: Manifest) -> Answers:
        theirs = manifest.identity["study"].get("expansion")
        if "paths" not in manifest.tables or not theirs or _compared(theirs) != compared:
            return {}
        shares = {
            row["path"]: Interval(row["best_mean"], row["best_low"], row["best_high"], 0)
            for row in typed_rows(manifest, "paths", _SHARES)
        }
        return {today.label: f"it has the highest value in {in_percent(shares[path])} of the assumed worlds"}

    called = Design(path_name(path), today.hub)
    n_runs = compose(["study=sure_expansion"])["sure"]["budget"]
    question = Question(("question=expansion",), answers, keeps="expansion", asks="which_share_in_runs", n_runs=n_runs)
    is_known = not np.isnan(answer.probability)
    sampled = (
        {called.label: sentence_of("best_surely", probability=probability_text(answer.probability))} if is_known else {}
    )
    return over_assumptions(request, [called], sampled, question)


def _compared(expansion: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in expansion.items() if key not in _NOT_COMPARED}


_SHARES: Final = {"path": str, "best_mean": float, "best_low": float, "best_high": float}
_NOT_COMPARED: Final = ("states", "draws", "worlds", "ranges")
"""Keys of a study that set its precision or are derived, and not the question."""


def _grids(answer: Answer) -> list[Grid]:
    best, means = path_name(answer.recommended), means_of(answer.paths[0].npv.n)
    by_npv = sorted(answer.paths, key=lambda row: -row.npv.mean)
    known = [replace(row, worth=worth_of(row)) for row in answer.knowing]
    return [
        grid_of(sentence_of("expansion_money", means=means), by_npv, without=_SERVICE),
        grid_of(sentence_of("expansion_of_service", means=means), answer.paths, without=_MONEY),
        *([grid_of(sentence_of("expansion_over"), answer.over.rows())] if answer.over.npv.size else []),
        grid_of(sentence_of("worth_to_know"), known),
        *([grid_of(sentence_of("expansion_turns", best=best, means=means), answer.turns)] if answer.turns else []),
    ]


def _method(request: Request[ExpansionKeys], answer: Answer) -> Iterator[str]:
    outcome, keys, today = answer.explored, request.keys.expansion, request.designs[0].hub
    yield from money_rests_on(today)
    yield from paragraphs_of(
        "expansion_method",
        warmup=counted(today.warmup_days, "day"),
        horizon=counted(today.horizon_days, "measured day"),
        loads=", ".join(f"{load:g}" for load in keys.loads),
        n_runs=counted(outcome.n_runs, "week"),
        n=counted(request.keys.replications, "replication"),
        n_leaves=len(outcome.futures.leaves),
        n_growths=len(outcome.futures.growths),
        n_draws=len(outcome.futures.draws),
        year=keys.cost.year,
        rate=share_text(keys.cost.discounting.rate),
    )


STUDY: Final = Study(
    ExpansionKeys,
    parse,
    compute,
    document,
    name=lambda request: f"{len(request.keys.expansion.paths)}-paths",
    check=check,
)
