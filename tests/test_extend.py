"""Rules and KPIs of a file of one's own: docs/extend.md as it is written, mistakes, and code that is not executed."""

import hashlib
import inspect
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import get_args, get_type_hints

import numpy as np
import pytest
from interruptions import cut_off
from mistakes import refused
from stored_runs import TINY, forget

import sim
from experiments.composition import compose, hub, load
from experiments.designs.unusual import idle_functions, outside_flights
from experiments.designs.varying import words_of
from experiments.main import main
from experiments.own_file import file_words, read_own, trust_typed
from experiments.replications.work import evaluate, replicate
from experiments.store.own_copy import from_stored
from experiments.studies import verify
from sim.distributions import Shape, Times
from sim.domain.inputs import Inputs
from sim.errors import ConfigError, InputError
from sim.inputs.inputs import make_inputs
from sim.own import OwnFile
from sim.reference import run
from sim.reference.equality import ShuffledEnvironment, Tables, compare, try_seeds
from sim.reference.small_hubs import make
from sim.reference.small_numbers import draw
from sim.rules import DECISIONS, _plain
from sim.units import TICKS_PER_H

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "extend.md").read_text(encoding="utf-8"), re.DOTALL)
ALARM = "import pathlib\npathlib.Path('executed').touch()\n"
SMALL = (*TINY, "exports=none", "demand.flights_per_day=1", "margin=none")
WORDS = ("rules=mine.py", "dispatch=half_full", "packout.spread={family:quick_or_slow}", *SMALL)
HEAD = "from sim.own import kpi, rule\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with all examples in one file, which says when it is executed; what is trusted here is forgotten."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text("\n\n".join([*EXAMPLES, ALARM]))
    yield tmp_path
    forget()


def test_what_a_file_prints_is_not_in_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.py").write_text(
        HEAD
        + "import pprint\nprint('begins')\n@kpi('1', 'less')\ndef none(run):\n    pprint.pprint('ends')\n    return 0\n"
    )
    assert main(["run", "rules=mine.py", *SMALL, "--json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)
    assert "begins\n" in printed.err and "'ends'\n" in printed.err


def read(text: str) -> OwnFile:
    Path("mine.py").write_text(HEAD + text)
    trust_typed(["rules=mine.py"])
    return read_own("mine.py")


def document(capsys: pytest.CaptureFixture[str], *words: str) -> dict:
    capsys.readouterr()
    assert main([*words, "--json"]) in (0, 1), capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def test_the_rules_of_the_document_decide_and_both_hubs_follow_them() -> None:
    trust_typed(["rules=mine.py"])
    own = read_own("mine.py")
    (rules,) = verify._rounds(own)
    rules = {decision: name for decision, name in rules.items() if decision in DECISIONS}
    assert rules.keys() == DECISIONS.keys(), "every decision has an example"
    assert not try_seeds(range(6), make=partial(make, rules=rules, own_file=own))
    assert any(records(make(draw(n), rules, own), n) != records(make(draw(n)), n) for n in range(20))


def documented(decision: str) -> tuple[str, list[tuple[str, str]]]:
    """The kind of answer of a decision, and its arguments with their types, as docs/extend.md has them."""
    text = (ROOT / "docs" / "extend.md").read_text(encoding="utf-8").partition(f"### `{decision}`\n")[2]
    text = re.split(r"^###? ", text, maxsplit=1, flags=re.MULTILINE)[0]
    (answer,) = re.findall(r"^Returns `(.+?)`: ", text, re.MULTILINE)
    return answer, re.findall(r"^\| `(.+?)` \| `(.+?)` \|.*\| .+ \|$", text, re.MULTILINE)


def annotation(kind: object) -> str:
    return re.sub(r"(\w+\.)+(?=\w)", "", inspect.formatannotation(kind))


@pytest.mark.parametrize("decision", DECISIONS)
def test_the_document_has_the_arguments_of_every_decision(decision: str) -> None:
    signature = inspect.signature(_plain(next(iter(DECISIONS[decision].RULES.values()))))
    arguments: list[tuple[str, str]] = []
    for name, argument in signature.parameters.items():
        (of,) = get_args(argument.annotation)[:1] or (argument.annotation,)
        if hasattr(of, "_fields"):
            place = f"{name}[i]" if get_args(argument.annotation) else name
            arguments += [(f"{place}.{field}", annotation(kind)) for field, kind in get_type_hints(of).items()]
        else:
            star = "*" if argument.kind is argument.KEYWORD_ONLY else ""
            arguments.append((f"{star}{name}", annotation(argument.annotation)))
    assert documented(decision) == (annotation(signature.return_annotation), arguments)


def records(inputs: Inputs, seed: int) -> Tables:
    """The reference's: that the other hub has the same is checked apart."""
    return run(inputs, ShuffledEnvironment(2 * seed)).tables


def refusal(rules: dict[str, str], own: OwnFile) -> str:
    """What is said of the first of some small hubs that is refused."""
    for seed in range(6):
        try:
            compare(make(draw(seed), rules, own), seed)
        except InputError as error:
            return str(error)
    return ""


def test_the_packaged_answers_are_possible_and_nonsense_is_not() -> None:
    toys = "from sim.rules import DECISIONS\n"
    clear = "[each.clear() for each in [*a, *b.values()] if isinstance(each, list)]"
    for decision in DECISIONS:
        pick = f"next(iter(DECISIONS[{decision!r}].RULES.values())){'.choose' if decision == 'hall' else ''}(*a, **b)"
        for name, answer in (("same", f"({pick}, {clear})[0]"), ("text", "'x'")):
            toys += f"@rule({decision!r})\ndef {name}_{decision}(*a, **b): return {answer}\n"
    own = read(toys)
    same = {decision: f"same_{decision}" for decision in DECISIONS}
    assert refusal(same, own) == ""
    packaged = {decision: next(iter(DECISIONS[decision].RULES)) for decision in DECISIONS} | {"hall": "uld"}
    assert all(records(make(draw(n), same, own), n) == records(make(draw(n), packaged), n) for n in range(4))
    for decision in DECISIONS:
        says = refusal({decision: f"text_{decision}"}, own)
        assert f": text_{decision} gives 'x'; a rule of {decision} gives " in says
        assert re.search(r" \((int|bool|list\[.+\])\)$", says)


def test_the_arrivals_of_the_document_come_with_the_replications_own_draws(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("demand.flights_per_day=3", "rules=mine.py", "arrivals=night_wave", "arrivals.delay.scale_min=0")
    config = load("liege_30k", *words, horizon_days=7, warmup_days=0)
    first, again, other = (make_inputs(config, number).flights for number in (0, 0, 1))
    assert first == again != other
    longer = make_inputs(replace(config, horizon_days=14), 0).flights
    begins = [(flight.key, flight.arrival, flight.n_parcels) for flight in longer[: len(first)]]
    assert begins == [(flight.key, flight.arrival, flight.n_parcels) for flight in first]
    hours = [flight.sibt / TICKS_PER_H % 24 for flight in first]
    assert len(hours) > 7 and all(hour > 20 or hour < 3 for hour in hours)
    text = "from sim.own import arrivals\n@arrivals\ndef x(rng, days, flights_per_day): return {}"
    for answer, says in (("['soon']", "x gives ['soon']; arrivals are a list of minutes"), ("1 / 0", "ZeroDivision")):
        read(text.format(answer))
        assert says in refused(capsys, "run", "rules=mine.py", "arrivals=x")
    read(text.format("[-1.0, 0.0, 1440.0 * days - 1, 1440.0 * days]"))
    chosen = load("liege_30k", "rules=mine.py", "arrivals=x")
    (line,) = outside_flights([load("liege_30k"), chosen])
    assert line.startswith("mine.py: in the first replication, 2 of 4 flights of x are left out: they are scheduled")
    forget()
    assert not [*outside_flights([chosen])], "a stored run's code is not executed"
    assert "no function 'y' is marked @arrivals; known: x" in refused(
        capsys, "run", "rules=mine.py", "rules.arrivals=y"
    )


def test_the_distribution_of_the_document_is_scaled_to_the_mean_and_not_executed_where_it_is_read() -> None:
    read("from sim.own import distribution\n" + EXAMPLES[4].partition("\n")[2])
    forget()
    words = ("packout.spread={family: quick_or_slow}", "customs.release_mean_h={family: quick_or_slow, mean: 6}")
    config = hub(compose(["rules=mine.py", *words]))
    time, shape = config.customs.release_mean_h, config.packout.spread
    assert isinstance(time, Times) and isinstance(shape, Shape) and (time.mean, shape.mean) == (6, 1)
    with pytest.raises(InputError, match="--trust-code"):
        time.quantile(0.5)
    trust_typed(["rules=mine.py"])
    quick = 0.9 * 25 + 0.1 * 105
    assert shape.quantile(np.array([0.45, 0.95])) == pytest.approx(np.array([25, 105]) / quick, rel=1e-4)
    assert time.quantile(0.45) == pytest.approx(6 * 25 / quick, rel=1e-4)
    assert shape.table.mean() == pytest.approx(1) and time.cdf(time.quantile(0.3)) == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("text", "words", "says"),
    [
        ("def x(u): return 1 - u", "packout.spread={family:x}", "a quantile never falls as its probability rises"),
        ("def x(u): return u - 1", "packout.spread={family:x}", "is a number from 0 to 1e+100"),
        ("def x(u): return 1e308 * u", "packout.spread={family:x}", "is a number from 0 to 1e+100"),
        ("def x(u): return 0", "packout.spread={family:x}", "times have a mean above 0"),
        ("def x(u): return u", "packout.spread={family:x,mean:3}", "spread.mean: another key sets the mean"),
        ("def x(u): return u", "customs.release_mean_h={family:x}", "release_mean_h.mean: missing; times are"),
        ("def x(u): return u", "packout.spread={family:x,at_most:3}", "spread.at_most: values of a function"),
        ("def gamma(u): return u", "", "gamma: a packaged family has this name"),
        ("def x(): return 1", "", "x(): @distribution takes (u)"),
    ],
)
def test_a_distribution_that_is_none_is_one_line(
    text: str, words: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("mine.py").write_text(f"from sim.own import distribution\n@distribution\n{text}")
    assert says in refused(capsys, "run", "rules=mine.py", *words.split(), *TINY, "replications=1", "margin=none")


def test_a_run_with_rules_and_a_kpi_is_stored_shown_and_executed_again_only_if_trusted(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    designs = "designs=[liege_30k, liege_30k rules.stand=fullest_first]"
    run = document(capsys, "compare", designs, *WORDS, "replications=1")
    folder, alarm = Path(run["run_dir"]), here / "executed"
    assert (folder / "rules" / "mine.py").read_text() == Path("mine.py").read_text()
    assert run["scenarios"]["liege_30k"]["kpis"]["longest_hold_min"]["unit"] == "min"
    assert alarm.exists()
    alarm.unlink()
    begun = cut_off(["run", *(word for word in WORDS if word not in TINY)], here / "begun")
    Path("mine.py").unlink()
    forget()
    assert "with --trust-code" in refused(capsys, "resume", begun)
    for words in (["show", "--all"], ["export", "--to", "csv", "--out", "out"]):
        assert main([words[0], str(folder), *words[1:]]) == 0
    assert main(["list", "runs"]) == 0
    assert main(["methods", str(folder)]) == 0
    methods = (folder / "methods.md").read_text()
    assert "docs/kpis.md; `longest_hold_min` in `rules/mine.py` of the run folder)" in methods
    assert "Longest hold" in capsys.readouterr().out
    assert main(["reproduce", str(folder)]) == 2
    shown = capsys.readouterr().err
    assert "mine.py:2: from sim.rules.truck_leaves import Waiting" in shown and "--trust-code" in shown.splitlines()[-1]
    assert main(["pack", str(folder), "--out", "run.zip", "--author", "Ada"]) == 0
    capsys.readouterr()
    with zipfile.ZipFile("run.zip") as packed:
        readme = packed.read("README.md").decode()
    assert "| `run/rules/mine.py` | Functions of the user that the run called |" in readme
    assert "    cargohub reproduce FILE.zip --trust-code\n" in readme
    assert readme.endswith("`--trust-code` executes `run/rules/mine.py`; read it first.\n")
    assert main(["reproduce", "run.zip"]) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("cargohub: run.zip: its code, mine.py, is not executed")
    assert not alarm.exists()
    assert main(["resume", str(begun), "--trust-code", "--quiet"]) == 0
    assert document(capsys, "reproduce", str(folder), "--trust-code")["identical"] is True
    assert alarm.exists()
    (folder / "rules" / "mine.py").write_text(ALARM)
    assert "rules/mine.py: changed since the run" in refused(capsys, "show", folder)


@pytest.mark.parametrize(
    ("text", "words", "says"),
    [
        ("def x(:", "", "rules: mine.py: line 2: not valid Python: "),
        ("@rule('truck_leaves')\ndef x(a, b): ...", "", "line 3: x(a, b): a rule of truck_leaves takes (truck)"),
        ("@rule('packers')\ndef x(a, b): ...", "", "takes (units, packers, manned, *, enough, is_review), as where_"),
        (
            "@rule('next_uld')\ndef x(uld): ...",
            "",
            "line 3: x(uld): a rule of next_uld takes (uld, queue), as first_come",
        ),
        ("@rule('truck')\ndef x(a): ...", "", "x: no decision 'truck'; did you mean 'truck_leaves'?"),
        ("@rule('stand')\ndef first_come(a): ...", "", "first_come: a packaged rule has this name"),
        ("@rule\ndef x(a): ...", "", "line 2: @rule: needs values"),
        ("@kpi('h', 'up')\ndef x(tables): ...", "", "@kpi: better is 'more', 'less' or None, got 'up'"),
        ("@kpi('h', None)\ndef x(): ...", "", "x(): @kpi takes (tables)"),
        ("@kpi('h', None)\ndef on_time_share(tables): ...", "", "on_time_share: a packaged KPI has this name"),
        (
            "@rule('stand')\ndef y(a): ...",
            "dispatch=x",
            "dispatch: there is no rule 'x'; known: full_enough, for_full_loads",
        ),
        (
            "def x(truck): return True",
            "dispatch=x",
            "rules=mine.py: no function marked @rule, @kpi, @arrivals or @distr",
        ),
        (
            "@kpi('h', None, range=(1,))\ndef x(tables): ...",
            "",
            "line 2: @kpi: range is the least and the most, got (1,)",
        ),
        ("@arrivals()\ndef x(a, b, c): ...", "", "line 2: @arrivals: write it without parentheses"),
        ("@arrivals\ndef x(rng, days, flights_per_day): ...", "arrivals=y", "timetable_waves, x"),
        ("1 / 0\n@kpi('h', None)\ndef x(tables): ...", "", "mine.py: line 2: ZeroDivisionError: division by zero"),
        ("raise SystemExit(3)\n@kpi('h', None)\ndef x(tables): ...", "", "mine.py: line 2: SystemExit: 3"),
        ("@rule('stand')\ndef x(a): raise SystemExit", "rules.stand=x", "line 3: x raises SystemExit\n"),
        ("@rule('stand')\ndef x(a): return 1 / 0", "rules.stand=x", "line 3: x raises ZeroDivisionError"),
        ("@rule('stand')\ndef x(a): return 0.5", "rules.stand=x", "x gives 0.5; a rule of stand gives a whole number"),
        ("@kpi('h', None)\ndef x(tables): return float('nan')", "", "x gives nan; a KPI gives a number from 0 to"),
        ("@kpi('h', None)\ndef x(tables): return '1'", "", "x gives '1'; a KPI gives a number from 0 to 1e+100"),
        (
            "import numpy\n@kpi('h', None)\ndef x(tables): return numpy.mean([])",
            "",
            "x gives nan; a KPI gives a number",
        ),
        (
            "@kpi('h', None)\ndef x(tables): tables['ulds']['end'] -= 1",
            "",
            "x raises ValueError: output array is read-only",
        ),
        ("@kpi('h', None)\ndef x(tables): return 10**5000", "", "x gives a value of type int; a KPI gives a number"),
        (
            "from sim.own import arrivals\n@arrivals\ndef x(rng, days, flights_per_day): return [1e308]",
            "arrivals=x",
            "x gives [1e+308]; arrivals are a list of minutes",
        ),
        ("@kpi('1', None)\ndef x(tables): return 2", "", "x gives 2; a KPI gives a number from 0 to 1"),
        (
            "@kpi('h', None, range=('0', '1'))\ndef x(tables): return 2",
            "",
            "x gives 2; a KPI gives a number from 0 to 1",
        ),
        ("@kpi('h', None, range=())\ndef x(tables): ...", "", "line 2: @kpi: range is the least and the most, got ()"),
        ("@kpi('h\\x1b', None)\ndef x(tables): ...", "", "contains the character U+001B, which is not printable"),
        ("@kpi('h', None, 'a\\nb')\ndef x(tables): ...", "", "contains the character U+000A, which is not printable"),
        (
            "class E(Exception):\n  def __str__(self): return 1\n@kpi('h', None)\ndef x(tables): raise E",
            "",
            "line 5: x raises E: a value of type E\n",
        ),
        (
            "class V:\n  def tolist(self): 1 / 0\n@kpi('h', None)\ndef x(tables): return V()",
            "",
            "line 3: x raises ZeroDivisionError: division by zero",
        ),
    ],
)
def test_a_mistake_is_one_line(text: str, words: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.py").write_text(HEAD + text)
    assert says in refused(capsys, "run", "rules=mine.py", *words.split(), *SMALL, "replications=1")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("../mine.py", "", "'../mine.py' is not the name of a Python file"),
        ("mine.txt", "", "'mine.txt' is not the name of a Python file"),
        ("mine.py", "x = 1", "mine.py: changed since the run"),
        ("a\x1b[31m.py", "", r"'a\x1b[31m.py' is not the name of a Python file"),
        ("gone.py", "", "gone.py: cannot be read: No such file"),
    ],
)
def test_a_copy_that_is_not_the_runs_is_refused(here: Path, name: str, text: str, says: str) -> None:
    (here / "rules").mkdir()
    (here / "rules" / "mine.py").write_text("x = 2")
    hub = {"rules": {"file": name, "sha256": hashlib.sha256(text.encode()).hexdigest()}}
    with pytest.raises(InputError, match=re.escape(says)):
        from_stored(here, {"a": hub})


@pytest.mark.parametrize("text", ["(" * 9000, "-" * 200_000 + "1", "\0", f"@rule({'[' * 300}{']' * 300})\ndef x(): 1"])
def test_text_that_no_parser_takes_is_one_line(text: str) -> None:
    with pytest.raises(ValueError, match=r"^mine\.py: "):
        OwnFile("mine.py", text).functions  # noqa: B018 - refuses what is none


def test_files_that_are_not_there_and_several_files_are_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert "rules=none.py: cannot be read: No such file" in refused(capsys, "run", "rules=none.py")
    assert "rules: no 'none'; known: hub, FILE.py" in refused(capsys, "run", "rules=none")
    designs = "designs=[liege_30k, liege_30k rules=mine.py dispatch=half_full]"
    assert "all designs of a command share one file of functions, got none, mine.py" in refused(
        capsys, "compare", designs, *TINY
    )


@pytest.mark.parametrize("quote", ["", "'", '"'])
def test_a_file_may_be_named_in_quotes(here: Path, quote: str) -> None:
    Path("mine.py").rename("my file.py")
    own = load("liege_30k", f"rules={quote}my file.py{quote}", "dispatch=half_full").own_file
    assert own is not None and (own.name, own.is_trusted) == ("my file.py", True)


def test_a_rule_that_no_design_has_is_told() -> None:
    plain, chosen = (hub(compose(["rules=mine.py", *words])) for words in ((), ("dispatch=half_full",)))
    (warning,) = idle_functions([plain], [])
    assert "rules.truck_leaves=half_full, rules.stand=fullest_first" in warning
    (warning,) = idle_functions([plain, chosen], ["optimise.variables={rules.stand:[oldest,fullest_first]}"])
    assert "half_full" not in warning and "fullest_first" not in warning and "=" in warning


def test_a_printed_command_of_a_design_names_the_file(here: Path) -> None:
    trust_typed(["rules=mine.py"])
    chosen = ["dispatch=half_full", "arrivals=night_wave", "packout.spread={family: quick_or_slow}"]
    hub = load("liege_30k", "rules=mine.py", *chosen)
    words = words_of(hub)
    assert not any("half_full(" in word or "mine.py" in word for word in words)
    assert load("liege_30k", *file_words(["rules=mine.py", *words]), *words[1:]) == hub


def test_verify_checks_every_rule_of_a_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "theory_cases", lambda: ())
    hubs = []
    monkeypatch.setattr(sim, "simulate", lambda hub: hubs.append(hub) or SimpleNamespace(n_laws=1))
    trust_typed(["rules=mine.py"])
    document(capsys, "verify", "rules=mine.py", "examples=1", "--quiet")
    assert [(hub.rules["arrivals"], hub.packout.spread.family) for hub in hubs] == [("night_wave", "quick_or_slow")] * 2
    monkeypatch.setattr(verify, "_LAW_SCENARIOS", ())
    toy = "@rule('truck_leaves')\ndef {0}(truck): return {1}\n"
    read(
        "calls = []\n" + toy.format("b", "truck.fill > 0.1") + toy.format("c", "len(calls.append(1) or calls) % 3 > 0")
    )
    answer = document(capsys, "verify", "rules=mine.py", "examples=3", "--quiet")
    cases = [(case["name"].split(", ")[-1], case["passed"]) for case in answer["cases"]]
    assert cases == [("b: unequal", True), ("c: unequal", False)]


def test_a_kpi_reads_the_same_flows_in_studies_that_keep_no_tables() -> None:
    read("@kpi('parcels', None)\ndef most(tables): return tables['flows']['n_came'].max()")
    config = load(
        "liege_30k", "rules=mine.py", "exports=none", "demand.flights_per_day=1", horizon_days=1, warmup_days=0
    )
    kept, counted = replicate(config, 0), evaluate(config, 0)
    assert kept["kpis"] == counted["kpis"] and counted["kpis"]["most"] > 0 and counted["tables"] == {}


def test_a_scenario_that_names_the_file_needs_it_typed_too(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "own" / "scenario").mkdir(parents=True)
    text = "# @package _global_\nscenario: mine\nrules: {file: mine.py, truck_leaves: half_full}\n"
    (here / "own" / "scenario" / "mine.yaml").write_text(text)
    words = ("--config-dir", "own", "scenario=mine", "--quiet")
    assert "executed only if its file is typed (rules=FILE.py)" in refused(capsys, "run", *words)
    own = load("mine", "rules=mine.py", config_dir="own").own_file
    assert own is not None and own.is_trusted


def test_a_workbook_with_functions_of_a_file_is_run_if_the_file_is_typed(capsys: pytest.CaptureFixture[str]) -> None:
    words = [word for word in WORDS if not word.startswith("--")]
    assert main(["sheet", "new", "plan.xlsx", *words]) == 0
    forget()
    assert "executed only if its file is typed (rules=FILE.py)" in refused(capsys, "run", "sheet=plan.xlsx", "--quiet")
    assert main(["run", "sheet=plan.xlsx", "rules=mine.py", "--show"]) == 0
    assert "truck_leaves: half_full" in capsys.readouterr().out


def test_names_of_a_file_are_unknown_to_what_is_loaded_without_it() -> None:
    load("liege_30k", "rules=mine.py")
    with pytest.raises(ConfigError, match=r"customs.release_mean_h.family: one of .*, empirical; got 'quick_or_slow'"):
        load("liege_30k", "customs.release_mean_h={family: quick_or_slow, mean: 6}")


def test_a_docstring_cannot_control_a_terminal() -> None:
    own = read("@kpi('h', None)\ndef x(tables): 'a\x1b[31m \u202eb'")
    assert own.functions["x"].meaning == r"a\x1b[31m \u202eb"


def test_a_rule_without_its_file_is_refused_with_the_word_that_is_missing():
    for key in ("dispatch", "rules.truck_leaves"):
        with pytest.raises(ConfigError, match=r"no rule 'half_full'; known: .*; a rule of yours needs rules=FILE.py$"):
            load("liege_30k", f"{key}=half_full")
