"""The ledgers of data and goods as lines for a reader."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from experiments.formatting import MINUS, number, percent, whole
from experiments.report.exposure_tables import NO_POLICY, compact, effects, name, sentence
from experiments.report.stored_designs import records
from experiments.report.watched import by_policy

KPIS: Final = ("on_time_share", "dwell_mean_h", "utilisation_handcoding_desks")
"""In which the cost of a policy shows."""
_YEARLY: Final = ("imports_eur", "exports_eur", "balance_eur")

if TYPE_CHECKING:
    import pandas as pd

    from experiments.report.exposure_tables import Matrix, Trade
    from experiments.studies.exposure import Cost, Ledgers


def lines(ledgers: "Ledgers", figures: Sequence[Path]) -> list[str]:
    texts = [f"Data and goods of {ledgers.scenario}, {ledgers.n_days} measured days, mean over replications"]
    if ledgers.matrices:
        texts += [*_matrix(ledgers.matrices), *_policies(ledgers.matrices), *_achieved(ledgers), *_costs(ledgers.costs)]
        texts += _watched(ledgers.watched)
        texts += _flows(ledgers.flows, _in_force(ledgers.matrices))
    if ledgers.inference is not None:
        texts += _inference(ledgers.inference)
    if ledgers.trade is not None:
        texts += [*_trade(ledgers.trade), *_balance(ledgers.balance), *_shares(ledgers)]
    return [*texts, "", *(f"picture: {path}" for path in figures)]


def _in_force(matrices: "Sequence[Matrix]") -> "Matrix":
    return next((matrix for matrix in matrices if matrix.is_in_force), matrices[0])


def _matrix(matrices: "Sequence[Matrix]") -> Iterator[str]:
    matrix = _in_force(matrices)
    policy = "no policy" if matrix.policy == NO_POLICY else matrix.policy
    yield from _head(
        f"Records that can be read in clear at any time, in the long run, by party and field ({policy} in force)",
        [name(field) for field in matrix.fields],
    )
    for party, kept in zip(matrix.parties, matrix.kept.tolist(), strict=True):
        yield _row(name(party), [compact(value) if value else "" for value in kept])


def _policies(matrices: "Sequence[Matrix]") -> Iterator[str]:
    yield from _head(
        "What policies change: records of all parties, at any time", ["in clear", "change", "pseudonym", "read a day"]
    )
    base = float(matrices[0].kept.sum())
    for matrix in matrices:
        kept = float(matrix.kept.sum())
        change = f"{100 * (kept / base - 1):+.0f} %".replace("-", MINUS) if base else "–"
        cells = [compact(kept), change, compact(float(matrix.pseudonym.sum())), compact(float(matrix.clear.sum()))]
        yield _row(name(matrix.policy), cells)


def _achieved(ledgers: "Ledgers") -> Iterator[str]:
    yield ""
    yield "What they achieve, party by party, compared with no policy (records at any time; R2 of weekly imports)"
    achieved = effects(ledgers.matrices, ledgers.inference)
    for matrix in ledgers.matrices[1:]:
        yield f"  {name(matrix.policy)}"
        sentences = [sentence(effect) for effect in achieved if effect.policy == matrix.policy]
        yield from (f"    {line}" for line in sentences or ["no party reads or infers more or less"])


def _costs(costs: "Sequence[Cost]") -> Iterator[str]:
    yield from _head(
        "What they cost: looking up before a release and at hand-coding, keys away; and in this run's designs",
        ["release", "hand-coding", "keys away", "on time", "dwell, mean", "desks in use"],
    )
    for cost in costs:
        cells = [f"{cost.release_min:g} min", f"{60 * cost.handcoding_min:g} s", _share(cost.escrow_down_share)]
        if cost.kpis is not None:
            on_time, dwell, desks = (cost.kpis.get(kpi, math.nan) for kpi in KPIS)
            cells += [_share(on_time), f"{number(dwell, 2)} h", _share(desks)]
        yield _row(name(cost.policy), cells)


def _watched(watched: "pd.DataFrame") -> Iterator[str]:
    if watched.empty:
        return
    yield from _head(
        "Accesses outside the policy: expected a day, days until noticed (the log's if never), and never noticed",
        ["outside a day", "noticed after", "never noticed"],
    )
    for policy, outside, never, after in by_policy(watched):
        cells = [_few(outside), f"{number(after, 1)} d", _share(never)] if outside else ["0", "–", "–"]
        yield _row(name(policy), cells)
    yield ""
    in_force = next(iter(watched.loc[watched["is_in_force"], "policy"]), NO_POLICY)
    yield f"The same by party and field ({'no policy' if in_force == NO_POLICY else in_force} in force)"
    yield _row("", ["field", "outside a day", "noticed after", "never noticed", "first noticed"])
    shown = watched[(watched["policy"] == in_force) & (watched["outside_per_day"] > 0)]
    for access in records(shown):
        cells = [name(access["field"]), _few(access["outside_per_day"]), f"{number(access['noticed_after_days'], 1)} d"]
        cells += [_share(access["never_noticed_share"]), f"{number(access['first_noticed_after_days'], 1)} d"]
        yield _row(name(access["party"]), cells)


def _few(value: float) -> str:
    """Also of less than one a day."""
    return compact(value) if value >= 10 else f"{value:.2g}"


def _flows(flows: "pd.DataFrame", matrix: "Matrix") -> Iterator[str]:
    yield from _head(
        "Records a day between jurisdictions: from the sender's law to where a copy is kept, and its operator's law",
        ["records", "readable there"],
    )
    of_policy = flows[flows["policy"] == matrix.policy].drop(columns="policy")
    for sender, location, operator, *per_day in of_policy.itertuples(index=False):
        yield _row(f"{sender} to {location} ({operator})", [compact(value) for value in per_day])


def _inference(inference: "pd.DataFrame") -> Iterator[str]:
    yield from _head(
        "Weekly imports by lane and product group that follow from what a party reads: R2, least squares",
        [name(policy).replace("none", "no policy") for policy in inference.columns],
    )
    for party, r2 in zip(inference.index, inference.to_numpy().tolist(), strict=True):
        yield _row(name(party), [number(value, 2) for value in r2])


def _trade(trade: "Trade") -> Iterator[str]:
    yield from _head("Imports of the measured days, EUR", ["parcels", "declared", "duty due", "VAT due"])
    sums = [*(table.to_numpy().sum(axis=1) for table in (trade.parcels, trade.value)), *trade.duties.to_numpy().T]
    for lane, *cells in zip(trade.parcels.index, *(column.tolist() for column in sums), strict=True):
        yield _row(lane, [compact(value) for value in cells])
    yield _row("all", [compact(float(column.sum())) for column in sums])


def _balance(rows: "pd.DataFrame") -> Iterator[str]:
    yield ""
    yield "A year of such days, EUR, beside the national deficit"
    yield _row("exports' share", ["imports", "exports", "balance", "year", "deficit", "of it all", "domestic"])
    for row in rows.to_dict("records"):
        label = f"{whole(100 * row['export_share'])} %" + (", this run" if row["is_simulated"] else "")
        cells = [compact(row[key]) for key in _YEARLY]
        cells += [str(row["national_year"]), compact(row["national_deficit_eur"])]
        cells += [_share(row["deficit_share"]), _share(row["domestic_share"])]
        yield _row(label, cells)


def _shares(ledgers: "Ledgers") -> Iterator[str]:
    """The year's figures at both ends of the hub's share."""
    if ledgers.share_factors is None:
        return
    yield f"  The same {ledgers.share}, in proportion"
    for row in ledgers.balance.drop_duplicates(["is_simulated", "export_share"]).to_dict("records"):
        label = f"{whole(100 * row['export_share'])} %" + (", this run" if row["is_simulated"] else "")
        ends = ([compact(factor * row[key]) for factor in ledgers.share_factors] for key in _YEARLY)
        yield _row(label, [f"{low} to {high}" for low, high in ends])


def _share(share: float) -> str:
    if math.isnan(share):
        return "–"
    return f"{percent(share)} %" if 0 <= share <= 1 else f"{whole(100 * share)} %"


def _head(title: str, columns: Sequence[str], label: str = "") -> Iterator[str]:
    """What a table begins with."""
    yield from ("", title, _row(label, columns))


def _row(label: str, cells: Sequence[str]) -> str:
    return f"  {label:<24}" + "".join(f"{cell:>15}" for cell in cells)
