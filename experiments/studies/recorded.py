"""The configuration that a run's folder holds: what was asked, and every hub, from which it can be computed again."""

from collections.abc import Mapping
from typing import Any

import yaml

from experiments.arguments import Arguments
from experiments.store.identity import NOT_IDENTITY
from sim.config import HubConfig
from sim.reading import plain

_HUBS = "hubs:\n"


def config_text(arguments: Arguments, keys: Mapping[str, Any], hubs: Mapping[str, HubConfig]) -> str:
    """The text of `config.yaml`; `keys`: the study's own, as plain values.

    How it is computed is no part of what it is, and left open. Hub by hub: the nodes of a YAML document take thirty
    times the room of its text, and there may be a thousand designs.
    """
    head = {"verb": arguments.verb, "study": {**keys, **dict.fromkeys(NOT_IDENTITY)}}
    own = (
        yaml.safe_dump({"hubs": {label: plain(hub)}}, sort_keys=False).removeprefix(_HUBS)
        for label, hub in hubs.items()
    )
    return f"# {arguments.command}\n{yaml.safe_dump(head, sort_keys=False)}{_HUBS}{''.join(own)}"


def first_hubs(text: str, n: int) -> str:
    r"""The same text with its first n hubs alone.

    >>> first_hubs("verb: run\nhubs:\n  a:\n    seed: 1\n  b:\n    seed: 2\n", 1)
    'verb: run\nhubs:\n  a:\n    seed: 1\n'
    """
    head, hubs, rest = text.partition(f"\n{_HUBS}")
    lines = rest.splitlines(keepends=True)
    starts = [at for at, line in enumerate(lines) if line[:2] == "  " and line[2:3] not in (" ", ":")]
    return f"{head}{hubs}{''.join(lines[: starts[n]] if n < len(starts) else lines)}"
