"""`cargohub decompose`: the gain from one scenario to another, split into floor, machines, people and doors.

Swaps factors from the first scenario to the second, in all combinations, with the same draws. Splits the gain of each
KPI into the contributions of the factors over all orders (Shapley), with intervals. configs/study/decompose.yaml says
which fields belong to which factor; all other fields are the factor `rest`.

  cargohub decompose demand=permit                             from 30,000 to 100,000 m²
  cargohub decompose 'scenarios=[liege_30k,liege_66k]' 'decompose.kpis=[on_time_share,dwell_mean_h]' replications=10
  cargohub decompose 'scenarios=[liege_66k,mine]' --config-dir DIR precision.on_time_share=0.01 --json

A combination with more units than fit its hall is simulated with the units closer together, and is listed.

How: all 2^k coalitions of factors are simulated under common random numbers, and each factor gets its Shapley share. A
factor is a list of configuration fields (`decompose.factors`), which you can change.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from experiments.arguments import Arguments, key_of
from experiments.designs.design import (
    Design,
    DesignKeys,
    check_kpis,
    named,
    of_rows,
    with_keys,
    with_study,
    without_hub,
)
from experiments.designs.factors import OF_NOTHING, Game, game_of
from experiments.designs.spreadsheet import designs_among
from experiments.formatting import kpi_name
from experiments.frame.missing_people import lower_bounds, missing_people
from experiments.frame.over_assumptions import over_assumptions
from experiments.frame.study import Bench, Document, Request, Study, Tables, same_draws
from experiments.interval_text import change_scale, with_interval
from experiments.money.kpis import KPIS
from experiments.replications.stability import unsure_lines
from experiments.replications.summing import Outcome, design_row, samples_of
from experiments.report.decompose_text import sentences, shown_alike
from experiments.report.design_names import tagged, titles_of
from experiments.report.figures.decompose_figure import figure
from experiments.report.sections import Picture, paragraphs_of, picture_of, sentence_of
from experiments.report.sentences import means_of, too_few_replications
from experiments.statistics import Interval
from experiments.statistics.precision import Samples
from experiments.statistics.shapley import Decomposition, decompose
from experiments.store.rows import Grid, column, interval, interval_object, stored, table
from sim.errors import ConfigError


@table("decomposition", "contribution of each factor to the gain between the scenarios", sort="kpi order")
class FactorShare:
    kpi: str = column("", "name of the KPI")
    order: int = column("1", "order of the factor, as in the study")
    factor: str = column("", "fields that are swapped together; rest: fields in no factor")
    share: Interval = interval(
        "see unit", "contribution to the gain, mean over all orders of change (Shapley)", names="{own}"
    )
    alone: float = column("see unit", "mean gain if it is the only change")
    last: float = column("see unit", "mean gain if it is the last change")
    n: int = column("1", "number of replications")
    unit: str = column("", "unit of the KPI")
    fields: str = column("", "fields that differ")


@table("coalitions", "the first scenario with some factors as in the second", sort="order")
class CoalitionRow:
    scenario: str = column("", "name of the coalition, as in every table of the run")
    order: int = column("1", "binary number: bit i is set if factor i is swapped")
    factors: str = column("", "factors that are as in the second scenario")
    is_fitting: bool = column("", "its units fit the halls by the space standards")
    lacks: str = column("", "what it lacks by these standards; simulated with units as close together as needed")


@dataclass(frozen=True, slots=True)
class Result:
    """Outcome of all coalitions, and the split of each KPI."""

    game: Game
    outcome: Outcome
    kpis: Mapping[str, Decomposition]


def result_of(game: Game, names: Sequence[str], outcome: Outcome, values: Samples) -> Result:
    kpis = {}
    for kpi in names:
        rows = list(zip(*(values[design.label][kpi] for design in game.designs), strict=True))
        kpis[kpi] = decompose(rows, list(game.fields), game.idle, possible=KPIS[kpi].range, good_end=KPIS[kpi].good_end)
    return Result(game, outcome, kpis)


def tables_of(result: Result) -> Tables:
    shares = [
        FactorShare(kpi, order, name, part.share, part.alone.mean, part.last.mean, part.share.n, KPIS[kpi].unit,
                    " ".join(result.game.fields.get(name, ())))
        for kpi, split in result.kpis.items()
        for order, (name, part) in enumerate(split.shares.items())
    ]  # fmt: skip
    coalitions = [
        CoalitionRow(team.design.label, order, " ".join(team.factors), not team.lacks, "; ".join(map(str, team.lacks)))
        for order, team in enumerate(result.game.coalitions)
    ]
    return [stored(FactorShare, shares), stored(CoalitionRow, coalitions)]


def as_json(result: Result, start: str, end: str) -> dict[str, Any]:
    def split(kpi: str, whole: Decomposition) -> dict[str, Any]:
        def plain(interval: Interval) -> dict[str, Any]:
            return interval_object(interval, KPIS[kpi].unit)

        factors = {
            name: {"share": plain(part.share), "alone": plain(part.alone), "last": plain(part.last)}
            for name, part in whole.shares.items()
        }
        return {"from": plain(whole.start), "to": plain(whole.end), "gain": plain(whole.gain), "factors": factors}

    coalitions = {
        team.design.label: {
            "factors": list(team.factors),
            "lacks": [str(lack) for lack in team.lacks],
            "kpis": {
                kpi: interval_object(result.outcome.intervals[team.design.label][kpi], KPIS[kpi].unit)
                for kpi in result.kpis
            },
        }
        for team in result.game.coalitions
    }
    return {
        "from": start,
        "to": end,
        "kpis": {kpi: split(kpi, whole) for kpi, whole in result.kpis.items()},
        "fields": {name: list(fields) for name, fields in result.game.fields.items()},
        "coalitions": coalitions,
    }


def warnings_of(result: Result) -> Iterator[str]:
    yield from result.outcome.warnings
    yield from too_few_replications(result.outcome.n)
    yield from unsure_lines(result.outcome.stability)
    yield from lower_bounds(result.kpis, [partial(_mean, values) for values in result.outcome.intervals.values()])
    yield from missing_people(result.outcome.designs, result.outcome.intervals)
    if rest := result.game.fields.get("rest", ()):
        yield sentence_of("in_no_factor", rest=", ".join(rest))
    if lacking := [coalition for coalition in result.game.coalitions if coalition.lacks]:
        yield sentence_of("coalitions_unfit", n_unfit=len(lacking), n=len(result.game.coalitions))


def _mean(values: Mapping[str, Interval], kpi: str) -> float:
    return values[kpi].mean


_FROM_STANDARDS: Final = "spare_area_m2"
"""The KPI computed from the space standards, which are reduced in coalitions that do not fit."""


@dataclass(frozen=True, slots=True)
class Decompose:
    """KPIs to split, and the fields of each factor."""

    kpis: tuple[str, ...]
    factors: dict[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        check_kpis(self.kpis)
        if _FROM_STANDARDS in self.kpis:
            raise ValueError(sentence_of("standards_kpi", from_standards=_FROM_STANDARDS))


@dataclass(frozen=True, slots=True)
class DecomposeKeys(DesignKeys):
    """Keys of the study other than the hub's."""

    decompose: Decompose

    def __post_init__(self) -> None:
        DesignKeys.__post_init__(self)
        if len(self.scenarios) != 2:
            raise ValueError(sentence_of("two_scenarios", n=len(self.scenarios)))
        if self.demands or self.arrival_models:
            raise ValueError(sentence_of("one_of_each"))


def parse(arguments: Arguments) -> tuple[list[Design], DecomposeKeys]:
    """The coalitions, each checked before anything runs."""
    words, config_dir = arguments.words, arguments.config_dir
    rest, rows = designs_among(with_study(words, "decompose"))
    _, keys = with_keys(without_hub(rest), config_dir, DecomposeKeys, "decompose")
    if rows:
        if len(rows) != 2 or any(key_of(word) == "scenarios" for word in words):
            raise ConfigError(sentence_of("file_of_two", n=len(rows)))
        (start, end), factors, _ = of_rows(rows, rest, config_dir)
        keys = replace(keys, scenarios=(start.label, end.label), factors=factors)
    else:
        start, end = named(rest, keys.scenarios, config_dir)
    return game_of(start, end, keys.decompose.factors).designs, keys


def game_among(designs: Sequence[Design], keys: DecomposeKeys) -> Game:
    """The coalitions, which must be all those between the study's two scenarios.

    Raises:
        ConfigError: other designs, which a stored run may have.
    """
    by_label = {design.label: design for design in designs}
    if missing := [name for name in keys.scenarios if name not in by_label]:
        raise ConfigError(f"no {missing[0]} among its designs")
    start, end = (by_label[name] for name in keys.scenarios)
    for of_nothing in (OF_NOTHING, OF_NOTHING[:1]):  # runs of an older version have `fit` and `fitted` as a factor
        game = game_of(start, end, keys.decompose.factors, of_nothing)
        if game.designs == list(designs):
            return game
    raise ConfigError("its designs are not all combinations of its factors")


def compute(bench: Bench, request: Request[DecomposeKeys]) -> Result:
    """Simulate all coalitions, and split the gain of each KPI."""
    designs, keys = request.designs, request.keys
    outcome = bench.replicated(designs, keys, has_tables=False)
    values = samples_of(bench.evaluated(designs, outcome.n))
    result = result_of(game_among(designs, keys), keys.decompose.kpis, outcome, values)
    bench.complete(outcome, tables_of(result))
    return result


def document(request: Request[DecomposeKeys], result: Result) -> Document:
    keys = request.keys
    lines: list[str] = []
    start, end = titles = _titles(request)
    for kpi, split in result.kpis.items():
        alone = next((coalition for coalition in result.game.coalitions if coalition.factors == (split.largest,)), None)
        first, *_, last = (result.outcome.is_lower_bound(design.label, kpi) for design in result.game.designs)
        lacks = [str(lack) for lack in alone.lacks] if alone else []
        lines += sentences(kpi, split, start, end, lacks, are_bounds=(first, last))
    draws = same_draws(request.designs[0].hub, result.outcome.n, f"of {len(request.designs)} combinations of factors")
    return Document(
        title=f"What causes the difference between {start} and {end}",
        data={**as_json(result, *keys.scenarios), **({"values": keys.factors} if keys.factors else {})},
        sentences=lines,
        warnings=list(warnings_of(result)),
        lines=_lines(result, keys),
        grids=[_grid(kpi, split, titles) for kpi, split in result.kpis.items()],
        method=paragraphs_of("decompose_method", draws=draws),
        over=over_assumptions(request, [design for design in request.designs if design.label in keys.scenarios]),
        pictures=lambda: [_picture(result, titles)],
    )


def _titles(request: Request[DecomposeKeys]) -> list[str]:
    """Names of the two designs for a reader."""
    names, factors = request.keys.scenarios, request.keys.factors
    titles = titles_of([design_row(design) for design in request.designs if design.label in names])
    return [tagged(name, factors) if factors else titles[name] for name in names]


def _picture(result: Result, titles: Sequence[str]) -> Picture:
    return picture_of("decompose", figure(result.kpis, *titles), means=means_of(result.outcome.n))


def _lines(result: Result, keys: DecomposeKeys) -> list[str]:
    """Keys in which the two designs differ, and combinations that do not fit their hall."""
    before, after = (keys.factors.get(name, {}) for name in keys.scenarios)
    lines = [f"{key}: {value} → {after[key]}" for key, value in before.items()]
    lines += [
        f"does not fit: {coalition.design.label}: {'; '.join(map(str, coalition.lacks))}"
        for coalition in result.game.coalitions
        if coalition.lacks
    ]
    return [*lines, ""] if lines else []


def _grid(kpi: str, split: Decomposition, titles: Sequence[str]) -> Grid:
    scale, name = change_scale(KPIS[kpi].unit)
    show = shown_alike(split, KPIS[kpi].unit)
    rows = tuple(
        (
            factor,
            with_interval(share.share.scaled(scale), show),
            *(show(scale * part.mean) for part in (share.alone, share.last)),
        )
        for factor, share in split.shares.items()
    )
    caption = f"{kpi_name(kpi)}: {' → '.join(titles)}, {show(scale * split.gain.mean)} {name}"
    return Grid(caption, ("factor", "share, all orders", "alone", "last"), rows)


STUDY: Final = Study(
    DecomposeKeys, parse, compute, document, name=lambda request: "-".join(request.keys.scenarios), check=game_among
)
