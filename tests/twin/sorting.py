"""At machines, posts of manual sort and the scan."""

from typing import Any

import numpy as np

from sim.domain.inputs import Inputs
from sim.domain.parcels import Channel
from sim.domain.presorting import Presorting
from sim.reference.equality import Tables
from sim.units import NEVER
from twin.rows import Condition, Way, rows


def has_outage_in_service(inputs: Inputs, tables: Tables) -> bool:
    """A machine stops while it sorts a parcel."""
    machine = {(uld["flight"], uld["index"]): uld["machine"] for uld in rows(tables["ulds"])}
    stops = [calendar.start[calendar.slope == 0] for calendar in inputs.site.calendars]
    for parcel in rows(tables["parcels"]):
        begin, end = parcel["sort_begin"], parcel["sort_end"] - inputs.site.handling.to_chute
        if parcel["sort_end"] != NEVER:
            at = stops[machine[parcel["flight"], parcel["uld"]]]
            if np.any((begin < at) & (at < end)):
                return True
    return False


def misses_a_round_on_its_way(inputs: Inputs, tables: Tables) -> bool:
    """The hold zone is emptied after a parcel's service on the machine, before it comes there, or as it does."""
    site, drawn = inputs.site, {flight.number: inputs.parcels_of(flight).is_non_conveyable for flight in inputs.flights}
    return any(
        (parcel["sort_end"] - site.handling.to_chute) // site.customs.round < parcel["sort_end"] // site.customs.round
        for parcel in rows(tables["parcels"])
        if parcel["held"] == parcel["sort_end"] != NEVER and not drawn[parcel["flight"]][parcel["row"]]
    )


def has_tie_at_machine(_: Inputs, tables: Tables) -> bool:
    """Parcels of different ULDs that reach a machine at the same instant."""
    machine = {(uld["flight"], uld["index"]): uld["machine"] for uld in rows(tables["ulds"])}
    seen: dict[tuple[int, int], tuple[int, int]] = {}
    for parcel in rows(tables["parcels"]):
        if parcel["handled"] != NEVER:
            uld = (parcel["flight"], parcel["uld"])
            if seen.setdefault((machine[uld], parcel["handled"]), uld) != uld:
                return True
    return False


def slows_a_machine(inputs: Inputs, tables: Tables) -> bool:
    """A service begins where some of a machine's inductions work, and not all."""
    machine = {(uld["flight"], uld["index"]): uld["machine"] for uld in rows(tables["ulds"])}
    for parcel in rows(tables["parcels"]):
        if parcel["sort_begin"] != NEVER:
            calendar = inputs.site.calendars[machine[parcel["flight"], parcel["uld"]]]
            slope = calendar.slope[np.searchsorted(calendar.start, parcel["sort_begin"], side="right") - 1]
            if 0 < slope < inputs.site.handling.inductions:
                return True
    return False


def is_led_on(parcel: dict[str, Any]) -> bool:
    """Its chute at the first machine led to another one, which has sorted it."""
    return parcel["held"] == NEVER != parcel["second_end"]


def is_overtaken(_: Inputs, tables: Tables) -> bool:
    """By one that was checked in later, in the same hall."""
    ulds = list(rows(tables["ulds"]))
    return any(
        one["hall"] == other["hall"]
        and one["checked_in"] < other["checked_in"]
        and NEVER < other["start"] < one["start"]
        for one in ulds
        if one["xray_end"] != NEVER
        for other in ulds
        if other["xray_end"] == NEVER
    )


def last_is_by_hand(inputs: Inputs, tables: Tables) -> bool:
    """The last parcel of a ULD goes another way than the one that frees its station."""
    drawn = {flight.number: inputs.parcels_of(flight) for flight in inputs.flights}
    for uld in rows(tables["ulds"]):
        parcels = drawn[uld["flight"]]
        is_by_hand = parcels.is_non_conveyable[parcels.first[uld["index"]] : parcels.first[uld["index"] + 1]]
        if uld["released"] != NEVER and len(is_by_hand) > 1 and is_by_hand[-1] and not is_by_hand.all():
            return True
    return False


def by_hand(inputs: Inputs, tables: Tables, condition: Condition) -> bool:
    """Whether a condition holds of a parcel that was sorted by hand."""
    drawn = {flight.number: inputs.parcels_of(flight).is_non_conveyable for flight in inputs.flights}
    parcels = (parcel for parcel in rows(tables["parcels"]) if parcel["sort_end"] != NEVER)
    return any(condition(parcel) for parcel in parcels if drawn[parcel["flight"]][parcel["row"]])


def of_channel(channel: Channel, condition: Condition) -> Way:
    """Whether a condition holds of a parcel that was sorted, and of which customs had decided so."""

    def is_taken(inputs: Inputs, tables: Tables) -> bool:
        drawn = {flight.number: inputs.parcels_of(flight).channel for flight in inputs.flights}
        parcels = (parcel for parcel in rows(tables["parcels"]) if parcel["sort_end"] != NEVER)
        return any(condition(parcel) for parcel in parcels if drawn[parcel["flight"]][parcel["row"]] == channel)

    return is_taken


def takes(presorting: Presorting, condition: Condition) -> Way:
    """Whether a condition holds of a unit of goods that came sorted so."""
    return lambda inputs, tables: (
        inputs.site.units.presorting is presorting and any(condition(row) for row in rows(tables["parcels"]))
    )
