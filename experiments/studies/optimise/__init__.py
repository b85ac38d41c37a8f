"""`cargohub optimise`: designs on the Pareto front of two goals, such as cost and service.

Tries designs over ranges of any fields, and finds the Pareto front: the designs that no other design beats on both
goals. Each has its interval, and the command that runs it again. Designs that do not fit are not simulated. Needs the
extra study.

  cargohub optimise                                            the packaged study: cost against service, today's traffic
  cargohub optimise demand=permit scenario=liege_66k optimise.trials=960
  cargohub optimise 'optimise.minimise=[area_m2]' optimise.sampler=tpe --json
  cargohub optimise 'optimise.minimise=[posts_h_per_day,dwell_p95_h]' 'optimise.maximise=[]'

configs/study/optimise.yaml has the variables, configs/cost the prices; to change them, put files in --config-dir DIR.

How: variables are any fields of the configuration, such as units, crews, zone shares and areas. Every design is
simulated with the same replications (common random numbers). Designs that do not fit the area, or that the schema
refuses, are counted but never simulated; the search learns by how much they do not fit.

The best of many noisy values looks better than it is. The designs on the front are therefore simulated with
`optimise.confirm` new replications, which were not used to choose them. Their means and intervals are reported.
"""

from collections.abc import Sequence
from typing import Final

from experiments.designs.design import Design
from experiments.formatting import counted
from experiments.frame.missing_people import cautions
from experiments.frame.over_assumptions import over_assumptions
from experiments.frame.study import Bench, Document, Request, Study, same_draws
from experiments.report import style
from experiments.report.figures import front_figure
from experiments.report.key_names import spelt
from experiments.report.sections import Picture, picture_of, sentence_of, text_of
from experiments.report.sentences import means_of
from experiments.store.rows import Grid
from experiments.studies.optimise.design import OptimiseKeys, check_variables, parse, read_value
from experiments.studies.optimise.result import FrontPoint, Result, goal_text, intervals_of
from experiments.studies.optimise.search import Trial, Tried, goals_of, search, simulated

_A_TABLE = 7
"""Most variables in a table."""


def document(request: Request[OptimiseKeys], result: Result) -> Document:
    config = request.designs[0].hub
    commands = list(result.commands(request.arguments)) if request.is_typed else []
    keys = result.settings
    by = sentence_of(f"method_{keys.sampler}")
    method = [
        text_of("optimise_method", n=len(result.tried.trials), population=keys.population, by=by),
        same_draws(config, result.replications),
    ]
    if keys.confirm:
        method.append(text_of("optimise_confirm", n=keys.confirm))
    if "cost_eur_per_day" in keys.goals:
        cost = keys.cost
        values = {
            "rent": cost.site.rent_eur_per_m2_year, "wage": cost.labour.wage_eur_per_h,
            "machine": cost.capex.machine_eur_per_parcel_h, "years": cost.discounting.equipment_years,
        }  # fmt: skip
        method.append(text_of("optimise_cost", **values))
    return Document(
        title=f"{' and '.join(keys.called)}: what can be reached together",
        sentences=list(result.sentences),
        warnings=result.warnings,
        tables=result.tables(),
        grids=[*grids(result), *([_commands(commands)] if commands else [])],
        data=result.as_json(commands),
        method=method,
        over=over_assumptions(request, request.designs),
        pictures=lambda: [_picture(result)],
        libraries=("optuna",),
    )


def grids(result: Result) -> list[Grid]:
    """Results and variables of the designs on the front, in tables that fit a page."""
    settings = result.settings
    reached = tuple(
        (str(order), *(goal_text(interval, settings.unit(goal)) for goal, interval in point.confirmed.items()))
        for order, point in enumerate(result.front, start=1)
    )
    caption = sentence_of("front_reached", means=means_of(settings.confirm or result.replications))
    tables = [Grid(caption, ("design", *settings.called), reached)]
    names = list(settings.variables)
    for at in range(0, len(names), _A_TABLE):
        here = slice(at, at + _A_TABLE)
        rows = tuple(
            (str(order), *map(read_value, point.trial.design.values[here]))
            for order, point in enumerate(result.front, start=1)
        )
        caption = sentence_of("front_designs", continued=", continued" if at else "")
        units = {name: settings.variables[name].unit for name in names[here]}
        header = (f"{spelt(name)} [{unit}]" if unit else spelt(name) for name, unit in units.items())
        tables.append(Grid(caption, ("design", *header), rows))
    return tables


def _commands(commands: Sequence[str]) -> Grid:
    rows = tuple((str(order), command) for order, command in enumerate(commands, start=1))
    return Grid("To run each design again, with all its tables", ("design", "command"), rows, n_texts=2)


def _picture(result: Result) -> Picture:
    settings = result.settings
    x, y = settings.goals
    drawn_as = {goal: style.drawn_as(settings.unit(goal)) for goal in settings.goals}
    scales = {goal: scale for goal, (scale, _) in drawn_as.items()}
    names = [f"{name} [{unit}]" for name, (_, unit) in zip(settings.called, drawn_as.values(), strict=True)]

    def place(trial: Trial) -> tuple[float, float]:
        means = [scales[goal] * sum(sample) / len(sample) for goal, sample in trial.samples.items()]
        return means[0], means[1]

    on_front = {point.trial.design.label for point in result.front}
    simulated = {trial.design.label: trial for trial in result.tried.trials if trial.samples}
    others = tuple(place(trial) for label, trial in simulated.items() if label not in on_front)
    start, configured = result.tried.start, None
    if start is not None and start.samples:
        of_start = [point.confirmed for point in result.front if point.trial.design.label == start.design.label]
        configured = (scales[x] * of_start[0][x].mean, scales[y] * of_start[0][y].mean) if of_start else place(start)
    front = [(point.confirmed[x].scaled(scales[x]), point.confirmed[y].scaled(scales[y])) for point in result.front]
    drawn = front_figure.figure(names, others, configured, front)
    of_front = sentence_of("front_confirmed" if settings.confirm else "front_unconfirmed")
    return picture_of("front", drawn, x=settings.called[0], y=settings.called[1], front=of_front)


def compute(bench: Bench, request: Request[OptimiseKeys]) -> Result:
    """Run the search, then confirm its front."""
    config, keys = request.designs[0].hub, request.keys
    optimise = keys.optimise
    check_variables(config, optimise.variables)
    n_runs, days = optimise.trials * keys.replications, counted(config.days, "day")
    counts = {"n": optimise.trials, "n_runs": n_runs, "days": days, "confirm": optimise.confirm}
    bench.say(sentence_of("optimise_cost_of_search", **counts))
    tried = search(bench, config, keys)
    return Result(optimise, keys.replications, tried, *_front(bench, tried, keys))


def _front(bench: Bench, tried: Tried, keys: OptimiseKeys) -> tuple[tuple[FrontPoint, ...], tuple[str, ...]]:
    """The designs on the front, and warnings on those whose backlog grows, or whose people are missing."""
    settings = keys.optimise
    numbers = range(keys.replications, keys.replications + settings.confirm)
    kpis = simulated(bench, [trial.design for trial in tried.front], numbers.stop)
    points = []
    for trial in tried.front:
        seen = intervals_of(trial.samples)
        after = intervals_of(goals_of(trial.design, settings, kpis, numbers)) if numbers else seen
        points.append(FrontPoint(trial, seen, after))
    # As the tables number them: names with all values are too long for a sentence.
    called = {f"design {order}": trial.design for order, trial in enumerate(tried.front, start=1)}
    designs = [Design(name, design.hub) for name, design in called.items() if design.hub is not None]
    of_front = {(name, n): kpis[design.label, n] for name, design in called.items() for n in range(numbers.stop)}
    return tuple(points), cautions(designs, of_front, settings.goals)


STUDY: Final = Study(
    OptimiseKeys,
    parse,
    compute,
    document,
    name=lambda request: f"{request.designs[0].hub.scenario}-{request.keys.optimise.sampler}",
    library="optuna",
)
