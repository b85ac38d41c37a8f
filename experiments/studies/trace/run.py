"""Data of a trace: one replication of a stored run; parcels that were not stored are simulated again.

With `compare=on_time` also the cost of a late flight, under common random numbers.
"""

import re
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from experiments.formatting import counted, hours_text, instant, signed, units, whole
from experiments.frame.recorded import refuse_idle_schedule, runnable, scenario_among, study_of
from experiments.report.sections import sentence_of
from experiments.research import load_prices
from experiments.store.foreign import Manifest, configuration_of, manifest_of
from experiments.store.foreign_tables import replication_table, replications_of
from sim.config import HubConfig
from sim.config.disruptions import Disruption, Spell
from sim.errors import InputError
from sim.measures.tracing.journal import NEEDED, Journal
from sim.measures.tracing.worlds import Cost, Shift, cost
from sim.reading import near
from sim.record.schemas import TABLES, Table
from sim.units import MIN_PER_DAY, MIN_PER_H, ticks

_OF_FLIGHT = {"flights": "number", "ulds": "flight", "loads": "flight"}
"""Tables that identify a replication, and their column of the flight."""
_MAY_DIFFER = ("is_cohort",)
"""Columns that depend on the measured days, which a shortened run changes."""


@dataclass(frozen=True, slots=True)
class Replication:
    manifest: Manifest
    scenario: str
    number: int
    hub: HubConfig
    tables: Mapping[str, Table]

    @property
    def head(self) -> dict[str, Any]:
        """Which replication of which run it is, for `--json`."""
        return {"run_dir": str(self.manifest.folder), "scenario": self.scenario, "replication": self.number}


def stored_replication(
    folder: Path, given: Mapping[str, str], names: Sequence[str] = (*NEEDED, "parcels", "collections")
) -> Replication:
    """The replication named by `scenario` and `replication`; by default of the only design, and number 0.

    `names` of the tables to read.

    Raises:
        InputError: not a run, a damaged run, or an unknown design or replication.
    """
    manifest = manifest_of(folder)
    hubs = configuration_of(manifest).hubs
    refuse_idle_schedule(hubs.values(), given)
    scenario = scenario_among(hubs, given, folder)
    if "scenario" not in given and len(hubs) > 1:
        raise InputError(f"scenario: the run has several; give scenario={next(iter(hubs))} or another{near('', hubs)}")
    numbers = sorted(replications_of(manifest, hubs)[scenario])
    text = given.get("replication", "0")
    if not re.fullmatch(r"\d{1,9}", text) or int(text) not in numbers:
        if not numbers:
            raise InputError(f"{folder}: {manifest.verb} stores no tables of replications; run and compare do")
        raise InputError(f"replication: the run has 0 to {numbers[-1]}, got {text[:60]!r}")
    number = int(text)
    tables = {name: replication_table(manifest, TABLES[name], scenario, number) for name in names}
    return Replication(manifest, scenario, number, hubs[scenario], tables)


def with_parcels(replication: Replication, flight: int, given: Mapping[str, str], *, is_quiet: bool) -> Journal:
    """The journal with the parcels of a flight: stored, or simulated again in the same replication.

    Raises:
        InputError: the computed replication differs from the stored one.
    """
    if (replication.tables["parcels"]["flight"] == flight).any():
        return Journal(replication.tables, replication.hub)
    from sim.simulation import simulate

    hub = runnable(replication.manifest, replication.scenario, replication.hub, given)
    key = str(replication.tables["flights"]["key"][flight])
    record = replace(hub.record, parcels_of_flights=(key,))
    for shorter in _shortened(replace(hub, record=record), replication.tables, flight):
        if not is_quiet:
            days, of_days = (each.days for each in (shorter, hub))
            again = sentence_of(
                "parcels_simulated_again", key=key, number=replication.number, days=days, of_days=of_days
            )
            print(again, file=sys.stderr)
        tables = simulate(shorter, replication.number).tables
        if is_same(tables, replication.tables, flight):
            return Journal({**replication.tables, "parcels": tables["parcels"]}, replication.hub)
    folder = replication.manifest.folder
    raise InputError(f"{folder}: flight {key} differs when computed here; {why_not(folder)}")


def _shortened(hub: HubConfig, tables: Mapping[str, Table], flight: int) -> Iterator[HubConfig]:
    """The run up to the day on which the flight's last parcel left, and the whole run in case its end matters.

    Disruptions that begin after its end change nothing before it, and are left out. The warm-up stays, because days of
    disruptions are counted from its end.
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
        if not isinstance(disruption, Spell) or disruption.begins(hub) < ticks(end_min)
    }


def is_same(ours: Mapping[str, Table], others: Mapping[str, Table], flights: ArrayLike) -> bool:
    """Whether two runs agree to the bit on flights, given by number."""
    for name, column in _OF_FLIGHT.items():
        is_ours, is_theirs = (np.isin(tables[name][column], flights) for tables in (ours, others))
        for key in ours[name]:
            a, b = ours[name][key][is_ours], others[name][key][is_theirs]
            if key not in _MAY_DIFFER and not np.array_equal(a, b, equal_nan=a.dtype.kind == "f"):
                return False
    return True


def why_not(folder: Path) -> str:
    """For a message: the command that explains why a run differs when computed here."""
    return f"`cargohub reproduce {shlex.quote(str(folder))}` says why"


def comparison(replication: Replication, number: int, given: Mapping[str, str], *, is_quiet: bool) -> dict[str, Any]:
    """The run compared with the run in which the flight is on schedule; `cost` is None if it was not late.

    Raises:
        InputError: the computed replication differs from the stored one, or the flight is scheduled before the run.
    """
    from sim.worlds import world

    flights = replication.tables["flights"]
    key = str(flights["key"][number])
    late, waited = (
        float(flights[until][number] - flights[since][number])
        for until, since in (("arrival", "sibt"), ("stand_requested", "arrival"))
    )
    document: dict[str, Any] = {
        "title": f"flight {key}",
        "sibt_min": float(flights["sibt"][number]),
        "arrival_min": float(flights["arrival"][number]),
        "late_min": late,
        "aircraft_late_min": waited,
        "cost": None,
    }
    if late <= 0:
        return document
    if flights["sibt"][number] < 0:
        raise InputError(sentence_of("before_the_run", key=key))
    hub = runnable(replication.manifest, replication.scenario, replication.hub, given)
    if not is_quiet:
        days = counted(hub.days, "day")
        print(sentence_of("simulated_twice", number=replication.number, key=key, days=days), file=sys.stderr)
    actual = world(hub, replication.number)
    every = np.arange(len(flights["number"]))
    if not is_same(actual.tables, replication.tables, every):
        folder = replication.manifest.folder
        raise InputError(f"{folder}: the run differs when computed here; {why_not(folder)}")
    on_schedule = world(hub, replication.number, actual.inputs.flights[number].entity)
    lateness = cost(actual, on_schedule, number, ticks(hub.service_h * MIN_PER_H))
    return document | {"cost": as_object(lateness, _late_eur(replication.manifest))}


def _late_eur(manifest: Manifest) -> float:
    """Price of a late parcel: the run's; of a run without prices, the packaged one [EUR]."""
    prices = study_of(manifest, configuration_of(manifest)).prices or load_prices()
    return float(prices.parcels.late_eur)


def as_object(cost: Cost, price: float) -> dict[str, Any]:
    """The comparison as one JSON object. `price`: of a late parcel [EUR]."""
    parcels = {
        "late_because": cost.total.because,
        "own": asdict(cost.of_late),
        "others": asdict(cost.others),
        "by_flight": {name: asdict(part) for name, part in cost.by_flight.items()},
        "by_route": {name: asdict(part) for name, part in cost.by_route.items()},
        "n_uncounted": cost.n_uncounted,
    }
    late = cost.total.because - cost.total.otherwise
    net = {"late": late, "eur_per_late_parcel": price, "eur": late * price}
    shifts = {name: [_shift(each) for each in getattr(cost, name)] for name in ("trucks", "stands", "cleared")}
    return {"net": net, "parcels": parcels, **shifts}


def _shift(each: Shift) -> dict[str, Any]:
    values = {"actual_min": each.actual, "on_schedule_min": each.on_schedule, "later_min": each.minutes}
    return {"name": each.name, **{name: None if np.isnan(value) else value for name, value in values.items()}}


_MOST_NAMED = 5
"""Most flights, routes and trucks named in the text; `--json` has all."""


def comparison_text(document: Mapping[str, Any], hub: HubConfig) -> str:
    """The answer first, then trucks, flights and parcels, and when parcels count as late."""
    key, late = document["title"].removeprefix("flight "), document["late_min"]
    if document["cost"] is None:
        side = f"{duration(-late)} early" if late < 0 else "exactly on schedule"
        line = sentence_of("came_in_time", key=key, side=side)
        if document["aircraft_late_min"] > 0:
            line = sentence_of("not_late_itself", key=key, side=side, later=duration(document["aircraft_late_min"]))
        return line
    cost = document["cost"]
    scheduled, came = (instant(document[name], hub.start_date, hub.clock) for name in ("sibt_min", "arrival_min"))
    where = f"{document['scenario']}, replication {document['replication']}"
    promised, price = hours_text(hub.service_h), cost["net"]["eur_per_late_parcel"]
    more, eur = cost["net"]["late"], cost["net"]["eur"]
    late_parcels = f"{signed(more, 0)} late parcel{'' if abs(more) == 1 else 's'}"
    net = {"late_parcels": late_parcels, "eur": signed(eur, 0 if abs(eur) >= 100 else 2), "price": f"{price:.2f}"}
    kind = sentence_of("late_price_assumed" if price == load_prices().parcels.late_eur else "own_price")
    lines = [
        *_answer(key, late, cost["parcels"]),
        sentence_of("late_net", **net, kind=kind),
        f"  {where}: scheduled {scheduled}, came {came}",
        *_shift_lines("truck", "left", cost["trucks"]),
        *_shift_lines("flight", "got a stand", cost["stands"]),
        *_shift_lines("flight", "had 95 % of their parcels gone", cost["cleared"]),
        *_parcel_lines(cost["parcels"]),
        sentence_of("late_means", promised=promised, key=key),
    ]
    if n := cost["parcels"]["n_uncounted"]:
        lines.append(sentence_of("not_counted", n=whole(n)))
    return "\n".join(lines)


def duration(minutes: float) -> str:
    """Hours and whole minutes.

    >>> duration(370), duration(59.6), duration(12), duration(0.2)
    ('6 h 10 min', '1 h 0 min', '12 min', 'less than 1 min')
    """
    whole = round(minutes)
    if whole < 1:
        return "less than 1 min"
    hours, rest = divmod(whole, MIN_PER_H)
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def _answer(key: str, late: float, parcels: Mapping[str, Any]) -> Iterator[str]:
    n, parts = parcels["late_because"], {of: parcels[of]["because"] for of in ("own", "others")}
    were = f"{units(n, 'parcels')} {'was' if n == 1 else 'were'}"
    yield sentence_of("late_because", key=key, late=duration(late), were=were, **parts)
    if otherwise := parcels["own"]["otherwise"] + parcels["others"]["otherwise"]:
        yield sentence_of("late_otherwise", otherwise=whole(otherwise))


def _shift_lines(what: str, did: str, shifts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    later = [each for each in shifts if each["later_min"] is not None and each["later_min"] > 0]
    numbers = {
        "later": len(later),
        "earlier": sum(each["later_min"] is not None and each["later_min"] < 0 for each in shifts),
        "only with the flight late": sum(each["on_schedule_min"] is None for each in shifts),
        "only with the flight on schedule": sum(each["actual_min"] is None for each in shifts),
    }
    parts = [f"{n} {when}" for when, n in numbers.items() if n]
    yield f"{what}s that {did} at a different time: {', '.join(parts) or 'none'}".capitalize()
    if later:
        named = [f"{each['name']} {duration(each['later_min'])}" for each in later[:_MOST_NAMED]]
        yield f"  later most: {', '.join(named)}"


def _parcel_lines(parcels: Mapping[str, Any]) -> Iterator[str]:
    yield f"{'parcels':24} {'late because':>13} {'late otherwise':>14} {'late in both':>13} {'hours added':>13}"
    yield _row("its own", parcels["own"])
    yield _row("of other flights", parcels["others"])
    for title, rows in (("flight", parcels["by_flight"]), ("route", parcels["by_route"])):
        changed = [(name, part) for name, part in rows.items() if part["because"] or part["otherwise"]]
        changed.sort(key=lambda item: -item[1]["because"])
        for name, part in changed[:_MOST_NAMED]:
            yield _row(f"{title} {name}", part)
        if len(changed) > _MOST_NAMED:
            yield f"  and {counted(len(changed) - _MOST_NAMED, f'more {title}')}"
    if n_open := parcels["own"]["n_open"] + parcels["others"]["n_open"]:
        yield sentence_of("open_at_end", parcels=units(n_open, "parcels"))


def _row(name: str, part: Mapping[str, Any]) -> str:
    counts = f"{part['because']:13,} {part['otherwise']:14,} {part['both']:13,}"
    return f"  {name:22} {counts} {part['delay_h']:13,.0f}"
