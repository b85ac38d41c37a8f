"""Suggestions for a key that no configuration has."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from experiments.formatting import listed
from experiments.overrides import KEY_NAME, parsed
from experiments.verbs import VERBS
from sim.reading import near

_FEW: Final = 3


def hint(key: str, known: Sequence[str]) -> str:
    """Suggestion for an unknown key: similar known keys, and verbs that have it if no single key is meant."""
    takers = [name for name, verb in VERBS.items() if re.search(rf"(?<![\w.@]){re.escape(key)}=", verb.text)]
    meant = _with_word(key, known)
    if meant:
        suggested = f"; did you mean {listed([repr(path) for path in meant[:_FEW]], 'or')}?"
    else:
        suggested = near(key, known, cutoff=0.7 if takers else 0.6)
    if not takers or len(meant) == 1 or (not meant and "did you mean" in suggested):
        return suggested
    taken = f" here; cargohub {listed(takers, 'and')} take{'s' * (len(takers) == 1)} it"
    return taken + suggested if meant else taken


def _with_word(key: str, known: Sequence[str]) -> list[str]:
    """Keys whose name is a word, or begins or ends with it, those of studies first, then of halls; no bounds of KPIs.

    >>> _with_word("doors", ["apron.stands", "halls.main.doors_out", "space.dock_door_m2", "halls.main.dock_doors"])
    ['halls.main.doors_out', 'halls.main.dock_doors']
    >>> _with_word("days", ["horizon_days", "exposure.retention.days"])
    ['horizon_days']
    """
    word = rf"{re.escape(key.rstrip('s'))}s?"
    alone = rf"{word}(_.*)?|.*_{word}"
    for pattern in (rf"(?!.*\.)({alone})", rf"(.*\.)?{re.escape(key)}", rf"(.*\.)?({alone})"):
        if paths := [path for path in known if re.fullmatch(rf"(?!precision\.)({pattern})", path)]:
            return sorted(paths, key=lambda path: not path.startswith("halls."))
    return []


def whose(key: str) -> str:
    """The message for a key of another verb, as a study file of that verb contains it."""
    verb = key.replace("_", "-")
    return f"a key of cargohub {verb}, which has no effect here; only cargohub {verb} reads it" if verb in VERBS else ""


def nested(key: str) -> str:
    """Of a key of a file with dots, which only words have.

    >>> nested("halls.main.doors_out"), nested("doors_out")
    ('; a file nests it: halls: {main: {doors_out: …}}', '')
    """
    *outer, last = key.split(".")
    return f"; a file nests it: {''.join(f'{name}: {{' for name in outer)}{last}: …{'}' * len(outer)}" if outer else ""


def new_in(key: str, words: Sequence[str], known: Sequence[str]) -> str:
    """The message for a mapping with keys that do not exist."""
    values = [override.value() for override in map(parsed, words) if override.key_or_group == key]
    inside = [path for value in values for path in paths(value, key)]
    if f"{key}s" in known:  # a group that a hub has several times, each with a name
        existing = [f"{key}@{path}" for path in known if path.startswith(f"{key}s.") and path.count(".") == 1]
        ways = " or ".join(f"{way}={values[-1]}" for way in [*existing, f"+{key}@{key}s.NAME"])
        return f"{key}: each entry of this group has a name; give {ways}"
    new = next((path for path in inside if path not in known), f"{key}.NAME")
    added = f"{new}=VALUE" if all(map(KEY_NAME.fullmatch, new.split("."))) else f"{key}={{NAME: …}}"
    return f"{new}: does not exist; where names are free, +{added} adds it"


def paths(value: object, key: str) -> Iterator[str]:
    """All keys below a value at `key`."""
    if isinstance(value, dict):
        for name, item in value.items():
            path = f"{key}.{name}" if key else str(name)
            yield path
            yield from paths(item, path)
