"""How soon accesses outside the policies on data are noticed, of one design: means over replications of its table."""

from dataclasses import dataclass

import numpy as np

from experiments.report.exposure_tables import NO_POLICY
from experiments.report.stored_designs import Frame


@dataclass(frozen=True, slots=True)
class Access:
    """Of a party to a field, under one policy."""

    policy: str
    is_in_force: bool
    party: str
    field: str
    given_per_day: float
    outside_per_day: float
    """Outside the policy, expected."""
    never_noticed_share: float
    noticed_after_days: float
    """The days that the log is kept, where no audit notices it."""
    first_noticed_after_days: float


@dataclass(frozen=True, slots=True)
class PolicyWatched:
    """All parties and fields together, weighted by their accesses outside the policy; NaN without such accesses."""

    policy: str
    outside_per_day: float
    never_noticed_share: float
    noticed_after_days: float


def accesses(table: Frame, label: str, n_days: int) -> tuple[Access, ...]:
    """No policy first; within a policy by party and field."""
    watch = table[table["scenario"] == label]
    if watch.empty:
        return ()
    scale = 1 / (watch["replication"].nunique() * max(1, n_days))
    n_outside = watch["n_from_outside_eu"] + watch["n_not_given"]
    watch = watch.assign(n_outside=n_outside, is_policy=watch["policy"] != NO_POLICY)
    rows = watch.groupby(["is_policy", "policy", "is_in_force", "party", "field"])
    sums = rows[["n_given", "n_outside"]].sum() * scale
    means = rows[["never_noticed_share", "noticed_after_days", "first_noticed_after_days"]].mean()
    return tuple(
        Access(str(policy), bool(in_force), str(party), str(field), *map(float, counts), *map(float, chances))
        for (_, policy, in_force, party, field), counts, chances in zip(
            sums.index, sums.to_numpy(), means.to_numpy(), strict=True
        )
    )


def by_policy(accesses_made: tuple[Access, ...]) -> tuple[PolicyWatched, ...]:
    rows = []
    for policy in dict.fromkeys(access.policy for access in accesses_made):
        of_policy = [access for access in accesses_made if access.policy == policy]
        outside = np.array([access.outside_per_day for access in of_policy])
        chances = np.array([(access.never_noticed_share, access.noticed_after_days) for access in of_policy])
        total = float(outside.sum())
        never, after = (outside @ chances / total).tolist() if total else (np.nan, np.nan)
        rows.append(PolicyWatched(policy, total, never, after))
    return tuple(rows)
