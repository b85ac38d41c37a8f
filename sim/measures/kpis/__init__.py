"""The KPIs. Each is declared once, above the function that computes it; a module has one theme.

To add a KPI, declare it in its theme's module. All tables and documents show KPIs in the order of declaration.
"""

from collections.abc import Container, Mapping
from typing import Final

from sim.measures.kpis import (
    backlog,
    connections,
    customs,
    data,
    exports,
    flights,
    halls,
    people,
    service,
    surroundings,
    use,
)
from sim.measures.kpis.connections import CONNECTIONS
from sim.measures.kpis.customs import CUSTOMS, DECLARATIONS
from sim.measures.kpis.data import DATA, GOODS
from sim.measures.kpis.declaring import Group, Kpi, Measured, Rank, declared, plain_label
from sim.measures.kpis.exports import EXPORTS
from sim.measures.kpis.flights import RECOVERY
from sim.measures.kpis.own import Kpis, adopt_of, declared_in
from sim.measures.kpis.surroundings import SURROUNDINGS
from sim.measures.kpis.use import ALL_RESOURCES, CUSTOMS_RESOURCES, EXPORT_RESOURCES, LAID_OUT, RESOURCES
from sim.own import OwnFile, adopt, in_force

__all__ = [
    "ALL_RESOURCES",
    "CONNECTIONS",
    "CUSTOMS",
    "CUSTOMS_RESOURCES",
    "DATA",
    "DECLARATIONS",
    "EXPORTS",
    "EXPORT_RESOURCES",
    "GOODS",
    "KPIS",
    "LAID_OUT",
    "RECOVERY",
    "RESOURCES",
    "SURROUNDINGS",
    "Group",
    "Kpi",
    "Measured",
    "Rank",
    "adopt_of",
    "check_own_kpis",
    "computed",
    "names",
    "plain_label",
]

KPIS: Final = Kpis(
    declared(service, exports, flights, backlog, halls, surroundings, customs, data, connections, use, people)
)


def check_own_kpis(own_file: OwnFile, packaged: Container[str] = KPIS) -> None:
    """Refuse a file with a KPI that has the name of a packaged KPI.

    Raises:
        ValueError: the first such KPI.
    """
    before = in_force()
    adopt(None)
    try:
        if clash := next((name for name in declared_in(own_file) if name in packaged), None):
            raise ValueError(
                f"{own_file.name}: line {own_file.functions[clash].line}: {clash}: a packaged KPI has this name"
            )
    finally:
        adopt(before)


def computed(run: Measured) -> dict[str, float]:
    """All KPIs of a replication, in their order."""
    return {name: kpi(run) for name, kpi in KPIS.items()}


def names(rank: Rank = Rank.DETAIL, group: Group | None = None, kpis: Mapping[str, Kpi] = KPIS) -> list[str]:
    """KPIs of at least a rank, and of one group if it is given."""
    return [name for name, kpi in kpis.items() if kpi.rank >= rank and group in (None, kpi.group)]
