"""What a trace reads: one replication of a stored run; parcels that were not stored are simulated again."""

import re
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from experiments.frame.recorded import with_schedule
from experiments.report.sections import said
from experiments.store.foreign import Manifest, configuration_of, manifest_of
from experiments.store.foreign_tables import replication_table, replications_of
from sim.config import HubConfig
from sim.config.disruptions import Disruption, Spell
from sim.errors import InputError
from sim.measures.tracing.journal import NEEDED, Journal
from sim.reading import near
from sim.record.schemas import TABLES, Table
from sim.units import MIN_PER_DAY

_OF_FLIGHT = {"flights": "number", "ulds": "flight", "loads": "flight"}
"""Tables by which a replication is known again, and their column of the flight."""
_MAY_DIFFER = ("is_cohort",)
"""Hangs on the measured days, which a shortened run moves."""


@dataclass(frozen=True, slots=True)
class Replication:
    """A replication of a stored run."""

    manifest: Manifest
    scenario: str
    number: int
    hub: HubConfig
    tables: Mapping[str, Table]


def stored_replication(
    folder: Path, given: Mapping[str, str], names: Sequence[str] = (*NEEDED, "parcels")
) -> Replication:
    """The replication that `scenario` and `replication` name: as a rule the only design's, and number 0.

    `names`: of the tables to read.

    Raises:
        InputError: no run, a damaged one, or none of its designs or replications.
    """
    manifest = manifest_of(folder)
    hubs = configuration_of(manifest).hubs
    scenario = given.get("scenario", next(iter(hubs)))
    if scenario not in hubs:
        raise InputError(f"scenario: no design {scenario[:60]!r} in {folder}{near(scenario, hubs)}")
    if "scenario" not in given and len(hubs) > 1:
        raise InputError(f"scenario: the run has several; give scenario={near('', hubs).removeprefix('; known: ')}")
    numbers = sorted(replications_of(manifest, hubs)[scenario])
    text = given.get("replication", "0")
    if not re.fullmatch(r"\d{1,9}", text) or int(text) not in numbers:
        last = numbers[-1] if numbers else "none"
        raise InputError(f"replication: the run has 0 to {last}, got {text[:60]!r}")
    number = int(text)
    tables = {name: replication_table(manifest, TABLES[name], scenario, number) for name in names}
    return Replication(manifest, scenario, number, hubs[scenario], tables)


def with_parcels(replication: Replication, flight: int, schedule: Path | None, *, is_quiet: bool) -> Journal:
    """The journal with the parcels of a flight: those stored, or those of the same replication once more.

    Raises:
        InputError: what is computed here is not what was stored.
    """
    if (replication.tables["parcels"]["flight"] == flight).any():
        return Journal(replication.tables, replication.hub)
    from sim.simulation import simulate

    hub = with_schedule(replication.manifest, replication.scenario, replication.hub, schedule)
    key = str(replication.tables["flights"]["key"][flight])
    record = replace(hub.record, parcels_of_flights=(key,))
    for shorter in _shortened(replace(hub, record=record), replication.tables, flight):
        if not is_quiet:
            days, of_days = (each.days for each in (shorter, hub))
            again = said("parcels_simulated_again", key=key, number=replication.number, days=days, of_days=of_days)
            print(again, file=sys.stderr)
        tables = simulate(shorter, replication.number).tables
        if is_same(tables, replication.tables, flight):
            return Journal({**replication.tables, "parcels": tables["parcels"]}, replication.hub)
    folder = replication.manifest.folder
    raise InputError(f"{folder}: flight {key} is not the same when computed here; {why_not(folder)}")


def _shortened(hub: HubConfig, tables: Mapping[str, Table], flight: int) -> Iterator[HubConfig]:
    """The run up to the day on which the flight's last parcel left, and the whole one, lest the end should matter.

    Disruptions that begin after its end are left out: they lie outside it, and change nothing before them. The
    warm-up stays, since their days are counted from it.
    """
    flights, loads = tables["flights"], tables["loads"]
    gone = flights["n_departed"][flight] + flights["n_refused"][flight] == flights["n_parcels"][flight]
    departed = loads["departed"][loads["flight"] == flight]
    if gone and len(departed):
        horizon_days = max(1, int(np.nanmax(departed) // MIN_PER_DAY) + 1 - hub.warmup_days)
        if horizon_days < hub.horizon_days:
            shorter = replace(hub, horizon_days=horizon_days, disruptions={})
            yield replace(shorter, disruptions=_begun_by(hub, shorter.end_min))
    yield hub


def _begun_by(hub: HubConfig, end_min: float) -> dict[str, Disruption]:
    return {
        name: disruption
        for name, disruption in hub.disruptions.items()
        if not isinstance(disruption, Spell) or disruption.span(hub.start_date, hub.warmup_days)[0] < end_min
    }


def is_same(ours: Mapping[str, Table], others: Mapping[str, Table], flights: ArrayLike) -> bool:
    """Whether both say the same of flights, given by number, to the bit."""
    for name, column in _OF_FLIGHT.items():
        is_ours, is_theirs = (np.isin(tables[name][column], flights) for tables in (ours, others))
        for key in ours[name]:
            a, b = ours[name][key][is_ours], others[name][key][is_theirs]
            if key not in _MAY_DIFFER and not np.array_equal(a, b, equal_nan=a.dtype.kind == "f"):
                return False
    return True


def why_not(folder: Path) -> str:
    """The command that says why a run is not the same when computed here, for a message."""
    return f"`cargohub reproduce {shlex.quote(str(folder))}` says why"
