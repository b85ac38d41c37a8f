"""What `cargohub decompose` found: each KPI's gain split, its tables, its JSON document and its warnings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.designs.factors import Game
from experiments.replications.summing import Outcome
from experiments.report.sections import said
from experiments.report.sentences import too_few_replications
from experiments.statistics import Interval
from experiments.statistics.precision import Samples
from experiments.statistics.shapley import Decomposition, decompose
from experiments.store.rows import column, interval, interval_object, stored, table
from experiments.store.tables import Columns
from sim.domain.columns import TableSchema
from sim.measures.kpis import KPIS


@table("decomposition", "what each factor contributes to the gain between the scenarios", sort="kpi order")
class FactorShare:
    kpi: str = column("", "name")
    order: int = column("1", "of the factor, as asked for")
    factor: str = column("", "fields that are swapped together; rest: those in no factor")
    share: Interval = interval(
        "see unit", "contribution to the gain, mean over all orders of change (Shapley)", names="{own}"
    )
    alone: float = column("see unit", "what it adds as the only change, mean")
    last: float = column("see unit", "what it adds as the last of all changes, mean")
    n: int = column("1", "replications")
    unit: str = column("", "its unit")
    fields: str = column("", "the fields that differ")


@table("coalitions", "the first scenario with some factors as in the second", sort="order")
class CoalitionRow:
    scenario: str = column("", "the coalition, as it is called in every table of the run")
    order: int = column("1", "binary: bit i is set where factor i is swapped")
    factors: str = column("", "those that are as in the second scenario")
    is_fitting: bool = column("", "its units fit the halls by the space standards")
    lacks: str = column("", "what it lacks by them; simulated with units as close as they must stand")


@dataclass(frozen=True, slots=True)
class Found:
    """The outcome of all coalitions, and each KPI split."""

    game: Game
    outcome: Outcome
    kpis: Mapping[str, Decomposition]


def found_in(game: Game, names: Sequence[str], outcome: Outcome, values: Samples) -> Found:
    kpis = {}
    for kpi in names:
        rows = list(zip(*(values[design.label][kpi] for design in game.designs), strict=True))
        kpis[kpi] = decompose(rows, list(game.fields), game.idle, possible=KPIS[kpi].range, good_end=KPIS[kpi].good_end)
    return Found(game, outcome, kpis)


def tables_of(result: Found) -> list[tuple[TableSchema, Columns]]:
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


def as_json(result: Found, start: str, end: str) -> dict[str, Any]:
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


def warnings_of(result: Found) -> list[str]:
    lines = [*result.outcome.warnings, *too_few_replications(result.outcome.n)]
    rest = result.game.fields.get("rest", ())
    if rest:
        lines.append(f"rest: fields that differ and are in no factor: {', '.join(rest)}")
    lacking = [coalition for coalition in result.game.coalitions if coalition.lacks]
    if lacking:
        lines.append(said("coalitions_unfit", n_unfit=len(lacking), n=len(result.game.coalitions)))
    return lines
