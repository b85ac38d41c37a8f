"""Damaged files and foreign runs, drawn from a seeded generator."""

import random
from collections.abc import Callable, Sequence
from typing import Any

from torture import troubles
from torture.cases import NASTY, Case

RUNS = {
    "run": ("run", "margin=none", "page=none"),
    "ruled": ("run", "rules=mine.py", "margin=none", "page=none"),
    "compared": ("compare", "scenarios=[liege_30k,liege_66k]", "page=none"),
    "checked": troubles.LONG[1][:4],
    "exposed": ("run", "exposure=ledger", "trade=goods", "margin=none", "page=none"),
}
"""Runs, complete, by what makes them."""
_ANY = ("show", "reproduce", "export", "resume", "brief", "list")
_OF_REPLICATIONS = (
    "log",
    *_ANY,
    *_ANY,
    "trace",
    "trace",
    "replay",
    "replay",
    "fit",
    "fit",
    "sheet",
    "sheet",
    "exposure",
    "validate",
)
READS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("flights.csv", ("run", "arrivals=file", "arrivals.schedule=flights.csv", "--show")),
    ("flights.csv", ("run", "arrivals=resampled", "arrivals.schedule=flights.csv", "--show")),
    ("flights.csv", ("schedule", "flights.csv", "--out", "out")),
    ("plans.csv", ("compare", "designs=plans.csv", "--show")),
    ("designs.csv", ("select", "designs=designs.csv", "--show")),
    ("plans.xlsx", ("compare", "designs=plans.xlsx", "--show")),
    ("designs.xlsx", ("select", "designs=designs.xlsx", "--show")),
    ("timetable.ssim", ("schedule", "timetable.ssim", "--out", "out")),
    ("timetable.ssim", ("schedule", "timetable.ssim", "--skip-bad", "--out", "out")),
    ("traffic.csv", ("calibrate", "traffic.csv", "--out", "out")),
    ("scans.csv", ("fit", "scans.csv", "column=uld_min", "time=start", "--out", "out")),
    ("instants.csv", ("fit", "instants.csv", "run=run")),
    ("chutes.csv", ("run", "packout.chute_plan=chutes.csv", "fit=auto", "--show")),
    ("mine.py", ("run", "rules=mine.py", "--show")),
    ("observed.csv", ("calibrate", "observed=observed.csv", "--show")),
    ("plan.xlsx", ("run", "sheet=plan.xlsx", "--show")),
    ("plan.xlsx", ("compare", "sheet=plan.xlsx", "--show")),
    ("flights.csv", ("schedule", "flights.csv", "time_zone=Europe/Brussels", "--out", "out")),
    ("plans.xlsx", ("sweep", "designs=plans.xlsx", "--show")),
    ("scans.csv", ("fit", "scans.csv", "column=uld_min", "key=sorting.outages.mttr_min", "--out", "out")),
    ("mine.py", ("run", "rules=mine.py", *troubles.HUB, "replications=1", "--out", "out", "--quiet")),
    ("own/scenario/mine.yaml", ("run", "--config-dir", "own", "scenario=mine", "--show")),
    ("own/assumptions/mine.yaml", ("assumptions", "--config-dir", "own")),
    ("own/assumptions/mine.yaml", ("assumptions", "--config-dir", "own", "--json")),
)
PUT = (",", ";", "\t", "\x00", "\r", "\n", '"', "'", "\ufeff", "\ud800", "=1+1", "é", "\u202e", "-", "9" * 400, "nan")
PUT_YAML = (
    "1: 2\n",
    "? [a]\n: b\n",
    "&a *a",
    "!!python/name:os.system ",
    "<<: {a: 1}\n",
    "${",
    "---\n",
    "~: 1\n",
    "- a\n",
)
HARMFUL = (
    "!!python/object/apply:os.mkdir [executed]\n",
    "x: !!python/object/apply:os.mkdir [executed]\n",
    "cos\nmkdir\n(S'executed'\ntR.",
    "__import__('os').mkdir('executed')\n",
)
"""What makes a folder if somebody believes it: YAML, a pickle, Python."""
SEPARATORS = ((",", ",,"), (",", ";"), ("\n", "\r"), ("\n", "\n\n"), ("2022", "9999"), ("2022", "0001"), ("-", "/"))
HOWS = ("none", "rows", "again", "back", "text", "nan", "inf", "-1", "0", "1e300", "1e9")
ENCODINGS = ("utf-16", "utf-32", "utf-8-sig", "cp1252", "cp037", "utf-7")


def _damage(draw: random.Random, name: str) -> list[Any]:
    share = round(draw.random(), 4)
    ways: list[Callable[[], list[Any]]] = [
        lambda: ["cut", name, share],
        lambda: ["flip", name, share, draw.randrange(1, 256)],
        lambda: [draw.choice(["drop", "double", "huge"]), name, share],
        lambda: ["put", name, draw.choice([0.0, share, 1.0]), draw.choice(PUT)],
        lambda: ["replace", name, *draw.choice(SEPARATORS)],
        lambda: [draw.choice(["remove", "pipe", "zero", "loop", "folder"]), name],
        lambda: ["encode", name, draw.choice(ENCODINGS)],
    ]
    if name.endswith((".yaml", ".json")):
        ways += [lambda: ["set", name, draw.randrange(2_000), _plain(draw)]] * 5
        ways += [lambda: ["put", name, draw.choice([0.0, 1.0, share]), draw.choice(PUT_YAML)]]
    if draw.random() < 0.03:
        return ["write", name, draw.choice(HARMFUL)]
    if name.endswith(".parquet"):
        ways += [lambda: ["column", name, draw.randrange(100), draw.choice(HOWS)]] * 8
    return draw.choice(ways)()


def _plain(draw: random.Random) -> Any:
    return draw.choice(
        [None, True, -1, 0, 10**30, 1e308, float("nan"), float("inf"), [], {}, [[]], {"a": {"b": []}}, *NASTY]
    )


def damaged_file(draw: random.Random, names: Sequence[str]) -> Case:
    """A reader's file, spoilt once to three times."""
    name, words = draw.choice(READS)
    if draw.random() < 0.25:
        name = draw.choice([each for each in names if each.startswith("own/") and each.endswith(".yaml")])
        group, option = name.split("/")[1], name.split("/")[-1].removesuffix(".yaml")
        at = {"disruption": "+disruption@disruptions.x", "hall": "hall@halls.main", "scenario": "scenario"}
        verb = draw.choice(["run", "run", "run", "compare", "compare", "assumptions"])
        words = (verb, "--config-dir", "own", f"{at.get(group, group)}={option}", "--show")
    parts = [each for each in names if each.startswith(f"{name}::")]
    damage = [
        _damage(draw, draw.choice(parts) if parts and draw.random() < 0.8 else name)
        for _ in range(draw.choice([1, 1, 2, 3]))
    ]
    return {"words": list(words), "damage": damage}


def foreign_run(draw: random.Random, names: Sequence[str]) -> Case:
    """A run that somebody changed, mostly with hashes that fit, in the hands of a verb that reads runs."""
    run = draw.choice(["run", "run", "begun", *RUNS])
    of_run = [name for name in names if name.startswith(f"{run}/") and "/figures/" not in name]
    damage = []
    for _ in range(draw.choice([1, 1, 2, 3])):
        name = draw.choice(of_run)
        if draw.random() < 0.15:
            other = draw.choice(of_run)
            damage.append(["swap", name, "../" * name.count("/") + other])
        else:
            damage.append(_damage(draw, name))
    if run != "begun" and draw.random() < 0.85:
        damage.append(["seal", run])
    verbs = _ANY if run == "checked" else _OF_REPLICATIONS
    verb = draw.choice(verbs) if run != "begun" else draw.choice(["resume", "resume", "show", "list"])
    one = ["scenario=liege_30k"] if run == "compared" else []
    at = "begun/*" if run == "begun" else run
    own = {
        "trace": (run, "flight=#1", *one),
        "replay": (run, *one),
        "log": (run, "--ocel", draw.choice(["log.json", "log.db"]), "--xes", "log.xes", *one),
        "fit": ("instants.csv", f"run={run}"),
        "list": (".",),
        "export": (run, "--to", draw.choice(["csv", "xlsx"]), "--out", "out"),
        "brief": (run, "--out", "out.svg"),
        "resume": (at, "workers=1", "page=none"),
        "sheet": ("results", run),
    }
    return {"words": [verb, *own.get(verb, (at,))], "damage": damage}
