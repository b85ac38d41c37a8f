"""Of exports."""

from sim.domain.inputs import Inputs
from sim.reference.equality import Tables
from sim.units import NEVER
from twin.rows import rows


def missed_its_flight(_: Inputs, tables: Tables) -> bool:
    """A ULD was built when a flight of its lane took its load, and did not go with it."""
    flights = list(rows(tables["flights"]))
    return any(
        uld["lane"] == flight["export_lane"] and NEVER < uld["built"] <= flight["loading_start"] < uld["taken"]
        for uld in rows(tables["out_ulds"])
        for flight in flights
    )


def waits_for_an_outbound_tug(_: Inputs, tables: Tables) -> bool:
    """A train of exports is asked for before a tug is free."""
    asked = tables["flights"]["loading_start"]
    return any(train["granted"] > asked[train["flight"]] for train in rows(tables["out_trains"]))


def waits_at_the_aircraft(inputs: Inputs, tables: Tables) -> bool:
    """Positions of a train wait for the loader."""
    return any(
        train["emptied"] > train["at_aircraft"] + train["n_positions"] * inputs.site.apron.lift[train["deck"]]
        for train in rows(tables["out_trains"])
    )


def load_and_cut_off_tie(inputs: Inputs, tables: Tables) -> bool:
    """Flights of one lane of which one takes its load when the other's last ULDs are formed."""
    if inputs.site.exports is None:
        return False
    flights = list(rows(tables["flights"]))
    return any(
        a["export_lane"] == b["export_lane"] and a["loading_start"] == b["sobt"] - inputs.site.exports.cut_off
        for a in flights
        for b in flights
    )
