"""How soon accesses outside the policies on data are noticed, of one design: means over replications of its table."""

from collections.abc import Iterator

import numpy as np

from experiments.report.stored_designs import Frame
from sim.measures.exposure import NO_POLICY


def accesses(table: Frame, label: str, n_days: int) -> Frame:
    """A row a policy, party and field, no policy first.

    Accesses a day, `given_per_day` and, expected, `outside_per_day`; the share of those that is never noticed, and the
    days until one is, and the first of them: the days that the log is kept, where no audit notices it.
    """
    watch = table[table["scenario"] == label]
    scale = 1 / max(1, watch["replication"].nunique() * max(1, n_days))
    n_outside = watch["n_from_outside_eu"] + watch["n_not_given"]
    watch = watch.assign(n_outside=n_outside, is_policy=watch["policy"] != NO_POLICY)
    rows = watch.groupby(["is_policy", "policy", "is_in_force", "party", "field"])
    sums = rows[["n_given", "n_outside"]].sum().set_axis(["given_per_day", "outside_per_day"], axis=1) * scale
    means = rows[["never_noticed_share", "noticed_after_days", "first_noticed_after_days"]].mean()
    return sums.join(means).reset_index().drop(columns="is_policy")


def by_policy(accesses_made: Frame) -> Iterator[tuple[str, float, float, float]]:
    """A policy, the accesses outside it a day, the share of them that is never noticed, and days until one is.

    All parties and fields together, weighted by their accesses outside the policy; NaN without such accesses.
    """
    for policy, of_policy in accesses_made.groupby("policy", sort=False):
        outside = of_policy["outside_per_day"].to_numpy(dtype=np.float64)
        chances = of_policy[["never_noticed_share", "noticed_after_days"]].to_numpy(dtype=np.float64)
        total = float(outside.sum())
        never, after = (outside @ chances / total).tolist() if total else (np.nan, np.nan)
        yield str(policy), total, never, after
