"""What `cargohub decompose` found: each KPI's gain split, its tables, its JSON document and its warnings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from experiments.designs.factors import Game
from experiments.replications.summing import Outcome
from experiments.report.sentences import too_few_replications
from experiments.statistics import Interval
from experiments.statistics.precision import Samples
from experiments.statistics.shapley import Decomposition, decompose
from experiments.store.rows import interval_object
from experiments.store.tables import Columns, as_columns
from sim.measures.kpis import KPIS
from sim.record.schemas import Column, TableSchema

_SHARE: Final = "contribution to the gain, mean over all orders of change (Shapley)"
DECOMPOSITION: Final = TableSchema(
    "decomposition",
    "what each factor contributes to the gain between the scenarios",
    (
        Column("kpi", "string", "", "name"),
        Column("order", "int32", "1", "of the factor, as asked for"),
        Column("factor", "string", "", "fields that are swapped together; rest: those in no factor"),
        Column("share", "float64", "see unit", _SHARE),
        Column("low", "float64", "see unit", "lower end of its 95 % interval; NaN: none"),
        Column("high", "float64", "see unit", "upper end of its 95 % interval; NaN: none"),
        Column("alone", "float64", "see unit", "what it adds as the only change, mean"),
        Column("last", "float64", "see unit", "what it adds as the last of all changes, mean"),
        Column("n", "int32", "1", "replications"),
        Column("unit", "string", "", "its unit"),
        Column("fields", "string", "", "the fields that differ"),
    ),
    ("kpi", "order"),
)
COALITIONS: Final = TableSchema(
    "coalitions",
    "the first scenario with some factors as in the second",
    (
        Column("scenario", "string", "", "the coalition, as it is called in every table of the run"),
        Column("order", "int32", "1", "binary: bit i is set where factor i is swapped"),
        Column("factors", "string", "", "those that are as in the second scenario"),
        Column("is_fitting", "bool", "", "its units fit the halls by the space standards"),
        Column("lacks", "string", "", "what it lacks by them; simulated with units as close as they must stand"),
    ),
    ("order",),
)


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


def tables_of(found: Found) -> list[tuple[TableSchema, Columns]]:
    shares: list[tuple[Any, ...]] = [
        (
            kpi,
            order,
            name,
            own.share.mean,
            own.share.low,
            own.share.high,
            own.alone.mean,
            own.last.mean,
            own.share.n,
            KPIS[kpi].unit,
            " ".join(found.game.fields.get(name, ())),
        )
        for kpi, split in found.kpis.items()
        for order, (name, own) in enumerate(split.shares.items())
    ]
    coalitions: list[tuple[Any, ...]] = [
        (one.design.label, order, " ".join(one.factors), not one.lacks, "; ".join(map(str, one.lacks)))
        for order, one in enumerate(found.game.coalitions)
    ]
    return [
        (DECOMPOSITION, as_columns(DECOMPOSITION.columns, shares)),
        (COALITIONS, as_columns(COALITIONS.columns, coalitions)),
    ]


def as_json(found: Found, start: str, end: str) -> dict[str, Any]:
    def split(kpi: str, own: Decomposition) -> dict[str, Any]:
        def told(interval: Interval) -> dict[str, Any]:
            return interval_object(interval, KPIS[kpi].unit)

        factors = {
            name: {"share": told(one.share), "alone": told(one.alone), "last": told(one.last)}
            for name, one in own.shares.items()
        }
        return {"from": told(own.start), "to": told(own.end), "gain": told(own.gain), "factors": factors}

    coalitions = {
        one.design.label: {
            "factors": list(one.factors),
            "lacks": [str(lack) for lack in one.lacks],
            "kpis": {
                kpi: interval_object(found.outcome.intervals[one.design.label][kpi], KPIS[kpi].unit)
                for kpi in found.kpis
            },
        }
        for one in found.game.coalitions
    }
    return {
        "from": start,
        "to": end,
        "kpis": {kpi: split(kpi, own) for kpi, own in found.kpis.items()},
        "fields": {name: list(fields) for name, fields in found.game.fields.items()},
        "coalitions": coalitions,
    }


def warnings_of(found: Found) -> list[str]:
    lines = [*found.outcome.warnings, *too_few_replications(found.outcome.n)]
    rest = found.game.fields.get("rest", ())
    if rest:
        lines.append(f"rest: fields that differ and are in no factor: {', '.join(rest)}")
    lacking = [one for one in found.game.coalitions if one.lacks]
    if lacking:
        lines.append(
            f"{len(lacking)} of {len(found.game.coalitions)} coalitions do not fit their hall by the space standards;"
            " they are simulated with units standing as close as they must (table coalitions)"
        )
    return lines
