"""In which share of the assumed worlds packaged hubs carry their traffic: computed with each release by `make sure`.

    python -m experiments.frame.known_shares RUN    writes known_shares.yaml from a run of `cargohub sure`

A hub is known by the hash of its configuration, without what only says how long, how often and with which draws it is
simulated. A share is shown only for a hub with the same hash, by the version of the program that computed it.
"""

import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import sim
from experiments.answer.blocks import Sure
from experiments.beside import yaml_beside
from experiments.formatting import listed, whole
from sim.config import HubConfig
from sim.reading import plain

_NOT_OF_THE_HUB: Final = ("seed", "warmup_days", "horizon_days", "recovery", "record", "fitted", "fit")
"""Keys of a run, on which the share does not depend."""
_WIDER, _HALVED = "1.5", "0.5"


@dataclass(frozen=True, slots=True)
class KnownShare:
    """The share [1] of the assumed worlds in which a hub carries its traffic, with its 95 % interval."""

    mean: float
    low: float
    high: float
    wider: float
    """With all ranges 1.5 times as wide."""
    decided_by: tuple[str, ...]
    """Names of the numbers on which it depends most."""

    @property
    def block(self) -> Sure:
        """For a first screen."""
        share = f"It carries its traffic in {whole(100 * self.mean)} of 100 assumed worlds"
        low, high, wider = (whole(100 * each) for each in (self.low, self.high, self.wider))
        bounds = f"({low} to {high}; {wider} if ranges are half as wide again)"
        decided = f"It depends on: {listed(self.decided_by, 'and')}." if self.decided_by else ""
        return Sure(f"{share} {bounds}.", decided)


def fingerprint(hub: HubConfig) -> str:
    """The hash of a hub's configuration."""
    values = plain(hub)
    assert isinstance(values, dict)
    kept = {key: value for key, value in values.items() if key not in _NOT_OF_THE_HUB}
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]


def known_share(hub: HubConfig) -> KnownShare | None:
    """The share of a packaged hub; None of any other one."""
    return _shares().get(fingerprint(hub))


@cache
def _shares() -> Mapping[str, KnownShare]:
    known: Mapping[str, Any] = yaml_beside(__file__)
    rows: Mapping[str, Mapping[str, Any]] = known["hubs"] if known["version"] == sim.__version__ else {}
    return {
        row["hash"]: KnownShare(row["mean"], row["low"], row["high"], row["wider"], tuple(row["decided_by"]))
        for row in rows.values()
    }


def text_of(folder: Path) -> str:
    """The content of known_shares.yaml, from a run of `cargohub sure`."""
    import yaml

    from experiments.frame.runner import request_and_document
    from experiments.store.foreign import manifest_of

    request, document = request_and_document(manifest_of(folder))
    assert isinstance(document.data, Mapping)
    scenarios, rows = document.data["scenarios"], {}
    for design in request.designs:
        values = scenarios[design.label]
        share = values["probability"]
        rows[design.label] = {
            "hash": fingerprint(design.hub),
            **{end: round(share[end], 3) for end in ("mean", "low", "high")},
            "wider": round(values["widths"][_WIDER]["mean"], 3),
            "halved": round(values["widths"][_HALVED]["mean"], 3),
            "decided_by": values["deciding"],
        }
    head = f"# Written by `make sure`, from a run of `{request.arguments.command}`: see known_shares.py.\n"
    about = {"version": sim.__version__, "hubs": rows}
    return f"{head}{yaml.safe_dump(about, sort_keys=False, width=120, allow_unicode=True)}"


if __name__ == "__main__":
    Path(__file__).with_suffix(".yaml").write_text(text_of(Path(sys.argv[1])), encoding="utf-8")
