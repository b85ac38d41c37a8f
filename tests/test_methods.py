"""Methods of a stored run: both checklists are filled from the run alone, and nothing on the pages covers anything."""

import json
import re
import types
from collections import Counter
from dataclasses import is_dataclass, replace
from itertools import pairwise
from types import SimpleNamespace
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from mistakes import is_refused
from pyarrow import parquet
from stored_runs import BARE, made

from experiments.arguments import Arguments
from experiments.composition import load
from experiments.designs.design import Design
from experiments.formatting import number
from experiments.grouping import values_of
from experiments.main import main
from experiments.money.kpis import KPIS, names
from experiments.report import style
from experiments.report.documents import Missing, Report, missing_in, walked, written
from experiments.report.documents.pdf_pages import pages_of
from experiments.store.foreign import manifest_of
from experiments.store.foreign_tables import read_rows, replications_of
from experiments.store.summaries import DesignRow, WarmupRow
from experiments.studies.methods import facts as facts_of_runs
from experiments.studies.methods import hub as hubs
from experiments.studies.methods.checklists import filled
from experiments.studies.methods.facts import Facts
from experiments.studies.methods.notes import notes
from experiments.studies.sensitivity.design import parse
from sim.config import HubConfig
from sim.distributions import Distribution
from sim.measures.kpis import Rank
from sim.reading import hints_of, plain

ITEMS = (3, 5, 4, 3, 4, 1)
"""Of the sections of STRESS-DES."""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    words = (
        "run",
        "halls.main.doors_out=29",
        "packout.spread={family: gamma, spread: 0.4}",
        "page=none",
    )
    return made(tmp_path_factory.mktemp("methods"), *words)


@pytest.fixture(scope="module")
def facts(run):
    return Facts.of(manifest_of(run))


@pytest.fixture(scope="module")
def reports(facts):
    return {name: filled(facts, name) for name in ("stress", "odd")}


def text_of(report, tmp_path):
    (content,) = written(report, tmp_path / "x.md").values()
    return content.decode()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("compare", "designs=[seed=1, seed=1 apron.tugs=1]", "family=dunnett", "replications=2"), "by Dunnett's test"),
        (("compare", "designs=[seed=1, seed=1 apron.tugs=1]", "replications=2"), "adjusted (Holm)"),
        (
            ("select", "apron.tugs=1,2", "replications=2", "select.max_replications=2"),
            "until the procedure could decide",
        ),
    ],
)
def test_the_tests_of_differences_and_the_stopping_rule_are_the_runs(words, says, tmp_path):
    run = made(tmp_path / "run", *words, *BARE, "demand.flights_per_day=1", "halls.main.packout_posts=0")
    text = text_of(filled(Facts.of(manifest_of(run)), "stress"), tmp_path)
    sentences = ("by Dunnett's test", "adjusted (Holm)", "until the procedure could decide")
    assert [each for each in sentences if each in text] == [says]
    assert ("paired by replication" in text, "fixed in advance" in text) == ("Holm" in says, "procedure" not in says)


def test_disruptions_are_those_of_all_designs_and_their_recovery_is_part_of_the_run_length(tmp_path):
    fog = "+disruption@disruptions.fog=fog_morning disruptions.fog.start='day 1 02:00'"
    twice = "packout.home_machines=true"
    run = made(tmp_path / "run", "compare", f"designs=[seed=1, seed=1 {fog}]", *BARE, "demand.flights_per_day=1", twice)
    text = text_of(filled(Facts.of(manifest_of(run)), "stress"), tmp_path)
    assert "sorts first come to that machine in rounds, and are sorted a second time." in text
    assert "fly on" not in text
    assert "Disruptions: a closed runway (fog) (not in all designs)." in text and "no disruptions" not in text
    assert "with twice and then four times the measured days" in text


def test_designs_that_a_study_makes_are_counted(tmp_path):
    factors = ("apron.stands", 4, 6), ("apron.tugs", 1, 2)
    words = [
        f"+sensitivity.factors.x{n}={{fields:{{{key}:1}},group:other,unit:x,low:{low},high:{high}}}"
        for n, (key, low, high) in enumerate(factors)
    ]
    others = [f"~sensitivity.factors.{name}" for name in parse(Arguments("sensitivity", ()))[1].sensitivity.factors]
    run = made(tmp_path, "sensitivity", *others, *words, "sensitivity.method=morris", "sensitivity.trajectories=2",
               *BARE, "demand.flights_per_day=1", "halls.main.packout_posts=0")  # fmt: skip
    text = text_of(filled(Facts.of(manifest_of(run)), "stress"), tmp_path)
    n = len(replications_of(manifest_of(run), ()))
    assert n > 2 and f"The study made designs from the hub of the command; {n} designs were simulated." in text
    assert "Simulated: 2 replications of each design." in text
    assert "| liege_30k | the hub from which the study made its designs |" in text


def test_every_item_is_there_by_its_number_and_filled(reports):
    stress, odd = reports.values()
    assert [len(chapter.parts) for chapter in stress.chapters[:-1]] == list(ITEMS)
    assert [each.number for each in stress.chapters[1].parts[4].parts] == [f"2.5.{n}" for n in range(1, 6)]
    assert len(odd.chapters) == 8 and len(odd.chapters[3].parts) == 11
    for report in reports.values():
        for _, chapter in walked(report.chapters):
            assert chapter.parts or any(not isinstance(block, Missing) for block in chapter.blocks), chapter.title
    assert missing_in(stress.chapters) == [
        "1.1 Purpose of the model", "5.4 System specification", "6.1 Computer model sharing statement",
    ]  # fmt: skip


def test_what_is_said_is_the_runs(run, reports, tmp_path):
    manifest = manifest_of(run)
    for name, report in reports.items():
        text = text_of(report, tmp_path)
        assert "TO FILL IN" in text and not re.search(r"\{\w*\}", text)
        for fact in (manifest.hash, manifest.environment["python"], run.name, 'doors_out["Outbound doors: 29"]'):
            assert fact in text
        assert "| halls.main.doors_out | 29 |  | decision | the design |" in text
        assert "| packing time of a parcel | packout.spread | gamma (spread 0.4) |" in text
        assert "The warm-up before the measured days is 0 days" in text
        assert ("Simulated: 2 replications." in text) == (name == "stress")
        assert "payloadasia.com 2021-11; aviation24.be 2021-11-08" in text


def test_facts_are_those_of_the_folder(run, facts):
    values, rows = facts.values, facts.rows()
    times = [each["seconds"] for each in json.loads((run / "timings.json").read_text())["replications"]]
    assert values["seconds"] == f"A replication took {number(sum(times) / len(times))} s on average."
    wanted = {"service": "6 h", "horizon_days": "1 day", "warmup_days": "0 days", "end_days": "2 days", "tail": "24 h",
              "area": "30,000 m²", "halls": "the hall main", "seeds": "1", "first": "liege_30k"}  # fmt: skip
    assert {name: values[name] for name in wanted} == wanted
    kinds = Counter(row[3] for row in rows["inputs"])
    assert {kind: values[f"n_{kind}"] for kind in kinds} == {kind: str(n) for kind, n in kinds.items()}
    assert values["n_numbers"] == str(kinds.total())
    of_kind = {kind: {row[0] for row in rows["inputs"] if row[3] == kind} for kind in kinds}
    assert {row[0] for row in rows["derived"]} == of_kind["derived"]
    assert all(row[1] == shown[1] for row in rows["derived"] for shown in rows["inputs"] if row[0] == shown[0])
    sources = [key for _, keys in rows["sources"] for key in keys.split(", ")]
    assert of_kind["sourced"] <= {*sources} <= of_kind["sourced"] | of_kind["decision"]
    assert len({*sources}) == len(sources)
    headlines = parquet.read_table(run / "tables" / "summary.parquet").to_pylist()
    units = {row["kpi"]: row["unit"] for row in headlines}
    assert [(KPIS[name].label, units[name]) for name in names(Rank.HEADLINE)] == [row[:2] for row in rows["outputs"]]
    assert [row[:2] for row in rows["warmup"]] == [("liege_30k", "0")] and float(rows["warmup"][0][2]) > 0
    assert not facts.plain["several_halls"] and facts.plain["packout_posts"]


def test_a_methods_report_says_why_no_warm_up_is_known(facts, monkeypatch):
    (row,) = read_rows(facts.manifest, DesignRow)
    rows = {WarmupRow: [], DesignRow: [row]}
    monkeypatch.setattr(facts_of_runs, "read_rows", lambda _, kind: rows[kind])
    assert next(facts._warmup())[2] == "not known: run too short"
    rows[DesignRow] = [replace(row, stability="unstable")]
    assert next(facts._warmup())[2] == "none: its backlog grows"
    rows[DesignRow] = [row]
    elsewhere = Facts(SimpleNamespace(tables={"points", "warmup"}), facts.request, facts.document)  # as of decompose
    assert next(elsewhere._warmup())[2] == "not computed"


def test_what_holds_for_the_first_of_several_designs_is_said_of_it_alone(facts, reports, tmp_path):
    designs = [*facts.request.designs, Design("imports alone", load("liege_30k", "exports=none"))]
    two = Facts(facts.manifest, replace(facts.request, designs=designs), facts.document)
    says = "The following holds for liege_30k. The table of designs says what differs in the others."
    for name, report in reports.items():
        assert says in text_of(filled(two, name), tmp_path)
        assert says not in text_of(report, tmp_path)


def test_days_and_areas_of_a_hub_are_those_of_its_configuration():
    hub = load("liege_100k_complex", "warmup_days=2", "horizon_days=3", "service_h=12", "exports=none")
    request = SimpleNamespace(designs=[Design("a", hub)])
    values = Facts(SimpleNamespace(tables={}), request, None)._of_the_hub()
    wanted = {"warmup_days": "2 days", "horizon_days": "3 days", "end_days": "5.5 days", "tail": "12 h",
              "service": "12 h", "longest_hold": "6 h", "area": "100,000 m²"}  # fmt: skip
    assert {name: values[name] for name in wanted} == wanted
    assert values["halls"] == f"the halls {', '.join([*hub.halls][:-1])} and {[*hub.halls][-1]}"


def test_designs_are_told_apart_by_what_differs_from_the_first():
    words = ((), ("halls.main.doors_out=29", "seed=2"), ("roster=three_shifts",), ())
    designs = [Design(str(n), load("liege_30k", *each)) for n, each in enumerate(words)]
    (_, first), (_, second), (_, third), (_, same) = Facts(None, SimpleNamespace(designs=designs), None)._scenarios()
    assert (first, second, same) == ("baseline", "seed=2; halls.main.doors_out=29", "nothing")
    n_more = int(re.search(r"; and (\d+) more$", third)[1])
    roster = [dict(values_of(plain(design.hub.roster))) for design in (designs[0], designs[2])]
    differs = sum(roster[0].get(key) != roster[1].get(key) for key in roster[0] | roster[1])
    assert third.count("; ") + n_more == differs


def test_whatever_the_schema_lets_be_drawn_is_known():
    def places(kind: Any, key: str):
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        if get_origin(kind) in (Union, types.UnionType):
            for each in get_args(kind):
                yield from places(each, key)
        elif get_origin(kind) is dict:
            yield from places(get_args(kind)[1], f"{key}.*")
        elif isinstance(kind, type) and issubclass(kind, Distribution):
            yield key
        elif is_dataclass(kind):
            for name, hint in hints_of(kind).items():
                yield from places(hint, f"{key}.{name}" if key else name)

    keys = set(places(HubConfig, ""))
    known = [re.compile(re.escape(pattern).replace(r"\*", "[^ ]+")) for pattern in hubs.LISTED["draws"]]
    assert len(keys) > 15
    assert not [key for key in keys if not any(pattern.fullmatch(key) for pattern in known)]


@pytest.mark.parametrize(
    "words", [("liege_30k",), ("customs_today",), ("liege_100k_complex",), ("liege_30k", "presorted=ulds")]
)
def test_the_diagram_has_the_places_of_the_configuration(words):
    config = load(*words)
    hub = {**plain(config), "several_halls": len(config.halls) > 1}
    graph = hubs.graph(hub, "")
    names = [node.name for node in graph.nodes]
    assert len({(node.row, node.column) for node in graph.nodes}) == len(names)
    edges = {(edge.origin, edge.target) for edge in graph.edges}
    assert {place for edge in edges for place in edge} == set(names)
    assert ("screening", "build_up") in edges, "presorted exports (rule 24)"
    is_whole = "presorted=ulds" in words
    assert [(place, "customs_hold") in edges for place in ("lanes", "machines", "handcoding", "manual_sort")] == [
        is_whole, not is_whole, not is_whole, not is_whole,
    ]  # fmt: skip
    assert (("customs_hold", "manual_sort") in edges) != is_whole, "sorted by hand again (rule 39)"
    assert ("xray_lanes" in names) == (words[0] == "customs_today")
    assert ("shuttles" in names) == (words[0] == "liege_100k_complex")
    assert ("stations" in names) == ("presorted=ulds" not in words)
    assert len(hubs.graph({**hub, "exports": {"share": 0}}, "").nodes) < len(names)
    drawn = [key for key, _ in hubs.draws(["packout.spread", "breakdown.handling_spread"], {**hub, "packout_posts": 1})]
    assert bool(drawn) != is_whole, "nobody opens or packs whole ULDs (rule 54)"


def test_a_note_is_of_a_value_as_it_is_noted():
    of_packaged, of_other = (notes(plain(load("liege_30k", *words))) for words in ((), ("halls.main.doors_out=29",)))
    assert "three quarters of them out" in of_packaged["halls.main.doors_out"]
    assert set(of_packaged) - set(of_other) == {"halls.main.doors_out"}
    assert "halls.main.area_m2" in notes(plain(load("liege_66k")))


@pytest.mark.drawn
def test_nothing_is_cut_or_covered_on_the_pages(reports):
    report = reports["stress"]
    with style.look():
        pages = pages_of(Report(report.title, report.opening, report.chapters[:3]))
    assert len(pages) > 4
    for page in pages:
        renderer = FigureCanvasAgg(page).get_renderer()
        boxes = sorted((text.get_window_extent(renderer) for text in page.texts), key=lambda box: box.x0)
        assert all(page.bbox.x0 <= box.x0 and box.x1 <= page.bbox.x1 - 30 and box.y0 >= 0 for box in boxes)
        rows = {}
        for box in boxes:
            rows.setdefault(round((box.y0 + box.y1) / 12), []).append(box)
        assert not [pair for row in rows.values() for pair in pairwise(row) if pair[0].overlaps(pair[1])]


def test_latex_is_balanced_and_shows_its_diagram(reports, tmp_path):
    files = written(reports["stress"], tmp_path / "m.tex")
    (text, diagram) = (tmp_path / "m.tex", tmp_path / "m-diagram-1.pdf")
    assert list(files) == [text, diagram]
    latex = files[text].decode()
    assert diagram.name in latex and latex.isascii() is False
    body = re.sub(r"\\[{}\\]", "", latex)
    assert body.count("{") == body.count("}")
    assert latex.count(r"\begin{") == latex.count(r"\end{")
    assert not re.search(r"(?<!\\)[#%](?!\d)", latex)


def test_the_verb_writes_by_the_suffix(run, tmp_path, capsys):
    assert main(["methods", str(run), "--odd"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(run / "odd.md")
    assert manifest_of(run).verb == "run"
    is_refused(capsys, tmp_path / "m.doc", ["methods", str(run)], "methods are a file *.md, *.pdf, *.tex")
    is_refused(capsys, tmp_path / "m.md", ["methods", str(tmp_path / "none")], "no such folder")
