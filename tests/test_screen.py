"""The terminal shows the verdict first, in colours where a terminal has them, and never cuts a figure."""

from dataclasses import replace

import pytest

from experiments.frame import screen
from experiments.report.verdicts import design_verdicts
from experiments.statistics.interval import Value
from experiments.store.rows import Grid
from tests.named_designs import named_design

DESIGN = named_design(
    traffic="5 flights a day", title="30,000 m²\n(a file's)", flights_per_day=5, parcels_per_day=7e5, service_h=14,
    blocked_after_h=27.5,
)  # fmt: skip
LADDER = {"a": {"machines": 5e5, "packout_posts": 9e5}}
GRID = Grid("At a glance", ("KPI", "today"), (("Parcels that leave", "1,234,567 a day\n1,111,111–1,333,333"),))


@pytest.mark.parametrize(
    ("stability", "bounds", "kind", "text"),
    [
        (
            "stable",
            (0.99, 0.999),
            "carries",
            "carries. On time: 99.5 % (99.0–99.9 %). Bottleneck by the ladder: sorting",
        ),
        ("undecided", (0.99, 0.999), "close", "undecided. On time: 99.5 % (99.0–99.9 %)"),
        ("stable", (0.01, 0.999), "close", "undecided. On time: unknown, 3 replications lie too far apart"),
        ("unstable", (0.99, 0.999), "unstable", "does not carry, its backlog grows. On time: 99.5 %"),
    ],
)
def test_a_design_has_one_line_with_verdict_on_time_share_bottleneck_and_instant(stability, bounds, kind, text):
    values = {"a": {"on_time_share": Value(0.995, *bounds, 3, "1")}}
    (line,) = design_verdicts([replace(DESIGN, stability=stability)], values, LADDER)
    assert line.kind == kind
    assert str(line).startswith(f"30,000 m² (a file's): {text}")
    held = "Flights are held from Tue 06 Sep 03:30."
    assert str(line).endswith(held) == (kind != "carries")


@pytest.mark.parametrize(
    ("variables", "is_drawn"),
    [({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False), ({"TERM": "xterm", "NO_COLOR": "1"}, False), ({}, False)],
)
def test_only_a_terminal_that_shows_colours_gets_them(monkeypatch, variables, is_drawn):
    for name in ("TERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert not screen.is_terminal()
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert screen.is_terminal() == is_drawn


def test_elsewhere_a_row_is_a_line(capsys):
    screen.say(["first", GRID])
    assert capsys.readouterr().out.splitlines() == [
        "first", "At a glance", f"  {'KPI':<18}  {'today':>37}",
        "  Parcels that leave  1,234,567 a day (1,111,111–1,333,333)", "",
    ]  # fmt: skip


def test_no_figure_is_cut_however_narrow_the_terminal(capsys, monkeypatch):
    monkeypatch.setattr(screen, "is_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "30")
    screen.say([GRID])
    out = capsys.readouterr().out
    assert "1,234,567 a day" in out and "1,111,111–1,333,333" in out
