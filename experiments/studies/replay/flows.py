"""Flows by place and interval, and manned posts, for a run that has these tables."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np

from experiments.store.foreign_tables import replication_table
from experiments.studies.replay.packing import NOT_YET, packed, seconds
from experiments.studies.replay.rests import Rests
from experiments.studies.trace.run import Replication
from sim.domain.columns import Table
from sim.domain.roles import ROLES
from sim.errors import InputError
from sim.record.schemas import TABLES
from sim.units import SECONDS_PER_MIN

_KEY: Final = ("place", "hall", "number", "machine", "route")
_POST: Final = ("kind", "hall", "machine")


def flows_and_posts(replication: Replication) -> dict[str, Any]:
    """`flows`: places and their counts by interval; `posts`: by kind, the manned number from each instant on.

    `disruptions`: those of the run. All are empty if the run lacks these tables.

    Raises:
        InputError: tables that name halls, machines, routes or intervals that the run does not have.
    """
    flows, manning = (_stored(replication, name, "hall") for name in ("flows", "manning"))
    rests = Rests(replication, _stored(replication, "disruptions", "name"))
    return {
        "flows": {"places": [], "counts": packed({})} if flows is None else _flows(flows, replication),
        "posts": [] if manning is None else list(_posts(manning, replication, rests)),
        "disruptions": rests.happenings,
    }


def _stored(replication: Replication, name: str, column: str) -> Table | None:
    if name not in replication.manifest.tables:
        return None
    table = replication_table(replication.manifest, TABLES[name], replication.scenario, replication.number)
    return table if len(table[column]) else None


def _flows(table: Table, replication: Replication) -> dict[str, Any]:
    """Counts at place i are the columns came_i and left_i, without gaps from the first to the last interval (B)."""
    width = round(replication.hub.record.flow_min * SECONDS_PER_MIN)
    halls, routes = replication.hub.halls, replication.hub.route_shares
    n_machines = max(hall.sorting_machines for hall in halls.values())
    check_ranges("flows", table, {"hall": (0, len(halls)), "route": (-1, len(routes)), "machine": (-1, n_machines)})
    end = seconds(replication.hub.end_min)
    n = -(-int(end) // width) if width else 0
    interval = -(-seconds(table["time"]) // max(width, 1)) - 1
    if not n or interval.min() < 0 or interval.max() >= n:
        raise InputError("table flows: an interval that is not part of the run")
    keys, place = _numbered(table, _KEY)
    counts: dict[str, Any] = {}
    for column, name in (("n_came", "came"), ("n_left", "left")):
        dense = np.zeros((len(keys), n), dtype=np.int64)
        np.add.at(dense, (place, interval), table[column])
        counts |= {f"{name}_{i}": values for i, values in enumerate(dense)}
    edges = np.minimum((np.arange(n) + 1) * width, int(end))
    return {"places": keys, "width": width, "counts": packed({"edge": edges, **counts})}


def _posts(table: Table, replication: Replication, rests: Rests) -> Iterator[dict[str, Any]]:
    """Posts, with steps. `causes`: why no post of a kind works, by the number in the column `cause` of its steps."""
    check_ranges("manning", table, {"hall": (-1, len(replication.hub.halls))})
    labels = {role.kind: role.label for role in ROLES.values()}
    if odd := sorted({*table["kind"].tolist()} - {*labels}):
        raise InputError(f"table manning: there are no posts {odd[0][:60]!r}")
    keys, post = _numbered(table, _POST)
    for number, key in enumerate(keys):
        steps_of_post = np.flatnonzero(post == number)
        steps_of_post = steps_of_post[np.argsort(table["since"][steps_of_post], kind="stable")]
        since, n = table["since"][steps_of_post], table["n_posts"][steps_of_post]
        why = [None if k else rests.cause(**key, since=at) for at, k in zip(since.tolist(), n.tolist(), strict=True)]
        causes = list(dict.fromkeys(filter(None, why)))
        cause = [causes.index(text) if text else NOT_YET for text in why]
        steps = packed({"since": seconds(since), "n": n, "cause": cause})
        yield {**key, "label": labels[key["kind"]], "causes": causes, "steps": steps}


def _numbered(table: Table, names: tuple[str, ...]) -> tuple[list[dict[str, Any]], np.ndarray]:
    """Distinct values of some columns in order of their first rows, and the number of each row's value (N)."""
    number_of: dict[tuple[Any, ...], int] = {}
    rows = zip(*(table[name].tolist() for name in names), strict=True)
    numbers = np.array([number_of.setdefault(row, len(number_of)) for row in rows])
    return [dict(zip(names, key, strict=True)) for key in number_of], numbers


def check_ranges(name: str, table: Table, ranges: Mapping[str, tuple[int, int]]) -> None:
    """Refuse columns of whole numbers with values outside their range.

    Raises:
        InputError: a value outside its range.
    """
    for column, (lowest, stop) in ranges.items():
        if len(table[column]) and not lowest <= table[column].min() <= table[column].max() < stop:
            raise InputError(f"table {name}: column {column} is outside {lowest} to {stop - 1}")
