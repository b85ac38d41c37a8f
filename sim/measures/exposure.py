"""The ledger of data: who can read which data, where and how long they are kept, from messages and policies."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from sim.config.data_views import View, policy_of, views
from sim.config.exposure import Exposure
from sim.record.schemas import Table, in_order

Rows = dict[str, list[Any]]
NO_POLICY = "none"


def policies_of(exposure: Exposure) -> dict[str, tuple[View, ...]]:
    """What each party sees without a policy and under each policy."""
    policies = {NO_POLICY: None, **exposure.policies}
    return {name: views(exposure, policy) for name, policy in policies.items()}


def ledger_rows(exposure: Exposure, messages: Table) -> Rows:
    """Field x party x system x day under the policy in force."""
    sent: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for name, day, n in zip(*(messages[key].tolist() for key in ("message", "day", "n_sent")), strict=True):
        sent[name].append((day, n))
    sums: dict[tuple[str, str, str, int], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for view in views(exposure, policy_of(exposure, exposure.policy)):
        for party in view.readers:
            for field in view.fields:
                for day, n in sent[view.message]:
                    _add(sums[field, party, view.system, day], view, field, n)
    return in_order("exposure", ((*key, *values) for key, values in sums.items()))


def matrix_rows(exposure: Exposure, messages: Table) -> Rows:
    """Party x field under every policy, of the measured days."""
    n_sent = measured(messages)
    rows = []
    for policy, seen in policies_of(exposure).items():
        sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
        for view in seen:
            for party in view.readers:
                for field in view.fields:
                    _add(sums[party, field], view, field, n_sent.get(view.message, 0))
        in_force = policy == (exposure.policy or NO_POLICY)
        rows += [(policy, in_force, *key, clear, kept, hidden) for key, (clear, _, kept, hidden) in sums.items()]
    return in_order("exposure_matrix", rows)


def flow_rows(exposure: Exposure, messages: Table) -> Rows:
    """Flows in the measured days: sender's jurisdiction, place of the copy, and operator's jurisdiction."""
    n_sent = measured(messages)
    rows = []
    for policy, seen in policies_of(exposure).items():
        sums: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
        for view in seen:
            n = n_sent.get(view.message, 0)
            laws = (exposure.parties[party].jurisdiction for party in (view.sender, view.operator))
            sender, operator = laws
            for field in view.fields:
                total = sums[sender, view.location, view.jurisdiction, operator, field]
                total[0] += n
                total[1] += n if view.operator in view.readers and field in view.clear else 0
        rows += [(policy, *key, *values) for key, values in sums.items()]
    return in_order("data_flows", rows)


def measured(messages: Table) -> Mapping[str, int]:
    """Messages about events in the measured days."""
    n_sent = Counter[str]()
    is_measured = messages["is_measured"]
    for name, n in zip(*(messages[name][is_measured].tolist() for name in ("message", "n_sent")), strict=True):
        n_sent[name] += n
    return n_sent


def n_records(exposure: Exposure, messages: Table) -> int:
    """Records that the messages make under the policy in force, by field and by reader of the copy."""
    seen = views(exposure, policy_of(exposure, exposure.policy))
    sent = {name: int(messages["n_sent"][messages["message"] == name].sum()) for name in exposure.messages}
    return sum(sent[view.message] * len(view.fields) * len(view.readers) for view in seen)


def _add(sums: list[int], view: View, field: str, n: int) -> None:
    seen = view.fields[field]
    sums[0] += n if seen.clear_days else 0
    sums[1] += 0 if seen.clear_days else n
    sums[2] += n * seen.clear_days
    sums[3] += n * seen.pseudonym_days
