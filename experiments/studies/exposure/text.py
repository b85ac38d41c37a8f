"""The ledgers of data and goods of a design, as JSON and as tables for a reader."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from experiments.formatting import counted, estimated_share, number, signed, whole
from experiments.report.exposure_tables import Ledgers, Matrix, Trade, by_policy, compact, name, sentence
from experiments.report.sections import sentence_of
from experiments.report.stored_designs import Frame, ShareBand, records
from experiments.store.rows import Grid
from sim.measures.exposure import NO_POLICY

KPIS: Final = ("on_time_share", "dwell_mean_h", "utilisation_handcoding_desks")
"""KPIs that show the cost of a policy."""
_YEARLY: Final = ("imports_eur", "exports_eur", "balance_eur")


@dataclass(frozen=True, slots=True)
class Cost:
    """Cost of a policy for the hub's work: as configured, and KPIs of the run's design in which it is in force."""

    policy: str
    release_min: float
    handcoding_min: float
    escrow_down_share: float
    kpis: Mapping[str, float] | None
    """None without such a design."""


@dataclass(frozen=True, slots=True)
class Facts:
    """A run's facts about one design."""

    scenario: str
    n_days: int
    n_replications: int
    ledgers: Ledgers
    share: ShareBand | None
    """The hub's share of the airport's parcels; None if the demand is not estimated from it."""
    share_factors: tuple[float, float] | None
    """Factors on annual figures at both ends of that share."""
    costs: tuple[Cost, ...]
    """Costs of the policies as configured, and in the run's designs."""


def lines(facts: Facts) -> list[Grid | str]:
    ledgers = facts.ledgers
    shown: list[Grid | str] = [
        sentence_of(
            "exposure_title", scenario=facts.scenario, days=counted(facts.n_days, "measured day"),
            replications=counted(facts.n_replications, "replication"),
        )
    ]  # fmt: skip
    shown.append("")
    if ledgers.matrices:
        matrix = next((matrix for matrix in ledgers.matrices if matrix.is_in_force), ledgers.matrices[0])
        shown += [_matrix(matrix), _policies(ledgers.matrices), *_achieved(facts), _costs(facts.costs)]
        shown += [*_watched(ledgers.watched), _flows(ledgers.flows, matrix)]
    if ledgers.inference is not None:
        shown.append(_inference(ledgers.inference))
    if ledgers.trade is not None:
        shown += [_trade(ledgers.trade), _balance(ledgers.balance), *_shares(facts)]
    return shown


def _in_force(policy: str) -> str:
    return f"({'no policy' if policy == NO_POLICY else policy} in force)"


def _matrix(matrix: Matrix) -> Grid:
    rows = tuple(
        (name(party), *(compact(value) if value else "" for value in kept))
        for party, kept in zip(matrix.parties, matrix.kept.tolist(), strict=True)
    )
    return Grid(f"{sentence_of('exposure_kept')} {_in_force(matrix.policy)}", ("", *map(name, matrix.fields)), rows)


def _policies(matrices: "Sequence[Matrix]") -> Grid:
    base, rows = float(matrices[0].kept.sum()), []
    for matrix in matrices:
        kept = float(matrix.kept.sum())
        change = f"{signed(100 * (kept / base - 1), 0)} %" if base else "–"
        cells = (compact(kept), change, compact(float(matrix.pseudonym.sum())), compact(float(matrix.clear.sum())))
        rows.append((name(matrix.policy), *cells))
    header = ("", "in clear", "change", "pseudonym", "read a day")
    return Grid(sentence_of("policies_change"), header, tuple(rows))


def _achieved(facts: Facts) -> Iterator[str]:
    yield sentence_of("exposure_achieved")
    for matrix in facts.ledgers.matrices[1:]:
        yield f"  {name(matrix.policy)}"
        sentences = [sentence(effect) for effect in facts.ledgers.effects if effect.policy == matrix.policy]
        yield from (f"    {line}" for line in sentences or [sentence_of("exposure_unchanged")])
    yield ""


def _costs(costs: Sequence[Cost]) -> Grid:
    rows = []
    for cost in costs:
        cells = [f"{cost.release_min:g} min", f"{60 * cost.handcoding_min:g} s", _share(cost.escrow_down_share)]
        on_time, dwell, desks = (None if cost.kpis is None else cost.kpis.get(kpi, math.nan) for kpi in KPIS)
        cells += ["" if on_time is None else _share(on_time), "" if dwell is None else f"{number(dwell, 2)} h"]
        rows.append((name(cost.policy), *cells, "" if desks is None else _share(desks)))
    header = ("", "release", "hand-coding", "keys away", "on time", "dwell, mean", "desks in use")
    return Grid(sentence_of("exposure_costs"), header, tuple(rows))


def _watched(watched: Frame) -> Iterator[Grid]:
    if watched.empty:
        return
    rows = tuple(
        (name(policy), *((_few(outside), f"{number(after, 1)} d", _share(never)) if outside else ("0", "–", "–")))
        for policy, outside, never, after in by_policy(watched)
    )
    yield Grid(sentence_of("exposure_watched"), ("", "outside a day", "noticed after", "never noticed"), rows)
    in_force = next(iter(watched.loc[watched["is_in_force"], "policy"]), NO_POLICY)
    shown = watched[(watched["policy"] == in_force) & (watched["outside_per_day"] > 0)]
    by_field = tuple(
        (name(access["party"]), name(access["field"]), _few(access["outside_per_day"]),
         f"{number(access['noticed_after_days'], 1)} d", _share(access["never_noticed_share"]),
         f"{number(access['first_noticed_after_days'], 1)} d")
        for access in records(shown)
    )  # fmt: skip
    header = ("", "field", "outside a day", "noticed after", "never noticed", "first noticed")
    title = f"The same by party and field {_in_force(in_force)}, and days until the first access is noticed"
    yield Grid(title, header, by_field, 2)


def _few(value: float) -> str:
    """A number, also one below one a day."""
    return compact(value) if value >= 10 else f"{value:.2g}"


def _flows(flows: Frame, matrix: Matrix) -> Grid:
    of_policy = flows[flows["policy"] == matrix.policy].drop(columns="policy")
    rows = tuple(
        (f"{sender} to {location} ({operator})", *map(compact, per_day))
        for sender, location, operator, *per_day in of_policy.itertuples(index=False)
    )
    return Grid(sentence_of("exposure_crossing"), ("", "records", "readable there"), rows)


def _inference(inference: Frame) -> Grid:
    rows = tuple(
        (name(party), *(number(value, 2) for value in r2))
        for party, r2 in zip(inference.index, inference.to_numpy().tolist(), strict=True)
    )
    policies = (name(policy).replace("none", "no policy") for policy in inference.columns)
    return Grid(sentence_of("exposure_inferred"), ("", *policies), rows)


def _trade(trade: Trade) -> Grid:
    sums = [*(table.to_numpy().sum(axis=1) for table in (trade.parcels, trade.value)), *trade.duties.to_numpy().T]
    rows = zip([*trade.parcels.index, "all"], *([*map(compact, row), compact(float(row.sum()))] for row in sums),
               strict=True)  # fmt: skip
    return Grid(
        "Imports of the measured days; values in EUR", ("", "parcels", "declared", "duty due", "VAT due"), tuple(rows)
    )


def _balance(balance: Frame) -> Grid:
    rows = tuple(
        (_exported(row), *(compact(row[key]) for key in _YEARLY), str(row["national_year"]),
         compact(row["national_deficit_eur"]), _share(row["deficit_share"]), _share(row["domestic_share"]))
        for row in balance.to_dict("records")
    )  # fmt: skip
    header = (
        "exports' share",
        "imports",
        "exports",
        "balance",
        "year",
        "deficit",
        "all flows, of it",
        "domestic imports, of it",
    )
    return Grid(sentence_of("exposure_year"), header, rows)


def _exported(row: Mapping[Any, Any]) -> str:
    return f"{whole(100 * row['export_share'])} %" + (", this run" if row["is_simulated"] else "")


def _shares(facts: Facts) -> Iterator[Grid]:
    """Annual figures at both ends of the hub's share."""
    if (factors := facts.share_factors) is None:
        return
    first = facts.ledgers.balance.drop_duplicates(["is_simulated", "export_share"]).to_dict("records")
    rows = tuple(
        (_exported(row), *(" to ".join(compact(factor * row[key]) for factor in factors) for key in _YEARLY))
        for row in first
    )
    yield Grid(f"The same {facts.share}, in proportion", ("exports' share", "imports", "exports", "balance"), rows)


def _share(share: float) -> str:
    if share < 0:  # more exports than imports
        return f"−{_share(-share)}"
    return f"{whole(100 * share)} %" if share > 1 else estimated_share(share)
