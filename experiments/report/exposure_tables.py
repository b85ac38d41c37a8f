"""The ledgers of data and goods of one design, as means over replications."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from experiments.formatting import number
from experiments.report.stored_designs import Frame
from sim.measures.exposure import NO_POLICY
from sim.units import Numbers

READ: Final = ("exposure_matrix", "data_flows", "inference", "trade", "trade_balance", "watch")
"""Tables from which the ledgers are made."""
WAY: Final = ("sender_jurisdiction", "location", "operator_jurisdiction")
_LEAST_SHARE, _LEAST_R2 = 0.005, 0.005
"""Changes too small to be visible in the figures shown."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Records a day by party and field under one policy, in the measured days."""

    policy: str
    is_in_force: bool
    parties: tuple[str, ...]
    fields: tuple[str, ...]
    clear: Numbers
    """Records read in clear, a day (P, F)."""
    kept: Numbers
    """Record-days a day: records kept in clear at any time, in the long run."""
    pseudonym: Numbers
    """Record-days a day of records under a pseudonym."""


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of a policy on a party, compared with no policy."""

    policy: str
    party: str
    kept_without: float
    """Records that the party can read in clear at any time, in the long run."""
    kept_with: float
    r2_without: float | None
    """R² with which the party can infer weekly imports; None without goods, or if volumes do not vary."""
    r2_with: float | None


@dataclass(frozen=True, slots=True)
class Trade:
    """Trade in the measured days, mean over replications."""

    parcels: Frame
    """Imports by lane and week."""
    value: Frame
    by_product: Frame
    """Value by lane and product group [EUR]."""
    duties: Frame
    """Duties by lane: duty_eur and vat_eur."""


@dataclass(frozen=True, slots=True)
class Ledgers:
    """A run's ledgers of data and goods for one design; empty or None if not stored."""

    matrices: tuple[Matrix, ...]
    flows: Frame
    inference: Frame | None
    trade: Trade | None
    balance: Frame
    watched: Frame

    @property
    def effects(self) -> tuple[Effect, ...]:
        """Effects by policy, for parties whose records change by at least 0.5 %, or R² by 0.005."""
        changed = []
        for matrix in self.matrices[1:]:
            for at, party in enumerate(matrix.parties):
                without, kept = float(self.matrices[0].kept[at].sum()), float(matrix.kept[at].sum())
                r2_without, r2 = (_r2_of(self.inference, party, policy) for policy in (NO_POLICY, matrix.policy))
                is_read_otherwise = abs(kept - without) > _LEAST_SHARE * without
                is_inferred_otherwise = r2_without is not None and r2 is not None and abs(r2 - r2_without) >= _LEAST_R2
                if is_read_otherwise or is_inferred_otherwise:
                    changed.append(Effect(matrix.policy, party, without, kept, r2_without, r2))
        return tuple(changed)


def ledgers(tables: Mapping[str, Frame], label: str, n_days: int) -> Ledgers:
    """The ledgers of the design with this label, from the tables in `READ`."""
    of_design = {name: tables[name][tables[name]["scenario"] == label] for name in READ}
    n_replications = of_design["exposure_matrix"]["replication"].nunique()
    return Ledgers(
        matrices(of_design["exposure_matrix"], n_days),
        flows(of_design["data_flows"], n_days),
        inference(of_design["inference"]),
        trade(of_design["trade"]),
        balance(of_design["trade_balance"], of_design["trade"]),
        accesses(of_design["watch"], n_replications * n_days),
    )


def matrices(of_design: Frame, n_days: int) -> tuple[Matrix, ...]:
    """One matrix for each policy, no policy first; parties in order of their records without a policy, most first."""
    if of_design.empty:
        return ()
    scale = 1 / (of_design["replication"].nunique() * max(1, n_days))
    columns = ["n_clear", "clear_record_days", "pseudonym_record_days"]
    sums = of_design.groupby(["policy", "party", "field"])[columns].sum() * scale
    kept = sums["clear_record_days"].xs(NO_POLICY).groupby("party").sum()
    rest = [party for party in sorted(map(str, of_design["party"].unique())) if party not in kept.index]
    parties = (*map(str, kept.sort_values(ascending=False, kind="stable").index), *rest)
    fields = tuple(sorted(map(str, of_design["field"].unique())))
    in_force = set(of_design.loc[of_design["is_in_force"], "policy"])
    of_policies = []
    for policy in _policies(of_design):
        of_policy = (sums[name].loc[policy].unstack("field").reindex(index=parties, columns=fields) for name in columns)
        grids = (grid.fillna(0.0).to_numpy(dtype=float) for grid in of_policy)
        of_policies.append(Matrix(policy, policy in in_force, parties, fields, *grids))
    return tuple(of_policies)


def flows(of_design: Frame, n_days: int) -> Frame:
    """Records a day by policy and path, no policy first: sent, and readable in clear by the operator of the system.

    A path has the sender's law, the place of the copy and its operator's law; fields are summed.
    """
    scale = 1 / max(1, of_design["replication"].nunique() * max(1, n_days))
    sums = of_design.groupby(["policy", *WAY])[["n_records", "n_readable"]].sum() * scale
    rows = sums.set_axis(["records_per_day", "readable_per_day"], axis=1).reset_index()
    return rows.sort_values("policy", key=lambda policies: policies != NO_POLICY, kind="stable")


def inference(of_design: Frame) -> Frame | None:
    """R² by party and policy, mean over replications; NaN if volumes do not vary."""
    if of_design.empty:
        return None
    wide = of_design.pivot_table(values="r2", index="party", columns="policy", dropna=False)
    return wide[list(_policies(of_design))].sort_values(NO_POLICY, ascending=False, kind="stable")


def accesses(watch: Frame, n_days: int) -> Frame:
    """A row for each policy, party and field, no policy first; `n_days`: of all replications, also without accesses.

    `given_per_day` are accesses within the policy, `outside_per_day` expected accesses outside it. For accesses outside
    the policy: the share never noticed, the days until one is noticed, and until the first is noticed. If no audit
    notices any, these are the days for which the log is kept.
    """
    scale = 1 / max(1, n_days)
    n_outside = watch["n_from_outside_eu"] + watch["n_not_given"]
    watch = watch.assign(n_outside=n_outside, is_policy=watch["policy"] != NO_POLICY)
    rows = watch.groupby(["is_policy", "policy", "is_in_force", "party", "field"])
    sums = rows[["n_given", "n_outside"]].sum().set_axis(["given_per_day", "outside_per_day"], axis=1) * scale
    means = rows[["never_noticed_share", "noticed_after_days", "first_noticed_after_days"]].mean()
    return sums.join(means).reset_index().drop(columns="is_policy")


def by_policy(accesses_made: Frame) -> Iterator[tuple[str, float, float, float]]:
    """For each policy: accesses a day outside it, their share never noticed, and the days until one is noticed.

    Means of all parties and fields, weighted by these accesses; NaN without such accesses.
    """
    for policy, of_policy in accesses_made.groupby("policy", sort=False):
        outside = of_policy["outside_per_day"].to_numpy(dtype=float)
        chances = of_policy[["never_noticed_share", "noticed_after_days"]].to_numpy(dtype=float)
        total = float(outside.sum())
        never, after = (outside @ chances / total).tolist() if total else (np.nan, np.nan)
        yield str(policy), total, never, after


def sentence(effect: Effect) -> str:
    """The effect of a policy on a party in words: records, and R² if it changes."""
    records = f"{compact(effect.kept_without)} → {compact(effect.kept_with)} records in clear"
    if effect.kept_without and effect.kept_with == effect.kept_without:
        records = f"still {compact(effect.kept_with)} records in clear"
    r2 = ""
    if effect.r2_without is not None and effect.r2_with is not None:
        r2 = f", inference R² {number(effect.r2_without, 2)} → {number(effect.r2_with, 2)}"
    return f"{name(effect.party)}: {records}{r2}"


def _r2_of(inferred: Frame | None, party: str, policy: str) -> float | None:
    if inferred is None or party not in inferred.index or policy not in inferred.columns:
        return None
    r2 = inferred[policy].astype(float)[party]
    return None if np.isnan(r2) else r2


def trade(of_design: Frame) -> Trade | None:
    """Lanes by value, largest first."""
    goods = of_design[~of_design["is_export"]]
    if goods.empty:
        return None
    scale = 1 / goods["replication"].nunique()
    by_lane = goods.groupby("lane")[["value_eur", "duty_eur", "vat_eur"]].sum()
    by_lane = by_lane.sort_values("value_eur", ascending=False)

    def by(column: str, across: str) -> Frame:
        wide = goods.pivot_table(values=column, index="lane", columns=across, aggfunc="sum", fill_value=0)
        return wide.reindex(by_lane.index) * scale

    return Trade(
        by("n_parcels", "week"),
        by("value_eur", "week"),
        by("value_eur", "product"),
        by_lane[["duty_eur", "vat_eur"]] * scale,
    )


def balance(of_design: Frame, goods: Frame) -> Frame:
    """Rows of the table, mean over replications; simulated ones first, with the share of exports in their goods."""
    figures = of_design.drop(columns=["scenario", "replication"])
    rows = figures.groupby(["is_simulated", "export_share", "national_year"])
    means = rows.mean().reset_index().sort_values(["is_simulated", "export_share"], ascending=[False, True])
    if n := float(goods["n_parcels"].sum()):  # imports and exports have the same sizes
        is_simulated = means["is_simulated"]
        means.loc[is_simulated, "export_share"] = float(goods.loc[goods["is_export"], "n_parcels"].sum()) / n
    return means


def compact(value: float) -> str:
    """A short form of a number.

    >>> compact(1.234e9), compact(45_600_000), compact(7_890), compact(12.3), compact(0)
    ('1.2 bn', '46 M', '7.9 k', '12', '0')
    """
    for size, unit in ((1e9, " bn"), (1e6, " M"), (1e3, " k")):
        if abs(value) >= 0.9995 * size:
            scaled = value / size
            return number(scaled, 0 if abs(scaled) >= 9.95 else 1) + unit
    return number(value, 0)


def name(text: str) -> str:
    """Name of a party, field, policy or product, for a reader.

    >>> name("data_eu_operator"), name("cloud_operator")
    ('EU operator', 'cloud operator')
    """
    return " ".join("EU" if word == "eu" else word for word in text.removeprefix("data_").split("_"))


def _policies(table: Frame) -> tuple[str, ...]:
    names = sorted(map(str, table["policy"].unique()))
    return tuple(sorted(names, key=lambda policy: policy != NO_POLICY))
