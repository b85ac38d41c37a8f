"""Imports that fly on, and those that miss their flight."""

from sim.measures.kpis.declaring import LESS, MORE, Group, Measured, Rank

CONNECTIONS = Group("connections", lambda hub: bool(hub.connections.lanes))


def _of_cohort(run: Measured, name: str) -> int:
    connections = run.tables["connections"]
    return int(connections[name][run.tables["flights"]["is_cohort"][connections["flight"]]].sum())


def _share(run: Measured, name: str) -> float:
    """Share of the cohort's parcels that fly on and were not refused."""
    n = _of_cohort(run, "n_parcels") - _of_cohort(run, "n_refused")
    return _of_cohort(run, name) / n if n else 0.0


@CONNECTIONS.kpi("parcels/d", MORE, "Imports that fly on", rank=Rank.SUMMARY)
def connecting_per_day(run: Measured) -> float:
    """parcels of the cohort's landed flights that fly on, without refused parcels"""
    return (_of_cohort(run, "n_parcels") - _of_cohort(run, "n_refused")) / run.window.days


@CONNECTIONS.kpi("1", MORE, "Connections made", rank=Rank.SUMMARY)
def connections_made_share(run: Measured) -> float:
    """share of these taken by the flight that they connect to, or an earlier one; 0 without any"""
    return _share(run, "n_made")


@CONNECTIONS.kpi("1", LESS, "Connections missed: late inbound", rank=Rank.SUMMARY)
def missed_late_inbound_share(run: Measured) -> float:
    """share of these that missed their connection because their flight was in block less than the minimum connection
    time before the other's planned departure
    """
    return _share(run, "n_late_inbound")


@CONNECTIONS.kpi("1", LESS, "Connections missed: sorting", rank=Rank.SUMMARY)
def missed_sorting_share(run: Measured) -> float:
    """share of these that missed it otherwise, because they were not in their lane at the other flight's cut-off"""
    return _share(run, "n_sorting")


@CONNECTIONS.kpi("1", LESS, "Connections missed: build-up", rank=Rank.SUMMARY)
def missed_build_up_share(run: Measured) -> float:
    """share of these that missed it otherwise, because their ULD was not built when the other flight took its load"""
    return _share(run, "n_build_up")


@CONNECTIONS.kpi("1", LESS, "Connections missed: no capacity", rank=Rank.SUMMARY)
def missed_no_capacity_share(run: Measured) -> float:
    """share of these that missed it otherwise, because the other flight had no room left, or was diverted"""
    return _share(run, "n_no_capacity")
