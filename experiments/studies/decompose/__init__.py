"""`cargohub decompose`: the gain between two scenarios, split into floor, machines, people, doors.

Swaps factors from the first scenario to the second, in all combinations, with the same draws, and splits
the gain of each KPI into what each factor contributes over all orders (Shapley), with intervals.
configs/study/decompose.yaml says which fields belong to which factor; fields in none are told as `rest`.

  cargohub decompose demand=permit                             from 30,000 to 100,000 m²
  cargohub decompose 'scenarios=[liege_30k,liege_66k]' 'decompose.kpis=[on_time_share,dwell_mean_h]' replications=10
  cargohub decompose 'scenarios=[liege_66k,mine]' --config-dir DIR precision.on_time_share=0.01 --json

A combination with more units than fit its hall is simulated with units standing closer, and named.

How: factors are swapped from the first scenario to the second, all 2^k coalitions under common random numbers, and
each factor gets its Shapley share. A factor is a list of configuration fields (`decompose.factors`), which the user
may change.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from experiments.arguments import Arguments
from experiments.composition import compose, study
from experiments.designs.design import Design, DesignKeys, check_group, check_kpis, named, of_rows, with_study
from experiments.designs.factors import Game, game_of
from experiments.designs.spreadsheet import designs_among, key_of
from experiments.formatting import kpi_name, signed, with_interval
from experiments.frame.study import Asked, Bench, Document, Study, same_draws
from experiments.report.decompose_text import sentences
from experiments.report.design_names import tagged, titles_of
from experiments.report.sections import Picture, paragraphs_of, picture_of
from experiments.statistics.shapley import Decomposition
from experiments.store.rows import Grid
from experiments.studies.decompose.result import Found, as_json, found_in, tables_of, warnings_of
from sim.errors import ConfigError
from sim.measures.kpis import KPIS

_FROM_STANDARDS: Final = "spare_area_m2"
"""The KPI that is computed from the space standards, which coalitions that do not fit have smaller."""


@dataclass(frozen=True, slots=True)
class Decompose:
    """KPIs to split, and the fields of each factor."""

    kpis: tuple[str, ...]
    factors: dict[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        check_kpis(self.kpis)
        if _FROM_STANDARDS in self.kpis:
            raise ValueError(f"kpis: {_FROM_STANDARDS} means nothing where units stand closer than the standards say")


@dataclass(frozen=True, slots=True)
class DecomposeKeys(DesignKeys):
    """Keys of the study beside the hub's."""

    decompose: Decompose

    def __post_init__(self) -> None:
        DesignKeys.__post_init__(self)
        if len(self.scenarios) != 2:
            raise ValueError(f"scenarios: decompose takes two, as scenarios=[FROM,TO]; got {len(self.scenarios)}")
        if self.demands or self.arrival_models:
            raise ValueError("demands, arrival_models: decompose takes one of each, as demand=permit arrivals=poisson")


def asked(arguments: Arguments) -> tuple[list[Design], DecomposeKeys]:
    """The coalitions, each checked before anything runs."""
    words, config_dir = arguments.words, arguments.config_dir
    rest, rows = designs_among(with_study(words, "decompose"))
    composed = compose(rest, config_dir)
    check_group(composed, "decompose", "decompose")
    keys = study(DecomposeKeys, composed)
    if rows:
        if len(rows) != 2 or any(key_of(word) == "scenarios" for word in words):
            raise ConfigError(f"designs: decompose takes a file of two, FROM and TO, and no scenarios; got {len(rows)}")
        (start, end), factors = of_rows(rows, rest, config_dir)
        keys = replace(keys, scenarios=(start.label, end.label), factors=factors)
        return game_of(start, end, keys.decompose.factors).designs, keys
    start, end = named(rest, keys.scenarios, config_dir)
    return game_of(start, end, keys.decompose.factors).designs, keys


def game_among(designs: Sequence[Design], keys: DecomposeKeys) -> Game:
    """The coalitions, which must be all those between the study's two scenarios.

    Raises:
        ConfigError: others, as those of a stored run may be.
    """
    by_label = {design.label: design for design in designs}
    missing = [name for name in keys.scenarios if name not in by_label]
    if missing:
        raise ConfigError(f"no {missing[0]} among its designs")
    start, end = (by_label[name] for name in keys.scenarios)
    game = game_of(start, end, keys.decompose.factors)
    if game.designs != list(designs):
        raise ConfigError("its designs are not the combinations of its factors")
    return game


def check(designs: Sequence[Design], keys: DecomposeKeys) -> None:
    game_among(designs, keys)


def compute(bench: Bench, asked: Asked[DecomposeKeys]) -> Found:
    """All coalitions simulated, and each KPI's gain split."""
    designs, keys = asked.designs, asked.keys
    outcome = bench.replicated(designs, keys, has_tables=False)
    kpis = bench.evaluated(designs, outcome.n)
    values = {
        design.label: {kpi: [kpis[design.label, number][kpi] for number in range(outcome.n)] for kpi in KPIS}
        for design in designs
    }
    result = found_in(game_among(designs, keys), keys.decompose.kpis, outcome, values)
    bench.complete(outcome, tables_of(result))
    return result


def document(asked: Asked[DecomposeKeys], result: Found) -> Document:
    keys, lines = asked.keys, []
    start, end = titles = _titles(asked)
    for kpi, split in result.kpis.items():
        alone = next((coalition for coalition in result.game.coalitions if coalition.factors == (split.largest,)), None)
        lines += sentences(kpi, split, start, end, [str(lack) for lack in alone.lacks] if alone else [])
    draws = same_draws(asked.designs[0].hub, result.outcome.n, f"of {len(asked.designs)} combinations of factors")
    return Document(
        title=f"What makes the difference between {start} and {end}",
        data={**as_json(result, *keys.scenarios), **({"values": keys.factors} if keys.factors else {})},
        sentences=lines,
        warnings=warnings_of(result),
        lines=_lines(result, keys),
        grids=[_grid(kpi, split, titles) for kpi, split in result.kpis.items()],
        method=paragraphs_of("decompose_method", draws=draws),
        pictures=lambda: [_picture(result, titles)],
    )


def _titles(asked: Asked[DecomposeKeys]) -> list[str]:
    """What a reader calls the two designs."""
    names, factors = asked.keys.scenarios, asked.keys.factors
    titles = titles_of({design.label: design.hub.area_m2 for design in asked.designs if design.label in names})
    return [tagged(name, factors) if factors else titles[name] for name in names]


def _picture(result: Found, titles: Sequence[str]) -> Picture:
    from experiments.report.figures.decompose_figure import figure

    return picture_of("decompose", figure(result.kpis, *titles))


def _lines(result: Found, keys: DecomposeKeys) -> list[str]:
    """In which keys the two designs differ, and which combinations do not fit their hall."""
    before, after = (keys.factors.get(name, {}) for name in keys.scenarios)
    lines = [f"{key}: {value} → {after[key]}" for key, value in before.items()]
    lines += [
        f"does not fit: {coalition.design.label}: {'; '.join(map(str, coalition.lacks))}"
        for coalition in result.game.coalitions
        if coalition.lacks
    ]
    return [*lines, ""] if lines else []


def _grid(kpi: str, split: Decomposition, titles: Sequence[str]) -> Grid:
    unit = KPIS[kpi].unit
    scale, name = (100.0, "percentage points") if unit == "1" else (1.0, unit)
    rows = tuple(
        (
            factor,
            with_interval(share.share.scaled(scale), signed),
            *(signed(scale * part.mean) for part in (share.alone, share.last)),
        )
        for factor, share in split.shares.items()
    )
    caption = f"{kpi_name(kpi)}: {' → '.join(titles)}, {signed(scale * split.gain.mean)} {name}"
    return Grid(caption, ("factor", "share, all orders", "alone", "last"), rows)


STUDY: Final = Study(
    DecomposeKeys, asked, compute, document, name=lambda asked: "-".join(asked.keys.scenarios), check=check
)
