"""docs/kpis.md, written from the list of KPIs: `python -m experiments.report.kpi_page > docs/kpis.md`."""

import sys

from experiments.money.kpis import KPIS
from experiments.report.page import template
from experiments.store.directory import KPIS as OF_REPLICATIONS
from experiments.store.rows import schema_of
from experiments.store.summaries import SummaryRow
from experiments.store.tables import LEADING
from sim.record.schemas import TABLES

_BETTER = {True: "more", False: "less", None: ""}


def kpi_page() -> str:
    """KPIs and tables with units and meanings, as Markdown."""
    tidy, means = (*LEADING, *OF_REPLICATIONS.columns), schema_of(SummaryRow).columns
    text = template("kpis.md.j2").render(
        kpis=KPIS.values(), tables=TABLES.values(), better=_BETTER, tidy=tidy, means=means
    )
    return f"{text}"


if __name__ == "__main__":
    sys.stdout.write(kpi_page())
