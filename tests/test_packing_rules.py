"""Where the packing rule decides the answer, terminal and page say so, with a command that simulates both rules."""

import html
import math
import shlex
from dataclasses import replace

import pytest
from named_designs import named_design
from stored_runs import made
from test_printed_commands import answered

from experiments.arguments import Arguments
from experiments.designs.design import MarginKeys, several, single
from experiments.main import main
from experiments.report import packing
from experiments.statistics.interval import Value
from experiments.store import read_run

BETWEEN = ("packout.parcels_per_post_h=28", "exports=none")
"""Of a tiny run: with it 16,000 parcels a day arrive, which pack-out can handle by one rule and not by the other."""


def point(label="a", rule="flexible", *, other="", parcels=1000.0, flexible=1200.0, dedicated=800.0):
    return named_design(
        label, traffic="5 flights a day", title=f"30,000 m² ({label})", flights_per_day=5.0, parcels_per_day=parcels,
        service_h=14.0, packout_rule=rule, packout_flexible_per_day=flexible, packout_dedicated_per_day=dedicated,
        other_packing=other,
    )  # fmt: skip


def shares(**of_label):
    return {label: {"on_time_share": Value(*share, 5, "1")} for label, share in of_label.items()}


def test_a_rate_on_each_side_of_what_arrives_is_said_as_a_fact_by_the_ladder():
    ((text, command),) = packing.facts([point()], "cargohub run scenario=liege_30k")
    assert "by the ladder pack-out can handle 1,200 imports a day with packers who go where parcels pile up" in text
    assert (
        "(flexible, as simulated) and 800 imports a day with posts tied to chutes (dedicated); 1,000 are expected"
        in text
    )
    assert "may change the verdict" in text
    assert command == "cargohub compare 'designs=[liege_30k, liege_30k packout.rule=dedicated]'"


@pytest.mark.parametrize("rates", [(1200.0, 1000.0), (900.0, 800.0), (math.inf, math.inf)])
def test_rates_on_the_same_side_are_not_spoken_of(rates):
    flexible, dedicated = rates
    assert [*packing.facts([point(flexible=flexible, dedicated=dedicated)], "cargohub run")] == []


def test_designs_of_a_file_get_no_command_but_are_told_what_to_set():
    ((text, command),) = packing.facts([point(rule="dedicated")], "cargohub compare designs=options.csv")
    assert not command
    assert text.endswith("set packout.rule to flexible for this design.")


def test_a_run_that_has_both_rules_says_it_once_and_asks_for_no_other():
    both = [point(other="b"), point("b", "dedicated", other="a")]
    ((text, command),) = packing.facts(both, "cargohub compare 'designs=[a, a packout.rule=dedicated]'")
    assert not command and "simulated" not in text
    assert text.endswith("1,000 are expected.")


PAIR = (point("a", other="b"), point("b", "dedicated", other="a"))


def test_verdicts_that_differ_by_the_rule_alone_are_a_sentence():
    (text,) = packing.verdicts(PAIR, shares(a=(0.99, 0.98, 1.0), b=(0.7, 0.6, 0.8)))
    assert text.startswith("The packing rule changes the verdict.")
    assert "(flexible) the hub carries its traffic; with posts tied to chutes (dedicated) the hub does not" in text
    unstable = replace(PAIR[1], stability="unstable")
    (text,) = packing.verdicts((PAIR[0], unstable), shares(a=(0.99, 0.98, 1.0), b=(0.99, 0.98, 1.0)))
    assert text.endswith("(dedicated) the hub does not carry its traffic.")


def test_a_verdict_that_is_open_may_change():
    (text,) = packing.verdicts(PAIR, shares(a=(0.96, 0.94, 0.98), b=(0.7, 0.6, 0.8)))
    assert text.startswith("The packing rule may change the verdict.")
    assert "undecided" in text
    (text,) = packing.verdicts(PAIR, shares(a=(0.99, 0.98, 1.0), b=(0.94, 0.92, 0.96)))
    assert text.startswith("The packing rule may change the verdict.") and "(dedicated) the verdict is und" in text
    of_one = {label: {kpi: replace(value, low=None, high=None, n=1) for kpi, value in kpis.items()}
              for label, kpis in shares(a=(0.99, 0.98, 1.0), b=(0.7, 0.6, 0.8)).items()}  # fmt: skip
    assert [*packing.verdicts(PAIR, of_one)] == [], "one replication decides neither"


def test_the_same_verdict_by_both_rules_is_no_sentence():
    assert [*packing.verdicts(PAIR, shares(a=(0.99, 0.98, 1.0), b=(0.98, 0.97, 0.99)))] == []
    assert [*packing.verdicts(PAIR[:1], shares(a=(0.99, 0.98, 1.0)))] == []


@pytest.mark.parametrize(
    "command",
    [
        "cargohub run",
        "cargohub run scenario=liege_66k demand=permit demand.flights_per_day=9 seed=2",
        "cargohub run scenario=liege_66k arrivals=poisson packout.rule=dedicated",
        "cargohub compare 'scenarios=[liege_30k,liege_66k]' 'demands=[today,permit]' seed=2",
        "cargohub compare 'scenarios=[liege_30k]' 'arrival_models=[timetable,poisson]' packout.rule=dedicated",
        "cargohub compare 'designs=[liege_30k, liege_66k packout.rule=dedicated demand=permit, seed=3]' horizon_days=7",
        "cargohub compare study=first_light",
    ],
)
def test_the_command_makes_the_design_and_the_same_by_the_other_rule(command):
    _, verb, *words = shlex.split(command)
    if verb == "run":
        designs = [single(Arguments("run", tuple(words)))[0][0]]
    else:
        designs, _ = several(Arguments("compare", tuple(words)), MarginKeys)
    for design in (designs[0], designs[-1]):
        hub = design.hub
        rule = hub.packout.rule
        shown = replace(
            point(design.label, str(rule)), name=hub.scenario, demand=hub.demand.name, arrivals=str(hub.arrivals.model)
        )
        _, to_compare, *others = shlex.split(packing.command_of_both(command, shown))
        assert to_compare == "compare"
        (same, other), _ = several(Arguments("compare", tuple(others)), MarginKeys)
        assert same.hub == hub
        assert other.hub.packout.rule != rule
        assert replace(other.hub, packout=replace(other.hub.packout, rule=rule)) == hub


def test_run_and_show_print_the_command_of_the_page_and_it_runs(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = made(tmp_path / "runs", "run", *BETWEEN, "replications=1", "--all")
    lines = capsys.readouterr().out.splitlines()
    (line,) = [line for line in lines if line.startswith("Packing rule, 30,000 m²")]
    assert main(["show", str(folder), "--all"]) == 0
    assert line in capsys.readouterr().out.splitlines()
    command = line.partition("To simulate both: ")[2]
    assert html.escape(command, quote=True) in (folder / "report.html").read_text(encoding="utf-8").replace(
        "&#39;", "&#x27;"
    )
    (of_both,) = [
        line for line in answered(capsys, f"{command} --out both --quiet").splitlines() if line.startswith("tables: ")
    ]
    points = read_run(of_both.removeprefix("tables: ")).tables["points"]
    assert points["other_packing"].tolist() == points["scenario"].tolist()[::-1]
    assert points["packout_rule"].tolist() == ["flexible", "dedicated"]
    rates = points[["packout_flexible_per_day", "packout_dedicated_per_day"]].to_numpy()
    assert (rates[0] == rates[1]).all() and rates[0][1] < points["parcels_per_day"][0] < rates[0][0]


def test_a_run_with_enough_packers_by_both_rules_says_nothing(tmp_path, capsys):
    folder = made(tmp_path / "runs", "run", "exports=none", "demand.flights_per_day=1", "--all")
    assert "Packing rule" not in capsys.readouterr().out
    assert "Packing rule" not in (folder / "report.html").read_text(encoding="utf-8")
