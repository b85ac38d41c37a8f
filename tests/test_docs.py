"""Documents that are written from the code say what the code says."""

from pathlib import Path

from experiments.report.kpi_page import kpi_page

ROOT = Path(__file__).resolve().parents[1]


def test_the_page_of_kpis_and_tables_is_that_of_the_code() -> None:
    assert (ROOT / "docs" / "kpis.md").read_text(encoding="utf-8") == kpi_page()
