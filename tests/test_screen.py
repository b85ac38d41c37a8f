"""The terminal shows the verdict first, in colours where a terminal has them, and never cuts a figure."""

import math
from dataclasses import replace

import numpy as np
import pytest
from named_designs import named_design

from experiments.composition import load
from experiments.designs.design import Design
from experiments.frame import console
from experiments.frame.costs import savings
from experiments.replications.stability import Stability
from experiments.replications.summing import Outcome
from experiments.report.sentences import significance
from experiments.report.verdicts import DesignVerdict, design_verdicts
from experiments.statistics.criterion import Judged, Word, judge
from experiments.statistics.family import Family, paired_family
from experiments.statistics.interval import Interval, Value, mean_interval
from experiments.statistics.warmup import Growth
from experiments.store.rows import Grid
from sim.measures.kpis import KPIS
from sim.measures.ladder import Rung

DESIGN = named_design(
    traffic="5 flights a day", title="30,000 m²\n(a file's)", flights_per_day=5, parcels_per_day=7e5, service_h=14,
    blocked_after_h=27.5,
)  # fmt: skip
LADDER = {"a": {"machines": Rung(5e5), "packout_posts": Rung(9e5)}}
GRID = Grid("At a glance", ("KPI", "today"), (("Parcels that leave", "1,234,567 a day\n1,111,111–1,333,333"),))


@pytest.mark.parametrize(
    ("stability", "bounds", "word", "reason"),
    [
        ("stable", (0.99, 0.999), Word.CARRIES, ""),
        ("undecided", (0.99, 0.999), Word.UNDECIDED, "Undecided: growth of the backlog (not shown by these runs"),
        ("stable", (0.01, 0.999), Word.UNDECIDED, "Undecided: imports on time (the interval includes 95 %; "),
        ("unstable", (0.99, 0.999), Word.FAILS, "Reason: a backlog that grows"),
        ("stable", (0.2, 0.9), Word.FAILS, "Reason: too few imports on time"),
    ],
)
def test_a_design_has_one_line_with_verdict_criterion_reason_bottleneck_and_instant(stability, bounds, word, reason):
    values = {"a": {"on_time_share": Value(0.995, *bounds, 3, "1")}}
    (line,) = design_verdicts([replace(DESIGN, stability=stability)], values, LADDER)
    required = "(required: 95 % of imports within 14 h and of exports within 48 h, no growing backlog)"
    assert line.judged.word is word
    assert str(line).startswith(f"30,000 m² (a file's): {word} {required}. {reason}")
    held = "Flights are held, on average from Tue 06 Sep 03:30 on."
    assert str(line).endswith(held) == (word is not Word.CARRIES)


@pytest.mark.parametrize(
    ("exports", "word"),
    [
        ((0.98, None, None, 1), Word.UNDECIDED),
        ((0.96, 0.64, 1.0, 3), Word.UNDECIDED),
        ((0.98, 0.96, 0.99, 3), Word.CARRIES),
        ((0.98, 0.95, 0.99, 3), Word.CARRIES),
        ((0.8, 0.7, 0.9499, 3), Word.FAILS),
    ],
)
def test_exports_decide_as_much_as_imports(exports, word):
    values = {"on_time_share": Value(0.995, 0.99, 0.999, 3, "1"), "export_on_time_share": Value(*exports, "1")}
    (line,) = design_verdicts([DESIGN], {"a": values}, LADDER)
    assert line.judged.word is word and f"Exports on time: {100 * exports[0]:.1f} %" in str(line)


def test_replications_that_hardly_differ_may_still_be_too_few():
    """Their interval is widened, as that of any share near its good end."""
    on_time = mean_interval([0.9673, 0.9663], possible=(0.0, 1.0), good_end=1.0)
    judged = judge({"on_time_share": on_time}, is_unstable=False)
    assert judged.word is Word.UNDECIDED and judged.n_more and judged.n_more > 2


@pytest.mark.parametrize(
    ("variables", "is_drawn"),
    [({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False), ({"TERM": "xterm", "NO_COLOR": "1"}, False), ({}, False)],
)
def test_only_a_terminal_that_shows_colours_gets_them(monkeypatch, variables, is_drawn):
    for name in ("TERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert not console.is_terminal()
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert console.is_terminal() == is_drawn


def test_elsewhere_a_row_is_a_line(capsys):
    console.say(["first", GRID])
    assert capsys.readouterr().out.splitlines() == [
        "first", "At a glance", f"  {'KPI':<18}  {'today':>37}",
        "  Parcels that leave  1,234,567 a day (1,111,111–1,333,333)", "",
    ]  # fmt: skip


def test_no_figure_is_cut_however_narrow_the_terminal(capsys, monkeypatch):
    monkeypatch.setattr(console, "is_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "30")
    console.say([GRID])
    out = capsys.readouterr().out
    assert "1,234,567 a day" in out and "1,111,111–1,333,333" in out


def test_a_warning_names_all_designs_of_which_it_is_true_and_does_not_doubt_what_already_fails():
    labels = ("a", "b", "c", "d")
    nothing = dict.fromkeys(KPIS, Interval(0.0, None, None, 5))
    some = {**nothing, "parcels_per_day": Interval(7.0, None, None, 5)}
    inside = {**some, "not_departed_share": Interval(0.2, None, None, 5)}
    intervals = dict(zip(labels, (inside, inside, some, some), strict=True))
    level = Growth(math.nan, math.nan, math.nan, 0)
    stability = {label: Stability(None if label != "d" else True, level, 1) for label in labels}
    outcome = Outcome(tuple(Design(label, load()) for label in labels), intervals, {}, Family.HOLM, stability)
    words = (Word.UNDECIDED, Word.UNDECIDED, Word.FAILS, Word.FAILS)
    verdicts = [
        DesignVerdict(label, label.upper(), Judged(word), "", (), *[""] * 5)
        for label, word in zip(labels, words, strict=True)
    ]
    left, undecided, unstable = sorted(console.warnings_of(outcome, verdicts, []))
    assert undecided.startswith("undecided whether the backlog grows; not shown by 1 measured day (")
    assert undecided.endswith("may): A; B")
    assert left.startswith("parcels had not left at the end, so") and left.endswith(": A (20.0 %); B (20.0 %)")
    assert unstable.startswith(
        "unstable: the backlog grows, so times and costs depend on the length of the run: D (by 0 parcels a day; "
    )
    intervals["a"] = {**inside, "diverted_flights_per_day": Interval(0.1, None, None, 5)}
    assert "at the end, or never came because their flights were diverted, so" in "\n".join(
        console.warnings_of(outcome, verdicts, [])
    )


def test_a_difference_that_the_test_finds_within_its_interval_says_which_decides():
    rng = np.random.default_rng(1)
    base = [rng.normal(0, 1) for _ in range(5)]
    far = {name: [value + 50 + rng.normal(0, 0.1) for value in base] for name in "bcde"}
    near = [value + 0.3 + spread for value, spread in zip(base, (-0.2, 0.2, 0.1, -0.1, 0.15), strict=True)]
    found = paired_family({"a": base, **far, "near": near}, "a")
    assert found["near"].is_different and found["near"].interval.low < 0 < found["near"].interval.high
    assert significance(found["near"]).endswith(", which decides; the interval is wider")
    assert significance(found["b"]) == "p < 0.001"


def test_a_saving_that_is_the_same_in_every_replication_says_so():
    same = paired_family({"a": [1.0, 2.0], "b": [3.0, 4.0]}, "a")["b"]
    of_designs = {label: {"on_time_share": Interval(0.0, None, None, 2)} for label in "ab"}
    changes = dict.fromkeys(("cost_eur_per_year", "capital_eur_per_year"), same)
    designs = tuple(Design(label, load()) for label in "ab")
    outcome = Outcome(designs, of_designs, {"b": changes}, Family.HOLM, {})
    (grid,) = savings(outcome, {"a": "A", "b": "B"})
    assert grid.rows == (("B", "−2.00", "the same in every replication", "−2.00"),)
