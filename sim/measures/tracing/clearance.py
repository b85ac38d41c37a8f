"""The parcels that determine a flight's clearance."""

from dataclasses import dataclass

import numpy as np

from sim.errors import InputError
from sim.measures.tables import n_to_clear
from sim.measures.tracing.journal import Journal


@dataclass(frozen=True, slots=True)
class Clearance:
    """Rows in the flight of the parcel that completed 95 %, and of the last parcel; None if not yet reached.

    For pre-sorted goods these are rows of bags or whole ULDs. `behind` is one of the parcels inside at the end, from
    the ULD that was broken down last or not yet; None if none is inside.
    """

    cleared: int | None
    last: int | None
    behind: int | None
    n_gone: int


def clearance(journal: Journal, flight: int) -> Clearance:
    """Parcels in the order in which they left, by truck or refused; on a truck, the last to be ready counts last.

    Bags and whole ULDs leave as one piece, and count their parcels.
    """
    parcels, flights = journal.tables["parcels"], journal.tables["flights"]
    of_flight = np.flatnonzero(parcels["flight"] == flight)
    gone = np.where(parcels["is_refused_gone"][of_flight], parcels["freed"][of_flight], parcels["departed"][of_flight])
    left = of_flight[~np.isnan(gone)]
    instants = gone[~np.isnan(gone)]
    order = np.lexsort((parcels["row"][left], parcels["ready"][left], instants))
    size = parcels["n_parcels"]
    n = int(size[of_flight].sum())
    if n != flights["n_parcels"][flight]:
        raise InputError(f"{journal.name('flights', flight)}: {n} parcels in the table parcels, not all")
    rows = parcels["row"][left][order].tolist()
    n_gone = np.cumsum(size[left][order])
    which = int(np.searchsorted(n_gone, n_to_clear(n)))
    is_cleared = which < len(rows)
    cleared = float(flights["cleared"][flight])
    if is_cleared == np.isnan(cleared) or (is_cleared and instants[order[which]] != cleared):
        raise InputError(f"{journal.name('flights', flight)}: tables parcels and flights have different clearances")
    inside = of_flight[np.isnan(gone)]
    start = np.where(np.isnan(parcels["start"][inside]), np.inf, parcels["start"][inside])
    latest = inside[np.lexsort((parcels["row"][inside], start))]
    return Clearance(
        cleared=rows[which] if is_cleared else None,
        last=rows[-1] if rows and not len(inside) else None,
        behind=int(parcels["row"][latest[-1]]) if len(latest) else None,
        n_gone=int(size[left].sum()),
    )
