"""What a key may have meant that no configuration has."""

import re
from collections.abc import Iterator, Sequence

from experiments.formatting import listed
from experiments.overrides import parsed
from experiments.verbs import VERBS
from sim.reading import near


def hint(key: str, known: Sequence[str]) -> str:
    """Of an unknown key: the known one that it is the end or the beginning of, or nearly; else verbs that take it."""
    takers = [name for name, verb in VERBS.items() if re.search(rf"(?<![\w.@]){re.escape(key)}=", verb.text)]
    ends = [] if takers else [path for path in known if path.endswith(f".{key}")]
    longer = [path for path in known if f".{key}_" in path]
    if ends or len(longer) == 1:
        return f"; did you mean {(ends or longer)[0]!r}?"
    nearest = near(key, known, cutoff=0.7 if takers else 0.6)
    if not takers or "did you mean" in nearest:
        return nearest
    return f" here; cargohub {listed(takers, 'and')} take{'s' * (len(takers) == 1)} it"


def whose(key: str) -> str:
    """Of a key that is another verb's, as a study file of that verb brings it."""
    verb = key.replace("_", "-")
    return f"a key of cargohub {verb}, which decides nothing here; cargohub {verb} reads it" if verb in VERBS else ""


def new_in(key: str, words: Sequence[str], known: Sequence[str]) -> str:
    """What to tell of a mapping that brings keys which are not there."""
    values = [override.value() for override in map(parsed, words) if override.key_or_group == key]
    names = [str(name) for value in values if isinstance(value, dict) for name in value]
    if f"{key}s" in known:  # a group of which a hub has several, each by a name
        return f"{key}: of this group each has a name; give +{key}@{key}s.NAME={values[-1]}"
    new = next((f"{key}.{name}" for name in names if f"{key}.{name}" not in known), f"{key}.NAME")
    return f"{new}: not there; where names are free, +{new}=VALUE adds it"


def paths(value: object, key: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, item in value.items():
            path = f"{key}.{name}" if key else str(name)
            yield path
            yield from paths(item, path)
