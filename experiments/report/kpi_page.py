"""docs/kpis.md, written from the one list of KPIs: `python -m experiments.report.kpi_page > docs/kpis.md`."""

import sys

from sim.measures.kpis import KPIS
from sim.record.schemas import TABLES

_BETTER = {True: "more", False: "less", None: ""}


def kpi_page() -> str:
    """KPIs and tables with units and meanings, as Markdown."""
    lines = [
        "# KPIs and tables",
        "",
        "Written by `python -m experiments.report.kpi_page`. Terms: [glossary](glossary.md).",
        "",
        "## KPIs",
        "",
    ]
    lines += ["| KPI | group | unit | better | meaning |", "|---|---|---|---|---|"]
    lines += [
        f"| `{kpi.name}` | {kpi.group.name} | {kpi.unit} | {_BETTER[kpi.more_is_better]} | {kpi.meaning} |"
        for kpi in KPIS.values()
    ]
    lines += [
        "",
        "## Tables",
        "",
        "Each starts with `scenario` and `replication`. Instants are minutes after the first",
    ]
    lines += ["midnight of `start_date`; NaN: it did not happen."]
    for table in TABLES.values():
        lines += ["", f"### `{table.name}`", "", f"{table.meaning}.", "", "| column | dtype | unit | meaning |"]
        lines += ["|---|---|---|---|"]
        lines += [f"| `{c.name}` | {c.dtype} | {c.unit} | {c.meaning} |" for c in table.columns]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(kpi_page())
