"""Commands that write, and what comes between: each trouble of a case is an attempt, after which all goes well.

["signal", NUMBER, SHARE]                  after that share of the processor time that it takes
["worker", SHARE]                          one of its workers is killed
["twin", SHARE]                            the same command is begun once more beside it
["scheduler", SHARE]                       the scheduler that it asks is killed
["disk", ERROR, "writes"|"reads", SHARE, STAYS, HALVES]  such calls fail
["threads", SHARE], ["clock", SHARE, SECONDS]
["cache", [HOW, NUMBER, …], …]                what it kept of replications elsewhere is spoilt (ground.py)
["limit", NAME, MOST], ["closed", STREAM, …], ["reader"], ["environment", [NAME, VALUE], …]
"""

import random
from typing import Any

from torture.cases import Case, word

_FEW = ("demand.parcels_per_flight=1000", "demand.net_t_per_flight=1", "page=none", "workers=1")
_DAY = ("exports=none", "horizon_days=1", "warmup_days=0", "service_h=6", *_FEW)
HUB = (*_DAY, "demand.flights_per_day=2", "margin=none")
"""A hub that is simulated in the blink of an eye."""
_RUNS = ("--out", "out", "--quiet")
STUDIES = (
    ("run", *HUB, "replications=3", *_RUNS),
    ("compare", "scenarios=[liege_30k,liege_66k]", *HUB, "replications=2", *_RUNS),
    ("sweep", "demand.flights_per_day=1,2", *_DAY, "replications=1", *_RUNS),
    ("select", "designs=designs.csv", *_DAY, *_RUNS),
    ("run", "sheet=plan.xlsx", *HUB, "replications=1", *_RUNS),
    ("run", "arrivals=file", "arrivals.schedule=flights.csv", *_FEW, "margin=none", "replications=1", *_RUNS),
    ("run", "rules=mine.py", *HUB, "replications=2", *_RUNS),
    ("resume", "begun/*", "workers=1", "page=none", "--quiet"),
)
CACHED = tuple(words for words in STUDIES if words[0] != "resume" and "rules=mine.py" not in words)
"""Studies whose replications are kept, and that begin anew."""
WRITERS = (
    ("export", "run", "--to", "csv", "--out", "out"),
    ("export", "run", "--to", "xlsx", "--out", "out"),
    ("sheet", "new", "new.xlsx"),
    ("sheet", "results", "run"),
    ("assumptions", "to=new.xlsx"),
    ("schedule", "flights.csv", "--out", "out"),
    ("schedule", "timetable.ssim", "--out", "out"),
    ("fit", "scans.csv", "column=uld_min", "--out", "out"),
    ("calibrate", "traffic.csv", "--out", "out"),
    ("brief", "run", "--out", "out.svg"),
    ("trace", "run", "flight=#1", "--figure", "out.svg"),
    ("pack", "run", "--out", "out.zip"),
    ("methods", "run", "--out", "out.md"),
    ("cite", "run", "--out", "out.bib"),
    ("replay", "run"),
    ("show", "run", "page=now"),
    ("reproduce", "run", "workers=1"),
)
PARALLEL = ("run", *(word for word in HUB if word != "workers=1"), "replications=6", "workers=2", *_RUNS)
_NIGHT = ("demand.net_t_per_flight=6", "demand.kg_per_parcel=null")
_FOG = ("+disruption@disruptions.fog=fog_morning", "disruptions.fog.start='day 1 05:00'")
LONG = (
    ("capacity", "scenarios=[liege_30k]", "capacity.tolerance=20", *_DAY, "replications=2", *_RUNS),
    ("customs", "scenario=customs_today", "frontier.examination.values=[0]", "~frontier.X-ray", *_DAY, "replications=1",
     *_RUNS),
    ("run", "scenario=express_night_hub", *HUB[1:], *_NIGHT, "replications=1", *_RUNS),
    ("run", "exposure=ledger", "trade=goods", *HUB, "replications=1", *_RUNS),
    ("run", *_FOG, *HUB, "replications=1", *_RUNS),
    ("run", "roster=three_shifts", "packout.chutes_per_machine=4", "fit=auto", *HUB, "replications=1", *_RUNS),
    ("run", "scenario=liege_100k_complex", "complex=by_lane", *HUB, "replications=1", *_RUNS),
)  # fmt: skip
_NASTY_VALUES = ("", "nan", "-1", "0", "/dev/full", "/dev/null", "/nope", "é", "9" * 400, "a:b", "C", "UTF-16", "1e9")
_NAMES = (
    *("COLUMNS", "LINES", "NO_COLOR", "TERM", "HOME", "TMPDIR", "TZ", "LANG", "LC_ALL", "USER"),
    *(
        "OMP_NUM_THREADS",
        "LOKY_MAX_CPU_COUNT",
        "BROWSER",
        "PATH",
        "MPLCONFIGDIR",
        "JOBLIB_TEMP_FOLDER",
        "HYDRA_FULL_ERROR",
    ),
)


def _share(draw: random.Random) -> float:
    return round(draw.random(), 4)


def _command(draw: random.Random) -> list[str]:
    return list(draw.choice(STUDIES[:1] if draw.random() < 0.3 else (*STUDIES, *WRITERS)))


def simulated(draw: random.Random) -> Case:
    """A study that is carried out with a value that is odd, and ended if it takes long."""
    words = list(draw.choice((*STUDIES[:-1], *LONG)))
    words[1:1] = [word(draw, None) for _ in range(draw.choice([1, 1, 2]))]
    return {"words": words, "most_s": 4}


def killed(draw: random.Random) -> Case:
    """Six times."""
    troubles = [["signal", draw.choice([2, 15, 15, 9, 9]), _share(draw)] for _ in range(6)]
    return {"words": _command(draw), "troubles": troubles}


def disk(draw: random.Random) -> Case:
    """Full or broken, from some call on or once."""
    sort = "reads" if draw.random() < 0.2 else "writes"
    name = "EIO" if sort == "reads" else draw.choice(["ENOSPC", "ENOSPC", "EIO", "EDQUOT"])
    stays = draw.random() < 0.8
    trouble = ["disk", name, sort, _share(draw), stays, sort == "writes" and draw.random() < 0.3]
    return {"words": _command(draw), "troubles": [trouble]}


def machine(draw: random.Random) -> Case:
    """That refuses something, or was left in disorder."""
    kind = draw.choice(["NOFILE", "FSIZE", "AS", "threads", "closed", "reader", "environment"])
    trouble: list[Any]
    if kind == "threads":
        trouble = ["threads", _share(draw)]
    elif kind == "closed":
        trouble = ["closed", *draw.choice([[0], [1], [2], [0, 1], [0, 1, 2]])]
    elif kind == "reader":
        trouble = ["reader"]
    elif kind == "environment":
        trouble = ["environment", *([draw.choice(_NAMES), draw.choice(_NASTY_VALUES)] for _ in range(2))]
    else:
        low, high = {"NOFILE": (6, 40), "FSIZE": (1, 300_000), "AS": (1 << 22, 1 << 28)}[kind]
        trouble = ["limit", kind, draw.randrange(low, high)]
    return {"words": _command(draw), "troubles": [trouble]}


def clock(draw: random.Random) -> Case:
    """Set back or ahead while a command works."""
    back = draw.choice([-1, -60, -3_600, -86_400, -400 * 86_400, -1_600_000_000, 3_600, 10**9])
    return {"words": _command(draw), "troubles": [["clock", _share(draw), back]]}


def two(draw: random.Random) -> Case:
    """At the same folder."""
    return {"words": _command(draw), "troubles": [["twin", _share(draw)]]}


def cache(draw: random.Random) -> Case:
    """What was kept of replications is damaged, or another replication's."""
    damage: list[list[Any]] = []
    for _ in range(draw.choice([1, 1, 2, 4])):
        how = draw.choice(["cut", "flip", "put", "swap", "swap", "remove", "pipe", "zero", "loop", "folder", "mode"])
        share = _share(draw)
        given = {"cut": [share], "flip": [share, draw.randrange(1, 256)], "put": [share, "9"]}
        given["swap"] = [draw.randrange(9)]
        damage.append([how, draw.randrange(9), *given.get(how, [])])
    return {"words": list(draw.choice(CACHED)), "troubles": [["cache", *damage]]}


def workers(draw: random.Random) -> Case:
    """One of two is killed."""
    return {"words": list(PARALLEL), "troubles": [["worker", _share(draw)]]}
