"""The law of declared values: what came in is what went out and what is inside."""

import numpy as np

from sim.domain.inputs import Inputs
from sim.measures.checking import Laws
from sim.record.recorder import Recorder
from sim.record.schemas import Table


def value_laws(inputs: Inputs, record: Recorder, tables: dict[str, Table]) -> Laws:
    """Value in = value out + inside, flight by flight; in is what was declared, out what trucks and customs took.

    What is inside is not looked at parcel by parcel: it is worth nothing if there is none of it, and else a
    cent a parcel at least, the least that can be declared.
    """
    if not inputs.has_values:
        return
    flights, loads = tables["flights"], tables["loads"]
    came, gone = (np.zeros(len(flights["number"]), dtype=np.int64) for _ in range(2))
    landed = [row.flight for row in record.customs if row.counts is not None]
    came[landed] = [row.counts.value for row in record.customs if row.counts is not None]
    departed = ~np.isnan(loads["departed"])
    np.add.at(gone, loads["flight"][departed], loads["value"][departed])
    for row in record.refusals:
        gone[row.flight] += row.value
    inside = came - gone
    n_inside = (flights["n_parcels"] - flights["n_departed"] - flights["n_refused"]) * (came > 0)
    yield "declared value in = value out + inside: of flights that are gone", bool((inside[n_inside == 0] == 0).all())
    yield "declared value in = value out + inside: of the others", bool((inside >= n_inside).all())
