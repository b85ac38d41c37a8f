"""Command lines and damaged files, drawn from a seeded generator: a case is a dictionary of plain values."""

import random
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from experiments.composition import compose, options, packaged
from experiments.verbs import VERBS
from sim.config import HubConfig
from sim.leaves import leaf_at

Case = dict[str, Any]

NASTY = (
    *(
        "nan",
        "inf",
        "-inf",
        "-1",
        "0",
        "1e308",
        "-1e308",
        "1e-308",
        "5e-324",
        "9" * 5_000,
        "0.1",
        "1e5",
        "true",
        "null",
    ),
    *("", "''", "[]", "{}", "[", "}", "'", '"', "a'b", "[1,[2,[3]]]", "{a: 1}", "{1: 2}", "[null]", "???", "_target_"),
    *("${seed}", "${", "${oc.env:HOME}", "${nope}", "${a:b}", "${demand}", "\\", "a,b", "1,2", "range(1,9)", "glob(*)"),
    *("choice(1,2)", "interval(1,2)", "shuffle(1,2)", "sort(1,2)", "int(1)", "float(nan)", "str(1)", "json_str('{}')"),
    *("²", "١", "é", "名", "\u202e", "\x1b[31m", "\x00", "\t", "a\nb", "\ud800", "x" * 3_000, "+20%", "-200%", "1_0"),
    *("0x10", "1e", "--", "/", ".", "..", "/dev/zero", "mine.py", "2022-02-30", "9999-12-31", "0001-01-01", "12:00"),
    *("10000000000000000000000", "-0.0", "1.5", "2", "7", "100", "3661", "today", "liege_30k", "@x", "a@b", "a/b", "#"),
)
STUDIES = tuple(options("study", [packaged()]))
COMPOSING = [name for name, verb in VERBS.items() if "STUDY" in verb.path.read_text()]
OPTIONS = (
    "--json",
    "--all",
    "--quiet",
    "--out",
    "--config-dir",
    "--show",
    "--slow",
    "--from",
    "--to",
    "--figure",
    "-h",
)
SMALL = ("demand.flights_per_day=0.7", "horizon_days=2", "warmup_days=0", "replications=1", "margin=none", "page=none")
RUN_VERBS = ("show", "reproduce", "export", "resume", "brief", "exposure", "trace", "validate", "list", "replay", "fit")
READS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("flights.csv", ("run", "arrivals=file", "arrivals.schedule=flights.csv", "--show")),
    ("flights.csv", ("run", "arrivals=resampled", "arrivals.schedule=flights.csv", "--show")),
    ("flights.csv", ("schedule", "flights.csv", "--out", "out")),
    ("designs.csv", ("compare", "designs=designs.csv", "--show")),
    ("designs.csv", ("select", "designs=designs.csv", "--show")),
    ("designs.xlsx", ("compare", "designs=designs.xlsx", "--show")),
    ("timetable.ssim", ("schedule", "timetable.ssim", "--out", "out")),
    ("timetable.ssim", ("schedule", "timetable.ssim", "--skip-bad", "--out", "out")),
    ("traffic.csv", ("calibrate", "traffic.csv", "--out", "out")),
    ("scans.csv", ("fit", "scans.csv", "column=uld_min", "time=start", "--out", "out")),
    ("instants.csv", ("fit", "instants.csv", "run=run")),
    ("chutes.csv", ("run", "packout.chute_plan=chutes.csv", "--show")),
    ("mine.py", ("run", "rules=mine.py", "--show")),
    ("observed.csv", ("calibrate", "observed=observed.csv", "--show")),
    ("plan.xlsx", ("run", "sheet=plan.xlsx", "--show")),
    ("own/scenario/mine.yaml", ("run", "--config-dir", "own", "scenario=mine", "--show")),
    ("own/assumptions/mine.yaml", ("assumptions", "--config-dir", "own")),
    ("own/assumptions/mine.yaml", ("sure", "--config-dir", "own", "--show")),
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
SEPARATORS = ((",", ",,"), (",", ";"), ("\n", "\r"), ("\n", "\n\n"), ("2022", "9999"), ("2022", "0001"), ("-", "/"))
HOWS = ("none", "rows", "again", "back", "text", "nan", "inf", "-1", "0", "1e300", "1e9")
ENCODINGS = ("utf-16", "utf-32", "utf-8-sig", "cp1252", "cp037", "utf-7")


@cache
def keys(study: str | None) -> dict[str, Any]:
    """Every key of the composed configuration with what it may be."""
    composed = compose([] if study is None else [f"study={study}"])

    def below(value: Any, at: str) -> Any:
        for name, item in value.items():
            yield f"{at}{name}", item
            if isinstance(item, dict):
                yield from below(item, f"{at}{name}.")

    return {key: (leaf_at(HubConfig, composed, key.split(".")), value) for key, value in below(composed, "")}


def values(draw: random.Random, key: str, study: str | None) -> str:
    """Mostly nasty; else at a bound of the key, or as it is."""
    leaf, value = keys(study).get(key, (None, None))
    near = [str(value)]
    if leaf is not None:
        near += leaf.options
        bounds = leaf.bounds
        for bound in () if bounds is None else (bounds.ge, bounds.gt, bounds.le, bounds.lt):
            if bound is not None:
                near += [str(bound), str(bound + 1), str(bound - 1), str(bound * 1.0000001)]
    group = options(key, [packaged()]) if "." not in key else []
    return draw.choice(NASTY) if draw.random() < 0.6 else draw.choice([*near, *group])


def word(draw: random.Random, study: str | None) -> str:
    key = draw.choice(list(keys(study)))
    odds = draw.random()
    if odds < 0.04:
        key = draw.choice(
            ["", "a", "halls", "hydra", "demand.", ".demand", "a.b.c", "é", "key with blanks", "x" * 500, "_target_"]
        )
    elif odds < 0.10:
        key += draw.choice([".x", ".0", ".", "@x", "[0]", "/a", ".family", ".low"])
    text = draw.choice(["", "", "", "", "", "+", "++", "~"]) + key
    return text if text.startswith("~") and draw.random() < 0.7 else f"{text}={values(draw, key, study)}"


def command_line(draw: random.Random) -> Case:
    """Of any verb; those that simulate only say what they would."""
    verb = draw.choice(COMPOSING) if draw.random() < 0.8 else draw.choice(list(VERBS))
    study = draw.choice(STUDIES) if draw.random() < 0.2 else None
    if study is None and verb.replace("-", "_") in STUDIES:
        study = verb.replace("-", "_")
    words = [verb, *([f"study={study}"] if draw.random() < 0.5 else [])]
    words += [word(draw, study) for _ in range(draw.choice([1, 1, 1, 2, 2, 3]))]
    if draw.random() < 0.1:
        words.insert(draw.randrange(len(words) + 1), draw.choice([*OPTIONS, *NASTY, "run", "mine.py", "flights.csv"]))
    return {"words": [*words, "--show"] if verb not in ("list", "export", "show", "brief") else words}


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
    parts = [each for each in names if each.startswith(f"{name}::")]
    damage = [
        _damage(draw, draw.choice(parts) if parts and draw.random() < 0.8 else name)
        for _ in range(draw.choice([1, 1, 2, 3]))
    ]
    return {"words": list(words), "damage": damage}


def foreign_run(draw: random.Random, names: Sequence[str]) -> Case:
    """A run that somebody changed, mostly with hashes that fit, in the hands of a verb that reads runs."""
    run = "run" if draw.random() < 0.8 else "begun"
    of_run = [name for name in names if name.startswith(f"{run}/") and "/figures/" not in name]
    damage = []
    for _ in range(draw.choice([1, 1, 2, 3])):
        name = draw.choice(of_run)
        if draw.random() < 0.15:
            other = draw.choice(of_run)
            damage.append(["swap", name, "../" * name.count("/") + other])
        else:
            damage.append(_damage(draw, name))
    if run == "run" and draw.random() < 0.85:
        damage.append(["seal", run])
    verb = draw.choice(RUN_VERBS) if run == "run" else draw.choice(["resume", "resume", "show", "list"])
    own = {
        "trace": (run, "flight=#1"),
        "fit": ("instants.csv", f"run={run}"),
        "list": (".",),
        "export": (run, "--to", "csv", "--out", "out"),
        "brief": (run, "--out", "out.svg"),
        "resume": (run, "page=none"),
    }
    return {"words": [verb, *own.get(verb, (run,))], "damage": damage}


def fault(draw: random.Random) -> Case:
    """A tiny run that is interrupted, or that the machine refuses something."""
    case: Case = {"words": ["run", *SMALL, "--out", "out"]}
    if draw.random() < 0.6:
        case["signal"] = [draw.choice([2, 15]), round(draw.uniform(0.0, 1.0), 3)]
    else:
        name, most = draw.choice([("NOFILE", 40), ("FSIZE", 400_000), ("FSIZE", 4_000), ("AS", 1 << 30)])
        case["limit"] = [name, draw.randrange(most // 40, most)]
    return case
