"""docs/kpis.md, written from the list of KPIs: `python -m experiments.report.kpi_page > docs/kpis.md`."""

import sys

from experiments.money.kpis import KPIS
from experiments.report.page import template
from sim.record.schemas import TABLES

_BETTER = {True: "more", False: "less", None: ""}


def kpi_page() -> str:
    """KPIs and tables with units and meanings, as Markdown."""
    return f"{template('kpis.md.j2').render(kpis=KPIS.values(), tables=TABLES.values(), better=_BETTER)}"


if __name__ == "__main__":
    sys.stdout.write(kpi_page())
