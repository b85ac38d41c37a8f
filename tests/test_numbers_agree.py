"""Numbers of one meaning are the same on the terminal, the page, in JSON, on the brief and in the workbook of a run."""

import html
import io
import json
import re
from contextlib import redirect_stderr, redirect_stdout
from types import SimpleNamespace

import openpyxl
import pytest

from experiments.formatting import full_kpi_name, resource_heading, rounded, whole
from experiments.interval_text import amount
from experiments.main import main
from experiments.money.kpis import KPIS, names
from experiments.report import style
from experiments.statistics.interval import Value
from experiments.store import read_run
from sim.measures.kpis import Rank

pytestmark = pytest.mark.drawn
DAY = ("horizon_days=1", "warmup_days=0", "replications=2", "margin=none", "workers=1")
"""One day of the hub of today, whose bottleneck is the sorting machines."""


def _printed(*words: object) -> tuple[str, str]:
    """What a command writes to the two streams."""
    with redirect_stdout(io.StringIO()) as output, redirect_stderr(io.StringIO()) as errors:
        assert main([*map(str, words)]) == 0
    return output.getvalue(), errors.getvalue()


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """What a run shows, by place; texts in one line."""
    tmp_path = tmp_path_factory.mktemp("shown")
    terminal, progress = _printed("run", *DAY, "--all", "--out", tmp_path / "runs")
    (folder,) = (tmp_path / "runs").iterdir()
    (scenario,) = json.loads(_printed("show", folder, "--json")[0])["scenarios"].values()
    _printed("sheet", "results", folder, tmp_path / "results.xlsx")
    _printed("brief", folder, "--pptx", tmp_path / "slides.pptx")
    book, tables = openpyxl.load_workbook(tmp_path / "results.xlsx"), read_run(folder).tables
    page = re.sub(r"<(style|script|svg|pre).*?</\1>", "", (folder / "report.html").read_text(), flags=re.DOTALL)
    return SimpleNamespace(
        before=progress.splitlines()[0],
        terminal=_line(terminal),
        page=_line(html.unescape(re.sub(r"<[^>]+>", " ", page))),
        brief=_line(_texts(tmp_path / "slides.pptx")),
        kpis={name: Value(kpi["mean"], kpi["low"], kpi["high"], kpi["n"], kpi["unit"])
              for name, kpi in scenario["kpis"].items()},
        workbook={name: {row[0]: row[1:] for row in book[name].values} for name in ("KPIs", "all KPIs", "bottleneck")},
        point=tables["points"].iloc[0],
        ladder={row.resource: row.parcels_per_day for row in tables["ladder"].itertuples()},
    )  # fmt: skip


def _line(text: str) -> str:
    return " ".join(text.split())


def _texts(path) -> str:
    pptx = pytest.importorskip("pptx")
    shapes = [shape for slide in pptx.Presentation(str(path)).slides for shape in slide.shapes]
    cells = [cell.text for shape in shapes if shape.has_table for cell in shape.table.iter_cells()]
    return "\n".join([*(shape.text_frame.text for shape in shapes if shape.has_text_frame), *cells])


def test_a_number_of_one_meaning_is_the_same_wherever_a_run_shows_it(shown):
    for name in names(Rank.HEADLINE):
        if (value := shown.kpis.get(name)) is None:
            continue
        label, text = KPIS[name].label, amount(value, with_unit=False)
        assert re.search(rf"{re.escape(label)} (\D* )?{re.escape(text)} ", shown.terminal), (label, text)
        assert re.search(rf"{re.escape(label)} (\D* )?{re.escape(text)} ", shown.page), (label, text)
        factor, _ = style.drawn_as(value.unit)
        for sheet in ("KPIs", "all KPIs"):
            assert shown.workbook[sheet][full_kpi_name(name)][1] == pytest.approx(factor * value.mean), label
    paid = f"{whole(shown.kpis['staff_h_paid_per_day'].mean)} paid hours a day"
    assert all(paid in text for text in (shown.terminal, shown.page, shown.brief))
    expected = f"; {rounded(shown.point.parcels_per_day)} are expected"
    assert all(expected in text for text in (shown.before, shown.page, shown.brief))
    assert not re.search(r"[\d,]+ arrive\.", shown.page), "they are expected, not measured"
    assert shown.workbook["bottleneck"]["Expected: imports that arrive"][0] == pytest.approx(
        shown.point.parcels_per_day
    )


def test_what_the_bottleneck_can_handle_is_the_same_wherever_a_run_shows_it(shown):
    """Before a simulation the share that customs holds is an expected one, with which the line names its number."""
    rate = rounded(shown.ladder["machines"])
    held = r" if customs holds [\d.]+ % of them, as measured"
    for text in (shown.page, shown.brief):
        assert re.search(rf"it can handle {rate} imports a day{held}", text)
    before = r"sorting machines can handle about [\d,]+ imports a day if customs holds [\d.]+ % of them, as expected"
    assert re.search(before, shown.before)
    rungs = shown.workbook["bottleneck"]
    for name, parcels_per_day in shown.ladder.items():
        if resource_heading(name) in rungs:
            assert rungs[resource_heading(name)][0] == pytest.approx(parcels_per_day)
    why = "hand-coding desks can handle fewer, but at most 5 % of the parcels need them"
    assert (shown.ladder["handcoding_desks"] < shown.ladder["machines"]) == (why in shown.terminal)
    assert all((why in text) == (why in shown.terminal) for text in (shown.page, shown.brief))


def test_a_label_says_whether_hours_are_paid_and_whether_parcels_come_in_or_go_out():
    """Two numbers with one label would look like a contradiction."""
    labels = [kpi.label for kpi in KPIS.values()]
    assert len(set(labels)) == len(labels), sorted(label for label in labels if labels.count(label) > 1)
    said = {name: KPIS[name].label for name in ("parcels_per_day", "exports_per_day", "staff_h_per_day")}
    assert [*said.values()] == ["Imports that left", "Exports that left", "Staff, hours at work"]
    assert KPIS["staff_h_paid_per_day"].label == "Staff, paid hours"
    assert json.dumps(labels, ensure_ascii=False).count("In use on average: ") > 10
