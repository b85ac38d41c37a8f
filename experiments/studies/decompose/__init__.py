"""`cargohub decompose`: the gain between two scenarios, split into floor, machines, people, doors.

Factors are swapped from the first scenario to the second, all 2^k coalitions under common random numbers, and each
factor gets its Shapley share. A factor is a list of configuration fields (`decompose.factors`), which the user may
change; `designs/factors.py` says what becomes of coalitions that do not fit their hall.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from experiments.arguments import Arguments
from experiments.composition import compose, hub, study
from experiments.report.decompose_text import change, sentences, signed
from experiments.report.factor_names import tagged
from experiments.store import RunDirectory
from experiments.studies import telling
from experiments.studies.decompose.result import Found, document, found_in, tables_of, warnings_of
from experiments.studies.designs.design import Point, Study, named, with_study
from experiments.studies.designs.design_factors import factors_of
from experiments.studies.designs.factors import Game, game_of
from experiments.studies.designs.spreadsheet import compose_design, designs_among, key_of
from experiments.studies.replications.replicating import complete, evaluate, open_directory, replications
from sim.errors import ConfigError, InputError
from sim.measures.kpis import KPIS
from sim.reading import near

_FROM_STANDARDS: Final = "spare_area_m2"
"""The KPI that is computed from the space standards, which coalitions that do not fit have smaller."""


@dataclass(frozen=True, slots=True)
class Decompose:
    """KPIs to split, and the fields of each factor."""

    kpis: tuple[str, ...]
    factors: dict[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        if not self.kpis:
            raise ValueError("kpis: decompose needs some")
        for kpi in self.kpis:
            if kpi not in KPIS:
                raise ValueError(f"kpis: no KPI {kpi!r}{near(kpi, KPIS)}")
            if self.kpis.count(kpi) > 1:
                raise ValueError(f"kpis: {kpi} is there twice")
        if _FROM_STANDARDS in self.kpis:
            raise ValueError(f"kpis: {_FROM_STANDARDS} means nothing where units stand closer than the standards say")


@dataclass(frozen=True, slots=True)
class DecomposeStudy(Study):
    """Keys of the study beside the hub's."""

    decompose: Decompose

    def __post_init__(self) -> None:
        Study.__post_init__(self)
        if len(self.scenarios) != 2:
            raise ValueError(f"scenarios: decompose takes two, as scenarios=[FROM,TO]; got {len(self.scenarios)}")
        if self.demands or self.arrival_models:
            raise ValueError("demands, arrival_models: decompose takes one of each, as demand=permit arrivals=poisson")


KEYS = DecomposeStudy


def main(arguments: Arguments) -> int:
    game, keys = asked(arguments.words, arguments.config_dir)
    return carry_out(arguments, game.points, keys)


def carry_out(arguments: Arguments, points: Sequence[Point], keys: DecomposeStudy) -> int:
    """Compute what is not there, and tell."""
    game = recorded_game(arguments.out, points, keys)
    start, end = keys.scenarios
    with open_directory(arguments, f"{start}-{end}", game.points, keys) as run:
        found = computed(run, game, keys, is_quiet=arguments.quiet)
        chart = _draw(run.path, found, keys)
    tell(found, keys, run.path, chart, is_json=arguments.json)
    return 0


def tell(found: Found, keys: DecomposeStudy, folder: Path, chart: Path, *, is_json: bool) -> None:
    start, end = keys.scenarios
    lines = []
    for kpi, own in found.kpis.items():
        alone = next((one for one in found.game.coalitions if one.factors == (own.largest,)), None)
        lacks = [str(lack) for lack in alone.lacks] if alone else []
        lines += sentences(kpi, own, start, end, lacks)
    warnings = warnings_of(found)
    if is_json:
        telling.print_json(
            {
                **document(found, start, end),
                **_values(keys),
                "sentences": lines,
                "run_dir": str(folder),
                "warnings": warnings,
            }
        )
    else:
        _print_table(found, keys, [*lines, "", *(f"warning: {line}" for line in warnings)])
        sys.stdout.write(f"tables: {folder}\n{telling.shown_at(chart)}\n")


def _values(keys: DecomposeStudy) -> dict[str, Any]:
    """In which keys designs of a file differ, for JSON."""
    return {"values": keys.factors} if keys.factors else {}


def asked(words: Sequence[str], config_dir: Path | None) -> tuple[Game, DecomposeStudy]:
    """The coalitions, each checked before anything runs."""
    own, designs = designs_among(with_study(words, "decompose"))
    composed = compose(own, config_dir)
    if "decompose" not in composed:
        raise ConfigError("study: decompose needs decompose.kpis and decompose.factors, as study=decompose has them")
    keys = study(DecomposeStudy, composed)
    if designs:
        if len(designs) != 2 or any(key_of(word) == "scenarios" for word in words):
            raise ConfigError(
                f"designs: decompose takes a file of two, FROM and TO, and no scenarios; got {len(designs)}"
            )
        both = [compose_design(design, own, config_dir) for design in designs]
        names = [design.name for design in designs]
        start, end = (Point(name, hub(one)) for name, one in zip(names, both, strict=True))
        keys = replace(keys, scenarios=(start.label, end.label), factors=factors_of(names, designs, both))
        return game_of(start, end, keys.decompose.factors), keys
    start, end = named(own, keys.scenarios, config_dir)
    return game_of(start, end, keys.decompose.factors), keys


def recorded_game(folder: Path, points: Sequence[Point], keys: DecomposeStudy) -> Game:
    """The coalitions of a stored run, which must be all those between its own two scenarios.

    Raises:
        InputError: others.
    """
    own = {point.label: point for point in points}
    start, end = keys.scenarios
    missing = [name for name in (start, end) if name not in own]
    if missing:
        raise InputError(f"{folder}: no {missing[0]} among its designs")
    try:
        game = game_of(own[start], own[end], keys.decompose.factors)
    except ConfigError as error:
        raise InputError(f"{folder}: {error}") from None
    if game.points != list(points):
        raise InputError(f"{folder}: its designs are not the combinations of its factors")
    return game


def computed(run: RunDirectory, game: Game, keys: DecomposeStudy, *, is_quiet: bool) -> Found:
    """All coalitions simulated, as far as they are not there; tables written, if they are not."""
    outcome = replications(run, game.points, keys, is_quiet=is_quiet, work_of=evaluate)
    there = run.finished()
    values = {
        point.label: {kpi: [there[point.label, number][kpi] for number in range(outcome.n)] for kpi in KPIS}
        for point in game.points
    }
    found = found_in(game, keys.decompose.kpis, outcome, values)
    complete(run, outcome, tables_of(found))
    return found


def _draw(folder: Path, found: Found, keys: DecomposeStudy) -> Path:
    from experiments.report.figures.decompose_figure import write_chart

    path = folder / "figures" / "decompose.svg"
    start, end = (tagged(name, keys.factors) for name in keys.scenarios)
    write_chart(path, found.kpis, start, end)
    return path


def _print_table(found: Found, keys: DecomposeStudy, lines: Sequence[str]) -> None:
    before, after = (keys.factors.get(name, {}) for name in keys.scenarios)
    text = [f"{key}: {value} → {after[key]}" for key, value in before.items()]
    text += [""] if text else []
    for kpi, own in found.kpis.items():
        unit = KPIS[kpi].unit
        scale, name = (100.0, "%") if unit == "1" else (1.0, unit)
        text.append(f"{kpi}: {' → '.join(keys.scenarios)}, {signed(scale * own.gain.mean)} {name}")
        text.append(f"  {'':14}{'share, all orders':>36}{'alone':>12}{'last':>12}")
        for factor, one in own.shares.items():
            alone, last = (signed(scale * part.mean) for part in (one.alone, one.last))
            text.append(f"  {factor:14}{change(one.share, unit):>36}{alone:>12}{last:>12}")
        text.append("")
    text += [
        f"does not fit: {coalition.point.label}: {'; '.join(map(str, coalition.lacks))}"
        for coalition in found.game.coalitions
        if coalition.lacks
    ]
    sys.stdout.write("\n".join([*text, *lines]) + "\n")
