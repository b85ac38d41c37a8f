"""An event log holds what the run's tables hold, no more and no less, and pm4py reads it."""

import json
import shutil
import sqlite3
import warnings
import xml.etree.ElementTree as ET
from collections import Counter

import numpy as np
import pytest
from answers import answer
from mistakes import refused
from pyarrow import parquet
from stored_runs import rewritten, sealed

from experiments.main import main
from experiments.studies.log import SUFFIXES
from experiments.studies.log.kinds import ACTIVITIES, BY_TABLE, GROUPS, KINDS
from experiments.studies.log.writing import CASES
from sim.domain.entities import ParcelStamps
from sim.domain.export_entities import ENTITIES, OutParcelStamps
from sim.domain.fields import schema_of, stamps_of

TINY = [
    "horizon_days=1", "warmup_days=0", "service_h=6", "exports.service_h=36", "demand.parcels_per_flight=200",
    "demand.flights_per_day=2", "demand.net_t_per_flight=0.2", "exports.collections.parcels=300", "replications=1",
    "workers=1", "margin=none", "page=none", "--quiet",
]  # fmt: skip
# Several halls with shuttles, posts with numbers, flights that fly on, a clock that is not UTC.
SERVED = {"main": "[ES,FR]", "second": "[DE]", "third": "[IT,NL]", "fourth": "[POOL]"}
RICH = [
    "run", "scenario=liege_100k_complex", "complex=single_ulds", "packout.rule=dedicated", "time_zone=Europe/Brussels",
    "+connections.lanes.PL=Hangzhou", "record.parcels_of_flights=all", "record.parcels_of_collections=all", *TINY,
    *(f"halls.{hall}.serves={routes}" for hall, routes in SERVED.items()),
    *(f"halls.{hall}.transfer_share=0.5" for hall in SERVED),
]  # fmt: skip


def made(root, *words):
    assert main([*words, "--out", str(root)]) == 0
    (folder,) = root.iterdir()
    return folder


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return made(tmp_path_factory.mktemp("rich"), *RICH)


@pytest.fixture(scope="module")
def logs(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("logs")
    for words in (["--ocel", "a.json", "--xes", "a.xes"], ["--ocel", "a.sqlite", "--xes", "uld.xes", "--case", "uld"]):
        assert main(["log", str(run), "--quiet", *(str(folder / word) if "." in word else word for word in words)]) == 0
    assert sorted(path.name for path in folder.iterdir()) == ["a.json", "a.sqlite", "a.xes", "uld.xes"]
    return folder


@pytest.fixture(scope="module")
def ocel(logs):
    return json.loads((logs / "a.json").read_text())


@pytest.fixture(scope="module")
def tables(run):
    return {kind.table: parquet.read_table(run / "tables" / f"{kind.table}.parquet").to_pandas() for kind in KINDS}


@pytest.fixture(scope="module")
def pm4py():
    """It warns of what it would rather have, and takes seconds to import."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pm4py
    return pm4py


def shared(table, column):
    """Rows of parcels whose event it is not alone: that of their ULD, or of their truck."""
    if table == "parcels":
        return {"start": lambda rows: rows["uld"] >= 0}.get(
            column, lambda rows: (rows["truck_hall"] >= 0) & (column in ("cut_off", "departed"))
        )
    return lambda rows: rows.index < 0


def test_every_instant_of_every_thing_is_an_event_or_planned():
    rows = {schema_of(row).name: row for row in ENTITIES} | {"parcels": ParcelStamps, "out_parcels": OutParcelStamps}
    for kind in KINDS:
        assert {*kind.events} | {*kind.planned} - {"cleared"} == {*stamps_of(rows[kind.table])}, kind.table
    assert len({*ACTIVITIES}) == len(ACTIVITIES)
    known = {*GROUPS, "sorter", "second sorter", ""}
    assert {event.at for kind in KINDS for event in kind.events.values()} <= known


def test_objects_and_events_are_those_of_the_tables(ocel, tables):
    objects = Counter(each["type"] for each in ocel["objects"])
    events = Counter(each["type"] for each in ocel["events"])
    opened = Counter(
        each["type"]
        for each in ocel["objects"]
        for mark in each["attributes"]
        if mark["name"] == "open" and mark["value"]
    )
    taking_part = Counter()
    for kind in KINDS:
        rows = tables[kind.table]
        assert objects[kind.type] == len(rows), kind.table
        done = [rows[name].notna() & (rows[name] != False) for name in kind.closed]  # noqa: E712 - a column
        assert opened[kind.type] == (~np.any(done, axis=0)).sum(), kind.table
        for column, event in kind.events.items():
            is_shared = shared(kind.table, column)(rows)
            if event.says:
                assert events[event.says] == (rows[column].notna() & ~is_shared).sum(), (kind.table, column)
            if event.of:
                says = BY_TABLE[event.of].events[column].says
                taking_part[says] += int((rows[column].notna() & is_shared).sum())
    assert sum(events.values()) == len(ocel["events"])
    parcels = Counter(
        each["type"] for each in ocel["events"] for one in each["relationships"] if one["qualifier"] == "parcel"
    )
    assert {what: parcels[what] for what in taking_part} == dict(taking_part)
    assert (
        min(events["parcel leaves by air"], events["shuttle leaves"], opened["parcel"], taking_part["truck leaves"]) > 0
    )


def test_events_come_in_order_with_objects_that_are_there(ocel):
    times = [each["time"] for each in ocel["events"]]
    assert times == sorted(times)
    assert all(each.endswith("Z") and len(each) == 27 for each in times)
    ids = [each["id"] for each in ocel["events"]]
    assert ids == sorted({*ids})
    known = {each["id"] for each in ocel["objects"]}
    assert len(known) == len(ocel["objects"])
    for each in (*ocel["events"], *ocel["objects"]):
        pairs = [(one["objectId"], one["qualifier"]) for one in each.get("relationships", ())]
        assert len({*pairs}) == len(pairs)
        assert {name for name, _ in pairs} <= known


def test_instants_are_those_of_the_tables_to_the_tick(ocel, tables):
    """The first midnight of Brussels in September is 22:00 in UTC."""
    landings = [np.datetime64(each["time"][:-1]) for each in ocel["events"] if each["type"] == "landing"]
    stored = np.sort(tables["flights"]["aldt"].dropna().to_numpy())
    minutes = (np.array(landings) - np.datetime64("2022-09-04T22:00")) / np.timedelta64(1, "m")
    assert np.rint(minutes * 2**20).tolist() == (stored * 2**20).tolist()


def test_a_parcel_belongs_to_its_uld_truck_post_and_machine(ocel, tables):
    related = {each["id"]: {(one["qualifier"], one["objectId"]) for one in each.get("relationships", ())}
               for each in ocel["objects"]}  # fmt: skip
    resources = {}
    for event in ocel["events"]:
        names = {one["qualifier"]: one["objectId"] for one in event["relationships"]}
        resources.setdefault((event["type"], names.get("parcel")), names.get("resource"))
    flights, trucks = tables["flights"]["key"], tables["trucks"].set_index(["hall", "route", "kind", "sequence"])
    ulds = tables["ulds"].set_index(["flight", "index"])
    kinds = ["timetabled", "extra"]
    n_posts = 0
    for row in tables["parcels"].itertuples():
        key = flights[row.flight]
        name = f"parcel {key}/{row.row}"
        wanted = {("in", f"ULD {key}/{row.uld}")}
        if row.truck_hall >= 0:
            truck = trucks.loc[(row.truck_hall, row.route, row.truck_kind, row.truck_sequence)]
            ends = f"{truck.route_name}/{kinds[row.truck_kind]}/{row.truck_sequence}"
            wanted |= {one for one in related[name] if one[0] == "leaves by" and one[1].endswith(ends)}
            assert len(wanted) == 2
        assert related[name] == wanted
        uld = ulds.loc[(row.flight, row.uld)]
        if not np.isnan(row.sort_begin):
            at = resources["sorting begins", name]
            assert at.startswith("manual-sort posts") if row.is_non_conveyable else at == f"machine {uld.machine}"
        if not np.isnan(row.pack_begin):
            n_posts += 1
            assert resources["packing begins", name].endswith(f"/{row.post}")
    assert n_posts


def test_an_outbound_uld_has_its_hall_and_takes_parcels_of_its_collections_or_flights(ocel, run, tables):
    halls, related = list(SERVED), {each["id"]: each for each in ocel["objects"] if each["type"] == "outbound ULD"}
    loads = {
        name: parquet.read_table(run / "tables" / f"{name}.parquet").to_pandas().groupby(["hall", of, "sequence"])[row]
        for name, of, row in (("out_loads", "lane", "collection"), ("loads", "route", "flight"))
    }
    brought = {key: {*rows} for key, rows in loads["out_loads"]}
    for row in tables["out_ulds"].itertuples():
        each = related[f"outbound ULD {halls[row.hall]}/{row.lane_name}/{row.sequence}"]
        assert [one["value"] for one in each["attributes"] if one["name"] == "hall"] == [halls[row.hall]]
        taken = {one["objectId"] for one in each["relationships"] if one["qualifier"] == "takes parcels of"}
        keys = tables["collections"]["key"]
        if row.route < 0:
            names = {keys[number] for number in brought[row.hall, row.lane, row.sequence]}
            assert taken == {f"collection truck {key}" for key in names}
        else:
            assert taken and all(name.startswith("flight ") for name in taken)
    assert {*(tables["out_ulds"]["route"] < 0)} == {True, False}


@pytest.mark.filterwarnings("ignore")
def test_pm4py_reads_both_forms_alike(logs, pm4py, ocel):
    from pm4py.objects.ocel.validation import ocel20_rel_validation

    document, base = pm4py.read_ocel2_json(str(logs / "a.json")), pm4py.read_ocel2_sqlite(str(logs / "a.sqlite"))
    assert ocel20_rel_validation.apply(str(logs / "a.sqlite"))[1] == []
    for name in ("events", "relations", "o2o", "objects"):
        assert len(getattr(document, name)) == len(getattr(base, name)) > 0, name
    assert len(document.events) == len(ocel["events"])
    events = [each.events.set_index("ocel:eid")[["ocel:activity", "ocel:timestamp"]] for each in (document, base)]
    assert events[0].sort_index().equals(events[1].sort_index())
    n_related = sum(len(each["relationships"]) for each in ocel["events"])
    assert len(document.relations) == n_related
    with sqlite3.connect(logs / "a.sqlite") as checked:
        assert checked.execute("PRAGMA foreign_key_check").fetchall() == []
        assert checked.execute("SELECT count(*) FROM object").fetchone()[0] == len(ocel["objects"])
    checked.close()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("file", "table"), [("a.xes", "parcels"), ("uld.xes", "ulds")])
def test_cases_have_all_instants_in_order(logs, tables, pm4py, file, table):
    kind, rows = BY_TABLE[table], tables[table]
    log = pm4py.read_xes(str(logs / file), return_legacy_log_object=False)
    assert len(log) == sum(rows[column].notna().sum() for column in kind.events)
    assert (
        log.groupby("case:concept:name", sort=False)["time:timestamp"]
        .apply(lambda each: each.is_monotonic_increasing)
        .all()
    )
    root = ET.parse(logs / file).getroot()
    assert float(root.attrib["xes.version"]) == 1849.2016, "the schema of the standard has a decimal number here"
    traces = root.findall("{http://www.xes-standard.org/}trace")
    assert len(traces) == len(rows)
    counts = Counter(log["concept:name"])
    for column, event in kind.events.items():
        if event.says and not event.of:
            assert counts[event.says] == rows[column].notna().sum()


def test_what_cannot_be_logged_is_refused_in_a_line(run, tmp_path, capsys):
    file = tmp_path / "a.json"
    assert "--ocel FILE" in refused(capsys, "log", run)
    assert ".jsonocel" in refused(capsys, "log", run, f"ocel={tmp_path / 'a.csv'}")
    assert ".xes" in refused(capsys, "log", run, f"xes={file}")
    assert "uld" in refused(capsys, "log", run, f"xes={tmp_path / 'a.xes'}", "case=uldd")
    assert "--xes" in refused(capsys, "log", run, f"ocel={file}", "case=uld")
    assert "replication: the run has 0 to 0" in refused(capsys, "log", run, f"ocel={file}", "replication=1")
    file.touch()
    assert "already exists" in refused(capsys, "log", run, f"ocel={file}")
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_parcels_are_asked_for_and_were_not_kept(run, tmp_path, capsys):
    folder = shutil.copytree(run, tmp_path / "run")
    for table in ("parcels", "out_parcels"):
        rewritten(folder, table, lambda rows: rows.slice(0, 0))
    sealed(folder)
    both = f"xes={tmp_path / 'a.xes'}", f"ocel={tmp_path / 'a.db'}"
    assert "record.parcels_of_flights" in refused(capsys, "log", folder, *both)
    document = answer(capsys, "log", folder, "--ocel", tmp_path / "a.db")["ocel"]
    assert document["flights_with_parcels"] == 0
    assert document["objects"]["flight"] > 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.db", "run"]


@pytest.mark.parametrize(("column", "value"), [("departed", 1e6), ("uld", 999), ("truck_sequence", 999), ("post", 999)])
def test_parcels_that_contradict_the_other_tables_leave_no_file(run, tmp_path, capsys, column, value):
    folder = shutil.copytree(run, tmp_path / "run")

    def change(table):
        at = table.column_names.index(column)
        values = table[column].to_numpy().copy()
        values[np.flatnonzero(table["truck_hall"].to_numpy() >= 0)[0]] = value
        return table.set_column(at, table.field(at), [values])

    rewritten(folder, "parcels", change)
    sealed(folder)
    assert "table parcels" in refused(capsys, "log", folder, f"ocel={tmp_path / 'a.sqlite'}")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_names_of_options_and_cases():
    assert {*CASES} == {"parcel", "uld", "flight", "truck"}
    assert SUFFIXES["xes"] == (".xes",)
