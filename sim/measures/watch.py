"""How soon accesses outside the policy are noticed: a thinning of the accesses that the ledger counts.

docs/exposure.md has the derivation. An access is logged with a probability. Its entry stays for some audits, one a day,
each of which picks it with a probability, independently of everything else.
"""

from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from sim.config.exposure import Exposure, Watch
from sim.measures.exposure import NO_POLICY, Rows, measured, policies_of
from sim.record.schemas import Table, in_order
from sim.units import Numbers

_GIVEN, _FROM_OUTSIDE, _NOT_GIVEN = 0, 1, 2


def never_noticed_share(logged: ArrayLike, audited: ArrayLike, days: int) -> Numbers:
    """Probability that none of `days` audits notices an access.

    >>> never_noticed_share(0.5, 0.5, 2).item(), never_noticed_share(0.5, 0, 2).item()
    (0.625, 1.0)
    """
    escapes = (1 - np.asarray(audited, dtype=float)) ** days
    return np.asarray(1 - np.asarray(logged, dtype=float) * (1 - escapes), dtype=float)


def noticed_after_days(logged: ArrayLike, audited: ArrayLike, days: int) -> Numbers:
    """Mean days from an access until the audit that notices it, or until its entry is deleted.

    >>> noticed_after_days(1, 0.5, 2).item(), noticed_after_days(1, 0, 2).item()
    (1.5, 2.0)
    """
    escapes = (1 - np.asarray(audited)[..., None]) ** np.arange(days)
    return np.asarray((1 - np.asarray(logged)) * days + np.asarray(logged) * escapes.sum(axis=-1), dtype=float)


def first_noticed_after_days(per_day: ArrayLike, logged: ArrayLike, audited: ArrayLike, days: int) -> float:
    """Mean days from their beginning until the first access of any kind (N) is noticed, at most `days`.

    Accesses are Poisson, `per_day` of each kind.
    """
    escapes = (1 - np.atleast_1d(audited)[:, None]) ** np.arange(1, days + 1)
    by_day = (np.atleast_1d(per_day) * np.atleast_1d(logged))[:, None] * np.cumsum(1 - escapes, axis=1)
    return 1 + float(np.exp(-by_day.sum(axis=0)[:-1]).sum())


def watch_rows(exposure: Exposure, messages: Table, n_days: int) -> Rows:
    """Party x field under every policy: accesses of the measured days, and how soon those outside it are noticed."""
    watch = exposure.watch
    assert watch is not None
    rows: list[tuple[Any, ...]] = []
    for policy in policies_of(exposure):
        for (party, field), counts in _accesses(exposure, watch, messages, policy).items():
            outside = counts[_FROM_OUTSIDE] + counts[_NOT_GIVEN]
            thinned = watch.logged_share(party, field), watch.audited_share(party)
            chances = (
                never_noticed_share(*thinned, watch.log_retention_days).item(),
                noticed_after_days(*thinned, watch.log_retention_days).item(),
                first_noticed_after_days(outside / n_days, *thinned, watch.log_retention_days),
            )
            rows.append((policy, policy == (exposure.policy or NO_POLICY), party, field, *counts, *chances))
    return in_order("watch", rows)


def _accesses(
    exposure: Exposure, watch: Watch, messages: Table, policy: str
) -> dict[tuple[str, str], tuple[int, float, float]]:
    """Accesses by party and field: given in clear by the policy; of these from outside the EU; and not given."""
    n_sent, seen_by = measured(messages), policies_of(exposure)
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for without, seen in zip(seen_by[NO_POLICY], seen_by[policy], strict=True):
        n = n_sent.get(seen.message, 0)
        for party in dict.fromkeys((*without.readers, *seen.readers)):
            is_from_outside = exposure.parties[party].jurisdiction not in watch.eu and seen.location in watch.eu
            for field, kept in seen.fields.items():
                counts = sums[party, field]
                if party in seen.readers and field in seen.clear:
                    counts[_GIVEN] += n
                    counts[_FROM_OUTSIDE] += n if is_from_outside else 0
                elif party in without.readers and field in without.clear and kept.clear_days + kept.pseudonym_days:
                    counts[_NOT_GIVEN] += n
    return {
        key: (given, watch.from_outside_eu_share * abroad, watch.not_given_share * hidden)
        for key, (given, abroad, hidden) in sums.items()
        if given or hidden
    }
