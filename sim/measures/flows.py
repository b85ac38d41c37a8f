"""The table of flows. In a long run it is longer than all other tables together, so it is made in pieces."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.domain.columns import Pieced
from sim.domain.inputs import Inputs
from sim.domain.site import Site
from sim.record.flows import FlowTally
from sim.record.recorder import Recorder
from sim.record.schemas import CHUTE, LANE, MACHINE, PLACES, TABLES, Columns
from sim.units import NEVER

_MOST_CELLS = 1 << 17
"""Places x intervals of a piece, unless a place has more intervals."""


class _Places(NamedTuple):
    """Places of a kind in a hall (K)."""

    kind: NDArray[np.str_]
    hall: int
    machine: NDArray[np.int32]
    route: NDArray[np.int32]
    tally: FlowTally


def flow_columns(inputs: Inputs, record: Recorder) -> Columns:
    """Places and intervals in which units arrive or leave, in the order of their table."""
    if not inputs.flow_width:
        return {}
    kinds = {kind: np.array([kind], dtype=np.array(PLACES).dtype) for kind in PLACES}
    places = [
        _Places(kinds[kind], hall, *_of_places(inputs.site, kind, hall, tally.n_places), tally)
        for (kind, hall), tally in sorted(record.flows.items())
    ]
    names = (column.name for column in TABLES["flows"].columns)
    return Pieced(names, partial(_pieces, places, inputs.flow_width, inputs.end))


def _pieces(places: Sequence[_Places], width: int, end: int, name: str) -> Iterator[NDArray[Any]]:
    for kind, hall, machine, route, tally in places:
        step = max(1, _MOST_CELLS // tally.n_bins)
        for first in range(0, tally.n_places, step):
            counts = tally.counts(slice(first, first + step))
            place, interval = (counts[0] | counts[1]).nonzero()
            number = place + first
            match name:
                case "place":
                    yield kind.repeat(len(place))
                case "hall":
                    yield np.full(len(place), hall)
                case "number":
                    yield number
                case "machine":
                    yield machine[number]
                case "route":
                    yield route[number]
                case "time":
                    yield np.minimum((interval + 1) * width, end)
                case "n_came" | "n_left":
                    yield counts[int(name == "n_left"), place, interval]


def _of_places(site: Site, kind: str, hall: int, n: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Machine and route of each place (K)."""
    number, none = np.arange(n, dtype=np.int32), np.full(n, NEVER, dtype=np.int32)
    if kind == CHUTE:
        chutes = np.array([(machine, routes[0]) for machine, routes in site.halls[hall].chutes], dtype=np.int32)
        machine, route = chutes.reshape(-1, 2).T
        return machine, route
    return (number if kind == MACHINE else none), (number if kind == LANE else none)
