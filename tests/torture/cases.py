"""Command lines and damaged files, drawn from a seeded generator: a case is a dictionary of plain values."""

import random
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
