"""A stored run with its replay, and what its Parquet rows alone say should be on the page."""

import base64
import functools
import json
import math
import re
import zlib

import numpy as np
from pyarrow import parquet
from stored_runs import made

from experiments.main import main
from experiments.studies.replay.packing import NOT_YET

DOCKING_MIN = 15
"""Of trucks, in configs/outbound."""

DISRUPTED = (
    "+disruption@disruptions.belt=machine_down_12h", "disruptions.belt.start=day 1 08:00", "disruptions.belt.hours=4",
    "+disruption@disruptions.strike=strike_day", "disruptions.strike.start=day 1 06:00",
    "disruptions.strike.roles=[hand_sorting]", "recovery.runs_on=false",
)  # fmt: skip


def unpacked(table):
    """The columns that were packed."""
    planes = np.frombuffer(zlib.decompress(base64.b64decode(table["data"])), dtype=np.uint8)
    steps = np.ascontiguousarray(planes.reshape(4, -1).T).view("<i4").reshape(len(table["columns"]), table["rows"])
    return {name: np.cumsum(steps[i], dtype=np.int32) for i, name in enumerate(table["columns"])}


def inside(enter, leave, instant):
    """Which stays (N) hold at a whole second: from `enter` to before `leave`, or for ever."""
    return (enter != NOT_YET) & (enter <= instant) & ((leave == NOT_YET) | (leave > instant))


def replayed(root):
    """A run with its replay."""
    folder = made(root, "run", "demand.flights_per_day=8", *DISRUPTED)
    assert main(["replay", str(folder)]) == 0
    return folder


@functools.cache
def rows_of(run, table):
    """Of the first replication."""
    rows = parquet.read_table(run / "tables" / f"{table}.parquet", filters=[("replication", "=", 0)])
    return rows.to_pydict()


def data_of(run):
    (text,) = re.findall(
        r'<script id="data" type="application/json">(.*?)</script>', (run / "replay.html").read_text(), flags=re.DOTALL
    )
    return json.loads(text)


def count_of(rows, since, until, minute):
    """How many rows are between two instants, by the rows alone."""
    pairs = zip(rows[since], rows[until], strict=True)
    return sum(enter <= minute and (math.isnan(leave) or leave > minute) for enter, leave in pairs)


def expected(run, second):
    """The counts of the page at a second, by label, from the Parquet rows alone."""
    minute = second / 60
    flights, ulds, trains, trucks, collections, out_ulds, out_trains = (
        rows_of(run, table)
        for table in ("flights", "ulds", "trains", "trucks", "collections", "out_ulds", "out_trains")
    )
    assert not any(flights["is_diverted"])
    left = [
        cut_off + DOCKING_MIN if cancelled else departed
        for cut_off, cancelled, departed in zip(
            trucks["cut_off"], trucks["is_cancelled"], trucks["departed"], strict=True
        )
    ]
    return {
        "Flights held, no stand": count_of(flights, "stand_requested", "stand_given", minute),
        "Aircraft stands": count_of(flights, "stand_given", "stand_free", minute),
        "Tug trains": count_of(trains, "granted", "returned", minute),
        "ULD positions": count_of(ulds, "placed", "start", minute),
        "Break-down stations": count_of(ulds, "start", "released", minute),
        "Stations blocked": count_of(ulds, "end", "released", minute),
        "Outbound doors": count_of({**trucks, "left": left}, "docked", "left", minute),
        "Trucks in the yard": count_of(trucks, "arrived", "docked", minute),
        "Inbound doors": count_of(collections, "docked", "released", minute),
        "Build-up places": count_of(out_ulds, "start", "built", minute),
        "Built ULDs, outside": count_of(out_ulds, "built", "taken", minute),
        "Outbound trains": count_of(out_trains, "granted", "returned", minute),
    }


def stored(run, zone, second):
    """What occupancy holds of a zone at the end of the last interval; None before the first."""
    rows = rows_of(run, "occupancy")
    triples = zip(rows["zone"], rows["time"], rows["inside"], strict=True)
    past = [(time, value) for name, time, value in triples if name == zone and time <= second / 60]
    return max(past)[1] if past else None


def some_seconds(run, n):
    return np.random.default_rng(7).integers(0, data_of(run)["runs"][0]["end"], size=n).tolist()


READY = """
  while (!document.querySelector("#counts tbody tr")) {
    if (document.getElementById("error").textContent) break;
    await new Promise((done) => setTimeout(done, 20));
  }"""
SEEK = """
  replay.seek(%d);
  const rows = [...document.querySelectorAll("#counts tbody tr")];
  return Object.fromEntries(rows.map((row) => [row.cells[0].textContent, row.cells[1].firstChild.textContent]));"""
